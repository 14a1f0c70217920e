"""The faults: name -> what is done to the running region, for how long, and what may be held afterwards.

A fault is a context: inside, it is there; left, it is over (nothing is left of it but what it did).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from contracts.channels import REGISTRY, topic
from tests.faults.operators import Operators
from tests.faults.system import ALL, LOG, NAP, UNITS, System
from tests.support.anew import make_anew


class Family(StrEnum):
    """What is counted."""

    KILL = "kills"
    PAUSE = "pauses"
    CUT = "cuts"
    RESTORE = "restores"
    ANEW = "re-creations"
    FULL = "full disks"
    TWICE = "doubled parts"


class Lane(StrEnum):
    """Faults of one lane come one after another, lanes beside each other."""

    PARTS = "parts"
    SERVERS = "servers"
    LAST = "last"
    """The log says something else than it said."""


AMONG = 5
"""Acknowledged commands that are at stake when a log is lost."""
AMONG_SECONDS = 8.0
Act = Callable[[System, Random], AbstractContextManager[str]]


@dataclass(frozen=True)
class Fault:
    """One row of the table. ``kafka``: on that transport only, or on the other only, or on both (None)."""

    family: Family
    lane: Lane
    act: Act
    weight: int = 1
    kafka: bool | None = None
    seconds: float = 1.0
    """How long it lasts at most."""
    ends: bool = False
    """Whether its region is of no use afterwards."""

    def fits(self, lane: Lane, kafka: bool) -> bool:
        """Whether a run on that transport may have it in that lane."""
        return self.lane is lane and self.kafka in (None, kafka)


# -- parts -------------------------------------------------------------------------------------------------------------


@contextmanager
def kill_part(system: System, chance: Random) -> Iterator[str]:
    """SIGKILL; the supervisor starts it again."""
    name = chance.choice(system.names())
    system.kill(name)
    yield name


@contextmanager
def kill_registry(system: System, chance: Random) -> Iterator[str]:
    """SIGKILL."""
    system.kill(REGISTRY)
    yield REGISTRY


@contextmanager
def pause_part(system: System, chance: Random) -> Iterator[str]:
    """SIGSTOP, and later SIGCONT."""
    name = chance.choice([*system.names(), REGISTRY])
    system.pause(name)
    yield name
    system.resume(name)


@contextmanager
def second_part(system: System, chance: Random) -> Iterator[str]:
    """Two relays, gateways, duty workers, intakes, projectors on one ledger; the second dies by SIGKILL or in order."""
    unit, part = chance.choice(UNITS), chance.choice(ALL)
    name = system.want(unit, part, number=2)
    yield name
    if chance.random() < 0.5:
        system.kill(name)
    system.unwant(name)


# -- lines -------------------------------------------------------------------------------------------------------------


def _line(how: Callable[[System, tuple[str, str], Random], None]) -> Act:
    @contextmanager
    def act(system: System, chance: Random) -> Iterator[str]:
        name = chance.choice(sorted(system.lines))
        how(system, name, chance)
        yield f"{name[0]}-{'database' if name[0] == name[1] else name[1]}"
        system.lines[name].mend()

    return act


def _cut(system: System, name: tuple[str, str], chance: Random) -> None:
    system.lines[name].cut()


def _stall(system: System, name: tuple[str, str], chance: Random) -> None:
    ways = chance.choice([(True, True), (True, False), (False, True)])
    system.lines[name].stall(to_server=ways[0], to_client=ways[1])


def _delay(system: System, name: tuple[str, str], chance: Random) -> None:
    system.lines[name].delay(chance.uniform(0.01, 0.05))


def _half_open(system: System, name: tuple[str, str], chance: Random) -> None:
    system.lines[name].half_open(gone=chance.choice(["client", "server"]))


# -- servers -----------------------------------------------------------------------------------------------------------


def _server(system: System, chance: Random, broker: bool | None = None) -> str:
    """broker: that one, none of them, or whatever there is."""
    names = [name for name in sorted(system.servers) if broker is None or (system.kafka and name == LOG) == broker]
    return chance.choice(names)


def _of(broker: bool | None, do: Callable[[System, str], None]) -> Act:
    """Something done to a server that is then to answer again."""

    @contextmanager
    def act(system: System, chance: Random) -> Iterator[str]:
        name = _server(system, chance, broker)
        with system.turns[name]:
            do(system, name)
            yield name
            system.servers[name].resume()
            system.servers[name].revive()

    return act


def _kill(system: System, name: str) -> None:
    system.servers[name].kill()


def _stop(system: System, name: str) -> None:
    system.servers[name].stop()


def _pause(system: System, name: str) -> None:
    system.servers[name].pause()


@contextmanager
def fill_disk(system: System, chance: Random) -> Iterator[str]:
    """Not a byte is left for a server; what that ended is started when there is room again."""
    name = _server(system, chance)
    server = system.servers[name]
    with system.turns[name]:
        full = server.disk.fill()
        yield name if full else f"{name}: not filled, {server.disk.why_not}"
        server.disk.empty()
        server.revive()


@contextmanager
def restore_node(system: System, chance: Random) -> Iterator[str]:
    """A unit's database as it was a moment ago, under living parts; what was in it alone is declared lost."""
    unit = chance.choice(UNITS)
    with system.turns[unit]:
        system.servers[unit].keep()
        yield unit
        system.servers[unit].kill()
        system.restored.add(unit)
        system.servers[unit].restore()
        system.forget(unit)


