"""Files that signing offices hand over to the registry: one that is none keeps nobody waiting."""

from pathlib import Path
from typing import Any

import pytest

from contracts.channels import TRUST
from services.registry import opening
from services.registry.errors import HandedOverError
from services.registry.opening import Registry, keep_mandate, keep_root, mandate_file, root
from tests.support.world import World, world


@pytest.fixture(name="made")
def _made() -> World:
    return world()


def test_root_and_mandate_come_back_as_they_were(made: World, tmp_path: Path) -> None:
    keep_root(tmp_path, made.root)
    assert root(tmp_path) == made.root
    draft = made.verdicts[TRUST][1].draft
    assert draft is not None
    path = keep_mandate(tmp_path, 7, draft.data)
    assert path.name == "000007.json"
    assert mandate_file(path) == (draft.data, draft.subject)
    assert list(path.parent.iterdir()) == [path]


NONE = {
    "nothing": b"",
    "no text": b"\xff",
    "no JSON": b"{",
    "nested too deep": b"[" * 9_000,
    "no object": b"[]",
    "no members": b"{}",
    "a member too many": b'{"type":"duikou.trust.key_closed.v1","subject":"root","mandate":{},"more":1}',
    "a type nobody knows": b'{"type":"duikou.trust.exploded.v1","subject":"root","mandate":%s}',
    "a type that is no mandate": b'{"type":"duikou.lead.closed.v1","subject":"root","mandate":%s}',
    "a subject of no form": b'{"type":"duikou.trust.key_closed.v1","subject":"Root","mandate":%s}',
}
MANDATE = b'{"payload":"e30=","signatures":[{"keyid":"%s","sig":"AA=="}]}' % (b"0" * 64)


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_mandate_is_said_without_saying_it_back(name: str, tmp_path: Path) -> None:
    path = tmp_path / "000001.json"
    path.write_bytes(NONE[name].replace(b"%s", MANDATE))
    with pytest.raises(HandedOverError) as refused:
        mandate_file(path)
    assert str(refused.value) in {"000001.json is not a mandate", "000001.json is a mandate of no event"}


@pytest.mark.parametrize("text", [b"", b"{}", b"\xff", b'{"value":"e30=","signature":"AA==","keyid":""}'])
def test_what_is_no_root_is_said(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "root.json").write_bytes(text)
    with pytest.raises(HandedOverError):
        root(tmp_path)


def test_a_file_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(HandedOverError):
        root(tmp_path)
    with pytest.raises(HandedOverError):
        mandate_file(tmp_path / "000001.json")


def test_one_that_is_none_is_set_aside_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ended the registry; it must not, and the mandates after it are taken up."""
    path = tmp_path / "000001.json"
    path.write_bytes(b"half of a fi")
    nobody: Any = None
    registry = Registry(nobody, nobody, tmp_path)
    assert not registry._submit(path)
    assert path.with_suffix(".refused").read_text() == "000001.json is not a mandate\n"

    def read(_: Path) -> Any:
        raise AssertionError("read again")

    monkeypatch.setattr(opening, "mandate_file", read)
    assert not registry._submit(path)
