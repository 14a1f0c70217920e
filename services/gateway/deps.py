"""What routes are given: the node, the officer who asks, and how a command is issued and waited for."""

import base64
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.channels import TRUST
from contracts.dsse import Dsse
from contracts.envelope import Envelope
from contracts.event import Event
from contracts.fields import Digest, EventId, Subject, Uuid, pattern
from contracts.profile import compact
from contracts.refusals import Code, NotYet, Refused
from services.gateway import examples
from services.gateway.auth import Caller, Tokens, bearer, serving, standing_in
from services.gateway.examples import example
from services.gateway.problems import KeyReusedError
from services.node.commands import Standing, command_id, propose, standing_of
from services.node.folds import now_ms
from services.node.node import Node
from services.node.papers import checked_content, encrypted
from services.node.parsing import InvalidError, parsed
from services.storage.ledger import Sealed

MAX_WAIT_SECONDS = 30
WAITERS = 64
"""Requests that may hold a thread while they wait; beyond it a command is answered at once, as pending."""
NAP_SECONDS = 0.05
"""Longest sleep between two looks; intake of the same process wakes sooner."""
_waiters = threading.BoundedSemaphore(WAITERS)


class Body(BaseModel):
    """What a client sends: closed; its values are judged again by the wire model."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, given: Any) -> Any:
        """Half a surrogate pair or NaN, which Python's JSON reads, is found before anything is made of it."""
        try:
            compact(given)
        except ValueError:
            raise ValueError("texts are UTF-8, numbers are JSON's") from None
        return given


class Signature(Body):
    """A statement as it was signed: its exact bytes, and the key's name and signature. All but ``keyid`` base64."""

    keyid: Digest
    sig: Annotated[str, Field(max_length=128)]
    payload: Annotated[str, Field(max_length=12_288)]

    def dsse(self) -> Dsse:
        """Raises InvalidError: not canonical base64."""
        signatures = [{"keyid": self.keyid, "sig": self.sig}]
        dsse: Dsse = parsed(Dsse, {"payload": self.payload, "signatures": signatures})
        return dsse


class Nothing(Body):
    """An empty object."""

    model_config = example({})


class Place(BaseModel):
    """Where the log put it."""

    topic: str
    offset: int


class Answer(BaseModel):
    """How a command stands: pending, recorded (effective, once) or void, with code and law.

    after: give it to a query to read at least this; late: a fact that came when its row no longer allowed it.
    """

    model_config = example(examples.COMMAND)

    event_id: str
    channel: str
    subject: str
    type: str
    ledger: str
    epoch: int
    sequence: int
    status: str
    code: str = ""
    law: str = ""
    position: Place | None = None
    late: bool = False
    disputed: bool = False
    after: str


def node_of(request: Request) -> Node:
    """The node of this app."""
    node: Node = request.app.state.node
    return node


def caller_of(request: Request) -> Caller:
    """The officer: token first, then enrolment in this unit, in force now. Raises TokenError, Refused(officers)."""
    node = node_of(request)
    return serving(node.folds.history(TRUST).channel.trust, node.source, _officer(request), now_ms())


def _officer(request: Request) -> str:
    tokens: Tokens = request.app.state.tokens
    return tokens.officer(bearer(request.headers))


DELEGATION = "Duikou-Delegation"
Delegated = Annotated[
    str | None,
    Header(
        alias=DELEGATION,
        max_length=4_096,
        description="What the caller stands in by: base64 of the signed delegation's JSON (keyid, sig, payload)",
    ),
]


def deputy_of(request: Request, given: Delegated = None) -> Caller:
    """The officer, or who stands in for one of ours. Raises TokenError, InvalidError, Refused: officers, signatures."""
    if given is None:
        return caller_of(request)
    officer, node = _officer(request), node_of(request)
    try:
        paper = Signature.model_validate_json(base64.b64decode(given, validate=True))
    except ValueError:
        raise InvalidError([(DELEGATION, "base64 of a signed delegation's JSON")]) from None
    return standing_in(node.folds.history(TRUST).channel.trust, node.source, officer, paper.dsse(), now_ms())


async def _node(request: Request) -> Node:
    return node_of(request)


NodeOf = Annotated[Node, Depends(_node)]
Asking = Annotated[Caller, Depends(caller_of)]
Deputising = Annotated[Caller, Depends(deputy_of)]


def one_of_few(places: threading.BoundedSemaphore, taken: str) -> Callable[[Caller], Iterator[None]]:
    """For a request: one of the places, behind the question of who asks; where all are held, NotYet(``taken``)."""

    def held(_: Asking) -> Iterator[None]:
        if not places.acquire(blocking=False):
            raise NotYet(taken)
        try:
            yield
        finally:
            places.release()

    return held


Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=80,
        pattern="^[A-Za-z0-9._:-]+$",
        description="Yours, fresh for every act; sent again it gives the same answer (WIRE 29)",
    ),
]
Wait = Annotated[float, Query(ge=0, le=MAX_WAIT_SECONDS, description="Seconds to hold the answer until the log has it")]
ChannelId = Annotated[
    str, pattern("[a-z2-7]{52}|pairing|outflow|desk"), Path(description="Channel id", examples=[examples.CHANNEL])
]
SubjectId = Annotated[Subject, Path(description="The matter's own id in this channel", examples=[examples.SUBJECT])]
ContentId = Annotated[Uuid, Path(description="Id of an encrypted content", examples=[examples.CONTENT])]
EventIdPath = Annotated[
    EventId, Path(description="Id of an event, as a command answered it", examples=[examples.EVENT])
]


