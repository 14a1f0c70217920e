"""Opening content: a signed access record first, its place in the log, then the plaintext, once, uncached (L7)."""

import base64
import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from contracts.access import Recorded
from contracts.channels import DESK
from contracts.content_model import ContentModel
from contracts.contents import MODELS, read_plain
from contracts.envelope import Envelope
from contracts.fields import EventId, Wire
from contracts.refusals import Code, Refused
from contracts.vocabulary import AccessKind, AccessReason
from services import journal
from services.domain.desk import Paper
from services.domain.rules import APPROVERS
from services.gateway import examples
from services.gateway.auth import Caller
from services.gateway.deps import Answer, Asking, Body, ChannelId, ContentId, Deputising, Issue, NodeOf
from services.gateway.desk import SignedBody, ToSign, to_sign
from services.gateway.examples import example
from services.gateway.holdings import day_of
from services.node import index, papers, reading
from services.node.node import Node
from services.node.parsing import parsed
from services.vault import ContentInconsistentError, Inconsistency

router = APIRouter(prefix="/v1/channels/{channel}/contents/{content}", tags=["reading"])


class AccessBody(Body):
    """How and why, from closed lists; reasons are never used for performance ranking (LED art. 25)."""

    model_config = example({"kind": "read", "reason": "handling"})

    kind: AccessKind
    reason: AccessReason


class Opened(Wire):
    """The plaintext, for the eyes of the officer who asked. ``agrees``: content and clear summary say the same."""

    model_config = example(
        {
            "source": "330782000001",
            "type": "duikou.lead.accepted.v1",
            "subject": examples.SUBJECT,
            "agrees": True,
            "content": examples.HANDLER,
        }
    )

    source: str
    type: str
    subject: str
    agrees: bool
    content: dict[str, Any]


@router.post("/access-statement", summary="What to sign before opening a content")
def access_statement(channel: ChannelId, content: ContentId, body: AccessBody, node: NodeOf, caller: Asking) -> ToSign:
    """Refused here already for what would not be opened. The one-time key in it serves the keeper."""
    held = reading.find(node, channel, content)
    reading.may_open(node, held, caller.id)
    task = None
    if body.kind is AccessKind.INDEX_SEARCH:
        index.may_search(node, held)
        task = held.subject
    asked = reading.statement(node, caller.id, channel, content, body.kind, body.reason, task)
    return to_sign(asked, caller.enrolment.key)


@router.post("/access", status_code=202, summary="Record that a content is opened")
def access(channel: ChannelId, content: ContentId, body: SignedBody, issue: Issue) -> Answer:
    """The owner sees who, why and when; the answer's ``event_id`` opens the content once it is recorded."""
    reading.may_open(issue.node, reading.find(issue.node, channel, content), issue.officer)
    return issue.issue(channel, content, reading.record(issue.officer, body.signed.dsse()))


@router.get("", summary="Open a content")
def opened(
    channel: ChannelId,
    content: ContentId,
    node: NodeOf,
    caller: Deputising,
    response: Response,
    record: Annotated[EventId | None, Query(description="The caller's own access record")] = None,
) -> Opened:
    """Under ``desk``: a draft of our own unit, without a record, by its author, an approver or a deputy of his."""
    response.headers["Cache-Control"] = "no-store"
    if channel == DESK:
        return _draft(node, caller, content)
    held = reading.find(node, channel, content)
    own_record(node, caller, record)
    plain = index.opened(node, channel, content, record or "")
    summary = getattr(held.draft.data, "summary", None)
    agrees = _agrees(held.event_type, plain, summary, day_of(held))
    return Opened(
        source=held.source, type=held.event_type, subject=held.subject, agrees=agrees, content=json.loads(plain)
    )


def own_record(node: Node, caller: Caller, record: str | None) -> Recorded:
    """Nobody reads on another's record. Raises Refused."""
    sealed = node.ledger.find(record) if record else None
    if sealed is None:
        raise Refused(Code.UNKNOWN_MATTER, "L7")
    said = Envelope.parse(sealed.value).draft().data
    if not isinstance(said, Recorded) or said.summary.officer != caller.id:
        raise Refused(Code.OFFICERS, "L7")
    return said


def agreeing(held: reading.Held, plain: bytes) -> ContentModel:
    """What contradicts its clear summary is neither printed nor followed. Raises ContentInconsistentError."""
    try:
        return read_plain(held.event_type, plain, held.draft.data.summary, day_of(held))
    except ValueError:
        raise ContentInconsistentError(Inconsistency.CIPHERTEXT) from None


def _agrees(event_type: str, plain: bytes, summary: Any, on: date) -> bool:
    """Whether the content is of its model and says what the summary says (``content_inconsistent`` if not)."""
    if event_type not in MODELS:
        raise ContentInconsistentError(Inconsistency.CIPHERTEXT)
    try:
        read_plain(event_type, plain, summary, on)
    except ValueError:
        return False
    return True


def _draft(node: Node, caller: Caller, content: str) -> Opened:
    paper, plain = _own_draft(node, caller, content)
    return Opened(source=node.source, type=paper.type, subject=paper.subject, agrees=True, content=json.loads(plain))


def draft_for(node: Node, caller: Caller, content: str) -> tuple[Paper, Any, ContentModel]:
    """A draft of our own unit for its author or an approver, logged by software: paper, summary, content.

    Raises Refused.
    """
    paper, plain = _own_draft(node, caller, content)
    model = papers.event_class(paper.type).model_fields["summary"].annotation
    return paper, parsed(model, json.loads(base64.b64decode(paper.summary))), MODELS[paper.type].of(plain)


def _own_draft(node: Node, caller: Caller, content: str) -> tuple[Paper, bytes]:
    paper = _paper(node, content)
    if caller.id != paper.author and caller.enrolment.roles.isdisjoint(APPROVERS):
        raise Refused(Code.OFFICERS, "L7")
    journal.info(journal.Said.DRAFT_READ, officer=caller.id, content=content)
    if paper.content is None:
        raise Refused(Code.UNKNOWN_MATTER, "L7")
    return paper, reading.own_plain(node, paper.channel, paper.content, paper.own)


def _paper(node: Node, content: str) -> Paper:
    history, _ = node.folds.deciding(DESK)
    for (context, id_), state in history.streams.items():
        if context == "desk" and state.content is not None and state.content.id == content:
            return papers.paper(node, id_)
    raise Refused(Code.UNKNOWN_MATTER, "L7")
