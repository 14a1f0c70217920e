"""Documents on their way out: drafted, signed twice on the officers' machines, sealed by the node (MECHANISM 1.2a).

A paper's id is random in form (WIRE 19) and follows from the Idempotency-Key, so that a repeated POST finds its paper.
"""

import base64
import json
from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query

from contracts import desk as said
from contracts.approval import Approval, DocumentNo, Submission
from contracts.channels import DESK
from contracts.dsse import Dsse, Statement
from contracts.envelope import Envelope
from contracts.fields import Channel, Code, Digest, EventType, Subject, Uuid, Wire
from contracts.profile import compact
from contracts.refusals import Code as Refusal
from contracts.refusals import NotYet, Refused
from contracts.vocabulary import ApproverAnswer, Role, Term
from services.domain import CONTEXTS, keys
from services.domain.clocks import format_time
from services.domain.desk import Paper, Status
from services.gateway import examples
from services.gateway.deps import (
    Answer,
    Asking,
    Body,
    Commands,
    Deputising,
    Issue,
    IssueAsDeputy,
    NodeOf,
    Nothing,
    Signature,
    SubjectId,
    Wait,
    settled,
    shown,
)
from services.gateway.examples import example
from services.gateway.holdings import Holding, holding
from services.node import attachments, index, papers, reports
from services.node.commands import duty_id, minted, rehearse
from services.node.folds import now_ms
from services.node.node import Node
from services.node.parsing import InvalidError
from services.node.reading import Held, own_plain

router = APIRouter(prefix="/v1/papers", tags=["documents"])
SIGNING_ROLES = (Role.AUTHOR, Role.APPROVER, Role.HEAD)


class DocumentBody(Body):
    """The clear summary and, where the event has one, the content; both as their models say (FIELDS).

    ``content_id``: under which the attachments were uploaded, where the document has any.
    """

    summary: dict[str, Any]
    content: dict[str, Any] | None = None
    content_id: Uuid | None = None


class DraftBody(DocumentBody):
    """For which channel, as which event; ``subject``: the matter it is about, absent where it opens one.

    grant: digest of the owner's grant, where a lead is forwarded.
    """

    model_config = example(examples.LEAD, examples.DRAFT)

    channel: Channel
    type: EventType
    subject: Subject | None = None
    grant: Digest | None = None


class RevisionBody(DocumentBody):
    """The whole document again, under a content id of its own; channel, event and matter stay."""

    model_config = example({name: examples.DRAFT[name] for name in ("summary", "content")})


class SignedBody(Body):
    """A signed statement; ``delegation``: what an approver stands in by."""

    model_config = example({"signed": examples.SIGNED})

    signed: Signature
    delegation: Signature | None = None


class ReturnBody(Body):
    """Why, as a code; words go by telephone."""

    model_config = example({"reason": "grounds_unclear"})

    reason: Code


class ToSign(Wire):
    """The exact bytes to sign under DSSE, and the key that is enrolled for the officer."""

    model_config = example(examples.TO_SIGN)

    payload_type: str
    payload: str
    keyid: str


class Sending(Term):
    """How a document stands on its way out."""

    NONE = "none", "未签发", "not approved"
    WAITING = "waiting", "已签发，待封发", "approved, not sealed yet"
    REFUSED = "refused", "已签发，不能发出", "approved, and a rule forbids to send it"
    PENDING = "pending", "已签发，未送达", "sealed, not in the log yet"
    RECORDED = "recorded", "已发出", "in the log"
    VOID = "void", "无效", "in the log, void"


class Outgoing(Wire):
    """What became of the document; code and law where a rule forbids it.

    counterpart_seen: when the log last had something from the other unit, as far as this node has read; empty: nothing.
    """

    event_id: str
    status: Sending
    zh: str
    code: str = ""
    law: str = ""
    counterpart_seen: str = ""


