"""Writes an export: whole topics from offset 0, with hash and fingerprints at their end (WIRE 32)."""

from collections.abc import Iterable, Iterator

from contracts.channel import Cut
from services.auditor.errors import ExportError
from services.auditor.judge import Judge
from services.auditor.lines import Header, Line, encode
from services.auditor.source import Source


def export(root: str, source: Source, units: Iterable[str] | None = None) -> Iterator[bytes]:
    """The lines of an export. Reads the source twice: once to judge it, once to write it.

    Args:
        root: the pinned root fingerprint.
        units: whose views' fingerprints to state; None: of every member and reader of the channels in it.

    Raises RootMissingError; ExportError: a topic cannot be judged to its end, or there are too many for one header.
    """
    judge = Judge(root, None if units is None else frozenset(units))
    judge.take(source.records)
    yield encode(_header(judge))
    for record in source.records():
        yield encode(Line.of(record))


def _header(judge: Judge) -> Header:
    for name, found in judge.topics.items():
        if found.stopped is not None:
            raise ExportError(0, f"{name} cannot be judged to its end: {found.stopped[0]}")
    topics = sorted(judge.topics, key=str.encode)
    ends = {name: judge.topics[name].history for name in topics}
    return Header(
        exchange=judge.root,
        topics=tuple(topics),
        cut={name: Cut(offset=end.offset, hash=end.hash.hex()) for name, end in ends.items()},
        fingerprints={unit: judge.fingerprints(unit) for unit in sorted(judge.rows)},
    )
