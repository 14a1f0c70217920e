"""Which event is which letter: its content in fixed order, numbers masked (MECHANISM 4, FIELDS 6.3 to 6.7)."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from contracts import enquiry, lead, lead_course, oversight
from contracts.approval import Approval, DocumentNo
from contracts.content_model import ContentModel
from contracts.envelope import Draft
from services.domain.clocks import day, parse_time
from services.office import enquiries, leads, orders
from services.office.letter import Frame, Letter, Names, Section, marks, numbered


class Writer(NamedTuple):
    """title and sections of an event's letter, from its summary and its opened content."""

    title: Callable[[Any, Any], str]
    sections: Callable[[Any, Any, Names], tuple[Section, ...]]


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        lead.Shared.TYPE: Writer(leads.title, leads.sections),
        lead_course.Corrected.TYPE: Writer(leads.corrected_title, leads.corrected),
        enquiry.Asked.TYPE: Writer(enquiries.asked_title, enquiries.asked),
        enquiry.Answered.TYPE: Writer(enquiries.answered_title, enquiries.answered),
        oversight.SupervisionOpened.TYPE: Writer(orders.title, orders.sections),
    }
)
"""Event type -> how its letter is written. Others are read on the screen."""


def letter_of(draft: Draft[Any], content: ContentModel, frame: Frame, names: Names) -> Letter:
    """The letter of an event that stands in the log; its type is one of ``WRITERS``."""
    summary, writer = draft.data.summary, WRITERS[draft.type]
    document, on = signed(draft)
    return Letter(
        frame=frame,
        kind=summary.kind.zh,
        number=numbered(frame.sender.word, document),
        marks=marks(frame.copy, summary.classification, summary.urgency),
        title=writer.title(summary, content),
        sections=writer.sections(summary, content, names),
        signed_on=on,
        digest=draft.digest,
    )


def signed(draft: Draft[Any]) -> tuple[DocumentNo | None, date]:
    """Number and day of the approval, +08:00; of what one officer said: no number, and the day of the event."""
    papers = getattr(draft.data, "approval", None)
    if papers is None:
        return None, day(parse_time(draft.time))
    approval = Approval.of(papers.approval)
    return approval.document, day(parse_time(approval.decided_at))
