"""Rows O1-O11 of MECHANISM 1.4 and the rules of law that bind them (3.17): each passes once and is refused once."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.calendar import CALENDARS, Calendar
from contracts.envelope import Draft
from contracts.lead import Closed as LeadClosed
from contracts.operation import (
    Aborted,
    Agreed,
    Concluded,
    CustodyHandedOver,
    Declined,
    EvidenceHandedOver,
    MilestoneReached,
    PlanAmended,
    Proposed,
    ResultsAgreed,
    ResultsProposed,
    Resumed,
    Suspended,
    TeamArrived,
    TeamDispatched,
    TeamReturned,
)
from contracts.operation_content import TeamContent
from contracts.operation_terms import Milestone
from contracts.refusals import Code, Refused
from contracts.vocabulary import EnquiryForm, Role
from services.domain import enquiry, lead, operation, pairing
from services.domain.clocks import DAY, HOUR, Clock, format_time
from services.domain.enquiry import Enquiry
from services.domain.lead import Lead
from services.domain.obligations import Due, Duty, owed
from services.domain.operation import ENDED, RULES, Operation, Plan, Reached, Status, Whereabouts
from services.domain.rules import Sign
from tests.support.papers import LEAD, REPLY, approvals, content, draft
from tests.support.states import APPROVER, AUTHOR, INTAKE, NOW, OTHER, OWNER, FakeStates, judged

pytestmark = pytest.mark.usefixtures("unsigned")

CALENDAR = Calendar(CALENDARS.values())
OPERATION = "55550000-0000-4000-8000-000000000001"
REQUEST = "22220000-0000-4000-8000-000000000009"
TEAM, HANDOVER = "66660000-0000-4000-8000-000000000001", "77770000-0000-4000-8000-000000000001"
PLAN = "c" * 64
"""Commitment of every content of tests.support.papers."""
NEW_PLAN = "d" * 64
PAPER = {"kind": "action_plan", "classification": "work_secret", "urgency": "routine"}
RESULT = {
    "outcome_id": "33330000-0000-4000-8000-000000000001",
    "credit": [{"unit": OTHER, "role": "led"}, {"unit": OWNER, "role": "provided_lead"}],
}


def said(event: Any, summary: dict[str, Any], unit: str, **changes: Any) -> Draft[Any]:
    return draft(event, summary, unit, OPERATION, **changes)


def planned(begins: int = NOW, ends: int = NOW + 30 * DAY, binds: int = 7 * DAY, **summary: Any) -> dict[str, Any]:
    times = {"begins": format_time(begins), "ends": format_time(ends), "answer_by": format_time(NOW + binds)}
    return {**PAPER, "operation": "case", **times, "leads": [LEAD], "enquiries": [], **summary}


def propose(unit: str = OWNER, **changes: Any) -> Draft[Any]:
    return said(Proposed, planned(**changes), unit)


def agree(unit: str = OTHER, plan: str = PLAN) -> Draft[Any]:
    return said(Agreed, {"plan": plan}, unit)


def decline(unit: str = OTHER, plan: str = PLAN) -> Draft[Any]:
    return said(Declined, {"plan": plan}, unit)


def amend(unit: str = OTHER, **changes: Any) -> Draft[Any]:
    return said(PlanAmended, planned(**changes), unit)


def dispatch(unit: str = OWNER, **summary: Any) -> Draft[Any]:
    found = {"team": TEAM, "officers": [AUTHOR, APPROVER], "enquiry": REQUEST, "weapons": False, **summary}
    return said(TeamDispatched, {**PAPER, **found}, unit)


def amended(unit: str = OTHER, **changes: Any) -> Draft[Any]:
    """As ``amend``, with a plan that is not the first one."""
    return said(PlanAmended, planned(**changes), unit, content=content(PlanAmended, OWNER) | {"commitment": NEW_PLAN})


def arrived(unit: str = OTHER, team: str = TEAM) -> Draft[Any]:
    return said(TeamArrived, {"officer": INTAKE, "team": team}, unit)


def returned(unit: str = OWNER, team: str = TEAM) -> Draft[Any]:
    return said(TeamReturned, {"officer": INTAKE, "team": team}, unit)


def milestone(unit: str = OWNER, kind: str = "arrest", at: int = NOW) -> Draft[Any]:
    return said(MilestoneReached, {"officer": AUTHOR, "milestone": kind, "at": format_time(at)}, unit)


def hand_over(event: Any = CustodyHandedOver, unit: str = OTHER, giver: str = OTHER) -> Draft[Any]:
    """The giver's word: it sends the list."""
    return said(event, handed(giver), unit, content=content(event, OWNER if unit == OTHER else OTHER))


def take_over(event: Any = CustodyHandedOver, listed: str = PLAN, unit: str = OWNER, giver: str = OTHER) -> Draft[Any]:
    """The taker's word: it names the list."""
    return said(event, handed(giver) | {"list": listed}, unit)


