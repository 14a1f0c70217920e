"""All rows, and the sections of the law that they answer for."""

from tests.attacks import (
    audits,
    contents,
    continuations,
    doors,
    forwarding,
    ledgers,
    mandates,
    officers,
    openings,
    records,
    rules,
    trust,
)
from tests.attacks.row import Row

MODULES = (
    records,
    ledgers,
    openings,
    continuations,
    mandates,
    trust,
    officers,
    rules,
    forwarding,
    contents,
    audits,
    doors,
)
TABLE: tuple[Row, ...] = tuple(row for module in MODULES for row in module.ROWS)
SECTIONS = (
    *(f"P{n}" for n in (1, 2, 3, 4, 5, 6, 8, 12)),
    *(f"W{n}" for n in range(1, 34)),
    *(f"A{n}" for n in range(1, 15)),
    *(f"B{n}" for n in range(1, 46)),
    *(f"C{n}" for n in range(1, 7)),
)
"""Each has at least one row."""
