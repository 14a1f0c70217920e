"""The replica judged again from its first record: digests, rolling hashes, verdicts, and the views that follow.

1 no gap, record and verdict both there     4 judged again, signatures included: the verdict's columns
2 headers can be read                       5 what the log carries beside the value is what its writer sends
3 digest and rolling hash fit the record
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, pairwise
from typing import Any

from contracts.channels import DESK, TRUST, topic
from contracts.envelope import Record, Signed
from services.domain.trust import Trust
from services.storage import survey
from services.storage.dump import Connection
from services.storage.healing import ADMITTED
from services.storage.records import read_record
from services.upkeep.findings import Finding
from services.verifier import History, Result, Stopped, Verdict, inspect, rolling
from services.views import View, fold

Row = Mapping[str, Any]


@dataclass
class Refold:
    """A view folded from zero, as far as its live rows are."""

    view: View[Any]
    generation: int
    cut: dict[str, int]
    rows: dict[str, Any] = field(default_factory=dict)

    def take(self, source: str, verdict: Verdict) -> None:
        """One record, if the live rows have it."""
        position = verdict.record.position
        if position.offset <= self.cut.get(position.topic, -1):
            fold(self.view, source, [verdict], self.rows)


@dataclass
class Replicas:
    """All topics of one node, folded as they are proven. ``effective``: ids of own events that count."""

    source: str
    root: str
    refolds: list[Refold]
    cuts: Mapping[str, int]
    ends: dict[str, History] = field(default_factory=dict)
    """Topic -> its history at the cut, from which the next topic goes on."""
    histories: dict[str, History] = field(default_factory=dict)
    effective: set[str] = field(default_factory=set)

    def prove(self, connection: Connection) -> Iterator[Finding]:
        """The first divergence of each topic; trust first, for the desk is judged by it."""
        names = survey.read_topics(connection)
        for name in sorted(names, key=_order):
            begin = self._begin(name)
            if begin is None:
                yield Finding("replica", name, "not a topic of the exchange, or what it continues is not there")
                continue
            self.histories[name] = begin
            self._end(name)
            yield from self._topic(name, survey.records(connection, name))

    def _begin(self, name: str) -> History | None:
        """The history before a topic's first record; None: there is none."""
        try:
            here = topic(name)
        except ValueError:
            return None
        if here.n > 1:
            before = self.ends.get(str(here._replace(n=here.n - 1)))
            return None if before is None else History.after(before)
        if here.channel == DESK:
            trust = [one.channel.trust for one in self.histories.values() if one.topic.channel == TRUST]
            return History.desk(self.root, self.source, trust[-1] if trust else Trust())
        return History(self.root, here)

    def _end(self, name: str) -> None:
        """Keeps the history that stands at the cut: what lies behind it was judged, and counts no more."""
        history = self.histories[name]
        if self.cuts.get(name) == history.offset:
            self.ends[name] = history.overlay()

    def _topic(self, name: str, rows: Iterator[Row]) -> Iterator[Finding]:
        before = self.histories[name].hash
        for row, after in pairwise(chain(rows, [None])):
            if row is None:
                return
            found = self._row(name, row, before, after)
            grave = [one for one in found if one.grave]
            yield from found
            if grave:
                return
            before = bytes(row["hash"])

    def _row(self, name: str, row: Row, before: bytes, after: Row | None) -> list[Finding]:
        history, where = self.histories[name], f"{name}/{row['offset']}"
        if row["offset"] != history.offset + 1:
            return [Finding("replica", where, "the record before it lacks")]
        if not (row["kept"] and row["judged"]):
            return [Finding("verdict" if row["kept"] else "replica", where, "the row lacks, its other half is there")]
        try:
            record = read_record(row)
        except (ValueError, TypeError):
            return [Finding("replica", where, "the headers cannot be read")]
        fault = _bytes(row, record, before, after)
        return [Finding(fault[0], where, fault[1])] if fault else self._judged(where, row, record)

    def _judged(self, where: str, row: Row, record: Record) -> list[Finding]:
        history = self.histories[record.position.topic]
        known = {source: history.known(source) for source in history.ledgers}
        try:
            verdict = history.admit(record, inspect(record, known))
        except Stopped as stopped:
            return [Finding("replica", where, f"cannot be judged: {stopped.stop}")]
        for name, value in survey.verdict_columns(verdict).items():
            if _plain(row[name]) != value and (name != "keyid" or verdict.result in ADMITTED):
                return [Finding("verdict", where, f"{name} is not what the record says")]
        if history.offset <= self.cuts.get(record.position.topic, history.offset):
            self._follow(verdict)
        self._end(record.position.topic)
        return _beside(where, record, verdict)

    def _follow(self, verdict: Verdict) -> None:
        for refold in self.refolds:
            refold.take(self.source, verdict)
        e = verdict.envelope
        if verdict.result is Result.EFFECTIVE and e is not None and e.source == self.source:
            self.effective.add(e.id)


def _order(name: str) -> tuple[bool, str, int]:
    """Trust first; then by channel, each topic after the one that it continues."""
    channel, _, n = name.rpartition(".")
    return channel != f"duikou.{TRUST}", channel, int(n) if n.isdigit() else 0


def _bytes(row: Row, record: Record, before: bytes, after: Row | None) -> tuple[str, str] | None:
    """(table, sentence) where digest or rolling hash do not fit: two of the three agree against the one that changed.

    A changed time or signature and a changed hash look alike; the hash of the next record tells them apart.
    """
    digest = row["digest"] == sha256(record.message.value or b"").hexdigest()
    hash = bytes(row["hash"]) == rolling(before, record)
    if digest and hash:
        return None
    if not digest:
        return ("verdict", "digest is not the record's") if hash else ("replica", "the value is not what was read")
    if after is not None and _follows(bytes(row["hash"]), after):
        return "replica", "append time or signature are not what was read"
    return "verdict", "hash is not the record's (or, of a last record, its time or signature)"


def _follows(hash: bytes, row: Row) -> bool:
    try:
        return rolling(hash, read_record(row)) == bytes(row["hash"])
    except (ValueError, TypeError):
        return False


def _beside(where: str, record: Record, verdict: Verdict) -> list[Finding]:
    """Key and headers are compared, never judged (PROTOCOL 1); what only repeats another's record proves nothing."""
    message = record.message
    if (
        verdict.result not in ADMITTED
        or message == Signed(message.value or b"", message.signature, verdict.keyid).message()
    ):
        return []
    return [Finding("replica", where, "key or headers are not those its writer sends", grave=False)]


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
