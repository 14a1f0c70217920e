"""One pass over records: every verdict from the pinned root, every view from zero, every ``seen`` heard."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contracts.channels import OPEN_TOPICS
from contracts.envelope import Record
from contracts.fields import Digest, matches
from contracts.refusals import Stop
from services.auditor.crossing import Crossings
from services.auditor.errors import RootMissingError
from services.auditor.tally import Tally
from services.auditor.witness import Witness
from services.verifier import History, Stopped, Verdict, inspect
from services.views import VIEWS, fingerprint, fold

AUDITED = {name: view for name, view in VIEWS.items() if name != "desk"}
"""Views of what is exported; a desk is not. ``inbox`` and ``refused`` hold their part without the desk's."""


def pinned(root: str) -> str:
    """The root fingerprint. Raises RootMissingError."""
    if not matches(Digest, root):
        raise RootMissingError("the root fingerprint is 64 hex digits and comes from outside (PROTOCOL 4)")
    return root


@dataclass
class Fold:
    """One topic. early: verdicts before its genesis; stopped: why, and from which offset on, it could not be judged."""

    history: History
    witness: Witness = field(default_factory=Witness)
    early: list[Verdict] = field(default_factory=list)
    stopped: tuple[Stop, int] | None = None

    def readers(self) -> set[str]:
        """Units that read the channel beside everybody."""
        return {*self.history.channel.members, *self.history.channel.readers}

    @property
    def is_open(self) -> bool:
        """Whether every admitted unit reads it."""
        return self.history.topic.channel in OPEN_TOPICS


@dataclass
class Judge:
    """Reads records topic by topic, channels before open topics (their names sort so).

    units: whose views are folded; None: of every member and reader of a channel.
    """

    root: str
    units: frozenset[str] | None = None
    topics: dict[str, Fold] = field(default_factory=dict)
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    crossings: Crossings = field(default_factory=Crossings)

    def __post_init__(self) -> None:
        pinned(self.root)
        self.rows = {unit: {name: {} for name in AUDITED} for unit in self.units or ()}

    def take(self, records: Iterable[Record]) -> None:
        """Judges them; what cannot be judged further is left where it stops."""
        for record in records:
            name = record.position.topic
            if name not in self.topics:
                self.topics[name] = Fold(History.of(self.root, name))
            if self.topics[name].stopped is None:
                self._one(self.topics[name], record)
        for found in self.topics.values():
            if found.stopped is None and not found.history.opened:
                found.stopped = (Stop.NO_GENESIS, 0)

    def _one(self, to: Fold, record: Record) -> None:
        try:
            verdict = to.history.admit(record, inspect(record, {}))
        except Stopped as stopped:
            to.stopped = (stopped.stop, to.history.offset + 1)
            return
        to.witness.hear(verdict, to.history)
        self.tally.count(verdict)
        self.crossings.note(verdict, to.history)
        to.early.append(verdict)
        if to.history.opened:
            self._view(to)

    def _view(self, to: Fold) -> None:
        """Folds what waited: at the genesis all before it, later one verdict at a time."""
        for unit in self._viewers(to):
            views = self.rows.setdefault(unit, {name: {} for name in AUDITED})
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
        return {
            name: found.history.offset
            for name, found in self.topics.items()
            if found.is_open or unit in found.readers()
        }

    def fingerprints(self, unit: str) -> dict[str, str]:
        """Of every audited view of that unit, by the view's title."""
        cut = self.visible(unit)
        versions = [self.topics[name].history.channel.trust.rule_version for name in cut]
        views = self.rows.get(unit, {})
        return {
            view.title: fingerprint(view, views.get(name, {}), cut, max(versions, default=1))
            for name, view in AUDITED.items()
        }
