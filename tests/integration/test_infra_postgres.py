"""The embedded PostgreSQL: what survives, who gets in, what is left behind."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from infra.postgres.find import find_postgres
from infra.postgres.server import EmbeddedPostgres, ExternalPostgres
from infra.processes import ServerError
from tests.support.servers import server_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    with server_folder("pg") as folder:
        yield folder


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def rows(url: str) -> list[tuple[int]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT number FROM kept ORDER BY number").fetchall()


def commit(url: str, number: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number bigint PRIMARY KEY)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def test_what_was_committed_survives_sigkill_with_clients_connected(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        url = server.create_database("unit")
        for number in range(5):
            commit(url, number)
            open_transaction = psycopg.connect(url)
            open_transaction.execute("INSERT INTO kept VALUES (%s)", [number + 1_000])
            server.kill()
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(url, connect_timeout=5)
            server.start()
            open_transaction.close()
        assert rows(url) == [(number,) for number in range(5)]


def test_a_second_start_on_the_same_folder_finds_the_same_databases(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        commit(server.create_database("unit"), 1)
    with EmbeddedPostgres(folder) as server:
        assert rows(server.url("unit")) == [(1,)]
        server.restart()
        assert rows(server.url("unit")) == [(1,)]


def test_a_folder_in_use_is_refused_with_the_log(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        second = EmbeddedPostgres(folder)
        with pytest.raises(ServerError, match="lock file"):
            second.start()
        commit(server.url(), 1)


def test_the_server_ends_with_a_process_that_is_killed(folder: Path) -> None:
    code = (
        "import sys, pathlib, infra.postgres.server as s\n"
        "s.EmbeddedPostgres(pathlib.Path(sys.argv[1])).start()\n"
        "print('started', flush=True)\nsys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"started\n"
        server = os.pidfd_open(postmaster(folder))
        owner.kill()
    poller = select.poll()
    poller.register(server, select.POLLIN)
    assert poller.poll(30_000), "the server is still there"
    os.close(server)
    assert not (folder / "data" / "postmaster.pid").exists()


def test_a_server_outlives_the_thread_that_started_it(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    starter = Thread(target=server.start)
    starter.start()
    starter.join()
    with server:
        commit(server.url(), 1)
        assert rows(server.url()) == [(1,)]


def test_a_path_too_long_for_a_socket_is_no_obstacle(folder: Path) -> None:
    deep = folder / ("深" * 40)
    with EmbeddedPostgres(deep) as server:
        commit(server.create_database("unit"), 1)
        assert rows(server.url("unit")) == [(1,)]
        sockets = Path(str(psycopg.conninfo.conninfo_to_dict(server.url())["host"]))
    assert folder not in sockets.parents
    assert not sockets.exists()


def test_nobody_else_may_open_the_socket_and_there_is_no_network(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert (folder / "socket").stat().st_mode & 0o777 == 0o700
        assert (folder / "data").stat().st_mode & 0o777 == 0o700


def test_a_server_by_address_is_used_and_left_running(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with EmbeddedPostgres(folder) as server:
        monkeypatch.setenv("DUIKOU_POSTGRES", server.url())
        with find_postgres(folder / "unused") as found:
            assert isinstance(found, ExternalPostgres)
            commit(found.create_database("对口 %x"), 7)
        assert rows(server.url("对口 %x")) == [(7,)]
        found.drop_database("对口 %x")
        assert not (folder / "unused").exists()


def test_each_test_gets_an_empty_database(database: str) -> None:
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
