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
    """Turned back by whoever undoes ``patch``."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def start(self, at: str) -> None:
        """Of this process alone, before a region is there."""
        ahead = _ahead(at)
        self._patch.setattr(time, "time_ns", lambda: _HONEST_NS() + ahead * 1_000_000)
        self._patch.setattr(time, "time", lambda: _HONEST() + ahead / 1_000)

    def turn(self, made: Region, at: str) -> None:
        """The logs first: what a node says is never of its log's future. Then every node hears the registry's word."""
        units = [office.code for office in made.offices]
        for database in (LOG_DATABASE, *(f"desk_{source}" for source in (REGISTRY, *units))):
            with psycopg.connect(made.databases.url(database)) as connection:
                connection.execute(_LOG_CLOCK.format(_ahead(at)).encode())
        self.start(at)
        if made.parts:
            for unit in units:
                made.until(f"{unit} hears of the new day", partial(_heard, made, unit, parse_time(at)))


def _ahead(at: str) -> int:
    return parse_time(at) - _HONEST_NS() // 1_000_000


def _heard(made: Region, unit: str, since: int) -> bool:
    return since <= made.node(unit).heartbeat() <= now_ms()
