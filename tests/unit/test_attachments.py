"""An attachment opens for whom its content opens, in its place, if it is what was signed (FIELDS 6.5)."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.parts import MAX_ATTACHMENT_BYTES
from contracts.refusals import NotYet
from contracts.vocabulary import AttachmentMedia
from services.blobs import MissingBlobError
from services.node.files import Attached, attached, fetch
from services.vault import (
    MAX_FILE,
    AttachmentAlteredError,
    AttachmentTooLargeError,
    Flaw,
    PrivateKey,
    Secret,
    begin,
    decrypt,
    decrypt_file,
    encrypt,
    encrypt_file,
    unlock,
)
from services.vault.attachment import UNIT
from tests.support.files import png

ADDRESS: dict[str, Any] = {"exchange": "e" * 64, "channel": "a" * 52, "source": "330702000000"}
TYPE = "duikou.lead.shared.v1"
READER, KEY = "330782000000", PrivateKey.generate()
FILE = png()


def begun(**other: str) -> Secret:
    return begin(**{**ADDRESS, **other}, event_type=TYPE)


@dataclass
class Memory:
    """A store in memory, which keeps what it was given under whatever name."""

    held: dict[str, bytes] = field(default_factory=dict)

    def put(self, digest: str, data: bytes) -> None:
        self.held[digest] = data

    def get(self, digest: str, most: int) -> bytes:
        if digest not in self.held:
            raise MissingBlobError
        return self.held[digest][: most + 1]


@dataclass
class Fetcher:
    """Of a node, what fetches files."""

    blobs: Memory = field(default_factory=Memory)

    def sent(self, secret: Secret, file: bytes = FILE, media: AttachmentMedia = AttachmentMedia.PNG) -> Attached:
        plain, ciphertext = encrypt_file(file, secret)
        one = Attached(sha256(ciphertext).hexdigest(), len(ciphertext), media, plain)
        self.blobs.put(one.digest, ciphertext)
        return one

    def fetched(self, secret: Secret, one: Attached) -> bytes:
        node: Any = self
        return fetch(node, secret, one)


@pytest.fixture(name="made")
def _made() -> Fetcher:
    return Fetcher()


def flaw(made: Fetcher, secret: Secret, one: Attached) -> Flaw:
    with pytest.raises(AttachmentAlteredError) as refused:
        made.fetched(secret, one)
    return refused.value.check


@given(file=st.binary(max_size=200))
@example(file=b"")
@example(file=bytes(UNIT - 20))
@example(file=bytes(UNIT - 19))
def test_every_file_comes_back_and_its_size_is_hidden(file: bytes) -> None:
    secret = begun()
    plain, ciphertext = encrypt_file(file, secret)
    said = {"digest": sha256(ciphertext).hexdigest(), "plain_digest": plain}
    assert decrypt_file(ciphertext, secret, size=len(ciphertext), **said) == file
    assert (plain, len(ciphertext) % UNIT) == (sha256(file).hexdigest(), 0)
    assert len(ciphertext) == UNIT * (1 + (len(file) > UNIT - 20))


def test_the_largest_file_has_a_ciphertext_of_20_mib() -> None:
    assert len(encrypt_file(bytes(MAX_FILE), begun())[1]) == MAX_ATTACHMENT_BYTES
    with pytest.raises(AttachmentTooLargeError) as refused:
        encrypt_file(bytes(MAX_FILE + 1), begun())
    assert refused.value.size == MAX_FILE + 1


def test_the_checks_are_named_in_their_order() -> None:
    """The names stand in reports and logs."""
    assert [*Flaw] == ["size", "digest", "ciphertext", "padding", "plain_digest", "media"]


def test_the_same_file_under_the_same_content_is_the_same_blob() -> None:
    """An upload may be repeated; under another content nobody can tell that it is the same file."""
    secret = begun()
    assert encrypt_file(FILE, secret) == encrypt_file(FILE, secret)
    assert encrypt_file(FILE, secret)[1] != encrypt_file(FILE, begun())[1]


def test_two_files_of_a_content_have_keys_of_their_own() -> None:
    """With one key for both, the same nonce would give away their difference."""
    secret, other = begun(), b"%bx" % FILE
    first, second = encrypt_file(FILE, secret)[1], encrypt_file(other, secret)[1]
    assert first[len(other) + 4 : -16] != second[len(other) + 4 : -16]


def test_whoever_opens_the_content_opens_its_attachments(made: Fetcher) -> None:
    """The halves that were begun for the first file are those of the content."""
    secret = begun()
    one = made.sent(secret)
    held = [(READER, 1, KEY.public)]
    content = encrypt(b"{}", **ADDRESS, event_type=TYPE, holders=held, own=None, secret=secret).content
    keys = {(READER, 1): KEY}
    assert (content.id, decrypt(content, **ADDRESS, keys=keys)) == (secret.content, b"{}")
    theirs = unlock(content.id, secret.tied, content.commitment, content.wraps, keys)
    assert made.fetched(theirs, one) == FILE


def test_a_missing_file_may_come(made: Fetcher) -> None:
    secret = begun()
    one = made.sent(secret)
    kept = made.blobs.held.pop(one.digest)
    with pytest.raises(NotYet):
        made.fetched(secret, one)
    made.blobs.put(one.digest, kept)
    assert made.fetched(secret, one) == FILE


@pytest.mark.parametrize("at", [0, 100, -1])
def test_a_changed_byte_is_noticed(made: Fetcher, at: int) -> None:
    secret = begun()
    one = made.sent(secret)
    changed = bytearray(made.blobs.held[one.digest])
    changed[at] ^= 1
    made.blobs.put(one.digest, bytes(changed))
    assert flaw(made, secret, one) is Flaw.DIGEST


@pytest.mark.parametrize("length", [0, UNIT - 1, UNIT + 1])
def test_another_length_is_noticed(made: Fetcher, length: int) -> None:
    secret = begun()
    one = made.sent(secret)
    made.blobs.put(one.digest, made.blobs.held[one.digest].ljust(length, b"x")[:length])
    assert flaw(made, secret, one) is Flaw.SIZE


@pytest.mark.parametrize("place", [{}, {"channel": "b" * 52}, {"source": READER}, {"exchange": "f" * 64}])
def test_the_file_of_another_content_or_place_does_not_open(made: Fetcher, place: dict[str, str]) -> None:
    one = made.sent(begun(**place))
    assert flaw(made, begun(), one) is Flaw.CIPHERTEXT


def test_the_content_moved_elsewhere_does_not_open_it(made: Fetcher) -> None:
    """Same halves, another binding."""
    secret = begun()
    one = made.sent(secret)
    assert flaw(made, replace(secret, tied=begun(channel="b" * 52).tied), one) is Flaw.CIPHERTEXT


def test_a_writer_cannot_name_another_plain_digest(made: Fetcher) -> None:
    """What goes to court is the digest in the content: one ciphertext has one file."""
    secret = begun()
    one = made.sent(secret)
    assert flaw(made, secret, one._replace(plain_digest=sha256(b"other").hexdigest())) is Flaw.CIPHERTEXT


def test_a_writer_cannot_say_another_form(made: Fetcher) -> None:
    secret = begun()
    assert flaw(made, secret, made.sent(secret, media=AttachmentMedia.PDF)) is Flaw.MEDIA
    assert flaw(made, secret, made.sent(secret, b"no picture")) is Flaw.MEDIA


def test_what_only_one_part_names_is_no_attachment() -> None:
    """A content that its summary does not bear out is nobody's bug."""
    clear = [SimpleNamespace(digest=name, size=1, media=AttachmentMedia.PNG) for name in "ab"]
    told = [SimpleNamespace(digest=name, plain_digest=f"plain {name}") for name in "bc"]
    both, none = SimpleNamespace(attachments=clear), SimpleNamespace()
    content = SimpleNamespace(attachments=told)
    assert [one.plain_digest for one in attached(both, content)] == ["plain b"]
    assert attached(none, content) == attached(both, none) == attached(both, SimpleNamespace(attachments=None)) == []


def test_nobody_is_shown_a_secret() -> None:
    assert "ku=" not in repr(begun())
