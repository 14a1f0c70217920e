"""A lead shared in a pairing (FIELDS 6.3-6.6, MECHANISM 1.2b). Subject: random id of the share, of this channel only.

``summary`` is what everybody in the channel may see: codes, references, dates, counts, digests. Who and what stands in
``content`` (contracts.lead_content). Two signatures travel in ``approval``; one is ``officer`` in the summary.
"""

from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contracts.approval import Approvals
from contracts.content import Content
from contracts.envelope import Embedded
from contracts.event import Event
from contracts.fields import Count, Day, Digest, Items, Unit, Uuid, Wire
from contracts.parts import (
    MAX_IDENTIFIERS,
    MAX_PERSONS,
    MAX_SUBSTANCES,
    Actions,
    Attachments,
    BasisReference,
    Credits,
    Grade,
    Outgoing,
    Persons,
    Restrictions,
    Seized,
    SubstanceKinds,
    one_signature_or_two,
)
from contracts.vocabulary import Declined as DeclinedGround
from contracts.vocabulary import DocumentKind, OutcomeStage, Purpose, RemovalResult, Use, Withdrawal

WITHOUT_CASE = frozenset({OutcomeStage.NOTHING_FOUND, OutcomeStage.CASE_NOT_FILED, OutcomeStage.HANDED_ELSEWHERE})
"""Stages that need no case number, and so no content."""

MAX_ONWARD = 16
IdentifiersCount = Annotated[int, Field(ge=0, le=MAX_IDENTIFIERS)]
PersonsCount = Annotated[int, Field(ge=0, le=MAX_PERSONS)]


class LeadSummary(Outgoing):
    """Enough for everybody to check L4, the basis matrix and who had to sign."""

    kind: Literal[DocumentKind.LEAD_NOTICE]
    category: Purpose
    basis: BasisReference
    grade: Grade
    restrictions: Restrictions
    review_date: Day
    persons: Persons
    identifiers_count: IdentifiersCount
    action: Actions
    substances: SubstanceKinds
    attachments: Attachments | None = None


class SharedSummary(LeadSummary):
    """phone_first: the phone record that this lead writes down, from rule version 2 on."""

    phone_first: Uuid | None = None


class Shared(Event):
    """S1 发出. ``embedded``: the owner's grant under which a holder forwards (PROTOCOL 12)."""

    TYPE = "duikou.lead.shared.v1"
    summary: SharedSummary
    content: Content
    approval: Approvals
    embedded: Embedded | None = None


class DeliveredSummary(Wire):
    """By the node alone."""

    officer: Uuid | None = None


class Delivered(Event):
    """S2 送达. The recipient's node has it; nothing is decrypted."""

    TYPE = "duikou.lead.delivered.v1"
    FACT = True
    summary: DeliveredSummary


class ReceivedSummary(Wire):
    """Who signed for it."""

    officer: Uuid


class Received(Event):
    """S3 签收. Readable from here (L7)."""

    TYPE = "duikou.lead.received.v1"
    FACT = True
    summary: ReceivedSummary


class AcceptedSummary(Wire):
    """Until when the owner hears of it: at most 30 days on."""

    officer: Uuid
    next_feedback_on: Day


class Accepted(Event):
    """S4 受理. The content names the handler and his phone."""

    TYPE = "duikou.lead.accepted.v1"
    summary: AcceptedSummary
    content: Content


class DeclinedSummary(Wire):
    """A closed ground."""

    ground: DeclinedGround


class Declined(Event):
    """S5 不予受理, read or unread. The content leaves the recipient within 7 days."""

    TYPE = "duikou.lead.declined.v1"
    summary: DeclinedSummary
    approval: Approvals


class SupplementedSummary(Outgoing):
    """What is added. ``restrictions``: the whole new set, where it changes; ``looser``: it lacks one of the old."""

    kind: Literal[DocumentKind.LEAD_NOTICE]
    restrictions: Restrictions | None = None
    looser: Literal[True] | None = None
    persons: Persons
    identifiers_count: IdentifiersCount
    substances: SubstanceKinds
    attachments: Attachments | None = None