class PaperState(Wire):
    """A document as the desk holds it; its content is read under ``desk`` like any content."""

    model_config = example(examples.PAPER)

    id: str
    status: Status
    channel: str
    type: str
    subject: str
    grant: str
    author: str
    approved_by: str
    reason: str
    document: DocumentNo | None
    summary: dict[str, Any]
    summary_digest: str
    content: str | None
    outgoing: Outgoing


class Drafted(Answer):
    """``duplicates``: what this unit has sent in the same channel with an identifier of this content. A notice."""

    model_config = example({**examples.COMMAND, "duplicates": [examples.HOLDING]})

    duplicates: list[Holding]


@router.post("", status_code=202, summary="Draft a document")
def draft(body: DraftBody, issue: Issue) -> Drafted:
    """D1. The answer's ``subject`` is the paper's id. The content is encrypted for the recipient at once."""
    id_ = minted(issue.id(DESK, said.Drafted))
    subject = _subject(issue.node, body, id_)
    document = {**_document(issue.node, body, body.channel, body.type), "grant": body.grant}
    event = papers.draft(issue.node, issue.officer, subject=subject, **document)
    told = issue.issue(DESK, id_, event, lambda e: _same(issue.node, e, event, body.subject))
    return _noted(issue, told, event, body)


@router.put("/{paper}", status_code=202, summary="Revise a document")
def revise(paper: SubjectId, body: RevisionBody, issue: Issue) -> Drafted:
    """D2. Signatures gathered so far are dropped."""
    held = papers.paper(issue.node, paper)
    document = {**_document(issue.node, body, held.channel, held.type), "grant": held.grant or None}
    made = papers.draft(issue.node, issue.officer, subject=held.subject, **document)
    event = said.Revised(summary=made.summary, content=made.content, embedded=made.embedded)
    told = issue.issue(DESK, paper, event, lambda e: e.subject == paper and _same(issue.node, e, event, held.subject))
    return _noted(issue, told, event, body)


@router.get("", summary="Documents on the desk")
def papers_on_desk(node: NodeOf, _: Asking, status: Status | None = None) -> list[PaperState]:
    """Newest state of each, own tail included; at most the last 200."""
    history, _head = node.folds.deciding(DESK)
    held = [(id_, state) for (context, id_), state in history.streams.items() if context == "desk"]
    chosen = [(id_, state) for id_, state in held if state.type and status in (None, state.status)]
    return [_state(node, id_, state) for id_, state in chosen[-200:]]


@router.get("/{paper}", summary="A document's state")
def state(paper: SubjectId, node: NodeOf, _: Deputising, wait: Wait = 0) -> PaperState:
    """``wait``: hold the answer until an approved document is in the log, or void."""
    held = papers.paper(node, paper)
    if wait and held.status is Status.APPROVED:
        _settle(node, paper, wait)
    return _state(node, paper, held)


@router.get("/{paper}/statement", summary="What to sign")
def statement(
    paper: SubjectId,
    node: NodeOf,
    caller: Deputising,
    role: Annotated[Role, Query(description="author, approver or head")],
    answers: Annotated[tuple[ApproverAnswer, ...], Query(description="What the approver answered")] = (),
) -> ToSign:
    """The author's submission, or the approval with the next document number. Signed where the key is, never here."""
    if role not in SIGNING_ROLES:
        raise InvalidError([("role", "author, approver or head signs a document")])
    asked = papers.statement(node, paper, caller.id, role, tuple(sorted(answers)))
    return to_sign(asked, caller.enrolment.key)


@router.post("/{paper}/submission", status_code=202, summary="Submit a document with the author's signature")
def submission(paper: SubjectId, body: SignedBody, issue: Issue) -> Answer:
    """D3. The bytes are frozen."""
    dsse = body.signed.dsse()
    _verified(issue, papers.paper(issue.node, paper), Submission, dsse)
    return issue.issue(DESK, paper, papers.signed(said.Submitted, issue.officer, dsse))


