"""What a node's database says of the node, asked when somebody wants to know: health, metrics, ``duikou doctor``."""

from collections.abc import Mapping
from os import urandom
from typing import Any, NamedTuple

from contracts.envelope import Head
from contracts.refusals import NotYet
from services.storage import migrate
from services.storage.ends import COUNTING, HELD, SEALED
from services.storage.pool import FULL, Pool, fullness

FULL_SECONDS = 15.0
"""How long a write that found no room speaks for the server: parts that have something to write try twice a second."""
GROWTH = 65_536
READ_ONLY = "the node's database takes no writes"
_GROW = "INSERT INTO view_row (view, generation, key, row) VALUES ('', -1, '', to_jsonb(%s::text))"
_TAILS = f"WITH RECURSIVE {SEALED} SELECT * FROM sealed ORDER BY ledger"  # noqa: S608 - from here
_MATTERS = """SELECT split_part(stream, '/', 2) AS context, count(DISTINCT stream) AS matters FROM verdict
WHERE result = 'effective' AND stream IS NOT NULL GROUP BY 1"""

_PULSE = f"""WITH RECURSIVE {HELD}, {COUNTING}, {SEALED}
SELECT (SELECT json_object_agg(ledger, json_build_array(epoch, sequence, digest)) FROM sealed) AS tails,
  (SELECT json_object_agg(topic, "offset") FROM counting) AS positions,
  (SELECT array_agg(relay_position::text) FROM relay_position) AS sent,
  (SELECT json_object_agg(topic, json_build_array(stopped, cut, topic_id)) FROM topic_state) AS topics,
  (SELECT json_object_agg(view, json_build_array(version, generation)) FROM view_pointer) AS views,
  (SELECT generation FROM healing) AS healed"""  # noqa: S608 - from here
_NOTIFICATIONS = """SELECT level, count(told) AS told, count(*) FILTER (WHERE told IS NULL AND attempts > 0) AS failing,
min(seen) FILTER (WHERE told IS NULL AND attempts > 0) AS since FROM notification GROUP BY level ORDER BY level"""


class Tail(NamedTuple):
    """The last own event of a ledger."""

    ledger: str
    epoch: int
    sequence: int
    digest: str


class Sent(NamedTuple):
    """What the log acknowledged last of a ledger: in which topic, where, and its sha-256."""

    topic: str
    offset: int
    digest: str


class Pulse(NamedTuple):
    """What changes whenever there is something to do for a part, as it is at one moment.

    server: whose data it is. tails: of own ledgers, the last (epoch, number, digest); healed: whether they are.
    positions: topic -> its last record that counts; topics: topic -> (why stopped, where cut, which topic it is).
    sent: where the relay stands. views: view -> (version, generation) that is live.
    """

    server: str
    tails: Mapping[str, tuple[int, int, str]]
    healed: str | None
    positions: Mapping[str, int]
    topics: Mapping[str, tuple[str | None, int | None, str | None]]
    sent: object
    views: Mapping[str, tuple[int, int]]

    @property
    def stopped(self) -> set[str]:
        """Topics that nobody reads or writes."""
        return {name for name, (why, _, _) in self.topics.items() if why is not None}

    def beyond(self, ledger: str, head: Head) -> bool:
        """Whether we have sealed more than what stands up to that head."""
        epoch, sequence, _ = self.tails.get(ledger, (0, 0, ""))
        return (epoch, sequence) > (head.epoch, head.sequence)


