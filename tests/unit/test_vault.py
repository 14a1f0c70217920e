"""A content opens for whom it is wrapped, in its place, once committed to; keys stay in one file, whatever crashes."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from stat import S_IMODE
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.content import PADDED, WRAPPED, Content, Wrap
from contracts.profile import MAX_CONTENT
from services.vault import (
    OWN,
    ContentInconsistentError,
    ContentTooLargeError,
    Encrypted,
    Inconsistency,
    KeyFile,
    NoKeyError,
    PrivateKey,
    UnusableKeyError,
    VaultFileError,
    decrypt,
    encrypt,
)
from services.vault.content import Halves, Holder, begin, pad, unlock, unpad, wrapped

ROOT = Path(__file__).parents[2]
CHANNEL, OTHER_CHANNEL = "a" * 52, "b" * 52
OWNER, READER, THIRD = "330702000000", "330782000000", "330783000000"
ADDRESS: dict[str, Any] = {"exchange": "e" * 64, "channel": CHANNEL, "source": OWNER}
TYPE = "duikou.lead.shared.v1"
MINE, THEIRS, STRANGER = PrivateKey.generate(), PrivateKey.generate(), PrivateKey.generate()
OURS = {(READER, 3): THEIRS}


def made(plaintext: bytes, *, own: bool = False) -> Encrypted:
    return encrypt(
        plaintext,
        **ADDRESS,
        event_type=TYPE,
        holders=[(READER, 3, THEIRS.public)],
        own=(OWNER, 1, MINE.public) if own else None,
    )


def raw(text: str) -> bytes:
    return base64.b64decode(text)


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> KeyFile:
    return KeyFile.create(tmp_path / "encryption.json")


# Content


@given(size=st.integers(0, MAX_CONTENT), data=st.data())
@example(size=MAX_CONTENT, data=None)
@example(size=0, data=None)
def test_every_size_comes_back(size: int, data: Any) -> None:
    plaintext = os.urandom(size) if data is None else data.draw(st.binary(min_size=1, max_size=8)) * size
    plaintext = plaintext[:size]
    content = made(plaintext).content
    assert decrypt(Content.model_validate_json(content.model_dump_json()), **ADDRESS, keys=OURS) == plaintext
    assert (len(raw(content.ciphertext)) - 16) // 1_024 in PADDED


@pytest.mark.parametrize(
    ("size", "kib"),
    [
        (0, 1),
        (1_020, 1),
        (1_021, 2),
        (2_044, 2),
        (2_045, 4),
        (4_092, 4),
        (4_093, 8),
        (8_188, 8),
        (8_189, 16),
        (16_380, 16),
        (16_381, 24),
        (24_572, 24),
    ],
)
def test_only_six_lengths_are_seen(size: int, kib: int) -> None:
    assert len(raw(made(b"x" * size).content.ciphertext)) == kib * 1_024 + 16


def test_the_checks_are_named_in_their_order() -> None:
    """The names stand in reports and logs."""
    assert [*Inconsistency] == ["wrap", "commitment", "ciphertext", "padding"]


def test_one_byte_more_is_refused() -> None:
    with pytest.raises(ContentTooLargeError) as refused:
        made(b"x" * (MAX_CONTENT + 1))
    assert refused.value.size == MAX_CONTENT + 1


@given(st.binary(max_size=3_000))
def test_unpad_accepts_only_what_pad_writes(padded: bytes) -> None:
    with suppress(ContentInconsistentError):
        assert pad(unpad(padded)) == padded


LONGER = (MAX_CONTENT + 1).to_bytes(4, "big") + b"x" * (MAX_CONTENT + 1)
"""As ``pad`` would write it if it could: one byte more than a content has."""


@pytest.mark.parametrize("padded", [b"", b"\0\0\0", b"\0" * 1_023, b"\0" * 2_048, b"\xff" * 24_576, LONGER])
def test_padding_that_is_none_is_refused(padded: bytes) -> None:
    with pytest.raises(ContentInconsistentError) as refused:
        unpad(padded)
    assert refused.value.check is Inconsistency.PADDING


def test_a_content_takes_the_id_and_the_halves_that_were_begun_before_it() -> None:
    """Its attachments were encrypted under them; whoever holds them for himself opens the content later."""
    begun = begin(**ADDRESS, event_type=TYPE)
    content = encrypt(b"text", **ADDRESS, event_type=TYPE, holders=[(READER, 3, THEIRS.public)], own=None, secret=begun)
    assert (content.content.id, content.content.commitment) == (begun.content, begun.commitment)
    kept = begun.wrapped_for(OWNER, 1, MINE.public)
    opened = unlock(begun.content, begun.tied, begun.commitment, kept, {(OWNER, 1): MINE})
    assert (opened, opened.halves) == (begun, begun.halves)
    again = begin(**ADDRESS, event_type=TYPE, content=begun.content)
    assert (again.content, again.tied) == (begun.content, begun.tied)
    assert again.halves != begun.halves


def test_two_contents_share_nothing() -> None:
    """Same words, same key of the same holder: id, nonce, halves, commitment and every wrap differ."""
    one, two = made(b"{}").content, made(b"{}").content
    assert one.id != two.id
    assert one.nonce != two.nonce
    assert one.commitment != two.commitment
    assert one.ciphertext != two.ciphertext
    assert len({wrap.wrapped for wrap in (*one.wraps, *two.wraps)}) == 4


def test_halves_are_fresh_and_never_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bytes] = []

    def urandom(size: int) -> bytes:
        drawn.append(os.getrandom(size))
        return drawn[-1]

    monkeypatch.setattr("services.vault.content.os.urandom", urandom)
    made(b"{}")
    made(b"{}")
    secrets = [one for one in drawn if len(one) != 16]  # the ids
    assert [len(one) for one in secrets] == [32, 32, 12] * 2
    assert len(set(secrets)) == 6


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=4, max_size=200))
def test_no_plaintext_in_the_content(text: str) -> None:
    """Neither as it is, nor in a member's bytes, nor as its digest (an oracle, PROTOCOL 7)."""
    plaintext = text.encode()
    seen = made(plaintext).content.model_dump_json()
    decoded = b"".join(raw(value) for value in strings(json.loads(seen)) if len(value) % 4 == 0 and is_base64(value))
    assert plaintext not in decoded + seen.encode()
    assert sha256(plaintext).hexdigest() not in seen


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [one for item in value.values() for one in strings(item)]
    if isinstance(value, list):
        return [one for item in value for one in strings(item)]
    return [value] if isinstance(value, str) else []


