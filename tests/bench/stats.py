"""Samples, medians, ranges; a figure beside its floor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from types import MappingProxyType
from typing import Any

Measure = Callable[[], float]
"""One sample: events/s or ms."""


@dataclass(frozen=True)
class Spread:
    """Median and range of one run's rounds, in the figure's unit."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        """Raises ValueError: no samples."""
        if not samples:
            raise ValueError("a figure needs a sample")
        return cls(median(samples), min(samples), max(samples))


@dataclass(frozen=True)
class Line:
    """One figure against one floor; ``ratio``: median of ours/floor, round by round. unit: ``/s``, ``ms`` or ``MiB``.

    goal: what the ratio is wanted to be; empty where nobody said.
    """

    what: str
    unit: str
    ours: Spread
    floor_name: str
    floor: Spread
    ratio: float
    goal: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that at least ``percent`` of them do not exceed (nearest rank). Raises ValueError: none."""
    if not samples:
        raise ValueError("a percentile needs a sample")
    ordered = sorted(samples)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(int(rank), 1) - 1]


def rate(count: int, work: Callable[[], object]) -> float:
    """How many of ``count`` per second of the wall clock."""
    start = perf_counter()
    work()
    return count / (perf_counter() - start)


def milliseconds(work: Callable[[], object]) -> float:
    """Wall clock."""
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1_000


def interleaved(measures: Mapping[str, Measure], rounds: int) -> dict[str, list[float]]:
    """Every measure once a round, so that a slow minute of the machine meets all of them alike.

    Every second round goes backwards: who comes first is not always the same.
    """
    samples: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(rounds):
        names = list(measures) if number % 2 == 0 else list(measures)[::-1]
        for name in names:
            samples[name].append(measures[name]())
    return samples


def lines(
    what: str,
    unit: str,
    ours: Sequence[float],
    floors: Mapping[str, Sequence[float]],
    goals: Mapping[str, str] = MappingProxyType({}),
) -> list[Line]:
    """The figure against each of its floors. ``goals``: by the floor's name."""
    return [
        Line(what, unit, Spread.of(ours), name, Spread.of(floor), paired(ours, floor), goals.get(name, ""))
        for name, floor in floors.items()
    ]


def paired(ours: Sequence[float], floor: Sequence[float]) -> float:
    """Median of the rounds' ratios. Raises ValueError: not as many of both."""
    return median(one / other for one, other in zip(ours, floor, strict=True))
