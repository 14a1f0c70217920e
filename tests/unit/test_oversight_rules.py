"""Rows I1-I2, V1-V8, A1-A2 of MECHANISM 1.6-1.8: each passes once and is refused once; who may begin what; clocks."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.calendar import CALENDARS, Calendar
from contracts.channels import Place
from contracts.envelope import Draft
from contracts.oversight import (
    IncidentClosed,
    IncidentFollowedUp,
    IncidentReported,
    RedressDecided,
    RedressOpened,
    SupervisionAnswered,
    SupervisionClosed,
    SupervisionEscalated,
    SupervisionExtended,
    SupervisionOpened,
    SupervisionReceived,
    SupervisionReturned,
    SupervisionSuggested,
)
from contracts.refusals import Code
from services.domain import attestations, oversight, report
from services.domain.clocks import DAY, Clock, format_time, parse_time
from services.domain.obligations import Duty, due
from services.domain.oversight import Oversight, Status
from services.domain.rules import Sign
from services.domain.trust import Unit
from tests.support.papers import REPLY, content, draft
from tests.support.states import AUTHOR, DUTY, NOW, FakeStates, judged
from tests.support.states import OTHER as SUPERIOR
from tests.support.states import OWNER as UNIT

pytestmark = pytest.mark.usefixtures("unsigned")

CALENDAR = Calendar(CALENDARS.values())
PROVINCE = "410000000009"
MATTER = "44440000-0000-4000-8000-000000000001"
ORDER = {"kind": "supervision", "classification": "work_secret", "urgency": "routine"}
ELSEWHERE = {*report.RULES, *attestations.RULES}
"""Reports and attestations have tables of their own (test_report_rules, test_attestations)."""
RULES = {event: rule for event, rule in oversight.RULES.items() if event not in ELSEWHERE}
STATUSES = sorted({rule.then for rule in RULES.values() if rule.then is not None})
YEARS = [{"year": 2021, "holidays": list(CALENDARS[2021].holidays), "workdays": list(CALENDARS[2021].workdays)}]


def said(event: Any, summary: dict[str, Any], unit: str, **changes: Any) -> Draft[Any]:
    return draft(event, summary, unit, MATTER, **changes)


INCIDENT = {"kind": "major_case", "severity": "serious", "at": "2021-05-06T01:00:00.000Z", "division": "411729"}


def incident(unit: str = UNIT, **summary: Any) -> Draft[Any]:
    """By an officer, with words; without one by the node, without."""
    found = {**INCIDENT, "officer": DUTY, **summary}
    found = {name: value for name, value in found.items() if value is not None}
    words = content(IncidentReported, SUPERIOR) if "officer" in found else None
    return said(IncidentReported, found, unit, content=words)


def seen_by_node() -> Draft[Any]:
    return incident(officer=None, kind="data_breach", cause={"channel": "a" * 52, "subject": MATTER})


def follow_up(unit: str = UNIT, **summary: Any) -> Draft[Any]:
    return said(IncidentFollowedUp, {**REPLY, "severity": "serious", **summary}, unit)


def close_incident(unit: str = UNIT, **summary: Any) -> Draft[Any]:
    return said(IncidentClosed, {**REPLY, "severity": "serious", **summary}, unit)


def supervise(unit: str = SUPERIOR, days: int = 7) -> Draft[Any]:
    return said(SupervisionOpened, {**ORDER, "ground": "overdue", "about": [MATTER], "days": days}, unit)


def receive(unit: str = UNIT) -> Draft[Any]:
    return said(SupervisionReceived, {"officer": DUTY}, unit)


def extend(unit: str = SUPERIOR) -> Draft[Any]:
    return said(SupervisionExtended, {"officer": AUTHOR, "reason": "complex", "days": 5}, unit)


def answer(unit: str = UNIT) -> Draft[Any]:
    return said(SupervisionAnswered, REPLY, unit)


def send_back(unit: str = SUPERIOR) -> Draft[Any]:
    return said(SupervisionReturned, {"officer": AUTHOR}, unit)


def strike_off(unit: str = SUPERIOR) -> Draft[Any]:
    return said(SupervisionClosed, {**ORDER, "finding": "remedied"}, unit)


def escalate(to: str = PROVINCE, unit: str = SUPERIOR) -> Draft[Any]:
    return said(SupervisionEscalated, {"officer": AUTHOR, "to": to}, unit)


def suggest(about: str = "330000000007", unit: str = UNIT) -> Draft[Any]:
    return said(SupervisionSuggested, {**ORDER, "ground": "overdue", "unit": about, "about": []}, unit)


def redress(unit: str = UNIT) -> Draft[Any]:
    return said(RedressOpened, {"officer": AUTHOR, "ground": "correction", "received_on": "2021-05-05"}, unit)


def decide(unit: str = UNIT) -> Draft[Any]:
    return said(RedressDecided, {**REPLY, "result": "corrected"}, unit)


PATHS: dict[Status, list[Callable[[], Draft[Any]]]] = {
    Status.ABSENT: [],
    Status.REPORTED: [incident],
    Status.FOLLOWED_UP: [incident, follow_up],
    Status.REPORT_CLOSED: [incident, close_incident],
    Status.SUPERVISED: [supervise],
    Status.IN_PROGRESS: [supervise, receive],
    Status.ANSWERED: [supervise, receive, answer],
    Status.STRUCK_OFF: [supervise, receive, answer, strike_off],
    Status.ESCALATED: [supervise, receive, escalate],
    Status.SUGGESTED: [suggest],
    Status.REDRESS: [redress],
    Status.DECIDED: [redress, decide],
}
"""How a matter comes to each status."""
LATE = parse_time("2021-05-14T16:00:00.000Z")
"""The 7th working day after Thursday 6 May is over: Saturday the 8th is worked (调休)."""


def supervised() -> FakeStates:
    """A unit's channel with its superior, whose own superior is the province; the calendar of 2021 is published."""
    states = FakeStates()
    units = {UNIT: Unit(SUPERIOR, ()), SUPERIOR: Unit(PROVINCE, ())}
    trust = replace(states.channel.trust, units=units, policy={"calendar": YEARS})
    states.channel = replace(
        states.channel, place=Place.SUPERVISION, members=(UNIT, SUPERIOR), trust=trust, pairing="", terms=None
    )
    return states


