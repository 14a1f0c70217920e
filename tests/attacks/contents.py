"""Encrypted content: two halves, one commitment, one place, one length (PROTOCOL 8, WIRE 25)."""

import base64
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.content import Content, Wrap, binding, media_of
from contracts.content_model import ContentError
from contracts.contents import read_plain
from contracts.lead import Shared
from contracts.profile import MAX_CONTENT, compact
from contracts.vocabulary import AttachmentMedia, Ground, SubstanceKind
from services.cleaning import UnfitFileError, cleaned
from services.node.files import Attached, fetch
from services.vault import PrivateKey, Secret, begin, decrypt, encrypt, encrypt_file
from services.vault.attachment import derive_for, framed
from services.vault.content import Halves, Holder, derive, pad, wrapped
from services.vault.errors import ContentTooLargeError
from tests.attacks.row import HOLDS, Outcome, Row, closed
from tests.support import contents as papers
from tests.support import files
from tests.support.acts import person
from tests.support.world import JINHUA, XINCAI, YIWU, World

OPENS = Outcome("opens")
TWO_FACED = Outcome("reported", "content_inconsistent")
NOT_TAKEN = Outcome("refused at the door", "shape")
FILE = files.png()
TOO_LONG, NO_CONTENT = Outcome("refused at the door", "too_large"), Outcome("reported", "not a content")
PLAIN = compact(papers.LEAD)
ORDER_2 = (1).to_bytes(32, "little")
"""u-coordinates of small order on curve25519: any secret with them is zero (RFC 7748, 6.1)."""
SMALL = (bytes(32), ORDER_2, bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"))

Change = Callable[[World, Content], Content]


def place(w: World) -> dict[str, Any]:
    """Where 新蔡's content stands."""
    return {"exchange": w.exchange, "channel": w.channel, "source": XINCAI}


def tied(w: World, content: Content) -> bytes:
    """What that content is bound to."""
    return binding(**place(w), content=content.id, media=content.media)


def reader(w: World) -> tuple[str, int, PrivateKey]:
    """义乌 with a key that opens, published."""
    if (YIWU, w.channel, 2) not in w.private:
        w.real_key(YIWU, 2)
    return YIWU, 2, w.private[YIWU, w.channel, 2]


def sealed(w: World, plain: bytes = PLAIN) -> Content:
    """A content of 新蔡 that 义乌 can open."""
    reader(w)
    return w.sealed_content(XINCAI, Shared.TYPE, plain)


def opened(w: World, content: Content, **address: str) -> Outcome:
    """义乌 opens it. Raises what the vault raises."""
    holder, number, key = reader(w)
    decrypt(content, **{**place(w), **address}, keys={(holder, number): key})
    return OPENS


def changed(change: Change | None = None, **address: str) -> Callable[[World], Outcome]:
    """A content that somebody changed, or that is read elsewhere."""

    def attack(w: World) -> Outcome:
        content = sealed(w)
        return opened(w, change(w, content) if change else content, **address)

    return attack


def having(**members: Any) -> Change:
    """With other members."""
    return lambda w, content: content.model_copy(update=members)


def rewrapped(make: Callable[[World, Content], tuple[Wrap, ...]]) -> Change:
    """With other wraps."""
    return lambda w, content: content.model_copy(update={"wraps": make(w, content)})


def under(padded: Callable[[bytes], bytes]) -> Callable[[World], Outcome]:
    """The writer encrypts something else than ``pad`` writes, and everything else rightly."""

    def attack(w: World) -> Outcome:
        return opened(w, forged(w, padded(pad(PLAIN))))

    return attack


def forged(w: World, padded: bytes, commitment: str = "", aad: bytes = b"") -> Content:
    """A content made by hand; ``commitment`` and ``aad`` in place of the right ones."""
    content = sealed(w)
    holder, number, key = reader(w)
    halves, nonce = Halves(os.urandom(32), os.urandom(32)), os.urandom(12)
    secret, right = derive(halves, tied(w, content))
    ciphertext = AESGCM(secret).encrypt(nonce, padded, aad or tied(w, content))
    said = commitment or right
    return content.model_copy(
        update={
            "nonce": base64.b64encode(nonce).decode(),
            "ciphertext": base64.b64encode(ciphertext).decode(),
            "commitment": said,
            "wraps": wrapped(halves, Holder(holder, number, key.public), tied(w, content), said),
        }
    )


def two_keys(w: World, content: Content) -> tuple[Wrap, ...]:
    """Halves of a second key for the same ciphertext and commitment."""
    holder, number, key = reader(w)
    halves = Halves(os.urandom(32), os.urandom(32))
    return wrapped(halves, Holder(holder, number, key.public), tied(w, content), content.commitment)


def other_place(w: World, content: Content) -> tuple[Wrap, ...]:
    """Halves wrapped for a content of another channel."""
    holder, number, key = reader(w)
    elsewhere = binding(w.exchange, "b" * 52, XINCAI, content.id, content.media)
    return wrapped(Halves(bytes(32), bytes(32)), Holder(holder, number, key.public), elsewhere, content.commitment)


def swapped(w: World, content: Content) -> tuple[Wrap, ...]:
    """``ku`` and ``kk`` in each other's place."""
    names = {"ku": "kk", "kk": "ku"}
    return tuple(one.model_copy(update={"half": names[one.half]}) for one in content.wraps)


def renumbered(w: World, content: Content) -> tuple[Wrap, ...]:
    """Wrapped for key 2, named as key 1, which the reader holds as well."""
    w.private[YIWU, w.channel, 1] = w.private[YIWU, w.channel, 2]
    return tuple(one.model_copy(update={"number": 1}) for one in content.wraps)


def under_another_number(w: World) -> Outcome:
    """A wrap says another key number than it was bound to; the reader holds the key under both."""
    content = sealed(w)
    _, number, key = reader(w)
    wraps = tuple(one.model_copy(update={"number": number + 1}) for one in content.wraps)
    decrypt(content, **place(w), keys={(YIWU, number + 1): key}, wraps=wraps)
    return OPENS


def under_another_holder(w: World) -> Outcome:
    """A wrap made for 义乌 is given out as 金华's, who got the same key."""
    content = sealed(w)
    _, number, key = reader(w)
    wraps = tuple(one.model_copy(update={"holder": JINHUA}) for one in content.wraps)
    decrypt(content, **place(w), keys={(JINHUA, number): key}, wraps=wraps)
    return OPENS


def by_a_stranger(w: World) -> Outcome:
    """Somebody without a key of 义乌's."""
    decrypt(sealed(w), **place(w), keys={(JINHUA, 2): PrivateKey.generate()})
    return OPENS


def with_half(half: str) -> Change:
    """Only one half is there."""
    return rewrapped(lambda w, content: tuple(one for one in content.wraps if one.half == half))


def wrapped_for(public: bytes) -> Callable[[World], Outcome]:
    """A recipient published what is no key, and something is encrypted for it."""

    def attack(w: World) -> Outcome:
        encrypt(PLAIN, **place(w), event_type=Shared.TYPE, holders=[(YIWU, 1, public)], own=None)
        return OPENS

    return attack


def with_point(u: bytes) -> bytes:
    """A public key whose X25519 part is that point."""
    return bytes(seed_key().public[:1_184]) + u


@cache
def seed_key() -> PrivateKey:
    """Any key."""
    return PrivateKey.generate()


def too_long(w: World) -> Outcome:
    """An author writes one byte more than fits."""
    try:
        return opened(w, sealed(w, b"a" * (MAX_CONTENT + 1)))
    except ContentTooLargeError:
        return TOO_LONG


def told(**contradiction: Any) -> Callable[[World], Outcome]:
    """The content says something else than the summary that both officers signed."""

    def attack(w: World) -> Outcome:
        content = sealed(w, compact(papers.unlike(papers.LEAD, **contradiction)))
        holder, number, key = reader(w)
        plain = decrypt(content, **place(w), keys={(holder, number): key})
        suspect = person(grounds=(Ground.PARCEL, Ground.POINTED_OUT))
        summary = w.summary(persons=(suspect,), identifiers_count=1, substances=(SubstanceKind.METHAMPHETAMINE,))
        try:
            read_plain(Shared.TYPE, plain, summary, date(2021, 4, 30))
        except ContentError:
            return TWO_FACED
        except ValueError:
            return NO_CONTENT
        return OPENS

    return attack


def no_document(plain: bytes) -> Callable[[World], Outcome]:
    """What was encrypted is no content of the wire profile."""

    def attack(w: World) -> Outcome:
        holder, number, key = reader(w)
        found = decrypt(sealed(w, plain), **place(w), keys={(holder, number): key})
        try:
            read_plain(Shared.TYPE, found, w.summary(), date(2021, 4, 30))
        except ValueError:
            return NO_CONTENT
        return OPENS

    return attack


def attached(
    act: Callable[[Secret, Attached, bytes], tuple[Secret, Attached, bytes]],
) -> Callable[[World], Outcome]:
    """义乌 fetches a file that 新蔡 attached; ``act``: what somebody made of secret, description, stored bytes."""

    def attack(w: World) -> Outcome:
        secret = begin(**place(w), event_type=Shared.TYPE)
        plain, ciphertext = encrypt_file(FILE, secret)
        one = Attached(sha256(ciphertext).hexdigest(), len(ciphertext), AttachmentMedia.PNG, plain)
        theirs, said, stored = act(secret, one, ciphertext)
        node: Any = SimpleNamespace(blobs=SimpleNamespace(get=lambda digest, most: stored[: most + 1]))
        fetch(node, theirs, said)
        return OPENS

    return attack


def rewritten(secret: Secret, one: Attached, frame: bytes, plain: str = "") -> tuple[Secret, Attached, bytes]:
    """The writer encrypts another frame, or under the digest of another file, and signs that."""
    key, nonce, info = derive_for(secret, plain or one.plain_digest)
    stored = AESGCM(key).encrypt(nonce, frame, info)
    said = one._replace(digest=sha256(stored).hexdigest(), plain_digest=plain or one.plain_digest)
    return secret, said, stored


def unfit(file: bytes) -> Callable[[World], Outcome]:
    """An author uploads it."""

    def attack(w: World) -> Outcome:
        try:
            cleaned(file)
        except UnfitFileError:
            return NOT_TAKEN
        return OPENS

    return attack


def no_trace(w: World) -> Outcome:
    """An author uploads a photograph that says who took it."""
    held = cleaned(files.jpeg(files.exif(6), tail=files.SECRET.encode())).file
    return HOLDS if files.SECRET.encode() not in held else OPENS


ATTACHMENTS = [
    Row(
        "A recipient fetches a file that its content names", "P8", attached(lambda s, one, blob: (s, one, blob)), OPENS
    ),
    Row(
        "The keeper of the store changes a byte of a file",
        "P8",
        attached(lambda s, one, blob: (s, one, bytes((blob[0] ^ 1,)) + blob[1:])),
        closed("digest"),
    ),
    Row(
        "The keeper of the store cuts a file off",
        "P8",
        attached(lambda s, one, blob: (s, one, blob[:-1])),
        closed("size"),
    ),
    Row(
        "The keeper of the store puts more behind a file",
        "P8",
        attached(lambda s, one, blob: (s, one, blob + b"x")),
        closed("size"),
    ),
    Row(
        "A file of one content is named in another, moved or not",
        "P8",
        attached(lambda s, one, blob: (replace(s, tied=s.tied + b"x"), one, blob)),
        closed("ciphertext"),
    ),
    Row(
        "A stranger has the file and its description, and no half",
        "P8 P10",
        attached(lambda s, one, blob: (replace(s, halves=Halves(bytes(32), bytes(32))), one, blob)),
        closed("ciphertext"),
    ),
    Row(
        "Of a file's content one half is missing",
        "P8",
        attached(lambda s, one, blob: (replace(s, halves=s.halves._replace(kk=bytes(32))), one, blob)),
        closed("ciphertext"),
    ),
    Row(
        "A writer says another plain digest, which goes to court",
        "P8",
        attached(lambda s, one, blob: (s, one._replace(plain_digest="0" * 64), blob)),
        closed("ciphertext"),
    ),
    Row(
        "A writer encrypts one file under the plain digest of another",
        "P8",
        attached(lambda s, one, _: rewritten(s, one, framed(FILE), "0" * 64)),
        closed("plain_digest"),
    ),
    Row(
        "A writer hides bytes behind a file",
        "P8",
        attached(lambda s, one, _: rewritten(s, one, framed(FILE)[:-1] + b"\1")),
        closed("padding"),
    ),
    Row(
        "A writer lies that a file has 4 GiB",
        "P8",
        attached(lambda s, one, _: rewritten(s, one, b"\xff" * 4 + framed(FILE)[4:])),
        closed("padding"),
    ),
    Row(
        "A writer says that a picture is a document",
        "P8",
        attached(lambda s, one, blob: (s, one._replace(media=AttachmentMedia.PDF), blob)),
        closed("media"),
    ),
    Row("An author attaches an archive", "P8", unfit(b"PK\x03\x04" + bytes(99)), NOT_TAKEN),
    Row("An author attaches a document that runs a script", "P8", unfit(files.pdf(b"<< /S /JavaScript >>")), NOT_TAKEN),
    Row("An author attaches a photograph that says who took it", "P8 P10", no_trace, HOLDS),
]


def longer(padded: bytes) -> bytes:
    """One size more than needed."""
    return padded.ljust(2 * len(padded), b"\0")


ROWS = [
    *ATTACHMENTS,
    Row("A recipient opens what was wrapped for it", "P8 W25", changed(), OPENS),
    Row("A recipient opens what its summary says", "P8", told(), OPENS),
    Row("A content is read in another channel", "P8", changed(channel="b" * 52), closed("wrap")),
    Row("A content is read as another unit's", "P8", changed(source=YIWU), closed("wrap")),
    Row("A content is read in another exchange", "P8", changed(exchange="e" * 64), closed("wrap")),
    Row(
        "A content is moved under another id",
        "P8",
        changed(having(id="11110000-0000-4000-8000-000000000001")),
        closed("wrap"),
    ),
    Row(
        "A content is passed off as another type",
        "P8 W25",
        changed(having(media=media_of("duikou.lead.supplemented.v1"))),
        closed("wrap"),
    ),
    Row("A content commits to another key", "P8", changed(having(commitment="0" * 64)), closed("wrap")),
    Row(
        "A content has another nonce",
        "P8",
        changed(having(nonce=base64.b64encode(bytes(12)).decode())),
        closed("ciphertext"),
    ),
    Row(
        "A content has another ciphertext",
        "P8",
        changed(having(ciphertext=base64.b64encode(bytes(1_040)).decode())),
        closed("ciphertext"),
    ),
    Row("One ciphertext is given two keys", "P8", changed(rewrapped(two_keys)), closed("commitment")),
    Row(
        "A writer commits to a key and wraps another",
        "P8",
        lambda w: opened(w, forged(w, pad(PLAIN), sha256(b"other").hexdigest())),
        closed("commitment"),
    ),
    Row(
        "A writer encrypts under another binding",
        "P8 W25",
        lambda w: opened(w, forged(w, pad(PLAIN), aad=b"another place")),
        closed("ciphertext"),
    ),
    Row("Halves of another channel's content are put in", "P8", changed(rewrapped(other_place)), closed("wrap")),
    Row("The two halves change places", "P8 W25", changed(rewrapped(swapped)), closed("commitment")),
    Row("The recipient's half is missing", "P8", changed(with_half("kk")), closed("no_key")),
    Row("The keeper's half is missing", "P8", changed(with_half("ku")), closed("no_key")),
    Row("A wrap is given out under another key number", "P8 W25", under_another_number, closed("wrap")),
    Row("A wrap is given out for another holder", "P8 W25", under_another_holder, closed("wrap")),
    Row("A stranger opens", "P8", by_a_stranger, closed("no_key")),
    Row(
        "A writer lies that the text is longer than its frame",
        "P8 W25",
        under(lambda p: (len(p)).to_bytes(4, "big") + p[4:]),
        closed("padding"),
    ),
    Row(
        "A writer lies that the text is shorter",
        "P8 W25",
        under(lambda p: (7).to_bytes(4, "big") + p[4:]),
        closed("padding"),
    ),
    Row("A writer lies that the text has 4 GiB", "P8", under(lambda p: b"\xff" * 4 + p[4:]), closed("padding")),
    Row("A writer hides bytes behind the text", "P8 W25", under(lambda p: p[:-1] + b"\1"), closed("padding")),
    Row("A writer pads to a size too large", "P8", under(longer), closed("padding")),
    Row("A recipient publishes zeros as its key", "P8 P4", wrapped_for(bytes(1_216)), closed("unusable_key")),
    *(
        Row(
            f"A recipient publishes a key of small order, {u.hex()[:4]}…",
            "P4 P8",
            wrapped_for(with_point(u)),
            closed("unusable_key"),
        )
        for u in SMALL
    ),
    Row(
        "A recipient publishes lattice coefficients that are not reduced",
        "P8",
        wrapped_for(b"\xff" * 1_184 + bytes(31) + b"\x09"),
        closed("unusable_key"),
    ),
    Row("An author writes a byte more than 24,572", "P8 W4", too_long, TOO_LONG),
    Row("The content counts other persons than the summary", "P8", told(persons=[papers.WITNESS]), TWO_FACED),
    Row(
        "The content names another substance than the summary",
        "P8",
        told(substances=[{**papers.SUBSTANCE, "kind": "heroin"}]),
        TWO_FACED,
    ),
    Row(
        "The content has more identifiers than the summary",
        "P8",
        told(identifiers=[papers.IDENTIFIER, {**papers.IDENTIFIER, "value": "13900000002"}]),
        TWO_FACED,
    ),
    Row("What was encrypted is no JSON", "W3 P8", no_document(b"\xff\xfe"), NO_CONTENT),
    Row("What was encrypted repeats a member", "W3", no_document(b'{"a":1,"a":1}'), NO_CONTENT),
    Row(
        "What was encrypted hides a direction override", "W3", no_document(compact({"contact": "a\u202eb"})), NO_CONTENT
    ),
]
