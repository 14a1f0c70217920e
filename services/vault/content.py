"""Encrypting and opening a content (PROTOCOL 8, WIRE 25): two halves give a key and a commitment to that key."""

import base64
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Literal, NamedTuple
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contracts.content import PADDED, Content, Wrap, binding, media_of
from contracts.profile import MAX_CONTENT
from services.vault.errors import (
    ContentInconsistentError,
    ContentTooLargeError,
    Inconsistency,
    NoKeyError,
    UnusableKeyError,
)
from services.vault.hybrid import PrivateKey, wrap

Keys = Mapping[tuple[str, int], PrivateKey]
"""(holder, number) -> private key: what a reader holds."""


class Holder(NamedTuple):
    """For whom halves are wrapped: source, number and 1,216 bytes of its encryption key."""

    source: str
    number: int
    public: bytes


class Halves(NamedTuple):
    """The secret of one content, 32 random bytes each: ``ku`` the recipient's, ``kk`` the keeper's."""

    ku: bytes
    kk: bytes


@dataclass(frozen=True, slots=True)
class Secret:
    """A content's id, place (``tied``: its binding) and halves: what its key and those of its attachments come from."""

    content: str
    tied: bytes
    halves: Halves = field(repr=False)

    @property
    def commitment(self) -> str:
        """To the one key that the halves give in this place."""
        return derive(self.halves, self.tied)[1]

    def wrapped_for(self, holder: str, number: int, public: bytes) -> tuple[Wrap, Wrap]:
        """Both halves for one key of a holder. Raises UnusableKeyError."""
        return wrapped(self.halves, Holder(holder, number, public), self.tied, self.commitment)


class Encrypted(NamedTuple):
    """What goes into the envelope, and our own halves, which go into our desk and never into a channel."""

    content: Content
    own: tuple[Wrap, ...] | None


def encrypt(
    plaintext: bytes,
    *,
    exchange: str,
    channel: str,
    source: str,
    event_type: str,
    holders: Sequence[tuple[str, int, bytes]],
    own: tuple[str, int, bytes] | None,
    secret: Secret | None = None,
) -> Encrypted:
    """A content under a fresh id, fresh halves and a fresh nonce, at most 24,572 bytes of plaintext.

    holders: one to four (source, key number, public key of 1,216 bytes). Until a keeper runs, each gets both halves,
    so "no log, no first read" holds by software only (PROTOCOL 9). secret: id and halves that were begun before, for
    the same address, because attachments had to be encrypted first; the nonce is fresh all the same.

    Raises ContentTooLargeError, UnusableKeyError; ValueError for no or too many holders, or an impossible address.
    """
    given = secret or begin(exchange, channel, source, event_type)
    tied, halves, nonce = given.tied, given.halves, os.urandom(12)
    key, commitment = derive(halves, tied)
    made = Content(
        id=given.content,
        suite="duikou.content.v1",
        media=media_of(event_type),
        nonce=_text(nonce),
        commitment=commitment,
        ciphertext=_text(AESGCM(key).encrypt(nonce, pad(plaintext), tied)),
        wraps=tuple(one for holder in holders for one in wrapped(halves, Holder(*holder), tied, commitment)),
    )
    return Encrypted(made, None if own is None else wrapped(halves, Holder(*own), tied, commitment))


def begin(exchange: str, channel: str, source: str, event_type: str, content: str = "") -> Secret:
    """Fresh halves for a content that is still to be written; ``content``: its id, fresh if none is given."""
    id_ = content or str(uuid4())
    tied = binding(exchange, channel, source, id_, media_of(event_type))
    return Secret(id_, tied, Halves(os.urandom(32), os.urandom(32)))


