"""Rows L1-L7 and K1-K5 of MECHANISM 1.5, and what binds a team (3.16): each passes once and is refused once."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.calendar import CALENDARS, Calendar
from contracts.contents import MODELS
from contracts.envelope import Draft
from contracts.event import TYPES
from contracts.liaison import (
    HandoverAccepted,
    HandoverOffered,
    MemberChanged,
    OutreachHeld,
    PostingAccepted,
    PostingEnded,
    PostingExtended,
    PostingOffered,
    Recalled,
    ReportedIn,
    TaskCancelled,
    TaskDone,
    TaskGiven,
    TaskReturned,
    TaskTaken,
)
from contracts.liaison_terms import INVESTIGATIVE, Mandate
from contracts.refusals import Code, Refused
from contracts.vocabulary import EnquiryForm, Role
from services.domain import enquiry, lead, liaison, pairing
from services.domain.clocks import DAY, Clock, format_time, parse_time
from services.domain.enquiry import Enquiry
from services.domain.lead import Lead
from services.domain.liaison import RULES, Liaison, Status
from services.domain.obligations import Duty, owed
from services.domain.rules import Sign
from services.domain.trust import Officer
from tests.support.papers import LEAD, draft
from tests.support.states import AUTHOR, INTAKE, NOW, OTHER, OWNER, FakeStates, judged

pytestmark = pytest.mark.usefixtures("unsigned")

CALENDAR = Calendar(CALENDARS.values())
POSTING, TASK = "99990000-0000-4000-8000-000000000001", "99990000-0000-4000-8000-000000000002"
REQUEST = "22220000-0000-4000-8000-000000000009"
ONE, TWO, THREE = (f"0000000{n}-0000-4000-8000-00000000000a" for n in (1, 2, 3))
"""Officers of the sending unit with the role of a team."""
PAPER = {"kind": "posting", "classification": "work_secret", "urgency": "routine"}


def of_posting(event: Any, summary: dict[str, Any], unit: str = OWNER) -> Draft[Any]:
    return draft(event, summary, unit, POSTING)


def of_task(event: Any, summary: dict[str, Any], unit: str = OWNER) -> Draft[Any]:
    return draft(event, summary, unit, TASK)


def offer(unit: str = OWNER, binds: int = 15 * DAY, **summary: Any) -> Draft[Any]:
    found = {
        **PAPER,
        "seat": "330782",
        "start": "2021-05-01",
        "end": "2021-11-10",
        "leader": ONE,
        "members": [ONE, TWO],
        "mandate": ["accompany", "forward_papers", "outreach"],
        "answer_by": format_time(NOW + binds),
        **summary,
    }
    return of_posting(PostingOffered, found, unit)


def accept(unit: str = OTHER, digest: str = "8" * 64) -> Draft[Any]:
    return of_posting(PostingAccepted, {"offer": digest}, unit)


def report_in(unit: str = OTHER) -> Draft[Any]:
    return of_posting(ReportedIn, {"officer": INTAKE}, unit)


def change(unit: str = OWNER, members: tuple[str, ...] = (ONE, THREE), leader: str = ONE) -> Draft[Any]:
    return of_posting(MemberChanged, {**PAPER, "leader": leader, "members": list(members)}, unit)


def extend(unit: str = OWNER, end: str = "2022-02-10") -> Draft[Any]:
    return of_posting(PostingExtended, {**PAPER, "end": end}, unit)


def hand_over(officer: str = ONE, successor: str = TWO, tasks: tuple[str, ...] = (), unit: str = OWNER) -> Draft[Any]:
    return of_posting(HandoverOffered, {"officer": officer, "successor": successor, "tasks": list(tasks)}, unit)


def take_over(officer: str = TWO, digest: str = "8" * 64, unit: str = OWNER) -> Draft[Any]:
    return of_posting(HandoverAccepted, {"officer": officer, "offer": digest}, unit)


def end(unit: str = OWNER) -> Draft[Any]:
    return of_posting(PostingEnded, {"officer": AUTHOR}, unit)


def recall(unit: str = OWNER) -> Draft[Any]:
    return of_posting(Recalled, {"officer": AUTHOR, "reason": "safety"}, unit)


def outreach(officer: str = ONE, unit: str = OWNER, **summary: Any) -> Draft[Any]:
    found = {
        "officer": officer,
        "on": "2021-05-05",
        "division": "330782",
        "audience": "workers",
        "partner": "street",
        "sessions": 2,
        "attended": 40,
        "leaflets": 150,
        **summary,
    }
    return of_posting(OutreachHeld, found, unit)


def give(unit: str = OWNER, **summary: Any) -> Draft[Any]:
    found = {"officer": AUTHOR, "posting": POSTING, "kind": "forward_papers", "due_on": "2021-05-20", **summary}
    return of_task(TaskGiven, found, unit)


def take(officer: str = ONE, unit: str = OWNER) -> Draft[Any]:
    return of_task(TaskTaken, {"officer": officer}, unit)


def give_back(officer: str = ONE, unit: str = OWNER) -> Draft[Any]:
    return of_task(TaskReturned, {"officer": officer, "reason": "unclear"}, unit)


def done(officer: str = ONE, unit: str = OWNER) -> Draft[Any]:
    return of_task(TaskDone, {"officer": officer, "result": "done"}, unit)


def cancel(unit: str = OWNER) -> Draft[Any]:
    return of_task(TaskCancelled, {"officer": AUTHOR}, unit)


_POSTED: list[Callable[[], Draft[Any]]] = [offer, accept, report_in]
PATHS: dict[Status, tuple[str, list[Callable[[], Draft[Any]]]]] = {
    Status.ABSENT: (POSTING, []),
    Status.OFFERED: (POSTING, _POSTED[:1]),
    Status.ACCEPTED: (POSTING, _POSTED[:2]),
    Status.POSTED: (POSTING, _POSTED),
    Status.ENDED: (POSTING, [*_POSTED, end]),
    Status.GIVEN: (TASK, [*_POSTED, give]),
    Status.TAKEN: (TASK, [*_POSTED, give, take]),
    Status.RETURNED: (TASK, [*_POSTED, give, give_back]),
    Status.DONE: (TASK, [*_POSTED, give, take, done]),
    Status.CANCELLED: (TASK, [*_POSTED, give, cancel]),
}
"""How a posting or a task comes to each status."""


def with_team() -> FakeStates:
    """Three officers of the sending unit with the role of a team, a live lead and an accepted measure request."""
    states = FakeStates()
    team = {number: Officer(OWNER, frozenset({Role.TEAM}), 0, NOW + 900 * DAY, "", b"") for number in (ONE, TWO, THREE)}
    trust = states.channel.trust
    states.channel = replace(states.channel, trust=replace(trust, officers={**trust.officers, **team}))
    states.streams["lead", LEAD] = Lead(status=lead.Status.IN_PROGRESS, owner=OWNER)
    states.streams["enquiry", REQUEST] = Enquiry(enquiry.Status.IN_PROGRESS, OWNER, form=EnquiryForm.MEASURE)
    return states


def at_status(status: Status) -> FakeStates:
    states = with_team()
    subject, steps = PATHS[status]
    for step in steps:
        states.then(step(), NOW)
    assert states.state("liaison", subject).status is status
    return states


PASSES: dict[str, tuple[Status, Callable[[], Draft[Any]], Status]] = {
    "L1 offered": (Status.ABSENT, offer, Status.OFFERED),
    "L2 accepted by the host": (Status.OFFERED, accept, Status.ACCEPTED),
    "L3 reported in": (Status.ACCEPTED, report_in, Status.POSTED),
    "L4 another member": (Status.POSTED, change, Status.POSTED),
    "L5 longer": (Status.POSTED, extend, Status.POSTED),
    "L6 handed over": (Status.POSTED, hand_over, Status.POSTED),
    "L7 ended": (Status.POSTED, end, Status.ENDED),
    "L7 ended by the host": (Status.POSTED, lambda: end(OTHER), Status.ENDED),
    "L7 called back before it began": (Status.ACCEPTED, recall, Status.ENDED),
    "K1 a task": (Status.POSTED, give, Status.GIVEN),
    "K2 taken": (Status.GIVEN, take, Status.TAKEN),
    "K2 given back": (Status.GIVEN, give_back, Status.RETURNED),
    "K3 done": (Status.TAKEN, done, Status.DONE),
    "K4 cancelled": (Status.TAKEN, cancel, Status.CANCELLED),
    "K5 outreach": (Status.POSTED, outreach, Status.POSTED),
}
REFUSALS: dict[str, tuple[Status, Callable[[], Draft[Any]], Code]] = {
    "L1 more than 12 months": (Status.ABSENT, lambda: offer(end="2022-05-12"), Code.SHAPE),
    "L1 over already": (Status.ABSENT, lambda: offer(start="2021-04-01", end="2021-05-05"), Code.SHAPE),
    "L1 an offer of 16 days": (Status.ABSENT, lambda: offer(binds=16 * DAY), Code.OFFER_LAPSED),
    "L1 somebody who is in no team": (
        Status.ABSENT,
        lambda: offer(leader=AUTHOR, members=[AUTHOR, ONE]),
        Code.OFFICERS,
    ),
    "L1 officers of another unit": (Status.ABSENT, lambda: offer(OTHER), Code.OFFICERS),
    "L2 by the unit that offers": (Status.OFFERED, lambda: accept(OWNER), Code.WRONG_SIDE),
    "L2 another offer": (Status.OFFERED, lambda: accept(digest="9" * 64), Code.UNKNOWN_MATTER),
    "L3 said by the team's own unit": (Status.ACCEPTED, lambda: report_in(OWNER), Code.WRONG_SIDE),
    "L4 not before they are there": (Status.ACCEPTED, change, Code.STATE),
    "L4 somebody who is in no team": (Status.POSTED, lambda: change(members=(AUTHOR, ONE)), Code.OFFICERS),
    "L5 for more than 12 months more": (Status.POSTED, lambda: extend(end="2022-11-13"), Code.SHAPE),
    "L5 not shorter": (Status.POSTED, lambda: extend(end="2021-11-10"), Code.SHAPE),
    "L6 by somebody who does not lead": (Status.POSTED, lambda: hand_over(TWO, ONE), Code.OFFICERS),
    "L6 to himself": (Status.POSTED, lambda: hand_over(successor=ONE), Code.OFFICERS),
    "L6 to nobody of the unit": (Status.POSTED, lambda: hand_over(successor=REQUEST), Code.OFFICERS),
    "L6 a task that nobody gave": (Status.POSTED, lambda: hand_over(tasks=(TASK,)), Code.UNKNOWN_MATTER),
    "L6 nothing was offered": (Status.POSTED, take_over, Code.UNKNOWN_MATTER),
    "L6 to a colleague who is not in the team": (Status.POSTED, lambda: hand_over(successor=THREE), Code.OFFICERS),
    "L7 ended before they came": (Status.ACCEPTED, end, Code.STATE),
    "L7 ended once": (Status.ENDED, end, Code.STATE),
    "L7 with a task open": (Status.GIVEN, end, Code.STATE),
    "L7 called back from nowhere": (Status.OFFERED, recall, Code.STATE),
    "K1 to a team that has not come": (Status.ACCEPTED, give, Code.STATE),
    "K1 of a posting that is not there": (Status.POSTED, lambda: give(posting=REQUEST), Code.UNKNOWN_MATTER),
    "K1 of another unit's posting": (Status.POSTED, lambda: give(OTHER), Code.UNKNOWN_MATTER),
    "K1 a task is no posting": (Status.GIVEN, lambda: _another(posting=TASK), Code.UNKNOWN_MATTER),
    "K1 outside the mandate": (Status.POSTED, lambda: give(kind="dialect"), Code.SHAPE),
    "K1 due yesterday": (Status.POSTED, lambda: give(due_on="2021-05-05"), Code.SHAPE),
    "K1 due after the last day": (Status.POSTED, lambda: give(due_on="2021-11-11"), Code.SHAPE),
    "K1 about a lead that is not there": (Status.POSTED, lambda: give(about=REQUEST[:-1] + "8"), Code.UNKNOWN_MATTER),
    "K2 by somebody who is not in the team": (Status.GIVEN, lambda: take(THREE), Code.OFFICERS),
    "K2 given back by the host": (Status.GIVEN, lambda: give_back(unit=OTHER), Code.WRONG_SIDE),
    "K3 before it is taken": (Status.GIVEN, done, Code.STATE),
    "K4 by the host": (Status.GIVEN, lambda: cancel(OTHER), Code.WRONG_SIDE),
    "K5 before the first day": (Status.POSTED, lambda: outreach(on="2021-04-30"), Code.SHAPE),
    "K5 tomorrow": (Status.POSTED, lambda: outreach(on="2021-05-07"), Code.SHAPE),
    "K5 by somebody who is not in the team": (Status.POSTED, lambda: outreach(THREE), Code.OFFICERS),
}


def _another(**summary: Any) -> Draft[Any]:
    """A second task."""
    found = {"officer": AUTHOR, "kind": "forward_papers", "due_on": "2021-05-20", **summary}
    return draft(TaskGiven, found, OWNER, REQUEST)


@pytest.mark.parametrize(("before", "event", "after"), PASSES.values(), ids=PASSES)
def test_a_row_passes(before: Status, event: Callable[[], Draft[Any]], after: Status) -> None:
    assert at_status(before).then(event(), NOW).status is after


@pytest.mark.parametrize(("before", "event", "code"), REFUSALS.values(), ids=REFUSALS)
def test_a_row_refuses(before: Status, event: Callable[[], Draft[Any]], code: Code) -> None:
    assert judged(at_status(before), event()) is code


def test_every_row_has_an_example_that_passes_and_one_that_is_refused() -> None:
    assert {type(event().data) for _, event, _ in PASSES.values()} | {HandoverAccepted} == set(RULES)
    assert {type(event().data) for _, event, _ in REFUSALS.values()} == set(RULES)


@pytest.mark.parametrize("status", sorted(Status))
def test_every_status_is_reached(status: Status) -> None:
    at_status(status)


# -- no powers of its own (MECHANISM 3.16) -----------------------------------------------------------------------------

GROUNDED: dict[str, Any] = {"about": LEAD, "enquiry": REQUEST, "host_agreed": True}


@pytest.mark.parametrize("kind", sorted(INVESTIGATIVE))
def test_an_investigative_task_goes_on_an_accepted_request_and_the_hosts_word(kind: Mandate) -> None:
    states = at_status(Status.POSTED)
    posting = states.state("liaison", POSTING)
    states.streams["liaison", POSTING] = replace(posting, mandate=tuple(sorted(Mandate)))
    for lacking in GROUNDED:
        rest = {name: value for name, value in GROUNDED.items() if name != lacking}
        assert judged(states, give(kind=kind, **rest)) is Code.BASIS, lacking
    over = {"status": enquiry.Status.ANSWERED, "since": NOW - 31 * DAY}
    for wrong in ({"form": EnquiryForm.INFO}, {"status": enquiry.Status.RECEIVED}, {"owner": OTHER}, over):
        other = at_status(Status.POSTED)
        other.streams["liaison", POSTING] = replace(posting, mandate=tuple(sorted(Mandate)))
        other.streams["enquiry", REQUEST] = replace(other.state("enquiry", REQUEST), **wrong)
        assert judged(other, give(kind=kind, **GROUNDED)) is Code.BASIS, wrong
    assert judged(states, give(kind=kind, **GROUNDED)) is None


def test_no_lead_can_cite_outreach() -> None:
    """The same wall as welfare: no summary of a lead or an enquiry has a member for a posting or a task."""
    for name, event in TYPES.items():
        if name.split(".")[1] in ("lead", "enquiry"):
            members = event.model_fields["summary"].annotation.model_fields  # type: ignore[union-attr]
            assert not {"posting", "task", "outreach"} & set(members), name


def test_outreach_counts_in_tens_and_names_nobody() -> None:
    with pytest.raises(ValueError, match="tens"):
        outreach(attended=41)
    assert OutreachHeld.TYPE not in MODELS


def test_outreach_only_where_the_posting_is_for_it() -> None:
    states = with_team()
    for e in (offer(mandate=["forward_papers"]), accept(), report_in()):
        states.then(e, NOW)
    assert judged(states, outreach()) is Code.STATE
    assert at_status(Status.POSTED).then(outreach(), NOW).outreach == 2


# -- offers, teams, the end --------------------------------------------------------------------------------------------


def test_an_offer_binds_until_its_deadline() -> None:
    """L12."""
    assert judged(at_status(Status.OFFERED), accept(), NOW + 15 * DAY) is Code.OFFER_LAPSED
    assert judged(at_status(Status.OFFERED), accept(), NOW + 15 * DAY - 1) is None
    offered, accepted = (at_status(status).state("liaison", POSTING) for status in (Status.OFFERED, Status.ACCEPTED))
    lapsed = [(offered.lapsed(at), accepted.lapsed(at)) for at in (NOW + 15 * DAY - 1, NOW + 15 * DAY)]
    assert lapsed == [(False, False), (True, False)]


def test_a_posting_is_offered_until_its_last_day_is_over() -> None:
    midnight = parse_time("2021-05-06T16:00:00.000Z")
    for at, code in ((midnight - 1, None), (midnight, Code.SHAPE)):
        assert judged(with_team(), offer(start="2021-04-01", end="2021-05-06"), at) is code


def test_what_is_no_posting_neither_begins_nor_runs_out() -> None:
    assert (liaison.INITIAL.begun(NOW), liaison.INITIAL.expired(NOW)) == (False, False)


def test_postings_go_out_under_the_heads_signature_and_tasks_under_one() -> None:
    assert [liaison.needs(e) for e in (offer(), accept(), give(), end())] == [Sign.HEAD, Sign.HEAD, Sign.ONE, Sign.ONE]


def test_a_team_changes_when_both_heads_have_said_the_same() -> None:
    states = at_status(Status.POSTED)
    assert states.then(change(), NOW).members == (ONE, TWO)
    assert states.then(change(OTHER, members=(ONE, TWO)), NOW).members == (ONE, TWO)
    state = states.then(change(OTHER, leader=THREE), NOW)
    assert (state.leader, state.members) == (ONE, (ONE, TWO))
    state = states.then(change(leader=THREE), NOW)
    assert (state.leader, state.members, state.team) == (THREE, (ONE, THREE), ())


def test_a_posting_is_longer_when_both_heads_have_said_the_same_day() -> None:
    states = at_status(Status.POSTED)
    states.then(extend(), NOW)
    assert states.then(extend(OTHER, "2022-01-10"), NOW).end == "2021-11-10"
    state = states.then(extend(end="2022-01-10"), NOW)
    assert (state.end, state.ends) == ("2022-01-10", ())


def test_an_extension_comes_14_days_before_the_end() -> None:
    last = parse_time("2021-11-10T16:00:00.000Z") - 14 * DAY
    assert judged(at_status(Status.POSTED), extend(), last) is None
    assert judged(at_status(Status.POSTED), extend(), last + 1) is Code.STATE


OVER = parse_time("2021-11-10T16:00:00.000Z")
"""24:00 of the last day at +08:00."""


@pytest.mark.parametrize("event", [give, outreach])
def test_rights_end_with_the_last_day(event: Callable[..., Draft[Any]]) -> None:
    """到期: event or no event."""
    days = {give: {"due_on": "2021-11-10"}, outreach: {"on": "2021-11-09"}}[event]
    assert judged(at_status(Status.POSTED), event(**days), OVER - 1) is None
    assert judged(at_status(Status.POSTED), event(**days), OVER) is Code.STATE


LAST: dict[str, tuple[Status, Callable[[], Draft[Any]], dict[str, Any]]] = {
    "accepted": (Status.OFFERED, accept, {"answer_by": OVER + DAY}),
    "reported in": (Status.ACCEPTED, report_in, {}),
    "another team": (Status.POSTED, change, {}),
    "a hand-over": (Status.POSTED, hand_over, {}),
}


@pytest.mark.parametrize(("before", "event", "changes"), LAST.values(), ids=LAST)
def test_nothing_begins_after_the_last_day(
    before: Status, event: Callable[[], Draft[Any]], changes: dict[str, Any]
) -> None:
    for at, code in ((OVER - 1, None), (OVER, Code.STATE)):
        states = at_status(before)
        states.streams["liaison", POSTING] = replace(states.state("liaison", POSTING), **changes)
        assert judged(states, event(), at) is code


@pytest.mark.parametrize("event", [take, outreach])
def test_a_team_has_no_rights_before_the_first_day(event: Callable[[], Draft[Any]]) -> None:
    for start, code in (("2021-05-06", None), ("2021-05-07", Code.STATE)):
        states = at_status(Status.GIVEN)
        states.streams["liaison", POSTING] = replace(states.state("liaison", POSTING), start=start)
        said = outreach(on="2021-05-06") if event is outreach else event()
        assert judged(states, said) is code


def test_outreach_may_be_told_from_the_first_moment_of_its_day_on() -> None:
    began = parse_time("2021-05-06T16:00:00.000Z")
    assert judged(at_status(Status.POSTED), outreach(on="2021-05-07"), began - 1) is Code.SHAPE
    assert judged(at_status(Status.POSTED), outreach(on="2021-05-07"), began) is None


def test_outreach_told_after_7_days_counts_and_is_marked() -> None:
    """MECHANISM 1.0: only a firm offer is void when it is late."""
    told = parse_time("2021-05-05T16:00:00.000Z") + 7 * DAY
    assert at_status(Status.POSTED).then(outreach(), told - 1).told_late == 0
    state = at_status(Status.POSTED).then(outreach(), told)
    assert (state.outreach, state.told_late) == (2, 2)


@pytest.mark.parametrize("event", [take, give_back])
def test_nobody_works_on_after_the_last_day_and_home_cancels(event: Callable[[], Draft[Any]]) -> None:
    assert judged(at_status(Status.GIVEN), event(), OVER) is Code.STATE
    assert judged(at_status(Status.GIVEN), event(), OVER - 1) is None
    assert judged(at_status(Status.GIVEN), cancel(), OVER) is None


def test_a_hand_over_names_every_open_task_and_the_successor_signs() -> None:
    """STORIES 9."""
    states = at_status(Status.GIVEN)
    assert judged(states, end()) is Code.STATE
    assert judged(states, hand_over()) is Code.STATE
    states.then(hand_over(tasks=(TASK,)), NOW)
    assert judged(states, take_over(THREE)) is Code.UNKNOWN_MATTER
    assert judged(states, take_over(digest="9" * 64)) is Code.UNKNOWN_MATTER
    state = states.then(take_over(), NOW)
    assert (state.leader, state.members, state.handover) == (TWO, (ONE, TWO), ("", ""))


OTHERS = "99990000-0000-4000-8000-000000000003"
"""Another posting."""


def test_each_posting_has_the_tasks_of_its_own() -> None:
    """L6, L7: another team's task neither hinders its end nor is handed over with it; nor does one that is done."""
    states = at_status(Status.TAKEN)
    states.streams["liaison", OTHERS] = states.state("liaison", POSTING)
    elsewhere = states.streams["liaison", TASK] = replace(states.state("liaison", TASK), posting=OTHERS)
    assert judged(states, hand_over(tasks=(TASK,))) is Code.UNKNOWN_MATTER
    states.streams["liaison", TASK] = replace(elsewhere, posting=POSTING, status=Status.DONE)
    assert judged(states, hand_over(tasks=(TASK,))) is Code.UNKNOWN_MATTER
    states.streams["liaison", TASK] = elsewhere
    assert judged(states, end()) is None


