"""A lead shared in a pairing (MECHANISM 1.2b, L4-L6, L8). The table reads like the page; ``permit`` guards its rows."""

from dataclasses import replace
from typing import Any

from contracts.envelope import Draft
from contracts.event import Event
from contracts.lead import (
    Accepted,
    Acknowledged,
    Closed,
    Declined,
    Delivered,
    FeedbackGiven,
    OutcomeRecorded,
    Received,
    RemovalAnswered,
    Shared,
    Supplemented,
    Withdrawn,
)
from contracts.lead_consents import (
    EvidenceUseGranted,
    EvidenceUseRefused,
    EvidenceUseRequested,
    TransferAccepted,
    TransferDeclined,
    TransferOffered,
)
from contracts.lead_course import (
    Corrected,
    Expunged,
    Held,
    HoldReleased,
    JurisdictionDisputed,
    JurisdictionSettled,
    Misdirected,
    Regraded,
    Reopened,
    Restricted,
    RestrictionLifted,
    Reviewed,
)
from contracts.lead_phone import PhoneConfirmed, PhoneDisputed, PhoneRecorded
from contracts.parts import MAX_PERSONS
from contracts.refusals import Code, Refused
from contracts.vocabulary import (
    ApproverAnswer,
    InformationGrade,
    PersonApprover,
    PersonCategory,
    RemovalResult,
    RequestedAction,
    Restriction,
    Role,
    SourceGrade,
)
from services.domain import basis, lead_course, papers
from services.domain.clocks import DAY, parse_time
from services.domain.lead_state import INITIAL, LIVE, Lead, Status
from services.domain.rules import ANY_HANDLER, HANDLER, INTAKE_OR_DUTY, Allowed, Rule, Side, Sign, States
from services.domain.trust import MONTHS_12

PHONE_FIRST = 2
"""Rule version from which a lead may write down what was told by telephone."""
FEEDBACK_SPAN = 30 * DAY
"""ms at most until the recipient is heard of again."""
SILENCE = 30 * DAY
"""ms without a word of the owner after which the recipient may close."""


ENDED = frozenset(Status) - LIVE - {Status.ABSENT, Status.PHONE_RECORDED}
"""At an end as a matter; removals and receipts go on."""
_WORKED_ON = frozenset({Status.IN_PROGRESS, Status.WITH_OUTCOME})
_TO_REMOVE = frozenset({Status.WITHDRAWN, Status.DECLINED, Status.CLOSED, Status.MISDIRECTED, Status.EXPUNGED})
_TO_DECLINE = frozenset({Status.DELIVERED, Status.RECEIVED})
_TO_CLOSE = frozenset({Status.WITH_OUTCOME, Status.RECEIVED})  # RECEIVED: only what was for information
_TO_WITHDRAW = LIVE | {Status.DECLINED, Status.CLOSED, Status.MISDIRECTED}
_TO_CORRECT = LIVE | {Status.CLOSED, Status.RETAINED}
_TO_DISPUTE = frozenset({Status.RECEIVED, Status.IN_PROGRESS, Status.DISPUTED})
_TO_HOLD = frozenset({Status.IN_PROGRESS, Status.WITH_OUTCOME, Status.CLOSED, Status.RETAINED})
_WAITS_CONFIRMATION = frozenset({Status.PHONE_RECORDED})
_TOLD = frozenset({Status.PHONE_RECORDED, Status.PHONE_CONFIRMED, Status.PHONE_DISPUTED})
_ACCEPTERS = (Role.AUTHOR, Role.DUTY)  # DUTY: only what is urgent


def _only(status: Status) -> frozenset[Status]:
    return frozenset({status})


