"""Row S10 of MECHANISM 1.2b between owner and holder: asked, granted, refused; guards, clocks, what it keeps open."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.calendar import CALENDARS, Calendar
from contracts.envelope import Draft
from contracts.lead_course import Restricted
from contracts.lead_forwarding import ForwardGranted, ForwardRefused, ForwardRequested
from contracts.lead_terms import ForwardRefusal
from contracts.refusals import Code
from contracts.vocabulary import Purpose
from services.domain import lead, pairing
from services.domain.clocks import DAY, Clock, format_time
from services.domain.lead import RULES, Status
from services.domain.lead_dues import onward
from services.domain.lead_state import Forward, Grant
from services.domain.obligations import Duty, owed
from tests.support.leads import accept, close, correct, decline, delivered, outcome, received, share, withdraw
from tests.support.papers import LEAD, LEAD_SUMMARY, REPLY, SUSPECT, WITNESS, draft
from tests.support.states import APPROVER, NOW, OTHER, OWNER, FakeStates, judged

pytestmark = pytest.mark.usefixtures("unsigned")

CALENDAR = Calendar(CALENDARS.values())
THIRD = "510000000001"
ELSEWHERE = "520000000001"
STRANGER = "00000000-0000-4000-8000-0000000000ff"
REQUEST = "8" * 64
"""Digest of whatever ``draft`` makes."""
Event = Callable[[FakeStates], Draft[Any]]


def version(states: FakeStates) -> str:
    return str((states.state("lead", LEAD).versions or (STRANGER,))[0])


def ask(unit: str = OTHER, **said: Any) -> Event:
    summary = {**REPLY, "kind": "enquiry", "recipient": THIRD, "purpose": "outflow_trafficking"}
    return lambda states: draft(ForwardRequested, {**summary, "content": version(states), **said}, unit)


def grant(unit: str = OWNER, binds: int = 3 * DAY, **said: Any) -> Event:
    summary = {
        **REPLY,
        "request": REQUEST,
        "holder": OTHER,
        "recipient": THIRD,
        "purpose": "outflow_trafficking",
        **{name: LEAD_SUMMARY[name] for name in ("basis", "grade", "restrictions", "review_date", "persons")},
        "answer_by": format_time(NOW + binds),
    }
    return lambda states: draft(ForwardGranted, {**summary, "content": version(states), **said}, unit)


def refuse(unit: str = OWNER, **said: Any) -> Event:
    return lambda _: draft(ForwardRefused, {**REPLY, "request": REQUEST, "reason": "cannot_provide", **said}, unit)


def told(*steps: Any, **summary: Any) -> FakeStates:
    """A lead that was shared, and what followed: events, or what makes them of the states."""
    states = FakeStates()
    states.then(share(**summary), NOW)
    for step in steps:
        states.then(step(states) if callable(step) else step, NOW)
    return states


LIVES: dict[str, tuple[Any, ...]] = {
    "sent": (),
    "delivered": (delivered(),),
    "received": (delivered(), received()),
    "in progress": (delivered(), received(), accept()),
    "with an outcome": (delivered(), received(), accept(), outcome()),
}
ENDS: dict[str, tuple[Any, ...]] = {
    "declined": (delivered(), decline()),
    "withdrawn": (withdraw(),),
    "closed": (delivered(), received(), accept(), outcome(), close()),
}


@pytest.mark.parametrize("steps", LIVES.values(), ids=LIVES)
@pytest.mark.parametrize("answer", [grant(), refuse()], ids=["granted", "refused"])
def test_of_a_lead_that_lives_it_is_asked_and_answered(steps: tuple[Any, ...], answer: Event) -> None:
    states = told(*steps)
    before = states.state("lead", LEAD).status
    assert states.then(ask()(states), NOW).status is before
    after = states.then(answer(states), NOW)
    assert (after.status, after.forwards, bool(states.late)) == (before, (), False)


@pytest.mark.parametrize("steps", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("event", [ask(), grant(), refuse()], ids=["asked", "granted", "refused"])
def test_of_a_lead_at_an_end_nothing_goes_on(steps: tuple[Any, ...], event: Event) -> None:
    states = told(*steps)
    assert judged(states, event(states)) is Code.STATE


def test_both_sides_say_what_is_theirs_to_say() -> None:
    states = told(ask())
    for event in (ask(OWNER), grant(OTHER), refuse(OTHER)):
        assert judged(states, event(states)) is Code.WRONG_SIDE


def test_consent_may_be_asked_for_whatever_the_restrictions() -> None:
    """Needed where forwarding is restricted; whoever forwards under a grant is called back by the owner (S10, L8)."""
    states = told(persons=[], restrictions=[])
    assert judged(states, ask()(states)) is None


def test_what_was_asked_and_granted_is_known() -> None:
    states = told(ask())
    content = version(states)
    (asked,) = states.state("lead", LEAD).forwards
    assert asked == Forward(REQUEST, NOW, THIRD, Purpose.OUTFLOW_TRAFFICKING, content)
    after = states.then(replace(grant()(states), digest="9" * 64), NOW)
    assert after.grants == (Grant("9" * 64, OTHER, THIRD, content, NOW + 3 * DAY),)


REQUESTS: dict[str, tuple[Event, Code | None]] = {
    "to the owner himself": (ask(recipient=OWNER), Code.UNKNOWN_MATTER),
    "to ourselves": (ask(recipient=OTHER), Code.UNKNOWN_MATTER),
    "of what is no version of the lead, as an answer with a sealed record": (
        ask(content=STRANGER),
        Code.UNKNOWN_MATTER,
    ),
    "for the same once more": (ask(), Code.STATE),
    "to another": (ask(recipient=ELSEWHERE), None),
}


@pytest.mark.parametrize(("event", "code"), REQUESTS.values(), ids=REQUESTS)
def test_a_request_names_a_third_unit_and_a_version_that_stands(event: Event, code: Code | None) -> None:
    states = told(ask())
    assert judged(states, event(states)) is code


GRANTS: dict[str, tuple[Event, Code | None]] = {
    "nobody asked": (grant(request="9" * 64), Code.UNKNOWN_MATTER),
    "for another holder": (grant(holder=ELSEWHERE), Code.UNKNOWN_MATTER),
    "to another unit": (grant(recipient=ELSEWHERE), Code.UNKNOWN_MATTER),
    "for another purpose": (grant(purpose="parcel"), Code.UNKNOWN_MATTER),
    "of another version": (grant(content=STRANGER), Code.UNKNOWN_MATTER),
    "handled more loosely": (grant(restrictions=[]), Code.CEILING),
    "handled more strictly": (grant(restrictions=["evidence_consent", "forward_consent"]), None),
    "on another basis": (
        grant(basis={"kind": "verified_report", "organ": OWNER, "date": "2021-05-01"}),
        Code.BASIS,
    ),
    "to live longer": (grant(review_date="2022-05-02"), Code.SHAPE),
    "to live shorter": (grant(review_date="2021-06-01"), None),
    "with more persons": (grant(persons=[SUSPECT, SUSPECT]), Code.SHAPE),
    "with nobody": (grant(persons=[]), None),
    "for 7 days": (grant(binds=7 * DAY), None),
    "for longer": (grant(binds=7 * DAY + 1), Code.OFFER_LAPSED),
    "lapsed already": (grant(binds=0), Code.OFFER_LAPSED),
}


@pytest.mark.parametrize(("event", "code"), GRANTS.values(), ids=GRANTS)
def test_a_grant_is_a_firm_offer_of_what_was_asked(event: Event, code: Code | None) -> None:
    states = told(ask())
    assert judged(states, event(states)) is code


def test_a_refusal_has_a_closed_reason_and_answers_a_request() -> None:
    states = told(ask())
    assert judged(states, refuse(request="9" * 64)(states)) is Code.UNKNOWN_MATTER
    assert {one.value: one.zh for one in ForwardRefusal} == {
        "cannot_provide": "不便提供",
        "excessive": "明显过度",
        "outside_purposes": "超出协作事项",
        "unlawful": "不合法",
    }
    for reason in ForwardRefusal:
        assert judged(told(ask()), refuse(reason=reason.value)(states)) is None


def test_what_was_answered_is_answered_once() -> None:
    for first in (grant(), refuse()):
        states = told(ask(), first)
        for second in (grant(), refuse()):
            assert judged(states, second(states)) is Code.UNKNOWN_MATTER


def test_two_requests_are_answered_each_by_itself() -> None:
    states = told(ask())
    states.then(replace(ask(recipient=ELSEWHERE)(states), digest="9" * 64), NOW)
    states.then(grant()(states), NOW)
    assert [one.recipient for one in states.state("lead", LEAD).forwards] == [ELSEWHERE]


def test_nothing_is_closed_while_a_request_waits() -> None:
    """S18, as for consent to evidence use."""
    states = told(*LIVES["with an outcome"], ask())
    assert judged(states, close()) is Code.STATE
    states.then(refuse()(states), NOW)
    assert states.then(close(), NOW).status is Status.CLOSED


def test_a_protected_person_is_forwarded_with_the_restriction_or_not_at_all() -> None:
    """MECHANISM 3.4: it holds from the owner's lead on, and a grant cannot leave it out."""
    states = told(ask(), persons=[WITNESS])
    assert judged(states, grant(persons=[WITNESS], restrictions=[])(states)) is Code.CEILING
    assert judged(states, grant(persons=[WITNESS])(states)) is None