def test_only_the_leader_hands_over_to_the_desk_at_home_too() -> None:
    assert judged(at_status(Status.POSTED), hand_over(TWO, INTAKE)) is Code.OFFICERS
    assert judged(at_status(Status.POSTED), hand_over(ONE, INTAKE)) is None


def test_a_task_may_be_about_an_enquiry_that_is_pending() -> None:
    assert judged(at_status(Status.POSTED), give(about=REQUEST)) is None


def test_an_extension_is_12_months_more_at_most() -> None:
    """L5: 366 days."""
    assert judged(at_status(Status.POSTED), extend(end="2022-11-11")) is None
    assert judged(at_status(Status.POSTED), extend(end="2022-11-12")) is Code.SHAPE


def test_who_ends_a_posting_too_early_is_told_what_is_open() -> None:
    """L7, STORIES 9: ids of the posting's open tasks, and nothing of them."""
    states = at_status(Status.TAKEN)
    with pytest.raises(Refused) as refused:
        states.then(end(), NOW)
    assert (refused.value.code, refused.value.law, refused.value.about) == (Code.STATE, "L7", (TASK,))
    states.then(done(), NOW)
    assert states.then(end(), NOW).status is Status.ENDED


def handler(states: FakeStates) -> str:
    return liaison.handled_by(TASK, states.state("liaison", TASK), states.state("liaison", POSTING))