RULES: dict[type[Event], Rule] = {
    Shared: Rule("S1", Side.OPENER, _only(Status.ABSENT), Status.SENT, Sign.BY_DATA, Allowed.NEW),
    Delivered: Rule("S2", Side.OTHER, _only(Status.SENT), Status.DELIVERED, Sign.NODE, Allowed.ALWAYS),
    Received: Rule(
        "S3", Side.OTHER, _only(Status.DELIVERED), Status.RECEIVED, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY
    ),
    Accepted: Rule(
        "S4", Side.OTHER, _only(Status.RECEIVED), Status.IN_PROGRESS, Sign.ONE, Allowed.GOING_ON, _ACCEPTERS
    ),
    Declined: Rule("S5", Side.OTHER, _TO_DECLINE, Status.DECLINED, Sign.TWO, Allowed.GOING_ON),
    FeedbackGiven: Rule("S7", Side.OTHER, _only(Status.IN_PROGRESS), None, Sign.BY_DATA, Allowed.ALWAYS, HANDLER),
    OutcomeRecorded: Rule("S8", Side.OTHER, _WORKED_ON, Status.WITH_OUTCOME, Sign.TWO, Allowed.ALWAYS),
    Misdirected: Rule("S6", Side.OTHER, _TO_DECLINE, Status.MISDIRECTED, Sign.ONE, Allowed.ALWAYS, (Role.INTAKE,)),
    EvidenceUseRequested: Rule("S9", Side.OTHER, _WORKED_ON, None, Sign.TWO, Allowed.GOING_ON),
    EvidenceUseGranted: Rule("S9a", Side.OWNER, _WORKED_ON, None, Sign.TWO, Allowed.ALWAYS),
    EvidenceUseRefused: Rule("S9b", Side.OWNER, _WORKED_ON, None, Sign.TWO, Allowed.ALWAYS),
    Regraded: Rule("S11b", Side.OWNER, LIVE, None, Sign.TWO, Allowed.ALWAYS),
    Corrected: Rule("S12", Side.OWNER, _TO_CORRECT, None, Sign.BY_DATA, Allowed.ALWAYS),
    Supplemented: Rule("S11", Side.OWNER, LIVE, None, Sign.BY_DATA, Allowed.GOING_ON),
    Acknowledged: Rule("S11a", Side.OTHER, LIVE, None, Sign.ONE, Allowed.ALWAYS, ANY_HANDLER),
    Withdrawn: Rule("S13", Side.OWNER, _TO_WITHDRAW, Status.WITHDRAWN, Sign.ONE, Allowed.ALWAYS, HANDLER),
    RemovalAnswered: Rule(
        "S14", Side.OTHER, _TO_REMOVE, Status.REMOVED, Sign.BY_DATA, Allowed.ALWAYS, ANY_HANDLER
    ),  # or RETAINED
    TransferOffered: Rule("S15", Side.OWNER, _only(Status.IN_PROGRESS), None, Sign.HEAD, Allowed.NEW),
    TransferAccepted: Rule("S15a", Side.OTHER, _only(Status.IN_PROGRESS), Status.MOVED, Sign.HEAD, Allowed.GOING_ON),
    TransferDeclined: Rule("S15b", Side.OTHER, _only(Status.IN_PROGRESS), None, Sign.HEAD, Allowed.ALWAYS),
    JurisdictionDisputed: Rule("S16", Side.EITHER, _TO_DISPUTE, Status.DISPUTED, Sign.HEAD, Allowed.ALWAYS),
    JurisdictionSettled: Rule(  # IN_PROGRESS or MOVED when both have said the same
        "S17", Side.EITHER, _only(Status.DISPUTED), None, Sign.HEAD, Allowed.ALWAYS
    ),
    Closed: Rule("S18", Side.EITHER, _TO_CLOSE, Status.CLOSED, Sign.ONE, Allowed.ALWAYS, HANDLER),
    Reopened: Rule("S19", Side.EITHER, _only(Status.CLOSED), Status.IN_PROGRESS, Sign.TWO, Allowed.GOING_ON),
    Held: Rule("S20", Side.OTHER, _TO_HOLD, None, Sign.TWO, Allowed.ALWAYS),
    HoldReleased: Rule("S20a", Side.OTHER, _TO_HOLD, None, Sign.TWO, Allowed.ALWAYS),
    Restricted: Rule("S21", Side.OWNER, LIVE, None, Sign.TWO, Allowed.ALWAYS),
    RestrictionLifted: Rule("S21a", Side.OWNER, LIVE, None, Sign.TWO, Allowed.ALWAYS),
    Reviewed: Rule("S22", Side.OWNER, LIVE, None, Sign.TWO, Allowed.ALWAYS),
    Expunged: Rule("S23", Side.OWNER, LIVE | {Status.CLOSED}, Status.EXPUNGED, Sign.BY_DATA, Allowed.ALWAYS),
    PhoneRecorded: Rule("F2", Side.OPENER, _only(Status.ABSENT), Status.PHONE_RECORDED, Sign.HEAD, Allowed.NEW),
    PhoneConfirmed: Rule(
        "F3", Side.OTHER, _WAITS_CONFIRMATION, Status.PHONE_CONFIRMED, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY
    ),
    PhoneDisputed: Rule(
        "F3a", Side.OTHER, _WAITS_CONFIRMATION, Status.PHONE_DISPUTED, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY
    ),
}


