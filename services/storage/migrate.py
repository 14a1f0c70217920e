"""Numbered SQL files, forward only: sha-256 checked, one transaction each, one process at a time; and the two roles."""

from collections.abc import Mapping
from hashlib import sha256
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from services.storage.errors import MigrationError

__all__ = [
    "OWNER",
    "RUNTIME",
    "MigrationError",
    "applied",
    "check",
    "create",
    "differing",
    "let_use",
    "migrate",
    "prepare",
    "runtime_url",
]

OWNER, RUNTIME = "duikou_owner", "duikou_node"
"""Roles of the whole server. OWNER owns tables and never logs in; a running node is RUNTIME: no owner, no superuser."""
_KEPT = ("sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding", "target_session_attrs", "passfile")
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('duikou_migrate'))"
_TABLE = "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, digest text NOT NULL)"
_CHECK = """SELECT
  (SELECT rolsuper OR rolbypassrls OR pg_has_role(%(owner)s, 'MEMBER')
    FROM pg_roles WHERE rolname = current_user) AS mighty,
  (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'A' AND tgname IN ('ledger_keeps', 'replica_keeps', 'claim_keeps')
    AND tgrelid IN ('ledger'::regclass, 'replica'::regclass, 'claim'::regclass)) AS triggers,
  has_table_privilege('ledger', 'UPDATE, DELETE, TRUNCATE, TRIGGER') OR
  has_table_privilege('replica', 'UPDATE, DELETE, TRUNCATE, TRIGGER') OR
  has_table_privilege('claim', 'UPDATE, DELETE, TRUNCATE, TRIGGER') AS may_change"""


def prepare(admin_url: str, database: str) -> str:
    """A node's database with its roles and tables, as it is or newly made; the runtime role's URL.

    May be repeated, by several at once. Raises MigrationError, psycopg.Error: its caller is an administrator.
    """
    create(admin_url, database)
    with psycopg.connect(admin_url, dbname=database) as connection:
        migrate(connection)
    url = runtime_url(admin_url, database)
    check(url)
    return url


def create(admin_url: str, database: str) -> None:
    """The roles and the database, without tables. Raises psycopg.Error."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext('duikou_prepare'))")
        _roles(admin)
        _database(admin, database)


def runtime_url(admin_url: str, database: str) -> str:
    """The same server, seen by the runtime role. How it proves who it is (certificate, passfile) is libpq's matter."""
    parts = psycopg.conninfo.conninfo_to_dict(admin_url)
    query = {name: str(parts[name]) for name in ("host", "port", *_KEPT) if parts.get(name)}
    return f"postgresql://{RUNTIME}@/{quote(database, safe='')}?{urlencode(query)}"


def let_use(admin_url: str, role: str) -> None:
    """Lets the nodes of this server use its logs; ``role`` of services.transport.embedded. Raises psycopg.Error."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(RUNTIME)))


def check(url: str) -> None:
    """What a node asks for when it starts: its role can change no history, the tables are this software's.

    Raises MigrationError, psycopg.Error.
    """
    with psycopg.connect(url) as connection:
        if differing(connection):
            raise MigrationError("the database is not at this software's migrations: run prepare")
        row = connection.execute(_CHECK, {"owner": OWNER}).fetchone()
    if row != (False, 3, False):
        raise MigrationError("the role of the node can change history, or a trigger that keeps it is off")


def migrate(connection: psycopg.Connection, upto: Mapping[str, str] | None = None) -> list[str]:
    """Applies what is missing, as the owner; the names applied now.

    Args:
        upto: name -> digest of some database's migrations; then only these. Raises MigrationError: none of ours.
    """
    with connection.transaction():
        connection.execute(_LOCK)
        connection.execute(_TABLE)
        connection.execute(sql.SQL("GRANT SELECT ON migration TO {}").format(sql.Identifier(RUNTIME)))
        done = applied(connection)
    files = _files()
    _compare({**done, **(upto or {})}, files)
    if upto is not None:
        files = {name: script for name, script in files.items() if name in upto}
    return [name for name in sorted(files) if name not in done and _apply(connection, name, files[name])]


def _roles(admin: psycopg.Connection) -> None:
    for role, login in ((OWNER, "NOLOGIN"), (RUNTIME, "LOGIN")):
        try:
            admin.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), sql.SQL(login)))
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            continue  # another database of this server was first
    if admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() != (True,):
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))


def _database(admin: psycopg.Connection, database: str) -> None:
    names = {"database": sql.Identifier(database), "owner": sql.Identifier(OWNER), "runtime": sql.Identifier(RUNTIME)}
    create = "CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8' OWNER {owner}"
    try:
        admin.execute(sql.SQL(create).format(**names))
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        admin.execute(sql.SQL("ALTER DATABASE {database} OWNER TO {owner}").format(**names))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {database} TO {runtime}").format(**names))


def applied(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Name -> sha-256 of every migration that this database has."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return dict(cursor.execute("SELECT name, digest FROM migration").fetchall())


def differing(connection: psycopg.Connection[Any]) -> list[str]:
    """Names of migrations that the database has and this software has not, or the other way round, or otherwise."""
    found, files = applied(connection), {name: sha256(script).hexdigest() for name, script in _files().items()}
    return sorted(name for name in found.keys() | files.keys() if found.get(name) != files.get(name))


def _files() -> dict[str, bytes]:
    folder = resources.files("infra.postgres").joinpath("node")
    files = {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(".sql")}
    if [int(name[:4]) for name in sorted(files)] != list(range(1, len(files) + 1)):
        raise MigrationError("migrations are numbered from 0001 without gaps")
    return files


def _compare(found: Mapping[str, str], files: Mapping[str, bytes]) -> None:
    for name, digest in found.items():
        if name not in files:
            raise MigrationError(f"{name} was applied by newer software")
        if sha256(files[name]).hexdigest() != digest:
            raise MigrationError(f"{name} has changed since it was applied")


def _apply(connection: psycopg.Connection, name: str, script: bytes) -> bool:
    with connection.transaction():
        connection.execute(_LOCK)
        if connection.execute("SELECT 1 FROM migration WHERE name = %s", (name,)).fetchone() is not None:
            return False  # another process was faster
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
        connection.execute(script)
        connection.execute("RESET ROLE")
        connection.execute("INSERT INTO migration VALUES (%s, %s)", (name, sha256(script).hexdigest()))
    return True