def test_after_a_hand_over_a_task_is_the_successors() -> None:
    """STORIES 9: until somebody takes it anew; what was done before stays his who did it."""
    states = at_status(Status.TAKEN)
    assert handler(states) == ONE
    states.then(hand_over(tasks=(TASK,)), NOW)
    assert handler(states) == ONE
    states.then(take_over(), NOW + 1)
    assert handler(states) == TWO
    states.then(done(TWO), NOW + 2)
    assert handler(states) == TWO


def test_a_task_that_nobody_had_taken_is_his_who_takes_it_after_the_hand_over() -> None:
    states = at_status(Status.GIVEN)
    states.then(hand_over(tasks=(TASK,)), NOW)
    states.then(take_over(), NOW + 1)
    assert handler(states) == TWO
    states.then(take(ONE), NOW + 2)
    assert handler(states) == ONE


def test_of_two_hand_overs_the_later_one_counts_and_only_for_what_was_handed_over() -> None:
    """Also in one moment of the log with what was taken or done."""
    states = at_status(Status.TAKEN)
    other = replace(states.state("liaison", TASK), handler=TWO)
    states.then(hand_over(tasks=(TASK,)), NOW)
    posting = states.then(take_over(), NOW)
    assert handler(states) == TWO
    assert liaison.handled_by(REQUEST, other, replace(posting, taken_over=((TASK, INTAKE, NOW),))) == TWO
    states.then(hand_over(TWO, ONE, tasks=(TASK,)), NOW + 1)
    states.then(take_over(ONE), NOW + 1)
    states.then(done(), NOW + 1)
    assert handler(states) == ONE


