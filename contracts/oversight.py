"""Between a unit and its own superior: incidents, supervision, redress (MECHANISM 1.6-1.8, FIELDS 6.10).

Subject: the matter's own random id. The unit is the channel's first member, its superior the second. Open from rule
version 3 on.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contracts.approval import Approvals
from contracts.content import Content
from contracts.event import Event
from contracts.fields import Channel, Day, Division, Subject, Timestamp, Unit, Uuid, Wire, a_set
from contracts.oversight_terms import (
    BreachNotice,
    ExtensionReason,
    Finding,
    IncidentKind,
    RedressGround,
    RedressResult,
    Severity,
    SupervisionGround,
)
from contracts.parts import Outgoing
from contracts.vocabulary import DocumentKind

References = Annotated[tuple[Uuid, ...], a_set(10)]
WorkingDays = Annotated[int, Field(ge=1, le=15)]


class Cause(Wire):
    """The matter of another channel in which it happened."""

    channel: Channel
    subject: Subject


class IncidentReportedSummary(Wire):
    """By the duty officer or the head; without ``officer`` by the node, which then names its ``cause``.

    at: when it happened; told_at: when the superior's duty desk heard of it by telephone.
    """

    officer: Uuid | None = None
    kind: IncidentKind
    severity: Severity
    at: Timestamp
    division: Division
    told_at: Timestamp | None = None
    cause: Cause | None = None


class IncidentReported(Event):
    """I1 首报. What the node opens by itself holds no text."""

    TYPE = "duikou.oversight.incident_reported.v1"
    summary: IncidentReportedSummary
    content: Content | None = None

    @model_validator(mode="after")
    def _told_by_somebody(self) -> Self:
        if (self.summary.officer is None) != (self.content is None):
            raise ValueError("an officer says what happened, the node does not")
        if self.summary.officer is None and self.summary.cause is None:
            raise ValueError("the node names what it saw")
        return self


class FollowedUpSummary(Outgoing):
    """``notice``: of a breach, once it is decided whom to tell."""

    kind: Literal[DocumentKind.REPLY]
    severity: Severity
    notice: BreachNotice | None = None


class IncidentFollowedUp(Event):
    """I2 续报, every 3 days."""

    TYPE = "duikou.oversight.incident_followed_up.v1"
    summary: FollowedUpSummary
    content: Content
    approval: Approvals


class IncidentClosed(Event):
    """I2 终报. A breach is not closed before it was decided whom to tell."""

    TYPE = "duikou.oversight.incident_closed.v1"
    summary: FollowedUpSummary
    content: Content
    approval: Approvals


class SupervisionOpenedSummary(Outgoing):
    """督办单. ``about``: matters of the unit; ``days``: working days until it answers."""

    kind: Literal[DocumentKind.SUPERVISION]
    ground: SupervisionGround
    about: References
    days: WorkingDays


class SupervisionOpened(Event):
    """V1 立项, by the superior."""

    TYPE = "duikou.oversight.supervision_opened.v1"
    summary: SupervisionOpenedSummary
    content: Content
    approval: Approvals


class SupervisionReceivedSummary(Wire):
    """Who signed for it."""

    officer: Uuid


class SupervisionReceived(Event):
    """V2 签收."""

    TYPE = "duikou.oversight.supervision_received.v1"
    summary: SupervisionReceivedSummary


class SupervisionExtendedSummary(Wire):
    """More working days, counted from now; once."""

    officer: Uuid
    reason: ExtensionReason
    days: WorkingDays


class SupervisionExtended(Event):
    """V3 延期, by the superior on request."""

    TYPE = "duikou.oversight.supervision_extended.v1"
    summary: SupervisionExtendedSummary


class SupervisionAnsweredSummary(Outgoing):
    """Facts and measures stand in the content."""

    kind: Literal[DocumentKind.REPLY]


class SupervisionAnswered(Event):
    """V4 反馈, by the unit's head."""

    TYPE = "duikou.oversight.supervision_answered.v1"
    summary: SupervisionAnsweredSummary
    content: Content
    approval: Approvals


class SupervisionReturnedSummary(Wire):
    """What is missing stands in the content."""

    officer: Uuid


class SupervisionReturned(Event):
    """V5 退回重办: 5 working days."""

    TYPE = "duikou.oversight.supervision_returned.v1"
    summary: SupervisionReturnedSummary
    content: Content


class SupervisionClosedSummary(Outgoing):
    """What was found."""

    kind: Literal[DocumentKind.SUPERVISION]
    finding: Finding


class SupervisionClosed(Event):
    """V6 销号."""

    TYPE = "duikou.oversight.supervision_closed.v1"
    summary: SupervisionClosedSummary
    approval: Approvals


class SupervisionEscalatedSummary(Wire):
    """``to``: the superior's own superior."""

    officer: Uuid
    to: Unit


class SupervisionEscalated(Event):
    """V7 升级, of what is late."""

    TYPE = "duikou.oversight.supervision_escalated.v1"
    summary: SupervisionEscalatedSummary


class SuggestedSummary(Outgoing):
    """``unit``: of the other side; it is its own superior's to supervise (MECHANISM 3.1)."""

    kind: Literal[DocumentKind.SUPERVISION]
    ground: SupervisionGround
    unit: Unit
    about: References


class SupervisionSuggested(Event):
    """商请督办: the unit asks its own superior, who speaks with the other side's."""

    TYPE = "duikou.oversight.supervision_suggested.v1"
    summary: SuggestedSummary
    content: Content
    approval: Approvals


class RedressOpenedSummary(Wire):
    """Identity was checked outside. ``matter``: the lead that an exact local search found, if any."""

    officer: Uuid
    ground: RedressGround
    received_on: Day
    matter: Cause | None = None


class RedressOpened(Event):
    """申诉受理."""

    TYPE = "duikou.oversight.redress_opened.v1"
    summary: RedressOpenedSummary
    content: Content


class RedressDecidedSummary(Outgoing):
    """The decision; corrections and erasures reach the holders by the lead's own events."""

    kind: Literal[DocumentKind.REPLY]
    result: RedressResult


class RedressDecided(Event):
    """申诉决定, within 30 days."""

    TYPE = "duikou.oversight.redress_decided.v1"
    summary: RedressDecidedSummary
    content: Content
    approval: Approvals
