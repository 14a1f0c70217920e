"""The clocks of a region, set together: this process', by which nodes in threads go, and those of its embedded logs.

A story that runs over weeks is told in a minute. What a process of its own asks of its machine's clock stays as it is.
"""

import time
from functools import partial

import psycopg
import pytest

from contracts.channels import REGISTRY
from services.demo.cluster import LOG_DATABASE
from services.domain.clocks import parse_time
from services.node.folds import now_ms
from tests.support.region import Region

_HONEST, _HONEST_NS = time.time, time.time_ns
_LOG_CLOCK = """CREATE OR REPLACE FUNCTION log_clock() RETURNS timestamptz LANGUAGE sql VOLATILE
BEGIN ATOMIC SELECT clock_timestamp() + interval '{0} milliseconds'; END"""


class Clocks:
    """Of this process from the begin on, until whoever made ``patch`` undoes it; a region's as soon as it is there."""

    def __init__(self, patch: pytest.MonkeyPatch, begin: str) -> None:
        self._patch, self._ahead = patch, _ahead(begin)
        self._set()

    def _set(self) -> None:
        ahead = self._ahead
        self._patch.setattr(time, "time_ns", lambda: _HONEST_NS() + ahead * 1_000_000)
        self._patch.setattr(time, "time", lambda: _HONEST() + ahead / 1_000)

    def share(self, made: Region) -> None:
        """Its logs go by them too."""
        for database in (LOG_DATABASE, *(f"desk_{source}" for source in (REGISTRY, *_units(made)))):
            with psycopg.connect(made.databases.url(database)) as connection:
                connection.execute(_LOG_CLOCK.format(self._ahead).encode())

    def turn(self, made: Region, at: str) -> None:
        """To a later day, the logs first: what a node says is never of its log's future.

        Ends when every node has heard the registry's word of that day.
        """
        self._ahead = _ahead(at)
        self.share(made)
        self._set()
        for unit in _units(made):
            made.until(f"{unit} hears of the new day", partial(_heard, made, unit, parse_time(at)))


def _ahead(at: str) -> int:
    """How far a moment is before or behind the machine's clock, in ms."""
    return parse_time(at) - _HONEST_NS() // 1_000_000


def _units(made: Region) -> list[str]:
    return [office.code for office in made.offices]


def _heard(made: Region, unit: str, since: int) -> bool:
    return since <= made.node(unit).heartbeat() <= now_ms()
