"""A Kafka broker in a container: the official image with the same files as `infra.kafka.broker`, on the host's network.

The folder is mounted at its own path and the listeners are on the host's 127.0.0.1, so one server.properties fits both.
"""

import os
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from docker.constants import DEFAULT_UNIX_SOCKET
from docker.errors import DockerException
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient, get_docker_host

from infra.kafka.home import Home
from infra.kafka.jars import RELEASE
from infra.kafka.probe import answers
from infra.kafka.properties import ADMIN
from infra.processes import ServerError

IMAGE = f"apache/kafka:{RELEASE}"
START_SECONDS = 180  # includes pulling the image
STOP_SECONDS = 60
POLL_SECONDS = 0.2
SCRIPT = """
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted -t {cluster} -c {properties}
exec /opt/kafka/bin/kafka-server-start.sh {properties}
"""
CLUSTER = "duikouduikouduikouduik"  # 22 letters of base64; brokers that never meet may share it


def engine_answers() -> bool:
    """Whether a container engine answers on this machine."""
    if not _somebody_listens():
        return False
    try:
        client = DockerClient().client
    except DockerException:
        return False
    try:
        return bool(client.ping())
    except DockerException:
        return False
    finally:
        client.close()


def _somebody_listens() -> bool:
    """Asked first: the library leaves the socket of a refused connection to the garbage collector."""
    host = get_docker_host() or DEFAULT_UNIX_SOCKET
    if "unix://" not in host:
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(host.partition("unix://")[2]) == 0


class ContainerBroker(Home):
    """A broker in a container (`infra.kafka.port.Controllable`); removed by testcontainers' reaper if the run dies."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._container: DockerContainer | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it serves clients; ServerError with the log's end if it does not."""
        if self._container is not None:
            return
        self.configure()
        self._container = self._new().start()
        try:
            self._await()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End in order; the files stay. Nothing happens if it does not run."""
        container, self._container = self._container, None
        if container is not None:
            container.get_wrapped_container().stop(timeout=STOP_SECONDS)
            container.stop()

    def kill(self) -> None:
        """SIGKILL; the files stay."""
        container, self._container = self._container, None
        if container is not None:
            container.stop(force=True)

    def restart(self) -> None:
        """Stop and start at the same address."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze: connections stay open, nothing answers."""
        self._running().get_wrapped_container().pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._running().get_wrapped_container().unpause()

    def _running(self) -> DockerContainer:
        if self._container is None:
            raise ServerError("the broker does not run")
        return self._container

    def _new(self) -> DockerContainer:
        """As the caller's user: the key files are readable for their owner only."""
        script = SCRIPT.format(cluster=CLUSTER, properties=self.properties)
        container = DockerContainer(IMAGE, network_mode="host", user=f"{os.getuid()}:{os.getgid()}")
        container.with_command(["/bin/bash", "-euc", script])
        container.with_volume_mapping(str(self.folder), str(self.folder), "rw")
        return container.with_envs(LOG_DIR=str(self.folder / "logs"), KAFKA_HEAP_OPTS="-Xmx512m")

    def _await(self) -> None:
        container = self._running().get_wrapped_container()
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.bootstrap, self.credentials(ADMIN)):
            container.reload()
            if container.status == "exited" or time.monotonic() > deadline:
                raise ServerError(f"{IMAGE} does not answer:\n{container.logs(tail=20).decode(errors='replace')}")
            time.sleep(POLL_SECONDS)
