"""What is owed between a unit and its superior (MECHANISM 1.6, 1.7, 1.8, column clock)."""

from contracts.calendar import Calendar
from services.domain import oversight, periods
from services.domain.clocks import Clock, Days, Hours, WorkingDays
from services.domain.dues import Due, Duty, after
from services.domain.oversight import Oversight

SIGN_FOR, FOLLOW_UP, DECIDE_REDRESS = Hours(24), Days(3), Days(30)
REVIEW = WorkingDays(5)
"""Until the superior says what it makes of an answer or a report."""
CONTRIBUTE, REPORT, CORRECT = WorkingDays(3), WorkingDays(5), WorkingDays(2)
"""After the end of the period for a county (R1) and a prefecture (R3); after a report came back (R2)."""


def owed(state: Oversight, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """As ``obligations.owed``; the pairing's clock is not asked."""
    return _of_report(state, calendar) if state.period else _of_matter(state, calendar)


def _of_matter(state: Oversight, calendar: Calendar) -> tuple[Due, ...]:
    match state.status:
        case oversight.Status.REPORTED | oversight.Status.FOLLOWED_UP:
            return (after(Duty.FOLLOW_UP, state.since, FOLLOW_UP, calendar, owner=True),)
        case oversight.Status.SUPERVISED:
            return (after(Duty.SIGN_FOR, state.since, SIGN_FOR, calendar),)
        case oversight.Status.IN_PROGRESS:
            return (Due(Duty.ANSWER, oversight.answer_due(state, calendar)),)
        case oversight.Status.ANSWERED:
            return (after(Duty.REVIEW, state.since, REVIEW, calendar, owner=True),)
        case oversight.Status.REDRESS:
            return (after(Duty.DECIDE, state.opened_at, DECIDE_REDRESS, calendar, owner=True),)
        case _:
            return ()


def _of_report(state: Oversight, calendar: Calendar) -> tuple[Due, ...]:
    match state.status:
        case oversight.Status.TO_CORRECT | oversight.Status.RETURNED:
            return (after(Duty.CORRECT_REPORT, state.since, CORRECT, calendar, owner=True),)
        case oversight.Status.SUBMITTED:
            return (after(Duty.REVIEW_REPORT, state.since, REVIEW, calendar),)
        case _:
            return ()


def unreported(period: str, calendar: Calendar, *, sums_up: bool) -> Due:
    """What nobody has reported yet: there is no matter, so its period says when. Raises CalendarMissingError."""
    last = periods.end(period) - 1
    if sums_up:
        return after(Duty.REPORT, last, REPORT, calendar, owner=True)
    return after(Duty.CONTRIBUTE, last, CONTRIBUTE, calendar, owner=True)
