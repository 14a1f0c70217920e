"""Tables of a node as they stand, for whoever proves them (``duikou fsck``): every column, in one snapshot."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.rows import dict_row

from contracts.envelope import Record
from services.storage.records import VERDICT_COLUMNS, judged, read_record
from services.verifier import Verdict

_CHUNK = 500
_JOINED = """SELECT coalesce(r.topic, v.topic) AS topic, coalesce(r."offset", v."offset") AS "offset",
r.topic IS NOT NULL AS kept, v.topic IS NOT NULL AS judged, r.at AS appended, r.key, r.value, r.headers,
v.result, v.code, v.law, v.at, v.hash, v.keyid, v.late, v.disputed, v.stream, v.type, v.event_id, v.digest
FROM (SELECT * FROM replica WHERE topic = %(topic)s) r
FULL JOIN (SELECT * FROM verdict WHERE topic = %(topic)s) v USING (topic, "offset") ORDER BY 2"""
_TOPICS = "SELECT topic FROM replica UNION SELECT topic FROM verdict ORDER BY topic"
_LOG = """SELECT log_topic.name AS topic, "offset", at AS appended, key, value, headers
FROM log_record JOIN log_topic ON log_record.topic = log_topic.id WHERE name = %s ORDER BY "offset" """


def ledger(connection: psycopg.Connection) -> Iterator[dict[str, Any]]:
    """Own events by ledger, epoch and number."""
    return _rows(connection, "SELECT * FROM ledger ORDER BY ledger, epoch, sequence")


def claims(connection: psycopg.Connection) -> Iterator[dict[str, Any]]:
    """What own events use up."""
    return _rows(connection, "SELECT * FROM claim ORDER BY ledger, what")


def read_topics(connection: psycopg.Connection) -> list[str]:
    """Topics of which there is a record or a verdict."""
    return [row["topic"] for row in _rows(connection, _TOPICS)]


def records(connection: psycopg.Connection, topic: str) -> Iterator[dict[str, Any]]:
    """A topic's records and verdicts side by side, by offset; ``kept`` and ``judged`` say which there is."""
    return _rows(connection, _JOINED, topic=topic)


def length(connection: psycopg.Connection, topic: str) -> int:
    """How many records of a topic were read."""
    query = 'SELECT coalesce(max("offset") + 1, 0) AS length FROM replica WHERE topic = %s'
    return next(int(row["length"]) for row in _rows(connection, query, topic))


def digest_at(connection: psycopg.Connection, topic: str, offset: int) -> str | None:
    """sha-256 hex of the record at a place; None: it has not been read."""
    query = "SELECT encode(sha256(value), 'hex') AS digest FROM replica WHERE (topic, \"offset\") = (%s, %s)"
    row = next(_rows(connection, query, topic, offset), None)
    return None if row is None else row["digest"]


def topics(connection: psycopg.Connection) -> list[dict[str, Any]]:
    """What is remembered of topics."""
    return list(_rows(connection, "SELECT * FROM topic_state ORDER BY topic"))


def relays(connection: psycopg.Connection) -> list[dict[str, Any]]:
    """Where the relay of each ledger stands."""
    return list(_rows(connection, "SELECT * FROM relay_position ORDER BY ledger"))


def pointers(connection: psycopg.Connection) -> list[dict[str, Any]]:
    """Live generations of views."""
    return list(_rows(connection, "SELECT * FROM view_pointer ORDER BY view"))


def generations(connection: psycopg.Connection, view: str) -> set[int]:
    """Generations of a view that were begun."""
    query = "SELECT DISTINCT generation FROM view_position WHERE view = %s"
    return {row["generation"] for row in _rows(connection, query, view)}


def positions(connection: psycopg.Connection, view: str, generation: int) -> dict[str, int]:
    """Topic -> offset of the last record in the rows of a generation."""
    query = 'SELECT topic, "offset" FROM view_position WHERE view = %s AND generation = %s'
    return {row["topic"]: row["offset"] for row in _rows(connection, query, view, generation)}


def view_rows(connection: psycopg.Connection, view: str, generation: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """(key, row) of a generation."""
    query = "SELECT key, row FROM view_row WHERE view = %s AND generation = %s ORDER BY key"
    return ((row["key"], row["row"]) for row in _rows(connection, query, view, generation))


def log_state(connection: psycopg.Connection, topic: str) -> tuple[str, int] | None:
    """Id and next offset of a topic of the embedded log in this database."""
    row = next(_rows(connection, "SELECT id::text, next FROM log_topic WHERE name = %s", topic), None)
    return None if row is None else (row["id"], row["next"])


def log_end(connection: psycopg.Connection, topic: str) -> int:
    """Its last offset; -1: empty, or no such topic."""
    found = log_state(connection, topic)
    return -1 if found is None else found[1] - 1


def log_records(connection: psycopg.Connection, topic: str) -> Iterator[Record]:
    """All its records."""
    return map(read_record, _rows(connection, _LOG, topic))


def verdict_columns(verdict: Verdict) -> dict[str, Any]:
    """The columns that a verdict is stored as."""
    return dict(zip(VERDICT_COLUMNS, judged(verdict), strict=True))


def _rows(connection: psycopg.Connection, query: str, *values: Any, **named: Any) -> Iterator[dict[str, Any]]:
    """By a cursor of the server, so that a history of any length passes through."""
    with connection.cursor(f"survey_{uuid4().hex}", row_factory=dict_row) as cursor:
        cursor.itersize = _CHUNK
        yield from cursor.execute(query.encode(), named or values or None)