def is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        return False
    return True


def test_the_content_is_of_its_event_type_and_wrapped_half_by_half() -> None:
    content = made(b"{}").content
    assert content.media == "application/vnd.duikou.lead.shared.v1+json"
    assert [(wrap.half, wrap.holder, wrap.number) for wrap in content.wraps] == [("ku", READER, 3), ("kk", READER, 3)]
    assert {len(raw(wrap.wrapped)) for wrap in content.wraps} == {WRAPPED}


def test_our_own_halves_open_what_we_sent_and_are_not_in_it() -> None:
    content, own = made(b"{}", own=True)
    assert own is not None
    assert decrypt(content, **ADDRESS, keys={(OWNER, 1): MINE}, wraps=own) == b"{}"
    assert not {wrap.wrapped for wrap in own} & {wrap.wrapped for wrap in content.wraps}
    with pytest.raises(NoKeyError):
        decrypt(content, **ADDRESS, keys={(OWNER, 1): MINE})


def test_without_own_there_are_no_own_halves() -> None:
    assert made(b"{}").own is None


def test_several_holders_open_the_same() -> None:
    holders = [(READER, 3, THEIRS.public), (THIRD, 1, STRANGER.public)]
    content = encrypt(b"{}", **ADDRESS, event_type=TYPE, holders=holders, own=None).content
    for key in (OURS, {(THIRD, 1): STRANGER}):
        assert decrypt(content, **ADDRESS, keys=key) == b"{}"


def test_a_half_may_come_from_elsewhere() -> None:
    """As a keeper's release will: ``ku`` from the envelope, ``kk`` wrapped later for a key of one use."""
    content, own = made(b"{}", own=True)
    assert own is not None
    wraps = (content.wraps[0], own[1])
    assert decrypt(content, **ADDRESS, keys=OURS | {(OWNER, 1): MINE}, wraps=wraps) == b"{}"
    with pytest.raises(NoKeyError) as refused:
        decrypt(content, **ADDRESS, keys=OURS, wraps=wraps)
    assert refused.value.what == "kk"


