"""What docker-compose.yml's containers run, run: set up once, then registry and nodes until they are ready.

Commands, environment and health checks are those of the file and of the image. Without an engine they run as processes,
on a PostgreSQL and a Kafka of this machine that use the same folders; the containers themselves remain unproven then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.kafka.find import own_broker
from infra.postgres.server import EmbeddedPostgres
from infra.processes import Unavailable
from services.demo.cast import NODES, OFFICES
from services.node.settings import load
from tests.support.compose import Containers, Processes, Runner, Service, services
from tests.support.region import until
from tests.support.servers import HASTY, server_folder, skip_or_fail

READY_SECONDS = 240
MINUTES_10 = 600
UNITS = ("xincai", "dengzhou", "yiwu")

pytestmark = [pytest.mark.xdist_group("second"), pytest.mark.timeout(MINUTES_10)]


@dataclass
class Stack:
    """All services of the file, running."""

    state: Path
    runner: Runner
    services: dict[str, Service]
    said: str

    def await_healthy(self, name: str) -> None:
        """Polls its check, as an engine does."""
        until(f"{name} is ready", lambda: self.runner.healthy(self.services[name]), READY_SECONDS)


@pytest.fixture(scope="module", params=["processes", pytest.param("containers", marks=pytest.mark.engine)])
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    with server_folder("compose") as state, EmbeddedPostgres(state / "postgres", HASTY):
        told = services({"STATE": str(state), "OWNER": "unused"})
        runner: Runner = Processes(state) if request.param == "processes" else Containers(state)
        try:
            said = runner.finish(told["setup"])
            broker = own_broker(state / "kafka")
            broker.start()
            try:
                for name in ("registry", *UNITS):
                    runner.start(told[name])
                yield Stack(state, runner, told, said)
            finally:
                runner.stop()
                broker.stop()
        except Unavailable as reason:
            skip_or_fail(str(reason))


@pytest.mark.parametrize("unit", UNITS)
def test_every_node_becomes_ready(stack: Stack, unit: str) -> None:
    stack.await_healthy(unit)


def test_the_brokers_check_passes_where_setup_said_it_is(stack: Stack) -> None:
    """Run on the host: the broker's image is not ours, and it is on the host's network."""
    assert Processes(stack.state).healthy(stack.services["kafka"])


def test_setup_again_leaves_the_running_ones_as_they_are(stack: Stack) -> None:
    """An engine runs it at each `up`: ports in use stay, keys and settings too, and the nodes stay ready."""
    files = [*stack.state.glob("*/node.toml"), *stack.state.glob("*/unit.pem"), stack.state / "kafka/server.properties"]
    before = {file: file.read_bytes() for file in files}
    assert len(before) == (len(NODES) + 1) + (len(OFFICES) + 1) + 1
    assert stack.runner.finish(stack.services["setup"]) == stack.said
    assert {file: file.read_bytes() for file in files} == before
    for unit in UNITS:
        stack.await_healthy(unit)


def test_setup_says_where_the_nodes_are_and_they_are_on_loopback(stack: Stack) -> None:
    for office in NODES:
        settings = load(stack.state / office.code / "node.toml")
        assert settings.host == "127.0.0.1"
        assert f"{office.code} http://127.0.0.1:{settings.port}/docs\n" in stack.said


def test_a_node_that_is_not_there_is_not_ready(stack: Stack) -> None:
    """The check fails where nothing answers; the settings are the registry's, which has no gateway."""
    yiwu, registry = stack.services["yiwu"], stack.services["registry"]
    absent = Service("absent", yiwu.command, registry.environment, yiwu.check, {})
    assert not Processes(stack.state).healthy(absent)
