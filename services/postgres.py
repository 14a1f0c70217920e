"""How a connection to PostgreSQL notices that nobody is there any more, whoever holds it.

A server that vanished without a farewell is found by the kernel: probes of an idle line (keepalive), and a limit for
what was sent and never acknowledged (tcp_user_timeout). Neither sees a proxy or a balancer that still takes everything
and passes nothing on, so silence is limited here, too. A unix socket has no kernel timers and needs none.
"""

from collections.abc import Generator
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.rows import Row

T = TypeVar("T")
CONNECT_SECONDS = 5
KEEPALIVE_SECONDS, PROBE_SECONDS, PROBES = 10, 5, 3
"""An idle line is probed after ten seconds; it is dead 25 s after the last word."""
ACKNOWLEDGED_SECONDS = 25
"""By when what was sent must have arrived, on a line that is not idle."""
ANSWER_SECONDS = 65.0
"""Longest silence of a server that was asked: it ends each statement within 60 s (statement_timeout), and says so."""


def timed(url: str) -> str:
    """The connection string with these limits, whatever it says of them itself."""
    return psycopg.conninfo.make_conninfo(
        url,
        connect_timeout=CONNECT_SECONDS,
        keepalives=1,
        keepalives_idle=KEEPALIVE_SECONDS,
        keepalives_interval=PROBE_SECONDS,
        keepalives_count=PROBES,
        tcp_user_timeout=ACKNOWLEDGED_SECONDS * 1_000,
    )


class Line(psycopg.Connection[Row]):
    """A connection that breaks, with an OperationalError, when the server is silent for too long."""

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        """See psycopg; closed at once where it broke, so that nobody asks it again to roll back."""
        try:
            return super().wait(_answered(gen), *args, **kwargs)
        except SilentError:
            self.close()
            raise


class SilentError(psycopg.OperationalError):
    """Nothing was heard for ANSWER_SECONDS."""


def _answered(gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
    """The same conversation, but for silence. What waits is told every tenth of a second that there is nothing yet."""
    heard = monotonic()
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if ready:
                heard = monotonic()
            elif monotonic() - heard > ANSWER_SECONDS:
                raise SilentError("the server is silent")
            wanted = gen.send(ready)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
