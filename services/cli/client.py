"""An officer and his node: the whole flow as methods. Signs here; the key never leaves this machine.

Every act carries an Idempotency-Key of its own and is sent again with it when the connection breaks, so an act happens
once or not at all.
"""

import base64
import json
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict, Unpack
from uuid import uuid4

import httpx

from contracts.approval import AccessStatement, Delegation
from contracts.vocabulary import AccessKind, AccessReason, ApproverAnswer, Role
from services.cli import statements
from services.cli.errors import NotYetError, SigningRefusedError, VoidError, of
from services.cli.replies import (
    Answer,
    Drafted,
    DueItem,
    Figures,
    Matter,
    Opened,
    Paper,
    PaperToSign,
    Problem,
    RefusedRecord,
    Result,
    ToSign,
    Uploaded,
)
from services.signing import Signer

ATTEMPTS = 4
"""How often a request is sent when the connection breaks."""
PAUSE_SECONDS = 0.25
WAIT_SECONDS = 20
"""How long an act is followed into the log before it is answered as pending."""
JSON = dict[str, Any]
Kind = Literal["leads", "enquiries", "operations", "postings", "oversight", "pairings", "outflow"]
"""Of a matter, as the paths of the interface name it."""


def fresh() -> str:
    """A new idempotency key."""
    return uuid4().hex


class Of(TypedDict, total=False):
    """What some documents have.

    subject: the matter it is about, None where it opens one. grant: digest of the owner's grant, where a lead is
    forwarded. content_id: under which its files were uploaded.
    """

    subject: str | None
    grant: str | None
    content_id: str | None


class More(Of, total=False):
    """And the act's own idempotency key."""

    key: str


