"""What a seed stands for: on which log, which faults, when and for how long. Nothing else decides it."""

from dataclasses import dataclass
from random import Random

from tests.faults.faults import FAULTS, Lane

PARTS_FAULTS = 3
KAFKA_EVERY, LAST_EVERY = 6, 16
"""Each sixth seed runs on Kafka; each sixteenth has a fault of the last lane."""
APART_SECONDS = 0.3
"""Between two faults of a lane, at most."""
SURE = "kill a part"
"""Every run has one."""


@dataclass(frozen=True)
class Step:
    """One fault: begun ``after`` seconds of the lane's last one, held for ``seconds``; ``number`` seeds its choices."""

    name: str
    after: float
    seconds: float
    number: int


@dataclass(frozen=True)
class Schedule:
    """Steps by lane."""

    seed: int
    kafka: bool
    lanes: dict[Lane, tuple[Step, ...]]

    @property
    def ends(self) -> bool:
        """Whether its region is of no use afterwards."""
        return any(FAULTS[name].ends for name in self.names)

    @property
    def names(self) -> list[str]:
        """Every fault of it."""
        return [step.name for steps in self.lanes.values() for step in steps]


def schedule(seed: int, *, kafka: bool | None = None) -> Schedule:
    """``kafka``: on that log, whatever the seed says."""
    chance = Random(seed)
    on_kafka = seed % KAFKA_EVERY == KAFKA_EVERY - 1 if kafka is None else kafka
    counts = {Lane.PARTS: PARTS_FAULTS - 1, Lane.SERVERS: chance.choice([1, 1, 2])}
    lanes = {lane: [_step(chance, lane, on_kafka) for _ in range(count)] for lane, count in counts.items()}
    lanes[Lane.PARTS].insert(chance.randrange(PARTS_FAULTS), _named(chance, SURE))
    lanes[Lane.LAST] = _last(chance, seed)
    return Schedule(seed, on_kafka, {lane: tuple(steps) for lane, steps in lanes.items()})


def _last(chance: Random, seed: int) -> list[Step]:
    """None, or the faults of the last lane in turn."""
    times, rest = divmod(seed, LAST_EVERY)
    names = [name for name, fault in FAULTS.items() if fault.lane is Lane.LAST]
    return [_named(chance, names[times % len(names)])] if rest == LAST_EVERY // 2 - 1 else []


def _step(chance: Random, lane: Lane, kafka: bool) -> Step:
    fitting = [name for name, fault in FAULTS.items() if fault.fits(lane, kafka)]
    return _named(chance, chance.choices(fitting, weights=[FAULTS[name].weight for name in fitting])[0])


def _named(chance: Random, name: str) -> Step:
    longest = FAULTS[name].seconds
    return Step(
        name, chance.uniform(0.0, APART_SECONDS), chance.uniform(longest / 5, longest), chance.randrange(1 << 30)
    )
