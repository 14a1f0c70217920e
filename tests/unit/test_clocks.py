"""Clocks: the vectors of the plan's year, the edges of hours and days, and that due never lies in the past."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.calendar import CALENDARS, Calendar, CalendarMissingError
from contracts.fields import Timestamp
from contracts.vocabulary import Urgency
from services.domain.clocks import (
    DAY,
    HOUR,
    SIGN_FOR,
    Clock,
    Days,
    Hours,
    WorkingDays,
    day,
    due_days,
    due_hours,
    format_time,
    in_time,
    parse_time,
)

CALENDAR = Calendar(CALENDARS.values())
MOMENTS = st.integers(parse_time("2021-01-01T00:00:00.000Z"), parse_time("2026-10-01T00:00:00.000Z"))
WIRE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z"
ANY = st.integers(parse_time("0001-01-01T00:00:00.000Z"), parse_time("9999-12-31T23:59:59.999Z"))


def at(local: str) -> int:
    """Milliseconds of a wall clock at +08:00, ``YYYY-MM-DDThh:mm:ss.sss``; 24:00 is the next day's 00:00."""
    return parse_time(local + "Z") - 8 * HOUR


@pytest.mark.parametrize(
    ("sent", "n", "due"),
    [
        ("2021-09-28T09:00:00.000", 7, "2021-10-09T00:00:00.000"),  # routine: 10-05 is a holiday, 10-08 24:00
        ("2021-09-30T09:00:00.000", 3, "2021-10-09T00:00:00.000"),  # priority: 10-03 is a holiday, 10-08 24:00
        ("2021-09-28T00:00:00.000", 7, "2021-10-09T00:00:00.000"),
        ("2021-09-28T23:59:59.999", 7, "2021-10-09T00:00:00.000"),
        ("2021-03-01T10:00:00.000", 3, "2021-03-05T00:00:00.000"),  # Thursday, nothing rolls
        ("2021-05-05T10:00:00.000", 3, "2021-05-09T00:00:00.000"),  # a worked Saturday does not roll
        ("2021-05-06T10:00:00.000", 3, "2021-05-11T00:00:00.000"),  # a free Sunday rolls to Monday
        ("2021-12-31T10:00:00.000", 3, "2022-01-05T00:00:00.000"),  # New Year's holiday
    ],
)
def test_days_end_at_midnight_of_the_last_day_or_of_the_next_working_day(sent: str, n: int, due: str) -> None:
    assert due_days(at(sent), n, CALENDAR) == at(due)


def test_the_last_day_rolls_and_the_days_before_it_do_not() -> None:
    """Holidays inside the span are counted: 2021-10-01 + 7 is 10-08, a working day."""
    assert due_days(at("2021-10-01T12:00:00.000"), 7, CALENDAR) == at("2021-10-09T00:00:00.000")


@pytest.mark.parametrize(
    ("sent", "n", "due"),
    [
        ("2021-10-01T10:00:00.000", 8, "2021-10-01T19:00:00.000"),
        ("2021-10-01T10:59:59.999", 8, "2021-10-01T19:00:00.000"),
        ("2021-10-01T11:00:00.000", 8, "2021-10-01T20:00:00.000"),
        ("2021-10-01T22:30:00.000", 2, "2021-10-02T01:00:00.000"),
        ("2021-09-30T17:20:00.000", 24, "2021-10-01T18:00:00.000"),  # hours run through a holiday
    ],
)
def test_hours_leave_out_the_first_and_run_day_and_night(sent: str, n: int, due: str) -> None:
    assert due_hours(at(sent), n) == at(due)


def test_at_the_due_moment_it_is_late() -> None:
    due = due_hours(at("2021-10-01T10:30:00.000"), 2)
    assert in_time(due - 1, due)
    assert not in_time(due, due)


@pytest.mark.parametrize(
    ("urgency", "decide", "sign_for"),
    [
        (Urgency.URGENT, Hours(8), Hours(2)),
        (Urgency.PRIORITY, Days(3), Hours(24)),
        (Urgency.ROUTINE, Days(7), Days(3)),
    ],
)
def test_the_default_profile_is_8_h_3_d_7_d_and_sign_for_2_h_24_h_3_d(
    urgency: Urgency, decide: Hours | Days, sign_for: Hours | Days
) -> None:
    assert Clock().span(urgency) == decide
    assert SIGN_FOR[urgency] == sign_for


