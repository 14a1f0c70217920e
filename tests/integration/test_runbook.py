"""docs/runbook.md as a new operator follows it: its commands are run as they are printed (STYLE 28, issue 4)."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from typer.main import get_command

from contracts.channels import PAIRING, REGISTRY, Topic, topic
from services.cli.commands import app
from services.demo.cast import XINCAI, YIWU
from services.storage.stops import Why
from tests.support.anew import make_anew
from tests.support.region import SECRETS, Region, region, until

pytestmark = pytest.mark.xdist_group("operations")
ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
TEXT = (ROOT / "docs/runbook.md").read_text()
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


def _block(section: str) -> str:
    """What a section says to type, in order."""
    (found,) = [body for title, body in SECTIONS.items() if title.startswith(section)]
    return "\n".join(re.findall(r"```sh\n(.*?)```", found, re.DOTALL))


class Operator:
    """A shell with the runbook's variables, and nothing else from the project."""

    def __init__(self, made: Region, folder: Path) -> None:
        self.made, self.data = made, made.state / XINCAI
        self.env = {
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "SETTINGS": str(made.cluster.settings(XINCAI)),
            "DATA": str(self.data),
            "DUIKOU_POSTGRES": made.databases.url(),
            "BACKUP": str(folder / "yesterday.duikou"),
            "COLUMNS": "200",
        }

    def type(self, section: str) -> str:
        """Runs a section's commands; every one of them must end well."""
        script = f"set -e\n{_block(section)}"
        with (self.data / "typed.txt").open("w+") as out:  # a file: a node that stays behind would hold a pipe open
            words = ["/bin/bash", "-c", script]
            done = subprocess.run(words, stdout=out, stderr=out, env=self.env, cwd=self.data, check=False, timeout=240)
            out.seek(0)
            said = out.read()
        assert done.returncode == 0, said
        return said

    def duikou(self, *words: str, env: dict[str, str] | None = None) -> tuple[int, str]:
        """Exit code and output of one command."""
        used = env or self.env
        given = [str(PROGRAMS / "duikou"), words[0], used["SETTINGS"], *words[1:]]
        done = subprocess.run(given, env=used, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout

    def is_ready(self) -> bool:
        """As the node says."""
        with suppress(httpx.TransportError):
            port = self.made.node(XINCAI).settings.port
            return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).is_success
        return False

    def end(self) -> None:
        """Whatever the runbook left running."""
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            os.kill(int((self.data / "node.pid").read_text()), signal.SIGTERM)


@pytest.fixture(scope="module")
def made() -> Iterator[Region]:
    """新蔡 and 义乌 paired; 新蔡 is the operator's, nothing of it runs."""
    with region() as paired:
        paired.start_all()
        paired.pair()
        paired.even(XINCAI, YIWU)
        paired.stop(XINCAI)
        yield paired


@pytest.fixture
def operator(made: Region, tmp_path: Path) -> Iterator[Operator]:
    """Whose node ends with the test."""
    found = Operator(made, tmp_path)
    yield found
    found.end()


def test_a_new_operator_restores_yesterdays_backup(made: Region, operator: Operator) -> None:
    """Start, back up, stop, restore, look, start: by the runbook's commands alone; then the node is ready (L9)."""
    operator.type("Start")
    until("the node is ready", operator.is_ready)
    operator.type("Back up")
    subject = made.share()
    made.even(XINCAI, YIWU)
    before = made.rows(
        XINCAI, "SELECT ledger, epoch, sequence, digest FROM ledger WHERE ledger NOT LIKE 'desk%' ORDER BY 1, 2, 3"
    )
    made.stop(XINCAI)
    operator.type("Stop")
    said = operator.type("Restore yesterday's backup")
    assert "the desk may lack what was written between" in said
    assert "1 events of ours that we lack" in said
    operator.type("Start")
    until("the node is ready", operator.is_ready)
    assert made.stream(XINCAI, made.channel, "lead", subject).owner == XINCAI
    after = made.rows(
        XINCAI, "SELECT ledger, epoch, sequence, digest FROM ledger WHERE ledger NOT LIKE 'desk%' ORDER BY 1, 2, 3"
    )
    assert after[: len(before)] == before
    made.stop(XINCAI)
    operator.type("Stop")
    written = (operator.data / "node.jsonl").read_text()
    assert {json.loads(line)["event"] for line in written.splitlines()} >= {"node.started", "node.stopped"}
    assert [secret for secret in SECRETS if secret in written or json.dumps(secret)[1:-1] in written] == []


_LEDGERS = "SELECT ledger, epoch, sequence, digest FROM ledger WHERE ledger NOT LIKE 'desk%'"


def test_a_new_operator_meets_a_topic_made_anew(made: Region, operator: Operator) -> None:
    """The channel stops with the code the runbook has a section for; the others go on; nothing is resumed too early."""
    operator.type("Start")
    until("the node is ready", operator.is_ready)
    make_anew(made)
    until("it stops", lambda: made.node(XINCAI).replica.stopped(made.topic))
    exit_code, said = operator.duikou("doctor")
    assert exit_code == 6
    code = next(why for why in Why if f"docs/runbook.md, {why}" in said)
    assert [title for title in SECTIONS if f"`{code}`" in title]
    assert made.node(XINCAI).replica.stopped(str(Topic(PAIRING, 1))) is None
    assert operator.duikou("resume", made.topic)[0] == 1
    assert made.node(XINCAI).replica.stopped(made.topic)
    made.until("the registry stops too", lambda: made.node(REGISTRY).replica.stopped(made.topic))
    registry = {**operator.env, "SETTINGS": str(made.cluster.settings(REGISTRY))}
    assert operator.duikou("continue", made.channel, env=registry)[0] == 0
    until("it goes on", lambda: made.node(XINCAI).folds.history(made.channel).opened and _generation(made) == 2)
    assert operator.duikou("doctor")[0] == 0
    assert operator.duikou("fsck")[0] == 0
    made.stop(XINCAI)
    operator.type("Stop")


def _generation(made: Region) -> int:
    return topic(made.node(XINCAI).topic(made.channel)).n


def test_a_channel_goes_on_when_its_topic_is_right_again(made: Region, operator: Operator) -> None:
    """``resume`` looks again, then lets go; what does not stand still is refused."""
    name = str(Topic(PAIRING, 1))
    made.node(XINCAI).stop_topic(name, Why.SETTINGS, "as if")
    assert operator.duikou("resume", name)[0] == 0
    assert made.node(XINCAI).running(PAIRING)
    assert operator.duikou("resume", name)[0] == 1


def test_every_command_of_the_runbook_exists() -> None:
    """Each ``duikou`` line is a command with these options; each code of a stopped channel has a section."""
    commands = get_command(app).commands  # type: ignore[attr-defined]
    lines = re.findall(r"^(?: {4,})?duikou (\w+)([^\n]*)$", TEXT, re.MULTILINE)
    assert len(lines) >= 10
    for name, rest in lines:
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, name
    named = set(re.findall(r"`([a-z_]+)`", TEXT))
    assert {why.value for why in Why} - {"other", "no_genesis", "offset_gap", "cut"} <= named