# -- the last one ------------------------------------------------------------------------------------------------------


def _said(system: System, count: int) -> None:
    """Waits for so many acknowledged commands, but not for ever: when the log is lost is a part of the fault."""
    deadline = time.monotonic() + AMONG_SECONDS
    while len(system.said) < count and system.working and time.monotonic() < deadline:
        time.sleep(NAP)


@contextmanager
def restore_log(system: System, chance: Random) -> Iterator[str]:
    """Every topic as it was a moment ago; a unit that read nothing meanwhile must notice nevertheless."""
    blind = chance.choice(["", f"{system.split}/intake"])
    system.pause(blind)
    _said(system, 1)
    with system.turns[LOG]:
        system.keep_log()
    _said(system, len(system.said) + AMONG)
    yield f"all topics, {blind} stands still" if blind else "all topics"
    system.ended = True
    with system.turns[LOG]:
        system.restore_log()
    system.resume(blind)


@contextmanager
def topic_anew(system: System, chance: Random) -> Iterator[str]:
    """The channel's topic is removed and made again under its name; operators let the channel go on in the next one."""
    _said(system, AMONG)
    lost = topic(system.region.node(REGISTRY).topic(system.region.channel))
    yield str(lost)
    with system.turns[LOG]:
        make_anew(system.region, str(lost))
    system.lost.append(lost)
    Operators(system, lost).go_on()


FAULTS: dict[str, Fault] = {
    "kill a part": Fault(Family.KILL, Lane.PARTS, kill_part, 8, seconds=0.3),
    "kill the registry": Fault(Family.KILL, Lane.PARTS, kill_registry, 1, seconds=0.3),
    "pause a part": Fault(Family.PAUSE, Lane.PARTS, pause_part, 3),
    "two of a part": Fault(Family.TWICE, Lane.PARTS, second_part, 3, seconds=2.0),
    "cut a line": Fault(Family.CUT, Lane.PARTS, _line(_cut), 2),
    "stall a line": Fault(Family.CUT, Lane.PARTS, _line(_stall), 2),
    "delay a line": Fault(Family.CUT, Lane.PARTS, _line(_delay), 1),
    "half open a line": Fault(Family.CUT, Lane.PARTS, _line(_half_open), 2),
    "kill a database": Fault(Family.KILL, Lane.SERVERS, _of(False, _kill), 4, seconds=0.5),
    "restart a database": Fault(Family.KILL, Lane.SERVERS, _of(False, _stop), 1, seconds=0.5),
    "pause a database": Fault(Family.PAUSE, Lane.SERVERS, _of(False, _pause), 2),
    "kill the broker": Fault(Family.KILL, Lane.SERVERS, _of(True, _kill), 6, kafka=True, seconds=0.5),
    "restart the broker": Fault(Family.KILL, Lane.SERVERS, _of(True, _stop), 5, kafka=True, seconds=0.5),
    "pause the broker": Fault(Family.PAUSE, Lane.SERVERS, _of(True, _pause), 6, kafka=True),
    "fill a disk": Fault(Family.FULL, Lane.SERVERS, fill_disk, 2),
    "restore a node's database": Fault(Family.RESTORE, Lane.SERVERS, restore_node, 2),
    "restore the log": Fault(Family.RESTORE, Lane.LAST, restore_log, ends=True),
    "make the topic anew": Fault(Family.ANEW, Lane.LAST, topic_anew),
}
"""Add a fault: a row here."""
