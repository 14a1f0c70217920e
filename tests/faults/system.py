"""What a campaign breaks: a paired region whose every part is a process, behind lines, on small disks."""

import json
import signal
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TypeVar

import psycopg
from psycopg import sql

from contracts.channels import REGISTRY, Topic
from infra.processes import free_ports
from services import journal
from services.demo.cast import DENGZHOU, XINCAI, YIWU
from services.demo.cluster import LOG_DATABASE
from tests.faults import nest
from tests.faults.servers import Kafka, Server, databases
from tests.support.disk import Disk
from tests.support.proxy import Proxy
from tests.support.region import PARTS, Region, until
from tests.support.servers import server_folder

T = TypeVar("T")
UNITS = (XINCAI, YIWU)
ALL = (*PARTS, "gateway")
LOG = "log"
"""Name of the server that holds the log; a unit's database has the unit's code."""
NAP = 0.05
END_SECONDS = 20.0
"""For a process to be gone."""
IDLE_SECONDS = 0.2
"""How often parts that are processes of their own look again: many of them share a small machine."""
COMPARE_SECONDS = 5.0
LOOK_SECONDS, REST_SECONDS = 0.2, 180.0
"""How often it is looked, and how long at most, for whatever has to come about by itself once it can."""
BUG = f'"{journal.Said.PART_ENDED}"'
"""What a part logs when it ends by what is neither a refusal nor an outage."""


@dataclass
class Worker:
    """A process that is wanted: where its settings are, which parts it runs."""

    source: str
    settings: Path
    parts: tuple[str, ...]
    log: Path
    process: ForkServerProcess | None = None
    read: int = 0
    """How much of its log was looked at."""


@dataclass(frozen=True)
class Said:
    """A command that was answered with 202, or what follows from one (the share of an approved document)."""

    unit: str
    id: str
    what: str
    channel: str
    paper: str = ""
    """Of a share: the document it is made of."""