def needs(e: Draft[Any]) -> Sign:
    """A head for a person who asks for one or looser handling; two where persons are named or something is kept."""
    match e.data:
        case Supplemented(summary=summary) if summary.looser:
            return Sign.HEAD
        case Shared(summary=summary) | Supplemented(summary=summary) | Corrected(summary=summary):
            return _two_or_head(summary.persons)
        case FeedbackGiven(summary=summary, approval=approval):
            return Sign.TWO if summary.persons_count or approval else Sign.ONE
        case RemovalAnswered():
            return _removal(e.data)
        case Expunged(approval=approval):
            return Sign.TWO if approval else Sign.NODE
        case _:
            return RULES[type(e.data)].sign


def _removal(event: RemovalAnswered) -> Sign:
    if event.summary.result is not RemovalResult.REMOVED or event.approval:
        return Sign.TWO
    return Sign.ONE if event.summary.officer else Sign.NODE


def _two_or_head(persons: tuple[Any, ...]) -> Sign:
    return Sign.HEAD if any(person.approver is PersonApprover.HEAD for person in persons) else Sign.TWO


def permit(state: Lead, e: Draft[Any], at: int, states: States) -> None:
    """What the rows cannot say. Raises Refused."""
    match e.data:
        case Shared():
            _share(e, states)
        case PhoneRecorded():
            _goes_out(e, states)
            lead_course.permit(state, e, at, states)
        case Accepted():
            _accept(state, e, at, states)
        case Supplemented():
            _supplement(state, e, states)
        case Closed():
            _close(state, e, at, states)
        case _:
            lead_course.permit(state, e, at, states)


def _share(e: Draft[Shared], states: States) -> None:
    """Forwarded leads come with a later rule version (PROTOCOL 1), phone records came with the second."""
    first = e.data.summary.phone_first
    if e.data.embedded is not None or (first is not None and states.channel.trust.rule_version < PHONE_FIRST):
        raise Refused(Code.TYPE, "PROTOCOL 1")
    if first is not None:
        told = states.state("lead", first)
        if told.status not in _TOLD or told.owner != e.source:
            raise Refused(Code.UNKNOWN_MATTER, "F2")
    _goes_out(e, states)


def _goes_out(e: Draft[Any], states: States) -> None:
    """L4, L6, the basis matrix."""
    summary = e.data.summary
    if summary.category not in states.channel.terms.purposes:
        raise Refused(Code.PURPOSE, "L6")
    _restricted(summary.restrictions, _protects(summary.persons), states)
    basis.check_lead(summary.basis.effective, summary.category)
    basis.check_persons(summary.basis.effective, summary.persons)
    _approved(e)


def _restricted(restrictions: tuple[Restriction, ...], protected: bool, states: States) -> None:
    """Within what both units can honour; witnesses and victims go no further without consent (MECHANISM 3.4, 3.8)."""
    if not set(restrictions) <= states.channel.terms.ceiling:
        raise Refused(Code.CEILING, "L6")
    if protected and Restriction.FORWARD_CONSENT not in restrictions:
        raise Refused(Code.CEILING, "MECHANISM 3.4")


def _protects(persons: tuple[Any, ...]) -> bool:
    return any(person.category is not PersonCategory.SUSPECT for person in persons)


def _approved(e: Draft[Any]) -> None:
    """Review date and basis date against the day of the approval; the approver's word for an X4 suspect."""
    summary, approval = e.data.summary, papers.approval(e)
    decided = parse_time(approval.decided_at)
    if not papers.within(summary.review_date, decided, MONTHS_12) or papers.begin(summary.basis.date) > decided:
        raise Refused(Code.SHAPE, "L4")
    x4 = (summary.grade.source, summary.grade.information) == (SourceGrade.X, InformationGrade.NOT_CORROBORATED)
    suspect = any(person.category is PersonCategory.SUSPECT for person in summary.persons)
    if x4 and suspect and ApproverAnswer.UNTESTED_SUSPECT not in approval.answers:
        raise Refused(Code.SIGNATURES, "FIELDS 6.3")


def _accept(state: Lead, e: Draft[Accepted], at: int, states: States) -> None:
    """The next word within 30 days; the duty officer accepts only what is urgent."""
    if not papers.within(e.data.summary.next_feedback_on, at, FEEDBACK_SPAN):
        raise Refused(Code.SHAPE, "S4")
    papers.duty_only_urgent(e, state.urgency, Role.AUTHOR, states)