@router.post("/{paper}/approval", status_code=202, summary="Approve a document with the second signature")
def approval(paper: SubjectId, body: SignedBody, issue: IssueAsDeputy) -> Answer:
    """D5. Refused here already for what the channel's rules would refuse; else the node seals and sends it (D6).

    A document number that is not the next one is refused: none is left out (FIELDS 6.1).
    """
    dsse, delegation = body.signed.dsse(), body.delegation.dsse() if body.delegation else None
    held = papers.paper(issue.node, paper)
    _verified(issue, held, Approval, dsse)
    _numbered(issue.node, held, dsse)
    _rehearsed(issue.node, paper, replace(held, approval=dsse, delegation=delegation))
    return issue.issue(DESK, paper, papers.signed(said.Approved, issue.officer, dsse, delegation))


@router.post("/{paper}/return", status_code=202, summary="Return a document to its author")
def returned(paper: SubjectId, body: ReturnBody, issue: Issue) -> Answer:
    """D4."""
    papers.paper(issue.node, paper)
    summary = said.ReturnedSummary(officer=issue.officer, reason=body.reason)
    return issue.issue(DESK, paper, said.Returned(summary=summary))


@router.post("/{paper}/discard", status_code=202, summary="Throw a document away")
def discard(paper: SubjectId, _: Nothing, issue: Issue) -> Answer:
    """D7. Its number, if it has one, is void and never used again."""
    papers.paper(issue.node, paper)
    return issue.issue(DESK, paper, said.Discarded(summary=said.DiscardedSummary(officer=issue.officer)))


def to_sign(asked: Statement, keyid: str) -> ToSign:
    """A statement as the officer's machine takes it."""
    return ToSign(payload_type=asked.PURPOSE, payload=base64.b64encode(asked.to_payload()).decode(), keyid=keyid)


def verified(issue: Commands, purpose: str, dsse: Dsse) -> None:
    """The caller's own enrolled key signed it. Raises Refused(signatures)."""
    if not keys.signed_by(dsse, purpose, issue.caller.enrolment.public):
        raise Refused(Refusal.SIGNATURES, "L5")


def _subject(node: Node, body: DraftBody, id_: str) -> str:
    """The matter: given where the event belongs to one, never where it opens one."""
    event = papers.event_class(body.type)
    context = CONTEXTS.get(body.type.split(".")[1])
    opens = context is not None and event in context.RULES and context.RULES[event].opens
    if opens == (body.subject is not None):
        rule = "this event opens a matter: its subject is made here" if opens else "required: the matter it is about"
        raise InvalidError([("subject", rule)])
    return papers.subject_of(node, body.type, id_, body.subject, body.summary)


def _noted(issue: Commands, told: Answer, event: said.Drafted | said.Revised, body: DocumentBody) -> Drafted:
    """The answer with what the author may have forgotten; it holds up nothing."""
    about, found = event.summary, list[Held]()
    if body.content is not None:
        plain = compact(body.content)
        found = index.duplicates(issue.node, issue.officer, about.channel, about.type, plain, about.subject)
    return Drafted(**told.model_dump(), duplicates=[holding(issue.node, one) for one in found])


def _document(node: Node, body: DocumentBody, channel: str, event_type: str) -> dict[str, Any]:
    """Raises Refused(unknown_matter): nothing was begun under that content id."""
    begun = attachments.secret(node, channel, event_type, body.content_id) if body.content_id else None
    about = {"channel": channel, "event_type": event_type, "summary": body.summary, "content": body.content}
    return {**about, "secret": begun}


def _same(node: Node, stands: Envelope, event: said.Drafted | said.Revised, subject: str | None) -> bool:
    """Whether the key stands for this document: address, what was typed and plaintext; the ciphertext is never twice

    the same, but our own halves open it; of a report only what the office says of it, for its figures may have moved.
    """
    before: Any = stands.draft().data
    address = [
        (one.summary.channel, one.summary.type, one.summary.grant, reports.typed(one)) for one in (before, event)
    ]
    if address[0] != address[1] or subject not in (None, before.summary.subject):
        return False
    return _plain(node, before) == _plain(node, event)


