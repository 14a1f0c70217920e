"""A lead beside the straight way (MECHANISM 1.2b S6-S23, 1.2c): for each event its guard, and what it sets.

Rows and statuses are those of services.domain.lead; one table here says what a row cannot, one what is carried over.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from contracts.envelope import Draft
from contracts.event import Event
from contracts.lead import RemovalAnswered
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
from contracts.lead_phone import PhoneConfirmed, PhoneRecorded
from contracts.lead_terms import Effect, Settlement
from contracts.refusals import Code, Refused
from contracts.vocabulary import RemovalResult, Restriction, Urgency
from services.domain import both, lead_forwarding, lead_naming, offers, papers
from services.domain.clocks import DAY, HOUR, parse_time
from services.domain.lead_state import Lead, Verdict
from services.domain.rules import States
from services.domain.trust import MONTHS_12

HOLD_SPAN = 184 * DAY
"""ms until a hold is reviewed, at most: six months."""
TRANSFER_SPAN = 7 * DAY
RECORD_SPAN = 24 * HOUR
"""ms after a call in which its record is signed."""
CLOCKS_APART = HOUR
"""ms by which the two units' words of when a call was may differ; beyond that it is disputed, not confirmed."""


def past_review(state: Lead, at: int) -> bool:
    """Whether the review date has begun and nothing holds the lead: from then on nobody reads it (S23)."""
    return bool(state.review_date) and not state.held and at >= papers.begin(state.review_date)


def unfit(state: Lead, e: Draft[Any], at: int) -> bool:
    """Whether a fact is out of its row though its status is one of the row's: late, and it changes no status.

    The node alone expunges before the review date what was not forwarded; all of a held lead is said to be removed
    (S20, S23, PROTOCOL 12).
    """
    match e.data:
        case Expunged(approval=None):
            return state.origin is None and not past_review(state, at)
        case RemovalAnswered(summary=summary):
            return state.held and summary.result is RemovalResult.REMOVED
        case _:
            return False


# -- guards: (state, event, at, states); raise Refused -----------------------------------------------------------------


def _correct(state: Lead, e: Draft[Corrected], at: int, states: States) -> None:
    """A whole version: whoever is not struck is in it, nobody is added; handling gets no looser (MECHANISM 3.8)."""
    summary = e.data.summary
    struck = [one.index for one in summary.effects if one.effect is Effect.STRUCK]
    named = max((one.index for one in summary.effects), default=0)
    if named > state.persons or len(summary.persons) != state.persons - len(struck):
        raise Refused(Code.SHAPE, "S12")
    if not set(summary.restrictions) >= set(state.restrictions):
        raise Refused(Code.CEILING, "S12")
    lead_naming.named(summary.persons, state.basis, summary.restrictions, states)


def _regrade(state: Lead, e: Draft[Regraded], at: int, states: States) -> None:
    lead_naming.tested(e, e.data.summary.grade, suspect=state.suspect)


def _dispute(state: Lead, e: Draft[JurisdictionDisputed], at: int, states: States) -> None:
    """A second word must make it a dispute: both want it, or both refuse it (S16)."""
    claims = dict(state.claims)
    if e.source in claims or set(claims.values()) - {e.data.summary.claim}:
        raise Refused(Code.STATE, "S16")


def _settle(state: Lead, e: Draft[JurisdictionSettled], at: int, states: States) -> None:
    """One of the two by agreement; a common superior may name a third (MECHANISM 3.1)."""
    summary = e.data.summary
    if summary.by is Settlement.AGREED and summary.unit not in states.channel.members:
        raise Refused(Code.UNKNOWN_MATTER, "S17")


def _hold(state: Lead, e: Draft[Held], at: int, states: States) -> None:
    if not papers.within(e.data.summary.review_on, at, HOLD_SPAN):
        raise Refused(Code.SHAPE, "S20")


def _release(state: Lead, e: Draft[HoldReleased], at: int, states: States) -> None:
    if not state.held:
        raise Refused(Code.STATE, "S20")


