"""The main job as a user starts it: one command, real processes, real PostgreSQL, embedded log and real Kafka."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.demo.papers import INVENTED
from tests.support.servers import server_folder, skip_or_fail

ROOT = Path(__file__).parents[2]
TOLD = 0
NO_SERVER = 3
MINUTES_10 = 600


def demo(state: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Runs the story once and ends."""
    command = [sys.executable, "-m", "services.demo", "--once", "--state", str(state), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MINUTES_10, check=False)


@pytest.fixture(scope="module", params=["embedded", "kafka"])
def told(request: pytest.FixtureRequest) -> Iterator[tuple[Path, str]]:
    """(state folder, output) of a story that was told."""
    options = ["--kafka"] if request.param == "kafka" else []
    with server_folder("demo") as folder:
        run = demo(folder, *options)
        if run.returncode == NO_SERVER:
            skip_or_fail(run.stdout)
        assert run.returncode == TOLD, run.stdout + run.stderr
        yield folder, run.stdout


pytestmark = [pytest.mark.xdist_group("kafka"), pytest.mark.timeout(MINUTES_10)]


def test_the_story_ends_as_told(told: tuple[Path, str]) -> None:
    """Outcome, reader, removal and the lost race are on the screen, with the root and the next command."""
    _, said = told
    for words in ("with_outcome", "removed", "330782000001", "pairing_state (L6)", "/docs", "duikou audit --root"):
        assert words in said


def test_no_word_of_a_content_is_at_rest_anywhere(told: tuple[Path, str]) -> None:
    """PROTOCOL 10: no invented name, phone or number in any file of PostgreSQL, Kafka, logs, exports."""
    folder, _ = told
    forms = [form for word in INVENTED for form in (word.encode(), json.dumps(word).strip('"').encode())]
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = [str(path.relative_to(folder)) for path in files if any(form in path.read_bytes() for form in forms)]
    assert found == []
    assert len(files) > 100, "the databases are among them"


def test_told_again_it_goes_on_and_doubles_nothing(told: tuple[Path, str], request: pytest.FixtureRequest) -> None:
    """Fixed idempotency keys: the second telling finds everything there."""
    folder, said = told
    options = ["--kafka"] if "kafka" in request.node.name else []
    again = demo(folder, *options)
    assert again.returncode == TOLD, again.stdout + again.stderr
    assert again.stdout.count("│ in ") == said.count("│ in ")
    assert again.stdout.count("│ out ") == said.count("│ out ")
    assert again.stdout.count("pairing_state") >= 1
