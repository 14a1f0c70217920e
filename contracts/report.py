"""The two-monthly report 两月报 between a unit and its own superior (MECHANISM 1.6 R1-R5, FIELDS 6.10).

Subject: ``subject_of(unit, period)``, so that a unit has one report for a period. 系统核算 is computed by the node from
its topics up to ``positions``; whoever has them computes it again, with the events behind each figure, which therefore
are not carried. What stands on outcomes is carried as outcomes, by their ids: the next level counts each once.
自报 is typed by the office and stands beside, never in a sum. Open from rule version 3 on.

All that is a ``Table``, a clear document of its own, because it can be larger than a summary: the summary that officers
sign names it by its digest, and it stands beside the summary in ``embedded``.
"""

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from contracts.approval import Approvals
from contracts.content import Content
from contracts.event import Event
from contracts.fields import Binary, Count, Digest, EventId, Items, Unit, Uuid, Wire, a_set, pattern
from contracts.parts import Outgoing
from contracts.profile import ShapeError, compact, read_content
from contracts.report_terms import (
    BY_PURPOSE,
    MEASURES,
    RESULTS,
    SEIZED,
    Indicator,
    RestatementCause,
    ReturnReason,
    sort_of,
)
from contracts.vocabulary import (
    CountyCategory,
    CreditRole,
    DocumentKind,
    Purpose,
    SubstanceKind,
    SubstanceUnit,
)

FIRST_PERIOD = "2021-03"
"""March and April 2021, of the campaign calendar: the first that is reported."""
MAX_TABLE = 16_384
"""Bytes of a table: with remark, keys and signatures the event stays under 48 KiB, on the desk too."""


def _reported(period: str) -> str:
    if period < FIRST_PERIOD:
        raise ValueError("reports begin with March and April 2021")
    return period


Period = Annotated[str, pattern("20[0-9]{2}-(?:01|03|05|07|09|11)"), AfterValidator(_reported)]
"""Two months, named by the first: ``2021-03`` is March and April."""


def amount_of(value: Decimal) -> str:
    """The one way to write an amount: no exponent, no zeros at the end."""
    return format(value.normalize() if value else Decimal(0), "f")


def _canonical(value: str) -> str:
    if amount_of(Decimal(value)) != value:
        raise ValueError("an amount has no zeros at its end")
    return value


Amount = Annotated[str, pattern(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,7})?"), AfterValidator(_canonical)]
"""Seven decimals: a quantity of four in grams, as kilograms. Fifteen digits hold every sum of what a table may say."""
Version = Annotated[int, Field(ge=1, le=99)]


def subject_of(unit: str, period: str) -> str:
    """The report's id: of UUIDv4 form (WIRE 19), and the same for everybody."""
    return str(UUID(bytes=sha256(f"duikou.report.v1\n{unit}\n{period}".encode()).digest()[:16], version=4))


class Cell(Wire):
    """Which figure. substance, measure: of what was seized; role: the column, absent in the total."""

    indicator: Indicator
    role: CreditRole | None = None
    substance: SubstanceKind | None = None
    measure: SubstanceUnit | None = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if self.role is not None and self.indicator not in RESULTS | SEIZED:
            raise ValueError("roles are of outcomes")
        if (self.indicator in SEIZED) != (self.substance is not None) or (self.substance is None) != (
            self.measure is None
        ):
            raise ValueError("what was seized, and only that, has a substance and its measure")
        if self.substance is None or self.measure is None:
            return self
        if self.measure not in MEASURES or sort_of(self.substance, self.measure) is not self.indicator:
            raise ValueError("the indicator, or the measure, is another one's")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """By which figures are sorted and told apart."""
        return (self.indicator, self.role or "", self.substance or "", self.measure or "")


class ByPurpose(Wire):
    """The parts of a figure; what is nothing is left out."""

    outflow_trafficking: Amount | None = None
    manufacture: Amount | None = None
    precursor: Amount | None = None
    transit: Amount | None = None
    parcel: Amount | None = None
    cultivation_seed: Amount | None = None
    venue_inducement: Amount | None = None

    def parts(self) -> dict[Purpose, Decimal]:
        """Purpose -> amount."""
        found = ((purpose, getattr(self, purpose.value)) for purpose in Purpose)
        return {purpose: Decimal(value) for purpose, value in found if value is not None}


class Figure(Cell):
    """One figure; ``by``: its parts, which add up to it."""

    value: Amount
    by: ByPurpose | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.indicator not in SEIZED and "." in self.value:
            raise ValueError("what is counted is a whole number")
        if self.by is None:
            return self
        if self.indicator not in BY_PURPOSE:
            raise ValueError("this figure is of no purpose")
        if sum(self.by.parts().values()) != Decimal(self.value):
            raise ValueError("the parts add up to the figure")
        return self


