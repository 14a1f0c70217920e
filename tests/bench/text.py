"""The figures as a table."""

from rich.console import Console
from rich.table import Table

from tests.bench.machine import Machine
from tests.bench.stats import Line, Spread


def show(where: Machine, found: list[Line], *, width: int | None = None) -> None:
    """Prints machine and table. ``width``: columns, for what is no terminal."""
    console = Console(width=width, highlight=False)
    console.print(
        f"{where.date}; {where.cores} cores of {where.cpu}, {where.system}; load {where.load} before the first figure"
    )
    console.print(f"Python {where.python}, PostgreSQL {where.postgres}, {where.openssl}")
    table = Table()
    for name in ("what", "unit", "median", "range", "floor", "median (range) of the floor", "ratio"):
        table.add_column(name, justify="left" if name in {"what", "unit", "floor"} else "right")
    for line in found:
        floor = f"{_number(line.floor.median)} ({_range(line.floor)})"
        ours = (line.what, line.unit, _number(line.ours.median), _range(line.ours))
        table.add_row(*ours, line.floor_name, floor, f"{line.ratio:.2f}")
    console.print(table)


def _range(spread: Spread) -> str:
    return f"{_number(spread.low)}-{_number(spread.high)}"


def _number(value: float) -> str:
    """Three significant digits, or whole."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
