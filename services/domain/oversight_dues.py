"""What is owed between a unit and its superior (MECHANISM 1.6, 1.7, 1.8, column clock)."""

from contracts.calendar import Calendar
from services.domain import oversight
from services.domain.clocks import Clock, Days, Hours, WorkingDays
from services.domain.dues import Due, Duty, after
from services.domain.oversight import Oversight

SIGN_FOR, FOLLOW_UP, DECIDE_REDRESS = Hours(24), Days(3), Days(30)
REVIEW = WorkingDays(5)
"""Until the superior says what it makes of an answer."""


def owed(state: Oversight, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """As ``obligations.owed``; the pairing's clock is not asked."""
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
