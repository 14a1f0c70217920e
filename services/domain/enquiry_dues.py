"""What is owed about an enquiry (MECHANISM 1.3, column clock)."""

from contracts.calendar import Calendar
from services.domain import enquiry
from services.domain.clocks import SIGN_FOR, Clock, Days
from services.domain.dues import ACKNOWLEDGE, FETCH, Due, Duty, after
from services.domain.enquiry import Enquiry

COMPLETE = Days(15)
"""Until the asker is alerted: nobody has completed the papers."""


def owed(state: Enquiry, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """As ``obligations.owed``, in no order."""
    match state.status:
        case enquiry.Status.ASKED:
            return (after(Duty.DELIVER, state.asked_at, FETCH, calendar),)
        case enquiry.Status.DELIVERED:
            return (after(Duty.SIGN_FOR, state.since, SIGN_FOR[state.urgency], calendar),)
        case enquiry.Status.TO_COMPLETE:
            return (after(Duty.COMPLETE, state.since, COMPLETE, calendar, owner=True),)
        case status if status in enquiry.PENDING:
            return (Due(Duty.ANSWER, enquiry.answer_due(state, calendar, clock)), *_unread(state, calendar))
        case _:
            return _unread(state, calendar)


def _unread(state: Enquiry, calendar: Calendar) -> tuple[Due, ...]:
    return tuple(after(Duty.ACKNOWLEDGE, at, ACKNOWLEDGE, calendar, owner=True) for _, at in state.unread)
