"""What is owed about a lead (MECHANISM 1.2b, column clock)."""

from datetime import date

from contracts.calendar import Calendar
from contracts.vocabulary import OutcomeStage
from services.domain import lead, papers
from services.domain.clocks import DAY, SIGN_FOR, Clock, Days, Hours, day
from services.domain.dues import ACKNOWLEDGE, FETCH, Due, Duty, after
from services.domain.lead import Lead

REMOVE, ERASE, CORRECT = Days(7), Days(30), Days(7)
CONFIRM, MISDIRECTED, CONSENT, SETTLE = Hours(24), Hours(24), Days(3), Days(7)
RESTRICTED, CORRECTION_URGENT = Days(30), Hours(8)
FEEDBACK_DAYS = 30
NEAR = 30 * DAY
"""ms before a review date from which on it is told."""
CLEARED = frozenset({OutcomeStage.NOT_PROSECUTED, OutcomeStage.CASE_WITHDRAWN, OutcomeStage.ACQUITTED})
"""Ends after which the owner corrects or withdraws within 7 days."""


def owed(state: Lead, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """As ``obligations.owed``, in no order."""
    if state.status is lead.Status.PHONE_RECORDED:
        return (after(Duty.CONFIRM, state.shared_at, CONFIRM, calendar),)
    if state.status not in lead.LIVE:
        return (*_removal(state, calendar), *_kept(state, calendar))
    unread = tuple(after(Duty.ACKNOWLEDGE, at, ACKNOWLEDGE, calendar) for _, at in state.unread)
    return (*_next_step(state, calendar, clock), *unread, *_open_offers(state, calendar), *_kept(state, calendar))


def review_near(state: Lead, now: int) -> int | None:
    """When (ms) the lead is past its review date, if that is near and the owner can still review it (S22)."""
    if state.status not in lead.LIVE or state.held:
        return None
    until = papers.begin(state.review_date)
    return until if until - NEAR <= now < until else None


def _kept(state: Lead, calendar: Calendar) -> tuple[Due, ...]:
    """Also of what is at an end while the recipient has it: corrections are read, holds and restrictions end."""
    if state.status not in lead.KEPT:
        return _hold(state)
    spans = ((at, CORRECTION_URGENT if urgent else ACKNOWLEDGE) for _, at, urgent in state.corrections)
    read = tuple(after(Duty.ACKNOWLEDGE, at, span, calendar) for at, span in spans)
    restricted = (after(Duty.LIFT, state.restricted_at, RESTRICTED, calendar, owner=True),) if state.reviewer else ()
    return (*read, *restricted, *_cleared(state, calendar), *_hold(state))


def _cleared(state: Lead, calendar: Calendar) -> tuple[Due, ...]:
    """After 不起诉, 撤案, 无罪 the owner corrects, withdraws or expunges; a supplement is no correction (S8)."""
    if state.stage not in CLEARED or state.corrected_at >= state.outcome_at:
        return ()
    return (after(Duty.CORRECT, state.outcome_at, CORRECT, calendar, owner=True),)


def _open_offers(state: Lead, calendar: Calendar) -> tuple[Due, ...]:
    """What waits for an answer: a transfer (a firm offer), requests for consent to evidence use and to forwarding."""
    transfer = (Due(Duty.COUNTERSIGN, state.transfer[1]),) if state.transfer else ()
    forwards = tuple(after(Duty.FORWARD, one.at, CONSENT, calendar, owner=True) for one in state.forwards)
    if not state.evidence_asked:
        return (*transfer, *forwards)
    return (*transfer, *forwards, after(Duty.CONSENT, state.evidence_asked_at, CONSENT, calendar, owner=True))


def onward(state: Lead, origin: Lead, calendar: Calendar) -> tuple[Due, ...]:
    """Owed by the holder to whom it forwarded: what the owner asks back or corrects is asked back or corrected there.

    Args:
        state: of the forwarded lead, whose ``origin`` names the other. origin: of the lead it comes from.
    """
    if state.status not in lead.KEPT:
        return ()
    if origin.asked_back:
        return (after(Duty.CORRECT, origin.asked_back, ACKNOWLEDGE, calendar, owner=True),)
    if origin.corrected_at > max(state.shared_at, state.corrected_at):
        return (after(Duty.CORRECT, origin.corrected_at, ACKNOWLEDGE, calendar, owner=True),)
    return ()


def _hold(state: Lead) -> tuple[Due, ...]:
    """Until the end of the day on which a hold is reviewed; it does not roll on."""
    return (Due(Duty.REVIEW_HOLD, papers.begin(state.hold_review) + DAY),) if state.held else ()


def _next_step(state: Lead, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """What is for information is signed for, and nothing more is owed."""
    found: tuple[Due, ...] = ()
    match state.status:
        case lead.Status.SENT:
            found = (after(Duty.DELIVER, state.shared_at, FETCH, calendar),)
        case lead.Status.DELIVERED:
            found = (after(Duty.SIGN_FOR, state.since, SIGN_FOR[state.urgency], calendar),)
        case lead.Status.RECEIVED if not state.inform:
            found = (after(Duty.DECIDE, state.shared_at, clock.span(state.urgency), calendar),)
        case lead.Status.IN_PROGRESS:
            found = (after(Duty.FEEDBACK, state.feedback_from or state.since, _until_feedback(state), calendar),)
        case lead.Status.DISPUTED:
            found = tuple(after(Duty.SETTLE, state.since, SETTLE, calendar, owner=owner) for owner in (False, True))
        case _:
            pass
    return found


def _until_feedback(state: Lead) -> Days:
    """Until the day promised. Feedback is a fact and may promise anything: never beyond 30 days.

    Nothing was promised where a dispute was settled before anybody had accepted.
    """
    if not state.next_feedback_on:
        return Days(FEEDBACK_DAYS)
    days = (date.fromisoformat(state.next_feedback_on) - day(state.feedback_from)).days
    return Days(min(max(days, 0), FEEDBACK_DAYS))


def _removal(state: Lead, calendar: Calendar) -> tuple[Due, ...]:
    match state.status:
        case lead.Status.MISDIRECTED:
            withdraw = after(Duty.CORRECT, state.since, MISDIRECTED, calendar, owner=True)
            return (withdraw, after(Duty.REMOVE, state.since, MISDIRECTED, calendar))
        case lead.Status.WITHDRAWN if state.misdirected_at:
            return (after(Duty.REMOVE, state.misdirected_at, MISDIRECTED, calendar),)
        case lead.Status.WITHDRAWN | lead.Status.DECLINED | lead.Status.EXPUNGED:
            return (after(Duty.REMOVE, state.since, REMOVE, calendar),)
        case lead.Status.CLOSED if state.stage is OutcomeStage.NOTHING_FOUND:
            return (after(Duty.REMOVE, state.since, ERASE, calendar),)
        case _:
            return ()
