"""What this node makes of its topics: one History a topic, followed from the replica; on it, our own unread tail.

Commands are decided on the replica plus our own tail not yet read back, never on views (ARCHITECTURE).
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import count, takewhile
from typing import Any

from contracts.channels import DESK, TRUST, Topic, topic
from contracts.envelope import Head
from contracts.refusals import NotYet, Refused
from services.storage.ledger import Ledger
from services.storage.replica import Replica
from services.verifier import History, inspect, read

CUTS_SECONDS = 0.25
"""How long another process' word that a channel goes on in the next topic may stay unheard."""
Positions = Callable[[], Mapping[str, int]]
"""Topic -> last stored offset that counts."""
_ROUND: ContextVar[Positions | None] = ContextVar("round", default=None)


def now_ms() -> int:
    """Our machine's clock in ms; only ever a guess of what the log's will say."""
    return time.time_ns() // 1_000_000


def ledger_name(channel: str, source: str) -> str:
    """A writer's ledger in a channel."""
    return f"{channel}/{source}"


@dataclass
class _Followed:
    history: History
    lock: threading.RLock = field(default_factory=threading.RLock)
    tail: History | None = None
    base: tuple[tuple[int, int], Any] = ((0, -1), None)
    head: Head | None = None


@dataclass
class Folds:
    """Histories of this node's topics, kept up to what the replica holds. Safe for many threads."""

    source: str
    exchange: str
    replica: Replica
    ledger: Ledger
    followed: dict[str, _Followed] = field(default_factory=dict)
    generation: str = ""
    """Of the database that ``followed`` was read from."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    _cuts: dict[str, int] = field(default_factory=dict)
    _asked: float = -CUTS_SECONDS

    @contextmanager
    def round(self, positions: Positions | None) -> Iterator[None]:
        """For the block the replica is asked for records only where it says that there are more; None: always.

        For what is short and looks into many channels: what other processes store meanwhile, the next round sees.
        """
        token = _ROUND.set(positions)
        try:
            yield
        finally:
            _ROUND.reset(token)

    def topic(self, channel: str) -> Topic:
        """The topic in which a channel goes on: the first that no cut ends."""
        return next(one for n in count(1) if str(one := Topic(channel, n)) not in self.cuts())

    def cuts(self) -> Mapping[str, int]:
        """Topic -> where it ends and the next begins, of all that are continued."""
        if time.monotonic() - self._asked > CUTS_SECONDS:
            self._cuts, self._asked = self.replica.cuts(), time.monotonic()
        return self._cuts

    def continued(self, topic: str, cut: int) -> None:
        """The channel goes on in the next topic from here on. Raises ReplicaGapError: we do not hold it to the cut."""
        self.replica.continues(topic, cut)
        self._asked = -CUTS_SECONDS

    def history(self, channel: str) -> History:
        """The channel as the replica holds it. Read it only; raises Stopped."""
        followed = self._followed(channel)
        with followed.lock:
            self._catch_up(followed, channel)
            return followed.history.overlay()

    def deciding(self, channel: str) -> tuple[History, Head]:
        """An overlay with our own unread tail applied, and the head that our next envelope follows.

        Nothing of it is of a round: what is decided on is always asked for.
        """
        followed = self._followed(channel)
        with self.round(None), followed.lock:
            self._catch_up(followed, channel)
            base = ((followed.history.topic.n, followed.history.offset), followed.history.channel.trust)
            if followed.tail is None or followed.base[0] != base[0] or followed.base[1] is not base[1]:
                followed.base = base
                followed.tail = followed.history.overlay()
                followed.head = followed.history.ledger(self.source).head
            self._apply_tail(followed, channel)
            return followed.tail.overlay(), followed.history.ledger(self.source).head

    def _apply_tail(self, followed: _Followed, channel: str) -> None:
        tail, head = followed.tail, followed.head
        if tail is None or head is None:
            return
        for sealed in self.ledger.tail(ledger_name(channel, self.source), head.epoch, head.sequence):
            draft, head = read(sealed.value).draft, sealed.head
            if draft is not None:
                with suppress(Refused):  # overtaken: the log will call it void, and so it changes nothing here either
                    tail.apply(draft, max(tail.at, now_ms()))
        followed.head = head

    def rebuilt(self, name: str) -> History:
        """A history of one's own, from the replica: a restarted or confused intake begins here. Raises Stopped."""
        asked = topic(name)
        return self._to(self._empty(asked.channel), asked)

    def at(self, name: str, offset: int) -> History | None:
        """A history of one's own up to an offset, also one behind a cut; None where the replica ends before it."""
        history = self.beginning(topic(name))
        for record in takewhile(lambda one: one.position.offset <= offset, self.replica.records(name)):
            history.admit(record, inspect(record, {}))
        return history if history.offset == offset else None

    def beginning(self, asked: Topic) -> History:
        """The history with which a topic begins."""
        if asked.n == 1:
            return self._empty(asked.channel)
        return History.after(self._to(self._empty(asked.channel), asked._replace(n=asked.n - 1)))

    def _to(self, history: History, last: Topic) -> History:
        """Folds what the replica has, topic after topic, each up to its cut."""
        while True:
            if history.topic != last or self._may_hold_more(history):  # up to a cut everything, whenever it came
                for record, inspected in self.replica.inspected(str(history.topic), history.offset):
                    history.admit(record, inspected)
            if history.topic == last:
                return history
            history = History.after(history)

    def _may_hold_more(self, history: History) -> bool:
        positions = _ROUND.get()
        return positions is None or positions().get(str(history.topic), -1) > history.offset

    def forget(self) -> None:
        """After the database may have gone back: everything is read again."""
        with self.lock:
            self.followed.clear()

    def _followed(self, channel: str) -> _Followed:
        generation = self.ledger.generation
        with self.lock:
            if generation != self.generation:  # perhaps another copy of the data, which holds less (PROTOCOL 6)
                self.generation = generation
                self.followed.clear()
                self._asked = -CUTS_SECONDS
            found = self.followed.get(channel)
            if found is None:
                found = self.followed[channel] = _Followed(self._empty(channel))
            return found

    def _empty(self, channel: str) -> History:
        if channel == DESK:
            return History.desk(self.exchange, self.source, self.history_of_trust())
        return History(self.exchange, Topic(channel, 1))

    def history_of_trust(self) -> Any:
        """Keys and officers of ``duikou.trust`` as far as read."""
        followed = self.followed.get(TRUST)
        if followed is None:
            followed = self.followed[TRUST] = _Followed(History(self.exchange, Topic(TRUST, 1)))
        with followed.lock:
            self._catch_up(followed, TRUST)
            return followed.history.channel.trust

    def _catch_up(self, followed: _Followed, channel: str) -> None:
        """Folds what the replica has beyond this history; behind a cut that was not known it begins anew."""
        if channel == DESK:
            trust = self.history_of_trust()
            followed.history.channel = replace(followed.history.channel, trust=trust)
        last, known = self.topic(channel), followed.history
        if known.topic != last and known.offset > self.cuts()[str(known.topic)]:
            known = self._empty(channel)
        followed.history = self._to(known, last)


def counting(history: History, source: str) -> set[str]:
    """Ids of the writer's keys that count in the channel now."""
    at = max(history.at, now_ms())
    return {name for name, key in history.known(source).items() if key.counts(at)}


def opened(history: History, source: str) -> History:
    """The history if a member's commands may be decided on it. Raises NotYet."""
    if not history.opened:
        raise NotYet("channel not open yet")
    if history.ledger(source).frozen:
        raise NotYet("this unit's ledger is frozen here until the registry reopens it")
    return history
