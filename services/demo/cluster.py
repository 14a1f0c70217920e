"""Servers and processes of the demo: one PostgreSQL, one log, a process for the registry and for each node."""

import json
import signal
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from contracts.channels import DESK, REGISTRY, Topic
from infra.kafka.find import find_broker
from infra.kafka.port import Reachable
from infra.postgres.find import find_postgres
from infra.postgres.server import Databases
from infra.processes import end, free_ports, is_free, spawn
from services.demo.cast import NODES, Office
from services.node.settings import DEVELOPMENT, Settings, create_folder
from services.storage.migrate import let_use, prepare, runtime_url
from services.transport import Credentials, Log, open_log
from services.transport.contract import SINGLE
from services.transport.embedded import MEMBER, EmbeddedTopics, install

STOP_SECONDS = 20
LOG_DATABASE = "log"
CONNECTIONS = 40
"""Of a node at most, to its databases and the embedded log."""


@dataclass
class Cluster:
    """What runs: processes by name (``411729000001``, ``411729000001/relay``), all ended together."""

    state: Path
    root: str
    databases: Databases
    broker: Reachable | None
    processes: dict[str, Popen[bytes]] = field(default_factory=dict)
    others_run: bool = False
    """The processes are somebody else's (docker-compose.yml): whether they run cannot be seen, so their ports stay."""
    offices: tuple[Office, ...] = NODES
    idle_seconds: float = Settings.idle_seconds
    """How often a node looks for what nobody tells it: many nodes on one machine look less often."""

    def settings(self, source: str) -> Path:
        """A node's settings file."""
        return self.state / source / "node.toml"

    def prepare(self) -> None:
        """Databases, roles, topics of the desks, settings files; whatever exists is left as it is."""
        self._log_database()
        ports = self._ports()
        for source in (REGISTRY, *(office.code for office in self.offices)):
            create_folder(self.state / source, DEVELOPMENT)
            runtime = prepare(self.databases.url(), f"node_{source}")
            self._desk(source)
            let_use(self.databases.url(), MEMBER)
            self.settings(source).write_text(self._toml(source, runtime, ports[source]))

    def addresses(self) -> dict[str, str]:
        """Unit -> URL of its API."""
        ports = self._ports()
        return {office.code: f"http://127.0.0.1:{ports[office.code]}" for office in self.offices}

    def log_options(self) -> str:
        """How the command line names the log, as the registry sees it."""
        told = tomllib.loads(self.settings(REGISTRY).read_text())
        tls = {"--ca": "ca", "--cert": "cert", "--tls-key": "key"}
        files = [f"{option} {told[name]}" for option, name in tls.items() if name in told]
        return " ".join([f"--log '{told['log']}'", *files])

    def log(self, source: str) -> Log:
        """The exchange's log, with that unit's rights."""
        told = self._embedded(source) if self.broker is None else self._kafka(source, self.broker)
        files = [Path(str(told[name])) for name in ("ca", "cert", "key") if name in told]
        return open_log(str(told["log"]), Credentials(*files) if files else None, SINGLE)

    def start(self, source: str, parts: Sequence[str] = ()) -> None:
        """A node, or some parts of it, as a process of its own."""
        module = "services.registry" if source == REGISTRY else "services.node"
        name = "/".join([source, *parts])
        command = [sys.executable, "-m", module, str(self.settings(source)), *parts]
        log = self.state / source / f"{'-'.join(parts) or 'node'}.log"
        self.processes[name] = spawn(command, log, farewell=signal.SIGTERM)

    def stop(self, source: str, parts: Sequence[str] = ()) -> None:
        """Ends a process in order."""
        process = self.processes.pop("/".join([source, *parts]), None)
        if process is not None:
            end(process, signal.SIGTERM, STOP_SECONDS)

    def hold(self, source: str, parts: Sequence[str] = ()) -> None:
        """Stops a process where it is, as a cut line would."""
        self.processes["/".join([source, *parts])].send_signal(signal.SIGSTOP)

    def release(self, source: str, parts: Sequence[str] = ()) -> None:
        """Lets it go on."""
        self.processes["/".join([source, *parts])].send_signal(signal.SIGCONT)

    def stop_all(self) -> None:
        """Ends all processes."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for name in list(self.processes):
            end(self.processes.pop(name), signal.SIGTERM, STOP_SECONDS)

    def dead(self) -> list[str]:
        """Processes that ended without being asked."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def _ports(self) -> dict[str, int]:
        """The same ports again, where they are still free to use."""
        kept = self.state / "ports.json"
        sources = [REGISTRY, *(office.code for office in self.offices)]
        in_use = bool(self.processes) or self.others_run
        if not kept.exists() or not (in_use or all(map(is_free, json.loads(kept.read_text()).values()))):
            kept.write_text(json.dumps(dict(zip(sources, free_ports(len(sources)), strict=True))))
        ports: dict[str, int] = json.loads(kept.read_text())
        return ports

    def _log_database(self) -> None:
        if self.broker is None:
            install(self.databases.ensure_database(LOG_DATABASE))

    def _desk(self, source: str) -> None:
        """The node's own embedded log, always."""
        url = self.databases.ensure_database(f"desk_{source}")
        install(url)
        topics = EmbeddedTopics(url)
        topics.create(str(Topic(DESK, 1)))
        topics.close()

    def _toml(self, source: str, runtime: str, port: int) -> str:
        values: dict[str, object] = {
            "source": source,
            "root": self.root,
            "mode": DEVELOPMENT,
            "database": runtime,
            "desk": runtime_url(self.databases.url(), f"desk_{source}"),
            "signer": f"file:{self.state / source / 'unit.pem'}",
            "port": port,
            "single_broker": True,
            "attachments": str(self.state / "attachments"),
            "idle_seconds": self.idle_seconds,
            **(self._embedded(source) if self.broker is None else self._kafka(source, self.broker)),
        }
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())

    def _embedded(self, source: str) -> dict[str, object]:
        if source == REGISTRY:
            return {"log": runtime_url(self.databases.url(), LOG_DATABASE), "admin": self.databases.url(LOG_DATABASE)}
        return {"log": runtime_url(self.databases.url(), LOG_DATABASE)}

    def _kafka(self, source: str, broker: Reachable) -> dict[str, object]:
        own = broker.credentials(source)
        files = {"ca": str(own.ca), "cert": str(own.cert), "key": str(own.key)}
        log: dict[str, object] = {"log": f"kafka://{broker.bootstrap}", **files}
        if source != REGISTRY:
            return log
        admin = broker.credentials("admin")
        return {
            **log,
            "admin": f"kafka://{broker.bootstrap}",
            "admin_cert": str(admin.cert),
            "admin_key": str(admin.key),
        }


@contextmanager
def cluster(
    state: Path,
    root: str,
    *,
    kafka: bool,
    offices: tuple[Office, ...] = NODES,
    idle_seconds: float = Settings.idle_seconds,
) -> Iterator[Cluster]:
    """Servers up, nothing of ours running yet; everything ends with the context. ``offices``: which run nodes."""
    with ExitStack() as stack:
        connections = {"max_connections": str(CONNECTIONS * (len(offices) + 2))}
        databases = stack.enter_context(find_postgres(state / "postgres", connections))
        broker = stack.enter_context(find_broker(state / "kafka")) if kafka else None
        running = Cluster(state, root, databases, broker, offices=offices, idle_seconds=idle_seconds)
        stack.callback(running.stop_all)
        running.prepare()
        yield running
