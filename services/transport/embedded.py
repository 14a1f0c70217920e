"""A log in PostgreSQL, for whoever has no broker (ARCHITECTURE, decision 3; tables and roles: infra/postgres/log.sql).

Same semantics as Kafka: dense offsets in commit order, the server's clock, which may run backwards, records that are
never changed. ONE TRUST DOMAIN: every member reads and writes every topic, and who administers the database can
rewrite it all. It gives integrity to those who compare digests, not confidentiality, and no defence against its owner.
"""

import base64
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

import psycopg

from contracts.envelope import Message, Position, Record
from services.transport.contract import check_message
from services.transport.errors import LogShrankError, TopicMissingError, TopicSettingsError
from services.transport.session import Session

MEMBER, REGISTRY = "duikou_log_member", "duikou_log_registry"
NOTICES = "duikou_log"
"""Channel of LISTEN/NOTIFY; the payload is the topic's name."""
RECHECK_SECONDS = 0.5
"""How long a waiting reader relies on notices alone: a writer may die between its commit and its notice."""

_ENDS = "SELECT name, next - 1 FROM log_topic WHERE name = ANY(%s)"
# By distance from where the reader stands, then by age: a busy topic does not starve the others.
_READ = """
SELECT asked.name, found."offset", found.at, found.key, found.value, found.headers
FROM unnest(%(names)s::text[], %(after)s::bigint[]) AS asked (name, after)
JOIN log_topic ON log_topic.name = asked.name
CROSS JOIN LATERAL (
  SELECT * FROM log_record WHERE topic = log_topic.id AND "offset" > asked.after ORDER BY "offset" LIMIT %(limit)s
) AS found
ORDER BY found."offset" - asked.after, found.at LIMIT %(limit)s
"""
_MAY_APPEND = "SELECT has_function_privilege('log_append(text, bytea[], bytea[], bytea[])', 'EXECUTE')"
_CHECK = """
SELECT
  (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'A' AND (tgrelid, tgname) IN
     (('log_record'::regclass, 'log_record_keeps'), ('log_topic'::regclass, 'log_topic_keeps'))),
  has_table_privilege('log_record', 'INSERT, UPDATE, DELETE, TRUNCATE')
    OR has_table_privilege('log_topic', 'INSERT, UPDATE, DELETE, TRUNCATE'),
  current_setting('synchronous_commit')
"""


def install(url: str) -> None:
    """Make the log's tables, functions and roles in a database, as its administrator; may be repeated.

    Raises psycopg.Error: this is set-up, and its caller is an administrator.
    """
    script = resources.files("infra.postgres").joinpath("log.sql").read_bytes()
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('duikou_log'))")
        connection.execute(script)


