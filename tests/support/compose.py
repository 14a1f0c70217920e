"""docker-compose.yml and the image, read as an engine would, and their services run: as processes or in containers."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any, Protocol

from ruamel.yaml import YAML

from infra.processes import end, spawn

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "infra" / "images" / "Dockerfile"
STOP_SECONDS = 20
_VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?::\?[^}]*)?\})")


@dataclass(frozen=True)
class Service:
    """What a container of it runs, its command and its health check from the image where the file has none."""

    name: str
    command: list[str]
    environment: dict[str, str]
    check: list[str]
    """Empty: none."""
    said: dict[str, Any]


def services(variables: Mapping[str, str]) -> dict[str, Service]:
    """All services of the file with its variables filled in. KeyError: a variable that is not given."""
    told = YAML(typ="safe").load(FILE.read_text())["services"]
    return {name: _service(name, _filled(said, variables)) for name, said in told.items()}


def instructions() -> list[str]:
    """Of the image, continued lines joined."""
    lines = DOCKERFILE.read_text().replace("\\\n", " ").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _service(name: str, said: dict[str, Any]) -> Service:
    health = said.get("healthcheck", {})
    check = [] if health.get("disable") else _words(health.get("test") or _of_image("HEALTHCHECK"))
    return Service(name, said.get("command") or _of_image("CMD"), said.get("environment", {}), check, said)


def _words(test: list[str]) -> list[str]:
    """Of CMD and CMD-SHELL (compose specification, healthcheck)."""
    kinds = {"CMD": test[1:], "CMD-SHELL": ["/bin/sh", "-c", *test[1:]]}
    return kinds.get(test[0], test)


def _of_image(instruction: str) -> list[str]:
    line = next(line for line in instructions() if line.startswith(instruction))
    words: list[str] = json.loads(line[line.index("[") :])
    return words


def _filled(said: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(said, dict):
        return {name: _filled(part, variables) for name, part in said.items()}
    if isinstance(said, list):
        return [_filled(part, variables) for part in said]
    if isinstance(said, str):
        return _VARIABLE.sub(lambda found: variables[found[1]] if found[1] else "$", said)
    return said


class Runner(Protocol):
    """Runs services of the image."""

    def finish(self, service: Service) -> str:
        """A one-shot service to its end; what it said. AssertionError where it fails."""

    def start(self, service: Service) -> None:
        """A lasting one."""

    def healthy(self, service: Service) -> bool:
        """Whether its check passes now. AssertionError where the service has ended."""

    def stop(self) -> None:
        """Ends all."""


@dataclass
class Processes:
    """The very commands, as processes of this machine; ``python`` is the one that runs the tests."""

    logs: Path
    running: dict[str, Popen[bytes]] = field(default_factory=dict)

    def finish(self, service: Service) -> str:
        """`Runner.finish`."""
        done = subprocess.run(_here(service, service.command), capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, service: Service) -> None:
        """`Runner.start`."""
        self.running[service.name] = spawn(_here(service, service.command), self.logs / f"{service.name}.log")

    def healthy(self, service: Service) -> bool:
        """`Runner.healthy`."""
        log = self.logs / f"{service.name}.log"
        assert service.name not in self.running or self.running[service.name].poll() is None, log.read_text()
        done = subprocess.run(_here(service, service.check), capture_output=True, check=False, cwd=ROOT)
        return done.returncode == 0

    def stop(self) -> None:
        """`Runner.stop`."""
        for process in self.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            end(process, signal.SIGTERM, STOP_SECONDS)


def _here(service: Service, command: list[str]) -> list[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return ["env", "-C", str(ROOT), f"PATH={path}", *(f"{k}={v}" for k, v in service.environment.items()), *command]


@dataclass
class Containers:
    """The same in containers of the image, built here, as the user of the tests and on the host's network."""

    state: Path
    running: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from testcontainers.core.image import DockerImage

        self.image = DockerImage(path=ROOT, dockerfile_path=str(DOCKERFILE.relative_to(ROOT)), clean_up=False)
        self.image.build()

    def finish(self, service: Service) -> str:
        """`Runner.finish`."""
        self.start(service)
        container = self.running.pop(service.name)
        status = container.get_wrapped_container().wait()["StatusCode"]
        said = container.get_wrapped_container().logs(stderr=status != 0).decode()
        container.stop()
        assert status == 0, said
        return str(said)

    def start(self, service: Service) -> None:
        """`Runner.start`."""
        from testcontainers.core.container import DockerContainer

        user = f"{os.getuid()}:{os.getgid()}"
        container = DockerContainer(str(self.image), network_mode="host", user=user, read_only=True)
        container.with_tmpfs_mount("/tmp")  # noqa: S108 - inside the container
        container.with_command(service.command).with_envs(**service.environment)
        container.with_volume_mapping(str(self.state), str(self.state), "rw")
        self.running[service.name] = container.start()

    def healthy(self, service: Service) -> bool:
        """`Runner.healthy`."""
        container = self.running[service.name].get_wrapped_container()
        container.reload()
        assert container.status == "running", container.logs().decode()
        return bool(container.exec_run(service.check, environment=service.environment).exit_code == 0)

    def stop(self) -> None:
        """`Runner.stop`."""
        for container in self.running.values():
            container.stop()
        self.image.remove()  # closes the client; the image itself is kept for the next run
