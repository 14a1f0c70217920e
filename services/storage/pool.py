"""Connections of one node to its PostgreSQL. An outage is NotYet, everything else is the caller's or a bug."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

from contracts.refusals import NotYet
from services.postgres import Line, timed

OUTAGE = "the node's database does not answer"
FULL = "the disk of the node's database is full"
BUSY = "the node's database has no connection to spare"
WAIT_SECONDS = 10.0
"""How long a caller waits for a connection that others have."""

_BEGIN = """SELECT set_config('lock_timeout', '10s', false), set_config('statement_timeout', '60s', false),
set_config('idle_in_transaction_session_timeout', '60s', false), set_config('synchronous_commit', 'on', false),
extract(epoch FROM pg_postmaster_start_time()) || '/' || coalesce(to_regclass('ledger')::oid, 0) AS generation"""
_OUTAGES = (psycopg.OperationalError, psycopg.InterfaceError, errors.ReadOnlySqlTransaction)


class Link(Line[DictRow]):
    """A connection. ``generation``: another server start or another table means perhaps another copy of the data."""

    generation: str = ""


class Pool:
    """At most ``size`` connections, opened when needed; a server that comes back is used at the next call.

    psycopg_pool is not used: after an outage it tries again only after growing pauses, and callers wait for it.
    """

    def __init__(self, url: str, size: int = 6) -> None:
        self._url = url
        self._room = BoundedSemaphore(size)
        self._lock = Lock()
        self._idle: list[Link] = []
        self._closed = False

    @contextmanager
    def connection(self) -> Iterator[Link]:
        """A connection that commits each statement. Raises NotYet: what was sent may or may not have been done."""
        if not self._room.acquire(timeout=WAIT_SECONDS):
            raise NotYet(BUSY)
        link: Link | None = None
        try:
            link = self._take() or self._connect()
            yield link
        except _OUTAGES as error:
            self._drop()
            if link is not None:
                link.close()
            raise NotYet(_reason(error)) from error
        finally:
            self._give(link)
            self._room.release()

    @contextmanager
    def transaction(self) -> Iterator[Link]:
        """Commits at the end, or rolls back. Raises NotYet."""
        with self.connection() as link, link.transaction():
            yield link

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """All rows of a query. Raises NotYet."""
        with self.connection() as link:
            return link.execute(query, values).fetchall()

    def one(self, query: str, *values: Any) -> dict[str, Any] | None:
        """The first row. Raises NotYet."""
        with self.connection() as link:
            return link.execute(query, values).fetchone()

    def run(self, query: str, *values: Any) -> None:
        """A statement without rows. Raises NotYet."""
        with self.connection() as link:
            link.execute(query, values)

    def close(self) -> None:
        """Let go of all connections; those in use go when they are given back."""
        self._closed = True
        self._drop()

    def _connect(self) -> Link:
        link = Link.connect(timed(self._url), autocommit=True, row_factory=dict_row)
        try:
            row = link.execute(_BEGIN).fetchone()
        except BaseException:
            link.close()
            raise
        link.generation = row["generation"] if row else ""
        return link

    def _take(self) -> Link | None:
        with self._lock:
            while self._idle:
                link = self._idle.pop()
                if not _spoke(link):
                    return link
                link.close()
        return None

    def _give(self, link: Link | None) -> None:
        if link is None or link.closed:
            return
        with self._lock:
            if self._closed or link.info.transaction_status is not TransactionStatus.IDLE:
                link.close()
            else:
                self._idle.append(link)

    def _drop(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for link in idle:
            link.close()


def _reason(error: Exception) -> str:
    if not isinstance(error, errors.DiskFull):
        return OUTAGE
    fullness.seen()
    return FULL


class Fullness:
    """When a server last had no room for what a connection of this process wrote."""

    def __init__(self) -> None:
        self._at = float("-inf")

    def seen(self) -> None:
        """Just now."""
        self._at = time.monotonic()

    def age(self) -> float:
        """Seconds ago; infinite: never."""
        return time.monotonic() - self._at


fullness = Fullness()


def _spoke(link: Link) -> bool:
    """Whether the server has sent something unasked: mostly its farewell."""
    poller = select.poll()
    poller.register(link.fileno(), select.POLLIN)
    return bool(poller.poll(0))
