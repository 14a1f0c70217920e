"""What the log said (append only) and what we made of it (disposable), in one transaction (PROTOCOL 6)."""

import base64
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from contracts.envelope import Envelope, Message, Position, Record, Signed
from contracts.profile import ShapeError
from contracts.refusals import Code, Refused
from services.domain import uses
from services.storage.ledger import heal
from services.storage.pool import Pool
from services.verifier import Inspected, Result, Verdict

CHUNK = 500
"""Records held at once when the replica is read through."""
ADMITTED = (Result.EFFECTIVE, Result.VOID)
_RECORDS = (
    'INSERT INTO replica (topic, "offset", at, key, value, headers) SELECT %s, * FROM'
    " unnest(%b::bigint[], %b::bigint[], %b::bytea[], %b::bytea[], %b::bytea[])"
)
_VERDICTS = (
    'INSERT INTO verdict (topic, "offset", result, code, law, at, hash, keyid, late, disputed, stream, type, event_id,'
    " digest) SELECT %s, * FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::text[], %b::bigint[], %b::bytea[],"
    " %b::text[], %b::bool[], %b::bool[], %b::text[], %b::text[], %b::text[], %b::text[])"
)
_READ = (
    'SELECT r.topic, r."offset", r.at AS appended, r.key, r.value, r.headers, v.result, v.code, v.law, v.at, v.hash,'
    ' v.keyid, v.late, v.disputed, v.digest FROM replica r JOIN verdict v USING (topic, "offset")'
    ' WHERE r.topic = %s AND r."offset" > %s'
)


class ReplicaGapError(Exception):
    """What is to be stored does not follow what is stored: the caller's memory is of another database. Forget it."""


class Known(NamedTuple):
    """How a command of ours ended."""

    result: str
    code: str
    law: str
    topic: str
    offset: int
    late: bool
    disputed: bool


class Replica:
    """The log as this node has read it. Safe for many threads."""

    def __init__(self, url: str) -> None:
        self._pool = Pool(url)
        self._news = threading.Condition()

    def store(self, topic: str, verdicts: Sequence[Verdict], own: str) -> list[str]:
        """Records and verdicts of one topic, following what is stored; own events that our ledger lacks are healed.

        Returns digests of the healed ones. Raises ReplicaGapError, NotYet, ValueError (another envelope of ours).
        """
        with self._pool.transaction() as connection:
            query = 'SELECT coalesce(max("offset"), -1) AS last FROM replica WHERE topic = %s'
            row = connection.execute(query, (topic,)).fetchone()
            if row is None or row["last"] + 1 != verdicts[0].record.position.offset:
                raise ReplicaGapError(topic)
            connection.execute(_RECORDS, (topic, *_columns([_record(verdict) for verdict in verdicts])))
            connection.execute(_VERDICTS, (topic, *_columns([_judged(verdict) for verdict in verdicts])))
            healed = [digest for verdict in verdicts if (digest := _heal(connection, verdict, own))]
        with self._news:
            self._news.notify_all()
        return healed

    def wait(self, seconds: float) -> None:
        """Until something was stored by this process, or the time is over (another process may have stored)."""
        with self._news:
            self._news.wait(seconds)

    def position(self, topic: str) -> int:
        """The last stored offset, -1 for none."""
        row = self._pool.one('SELECT coalesce(max("offset"), -1) AS last FROM replica WHERE topic = %s', topic)
        return -1 if row is None else int(row["last"])

    def positions(self) -> dict[str, int]:
        """Topic -> last stored offset."""
        return {
            r["topic"]: r["last"]
            for r in self._pool.rows('SELECT topic, max("offset") AS last FROM replica GROUP BY 1')
        }

    def last(self, topic: str) -> Record | None:
        """The last stored record."""
        query = 'SELECT *, at AS appended FROM replica WHERE topic = %s ORDER BY "offset" DESC LIMIT 1'
        row = self._pool.one(query, topic)
        return None if row is None else _read_record(row)

    def verdicts(self, topic: str, after: int = -1, limit: int | None = None) -> Iterator[Verdict]:
        """What intake decided, in order; parsed again, judged no more."""
        for row in self._rows(topic, after, limit):
            record = _read_record(row)
            envelope, draft, _ = parsed(record, row["digest"])
            yield Verdict(
                record,
                Result(row["result"]),
                Code(row["code"]) if row["code"] else None,
                row["law"],
                row["at"],
                bytes(row["hash"]),
                row["keyid"],
                envelope,
                draft,
                row["late"],
                row["disputed"],
            )

    def inspected(self, topic: str, after: int = -1) -> Iterator[tuple[Record, Inspected]]:
        """Records with the key that fitted, so that a fold needs no second look at signatures."""
        for row in self._rows(topic, after, None):
            record = _read_record(row)
            yield record, Inspected(row["digest"], *parsed(record, row["digest"]), frozenset(), row["keyid"])

    def effective(self, topic: str) -> Iterator[Signed]:
        """Effective envelopes of a topic, in order."""
        for row in self._rows(topic, -1, None):
            if row["result"] == Result.EFFECTIVE:
                yield _read_record(row).message.signed

    def _rows(self, topic: str, after: int, limit: int | None) -> Iterator[Mapping[str, Any]]:
        left = limit
        while left is None or left > 0:
            chunk = CHUNK if left is None else min(CHUNK, left)
            rows = self._pool.rows(f'{_READ} ORDER BY r."offset" LIMIT %s', topic, after, chunk)
            yield from rows
            if len(rows) < chunk:
                return
            after, left = rows[-1]["offset"], None if left is None else left - len(rows)

    def values(self, stream: str) -> list[bytes]:
        """Effective envelopes of a stream, in order."""
        query = (
            'SELECT value FROM replica JOIN verdict USING (topic, "offset")'
            " WHERE stream = %s AND result = 'effective' ORDER BY \"offset\""
        )
        return [bytes(row["value"]) for row in self._pool.rows(query, stream)]

    def outcome(self, event_id: str) -> Known | None:
        """How the log judged an event; None while it has not been read back."""
        row = self._pool.one(
            "SELECT result, coalesce(code, '') AS code, law, topic, \"offset\", late, disputed FROM verdict"
            " WHERE event_id = %s AND result IN ('effective', 'void') ORDER BY result, \"offset\" LIMIT 1",
            event_id,
        )
        return None if row is None else Known(**row)

    def topic_id(self, topic: str) -> str | None:
        """As remembered at the first read."""
        row = self._pool.one("SELECT topic_id FROM topic_state WHERE topic = %s", topic)
        return None if row is None else row["topic_id"]

    def remember_topic_id(self, topic: str, topic_id: str) -> None:
        """Once; a later difference stops the channel."""
        query = (
            "INSERT INTO topic_state (topic, topic_id) VALUES (%s, %s)"
            " ON CONFLICT (topic) DO UPDATE SET topic_id = coalesce(topic_state.topic_id, excluded.topic_id)"
        )
        self._pool.run(query, topic, topic_id)

    def stop(self, topic: str, reason: str) -> None:
        """Nobody reads or writes the topic until ``resume``; the first reason stays."""
        query = (
            "INSERT INTO topic_state (topic, stopped) VALUES (%s, %s)"
            " ON CONFLICT (topic) DO UPDATE SET stopped = coalesce(topic_state.stopped, excluded.stopped)"
        )
        self._pool.run(query, topic, reason)

    def resume(self, topic: str) -> None:
        """An operator has looked."""
        self._pool.run("UPDATE topic_state SET stopped = NULL WHERE topic = %s", topic)

    def stopped(self, topic: str) -> str | None:
        """Why the topic is stopped, if it is."""
        row = self._pool.one("SELECT stopped FROM topic_state WHERE topic = %s", topic)
        return None if row is None else row["stopped"]

    def close(self) -> None:
        """Let go of connections."""
        self._pool.close()