def test_what_the_other_cannot_open_is_not_said_here_either() -> None:
    """PROTOCOL 8, between a unit and its superior as between two units."""
    states = supervised()
    states.channel = replace(states.channel, encryption={})
    assert judged(states, supervise()) is Code.NO_RECIPIENT_KEY


def at_status(status: Status) -> FakeStates:
    states = supervised()
    for step in PATHS[status]:
        states.then(step(), LATE if status is Status.ESCALATED and step is not supervise else NOW)
    assert states.state("oversight", MATTER).status is status
    return states


PASSES: dict[str, tuple[Status, Callable[[], Draft[Any]], Status]] = {
    "I1 the duty officer reports": (Status.ABSENT, incident, Status.REPORTED),
    "I1 the node reports what it saw": (Status.ABSENT, seen_by_node, Status.REPORTED),
    "I2 followed up": (Status.REPORTED, follow_up, Status.FOLLOWED_UP),
    "I2 followed up again": (Status.FOLLOWED_UP, follow_up, Status.FOLLOWED_UP),
    "I2 closed": (Status.FOLLOWED_UP, close_incident, Status.REPORT_CLOSED),
    "V1 the superior supervises": (Status.ABSENT, supervise, Status.SUPERVISED),
    "V2 the unit signs for it": (Status.SUPERVISED, receive, Status.IN_PROGRESS),
    "V3 more time": (Status.IN_PROGRESS, extend, Status.IN_PROGRESS),
    "V4 answered": (Status.IN_PROGRESS, answer, Status.ANSWERED),
    "V5 to be done again": (Status.ANSWERED, send_back, Status.IN_PROGRESS),
    "V6 struck off": (Status.ANSWERED, strike_off, Status.STRUCK_OFF),
    "V8 the other side's superior is asked for": (Status.ABSENT, suggest, Status.SUGGESTED),
    "A1 a request is taken up": (Status.ABSENT, redress, Status.REDRESS),
    "A2 and decided": (Status.REDRESS, decide, Status.DECIDED),
}
REFUSALS: dict[str, tuple[Status, Callable[[], Draft[Any]], Code]] = {
    "I1 a superior reports to nobody here": (Status.ABSENT, lambda: incident(SUPERIOR), Code.WRONG_SIDE),
    "I2 not after the end": (Status.REPORT_CLOSED, follow_up, Code.STATE),
    "I2 the superior does not follow up": (Status.REPORTED, lambda: follow_up(SUPERIOR), Code.WRONG_SIDE),
    "I2 closed once": (Status.REPORT_CLOSED, close_incident, Code.STATE),
    "V1 a unit does not supervise its superior": (Status.ABSENT, lambda: supervise(UNIT), Code.WRONG_SIDE),
    "V2 the superior does not sign for its own order": (Status.SUPERVISED, lambda: receive(SUPERIOR), Code.WRONG_SIDE),
    "V3 the unit gives itself no time": (Status.IN_PROGRESS, lambda: extend(UNIT), Code.WRONG_SIDE),
    "V4 not before it is signed for": (Status.SUPERVISED, answer, Code.STATE),
    "V5 nothing to send back": (Status.IN_PROGRESS, send_back, Code.STATE),
    "V6 not without an answer": (Status.IN_PROGRESS, strike_off, Code.STATE),
    "V7 not before it is late": (Status.IN_PROGRESS, escalate, Code.STATE),
    "V8 not about the own superior": (Status.ABSENT, lambda: suggest(SUPERIOR), Code.WRONG_SIDE),
    "V8 a superior suggests nothing down": (Status.ABSENT, lambda: suggest(unit=SUPERIOR), Code.WRONG_SIDE),
    "A1 redress is the unit's": (Status.ABSENT, lambda: redress(SUPERIOR), Code.WRONG_SIDE),
    "A2 decided once": (Status.DECIDED, decide, Code.STATE),
}


