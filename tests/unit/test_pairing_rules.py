"""Pairings row by row: proposed, answered, paused, ended (MECHANISM 1.1, L6, L12), and what is allowed meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts import lead, pairing
from contracts.channels import PAIRING, Place
from contracts.lead import Shared
from contracts.pairing_course import (
    ContactsChanged,
    ContactsChangedSummary,
    RenewalAccepted,
    RenewalOffered,
    RenewalOfferedSummary,
)
from contracts.refusals import Refused
from contracts.vocabulary import Classification, Role, Suspension, Urgency
from services.domain import CONTEXTS
from services.domain.clocks import DAY, SECOND, format_time
from services.domain.counting import sleeping_days
from services.domain.enquiry import Enquiry
from services.domain.enquiry import Status as EnquiryStatus
from services.domain.lead import Lead
from services.domain.lead import Status as LeadStatus
from services.domain.liaison import Liaison
from services.domain.liaison import Status as LiaisonStatus
from services.domain.operation import Operation, Plan
from services.domain.operation import Status as OperationStatus
from services.domain.pairing import ENDED, INITIAL, RULES, Pairing, Status, allows, permit
from services.domain.rules import Allowed, Rule, Side, Sign
from services.domain.trust import Trust
from services.registry import ceremony
from services.verifier import Verdict
from tests.support.papers import LEAD, draft
from tests.support.states import AUTHOR, NOW, OTHER, OWNER, FakeStates
from tests.support.states import PAIRING as PAIRING_ID
from tests.support.world import JINHUA, XINCAI, YIWU, ZHUMADIAN, Result, World, plain, world

Said = tuple[Result, str]
Step = Callable[[World], Verdict]
EFFECTIVE = (Result.EFFECTIVE, "")


def void(code: str) -> Said:
    return Result.VOID, code


# -- P1 - P3, in duikou.pairing ----------------------------------------------------------------------------------------


def propose(w: World, source: str = YIWU, to: str = XINCAI, **said: Any) -> Verdict:
    """义乌 proposes to 新蔡; ``said``: role, subject, at, and terms."""
    how = {name: said.pop(name) for name in list(said) if name in ("role", "approver")}
    when = {name: said.pop(name) for name in list(said) if name == "at"}
    id_ = w.fresh()
    subject = said.pop("subject", id_)
    summary = w.terms(source, to, **said)
    event = w.approved(source, PAIRING, subject, pairing.Proposed, summary, **{"role": Role.HEAD, **how})
    return w.put(PAIRING, w.seal(w.draft(source, PAIRING, subject, event, id_)), **when)


def answer(w: World, source: str = XINCAI, event: Any = pairing.Accepted, **said: Any) -> Verdict:
    """The answer to the newest proposal."""
    offer = next(v for v in reversed(w.verdicts[PAIRING]) if v.draft and v.draft.type == pairing.Proposed.TYPE)
    assert offer.draft is not None
    subject = said.pop("subject", offer.draft.subject)
    summary = pairing.AnswerSummary(offer=said.pop("offer", w.signed(offer).digest))
    data = w.approved(source, PAIRING, subject, event, summary, role=said.pop("role", Role.HEAD))
    return w.write(source, PAIRING, subject, data, **said)


def then(*steps: Step) -> Step:
    """One after the other; the last one's verdict."""

    def all_of(w: World) -> Verdict:
        return [step(w) for step in steps][-1]

    return all_of


def by_then(w: World, ahead: int) -> dict[str, str]:
    """``answer_by`` so many ms after the record that is written next."""
    return {"answer_by": format_time(w.now + SECOND + ahead)}


def last_moment(w: World, late: int) -> Verdict:
    """The offer stands for 3 days; the answer comes so many ms after the deadline."""
    offer = propose(w, **by_then(w, 3 * DAY))
    return answer(w, at=offer.at + 3 * DAY + late)


def suspended(unit: str) -> Step:
    """By a duty officer of its province, and those who offer hear of it."""

    def heard(w: World) -> Verdict:
        verdict = w.trust(ceremony.suspended(w.by(f"duty.{unit[:2]}", 1), unit, Suspension.BREACH))
        w.copy_trust(PAIRING)
        return verdict

    return heard