def test_a_task_that_was_done_before_the_hand_over_stays_his_who_did_it() -> None:
    states = at_status(Status.TAKEN)
    states.then(hand_over(tasks=(TASK,)), NOW)
    states.then(done(), NOW + 1)
    states.then(take_over(), NOW + 2)
    assert handler(states) == ONE


def test_the_desk_at_home_takes_over_and_nobody_joins_the_team() -> None:
    """L4: whom the host has not agreed to is in no team."""
    states = at_status(Status.POSTED)
    states.then(hand_over(successor=INTAKE), NOW)
    state = states.then(take_over(INTAKE), NOW)
    assert (state.leader, state.members, state.handover) == (ONE, (ONE, TWO), ("", ""))


def test_a_list_that_lacks_a_new_task_is_not_taken_over() -> None:
    states = at_status(Status.POSTED)
    states.then(hand_over(), NOW)
    states.then(give(), NOW)
    assert judged(states, take_over()) is Code.STATE
    states.then(hand_over(tasks=(TASK,)), NOW)
    assert judged(states, take_over()) is None


def test_a_listed_task_that_is_done_meanwhile_hinders_nobody() -> None:
    states = at_status(Status.TAKEN)
    states.then(hand_over(tasks=(TASK,)), NOW)
    states.then(done(), NOW)
    state = states.then(take_over(), NOW)
    assert (state.leader, state.handed) == (TWO, ())


