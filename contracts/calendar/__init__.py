"""Working days of mainland China: statutory holidays and the weekend days that are worked instead (调休).

The signed policy carries the same three members per year. Source of ``calendars.json``: the yearly notices of the State
Council as held by PyPI chinesecalendar 1.11.0, compared with npm chinese-days 1.5.7: equal for 2021-2026, without the
weekend of 30-31 December 2023, which the former counts as a holiday and which is free either way.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Protocol

__all__ = ["CALENDARS", "Calendar", "CalendarMissingError", "YearCalendar", "YearDays"]

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class CalendarMissingError(LookupError):
    """Nobody published the holidays of that year yet. The root publishes a policy with it; nothing is assumed."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no calendar of {year}: working days are never guessed (MECHANISM 1.0)")
        self.year = year


class YearDays(Protocol):
    """A year's special days as ``YYYY-MM-DD``, here or in a policy."""

    @property
    def year(self) -> int: ...  # noqa: D102 - the class says it
    @property
    def holidays(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def workdays(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class YearCalendar:
    """The days of ``year`` that differ from Monday-to-Friday or are named holidays; ascending, ``YYYY-MM-DD``."""

    year: int
    holidays: tuple[str, ...]
    workdays: tuple[str, ...]


class Calendar:
    """Which days are worked, for the years it was given. Every answer outside them is a ``CalendarMissingError``."""

    def __init__(self, years: Iterable[YearDays]) -> None:
        given = list(years)
        self._years = frozenset(one.year for one in given)
        self._holidays = frozenset(date.fromisoformat(day) for one in given for day in one.holidays)
        self._workdays = frozenset(date.fromisoformat(day) for one in given for day in one.workdays)

    def is_working(self, day: date) -> bool:
        """A make-up day is worked, a holiday is not, else Monday to Friday."""
        if day.year not in self._years:
            raise CalendarMissingError(day.year)
        if day in self._workdays:
            return True
        return day not in self._holidays and day.weekday() < SATURDAY

    def next_working(self, day: date) -> date:
        """``day`` itself if it is worked, else the first worked day after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def nth_working_day_after(self, day: date, n: int) -> date:
        """The ``n``-th worked day after ``day``, which is not counted itself; ``n`` from 1."""
        for _ in range(n):
            day = self.next_working(day + ONE_DAY)
        return day


def _load() -> dict[int, YearCalendar]:
    years = json.loads(files(__name__).joinpath("calendars.json").read_text(encoding="utf-8"))
    return {
        int(year): YearCalendar(int(year), tuple(days["holidays"]), tuple(days["workdays"]))
        for year, days in years.items()
    }


CALENDARS = _load()
"""Per year, what a policy may publish: 2021 to 2026."""