OFFERS: list[tuple[str, Step, Said]] = [
    ("P1: proposed", propose, EFFECTIVE),
    ("by the approver instead of the head", lambda w: propose(w, role=Role.APPROVER), void("officers")),
    ("under another subject than its id", lambda w: propose(w, subject=w.fresh()), void("shape")),
    ("to itself", lambda w: propose(w, to=YIWU, counterpart=YIWU), void("unknown_matter")),
    ("to a unit nobody admitted", lambda w: propose(w, counterpart="411728000000"), void("unknown_matter")),
    ("oversight outside the own chain", lambda w: propose(w, oversight_a=ZHUMADIAN), void("wrong_side")),
    ("oversight outside the other's chain", lambda w: propose(w, oversight_b=JINHUA), void("wrong_side")),
    ("oversight two levels up", lambda w: propose(w, oversight_a="330000000000"), EFFECTIVE),
    ("no purpose", lambda w: _raw_terms(w, purposes=[]), void("shape")),
    ("purposes twice", lambda w: _raw_terms(w, purposes=["parcel", "parcel"]), void("shape")),
    ("more than 24 months", lambda w: _raw_terms(w, term_days=732), void("shape")),
    ("3 days to answer", lambda w: propose(w, **by_then(w, 3 * DAY)), EFFECTIVE),
    ("less than 3 days to answer", lambda w: propose(w, **by_then(w, 3 * DAY - 1)), void("offer_lapsed")),
    ("60 days to answer", lambda w: propose(w, **by_then(w, 60 * DAY)), EFFECTIVE),
    ("more than 60 days to answer", lambda w: propose(w, **by_then(w, 60 * DAY + 1)), void("offer_lapsed")),
    ("another kind of document", lambda w: _raw_terms(w, kind="lead_notice"), void("shape")),
    ("P2: accepted", then(propose, answer), EFFECTIVE),
    ("accepted by the approver", then(propose, lambda w: answer(w, role=Role.APPROVER)), void("officers")),
    ("accepted twice", then(propose, answer, answer), void("state")),
    ("accepted by the proposer", then(propose, lambda w: answer(w, source=YIWU)), void("wrong_side")),
    ("accepted by a third", then(propose, lambda w: answer(w, source=JINHUA)), void("wrong_side")),
    ("other terms accepted", then(propose, lambda w: answer(w, offer="a" * 64)), void("unknown_matter")),
    ("accepted without an offer", then(propose, lambda w: answer(w, subject=w.fresh())), void("unknown_matter")),
    ("a malformed subject", then(propose, lambda w: answer(w, subject="pairing-1")), void("shape")),
    ("a millisecond before the deadline", lambda w: last_moment(w, -1), EFFECTIVE),
    ("at the deadline", lambda w: last_moment(w, 0), void("offer_lapsed")),
    ("accepted while its maker is suspended", then(propose, suspended(YIWU), answer), void("suspended")),
    (
        "declined while its maker is suspended",
        then(propose, suspended(YIWU), lambda w: answer(w, event=pairing.Declined)),
        void("suspended"),
    ),
    ("P3: declined", then(propose, lambda w: answer(w, event=pairing.Declined)), EFFECTIVE),
    ("accepted after all", then(propose, lambda w: answer(w, event=pairing.Declined), answer), void("state")),
    ("proposed anew", then(propose, lambda w: answer(w, event=pairing.Declined), propose), EFFECTIVE),
]


def _raw_terms(w: World, **wrong: Any) -> Verdict:
    """A proposal whose summary its model would refuse to write."""
    id_ = w.fresh()
    summary = w.terms(YIWU, XINCAI)
    event = w.approved(YIWU, PAIRING, id_, pairing.Proposed, summary, role=Role.HEAD)
    data = event.wire()
    data["summary"] |= wrong
    return w.put(PAIRING, w.seal(w.draft(YIWU, PAIRING, id_, event, id_), data=data))


def test_nothing_is_known_of_a_pairing_before_it_is_proposed() -> None:
    assert {name: value for name, value in vars(INITIAL).items() if value} == {"status": Status.ABSENT}


