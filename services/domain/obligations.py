"""What is owed, by whom, until when. Asked, never stored: overdue is a function of (state, now) (MECHANISM 1.0)."""

from typing import NamedTuple

from contracts.calendar import Calendar
from contracts.vocabulary import Term
from services.domain.clocks import Hours, Span, in_time

FETCH = Hours(1)
"""送达: else the owner sees 对方未取件."""


class Duty(Term):
    """What is owed."""

    DELIVER = "deliver", "送达", "deliver"
    SIGN_FOR = "sign_for", "签收", "sign for"
    DECIDE = "decide", "受理或不予受理", "accept or decline"
    FEEDBACK = "feedback", "反馈", "feedback"
    ACKNOWLEDGE = "acknowledge", "确认补充", "acknowledge"
    CORRECT = "correct", "更正或撤回", "correct or withdraw"
    ANSWER = "answer", "答复", "answer"
    REMOVE = "remove", "销毁回执", "removal answer"


class Due(NamedTuple):
    """``at``: ms, the first moment that is late; ``owner``: owed by the unit that opened the stream, else by the other."""

    kind: Duty
    at: int
    owner: bool

    def overdue(self, now: int) -> bool:
        """Whether it is late at ``now`` (ms)."""
        return not in_time(now, self.at)


def owed(kind: Duty, start: int, span: Span, calendar: Calendar, *, owner: bool = False) -> Due:
    """Due ``span`` after ``start`` (ms). Raises CalendarMissingError: nobody published that year's holidays."""
    return Due(kind, span.due(start, calendar), owner)


def earliest(dues: tuple[Due, ...]) -> Due | None:
    """What is due first."""
    return min(dues, key=lambda due: due.at, default=None)