@pytest.mark.parametrize(("before", "event", "after"), PASSES.values(), ids=PASSES)
def test_a_row_passes(before: Status, event: Callable[[], Draft[Any]], after: Status) -> None:
    states = at_status(before)
    assert states.then(event(), NOW).status is after


@pytest.mark.parametrize(("before", "event", "code"), REFUSALS.values(), ids=REFUSALS)
def test_a_row_refuses(before: Status, event: Callable[[], Draft[Any]], code: Code) -> None:
    assert judged(at_status(before), event()) is code


def test_every_row_has_an_example_that_passes_and_one_that_is_refused() -> None:
    passing = {type(event().data) for _, event, _ in PASSES.values()} | {SupervisionEscalated}  # below
    assert passing == set(RULES)
    assert {type(event().data) for _, event, _ in REFUSALS.values()} == set(RULES)


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_reached(status: Status) -> None:
    at_status(status)


def test_v7_what_is_late_goes_to_the_superiors_own_superior_and_to_nobody_else() -> None:
    states = at_status(Status.IN_PROGRESS)
    assert judged(states, escalate(), LATE - 1) is Code.STATE
    assert judged(states, escalate(UNIT), LATE) is Code.WRONG_SIDE
    assert judged(states, escalate(unit=UNIT), LATE) is Code.WRONG_SIDE
    assert states.then(escalate(), LATE).status is Status.ESCALATED


def test_v7_nothing_is_late_by_a_calendar_that_nobody_published() -> None:
    states = at_status(Status.IN_PROGRESS)
    states.channel = replace(states.channel, trust=replace(states.channel.trust, policy={}))
    assert judged(states, escalate(), LATE) is Code.STATE


def test_v7_a_superior_that_the_channel_does_not_know_has_none_of_its_own() -> None:
    states = at_status(Status.IN_PROGRESS)
    states.channel = replace(states.channel, trust=replace(states.channel.trust, units={}))
    assert judged(states, escalate(), LATE) is Code.WRONG_SIDE


def test_v5_what_came_back_is_answered_in_5_working_days_from_then() -> None:
    state = at_status(Status.ANSWERED).then(send_back(), NOW + DAY)
    assert oversight.answer_due(state, CALENDAR) == parse_time("2021-05-13T16:00:00.000Z")


def test_v3_time_is_given_once_and_counts_from_then() -> None:
    states = at_status(Status.IN_PROGRESS)
    state = states.then(extend(), NOW + DAY)
    assert oversight.answer_due(state, CALENDAR) == parse_time("2021-05-13T16:00:00.000Z")
    assert judged(states, extend()) is Code.STATE


@pytest.mark.parametrize("event", [incident, suggest, redress])
def test_the_superior_of_another_unit_has_no_channel_here(event: Callable[[], Draft[Any]]) -> None:
    """Who rules whom (MECHANISM 3.1): only the two members of the channel say anything in it."""
    states = supervised()
    states.channel = replace(states.channel, members=("330000000001", SUPERIOR))
    assert judged(states, event()) is Code.WRONG_SIDE