def parsed(record: Record, digest: str) -> tuple[Envelope | None, Any, Refused | None]:
    """Envelope, draft and why there is none of them."""
    try:
        envelope = Envelope.parse(record.message.value or b"")
    except ShapeError:
        return None, None, None
    try:
        return envelope, envelope.draft(digest), None
    except Refused as refused:
        return envelope, None, refused


def _columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _record(verdict: Verdict) -> tuple[Any, ...]:
    position, message = verdict.record.position, verdict.record.message
    headers = [[name, base64.b64encode(value).decode()] for name, value in message.headers]
    return position.offset, position.at, message.key, message.value, json.dumps(headers).encode()


def _read_record(row: Mapping[str, Any]) -> Record:
    headers = tuple((name, base64.b64decode(value)) for name, value in json.loads(bytes(row["headers"])))
    key, value = (None if row[name] is None else bytes(row[name]) for name in ("key", "value"))
    return Record(Position(row["topic"], row["offset"], row["appended"]), Message(key, value, headers))


def _judged(verdict: Verdict) -> tuple[Any, ...]:
    e, signed = verdict.envelope, verdict.record.message.signed
    named = (e.stream, e.type, e.id) if e is not None and verdict.result in ADMITTED else (None, None, None)
    judged = (verdict.result.value, verdict.code and verdict.code.value, verdict.law, verdict.at, verdict.hash)
    return (
        verdict.record.position.offset,
        *judged,
        verdict.keyid,
        verdict.late,
        verdict.disputed,
        *named,
        signed.digest,
    )


def _heal(connection: Any, verdict: Verdict, own: str) -> str:
    e = verdict.envelope
    if e is None or e.source != own or verdict.result not in ADMITTED:
        return ""
    once = uses(verdict.draft) if verdict.draft is not None and verdict.result is Result.EFFECTIVE else []
    signed = verdict.record.message.signed
    return signed.digest if heal(connection, e, signed, once) else ""