@pytest.mark.parametrize(
    "keys", [{}, {(READER, 2): THEIRS}, {(THIRD, 3): THEIRS}], ids=["no key", "another number", "another holder"]
)
def test_who_holds_no_key_is_told_so(keys: dict[tuple[str, int], PrivateKey]) -> None:
    with pytest.raises(NoKeyError):
        decrypt(made(b"{}").content, **ADDRESS, keys=keys)


def test_another_key_under_the_same_number_is_an_inconsistency() -> None:
    with pytest.raises(ContentInconsistentError) as refused:
        decrypt(made(b"{}").content, **ADDRESS, keys={(READER, 3): STRANGER})
    assert refused.value.check is Inconsistency.WRAP


ALTERED: dict[str, tuple[dict[str, Any], dict[str, str], Inconsistency]] = {
    "read in another exchange": ({}, {"exchange": "f" * 64}, Inconsistency.WRAP),
    "read in another channel": ({}, {"channel": OTHER_CHANNEL}, Inconsistency.WRAP),
    "read as another's": ({}, {"source": READER}, Inconsistency.WRAP),
    "under another id": ({"id": str(uuid4())}, {}, Inconsistency.WRAP),
    "as another type": ({"media": "application/vnd.duikou.lead.supplemented.v1+json"}, {}, Inconsistency.WRAP),
    "with another commitment": ({"commitment": "0" * 64}, {}, Inconsistency.WRAP),
    "with another nonce": ({"nonce": base64.b64encode(bytes(12)).decode()}, {}, Inconsistency.CIPHERTEXT),
    "with another ciphertext": ({"ciphertext": base64.b64encode(bytes(1_040)).decode()}, {}, Inconsistency.CIPHERTEXT),
}


@pytest.mark.parametrize("how", ALTERED)
def test_a_content_does_not_open(how: str) -> None:
    changes, address, check = ALTERED[how]
    content = made(b"{}").content.model_copy(update=changes)
    with pytest.raises(ContentInconsistentError) as refused:
        decrypt(content, **(ADDRESS | address), keys=OURS)
    assert refused.value.check is check


def test_one_ciphertext_does_not_open_to_two_persons_under_two_keys() -> None:
    """Halves of another key, wrapped with care for this content and its commitment: the commitment refuses them."""
    content = made(b"{}").content
    tied = "\n".join((*ADDRESS.values(), content.id, content.media)).encode()
    halves = Halves(os.urandom(32), os.urandom(32))
    forged = wrapped(halves, Holder(READER, 3, THEIRS.public), tied, content.commitment)
    with pytest.raises(ContentInconsistentError) as refused:
        decrypt(content, **ADDRESS, keys=OURS, wraps=forged)
    assert refused.value.check is Inconsistency.COMMITMENT


def test_swapped_halves_are_another_key() -> None:
    content = made(b"{}").content
    ku, kk = content.wraps
    swapped = (Wrap(**dict(ku) | {"half": "kk"}), Wrap(**dict(kk) | {"half": "ku"}))
    with pytest.raises(ContentInconsistentError) as refused:
        decrypt(content, **ADDRESS, keys=OURS, wraps=swapped)
    assert refused.value.check is Inconsistency.COMMITMENT


@pytest.mark.parametrize(
    "public",
    [b"", THEIRS.public[:-1], THEIRS.public + b"\0", b"\xff" * 1_216, THEIRS.public[:1_184] + bytes(32)],
    ids=["empty", "short", "long", "not reduced", "small order"],
)
def test_what_is_no_public_key_is_its_holders_fault(public: bytes) -> None:
    with pytest.raises(UnusableKeyError) as refused:
        encrypt(b"{}", **ADDRESS, event_type=TYPE, holders=[(READER, 3, public)], own=None)
    assert (refused.value.holder, refused.value.number) == (READER, 3)


def test_a_content_without_holder_is_refused() -> None:
    with pytest.raises(ValueError, match="wraps"):
        encrypt(b"{}", **ADDRESS, event_type=TYPE, holders=[], own=None)


def test_a_private_key_does_not_show() -> None:
    assert repr(MINE) == "PrivateKey()"


# Key file