def test_another_team_ends_the_old_leaders_hand_over() -> None:
    states = at_status(Status.POSTED)
    states.then(hand_over(), NOW)
    for unit in (OWNER, OTHER):
        states.then(change(unit, members=(ONE, TWO), leader=TWO), NOW)
    assert judged(states, take_over()) is Code.UNKNOWN_MATTER


def test_a_successor_who_serves_no_more_takes_nothing_over() -> None:
    states = at_status(Status.POSTED)
    states.then(hand_over(), NOW)
    trust = states.channel.trust
    gone = {**trust.officers, TWO: replace(trust.officers[TWO], until=NOW)}
    states.channel = replace(states.channel, trust=replace(trust, officers=gone))
    assert judged(states, take_over()) is Code.OFFICERS


def test_after_the_last_day_only_home_takes_over() -> None:
    for successor, code in ((TWO, Code.STATE), (INTAKE, None)):
        states = at_status(Status.GIVEN)
        states.then(hand_over(successor=successor, tasks=(TASK,)), NOW)
        assert judged(states, take_over(successor), OVER) is code


def test_a_recall_waits_for_no_task() -> None:
    states = at_status(Status.TAKEN)
    assert states.then(recall(), NOW).status is Status.ENDED
    assert judged(states, done()) is Code.STATE
    assert judged(states, cancel()) is None


