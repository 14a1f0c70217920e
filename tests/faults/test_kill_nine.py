"""kill -9 at any point loses nothing that was acknowledged and makes nothing twice (L9)."""

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from contracts.channels import OUTFLOW, PAIRING, REGISTRY, TRUST, Topic
from contracts.event import Event
from infra.postgres.server import EmbeddedPostgres
from services.auditor import Topics, audit
from services.demo.cast import XINCAI, YIWU
from services.node.commands import propose
from services.verifier import History, Result, inspect
from tests.support.region import PARTS, Region, region, until

pytestmark = pytest.mark.xdist_group("kill nine")
SEEDS = range(20)
KILLS = 3
COMMANDS = 6
"""Of each side in a run."""
PROCESSES = [*((unit, part) for unit in (XINCAI, YIWU) for part in PARTS), (REGISTRY,)]
SERVERS = ("log and database of 义乌", "database of 新蔡")


@dataclass
class Chaos:
    """A paired region whose parts are processes; ``said``: unit -> ids of every command it acknowledged so far."""

    region: Region
    subject: str
    said: dict[str, list[str]] = field(default_factory=lambda: {XINCAI: [], YIWU: []})

    @property
    def servers(self) -> dict[str, EmbeddedPostgres]:
        """What a run may kill beside our own processes."""
        return dict(zip(SERVERS, (self.region.databases, self.region.apart[XINCAI]), strict=True))

    def kill(self, victim: tuple[str, ...] | str) -> None:
        """SIGKILL and start again. A part that could not start because a server was away is started again, too."""
        if isinstance(victim, str):
            self.servers[victim].kill()
            self.servers[victim].start()
        elif "/".join(victim) in self.region.cluster.processes:
            self.region.kill(*victim)
        self.revive()

    def revive(self) -> None:
        """Every part runs."""
        for process in PROCESSES:
            name = "/".join(process)
            running = self.region.cluster.processes.get(name)
            if running is None or running.poll() is not None:
                self.region.cluster.processes.pop(name, None)
                self.region.spawn(*process)

    def command(self, unit: str) -> None:
        """One command, asked again with its own id until it is acknowledged."""
        name = str(uuid4())
        channel, subject, event = self._event(unit)
        node = self.region.node(unit)
        until("the command is acknowledged", lambda: propose(node, channel, subject, event, id=name))
        self.said[unit].append(name)

    def _event(self, unit: str) -> tuple[str, str, Event]:
        """An access record by either side."""
        made = self.region
        content = until("the content is there", lambda: made.content_of(unit, self.subject))
        return made.channel, content, until("the record is made", lambda: made.access(unit, content))

    def settled(self) -> None:
        """Everything acknowledged is read back; both sides have read to the end."""
        self.revive()
        for unit, names in self.said.items():
            for name in names[-COMMANDS:]:
                until(f"{name} of {unit} is settled", lambda u=unit, n=name: self._settled(u, n), 90)  # type: ignore[misc]
        for unit in (XINCAI, YIWU):
            until(f"{unit} reads to the end", lambda u=unit: self._even(u), 90)  # type: ignore[misc]

    def _settled(self, unit: str, name: str) -> bool:
        self._revive_dead()
        return self.region.node(unit).replica.outcome(name) is not None

    def _even(self, unit: str) -> bool:
        self._revive_dead()
        node = self.region.node(unit)
        topics = [str(Topic(channel, 1)) for channel in (TRUST, PAIRING, OUTFLOW, self.region.channel)]
        return all(node.replica.position(name) == node.log.end(name) for name in topics)

    def _revive_dead(self) -> None:
        if self.region.cluster.dead():
            self.revive()


@pytest.fixture(scope="module")
def chaos() -> Iterator[Chaos]:
    """Paired and with one lead in threads, then each part as a process of its own."""
    with region(apart=[XINCAI]) as made:
        made.start_all()
        made.pair()
        subject = made.share()
        made.until("delivered", lambda: made.stream(XINCAI, made.channel, "lead", subject).status == "delivered")
        made.even(XINCAI, YIWU)
        for source in (REGISTRY, XINCAI, YIWU):
            made.hold(source)
        made.hold("411381000001")
        running = Chaos(made, subject)
        running.revive()
        yield running


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_any_point_nothing_is_lost_or_doubled(chaos: Chaos, seed: int) -> None:
    """Parts and servers die while commands are given: each acknowledged one is in the log exactly once."""
    chance = random.Random(seed)
    everything: list[tuple[str, ...] | str] = [*PROCESSES, *SERVERS]
    victims = chance.choices(everything, k=KILLS)
    failures: list[BaseException] = []

    def commands(unit: str) -> None:
        try:
            for _ in range(COMMANDS):
                chaos.command(unit)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    writers = [threading.Thread(target=commands, args=(unit,)) for unit in (XINCAI, YIWU)]
    for writer in writers:
        writer.start()
    for victim in victims:
        chaos.kill(victim)
    for writer in writers:
        writer.join()
    assert not failures, (victims, failures)
    chaos.settled()
    _exactly_once(chaos)
    assert chaos.region.replica(XINCAI) == chaos.region.replica(YIWU), victims
    for unit in (XINCAI, YIWU):
        stopped = "SELECT topic, stopped FROM topic_state WHERE stopped IS NOT NULL"
        assert chaos.region.rows(unit, stopped) == [], victims


def _exactly_once(chaos: Chaos) -> None:
    """0 lost, 0 doubled: what was acknowledged has one effective or void record, and no fork froze anybody."""
    for reader in (XINCAI, YIWU):
        verdicts = chaos.region.verdicts(reader)
        assert not [v for v in verdicts if v.result is Result.FORK]
        counted = [v.envelope.id for v in verdicts if v.envelope and v.result in (Result.EFFECTIVE, Result.VOID)]
        assert len(counted) == len(set(counted))
        assert {name for names in chaos.said.values() for name in names} <= set(counted)


def test_auditor_agrees_after_all_of_it(chaos: Chaos) -> None:
    """From the log alone, with public keys only: every record holds, and judges as the nodes judged it."""
    made = chaos.region
    log = made.node(YIWU).log
    names = [str(Topic(channel, 1)) for channel in (TRUST, PAIRING, OUTFLOW, made.channel)]
    report = audit(made.root, Topics(log, names))
    assert report.divergences == ()
    history = History.of(made.root, made.topic)
    records = log.read({made.topic: -1}, 100_000, 0.0)
    again = [history.admit(record, inspect(record, {})) for record in records]
    for unit in (XINCAI, YIWU):
        live = made.verdicts(unit)
        assert [(v.result, v.code, v.hash) for v in live] == [(v.result, v.code, v.hash) for v in again]
