"""What our contents are found by: written when an officer writes or opens one, asked under a record (MECHANISM 4).

A node opens nothing by itself to fill this, so what nobody of ours has opened is not found. Whether a content is found
is decided by the rule of reading, each time: what has ended yields nothing, though its rows may still be there.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from contracts.contents import MODELS
from contracts.refusals import Code, Refused
from contracts.vocabulary import AccessKind
from services.domain import lead_course
from services.domain.clocks import DAY
from services.domain.lead import Lead, Status
from services.domain.lead_keeping import UNREADABLE, replaced
from services.domain.searching import Entry, entries, identifiers
from services.node import reading
from services.node.commands import standing
from services.node.folds import now_ms
from services.node.reading import Held, TooEarlyError
from services.storage.index import Indexed
from services.verifier import History

if TYPE_CHECKING:
    from services.node.node import Node

ORPHAN_AFTER = 30 * DAY
"""ms after which a content that never got into its channel is forgotten: a draft that was not sent (MECHANISM D1)."""
FORGET_SECONDS = 60.0
LAW = "MECHANISM 4"


class TooManyError(Refused):
    """The officer has searched as often as the unit's policy lets him within 24 hours."""


def write(node: "Node", channel: str, content: str, event_type: str, plain: bytes) -> None:
    """The tokens of a content that an officer of ours has written or opened. Raises NotYet.

    What is not of its model is not found: it cannot be relied on.
    """
    try:
        found = entries(MODELS[event_type].of(plain))
    except (KeyError, ValueError):
        return
    if found:
        node.index.write(node.index_key.id, channel, content, _tokens(node, found), now_ms())


def opened(node: "Node", channel: str, content: str, record: str) -> bytes:
    """``reading.open_content``; from here on the content is found by what stands in it."""
    plain = reading.open_content(node, channel, content, record)
    write(node, channel, content, reading.find(node, channel, content).event_type, plain)
    return plain


def may_search(node: "Node", held: Held) -> None:
    """A search is for a matter that we have opened, or wrote. Raises Refused, NotYet."""
    opened = node.folds.history(held.channel).state("access", held.content.id).opened_by(node.source)
    if held.source != node.source and not opened:
        raise Refused(Code.STATE, "L7")


def search(node: "Node", held: Held, record: str, officer: str, sought: Entry) -> list[Held]:
    """Our contents in which that exact value stands, and that the officer could open now.

    held: the content whose matter the search is for; record: his access record of kind index_search about it, good for
    one value. Raises Refused: no such record, or used for another value, or too many a day; TooEarlyError: it has no
    place in the log yet.
    """
    token = node.index_key.token(*sought)
    recorded = reading.recorded(node, held, record)
    if recorded.kind is not AccessKind.INDEX_SEARCH or recorded.officer != officer:
        raise Refused(Code.SIGNATURES, LAW)
    stands = standing(node, record)
    if stands is None or stands.status != "recorded":
        raise TooEarlyError("the access record has no place in the log yet")
    may_search(node, held)
    reading.may_open(node, held, officer)
    spent = node.index.spend(record, officer, token, now_ms(), node.settings.searches_per_day)
    if spent is None:
        raise TooManyError(Code.STATE, LAW)
    if spent != token:
        raise Refused(Code.SIGNATURES, LAW)
    return _held(node, officer, node.index.found(node.index_key.id, [token]))


def duplicates(node: "Node", officer: str, channel: str, event_type: str, plain: bytes, subject: str) -> list[Held]:
    """What we have sent in this channel with an identifier of a draft for it, but in the draft's own matter.

    Never of another channel, nor of what the other unit sent: that is searched for under a record.
    """
    found = identifiers(MODELS[event_type].of(plain))
    hits = node.index.found(node.index_key.id, _tokens(node, found), channel) if found else []
    return [held for held in _held(node, officer, hits) if held.source == node.source and held.subject != subject]


def _tokens(node: "Node", found: Iterable[Entry]) -> list[bytes]:
    return [node.index_key.token(*one) for one in found]


def _held(node: "Node", officer: str, hits: Iterable[tuple[str, str]]) -> list[Held]:
    found = []
    for channel, content in hits:
        try:
            held = reading.find(node, channel, content)
            reading.may_open(node, held, officer)
        except Refused:
            continue
        if not _asked_back(node, held):
            found.append(held)
    return found


def _asked_back(node: "Node", held: Held) -> bool:
    """Also of what we sent ourselves: it is no lead any more."""
    state = node.folds.history(held.channel).state(held.context, held.subject)
    return state.status in UNREADABLE


@dataclass
class Forgetting:
    """Takes out of the index what has ended for good, and drafts that were never sent."""

    node: "Node"
    _next: float = 0.0

    def step(self) -> None:
        """Once a minute."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + FORGET_SECONDS
        for channel, found in groupby(self.node.index.contents(), key=lambda one: one.channel):
            if self.node.running(channel):
                history = self.node.folds.history(channel)
                for one in found:
                    if _ended(history, one):
                        self.node.index.forget(channel, one.content)


def _ended(history: History, one: Indexed) -> bool:
    """Whether a content is found no more, whatever comes."""
    use = history.used(f"content/{one.content}")
    if use is None:
        return now_ms() - one.written > ORPHAN_AFTER
    state = history.state(use.context, use.subject)
    return isinstance(state, Lead) and _over(state, use.source, one.content)


def _over(state: Lead, source: str, content: str) -> bool:
    """Nothing brings it back: removed, past its review date, or replaced by a corrected version."""
    removed = state.status is Status.REMOVED or lead_course.past_review(state, now_ms())
    return removed or replaced(state, source, content)
