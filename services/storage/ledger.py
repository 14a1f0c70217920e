"""Own events: numbered, chained and signed in the statement that appends them (L1, ARCHITECTURE 4).

The only file that imports eventsourcing. Its Application wires and saves, its EventStore maps, its recorder keeps the
connection pool; ``insert_events`` is replaced, because the library's numbers nothing, signs nothing and repeats an
outage ten times. Concurrent callers are gathered: one of them writes for all, in one statement.

Three unique constraints, three meanings: ledger_stream and claim_once - decide again (Conflict); ledger_number - another
gateway was first, seal again; ledger_id - this command is done already.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, JSONTranscoder, Mapper, PersistenceError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder

from contracts.envelope import Draft, Envelope, Head, Signed
from contracts.refusals import NotYet
from services.signing import Signer, sealed
from services.storage.pool import OUTAGE, Pool

SEAL_AGAIN = 5
"""How often a batch is sealed again when another gateway took its numbers."""
HEALING = "this unit's own ledgers are being read back from the log"
_COLUMNS = "originator_id, originator_version, topic, state, signature, keyid, id, ledger, epoch, sequence, digest"
_TYPES = "text[] bigint[] text[] bytea[] bytea[] text[] text[] text[] int[] bigint[] text[]".split()
_INSERT = f"""WITH claims AS (
  INSERT INTO claim (ledger, what, id) SELECT * FROM unnest(%b::text[], %b::text[], %b::text[]))
