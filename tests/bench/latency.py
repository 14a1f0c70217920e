"""Figure 4: from a POST at one unit until the effective event is in the other's replica, on either log.

Registry and both nodes are processes of their own, as in the demo. One request at a time.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from contracts.channels import OUTFLOW, TRUST
from contracts.envelope import Message
from services.demo.cast import OFFICES, POSTS, XINCAI, YIWU
from services.demo.ceremony import Ceremony
from services.demo.cluster import Cluster, cluster
from services.gateway.auth import development_issuer
from services.node.node import Node, open_node
from services.node.settings import Settings, load
from services.storage.pool import Pool
from services.transport import Log, open_log, open_topics
from services.transport.contract import SINGLE
from tests.bench.stats import Line, interleaved, lines, milliseconds, percentile

T = TypeVar("T")
START_SECONDS = 120.0
VISIBLE_SECONDS = 20.0
LOOK_SECONDS = 0.001
"""Between two looks at the other node's replica: the figure's grain."""
JUDGED = "SELECT result, code FROM verdict WHERE event_id = %s AND result IN ('effective', 'void')"
BENCH = "duikou.bench.1"
REPORT = {
    "origin": "411729",
    "period": "2026H1",
    "source": "statistics",
    "counts": [
        {"destination": place, "sector": sector, "people": 1_234}
        for place in ("330781", "330782", "440306", "440307")
        for sector in ("construction", "logistics")
    ],
}


def awaited(look: Callable[[], T | None], seconds: float, nap: float = 0.05) -> T:
    """What ``look`` finds, as soon as it does. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > until:
            raise TimeoutError(f"nothing after {seconds} s")
        time.sleep(nap)
    return found


@dataclass
class Pair:
    """新蔡's gateway and 义乌's replica."""

    client: httpx.Client
    replica: Pool
    posted: int = 0

    def once(self) -> float:
        """From POST to an effective event in the other replica, ms. Raises TimeoutError, httpx.HTTPError."""
        self.posted += 1
        headers = {"Idempotency-Key": f"bench-{self.posted:08}-{time.time_ns()}"}
        start = time.perf_counter()
        answer = self.client.post("/v1/outflow/reports", json=REPORT, headers=headers)
        answer.raise_for_status()
        id_ = answer.json()["event_id"]
        found = awaited(lambda: self.replica.one(JUDGED, id_), VISIBLE_SECONDS, LOOK_SECONDS)
        if found["result"] != "effective":
            raise ValueError(f"{found['result']} {found['code']}")
        return (time.perf_counter() - start) * 1_000


@dataclass
class Echo:
    """The same log alone: a writer, and a reader that already waits as intake would."""

    writer: Log
    reader: Log
    offset: int = -1

    def once(self) -> float:
        """From append to the record in the reader's hands, ms. Raises TimeoutError."""
        return milliseconds(self._round_trip)

    def _round_trip(self) -> None:
        (sent,) = self.writer.append(BENCH, [Message(None, bytes(1_200))])
        until = time.monotonic() + VISIBLE_SECONDS
        while self.offset < sent:
            for record in self.reader.read({BENCH: self.offset}, 10, 1.0):
                self.offset = record.position.offset
            if time.monotonic() > until:
                raise TimeoutError("the log does not say what it was told")


def latency(folder: Path, count: int, rounds: int, *, kafka: bool) -> list[Line]:
    """p50 and p99 of ``count`` posts a round."""
    with ExitStack() as stack:
        running = stack.enter_context(_running(folder, kafka=kafka))
        pair, echo = stack.enter_context(_pair(running)), stack.enter_context(_echo(running))
        for _ in range(5):
            pair.once()
            echo.once()
        many = {
            "ours": lambda: [pair.once() for _ in range(count)],
            "echo": lambda: [echo.once() for _ in range(count)],
        }
        taken: dict[str, list[list[float]]] = {name: [] for name in many}
        interleaved({name: _kept(work, taken[name]) for name, work in many.items()}, rounds)
    return _lines("Kafka" if kafka else "embedded", taken)


def _kept(work: Callable[[], list[float]], to: list[list[float]]) -> Callable[[], float]:
    """A measure that keeps all its samples."""

    def measure() -> float:
        to.append(work())
        return percentile(to[-1], 50)

    return measure


def _lines(log: str, taken: dict[str, list[list[float]]]) -> list[Line]:
    (half, worst), (echo, worst_echo) = (
        [[percentile(one, percent) for one in taken[name]] for percent in (50, 99)] for name in ("ours", "echo")
    )
    what, floor = f"POST to visible, {log} log", "append + read of 1.2 kB, same log"
    return [
        *lines(f"{what}, p50", "ms", half, {f"{floor}, p50": echo}, {f"{floor}, p50": "≤ 5"}),
        *lines(f"{what}, p99", "ms", worst, {f"{floor}, p99": worst_echo}),
        *lines(f"{what}, p99", "ms", worst, {"its own p50": half}, {"its own p50": "≤ 3"}),
    ]


@contextmanager
def _running(folder: Path, *, kafka: bool) -> Iterator[Cluster]:
    """The registry and two nodes, started and trusting each other."""
    root = Ceremony(folder).run()
    with cluster(folder, root, kafka=kafka) as running:
        for source in ("registry", XINCAI, YIWU):
            running.start(source)
        for unit in (XINCAI, YIWU):
            _await_trust(running, unit)
        yield running


def _await_trust(running: Cluster, unit: str) -> None:
    """Until the node has every officer in the outflow channel. Raises TimeoutError."""
    node = open_node(load(running.settings(unit)))
    try:
        awaited(lambda: _trusts(running, node), START_SECONDS)
    finally:
        node.close()


def _trusts(running: Cluster, node: Node) -> bool | None:
    if running.dead():
        raise RuntimeError(f"ended by themselves: {running.dead()}")
    complete = len(OFFICES) * len(POSTS)
    known = [len(node.folds.history(channel).channel.trust.officers) for channel in (TRUST, OUTFLOW)]
    return True if known == [complete, complete] else None


@contextmanager
def _pair(running: Cluster) -> Iterator[Pair]:
    here, there = load(running.settings(XINCAI)), load(running.settings(YIWU))
    officer = Ceremony(running.state).officers()[XINCAI]["author"]
    headers = {"Authorization": f"Bearer {development_issuer(here).issue(officer)}"}
    replica = Pool(there.database, size=1)
    with httpx.Client(base_url=running.addresses()[XINCAI], headers=headers, timeout=30) as client:
        try:
            awaited(lambda: _ready(client), START_SECONDS)
            yield Pair(client, replica)
        finally:
            replica.close()


def _ready(client: httpx.Client) -> bool | None:
    try:
        return True if client.get("/v1/outflow").status_code == httpx.codes.OK else None
    except httpx.TransportError:
        return None


@contextmanager
def _echo(running: Cluster) -> Iterator[Echo]:
    """A topic of the benchmark's own, in the nodes' log."""
    registry, unit = load(running.settings("registry")), load(running.settings(XINCAI))
    topics = open_topics(registry.admin, registry.admin_credentials, SINGLE)
    topics.create(BENCH)
    topics.grant(BENCH, XINCAI, write=True)
    topics.close()
    writer, reader = _log(unit), _log(unit)
    try:
        awaited(lambda: writer.end(BENCH), START_SECONDS)
        yield Echo(writer, reader)
    finally:
        writer.close()
        reader.close()


def _log(settings: Settings) -> Log:
    return open_log(settings.log, settings.credentials, SINGLE)
