"""What is owed, by whom, until when. Asked, never stored: overdue is a function of (state, now) (MECHANISM 1.0)."""

from collections.abc import Callable
from typing import Any

from contracts.calendar import Calendar
from services.domain import enquiry_dues, lead_dues, liaison_dues, operation_dues, oversight_dues
from services.domain.clocks import Clock
from services.domain.dues import Due, Duty
from services.domain.enquiry import Enquiry
from services.domain.lead import Lead
from services.domain.liaison import Liaison
from services.domain.operation import Operation
from services.domain.oversight import Oversight

OWED: dict[type[Any], Callable[[Any, Calendar, Clock], tuple[Due, ...]]] = {
    Enquiry: enquiry_dues.owed,
    Lead: lead_dues.owed,
    Liaison: liaison_dues.owed,
    Operation: operation_dues.owed,
    Oversight: oversight_dues.owed,
}
"""State of a context whose matters have clocks -> what is owed in it."""


def owed(state: Any, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """Everything owed in this state (of a class of OWED, or of a view's row made from one), soonest first.

    Args:
        calendar: of the policy in force. Raises CalendarMissingError: nobody published a year that is needed.
        clock: the pairing's clock profile.
    """
    found = next(of for kind, of in OWED.items() if isinstance(state, kind))
    return tuple(sorted(found(state, calendar, clock), key=lambda due: due.at))


def due(state: Any, calendar: Calendar, clock: Clock) -> Due | None:
    """What is owed first, if anything."""
    return next(iter(owed(state, calendar, clock)), None)


__all__ = ["OWED", "Due", "Duty", "due", "owed"]
