"""Enquiries of a pairing (FIELDS 6.7, MECHANISM 1.3). Subject: the enquiry's own random id, of this channel only.

Form ``measure`` (办案协作) is in the model from the start; rule version 2 opens it (services.domain.enquiry).
"""

from operator import attrgetter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contracts.approval import Approvals
from contracts.content import Content
from contracts.event import Event
from contracts.fields import Day, Items, Unit, Uuid, Wire, each_once
from contracts.lead import DeliveredSummary, PersonsCount, ReceivedSummary
from contracts.parts import Attachments, BasisReference, Outgoing, one_signature_or_two
from contracts.vocabulary import (
    AnswerCode,
    Cancellation,
    DocumentKind,
    EnquiryForm,
    EnquiryPurpose,
    InfoRefusal,
    Measure,
    MeasureRefusal,
    NeededBy,
    Purpose,
    Use,
)

MAX_ITEMS = 10

ItemNo = Annotated[int, Field(ge=1, le=MAX_ITEMS)]
_KINDS = {EnquiryForm.INFO: DocumentKind.ENQUIRY, EnquiryForm.MEASURE: DocumentKind.MEASURE_REQUEST}


class FiledCase(Wire):
    """A filed case of the asker, where no lead is cited; its number is encrypted."""

    category: Purpose
    basis: BasisReference


class AskedSummary(Outgoing):
    """About exactly one: ``lead`` (a live one of this channel) or ``case``. Items are counted, not said."""

    kind: Literal[DocumentKind.ENQUIRY, DocumentKind.MEASURE_REQUEST]
    form: EnquiryForm
    purpose: EnquiryPurpose
    lead: Uuid | None = None
    case: FiledCase | None = None
    items_count: ItemNo
    needed_by: Day | None = None
    needed_reason: NeededBy | None = None
    measure: Measure | None = None
    attachments: Attachments | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.lead is None) == (self.case is None):
            raise ValueError("about a lead or a case")
        if (self.needed_by is None) != (self.needed_reason is None):
            raise ValueError("a date it is needed by has a reason")
        if (self.form is EnquiryForm.MEASURE) != (self.measure is not None) or self.kind is not _KINDS[self.form]:
            raise ValueError("a measure request, and only it, names the measure")
        return self


class Asked(Event):
    """E1 发函."""

    TYPE = "duikou.enquiry.asked.v1"
    summary: AskedSummary
    content: Content
    approval: Approvals


class Delivered(Event):
    """E2 送达."""

    TYPE = "duikou.enquiry.delivered.v1"
    FACT = True
    summary: DeliveredSummary


class Received(Event):
    """E2 签收."""

    TYPE = "duikou.enquiry.received.v1"
    FACT = True
    summary: ReceivedSummary


class UndertakenSummary(Wire):
    """Who gave it to a handler."""

    officer: Uuid


class Undertaken(Event):
    """E5 承办. The content names the handler and his phone."""

    TYPE = "duikou.enquiry.undertaken.v1"
    summary: UndertakenSummary
    content: Content


class ItemAnswer(Wire):
    """Answer to one item; a refused one has its ground."""

    no: ItemNo
    code: AnswerCode
    ground: InfoRefusal | None = None

    @model_validator(mode="after")
    def _refused_with_ground(self) -> Self:
        if (self.code is AnswerCode.REFUSED) != (self.ground is not None):
            raise ValueError("a refused item, and only it, has a ground")
        return self


Answers = Annotated[tuple[ItemAnswer, ...], Items(1, MAX_ITEMS), each_once("items", attrgetter("no"))]


class AnsweredSummary(Outgoing):
    """Codes per item. ``sealed_record``: an answer about a record that the law seals; never forwarded."""

    kind: Literal[DocumentKind.REPLY]
    officer: Uuid | None = None
    answers: Answers
    persons_count: PersonsCount
    sealed_record: Literal[True] | None = None


class Answered(Event):
    """E7 答复; two signatures where persons stand in it. What was found stands in the content."""

    TYPE = "duikou.enquiry.answered.v1"
    summary: AnsweredSummary
    content: Content | None = None
    approval: Approvals | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        one_signature_or_two(self)
        found = any(answer.code is AnswerCode.FOUND for answer in self.summary.answers)
        if self.content is None and (found or self.summary.persons_count):
            raise ValueError("what was found stands in the content")
        return self


class RefusedSummary(Outgoing):
    """``ground`` for an information enquiry; ``measure_ground`` for a measure request, with the right unit."""

    kind: Literal[DocumentKind.REPLY]
    ground: InfoRefusal | None = None
    measure_ground: MeasureRefusal | None = None
    right_unit: Unit | None = None

    @model_validator(mode="after")
    def _one_ground(self) -> Self:
        if (self.ground is None) == (self.measure_ground is None):
            raise ValueError("one ground")
        if (self.measure_ground is MeasureRefusal.NOT_OUR_TERRITORY) != (self.right_unit is not None):
            raise ValueError("not our territory, and only that, names the right unit")
        return self


class Refused(Event):
    """E8 不予提供. The words are neutral; the real reason stays in the unit."""

    TYPE = "duikou.enquiry.refused.v1"
    summary: RefusedSummary
    approval: Approvals


class CancelledSummary(Wire):
    """A closed ground."""

    officer: Uuid
    ground: Cancellation


class Cancelled(Event):
    """E9 撤销."""

    TYPE = "duikou.enquiry.cancelled.v1"
    summary: CancelledSummary


class ClosedSummary(Wire):
    """What the answer was good for."""

    officer: Uuid
    use: Use


class Closed(Event):
    """E11 办结."""

    TYPE = "duikou.enquiry.closed.v1"
    summary: ClosedSummary
