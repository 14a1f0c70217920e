"""What the rows of a lead's course cannot say (MECHANISM 1.2b S6-S23, 1.2c): one guard each, one change each.

Changes give the members of the state that an event sets; statuses are the rows' (services.domain.lead).
"""

from typing import Any

from contracts.envelope import Draft
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
    Held,
    HoldReleased,
    JurisdictionDisputed,
    JurisdictionSettled,
    Regraded,
    Reopened,
    Restricted,
    RestrictionLifted,
    Reviewed,
)
from contracts.lead_phone import PhoneConfirmed, PhoneRecorded
from contracts.lead_terms import Claim
from contracts.refusals import Code, Refused
from contracts.vocabulary import Restriction
from services.domain import basis, papers
from services.domain.clocks import DAY, HOUR, parse_time
from services.domain.rules import States
from services.domain.trust import MONTHS_12

HOLD_SPAN = 184 * DAY
"""ms until a hold is reviewed, at most: six months."""
TRANSFER_SPAN = 7 * DAY
RECORD_SPAN = 24 * HOUR
"""ms in which what was told by telephone is written down."""


def past_review(state: Any, at: int) -> bool:
    """Whether the review date is over and nothing holds the lead: from then on nobody reads it (S23)."""
    return bool(state.review_date) and not state.held and at >= papers.begin(state.review_date) + DAY


def permit(state: Any, e: Draft[Any], at: int, states: States) -> None:
    """Raises Refused."""
    match e.data:
        case Corrected(summary=summary):
            _correct(state, summary, states)
        case JurisdictionDisputed(summary=summary):
            _dispute(state, e.source, summary.claim)
        case JurisdictionSettled(summary=summary) if summary.unit not in states.channel.members:
            raise Refused(Code.UNKNOWN_MATTER, "S17")
        case Held(summary=summary) if not papers.within(summary.review_on, at, HOLD_SPAN):
            raise Refused(Code.SHAPE, "S20")
        case HoldReleased() if not state.held:
            raise Refused(Code.STATE, "S20")
        case Reviewed(summary=summary):
            _review(state, e, summary.review_date, at)
        case PhoneRecorded():
            _told(e, at, states)
        case Restricted() | RestrictionLifted():
            _restrict(state, e, at, states)
        case _:
            _consent(state, e, at)


def _restrict(state: Any, e: Draft[Any], at: int, states: States) -> None:
    """To an officer of the recipient; lifted where it stands (S21)."""
    if isinstance(e.data, RestrictionLifted) != bool(state.reviewer):
        raise Refused(Code.STATE, "S21")
    recipient = states.channel.counterpart(e.source)
    if isinstance(e.data, Restricted) and not states.channel.trust.serves(e.data.summary.reviewer, recipient, at):
        raise Refused(Code.OFFICERS, "S21")


def _transfer(state: Any, e: Draft[Any], at: int) -> None:
    """One offer at a time, firm for at most 7 days; answered in time (S15, L12)."""
    offer, binds = state.transfer or ("", 0)
    if isinstance(e.data, TransferOffered):
        if at < binds:
            raise Refused(Code.STATE, "L12")
        if not 0 < parse_time(e.data.summary.answer_by) - at <= TRANSFER_SPAN:
            raise Refused(Code.OFFER_LAPSED, "L12")
        return
    if e.data.summary.offer != offer:
        raise Refused(Code.UNKNOWN_MATTER, "WIRE 31")
    if at >= binds:
        raise Refused(Code.OFFER_LAPSED, "L12")


def _consent(state: Any, e: Draft[Any], at: int) -> None:
    """Asked where the lead is restricted so, answered where it was asked (S9)."""
    match e.data:
        case EvidenceUseRequested() if Restriction.EVIDENCE_CONSENT not in state.restrictions:
            raise Refused(Code.STATE, "S9")
        case EvidenceUseGranted(summary=summary) | EvidenceUseRefused(summary=summary):
            if summary.request != state.evidence_asked:
                raise Refused(Code.UNKNOWN_MATTER, "S9")
        case TransferOffered() | TransferAccepted() | TransferDeclined():
            _transfer(state, e, at)
        case _:
            pass


def _correct(state: Any, summary: Any, states: States) -> None:
    """Who is struck or changed was there; handling never gets looser by the way (MECHANISM 3.8)."""
    if any(one.index > state.persons for one in summary.effects):
        raise Refused(Code.SHAPE, "S12")
    if not set(summary.restrictions) >= set(state.restrictions):
        raise Refused(Code.CEILING, "S12")
    if not set(summary.restrictions) <= states.channel.terms.ceiling:
        raise Refused(Code.CEILING, "L6")
    if state.basis is not None:
        basis.check_persons(state.basis, summary.persons)


