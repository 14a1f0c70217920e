"""One pass over records: every verdict from the pinned root, every view from zero, every ``seen`` heard.

Topics that continue others (WIRE 14) come after that pass, each read again by itself: what was folded of the topic
before it behind the cut is taken back.
"""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import Any

from contracts.channel import Cut
from contracts.channels import OPEN_TOPICS, Topic, topic
from contracts.envelope import Record
from contracts.fields import Digest, matches
from contracts.refusals import Stop
from services.auditor.crossing import Crossings
from services.auditor.errors import RootMissingError
from services.auditor.figures import Reports
from services.auditor.spill import Store
from services.auditor.tally import Tally
from services.auditor.witness import Witness
from services.generations import continued, cut_of
from services.verifier import History, Stopped, Verdict, inspect
from services.views import VIEWS, fingerprint, fold

Read = Callable[[], Iterable[Record]]
"""Records from the beginning, as often as asked."""
Kept = Callable[[], MutableMapping[Any, Any]]
"""An empty mapping for what grows with every record."""
FIRST = 100
"""Among how many first records of a topic that continues another its genesis is looked for."""
AUDITED = {name: view for name, view in VIEWS.items() if name != "desk"}
"""Views of what is exported; a desk is not. ``inbox`` and ``refused`` hold their part without the desk's."""


def pinned(root: str) -> str:
    """The root fingerprint. Raises RootMissingError."""
    if not matches(Digest, root):
        raise RootMissingError("the root fingerprint is 64 hex digits and comes from outside (PROTOCOL 4)")
    return root


@dataclass
class Fold:
    """One topic. early: verdicts before its genesis; stopped: why, and from which offset on, it could not be judged.

    begin: the history it begins with, where it continues another topic; cut: its own end, where another continues it.
    """

    history: History
    witness: Witness = field(default_factory=Witness)
    early: list[Verdict] = field(default_factory=list)
    stopped: tuple[Stop, int] | None = None
    begin: History | None = None
    cut: int | None = None

    @property
    def end(self) -> int:
        """The last offset that counts."""
        return self.history.offset if self.cut is None else self.cut

    def anew(self, kept: Kept) -> History:
        """The history with which the topic begins."""
        if self.begin is None:
            return History.of(self.history.exchange, str(self.history.topic), kept)
        return self.begin.overlay()

    def readers(self) -> set[str]:
        """Units that read the channel beside everybody."""
        return {*self.history.channel.members, *self.history.channel.readers}

    @property
    def is_open(self) -> bool:
        """Whether every admitted unit reads it."""
        return self.history.topic.channel in OPEN_TOPICS


def _of(read: Read, name: str, end: int | None = None) -> Iterator[Record]:
    """The records of one topic, up to an offset."""
    return (one for one in read() if one.position.topic == name and (end is None or one.position.offset <= end))


def _up_to(read: Read, fold: Fold, kept: Kept, cut: Cut) -> History | None:
    """A topic folded again up to an offset that somebody names; None where it cannot be."""
    if fold.history.offset < cut.offset:
        return None
    history = fold.anew(kept)
    for record in _of(read, str(history.topic), cut.offset):
        history.admit(record, inspect(record, {}))
    return history


