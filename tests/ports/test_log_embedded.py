"""The embedded log keeps the port's promises, and its tables keep the records."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from contracts.refusals import NotYet
from infra.postgres.server import EmbeddedPostgres
from services.transport import Log, Topics, embedded, open_log, open_topics
from services.transport.errors import AccessDeniedError, LogNotInstalledError, TopicSettingsError
from tests.ports.log_suite import LONG, FaultSuite, LogSuite, Opened, messages
from tests.support.servers import server_folder

CLOCK_BACK = """CREATE OR REPLACE FUNCTION log_clock() RETURNS timestamptz LANGUAGE sql VOLATILE
BEGIN ATOMIC SELECT clock_timestamp() - interval '1 minute'; END"""
MAKE_ANEW = """
ALTER TABLE log_record DISABLE TRIGGER ALL; ALTER TABLE log_topic DISABLE TRIGGER ALL;
DELETE FROM log_record WHERE topic = (SELECT id FROM log_topic WHERE name = '{0}');
DELETE FROM log_topic WHERE name = '{0}';
INSERT INTO log_topic (name) VALUES ('{0}');
ALTER TABLE log_topic ENABLE ALWAYS TRIGGER log_topic_keeps;
ALTER TABLE log_record ENABLE ALWAYS TRIGGER log_record_keeps
"""


class Bench(Opened):
    """One database with a log in it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        embedded.install(url)

    def open(self) -> Log:
        return self.keep(open_log(self.url))

    def topics(self) -> Topics:
        return self.keep(open_topics(self.url))

    def fresh(self) -> str:
        topic = self.missing()
        self.topics().create(topic)
        return topic

    def missing(self) -> str:
        return f"duikou.test.{uuid4().hex}"

    def recreate(self, topic: str) -> None:
        self.administrate(MAKE_ANEW.format(topic))

    def spoil(self, topic: str) -> str:
        self.administrate("ALTER TABLE log_record DISABLE TRIGGER log_record_keeps")
        return "append-only triggers"

    def administrate(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement.encode())


class BreakableBench(Bench):
    """A server of one's own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._server = folder, EmbeddedPostgres(folder)
        self._server.start()
        super().__init__(self._server.create_database("log"))

    def kill(self) -> None:
        self._server.kill()

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def save(self) -> None:
        self._at_rest(["cp", "-a", str(self._folder / "data"), str(self._folder / "backup")])

    def restore(self) -> None:
        self._at_rest(["sh", "-c", 'rm -r "$0/data" && mv "$0/backup" "$0/data"', str(self._folder)])

    def turn_clock_back(self) -> None:
        self.administrate(CLOCK_BACK)

    def _at_rest(self, command: list[str]) -> None:
        self._server.stop()
        subprocess.run(command, check=True)
        self._server.start()


@pytest.fixture
def bench(database: str) -> Iterator[Bench]:
    bench = Bench(database)
    yield bench
    bench.close()


class TestEmbeddedLog(LogSuite):
    """On a server that several tests share, in a database of its own."""


class TestEmbeddedLogFaults(FaultSuite):
    """On a server of its own."""

    @pytest.fixture
    def broken(self) -> Iterator[BreakableBench]:
        with server_folder("pg") as folder:
            bench = BreakableBench(folder)
            yield bench
            bench.close()
            bench.stop()


FORBIDDEN = {
    "change a record": "UPDATE log_record SET value = ''",
    "remove a record": "DELETE FROM log_record",
    "remove all": "TRUNCATE log_record",
    "choose place and time": "INSERT INTO log_record SELECT topic, 9, 0, key, value, headers FROM log_record",
    "move the end": "UPDATE log_topic SET next = 0",
    "remove a topic": "DELETE FROM log_topic",
    "make a topic": "SELECT log_create('duikou.mine')",
    "set the clock": "CREATE OR REPLACE FUNCTION log_clock() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
    "switch triggers off": "SET session_replication_role = replica",
}


@pytest.fixture
def member(bench: Bench) -> Iterator[psycopg.Connection]:
    """A login of its own, as an installation has it: neither owner nor superuser, only a member."""
    name = f"node_{uuid4().hex}"
    bench.open().append(bench.fresh(), messages([b"1"]))
    bench.administrate(f"CREATE ROLE {name} LOGIN PASSWORD '{name}' IN ROLE {embedded.MEMBER}")
    with psycopg.connect(make_conninfo(bench.url, user=name, password=name), autocommit=True) as connection:
        yield connection
    bench.administrate(f"DROP ROLE {name}")


def as_member(member: psycopg.Connection) -> str:
    place = member.info
    server = urlencode({"host": place.host, "port": place.port})
    return f"postgresql://{place.user}:{place.user}@/{place.dbname}?{server}"


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_member_cannot(member: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        member.execute(statement.encode())


def test_a_member_reads_and_appends_and_the_settings_are_right(member: psycopg.Connection) -> None:
    (topic,) = member.execute("SELECT name FROM log_topic").fetchone() or ("",)
    with closing(open_log(as_member(member))) as log:
        log.check(topic)
        assert log.append(topic, messages([b"2"])) == [1]
        assert len(log.read({topic: -1}, 10, 0)) == 2


def test_a_member_cannot_act_as_the_registry(member: psycopg.Connection) -> None:
    with closing(open_topics(as_member(member))) as topics, pytest.raises(AccessDeniedError):
        topics.create("duikou.mine")


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("statement", ["DELETE FROM log_record", "TRUNCATE log_record", "DELETE FROM log_topic"])
def test_an_administrator_cannot_by_mistake(bench: Bench, statement: str, role: str) -> None:
    bench.fresh()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        bench.administrate(f"SET LOCAL session_replication_role = {role}; {statement}")


def test_a_right_to_change_records_is_a_wrong_setting(bench: Bench) -> None:
    topic = bench.fresh()
    bench.administrate(f"GRANT DELETE ON log_record TO {embedded.MEMBER}")
    with pytest.raises(TopicSettingsError) as caught:
        bench.open().check(topic)
    assert caught.value.setting == "privileges"


def test_a_record_whose_writer_died_before_its_notice_is_read_soon(bench: Bench) -> None:
    topic = bench.fresh()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(bench.open().read, {topic: -1}, 10, LONG)
        bench.administrate(f"SELECT log_append('{topic}', ARRAY['k'::bytea], ARRAY['v'::bytea], ARRAY['[]'::bytea])")
        assert waiting.result(LONG / 2)[0].message.value == b"v"


def test_a_database_without_a_log_is_named(database: str) -> None:
    with pytest.raises(LogNotInstalledError):
        open_log(database)


def test_a_server_that_is_not_there_may_come() -> None:
    with pytest.raises(NotYet):
        open_log("postgresql://nobody@/none?host=/nowhere")


def test_installing_twice_or_beside_another_changes_nothing(bench: Bench) -> None:
    topic = bench.fresh()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(embedded.install, [bench.url] * 4))
    bench.open().check(topic)
