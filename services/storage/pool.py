"""Connections of one node to its PostgreSQL; an outage is NotYet, everything else is a bug."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import psycopg_pool
from psycopg.rows import DictRow, dict_row

from contracts.refusals import NotYet

OUTAGE = "the node's database does not answer"
TIMEOUTS = "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"


class Pool:
    """At most ``size`` connections, opened when first needed."""

    def __init__(self, url: str, size: int = 6) -> None:
        self._pool: psycopg_pool.ConnectionPool[psycopg.Connection[DictRow]] = psycopg_pool.ConnectionPool(
            url,
            connection_class=psycopg.Connection[DictRow],
            kwargs={"row_factory": dict_row, "options": TIMEOUTS},
            min_size=0,
            max_size=size,
            timeout=10.0,
            open=True,
        )

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[DictRow]]:
        """Commits at the end. Raises NotYet for an outage."""
        try:
            with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg_pool.PoolTimeout) as error:
            self._pool.check()
            raise NotYet(OUTAGE) from error

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """All rows of a query. Raises NotYet."""
        with self.transaction() as connection:
            return connection.execute(query, values).fetchall()

    def one(self, query: str, *values: Any) -> dict[str, Any] | None:
        """The first row. Raises NotYet."""
        found = self.rows(query, *values)
        return found[0] if found else None

    def run(self, query: str, *values: Any) -> None:
        """A statement without rows. Raises NotYet."""
        with self.transaction() as connection:
            connection.execute(query, values)

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.close()
