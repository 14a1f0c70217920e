"""What is owed about a lead (MECHANISM 1.2b, column clock)."""

from datetime import date

from contracts.calendar import Calendar
from contracts.vocabulary import OutcomeStage
from services.domain import lead
from services.domain.clocks import SIGN_FOR, Clock, Days, day
from services.domain.dues import ACKNOWLEDGE, FETCH, Due, Duty, after
from services.domain.lead import Lead

REMOVE, ERASE, CORRECT = Days(7), Days(30), Days(7)
FEEDBACK_DAYS = 30
CLEARED = frozenset({OutcomeStage.NOT_PROSECUTED, OutcomeStage.CASE_WITHDRAWN, OutcomeStage.ACQUITTED})
"""Ends after which the owner corrects or withdraws within 7 days."""


def owed(state: Lead, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """As ``obligations.owed``, in no order."""
    if state.status not in lead.LIVE:
        return _removal(state, calendar)
    unread = tuple(after(Duty.ACKNOWLEDGE, at, ACKNOWLEDGE, calendar) for _, at in state.unread)
    return (*_next_step(state, calendar, clock), *unread)


def _next_step(state: Lead, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """What is for information is signed for, and nothing more is owed."""
    match state.status:
        case lead.Status.SENT:
            return (after(Duty.DELIVER, state.shared_at, FETCH, calendar),)
        case lead.Status.DELIVERED:
            return (after(Duty.SIGN_FOR, state.since, SIGN_FOR[state.urgency], calendar),)
        case lead.Status.RECEIVED if not state.inform:
            return (after(Duty.DECIDE, state.shared_at, clock.span(state.urgency), calendar),)
        case lead.Status.IN_PROGRESS:
            return (after(Duty.FEEDBACK, state.feedback_from, _until_feedback(state), calendar),)
        case lead.Status.WITH_OUTCOME if state.stage in CLEARED and state.owner_spoke < state.outcome_at:
            return (after(Duty.CORRECT, state.outcome_at, CORRECT, calendar, owner=True),)
        case _:
            return ()


def _until_feedback(state: Lead) -> Days:
    """Until the day promised. Feedback is a fact and may promise anything: never beyond 30 days."""
    days = (date.fromisoformat(state.next_feedback_on) - day(state.feedback_from)).days
    return Days(min(max(days, 0), FEEDBACK_DAYS))


def _removal(state: Lead, calendar: Calendar) -> tuple[Due, ...]:
    match state.status:
        case lead.Status.WITHDRAWN | lead.Status.DECLINED:
            return (after(Duty.REMOVE, state.since, REMOVE, calendar),)
        case lead.Status.CLOSED if state.stage is OutcomeStage.NOTHING_FOUND:
            return (after(Duty.REMOVE, state.since, ERASE, calendar),)
        case _:
            return ()
