"""What a head says alone about a pairing (MECHANISM 1.1). All else about it is a document with two signatures."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from contracts import pairing, pairing_course
from contracts.vocabulary import DocumentKind, Role, Suspension
from services.domain.counting import sleeping_days
from services.gateway import examples
from services.gateway.deps import Answer, Body, ChannelId, Commands, Issue, Nothing, shown
from services.gateway.examples import example
from services.gateway.rows import From, MatterNow, Page, Viewing, plain
from services.node.folds import now_ms
from services.node.node import Node
from services.views.pairings import PAIRINGS, Agreement

router = APIRouter(prefix="/v1/channels/{channel}/pairing", tags=["pairings"])
queries = APIRouter(tags=["pairings"])


class OrderBody(Body):
    """Number of the superior's document that ordered it."""

    series: DocumentKind
    year: Annotated[int, Field(ge=2021, le=2999, strict=True)]
    number: Annotated[int, Field(ge=1, le=999_999, strict=True)]


class SuspendBody(Body):
    """A closed ground."""

    model_config = example({"ground": "reorganisation"})

    ground: Suspension
    order: OrderBody | None = None


@router.post("/suspended", status_code=202, summary="Suspend a pairing")
def suspended(channel: ChannelId, body: SuspendBody, issue: Issue) -> Answer:
    """P6: a flag of our side; withdrawals, removals and receipts go on."""
    return issue.tell(channel, _subject(issue, channel), pairing.Suspended, shown(body))


class ContactsBody(Body):
    """Whose desk, and who answers there now."""

    model_config = example({"desk": "duty", "content": {"contact": examples.HANDLER["handler"]}})

    desk: Literal[Role.HEAD, Role.INTAKE, Role.DUTY]
    content: dict[str, Any]


@router.post("/contacts", status_code=202, summary="Say who answers a desk's telephone now")
def contacts(channel: ChannelId, body: ContactsBody, issue: Issue) -> Answer:
    """P5 变更联络人, by the intake desk; encrypted for the other unit."""
    return issue.tell(channel, _subject(issue, channel), pairing_course.ContactsChanged, shown(body))


@router.post("/ended", status_code=202, summary="End a pairing that was announced to end")
def ended(channel: ChannelId, _: Nothing, issue: Issue) -> Answer:
    """P11: by the announcer, when every matter is closed or 30 days are over."""
    return issue.tell(channel, _subject(issue, channel), pairing.Ended, {})


def _subject(issue: Commands, channel: str) -> str:
    """The pairing's stream in its channel is the id of its proposal; a channel without one has no such matter."""
    return issue.node.folds.history(channel).channel.pairing or "none"


@queries.get("/v1/pairings", summary="All pairings: as proposed and answered, and as lived in their channel")
def pairings(views: Viewing, start: From = "") -> Page:
    """``state.standing``: the status with the end of the term counted in; ``sleeping``: no matter moves. Both now."""
    rows, more = views.page(PAIRINGS, start)
    followed = set(views.node.followed())
    return Page(items=[_now(views.node, key, row, followed) for key, row in rows], next=more)


@router.get("", summary="The pairing of a channel")
def one(channel: ChannelId, views: Viewing) -> MatterNow:
    """Its terms, flags and timeline."""
    subject = views.node.folds.history(channel).channel.pairing or "none"
    key = f"{channel}/pairing/{subject}"
    return _now(views.node, key, views.must(PAIRINGS, key, "P1"), {channel})


def _now(node: Node, key: str, row: Agreement, followed: set[str]) -> MatterNow:
    found, now = plain(key, row), now_ms()
    state = {**found.state, "standing": row.standing(now).value}
    if found.channel in followed:
        spoke, days = node.spoke(found.channel), sleeping_days(node.folds.history(found.channel).channel.trust)
        state |= {"quiet_since": max(spoke, row.valid_from), "sleeping": row.asleep(spoke, now, days)}
    return found.model_copy(update={"state": state})