@pytest.mark.parametrize(
    "wrong",
    [{"leader": THREE}, {"start": "2021-11-11"}, {"members": [ONE], "leader": ONE}],
    ids=["a leader from outside", "over before it begins", "alone"],
)
def test_an_offer_is_of_a_team(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"leader|at least 2"):
        offer(**wrong)


def test_a_changed_team_is_led_from_within() -> None:
    with pytest.raises(ValueError, match="leader"):
        change(leader=TWO)


def test_the_content_names_exactly_the_team() -> None:
    model = MODELS[PostingOffered.TYPE]
    team = [{"officer": one, "name": "示例某"} for one in (ONE, TWO)]
    contact = {"name": "示例甲", "phone": "0396-0000000"}
    found = {"contact": contact, "mandate_no": "示例派字〔2021〕1号", "team": team}
    whole = model.model_validate_json(json.dumps(found))
    other = model.model_validate_json(json.dumps({**found, "team": team[::-1]}))
    summary = offer().data.summary
    assert (whole.differs(summary, date(2021, 5, 6)), other.differs(summary, date(2021, 5, 6))) == ((), ("members",))


STANDINGS: dict[str, tuple[Status, Callable[[], Draft[Any]], Code | None]] = {
    "nothing new is offered": (Status.ABSENT, offer, Code.PAIRING_STATE),
    "no task is given": (Status.POSTED, give, Code.PAIRING_STATE),
    "a team comes home": (Status.POSTED, end, None),
    "a task is done": (Status.TAKEN, done, None),
}