def _dispute(state: Any, source: str, claim: Claim) -> None:
    """A second word must make it a dispute: both want it, or both refuse it (S16)."""
    said = dict(state.claims)
    others = [other for unit, other in said.items() if unit != source]
    if source in said or (others and others != [claim]):
        raise Refused(Code.STATE, "S16")


def _review(state: Any, e: Draft[Reviewed], review_date: str, at: int) -> None:
    """Before the date is over, to a day at most 12 months on, by two officers of whom none wrote the lead (S22)."""
    approval = papers.approval(e)
    if past_review(state, at):
        raise Refused(Code.STATE, "S23")
    if not papers.within(review_date, parse_time(approval.decided_at), MONTHS_12):
        raise Refused(Code.SHAPE, "S22")
    if state.author in {papers.submission(e).officer, approval.officer}:
        raise Refused(Code.OFFICERS, "S22")


def _told(e: Draft[PhoneRecorded], at: int, states: States) -> None:
    """Told before it is recorded and at most 24 h ago, by an officer of ours to one of theirs."""
    summary = e.data.summary
    told, trust = parse_time(summary.told_at), states.channel.trust
    if not told <= at <= told + RECORD_SPAN:
        raise Refused(Code.STATE, "F2")
    both = ((summary.told_by, e.source), (summary.told_to, states.channel.counterpart(e.source)))
    if not all(trust.serves(officer, unit, told) for officer, unit in both):
        raise Refused(Code.OFFICERS, "F2")


def changes(state: Any, e: Draft[Any], at: int) -> dict[str, Any]:
    """What the event sets beside the status."""
    found: dict[str, Any] = {}
    match e.data:
        case Regraded():
            found = {"unread": (*state.unread, (e.digest, at))}
        case Corrected(summary=summary):
            found = _corrected(state, summary, e, at)
        case JurisdictionDisputed(summary=summary):
            found = {"claims": (*state.claims, (e.source, summary.claim)), "settled": ()}
        case JurisdictionSettled(summary=summary):
            found = _settled(state, e.source, summary)
        case Held(summary=summary):
            found = {"held": True, "hold_review": summary.review_on}
        case HoldReleased():
            found = {"held": False, "hold_review": ""}
        case Reopened(summary=summary):
            found = {"next_feedback_on": summary.next_feedback_on, "feedback_from": at}
        case Reviewed(summary=summary):
            found = {"review_date": summary.review_date}
        case _:
            found = _of_consents(e, at)
    return found


def _corrected(state: Any, summary: Any, e: Draft[Corrected], at: int) -> dict[str, Any]:
    return {
        "restrictions": summary.restrictions,
        "persons": len(summary.persons),
        "versions": (e.data.content.id,),
        "unread": (*state.unread, (e.digest, at)),
    }


def _settled(state: Any, source: str, summary: Any) -> dict[str, Any]:
    """A unit's newest word replaces its older one; when both said the same, the dispute is over."""
    decision = summary.decision
    number = f"{decision.series}/{decision.year}/{decision.number}" if decision else ""
    said = (source, summary.unit, summary.by, number)
    settled = (*(one for one in state.settled if one[0] != source), said)
    return {"settled": settled} | ({"claims": ()} if settled_on(settled) else {})


def settled_on(settled: tuple[tuple[str, ...], ...]) -> str:
    """The unit that both named in the same words; empty while they have not (S17)."""
    said = {one[1:] for one in settled}
    return next(iter(said))[0] if len(settled) == 2 and len(said) == 1 else ""


def _of_consents(e: Draft[Any], at: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    match e.data:
        case EvidenceUseRequested():
            found = {"evidence_asked": e.digest, "evidence_asked_at": at}
        case EvidenceUseGranted():
            found = {"evidence_asked": "", "evidence": True}
        case EvidenceUseRefused():
            found = {"evidence_asked": ""}
        case TransferOffered(summary=summary):
            found = {"transfer": (e.digest, parse_time(summary.answer_by))}
        case TransferAccepted() | TransferDeclined():
            found = {"transfer": None}
        case Restricted(summary=summary):
            found = {"reviewer": summary.reviewer, "restricted_at": at}
        case RestrictionLifted():
            found = {"reviewer": ""}
        case PhoneRecorded(summary=summary):
            found = {"owner": e.source, "urgency": summary.urgency, "category": summary.category, "shared_at": at}
        case PhoneConfirmed(summary=summary):
            found = {"told_at": parse_time(summary.told_at)}
        case _:
            pass
    return found