def test_a_pairings_own_profile_counts() -> None:
    own = Clock(urgent_hours=4, priority_days=2, routine_days=10)
    assert [own.span(urgency) for urgency in Urgency] == [Hours(4), Days(2), Days(10)]


def test_a_span_knows_how_it_is_counted() -> None:
    sent = at("2021-09-30T17:20:00.000")
    assert Days(3).due(sent, CALENDAR) == due_days(sent, 3, CALENDAR)
    assert Hours(24).due(sent, Calendar([])) == due_hours(sent, 24)
    april = at("2021-04-30T23:59:59.999")
    assert WorkingDays(3).due(april, CALENDAR) == at("2021-05-09T00:00:00.000")  # the end of a Saturday that is worked


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        ("2021-09-27T15:59:59.999Z", date(2021, 9, 27)),
        ("2021-09-27T16:00:00.000Z", date(2021, 9, 28)),
        ("1969-12-31T15:59:59.999Z", date(1969, 12, 31)),
        ("1988-07-01T15:30:00.000Z", date(1988, 7, 1)),  # China kept summer time in 1988: not here
    ],
)
def test_a_day_is_the_date_at_plus_eight_always(utc: str, local: date) -> None:
    assert day(parse_time(utc)) == local


def test_a_last_day_in_a_year_without_a_calendar_is_refused() -> None:
    with pytest.raises(CalendarMissingError, match="2027"):
        due_days(at("2026-12-28T09:00:00.000"), 7, CALENDAR)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00.000Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2021-03-01T00:00:00.001Z", 1_614_556_800_001),
    ],
)
def test_a_time_is_its_milliseconds_and_back(text: str, ms: int) -> None:
    assert parse_time(text) == ms
    assert format_time(ms) == text


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-01T00:00:00Z",
        "2021-03-01T00:00:00.000",
        "2021-03-01T00:00:00.000+08:00",
        "2021-03-01 00:00:00.000Z",
        "2021-03-01T00:00:00.000z",
        "2021-03-01T00:00:00.000Z\n",
        "2021-03-01T00:00:00.0000Z",
        "2021-00-01T00:00:00.000Z",
        "2021-13-01T00:00:00.000Z",
        "2021-03-32T00:00:00.000Z",
        "2021-03-01T24:00:00.000Z",
        "2021-03-01T23:59:60.000Z",
        "２021-03-01T00:00:00.000Z",
        "",
    ],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_time(text)


@given(st.from_regex(WIRE, fullmatch=True))
def test_every_time_the_wire_allows_has_a_value(text: str) -> None:
    """Nothing that a member can sign may stop a verifier: not the year 0000, not 31 February."""
    assert TypeAdapter(Timestamp).validate_python(text) == text
    assert isinstance(parse_time(text), int)


def test_a_day_that_does_not_exist_counts_on_into_the_next_month() -> None:
    assert parse_time("2021-02-30T00:00:00.000Z") == parse_time("2021-03-02T00:00:00.000Z")


@given(st.datetimes())
def test_a_time_has_the_value_of_the_standard_library(moment: datetime) -> None:
    text = moment.isoformat(timespec="milliseconds") + "Z"
    assert parse_time(text) == (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        milliseconds=1
    )


@given(ANY)
def test_times_round_trip_and_sort_as_text(ms: int) -> None:
    assert parse_time(format_time(ms)) == ms
    assert format_time(ms - ms % HOUR) <= format_time(ms)


@given(MOMENTS, st.integers(0, 72))
def test_hours_are_at_least_n_and_at_most_one_more(ms: int, n: int) -> None:
    assert n * HOUR < due_hours(ms, n) - ms <= (n + 1) * HOUR
    assert due_hours(ms, n) % HOUR == 0


@given(MOMENTS, st.integers(0, 60))
def test_days_are_more_than_n_and_end_at_midnight_of_a_working_day(ms: int, n: int) -> None:
    due = due_days(ms, n, CALENDAR)
    assert due > ms + n * DAY
    assert (due + 8 * HOUR) % DAY == 0
    assert CALENDAR.is_working(day(due - 1))


@given(MOMENTS, st.integers(0, 10 * DAY), st.integers(0, 30), st.integers(0, 10))
def test_later_or_longer_is_never_due_earlier(ms: int, later: int, n: int, longer: int) -> None:
    assert due_days(ms, n, CALENDAR) <= due_days(ms + later, n + longer, CALENDAR)
    assert due_hours(ms, n) <= due_hours(ms + later, n + longer)
