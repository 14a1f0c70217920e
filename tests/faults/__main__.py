"""``python -m tests.faults [--seeds 7,8] [--from N] [--count N] [--kafka | --embedded]``: the fault campaign."""

import argparse
import logging
import signal
import sys
import traceback
from collections.abc import Sequence

import contracts.catalogue  # noqa: F401 - registers every event type
from infra.processes import Unavailable
from tests.faults.campaign import Campaign, Run, summary
from tests.faults.schedule import schedule

RUNS = 200


def main(words: Sequence[str]) -> int:
    """Exit code: 0 every run clean, 1 one was not, 3 a server is not to be had."""
    asked = _parser().parse_args(words)
    signal.signal(signal.SIGTERM, _ended)
    logging.disable(logging.CRITICAL)
    seeds = asked.seeds or list(range(asked.first, asked.first + asked.count))
    runs: list[Run] = []
    failed: list[int] = []
    try:
        with Campaign(asked.kafka) as campaign:
            for seed in in_order(seeds, kafka=asked.kafka):
                _one(campaign, seed, runs, failed)
    except Unavailable as reason:
        _say(f"a server is missing: {reason}")
        return 3
    finally:  # what was judged is said, whatever ended the rest
        _say(*summary(runs), *([f"never came to rest: seeds {failed}"] if failed else []))
    return 0 if runs and not failed and all(run.judgement.clean for run in runs) else 1


def _one(campaign: Campaign, seed: int, runs: list[Run], failed: list[int]) -> None:
    try:
        runs.append(campaign.run(seed))
        _say(str(runs[-1]))
    except AssertionError:
        failed.append(seed)
        _say(f"seed {seed}: {traceback.format_exc()}")


def in_order(seeds: Sequence[int], *, kafka: bool | None = None) -> list[int]:
    """By log, and within a log those that end their region last: regions are dear."""
    plans = [schedule(seed, kafka=kafka) for seed in seeds]
    return [plan.seed for plan in sorted(plans, key=lambda plan: (plan.kafka, plan.ends, plan.seed))]


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _ended(*_: object) -> None:
    sys.exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    numbers = parser.add_mutually_exclusive_group()
    numbers.add_argument("--seeds", type=_numbers, help="these, comma separated")
    numbers.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=RUNS, help="how many")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--kafka", action="store_true", default=None, help="all over Apache Kafka")
    which.add_argument("--embedded", dest="kafka", action="store_false", help="all over the embedded log")
    return parser


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
