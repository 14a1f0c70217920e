"""Where an audit reads: an export, line by line, or the topics themselves. Read only; may be read more than once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple, Protocol, Self

from contracts.channel import Cut
from contracts.channels import DESK, topic
from contracts.envelope import Record
from contracts.refusals import NotYet
from services.auditor.errors import DeskTopicError, ExportError
from services.auditor.lines import MAX_LINE, Header, Line, decode, exportable
from services.storage.replica import Replica
from services.transport import Log

BATCH = 500
WAIT = 5.0
"""Seconds until a log that still owes records counts as out."""


class Claims(NamedTuple):
    """What somebody says of a history; the audit compares. fingerprints: unit -> view's title -> sha-256.

    topics: all there are (an export); None: these among others, of a log that may have gone on since (a node).
    exchange: empty where it is not said. confirmed: unit -> digests of the acts that its desk confirms (D11), of the
    units whose desk was at hand.
    """

    cut: Mapping[str, Cut]
    fingerprints: Mapping[str, Mapping[str, str]]
    exchange: str = ""
    topics: tuple[str, ...] | None = None
    confirmed: Mapping[str, frozenset[str]] = MappingProxyType({})


class Source(Protocol):
    """Records by topic, in the order of the topics' bytes."""

    @property
    def claims(self) -> Claims | None:
        """What stands beside the records. May raise ExportError."""

    def records(self) -> Iterator[Record]:
        """All of them, from the beginning. May raise ExportError, NotYet."""


class Export:
    """An export, streaming. ``opener`` gives its bytes anew for each reading."""

    def __init__(self, opener: Callable[[], BinaryIO]) -> None:
        self._open = opener

    @classmethod
    def at(cls, path: Path) -> Self:
        """A file."""
        return cls(lambda: path.open("rb"))

    @cached_property
    def header(self) -> Header:
        """The first line. Raises ExportError."""
        with self._open() as stream:
            return decode(Header, stream.readline(MAX_LINE + 1), 1)

    @property
    def claims(self) -> Claims:
        """Cut and fingerprints as the export says them."""
        header = self.header
        return Claims(header.cut, header.fingerprints, header.exchange, header.topics)

    def records(self) -> Iterator[Record]:
        """The other lines. Raises ExportError."""
        with self._open() as stream:
            stream.readline(MAX_LINE + 1)
            last, number = b"", 1
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                record = decode(Line, line, number).record()
                name = _named(record, number)
                if name < last:
                    raise ExportError(number, "topics out of order")
                last = name
                yield record


def _named(record: Record, number: int) -> bytes:
    try:
        return exportable(record.position.topic).encode()
    except (ValueError, DeskTopicError) as error:
        raise ExportError(number, "no topic that is exported") from error


class Topics:
    """Topics of a log, up to a cut: where they ended when this was made, unless ``cut`` says it (topic -> offset)."""

    def __init__(self, log: Log, topics: Iterable[str], cut: Mapping[str, int] | None = None) -> None:
        """Raises DeskTopicError. ``duikou.trust`` comes last: what is copied elsewhere is then in it."""
        self._log = log
        names = sorted({exportable(name) for name in topics}, key=str.encode)
        ends = cut or {name: end for name in names if (end := log.end(name)) is not None}
        self._cut = {name: end for name, end in ends.items() if end >= 0}

    @property
    def claims(self) -> None:
        """A log says nothing of itself."""

    def records(self) -> Iterator[Record]:
        """Each topic to its cut. Raises NotYet."""
        for name in sorted(self._cut, key=str.encode):
            yield from self._topic(name, self._cut[name])

    def _topic(self, name: str, end: int) -> Iterator[Record]:
        after = -1
        while after < end:
            found = self._log.read({name: after}, min(BATCH, end - after), WAIT)
            if not found:
                raise NotYet("the log gave no more records before the cut")
            yield from found
            after = found[-1].position.offset


class Copies:
    """What a node has read of its topics, also of those that a log has lost; read only."""

    def __init__(self, replica: Replica) -> None:
        """The desk is not exported."""
        self._replica = replica
        self._cut = {name: end for name, end in replica.ends().items() if topic(name).channel != DESK}

    @property
    def claims(self) -> None:
        """Nothing is claimed."""

    def records(self) -> Iterator[Record]:
        """As the log gave them, up to where the copy ended when this was made."""
        for name in sorted(self._cut, key=str.encode):
            yield from islice(self._replica.records(name), self._cut[name] + 1)