@pytest.mark.parametrize(("before", "event", "code"), STANDINGS.values(), ids=STANDINGS)
def test_while_the_pairing_is_suspended(before: Status, event: Callable[[], Draft[Any]], code: Code | None) -> None:
    states = at_status(before)
    states.standing(pairing.Status.SUSPENDED)
    assert judged(states, event()) is code


CLOCKS: dict[Status, list[tuple[Duty, str, bool]]] = {
    Status.OFFERED: [(Duty.COUNTERSIGN, "2021-05-21T02:00:00.000Z", False)],
    Status.ACCEPTED: [(Duty.REPORT_IN, "2021-05-08T16:00:00.000Z", False)],
    Status.POSTED: [(Duty.HAND_OVER, "2021-11-03T16:00:00.000Z", True)],
    Status.GIVEN: [(Duty.TAKE, "2021-05-10T16:00:00.000Z", True)],
    Status.TAKEN: [(Duty.TASK, "2021-05-20T16:00:00.000Z", True)],
    Status.ENDED: [],
    Status.DONE: [],
}


@pytest.mark.parametrize("status", CLOCKS)
def test_what_is_due(status: Status) -> None:
    found = owed(at_status(status).state("liaison", PATHS[status][0]), CALENDAR, Clock())
    assert [(one.kind, format_time(one.at), one.owner) for one in found] == CLOCKS[status]


