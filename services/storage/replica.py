"""What the log said (append only) and what we made of it (disposable), in one transaction (PROTOCOL 6)."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from psycopg.errors import UniqueViolation

from contracts.channels import topic as named
from contracts.envelope import Record, Signed
from services.storage import records
from services.storage.ends import COUNTING, HELD
from services.storage.errors import LogChangedError, ReplicaGapError, VerdictChangedError
from services.storage.healing import read_back
from services.storage.pool import Link, Pool
from services.verifier import History, Inspected, Result, Verdict, rolling

__all__ = ["Known", "LogChangedError", "Replica", "ReplicaGapError", "VerdictChangedError"]

CHUNK = 500
"""Records held at once when the replica is read through."""
_POSITION = """SELECT least((SELECT max("offset") FROM replica WHERE topic = asked.topic), cut) AS last
FROM (SELECT %s::text) AS asked (topic) LEFT JOIN topic_state USING (topic)"""
_POSITIONS = f"WITH RECURSIVE {HELD}, {COUNTING} SELECT * FROM counting"  # noqa: S608 - from here
_ENDS = f"WITH RECURSIVE {HELD} SELECT * FROM held"  # noqa: S608 - from here
_OUTCOME = """SELECT result, coalesce(code, '') AS code, law, counted.topic, "offset", late, disputed
FROM ledger JOIN counted ON event_id = id AND counted.digest = ledger.digest
WHERE id = %s AND result IN ('effective', 'void') ORDER BY length(counted.topic), counted.topic, "offset" LIMIT 1"""


_VERBATIM = f'{records.RECORDS} WHERE topic = %s AND "offset" > %s'
_CUT = """INSERT INTO topic_state (topic, cut) VALUES (%s, %s)
ON CONFLICT (topic) DO UPDATE SET cut = excluded.cut"""


class Known(NamedTuple):
    """How a command of ours ended: result (effective or void), code and law where void, and its place in the log."""

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
        """``url``: of the runtime role. Connects when first used."""
        self._pool = Pool(url)
        self._news = threading.Condition()
        self._moves = 0

    def store(self, topic: str, verdicts: Sequence[Verdict], own: str) -> list[str]:
        """Records and verdicts of one topic, in order; own envelopes that our ledger lacks are healed, all at once.

        What is stored already is compared, and left as it is. Returns digests of envelopes under our name that this
        node did not seal: stop signing, alarm (PROTOCOL 4). Raises ReplicaGapError, LogChangedError, NotYet.
        """
        try:
            with self._pool.transaction() as link:
                fresh = _fresh(link, topic, verdicts)
                records.insert(link, topic, fresh)
                strangers = read_back(link, fresh, own)
        except UniqueViolation as error:
            raise ReplicaGapError(f"{topic}: another intake was faster") from error
        self._moved()
        return strangers

    @property
    def moves(self) -> int:
        """Changes whenever this process stored records, or stopped, resumed or continued a topic."""
        return self._moves

    def _moved(self) -> None:
        with self._news:
            self._moves += 1
            self._news.notify_all()

    def adopt(self, topic: str, own: str) -> list[str]:
        """An operator says that what the log has under our name is ours, though we lack it. Returns what clashes."""
        verdicts = list(self.verdicts(topic))
        with self._pool.transaction() as link:
            return read_back(link, verdicts, own, adopt=True)

    def wait(self, seconds: float) -> None:
        """Until this process stored something, or the time is over: what others store is looked for by who waits."""
        with self._news:
            before = self._moves
            self._news.wait_for(lambda: self._moves != before, seconds)

    def position(self, topic: str) -> int:
        """The last stored offset that counts, -1 for none."""
        row = self._pool.one(_POSITION, topic) or {"last": None}
        return -1 if row["last"] is None else int(row["last"])

    def positions(self) -> dict[str, int]:
        """Topic -> last stored offset that counts."""
        return {row["topic"]: row["offset"] for row in self._pool.rows(_POSITIONS)}

    def ends(self) -> dict[str, int]:
        """Topic -> last stored offset, also behind a cut."""
        return {row["topic"]: row["offset"] for row in self._pool.rows(_ENDS)}

    def last(self, topic: str) -> Record | None:
        """The last stored record."""
        row = self._pool.one(f'{records.RECORDS} WHERE topic = %s ORDER BY "offset" DESC LIMIT 1', topic)
        return None if row is None else records.read_record(row)

    def digests(self, topic: str, after: int = -1, limit: int = CHUNK) -> dict[int, str]:
        """Offset -> sha-256 hex of the value, to compare with another copy of the log."""
        query = 'SELECT "offset", digest FROM verdict WHERE topic = %s AND "offset" > %s ORDER BY "offset" LIMIT %s'
        return {row["offset"]: row["digest"] for row in self._pool.rows(query, topic, after, limit)}

    def verdicts(self, topic: str, after: int = -1, limit: int | None = None) -> Iterator[Verdict]:
        """What intake decided, in order."""
        return map(records.read_verdict, self._rows(topic, after, limit))

    def inspected(self, topic: str, after: int = -1) -> Iterator[tuple[Record, Inspected]]:
        """What ``History.admit`` needs, in order, without a second look at signatures."""
        return map(records.read_inspected, self._rows(topic, after, None))

    def history(self, exchange: str, topic: str) -> History:
        """The state of a channel as stored, up to the end of that topic. Raises VerdictChangedError, Stopped."""
        asked = named(topic)
        history = History(exchange, asked._replace(n=1))
        while self.rebuild(history, str(history.topic)).topic != asked:
            history = History.after(history)
        return history

    def rebuild(self, history: History, topic: str) -> History:
        """The given history, moved on to the end of what is stored; every verdict must be what it was.

        The desk's is given with its trust. Raises VerdictChangedError, Stopped.
        """
        for row in self._rows(topic, history.offset, None):
            if not records.same(row, history.admit(*records.read_inspected(row))):
                raise VerdictChangedError(topic, row["offset"])
        return history

    def effective(self, topic: str) -> Iterator[Signed]:
        """Effective envelopes of a topic, in order."""
        for row in self._rows(topic, -1, None):
            if row["result"] == Result.EFFECTIVE:
                yield records.read_record(row).message.signed

    def _rows(self, topic: str, after: int, limit: int | None) -> Iterator[dict[str, Any]]:
        query = f'{records.COUNTED} WHERE r.topic = %s AND r."offset" > %s ORDER BY r."offset" LIMIT %s'
        left = limit
        while left is None or left > 0:
            chunk = CHUNK if left is None else min(CHUNK, left)
            rows = self._pool.rows(query, topic, after, chunk)
            yield from rows
            if len(rows) < chunk:
                return
            after, left = rows[-1]["offset"], None if left is None else left - len(rows)

    def values(self, stream: str) -> list[bytes]:
        """Effective envelopes of a stream, in order."""
        query = """SELECT value FROM counted JOIN replica USING (topic, "offset")
        WHERE stream = %s AND result = 'effective' ORDER BY length(topic), topic, "offset" """
        return [bytes(row["value"]) for row in self._pool.rows(query, stream)]

    def spoke(self, topic: str, contexts: Sequence[str]) -> int | None:
        """When (the log's ms) the last effective event of these contexts was appended; None: there is none."""
        query = """SELECT replica.at FROM counted JOIN replica USING (topic, "offset") WHERE topic = %s
        AND result = 'effective' AND split_part(stream, '/', 2) = ANY(%s) ORDER BY "offset" DESC LIMIT 1"""
        row = self._pool.one(query, topic, list(contexts))
        return None if row is None else row["at"]

    def stands(self, stream: str, digest: str) -> Signed | None:
        """An effective envelope of a stream, by its digest."""
        query = f"{records.COUNTED} WHERE v.stream = %s AND v.digest = %s AND v.result = 'effective'"
        row = self._pool.one(query, stream, digest)
        return None if row is None else records.read_record(row).message.signed

    def outcome(self, event_id: str) -> Known | None:
        """How the log judged an event of ours; None while it has not been read back, or was only noise so far."""
        row = self._pool.one(_OUTCOME, event_id)
        return None if row is None else Known(**row)

    def topic_id(self, topic: str) -> str | None:
        """As remembered at the first read."""
        row = self._pool.one("SELECT topic_id FROM topic_state WHERE topic = %s", topic)
        return None if row is None else row["topic_id"]

    def remember_topic_id(self, topic: str, topic_id: str) -> None:
        """Once. Raises LogChangedError: another was remembered, the topic was made anew."""
        query = """INSERT INTO topic_state (topic, topic_id) VALUES (%s, %s)
        ON CONFLICT (topic) DO UPDATE SET topic_id = coalesce(topic_state.topic_id, excluded.topic_id)
        RETURNING topic_id"""
        row = self._pool.one(query, topic, topic_id)
        if row is None or row["topic_id"] != topic_id:
            raise LogChangedError(topic, -1)

    def records(self, topic: str, after: int = -1) -> Iterator[Record]:
        """The log verbatim, as far as it was read, also what lies behind a cut."""
        while rows := self._pool.rows(f'{_VERBATIM} ORDER BY "offset" LIMIT %s', topic, after, CHUNK):
            yield from map(records.read_record, rows)
            after = rows[-1]["offset"]

    def continues(self, topic: str, cut: int) -> None:
        """The channel goes on in the next topic; of this one only what stands up to ``cut`` counts from here on.

        What views made of records behind it is thrown away with them: they are folded again. Raises ReplicaGapError:
        the replica does not reach the cut.
        """
        with self._pool.transaction() as link:
            last = link.execute('SELECT coalesce(max("offset"), -1) AS last FROM replica WHERE topic = %s', (topic,))
            end = (last.fetchone() or {"last": -1})["last"]
            if end < cut:
                raise ReplicaGapError(f"{topic} is stored up to {end}, before the cut at {cut}")
            link.execute(_CUT, (topic, cut))
            if end > cut:
                link.execute("DELETE FROM view_pointer")
        self._moved()

    def cuts(self) -> dict[str, int]:
        """Topic -> its cut, of every topic that is continued by the next."""
        return {
            row["topic"]: row["cut"]
            for row in self._pool.rows("SELECT topic, cut FROM topic_state WHERE cut IS NOT NULL")
        }

    def stop(self, topic: str, reason: str) -> None:
        """Nobody reads or writes the topic until ``resume``; the first reason stays."""
        query = """INSERT INTO topic_state (topic, stopped) VALUES (%s, %s)
        ON CONFLICT (topic) DO UPDATE SET stopped = coalesce(topic_state.stopped, excluded.stopped)"""
        self._pool.run(query, topic, reason)
        self._moved()

    def restate(self, topic: str, reason: str) -> None:
        """Another reason for which it stays stopped: what is to be done has changed."""
        self._pool.run("UPDATE topic_state SET stopped = %s WHERE topic = %s AND stopped IS NOT NULL", reason, topic)
        self._moved()

    def resume(self, topic: str) -> None:
        """An operator has looked."""
        self._pool.run("UPDATE topic_state SET stopped = NULL WHERE topic = %s", topic)
        self._moved()

    def stopped(self, topic: str) -> str | None:
        """Why the topic is stopped, if it is."""
        row = self._pool.one("SELECT stopped FROM topic_state WHERE topic = %s", topic)
        return None if row is None else row["stopped"]

    def close(self) -> None:
        """Let go of connections."""
        self._pool.close()


def _fresh(link: Link, topic: str, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    """Those behind what is stored, which they must follow without a gap, by offset and by hash."""
    query = """SELECT "offset", hash FROM verdict WHERE topic = %s ORDER BY "offset" DESC LIMIT 1"""
    last = link.execute(query, (topic,)).fetchone() or {"offset": -1, "hash": b""}
    known = [verdict for verdict in verdicts if verdict.record.position.offset <= last["offset"]]
    _compare(link, topic, known)
    fresh = verdicts[len(known) :]
    places = [verdict.record.position[:2] for verdict in fresh]
    if places != [(topic, offset) for offset in range(last["offset"] + 1, last["offset"] + 1 + len(fresh))]:
        raise ReplicaGapError(f"{topic} is stored up to {last['offset']}")
    if fresh and last["hash"] and rolling(bytes(last["hash"]), fresh[0].record) != fresh[0].hash:
        raise ReplicaGapError(f"{topic}: judged on another history")
    return fresh


def _compare(link: Link, topic: str, known: Sequence[Verdict]) -> None:
    """What comes again must be what is stored, byte for byte and judged alike."""
    query = f'{records.VERDICTS} WHERE r.topic = %s AND r."offset" = ANY(%s)'
    offsets = [verdict.record.position.offset for verdict in known]
    rows = {row["offset"]: row for row in link.execute(query, (topic, offsets)).fetchall()} if known else {}
    for verdict in known:
        row = rows[verdict.record.position.offset]
        if records.read_record(row) != verdict.record:
            raise LogChangedError(topic, row["offset"])
        if not records.same(row, verdict):
            raise ReplicaGapError(f"{topic}: judged on another history")