def test_offer_and_answer_are_known_by_their_digests() -> None:
    w = world()
    offer = propose(w, **by_then(w, 3 * DAY))
    assert offer.draft is not None
    offered = Pairing(Status.PROPOSED, YIWU, XINCAI, offer=offer.draft.digest, answer_by=offer.at + 3 * DAY)
    offered = replace(offered, oversight=(JINHUA, ZHUMADIAN))
    assert w.history(PAIRING).state("pairing", offer.draft.subject) == offered
    said = answer(w)
    assert said.draft is not None
    accepted = replace(offered, status=Status.ACCEPTED, answer=said.draft.digest)
    assert w.history(PAIRING).state("pairing", offer.draft.subject) == accepted


def test_a_pairing_begins_with_the_terms_of_its_genesis() -> None:
    w = world()
    terms = w.history(w.channel).channel.terms
    assert terms is not None
    begun = Pairing(
        Status.IN_FORCE, XINCAI, YIWU, w.offer.digest, valid_from=terms.valid_from, valid_until=terms.valid_until
    )
    assert w.history(w.channel).state("pairing", w.pairing) == replace(begun, oversight=(ZHUMADIAN, JINHUA))
    assert (terms.proposer, terms.valid_until - terms.valid_from) == (XINCAI, TERM)


# -- P6 - P11, in the channel ------------------------------------------------------------------------------------------


def said_by(w: World, source: str, event: Any, summary: Any, **more: Any) -> Verdict:
    subject = more.pop("subject", w.pairing)
    if "approval" in event.model_fields:
        data = w.approved(source, w.channel, subject, event, summary, role=more.pop("role", Role.HEAD))
    else:
        data = event(summary=summary)
    return w.write(source, w.channel, subject, data, **more)


def pause(source: str = XINCAI, post: str = "head") -> Step:
    return lambda w: said_by(
        w,
        source,
        pairing.Suspended,
        pairing.SuspendedSummary(officer=w.officers[f"{source}/{post}"].id, ground=Suspension.DISPUTE),
    )


def resume(source: str = XINCAI, **more: Any) -> Step:
    return lambda w: said_by(w, source, pairing.Resumed, pairing.ResumedSummary(ground=Suspension.DISPUTE), **more)


def announce(source: str = XINCAI, **more: Any) -> Step:
    return lambda w: said_by(
        w, source, pairing.EndingAnnounced, pairing.EndingSummary(open_matters=0, for_cause=False), **more
    )


def end(source: str = XINCAI, post: str = "head") -> Step:
    return lambda w: said_by(w, source, pairing.Ended, pairing.EndedSummary(officer=w.officers[f"{source}/{post}"].id))


def wait(ms: int) -> Step:
    """Time passes in the log, by a record that says nothing."""

    def later(w: World) -> Verdict:
        w.later(ms)
        return w.raw(b"")

    return later


def share(w: World) -> Verdict:
    return w.share()


def newest(w: World) -> Verdict:
    """Rule version 2 and later: contacts, renewal."""
    return w.newest_rules()


def contacts(source: str = YIWU, post: str = "intake", **more: Any) -> Step:
    def say(w: World) -> Verdict:
        summary = ContactsChangedSummary(officer=w.officers[f"{source}/{post}"].id, desk=Role.DUTY)
        content = w.content(source, w.channel, ContactsChanged.TYPE)
        return w.write(source, w.channel, w.pairing, ContactsChanged(summary=summary, content=content), **more)

    return say


def near_the_end(days: int = 60) -> Step:
    """So many days before the term is over, in a channel of the newest rules."""
    return then(newest, lambda w: wait(_until(w) - w.now - days * DAY)(w))


def _until(w: World) -> int:
    return int(w.history(w.channel).state("pairing", w.pairing).valid_until)


def renew(source: str = XINCAI, ahead: int = 30 * DAY, **more: Any) -> Step:
    def say(w: World) -> Verdict:
        summary = RenewalOfferedSummary(
            kind="agreement",
            classification=Classification.WORK_SECRET,
            urgency=Urgency.ROUTINE,
            term_days=300,
            agreement="1" * 64,
            impact_assessment="2" * 64,
            answer_by=format_time(w.now + SECOND + ahead),
        )
        return said_by(w, source, RenewalOffered, summary, **more)

    return say


def agree(source: str = YIWU, offer: str = "", **more: Any) -> Step:
    def say(w: World) -> Verdict:
        stands = w.history(w.channel).state("pairing", w.pairing).renewal
        digest = offer or (stands.offer if stands else "0" * 64)
        return said_by(w, source, RenewalAccepted, pairing.AnswerSummary(offer=digest), **more)

    return say