def test_what_is_contested_goes_nowhere() -> None:
    """S21: one reviewer reads it and nobody else."""
    contested = draft(Restricted, {**REPLY, "kind": "correction", "reviewer": APPROVER}, OWNER)
    states = told(ask(), contested)
    assert judged(states, ask(recipient=ELSEWHERE)(states)) is Code.STATE
    assert judged(states, grant()(states)) is Code.STATE
    assert judged(states, refuse()(states)) is None


def test_a_version_that_was_corrected_meanwhile_is_not_granted() -> None:
    """S12: nobody opens it any more, so nobody gets it."""
    states = told(ask())
    asked_for = version(states)
    states.then(correct(persons=[SUSPECT], effects=[], restrictions=LEAD_SUMMARY["restrictions"]), NOW)
    assert version(states) != asked_for
    assert judged(states, grant(content=asked_for)(states)) is Code.STATE
    assert judged(states, refuse()(states)) is None


def test_past_the_review_date_a_request_can_only_be_refused() -> None:
    """S23."""
    states, late = told(ask(), review_date="2021-05-10"), NOW + 5 * DAY
    assert judged(states, grant(review_date="2021-05-10")(states), late) is Code.STATE
    assert judged(states, refuse()(states), late) is None


def test_a_request_is_answered_within_3_days() -> None:
    """S10; of several each by itself."""
    states = told(ask())
    states.then(replace(ask(recipient=ELSEWHERE)(states), digest="9" * 64), NOW + DAY)
    found = [one for one in owed(states.state("lead", LEAD), CALENDAR, Clock()) if one.kind is Duty.FORWARD]
    due = ["2021-05-10T16:00:00.000Z", "2021-05-10T16:00:00.000Z"]
    assert [(format_time(one.at), one.owner) for one in found] == [(at, True) for at in due]


