"""A mandate on its way: what a signer sees and adds, and what is no mandate (PROTOCOL 4). No node and no network."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contracts.trust import Mandate, SuspendedBody, UnitSuspended
from contracts.vocabulary import Suspension
from services.cli.commands import app
from services.cli.errors import OK, REFUSED, USAGE
from services.domain import keys
from services.registry import ceremony
from services.registry.mandates import Paper, entry_at
from services.signing import create_key, open_signer

UNIT, PASSPHRASE = "411729000001", "a passphrase of several words"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A drafted suspension that nobody has signed."""
    body = SuspendedBody(unit=UNIT, reason=Suspension.KEY_COMPROMISE)
    said = ceremony.worded("a" * 64, "duty.41", 1, UnitSuspended, UNIT, body, "2027-01-01T00:00:00.000Z")
    Paper.of(said).keep(tmp_path / "paper.json", new=True)
    return tmp_path / "paper.json"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A duty officer's."""
    create_key(tmp_path / "duty.pem", PASSPHRASE)
    return tmp_path / "duty.pem"


def sign(paper: Path, key: Path, passphrase: str = PASSPHRASE) -> Result:
    runner = CliRunner(env={"COLUMNS": "200"})
    return runner.invoke(app, ["mandate", "sign", str(paper), "--key", str(key)], input=f"{passphrase}\n")


def test_who_signs_reads_what_it_says_and_signs_those_bytes(paper: Path, key: Path) -> None:
    """Role, action, unit and reason are shown; the signature is over the drafted bytes, for this purpose."""
    before = Paper.at(paper)
    done = sign(paper, key)
    assert done.exit_code == OK, done.output
    for word in ("duty.41", "duikou.trust.unit_suspended.v1", UNIT, "key_compromise"):
        assert word in done.output
    after, public = Paper.at(paper), open_signer(f"file+passphrase:{key}", PASSPHRASE).public
    assert after.payload == before.payload
    assert keys.signed_by(after.statement(), Mandate.PURPOSE, public)


def test_one_key_signs_once(paper: Path, key: Path) -> None:
    """Two signatures of one person are one: said before it is handed in; the paper stays as it was."""
    sign(paper, key)
    kept = paper.read_bytes()
    again = sign(paper, key)
    assert (again.exit_code, "another one of the role" in again.output) == (REFUSED, True)
    assert paper.read_bytes() == kept


def test_a_wrong_passphrase_signs_nothing(paper: Path, key: Path) -> None:
    """And leaves the paper as it was."""
    kept = paper.read_bytes()
    assert sign(paper, key, "another one of some length").exit_code == USAGE
    assert paper.read_bytes() == kept


@pytest.mark.parametrize("text", ["", "{}", '{"payload":"e30="}', '{"payload":"AAAA","signatures":[]}', "\x00"])
def test_what_is_no_mandate_is_not_signed(tmp_path: Path, key: Path, text: str) -> None:
    """The message names the file and echoes nothing of it."""
    path = tmp_path / "odd.json"
    path.write_text(text)
    done = sign(path, key)
    assert (done.exit_code, "odd.json is not a mandate" in done.output) == (USAGE, True)
    with pytest.raises(ValueError, match=r"odd\.json is not a unit's new key"):
        entry_at(path)


def test_a_draft_is_never_overwritten(paper: Path) -> None:
    """It may bear signatures already."""
    with pytest.raises(FileExistsError):
        Paper.at(paper).keep(paper, new=True)