@dataclass
class System:
    """The region and everything around it. ``servers``: unit or LOG -> server; ``lines``: (unit, to what) -> line."""

    region: Region
    servers: dict[str, Server]
    lines: dict[tuple[str, str], Proxy]
    kafka: bool
    runs: int = 0
    """How many seeds it was used for."""
    workers: dict[str, Worker] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    ended: bool = False
    """Its log was put back: no run after this one."""
    working: set[str] = field(default_factory=set)
    """Units that are at work."""
    said: list[Said] = field(default_factory=list)
    """What was acknowledged in this run."""
    restored: set[str] = field(default_factory=set)
    """Units whose database was put back in this run: what was in it alone is declared lost."""
    lost: list[Topic] = field(default_factory=list)
    """Topics that were made anew in this run."""
    faults: list[str] = field(default_factory=list)
    """What this run did so far, in words."""
    turns: dict[str, threading.Lock] = field(init=False)
    """A server has one fault at a time: a copy is not put back under a server that another fault starts again."""

    def __post_init__(self) -> None:
        self.turns = {name: threading.Lock() for name in self.servers}

    # -- processes -----------------------------------------------------------------------------------------------------

    @property
    def split(self) -> str:
        """The unit whose node is a process for each part."""
        return UNITS[int(self.kafka)]

    @property
    def whole(self) -> str:
        """The unit whose node is one process."""
        return UNITS[1 - int(self.kafka)]

    def names(self) -> list[str]:
        """Workers of units, without second ones."""
        return [self.whole, *(f"{self.split}/{part}" for part in ALL)]

    def want(self, source: str, *parts: str, number: int = 1) -> str:
        """A worker is to run from here on; its name."""
        name = "/".join([source, *parts, *([str(number)] if number > 1 else [])])
        folder = self.region.state / source
        settings = self._settings(source, number)
        self.workers[name] = Worker(source, settings, parts, folder / f"{name.replace('/', '-')}.log")
        self._start(self.workers[name])
        return name

    def unwant(self, name: str) -> None:
        """It ends in order."""
        with self.lock:
            worker = self.workers.pop(name)
        if worker.process is not None:
            nest.end(worker.process, END_SECONDS)

    def revive(self) -> None:
        """What a supervisor does: whatever ended is started again."""
        with self.lock:
            for worker in list(self.workers.values()):
                if nest.is_dead(worker.process):
                    self._start(worker)

    def kill(self, name: str) -> None:
        """SIGKILL; the supervisor starts it again."""
        with self.lock:
            process = self.workers[name].process
            if process is not None:
                nest.kill(process, END_SECONDS)

    def pause(self, name: str) -> None:
        """SIGSTOP."""
        self._signal(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """SIGCONT."""
        self._signal(name, signal.SIGCONT)

    def _signal(self, name: str, number: int) -> None:
        with self.lock:
            worker = self.workers.get(name)  # a second one may have come and gone, and nobody is called ""
            if worker is not None and worker.process is not None:
                nest.send(worker.process, number)

    def _start(self, worker: Worker) -> None:
        registry = worker.source == REGISTRY
        worker.process = nest.start(worker.settings, worker.parts, worker.log, registry=registry)

    def bugs(self) -> list[str]:
        """What parts said, since the last call, of ending by a bug."""
        return [f"{name}: {text}" for name, worker in list(self.workers.items()) for text in _bugs(worker)]

    def complaints(self) -> list[str]:
        """The last warning or error of every part, for whoever looks why nothing came to rest."""
        return [f"{name}: {text}" for name, worker in self.workers.items() if (text := _complaint(worker))]

    # -- settings ------------------------------------------------------------------------------------------------------

    def _settings(self, source: str, number: int) -> Path:
        """Of a process: a unit's behind lines, and a second gateway at a port of its own."""
        direct = self.region.cluster.settings(source)
        path = direct.with_name(f"node-{number}.toml")
        told = tomllib.loads(direct.read_text())
        told |= {"idle_seconds": IDLE_SECONDS, "compare_seconds": COMPARE_SECONDS}
        if source in UNITS:
            line = self.lines[source, source]
            told |= {name: _through(told[name], line.port) for name in ("database", "desk")}
            far = self.lines[source, LOG].port
            told[LOG] = f"kafka://127.0.0.1:{far}" if self.kafka else _through(told[LOG], far)
        if number > 1:
            told["port"] = free_ports(1)[0]
        path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in told.items()))
        return path

    def ports(self, unit: str) -> list[int]:
        """Where the unit's gateways answer."""
        with self.lock:
            paths = [w.settings for w in self.workers.values() if w.source == unit and w.parts in ((), ("gateway",))]
        return [int(tomllib.loads(path.read_text())["port"]) for path in paths]

    # -- the log's data ------------------------------------------------------------------------------------------------

    def keep_log(self) -> None:
        """A copy of all topics as they are now."""
        if self.kafka:
            self.servers[LOG].keep()
        else:
            self._log_database("CREATE DATABASE {older} TEMPLATE {log}")

    def restore_log(self) -> None:
        """All topics as they were."""
        if self.kafka:
            self.servers[LOG].restore()
        else:
            self._log_database("DROP DATABASE {log}", "ALTER DATABASE {older} RENAME TO {log}")

    def _log_database(self, *statements: str) -> None:
        """On the log's database while nobody can be connected to it."""
        names = {"log": sql.Identifier(LOG_DATABASE), "older": sql.Identifier(f"{LOG_DATABASE}_older")}
        with psycopg.connect(self.region.databases.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("ALTER DATABASE {log} ALLOW_CONNECTIONS false").format(**names))
            query = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(query, (LOG_DATABASE,))
            for statement in statements:
                connection.execute(sql.SQL(statement).format(**names))
            connection.execute(sql.SQL("ALTER DATABASE {log} ALLOW_CONNECTIONS true").format(**names))

    # -- healing -------------------------------------------------------------------------------------------------------

    def heal(self) -> None:
        """Lines pass, servers answer, one worker of each kind runs."""
        for line in self.lines.values():
            line.mend()
        for name in list(self.workers):
            self.resume(name)
        for server in self.servers.values():
            server.disk.empty()
            server.resume()
            server.revive()
        self.revive()

    def forget(self, unit: str) -> None:
        """What this process remembers of a unit's database, which was put back."""
        self.region.stop(unit)

    def close(self) -> None:
        """Every process ends."""
        for name in list(self.workers):
            worker = self.workers[name]
            self.kill(name)
            worker.process = None


