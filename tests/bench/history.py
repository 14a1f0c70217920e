"""A history to measure on: leads of a pairing, shared, delivered, received and read; written by real keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from contracts import lead
from contracts.channels import OUTFLOW, Topic
from contracts.envelope import Draft, Record
from contracts.outflow import Cell, Reported, ReportSummary
from contracts.vocabulary import OutflowSource, Sector
from services.auditor.lines import Line, decode, encode
from services.verifier import Verdict
from tests.support.world import XINCAI, YIWU, World, world

SIGNATURES = (3, 1, 1, 2)
"""Of share (author, approver, unit), delivery, receipt, read (officer, unit)."""
DESTINATIONS = ("330781", "330782", "440306", "440307")


@dataclass(frozen=True)
class Written:
    """A region and how many of its newest records are leads'."""

    region: World
    leads: int

    @property
    def records(self) -> list[Record]:
        """All topics, in the order of their names, as an audit reads them."""
        logs = self.region.logs
        names = sorted(logs, key=lambda channel: str(Topic(channel, 1)).encode())
        return [record for name in names for record in logs[name]]

    @property
    def ends(self) -> dict[str, int]:
        """Topic -> its last offset."""
        return {log[-1].position.topic: len(log) - 1 for log in self.region.logs.values() if log}


def written(events: int) -> Written:
    """At least ``events`` records of leads in one channel. Raises ValueError: one of them was not effective."""
    made = world()
    cycles = _written(made, events)
    if any(verdict.result != "effective" for verdict in made.verdicts[made.channel]):
        raise ValueError("the benchmark's own history is not effective")
    return Written(made, cycles * len(SIGNATURES))


def _written(made: World, events: int) -> int:
    cycles = -(-events // len(SIGNATURES))
    for _ in range(cycles):
        _lead(made)
    return cycles


class _Spool(list[Record]):
    """A channel's log that is written out as it grows: of a million records the list itself is the most."""

    def __init__(self, to: BinaryIO, records: list[Record]) -> None:
        super().__init__()
        self._to, self._count = to, 0
        for record in records:
            self.append(record)

    def append(self, record: Record) -> None:
        """To the file."""
        self._to.write(encode(Line.of(record)))
        self._count += 1

    def __len__(self) -> int:
        return self._count


class _Effective(list[Verdict]):
    """Verdicts that are looked at and not kept."""

    def append(self, verdict: Verdict) -> None:
        """Raises ValueError: it does not count."""
        if verdict.result != "effective":
            raise ValueError("the benchmark's own history is not effective")


@dataclass(frozen=True)
class Spooled:
    """A long history whose leads lie in a file; a source of an audit. length: records in all."""

    region: World
    path: Path
    length: int
    claims: None = None

    def records(self) -> Iterator[Record]:
        """All topics, in the order of their names."""
        logs = self.region.logs
        for name in sorted(logs, key=lambda channel: str(Topic(channel, 1)).encode()):
            yield from self._read() if name == self.region.channel else logs[name]

    def _read(self) -> Iterator[Record]:
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                yield decode(Line, line, number).record()


@contextmanager
def spooled(folder: Path, events: int) -> Iterator[Spooled]:
    """As ``written``, with the leads in a file of the folder while it is used."""
    made, path = world(), folder / f"{events}.lines"
    with path.open("wb") as to:
        made.logs[made.channel] = _Spool(to, made.logs[made.channel])
        made.verdicts[made.channel] = _Effective()
        _written(made, events)
    yield Spooled(made, path, sum(map(len, made.logs.values())))
    path.unlink()


def _lead(region: World) -> None:
    """One lead, from sharing to its first reading."""
    shared = region.share()
    if shared.envelope is None:
        raise ValueError("the share is unreadable")
    subject, content = shared.envelope.subject, shared.envelope.data["content"]["id"]
    officer = region.officers[f"{YIWU}/intake"].id
    region.fact(YIWU, subject)
    region.write(YIWU, region.channel, subject, lead.Received(summary=lead.ReceivedSummary(officer=officer)))
    region.write(YIWU, region.channel, content, region.access(YIWU, content))


def reports(region: World, count: int) -> list[Draft[Reported]]:
    """Outflow reports of 新蔡, one subject each, decided but not sealed: about 1.2 kB as envelopes."""
    officer = region.officers[f"{XINCAI}/author"].id
    cells = tuple(
        Cell(destination=place, sector=sector, count=120)
        for place in DESTINATIONS
        for sector in sorted((Sector.LOGISTICS, Sector.CONSTRUCTION))
    )
    said = ReportSummary(
        officer=officer, origin="411729", period="2021H1", source=OutflowSource.STATISTICS, cells=cells
    )
    return [region.draft(XINCAI, OUTFLOW, region.fresh(), Reported(summary=said)) for _ in range(count)]