def _restrict(state: Lead, e: Draft[Restricted], at: int, states: States) -> None:
    """To one officer of either unit, once (S21)."""
    if state.reviewer:
        raise Refused(Code.STATE, "S21")
    reviewer, trust = e.data.summary.reviewer, states.channel.trust
    if not any(trust.serves(reviewer, unit, at) for unit in states.channel.members):
        raise Refused(Code.OFFICERS, "S21")


def _lift(state: Lead, e: Draft[RestrictionLifted], at: int, states: States) -> None:
    if not state.reviewer:
        raise Refused(Code.STATE, "S21")


def _review(state: Lead, e: Draft[Reviewed], at: int, states: States) -> None:
    """To a day at most 12 months on, by two officers of whom none wrote the lead (S22)."""
    approval, day = papers.approval(e), e.data.summary.review_date
    if not papers.within(day, parse_time(approval.decided_at), MONTHS_12):
        raise Refused(Code.SHAPE, "S22")
    if lead_forwarding.outlives(state, day):
        raise Refused(Code.SHAPE, "S10")
    if state.author in {papers.submission(e).officer, approval.officer}:
        raise Refused(Code.OFFICERS, "S22")


def _request(state: Lead, e: Draft[EvidenceUseRequested], at: int, states: States) -> None:
    """Where the lead is restricted so (S9)."""
    if Restriction.EVIDENCE_CONSENT not in state.restrictions:
        raise Refused(Code.STATE, "S9")


def _consent(state: Lead, e: Draft[Any], at: int, states: States) -> None:
    if e.data.summary.request != state.evidence_asked:
        raise Refused(Code.UNKNOWN_MATTER, "S9")


def _offer(state: Lead, e: Draft[TransferOffered], at: int, states: States) -> None:
    """One at a time, firm for at most 7 days (S15); of what is the holder's own, not of what was forwarded."""
    if state.origin is not None:
        raise Refused(Code.STATE, "S10")
    if state.transfer is not None and at < state.transfer[1]:
        raise Refused(Code.STATE, "L12")
    offers.made(e.data.summary.answer_by, at, TRANSFER_SPAN)


def _answer(state: Lead, e: Draft[Any], at: int, states: States) -> None:
    offers.answered(e.data.summary.offer, *(state.transfer or ("", 0)), at)


def _record(state: Lead, e: Draft[PhoneRecorded], at: int, states: States) -> None:
    """Lawful as a lead; by an officer of ours to one of theirs; signed within 24 h by the head who approved by voice.

    The 24 h run to that signature, not to the log: a line that is cut for a day loses no call.
    """
    lead_naming.lawful(e, states)
    summary, approval, trust = e.data.summary, papers.approval(e), states.channel.trust
    told = parse_time(summary.told_at)
    if not told <= parse_time(approval.decided_at) <= told + RECORD_SPAN:
        raise Refused(Code.SHAPE, "F2")
    both_ends = ((summary.told_by, e.source), (summary.told_to, states.channel.counterpart(e.source)))
    served = all(trust.serves(officer, unit, told) for officer, unit in both_ends)
    if not served or approval.officer != summary.spoken_approver:
        raise Refused(Code.OFFICERS, "F2")


def _confirm(state: Lead, e: Draft[PhoneConfirmed], at: int, states: States) -> None:
    if abs(parse_time(e.data.summary.told_at) - state.told_at) > CLOCKS_APART:
        raise Refused(Code.SHAPE, "F3")


GUARDS: Mapping[type[Event], Callable[[Lead, Draft[Any], int, States], None]] = MappingProxyType(
    {
        Corrected: _correct,
        EvidenceUseGranted: _consent,
        EvidenceUseRefused: _consent,
        EvidenceUseRequested: _request,
        Held: _hold,
        HoldReleased: _release,
        JurisdictionDisputed: _dispute,
        JurisdictionSettled: _settle,
        PhoneConfirmed: _confirm,
        PhoneRecorded: _record,
        Regraded: _regrade,
        Restricted: _restrict,
        RestrictionLifted: _lift,
        Reviewed: _review,
        TransferAccepted: _answer,
        TransferDeclined: _answer,
        TransferOffered: _offer,
    }
)


