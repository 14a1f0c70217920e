"""Changes of cases as server-sent events, resumable: nothing is lost or told twice over a broken line (WHATWG SSE).

An event's id is a place in the log, of every topic at once: what stands up to there has been told. Given back as
``Last-Event-ID``, to this gateway or another of the same node, the stream goes on exactly behind it.
"""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from contracts.channels import DESK, OPEN_TOPICS, topic
from contracts.refusals import NotYet
from services.gateway.deps import Asking, NodeOf, caller_of
from services.gateway.rows import matter
from services.node.node import Node
from services.node.parsing import InvalidError
from services.views import from_json, row_key
from services.views.cases import CASES

router = APIRouter(tags=["leads"])
STREAMS = 32
"""Streams at once; each holds a thread of the gateway while it waits."""
LIFE_SECONDS = 900.0
"""Then the stream ends, and token and enrolment are looked at again when it is resumed."""
QUIET_SECONDS = 5.0
"""Without a change a comment is sent, so that either side notices a line that is gone."""
LOOK_SECONDS = 0.5
"""How soon what another process of the node projected is seen."""
BATCH = 200
_SHORT = 16
"""Letters of a channel id in an event's id: 80 bits of a digest."""
_ID = re.compile(
    r"(?:[a-z2-7]{4,16}\.[1-9][0-9]{0,8}\.[0-9]{1,16})(?:~[a-z2-7]{4,16}\.[1-9][0-9]{0,8}\.[0-9]{1,16})*|-"
)
_open = threading.BoundedSemaphore(STREAMS)

Cut = dict[str, int]
"""Topic -> last offset told."""

LastEventId = Annotated[
    str, Header(alias="Last-Event-ID", max_length=16_384, description="The id of the last event; empty: from now on")
]


class TooManyStreamsError(NotYet):
    """All places are taken; the caller comes again."""


def written(cut: Cut) -> str:
    """The id of an event; ``-`` before anything stands in the log."""
    places = ((topic(name), offset) for name, offset in sorted(cut.items()))
    return "~".join(f"{at.channel[:_SHORT]}.{at.n}.{offset}" for at, offset in places) or "-"


def parsed(text: str, known: Cut) -> Cut:
    """The cut that an id names, among the topics of this node. Raises InvalidError: it names none of ours."""
    if not _ID.fullmatch(text):
        raise InvalidError([("Last-Event-ID", "the id of an event of this stream")])
    short = {(at.channel[:_SHORT], at.n): name for name in known for at in (topic(name),)}
    cut: Cut = {}
    for place in text.split("~") if text != "-" else ():
        channel, n, offset = place.split(".")
        name = short.get((channel, int(n)))
        if name is None:
            raise InvalidError([("Last-Event-ID", "the id of an event of this node's stream")])
        cut[name] = min(int(offset), known[name])
    return cut


@dataclass
class Changes:
    """One stream. ``cut``: what has been told."""

    node: Node
    request: Request
    cut: Cut
    stop: threading.Event

    def events(self) -> Iterator[ServerSentEvent]:
        """First where the stream begins, then every case that changed, until it ends or the officer may no more."""
        yield ServerSentEvent(event="begin", id=written(self.cut), data={})
        until, quiet = time.monotonic() + LIFE_SECONDS, time.monotonic() + QUIET_SECONDS
        while not self.stop.is_set() and time.monotonic() < until and self._allowed():
            before = self.node.news.count
            told = False
            for event in self._next():
                told = True
                yield event
            if told:
                quiet = time.monotonic() + QUIET_SECONDS
            elif time.monotonic() >= quiet:
                quiet = time.monotonic() + QUIET_SECONDS
                yield ServerSentEvent(comment="quiet")
            else:
                self.node.news.wait(before, LOOK_SECONDS)

    def _allowed(self) -> bool:
        try:
            caller_of(self.request)
        except Exception as refused:  # noqa: BLE001 - an answer has begun: it can only end
            return isinstance(refused, NotYet)
        return True

    def _next(self) -> Iterator[ServerSentEvent]:
        ends = shared(self.node)
        for name in sorted(ends, key=lambda one: (topic(one).channel, topic(one).n)):
            self.cut[name] = min(self.cut.get(name, -1), ends[name])
            if self.cut[name] < ends[name]:
                yield from self._topic(name, ends[name])

    def _topic(self, name: str, end: int) -> Iterator[ServerSentEvent]:
        """Of a batch each case once, at the place of its last change there; the others are still to be told then."""
        limit = min(BATCH, end - self.cut[name])
        changed: dict[str, int] = {}
        for verdict in self.node.replica.verdicts(name, self.cut[name], limit):
            key = row_key(CASES, verdict)
            if key is not None:
                changed[key] = verdict.record.position.offset
        last = self.cut[name] + limit
        for key, offset in sorted(changed.items(), key=lambda one: one[1]):
            self.cut[name] = offset
            row = self.node.rows.read(CASES.name, key)
            if row is not None:
                said = matter(self.node, key, from_json(CASES, row))
                yield ServerSentEvent(event="case", id=written(self.cut), data=said)
        self.cut[name] = last


def shared(node: Node) -> Cut:
    """Topic of a pairing -> how far the view of cases is."""
    positions = node.rows.positions(CASES.name, node.rows.generation(CASES.name, CASES.version))
    return {name: offset for name, offset in positions.items() if topic(name).channel not in (*OPEN_TOPICS, DESK)}


def place() -> Iterator[None]:
    """One of the streams' places, for the request. Raises TooManyStreamsError."""
    if not _open.acquire(blocking=False):
        raise TooManyStreamsError("all streams are taken; come again")
    try:
        yield
    finally:
        _open.release()


def changes_of(request: Request, node: NodeOf, _: Asking, last_event_id: LastEventId = "") -> Changes:
    """Raises InvalidError: an id that this node never gave."""
    known = shared(node)
    return Changes(node, request, parsed(last_event_id, known) if last_event_id else known, request.app.state.stop)


@router.get(
    "/v1/cases/stream",
    summary="Changes of leads as they happen",
    response_class=EventSourceResponse,
    dependencies=[Depends(place)],
)
def stream(changes: Annotated[Changes, Depends(changes_of)]) -> Iterator[ServerSentEvent]:
    """``begin`` says where it begins: read the list after it. Then a ``case`` for each that changed, clear parts only.

    Ends after a quarter of an hour, or when the officer may not ask any more; resume with ``Last-Event-ID``.
    """
    yield from changes.events()