def _plain(node: Node, event: said.Drafted | said.Revised) -> bytes | None:
    if event.content is None:
        return None
    return own_plain(node, event.summary.channel, event.content, event.embedded.own or ())


def _verified(issue: Commands, held: Paper, model: type[Submission], dsse: Dsse) -> None:
    """Signed by the caller, about exactly what lies on the desk. Raises Refused(signatures)."""
    try:
        about = shown(model.of(dsse))
    except ValueError as error:
        raise Refused(Refusal.SIGNATURES, "WIRE 7") from error
    expected = {**papers.about(issue.node, held), "officer": issue.officer}
    if any(about.get(name) != value for name, value in expected.items()):
        raise Refused(Refusal.SIGNATURES, "L5")
    verified(issue, model.PURPOSE, dsse)


def _numbered(node: Node, held: Paper, approval: Dsse) -> None:
    """Raises Refused(number_used): the number is not the next, now that it is used."""
    if held.status is Status.SUBMITTED and Approval.of(approval).document != papers.next_number(node, held):
        raise Refused(Refusal.NUMBER_USED, "FIELDS 6.1")


def _rehearsed(node: Node, paper: str, held: Paper) -> None:
    """What would be void when it is sealed is refused before it is approved. An outage does not hinder approving."""
    try:
        rehearse(node, held.channel, held.subject, papers.outgoing(node, held), id=_sealed_id(node, paper))
    except NotYet:
        return


def _sealed_id(node: Node, paper: str) -> str:
    return duty_id(node.source, paper, papers.SEAL)


def _settle(node: Node, paper: str, seconds: float) -> None:
    until = now_ms() + seconds * 1_000
    while now_ms() < until:
        sealed = node.ledger.find(_sealed_id(node, paper))
        if sealed is not None:
            settled(node, sealed, (until - now_ms()) / 1_000)
            return
        node.replica.wait(0.05)


def _state(node: Node, id_: str, held: Paper) -> PaperState:
    summary = base64.b64decode(held.summary)
    return PaperState(
        id=id_,
        status=held.status,
        channel=held.channel,
        type=held.type,
        subject=held.subject,
        grant=held.grant,
        author=held.author,
        approved_by=held.approved_by,
        reason=held.reason,
        document=held.document,
        summary=json.loads(summary),
        summary_digest=sha256(summary).hexdigest(),
        content=held.content.id if held.content else None,
        outgoing=_outgoing(node, id_, held),
    )


def _outgoing(node: Node, id_: str, held: Paper) -> Outgoing:
    event_id = _sealed_id(node, id_)
    sending, refusal = _sending(node, event_id, held)
    seen = _counterpart_seen(node, held.channel)
    return Outgoing(event_id=event_id, status=sending, zh=sending.zh, counterpart_seen=seen, **refusal)


def _sending(node: Node, event_id: str, held: Paper) -> tuple[Sending, dict[str, str]]:
    """How it stands, with code and law of what forbids it."""
    if held.status is not Status.APPROVED:
        return Sending.NONE, {}
    sealed = node.ledger.find(event_id)
    if sealed is None:
        return _waiting(node, event_id, held)
    found = settled(node, sealed, 0)
    return Sending[found.status.upper()], {"code": found.code, "law": found.law}


def _waiting(node: Node, event_id: str, held: Paper) -> tuple[Sending, dict[str, str]]:
    """Why an approved document has not left."""
    try:
        rehearse(node, held.channel, held.subject, papers.outgoing(node, held), id=event_id)
    except Refused as refused:
        return Sending.REFUSED, {"code": refused.code, "law": refused.law}
    except NotYet:
        pass
    return Sending.WAITING, {}


def _counterpart_seen(node: Node, channel: str) -> str:
    history = node.folds.history(channel)
    at = history.ledger(history.channel.counterpart(node.source)).at
    return format_time(at) if at else ""
