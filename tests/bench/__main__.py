"""``python -m tests.bench [--quick] [--kafka] [--write]``: medians and ranges of one run, with floors. See --help."""

import argparse
import json
import logging
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from contracts import catalogue  # noqa: F401 - registers every event type
from infra.postgres.find import find_postgres
from tests.bench.appends import appends
from tests.bench.intake import intake
from tests.bench.lab import Lab
from tests.bench.latency import latency
from tests.bench.machine import Machine, machine
from tests.bench.page import write
from tests.bench.queries import queries
from tests.bench.replay import replay
from tests.bench.stats import Line
from tests.bench.text import show

NAMES = ("append", "intake", "latency", "query", "audit")
WIDTH = 170
"""Columns of a table that goes to a file."""


@dataclass(frozen=True)
class Size:
    """How much is measured. Counts are per round."""

    rounds: int
    appends: int
    intake: int
    audit: int
    long: int
    posts: int
    cases: int
    asked: int


FULL = Size(rounds=5, appends=1_600, intake=4_000, audit=10_000, long=100_000, posts=100, cases=1_000_000, asked=2_000)
QUICK = Size(rounds=2, appends=160, intake=200, audit=400, long=800, posts=10, cases=4_000, asked=40)


def main(words: Sequence[str]) -> int:
    """Measures and prints."""
    asked = _parser().parse_args(words)
    signal.signal(signal.SIGTERM, _ended)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    with _folder("bench") as folder, find_postgres(folder / "postgres") as databases:
        (folder / "keys").mkdir()
        where, found = machine(databases.url()), list[Line]()
        try:
            found.extend(_figures(asked, Lab(databases, folder / "keys")))
        finally:  # what was measured is shown, whatever ended the rest
            _print(where, found, as_json=asked.json)
    if asked.write:
        write(where, found)
    return 0


def _ended(number: int, _: object) -> None:
    """Asked to end: servers and folders go first, and a second asking does not disturb that."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small counts: shows that it runs, not how fast")
    parser.add_argument("--kafka", action="store_true", help="the latency on a broker as well")
    parser.add_argument("--write", action="store_true", help="put the table into README.md and docs/bench.md")
    parser.add_argument("--long", type=int, help=f"records of the longest audit; {FULL.long:,} else")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--only", choices=NAMES, action="append", help="some figures")
    return parser


def _figures(asked: argparse.Namespace, lab: Lab) -> Iterator[Line]:
    size = QUICK if asked.quick else FULL
    size = replace(size, long=asked.long or size.long)
    for name, work in _works(size, lab, kafka=asked.kafka):
        if asked.only is None or name in asked.only:
            sys.stderr.write(f"measuring: {name}\n")
            for line in work():
                sys.stderr.write(f"  {line.what}: {line.ours.median:.3g} {line.unit}, ratio {line.ratio:.3g}\n")
                yield line


def _works(size: Size, lab: Lab, *, kafka: bool) -> list[tuple[str, Callable[[], list[Line]]]]:
    return [
        ("append", lambda: appends(lab, 1, size.appends, size.rounds)),
        ("append", lambda: appends(lab, 16, size.appends, size.rounds)),
        ("intake", lambda: intake(lab, size.intake, size.rounds)),
        *(("latency", partial(_latency, size, kafka=log)) for log in ([False, True] if kafka else [False])),
        ("query", lambda: queries(lab, size.cases, size.asked, size.rounds)),
        ("audit", lambda: replay(lab.folder, size.audit, size.long, size.rounds)),
    ]


def _latency(size: Size, *, kafka: bool) -> list[Line]:
    """With servers of its own: the demo's."""
    with _folder("pair") as folder:
        return latency(folder, size.posts, size.rounds, kafka=kafka)


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    """State of servers, removed at the end. Short, for a unix socket."""
    folder = Path(tempfile.mkdtemp(prefix=f"duikou-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _print(where: Machine, found: list[Line], *, as_json: bool) -> None:
    if as_json:
        document = {"machine": where.as_json(), "figures": [line.as_json() for line in found]}
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
    else:
        show(where, found, width=None if sys.stdout.isatty() else WIDTH)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
