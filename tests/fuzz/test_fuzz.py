import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from contracts.catalogue import events
from contracts.dsse import Statement
from contracts.envelope import Envelope
from contracts.profile import compact
from tests.fuzz.engine import CORPUS, Broken, Target, Unfit, check, keep, kept, loop
from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS
from tests.fuzz.targets.wire import STATEMENTS, events_of_each_type

SEEDS = [compact({"a": [1, {"payload": "eyJhIjoxfQ=="}], "b": "text"})]


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds(name: str) -> None:
    """Finds of the past, the seeds and the same few hundred mutations every time; for more: make fuzz."""
    ran = loop(TARGETS[name], count=TARGETS[name].ci)
    if ran.find is not None:
        raise AssertionError(f"{name}: {ran.find.data!r}") from ran.find.error
    assert ran.tried >= TARGETS[name].ci


def test_the_corpus_belongs_to_targets() -> None:
    assert {path.name for path in CORPUS.iterdir()} <= set(TARGETS)


def test_the_page_names_every_target() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fuzz.md").read_text("utf-8")
    rows = "".join(f"| `{target.name}` | {target.what} |\n" for target in TARGETS.values())
    assert f"| target | what |\n|---|---|\n{rows}\n" in page


def test_every_event_type_and_statement_is_among_the_seeds() -> None:
    """Who adds a type gets it fuzzed."""
    assert {Envelope.parse(value).type for value in events_of_each_type()} == set(events())
    direct = set(Statement.__subclasses__())
    assert set(STATEMENTS) == direct | {below for one in direct for below in one.__subclasses__()}


def target(run: object, *refuses: type[Exception]) -> Target:
    return Target("planted", "a planted defect", lambda: SEEDS, run, refuses)  # type: ignore[arg-type]


def leaves(data: bytes) -> None:
    raise KeyError(data)


def wavers(_: bytes) -> float:
    return time.monotonic()


def dawdles(_: bytes) -> None:
    end = time.thread_time() + 1.2
    while time.thread_time() < end:
        pass


def recurses(data: bytes) -> None:
    recurses(data)


def breaks(_: bytes) -> None:
    raise Broken("its own promise")


@pytest.mark.parametrize(
    ("run", "error"),
    [(leaves, KeyError), (wavers, Broken), (dawdles, Broken), (recurses, RecursionError), (breaks, Broken)],
)
def test_a_planted_defect_is_found(run: object, error: type[Exception]) -> None:
    """Each property of the engine, broken once."""
    ran = loop(target(run, ValueError), count=3)
    assert ran.find is not None
    assert isinstance(ran.find.error, error)


def test_what_a_target_names_is_no_find() -> None:
    def refuses(_: bytes) -> None:
        raise ValueError

    def unfit(_: bytes) -> None:
        raise Unfit

    for run in (refuses, unfit):
        ran = loop(target(run, ValueError), count=3)
        assert (ran.find, ran.accepted, ran.tried) == (None, 0, 3 + len(SEEDS))


def test_a_find_is_kept_and_tried_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.engine.CORPUS", tmp_path)
    planted = target(leaves)
    assert keep(planted, b"find").read_bytes() == b"find"
    assert kept(planted) == [b"find"]
    ran = loop(planted, count=1)
    assert ran.find is not None
    assert (ran.find.data, ran.tried) == (b"find", 1)


def test_the_same_number_gives_the_same_bytes() -> None:
    first, again = ([mutated(SEEDS, Random(n)) for n in range(500)] for _ in range(2))
    assert first == again
    assert len(set(first)) > 250


def test_mutations_reach_inside_base64() -> None:
    """What a statement hides is changed as JSON, not as letters."""
    assert any(
        b"eyJh" not in data and b'"payload":"ey' in data for data in (mutated(SEEDS, Random(n)) for n in range(500))
    )


def test_the_command_line_tries_one_file(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"duikou.trust.1")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "topic", "--input", path], check=True, capture_output=True, text=True
    )
    assert done.stdout == "topic: accepted\n"


def test_check_says_whether_it_was_accepted() -> None:
    assert check(TARGETS["topic"], b"duikou.trust.1")
    assert not check(TARGETS["topic"], b"duikou.trust.0")
