"""A database behind a line that broke without a word is an outage within the stated time, never for hours."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from contracts.refusals import NotYet
from infra.postgres.server import EmbeddedPostgres
from services import postgres
from services.storage.pool import Pool
from services.transport.session import Session
from tests.support.proxy import Proxy
from tests.support.servers import HASTY, server_folder

pytestmark = pytest.mark.xdist_group("second")
LIMIT = 1.5
"""What the test takes for ANSWER_SECONDS."""
SLACK = 5.0
"""Of a machine that is busy."""
LONGEST_STATEMENT = 60


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """Alone on its machine, so to say."""
    with server_folder("line") as folder, EmbeddedPostgres(folder / "pg", HASTY) as started:
        yield started


@pytest.fixture
def line(server: EmbeddedPostgres) -> Iterator[Proxy]:
    """TCP to it."""
    with Proxy(server._sockets / ".s.PGSQL.5432") as made:
        yield made


def url(line: Proxy) -> str:
    return f"postgresql://postgres@127.0.0.1:{line.port}/postgres"


def by_pool(line: Proxy) -> tuple[Callable[[], object], Callable[[], None]]:
    """A question that a node asks its database, and the end of it."""
    pool = Pool(url(line), 1)
    return lambda: pool.one("SELECT 1 AS one"), pool.close


def in_transaction(line: Proxy) -> tuple[Callable[[], object], Callable[[], None]]:
    """The same in a transaction, which would be rolled back."""
    pool = Pool(url(line), 1)

    def ask() -> None:
        with pool.transaction() as link:
            link.execute("SELECT 1")

    return ask, pool.close


def by_session(line: Proxy) -> tuple[Callable[[], object], Callable[[], None]]:
    """A question to the embedded log."""
    session = Session(url(line), "postgres")

    def ask() -> None:
        with session.use() as connection:
            connection.execute("SELECT 1")

    return ask, session.close


@pytest.mark.parametrize("asked", [by_pool, in_transaction, by_session])
def test_a_half_open_line_is_an_outage_within_the_stated_time(
    line: Proxy, monkeypatch: pytest.MonkeyPatch, asked: Callable[..., tuple[Callable[[], object], Callable[[], None]]]
) -> None:
    """The far end is gone and nobody said so: NotYet; and again when it is tried anew; then it passes."""
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", LIMIT)
    ask, close = asked(line)
    try:
        ask()
        line.half_open(gone="server")
        for limit in (LIMIT, postgres.CONNECT_SECONDS):
            began = time.monotonic()
            with pytest.raises(NotYet):
                ask()
            assert time.monotonic() - began < limit + SLACK
        line.mend()
        ask()
    finally:
        close()


def test_a_slow_answer_is_no_silence_for_ever(line: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that goes on talking may talk for longer than it may be silent."""
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", LIMIT)
    with closing(Pool(url(line), 1)) as pool:
        pool.one("SELECT 1 AS one")
        line.delay(0.7)
        began = time.monotonic()
        assert len(pool.rows("SELECT repeat('x', 100000) AS text FROM generate_series(1, 3)")) == 3
        assert time.monotonic() - began > LIMIT


def test_the_kernel_is_told(line: Proxy) -> None:
    """Of an idle line, and of one on which nothing arrives; silence is longer than a statement may take."""
    expected = {
        socket.SO_KEEPALIVE: (socket.SOL_SOCKET, 1),
        socket.TCP_KEEPIDLE: (socket.IPPROTO_TCP, postgres.KEEPALIVE_SECONDS),
        socket.TCP_KEEPINTVL: (socket.IPPROTO_TCP, postgres.PROBE_SECONDS),
        socket.TCP_KEEPCNT: (socket.IPPROTO_TCP, postgres.PROBES),
        socket.TCP_USER_TIMEOUT: (socket.IPPROTO_TCP, postgres.ACKNOWLEDGED_SECONDS * 1_000),
    }
    with closing(Pool(url(line), 1)) as pool, pool.connection() as link, closing(Session(url(line), "postgres")) as own:
        assert postgres.ANSWER_SECONDS > LONGEST_STATEMENT
        row = link.execute("SELECT extract(epoch FROM current_setting('statement_timeout')::interval) AS s").fetchone()
        assert row is not None
        assert row["s"] == LONGEST_STATEMENT
        with own.use() as other:
            for descriptor in (link.fileno(), other.fileno()):
                with socket.socket(fileno=socket.dup(descriptor)) as found:
                    options = {name: found.getsockopt(level, name) for name, (level, _) in expected.items()}
                assert options == {name: value for name, (_, value) in expected.items()}