def test_keys_are_numbered_per_channel_from_one(file: KeyFile) -> None:
    assert [file.generate(CHANNEL)[0], file.generate(OTHER_CHANNEL)[0], file.generate(CHANNEL)[0]] == [1, 1, 2]
    assert file.numbers(CHANNEL) == (1, 2)
    assert file.numbers(OWN) == ()
    assert file.public(CHANNEL, 1) != file.public(CHANNEL, 2)


def test_what_was_generated_opens_after_a_restart(file: KeyFile, tmp_path: Path) -> None:
    number, public = file.generate(CHANNEL)
    assert len(public) == 1_216
    holders = [(READER, number, public)]
    content = encrypt(b"{}", **ADDRESS, event_type=TYPE, holders=holders, own=None).content
    again = KeyFile(tmp_path / "encryption.json")
    assert again.public(CHANNEL, number) == public
    assert again.private(CHANNEL, number).public == public
    assert decrypt(content, **ADDRESS, keys=again.keys(CHANNEL, READER)) == b"{}"
    with pytest.raises(NoKeyError):
        decrypt(content, **ADDRESS, keys=again.keys(OWN, READER))


def test_a_forgotten_key_is_gone_and_its_number_is_not_given_again(file: KeyFile, tmp_path: Path) -> None:
    number, _ = file.generate(CHANNEL)
    secret = base64.b64encode(file.private(CHANNEL, number).raw)
    assert secret in (tmp_path / "encryption.json").read_bytes()
    file.forget(CHANNEL, number)
    file.forget(CHANNEL, number)
    file.forget(OTHER_CHANNEL, 7)
    assert not [path for path in tmp_path.iterdir() if secret in path.read_bytes()]
    for ask in (file.private, file.public):
        with pytest.raises(NoKeyError):
            ask(CHANNEL, number)
    assert file.generate(CHANNEL)[0] == number + 1


def test_forgetting_one_key_leaves_the_others(file: KeyFile) -> None:
    for _ in range(3):
        file.generate(CHANNEL)
    kept = file.private(CHANNEL, 3)
    file.forget(CHANNEL, 2)
    assert (file.numbers(CHANNEL), file.private(CHANNEL, 3)) == ((1, 3), kept)


@pytest.mark.parametrize(("last", "fits"), [(-1, False), (0, True), (999_999, True), (1_000_000, False)])
def test_numbers_have_six_digits(last: int, fits: bool, file: KeyFile, tmp_path: Path) -> None:
    """As on the wire (WIRE 27)."""
    document = {"format": "duikou.keys.v1", "channels": {CHANNEL: {"last": last, "keys": {}}}}
    (tmp_path / "encryption.json").write_text(json.dumps(document))
    if fits:
        assert file.numbers(CHANNEL) == ()
    else:
        with pytest.raises(VaultFileError):
            file.numbers(CHANNEL)


def test_what_is_read_does_not_show_its_keys(file: KeyFile) -> None:
    number, _ = file.generate(OWN)
    held = file._read()
    assert held.of(OWN).keys[number] not in repr(held)


def test_a_file_of_this_version_is_read(file: KeyFile, tmp_path: Path) -> None:
    """The form of the file outlives the process that wrote it: names in it never change."""
    secret = base64.b64encode(MINE.raw).decode()
    written: dict[str, Any] = {"format": "duikou.keys.v1", "channels": {"own": {"last": 2, "keys": {"2": secret}}}}
    (tmp_path / "encryption.json").write_text(json.dumps(written))
    assert file.private(OWN, 2) == MINE
    file.generate(CHANNEL)
    assert json.loads((tmp_path / "encryption.json").read_text())["channels"]["own"] == written["channels"]["own"]


def test_a_key_that_was_not_published_is_given_again(file: KeyFile) -> None:
    """A crash between generating and publishing must leave no gap: the channel takes only the next number (WIRE 27)."""
    first = file.generate(CHANNEL, after=0)
    assert file.generate(CHANNEL, after=0) == first
    assert file.generate(CHANNEL, after=1)[0] == 2
    assert file.numbers(CHANNEL) == (1, 2)


def test_a_new_file_goes_on_where_the_lost_one_ended(file: KeyFile) -> None:
    assert file.generate(CHANNEL, after=4)[0] == 5
    assert file.generate(CHANNEL)[0] == 6


def test_a_forgotten_number_is_not_made_anew(file: KeyFile) -> None:
    file.generate(CHANNEL, after=0)
    file.forget(CHANNEL, 1)
    with pytest.raises(NoKeyError):
        file.generate(CHANNEL, after=0)