def test_a_task_that_was_given_on_a_friday_is_taken_by_monday() -> None:
    """K2: within 3 days, of which the last must be worked."""
    state = replace(at_status(Status.GIVEN).state("liaison", TASK), since=NOW + DAY)
    assert [format_time(one.at) for one in owed(state, CALENDAR, Clock())] == ["2021-05-10T16:00:00.000Z"]


def test_nothing_is_known_of_a_posting_before_it_is_offered() -> None:
    known = {name: value for name, value in vars(liaison.INITIAL).items() if value}
    assert known == {"status": Status.ABSENT, "handover": ("", "")}


def test_what_was_offered_and_given_is_known() -> None:
    states = with_team()
    assert states.then(offer(), NOW) == Liaison(
        Status.OFFERED,
        OWNER,
        since=NOW,
        offer="8" * 64,
        answer_by=NOW + 15 * DAY,
        start="2021-05-01",
        end="2021-11-10",
        leader=ONE,
        members=(ONE, TWO),
        mandate=(Mandate.ACCOMPANY, Mandate.FORWARD_PAPERS, Mandate.OUTREACH),
    )
    given = Liaison(Status.GIVEN, OWNER, since=NOW, posting=POSTING, kind=Mandate.FORWARD_PAPERS, due_on="2021-05-20")
    assert at_status(Status.GIVEN).state("liaison", TASK) == given
    assert at_status(Status.TAKEN).state("liaison", TASK) == replace(
        given, status=Status.TAKEN, handler=ONE, taken_at=NOW
    )
