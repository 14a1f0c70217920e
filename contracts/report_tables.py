"""Tables of the two-monthly report 两月报, one for each level: how far it read, and what follows (FIELDS 6.10).

A table is a clear document of its own, because it can be larger than a summary: the summary that officers sign names it
by its digest, and it stands beside the summary in ``embedded``. 自报 stands beside, never in a sum.
"""

import base64
from decimal import Decimal
from hashlib import sha256
from operator import attrgetter
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from contracts.fields import Binary, Digest, Items, RecordOffset, Unit, Wire, a_set, each_once, pattern
from contracts.profile import compact
from contracts.report_figures import Changes, Figures, Outcomes
from contracts.report_terms import RESULTS, SEIZED
from contracts.vocabulary import CountyCategory

MAX_TABLE = 16_384
"""Bytes of a table: with remark, keys and signatures the event stays under 48 KiB, on the desk too."""
Version = Annotated[int, Field(ge=1, le=99)]


class Reading(Wire):
    """How far a topic was read."""

    topic: Annotated[str, pattern(r"duikou\.channel\.[a-z2-7]{52}\.[1-9][0-9]{0,8}")]
    offset: RecordOffset


Readings = Annotated[tuple[Reading, ...], Items(1, 100), each_once("topics", attrgetter("topic"))]


class Table(Wire):
    """What every level says: how far the topics were read, and what follows from that.

    MOST: every number is below it, so that no sum of such tables is longer than an amount.
    """

    MOST: ClassVar[int]
    positions: Readings
    figures: Figures
    outcomes: Outcomes
    self_reported: Figures | None = None

    @model_validator(mode="after")
    def _below_most(self) -> Self:
        parts = (part.amount for one in self.outcomes for part in one.seized or ())
        if any(Decimal(value) >= self.MOST for value in (*(one.value for one in self.figures), *parts)):
            raise ValueError("a number that no report holds")
        return self

    @model_validator(mode="after")
    def _one_column(self) -> Self:
        if any(one.role is not None or one.by is not None for one in self.self_reported or ()):
            raise ValueError("an office's own numbers are one column, without roles and purposes")
        return self

    def to_bytes(self) -> bytes:
        """As it stands in the event."""
        return compact(self.model_dump(mode="json", exclude_none=True))


class ContributionTable(Table):
    """categories: of the unit's counties in the annex. figures: all but those of outcomes, which follow from these."""

    MOST = 10**9
    categories: Annotated[tuple[CountyCategory, ...], a_set(5)]

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        if any(one.indicator in RESULTS | SEIZED for one in self.figures):
            raise ValueError("figures of outcomes follow from the outcomes")
        return self


class Contribution(Wire):
    """A county's report that is in the sums, by the digest of its envelope."""

    unit: Unit
    version: Version
    digest: Digest


class SubmittedTable(Table):
    """figures: of all levels below, each outcome once. outcomes: those that another unit may report too.

    missing: counties that have not reported, by name; their figures are in no sum.
    """

    MOST = 10**13
    contributions: Annotated[tuple[Contribution, ...], Items(0, 40)]
    missing: Annotated[tuple[Unit, ...], a_set(40)]

    @model_validator(mode="after")
    def _each_county_once(self) -> Self:
        units = [one.unit for one in self.contributions]
        if units != sorted(set(units)) or set(units) & set(self.missing) or not {*units, *self.missing}:
            raise ValueError("each county stands once, with its contribution or as missing")
        if any(one.shared is None for one in self.outcomes):
            raise ValueError("only outcomes that others may report stand here")
        return self


class RestatedTable(SubmittedTable):
    """difference: every figure that is another than in the version before; where nothing is, nothing is restated."""

    difference: Changes


class TablePaper(Wire):
    """The table's compact JSON as it was signed for."""

    payload: Annotated[str, Binary(2, MAX_TABLE)]

    @classmethod
    def of(cls, table: Table) -> Self:
        """Raises ValueError: longer than MAX_TABLE."""
        return cls(payload=base64.b64encode(table.to_bytes()).decode())

    @property
    def digest(self) -> str:
        """sha-256 hex of the table's bytes."""
        return sha256(base64.b64decode(self.payload)).hexdigest()
