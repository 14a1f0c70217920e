"""What is owed about an enquiry (MECHANISM 1.3, column clock)."""

from contracts.calendar import Calendar
from services.domain import enquiry, papers
from services.domain.clocks import DAY, SIGN_FOR, Clock
from services.domain.dues import FETCH, Due, Duty, after
from services.domain.enquiry import Enquiry


def owed(state: Enquiry, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """As ``obligations.owed``, in no order."""
    match state.status:
        case enquiry.Status.ASKED:
            return (after(Duty.DELIVER, state.asked_at, FETCH, calendar),)
        case enquiry.Status.DELIVERED:
            return (after(Duty.SIGN_FOR, state.since, SIGN_FOR[state.urgency], calendar),)
        case status if status in enquiry.PENDING:
            return (_answer(state, calendar, clock),)
        case _:
            return ()


def _answer(state: Enquiry, calendar: Calendar, clock: Clock) -> Due:
    """By the clock, or by the end of the day it is needed: a hearing does not roll on to a working day."""
    regular = after(Duty.ANSWER, state.asked_at, clock.span(state.urgency), calendar)
    if not state.needed_by:
        return regular
    return regular._replace(at=min(regular.at, papers.begin(state.needed_by) + DAY))
