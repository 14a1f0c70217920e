"""``python -m tests.mutation [MODULE ...] [--survivors | --page | --check]``: which changes does no test notice?

Without words: the modules that have changed since their last run. ``--survivors``: only what survived that run, for
tests written since. ``--page`` writes docs/mutation.md anew, ``--check`` says what does not fit together.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.mutation import record
from tests.mutation.modules import MODULES, ROOT, digest
from tests.mutation.operators import Mutant
from tests.mutation.record import Found
from tests.mutation.runner import mutants_of, run


def main(words: Sequence[str]) -> int:
    """0: all is killed or explained."""
    asked = _parser().parse_args(words)
    found = record.load()
    if not (asked.page or asked.check):
        _keep_bytecode()
        wanted = asked.modules or [name for name in MODULES if name not in found or _changed(name, found)]
        for name in sorted(wanted, key=_above):
            _run(name, found, only_survivors=asked.survivors)
    if not asked.check:
        record.PAGE.write_text(record.page(found))
    said = record.complaints(found, {name: mutants_of(name) for name in asked.modules or MODULES})
    print(*said, sep="\n", end="\n" if said else "")
    return int(bool(said))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", choices=[*MODULES, []])
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--survivors", action="store_true")
    how.add_argument("--page", action="store_true")
    how.add_argument("--check", action="store_true")
    return parser


def _keep_bytecode() -> None:
    """Apart from the tree, whatever the environment says: all is imported thousands of times, and compiled once."""
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(ROOT / ".cache" / "mutants" / "bytecode")


def _above(name: str) -> bool:
    """What lies below is run first: to change what lies above, it is imported once and for all."""
    return not name.startswith("contracts.")


def _changed(name: str, found: dict[str, Found]) -> bool:
    return found[name].text != digest(name)


def _run(name: str, found: dict[str, Found], *, only_survivors: bool) -> None:
    """Runs a module and records it."""
    if only_survivors and (name not in found or _changed(name, found)):
        raise SystemExit(f"{name} has changed since its last run")
    again = set(found[name].survivors) if only_survivors else set[record.Name]()
    start, text = time.monotonic(), digest(name)
    outcome = run(name, lambda change: not only_survivors or (change.where, change.change) in again, _seen)
    left = tuple((change.where, change.change) for change in outcome.survivors)
    tried = outcome.killed + len(left)
    changes = found[name].changes if only_survivors else tried
    found[name] = Found(text, f"{datetime.now(UTC):%Y-%m-%d}", changes, left)
    record.save({**record.load(), name: found[name]})  # another run may have saved another module
    print(f"{name}: {tried} tried, {len(left)} survived, {time.monotonic() - start:.0f} s", flush=True)


def _seen(change: Mutant, killed: bool) -> None:
    if not killed:
        print(f"  survived  {change.where or 'module'}: {change.change}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