def decrypt(
    content: Content, *, exchange: str, channel: str, source: str, keys: Keys, wraps: Sequence[Wrap] | None = None
) -> bytes:
    """The plaintext; the address is the envelope's. ``wraps``: in place of the content's, as our own ones of the desk.

    Raises NoKeyError, ContentInconsistentError. Its caller still owes: the access record, ``media`` against the event's
    type, the profile of the plaintext, content against summary.
    """
    tied = binding(exchange, channel, source, content.id, content.media)
    secret = unlock(content.id, tied, content.commitment, content.wraps if wraps is None else wraps, keys)
    try:
        padded = AESGCM(derive(secret.halves, tied)[0]).decrypt(_raw(content.nonce), _raw(content.ciphertext), tied)
    except InvalidTag as error:
        raise ContentInconsistentError(Inconsistency.CIPHERTEXT) from error
    return unpad(padded)


def unlock(content: str, tied: bytes, commitment: str, wraps: Sequence[Wrap], keys: Keys) -> Secret:
    """The halves out of their wraps, if they are those that were committed to.

    Raises NoKeyError, ContentInconsistentError.
    """
    secret = Secret(content, tied, Halves(*(_half(half, wraps, keys, tied, commitment) for half in ("ku", "kk"))))
    if not compare_digest(secret.commitment, commitment):
        raise ContentInconsistentError(Inconsistency.COMMITMENT)
    return secret


def derive(halves: Halves, tied: bytes) -> tuple[bytes, str]:
    """Key (32 bytes) and commitment (hex of 32 bytes): HKDF-SHA256 (RFC 5869) without salt over ku ‖ kk."""
    okm = HKDF(SHA256(), length=64, salt=None, info=b"duikou.content.v1\n" + tied).derive(halves.ku + halves.kk)
    return okm[:32], okm[32:].hex()


def pad(plaintext: bytes) -> bytes:
    """u32be length ‖ bytes ‖ zeros, to the smallest of 1, 2, 4, 8, 16, 24 KiB. Raises ContentTooLargeError."""
    if len(plaintext) > MAX_CONTENT:
        raise ContentTooLargeError(len(plaintext))
    framed = len(plaintext).to_bytes(4, "big") + plaintext
    return framed.ljust(next(size for size in (kib * 1_024 for kib in PADDED) if len(framed) <= size), b"\0")


def unpad(padded: bytes) -> bytes:
    """The inverse of ``pad``; anything it could not have written raises ContentInconsistentError."""
    length = int.from_bytes(padded[:4], "big")
    plaintext = padded[4 : 4 + length]
    if length > MAX_CONTENT or pad(plaintext) != padded:
        raise ContentInconsistentError(Inconsistency.PADDING)
    return plaintext


def wrap_info(tied: bytes, holder: str, number: int, commitment: str) -> bytes:
    """What a wrapped half is tied to."""
    return b"duikou.key.v1\n%b\n%b\n%d\n%b" % (tied, holder.encode(), number, commitment.encode())


def wrapped(halves: Halves, holder: Holder, tied: bytes, commitment: str) -> tuple[Wrap, Wrap]:
    """Both halves for one holder, ``ku`` first. Raises UnusableKeyError."""
    info = wrap_info(tied, holder.source, holder.number, commitment)

    def one(half: Literal["ku", "kk"], secret: bytes) -> Wrap:
        try:
            sealed = wrap(secret, holder.public, info)
        except ValueError as error:
            raise UnusableKeyError(holder.source, holder.number) from error
        return Wrap(half=half, holder=holder.source, number=holder.number, wrapped=_text(sealed))

    return one("ku", halves.ku), one("kk", halves.kk)


def _half(half: str, wraps: Sequence[Wrap], keys: Keys, tied: bytes, commitment: str) -> bytes:
    """The first wrap of that half whose key we hold; a second one would have to open to the same (the commitment)."""
    for one in wraps:
        key = keys.get((one.holder, one.number))
        if one.half == half and key is not None:
            return key.unwrap(_raw(one.wrapped), wrap_info(tied, one.holder, one.number, commitment))
    raise NoKeyError(half)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _raw(text: str) -> bytes:
    return base64.b64decode(text)
