"""Number, chain, sign and insert in one statement, by one writer for all callers (L1, ARCHITECTURE 4).

Heads are kept in memory between statements. They are believed only as long as the connection is to the same server
start and the same table: a database restored from an older copy would have us give out numbers a second time.
"""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
from psycopg.errors import UniqueViolation

from contracts.envelope import Draft, Envelope, Head, Signed
from contracts.refusals import Code, NotYet, Refused
from services.signing import Signer, sealed
from services.storage.errors import Claimed, Conflict
from services.storage.gather import Call, Gatherer
from services.storage.healing import is_healed
from services.storage.pool import Link, Pool
from services.storage.sealed import CLAIM, NUMBER, Row, Sealed, by_ids, insert, last
from services.verifier import read

SEAL_AGAIN = 20
"""How often a caller's events are sealed again when another gateway took their numbers."""
HEALING = "this unit's own ledgers are being read back from the log"
CONTENDED = "another gateway writes this ledger without pause"
NOT_OURS = "the log holds in this ledger what this node did not seal; the registry must reopen it"


@dataclass(frozen=True)
class Entry:
    """A decided draft going in; what the library calls a domain event.

    version: how many events of ours the stream has with this one; seen: the prefix it was decided on, absent on the
    desk; once: content ids and document numbers it uses up in its ledger.
    """

    draft: Draft[Any]
    version: int
    seen: str | None
    once: tuple[str, ...] = ()

    @property
    def originator_id(self) -> str:
        """The stream."""
        return self.draft.stream

    @property
    def originator_version(self) -> int:
        """Optimistic concurrency per stream."""
        return self.version

    @property
    def ledger(self) -> str:
        """channel/source."""
        return f"{self.draft.channel}/{self.draft.source}"


class Asked(NamedTuple):
    """What one caller wants sealed, all or nothing; ``bases``: ledger -> where the log says it stands."""

    entries: Sequence[Entry]
    bases: Mapping[str, Head]


Calls = list[Call[Asked, list[Sealed]]]


class Sealer:
    """The one writer of a process. Several processes may write one ledger: its unique number decides."""

    def __init__(self, pool: Pool, signer: Signer) -> None:
        self._pool = pool
        self._signer = signer
        self._heads: dict[str, Head] = {}
        self._generation = ""
        self._healed = False
        self._gatherer: Gatherer[Asked, list[Sealed]] = Gatherer(self._write)

    def seal(self, asked: Asked) -> list[Sealed]:
        """Raises Conflict, Claimed, Refused(shape, type), NotYet, SigningError."""
        return self._gatherer.ask(asked) if asked.entries else []

    def _write(self, calls: Calls) -> None:
        """Heads move when a statement has succeeded. If only its reply was lost, the unique number tells next time."""
        with self._pool.connection() as link:
            self._must_be_healed(link)
            self._insert(link, calls)

    def _must_be_healed(self, link: Link) -> None:
        if link.generation != self._generation:
            self._generation, self._healed = link.generation, False
            self._heads.clear()
        self._healed = self._healed or is_healed(link)
        if not self._healed:
            raise NotYet(HEALING)

    def _insert(self, link: Link, calls: Calls, again: int = SEAL_AGAIN) -> None:
        heads = ChainMap[str, Head]({}, self._heads)
        made = {call: rows for call in calls if (rows := self._rows(link, call, heads)) is not None}
        if not made:
            return
        try:
            insert(link, [row for rows in made.values() for row in rows])
        except UniqueViolation as error:
            self._resolve(link, list(made), error, again)
            return
        self._heads.update(heads.maps[0])
        for call, rows in made.items():
            call.settle([row.sealed for row in rows])

    def _resolve(self, link: Link, calls: Calls, error: UniqueViolation, again: int) -> None:
        """Each caller by itself, so that nobody suffers from another's conflict; then what the constraint means."""
        if len(calls) > 1:
            for call in calls:
                self._insert(link, [call])
            return
        call, constraint = calls[0], error.diag.constraint_name
        ids = [entry.draft.id for entry in call.asked.entries]
        done = by_ids(link, ids)
        if len(done) == len(ids):  # we did commit, only the reply was lost (STACK trap 3)
            call.settle([done[name] for name in ids])
        elif constraint == NUMBER and again:
            self._heads.clear()
            self._insert(link, calls, again - 1)
        else:
            call.fail(_meaning(constraint))

    def _rows(self, link: Link, call: Call[Asked, list[Sealed]], heads: ChainMap[str, Head]) -> list[Row] | None:
        """One caller's events, sealed; None: they cannot be, which is this caller's matter alone."""
        mine = heads.new_child()
        try:
            rows = [self._row(link, entry, call.asked.bases, mine) for entry in call.asked.entries]
        except psycopg.Error:
            raise
        except Exception as error:  # noqa: BLE001 - raised by the caller whose events they are
            call.fail(error)
            return None
        heads.update(mine.maps[0])
        return rows

    def _row(self, link: Link, entry: Entry, bases: Mapping[str, Head], heads: MutableMapping[str, Head]) -> Row:
        head = self._head(link, entry.ledger, bases[entry.ledger], heads)
        envelope, signed = _sealed(self._signer, head, entry)
        row = Sealed.of(envelope, signed)
        heads[entry.ledger] = row.head
        return Row(row, entry.originator_id, entry.version, entry.draft.type, entry.once)

    def _head(self, link: Link, ledger: str, base: Head, heads: Mapping[str, Head]) -> Head:
        """Our last row of the log's epoch, else where the epoch begins. Raises Conflict, NotYet."""
        head = heads.get(ledger)
        if head is None or head[:2] < base[:2]:
            head = last(link, ledger, base.epoch) or Head(base.epoch, 0, base.digest)
        if head.epoch > base.epoch:
            raise Conflict("the ledger was reopened meanwhile")
        if head.sequence < base.sequence or (head.sequence == base.sequence and head != base):
            raise NotYet(NOT_OURS)
        return head


def _sealed(signer: Signer, head: Head, entry: Entry) -> tuple[Envelope, Signed]:
    """Nothing leaves that everybody would refuse: what was signed is read again. Raises Refused(shape, type)."""
    try:
        signed = sealed(signer, Envelope.after(head, entry.draft, entry.seen))
    except ValueError as error:
        raise Refused(Code.SHAPE, "PROTOCOL 2") from error
    found = read(signed.value)
    if found.envelope is None or found.draft is None:
        raise Refused(found.refused, found.law)
    return found.envelope, signed


def _meaning(constraint: str | None) -> Exception:
    if constraint == NUMBER:
        return NotYet(CONTENDED)
    return Claimed("already used in this ledger") if constraint == CLAIM else Conflict("somebody else was first")