def _supplement(state: Lead, e: Draft[Supplemented], states: States) -> None:
    """What is added obeys what the lead obeyed; a looser set says so, and then takes the head."""
    summary = e.data.summary
    restrictions = state.restrictions if summary.restrictions is None else summary.restrictions
    if state.persons + len(summary.persons) > MAX_PERSONS:
        raise Refused(Code.STATE, "FIELDS 6.3")
    if not set(restrictions) >= set(state.restrictions) and not summary.looser:
        raise Refused(Code.SIGNATURES, "S11")
    _restricted(restrictions, state.protected or _protects(summary.persons), states)
    if state.basis is not None:
        basis.check_persons(state.basis, summary.persons)


def _close(state: Lead, e: Draft[Closed], at: int, states: States) -> None:
    """By the owner, by the recipient when the owner is silent; with no enquiry about it waiting for an answer."""
    if state.status is Status.RECEIVED and not state.inform:
        raise Refused(Code.STATE, "S18")
    if e.source != state.owner and at < max(state.owner_spoke, state.since) + SILENCE:
        raise Refused(Code.WRONG_SIDE, "S18")
    if any(_keeps_open(context, other, e.subject, at) for context, other in states.open()):
        raise Refused(Code.STATE, "S18")


def _keeps_open(context: str, other: Any, subject: str, at: int) -> bool:
    """An enquiry that waits for its answer, an operation that is offered or not over."""
    match context:
        case "enquiry":
            return bool(other.pending and other.lead == subject)
        case "operation":
            return bool(other.keeps(subject, at))
        case _:
            return False


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """What is said is carried over always; the status moves only where the row allowed it (late facts)."""
    rule = RULES[type(e.data)]
    after = _said(state, e, at)
    if state.status in rule.when:
        status = _then(after, e, rule)
        after = after if status is None else replace(after, status=status, since=at)
    return replace(after, owner_spoke=at) if e.source == after.owner else after


def _then(state: Any, e: Draft[Any], rule: Rule) -> Any:
    if isinstance(e.data, JurisdictionSettled):
        whose = lead_course.settled_on(state.settled)
        return {"": None, state.owner: Status.MOVED}.get(whose, Status.IN_PROGRESS)
    kept = isinstance(e.data, RemovalAnswered) and e.data.summary.result is not RemovalResult.REMOVED
    return Status.RETAINED if kept else rule.then


def _said(state: Any, e: Draft[Any], at: int) -> Any:
    match e.data:
        case Shared():
            return _opened(state, e, at)
        case Accepted(summary=summary) | FeedbackGiven(summary=summary):
            return replace(state, next_feedback_on=summary.next_feedback_on, feedback_from=at)
        case Supplemented(summary=summary):
            after = _added(state, summary, (*state.unread, (e.digest, at)))
            return replace(after, versions=(*state.versions, e.data.content.id))
        case Acknowledged(summary=summary):
            return replace(state, unread=tuple(one for one in state.unread if one[0] != summary.event))
        case OutcomeRecorded(summary=summary):
            return replace(state, stage=summary.stage, outcome=e.digest, outcome_at=at)
        case _:
            return replace(state, **lead_course.changes(state, e, at))


def _opened(state: Any, e: Draft[Shared], at: int) -> Any:
    summary = e.data.summary
    return replace(
        state,
        owner=e.source,
        urgency=summary.urgency,
        category=summary.category,
        basis=summary.basis.effective,
        restrictions=summary.restrictions,
        review_date=summary.review_date,
        inform=summary.action == (RequestedAction.INFORM,),
        persons=len(summary.persons),
        protected=_protects(summary.persons),
        shared_at=at,
        author=_author(e),
        versions=(e.data.content.id,),
    )


def _author(e: Draft[Shared]) -> str:
    """Empty where nobody can read it: then the event is void for its signatures."""
    try:
        return papers.submission(e).officer
    except Refused:
        return ""


def _added(state: Any, summary: Any, unread: tuple[tuple[str, int], ...]) -> Any:
    return replace(
        state,
        restrictions=state.restrictions if summary.restrictions is None else summary.restrictions,
        persons=state.persons + len(summary.persons),
        protected=state.protected or _protects(summary.persons),
        unread=unread,
    )


__all__ = ["ENDED", "INITIAL", "LIVE", "RULES", "Lead", "Status", "evolve", "needs", "permit"]
