"""Files that signing offices hand over to the registry: one that is none keeps nobody waiting."""

import base64
from pathlib import Path
from typing import Any

import pytest

from contracts.channels import TRUST
from contracts.profile import compact
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


def said(action: str = "duikou.trust.key_closed.v1") -> bytes:
    """What the signing offices decided, by its form."""
    named = {"exchange": "a" * 64, "role": "root", "number": 1, "action": action, "subject": "root", "body": {}}
    return compact({**named, "expires": "2027-01-01T00:00:00.000Z"})


def paper(payload: bytes) -> bytes:
    """The file of a mandate that somebody has signed."""
    signed = [{"keyid": "0" * 64, "sig": "AA=="}]
    return compact({"payload": base64.b64encode(payload).decode(), "signatures": signed})


def test_what_is_changed_below_is_a_mandate(tmp_path: Path) -> None:
    path = tmp_path / "000001.json"
    path.write_bytes(paper(said()))
    assert mandate_file(path)[1] == "root"


NONE = {
    "nothing": b"",
    "no text": b"\xff",
    "no JSON": b"{",
    "nested too deep": b"[" * 9_000,
    "no object": b"[]",
    "no members": b"{}",
    "a payload that is none": paper(b"{}"),
    "a payload that is no base64": paper(said()).replace(b'"payload":"', b'"payload":"!'),
    "a member too many": paper(said()).replace(b'{"payload"', b'{"more":1,"payload"'),
    "nobody has signed": paper(said()).partition(b',"signatures"')[0] + b"}",
    "an action nobody knows": paper(said("duikou.trust.exploded.v1")),
    "an action that is no mandate": paper(said("duikou.lead.closed.v1")),
    "a subject of no form": paper(said().replace(b'"subject":"root"', b'"subject":"Root"')),
}


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_mandate_is_said_without_saying_it_back(name: str, tmp_path: Path) -> None:
    path = tmp_path / "000001.json"
    path.write_bytes(NONE[name])
    with pytest.raises(HandedOverError, match=r"^000001\.json is not a mandate$"):
        mandate_file(path)


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
