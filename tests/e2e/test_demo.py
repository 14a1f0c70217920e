"""The main job as a user starts it: one command, real processes, real PostgreSQL, the embedded log.

Over Kafka, nodes and what they tell are those of tests/integration/test_spine.py and test_compose.py.
"""

import base64
import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from services.cli.errors import AUDIT_REFUSED
from services.demo.cast import TWO_PROVINCES, YIWU
from services.demo.load import LEADS
from services.demo.papers import INVENTED
from services.views.cases import CASES
from tests.support.servers import server_folder, skip_or_fail

ROOT = Path(__file__).parents[2]
COMMAND = ".venv/bin/duikou "
TOLD = 0
NO_SERVER = 3
NODES = tuple(office for office in TWO_PROVINCES if office.runs_a_node)
SCALE = 2
MINUTES_10 = 600


class Demo:
    """The story on the screen, and its nodes, which run until they are stopped."""

    def __init__(self, state: Path, *options: str) -> None:
        """Starts it and reads what it prints up to the command it says is next."""
        self.state, self.options = state, options
        words = [sys.executable, "-m", "services.demo", "--state", str(state), *options]
        self.process = Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said = self.next = ""
        for line in self.process.stdout or ():
            self.said += line
            if COMMAND in line:
                self.next = line.strip()
                break
        if not self.next and self.process.wait() == NO_SERVER:
            skip_or_fail(self.said)
        assert self.next, self.said

    def stop(self) -> int:
        """Ctrl-C; its exit code."""
        self.process.send_signal(signal.SIGINT)
        self.said += self.process.communicate()[0]
        return self.process.returncode

    def duikou(self, verb: str, *changed: str) -> subprocess.CompletedProcess[str]:
        """The printed command, typed: with another verb, and other words behind --root and --log."""
        words = shlex.split(self.next.removeprefix(COMMAND))
        kept = [verb, *words[1 : words.index("--against")], *changed]
        command = [str(Path(sys.executable).with_name("duikou")), *kept]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MINUTES_10, check=False)


@pytest.fixture(scope="module")
def told() -> Iterator[Demo]:
    """A story that was told; its nodes still run."""
    with server_folder("demo") as folder:
        demo = Demo(folder, "--scale", str(SCALE))
        try:
            yield demo
        finally:
            if demo.process.poll() is None:
                demo.stop()


pytestmark = [pytest.mark.xdist_group("second"), pytest.mark.timeout(MINUTES_10)]


def test_the_story_ends_as_told(told: Demo) -> None:
    """Outcome, reader, removal and the lost race are on the screen, with the root and the next command.

    So are the team, the incident at both prefectures, the order and the report that reached the province.
    """
    for words in ("with_outcome", "removed", "pairing_state (L6)", "/docs", "duikou audit --root"):
        assert words in told.said
    assert "派驻结束" in told.said
    for last, times in {"incident_reported": 2, "supervision_closed": 1, "report_accepted": 2}.items():
        assert told.said.count(f"│ {last} ") == times, "each superior sees what its units told it"
    cases = [line for line in told.said.splitlines() if "with_outcome" in line]
    assert len(cases) == 2
    assert all(YIWU in line for line in cases), "both see who read"


def test_invented_counties_load_the_cities(told: Demo) -> None:
    """``--scale``: every lead they sent is delivered on a city's screen and waits in its inbox."""
    sent = SCALE * LEADS
    assert f"leads signed twice, encrypted, sent: {sent} in " in told.said
    assert told.said.count(f"to be signed for: {sent // 2}, listed in ") == 2


def test_the_printed_command_audits_the_running_nodes(told: Demo) -> None:
    """The views of all nodes are what an auditor folds from zero out of the topics, at equal cuts."""
    assert len(NODES) == 8
    done = told.duikou("audit", *shlex.split(told.next)[-2 * len(NODES) :], "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["verdict"] == "self-consistent"
    for office in NODES:
        assert f"{office.code} {CASES.title}" in report["compared"]
    assert report["divergences"] == []


def test_an_export_audits_and_one_changed_byte_of_it_does_not(told: Demo) -> None:
    """The file needs no node and no broker; what is changed is named, and the exit code says so."""
    file = told.state / "export.jsonl"  # among the files that are searched for content below
    made = told.duikou("export", str(file))
    assert made.returncode == 0, made.stdout + made.stderr
    root = shlex.split(told.next)[3]
    audit = [str(Path(sys.executable).with_name("duikou")), "audit", "--root", root, "--export"]
    good = subprocess.run([*audit, str(file)], capture_output=True, text=True, check=False)
    assert (good.returncode, "self-consistent" in good.stdout) == (0, True), good.stdout + good.stderr
    lines = file.read_bytes().splitlines(keepends=True)
    line, record = _seen_by_the_next(lines)
    lines[line] = lines[line].replace(f'"at":{record["at"]}'.encode(), f'"at":{record["at"] + 1}'.encode())
    changed = file.with_name("changed.jsonl")
    changed.write_bytes(b"".join(lines))
    bad = subprocess.run([*audit, str(changed), "--json"], capture_output=True, text=True, check=False)
    assert bad.returncode == AUDIT_REFUSED, bad.stdout + bad.stderr
    first = json.loads(bad.stdout)["divergences"][0]
    assert (first["topic"], first["offset"]) == (record["topic"], record["offset"])


def _seen_by_the_next(lines: list[bytes]) -> tuple[int, dict[str, Any]]:
    """A line and its record: the next one names it, and it names the one before it, so no other can be at fault."""
    records = [json.loads(line) for line in lines[1:]]
    seen = [json.loads(base64.b64decode(record["value"]))["seen"].split(".")[1] for record in records]
    for i, record in enumerate(records[:-1], 1):
        if (record["topic"], seen[i - 1], seen[i]) == (
            records[i]["topic"],
            str(record["offset"] - 1),
            str(record["offset"]),
        ):
            return i, record
    raise AssertionError("every record was written before the one before it was read")


def test_no_word_of_a_content_is_at_rest_anywhere(told: Demo) -> None:
    """PROTOCOL 10: no invented name, phone or number in any file of PostgreSQL, logs, exports."""
    forms = [form for word in INVENTED for form in (word.encode(), json.dumps(word).strip('"').encode())]
    files = [path for path in told.state.rglob("*") if path.is_file()]
    found = [str(path.relative_to(told.state)) for path in files if any(form in _at_rest(path) for form in forms)]
    assert found == []
    assert len(files) > 100, "the databases are among them"
    assert told.state / "export.jsonl" in files


def _at_rest(path: Path) -> bytes:
    """A file's bytes; none if a living server removed it since it was listed, as PostgreSQL does with its caches."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def test_told_again_it_goes_on_and_doubles_nothing(told: Demo) -> None:
    """Ctrl-C ends it in order; fixed idempotency keys: the second telling finds everything there."""
    assert told.stop() == TOLD, told.said
    again = Demo(told.state, *told.options)
    assert again.stop() == TOLD, again.said
    assert again.said.count("│ in ") == told.said.count("│ in ")
    assert again.said.count("│ out ") == told.said.count("│ out ")
    assert again.said.count("pairing_state") >= 1
    assert "leads signed twice, encrypted, sent: 0 in " in again.said