def handed(giver: str) -> dict[str, Any]:
    officers = {"officer": AUTHOR, "officers": [AUTHOR, APPROVER]}
    return {**officers, "handover": HANDOVER, "giver": giver, "at": format_time(NOW)}


def evidence() -> Draft[Any]:
    return hand_over(EvidenceHandedOver)


def for_safety(event: Any, unit: str = OTHER) -> Draft[Any]:
    return said(event, {"officer": AUTHOR, "reason": "safety"}, unit)


def by_two(event: Any, unit: str = OTHER) -> Draft[Any]:
    return said(event, {"reason": "legal"}, unit, approval=approvals(event, unit))


def pause(unit: str = OTHER) -> Draft[Any]:
    return for_safety(Suspended, unit)


def resume(unit: str = OTHER) -> Draft[Any]:
    return said(Resumed, {"reason": "safety"}, unit)


def abort(unit: str = OTHER) -> Draft[Any]:
    return for_safety(Aborted, unit)


def conclude(unit: str = OWNER) -> Draft[Any]:
    return said(Concluded, REPLY, unit)


def results(unit: str = OWNER) -> Draft[Any]:
    return said(ResultsProposed, {**REPLY, "results": [RESULT]}, unit)


def agree_results(unit: str = OTHER, digest: str = "8" * 64) -> Draft[Any]:
    return said(ResultsAgreed, {"results": digest}, unit)


PATHS: dict[Status, list[Callable[[], Draft[Any]]]] = {
    Status.ABSENT: [],
    Status.PROPOSED: [propose],
    Status.DECLINED: [propose, decline],
    Status.AGREED: [propose, agree],
    Status.RUNNING: [propose, agree, dispatch],
    Status.SUSPENDED: [propose, agree, dispatch, pause],
    Status.ABORTED: [propose, agree, dispatch, abort],
    Status.CONCLUDED: [propose, agree, dispatch, returned, conclude],
    Status.ARCHIVED: [propose, agree, dispatch, returned, conclude, results, agree_results],
}
"""How an operation comes to each status."""


def with_request(**changes: Any) -> FakeStates:
    """A lead under way, and an accepted measure request of its owner."""
    states = FakeStates()
    states.streams["lead", LEAD] = Lead(status=lead.Status.IN_PROGRESS, owner=OWNER)
    asked = Enquiry(enquiry.Status.IN_PROGRESS, OWNER, form=EnquiryForm.MEASURE, lead=LEAD, open_items=(1,))
    states.streams["enquiry", REQUEST] = replace(asked, **changes)
    return states


def at_status(status: Status, **changes: Any) -> FakeStates:
    states = with_request(**changes)
    for step in PATHS[status]:
        states.then(step(), NOW)
    assert states.state("operation", OPERATION).status is status
    return states


