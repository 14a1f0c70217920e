"""Own events against themselves: each row follows from its envelope alone, each ledger is one signed chain (L1).

1 the digest is that of the bytes           4 numbers without a gap, each naming the envelope before
2 the bytes are an envelope                 5 signed by a key that trust knows as ours
3 every column is what the envelope says    6 versions of each stream without a gap; claims are what the events use up
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import Any

from contracts.envelope import ZEROS, Envelope, event_pae
from contracts.profile import ShapeError
from contracts.refusals import Refused
from services.domain import keys, uses
from services.upkeep.findings import Finding

Row = Mapping[str, Any]


@dataclass
class Ledgers:
    """One node's own events. ``public``: key id -> raw key; ``bases``: (ledger, epoch) -> ``previous`` of its first."""

    public: Mapping[str, bytes]
    bases: Mapping[tuple[str, int], str]
    versions: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    used: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Event id -> its ledger and what it uses up."""
    broken: set[str] = field(default_factory=set)
    """Ledgers that diverge: what stands behind the place is not looked at."""

    def prove(self, rows: Iterable[Row]) -> Iterator[Finding]:
        """The first divergence of each ledger and epoch. ``rows``: by ledger, epoch and number."""
        for place, group in groupby(rows, key=lambda row: (row["ledger"], row["epoch"])):
            yield from self._chain(self.bases.get(place, ZEROS), group)
        for stream, found in self.versions.items():
            if not self.broken and found != set(range(1, len(found) + 1)):
                yield Finding("ledger", stream, "versions of the stream have a gap")

    def _chain(self, previous: str, rows: Iterable[Row]) -> Iterator[Finding]:
        for number, row in enumerate(rows, 1):
            fault = self._row(row, number, previous)
            if fault:
                self.broken.add(row["ledger"])
                yield Finding("ledger", f"{row['ledger']}/{row['epoch']}/{row['sequence']}", fault)
                return
            previous = row["digest"]

    def _row(self, row: Row, number: int, previous: str) -> str:
        state = bytes(row["state"])
        if sha256(state).hexdigest() != row["digest"]:
            return "the digest is not that of the bytes"
        try:
            e = Envelope.parse(state)
        except ShapeError:
            return "the bytes are no envelope"
        for column, value in _columns(e).items():
            if row[column] != value:
                return f"{column} is not what the envelope says"
        if (e.number, e.previous) != (number, previous):
            return "it does not follow the event before it"
        if not self._signed(row, state):
            return "the signature is by no key of ours that trust knows"
        self._remember(row, e)
        return ""

    def _signed(self, row: Row, state: bytes) -> bool:
        key = self.public.get(row["keyid"])
        return key is not None and keys.verifies(key, event_pae(state), bytes(row["signature"]))

    def _remember(self, row: Row, e: Envelope) -> None:
        self.versions[e.stream].add(row["originator_version"])
        try:
            self.used[e.id] = (e.ledger, uses(e.draft(row["digest"])))
        except Refused:  # the log called it void for its form
            self.used[e.id] = (e.ledger, [])

    def prove_claims(self, rows: Iterable[Row], effective: set[str]) -> Iterator[Finding]:
        """Every claim is an own event's, and what counts in the log has all of its claims. After ``prove``."""
        found = set()
        for row in (row for row in rows if row["ledger"] not in self.broken):
            ledger, used = self.used.get(row["id"], ("", []))
            if row["ledger"] != ledger or row["what"] not in used:
                yield Finding("claim", f"{row['ledger']} {row['what']}", "no own event uses this up")
                return
            found.add((row["id"], row["what"]))
        for id in sorted(effective & set(self.used)):
            for what in self.used[id][1]:
                if (id, what) not in found:
                    yield Finding("claim", f"{self.used[id][0]} {what}", "an own event uses this up, and the row lacks")
                    return


def _columns(e: Envelope) -> dict[str, Any]:
    return {
        "id": e.id,
        "ledger": e.ledger,
        "epoch": e.epoch,
        "sequence": e.number,
        "originator_id": e.stream,
        "topic": e.type,
    }
