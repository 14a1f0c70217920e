"""Runs targets: a seeded loop that is the same everywhere, or atheris (coverage-guided) where it is installed.

What holds of every target, for any bytes at all:

  1 nothing leaves it but the errors it names: RecursionError, KeyError, UnicodeError and their like are finds
  2 the same bytes give the same answer twice
  3 it takes no longer than MOST_SECONDS and SECONDS_PER_BYTE allow (seconds of this thread's processor time)
  4 what the target itself promises of an accepted document; it raises Broken otherwise
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.fuzz.mutate import mutated

CORPUS = Path(__file__).parent / "corpus"
MOST_SECONDS, SECONDS_PER_BYTE = 1.0, 0.000_05


class Broken(AssertionError):
    """A property does not hold. Our fault, never the input's."""


class Unfit(Exception):
    """Bytes that a target cannot even bring before what it tests; they count as refused."""


@dataclass(frozen=True)
class Target:
    """A parser. ``run`` answers with something that can be compared; ``refuses``: the errors its users are told of.

    ci: how many mutations are tried with every test run.
    """

    name: str
    what: str
    seeds: Callable[[], Sequence[bytes]]
    run: Callable[[bytes], Any]
    refuses: tuple[type[Exception], ...]
    ci: int = 400


class Find(NamedTuple):
    """An input that breaks a property."""

    data: bytes
    error: BaseException


class Ran(NamedTuple):
    """What a run did: inputs tried, of them accepted, seconds, and the find that ended it, if any."""

    tried: int
    accepted: int
    seconds: float
    find: Find | None = None


def answer(target: Target, data: bytes) -> tuple[bool, Any]:
    """Whether it was accepted, and what came of it. Raises what the target does not name."""
    try:
        return True, target.run(data)
    except Unfit:
        return False, ""
    except target.refuses as error:
        return False, f"{type(error).__name__}: {error}"


def check(target: Target, data: bytes) -> bool:
    """Properties 1 to 4; whether the input was accepted. Raises whatever breaks one."""
    before = time.thread_time()
    first = answer(target, data)
    took = time.thread_time() - before
    if took > MOST_SECONDS + SECONDS_PER_BYTE * len(data):
        raise Broken(f"{len(data)} bytes took {took:.1f} s")
    if answer(target, data) != first:
        raise Broken("another answer the second time")
    return first[0]


def kept(target: Target) -> list[bytes]:
    """Finds of the past."""
    return [path.read_bytes() for path in sorted((CORPUS / target.name).glob("*"))]


def keep(target: Target, data: bytes) -> Path:
    """A find becomes part of the corpus, named by its digest."""
    path = CORPUS / target.name / sha256(data).hexdigest()[:16]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def inputs(target: Target, start: int, count: int | None) -> Iterator[bytes]:
    """Finds of the past, the seeds themselves, then mutation number ``start`` and ``count`` that follow (None: all)."""
    seeds = list(target.seeds())
    yield from (*kept(target), *seeds)
    for number in itertools.count(start) if count is None else range(start, start + count):
        yield mutated(seeds, Random(number))


def loop(target: Target, *, seconds: float | None = None, count: int | None = None, start: int = 0) -> Ran:
    """Until the time is over, or so many mutations were tried; ends at the first find."""
    began, tried, accepted = time.monotonic(), 0, 0
    for data in inputs(target, start, count):
        if seconds is not None and time.monotonic() - began >= seconds:
            break
        tried += 1
        try:
            accepted += check(target, data)
        except Exception as error:  # noqa: BLE001 - every one is a find
            return Ran(tried, accepted, time.monotonic() - began, Find(data, error))
    return Ran(tried, accepted, time.monotonic() - began)
