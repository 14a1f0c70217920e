"""Joint operations (MECHANISM 1.4, FIELDS 6.8). Subject: the operation's own random id, of this channel only.

An operation of more than two units is the lead unit's hub and spokes: one stream in each channel. ``plan`` names a plan
by the commitment of the content that holds it: whoever can open it can check it, and nobody else learns anything.
Open from rule version 2 on.
"""

from operator import attrgetter
from typing import Annotated, Literal, Self

from pydantic import model_validator

from contracts.approval import Approvals
from contracts.content import Content
from contracts.event import Event
from contracts.fields import Digest, Items, Timestamp, Unit, Uuid, Wire, a_set, each_once
from contracts.operation_terms import EarlyAction, Milestone, OperationKind, Pause
from contracts.parts import Credits, Outgoing
from contracts.vocabulary import DocumentKind

References = Annotated[tuple[Uuid, ...], a_set(20)]
Officers = Annotated[tuple[Uuid, ...], a_set(20, 2)]


class PlanSummary(Outgoing):
    """When, which leads and enquiries of this channel; the plan itself stands in the content."""

    kind: Literal[DocumentKind.ACTION_PLAN]
    operation: OperationKind
    begins: Timestamp
    ends: Timestamp
    leads: References
    enquiries: References
    answer_by: Timestamp


class Proposed(Event):
    """O1 提议: a firm offer until ``answer_by``."""

    TYPE = "duikou.operation.proposed.v1"
    summary: PlanSummary
    content: Content
    approval: Approvals


class AnswerSummary(Wire):
    """``plan``: commitment of the plan that is answered."""

    plan: Digest


class Agreed(Event):
    """O2 会签."""

    TYPE = "duikou.operation.agreed.v1"
    summary: AnswerSummary
    approval: Approvals


class Declined(Event):
    """O2 不同意."""

    TYPE = "duikou.operation.declined.v1"
    summary: AnswerSummary
    approval: Approvals


class PlanAmended(Event):
    """O3 变更: nobody else is sent out until the other head answers; teams that are out go on by the plan before."""

    TYPE = "duikou.operation.plan_amended.v1"
    summary: PlanSummary
    content: Content
    approval: Approvals


class DispatchedSummary(Outgoing):
    """A team of at least two, on an accepted measure request of its unit. weapons: its approval's number is encrypted.

    early_action: why it went before jurisdiction was settled; only then.
    """

    kind: Literal[DocumentKind.ACTION_PLAN]
    team: Uuid
    officers: Officers
    enquiry: Uuid
    weapons: bool
    early_action: EarlyAction | None = None


class TeamDispatched(Event):
    """O4 派出."""

    TYPE = "duikou.operation.team_dispatched.v1"
    summary: DispatchedSummary
    content: Content
    approval: Approvals


class TeamSummary(Wire):
    """Which team."""

    officer: Uuid
    team: Uuid


class TeamArrived(Event):
    """O5 到达确认, by the host's desk. The content names the host's contact."""

    TYPE = "duikou.operation.team_arrived.v1"
    summary: TeamSummary
    content: Content


class MilestoneSummary(Wire):
    """What happened, when by the writer's clock. Numbers and names stand in the lead's outcome."""

    officer: Uuid
    milestone: Milestone
    at: Timestamp


class MilestoneReached(Event):
    """O6 进展; an arrest at once."""

    TYPE = "duikou.operation.milestone_reached.v1"
    summary: MilestoneSummary


class HandedOverSummary(Wire):
    """Each unit says it for itself; it stands when both mean the same list, giver and kind.

    at: when, by the writer's clock. list: commitment of the giver's list, by which the unit that takes over names it;
    the giver sends the list itself, and so can name no other.
    """

    officer: Uuid
    handover: Uuid
    giver: Unit
    at: Timestamp
    officers: Officers
    list: Digest | None = None


class _HandedOver(Event):
    FACT = True
    summary: HandedOverSummary
    content: Content | None = None

    @model_validator(mode="after")
    def _of_one_list(self) -> Self:
        if (self.content is None) == (self.summary.list is None):
            raise ValueError("the giver sends the list, the other unit names it")
        return self


class CustodyHandedOver(_HandedOver):
    """O7 提解移交. The giver's content lists the persons."""

    TYPE = "duikou.operation.custody_handed_over.v1"


class EvidenceHandedOver(_HandedOver):
    """O7 随案移送. The giver's content lists the exhibits."""

    TYPE = "duikou.operation.evidence_handed_over.v1"


class PauseSummary(Wire):
    """``officer`` alone for reasons of safety; else two signatures."""

    officer: Uuid | None = None
    reason: Pause


class _Stopped(Event):
    summary: PauseSummary
    approval: Approvals | None = None

    @model_validator(mode="after")
    def _safety_alone(self) -> Self:
        alone = self.summary.officer is not None
        if alone == (self.approval is not None) or (alone and self.summary.reason is not Pause.SAFETY):
            raise ValueError("one officer for safety, else an approval")
        return self


class Suspended(_Stopped):
    """O8 暂停."""

    TYPE = "duikou.operation.suspended.v1"


class Resumed(Event):
    """O8 恢复, by the unit that paused."""

    TYPE = "duikou.operation.resumed.v1"
    summary: PauseSummary
    approval: Approvals

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.summary.officer is not None:
            raise ValueError("two officers resume")
        return self


class Aborted(_Stopped):
    """O8 中止."""

    TYPE = "duikou.operation.aborted.v1"


class TeamReturned(Event):
    """O9 返回, by the desk of the unit that sent it."""

    TYPE = "duikou.operation.team_returned.v1"
    summary: TeamSummary


class ConcludedSummary(Outgoing):
    """The operation is over; what came of it is agreed afterwards."""

    kind: Literal[DocumentKind.REPLY]


class Concluded(Event):
    """O10 结束, by the head of the unit that proposed it."""

    TYPE = "duikou.operation.concluded.v1"
    summary: ConcludedSummary
    approval: Approvals


class Result(Wire):
    """One outcome of the real world and each unit's part in it; roles count side by side."""

    outcome_id: Uuid
    credit: Credits


class ResultsSummary(Outgoing):
    """战果: outcomes by their ids. Numbers stand in the outcomes themselves."""

    kind: Literal[DocumentKind.REPLY]
    results: Annotated[tuple[Result, ...], Items(1, 20), each_once("outcomes", attrgetter("outcome_id"))]


class ResultsProposed(Event):
    """O11 战果提议."""

    TYPE = "duikou.operation.results_proposed.v1"
    summary: ResultsSummary
    approval: Approvals


class ResultsAgreedSummary(Wire):
    """``results``: sha-256 of the envelope of the proposal."""

    results: Digest


class ResultsAgreed(Event):
    """O11 战果确认."""

    TYPE = "duikou.operation.results_agreed.v1"
    summary: ResultsAgreedSummary
    approval: Approvals
