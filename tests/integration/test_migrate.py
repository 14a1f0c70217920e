"""STACK trap 30 on a real PostgreSQL: history is append-only for the node, for the owner and for a hasty superuser."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from services.storage.migrate import OWNER, RUNTIME, MigrationError, _roles, check, migrate, prepare, runtime_url
from tests.support.storage import at_once, entry, opened, prepared, seal

HISTORY = ("ledger", "claim", "replica")
DISPOSABLE = ("verdict", "topic_state", "relay_position", "view_row", "view_position", "view_pointer")
CHANGES = ("UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE {} CASCADE")
COLUMN = {"ledger": "keyid = ''", "claim": "id = ''", "replica": "at = 0"}


@pytest.fixture
def url(database: str) -> str:
    """A node's database with something in it."""
    url = prepared(database)
    ledger = opened(url)
    seal(ledger, entry(once=("content/1",)))
    ledger.close()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO replica VALUES ('t', 0, 0, NULL, NULL, '[]')")
    return url


def named(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])


def history(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [len(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in HISTORY]


def refuses_changes(connect: Callable[[], psycopg.Connection]) -> None:
    for table in HISTORY:
        for change in CHANGES:
            with connect() as connection, pytest.raises(InsufficientPrivilege):
                connection.execute(change.format(table, COLUMN[table]))


def test_the_node_can_add_to_history_and_do_nothing_else_to_it(url: str) -> None:
    refuses_changes(lambda: psycopg.connect(url))
    for escape in (
        "ALTER TABLE ledger DISABLE TRIGGER ALL",
        "DROP TABLE ledger",
        "DROP TRIGGER ledger_keeps ON ledger",
        "CREATE TABLE own (a int)",
        "CREATE TEMPORARY TABLE own (a int)",
        "CREATE TRIGGER own BEFORE INSERT ON ledger EXECUTE FUNCTION history_keeps()",
        "SET session_replication_role = replica",
        f"SET ROLE {OWNER}",
        "UPDATE migration SET digest = ''",
        "CREATE OR REPLACE FUNCTION history_keeps() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    ):
        with psycopg.connect(url) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute(escape)
    assert history(url) == [1, 1, 1]


def test_the_owner_does_not_change_history_by_mistake(url: str, database: str) -> None:
    def owner() -> psycopg.Connection:
        connection = psycopg.connect(database)
        connection.execute(f"SET ROLE {OWNER}")
        return connection

    refuses_changes(owner)
    assert history(url) == [1, 1, 1]


def test_a_superuser_who_switches_triggers_off_for_replication_does_not_either(url: str, database: str) -> None:
    def superuser() -> psycopg.Connection:
        connection = psycopg.connect(database)
        connection.execute("SET session_replication_role = replica")
        return connection

    refuses_changes(superuser)
    assert history(url) == [1, 1, 1]


def test_what_is_disposable_can_be_thrown_away_by_the_node(url: str) -> None:
    with psycopg.connect(url) as connection:
        for table in DISPOSABLE:
            connection.execute(f"DELETE FROM {table}")


def test_prepare_may_be_repeated_by_several_at_once(database: str) -> None:
    urls = at_once(4, lambda _: prepared(database))
    assert urls == [runtime_url(database, named(database))] * 4
    with psycopg.connect(database) as connection:
        assert migrate(connection) == []


def test_prepare_makes_a_database_that_others_cannot_enter(database: str) -> None:
    name = f"{named(database)}_unit 一"
    url = prepare(database, name)
    check(url)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == (RUNTIME, name)
        public = "SELECT has_database_privilege('public', current_database(), 'CONNECT')"
        assert connection.execute(public).fetchone() == (False,)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg.sql.Identifier(name)))


def test_how_the_node_connects_is_the_administrators_way_without_the_administrators_word() -> None:
    admin = "postgresql://postgres:secret@db.example:5433/postgres?sslmode=verify-full&sslrootcert=/ca.pem"
    parts = psycopg.conninfo.conninfo_to_dict(runtime_url(admin, "unit"))
    expected = {"host": "db.example", "port": "5433", "sslmode": "verify-full", "sslrootcert": "/ca.pem"}
    assert parts == {"user": RUNTIME, "dbname": "unit", **expected}


def test_a_file_that_has_changed_and_a_database_of_newer_software_are_refused(url: str, database: str) -> None:
    for change in (
        "UPDATE migration SET digest = 'other' WHERE name = '0001_node.sql'",
        "UPDATE migration SET name = '0009_later.sql' WHERE name = '0001_node.sql'",
    ):
        with psycopg.connect(database) as connection:
            connection.execute(change)
            with pytest.raises(MigrationError):
                migrate(connection)
            connection.commit()
        with pytest.raises(MigrationError):
            check(url)


def test_a_file_that_fails_leaves_nothing_and_can_be_mended(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "node"
    folder.mkdir()
    monkeypatch.setattr("importlib.resources.files", lambda _: tmp_path)
    prepared_files = {"0001_a.sql": "CREATE TABLE a (x int)", "0002_b.sql": "CREATE TABLE b (x int); SELECT 1/0"}
    for name, script in prepared_files.items():
        (folder / name).write_text(script)
    with psycopg.connect(database, autocommit=True) as connection:
        _roles(connection)
        connection.execute(f"GRANT CREATE ON SCHEMA public TO {OWNER}")
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate(connection)
        assert tables(connection) == {"a", "migration"}
        (folder / "0002_b.sql").write_text("CREATE TABLE b (x int)")
        assert migrate(connection) == ["0002_b.sql"]
        assert tables(connection) == {"a", "b", "migration"}
        (folder / "0004_d.sql").write_text("SELECT 1")
        with pytest.raises(MigrationError, match="gaps"):
            migrate(connection)


def tables(connection: psycopg.Connection) -> set[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


def test_a_node_does_not_start_with_rights_to_change_history(url: str, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        for wrong, undo in (
            (f"GRANT DELETE ON replica TO {RUNTIME}", f"REVOKE DELETE ON replica FROM {RUNTIME}"),
            (
                "ALTER TABLE ledger DISABLE TRIGGER ledger_keeps",
                "ALTER TABLE ledger ENABLE ALWAYS TRIGGER ledger_keeps",
            ),
            ("ALTER TABLE ledger ENABLE TRIGGER ledger_keeps", "ALTER TABLE ledger ENABLE ALWAYS TRIGGER ledger_keeps"),
        ):
            admin.execute(wrong)
            with pytest.raises(MigrationError):
                check(url)
            admin.execute(undo)
            check(url)
    with pytest.raises(MigrationError):
        check(database)
