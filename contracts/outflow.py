"""Outflow is numbers, never people (DOMAIN scope 1, FIELDS 6.10). No person type and no join key stand here."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contracts.event import Event
from contracts.fields import Digest, Division, Items, Uuid, Wire, pattern
from contracts.vocabulary import OutflowSource, Sector

HalfYear = Annotated[str, pattern("[0-9]{4}H[12]")]
SUPPRESSED_BELOW = 10
ROUNDED_TO = 10


class Cell(Wire):
    """Where to, in which sector, how many: a multiple of 10, or suppressed and then absent."""

    destination: Division
    sector: Sector
    count: Annotated[int, Field(ge=10, le=9_999_990, multiple_of=ROUNDED_TO)] | None = None
    suppressed: Literal[True] | None = None

    @model_validator(mode="after")
    def _count_or_suppressed(self) -> Self:
        if (self.count is None) == (self.suppressed is None):
            raise ValueError("a cell has a rounded count or is suppressed")
        return self


class ReportSummary(Wire):
    """Counts of one origin division and half-year, by destination and sector; one cell each."""

    officer: Uuid
    origin: Division
    period: HalfYear
    source: OutflowSource
    cells: Annotated[tuple[Cell, ...], Items(1, 40)]

    @model_validator(mode="after")
    def _one_cell_each(self) -> Self:
        places = [(cell.destination, cell.sector) for cell in self.cells]
        if places != sorted(set(places)):
            raise ValueError("cells stand in ascending order, one for each destination and sector")
        return self


class Reported(Event):
    """A county publishes its counts."""

    TYPE = "duikou.outflow.reported.v1"
    summary: ReportSummary


class CorrectedSummary(ReportSummary):
    """Replaces a whole report, named by the digest of the envelope it replaces."""

    replaces: Digest


class Corrected(Event):
    """The counts again, right."""

    TYPE = "duikou.outflow.corrected.v1"
    summary: CorrectedSummary


def cell(destination: str, sector: Sector, people: int) -> Cell:
    """A cell from an exact count, which goes no further: suppressed below 10, else rounded half up to 10."""
    if people < SUPPRESSED_BELOW:
        return Cell(destination=destination, sector=sector, suppressed=True)
    return Cell(destination=destination, sector=sector, count=(people + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO)