@dataclass
class Node:
    """HTTP of one node as one officer.

    Raises ApiError's children, NotYetError also when nobody answers; ValueError for what is no address or token.
    """

    base_url: str
    token: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, trust_env=False))
    delegation: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Connections end with whoever holds them."""
        weakref.finalize(self, self.http.close)

    def get(self, path: str, **query: Any) -> Any:
        """A query; what is None is left out."""
        return self._send("GET", path, params=_given(query)).json()

    def paper(self, method: str, path: str, **query: Any) -> bytes:
        """A PDF, or another file. Raises NotYetError."""
        body: JSON = {"json": {}} if method == "POST" else {}
        return bytes(self._send(method, path, params=_given(query), **body).content)

    def file(self, path: str, data: bytes, **query: Any) -> Any:
        """An upload; the same again if the connection breaks."""
        headers = {"Content-Type": "application/octet-stream"}
        return self._send("POST", path, params=_given(query), content=data, headers=headers).json()

    def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str = "", wait: float = 0, **query: Any
    ) -> Any:
        """A command or a question with a body."""
        return self._write("POST", path, body, key, {**query, "wait": wait or None})

    def put(self, path: str, body: Mapping[str, Any], *, key: str = "", wait: float = 0) -> Any:
        """A command that replaces."""
        return self._write("PUT", path, body, key, {"wait": wait or None})

    def _write(self, method: str, path: str, body: Mapping[str, Any] | None, key: str, query: Mapping[str, Any]) -> Any:
        headers = {"Idempotency-Key": key or fresh()}
        return self._send(method, path, json=dict(body or {}), headers=headers, params=_given(query)).json()

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **self._stands_in(), **more.pop("headers", {})}
        for attempt in range(ATTEMPTS):
            try:
                response = self.http.request(method, self.base_url + path, headers=headers, **more)
                break
            except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
                raise ValueError("the address or the token is no such thing") from error
            except httpx.TransportError as error:
                if attempt == ATTEMPTS - 1:
                    raise NotYetError(_outage()) from error
                time.sleep(PAUSE_SECONDS * 2**attempt)
        if response.is_success:
            return response
        raise of(_problem(response))

    def _stands_in(self) -> dict[str, str]:
        if self.delegation is None:
            return {}
        return {"Duikou-Delegation": base64.b64encode(json.dumps(dict(self.delegation)).encode()).decode()}


@dataclass
class Officer:
    """One officer at his unit's node; ``signer`` None: he may look and command, but signs nothing.

    delegation: what he stands in by, as ``delegate`` of a head made it; he may be at the node of a unit below his own.
    """

    base_url: str
    token: str
    signer: Signer | None = None
    wait: float = WAIT_SECONDS
    delegation: Mapping[str, str] | None = None
    node: Node = field(init=False)

    def __post_init__(self) -> None:
        self.node = Node(self.base_url.rstrip("/"), self.token, delegation=self.delegation)

    # -- documents: two signatures -------------------------------------------------------------------------------------

    def draft(
        self,
        channel: str,
        event_type: str,
        summary: Mapping[str, Any],
        content: Mapping[str, Any] | None = None,
        **more: Unpack[More],
    ) -> str:
        """A new document; its paper's id."""
        return self.drafted(channel, event_type, summary, content, **more).subject

    def drafted(
        self,
        channel: str,
        event_type: str,
        summary: Mapping[str, Any],
        content: Mapping[str, Any] | None = None,
        key: str = "",
        **more: Unpack[Of],
    ) -> Drafted:
        """As ``draft``, with what this unit has sent before with an identifier of the content."""
        document = {"channel": channel, "type": event_type, "summary": dict(summary), "content": content, **more}
        made = Drafted.model_validate(self.node.post("/v1/papers", _given(document), key=key, wait=self.wait))
        self._settled(made)
        return made

    def revise(
        self,
        paper: str,
        summary: Mapping[str, Any],
        content: Mapping[str, Any] | None = None,
        *,
        content_id: str | None = None,
    ) -> Answer:
        """The whole document again."""
        body = _given({"summary": dict(summary), "content": content, "content_id": content_id})
        return self._settled(Answer.model_validate(self.node.put(f"/v1/papers/{paper}", body, wait=self.wait)))

    def upload(self, channel: str, event_type: str, content_id: str, file: bytes) -> Uploaded:
        """A file of a document that is drafted afterwards, under a content id of ours (UUIDv4)."""
        path = f"{_content(channel, content_id)}/attachments"
        return Uploaded.model_validate(self.node.file(path, file, type=event_type))

    def carry(self, channel: str, event_type: str, content_id: str, old: str, one: Mapping[str, Any]) -> Uploaded:
        """A file of content ``old`` of ours for a revision, which is a new content; ``one``: as ``upload`` answered."""
        body = {"type": event_type, "content": old, **one}
        return Uploaded.model_validate(self.node.post(f"{_content(channel, content_id)}/attachments/carried", body))

    def statement(self, paper: str, role: Role, answers: Sequence[ApproverAnswer] = ()) -> ToSign:
        """What a signature in that role would cover."""
        query = {"role": role.value, "answers": [one.value for one in answers]}
        return ToSign.model_validate(self.node.get(f"/v1/papers/{paper}/statement", **query))

    def sign(self, paper: str, role: Role, given: ToSign) -> Answer:
        """Signs exactly what was shown and hands it in. Raises SigningRefusedError."""
        body = self._signed(paper, role, given)
        return self._act(f"/v1/papers/{paper}/{'submission' if role is Role.AUTHOR else 'approval'}", body)

    def to_sign(self, papers: Sequence[str], role: Role, answers: Sequence[ApproverAnswer] = ()) -> list[PaperToSign]:
        """What a signature in that role would cover, of each of up to 10 papers."""
        query = {"role": role.value, "paper": list(papers), "answers": [one.value for one in answers]}
        return [PaperToSign.model_validate(one) for one in self.node.get("/v1/papers/statements", **query)]

    def sign_all(self, role: Role, given: Sequence[PaperToSign], key: str = "") -> list[Result]:
        """Signs each on its own digest and hands all in; one result each. Raises SigningRefusedError, then none is."""
        signed = [{"paper": one.paper, **self._signed(one.paper, role, one)} for one in given]
        return self._results("/v1/papers/signatures", {"role": role.value, "papers": signed}, key)

    def _signed(self, paper: str, role: Role, given: ToSign) -> JSON:
        """The statement with our signature, if it is about what the paper says; and by what we stand in."""
        model, held = statements.model_of(role), self.paper(paper)
        said = statements.read(model, given)
        if (said.role, said.summary, said.subject) != (role, held.summary_digest, held.subject):
            raise SigningRefusedError("the statement is about another document")
        body: JSON = {"signed": statements.signed(model, given, self._signer())}
        if self.delegation is not None:
            body["delegation"] = dict(self.delegation)
        return body

    def submit(self, paper: str) -> Answer:
        """D3: the author's signature."""
        return self.sign(paper, Role.AUTHOR, self.statement(paper, Role.AUTHOR))

    def approve(self, paper: str, role: Role = Role.APPROVER, answers: Sequence[ApproverAnswer] = ()) -> Answer:
        """D5: the second signature. The node seals and sends; ``sent`` follows it into the log."""
        return self.sign(paper, role, self.statement(paper, role, answers))

    def delegation_statement(self, officer: str, role: Role, since: str, until: str) -> ToSign:
        """What a head signs so that ``officer`` stands in; times as on the wire, at most 30 x 24 h apart.

        Raises SigningRefusedError: the node says something else.
        """
        query = {"officer": officer, "role": role.value, "from": since, "until": until}
        given = ToSign.model_validate(self.node.get("/v1/units/own/delegation-statement", **query))
        said = statements.read(Delegation, given)
        if (said.officer, said.role, said.since, said.until) != (officer, role, since, until):
            raise SigningRefusedError("the statement is about another delegation")
        return given

    def delegate(self, given: ToSign) -> JSON:
        """Signs leave cover exactly as it was shown: what the officer who stands in gives as his ``delegation``."""
        return dict(statements.signed(Delegation, given, self._signer()))

    def sent(self, paper: str, seconds: float = 30) -> Paper:
        """The document once the log has judged it; raises VoidError if it was void, NotYetError if it took longer."""
        until = time.monotonic() + seconds
        while True:
            held = self.paper(paper, wait=max(0.0, min(30.0, until - time.monotonic())))
            if held.outgoing.status == "recorded":
                return held
            if held.outgoing.status == "void":
                raise VoidError(self.command(held.outgoing.event_id))
            if held.outgoing.status == "refused":
                raise of(Problem(status=409, code=held.outgoing.code, law=held.outgoing.law))
            if time.monotonic() >= until:
                raise NotYetError(Problem(status=504, code="not_yet", detail="the document is not in the log yet"))

    def paper(self, paper: str, wait: float | None = None) -> Paper:
        """A document as it stands."""
        return Paper.model_validate(self.node.get(f"/v1/papers/{paper}", wait=wait))

    def papers(self, status: str | None = None) -> list[Paper]:
        """Documents on the desk."""
        return [Paper.model_validate(one) for one in self.node.get("/v1/papers", status=status)]

    def return_to_author(self, paper: str, reason: str) -> Answer:
        """D4; ``reason`` is a code."""
        return self._act(f"/v1/papers/{paper}/return", {"reason": reason})

    def discard(self, paper: str) -> Answer:
        """D7."""
        return self._act(f"/v1/papers/{paper}/discard")

    def read_draft(self, content: str) -> Opened:
        """The content of a document on our own desk."""
        return Opened.model_validate(self.node.get(f"/v1/channels/desk/contents/{content}"))

    # -- leads ---------------------------------------------------------------------------------------------------------

    def receive(self, channel: str, subject: str) -> Answer:
        """S3 签收."""
        return self._act(_lead(channel, subject, "received"))

    def accept(self, channel: str, subject: str, next_feedback_on: str, handler: Mapping[str, str]) -> Answer:
        """S4 受理; ``handler``: name and phone."""
        body = {"next_feedback_on": next_feedback_on, "content": {"handler": dict(handler)}}
        return self._act(_lead(channel, subject, "accepted"), body)

    def acknowledge(self, channel: str, subject: str, event: str) -> Answer:
        """S11 已阅; ``event``: digest from the timeline."""
        return self._act(_lead(channel, subject, "acknowledged"), {"event": event})

    def feedback(
        self, channel: str, subject: str, use: str, next_feedback_on: str, content: Mapping[str, Any] | None = None
    ) -> Answer:
        """S7 反馈 without persons."""
        body = _given({"use": use, "next_feedback_on": next_feedback_on, "content": content})
        return self._act(_lead(channel, subject, "feedback"), body)

    def withdraw(self, channel: str, subject: str, ground: str) -> Answer:
        """S13 撤回."""
        return self._act(_lead(channel, subject, "withdrawn"), {"ground": ground})

    def removed(self, channel: str, subject: str, prints_destroyed: int = 0) -> Answer:
        """S14 销毁回执: everything is removed."""
        return self._act(_lead(channel, subject, "removal"), {"prints_destroyed": prints_destroyed})

    def close(self, channel: str, subject: str) -> Answer:
        """S18 办结."""
        return self._act(_lead(channel, subject, "closed"))

    # -- enquiries -----------------------------------------------------------------------------------------------------

    def ask(self, channel: str, summary: Mapping[str, Any], content: Mapping[str, Any]) -> str:
        """E1: drafts an enquiry; its paper's id."""
        return self.draft(channel, "duikou.enquiry.asked.v1", summary, content)

    def receive_enquiry(self, channel: str, subject: str) -> Answer:
        """E2 签收."""
        return self._act(_enquiry(channel, subject, "received"))

    def undertake(self, channel: str, subject: str, handler: Mapping[str, str]) -> Answer:
        """E5 承办."""
        return self._act(_enquiry(channel, subject, "undertaken"), {"content": {"handler": dict(handler)}})

    def answer(self, channel: str, subject: str, body: Mapping[str, Any]) -> Answer:
        """E7 答复 without persons: classification, urgency, answers, content."""
        return self._act(_enquiry(channel, subject, "answered"), body)

    def cancel(self, channel: str, subject: str, ground: str) -> Answer:
        """E9 撤销."""
        return self._act(_enquiry(channel, subject, "cancelled"), {"ground": ground})

    def close_enquiry(self, channel: str, subject: str, use: str) -> Answer:
        """E11 办结."""
        return self._act(_enquiry(channel, subject, "closed"), {"use": use})

    # -- pairings and outflow ------------------------------------------------------------------------------------------

    def suspend(self, channel: str, ground: str) -> Answer:
        """P6."""
        return self._act(f"/v1/channels/{channel}/pairing/suspended", {"ground": ground})

    def end(self, channel: str) -> Answer:
        """P11."""
        return self._act(f"/v1/channels/{channel}/pairing/ended")

    def report(self, body: Mapping[str, Any]) -> Answer:
        """Outflow counts: origin, period, source, counts."""
        return self._act("/v1/outflow/reports", body)

    def correct(self, subject: str, body: Mapping[str, Any]) -> Answer:
        """All counts again; ``replaces``: digest of what stands."""
        return self._act(f"/v1/outflow/reports/{subject}/correction", body)

    # -- anything that one officer says --------------------------------------------------------------------------------

    def say(
        self, channel: str, kind: str, act: str, body: Mapping[str, Any] | None = None, *, subject: str | None = None
    ) -> Answer:
        """An act of the interface by its path: ``kind`` as leads, enquiries; no ``subject`` where it opens a matter."""
        matter = f"{kind}/{subject}" if subject else kind
        return self._act(f"/v1/channels/{channel}/{matter}/{act}", body)

    # -- the desk ------------------------------------------------------------------------------------------------------

    def assign(self, channel: str, subject: str, handler: str) -> Answer:
        """D8 分办, 转办."""
        return self._act(f"/v1/desk/assignments/{channel}/{subject}", {"handler": handler})

    def confirm(self, channel: str, subject: str, event: str) -> Answer:
        """D11 确认 of what one officer did at once; ``event``: its digest, from the inbox or the timeline."""
        return self._act(f"/v1/desk/confirmations/{channel}/{subject}", {"event": event})

    def hand(self, leaves: str, handler: str) -> list[str]:
        """D8: everything of one handler to another; the subjects."""
        found: list[str] = self.node.post("/v1/desk/assignments/handed", {"leaves": leaves, "handler": handler})[
            "subjects"
        ]
        return found

    def assignments(self, handler: str = "", after: str | None = None) -> list[JSON]:
        """Who handles what."""
        found: list[JSON] = self.node.get("/v1/desk/assignments", handler=handler, after=after)
        return found

    def receive_all(self, matters: Iterable[tuple[str, str, str]], key: str = "") -> list[Result]:
        """签收 of several: (channel, context as lead or enquiry, subject) each; one result each, in their order."""
        named = [{"channel": channel, "context": context, "subject": subject} for channel, context, subject in matters]
        return self._results("/v1/inbox/received", {"matters": named}, key)

    # -- reading -------------------------------------------------------------------------------------------------------

    def access_statement(
        self, channel: str, content: str, reason: AccessReason, kind: AccessKind = AccessKind.READ
    ) -> ToSign:
        """What a reader signs before he opens a content."""
        body = {"kind": kind.value, "reason": reason.value}
        return ToSign.model_validate(self.node.post(f"{_content(channel, content)}/access-statement", body))

    def record_access(self, channel: str, content: str, given: ToSign) -> Answer:
        """Signs and records; the answer's ``event_id`` opens the content."""
        said = statements.read(AccessStatement, given)
        if (said.channel, said.content) != (channel, content):
            raise SigningRefusedError("the statement is about another content")
        body = {"signed": statements.signed(AccessStatement, given, self._signer())}
        return self._act(f"{_content(channel, content)}/access", body)

    def opened(self, channel: str, content: str, record: str) -> Opened:
        """The plaintext under an access record of our own."""
        return Opened.model_validate(self.node.get(_content(channel, content), record=record))

    def open(
        self,
        channel: str,
        content: str,
        reason: AccessReason = AccessReason.HANDLING,
        kind: AccessKind = AccessKind.READ,
    ) -> Opened:
        """Statement, signature, record in the log, plaintext (L7)."""
        record = self.record_access(channel, content, self.access_statement(channel, content, reason, kind))
        return self.opened(channel, content, record.event_id)

    def attachment(self, channel: str, content: str, digest: str, record: str | None = None) -> bytes:
        """A file under an access record of our own for its content; under ``desk``, of a draft, without one."""
        return self.node.paper("GET", f"{_content(channel, content)}/attachments/{digest}", record=record)

    # -- searching -----------------------------------------------------------------------------------------------------

    def search(self, **query: str | None) -> list[JSON]:
        """Matters by clear parts: kind, number, unit, state, since, until, channel."""
        return list(self._pages("/v1/search", query))

    def search_for(self, channel: str, content: str, record: str, kind: str, value: str) -> list[JSON]:
        """Documents in which one exact value stands, under a record of ours of kind index_search."""
        said = {"kind": kind, "value": value}
        found: list[JSON] = self.node.post(f"{_content(channel, content)}/search", said, record=record)["items"]
        return found

    def find(
        self, channel: str, content: str, kind: str, value: str, reason: AccessReason = AccessReason.HANDLING
    ) -> list[JSON]:
        """Statement, signature, record in the log, numbers: for the matter of that content."""
        given = self.access_statement(channel, content, reason, AccessKind.INDEX_SEARCH)
        return self.search_for(channel, content, self.record_access(channel, content, given).event_id, kind, value)

    # -- paper ---------------------------------------------------------------------------------------------------------

    def printed(self, channel: str, content: str, record: str) -> bytes:
        """The letter as PDF, under a print record of our own."""
        return self.node.paper("POST", f"{_content(channel, content)}/print", record=record)

    def print(self, channel: str, content: str, reason: AccessReason = AccessReason.HANDLING) -> bytes:
        """Statement, signature, record in the log, PDF with its 份号."""
        given = self.access_statement(channel, content, reason, AccessKind.PRINT)
        return self.printed(channel, content, self.record_access(channel, content, given).event_id)

    def receipt(self, channel: str, kind: str, subject: str, of: str = "received") -> bytes:
        """回执 as PDF; ``kind``: leads or enquiries; ``of``: received or removal."""
        return self.node.paper("GET", f"/v1/channels/{channel}/{kind}/{subject}/receipt", of=of)

    def source_statement(self, channel: str, subject: str, after: str | None = None) -> bytes:
        """线索来源说明 of a lead as PDF."""
        return self.node.paper("GET", f"/v1/channels/{channel}/leads/{subject}/source-statement", after=after)

    def report_paper(self, period: str, form: str, *, unit: str = "", version: int = 0) -> bytes:
        """A sealed two-monthly report; ``form``: pdf or xlsx; unit: one below; version 0: the newest."""
        which = {"unit": unit or None, "version": version or None}
        return self.node.paper("GET", f"/v1/reports/{period}/paper", form=form, **which)

    # -- queries -------------------------------------------------------------------------------------------------------

    def command(self, event_id: str, wait: float = 0) -> Answer:
        """How a command stands."""
        return Answer.model_validate(self.node.get(f"/v1/commands/{event_id}", wait=wait or None))

    def matters(self, kind: Kind, after: str | None = None) -> list[Matter]:
        """All of a kind."""
        pages = self._pages(f"/v1/{'cases' if kind == 'leads' else kind}", {"after": after})
        return [Matter.model_validate(one) for one in pages]

    def matter(self, kind: Kind, channel: str, subject: str, after: str | None = None) -> Matter:
        """One with its timeline and readers."""
        return Matter.model_validate(self.node.get(f"/v1/channels/{channel}/{kind}/{subject}", after=after))

    def watched(self) -> list[JSON]:
        """Pairings that name this unit as oversight: which sleep, how much is overdue."""
        found: list[JSON] = self.node.get("/v1/oversight/pairings")
        return found

    def anchors(self) -> list[JSON]:
        """How far the desks of this unit and of those below reach, and when that was said last."""
        found: list[JSON] = self.node.get("/v1/oversight/anchors")
        return found

    def inbox(self, whose: str = "ours", after: str | None = None, group: str | None = None) -> list[DueItem]:
        """What is due: ``ours``, ``theirs`` or ``all``; of one group, as 已超期."""
        found = self.node.get("/v1/inbox", whose=whose, after=after, group=group)
        return [DueItem.model_validate(one) for one in found]

    def figures(self, period: str) -> Figures:
        """系统核算 of a two-monthly report, computed now."""
        return Figures.model_validate(self.node.get(f"/v1/reports/{period}/figures"))

    def refused(self, everything: bool = False) -> list[RefusedRecord]:
        """Void and noise records that nobody has looked at."""
        found = self.node.get("/v1/refused", all="true" if everything else None)
        return [RefusedRecord.model_validate(one) for one in found]

    def acknowledge_refused(self, topic: str, offset: int) -> Answer:
        """Takes a record off that list."""
        return self._act("/v1/refused/acknowledged", {"topic": topic, "offset": offset})

    def about(self) -> JSON:
        """The node: channels, positions, and what it does not claim."""
        found: JSON = self.node.get("/v1/node")
        return found

    def units(self) -> list[JSON]:
        """The contact book."""
        found: list[JSON] = self.node.get("/v1/units")
        return found

    # -- how -----------------------------------------------------------------------------------------------------------

    def _pages(self, path: str, query: Mapping[str, str | None]) -> Iterator[JSON]:
        """What all pages of a query hold."""
        start = None
        while start != "":
            page = self.node.get(path, **{**query, "from": start})
            yield from page["items"]
            start = page["next"]

    def _act(self, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Answer:
        """A command, followed until the log has judged it. Raises VoidError."""
        return self._settled(Answer.model_validate(self.node.post(path, body, key=key, wait=self.wait)))

    def _results(self, path: str, body: Mapping[str, Any], key: str) -> list[Result]:
        return [Result.model_validate(one) for one in self.node.post(path, body, key=key, wait=self.wait)]

    def _settled(self, answer: Answer) -> Answer:
        if answer.status == "void":
            raise VoidError(answer)
        return answer

    def _signer(self) -> Signer:
        if self.signer is None:
            raise SigningRefusedError("no key was given to sign with")
        return self.signer


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def _lead(channel: str, subject: str, act: str) -> str:
    return f"/v1/channels/{channel}/leads/{subject}/{act}"


def _enquiry(channel: str, subject: str, act: str) -> str:
    return f"/v1/channels/{channel}/enquiries/{subject}/{act}"


def _content(channel: str, content: str) -> str:
    return f"/v1/channels/{channel}/contents/{content}"


def _outage() -> Problem:
    return Problem(status=503, code="not_yet", title="The node does not answer; nothing was lost. Try again.")


def _problem(response: httpx.Response) -> Problem:
    """The body of a problem; a proxy's page is none."""
    try:
        return Problem.model_validate(response.json())
    except ValueError:
        return Problem(status=response.status_code, code="request", title="The answer is not one of a node.")