@dataclass(frozen=True)
class Commands:
    """Issues commands of one request: same officer, same key, same event."""

    node: Node
    caller: Caller
    key: str
    wait: float

    @property
    def officer(self) -> str:
        """The token's subject."""
        return self.caller.id

    def id(self, channel: str, event: type[Event]) -> str:
        """The event id that this key stands for."""
        return command_id(self.node.source, channel, self.officer, self.key, event.TYPE)

    def tell(self, channel: str, subject: str, event: type[Event], said: Mapping[str, Any]) -> Answer:
        """An event that one officer answers for: its summary is ``said`` and the officer, its content is encrypted.

        said: JSON values; ``content`` among them is the plaintext. Raises InvalidError besides what ``issue`` raises.
        """
        clear = {name: value for name, value in said.items() if name != "content"}
        summary = parsed(event.model_fields["summary"].annotation, {**clear, "officer": self.officer})
        data: dict[str, Any] = {"summary": shown(summary)}
        plain = checked_content(event.TYPE, summary, said.get("content"))
        if plain is not None:
            data["content"] = shown(encrypted(self.node, channel, event.TYPE, plain, keep=False)[0])
        return self.issue(channel, subject, parsed(event, data))

    def issue(self, channel: str, subject: str, event: Event, same: Callable[[Envelope], bool] | None = None) -> Answer:
        """Decides, seals, waits. Raises Refused, NotYet, KeyReusedError.

        same: whether what stands under this key is the same command; the default compares all but encrypted bytes.
        """
        id_ = self.id(channel, type(event))
        self.node.must_run(channel)
        sealed = propose(self.node, channel, subject, event, id=id_)
        stands = Envelope.parse(sealed.value)
        if not (same or (lambda e: (e.subject, alike(e.data)) == (subject, alike(event.wire()))))(stands):
            raise KeyReusedError
        return answer(sealed, settled(self.node, sealed, self.wait))


async def commands_of(node: NodeOf, caller: Asking, key: Key, wait: Wait = 0) -> Commands:
    """The usual dependency of a command route."""
    return Commands(node, caller, key, wait)


async def deputys_commands_of(node: NodeOf, caller: Deputising, key: Key, wait: Wait = 0) -> Commands:
    """Of who may stand in."""
    return Commands(node, caller, key, wait)


Issue = Annotated[Commands, Depends(commands_of)]
IssueAsDeputy = Annotated[Commands, Depends(deputys_commands_of)]


def alike(data: dict[str, Any]) -> dict[str, Any]:
    """What of an event can be compared with a repetition: an encrypted content never comes out twice the same.

    Its media type and padded length stand for it, and what was signed about it; a repetition with another text of
    the same length gets the first answer, and nothing of the second is kept.
    """
    content = data.get("content")
    if content is None:
        return data
    return {**data, "content": [content["media"], len(content["ciphertext"])]}


def settled(node: Node, sealed: Sealed, seconds: float) -> Standing:
    """How the command stands as soon as the log has judged it, else after ``seconds``."""
    until = time.monotonic() + seconds
    found = standing_of(node, sealed)
    if found.status != "pending" or seconds <= 0 or not _waiters.acquire(blocking=False):
        return found
    try:
        while found.status == "pending" and (left := until - time.monotonic()) > 0:
            node.replica.wait(min(left, NAP_SECONDS))
            found = standing_of(node, sealed)
        return found
    finally:
        _waiters.release()


def command(node: Node, id_: str) -> Sealed:
    """An own event. Raises Refused: no such one."""
    sealed = node.ledger.find(id_)
    if sealed is None:
        raise Refused(Code.UNKNOWN_MATTER, "L9")
    return sealed


def answer(sealed: Sealed, found: Standing) -> Answer:
    """The body of a command's answer."""
    e = Envelope.parse(sealed.value)
    place = Place(topic=found.topic, offset=found.offset) if found.topic else None
    return Answer(
        event_id=sealed.id,
        channel=e.channel,
        subject=e.subject,
        type=e.type,
        ledger=sealed.ledger,
        epoch=sealed.epoch,
        sequence=sealed.sequence,
        status=found.status,
        code=found.code,
        law=found.law,
        position=place,
        late=found.late,
        disputed=found.disputed,
        after=f"{place.topic}@{place.offset}" if place else sealed.id,
    )


def shown(model: Any) -> dict[str, Any]:
    """A wire model or body as JSON values, absent members omitted."""
    found: dict[str, Any] = model.model_dump(mode="json", exclude_none=True)
    return found