class EmbeddedLog:
    """The port ``Log`` over one database, with three connections: append, look, wait."""

    def __init__(self, url: str) -> None:
        self._writer, self._looker = Session(url, MEMBER), Session(url, MEMBER)
        self._waiter = Session(url, MEMBER, _listen)
        try:
            self._ends([])  # NotYet, no rights or no tables: say so now
        except BaseException:
            self.close()
            raise

    def append(self, topic: str, messages: Sequence[Message]) -> list[int]:
        """One statement, one transaction: all of them or none. See ``Log.append``."""
        for message in messages:
            check_message(message)
        if not messages:
            return []
        columns = (
            [message.key for message in messages],
            [message.value for message in messages],
            [_headers(message) for message in messages],
        )
        with self._writer.use() as connection:
            first = _one(connection, "SELECT log_append(%s, %b::bytea[], %b::bytea[], %b::bytea[])", (topic, *columns))
            if first is not None:
                _notify(connection, topic)
        if first is None:
            raise TopicMissingError(topic)
        return list(range(first, first + len(messages)))

    def read(self, topics: Mapping[str, int], limit: int, wait: float) -> list[Record]:
        """See ``Log.read``."""
        return self._await(topics, limit, time.monotonic() + wait) if wait > 0 else self._look(topics, limit)

    def end(self, topic: str) -> int | None:
        """See ``Log.end``."""
        return self._ends([topic]).get(topic)

    def topic_id(self, topic: str) -> str | None:
        """See ``Log.topic_id``."""
        with self._looker.use() as connection:
            found = _one(connection, "SELECT id FROM log_topic WHERE name = %s", (topic,))
        return None if found is None else str(found)

    def writes(self, topic: str) -> bool | None:
        """See ``Log.writes``: whoever is a member may append to every topic."""
        if self.end(topic) is None:
            raise TopicMissingError(topic)
        with self._looker.use() as connection:
            return None if _one(connection, _MAY_APPEND, ()) else False

    def clock(self) -> int | None:
        """See ``Log.clock``."""
        with self._looker.use() as connection:
            return int(_one(connection, "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)", ()))

    def check(self, topic: str) -> None:
        """Records cannot be changed by us, and an acknowledged one is on disk. See ``Log.check``."""
        if self.end(topic) is None:
            raise TopicMissingError(topic)
        with self._looker.use() as connection:
            triggers, may_change, commit = connection.execute(_CHECK).fetchone() or (0, True, "")
        if triggers != 2:
            raise TopicSettingsError(topic, "append-only triggers", f"{triggers} of 2 enabled", "ENABLE ALWAYS")
        if may_change:
            raise TopicSettingsError(topic, "privileges", f"{MEMBER} may change tables", "SELECT and log_append only")
        if commit != "on":
            raise TopicSettingsError(topic, "synchronous_commit", str(commit), "on")

    def close(self) -> None:
        """See ``Log.close``."""
        for session in (self._writer, self._looker, self._waiter):
            session.close()

    def _look(self, topics: Mapping[str, int], limit: int) -> list[Record]:
        ends = self._ends(topics)
        for topic, after in topics.items():
            if topic not in ends:
                raise TopicMissingError(topic)
            if ends[topic] < after:
                raise LogShrankError(topic, after, ends[topic])
        behind = [topic for topic, after in topics.items() if ends[topic] > after]
        if not behind:
            return []
        values = {"names": behind, "after": [topics[topic] for topic in behind], "limit": limit}
        with self._looker.use() as connection, connection.cursor(binary=True) as cursor:
            return [_record(*row) for row in cursor.execute(_READ, values)]

    def _await(self, topics: Mapping[str, int], limit: int, deadline: float) -> list[Record]:
        with self._waiter.use() as connection:  # listens before it looks, so nothing falls between
            while not (found := self._look(topics, limit)):
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                _hear(connection, topics, min(left, RECHECK_SECONDS))
        return found

    def _ends(self, topics: Iterable[str]) -> dict[str, int]:
        with self._looker.use() as connection:
            return dict(connection.execute(_ENDS, (list(topics),)).fetchall())


class EmbeddedTopics:
    """The port ``Topics``: the registry's side, as role ``duikou_log_registry``."""

    def __init__(self, url: str) -> None:
        self._session = Session(url, REGISTRY)

    def create(self, topic: str) -> None:
        """See ``Topics.create``; an embedded topic has no settings of its own."""
        with self._session.use() as connection:
            connection.execute("SELECT log_create(%s)", (topic,))

    def grant(self, topic: str, principal: str, write: bool) -> None:
        """Nothing to grant: one trust domain. Raises TopicMissingError."""
        with self._session.use() as connection:
            if _one(connection, "SELECT id FROM log_topic WHERE name = %s", (topic,)) is None:
                raise TopicMissingError(topic)

    def close(self) -> None:
        """See ``Topics.close``."""
        self._session.close()


def _listen(connection: psycopg.Connection) -> None:
    connection.execute(f"LISTEN {NOTICES}")


def _notify(connection: psycopg.Connection, topic: str) -> None:
    """After the commit, in a transaction of its own: inside, it would serialise all writers (STACK, trap 24)."""
    try:
        connection.execute("SELECT pg_notify(%s, %s)", (NOTICES, topic))
    except psycopg.OperationalError:
        connection.close()  # the records are in the log; readers look again after RECHECK_SECONDS


def _hear(connection: psycopg.Connection, topics: Mapping[str, int], seconds: float) -> None:
    """Sleep until somebody appended to one of the topics, or `seconds` have passed."""
    for notice in connection.notifies(timeout=seconds):
        if notice.payload in topics:
            return


def _one(connection: psycopg.Connection, query: str, values: Sequence[Any]) -> Any:
    row = connection.execute(query, values).fetchone()
    return None if row is None else row[0]


def _headers(message: Message) -> bytes:
    pairs = [[name, base64.b64encode(value).decode()] for name, value in message.headers]
    return json.dumps(pairs, separators=(",", ":")).encode()


def _record(topic: str, offset: int, at: int, key: bytes | None, value: bytes | None, headers: bytes) -> Record:
    pairs = tuple((name, base64.b64decode(text)) for name, text in json.loads(headers))
    return Record(Position(topic, offset, at), Message(key, value, pairs))
