"""What is owed about postings and tasks (MECHANISM 1.5, column clock)."""

from contracts.calendar import Calendar
from services.domain import papers
from services.domain.clocks import DAY, Clock, Days
from services.domain.dues import Due, Duty, after
from services.domain.liaison import Liaison, Status

REPORT_IN, TAKE = Days(7), Days(3)
HAND_OVER = 7 * DAY
"""ms before the end by which everything is handed over."""


def owed(state: Liaison, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """As ``obligations.owed``; the pairing's clock is not asked."""
    found: tuple[Due, ...] = ()
    match state.status:
        case Status.OFFERED:
            found = (Due(Duty.COUNTERSIGN, state.answer_by),)
        case Status.ACCEPTED:
            found = (after(Duty.REPORT_IN, papers.begin(state.start), REPORT_IN, calendar),)
        case Status.POSTED:
            found = (Due(Duty.HAND_OVER, papers.begin(state.end) + DAY - HAND_OVER, owner=True),)
        case Status.GIVEN:
            found = (after(Duty.TAKE, state.since, TAKE, calendar, owner=True),)
        case Status.TAKEN:
            found = (Due(Duty.TASK, papers.begin(state.due_on) + DAY, owner=True),)
        case _:
            pass
    return found