# -- what is carried over: (state, event, at) -> members of the state --------------------------------------------------


def opened(e: Draft[Any], at: int) -> dict[str, Any]:
    """Of what begins a stream and names people: a lead, a phone record."""
    summary = e.data.summary
    return {
        "owner": e.source,
        "urgency": summary.urgency,
        "category": summary.category,
        "basis": summary.basis.effective,
        "review_date": summary.review_date,
        "shared_at": at,
        "author": _author(e),
        **_version(e),
    }


def _author(e: Draft[Any]) -> str:
    """Empty where nobody can read it: then the event is void for its signatures."""
    try:
        return papers.submission(e).officer
    except Refused:
        return ""


def _version(e: Draft[Any]) -> dict[str, Any]:
    """A whole version, and who is named in it."""
    summary = e.data.summary
    return {
        "restrictions": summary.restrictions,
        "persons": len(summary.persons),
        "protected": lead_naming.protects(summary.persons),
        "suspect": lead_naming.suspects(summary.persons),
        "versions": (e.data.content.id,),
    }


def _corrected(state: Lead, e: Draft[Corrected], at: int) -> dict[str, Any]:
    correction = (e.digest, at, e.data.summary.urgency is Urgency.URGENT)
    return {**_version(e), "corrections": (*state.corrections, correction), "corrected_at": at}


def _settled(state: Lead, e: Draft[JurisdictionSettled], at: int) -> dict[str, Any]:
    """A unit's newest word replaces its older one; when both said the same, the dispute is over."""
    summary = e.data.summary
    words = both.said(state.settled, e.source, Verdict(summary.unit, summary.by, summary.decision))
    return {"settled": words} | ({"claims": ()} if both.agreed(words) else {})


CHANGES: Mapping[type[Event], Callable[[Lead, Draft[Any], int], dict[str, Any]]] = MappingProxyType(
    {
        Corrected: _corrected,
        EvidenceUseGranted: lambda *_: {"evidence_asked": "", "evidence": True},
        EvidenceUseRefused: lambda *_: {"evidence_asked": ""},
        EvidenceUseRequested: lambda _, e, at: {"evidence_asked": e.digest, "evidence_asked_at": at},
        Held: lambda _, e, __: {"hold_review": e.data.summary.review_on},
        HoldReleased: lambda *_: {"hold_review": ""},
        JurisdictionDisputed: lambda state, e, _: {
            "claims": (*state.claims, (e.source, e.data.summary.claim)),
            "settled": (),
        },
        JurisdictionSettled: _settled,
        Misdirected: lambda _, __, at: {"misdirected_at": at},
        PhoneConfirmed: lambda _, e, __: {"told_at": parse_time(e.data.summary.told_at)},
        PhoneRecorded: lambda _, e, at: {**opened(e, at), "told_at": parse_time(e.data.summary.told_at)},
        RemovalAnswered: lambda _, e, __: {"removal": (e.digest, e.data.summary.result)},
        Regraded: lambda state, e, at: {"unread": (*state.unread, (e.digest, at))},
        Reopened: lambda _, e, at: {"next_feedback_on": e.data.summary.next_feedback_on, "feedback_from": at},
        Restricted: lambda _, e, at: {"reviewer": e.data.summary.reviewer, "restricted_at": at},
        RestrictionLifted: lambda *_: {"reviewer": ""},
        Reviewed: lambda _, e, __: {"review_date": e.data.summary.review_date},
        TransferAccepted: lambda *_: {"transfer": None},
        TransferDeclined: lambda *_: {"transfer": None},
        TransferOffered: lambda _, e, __: {"transfer": (e.digest, parse_time(e.data.summary.answer_by))},
    }
)
