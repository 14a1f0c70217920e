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
from contracts.lead_forwarding import ForwardGranted, ForwardRefused, ForwardRequested
from contracts.lead_phone import PhoneConfirmed, PhoneDisputed, PhoneRecorded
from contracts.parts import MAX_PERSONS
from contracts.refusals import Code, Refused
from contracts.vocabulary import (
    RemovalResult,
    RequestedAction,
    Role,
)
from services.domain import both, lead_course, lead_forwarding, lead_naming, papers
from services.domain.clocks import DAY
from services.domain.lead_state import ASKED_BACK, INITIAL, KEPT, LIVE, PHONE, Lead, Status
from services.domain.rules import ANY_HANDLER, HANDLER, INTAKE_OR_DUTY, SECOND, THIRD, Allowed, Rule, Side, Sign, States

FEEDBACK_SPAN = 30 * DAY
"""ms at most until the recipient is heard of again."""
SILENCE = 30 * DAY
"""ms without a word of the owner after which the recipient may close."""


ENDED = frozenset(Status) - LIVE - {Status.ABSENT, Status.PHONE_RECORDED}
"""At an end as a matter; removals and receipts go on."""
_WORKED_ON = frozenset({Status.IN_PROGRESS, Status.WITH_OUTCOME})
_TO_REMOVE = ASKED_BACK | {Status.CLOSED}
_TO_DECLINE = frozenset({Status.DELIVERED, Status.RECEIVED})
_TO_CLOSE = frozenset({Status.WITH_OUTCOME, Status.RECEIVED})  # RECEIVED: only what was for information
_TO_WITHDRAW = LIVE | PHONE | {Status.DECLINED, Status.CLOSED, Status.MISDIRECTED, Status.MOVED}
_TO_DISPUTE = frozenset({Status.RECEIVED, Status.IN_PROGRESS, Status.DISPUTED})
_TO_HOLD = _WORKED_ON | {Status.CLOSED, Status.RETAINED, Status.MOVED}
_WAITS_CONFIRMATION = frozenset({Status.PHONE_RECORDED})
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
    ForwardRequested: Rule("S10", Side.OTHER, LIVE, None, Sign.TWO, Allowed.GOING_ON),
    ForwardGranted: Rule("S10a", Side.OWNER, LIVE, None, Sign.TWO, Allowed.GOING_ON),
    ForwardRefused: Rule("S10b", Side.OWNER, LIVE, None, Sign.TWO, Allowed.ALWAYS),
    Regraded: Rule("S11b", Side.OWNER, LIVE, None, Sign.TWO, Allowed.ALWAYS),
    Corrected: Rule("S12", Side.OWNER, KEPT, None, Sign.BY_DATA, Allowed.ALWAYS),
    Supplemented: Rule("S11", Side.OWNER, LIVE, None, Sign.BY_DATA, Allowed.GOING_ON),
    Acknowledged: Rule("S11a", Side.OTHER, KEPT, None, Sign.ONE, Allowed.ALWAYS, ANY_HANDLER),  # see ``late``
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
    HoldReleased: Rule("S20a", Side.OTHER, KEPT | ASKED_BACK, None, Sign.TWO, Allowed.ALWAYS),
    Restricted: Rule("S21", Side.OWNER, LIVE, None, Sign.TWO, Allowed.ALWAYS),
    RestrictionLifted: Rule("S21a", Side.OWNER, KEPT, None, Sign.TWO, Allowed.ALWAYS),
    Reviewed: Rule("S22", Side.OWNER, LIVE, None, Sign.TWO, Allowed.ALWAYS),
    Expunged: Rule(  # see ``late``
        "S23", Side.OWNER, KEPT | PHONE, Status.EXPUNGED, Sign.BY_DATA, Allowed.ALWAYS
    ),
    PhoneRecorded: Rule("F2", Side.OPENER, _only(Status.ABSENT), Status.PHONE_RECORDED, Sign.HEAD, Allowed.NEW),
    PhoneConfirmed: Rule(
        "F3", Side.OTHER, _WAITS_CONFIRMATION, Status.PHONE_CONFIRMED, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY
    ),
    PhoneDisputed: Rule(
        "F3a", Side.OTHER, _WAITS_CONFIRMATION, Status.PHONE_DISPUTED, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY
    ),
}
_LETS_GO = frozenset(
    {
        Declined,
        Misdirected,
        Closed,
        ForwardRefused,
        Restricted,
        TransferDeclined,
        PhoneConfirmed,
        PhoneDisputed,
    }
)
"""Permissions of a lead whose review date is past: nothing that keeps it."""
_GUARDS = {**lead_course.GUARDS, **lead_forwarding.GUARDS}
_CHANGES = {**lead_course.CHANGES, **lead_forwarding.CHANGES}


def needs(e: Draft[Any]) -> Sign:
    """A head for a person who asks for one or looser handling; two where persons are named or something is kept."""
    match e.data:
        case Supplemented(summary=summary) if summary.looser:
            return Sign.HEAD
        case Shared(summary=summary) | Supplemented(summary=summary) | Corrected(summary=summary):
            return lead_naming.signs(summary.persons)
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


