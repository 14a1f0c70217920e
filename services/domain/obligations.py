"""What is owed, by whom, until when. Asked, never stored: overdue is a function of (state, now) (MECHANISM 1.0)."""

from datetime import date
from typing import NamedTuple

from contracts.calendar import Calendar
from contracts.vocabulary import OutcomeStage, Term
from services.domain import enquiry, lead, papers
from services.domain.clocks import DAY, SIGN_FOR, Clock, Days, Hours, Span, day, in_time
from services.domain.enquiry import Enquiry
from services.domain.lead import Lead

FETCH = Hours(1)
"""送达: else the owner sees 对方未取件."""
ACKNOWLEDGE, REMOVE, ERASE, CORRECT = Days(3), Days(7), Days(30), Days(7)
FEEDBACK_DAYS = 30
CLEARED = frozenset({OutcomeStage.NOT_PROSECUTED, OutcomeStage.CASE_WITHDRAWN, OutcomeStage.ACQUITTED})
"""Ends after which the owner corrects or withdraws within 7 days."""


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
    """``at``: ms, the first moment that is late. ``owner``: owed by the unit that opened the stream, else the other."""

    kind: Duty
    at: int
    owner: bool = False

    def overdue(self, now: int) -> bool:
        """Whether it is late at ``now`` (ms)."""
        return not in_time(now, self.at)


def owed(state: Lead | Enquiry, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """Everything owed in this state, soonest first.

    Args:
        calendar: of the policy in force. Raises CalendarMissingError: nobody published a year that is needed.
        clock: the pairing's clock profile.
    """
    found = _of_enquiry(state, calendar, clock) if isinstance(state, Enquiry) else _of_lead(state, calendar, clock)
    return tuple(sorted(found, key=lambda due: due.at))


def due(state: Lead | Enquiry, calendar: Calendar, clock: Clock) -> Due | None:
    """What is owed first, if anything."""
    return next(iter(owed(state, calendar, clock)), None)


def _after(kind: Duty, start: int, span: Span, calendar: Calendar, *, owner: bool = False) -> Due:
    return Due(kind, span.due(start, calendar), owner)


def _of_lead(state: Lead, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    if state.status not in lead.LIVE:
        return _removal(state, calendar)
    unread = tuple(_after(Duty.ACKNOWLEDGE, at, ACKNOWLEDGE, calendar) for _, at in state.unread)
    return (*_next_step(state, calendar, clock), *unread)


def _next_step(state: Lead, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """What is for information is signed for, and nothing more is owed."""
    match state.status:
        case lead.Status.SENT:
            return (_after(Duty.DELIVER, state.shared_at, FETCH, calendar),)
        case lead.Status.DELIVERED:
            return (_after(Duty.SIGN_FOR, state.since, SIGN_FOR[state.urgency], calendar),)
        case lead.Status.RECEIVED if not state.inform:
            return (_after(Duty.DECIDE, state.shared_at, clock.span(state.urgency), calendar),)
        case lead.Status.IN_PROGRESS:
            return (_after(Duty.FEEDBACK, state.feedback_from, _until_feedback(state), calendar),)
        case lead.Status.WITH_OUTCOME if state.stage in CLEARED and state.owner_spoke < state.outcome_at:
            return (_after(Duty.CORRECT, state.outcome_at, CORRECT, calendar, owner=True),)
        case _:
            return ()


def _until_feedback(state: Lead) -> Days:
    """Until the day promised. Feedback is a fact and may promise anything: never beyond 30 days."""
    days = (date.fromisoformat(state.next_feedback_on) - day(state.feedback_from)).days
    return Days(min(max(days, 0), FEEDBACK_DAYS))


def _removal(state: Lead, calendar: Calendar) -> tuple[Due, ...]:
    match state.status:
        case lead.Status.WITHDRAWN | lead.Status.DECLINED:
            return (_after(Duty.REMOVE, state.since, REMOVE, calendar),)
        case lead.Status.CLOSED if state.stage is OutcomeStage.NOTHING_FOUND:
            return (_after(Duty.REMOVE, state.since, ERASE, calendar),)
        case _:
            return ()


def _of_enquiry(state: Enquiry, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    match state.status:
        case enquiry.Status.ASKED:
            return (_after(Duty.DELIVER, state.asked_at, FETCH, calendar),)
        case enquiry.Status.DELIVERED:
            return (_after(Duty.SIGN_FOR, state.since, SIGN_FOR[state.urgency], calendar),)
        case status if status in enquiry.PENDING:
            return (_answer(state, calendar, clock),)
        case _:
            return ()


def _answer(state: Enquiry, calendar: Calendar, clock: Clock) -> Due:
    """By the clock, or by the end of the day it is needed: a hearing does not roll on to a working day."""
    regular = _after(Duty.ANSWER, state.asked_at, clock.span(state.urgency), calendar)
    if not state.needed_by:
        return regular
    return regular._replace(at=min(regular.at, papers.begin(state.needed_by) + DAY))