def test_the_file_is_private_and_so_is_its_lock(file: KeyFile, tmp_path: Path) -> None:
    file.generate(OWN)
    assert {path.name: S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {
        "encryption.json": 0o600,
        "encryption.json.lock": 0o600,
    }


def test_a_file_is_never_begun_anew_over_one_or_for_want_of_one(file: KeyFile, tmp_path: Path) -> None:
    with pytest.raises(VaultFileError):
        KeyFile.create(tmp_path / "encryption.json")
    with pytest.raises(VaultFileError):
        KeyFile(tmp_path / "elsewhere.json")


KEY = base64.b64encode(bytes(range(96))).decode()
BROKEN: dict[str, bytes] = {
    "empty": b"",
    "no JSON": b"{",
    "of another format": b'{"format":"duikou.keys.v2","channels":{}}',
    "with a short key": b'{"format":"duikou.keys.v1","channels":{"own":{"last":1,"keys":{"1":"AAAA"}}}}',
    "with number 0": f'{{"format":"duikou.keys.v1","channels":{{"own":{{"last":1,"keys":{{"0":"{KEY}"}}}}}}}}'.encode(),
    "with more": f'{{"format":"duikou.keys.v1","channels":{{}},"more":"{KEY}"}}'.encode(),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_damaged_file_is_refused_without_showing_it(what: str, file: KeyFile, tmp_path: Path) -> None:
    (tmp_path / "encryption.json").write_bytes(BROKEN[what])
    with pytest.raises(VaultFileError) as refused:
        file.numbers(OWN)
    assert "AAAA" not in str(refused.value)
    assert KEY not in str(refused.value)
    assert "AAAA" not in str(refused.value.__context__)
    assert KEY not in str(refused.value.__context__)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644])
@pytest.mark.parametrize("what", ["read", "generate", "forget"])
def test_a_file_open_to_others_is_refused(mode: int, what: str, file: KeyFile, tmp_path: Path) -> None:
    calls: dict[str, Callable[[], object]] = {
        "read": lambda: file.numbers(OWN),
        "generate": lambda: file.generate(OWN),
        "forget": lambda: file.forget(OWN, 1),
    }
    (tmp_path / "encryption.json").chmod(mode)
    with pytest.raises(VaultFileError):
        calls[what]()


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_a_crash_while_writing_leaves_the_old_file(
    step: str, file: KeyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.generate(CHANNEL)
    before = (tmp_path / "encryption.json").read_bytes()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(step, crash)
        with pytest.raises(KeyboardInterrupt):
            file.generate(CHANNEL)
    assert (tmp_path / "encryption.json").read_bytes() == before
    assert file.generate(CHANNEL)[0] == 2


def test_what_a_killed_process_left_is_gone_with_the_next_change(file: KeyFile, tmp_path: Path) -> None:
    left = tmp_path / ".encryption.json.new"
    left.write_bytes(b"keys of yesterday")
    file.generate(CHANNEL)
    assert not left.exists()


def test_a_full_disk_is_the_operators(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(VaultFileError, match="No space left"):
        file.generate(CHANNEL)


def test_a_link_and_its_file_are_one(file: KeyFile, tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "encryption.json")
    linked = KeyFile(tmp_path / "link.json")
    assert linked.generate(OWN)[0] == 1
    assert file.generate(OWN)[0] == 2
    assert (tmp_path / "link.json").is_symlink()
    assert not (tmp_path / "link.json.lock").exists()


def test_threads_lose_no_key(file: KeyFile, tmp_path: Path) -> None:
    threads = [Thread(target=generate, args=(tmp_path / "encryption.json", 10)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert file.numbers(CHANNEL) == tuple(range(1, 41))


def test_processes_lose_no_key(file: KeyFile, tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from services.vault import KeyFile; file = KeyFile(pathlib.Path(sys.argv[1]));"
        "[file.generate(sys.argv[2]) for _ in range(20)]"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "encryption.json"), CHANNEL]
    children = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [child.wait() for child in children] == [0] * 3
    assert file.numbers(CHANNEL) == tuple(range(1, 61))


def generate(path: Path, times: int) -> None:
    for _ in range(times):
        KeyFile(path).generate(CHANNEL)