class Figures:
    """Counts, clock and rights. Safe for many threads; connects when first used. Every method may raise NotYet."""

    def __init__(self, url: str) -> None:
        """``url``: of the runtime role."""
        self._pool = Pool(url)

    def write(self) -> None:
        """Has the server write a commit to its disk, and nothing else. Raises NotYet: it cannot.

        A commit finds room where a table does not, so what others' writes met lately counts as well.
        """
        if fullness.age() < FULL_SECONDS:
            raise NotYet(FULL)
        query = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool AS read_only"
        row = self._pool.one(query)
        if row is None or row["read_only"]:
            raise NotYet(READ_ONLY)
        self._pool.one("SELECT pg_current_xact_id()")  # a transaction with an id is committed in the log of the server

    def grow(self) -> None:
        """Has a table take more room, and takes it back. Raises NotYet: there is none. Not for every few seconds."""
        with self._pool.connection() as link, link.transaction(force_rollback=True):
            link.execute(_GROW, (urandom(GROWTH).hex(),))

    def pulse(self) -> Pulse:
        """One query, for whoever would otherwise look into all of it."""
        with self._pool.connection() as link:
            row, server = link.execute(_PULSE).fetchone() or {}, link.generation
        tails, positions, topics, views = (row.get(name) or {} for name in ("tails", "positions", "topics", "views"))
        return Pulse(server, tails, row.get("healed"), positions, topics, row.get("sent"), views)

    def clock(self) -> int:
        """The server's clock, in ms."""
        row = self._pool.one("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at")
        return int(row["at"]) if row else 0

    def version(self) -> int:
        """Of PostgreSQL, as 180001."""
        row = self._pool.one("SELECT current_setting('server_version_num')::int AS version")
        return int(row["version"]) if row else 0

    def differing(self) -> list[str]:
        """Migrations that are not this software's."""
        with self._pool.connection() as link:
            return migrate.differing(link)

    def verdicts(self) -> list[dict[str, Any]]:
        """result, code (empty: none), count."""
        query = "SELECT result, coalesce(code, '') AS code, count(*) AS count FROM verdict GROUP BY 1, 2"
        return self._pool.rows(query)

    def notifications(self) -> list[dict[str, Any]]:
        """level, told (things that somebody was told of), failing (that could not be told yet), since (ms; or none)."""
        return self._pool.rows(_NOTIFICATIONS)

    def strangers(self, key: str) -> int:
        """Rows of the index that another key than this one made: nobody finds anything by them."""
        row = self._pool.one("SELECT count(*) AS rows FROM content_index WHERE key <> %s", key)
        return int(row["rows"]) if row else 0

    def matters(self) -> dict[str, int]:
        """Context -> matters with at least one effective event, in all channels."""
        return {row["context"]: row["matters"] for row in self._pool.rows(_MATTERS)}

    def tails(self) -> list[Tail]:
        """The end of each own ledger."""
        return [Tail(**row) for row in self._pool.rows(_TAILS)]

    def digest(self, ledger: str, epoch: int, sequence: int) -> str | None:
        """Of our event under a number; None: this database has none there."""
        query = "SELECT digest FROM ledger WHERE (ledger, epoch, sequence) = (%s, %s, %s)"
        row = self._pool.one(query, ledger, epoch, sequence)
        return None if row is None else str(row["digest"])

    def last(self, ledger: str, epoch: int) -> int:
        """The last number of an epoch, 0: none."""
        query = "SELECT coalesce(max(sequence), 0) AS last FROM ledger WHERE (ledger, epoch) = (%s, %s)"
        row = self._pool.one(query, ledger, epoch)
        return int(row["last"]) if row else 0

    def sent(self, ledger: str) -> Sent | None:
        """Where the relay of a ledger stands."""
        row = self._pool.one('SELECT topic, "offset", digest FROM relay_position WHERE ledger = %s', ledger)
        return None if row is None else Sent(**row)

    def stopped(self) -> dict[str, str]:
        """Topic -> why nobody reads it (``services.storage.stops``)."""
        rows = self._pool.rows("SELECT topic, stopped FROM topic_state WHERE stopped IS NOT NULL")
        return {row["topic"]: row["stopped"] for row in rows}

    def backwards(self) -> dict[str, int]:
        """Topic -> ms by which its last append time lies before an earlier one; only where it does."""
        query = (
            """SELECT topic, max(at) - (array_agg(at ORDER BY "offset" DESC))[1] AS ms FROM replica GROUP BY topic"""
        )
        return {row["topic"]: row["ms"] for row in self._pool.rows(query) if row["ms"] > 0}

    def close(self) -> None:
        """Let go of connections."""
        self._pool.close()
