"""What happens to a lead beside the straight way (MECHANISM 1.2b S6, S11, S12, S16-S17, S19-S23).

Open from rule version 2 on, with contracts.lead_consents and contracts.lead_phone.
"""

from operator import attrgetter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contracts.approval import Approvals, DocumentNo
from contracts.content import Content
from contracts.event import Event
from contracts.fields import Day, Items, Unit, Uuid, Wire, each_once
from contracts.lead import IdentifiersCount
from contracts.lead_terms import Claim, Correction, Effect, ReviewReason, Settlement
from contracts.parts import (
    MAX_PERSONS,
    Attachments,
    Grade,
    Outgoing,
    Persons,
    Restrictions,
    SubstanceKinds,
)
from contracts.vocabulary import DocumentKind, OutcomeStage


class MisdirectedSummary(Wire):
    """Who sends it back."""

    officer: Uuid


class Misdirected(Event):
    """S6 误送退回, by the desk of a unit that should not have it."""

    TYPE = "duikou.lead.misdirected.v1"
    summary: MisdirectedSummary


class RegradedSummary(Outgoing):
    """The grade that stands now."""

    kind: Literal[DocumentKind.CORRECTION]
    grade: Grade


class Regraded(Event):
    """S11 改评级. The recipient acknowledges it."""

    TYPE = "duikou.lead.regraded.v1"
    summary: RegradedSummary
    approval: Approvals


class PersonEffect(Wire):
    """What became of a person of the version before, by the index there."""

    index: Annotated[int, Field(ge=1, le=MAX_PERSONS)]
    effect: Effect


class CorrectedSummary(Outgoing):
    """The whole lead anew, as it is right. ``effects``: on persons of the version before, in ascending order."""

    kind: Literal[DocumentKind.CORRECTION]
    correction: Correction
    effects: Annotated[tuple[PersonEffect, ...], Items(0, MAX_PERSONS), each_once("persons", attrgetter("index"))]
    restrictions: Restrictions
    persons: Persons
    identifiers_count: IdentifiersCount
    substances: SubstanceKinds
    attachments: Attachments | None = None


class Corrected(Event):
    """S12 更正. Its content replaces every earlier one, which nobody opens any more."""

    TYPE = "duikou.lead.corrected.v1"
    summary: CorrectedSummary
    content: Content
    approval: Approvals


class DisputedSummary(Outgoing):
    """What this unit wants."""

    kind: Literal[DocumentKind.REPLY]
    claim: Claim


class JurisdictionDisputed(Event):
    """S16 管辖争议: both want it or both refuse it. Nobody is sent out meanwhile."""

    TYPE = "duikou.lead.jurisdiction_disputed.v1"
    summary: DisputedSummary
    approval: Approvals


class SettledSummary(Outgoing):
    """Whose it is. ``decision``: number of the common superior's document, where it designated."""

    kind: Literal[DocumentKind.REPLY]
    unit: Unit
    by: Settlement
    decision: DocumentNo | None = None

    @model_validator(mode="after")
    def _with_decision(self) -> Self:
        if (self.by is Settlement.DESIGNATED) != (self.decision is not None):
            raise ValueError("a designation, and only it, names the decision")
        return self


class JurisdictionSettled(Event):
    """S17 管辖确定: in force when both units have said the same."""

    TYPE = "duikou.lead.jurisdiction_settled.v1"
    summary: SettledSummary
    approval: Approvals


class ReopenedSummary(Outgoing):
    """The new fact stands in the content."""

    kind: Literal[DocumentKind.REPLY]
    next_feedback_on: Day


class Reopened(Event):
    """S19 重启."""

    TYPE = "duikou.lead.reopened.v1"
    summary: ReopenedSummary
    content: Content
    approval: Approvals


class HeldSummary(Outgoing):
    """The stage of the proceedings; when it is reviewed again: at most 6 months on."""

    kind: Literal[DocumentKind.REPLY]
    stage: OutcomeStage
    review_on: Day


class Held(Event):
    """S20 在诉保留, by the unit that has the case; its number stands in the content."""

    TYPE = "duikou.lead.held.v1"
    summary: HeldSummary
    content: Content
    approval: Approvals


class HoldReleasedSummary(Outgoing):
    """The proceedings are over."""

    kind: Literal[DocumentKind.REPLY]


class HoldReleased(Event):
    """S20 解除保留."""

    TYPE = "duikou.lead.hold_released.v1"
    summary: HoldReleasedSummary
    approval: Approvals


class ReviewedSummary(Outgoing):
    """Why it lives on, and until when: at most 12 months."""

    kind: Literal[DocumentKind.LEAD_NOTICE]
    reason: ReviewReason
    review_date: Day


class Reviewed(Event):
    """S22 复核, by others than the lead's author."""

    TYPE = "duikou.lead.reviewed.v1"
    summary: ReviewedSummary
    approval: Approvals


class ExpungedSummary(Wire):
    """Past the review date the node says it; before it two officers do."""


class Expunged(Event):
    """S23 销毁. Reaches the recipient, who answers as to a withdrawal (L8)."""

    TYPE = "duikou.lead.expunged.v1"
    FACT = True
    summary: ExpungedSummary
    approval: Approvals | None = None


class RestrictedSummary(Outgoing):
    """Whose accuracy is contested is read by one reviewer of the recipient and by nobody else."""

    kind: Literal[DocumentKind.CORRECTION]
    reviewer: Uuid


class Restricted(Event):
    """S21 限制使用, for 30 days at most (LED 16(3)(a))."""

    TYPE = "duikou.lead.restricted.v1"
    summary: RestrictedSummary
    approval: Approvals


class RestrictionLiftedSummary(Outgoing):
    """What was contested stands, or was corrected."""

    kind: Literal[DocumentKind.CORRECTION]


class RestrictionLifted(Event):
    """S21 解除限制."""

    TYPE = "duikou.lead.restriction_lifted.v1"
    summary: RestrictionLiftedSummary
    approval: Approvals
