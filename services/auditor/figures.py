"""Figures of two-monthly reports, computed again from the topics at the positions that a report names (FIELDS 6.10).

No verdict can do that: it reads its own topic only, and whoever receives a report does not see what it counts. Topics
are read once more, and only where a report names them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.channels import Place, Topic, topic
from contracts.envelope import Draft, Record
from contracts.report import REPORTS, ContributionReturned, ContributionSealed
from contracts.report_figures import Figure, OutcomeFigures
from services.auditor.crossing import Finding
from services.domain import figures, periods, report, results
from services.domain.channel import Channel
from services.domain.figures import Said
from services.verifier import History, Result, Verdict, inspect

if TYPE_CHECKING:
    from services.auditor.judge import Judge

Read = Callable[[], Iterable[Record]]


class Sealed(NamedTuple):
    """A report that is effective, or the return of one, and its place."""

    topic: str
    offset: int
    draft: Draft[Any]

    def __str__(self) -> str:
        summary = self.draft.data.summary
        return f"report of {summary.unit} for {summary.period}, version {summary.version}"

    def finding(self, text: str) -> Finding:
        """Something about it that a person must clear up."""
        return Finding(self.topic, self.offset, report.RULES[type(self.draft.data)].row, f"{self}: {text}")


@dataclass
class Reports:
    """Gathered in the one pass over all topics, compared at the end. returned: what sent a contribution back."""

    sealed: list[Sealed] = field(default_factory=list)
    returned: list[Sealed] = field(default_factory=list)

    def note(self, verdict: Verdict) -> None:
        """One record."""
        draft, position = verdict.draft, verdict.record.position
        if verdict.result is not Result.EFFECTIVE or draft is None:
            return
        if draft.type in REPORTS:
            self.sealed.append(Sealed(position.topic, position.offset, draft))
        elif isinstance(draft.data, ContributionReturned):
            self.returned.append(Sealed(position.topic, position.offset, draft))

    def compared(self, judge: "Judge", read: Read) -> tuple[list[Finding], list[str]]:
        """What differs, and what could not be held against anything: topics or contributions that are not here."""
        found, left = list[Finding](), list[str]()
        readings = _Readings(judge, read, [one for one in self.sealed if _counts(one)])
        for one in self.sealed:
            given = readings.given(one) if _counts(one) else self._below(judge, one)
            if given is None:
                left.append(str(one))
                continue
            found.extend(one.finding(text) for text in _differences(one.draft.data.table, *given))
            strays = readings.misread(one) if _counts(one) else self._misnamed(one)
            found.extend(one.finding(text) for text in strays)
        return found, left

    def _below(self, judge: "Judge", one: Sealed) -> "Given | None":
        """Sums of the contributions it names; None where one of them, or a topic it read, is not here."""
        table = one.draft.data.table
        here = {name: fold.history.offset for name, fold in judge.topics.items() if fold.stopped is None}
        told = {other.draft.digest: other.draft.data.table for other in self.sealed}
        named = {named.unit: told.get(named.digest) for named in table.contributions}
        if any(here.get(read.topic, -1) < read.offset for read in table.positions) or None in named.values():
            return None
        return results.summed({unit: (found.figures, found.outcomes) for unit, found in named.items() if found})

    def _misnamed(self, one: Sealed) -> Iterator[str]:
        """Contributions that stood at its positions and that it does not name, or names and that did not stand."""
        table, period = one.draft.data.table, one.draft.data.summary.period
        named = {(named.unit, named.digest) for named in table.contributions}
        standing = set[tuple[str, str]]()
        for read in table.positions:
            said = [told for told in (*self.sealed, *self.returned) if _within(told, topic(read.topic), read.offset)]
            for subject in {told.draft.subject for told in said if _counts(told) and _period(told) == period}:
                last = max((told for told in said if told.draft.subject == subject), key=_place)
                standing |= {(last.draft.source, last.draft.digest)} if _counts(last) else set()
        yield from (f"the report of {unit} stood at its positions and is not in it" for unit, _ in standing - named)
        yield from (f"the report of {unit} did not stand at its positions" for unit, _ in named - standing)


Given = tuple[tuple[Figure, ...], tuple[OutcomeFigures, ...]]


def _within(told: Sealed, upto: Topic, offset: int) -> bool:
    """Whether it stands in the channel at or before a position."""
    return topic(told.topic).channel == upto.channel and _place(told) <= (upto.n, offset)


def _place(told: Sealed) -> tuple[int, int]:
    return topic(told.topic).n, told.offset


def _period(told: Sealed) -> str:
    period: str = told.draft.data.summary.period
    return period


def _counts(one: Sealed) -> bool:
    """Whether it counts events; the others sum up."""
    return isinstance(one.draft.data, ContributionSealed)


def _differences(table: Any, counted: tuple[Figure, ...], outcomes: tuple[OutcomeFigures, ...]) -> Iterator[str]:
    said, right = ({one.key: one for one in found} for found in (table.figures, counted))
    for key in sorted({*said, *right}):
        if said.get(key) != right.get(key):
            name = " ".join(part for part in key if part)
            yield f"{name} is {_value(said.get(key))}, its positions give {_value(right.get(key))}"
    reported, known = ({one.outcome_id: one for one in found} for found in (table.outcomes, outcomes))
    for id_ in sorted({*reported, *known}):
        if reported.get(id_) != known.get(id_):
            yield f"outcome {id_} adds something else, by its positions"


def _value(figure: Figure | None) -> str:
    """With its parts, where they say more."""
    if figure is None:
        return "0"
    parts = [f"{purpose.value} {value}" for purpose, value in figure.by.parts().items()] if figure.by else []
    return figure.value + (f" ({', '.join(parts)})" if parts else "")


@dataclass
class _Snapshot:
    """A channel at a position. said: what its topic has told so far; those before it are added at the end."""

    channel: Channel
    said: tuple[Said, ...]


class _Readings:
    """Topics at the positions that contributions name, read in one pass."""

    def __init__(self, judge: "Judge", read: Read, contributions: Iterable[Sealed]) -> None:
        self._judge = judge
        self._wanted: dict[str, set[int]] = {}
        for one in contributions:
            for reading in one.draft.data.table.positions:
                if self._here(reading.topic, reading.offset):
                    self._wanted.setdefault(reading.topic, set()).add(reading.offset)
        self._limits = {name: max(offsets) for name, offsets in self._wanted.items()}
        for name in list(self._wanted):
            self._limits |= {earlier: judge.topics[earlier].end for earlier in _earlier(name)}
        self._told: dict[str, list[Said]] = {}
        self._snapshots: dict[tuple[str, int], _Snapshot] = {}
        if self._wanted:
            self._pass(read)

    def _here(self, name: str, offset: int) -> bool:
        """Whether the topic, and those before it, were read and judged that far."""
        topics = self._judge.topics
        whole = all(earlier in topics and topics[earlier].stopped is None for earlier in _earlier(name))
        return whole and name in topics and topics[name].history.offset >= offset

    def _pass(self, read: Read) -> None:
        histories: dict[str, History] = {}
        for record in read():
            name, offset = record.position.topic, record.position.offset
            if offset > self._limits.get(name, -1):
                continue
            if name not in histories:
                histories[name] = self._judge.topics[name].anew(dict)
            verdict = histories[name].admit(record, inspect(record, {}))
            told = self._told.setdefault(name, [])
            if verdict.result is Result.EFFECTIVE and verdict.draft is not None:
                told.extend(figures.kept(verdict.at, verdict.draft))
            if offset in self._wanted.get(name, ()):
                self._snapshots[name, offset] = _Snapshot(histories[name].channel, tuple(told))

    def given(self, one: Sealed) -> Given | None:
        """The figures by its positions; None where something is not here."""
        summary, positions = one.draft.data.summary, one.draft.data.table.positions
        if any((reading.topic, reading.offset) not in self._snapshots for reading in positions):
            return None
        read = [self._history(reading.topic, reading.offset) for reading in positions]
        computed = figures.compute(summary.unit, summary.period, read)
        return computed.figures, computed.outcomes

    def _history(self, name: str, offset: int) -> figures.History:
        snapshot = self._snapshots[name, offset]
        before = [said for earlier in _earlier(name) for said in self._told.get(earlier, ())]
        return figures.History(snapshot.channel, (*before, *snapshot.said))

    def misread(self, one: Sealed) -> Iterator[str]:
        """Of a contribution: channels that are not the unit's, and those of it that are left out."""
        unit, period = one.draft.data.summary.unit, one.draft.data.summary.period
        named = {topic(reading.topic).channel for reading in one.draft.data.table.positions}
        for name, fold in self._judge.topics.items():
            channel, id_ = fold.history.channel, fold.history.topic.channel
            if id_ in named and not _of_unit(channel, unit):
                yield f"{name} is not a topic of the unit"
            elif id_ not in named and _of_unit(channel, unit) and _ran(channel, period):
                yield f"{name} is left out"


def _earlier(name: str) -> list[str]:
    """Topics before one, of the same channel."""
    found = topic(name)
    return [str(Topic(found.channel, n)) for n in range(1, found.n)]


def _of_unit(channel: Channel, unit: str) -> bool:
    below = channel.place is Place.SUPERVISION and channel.members[:1] == (unit,)
    return below or (channel.place is Place.PAIRING and unit in channel.members)


def _ran(channel: Channel, period: str) -> bool:
    """Whether a pairing had begun before the period was over; the own superior's channel is always named."""
    return channel.terms is None or channel.terms.valid_from < periods.end(period)
