"""``python -m tests.attacks`` writes ``docs/attacks.md`` from the table; ``--check`` compares."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from contracts.refusals import Code, Stop
from tests.attacks.row import Outcome, Row
from tests.attacks.table import SECTIONS, TABLE

PAGE = Path(__file__).parents[2] / "docs" / "attacks.md"
NAMES = {"P": "PROTOCOL", "W": "WIRE", "A": "WIRE-CHOICES A", "B": "WIRE-CHOICES B", "C": "WIRE-CHOICES C"}
HEAD = """# Attacks

Who does what against which sentence of PROTOCOL and WIRE, and what becomes of it. Each row runs in
`tests/attacks`; this page is written from it by `python -m tests.attacks` and compared by `make lint`.
A row stands under the section it is made against first. *effective*, *sealed*, *opens* and *holds* mark where a rule
ends: the same act, just inside it, is allowed. What only a database or a broker can show (a restored database, a
re-created topic, a topic's settings) is attacked in `tests/integration`, `tests/ports` and `tests/faults`.
"""


def section(name: str) -> str:
    """A section in words."""
    sort, number = name[0], name[1:]
    return f"{NAMES[sort]}{'' if sort in 'ABC' else ' '}{number}"


def page() -> str:
    """The whole page. It depends on the table alone."""
    return "\n".join([HEAD, *_sections(), *_codes()])


def _sections() -> Iterator[str]:
    for name in SECTIONS:
        rows = [row for row in TABLE if row.sections[0] == name]
        if rows:
            yield f"## {section(name)}\n\n| who does what | what becomes of it | code | also |\n|---|---|---|---|"
            yield from map(_row, rows)
            yield ""


def _row(row: Row) -> str:
    also = ", ".join(map(section, row.sections[1:]))
    return f"| {row.sentence} | {row.outcome.result} | {_code(row.outcome)} | {also} |"


def _code(outcome: Outcome) -> str:
    return f"`{outcome.code}`" if outcome.code else ""


def _codes() -> Iterator[str]:
    reached = Counter(row.outcome.code for row in TABLE)
    yield f"## Codes\n\n{len(TABLE)} rows reach every code of WIRE 18 and every reason to stop.\n"
    yield "| code | rows |\n|---|---|"
    yield from (f"| `{code}` | {reached[code]} |" for code in (*Code, *Stop))
    yield ""


def main(arguments: list[str]) -> int:
    """0: nothing differs. With ``--check`` nothing is written and 1 says that something does."""
    text = page()
    if PAGE.exists() and PAGE.read_text("utf-8") == text:
        return 0
    sys.stdout.write(f"{PAGE.relative_to(PAGE.parents[1])}\n")
    if "--check" in arguments:
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
