"""Answers of queries: rows of views, at least as new as the caller's own write, with what is due computed now."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from contracts.calendar import CalendarMissingError
from contracts.refusals import Code, Refused
from services.domain.clocks import format_time
from services.domain.counting import calendar_of, clock_of
from services.domain.obligations import owed
from services.gateway import examples
from services.gateway.deps import MAX_WAIT_SECONDS, NAP_SECONDS, Asking, NodeOf, command, settled
from services.gateway.examples import example
from services.gateway.problems import LateError
from services.node.folds import now_ms
from services.node.node import Node
from services.node.parsing import InvalidError
from services.storage.rows import Wanted
from services.views.codec import from_json, to_json
from services.views.reads import READS, marked
from services.views.timeline import Direction
from services.views.view import View, stream

R = TypeVar("R")
PAGE = 100
"""Rows of an answer at most."""
_PLACE = re.compile(r"(duikou\.[a-z0-9.]{1,80})@([0-9]{1,16})")
AFTER_EXAMPLE = f"{examples.TOPIC}@12"

After = Annotated[
    str,
    Query(
        max_length=128,
        description="What a command answered as `after`: the answer is at least that new",
        examples=[AFTER_EXAMPLE],
    ),
]
WaitFor = Annotated[float, Query(ge=0, le=MAX_WAIT_SECONDS, description="Seconds to wait for `after`")]
From = Annotated[
    str, Query(alias="from", max_length=200, pattern="^[!-~]*$", description="The `next` of the page before")
]

OneChannel = Annotated[str, Query(pattern="^([a-z2-7]{52})?$", description="Only of this channel")]


class DueNow(BaseModel):
    """What is owed, by whom (``ours``), until when; overdue is counted now and stored nowhere."""

    kind: str
    zh: str
    at: str
    ours: bool
    overdue: bool


class Ticks(BaseModel):
    """How far a document of ours has come, as times; empty: not yet. event: its digest.

    sealed: our node's clock; logged: its place in the log. delivered and received are said of what opens a matter only;
    read: the other unit opened its content for the first time.
    """

    event: str
    type: str
    sealed: str
    logged: str
    delivered: str = ""
    received: str = ""
    read: str = ""


class MatterNow(BaseModel):
    """A row of a view with its address. ``due_unknown``: a year whose holidays nobody has published.

    ticks: of each document with content that we sent in the matter.
    """

    model_config = example(examples.MATTER)

    channel: str
    subject: str
    state: dict[str, Any]
    due: list[DueNow] = []
    due_unknown: int | None = None
    reads: list[dict[str, Any]] = []
    ticks: list[Ticks] = []


class Page(BaseModel):
    """At most 100 rows in order of their keys; ``next``: give it as ``from``, empty at the end."""

    model_config = example({"items": [examples.MATTER], "next": ""})

    items: list[MatterNow]
    next: str = ""


@dataclass(frozen=True)
class Views:
    """Views of one request."""

    node: Node
    officer: str
    after: str
    wait: float

    def read(self, view: View[R], key: str) -> R | None:
        """One row. Raises LateError: the view is behind what the caller has already been told."""
        self._reached(view)
        found = self.node.rows.read(view.name, key)
        return None if found is None else from_json(view, found)

    def must(self, view: View[R], key: str, law: str = "") -> R:
        """One row. Raises Refused(unknown_matter), LateError."""
        found = self.read(view, key)
        if found is None:
            raise Refused(Code.UNKNOWN_MATTER, law)
        return found

    def page(self, view: View[R], start: str = "", prefix: str = "") -> tuple[list[tuple[str, R]], str]:
        """Rows behind ``start``, and where the next page begins. Raises LateError."""
        self._reached(view)
        rows = self.node.rows.list(view.name, prefix, start, PAGE)
        return [(key, from_json(view, row)) for key, row in rows], rows[-1][0] if len(rows) == PAGE else ""

    def search(self, views: Sequence[View[Any]], wanted: Wanted, start: str) -> list[tuple[str, str, Any]]:
        """(view's name, key, row) behind ``start``, a page at most. Raises LateError."""
        for view in views:
            self._reached(view)
        named = {view.name: view for view in views}
        found = self.node.rows.search(named, wanted, start, PAGE)
        return [(name, key, from_json(named[name], row)) for name, key, row in found]

    def all(self, view: View[R]) -> Iterator[tuple[str, R]]:
        """Every row. Raises LateError."""
        self._reached(view)
        for key, row in self.node.rows.all(view.name):
            yield key, from_json(view, row)

    def _reached(self, view: View[Any]) -> None:
        """Waits until the view holds what ``after`` names."""
        if not self.after:
            return
        until = time.monotonic() + self.wait
        topic, offset = self._place()
        generation = self.node.rows.generation(view.name, view.version)
        while self.node.rows.positions(view.name, generation).get(topic, -1) < offset:
            if time.monotonic() >= until:
                raise LateError("the view has not reached that place yet")
            self.node.replica.wait(NAP_SECONDS)

    def _place(self) -> tuple[str, int]:
        """``topic@offset``, or an event id: then where the log has put it by now."""
        found = _PLACE.fullmatch(self.after)
        if found is not None:
            return found[1], int(found[2])
        if len(self.after) != 36:
            raise InvalidError([("after", "what a command answered as `after`")])
        standing = settled(self.node, command(self.node, self.after), self.wait)
        if not standing.topic:
            raise LateError("the log has not accepted that command yet")
        return standing.topic, standing.offset


async def views_of(node: NodeOf, caller: Asking, after: After = "", wait: WaitFor = 5) -> Views:
    """The usual dependency of a query."""
    return Views(node, caller.id, after, wait)


Viewing = Annotated[Views, Depends(views_of)]


def matter(node: Node, key: str, row: Any) -> MatterNow:
    """A lead or enquiry with what is due."""
    at = stream(key)
    due, unknown = due_now(node, at.channel, row)
    return MatterNow(channel=at.channel, subject=at.subject, state=to_json(row), due=due, due_unknown=unknown)


def plain(key: str, row: Any) -> MatterNow:
    """A row of which nothing is due."""
    at = stream(key)
    return MatterNow(channel=at.channel, subject=at.subject, state=to_json(row))


def due_now(node: Node, channel: str, row: Any) -> tuple[list[DueNow], int | None]:
    """What is owed in a matter, soonest first; a year without calendar is said, never guessed."""
    state = node.folds.history(channel).channel
    try:
        found = owed(row, calendar_of(state.trust), clock_of(state.terms))
    except CalendarMissingError as missing:
        return [], missing.year
    ours, now = row.owner == node.source, now_ms()
    return [
        DueNow(
            kind=due.kind,
            zh=due.kind.zh,
            at=format_time(due.at),
            ours=due.owner is ours and row.direction is not Direction.WATCH,
            overdue=due.overdue(now),
        )
        for due in found
    ], None


def reads(views: Views, channel: str, row: Any) -> list[dict[str, Any]]:
    """Who opened the contents of a matter, in log order per content, and how late the log had it."""
    found = []
    for content in row.contents:
        opened = views.read(READS, f"{channel}/access/{content.id}")
        found += [{"content": content.id, **read} for read in marked(opened)] if opened else []
    return found


def ticks(me: str, row: Any, read: list[dict[str, Any]]) -> list[Ticks]:
    """Of the documents that ``me`` sent in a matter, oldest first. read: what ``reads`` gave."""
    contents = {held.offset: held.id for held in row.contents if held.source == me}
    return [
        Ticks(
            event=one.digest,
            type=one.type,
            sealed=one.time,
            logged=format_time(one.at),
            delivered=_first(row, "delivered") if one is row.timeline[0] else "",
            received=_first(row, "received") if one is row.timeline[0] else "",
            read=_opened(read, contents[one.offset], me),
        )
        for one in row.timeline
        if one.offset in contents
    ]


def _first(row: Any, name: str) -> str:
    """When the matter was first said to be so."""
    found = (one.at for one in row.timeline if one.type.split(".")[2] == name)
    at = next(found, None)
    return "" if at is None else format_time(at)


def _opened(read: list[dict[str, Any]], content: str, me: str) -> str:
    times = [one["at"] for one in read if one["content"] == content and one["unit"] != me]
    return format_time(min(times)) if times else ""