def test_a_breach_is_not_closed_before_it_is_decided_whom_to_tell() -> None:
    """PIPL 57: the decision stands in a follow-up or in the end itself."""
    for kind in ("data_breach", "key_lost"):
        states = supervised()
        states.then(incident(kind=kind), NOW)
        assert judged(states, close_incident()) is Code.STATE
        states.then(follow_up(notice="both_told"), NOW)
        states.then(follow_up(), NOW)
        assert states.then(close_incident(), NOW).status is Status.REPORT_CLOSED
    states = supervised()
    states.then(seen_by_node(), NOW)
    assert states.then(close_incident(notice="not_needed"), NOW).status is Status.REPORT_CLOSED


def test_how_many_sign() -> None:
    found = {
        "report": incident(),
        "node": seen_by_node(),
        "follow up": follow_up(),
        "answer": answer(),
        "strike off": strike_off(),
        "escalate": escalate(),
    }
    assert {name: oversight.needs(e) for name, e in found.items()} == {
        "report": Sign.ONE,
        "node": Sign.NODE,
        "follow up": Sign.TWO,
        "answer": Sign.HEAD,
        "strike off": Sign.TWO,
        "escalate": Sign.ONE,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"summary": {**INCIDENT, "officer": DUTY}},
        {"summary": INCIDENT},
        {"summary": INCIDENT, "content": content(IncidentReported, SUPERIOR)},
    ],
    ids=["an officer without words", "a node without a cause", "a node with words"],
)
def test_an_incident_is_told_by_an_officer_or_seen_by_the_node(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="node"):
        IncidentReported.model_validate_json(json.dumps(wrong))


CLOCKS: dict[str, tuple[Status, Duty, str, bool]] = {
    "followed up every 3 days": (Status.REPORTED, Duty.FOLLOW_UP, "2021-05-10T16:00:00.000Z", True),
    "an order is signed for in 24 h": (Status.SUPERVISED, Duty.SIGN_FOR, "2021-05-07T03:00:00.000Z", False),
    "answered in 7 working days": (Status.IN_PROGRESS, Duty.ANSWER, "2021-05-14T16:00:00.000Z", False),
    "looked at in 5 working days": (Status.ANSWERED, Duty.REVIEW, "2021-05-12T16:00:00.000Z", True),
    "redress decided in 30 days": (Status.REDRESS, Duty.DECIDE, "2021-06-07T16:00:00.000Z", True),
}


@pytest.mark.parametrize(("status", "kind", "until", "owner"), CLOCKS.values(), ids=CLOCKS)
def test_what_is_due(status: Status, kind: Duty, until: str, owner: bool) -> None:
    found = due(at_status(status).state("oversight", MATTER), CALENDAR, Clock())
    assert found is not None
    assert (found.kind, format_time(found.at), found.owner) == (kind, until, owner)


@pytest.mark.parametrize(
    ("status", "until"),
    [(Status.REPORTED, "2021-05-20T16:00:00.000Z"), (Status.REDRESS, "2021-06-16T16:00:00.000Z")],
)
def test_days_are_counted_where_none_off_follows(status: Status, until: str) -> None:
    """Three and thirty, from a Monday; a day later would be another."""
    begun = parse_time("2021-05-17T02:00:00.000Z")
    state = replace(at_status(status).state("oversight", MATTER), since=begun, opened_at=begun)
    found = due(state, CALENDAR, Clock())
    assert found is not None
    assert format_time(found.at) == until


def test_whether_both_were_told_is_known_once_it_was_said() -> None:
    states = at_status(Status.REPORTED)
    told = [states.then(follow_up(**more), NOW).told for more in ({}, {"notice": "both_told"}, {})]
    assert told == [False, True, True]


def test_where_nothing_can_come_any_more() -> None:
    ends = "report_closed struck_off escalated suggested decided contributed accepted restated anchored attested"
    assert {status.value for status in oversight.ENDED} == set(ends.split())


@pytest.mark.parametrize("status", sorted(oversight.ENDED.intersection(STATUSES)))
def test_nothing_is_due_at_an_end(status: Status) -> None:
    assert due(at_status(status).state("oversight", MATTER), CALENDAR, Clock()) is None


def test_nothing_is_known_of_a_matter_before_it_is_opened() -> None:
    assert {name: value for name, value in vars(oversight.INITIAL).items() if value} == {"status": Status.ABSENT}


def test_what_was_opened_is_known_of_it() -> None:
    states = supervised()
    assert states.then(supervise(days=3), NOW) == Oversight(
        Status.SUPERVISED, SUPERIOR, since=NOW, opened_at=NOW, clock_from=NOW, days=3
    )
