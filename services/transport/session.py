"""One connection to the embedded log's database, opened when needed and again after a failure."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

import psycopg
from psycopg import errors

from contracts.refusals import NotYet
from services.postgres import Line, timed
from services.transport.errors import AccessDeniedError, LogNotInstalledError

SETUP = """SELECT set_config('role', %s, false), set_config('synchronous_commit', 'on', false),
           set_config('lock_timeout', '10s', false), set_config('statement_timeout', '30s', false)"""
_NOT_INSTALLED = (errors.InvalidParameterValue, errors.UndefinedTable, errors.UndefinedFunction)


class Session:
    """One connection, one user at a time, autocommit, acting as ``role``.

    No pool: a log needs three connections for good, and one that broke must be tried again at the next call, not
    after a pool's growing pause.
    """

    def __init__(self, url: str, role: str, prepare: Callable[[psycopg.Connection], None] | None = None) -> None:
        self._url, self._role, self._prepare = url, role, prepare
        self._lock = Lock()
        self._connection: psycopg.Connection | None = None

    @contextmanager
    def use(self) -> Iterator[psycopg.Connection]:
        """The connection, for the block. Raises NotYet, AccessDeniedError, LogNotInstalledError."""
        with self._lock:
            try:
                yield self._open()
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._drop()
                raise NotYet("the database of the log does not answer") from error
            except errors.InsufficientPrivilege as error:
                raise AccessDeniedError(f"the embedded log, as {self._role}") from error
            except _NOT_INSTALLED as error:
                raise LogNotInstalledError("no log in this database") from error

    def close(self) -> None:
        """Close the connection once nobody uses it."""
        with self._lock:
            self._drop()

    def _open(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            connection = Line.connect(timed(self._url), autocommit=True)
            try:
                connection.execute(SETUP, (self._role,))
                if self._prepare is not None:
                    self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
