"""Numbered SQL files, forward only: sha-256 checked, one transaction each, one process at a time."""

from hashlib import sha256
from importlib import resources
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

OWNER, RUNTIME = "duikou_owner", "duikou_node"
"""Roles of the whole server. OWNER owns tables and never logs in; a running node is RUNTIME: no owner, no superuser."""
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('duikou_migrate'))"


class MigrationError(Exception):
    """The operator's fault: a file that was applied has changed, or the database is newer than this software."""


def prepare(admin_url: str, database: str) -> str:
    """A node's database with its roles and tables, as it is or newly made; the runtime role's URL.

    Raises MigrationError, psycopg.Error: this is set-up, and its caller is an administrator.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        _roles(admin)
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone() is None:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {}").format(
                    sql.Identifier(database), sql.Identifier(OWNER)
                )
            )
    with psycopg.connect(admin_url, dbname=database) as connection:
        migrate(connection)
    return runtime_url(admin_url, database)


def runtime_url(admin_url: str, database: str) -> str:
    """The same server, seen by the runtime role."""
    parts = psycopg.conninfo.conninfo_to_dict(admin_url)
    query = {name: str(parts[name]) for name in ("host", "port", "sslmode", "sslrootcert") if parts.get(name)}
    return f"postgresql://{RUNTIME}@/{quote(database, safe='')}?{urlencode(query)}"


def _roles(admin: psycopg.Connection) -> None:
    for role, login in ((OWNER, "NOLOGIN"), (RUNTIME, "LOGIN")):
        try:
            admin.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), sql.SQL(login)))
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            continue  # another database of this server was first


def migrate(connection: psycopg.Connection) -> list[str]:
    """Applies what is missing; the names applied now. Raises MigrationError."""
    with connection.transaction():
        connection.execute(_LOCK)
        connection.execute("CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, digest text NOT NULL)")
        applied: dict[str, str] = dict(connection.execute("SELECT name, digest FROM migration").fetchall())
    files = {name: _read(name) for name in _names()}
    _check(applied, files)
    return [_apply(connection, name, files[name]) for name in sorted(files) if name not in applied]


def _names() -> list[str]:
    folder = resources.files("infra.postgres").joinpath("node")
    return sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))


def _read(name: str) -> bytes:
    return resources.files("infra.postgres").joinpath("node", name).read_bytes()


def _check(applied: dict[str, str], files: dict[str, bytes]) -> None:
    for name, digest in applied.items():
        if name not in files:
            raise MigrationError(f"{name} was applied by newer software")
        if sha256(files[name]).hexdigest() != digest:
            raise MigrationError(f"{name} has changed since it was applied")


def _apply(connection: psycopg.Connection, name: str, script: bytes) -> str:
    with connection.transaction():
        connection.execute(_LOCK)
        if connection.execute("SELECT 1 FROM migration WHERE name = %s", (name,)).fetchone() is None:
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
            connection.execute(script)
            connection.execute("RESET ROLE")
            connection.execute("INSERT INTO migration VALUES (%s, %s)", (name, sha256(script).hexdigest()))
    return name