@dataclass
class Judge:
    """Reads records topic by topic, channels before open topics (their names sort so).

    units: whose views are folded; None: of every member and reader of a channel.
    """

    root: str
    units: frozenset[str] | None = None
    topics: dict[str, Fold] = field(default_factory=dict)
    rows: dict[str, dict[str, MutableMapping[str, Any]]] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    crossings: Crossings = field(default_factory=Crossings)
    reports: Reports = field(default_factory=Reports)
    store: Store = field(default_factory=Store)

    def __post_init__(self) -> None:
        pinned(self.root)
        for unit in self.units or ():
            self._rows(unit)

    def _rows(self, unit: str) -> dict[str, MutableMapping[str, Any]]:
        if unit not in self.rows:
            self.rows[unit] = {name: self.store.mapping() for name in AUDITED}
        return self.rows[unit]

    def take(self, read: Read) -> None:
        """Judges all records; what cannot be judged further is left where it stops."""
        later: set[Topic] = set()
        for record in read():
            name = record.position.topic
            if name not in self.topics:
                named = topic(name)
                if named.n > 1:
                    later.add(named)
                    continue
                self.topics[name] = Fold(History.of(self.root, name, self.store.mapping))
            if self.topics[name].stopped is None:
                self._one(self.topics[name], record)
        for following in sorted(later):
            self._follow(read, following)
        for found in self.topics.values():
            if found.stopped is None and not found.history.opened:
                found.stopped = (Stop.NO_GENESIS, 0)

    def _follow(self, read: Read, name: Topic) -> None:
        """A topic that continues another, from the cut that its genesis names."""
        records = _of(read, str(name))
        first = list(islice(records, FIRST))
        before = self.topics.get(str(name._replace(n=name.n - 1)))
        begin = None if before is None else continued(first, partial(_up_to, read, before, self.store.mapping))
        if before is None or begin is None or begin.cut is None:
            stop = Stop.CUT if any(cut_of(record) for record in first) else Stop.NO_GENESIS
            self.topics[str(name)] = Fold(History(self.root, name), stopped=(stop, 0))
            return
        before.cut = begin.cut.offset
        if before.end < before.history.offset:
            self._take_back(read, name)
        fold = self.topics[str(name)] = Fold(begin.overlay(), begin=begin)
        for record in chain(first, records):
            if fold.stopped is None:
                self._one(fold, record)

    def _take_back(self, read: Read, name: Topic) -> None:
        """Views of the channel, folded again from its topics before ``name``, each up to its cut."""
        for views in self.rows.values():
            for rows in views.values():
                for key in [key for key in rows if key.split("/")[0] == name.channel]:
                    del rows[key]
        for n in range(1, name.n):
            fold = self.topics[str(name._replace(n=n))]
            again = Fold(fold.anew(self.store.mapping))
            for record in _of(read, str(name._replace(n=n)), fold.end):
                again.early.append(again.history.admit(record, inspect(record, {})))
                if again.history.opened:
                    self._view(again)

    def _one(self, to: Fold, record: Record) -> None:
        try:
            verdict = to.history.admit(record, inspect(record, {}))
        except Stopped as stopped:
            to.stopped = (stopped.stop, to.history.offset + 1)
            return
        to.witness.hear(verdict, to.history)
        self._vouch(verdict, to.history)
        self.tally.count(verdict)
        self.crossings.note(verdict, to.history)
        self.reports.note(verdict)
        to.early.append(verdict)
        if to.history.opened:
            self._view(to)

    def _vouch(self, verdict: Verdict, history: History) -> None:
        """A ``seen`` of a channel's later topic speaks of the earlier ones, too."""
        for n, earlier in enumerate(history.earlier, 1):
            fold = self.topics[str(history.topic._replace(n=n))]
            fold.witness.hear_later(verdict, history, n, len(earlier) - 2)

    def _view(self, to: Fold) -> None:
        """Folds what waited: at the genesis all before it, later one verdict at a time."""
        for unit in self._viewers(to):
            views = self._rows(unit)
            for name, view in AUDITED.items():
                fold(view, unit, to.early, views[name])
        to.early.clear()

    def _viewers(self, to: Fold) -> Iterator[str]:
        if to.is_open:
            yield from list(self.rows)
        else:
            yield from sorted(to.readers() if self.units is None else to.readers() & self.units)

    def visible(self, unit: str) -> dict[str, int]:
        """Topic -> last offset of what that unit reads: the cut of its fingerprints."""
        return {name: found.end for name, found in self.topics.items() if found.is_open or unit in found.readers()}

    def fingerprints(self, unit: str) -> dict[str, str]:
        """Of every audited view of that unit, by the view's title."""
        cut = self.visible(unit)
        versions = [self.topics[name].history.channel.trust.rule_version for name in cut]
        views = self.rows.get(unit, {})
        return {
            view.title: fingerprint(view, views.get(name, {}), cut, max(versions, default=1), self.store.sorted)
            for name, view in AUDITED.items()
        }
