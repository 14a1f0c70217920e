"""What happens to an enquiry on its way: completion, interim word, correction (MECHANISM 1.3 E3, E4, E6, E10).

Open from rule version 2 on, as the form ``measure`` is.
"""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from contracts.approval import Approvals
from contracts.content import Content
from contracts.enquiry import Answers
from contracts.enquiry_terms import InterimReason
from contracts.event import Event
from contracts.fields import Day, Digest, Uuid, Wire, a_set
from contracts.lead import PersonsCount
from contracts.parts import MAX_ATTACHMENTS, Attachments, Outgoing, one_signature_or_two
from contracts.vocabulary import AttachmentKind, DocumentKind

PaperKinds = Annotated[tuple[AttachmentKind, ...], a_set(MAX_ATTACHMENTS, 1)]


class CompletionRequestedSummary(Wire):
    """Which papers lack, or cannot be read."""

    officer: Uuid
    missing: PaperKinds


class CompletionRequested(Event):
    """E3 退回补正, of a measure request only. The clock of the answer stops."""

    TYPE = "duikou.enquiry.completion_requested.v1"
    summary: CompletionRequestedSummary


class CompletedSummary(Outgoing):
    """The papers that were asked for."""

    kind: Literal[DocumentKind.MEASURE_REQUEST]
    attachments: Attachments


class Completed(Event):
    """E4 已补正. The clock of the answer starts anew."""

    TYPE = "duikou.enquiry.completed.v1"
    summary: CompletedSummary
    content: Content
    approval: Approvals


class InterimSummary(Wire):
    """Why it takes longer, and until when: at most 15 days on. ``officer`` the first time, then two signatures."""

    officer: Uuid | None = None
    reason: InterimReason
    due_on: Day


class InterimGiven(Event):
    """E6 阶段答复, before the answer is due."""

    TYPE = "duikou.enquiry.interim_given.v1"
    summary: InterimSummary
    approval: Approvals | None = None

    @model_validator(mode="after")
    def _signed(self) -> Self:
        one_signature_or_two(self)
        return self


class AnswerCorrectedSummary(Outgoing):
    """The items that are answered otherwise now. ``corrects``: sha-256 of the envelope of the answer."""

    kind: Literal[DocumentKind.CORRECTION]
    corrects: Digest
    answers: Answers
    persons_count: PersonsCount
    sealed_record: Literal[True] | None = None


class AnswerCorrected(Event):
    """E10 更正答复. The asker acknowledges it."""

    TYPE = "duikou.enquiry.answer_corrected.v1"
    summary: AnswerCorrectedSummary
    content: Content
    approval: Approvals


class AcknowledgedSummary(Wire):
    """``event``: sha-256 of the envelope of the correction."""

    officer: Uuid
    event: Digest


class Acknowledged(Event):
    """E10 已阅."""

    TYPE = "duikou.enquiry.acknowledged.v1"
    FACT = True
    summary: AcknowledgedSummary
