"""Own events, by way of the one file that imports eventsourcing (ARCHITECTURE 4).

Its Application wires, its EventStore maps and puts (``save`` would look for aggregates first; there are none), its
recorder inserts. ``insert_events`` is replaced: the library's numbers and signs nothing, locks the table, and repeats
an outage ten times (STACK traps 3, 24, 31).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Self, cast

from eventsourcing.application import Application
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresFactory
from eventsourcing.utils import Environment

from contracts.envelope import Envelope, Head, Signed
from services.signing import Signer
from services.storage import healing
from services.storage.errors import Claimed, Conflict
from services.storage.pool import Link, Pool
from services.storage.sealed import SELECT, Sealed, by_ids, read, versions
from services.storage.sealing import Asked, Entry, Sealer

__all__ = ["Claimed", "Conflict", "Entry", "Ledger", "RelayPosition", "Sealed"]

_POSITION = """INSERT INTO relay_position (ledger, topic, topic_id, "offset", epoch, sequence, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (ledger) DO UPDATE
SET (topic, topic_id, "offset", epoch, sequence, digest)
  = (excluded.topic, excluded.topic_id, excluded."offset", excluded.epoch, excluded.sequence, excluded.digest)"""


class RelayPosition(NamedTuple):
    """Up to where a ledger is in the log, and in which topic (PROTOCOL 6)."""

    ledger: str
    topic: str
    topic_id: str
    offset: int
    epoch: int
    sequence: int
    digest: str


class Decided(StoredEvent):
    """A stored event that is yet to be sealed: its state is empty."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.originator_id, entry.version, entry.draft.type, b"")
        object.__setattr__(self, "entry", entry)

    entry: Entry


class EnvelopeMapper(Mapper[str]):
    """Draft in, envelope out. No class is ever looked up by a stored name."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The entry travels with the row; its bytes are made when it is sealed."""
        return Decided(domain_event)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The envelope of stored bytes."""
        return Envelope.parse(stored_event.state)


class Datastore(PostgresDatastore):
    """The library's datastore over the node's own connections; the pool it brings is never opened."""

    def __init__(self, pool: Pool) -> None:
        self.connections = pool
        super().__init__("", "", "", "", "", originator_id_type="text")

    def register_type_adapters(self) -> None:
        """None: the composite types are those of a statement that is not used."""

    @contextmanager
    def get_connection(self) -> Iterator[Link]:
        """Raises NotYet, which the library does not repeat."""
        with self.connections.connection() as link:
            yield link


class Factory(PostgresFactory):
    """Nothing is read from the process environment."""

    def __init__(self, env: Environment, pool: Pool) -> None:
        self.env = env
        self.datastore = Datastore(pool)


class SealingRecorder(PostgresApplicationRecorder):
    """Inserts by sealing."""

    def __init__(self, datastore: Datastore, signer: Signer) -> None:
        super().__init__(datastore, events_table_name="ledger")
        self.sealer = Sealer(datastore.connections, signer)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """What was sealed. The library hands it back as notification ids, which nothing else here has."""
        entries = [cast("Decided", event).entry for event in stored_events]
        return cast("Sequence[int]", self.sealer.seal(Asked(entries, kwargs["bases"])))


class Ledger(Application[str]):
    """The write model of one node, over all its channels. Safe for many threads; connects when first used."""

    def __init__(self, url: str, signer: Signer) -> None:
        """``url``: of the runtime role."""
        self._signer = signer
        self._pool = Pool(url)
        super().__init__()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def construct_env(self, name: str, env: Any = None) -> Environment:
        """Empty: what the library would read there is settled here."""
        return Environment(name)

    def construct_factory(self, env: Environment) -> Any:
        """Ours, not one found by name."""
        return Factory(env, self._pool)

    def construct_mapper(self) -> EnvelopeMapper:
        """Ours."""
        return EnvelopeMapper(JSONTranscoder())

    def construct_recorder(self) -> SealingRecorder:
        """Ours."""
        return SealingRecorder(Datastore(self._pool), self._signer)

    def append(self, entries: Sequence[Entry], bases: Mapping[str, Head]) -> list[Sealed]:
        """Seals entries in order, all or nothing. ``bases``: ledger -> where the log says it stands.

        What is already there under the same ids is returned as it is: a lost reply is no conflict. Raises Conflict
        (load again, decide again), Claimed (one of ``once`` is taken), Refused (shape, type: it would be void),
        NotYet (an outage: the same ids again are done exactly once; own ledgers not read back).
        """
        return [cast("Sealed", recording.notification.id) for recording in self.events.put(entries, bases=bases)]

    @property
    def generation(self) -> str:
        """Names the server start and the table behind us; what was healed holds for that alone. Raises NotYet."""
        with self._pool.connection() as link:
            return link.generation

    def healed(self, generation: str, read_to: Mapping[str, int] | None = None) -> None:
        """Own ledgers were read to the end of the log since ``generation`` was asked for: from here on seal.

        Holds for all processes of the node. Raises ReplicaGapError: the replica lacks offsets of ``read_to`` (topic ->
        last offset read), so the caller's memory is of another database; NotYet.
        """
        with self._pool.transaction() as link:
            healing.mark_healed(link, generation, read_to or {})

    def is_healed(self) -> bool:
        """Whether anything can be appended. Raises NotYet."""
        with self._pool.connection() as link:
            return healing.is_healed(link)

    def find(self, id: str) -> Sealed | None:
        """An own event."""
        with self._pool.connection() as link:
            return by_ids(link, [id]).get(id)

    def stream_version(self, stream: str) -> int:
        """How many own events a stream has. Ask before reading the tail: what comes between is then a Conflict."""
        with self._pool.connection() as link:
            return versions(link, [stream])[stream]

    def tail(self, ledger: str, epoch: int, after: int, limit: int = 100_000) -> list[Sealed]:
        """Own events of one epoch behind a number, in order."""
        query = f"{SELECT} WHERE ledger = %s AND epoch = %s AND sequence > %s ORDER BY sequence LIMIT %s"
        return [read(row) for row in self._pool.rows(query, ledger, epoch, after, limit)]

    def last_number(self, source: str, channel: str, series: str, year: int) -> int:
        """The highest document number used for a channel, on the desk and in it, discarded ones included; 0: none."""
        prefix = f"number/{source}/{channel}/{series}/{year}/"
        rows = self._pool.rows("SELECT what FROM claim WHERE starts_with(what, %s)", prefix)
        return max((int(row["what"].removeprefix(prefix)) for row in rows), default=0)

    def heal(self, envelope: Envelope, signed: Signed, once: Sequence[str] = ()) -> bool:
        """Inserts verbatim what was sealed elsewhere in our name (the ceremony's root); whether it lacked.

        Raises OtherSealError, NotYet.
        """
        with self._pool.transaction() as link:
            return healing.heal(link, envelope, signed, once)

    def relay_position(self, ledger: str) -> RelayPosition | None:
        """Where the relay of a ledger stands."""
        row = self._pool.one("SELECT * FROM relay_position WHERE ledger = %s", ledger)
        return None if row is None else RelayPosition(**row)

    def set_relay_position(self, position: RelayPosition) -> None:
        """Call it after the acknowledgement."""
        self._pool.run(_POSITION, *position)

    def close(self) -> None:
        """Let go of connections."""
        super().close()
        self._pool.close()