def permit(state: Lead, e: Draft[Any], at: int, states: States) -> None:
    """What the rows cannot say. Raises Refused."""
    reviewed = states.channel.trust.rule_version >= SECOND
    if reviewed and lead_course.past_review(state, at) and type(e.data) not in _LETS_GO:
        raise Refused(Code.STATE, "S23")
    match e.data:
        case Shared():
            _share(e, at, states)
        case Accepted():
            _accept(state, e, at, states)
        case Supplemented():
            _supplement(state, e, states)
        case Closed():
            _close(state, e, at, states)
        case _:
            guard = _GUARDS.get(type(e.data))
            if guard is not None:
                guard(state, e, at, states)


def _share(e: Draft[Shared], at: int, states: States) -> None:
    """Phone records came with the second rule version (PROTOCOL 1), forwarded leads with the third."""
    first, grant, version = e.data.summary.phone_first, e.data.embedded, states.channel.trust.rule_version
    if (grant is not None and version < THIRD) or (first is not None and version < SECOND):
        raise Refused(Code.TYPE, "PROTOCOL 1")
    if grant is not None:
        lead_forwarding.check(e, grant, at, states)
    if first is not None:
        told = states.state("lead", first)
        if told.status not in PHONE or told.owner != e.source:
            raise Refused(Code.UNKNOWN_MATTER, "F2")
    lead_naming.lawful(e, states)


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
    if lead_forwarding.loosens(state, restrictions):
        raise Refused(Code.CEILING, "S10")
    lead_naming.named(summary.persons, state.basis, restrictions, states, protected=state.protected)


def _close(state: Lead, e: Draft[Closed], at: int, states: States) -> None:
    """By the owner, by the recipient when the owner is silent; with no enquiry, consent or operation open."""
    if state.status is Status.RECEIVED and not state.inform:
        raise Refused(Code.STATE, "S18")
    if e.source != state.owner and at < max(state.owner_spoke, state.since) + SILENCE:
        raise Refused(Code.WRONG_SIDE, "S18")
    consent_asked = state.evidence_asked or state.forwards
    if consent_asked or any(_keeps_open(context, other, e.subject, at) for context, _, other in states.open()):
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


def late(state: Lead, e: Draft[Any], at: int) -> bool:
    """Whether a fact is out of its row though the status is one of the row's (PROTOCOL 1)."""
    if isinstance(e.data, Acknowledged) and state.status not in LIVE:  # then only a correction is still to be read
        return e.data.summary.event not in {one[0] for one in state.corrections}
    return lead_course.unfit(state, e, at)


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """What is said is carried over always; the status moves only where the row allowed it (late facts)."""
    rule = RULES[type(e.data)]
    after = _said(state, e, at)
    if state.status in rule.when and not late(state, e, at):
        status = _then(after, e, rule)
        after = after if status is None else replace(after, status=status, since=at)
        if status in ASKED_BACK and not after.asked_back:
            after = replace(after, asked_back=at)
    return replace(after, owner_spoke=at) if e.source == after.owner else after


def _then(state: Any, e: Draft[Any], rule: Rule) -> Any:
    """A matter that is settled is the recipient's, or nobody's here; what is kept is kept in a case file."""
    if isinstance(e.data, JurisdictionSettled):
        verdict = both.agreed(state.settled)
        if verdict is None:
            return None
        recipient = next(unit for unit, _ in state.settled if unit != state.owner)  # both have spoken
        return Status.IN_PROGRESS if verdict.unit == recipient else Status.MOVED
    kept = isinstance(e.data, RemovalAnswered) and e.data.summary.result is not RemovalResult.REMOVED
    return Status.RETAINED if kept else rule.then


def _said(state: Any, e: Draft[Any], at: int) -> Any:
    match e.data:
        case Shared(summary=summary):
            inform = summary.action == (RequestedAction.INFORM,)
            return replace(state, inform=inform, origin=lead_forwarding.origin(e), **lead_course.opened(e, at))
        case Accepted(summary=summary) | FeedbackGiven(summary=summary):
            return replace(state, next_feedback_on=summary.next_feedback_on, feedback_from=at)
        case Supplemented():
            return _added(state, e, at)
        case Acknowledged(summary=summary):
            unread = tuple(one for one in state.unread if one[0] != summary.event)
            corrections = tuple(one for one in state.corrections if one[0] != summary.event)
            return replace(state, unread=unread, corrections=corrections)
        case OutcomeRecorded(summary=summary):
            return replace(state, stage=summary.stage, outcome=e.digest, outcome_at=at)
        case _:
            change = _CHANGES.get(type(e.data))
            return state if change is None else replace(state, **change(state, e, at))


def _added(state: Any, e: Draft[Supplemented], at: int) -> Any:
    summary = e.data.summary
    return replace(
        state,
        restrictions=state.restrictions if summary.restrictions is None else summary.restrictions,
        persons=state.persons + len(summary.persons),
        protected=state.protected or lead_naming.protects(summary.persons),
        suspect=state.suspect or lead_naming.suspects(summary.persons),
        versions=(*state.versions, e.data.content.id),
        unread=(*state.unread, (e.digest, at)),
    )


__all__ = [
    "ASKED_BACK",
    "ENDED",
    "INITIAL",
    "KEPT",
    "LIVE",
    "PHONE",
    "RULES",
    "Lead",
    "Status",
    "evolve",
    "late",
    "needs",
    "permit",
]
