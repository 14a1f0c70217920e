"""Formal pairings: proposed and answered in ``duikou.pairing``, lived in their channel (MECHANISM 1.1, FIELDS 6.2)."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.approval import Approvals, DocumentNo
from contracts.document import Document
from contracts.event import Event
from contracts.fields import Count, Digest, Timestamp, Unit, Uuid, Wire, a_set
from contracts.trust import ClockProfile
from contracts.vocabulary import Purpose, Restriction, Suspension


class ProposedSummary(Document):
    """A firm offer of its maker until ``answer_by`` (3 to 60 days on); subject = id of this event."""

    kind: Literal["agreement"]  # type: ignore[assignment]
    counterpart: Unit
    purposes: Annotated[tuple[Purpose, ...], a_set(7, 1)]
    ceiling: Annotated[tuple[Restriction, ...], a_set(3)]
    oversight_a: Unit
    oversight_b: Unit
    term_days: Annotated[int, Field(ge=1, le=731)]
    clocks: ClockProfile
    agreement: Digest
    impact_assessment: Digest
    answer_by: Timestamp


class Proposed(Event):
    """P1. oversight_a is in the proposer's chain, oversight_b in the counterpart's."""

    TYPE = "duikou.pairing.proposed.v1"
    summary: ProposedSummary
    approval: Approvals


class AnswerSummary(Wire):
    """Which offer: the sha-256 of its value, and so the same terms (WIRE 31)."""

    offer: Digest


class Accepted(Event):
    """P2. Its digest makes the channel id."""

    TYPE = "duikou.pairing.accepted.v1"
    summary: AnswerSummary
    approval: Approvals


class Declined(Event):
    """P3. A new proposal is a new matter."""

    TYPE = "duikou.pairing.declined.v1"
    summary: AnswerSummary
    approval: Approvals


class SuspendedSummary(Wire):
    """``order``: the document of the superior that ordered it."""

    officer: Uuid
    ground: Suspension
    order: DocumentNo | None = None


class Suspended(Event):
    """P6. A flag of one side; both can stand."""

    TYPE = "duikou.pairing.suspended.v1"
    summary: SuspendedSummary


class ResumedSummary(Wire):
    """The ground that is over."""

    ground: Suspension


class Resumed(Event):
    """P7. Takes the writer's own flag down."""

    TYPE = "duikou.pairing.resumed.v1"
    summary: ResumedSummary
    approval: Approvals


class EndingSummary(Wire):
    """``open_matters`` as the announcer counts them; ``for_cause``: no 30 days' notice."""

    open_matters: Count
    for_cause: bool


class EndingAnnounced(Event):
    """P10. Nothing new begins any more."""

    TYPE = "duikou.pairing.ending_announced.v1"
    summary: EndingSummary
    approval: Approvals


class EndedSummary(Wire):
    """Who ends it for the announcer."""

    officer: Uuid


class Ended(Event):
    """P11. Obligations outlive it: removals and receipts go on."""

    TYPE = "duikou.pairing.ended.v1"
    summary: EndedSummary
