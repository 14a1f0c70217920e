"""What one officer says about an enquiry (MECHANISM 1.3). Asking and refusing are documents and take two signatures."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from contracts import enquiry
from contracts.vocabulary import (
    AnswerCode,
    Cancellation,
    Classification,
    DocumentKind,
    InfoRefusal,
    Urgency,
    UrgencyGround,
    Use,
)
from services.gateway import examples
from services.gateway.deps import Answer, Body, ChannelId, Issue, Nothing, SubjectId
from services.gateway.examples import example
from services.gateway.rows import From, MatterNow, OneChannel, Page, Viewing, matter, reads
from services.views.enquiries import ENQUIRIES

router = APIRouter(prefix="/v1/channels/{channel}/enquiries/{subject}", tags=["enquiries"])
queries = APIRouter(tags=["enquiries"])


class UndertakeBody(Body):
    """Who handles it."""

    model_config = example({"content": examples.HANDLER})

    content: dict[str, Any]


class ItemBody(Body):
    """The answer to one item; a refused one has its ground."""

    no: Annotated[int, Field(ge=1, le=enquiry.MAX_ITEMS, strict=True)]
    code: AnswerCode
    ground: InfoRefusal | None = None


class AnswerBody(Body):
    """Codes per item, without persons; what was found stands in the content."""

    model_config = example(
        {
            "classification": "work_secret",
            "urgency": "routine",
            "answers": [{"no": 1, "code": "nothing_held"}],
        }
    )

    classification: Classification
    urgency: Urgency
    urgency_ground: UrgencyGround | None = None
    answers: Annotated[list[ItemBody], Field(min_length=1, max_length=enquiry.MAX_ITEMS)]
    sealed_record: Literal[True] | None = None
    content: dict[str, Any] | None = None


class CancelBody(Body):
    """A closed ground."""

    model_config = example({"ground": "no_longer_needed"})

    ground: Cancellation


class CloseBody(Body):
    """What the answer was good for."""

    model_config = example({"use": "useful"})

    use: Use


@router.post("/received", status_code=202, summary="Sign for an enquiry")
def received(channel: ChannelId, subject: SubjectId, _: Nothing, issue: Issue) -> Answer:
    """E2 签收."""
    return issue.tell(channel, subject, enquiry.Received)


@router.post("/undertaken", status_code=202, summary="Give an enquiry to a handler")
def undertaken(channel: ChannelId, subject: SubjectId, body: UndertakeBody, issue: Issue) -> Answer:
    """E5 承办."""
    return issue.tell(channel, subject, enquiry.Undertaken, body)


@router.post("/answered", status_code=202, summary="Answer an enquiry without naming persons")
def answered(channel: ChannelId, subject: SubjectId, body: AnswerBody, issue: Issue) -> Answer:
    """E7 答复; a partial answer leaves the rest open."""
    return issue.tell(channel, subject, enquiry.Answered, body, kind=DocumentKind.REPLY.value, persons_count=0)


@router.post("/cancelled", status_code=202, summary="Cancel an enquiry")
def cancelled(channel: ChannelId, subject: SubjectId, body: CancelBody, issue: Issue) -> Answer:
    """E9 撤销."""
    return issue.tell(channel, subject, enquiry.Cancelled, body)


@router.post("/closed", status_code=202, summary="Close an enquiry")
def closed(channel: ChannelId, subject: SubjectId, body: CloseBody, issue: Issue) -> Answer:
    """E11 办结."""
    return issue.tell(channel, subject, enquiry.Closed, body)


@queries.get("/v1/enquiries", summary="All enquiries, sent and received")
def enquiries(views: Viewing, start: From = "", channel: OneChannel = "") -> Page:
    """Codes and counts, no item's text."""
    rows, more = views.page(ENQUIRIES, start, f"{channel}/" if channel else "")
    return Page(items=[matter(views.node, key, row) for key, row in rows], next=more)


@router.get("", summary="An enquiry with its timeline and who read it")
def one(channel: ChannelId, subject: SubjectId, views: Viewing) -> MatterNow:
    """As a lead."""
    key = f"{channel}/enquiry/{subject}"
    row = views.must(ENQUIRIES, key, "E1")
    return matter(views.node, key, row).model_copy(update={"reads": reads(views, channel, row)})
