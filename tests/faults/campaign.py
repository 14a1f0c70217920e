"""Runs of the campaign: one seed breaks a region for a while, then everything is healed, left to rest and judged."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Self

from tests.faults.faults import FAULTS
from tests.faults.judge import Judge, Judgement
from tests.faults.operators import Operators
from tests.faults.schedule import Schedule, Step, schedule
from tests.faults.system import UNITS, System, system
from tests.faults.traffic import Side

LASTS = 25
"""Seeds that one region is used for: everything in it is judged and audited after each of them, and it grows."""


@dataclass(frozen=True)
class Run:
    """What became of a seed. done: faults in words; counts: by family; acknowledged: commands."""

    schedule: Schedule
    judgement: Judgement
    done: tuple[str, ...]
    counts: Counter[str]
    acknowledged: int
    refused: int
    seconds: float

    def __str__(self) -> str:
        log = "kafka" if self.schedule.kafka else "embedded"
        ended = f"{self.acknowledged} acknowledged, {self.judgement.void} void, {self.refused} refused"
        declared = f", {self.judgement.declared} declared lost" if self.judgement.declared else ""
        verdict = "clean" if self.judgement.clean else f"WRONG {self.judgement}"
        done = ", ".join(self.done)
        return f"seed {self.schedule.seed} ({log}) {self.seconds:.1f} s: {done}: {ended}{declared}: {verdict}"


@dataclass
class Campaign:
    """Runs seeds; regions are kept from one to the next as long as they are of use."""

    kafka: bool | None = None
    """All on that log, whatever the seeds say."""
    regions: dict[bool, tuple[System, ExitStack]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for kafka in list(self.regions):
            self._end(kafka)

    def run(self, seed: int) -> Run:
        """One seed. Raises Unavailable: no broker can be had here; AssertionError: it never came to rest."""
        plan = schedule(seed, kafka=self.kafka)
        began = time.monotonic()
        broken = self.region(plan.kafka)
        clean = False
        try:
            judgement = _broken(broken, plan)
            clean = judgement[0].clean
        except AssertionError as error:
            error.add_note("\n".join([*broken.faults, *broken.complaints()]))
            raise
        finally:
            broken.runs += 1
            if spent(plan, broken.runs, clean=clean):
                self._end(plan.kafka)
        found, sides = judgement
        counts = Counter(FAULTS[name].family.value for name in plan.names)
        refused = sum(side.refused for side in sides.values())
        done = tuple(broken.faults)
        return Run(plan, found, done, counts, len(broken.said), refused, time.monotonic() - began)

    def region(self, kafka: bool) -> System:
        """The one that the next seed on that log is run on. Raises Unavailable."""
        if kafka not in self.regions:
            stack = ExitStack()
            self.regions[kafka] = stack.enter_context(system(kafka=kafka)), stack
        return self.regions[kafka][0]

    def _end(self, kafka: bool) -> None:
        _, stack = self.regions.pop(kafka)
        stack.close()


def spent(plan: Schedule, runs: int, *, clean: bool) -> bool:
    """Whether a region is of no use for a further seed, after this one and so many in all."""
    return plan.ends or not clean or runs >= LASTS


def _broken(broken: System, plan: Schedule) -> tuple[Judgement, dict[str, Side]]:
    """Both sides at work while the lanes' faults happen; then healed, at rest, judged."""
    for kept in (broken.said, broken.faults, broken.restored, broken.lost):
        kept.clear()
    broken.working = set(UNITS)
    sides = {unit: Side(broken, unit, Random(f"{plan.seed}/{unit}")) for unit in UNITS}
    lanes = [partial(_lane, broken, steps) for steps in plan.lanes.values()]
    _together(lanes, [side.run for side in sides.values()])
    broken.heal()
    for lost in broken.lost:
        Operators(broken, lost).follow()
    judge = Judge(broken, sides)
    judge.settle()
    return judge.judgement(), sides


def _lane(broken: System, steps: tuple[Step, ...]) -> None:
    for step in steps:
        time.sleep(step.after)  # when a fault comes is part of the fault; nothing is waited for
        with FAULTS[step.name].act(broken, Random(step.number)) as what:
            broken.faults.append(f"{step.name} ({what})")
            time.sleep(step.seconds)


def _together(lanes: Sequence[Callable[[], None]], sides: Sequence[Callable[[Callable[[], bool]], None]]) -> None:
    """All at once, the sides while lanes go on; the first error of any of them, once all have ended."""
    with ThreadPoolExecutor(len(lanes) + len(sides)) as pool:
        broken = [pool.submit(lane) for lane in lanes]
        worked = [pool.submit(side, lambda: not all(one.done() for one in broken)) for side in sides]
    for one in [*broken, *worked]:
        one.result()


def summary(runs: list[Run]) -> Iterator[str]:
    """The campaign in two lines."""
    counts: Counter[str] = sum((run.counts for run in runs), Counter())
    faults = ", ".join(f"{counts[family]} {family}" for family in sorted({f.family.value for f in FAULTS.values()}))
    yield f"{len(runs)} runs, {sum(run.acknowledged for run in runs)} commands acknowledged: {faults}"
    found = [run.judgement for run in runs]
    totals = [sum(len(getattr(one, name)) for one in found) for name in ("lost", "doubled", "silent", "other")]
    void, declared = sum(one.void for one in found), sum(one.declared for one in found)
    yield f"{void} void and listed, {declared} declared lost with a database that was put back"
    yield f"lost/doubled/silent: {totals[0]}/{totals[1]}/{totals[2]}; anything else wrong: {totals[3]}"