INSERT INTO ledger ({_COLUMNS}) SELECT * FROM unnest({", ".join(f"%b::{kind}" for kind in _TYPES)})"""  # noqa: S608
_HEAD = "SELECT sequence, digest FROM ledger WHERE ledger = %s AND epoch = %s ORDER BY sequence DESC LIMIT 1"
_SEALED = "SELECT id, ledger, epoch, sequence, digest, state, signature, keyid FROM ledger"


class Conflict(Exception):
    """Somebody else wrote to this stream, or used this number, first: load again, decide again."""


class Sealed(NamedTuple):
    """An own event as it stands in its ledger."""

    id: str
    ledger: str
    epoch: int
    sequence: int
    digest: str
    value: bytes
    signature: bytes
    keyid: str


class RelayPosition(NamedTuple):
    """Up to where a ledger is in the log, and in which topic."""

    ledger: str
    topic: str
    topic_id: str
    offset: int
    epoch: int
    sequence: int
    digest: str


@dataclass(frozen=True)
class Entry:
    """What the library calls a domain event: a decided draft going in.

    version: our events in the stream, with this one; seen: absent on the desk; once: what may be claimed only once.
    """

    draft: Draft[Any]
    version: int
    seen: str | None
    once: tuple[str, ...] = ()
    base: Head = Head(1, 0, "0" * 64)

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


@dataclass(frozen=True)
class Row(StoredEvent):
    """A stored event that is not sealed yet."""

    entry: Entry | None = None


class EnvelopeMapper(Mapper[str]):
    """Draft in, envelope bytes out. No class is ever looked up by a stored name."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The entry travels with the row; its bytes are made when it is sealed."""
        entry: Entry = domain_event
        return Row(entry.originator_id, entry.version, entry.draft.type, b"", entry)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The envelope of stored bytes."""
        return Envelope.parse(stored_event.state)


@dataclass
class _Batch:
    rows: list[Entry]
    done: bool = False
    error: Exception | None = None
    sealed: list[Sealed] = field(default_factory=list)


class SealingRecorder(PostgresApplicationRecorder):
    """Seals gathered callers under one writer lock, with heads in memory, in one statement."""

    def __init__(self, datastore: Any, signer: Signer) -> None:
        super().__init__(datastore, events_table_name="ledger")
        self.signer = signer
        self.generation: Any = None
        self.healed: Any = None
        self._heads: dict[tuple[str, int], Head] = {}
        self._waiting: list[_Batch] = []
        self._gate = threading.Lock()
        self._writer = threading.Lock()
        self._births: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """Ledger numbers of the events. Raises Conflict, NotYet."""
        return [
            one.sequence
            for one in self.seal([row.entry for row in stored_events if isinstance(row, Row) and row.entry])
        ]

    def seal(self, entries: list[Entry]) -> list[Sealed]:
        """Whoever holds the writer lock writes for everybody who waits."""
        batch = _Batch(entries)
        with self._gate:
            self._waiting.append(batch)
        with self._writer:
            if not batch.done:
                with self._gate:
                    taken, self._waiting = self._waiting, []
                self._write(taken)
        if batch.error is not None:
            raise batch.error
        return batch.sealed

    def _write(self, batches: list[_Batch]) -> None:
        try:
            self._insert(batches)
        except (IntegrityError, ValueError) as error:
            self._heads.clear()
            if len(batches) > 1:
                for batch in batches:  # nobody suffers from another's conflict
                    self._write([batch])
            else:
                self._fail(batches, Conflict(str(error)) if isinstance(error, IntegrityError) else error)
        except NotYet as later:
            self._fail(batches, later)
        except PersistenceError as error:
            self._heads.clear()
            outage = NotYet(OUTAGE)
            outage.__cause__ = error
            self._fail(batches, outage)
        finally:
            for batch in batches:
                batch.done = True

    def _fail(self, batches: list[_Batch], error: Exception) -> None:
        for batch in batches:
            batch.error = error

    def _insert(self, batches: list[_Batch]) -> None:
        for attempt in range(SEAL_AGAIN):
            try:
                with self.datastore.transaction(commit=True) as curs:
                    self._must_be_healed(curs)
                    heads = dict(self._heads)
                    results = [[self._sealed(curs, heads, entry) for entry in batch.rows] for batch in batches]
                    self._execute(curs, [e for b in batches for e in b.rows], [s for r in results for s in r])
            except IntegrityError as error:
                if _constraint(error) != "ledger_number" or attempt == SEAL_AGAIN - 1:
                    raise
                self._heads.clear()
                continue
            self._heads = heads
            for batch, result in zip(batches, results, strict=True):
                batch.sealed = result
            return

    def birth(self, curs: Any) -> Any:
        """When the server behind this connection was started: a restored copy means another start."""
        connection = curs.connection
        if connection not in self._births:
            curs.execute("SELECT pg_postmaster_start_time() AS birth")
            self._births[connection] = curs.fetchone()["birth"]
        return self._births[connection]

    def _must_be_healed(self, curs: Any) -> None:
        """The log heals the ledger first: after a restore our heads may be behind what we have said (PROTOCOL 6)."""
        birth = self.birth(curs)
        if birth != self.generation:
            self.generation = birth
            self._heads.clear()
        if self.healed != birth:
            raise NotYet(HEALING)

    def _sealed(self, curs: Any, heads: dict[tuple[str, int], Head], entry: Entry) -> Sealed:
        place = (entry.ledger, entry.base.epoch)
        head = heads.get(place) or self._head(curs, entry)
        signed = sealed(self.signer, Envelope.after(head, entry.draft, entry.seen))
        envelope = Envelope.parse(signed.value)  # nothing leaves that everybody would refuse
        heads[place] = Head(head.epoch, envelope.number, signed.digest)
        address = (entry.draft.id, entry.ledger, head.epoch, envelope.number, signed.digest)
        return Sealed(*address, signed.value, signed.signature, signed.keyid)

    def _head(self, curs: Any, entry: Entry) -> Head:
        """Our last own row of the epoch, else what the log says the epoch begins with."""
        base = entry.base
        curs.execute(_HEAD, (entry.ledger, base.epoch))
        row = curs.fetchone()
        if row is None or row["sequence"] < base.sequence:
            if base.sequence:
                raise NotYet(HEALING)
            return base
        return Head(base.epoch, row["sequence"], row["digest"])

    def _execute(self, curs: Any, entries: list[Entry], rows: list[Sealed]) -> None:
        claims = [(entry.ledger, what, entry.draft.id) for entry in entries for what in entry.once]
        columns = [
            [entry.originator_id for entry in entries],
            [entry.version for entry in entries],
            [entry.draft.type for entry in entries],
            [row.value for row in rows],
            [row.signature for row in rows],
            [row.keyid for row in rows],
            [row.id for row in rows],
            [row.ledger for row in rows],
            [row.epoch for row in rows],
            [row.sequence for row in rows],
            [row.digest for row in rows],
        ]
        curs.execute(_INSERT, [[claim[i] for claim in claims] for i in range(3)] + columns)


def _constraint(error: IntegrityError) -> str:
    cause = error.__cause__
    return str(cause.diag.constraint_name) if isinstance(cause, psycopg.Error) else ""


class Ledger(Application[str]):
    """The write model of one node, over all its channels."""

    def __init__(self, url: str, signer: Signer) -> None:
        """``url``: of the runtime role. Connects when first used."""
        self._signer = signer
        self._reads = Pool(url, 4)
        parts = psycopg.conninfo.conninfo_to_dict(url)
        env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "ORIGINATOR_ID_TYPE": "text",
            "CREATE_TABLE": "no",
            "POSTGRES_DBNAME": str(parts["dbname"]),
            "POSTGRES_HOST": str(parts.get("host", "")),
            "POSTGRES_PORT": str(parts.get("port") or 5432),
            "POSTGRES_USER": str(parts["user"]),
            "POSTGRES_PASSWORD": str(parts.get("password") or "-"),
            "POSTGRES_LOCK_TIMEOUT": "10",
            "POSTGRES_POOL_SIZE": "1",
            "POSTGRES_MAX_OVERFLOW": "1",
        }
        super().__init__(env)

    def construct_mapper(self) -> EnvelopeMapper:
        """Ours."""
        return EnvelopeMapper(JSONTranscoder())

    def construct_recorder(self) -> SealingRecorder:
        """Ours."""
        return SealingRecorder(self.factory.datastore, self._signer)

    @property
    def _sealing(self) -> SealingRecorder:
        recorder = self.recorder
        if not isinstance(recorder, SealingRecorder):
            raise TypeError("the ledger's recorder seals")
        return recorder

    def append(self, entries: Sequence[Entry], bases: Mapping[str, Head]) -> list[Sealed]:
        """Seals entries in order. ``bases``: ledger -> where the log says it stands. Raises Conflict, NotYet.

        A lost reply is no conflict: what is already there under its id is what the caller gets.
        """
        placed = [Entry(entry.draft, entry.version, entry.seen, entry.once, bases[entry.ledger]) for entry in entries]
        try:
            self.events.put(placed)  # type: ignore[arg-type]
        except Conflict:
            done = [self.find(entry.draft.id) for entry in placed]
            if any(one is None for one in done):
                raise
        found = [self.find(entry.draft.id) for entry in placed]
        return [one for one in found if one is not None]

    @property
    def generation(self) -> Any:
        """Start time of the server we are connected to; what was healed holds only for one of them."""
        found = self._reads.one("SELECT pg_postmaster_start_time() AS birth")
        return found and found["birth"]

    def healed(self, generation: Any) -> None:
        """Own ledgers were read to the end of the log while the server was this one."""
        self._sealing.healed = generation

    def is_healed(self) -> bool:
        """Whether appends are possible."""
        return self._sealing.healed is not None and self._sealing.healed == self.generation

    def find(self, id: str) -> Sealed | None:  # noqa: A002
        """An own event by its id."""
        row = self._reads.one(f"{_SEALED} WHERE id = %s", id)
        return None if row is None else _sealed(row)

    def stream_version(self, stream: str) -> int:
        """How many events of ours the stream has."""
        query = "SELECT coalesce(max(originator_version), 0) AS version FROM ledger WHERE originator_id = %s"
        return int(self._reads.rows(query, stream)[0]["version"])

    def tail(self, ledger: str, epoch: int, after: int, limit: int = 100_000) -> list[Sealed]:
        """Own events of one epoch behind a number, in order."""
        query = f"{_SEALED} WHERE ledger = %s AND epoch = %s AND sequence > %s ORDER BY sequence LIMIT %s"
        return [_sealed(row) for row in self._reads.rows(query, ledger, epoch, after, limit)]

    def last_number(self, source: str, channel: str, series: str, year: int) -> int:
        """The highest document number we have used for a channel, drafts approved and voided ones included."""
        prefix = f"number/{source}/{channel}/{series}/{year}/"
        query = "SELECT what FROM claim WHERE what LIKE %s"
        return max((int(row["what"].rsplit("/", 1)[1]) for row in self._reads.rows(query, prefix + "%")), default=0)

    def heal(self, envelope: Envelope, signed: Signed, once: Sequence[str] = ()) -> bool:
        """Inserts verbatim what the log (or the ceremony) has and this database lacks; whether it did."""
        with self._reads.transaction() as connection:
            return heal(connection, envelope, signed, once)

    def relay_position(self, ledger: str) -> RelayPosition | None:
        """Where the relay of a ledger stands."""
        row = self._reads.one("SELECT * FROM relay_position WHERE ledger = %s", ledger)
        return None if row is None else RelayPosition(**row)

    def set_relay_position(self, position: RelayPosition) -> None:
        """Moves after the acknowledgement."""
        self._reads.run(
            'INSERT INTO relay_position (ledger, topic, topic_id, "offset", epoch, sequence, digest)'
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (ledger) DO UPDATE SET (topic, topic_id,"
            ' "offset", epoch, sequence, digest) = (excluded.topic, excluded.topic_id, excluded."offset",'
            " excluded.epoch, excluded.sequence, excluded.digest)",
            *position,
        )

    def close(self) -> None:
        """Let go of connections."""
        super().close()
        self._reads.close()


def heal(connection: Any, envelope: Envelope, signed: Signed, once: Sequence[str] = ()) -> bool:
    """In the caller's transaction: our own record as a row of our ledger, derivable from its envelope alone.

    Raises ValueError: our ledger says something else at that number.
    """
    place = (envelope.ledger, envelope.epoch, envelope.number)
    query = "SELECT digest FROM ledger WHERE (ledger, epoch, sequence) = (%s, %s, %s)"
    found = connection.execute(query, place).fetchone()
    if found is not None:
        if found["digest"] != signed.digest:
            raise ValueError("the log has another envelope under a number of ours")
        return False
    version = connection.execute(
        "SELECT coalesce(max(originator_version), 0) + 1 AS next FROM ledger WHERE originator_id = %s",
        (envelope.stream,),
    ).fetchone()["next"]
    connection.execute(
        f"INSERT INTO ledger ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",  # noqa: S608
        (
            envelope.stream,
            version,
            envelope.type,
            signed.value,
            signed.signature,
            signed.keyid,
            envelope.id,
            *place,
            signed.digest,
        ),
    )
    for what in once:
        connection.execute("INSERT INTO claim VALUES (%s, %s, %s)", (envelope.ledger, what, envelope.id))
    return True


def _sealed(row: Mapping[str, Any]) -> Sealed:
    address = (row["id"], row["ledger"], row["epoch"], row["sequence"], row["digest"])
    return Sealed(*address, bytes(row["state"]), bytes(row["signature"]), row["keyid"])
