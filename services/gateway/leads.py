"""What one officer says about a lead: signed for, accepted, fed back, withdrawn, closed (MECHANISM 1.2b)."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from contracts import lead
from contracts.fields import Day, Digest
from contracts.vocabulary import RemovalResult, Use, Withdrawal
from services.gateway import examples
from services.gateway.deps import Answer, Body, ChannelId, Issue, Nothing, SubjectId
from services.gateway.examples import example
from services.gateway.rows import From, MatterNow, OneChannel, Page, Viewing, matter, reads
from services.views.cases import CASES

router = APIRouter(prefix="/v1/channels/{channel}/leads/{subject}", tags=["leads"])
queries = APIRouter(tags=["leads"])


class AcceptBody(Body):
    """Until when the owner hears of it (at most 30 days on), and who handles it."""

    model_config = example({"next_feedback_on": "2026-12-20", "content": examples.HANDLER})

    next_feedback_on: Day
    content: dict[str, Any]


class AcknowledgeBody(Body):
    """sha-256 of the envelope that was taken note of, as the timeline shows it."""

    model_config = example({"event": examples.DIGEST})

    event: Digest


class FeedbackBody(Body):
    """Without persons: what names a person is a document and takes two signatures."""

    model_config = example({"use": "still_checking", "next_feedback_on": "2026-12-20"})

    use: Use
    next_feedback_on: Day
    content: dict[str, Any] | None = None


class WithdrawBody(Body):
    """A closed ground; an approver confirms on the desk within 24 h."""

    model_config = example({"ground": "person_cleared"})

    ground: Withdrawal


class RemovalBody(Body):
    """Everything is removed; what is kept is a document and takes two signatures. prints: how many were destroyed."""

    model_config = example({"prints_destroyed": 0})

    prints_destroyed: Annotated[int, Field(ge=0, le=999, strict=True)]


@router.post("/received", status_code=202, summary="Sign for a lead")
def received(channel: ChannelId, subject: SubjectId, _: Nothing, issue: Issue) -> Answer:
    """S3 签收, by the intake desk or the duty officer."""
    return issue.tell(channel, subject, lead.Received)


@router.post("/accepted", status_code=202, summary="Accept a lead")
def accepted(channel: ChannelId, subject: SubjectId, body: AcceptBody, issue: Issue) -> Answer:
    """S4 受理."""
    return issue.tell(channel, subject, lead.Accepted, body)


@router.post("/acknowledged", status_code=202, summary="Take note of a supplement")
def acknowledged(channel: ChannelId, subject: SubjectId, body: AcknowledgeBody, issue: Issue) -> Answer:
    """S11 已阅."""
    return issue.tell(channel, subject, lead.Acknowledged, body)


@router.post("/feedback", status_code=202, summary="Give feedback without persons")
def feedback(channel: ChannelId, subject: SubjectId, body: FeedbackBody, issue: Issue) -> Answer:
    """S7 反馈."""
    return issue.tell(channel, subject, lead.FeedbackGiven, body, persons_count=0)


@router.post("/withdrawn", status_code=202, summary="Withdraw a lead")
def withdrawn(channel: ChannelId, subject: SubjectId, body: WithdrawBody, issue: Issue) -> Answer:
    """S13 撤回: reaches the recipient whatever he has done meanwhile (L8)."""
    return issue.tell(channel, subject, lead.Withdrawn, body)


@router.post("/removal", status_code=202, summary="Answer a removal: everything is removed")
def removal(channel: ChannelId, subject: SubjectId, body: RemovalBody, issue: Issue) -> Answer:
    """S14 销毁回执."""
    return issue.tell(channel, subject, lead.RemovalAnswered, body, result=RemovalResult.REMOVED.value)


@router.post("/closed", status_code=202, summary="Close a lead")
def closed(channel: ChannelId, subject: SubjectId, _: Nothing, issue: Issue) -> Answer:
    """S18 办结."""
    return issue.tell(channel, subject, lead.Closed)


@queries.get("/v1/cases", summary="All leads, sent and received")
def cases(views: Viewing, start: From = "", channel: OneChannel = "") -> Page:
    """Clear parts only: codes, references, dates, counts."""
    rows, more = views.page(CASES, start, f"{channel}/" if channel else "")
    return Page(items=[matter(views.node, key, row) for key, row in rows], next=more)


@router.get("", summary="A lead with its timeline and who read it")
def case(channel: ChannelId, subject: SubjectId, views: Viewing) -> MatterNow:
    """``state.timeline`` says who did what at which place of the log; ``reads`` who opened its contents."""
    key = f"{channel}/lead/{subject}"
    row = views.must(CASES, key, "S1")
    return matter(views.node, key, row).model_copy(update={"reads": reads(views, channel, row)})
