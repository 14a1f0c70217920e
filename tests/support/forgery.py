"""Copies of a log that somebody changed, with the export's first line kept or computed anew by the forger."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, zip_longest

from contracts.channel import Cut
from contracts.envelope import SIGNATURE_HEADER, Message, Record
from services.auditor.judge import Judge
from services.auditor.lines import Header, Line, encode
from services.verifier import ROLLING_START, rolling

Change = Callable[[Sequence[Record], int], list[Record]]
"""(records of one topic, index of the victim) -> the records as changed."""


def value(record: Record, byte: int = 0, bit: int = 1) -> Record:
    """One bit of the value, at that byte (counted round)."""
    old = bytearray(record.message.value or b"\0")
    old[byte % len(old)] ^= bit
    return record._replace(message=Message(record.message.key, bytes(old), record.message.headers))


def signature(record: Record, byte: int = 0, bit: int = 1) -> Record:
    """One bit of the signature."""
    headers = []
    for name, old in record.message.headers:
        new = bytearray(old)
        if name == SIGNATURE_HEADER and new:
            new[byte % len(new)] ^= bit
        headers.append((name, bytes(new)))
    return record._replace(message=Message(record.message.key, record.message.value, tuple(headers)))


def at(record: Record, ms: int = 1) -> Record:
    """Another time."""
    return record._replace(position=record.position._replace(at=record.position.at + ms))


def placed(record: Record, offset: int) -> Record:
    """Another offset."""
    return record._replace(position=record.position._replace(offset=offset))


def one(change: Callable[[Record], Record]) -> Change:
    """Only that record is changed."""
    return lambda log, i: [change(record) if place == i else record for place, record in enumerate(log)]


def removed(log: Sequence[Record], i: int) -> list[Record]:
    """Left out, which leaves a gap."""
    return [record for place, record in enumerate(log) if place != i]


def removed_and_renumbered(log: Sequence[Record], i: int) -> list[Record]:
    """Left out, and the gap closed."""
    return [placed(record, place) for place, record in enumerate(removed(log, i))]


def repeated(log: Sequence[Record], i: int) -> list[Record]:
    """The record stands twice, the rest moves on."""
    return [placed(record, place) for place, record in enumerate([*log[: i + 1], log[i], *log[i + 1 :]])]


def swapped(log: Sequence[Record], i: int) -> list[Record]:
    """The record and the next one exchange their offsets (and stand in order again)."""
    j = min(i + 1, len(log) - 1)
    order = {i: j, j: i}
    return sorted(
        (placed(record, order.get(place, place)) for place, record in enumerate(log)),
        key=lambda record: record.position.offset,
    )


def with_times_swapped(log: Sequence[Record], i: int) -> list[Record]:
    """... and their times as well, so that each place keeps its time."""
    moved = swapped(log, i)
    return [record._replace(position=old.position) for record, old in zip(moved, log, strict=True)]


CHANGES: dict[str, Change] = {
    "a bit of a value": one(lambda record: value(record, 700)),
    "the first byte of a value": one(value),
    "a bit of a signature": one(signature),
    "a time, later": one(lambda record: at(record, 60_000)),
    "a time, earlier": one(lambda record: at(record, -1)),
    "an offset": lambda log, i: one(lambda record: placed(record, i + 1_000))(log, i),
    "an offset of the past": lambda log, i: one(lambda record: placed(record, i))(log, i + 1),
    "a record removed": removed,
    "a record removed, the others renumbered": removed_and_renumbered,
    "a record repeated": repeated,
    "two offsets swapped": swapped,
    "two records swapped in place": with_times_swapped,
}


def first(before: Sequence[Record], after: Sequence[Record]) -> int:
    """The first offset at which two copies of a topic differ."""
    pairs = zip_longest(before, after)
    return next(place for place, (old, new) in enumerate(pairs) if old != new)


def kept(header: bytes, records: Iterable[Record]) -> bytes:
    """The first line as it was."""
    return header + b"".join(encode(Line.of(record)) for record in records)


def computed_anew(root: str, records: Sequence[Record], units: Iterable[str] = ()) -> bytes:
    """Cut, hashes and fingerprints fit the changed records: the first line gives nothing away."""
    judge = Judge(root, frozenset(units))
    judge.take(lambda: records)
    cut = {}
    for name, log in groupby(records, key=lambda record: record.position.topic):
        offset, found = -1, ROLLING_START
        for record in log:
            offset, found = record.position.offset, rolling(found, record)
        cut[name] = Cut(offset=offset, hash=found.hex())
    prints = {unit: judge.fingerprints(unit) for unit in units}
    header = Header(exchange=root, topics=tuple(cut), cut=cut, fingerprints=prints)
    return kept(encode(header), records)
