"""Databases of the benchmark: each round a new one, so that no round finds the other's rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict

from contracts.channels import DESK, Topic
from contracts.envelope import Record
from infra.postgres.server import Databases
from services.node.node import Node, open_node
from services.node.settings import DEVELOPMENT, Settings, create_folder
from services.signing import create_key
from services.storage.migrate import RUNTIME, prepare, runtime_url
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

    def log(self, records: Sequence[Record]) -> "Backlog":
        """An embedded log with the topics of those records, and nothing in them yet.

        A node's database was made before: it brings the role.
        """
        url = self.databases.create_database(self.name("log"))
        install(url)
        making = EmbeddedTopics(url)
        for topic in sorted({record.position.topic for record in records} | {str(Topic(DESK, 1))}):
            making.create(topic)
        making.close()
        with psycopg.connect(url) as connection:
            connection.execute(f"GRANT {MEMBER} TO {RUNTIME}".encode())
        return Backlog(url, records)

    def settings(self, source: str, root: str, database: str, log: str) -> Settings:
        """Of a node whose own key is nobody's."""
        folder = self.folder / self.name("keys")
        create_folder(folder, DEVELOPMENT)
        key = folder / "unit.pem"
        create_key(key, None)
        return Settings(source, root, folder, database, log, log, f"file:{key}", DEVELOPMENT, single_broker=True)

    @contextmanager
    def node(self, source: str, root: str, records: Sequence[Record]) -> Iterator[Node]:
        """A node with a new database, before a log of those records."""
        database, log = self.node_database(), self.log(records)
        log.fill()
        node = open_node(self.settings(source, root, database, log.url))
        try:
            yield node
        finally:
            node.close()


@dataclass(frozen=True)
class Backlog:
    """A log that is to hold those records exactly, with their times.

    The log takes no time from anybody, and these records are of 2021; an administrator's COPY may say it.
    """

    admin: str
    records: Sequence[Record]

    @property
    def url(self) -> str:
        """The runtime role's."""
        return runtime_url(self.admin, str(conninfo_to_dict(self.admin)["dbname"]))

    def fill(self) -> None:
        """All records at once."""
        with psycopg.connect(self.admin) as connection:
            _fill(connection, self.records)


def _fill(connection: psycopg.Connection, records: Sequence[Record]) -> None:
    ids: dict[str, UUID] = dict(connection.execute("SELECT name, id FROM log_topic").fetchall())
    with connection.cursor() as cursor:
        with cursor.copy('COPY log_record (topic, "offset", at, key, value, headers) FROM STDIN') as copy:
            for record in records:
                (topic, offset, at), message = record.position, record.message
                copy.write_row((ids[topic], offset, at, message.key, message.value, stored_headers(message)))
        cursor.execute("UPDATE log_topic SET next = (SELECT count(*) FROM log_record WHERE topic = log_topic.id)")