def _lapsed_then(step: Callable[[], Step]) -> Step:
    """An offer to renew lapses after 3 days; then."""
    return then(near_the_end(), renew(ahead=3 * DAY), wait(3 * DAY), step())


ROWS: list[tuple[str, Step, Said, str]] = [
    ("P5: somebody else answers the telephone", then(newest, contacts()), EFFECTIVE, "in_force"),
    ("contacts by no intake desk", then(newest, contacts(post="author")), void("officers"), "in_force"),
    ("contacts under rule version 1", contacts(), void("type"), "in_force"),
    ("contacts while closing", then(newest, announce(), contacts()), void("state"), "closing"),
    ("P8: renewal offered", then(near_the_end(), renew()), EFFECTIVE, "in_force"),
    ("renewal on the first of the last 90 days", then(near_the_end(90), wait(0), renew()), EFFECTIVE, "in_force"),
    ("renewal before the last 90 days", then(near_the_end(91), renew()), void("state"), "in_force"),
    ("renewal under rule version 1", renew(), void("type"), "in_force"),
    ("renewal by the approver", then(near_the_end(), renew(role=Role.APPROVER)), void("officers"), "in_force"),
    ("renewal with 31 days to answer", then(near_the_end(), renew(ahead=31 * DAY)), void("offer_lapsed"), "in_force"),
    ("renewal with 2 days to answer", then(near_the_end(), renew(ahead=2 * DAY)), void("offer_lapsed"), "in_force"),
    ("renewal answered after the term", then(near_the_end(20), renew()), void("offer_lapsed"), "in_force"),
    ("a second offer beside one that binds", then(near_the_end(), renew(), renew(YIWU)), void("state"), "in_force"),
    ("a second offer when the first has lapsed", _lapsed_then(renew), EFFECTIVE, "in_force"),
    ("P9: renewal accepted", then(near_the_end(), renew(), agree()), EFFECTIVE, "in_force"),
    ("renewal accepted by its maker", then(near_the_end(), renew(), agree(XINCAI)), void("wrong_side"), "in_force"),
    (
        "renewal of other terms",
        then(near_the_end(), renew(), agree(offer="a" * 64)),
        void("unknown_matter"),
        "in_force",
    ),
    ("renewal that nobody offered", then(near_the_end(), agree()), void("unknown_matter"), "in_force"),
    ("renewal accepted too late", _lapsed_then(agree), void("offer_lapsed"), "in_force"),
    ("renewal accepted twice", then(near_the_end(), renew(), agree(), agree()), void("unknown_matter"), "in_force"),
    ("P6: paused", pause(), EFFECTIVE, "suspended"),
    ("by somebody who is no head", pause(post="approver"), void("officers"), "in_force"),
    ("paused twice by one side", then(pause(), pause()), void("state"), "suspended"),
    ("paused by both", then(pause(), pause(YIWU)), EFFECTIVE, "suspended"),
    ("P6: paused while closing", then(announce(), pause()), EFFECTIVE, "suspended"),
    ("P7: resumed", then(pause(), resume()), EFFECTIVE, "in_force"),
    ("resumed by the approver alone", then(pause(), resume(role=Role.APPROVER)), void("officers"), "suspended"),
    ("resumed by the other side", then(pause(), resume(YIWU)), void("wrong_side"), "suspended"),
    ("one of two flags down", then(pause(), pause(YIWU), resume()), EFFECTIVE, "suspended"),
    ("both flags down", then(pause(), pause(YIWU), resume(), resume(YIWU)), EFFECTIVE, "in_force"),
    ("resumed where nothing pauses", resume(), void("state"), "in_force"),
    ("resumed into the closing it came from", then(announce(), pause(), resume()), EFFECTIVE, "closing"),
    ("P10: ending announced", announce(), EFFECTIVE, "closing"),
    ("announced while paused", then(pause(), announce(YIWU)), EFFECTIVE, "closing"),
    ("announced twice", then(announce(), announce(YIWU)), void("state"), "closing"),
    ("P11: ended by the announcer", then(announce(), end()), EFFECTIVE, "ended"),
    ("ended by the other side", then(announce(), end(YIWU)), void("wrong_side"), "closing"),
    ("ended without announcement", end(), void("state"), "in_force"),
    ("ended while a matter is open", then(share, announce(), end()), void("state"), "closing"),
    ("ended after 30 days all the same", then(share, announce(), wait(30 * DAY), end()), EFFECTIVE, "ended"),
    ("ended by somebody who is no head", then(announce(), end(post="author")), void("officers"), "closing"),
    ("paused after the end", then(announce(), end(), pause()), void("state"), "ended"),
    ("another pairing's subject", lambda w: pause()(_elsewhere(w)), void("unknown_matter"), "in_force"),
]