PASSES: dict[str, tuple[Status, Callable[[], Draft[Any]], Status]] = {
    "O1 proposed": (Status.ABSENT, propose, Status.PROPOSED),
    "O2 agreed": (Status.PROPOSED, agree, Status.AGREED),
    "O2 declined": (Status.PROPOSED, decline, Status.DECLINED),
    "O3 amended": (Status.AGREED, amend, Status.AGREED),
    "O3 amended while a team is out": (Status.RUNNING, amend, Status.RUNNING),
    "O4 a team is sent": (Status.AGREED, dispatch, Status.RUNNING),
    "O5 it has arrived": (Status.RUNNING, arrived, Status.RUNNING),
    "O6 an arrest": (Status.RUNNING, milestone, Status.RUNNING),
    "O7 custody": (Status.RUNNING, hand_over, Status.RUNNING),
    "O7 evidence": (Status.RUNNING, evidence, Status.RUNNING),
    "O8 paused for safety": (Status.AGREED, pause, Status.SUSPENDED),
    "O8 paused by two": (Status.RUNNING, lambda: by_two(Suspended), Status.SUSPENDED),
    "O8 resumed": (Status.SUSPENDED, resume, Status.RUNNING),
    "O8 given up": (Status.SUSPENDED, abort, Status.ABORTED),
    "O9 the team is back": (Status.RUNNING, returned, Status.RUNNING),
    "O9 back from what was given up": (Status.ABORTED, returned, Status.ABORTED),
    "O11 results proposed": (Status.CONCLUDED, results, Status.CONCLUDED),
}
REFUSALS: dict[str, tuple[Status, Callable[[], Draft[Any]], Code]] = {
    "O1 more than 90 days": (Status.ABSENT, lambda: propose(ends=NOW + 90 * DAY + 1), Code.SHAPE),
    "O1 over before it begins": (Status.ABSENT, lambda: propose(ends=NOW - 1), Code.SHAPE),
    "O1 over already": (Status.ABSENT, lambda: propose(begins=NOW - 9 * DAY, ends=NOW - DAY), Code.SHAPE),
    "O1 about nothing": (Status.ABSENT, lambda: propose(leads=[]), Code.UNKNOWN_MATTER),
    "O1 about a lead that nobody shared": (Status.ABSENT, lambda: propose(leads=[TEAM]), Code.STATE),
    "O1 about an enquiry that nobody asked": (Status.ABSENT, lambda: propose(enquiries=[TEAM]), Code.STATE),
    "L12 an offer of 8 days": (Status.ABSENT, lambda: propose(binds=7 * DAY + 1), Code.OFFER_LAPSED),
    "L12 an urgent offer of 2 days": (
        Status.ABSENT,
        lambda: propose(urgency="urgent", urgency_ground="life", binds=2 * DAY),
        Code.OFFER_LAPSED,
    ),
    "L12 an offer that has lapsed": (Status.ABSENT, lambda: propose(binds=0), Code.OFFER_LAPSED),
    "O2 by the proposer": (Status.PROPOSED, lambda: agree(OWNER), Code.WRONG_SIDE),
    "WIRE 31 another plan": (Status.PROPOSED, lambda: agree(plan="d" * 64), Code.UNKNOWN_MATTER),
    "O2 the proposer does not decline": (Status.PROPOSED, lambda: decline(OWNER), Code.WRONG_SIDE),
    "O3 not before it is agreed": (Status.PROPOSED, amend, Code.STATE),
    "O4 not before it is agreed": (Status.PROPOSED, dispatch, Code.STATE),
    "O4 the same team twice": (Status.RUNNING, dispatch, Code.STATE),
    "O4 an officer of another unit": (
        Status.AGREED,
        lambda: dispatch(officers=[AUTHOR, "00000009-0000-4000-8000-000000000000"]),
        Code.OFFICERS,
    ),
    "O5 by its own unit": (Status.RUNNING, lambda: arrived(OWNER), Code.WRONG_SIDE),
    "O5 a team nobody sent": (Status.RUNNING, lambda: arrived(team=REQUEST), Code.UNKNOWN_MATTER),
    "O6 not before anybody is sent": (Status.AGREED, milestone, Code.STATE),
    "O6 what is still to come": (Status.RUNNING, lambda: milestone(at=NOW + HOUR), Code.SHAPE),
    "O7 of no operation": (Status.ABSENT, hand_over, Code.UNKNOWN_MATTER),
    "O7a exhibits of no operation": (Status.ABSENT, evidence, Code.UNKNOWN_MATTER),
    "O8 not after the end": (Status.CONCLUDED, pause, Code.STATE),
    "O8 resumed by the other unit": (Status.SUSPENDED, lambda: resume(OWNER), Code.WRONG_SIDE),
    "O8b given up after the end": (Status.CONCLUDED, abort, Code.STATE),
    "O9 said by the host": (Status.RUNNING, lambda: returned(OTHER), Code.WRONG_SIDE),
    "O10 while a team is out": (Status.RUNNING, conclude, Code.STATE),
    "O11 before the end": (Status.RUNNING, results, Code.STATE),
    "O11 nothing was proposed": (Status.CONCLUDED, agree_results, Code.UNKNOWN_MATTER),
}


@pytest.mark.parametrize(("before", "event", "after"), PASSES.values(), ids=PASSES)
def test_a_row_passes(before: Status, event: Callable[[], Draft[Any]], after: Status) -> None:
    states = at_status(before)
    assert states.then(event(), NOW).status is after
    assert not states.late


@pytest.mark.parametrize("name", REFUSALS)
def test_a_row_refuses_and_says_so(name: str) -> None:
    before, event, code = REFUSALS[name]
    with pytest.raises(Refused) as refused:
        at_status(before).then(event(), NOW)
    assert refused.value.code is code
    assert name.startswith(f"{refused.value.law} ")


def test_every_row_has_an_example_that_passes_and_one_that_is_refused() -> None:
    passing = {type(event().data) for _, event, _ in PASSES.values()} | {Concluded, ResultsAgreed}  # below
    assert passing == set(RULES)
    assert {type(event().data) for _, event, _ in REFUSALS.values()} == set(RULES)


@pytest.mark.parametrize("status", sorted(Status))
def test_every_status_is_reached(status: Status) -> None:
    at_status(status)


# -- 六个严禁 (MECHANISM 3.17, STORIES 3) -----------------------------------------------------------------------------