def _each_figure_once(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    keys = [one.key for one in figures]
    if keys != sorted(set(keys)):
        raise ValueError("figures stand in order, each once")
    return figures


Figures = Annotated[tuple[Figure, ...], Items(0, 120), AfterValidator(_each_figure_once)]


class SeizedAmount(Wire):
    """How much of what, in the report's measure."""

    substance: SubstanceKind
    measure: SubstanceUnit
    amount: Amount

    @model_validator(mode="after")
    def _measured(self) -> Self:
        if self.measure not in MEASURES:
            raise ValueError("kilograms, litres, plants or tablets")
        return self


class OutcomeFigures(Wire):
    """What one outcome adds to the period, and the roles in which the reporting units share it.

    filed, solved: cases; measured, prosecuted: persons; each stands in the period in which it was first recorded.
    shared: a further unit of this province is credited in it, and may report it too.
    """

    outcome_id: Uuid
    purpose: Purpose
    roles: Annotated[tuple[CreditRole, ...], a_set(3, 1)]
    filed: Literal[1] | None = None
    solved: Literal[1] | None = None
    measured: Count | None = None
    prosecuted: Count | None = None
    gangs: Count | None = None
    labs: Count | None = None
    seized: Annotated[tuple[SeizedAmount, ...], Items(1, 10)] | None = None
    shared: Literal[True] | None = None


def _each_outcome_once(outcomes: tuple[OutcomeFigures, ...]) -> tuple[OutcomeFigures, ...]:
    ids = [one.outcome_id for one in outcomes]
    if ids != sorted(set(ids)):
        raise ValueError("outcomes stand in ascending order, each once")
    return outcomes


Outcomes = Annotated[tuple[OutcomeFigures, ...], Items(0, 100), AfterValidator(_each_outcome_once)]


class Reading(Wire):
    """How far a topic was read."""

    topic: Annotated[str, pattern(r"duikou\.channel\.[a-z2-7]{52}\.[1-9][0-9]{0,8}")]
    offset: Annotated[int, Field(ge=0, le=2**53 - 1)]


def _each_topic_once(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    topics = [one.topic for one in readings]
    if topics != sorted(set(topics)):
        raise ValueError("topics stand in order, each once")
    return readings


Readings = Annotated[tuple[Reading, ...], Items(1, 100), AfterValidator(_each_topic_once)]


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


class Change(Cell):
    """One figure of the version before and of this one."""

    before: Amount
    after: Amount

    @model_validator(mode="after")
    def _changed(self) -> Self:
        if self.before == self.after:
            raise ValueError("a figure that stays is no difference")
        return self


Changes = Annotated[tuple[Change, ...], Items(1, 120)]


class RestatedTable(SubmittedTable):
    """difference: every figure that is another than in the version before; where nothing is, nothing is restated."""

    difference: Changes


def difference(before: Sequence[Figure], after: Sequence[Figure]) -> tuple[Change, ...]:
    """Figures that are others, in order; one that does not stand is 0."""
    old, new = ({one.key: one for one in figures} for figures in (before, after))
    found = []
    for key in sorted({*old, *new}):
        was, now = (known[key].value if key in known else "0" for known in (old, new))
        if was != now:
            cell: Any = {name: getattr(new.get(key) or old[key], name) for name in Cell.model_fields}
            found.append(Change(**cell, before=was, after=now))
    return tuple(found)


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


@lru_cache(maxsize=64)
def _read(model: type[Table], payload: str) -> Table:
    plain = base64.b64decode(payload)
    try:
        read_content(plain)
    except ShapeError as error:
        raise ValueError("a table is a document of the wire profile") from error
    return model.model_validate_json(plain)


class ReportSummary(Outgoing):
    """policy: sha-256 of the policy in force, by which it was counted; table: sha-256 of the figures."""

    kind: Literal[DocumentKind.PERIODIC_REPORT]
    unit: Unit
    period: Period
    version: Version
    policy: Digest
    table: Digest


class _Report(Event):
    """Has a table of the model ``TABLE``."""

    TABLE: ClassVar[type[Table]]
    summary: ReportSummary
    content: Content | None = None
    approval: Approvals
    embedded: TablePaper

    @model_validator(mode="after")
    def _of_this_table(self) -> Self:
        if self.embedded.digest != self.summary.table:
            raise ValueError("the summary names another table")
        _read(self.TABLE, self.embedded.payload)
        return self

    @property
    def table(self) -> Any:
        """The figures, of ``TABLE``."""
        return _read(self.TABLE, self.embedded.payload)


class ContributionSealed(_Report):
    """R1 县级上报, and again with the next version after R2."""

    TYPE = "duikou.oversight.contribution_sealed.v1"
    TABLE = ContributionTable


class ReturnedSummary(Wire):
    """Which version, which figure of it, and which event (or outcome, by its id) is the matter."""

    officer: Uuid
    version: Version
    figure: Cell
    purpose: Purpose | None = None
    event: EventId
    reason: ReturnReason


class ContributionReturned(Event):
    """R2 退回: the county corrects what was wrong by events, and seals the next version."""

    TYPE = "duikou.oversight.contribution_returned.v1"
    summary: ReturnedSummary


class ReportSubmitted(_Report):
    """R3 市级汇总上报, and again with the next version after it was returned."""

    TYPE = "duikou.oversight.report_submitted.v1"
    TABLE = SubmittedTable


class AcceptedSummary(Wire):
    """Which version."""

    officer: Uuid
    version: Version


class ReportAccepted(Event):
    """R4 接收."""

    TYPE = "duikou.oversight.report_accepted.v1"
    summary: AcceptedSummary


class ReportReturned(Event):
    """R4 退回."""

    TYPE = "duikou.oversight.report_returned.v1"
    summary: ReturnedSummary


class RestatedSummary(ReportSummary):
    """cause: why it is stated again."""

    cause: RestatementCause


class ReportRestated(_Report):
    """R5 更正."""

    TYPE = "duikou.oversight.report_restated.v1"
    TABLE = RestatedTable
    summary: RestatedSummary


REPORTS: Mapping[str, type[_Report]] = MappingProxyType(
    {one.TYPE: one for one in (ContributionSealed, ReportSubmitted, ReportRestated)}
)
"""Event type -> what a node computes and an office cannot type."""
TYPED = frozenset({"kind", "classification", "urgency", "urgency_ground", "period", "cause", "self_reported"})
"""What an office says of its report; everything else the node fills in."""
