"""Working days: holidays, make-up days, and a refusal to guess a year that nobody published; whose clock counts."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calendar import CALENDARS, Calendar, CalendarMissingError, YearCalendar
from contracts.trust import ClockProfile, YearDays
from services.domain.clocks import Clock
from services.domain.counting import calendar_of, clock_of
from services.domain.trust import Trust
from tests.support.states import terms

CALENDAR = Calendar(CALENDARS.values())
DAYS = st.dates(date(2021, 1, 1), date(2026, 12, 10))


def test_the_years_of_the_plan_to_today_are_there() -> None:
    assert list(CALENDARS) == [2021, 2022, 2023, 2024, 2025, 2026]


@pytest.mark.parametrize(
    ("year", "holidays", "workdays"),
    [(2021, 31, 7), (2022, 32, 7), (2023, 26, 7), (2024, 28, 8), (2025, 28, 5), (2026, 33, 6)],
)
def test_a_year_has_so_many_holidays_and_make_up_days(year: int, holidays: int, workdays: int) -> None:
    assert (len(CALENDARS[year].holidays), len(CALENDARS[year].workdays)) == (holidays, workdays)


@pytest.mark.parametrize("year", CALENDARS.values(), ids=lambda one: str(one.year))
def test_the_data_is_ascending_of_its_year_and_make_up_days_are_weekends(year: YearCalendar) -> None:
    holidays, workdays = ([date.fromisoformat(day) for day in days] for days in (year.holidays, year.workdays))
    assert holidays == sorted(set(holidays))
    assert workdays == sorted(set(workdays))
    assert {day.year for day in holidays + workdays} == {year.year}
    assert not set(holidays) & set(workdays)
    assert all(day.weekday() >= 5 for day in workdays)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2021, 5, 1), False),
        (date(2021, 5, 5), False),
        (date(2021, 5, 6), True),
        (date(2021, 5, 8), True),  # a Saturday, worked
        (date(2021, 5, 9), False),
        (date(2021, 9, 26), True),  # a Sunday, worked
        (date(2021, 10, 7), False),
        (date(2021, 10, 8), True),
        (date(2021, 10, 9), True),  # a Saturday, worked
        (date(2023, 12, 30), False),
        (date(2026, 2, 23), False),
        (date(2026, 10, 10), True),  # a Saturday, worked
    ],
)
def test_a_day_is_worked_or_not(day: date, working: bool) -> None:
    assert CALENDAR.is_working(day) is working


def test_the_third_working_day_after_april_2021_is_a_saturday() -> None:
    third = CALENDAR.nth_working_day_after(date(2021, 4, 30), 3)
    assert third == date(2021, 5, 8)
    assert third.weekday() == 5


@pytest.mark.parametrize("day", [date(2020, 12, 31), date(2027, 1, 1)])
def test_a_year_without_data_is_refused_not_guessed(day: date) -> None:
    with pytest.raises(CalendarMissingError, match=str(day.year)):
        CALENDAR.is_working(day)
    with pytest.raises(CalendarMissingError):
        CALENDAR.next_working(day)


def test_counting_past_the_last_year_is_refused() -> None:
    with pytest.raises(CalendarMissingError, match="2027"):
        CALENDAR.nth_working_day_after(date(2026, 12, 31), 1)
    with pytest.raises(CalendarMissingError):
        Calendar([]).is_working(date(2021, 1, 1))


def test_the_calendar_of_a_signed_policy_answers_the_same() -> None:
    signed = [YearDays(year=one.year, holidays=one.holidays, workdays=one.workdays) for one in CALENDARS.values()]
    assert Calendar(signed).nth_working_day_after(date(2021, 4, 30), 3) == date(2021, 5, 8)


@given(DAYS)
def test_the_next_working_day_is_worked_and_nothing_between_is(day: date) -> None:
    found = CALENDAR.next_working(day)
    assert CALENDAR.is_working(found)
    assert not any(CALENDAR.is_working(day + timedelta(days=i)) for i in range((found - day).days))


@given(DAYS, st.integers(1, 5))
def test_the_nth_working_day_has_n_working_days_behind_it(day: date, n: int) -> None:
    found = CALENDAR.nth_working_day_after(day, n)
    passed = [day + timedelta(days=i) for i in range(1, (found - day).days + 1)]
    assert CALENDAR.is_working(found)
    assert sum(map(CALENDAR.is_working, passed)) == n


@pytest.mark.parametrize("calendar", [None, 5, [1], [{"year": "2021"}], [{"year": 2021, "holidays": ["2021-02-30"]}]])
def test_a_policy_whose_calendar_is_none_has_no_years(calendar: Any) -> None:
    """A policy may hold anything beside its rule version (WIRE-CHOICES A8); a due date is then unknown, not a bug."""
    read = calendar_of(Trust(policy={"rule_version": 1, "calendar": calendar}))
    with pytest.raises(CalendarMissingError):
        read.is_working(date(2021, 5, 6))


def test_a_channel_counts_by_the_clock_that_its_two_units_signed() -> None:
    """MECHANISM 1.0; where there is no pairing by the usual one: 8 hours, 3 days, 7 days."""
    signed = terms(clocks=ClockProfile(urgent_hours=4, priority_days=2, routine_days=5))
    assert (clock_of(signed), clock_of(None)) == (Clock(4, 2, 5), Clock(8, 3, 7))