REQUESTS: dict[str, dict[str, Any]] = {
    "an enquiry for information": {"form": EnquiryForm.INFO},
    "the other unit's request": {"owner": OTHER},
    "a request that nobody has accepted": {"status": enquiry.Status.RECEIVED},
    "a request that lacks papers": {"status": enquiry.Status.TO_COMPLETE},
    "a request that was refused": {"status": enquiry.Status.REFUSED},
    "a request that was cancelled": {"status": enquiry.Status.CANCELLED},
    "a request that was answered long ago": {"status": enquiry.Status.ANSWERED, "since": NOW - 30 * DAY},
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_nobody_is_sent_without_an_accepted_request_of_his_unit(request_: dict[str, Any]) -> None:
    states = at_status(Status.AGREED)
    states.streams["enquiry", REQUEST] = replace(states.state("enquiry", REQUEST), **request_)
    with pytest.raises(Refused) as refused:
        states.then(dispatch(), NOW)
    assert (refused.value.code, refused.value.law) == (Code.BASIS, "MECHANISM 3.17 (1)")


def test_nobody_is_sent_on_a_request_that_nobody_made() -> None:
    assert judged(at_status(Status.AGREED), dispatch(enquiry=TEAM)) is Code.BASIS


def test_nobody_is_sent_while_jurisdiction_is_disputed_and_early_action_says_why() -> None:
    states = at_status(Status.AGREED)
    states.streams["lead", LEAD] = Lead(status=lead.Status.DISPUTED, owner=OWNER)
    with pytest.raises(Refused) as refused:
        states.then(dispatch(), NOW)
    assert (refused.value.code, refused.value.law) == (Code.STATE, "MECHANISM 3.17 (3)")
    state = states.then(dispatch(early_action="flight"), NOW)
    assert [team.early for team in state.teams] == [True]


def test_early_action_is_no_word_for_what_nobody_disputes() -> None:
    assert judged(at_status(Status.AGREED), dispatch(early_action="flight")) is Code.STATE


def test_the_lead_of_the_request_counts_where_the_plan_names_none() -> None:
    states = with_request()
    states.streams["lead", LEAD] = Lead(status=lead.Status.DISPUTED, owner=OWNER)
    for e in (propose(leads=[], enquiries=[REQUEST]), agree()):
        states.then(e, NOW)
    assert judged(states, dispatch()) is Code.STATE


def test_one_officer_is_no_team() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        dispatch(officers=[AUTHOR])


def test_weapons_take_the_number_of_an_approval() -> None:
    """六个严禁 (6): the content has it exactly where the summary says that weapons are carried."""
    leader = {"name": "示例某", "phone": "0396-0000000"}
    unarmed, armed = ({"leader": leader}, {"leader": leader, "weapons_approval_no": "示例批字〔2026〕1号"})
    for summary, holds, differs in ((True, unarmed, ("weapons",)), (True, armed, ()), (False, armed, ("weapons",))):
        model = TeamContent.model_validate_json(json.dumps(holds))
        assert model.differs(dispatch(weapons=summary).data.summary, date(2021, 5, 6)) == differs


def test_no_team_is_sent_after_the_window() -> None:
    states = at_status(Status.AGREED)
    assert judged(states, dispatch(), NOW + 30 * DAY) is Code.STATE


# -- offers, hand-overs, the end ---------------------------------------------------------------------------------------


def test_an_offer_binds_until_its_deadline_and_no_longer() -> None:
    """L12."""
    assert judged(at_status(Status.PROPOSED), agree(), NOW + 7 * DAY) is Code.OFFER_LAPSED
    assert judged(at_status(Status.PROPOSED), agree(), NOW + 7 * DAY - 1) is None


def with_amendment(status: Status = Status.AGREED) -> FakeStates:
    """The other unit proposes another plan, of ten days more and without the lead."""
    states = at_status(status)
    states.then(amended(ends=NOW + 40 * DAY, leads=[], enquiries=[REQUEST]), NOW)
    return states


@pytest.mark.parametrize("status", [Status.AGREED, Status.RUNNING])
def test_nobody_is_sent_while_an_amendment_waits(status: Status) -> None:
    """O3; teams that are out go on by the plan that was agreed."""
    states = with_amendment(status)
    assert judged(states, dispatch(team=REQUEST)) is Code.STATE
    assert judged(states, dispatch(team=REQUEST), NOW + 7 * DAY - 1) is Code.STATE
    if status is Status.RUNNING:
        for e in (arrived(), milestone(), hand_over(), take_over(), returned()):
            assert judged(states, e) is None
    assert states.then(agree(OWNER, NEW_PLAN), NOW).status is status
    assert judged(states, dispatch(team=REQUEST)) is None


def test_what_was_agreed_again_is_the_whole_new_plan() -> None:
    states = with_amendment()
    before = states.state("operation", OPERATION)
    after = states.then(agree(OWNER, NEW_PLAN), NOW)
    assert (after.plan, after.offer) == (before.offer, None)
    assert (after.plan.digest, after.plan.ends, after.plan.leads) == (NEW_PLAN, NOW + 40 * DAY, ())


ANSWERS: dict[str, Callable[[], Draft[Any]]] = {
    "declined": lambda: decline(OWNER, NEW_PLAN),
    "lapsed": lambda: milestone(OWNER),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_amendment_that_is_not_agreed_changes_nothing(answer: Callable[[], Draft[Any]]) -> None:
    """Neither the window nor the leads of a plan that one head alone signed."""
    states = with_amendment(Status.RUNNING)
    after = states.then(answer(), NOW + DAY)
    assert (after.status, after.plan.digest) == (Status.RUNNING, PLAN)
    assert (after.plan.ends, after.plan.leads) == (NOW + 30 * DAY, (LEAD,))
    assert judged(states, dispatch(team=REQUEST), NOW + 30 * DAY) is Code.STATE
    assert judged(states, dispatch(team=REQUEST), NOW + 7 * DAY) is None


def test_an_amendment_that_lapsed_is_replaced_or_given_up_and_never_agreed() -> None:
    """L12: it leaves no operation stuck."""
    later = NOW + 7 * DAY
    assert judged(with_amendment(), agree(OWNER, NEW_PLAN), later) is Code.OFFER_LAPSED
    assert judged(with_amendment(), amend(OWNER), later - 1) is Code.STATE
    assert judged(with_amendment(), amend(OWNER, binds=8 * DAY), later) is None
    assert judged(with_amendment(), abort(), later) is None


def test_what_is_over_waits_for_no_answer() -> None:
    for last in (abort, conclude):
        states = with_amendment(Status.RUNNING)
        states.then(returned(), NOW)
        assert states.then(last(), NOW).offer is None
        assert judged(states, agree(OWNER, NEW_PLAN)) is Code.STATE


def test_a_pause_keeps_the_question_and_the_answer_keeps_the_pause() -> None:
    states = with_amendment(Status.RUNNING)
    states.then(pause(), NOW)
    after = states.then(agree(OWNER, NEW_PLAN), NOW)
    assert (after.status, after.plan.digest) == (Status.SUSPENDED, NEW_PLAN)


def test_a_status_begins_once() -> None:
    states = with_amendment()
    assert states.then(agree(OWNER, NEW_PLAN), NOW + DAY).since == NOW
    assert states.then(dispatch(), NOW + DAY).since == NOW + DAY


def test_an_answer_needs_a_question() -> None:
    assert judged(at_status(Status.AGREED), agree()) is Code.UNKNOWN_MATTER
    assert judged(at_status(Status.RUNNING), decline()) is Code.UNKNOWN_MATTER


def test_ninety_days_stay_ninety_days_once_a_team_was_sent() -> None:
    """O1, O3: before that an operation may be put off as a whole."""
    later = amend(begins=NOW + DAY, ends=NOW + 91 * DAY)
    assert judged(at_status(Status.AGREED), later) is None
    assert judged(at_status(Status.RUNNING), later) is Code.SHAPE
    assert judged(at_status(Status.RUNNING), amend(ends=NOW + 90 * DAY)) is None


def test_a_request_that_was_answered_stays_in_the_plan() -> None:
    answered = {"status": enquiry.Status.ANSWERED, "since": NOW}
    assert judged(with_request(**answered), propose(enquiries=[REQUEST])) is None
    for over in ({"status": enquiry.Status.REFUSED}, answered | {"since": NOW - 30 * DAY}):
        assert judged(with_request(**over), propose(enquiries=[REQUEST])) is Code.STATE


def test_whoever_amended_does_not_agree_for_the_other() -> None:
    assert judged(with_amendment(), agree(OTHER, NEW_PLAN)) is Code.WRONG_SIDE


SIGNED: dict[str, tuple[list[Callable[[], Draft[Any]]], bool]] = {
    "by nobody yet": ([], False),
    "by the giver alone": ([hand_over], True),
    "by the taker alone": ([take_over], True),
    "by both": ([hand_over, take_over], False),
    "by both, of another list": ([hand_over, lambda: take_over(listed=NEW_PLAN)], True),
    "by both, in another direction": ([hand_over, lambda: take_over(giver=OWNER)], True),
    "by both, of another kind": ([hand_over, lambda: take_over(EvidenceHandedOver)], True),
    "by both, and nobody sends the list": ([lambda: take_over(unit=OTHER), take_over], True),
    "by both, and both send one": ([hand_over, lambda: hand_over(unit=OWNER)], True),
    "corrected until both say the same": ([hand_over, lambda: take_over(listed=NEW_PLAN), take_over], False),
}


@pytest.mark.parametrize(("steps", "open_"), SIGNED.values(), ids=SIGNED)
def test_an_operation_ends_when_every_hand_over_is_signed_by_both(
    steps: list[Callable[[], Draft[Any]]], open_: bool
) -> None:
    states = at_status(Status.RUNNING)
    for step in (*steps, returned):
        states.then(step(), NOW)
    assert judged(states, conclude()) is (Code.STATE if open_ else None)


def test_what_may_come_late_moves_no_status() -> None:
    assert {rule.then for event, rule in RULES.items() if event.FACT} == {None}


def test_a_hand_over_stands_also_where_it_comes_late() -> None:
    """A fact (PROTOCOL 1): after the end it changes no status, and is told as late."""
    states = at_status(Status.CONCLUDED)
    assert states.then(hand_over(), NOW).status is Status.CONCLUDED
    assert states.late == ["duikou.operation.custody_handed_over.v1"]


def test_a_team_comes_home_once_and_arrives_once() -> None:
    states = at_status(Status.RUNNING)
    states.then(arrived(), NOW)
    assert judged(states, arrived()) is Code.STATE
    states.then(returned(), NOW)
    assert judged(states, returned()) is Code.STATE
    assert judged(states, arrived()) is Code.STATE


def test_o10_the_unit_that_proposed_it_concludes() -> None:
    states = at_status(Status.RUNNING)
    states.then(returned(), NOW)
    assert judged(states, conclude(OTHER)) is Code.WRONG_SIDE
    assert states.then(conclude(), NOW).status is Status.CONCLUDED


def test_o11_results_stand_when_the_other_unit_agrees_to_the_same() -> None:
    states = at_status(Status.CONCLUDED)
    states.then(results(), NOW)
    assert judged(states, agree_results(OWNER)) is Code.WRONG_SIDE
    assert judged(states, agree_results(digest="9" * 64)) is Code.UNKNOWN_MATTER
    assert states.then(agree_results(), NOW).status is Status.ARCHIVED


def test_what_was_paused_before_anybody_was_sent_goes_on_as_agreed() -> None:
    states = at_status(Status.AGREED)
    states.then(pause(), NOW)
    assert states.then(resume(), NOW).status is Status.AGREED


@pytest.mark.parametrize("event", [Suspended, Aborted])
@pytest.mark.parametrize(
    "wrong",
    [
        {"summary": {"officer": AUTHOR, "reason": "legal"}},
        {"summary": {"reason": "safety"}},
        {"summary": {"officer": AUTHOR, "reason": "safety"}, "approval": approvals(Aborted, OWNER)},
    ],
    ids=["alone for another reason", "by nobody", "by one and by two"],
)
def test_one_officer_alone_pauses_for_safety_only(event: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="safety"):
        event.model_validate_json(json.dumps(wrong))


def test_two_resume() -> None:
    found = {"summary": {"officer": AUTHOR, "reason": "safety"}, "approval": approvals(Resumed, OWNER)}
    with pytest.raises(ValueError, match="two officers"):
        Resumed.model_validate_json(json.dumps(found))


def test_how_many_sign() -> None:
    found = {"plan": propose(), "team": dispatch(), "list": hand_over(), "safety": pause(), "paused": by_two(Suspended)}
    signs = {name: operation.needs(e) for name, e in found.items()}
    heads = {"plan": Sign.HEAD, "team": Sign.HEAD, "paused": Sign.HEAD}
    assert signs == {**heads, "list": Sign.ONE, "safety": Sign.ONE}


STANDINGS: dict[str, tuple[Status, Callable[[], Draft[Any]], Code | None]] = {
    "nothing new is proposed": (Status.ABSENT, propose, Code.PAIRING_STATE),
    "nobody is sent": (Status.AGREED, dispatch, Code.PAIRING_STATE),
    "a team comes home": (Status.RUNNING, returned, None),
    "custody is handed over": (Status.RUNNING, hand_over, None),
    "it is given up": (Status.RUNNING, abort, None),
}


@pytest.mark.parametrize(("before", "event", "code"), STANDINGS.values(), ids=STANDINGS)
def test_while_the_pairing_is_suspended(before: Status, event: Callable[[], Draft[Any]], code: Code | None) -> None:
    states = at_status(before)
    states.standing(pairing.Status.SUSPENDED)
    assert judged(states, event()) is code


ARRESTS: dict[str, tuple[Milestone, int, bool]] = {
    "an arrest in time": (Milestone.ARREST, NOW + 3 * HOUR - 1, False),
    "an arrest after two hours": (Milestone.ARREST, NOW + 3 * HOUR, True),
    "a search is not told at once": (Milestone.SEARCH, NOW + 3 * HOUR, False),
}


@pytest.mark.parametrize(("kind", "told", "late"), ARRESTS.values(), ids=ARRESTS)
def test_an_arrest_is_told_at_once_or_late(kind: Milestone, told: int, late: bool) -> None:
    """O6; the hour of the arrest is not counted (MECHANISM 1.0)."""
    after = at_status(Status.RUNNING).then(milestone(kind=kind), told)
    assert after.milestones == (Reached(kind, OWNER, NOW, late),)


def test_whoever_sees_the_danger_stops_it() -> None:
    """MECHANISM 2, third row; nobody who only opens the post."""
    for event in (Suspended, Aborted):
        assert set(RULES[event].roles) == {Role.AUTHOR, Role.DUTY, Role.HEAD, Role.TEAM}


def closable(status: Status) -> FakeStates:
    """The lead has its outcome; nobody waits for an answer."""
    states = at_status(status)
    states.streams["enquiry", REQUEST] = replace(states.state("enquiry", REQUEST), status=enquiry.Status.CLOSED)
    states.streams["lead", LEAD] = Lead(status=lead.Status.WITH_OUTCOME, owner=OWNER, owner_spoke=NOW)
    return states


CLOSE = draft(LeadClosed, {"officer": AUTHOR}, OWNER)
KEPT: dict[str, tuple[Status, int, Code | None]] = {
    "an offer that binds": (Status.PROPOSED, NOW + 7 * DAY - 1, Code.STATE),
    "an offer that lapsed": (Status.PROPOSED, NOW + 7 * DAY, None),
    "an offer that was declined": (Status.DECLINED, NOW, None),
    "a plan that is agreed": (Status.AGREED, NOW + 9 * DAY, Code.STATE),
    "a team that is out": (Status.RUNNING, NOW + 9 * DAY, Code.STATE),
    "a pause": (Status.SUSPENDED, NOW + 9 * DAY, Code.STATE),
    "an operation that is over": (Status.CONCLUDED, NOW, None),
}


@pytest.mark.parametrize(("status", "at", "code"), KEPT.values(), ids=KEPT)
def test_what_keeps_a_lead_open(status: Status, at: int, code: Code | None) -> None:
    """S18: no unit keeps the other's lead open by an offer that nobody can answer any more."""
    assert judged(closable(status), CLOSE, at) is code


def test_an_amendment_keeps_the_leads_that_it_adds() -> None:
    states = at_status(Status.AGREED)
    states.then(amended(leads=[], enquiries=[REQUEST]), NOW)
    states.then(agree(OWNER, NEW_PLAN), NOW)
    states.then(amend(OWNER), NOW)
    states.streams["enquiry", REQUEST] = Enquiry(enquiry.Status.CLOSED, OWNER)
    states.streams["lead", LEAD] = Lead(status=lead.Status.WITH_OUTCOME, owner=OWNER, owner_spoke=NOW)
    assert judged(states, CLOSE) is Code.STATE
    assert judged(states, CLOSE, NOW + 7 * DAY) is None


def test_an_operation_that_is_given_up_keeps_no_lead_open() -> None:
    """S18."""
    states = at_status(Status.RUNNING)
    states.streams["enquiry", REQUEST] = replace(states.state("enquiry", REQUEST), status=enquiry.Status.ANSWERED)
    states.streams["lead", LEAD] = Lead(status=lead.Status.WITH_OUTCOME, owner=OWNER, owner_spoke=NOW)
    closed = draft(LeadClosed, {"officer": AUTHOR}, OWNER)
    assert judged(states, closed) is Code.STATE
    states.then(abort(), NOW)
    assert judged(states, closed) is None


CLOCKS: dict[str, tuple[Status, list[tuple[Duty, str, bool]]]] = {
    "an offer": (Status.PROPOSED, [(Duty.COUNTERSIGN, "2021-05-13T02:00:00.000Z", False)]),
    "the end, also where nobody was sent": (Status.AGREED, [(Duty.CONCLUDE, "2021-06-15T16:00:00.000Z", True)]),
    "nothing of what was declined": (Status.DECLINED, []),
    "the arrival, also where it is given up": (
        Status.ABORTED,
        [(Duty.CONFIRM_ARRIVAL, "2021-05-07T03:00:00.000Z", False)],
    ),
    "arrival and end": (
        Status.RUNNING,
        [
            (Duty.CONFIRM_ARRIVAL, "2021-05-07T03:00:00.000Z", False),
            (Duty.CONCLUDE, "2021-06-15T16:00:00.000Z", True),
        ],
    ),
    "results": (Status.CONCLUDED, [(Duty.RESULTS, "2021-05-21T16:00:00.000Z", True)]),
    "nothing at the end": (Status.ARCHIVED, []),
}


@pytest.mark.parametrize(("status", "expected"), CLOCKS.values(), ids=CLOCKS)
def test_what_is_due(status: Status, expected: list[tuple[Duty, str, bool]]) -> None:
    found = owed(at_status(status).state("operation", OPERATION), CALENDAR, Clock())
    assert [(one.kind, format_time(one.at), one.owner) for one in found] == expected


@pytest.mark.parametrize(("before", "event"), [(Status.ABSENT, propose), (Status.AGREED, amend)])
def test_a_plan_has_a_window_of_at_most_90_days_that_is_not_over(
    before: Status, event: Callable[..., Draft[Any]]
) -> None:
    """FIELDS 6.8; also when it is amended."""
    for begins, ends, code in (
        (NOW, NOW + 90 * DAY, None),
        (NOW, NOW + 90 * DAY + 1, Code.SHAPE),
        (NOW + DAY, NOW + DAY, Code.SHAPE),
        (NOW - DAY, NOW, Code.SHAPE),
        (NOW - DAY, NOW + 1, None),
    ):
        assert judged(at_status(before), event(begins=begins, ends=ends)) is code


@pytest.mark.parametrize("status", sorted(enquiry.Status))
def test_a_team_goes_on_a_request_that_was_accepted_and_is_not_over(status: enquiry.Status) -> None:
    """MECHANISM 3.17 (1): answered, wholly or in part, it was accepted."""
    accepted = status in {enquiry.Status.IN_PROGRESS, enquiry.Status.PARTLY_ANSWERED, enquiry.Status.ANSWERED}
    states = at_status(Status.AGREED)
    states.streams["enquiry", REQUEST] = replace(states.state("enquiry", REQUEST), status=status, since=NOW)
    assert judged(states, dispatch()) is (None if accepted else Code.BASIS)


def test_nobody_is_sent_while_a_lead_of_the_plan_is_disputed() -> None:
    """MECHANISM 3.17 (3); also where the request is about something else."""
    states = at_status(Status.AGREED, lead="")
    states.streams["lead", LEAD] = replace(states.state("lead", LEAD), status=lead.Status.DISPUTED)
    assert judged(states, dispatch()) is Code.STATE


def test_a_milestone_lies_ten_minutes_ahead_at_most() -> None:
    ahead = 10 * 60 * 1_000
    assert judged(at_status(Status.RUNNING), milestone(at=NOW + ahead)) is None
    assert judged(at_status(Status.RUNNING), milestone(at=NOW + ahead + 1)) is Code.SHAPE


def test_an_offer_that_nobody_answered_lapses_and_keeps_its_leads_until_then() -> None:
    """L12, S18: and no other lead."""
    proposed, agreed = (at_status(status).state("operation", OPERATION) for status in (Status.PROPOSED, Status.AGREED))
    lapsed = [(proposed.lapsed(at), agreed.lapsed(at)) for at in (NOW + 7 * DAY - 1, NOW + 7 * DAY)]
    assert lapsed == [(False, False), (True, False)]
    assert [proposed.keeps(LEAD, at) for at in (NOW + 7 * DAY - 1, NOW + 7 * DAY)] == [True, False]
    assert not proposed.keeps(REQUEST, NOW)


def test_a_team_is_awaited_by_the_other_unit_and_the_end_is_said_in_7_days() -> None:
    """O5, O10: an operation that ends on Thursday 6 May is concluded by Thursday 13 May."""
    state = at_status(Status.RUNNING).state("operation", OPERATION)
    theirs = tuple(replace(team, unit=OTHER) for team in state.teams)
    found = owed(replace(state, teams=theirs, plan=replace(state.plan, ends=NOW)), CALENDAR, Clock())
    assert [(one.kind, format_time(one.at), one.owner) for one in found] == [
        (Duty.CONFIRM_ARRIVAL, "2021-05-07T03:00:00.000Z", True),
        (Duty.CONCLUDE, "2021-05-13T16:00:00.000Z", True),
    ]


def test_an_amendment_waits_for_the_unit_that_did_not_make_it() -> None:
    found = owed(with_amendment().state("operation", OPERATION), CALENDAR, Clock())
    assert found[0] == Due(Duty.COUNTERSIGN, NOW + 7 * DAY, owner=True)


def test_whoever_did_not_propose_results_owes_the_answer() -> None:
    states = at_status(Status.CONCLUDED)
    (found,) = owed(states.then(results(), NOW), CALENDAR, Clock())
    assert not found.owner


def test_a_hand_over_that_each_says_it_gave_is_signed_by_neither_side() -> None:
    """O7: type, list and giver are the same, or nothing was handed over."""
    states = at_status(Status.RUNNING)
    for unit in (OTHER, OWNER):
        states.then(hand_over(unit=unit, giver=unit), NOW)
    assert states.state("operation", OPERATION).one_sided == {HANDOVER}


def test_where_a_team_is_has_the_words_of_its_events() -> None:
    """O4, O5, O9: 派出, 到达, 返回."""
    words = {one.value: (one.zh, one.en) for one in Whereabouts}
    assert words == {"sent": ("派出", "sent out"), "arrived": ("到达", "arrived"), "returned": ("返回", "returned")}


def test_a_team_that_has_arrived_is_not_waited_for() -> None:
    states = at_status(Status.RUNNING)
    state = states.then(arrived(), NOW + HOUR)
    assert [one.kind for one in owed(state, CALENDAR, Clock())] == [Duty.CONCLUDE]
    assert [team.at for team in state.teams] == [NOW + HOUR]


def test_nothing_is_known_of_an_operation_before_it_is_proposed() -> None:
    known = {name: value for name, value in vars(operation.INITIAL).items() if value}
    assert known == {"status": Status.ABSENT, "urgency": "routine"}
    assert Status.ARCHIVED in ENDED


SPANS: dict[str, tuple[dict[str, Any], int]] = {
    "urgent": ({"urgency_ground": "flight"}, 1),
    "priority": ({}, 7),
    "routine": ({}, 7),
}


@pytest.mark.parametrize("urgency", SPANS)
def test_a_plan_is_firm_for_7_days_and_what_is_urgent_for_one(urgency: str) -> None:
    """O1."""
    ground, days = SPANS[urgency]
    assert with_request().then(propose(binds=days * DAY, urgency=urgency, **ground), NOW).urgency == urgency
    assert judged(with_request(), propose(binds=days * DAY + 1, urgency=urgency, **ground)) is Code.OFFER_LAPSED


def test_what_was_proposed_is_known_of_it() -> None:
    assert with_request().then(propose(), NOW) == Operation(
        Status.PROPOSED,
        OWNER,
        since=NOW,
        offer=Plan(PLAN, OWNER, NOW + 7 * DAY, NOW, NOW + 30 * DAY, (LEAD,)),
    )
