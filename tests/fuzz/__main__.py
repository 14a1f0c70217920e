"""``python -m tests.fuzz [TARGET ...] [--seconds N] [--start N] [--engine loop|atheris] [--input FILE]``.

Exit code: 0 nothing found, 1 a find, which then lies in ``tests/fuzz/corpus``.
"""

import argparse
import logging
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz import guided
from tests.fuzz.engine import Ran, Target, check, keep, loop
from tests.fuzz.targets import TARGETS

ENGINES = {"loop": loop, "atheris": guided.run}


def main(arguments: list[str]) -> int:
    """Runs the named targets (all, if none is named), one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=600.0, help="per target")
    parser.add_argument("--start", type=int, default=0, help="number of the first mutation (loop)")
    parser.add_argument("--engine", choices=ENGINES, default="atheris" if find_spec("atheris") else "loop")
    parser.add_argument("--input", type=Path, help="try this one file")
    asked = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    unknown = set(asked.targets) - set(TARGETS)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    chosen = [TARGETS[name] for name in asked.targets or TARGETS]
    if asked.input:
        return max(_one(target, asked.input.read_bytes()) for target in chosen)
    return max(
        _told(target, ENGINES[asked.engine](target, seconds=asked.seconds, start=asked.start)) for target in chosen
    )


def _one(target: Target, data: bytes) -> int:
    sys.stdout.write(f"{target.name}: {'accepted' if check(target, data) else 'refused'}\n")
    return 0


def _told(target: Target, ran: Ran) -> int:
    sys.stdout.write(f"| {target.name} | {ran.tried:,} | {ran.accepted:,} | {ran.seconds:.0f} |\n")
    sys.stdout.flush()
    if ran.find is None:
        return 0
    traceback.print_exception(ran.find.error)
    sys.stdout.write(f"a find, kept as {keep(target, ran.find.data)}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