def awaited(what: str, condition: Callable[[], T]) -> T:
    """As ``until``, looking less often: a look here reads much, and those who are waited for need the machine."""

    def look() -> T:
        found = condition()
        if not found:
            time.sleep(LOOK_SECONDS)
        return found

    return until(what, look, REST_SECONDS)


def _complaint(worker: Worker) -> str:
    lines = worker.log.read_text(errors="replace").splitlines() if worker.log.exists() else []
    return next((line for line in reversed(lines) if '"level": "warning"' in line or '"level": "error"' in line), "")


def _bugs(worker: Worker) -> Iterator[str]:
    if not worker.log.exists():
        return
    with worker.log.open("rb") as file:
        file.seek(worker.read)
        text = file.read().decode(errors="replace")
        worker.read = file.tell()
    for part in text.split("\n"):
        if BUG in part:
            yield text[text.index(part) :][:3_000]
            return


def _through(url: str, port: int) -> str:
    """The same database, over a line."""
    told = psycopg.conninfo.conninfo_to_dict(url)
    return f"postgresql://{told['user']}@127.0.0.1:{port}/{told['dbname']}?sslmode=disable&gssencmode=disable"


@contextmanager
def supervised(system: System) -> Iterator[None]:
    """Whatever dies is started again, soon, as a machine's supervisor would."""
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(NAP):
            system.revive()

    thread = threading.Thread(target=watch, name="supervisor")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def system(*, kafka: bool) -> Iterator[System]:
    """Paired in threads, with one lead; then each part as a process of its own. Raises Unavailable: no broker."""
    with ExitStack() as stack:
        folder = stack.enter_context(server_folder("faults"))
        names = {unit: f"pg-{unit}" for unit in UNITS}
        found = stack.enter_context(databases(folder, {LOG: "pg", **names}))
        lines = {(unit, unit): stack.enter_context(Proxy(found[unit].socket)) for unit in UNITS}
        servers: dict[str, Server] = dict(found)
        broker = None
        if kafka:
            broker = _kafka(stack, folder, lines)
            servers |= {LOG: broker, REGISTRY: found[LOG]}
        else:
            lines |= {(unit, LOG): stack.enter_context(Proxy(found[LOG].socket)) for unit in UNITS}
        state = folder / "state"
        state.mkdir()
        region = Region(state, found[LOG], broker, {unit: found[unit] for unit in UNITS})
        stack.callback(region.close)
        _paired(region)
        made = System(region, servers, lines, kafka)
        stack.callback(made.close)
        for part in ALL:
            made.want(made.split, part)
        made.want(made.whole)
        made.want(REGISTRY)
        stack.enter_context(supervised(made))
        yield made


def _kafka(stack: ExitStack, folder: Path, lines: dict[tuple[str, str], Proxy]) -> Kafka:
    disk = stack.enter_context(Disk(folder / "broker").mounted())
    broker = Kafka(disk, len(UNITS))
    for unit, behind in zip(UNITS, broker.behind, strict=True):
        lines[unit, LOG] = stack.enter_context(Proxy(("127.0.0.1", behind)))
        broker.before.append(lines[unit, LOG].port)
    broker.start()
    stack.callback(broker.stop)
    return broker


def _paired(region: Region) -> None:
    region.start_all()
    region.pair()
    subject = region.share()
    region.until("delivered", lambda: region.stream(XINCAI, region.channel, "lead", subject).status == "delivered")
    region.even(*UNITS)
    for source in (REGISTRY, *UNITS):
        region.hold(source)
    region.stop(DENGZHOU)
