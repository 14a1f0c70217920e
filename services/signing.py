"""Ed25519 signatures over DSSE PAE, by a key found under a URI (WIRE 6-8, RFC 8032).

No key type is ever read from a record: a signer is Ed25519 and signs bytes together with their payload type. Nothing
here logs. In production officers sign by WebAuthn; files with a passphrase (``officers/<id>.pem``) are for development.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from contracts import dsse as form
from contracts.approval import Possession
from contracts.dsse import EVENT, Dsse, pae
from contracts.envelope import Envelope, Signed
from contracts.trust import KeyEntry
from contracts.vocabulary import KeyKind
from services import private_files

_ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
NO_KEY = (TypeError, ValueError, UnsupportedAlgorithm, InternalError)
"""What the library raises where no private key can be read; the last one where its length is not that of its kind."""


class SigningError(Exception):
    """Root. No message holds key or passphrase."""


class WrongPassphraseError(SigningError):
    """The person's fault: no passphrase, an empty one, or not this key's; ask again.

    A damaged encrypted part looks the same (PKCS#8 has no tag); if the passphrase is sure, restore the file.
    """


class KeyFileError(SigningError):
    """The operator's fault: missing, readable by others, not Ed25519 in PKCS#8 PEM, of the other scheme, or taken."""


class Signer(Protocol):
    """Whoever holds a private key: a file, a token, a service."""

    @property
    def keyid(self) -> str:
        """sha-256 hex of the public key (WIRE 6)."""

    @property
    def public(self) -> bytes:
        """The raw public key, 32 bytes."""

    def sign(self, payload_type: str, payload: bytes) -> bytes:
        """64 bytes: the signature over PAE(payload_type, payload). Raises SigningError."""


@dataclass(frozen=True, slots=True)
class FileSigner:
    """A key in this process's memory."""

    _key: Ed25519PrivateKey = field(repr=False)
    public: bytes
    keyid: str

    @classmethod
    def of(cls, key: Ed25519PrivateKey) -> Self:
        """With its public part and its name."""
        public = key.public_key().public_bytes_raw()
        return cls(key, public, form.keyid(public))

    def sign(self, payload_type: str, payload: bytes) -> bytes:
        """As Signer; raises nothing."""
        return self._key.sign(pae(payload_type, payload))


def open_signer(uri: str, passphrase: str | None = None) -> Signer:
    """``file:<path>`` (unit, registry) or ``file+passphrase:<path>`` (officer, mandate); the path as the system has it.

    Raises KeyFileError, WrongPassphraseError; ValueError for another scheme: a setting is wrong.
    """
    scheme, _, path = uri.partition(":")
    if scheme not in SCHEMES:
        raise ValueError(f"no signer for scheme {scheme!r}")
    return SCHEMES[scheme](Path(path), passphrase)


def create_key(path: Path, passphrase: str | None) -> Signer:
    """A new key in a new file of mode 0600; never overwrites one. Raises KeyFileError, WrongPassphraseError.

    With a passphrase it is PKCS#8 under PBKDF2 of 2,048 rounds, which is all the library writes: a long passphrase, or
    ``openssl pkcs8 -topk8 -scrypt`` over the file, which opens just so.
    """
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(passphrase))
    try:
        private_files.create(path, data)
    except private_files.PrivateFileError as error:
        raise KeyFileError(str(error)) from error
    return FileSigner.of(key)


def sealed(signer: Signer, envelope: Envelope) -> Signed:
    """The envelope's bytes, made here and nowhere else, and the writer's signature over them."""
    value = envelope.to_value()
    return Signed(value, signer.sign(EVENT, value), signer.keyid)


def dsse(signer: Signer, purpose: str, payload: bytes) -> Dsse:
    """A statement with one signature; ``purpose`` is the PURPOSE of its model."""
    return Dsse.make(payload, (signer.keyid, signer.sign(purpose, payload)))


def possession(signer: Signer, exchange: str, holder: str, kind: KeyKind) -> KeyEntry:
    """The key as it is enrolled, saying itself whose it is (WIRE 8). Raises ValueError for an impossible holder."""
    key = base64.b64encode(signer.public).decode()
    said = Possession(exchange=exchange, holder=holder, kind=kind.value, key=key)
    return KeyEntry(holder=holder, kind=kind, key=key, possession=dsse(signer, Possession.PURPOSE, said.to_payload()))


def _encryption(passphrase: str | None) -> KeySerializationEncryption:
    return NoEncryption() if passphrase is None else BestAvailableEncryption(_given(passphrase))


def _given(passphrase: str | None) -> bytes:
    if not passphrase:
        raise WrongPassphraseError("this key needs a passphrase")
    return passphrase.encode()


def _plain(path: Path, passphrase: str | None) -> FileSigner:
    data = _pem(path)
    if passphrase is not None or data.startswith(_ENCRYPTED):
        raise KeyFileError(f"{path}: a key with a passphrase is file+passphrase:")
    try:
        return _ed25519(path, load_pem_private_key(data, None))
    except NO_KEY as error:
        raise KeyFileError(f"{path} holds no private key") from error


def _locked(path: Path, passphrase: str | None) -> FileSigner:
    data, secret = _pem(path), _given(passphrase)
    if not data.startswith(_ENCRYPTED):
        raise KeyFileError(f"{path} is not encrypted")
    try:
        return _ed25519(path, load_pem_private_key(data, secret))
    except (UnsupportedAlgorithm, InternalError) as error:
        raise KeyFileError(f"{path} holds a key of another kind, must be Ed25519") from error
    except ValueError as error:
        raise WrongPassphraseError(f"{path} does not open with this passphrase") from error


def _pem(path: Path) -> bytes:
    try:
        return private_files.read(path)
    except private_files.PrivateFileError as error:
        raise KeyFileError(str(error)) from error


def _ed25519(path: Path, key: object) -> FileSigner:
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} holds a key of another kind, must be Ed25519")
    return FileSigner.of(key)


SCHEMES: Mapping[str, Callable[[Path, str | None], Signer]] = {"file": _plain, "file+passphrase": _locked}
"""Every kind of key there is, by URI scheme."""