def _elsewhere(w: World) -> World:
    other = w.copy()
    other.pairing = other.fresh()
    return other


@pytest.mark.parametrize(("step", "said"), [row[1:] for row in OFFERS], ids=[row[0] for row in OFFERS])
def test_an_offer_is_firm_and_answered_once(step: Step, said: Said) -> None:
    """L12: it binds its maker until its deadline, so an answer can never race a revocation."""
    assert plain(step(world())) == said


@pytest.mark.parametrize(("step", "said", "status"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_row_passes_and_refuses(step: Step, said: Said, status: str) -> None:
    w = world()
    verdict = step(w)
    assert plain(verdict) == said
    assert w.history(w.channel).state("pairing", w.pairing).status == status


def test_every_row_is_in_the_tables() -> None:
    sentences = [row[0] for row in OFFERS] + [row[0] for row in ROWS]
    rows = {sentence.split(":")[0] for sentence in sentences if sentence.startswith("P")}
    assert rows == {rule.row for rule in RULES.values()}


@pytest.mark.parametrize(("before", "said"), [(1, void("state")), (0, EFFECTIVE)])
def test_a_renewal_is_offered_from_the_first_moment_of_the_last_90_days(before: int, said: Said) -> None:
    w = world()
    near_the_end(91)(w)
    w.later(DAY - 2 * SECOND)
    assert plain(renew(at=_until(w) - 90 * DAY - before)(w)) == said


@pytest.mark.parametrize(("before", "said"), [(1, void("state")), (0, EFFECTIVE)])
def test_an_offer_to_renew_binds_up_to_its_last_moment(before: int, said: Said) -> None:
    w = world()
    first = then(near_the_end(), renew(ahead=3 * DAY))(w)
    w.later(3 * DAY - 2 * SECOND)
    assert plain(renew(YIWU, at=first.at + 3 * DAY - before)(w)) == said


def test_a_flag_is_down_when_its_side_took_it_down() -> None:
    w = world()
    then(pause(), pause(YIWU))(w)
    flags = [w.history(w.channel).state("pairing", w.pairing).flags]
    for side in (XINCAI, YIWU):
        resume(side)(w)
        flags.append(w.history(w.channel).state("pairing", w.pairing).flags)
    assert flags == [tuple(sorted((XINCAI, YIWU))), (YIWU,), ()]


def test_between_a_unit_and_its_superior_no_pairing_is_asked() -> None:
    states = FakeStates()
    states.standing(Status.ENDED)
    new = Rule("S1", Side.OPENER, frozenset(), None, Sign.TWO, Allowed.NEW)
    assert not allows(new, NOW, states)
    assert allows(new._replace(allowed=Allowed.ALWAYS), NOW, states)
    states.channel = replace(states.channel, place=Place.SUPERVISION)
    assert allows(new, NOW, states)


def test_a_renewal_adds_its_days_to_the_term() -> None:
    w = world()
    near_the_end()(w)
    before = _until(w)
    renew()(w)
    assert _until(w) == before
    agree()(w)
    assert _until(w) == before + 300 * DAY
    assert w.history(w.channel).state("pairing", w.pairing).renewal is None


MATTERS: dict[str, Any] = {
    "lead": Lead(LeadStatus.SENT, OWNER),
    "enquiry": Enquiry(EnquiryStatus.ASKED, OWNER),
    "liaison": Liaison(LiaisonStatus.POSTED, OWNER),
    "operation": Operation(OperationStatus.RUNNING, OWNER),
}


@pytest.mark.parametrize("context", MATTERS)
def test_an_open_matter_keeps_a_pairing_open_for_30_days_at_most(context: str) -> None:
    states = FakeStates()
    states.streams[context, LEAD] = MATTERS[context]
    closing = Pairing(Status.CLOSING, OWNER, OTHER, announcer=OWNER, closing_from=NOW)
    ended = draft(pairing.Ended, {"officer": AUTHOR}, subject=PAIRING_ID)
    with pytest.raises(Refused, match="state"):
        permit(closing, ended, NOW + 30 * DAY - 1, states)
    permit(closing, ended, NOW + 30 * DAY, states)


FIRM_OFFERS: dict[str, Any] = {
    "liaison": Liaison(LiaisonStatus.OFFERED, OWNER, answer_by=NOW + DAY),
    "operation": Operation(OperationStatus.PROPOSED, OWNER, offer=Plan("", OWNER, NOW + DAY, NOW, NOW)),
}


@pytest.mark.parametrize("context", FIRM_OFFERS)
def test_a_firm_offer_that_lapsed_keeps_no_pairing_open(context: str) -> None:
    """L12, P11: nobody can answer it or take it back; it does while it binds, and did before rule version 3."""
    states = FakeStates()
    states.streams[context, LEAD] = FIRM_OFFERS[context]
    closing = Pairing(Status.CLOSING, OWNER, OTHER, announcer=OWNER, closing_from=NOW)
    ended = draft(pairing.Ended, {"officer": AUTHOR}, subject=PAIRING_ID)
    with pytest.raises(Refused, match="state"):
        permit(closing, ended, NOW + DAY - 1, states)
    permit(closing, ended, NOW + DAY, states)
    trust = replace(states.channel.trust, rule_version=2)
    states.channel = replace(states.channel, trust=trust)
    with pytest.raises(Refused, match="state"):
        permit(closing, ended, NOW + DAY, states)


def test_who_announces_and_when_is_known() -> None:
    w = world()
    said = announce()(w)
    state = w.history(w.channel).state("pairing", w.pairing)
    assert (state.announcer, state.closing_from) == (XINCAI, said.at)


# -- the end of the term -----------------------------------------------------------------------------------------------

TERM = 365 * DAY


STANDINGS: list[tuple[Status, int, Status]] = [
    (Status.IN_FORCE, TERM - 1, Status.IN_FORCE),
    (Status.IN_FORCE, TERM, Status.CLOSING),
    (Status.IN_FORCE, TERM + 30 * DAY - 1, Status.CLOSING),
    (Status.IN_FORCE, TERM + 30 * DAY, Status.ENDED),
    (Status.SUSPENDED, TERM, Status.SUSPENDED),
    (Status.SUSPENDED, TERM + 30 * DAY, Status.ENDED),
    (Status.CLOSING, TERM - 1, Status.CLOSING),
    (Status.CLOSING, TERM + 30 * DAY, Status.ENDED),
    (Status.ENDED, 0, Status.ENDED),
]


@pytest.mark.parametrize(("status", "at", "standing"), STANDINGS)
def test_the_end_of_the_term_is_derived(status: Status, at: int, standing: Status) -> None:
    assert Pairing(status, valid_until=TERM).standing(at) is standing


def test_a_new_lead_needs_a_term_that_runs() -> None:
    """A pairing past valid_until counts as 收尾 for 30 days, then as 终止; no event says so (WIRE 20)."""
    w = world()
    w.channel = w.pair(YIWU, XINCAI, term_days=10)
    until = w.history(w.channel).channel.terms.valid_until  # type: ignore[union-attr]
    w.now = until - DAY
    assert plain(w.share(at=until - 1)) == EFFECTIVE
    assert plain(w.share(at=until)) == void("pairing_state")


@pytest.mark.parametrize("step", [pause(), announce()])
def test_when_the_term_has_been_over_for_30_days_nothing_is_paused_or_announced(step: Step) -> None:
    """It counts as 终止, also for the pairing's own events (WIRE 20)."""
    w = world()
    wait(TERM + 30 * DAY)(w)
    assert plain(step(w)) == void("state")


def test_an_offer_in_the_open_topic_has_no_term() -> None:
    assert INITIAL.standing(10**15) is Status.ABSENT
    assert Pairing(Status.PROPOSED).standing(10**15) is Status.PROPOSED
    assert Status.DECLINED in ENDED


# -- allowed in --------------------------------------------------------------------------------------------------------

SITUATIONS: dict[str, list[Step]] = {
    "in force": [],
    "closing": [announce()],
    "suspended": [pause()],
    "ended": [announce(), wait(30 * DAY), end()],
}


def _accepted(w: World, subject: str) -> Verdict:
    said = lead.AcceptedSummary(officer=w.officers[f"{YIWU}/author"].id, next_feedback_on="2021-04-20")
    event = lead.Accepted(summary=said, content=w.content(YIWU, w.channel, lead.Accepted.TYPE))
    return w.write(YIWU, w.channel, subject, event)


def _received(w: World, subject: str) -> Verdict:
    said = lead.ReceivedSummary(officer=w.officers[f"{YIWU}/intake"].id)
    return w.write(YIWU, w.channel, subject, lead.Received(summary=said))


def _access(w: World, subject: str) -> Verdict:
    shared = next(v.draft for v in w.verdicts[w.channel] if v.draft and v.draft.type == Shared.TYPE)
    found = shared.data.content.id
    return w.write(YIWU, w.channel, found, w.access(YIWU, found))


ACTS: list[tuple[str, Callable[[World, str], Verdict], set[str]]] = [
    ("a new lead", lambda w, _: w.share(), {"in force"}),
    ("accepting", _accepted, {"in force", "closing"}),
    ("signing for it again", _received, {"in force", "closing", "suspended", "ended"}),
    ("withdrawing", lambda w, s: w.withdraw(XINCAI, s), {"in force", "closing", "suspended", "ended"}),
    ("an access record", _access, {"in force", "closing", "suspended", "ended"}),
]


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize(("act", "allowed"), [row[1:] for row in ACTS], ids=[row[0] for row in ACTS])
def test_obligations_outlive_permission(
    situation: str, act: Callable[[World, str], Verdict], allowed: set[str]
) -> None:
    """MECHANISM 1.1, second table."""
    w = world()
    subject = w.share().draft.subject  # type: ignore[union-attr]
    w.fact(YIWU, subject)
    _received(w, subject)
    for step in SITUATIONS[situation]:
        assert step(w).result in (Result.EFFECTIVE, Result.NOISE)
    assert plain(act(w, subject)) == (EFFECTIVE if situation in allowed else void("pairing_state"))


def test_every_row_of_every_machine_says_when_it_is_allowed() -> None:
    kinds = {rule.allowed for context in ("lead", "enquiry") for rule in CONTEXTS[context].RULES.values()}
    assert kinds == set(Allowed)


SLEEPS: dict[str, tuple[Pairing, int, int, bool]] = {
    "since it is in force": (Pairing(Status.IN_FORCE, valid_from=DAY, valid_until=TERM), 0, 61 * DAY, True),
    "not a moment earlier": (Pairing(Status.IN_FORCE, valid_from=DAY, valid_until=TERM), 0, 61 * DAY - 1, False),
    "since the last word": (Pairing(Status.IN_FORCE, valid_from=DAY, valid_until=TERM), 3 * DAY, 63 * DAY, True),
    "a word wakes it": (Pairing(Status.IN_FORCE, valid_from=DAY, valid_until=TERM), 3 * DAY, 62 * DAY, False),
    "paused is not asleep": (Pairing(Status.SUSPENDED, valid_from=DAY, valid_until=TERM), 0, 61 * DAY, False),
    "nor what is over": (Pairing(Status.IN_FORCE, valid_from=DAY, valid_until=TERM), 0, TERM, False),
}


@pytest.mark.parametrize("case", SLEEPS)
def test_a_pairing_in_force_in_which_nothing_moves_sleeps(case: str) -> None:
    """休眠 (MECHANISM 1.0): a function of state and time."""
    state, spoke, at, asleep = SLEEPS[case]
    assert state.asleep(spoke, at, 60) is asleep


def test_the_policy_may_say_after_how_many_days() -> None:
    """1 to 731; 60 where it says nothing of the kind."""
    assert sleeping_days(Trust()) == 60
    for days, counts in ((1, 1), (30, 30), (731, 731), (732, 60), (0, 60), (-1, 60), ("30", 60), (True, 60), (1.5, 60)):
        assert sleeping_days(Trust(policy={"sleeping_days": days})) == counts


def test_who_oversees_a_pairing_is_known_before_and_in_its_channel() -> None:
    w = world()
    for channel in (PAIRING, w.channel):
        state = w.history(channel).state("pairing", w.pairing)
        assert (state.members, state.oversight) == ((XINCAI, YIWU), (ZHUMADIAN, JINHUA)), channel
