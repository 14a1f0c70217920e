"""When something is due: hours and days as the law counts them (WIRE 30, MECHANISM 1.0, 刑诉法 105).

Pure. Times are milliseconds since the epoch in UTC and mean effective time (PROTOCOL 5). The offset is +08:00, always,
never looked up: no time zone data, no summer time. Due is a moment, in time is what is effective before it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from contracts.calendar import Calendar
from contracts.vocabulary import Urgency

SECOND = 1_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
"""A plain day. Spans of keys, approvals, suspensions and delegations (72 h, 30 x 24 h) are plain milliseconds."""

OFFSET = 8 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
MILLISECOND = timedelta(milliseconds=1)
TIME = re.compile(
    r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])\.([0-9]{3})Z"
)
"""The time of the wire (WIRE-CHOICES B7)."""


@dataclass(frozen=True)
class Hours:
    """A clock that runs day and night."""

    count: int

    def due(self, at_ms: int, calendar: Calendar) -> int:
        """See ``due_hours``; the calendar is not asked."""
        return due_hours(at_ms, self.count)


@dataclass(frozen=True)
class Days:
    """A clock of calendar days whose last one must be worked."""

    count: int

    def due(self, at_ms: int, calendar: Calendar) -> int:
        """See ``due_days``."""
        return due_days(at_ms, self.count, calendar)


@dataclass(frozen=True)
class WorkingDays:
    """A clock that only worked days move."""

    count: int

    def due(self, at_ms: int, calendar: Calendar) -> int:
        """24:00 at +08:00 of the ``count``-th worked day after the day of the start. Raises CalendarMissingError."""
        return _midnight(calendar.nth_working_day_after(day(at_ms), self.count)) + DAY


Span = Hours | Days | WorkingDays

SIGN_FOR: Mapping[Urgency, Span] = MappingProxyType(
    {Urgency.URGENT: Hours(2), Urgency.PRIORITY: Hours(24), Urgency.ROUTINE: Days(3)}
)
"""签收. 24 h are hours: they end on a holiday too."""


@dataclass(frozen=True)
class Clock:
    """The clock profile of a pairing or policy: how long to decide or answer (受理, 答复)."""

    urgent_hours: int = 8
    priority_days: int = 3
    routine_days: int = 7

    def span(self, urgency: Urgency) -> Span:
        """Hours for urgent, days for the others."""
        if urgency is Urgency.URGENT:
            return Hours(self.urgent_hours)
        return Days(self.priority_days if urgency is Urgency.PRIORITY else self.routine_days)


def due_hours(at_ms: int, n: int) -> int:
    """End of the ``n``-th hour, the hour of the start not counted: start of that hour + (n + 1) h."""
    return at_ms - at_ms % HOUR + (n + 1) * HOUR


def due_days(at_ms: int, n: int, calendar: Calendar) -> int:
    """24:00 at +08:00 of the ``n``-th day, the day of the start not counted, rolled on to a working day.

    Raises:
        CalendarMissingError: the last day falls in a year that the calendar does not have.
    """
    last = calendar.next_working(day(at_ms) + timedelta(days=n))
    return _midnight(last) + DAY


def in_time(effective_ms: int, due_ms: int) -> bool:
    """At the due moment it is late."""
    return effective_ms < due_ms


def day(ms: int) -> date:
    """The date at +08:00."""
    return EPOCH_DAY + timedelta(days=(ms + OFFSET) // DAY)


def _midnight(of: date) -> int:
    return (of - EPOCH_DAY).days * DAY - OFFSET


def parse_time(text: str) -> int:
    """Milliseconds of any time the wire allows: ``YYYY-MM-DDThh:mm:ss.sssZ``.

    The wire asks no calendar (WIRE-CHOICES B7), so 30 February has a value too, that of 2 March: what a member signed
    can be wrong, but it cannot stop a verifier.

    Raises:
        ValueError: another form.
    """
    match = TIME.fullmatch(text)
    if match is None:
        raise ValueError("not a time of the form YYYY-MM-DDThh:mm:ss.sssZ")
    year, month, day_, hour, minute, second, ms = map(int, match.groups())
    return _days(year, month, day_) * DAY + hour * HOUR + (minute * 60 + second) * SECOND + ms


def _days(year: int, month: int, day_: int) -> int:
    """Days since 1970-01-01, Gregorian. The year begins in March here, so that a leap day is its last."""
    if month <= 2:
        year, month = year - 1, month + 12
    leap = year // 4 - year // 100 + year // 400
    return 365 * year + leap + (153 * (month - 3) + 2) // 5 + day_ - 719_469


def format_time(ms: int) -> str:
    """``YYYY-MM-DDThh:mm:ss.sssZ``. Years 0001 to 9999, else OverflowError."""
    moment = EPOCH + ms * MILLISECOND
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
