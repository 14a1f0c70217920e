"""Fixtures of all tests: the servers, and no sockets in unit tests."""

import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

from infra.kafka.find import find_broker
from infra.kafka.port import Reachable
from infra.postgres.find import find_postgres
from infra.postgres.server import Databases
from infra.processes import Unavailable
from tests.support.engine import Account, leave_out
from tests.support.servers import HASTY, server_folder, skip_or_fail

settings.register_profile("duikou", deadline=None)  # a busy machine is no failure
settings.load_profile("duikou")

UNIT = Path(__file__).parent / "unit"
SHARED = {"kafka": "second", "paired": "third", "lasting": "last"}
"""Fixture of a session -> group of whoever asks for it and names no other: so it is made once."""


def pytest_configure(config: pytest.Config) -> None:
    """The account of what is left out is given at the end of the run."""
    config.pluginmanager.register(Account(), "account")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Databases]:
    """A PostgreSQL server, one per worker; do not stop it, a test that must kill one starts its own."""
    with server_folder("pg") as folder, find_postgres(folder, HASTY) as server:
        yield server


@pytest.fixture
def database(postgres: Databases) -> Iterator[str]:
    """The connection string of an empty database that is this test's own, dropped afterwards."""
    name = f"test_{uuid4().hex}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def kafka() -> Iterator[Reachable]:
    """A Kafka broker; whoever asks for it is put into one group, so a test run starts one."""
    with server_folder("kafka") as folder:
        try:
            with find_broker(folder) as broker:
                yield broker
        except Unavailable as reason:
            skip_or_fail(str(reason))


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a container engine, and put all tests that share what is costly into one group of xdist.

    All tests that start nodes or servers of their own are in groups: ``first`` and ``second``, of about the same
    length, begin at once; ``third`` and ``last`` when all other tests have begun, so that three workers end together.
    """
    leave_out(config, items)
    for item in items:
        groups = [group for fixture, group in SHARED.items() if fixture in getattr(item, "fixturenames", ())]
        if groups and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(groups[0]))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    group = item.get_closest_marker("xdist_group")
    return {"first": 0, "second": 0, "third": 2, "last": 3}[group.args[0]] if group else 1


def pytest_collection_finish(session: pytest.Session) -> None:
    """Groups that xdist does not see would start every server twice and tear stories apart: said, not suffered."""
    if session.config.getoption("loadgroup", False):  # only in xdist's workers
        lost = [one.nodeid for one in session.items if one.get_closest_marker("xdist_group") and "@" not in one.nodeid]
        if lost:
            raise pytest.UsageError(f"pytest and pytest-xdist do not fit: {len(lost)} tests lost their group")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A unit test that opens a connection fails."""
    if UNIT not in item.path.parents:
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _refuse)
        return (yield)


def _refuse(_self: socket.socket, address: object) -> None:
    pytest.fail(f"a unit test connects to {address}")
