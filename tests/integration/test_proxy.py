"""The line that fault tests break does what it says, in both directions."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.proxy import Proxy

WAIT = 30.0
SOON = 0.3
"""How long silence is listened to."""


@contextmanager
def echoing() -> Iterator[tuple[tuple[str, int], list[socket.socket]]]:
    """A server that sends back what it is sent; its connections."""
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, connections), daemon=True).start()
        yield server.getsockname(), connections
        server.shutdown(socket.SHUT_RDWR)
    for connection in connections:
        connection.close()


def _serve(server: socket.socket, connections: list[socket.socket]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        connections.append(connection)
        threading.Thread(target=_echo, args=(connection,), daemon=True).start()


def _echo(connection: socket.socket) -> None:
    try:
        while data := connection.recv(4096):
            connection.sendall(data)
    except OSError:
        return


def client(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=WAIT)


def said(connection: socket.socket, text: bytes) -> bytes:
    connection.sendall(text)
    return connection.recv(4096)


def silent(connection: socket.socket) -> bool:
    connection.settimeout(SOON)
    try:
        connection.recv(4096)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(WAIT)
    return False


def reset(connection: socket.socket) -> bool:
    try:
        return connection.recv(4096) == b""
    except ConnectionResetError:
        return True


def test_passes_everything_to_an_address_and_to_a_unix_socket(tmp_path: Path) -> None:
    with echoing() as (address, _), Proxy(address) as proxy, client(proxy) as connection:
        assert said(connection, b"one") == b"one"
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        with Proxy(path) as proxy, client(proxy) as connection:
            connection.sendall(b"two")
            accepted, _ = server.accept()
            with accepted:
                assert accepted.recv(4096) == b"two"


def test_cut_resets_what_is_there_and_what_comes_until_it_is_mended() -> None:
    with echoing() as (address, _), Proxy(address) as proxy, client(proxy) as connection:
        assert said(connection, b"one") == b"one"
        proxy.cut()
        assert reset(connection)
        with client(proxy) as again:
            assert reset(again)
        proxy.mend()
        with client(proxy) as again:
            assert said(again, b"two") == b"two"


@pytest.mark.parametrize(("to_server", "to_client"), [(True, True), (True, False), (False, True)])
def test_what_is_sent_over_a_stalled_line_comes_when_it_is_mended(to_server: bool, to_client: bool) -> None:
    with echoing() as (address, _), Proxy(address) as proxy, client(proxy) as connection:
        assert said(connection, b"one") == b"one"
        proxy.stall(to_server=to_server, to_client=to_client)
        connection.sendall(b"two")
        assert silent(connection)
        proxy.mend()
        assert connection.recv(4096) == b"two"


def test_a_delay_holds_each_direction() -> None:
    with echoing() as (address, _), Proxy(address) as proxy, client(proxy) as connection:
        proxy.delay(0.1)
        began = time.monotonic()
        assert said(connection, b"one") == b"one"
        assert time.monotonic() - began >= 0.2


def test_half_open_one_side_is_gone_and_the_other_is_not_told() -> None:
    with echoing() as (address, connections), Proxy(address) as proxy, client(proxy) as connection:
        assert said(connection, b"one") == b"one"
        proxy.half_open(gone="server")
        connection.sendall(b"two")
        assert silent(connection)
        with client(proxy) as again:
            again.sendall(b"three")
            assert silent(again)
            proxy.mend()
            assert reset(again)
        assert reset(connection)
        assert connections


def test_half_open_the_server_does_not_hear_that_its_client_has_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, Proxy(server.getsockname()) as proxy:
        connection = client(proxy)
        accepted, _ = server.accept()
        with connection, accepted:
            accepted.settimeout(WAIT)
            connection.sendall(b"one")
            assert accepted.recv(4096) == b"one"
            proxy.half_open(gone="client")
            assert reset(connection)
            assert silent(accepted)
            proxy.mend()
            assert reset(accepted)
