"""Who in the unit handles what, and which of its holdings belong together (MECHANISM 1.2a D8, D9). Never published.

A matter goes by its channel and subject; on the desk its stream has the same subject (WIRE 19).
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from contracts import desk as said
from contracts.channels import DESK, TRUST
from contracts.fields import Channel, Subject, Uuid
from contracts.refusals import Code, Refused
from services.domain.desk import Paper, Status
from services.gateway import examples
from services.gateway.deps import Answer, Body, ChannelId, Issue, SubjectId, shown
from services.gateway.examples import example
from services.gateway.rows import Viewing
from services.node.commands import command_id, minted, propose
from services.node.folds import now_ms
from services.node.node import Node
from services.views.desk import DESK as LEAVES
from services.views.view import stream

router = APIRouter(prefix="/v1/desk", tags=["desk"])
MATTERS = ("enquiry", "lead", "liaison", "operation", "oversight")
"""Contexts whose matters are handled by somebody."""


class HandlerBody(Body):
    """Who handles it: an officer of this unit who serves now."""

    model_config = example({"handler": examples.OFFICER})

    handler: Uuid


class LinkBody(Body):
    """Another holding of ours."""

    model_config = example({"other_channel": examples.CHANNEL, "other": examples.SUBJECT})

    other_channel: Channel
    other: Subject


class HandBody(Body):
    """From whom, to whom."""

    model_config = example({"leaves": examples.OFFICER, "handler": examples.OFFICER[:-1] + "8"})

    leaves: Uuid
    handler: Uuid


class Assignment(BaseModel):
    """One matter and who handles it."""

    model_config = example({"channel": examples.CHANNEL, "subject": examples.SUBJECT, "handler": examples.OFFICER})

    channel: str
    subject: str
    handler: str


class Handed(BaseModel):
    """Matters that changed hands."""

    model_config = example({"subjects": [examples.SUBJECT]})

    subjects: list[str]


@router.post("/assignments/{channel}/{subject}", status_code=202, summary="Give a matter to a handler")
def assign(channel: ChannelId, subject: SubjectId, body: HandlerBody, issue: Issue) -> Answer:
    """D8 分办, 转办 where it has one already; by the intake desk, the duty officer or the head."""
    _there(issue.node, channel, subject)
    _serves(issue.node, body.handler)
    held: Paper = issue.node.folds.deciding(DESK)[0].state("desk", subject)
    event = said.Assigned if held.status is Status.ABSENT else said.Reassigned
    return issue.tell(DESK, subject, event, {"handler": body.handler, "channel": channel})


@router.post("/assignments/handed", summary="Give everything of one handler to another")
def hand(body: HandBody, issue: Issue) -> Handed:
    """D8 转办: all items of a person in one act. Sent again with the same key it changes nothing."""
    _serves(issue.node, body.handler)
    history, _ = issue.node.folds.deciding(DESK)
    mine = [
        (subject, state.channel)
        for (context, subject), state in sorted(history.streams.items())
        if context == "desk" and state.status is Status.ASSIGNED and state.handler == body.leaves
    ]
    for subject, channel in mine:
        summary = said.AssignedSummary(officer=issue.officer, handler=body.handler, channel=channel)
        id_ = command_id(issue.node.source, DESK, issue.officer, f"{issue.key}/{subject}", said.Reassigned.TYPE)
        propose(issue.node, DESK, subject, said.Reassigned(summary=summary), id=id_)
    return Handed(subjects=[subject for subject, _ in mine])


@router.get("/assignments", summary="Who handles what")
def assignments(
    views: Viewing, handler: Annotated[str, Query(pattern="^[0-9a-f-]{0,36}$", description="Only his")] = ""
) -> list[Assignment]:
    """Every matter that was given to somebody."""
    found = ((stream(key).subject, row) for key, row in views.all(LEAVES) if row.status is Status.ASSIGNED)
    return [
        Assignment(channel=row.channel, subject=subject, handler=row.handler)
        for subject, row in found
        if handler in ("", row.handler)
    ]


@router.post("/links/{channel}/{subject}", status_code=202, summary="Note that two of our holdings belong together")
def link(channel: ChannelId, subject: SubjectId, body: LinkBody, issue: Issue) -> Answer:
    """D9 关联: logged, because it combines (LED art. 25); nothing of either leaves."""
    _there(issue.node, channel, subject)
    _there(issue.node, body.other_channel, body.other)
    note = minted(issue.id(DESK, said.Linked))
    return issue.tell(DESK, note, said.Linked, {"channel": channel, **shown(body)})


def _there(node: Node, channel: str, subject: str) -> None:
    """Raises Refused(unknown_matter): we hold nothing of that name there; what we only oversee is not ours."""
    history = node.folds.history(channel)
    ours = history.channel.may_write(node.source)
    if not ours or not any((context, subject) in history.streams for context in MATTERS):
        raise Refused(Code.UNKNOWN_MATTER, "D8")


def _serves(node: Node, officer: str) -> None:
    """Raises Refused(officers): nobody of this unit who serves now."""
    if not node.folds.history(TRUST).channel.trust.serves(officer, node.source, now_ms()):
        raise Refused(Code.OFFICERS, "D8")
