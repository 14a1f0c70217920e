"""Databases of the benchmark: each round a new one, so that no round finds the other's rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict

from contracts.channels import DESK, Topic
from contracts.envelope import Record
from infra.postgres.server import Databases
from services.node.node import Node, open_node
from services.node.settings import DEVELOPMENT, Settings, create_folder
from services.signing import create_key
from services.storage.migrate import RUNTIME, prepare
from services.transport.embedded import MEMBER, EmbeddedTopics, install
from services.transport.embedded import _headers as stored_headers


@dataclass
class Lab:
    """One server and a folder of key files."""

    databases: Databases
    folder: Path
    made: int = field(default=0)

    def name(self, what: str) -> str:
        """A name that was not used yet."""
        self.made += 1
        return f"bench_{what}_{self.made}"

    def plain(self) -> str:
        """An empty database; the administrator's URL."""
        return self.databases.create_database(self.name("plain"))

    def node_database(self) -> str:
        """A node's database; the runtime role's URL."""
        return prepare(self.databases.url(), self.name("node"))

    def log(self, records: Sequence[Record]) -> str:
        """An embedded log that holds those records exactly, with their times; the runtime role's URL.

        A node's database was made before: it brings the role.

        The log takes no time from anybody, and these records are of 2021; an administrator's COPY may say it.
        """
        url = self.databases.create_database(self.name("log"))
        install(url)
        topics = sorted({record.position.topic for record in records} | {str(Topic(DESK, 1))})
        making = EmbeddedTopics(url)
        for topic in topics:
            making.create(topic)
        making.close()
        with psycopg.connect(url) as connection:
            connection.execute(f"GRANT {MEMBER} TO {RUNTIME}".encode())
            _fill(connection, records)
        return _as_runtime(url)

    @contextmanager
    def node(self, source: str, root: str, records: Sequence[Record]) -> Iterator[Node]:
        """A node with a new database, before a log of those records; its own key is nobody's."""
        name = self.name("keys")
        create_folder(self.folder / name, DEVELOPMENT)
        key = self.folder / name / "unit.pem"
        create_key(key, None)
        database, log = self.node_database(), self.log(records)
        settings = Settings(
            source, root, self.folder / name, database, log, log, f"file:{key}", DEVELOPMENT, single_broker=True
        )
        node = open_node(settings)
        try:
            yield node
        finally:
            node.close()


def _fill(connection: psycopg.Connection, records: Sequence[Record]) -> None:
    ids: dict[str, UUID] = dict(connection.execute("SELECT name, id FROM log_topic").fetchall())
    with connection.cursor() as cursor:
        with cursor.copy('COPY log_record (topic, "offset", at, key, value, headers) FROM STDIN') as copy:
            for record in records:
                (topic, offset, at), message = record.position, record.message
                copy.write_row((ids[topic], offset, at, message.key, message.value, stored_headers(message)))
        cursor.execute("UPDATE log_topic SET next = (SELECT count(*) FROM log_record WHERE topic = log_topic.id)")


def _as_runtime(admin_url: str) -> str:
    parts = conninfo_to_dict(admin_url)
    query = urlencode({name: str(parts[name]) for name in ("host", "port") if parts.get(name)})
    return f"postgresql://{RUNTIME}@/{parts['dbname']}?{query}"
