"""Whole tables of a node's databases: out in one snapshot, into new databases (DOMAIN L9).

COPY's text form, column by column by name: readable by any PostgreSQL, taken by the runtime role alone, no program
beside the server needed. The file that tables travel in is the business of ``services.upkeep``.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg import IsolationLevel, sql

from contracts.refusals import NotYet
from services.postgres import timed
from services.storage import migrate
from services.storage.errors import OccupiedError, StorageError
from services.storage.pool import OUTAGE

Connection = psycopg.Connection[Any]
LOG = ("log_topic", "log_record")
"""Tables of an embedded log, in the order they are filled."""
NEVER = ("healing", "migration", *LOG)
"""Tables of a node's database that are not its data: a restored copy has to be healed, and knows its own migrations."""
LINGER_SECONDS = 3.0
_TABLES = """SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = current_schema AND table_type = 'BASE TABLE' GROUP BY table_name"""
_GENERATIONS = """SELECT setval('view_generation', max(generation) + 1) FROM (
  SELECT 0 UNION SELECT generation FROM view_row UNION SELECT generation FROM view_pointer
  UNION SELECT generation FROM view_position) AS g (generation)"""


class Table(NamedTuple):
    """A table by name, and its columns in the order they are copied."""

    name: str
    columns: tuple[str, ...]


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """A connection that sees one moment and changes nothing. Raises NotYet."""
    with outages(), psycopg.connect(timed(url)) as connection:
        connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
        connection.execute("SELECT 1")  # the first statement fixes the moment
        yield connection


@contextmanager
def outages() -> Iterator[None]:
    """Raises NotYet for a server that does not answer, StorageError for rights that lack."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise StorageError("the role may not do this: an administrator's connection string is needed") from error
    except psycopg.errors.UndefinedTable as error:
        raise StorageError("the tables are not there: run duikou prepare") from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise NotYet(OUTAGE) from error


def node_tables(connection: Connection) -> list[Table]:
    """All tables of a node's data, as they are in this database."""
    return [table for name, table in sorted(_tables(connection).items()) if name not in NEVER]


def log_tables(connection: Connection) -> list[Table]:
    """The tables of the embedded log in this database."""
    found = _tables(connection)
    return [found[name] for name in LOG]


def _tables(connection: Connection) -> dict[str, Table]:
    return {name: Table(name, tuple(columns)) for name, columns in connection.execute(_TABLES.encode())}


@contextmanager
def copied(connection: Connection, table: Table) -> Iterator[Iterator[bytes]]:
    """A table's rows, one a line; a newline within a value is escaped. Not a mere generator: one that is left in the

    middle would keep the connection in its COPY.
    """
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table.name), _columns(table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield map(bytes, copy)


def copy_in(connection: Connection, table: Table, data: Iterable[bytes]) -> None:
    """Into an empty table, in the caller's transaction, as its owner. Raises StorageError: it does not fit."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), _columns(table))
    try:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for block in data:
                copy.write(block)
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
        raise StorageError(f"what is to be loaded does not fit into {table.name}") from error


def _columns(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, table.columns))


def database_of(url: str) -> str:
    """The database that a connection string names. Raises ValueError: none."""
    name = psycopg.conninfo.conninfo_to_dict(url).get("dbname")
    if not name:
        raise ValueError("the connection string names no database")
    return str(name)


def beside(admin_url: str, database: str) -> str:
    """The administrator's connection string for another database of the same server."""
    return psycopg.conninfo.make_conninfo(admin_url, dbname=database)


def vacate(admin_url: str, databases: Iterable[str], aside: str | None) -> list[str]:
    """Makes room for new databases under these names, all or none; the names under which full ones are kept.

    An empty one is dropped, a full one gets the name ``<name>_<aside>``. Raises OccupiedError: it is in use, or full
    and ``aside`` is None.
    """
    kept = []
    with outages(), psycopg.connect(admin_url, autocommit=True) as admin:
        full = {name: _is_full(admin_url, name) for name in databases if _exists(admin, name)}
        for name in full:
            _unused(admin, name)
        if aside is None and any(full.values()):
            raise OccupiedError(
                f"{', '.join(name for name in full if full[name])}: not empty; --replace keeps it aside"
            )
        for name, holds in full.items():
            if holds:
                new = f"{name}_{aside}"
                _run(admin, "ALTER DATABASE {} RENAME TO {}", name, new)
                kept.append(new)
            else:
                _run(admin, "DROP DATABASE {}", name)
    return kept


def _exists(admin: Connection, name: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def _is_full(admin_url: str, database: str) -> bool:
    """Whether any table but those that ``prepare`` fills has a row."""
    with psycopg.connect(admin_url, dbname=database) as connection:
        names = sorted(set(_tables(connection)) - {"healing", "migration", "log_topic"})
        query = sql.SQL("SELECT EXISTS (SELECT 1 FROM {})")
        rows = (connection.execute(query.format(sql.Identifier(name))).fetchone() for name in names)
        return any(row == (True,) for row in rows)


def _unused(admin: Connection, name: str) -> None:
    """A connection that was closed just now may linger at the server for a moment."""
    until = time.monotonic() + LINGER_SECONDS
    while admin.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", (name,)).fetchone() is not None:
        if time.monotonic() > until:
            raise OccupiedError(f"{name} is in use: stop the node first")
        time.sleep(0.05)


def _run(admin: Connection, statement: str, *names: str) -> None:
    try:
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
    except psycopg.errors.ObjectInUse as error:
        raise OccupiedError(f"{names[0]} is in use: stop the node first") from error


@contextmanager
def filling(admin_url: str, database: str, migrations: Mapping[str, str]) -> Iterator[Connection]:
    """A new node database at these migrations, to copy tables into; at the end it is at this software's.

    Raises MigrationError: the migrations are not a beginning of this software's.
    """
    with outages():
        migrate.create(admin_url, database)
        with psycopg.connect(admin_url, dbname=database) as connection:
            migrate.migrate(connection, migrations)
            with connection.transaction():
                connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(migrate.OWNER)))
                yield connection
                connection.execute(_GENERATIONS.encode())
            migrate.migrate(connection)
        migrate.check(migrate.runtime_url(admin_url, database))


@contextmanager
def filling_log(admin_url: str, owner: str) -> Iterator[Connection]:
    """The database of an installed, empty log, to copy tables into as its owner."""
    with outages(), psycopg.connect(admin_url) as connection, connection.transaction():
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner)))
        yield connection