ONWARD: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "nothing was said": ({}, {}, ""),
    "asked back": ({}, {"asked_back": NOW + DAY}, "2021-05-10T16:00:00.000Z"),
    "corrected": ({}, {"corrected_at": NOW + 2 * DAY}, "2021-05-11T16:00:00.000Z"),
    "corrected and asked back": ({}, {"corrected_at": NOW, "asked_back": NOW + DAY}, "2021-05-10T16:00:00.000Z"),
    "corrected before it was forwarded": ({}, {"corrected_at": NOW}, ""),
    "corrected onward too": ({"corrected_at": NOW + 2 * DAY}, {"corrected_at": NOW + 2 * DAY}, ""),
    "corrected once more": ({"corrected_at": NOW + DAY}, {"corrected_at": NOW + 2 * DAY}, "2021-05-11T16:00:00.000Z"),
    "asked back onward too": ({"status": Status.WITHDRAWN}, {"asked_back": NOW + DAY}, ""),
}


@pytest.mark.parametrize(("state", "origin", "until"), ONWARD.values(), ids=ONWARD)
def test_what_the_owner_says_the_holder_says_onward_within_3_days(
    state: dict[str, Any], origin: dict[str, Any], until: str
) -> None:
    """L8: asked back, or corrected since, there as here."""
    there = told(*LIVES["received"]).state("lead", LEAD)
    found = onward(replace(there, **state), replace(there, **origin), CALENDAR)
    assert [(one.kind, format_time(one.at), one.owner) for one in found] == (
        [(Duty.CORRECT, until, True)] if until else []
    )


def test_in_a_pause_nothing_goes_on_but_no() -> None:
    states = told(ask())
    states.standing(pairing.Status.SUSPENDED)
    assert judged(states, ask(recipient=ELSEWHERE)(states)) is Code.PAIRING_STATE
    assert judged(states, grant()(states)) is Code.PAIRING_STATE
    assert judged(states, refuse()(states)) is None


def test_the_table_has_the_row_three_times() -> None:
    rows = [RULES[event].row for event in (ForwardRequested, ForwardGranted, ForwardRefused)]
    assert rows == ["S10", "S10a", "S10b"]
    assert all(RULES[event].when == lead.LIVE for event in (ForwardRequested, ForwardGranted, ForwardRefused))
