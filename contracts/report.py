"""The two-monthly report 两月报 between a unit and its own superior (MECHANISM 1.6 R1-R5, FIELDS 6.10).

Subject: ``subject_of(unit, period)``, so that a unit has one report for a period. 系统核算 is computed by the node from
its topics up to ``positions``; whoever has them computes it again, with the events behind each figure, which therefore
are not carried. 自报 is typed by the office. All that is a ``Table``. Open from rule version 3 on.
"""

import base64
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, model_validator

from contracts.approval import Approvals
from contracts.content import Content
from contracts.event import Event
from contracts.fields import Digest, EventId, Unit, Uuid, Wire, derived_id, pattern
from contracts.parts import Outgoing
from contracts.profile import ShapeError, read_content
from contracts.report_figures import Cell
from contracts.report_tables import ContributionTable, RestatedTable, SubmittedTable, Table, TablePaper, Version
from contracts.report_terms import RestatementCause, ReturnReason
from contracts.vocabulary import DocumentKind, Purpose

FIRST_PERIOD = "2021-03"
"""March and April 2021, of the campaign calendar: the first that is reported."""


def _reported(period: str) -> str:
    if period < FIRST_PERIOD:
        raise ValueError("reports begin with March and April 2021")
    return period


Period = Annotated[str, pattern("20[0-9]{2}-(?:01|03|05|07|09|11)"), AfterValidator(_reported)]
"""Two months, named by the first: ``2021-03`` is March and April."""


def subject_of(unit: str, period: str) -> str:
    """The report's id."""
    return derived_id(f"duikou.report.v1\n{unit}\n{period}")


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
