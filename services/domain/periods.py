"""Periods of the two-monthly report: March and April, May and June, and so on, at +08:00 (MECHANISM 1.6).

A period is named by its first month (``contracts.report.Period``). Moments are ms; an event is of the period in which
its effective time lies.
"""

from datetime import date

from contracts.report import FIRST_PERIOD
from services.domain.clocks import DAY, EPOCH_DAY, OFFSET, day

MONTHS = 2


def begin(period: str) -> int:
    """00:00 of its first day."""
    return _midnight(_first(period))


def end(period: str) -> int:
    """24:00 of its last day: the first moment that is not of it."""
    return _midnight(_first(following(period)))


def following(period: str) -> str:
    """The next one."""
    return _shifted(period, MONTHS)


def last_closed(at: int) -> str | None:
    """The newest period that is over at ``at``; None before the first one is."""
    today = day(at)
    running = f"{today.year}-{(today.month - 1) // MONTHS * MONTHS + 1:02}"
    before = _shifted(running, -MONTHS)
    return before if before >= FIRST_PERIOD else None


def in_words(period: str) -> str:
    """2021年3—4月."""
    first = _first(period)
    return f"{first.year}年{first.month}—{first.month + 1}月"


def _first(period: str) -> date:
    return date.fromisoformat(f"{period}-01")


def _shifted(period: str, months: int) -> str:
    year, month = map(int, period.split("-"))
    count = year * 12 + month - 1 + months
    return f"{count // 12}-{count % 12 + 1:02}"


def _midnight(of: date) -> int:
    return (of - EPOCH_DAY).days * DAY - OFFSET