class Supplemented(Event):
    """S11 补充. The recipient acknowledges it."""

    TYPE = "duikou.lead.supplemented.v1"
    summary: SupplementedSummary
    content: Content
    approval: Approvals


class AcknowledgedSummary(Wire):
    """``event``: sha-256 of the envelope that was taken note of."""

    officer: Uuid
    event: Digest


class Acknowledged(Event):
    """S11 已阅."""

    TYPE = "duikou.lead.acknowledged.v1"
    FACT = True
    summary: AcknowledgedSummary


class FeedbackSummary(Wire):
    """利用情况, and when to expect the next word. ``persons_count`` > 0 takes two signatures."""

    officer: Uuid | None = None
    use: Use
    next_feedback_on: Day
    persons_count: PersonsCount


class FeedbackGiven(Event):
    """S7 反馈."""

    TYPE = "duikou.lead.feedback_given.v1"
    FACT = True
    summary: FeedbackSummary
    content: Content | None = None
    approval: Approvals | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        one_signature_or_two(self)
        if self.summary.persons_count and self.content is None:
            raise ValueError("persons stand in the content")
        return self


class OutcomeSummary(Outgoing):
    """One result of the real world, under one id that both sides cite. ``replaces``: the outcome event it revises."""

    kind: Literal[DocumentKind.REPLY]
    stage: OutcomeStage
    outcome_id: Uuid
    replaces: Digest | None = None
    persons: Count | None = None
    gangs: Count | None = None
    labs: Count | None = None
    seized: Annotated[tuple[Seized, ...], Items(1, MAX_SUBSTANCES)] | None = None
    credit: Credits


class OutcomeRecorded(Event):
    """S8 结果. From 立案 on the content holds the case number."""

    TYPE = "duikou.lead.outcome_recorded.v1"
    FACT = True
    summary: OutcomeSummary
    content: Content | None = None
    approval: Approvals

    @model_validator(mode="after")
    def _with_case(self) -> Self:
        if self.content is None and (self.summary.seized or self.summary.stage not in WITHOUT_CASE):
            raise ValueError("the case number and what was seized stand in the content")
        return self


class WithdrawnSummary(Wire):
    """A closed ground; the approver confirms on the desk within 24 h."""

    officer: Uuid
    ground: Withdrawal


class Withdrawn(Event):
    """S13 撤回. Reaches the recipient whatever he has done meanwhile (L8)."""

    TYPE = "duikou.lead.withdrawn.v1"
    FACT = True
    summary: WithdrawnSummary


class Onward(Wire):
    """The removal answer of a unit to which the lead was forwarded: sha-256 of its envelope, and what it says."""

    unit: Unit
    answer: Digest
    result: RemovalResult


class RemovalSummary(Wire):
    """销毁回执. ``final_on``: the day the last private key that opens the copy in the log dies (PROTOCOL 10).

    onward: a forwarder's answer names those of its own recipients; from rule version 3 on.
    """

    officer: Uuid | None = None
    result: RemovalResult
    final_on: Day | None = None
    prints_destroyed: Count
    onward: Annotated[tuple[Onward, ...], Items(1, MAX_ONWARD)] | None = None


class RemovalAnswered(Event):
    """S14, by the node or a handler; what is kept takes two signatures and says in the content what and why."""

    TYPE = "duikou.lead.removal_answered.v1"
    FACT = True
    SINCE = MappingProxyType({"onward": 3})
    summary: RemovalSummary
    content: Content | None = None
    approval: Approvals | None = None

    @model_validator(mode="after")
    def _kept_with_reason(self) -> Self:
        if self.summary.officer is not None and self.approval is not None:
            raise ValueError("either an officer or an approval")
        if self.summary.result is not RemovalResult.REMOVED and self.content is None:
            raise ValueError("what is kept stands in the content")
        return self


class ClosedSummary(Wire):
    """Who closes it."""

    officer: Uuid


class Closed(Event):
    """S18 办结."""

    TYPE = "duikou.lead.closed.v1"
    summary: ClosedSummary
