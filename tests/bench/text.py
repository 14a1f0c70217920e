"""The figures as a table."""

from rich.console import Console
from rich.table import Table

from tests.bench.machine import Machine
from tests.bench.stats import Line, Spread


def show(where: Machine, found: list[Line], *, width: int | None = None) -> None:
    """Prints machine and table. ``width``: columns, for what is no terminal."""
    console = Console(width=width, highlight=False)
    console.print("\n".join(described(where)))
    table = Table()
    for name in ("what", "unit", "median", "range", "floor", "median (range) of the floor", "ratio", "goal"):
        table.add_column(name, justify="left" if name in {"what", "unit", "floor"} else "right")
    for line in found:
        floor = both(line.floor)
        ours = (line.what, line.unit, _number(line.ours.median), _range(line.ours))
        table.add_row(*ours, line.floor_name, floor, f"{line.ratio:.2f}", line.goal)
    console.print(table)


def described(where: Machine) -> tuple[str, str]:
    """Date and machine; software."""
    return (
        f"{where.date}; {where.cores} cores of {where.cpu}, {where.system}; load {where.load} before the first figure",
        f"Python {where.python}, PostgreSQL {where.postgres}, {where.openssl}",
    )


def markdown(found: list[Line]) -> list[str]:
    """The lines of a table."""
    rows = [
        f"| {line.what.strip()} | {line.unit} | {both(line.ours)} | {line.floor_name} | {both(line.floor)} "
        f"| {line.ratio:.2f} | {line.goal} |"
        for line in found
    ]
    head = "| What | Unit | Median (range) | Floor | Median (range) | Ratio | Goal |"
    return [head, "|---|---|---|---|---|---|---|", *rows]


def both(spread: Spread) -> str:
    """Median and range."""
    return f"{_number(spread.median)} ({_range(spread)})"


def _range(spread: Spread) -> str:
    return f"{_number(spread.low)}-{_number(spread.high)}"


def _number(value: float) -> str:
    """Three significant digits, or whole."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
