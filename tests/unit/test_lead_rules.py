"""Rows S1-S18 of MECHANISM 1.2b: each one passes once and is refused once; guards; races; clocks."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.approval import Approvals
from contracts.calendar import CALENDARS, Calendar
from contracts.enquiry import Asked, Cancelled
from contracts.envelope import Draft
from contracts.lead import (
    Acknowledged,
    Delivered,
    FeedbackGiven,
    RemovalAnswered,
    Shared,
    Supplemented,
    Withdrawn,
)
from contracts.refusals import Code, Refused
from contracts.vocabulary import Basis, OutcomeStage, Purpose, Restriction, Role, Urgency
from services.domain import enquiry, lead, papers
from services.domain.clocks import DAY, HOUR, Clock, format_time, parse_time
from services.domain.lead import RULES, Lead, Status
from services.domain.obligations import Duty, due, owed
from services.domain.pairing import Status as Pairing
from services.domain.rules import Sign
from tests.support.leads import (
    accept,
    acknowledge,
    close,
    decline,
    delivered,
    feedback,
    outcome,
    received,
    removed,
    share,
    supplement,
    withdraw,
)
from tests.support.papers import (
    ASKED_SUMMARY,
    ENQUIRY,
    LEAD,
    LEAD_SUMMARY,
    SUPPLEMENT_SUMMARY,
    SUSPECT,
    WITNESS,
    approvals,
    content,
    draft,
)
from tests.support.states import AUTHOR, DUTY, INTAKE, NOW, OTHER, OWNER, FakeStates, channel, judged, terms

pytestmark = pytest.mark.usefixtures("unsigned")

CALENDAR = Calendar(CALENDARS.values())
STRANGER = "00000000-0000-4000-8000-0000000000ff"


PATHS: dict[Status, list[Callable[[], Draft[Any]]]] = {
    Status.ABSENT: [],
    Status.SENT: [share],
    Status.DELIVERED: [share, delivered],
    Status.RECEIVED: [share, delivered, received],
    Status.IN_PROGRESS: [share, delivered, received, accept],
    Status.WITH_OUTCOME: [share, delivered, received, accept, outcome],
    Status.DECLINED: [share, delivered, decline],
    Status.WITHDRAWN: [share, withdraw],
    Status.CLOSED: [share, delivered, received, accept, outcome, close],
    Status.REMOVED: [share, withdraw, removed],
    Status.RETAINED: [share, withdraw, lambda: removed("retained_in_case")],
}
"""How a lead comes to each status."""


def at_status(status: Status, states: FakeStates | None = None) -> FakeStates:
    found = states or FakeStates()
    for step in PATHS[status]:
        found.then(step(), NOW)
    assert found.state("lead", LEAD).status is status
    return found


PASSES: dict[str, tuple[Status, Callable[[], Draft[Any]], Status]] = {
    "S1 the owner shares": (Status.ABSENT, share, Status.SENT),
    "S2 the recipient's node has it": (Status.SENT, delivered, Status.DELIVERED),
    "S3 the desk signs for it": (Status.DELIVERED, received, Status.RECEIVED),
    "S4 the recipient accepts": (Status.RECEIVED, accept, Status.IN_PROGRESS),
    "S5 declined unread": (Status.DELIVERED, decline, Status.DECLINED),
    "S5 declined after reading": (Status.RECEIVED, decline, Status.DECLINED),
    "S7 feedback": (Status.IN_PROGRESS, feedback, Status.IN_PROGRESS),
    "S8 an outcome": (Status.IN_PROGRESS, outcome, Status.WITH_OUTCOME),
    "S8 a further outcome": (Status.WITH_OUTCOME, outcome, Status.WITH_OUTCOME),
    "S11 the owner supplements": (Status.RECEIVED, supplement, Status.RECEIVED),
    "S11 the recipient takes note": (Status.IN_PROGRESS, acknowledge, Status.IN_PROGRESS),
    "S13 withdrawn before delivery": (Status.SENT, withdraw, Status.WITHDRAWN),
    "S13 withdrawn after the outcome": (Status.WITH_OUTCOME, withdraw, Status.WITHDRAWN),
    "S13 withdrawn after it was declined": (Status.DECLINED, withdraw, Status.WITHDRAWN),
    "S14 removed after a withdrawal": (Status.WITHDRAWN, removed, Status.REMOVED),
    "S14 removed after declining": (Status.DECLINED, removed, Status.REMOVED),
    "S14 kept in a case file": (Status.WITHDRAWN, lambda: removed("retained_in_case"), Status.RETAINED),
    "S14 partly removed is kept": (Status.WITHDRAWN, lambda: removed("partly"), Status.RETAINED),
    "S18 closed by its owner": (Status.WITH_OUTCOME, close, Status.CLOSED),
}

REFUSALS: dict[str, tuple[Status, Callable[[], Draft[Any]], Code]] = {
    "S1 a share opens once": (Status.SENT, share, Code.STATE),
    "S2 only the recipient says delivered": (Status.SENT, lambda: draft(Delivered, {}), Code.WRONG_SIDE),
    "S3 nobody signs for what was never shared": (Status.ABSENT, received, Code.UNKNOWN_MATTER),
    "S4 nothing is accepted before it is signed for": (Status.DELIVERED, accept, Code.STATE),
    "S4 nothing is accepted after a withdrawal": (Status.WITHDRAWN, accept, Code.STATE),
    "S5 an accepted lead is not declined": (Status.IN_PROGRESS, decline, Code.STATE),
    "S7 the owner gives no feedback to itself": (
        Status.IN_PROGRESS,
        lambda: draft(FeedbackGiven, feedback().data.wire()["summary"]),
        Code.WRONG_SIDE,
    ),
    "S8 no outcome of an unknown lead": (Status.ABSENT, outcome, Code.UNKNOWN_MATTER),
    "S11 nothing is added to a withdrawn lead": (Status.WITHDRAWN, supplement, Code.STATE),
    "S11 the recipient does not supplement": (
        Status.RECEIVED,
        lambda: draft(Supplemented, SUPPLEMENT_SUMMARY, OTHER),
        Code.WRONG_SIDE,
    ),
    "S11 the owner does not take note of itself": (
        Status.RECEIVED,
        lambda: draft(Acknowledged, {"officer": AUTHOR, "event": "8" * 64}),
        Code.WRONG_SIDE,
    ),
    "S13 the recipient cannot withdraw": (
        Status.RECEIVED,
        lambda: draft(Withdrawn, {"officer": AUTHOR, "ground": "error"}, OTHER),
        Code.WRONG_SIDE,
    ),
    "S14 the owner does not answer for the recipient": (
        Status.WITHDRAWN,
        lambda: draft(RemovalAnswered, {"result": "removed", "prints_destroyed": 0}),
        Code.WRONG_SIDE,
    ),
    "S18 nothing is closed without an outcome": (Status.IN_PROGRESS, close, Code.STATE),
    "S18 signed for is no outcome": (Status.RECEIVED, close, Code.STATE),
}


@pytest.mark.parametrize(("before", "event", "after"), PASSES.values(), ids=PASSES)
def test_a_row_passes(before: Status, event: Callable[[], Draft[Any]], after: Status) -> None:
    states = at_status(before)
    assert states.then(event(), NOW + HOUR).status is after
    assert not states.late


@pytest.mark.parametrize(("before", "event", "code"), REFUSALS.values(), ids=REFUSALS)
def test_a_row_refuses(before: Status, event: Callable[[], Draft[Any]], code: Code) -> None:
    assert judged(at_status(before), event()) is code


def test_every_row_has_an_example_that_passes_and_one_that_is_refused() -> None:
    """Of the straight way; its course has tables of its own (test_lead_course_rules)."""
    straight = {event for event in RULES if event.__module__ == Shared.__module__}
    assert {type(event().data) for _, event, _ in PASSES.values()} == straight
    assert {type(event().data) for _, event, _ in REFUSALS.values()} == straight


@pytest.mark.parametrize("status", PATHS)
def test_every_status_is_reached(status: Status) -> None:
    at_status(status)


def test_a_lead_that_was_shared_lives_or_is_at_an_end() -> None:
    assert set(Status) - {Status.ABSENT, Status.PHONE_RECORDED} == lead.LIVE | lead.ENDED
    assert not lead.LIVE & lead.ENDED


GUARDS: dict[str, tuple[dict[str, Any], Code | None]] = {
    "L6 a category outside the purposes": ({"category": "transit"}, Code.PURPOSE),
    "3.4 a witness without forward consent": ({"persons": [WITNESS], "restrictions": []}, Code.CEILING),
    "3.4 a witness beside a suspect without forward consent": (
        {"persons": [SUSPECT, WITNESS], "restrictions": []},
        Code.CEILING,
    ),
    "3.4 a witness with forward consent": ({"persons": [WITNESS]}, None),
    "3.4 nobody named takes no consent": ({"persons": [], "restrictions": []}, None),
    "L4 a review date beyond 12 months": ({"review_date": "2022-05-09"}, Code.SHAPE),
    "L4 a review date gone by": ({"review_date": "2021-05-05"}, Code.SHAPE),
    "L4 a basis from the future": (
        {"basis": {"kind": "criminal_case", "organ": OWNER, "date": "2021-05-07"}},
        Code.SHAPE,
    ),
    "a phone record that nobody made": ({"phone_first": STRANGER}, Code.UNKNOWN_MATTER),
    "6.3 an untested suspect needs the approver's word": (
        {"grade": {"source": "X", "information": "4"}},
        Code.SIGNATURES,
    ),
    "6.3 untested without a suspect needs none": (
        {"grade": {"source": "X", "information": "4"}, "persons": []},
        None,
    ),
}
BASES: dict[str, tuple[dict[str, Any], dict[str, Any], Code | None]] = {
    "a criminal case: any purpose": ({"kind": "criminal_case"}, {"category": "manufacture"}, None),
    "a criminal case names anybody": ({"kind": "criminal_case"}, {"persons": [SUSPECT, WITNESS]}, None),
    "a check before a case: a suspect with two grounds": ({"kind": "pre_case_check"}, {}, None),
    "a check before a case: not with one": (
        {"kind": "pre_case_check"},
        {"persons": [SUSPECT | {"grounds": ["pointed_out"]}]},
        Code.BASIS,
    ),
    "a check before a case: no witness": (
        {"kind": "pre_case_check"},
        {"persons": [WITNESS | {"grounds": ["parcel", "pointed_out"]}]},
        Code.BASIS,
    ),
    "an administrative case: supply": ({"kind": "administrative_case"}, {}, None),
    "an administrative case: no manufacture": (
        {"kind": "administrative_case"},
        {"category": "manufacture"},
        Code.BASIS,
    ),
    "a report: with a ground beside it": (
        {"kind": "verified_report"},
        {"persons": [SUSPECT | {"grounds": ["parcel", "verified_report"]}]},
        None,
    ),
    "a report: never on itself alone": (
        {"kind": "verified_report"},
        {"persons": [SUSPECT | {"grounds": ["verified_report"]}]},
        Code.BASIS,
    ),
    "an order: as the case under it": ({"kind": "superior_order", "underlying": "criminal_case"}, {}, None),
    "an order: bound by what is under it": (
        {"kind": "superior_order", "underlying": "administrative_case"},
        {"category": "manufacture"},
        Code.BASIS,
    ),
}


@pytest.mark.parametrize(("summary", "code"), GUARDS.values(), ids=GUARDS)
def test_a_share_is_complete(summary: dict[str, Any], code: Code | None) -> None:
    assert judged(FakeStates(), share(**summary)) is code


@pytest.mark.parametrize(("basis", "summary", "code"), BASES.values(), ids=BASES)
def test_the_matrix_of_bases(basis: dict[str, Any], summary: dict[str, Any], code: Code | None) -> None:
    reference = {"organ": OWNER, "date": "2021-05-01", **basis}
    assert judged(FakeStates(), share(basis=reference, **summary)) is code


def test_an_administrative_case_is_enough_for_a_venue() -> None:
    """MECHANISM 3.5: 容留 and 引诱, as 贩卖."""
    states = FakeStates(channel(terms(purposes=(Purpose.VENUE_INDUCEMENT,))))
    basis = {"kind": "administrative_case", "organ": OWNER, "date": "2021-05-01"}
    assert states.then(share(category="venue_inducement", basis=basis), NOW).status is Status.SENT


@pytest.mark.parametrize(("version", "code"), [(1, Code.TYPE), (2, Code.TYPE), (3, Code.MANDATE)])
def test_a_grant_belongs_to_a_later_rule_version(version: int, code: Code) -> None:
    """Nobody forwards under the first and second (PROTOCOL 1)."""
    grant = {"envelope": base64.b64encode(b"{}").decode(), "signature": base64.b64encode(bytes(64)).decode()}
    assert judged(under(version), draft(Shared, LEAD_SUMMARY, embedded=grant)) is code


@pytest.mark.parametrize(("version", "code"), [(1, Code.SHAPE), (2, Code.SHAPE), (3, None)])
def test_a_removal_answer_names_others_from_the_third_rule_version_on(version: int, code: Code | None) -> None:
    """Before it the member is surplus, as older software says (PROTOCOL 1, WIRE-CHOICES B12)."""
    states = at_status(Status.WITHDRAWN, under(version))
    onward = [{"unit": OTHER, "answer": "9" * 64, "result": "removed"}]
    named = draft(RemovalAnswered, {"result": "removed", "prints_destroyed": 0, "onward": onward}, OTHER)
    assert judged(states, named) is code


def under(version: int) -> FakeStates:
    states = FakeStates()
    trust = replace(states.channel.trust, rule_version=version)
    states.channel = replace(states.channel, trust=trust)
    return states


def test_a_basis_of_the_day_of_the_approval_is_no_basis_from_the_future() -> None:
    """L4: the approval decided at 00:00 of that day."""
    basis = {"kind": "criminal_case", "organ": OWNER, "date": "2021-05-06"}
    paper = approvals(Shared, OWNER, decided=papers.begin("2021-05-06"))
    assert judged(FakeStates(), draft(Shared, LEAD_SUMMARY | {"basis": basis}, approval=paper)) is None


def test_nothing_is_known_of_a_lead_before_it_is_shared() -> None:
    known = {name: value for name, value in vars(lead.INITIAL).items() if value}
    assert known == {"status": Status.ABSENT, "urgency": Urgency.ROUTINE}


def test_what_was_shared_is_known_of_the_lead() -> None:
    shared = share(urgency="priority")
    assert FakeStates().then(shared, NOW) == Lead(
        status=Status.SENT,
        owner=OWNER,
        urgency=Urgency.PRIORITY,
        category=Purpose.OUTFLOW_TRAFFICKING,
        basis=Basis.CRIMINAL_CASE,
        restrictions=(Restriction.FORWARD_CONSENT,),
        review_date="2022-05-01",
        inform=False,
        persons=1,
        protected=False,
        suspect=True,
        shared_at=NOW,
        since=NOW,
        owner_spoke=NOW,
        versions=(shared.data.content.id,),
    )


def test_the_outcome_that_stands_is_named_by_its_digest() -> None:
    state = at_status(Status.IN_PROGRESS).then(outcome(), NOW + HOUR)
    assert (state.stage, state.outcome, state.outcome_at) == (OutcomeStage.CASE_FILED, "8" * 64, NOW + HOUR)


def test_restrictions_stay_under_the_ceiling() -> None:
    states = FakeStates(channel(terms(ceiling=(Restriction.FORWARD_CONSENT,))))
    both = ["evidence_consent", "forward_consent"]
    assert judged(states, share(restrictions=both)) is Code.CEILING
    assert states.then(share(), NOW).status is Status.SENT


def test_the_approver_may_answer_for_an_untested_suspect() -> None:
    word = approvals(Shared, OWNER, answers=("untested_suspect",))
    summary = LEAD_SUMMARY | {"grade": {"source": "X", "information": "4"}}
    assert FakeStates().then(draft(Shared, summary, approval=word), NOW).status is Status.SENT


@pytest.mark.parametrize("decided", ["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])
def test_no_date_of_an_approval_stops_the_verifier(decided: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("tests.support.papers.format_time", lambda _: decided)
        paper = approvals(Shared, OWNER)
    assert judged(FakeStates(), draft(Shared, LEAD_SUMMARY, approval=paper)) is Code.SHAPE


STANDINGS: dict[str, tuple[Pairing, Status, Callable[[], Draft[Any]], Code | None]] = {
    "no new lead while suspended": (Pairing.SUSPENDED, Status.ABSENT, share, Code.PAIRING_STATE),
    "no new lead while closing": (Pairing.CLOSING, Status.ABSENT, share, Code.PAIRING_STATE),
    "accepted while closing": (Pairing.CLOSING, Status.RECEIVED, accept, None),
    "not accepted while suspended": (Pairing.SUSPENDED, Status.RECEIVED, accept, Code.PAIRING_STATE),
    "not supplemented after the end": (Pairing.ENDED, Status.RECEIVED, supplement, Code.PAIRING_STATE),
    "withdrawn after the end": (Pairing.ENDED, Status.RECEIVED, withdraw, None),
    "removed after the end": (Pairing.ENDED, Status.WITHDRAWN, removed, None),
    "closed while suspended": (Pairing.SUSPENDED, Status.WITH_OUTCOME, close, None),
}


@pytest.mark.parametrize(("standing", "before", "event", "code"), STANDINGS.values(), ids=STANDINGS)
def test_obligations_outlive_permission(
    standing: Pairing, before: Status, event: Callable[[], Draft[Any]], code: Code | None
) -> None:
    states = at_status(before)
    states.standing(standing)
    if code is None:
        states.then(event(), NOW)
    else:
        assert judged(states, event()) is code


def test_what_is_kept_has_its_words_too() -> None:
    """S14 goes to either of two statuses; the page of machines shows the other one."""
    kept = Status.RETAINED
    assert (kept.value, kept.zh, kept.en) == ("retained", "入卷保留", "retained in a case file")


def test_race_revoked_after_it_was_accepted() -> None:
    """SORMAS lets the revocation be lost; here it reaches the recipient, and removal falls due."""
    states = at_status(Status.IN_PROGRESS)
    state = states.then(withdraw(), NOW + HOUR)
    assert state.status is Status.WITHDRAWN
    assert due(state, CALENDAR, Clock()) == (Duty.REMOVE, NOW - NOW % DAY + 8 * DAY - 8 * HOUR, False)
    states.then(feedback(), NOW + 2 * HOUR)
    assert states.state("lead", LEAD).status is Status.WITHDRAWN
    assert states.late == ["duikou.lead.feedback_given.v1"]


def test_race_accepted_after_it_was_revoked() -> None:
    """The same two events in the other order: the acceptance is void for both sides alike."""
    states = at_status(Status.RECEIVED)
    states.then(withdraw(), NOW)
    assert judged(states, accept()) is Code.STATE


def test_race_rejected_and_the_owner_not_told() -> None:
    """SORMAS rejects silently; here the owner reads the same state, with its ground, and a removal is owed."""
    state = at_status(Status.RECEIVED).then(decline(), NOW)
    assert state.status is Status.DECLINED
    duty = due(state, CALENDAR, Clock())
    assert duty is not None
    assert (duty.kind, duty.owner) == (Duty.REMOVE, False)


def test_race_silent_return() -> None:
    """SORMAS hands a case back without a word; here a recipient cannot end a lead by removing it."""
    states = at_status(Status.IN_PROGRESS)
    assert states.then(removed(), NOW).status is Status.IN_PROGRESS
    assert states.late == ["duikou.lead.removal_answered.v1"]
    assert judged(at_status(Status.WITH_OUTCOME), close(OTHER)) is Code.WRONG_SIDE


def test_the_recipient_closes_when_the_owner_is_silent_for_30_days() -> None:
    states = at_status(Status.WITH_OUTCOME)
    assert judged(states, close(OTHER), NOW + 30 * DAY - 1) is Code.WRONG_SIDE
    assert states.then(close(OTHER), NOW + 30 * DAY).status is Status.CLOSED


def test_what_is_for_information_ends_without_an_outcome_and_owes_nothing() -> None:
    states = FakeStates()
    for e in (share(action=["inform"]), delivered(), received()):
        states.then(e, NOW)
    assert due(states.state("lead", LEAD), CALENDAR, Clock()) is None
    assert states.then(close(), NOW).status is Status.CLOSED


def test_no_lead_is_closed_while_an_enquiry_about_it_waits() -> None:
    states = at_status(Status.WITH_OUTCOME)
    states.then(draft(Asked, ASKED_SUMMARY, subject=ENQUIRY), NOW)
    assert judged(states, close()) is Code.STATE
    states.then(draft(Cancelled, {"officer": AUTHOR, "ground": "error"}, subject=ENQUIRY), NOW)
    assert states.then(close(), NOW).status is Status.CLOSED


@pytest.mark.parametrize(
    "other",
    [
        enquiry.Enquiry(enquiry.Status.ANSWERED, OWNER, lead=LEAD),
        enquiry.Enquiry(enquiry.Status.ASKED, OWNER, lead=STRANGER),
    ],
    ids=["one that is answered", "one about another lead"],
)
def test_an_enquiry_that_waits_for_nothing_here_keeps_no_lead_open(other: enquiry.Enquiry) -> None:
    states = at_status(Status.WITH_OUTCOME)
    states.streams["enquiry", ENQUIRY] = other
    assert states.then(close(), NOW).status is Status.CLOSED


def test_the_duty_officer_accepts_only_what_is_urgent() -> None:
    assert judged(at_status(Status.RECEIVED), accept(DUTY)) is Code.OFFICERS
    states = FakeStates()
    for e in (share(urgency="urgent", urgency_ground="flight"), delivered(), received()):
        states.then(e, NOW)
    assert states.then(accept(DUTY), NOW).status is Status.IN_PROGRESS


@pytest.mark.parametrize(
    ("day", "start", "inside"),
    [
        ("2021-05-06", "2021-05-06T15:59:59.999Z", True),
        ("2021-05-06", "2021-05-06T16:00:00.000Z", False),
        ("2021-05-07", "2021-05-05T16:00:00.000Z", True),
        ("2021-05-07", "2021-05-05T15:59:59.999Z", False),
    ],
    ids=["its last moment", "it is over", "it begins just a day on", "it begins later than that"],
)
def test_a_day_is_within_until_it_is_over_and_from_where_it_begins_in_time(day: str, start: str, inside: bool) -> None:
    assert papers.within(day, parse_time(start), DAY) == inside


def test_a_paper_that_cannot_be_read_is_signed_by_nobody() -> None:
    unread = approvals(Shared, OWNER) | {"approval": approvals(Shared, OWNER)["submission"]}
    unread["approval"] = unread["approval"] | {"payload": base64.b64encode(b"{}").decode()}
    assert judged(FakeStates(), draft(Shared, LEAD_SUMMARY, approval=unread)) is Code.SIGNATURES


@pytest.mark.parametrize(
    ("day", "code"), [("2021-06-05", None), ("2021-06-06", Code.SHAPE), ("2021-05-05", Code.SHAPE)]
)
def test_the_next_feedback_is_within_30_days(day: str, code: Code | None) -> None:
    states = at_status(Status.RECEIVED)
    if code is None:
        states.then(accept(day=day), NOW)
    else:
        assert judged(states, accept(day=day)) is code


def test_a_supplement_only_tightens_unless_it_says_so() -> None:
    states = at_status(Status.RECEIVED)
    assert judged(states, supplement(restrictions=[])) is Code.SIGNATURES
    looser = supplement(restrictions=[], looser=True)
    assert lead.needs(looser) is Sign.HEAD
    assert states.then(looser, NOW).restrictions == ()


def test_a_supplement_obeys_basis_number_and_protection() -> None:
    states = FakeStates()
    checked = {"kind": "pre_case_check", "organ": OWNER, "date": "2021-05-01"}
    states.then(share(basis=checked, restrictions=[]), NOW)
    assert judged(states, supplement(persons=[WITNESS], restrictions=["forward_consent"])) is Code.BASIS
    assert judged(states, supplement(persons=[SUSPECT] * 8)) is Code.STATE
    states.then(supplement(persons=[SUSPECT] * 7), NOW)
    assert judged(states, supplement(persons=[SUSPECT])) is Code.STATE  # eight of one lead, not of one document
    open_case = FakeStates()
    open_case.then(share(restrictions=[]), NOW)
    assert judged(open_case, supplement(persons=[WITNESS])) is Code.CEILING


def test_a_witness_that_a_supplement_names_stays_protected() -> None:
    """MECHANISM 3.4: also when later supplements name nobody."""
    states = at_status(Status.RECEIVED)
    states.then(supplement(persons=[WITNESS]), NOW)
    states.then(supplement(), NOW)
    assert judged(states, supplement(restrictions=[], looser=True)) is Code.CEILING


def test_what_a_supplement_adds_is_known_of_the_lead() -> None:
    """Whom it names as a suspect, and its content beside the one before."""
    states = FakeStates()
    shared, added, more = share(persons=[WITNESS]), supplement(persons=[SUSPECT]), supplement()
    assert not states.then(shared, NOW).suspect
    assert states.then(added, NOW).suspect
    known = states.then(more, NOW)
    assert (known.suspect, known.persons) == (True, 2)
    assert known.versions == tuple(one.data.content.id for one in (shared, added, more))


def named_in_feedback(**who: Any) -> Draft[Any]:
    """Feedback, by one officer (``officer``) or two (``approval``)."""
    summary = {"use": "useful", "next_feedback_on": "2021-06-05", "persons_count": who.pop("persons", 0)}
    if "officer" in who:
        summary["officer"] = who.pop("officer")
    return draft(FeedbackGiven, summary, OTHER, content=content(FeedbackGiven, OWNER), **who)


def removal(result: str = "removed", officer: str | None = None, **papers: Any) -> Draft[Any]:
    """A removal answer, by one officer (``officer``) or two (``approval``)."""
    summary = {"result": result, "prints_destroyed": 0} | ({"officer": officer} if officer else {})
    return draft(RemovalAnswered, summary, OTHER, content=content(RemovalAnswered, OWNER), **papers)


NEEDS: dict[str, tuple[Callable[[], Draft[Any]], Sign]] = {
    "a lead takes two": (share, Sign.TWO),
    "a person for the head takes the head": (lambda: share(persons=[SUSPECT | {"approver": "head"}]), Sign.HEAD),
    "a supplement takes two": (supplement, Sign.TWO),
    "feedback takes one": (feedback, Sign.ONE),
    "feedback that names persons takes two": (
        lambda: named_in_feedback(persons=1, approval=approvals(FeedbackGiven, OTHER)),
        Sign.TWO,
    ),
    "feedback of one officer that names persons takes two": (
        lambda: named_in_feedback(persons=1, officer=AUTHOR),
        Sign.TWO,
    ),
    "feedback that two signed is judged by two": (
        lambda: named_in_feedback(approval=approvals(FeedbackGiven, OTHER)),
        Sign.TWO,
    ),
    "a removal by the node takes none": (removed, Sign.NODE),
    "a removal by an officer takes his signature": (lambda: removal(officer=INTAKE), Sign.ONE),
    "a removal that two signed is judged by two": (
        lambda: removal(approval=approvals(RemovalAnswered, OTHER)),
        Sign.TWO,
    ),
    "what is kept takes two": (lambda: removed("partly"), Sign.TWO),
    "what one officer keeps takes two": (lambda: removal("partly", officer=INTAKE), Sign.TWO),
    "what the node keeps takes two": (lambda: removal("partly"), Sign.TWO),
    "a withdrawal takes one": (withdraw, Sign.ONE),
    "an outcome takes two": (outcome, Sign.TWO),
}


@pytest.mark.parametrize(("event", "sign"), NEEDS.values(), ids=NEEDS)
def test_how_many_sign(event: Callable[[], Draft[Any]], sign: Sign) -> None:
    assert lead.needs(event()) is sign


CLOCKS: dict[str, tuple[Status, Duty, str]] = {
    "fetched within the hour after the first": (Status.SENT, Duty.DELIVER, "2021-05-06T04:00:00.000Z"),
    "signed for in 3 days, rolled over no weekend": (Status.DELIVERED, Duty.SIGN_FOR, "2021-05-10T16:00:00.000Z"),
    "decided in 7 days": (Status.RECEIVED, Duty.DECIDE, "2021-05-13T16:00:00.000Z"),
    "fed back when promised, rolled from Saturday": (
        Status.IN_PROGRESS,
        Duty.FEEDBACK,
        "2021-06-07T16:00:00.000Z",
    ),
    "removed in 7 days after a refusal": (Status.DECLINED, Duty.REMOVE, "2021-05-13T16:00:00.000Z"),
}


@pytest.mark.parametrize(("status", "kind", "until"), CLOCKS.values(), ids=CLOCKS)
def test_what_is_due(status: Status, kind: Duty, until: str) -> None:
    found = due(at_status(status).state("lead", LEAD), CALENDAR, Clock())
    assert found is not None
    assert (found.kind, format_time(found.at)) == (kind, until)
    assert not found.overdue(found.at - 1)
    assert found.overdue(found.at)


def test_a_supplement_is_acknowledged_or_owed() -> None:
    states = at_status(Status.IN_PROGRESS)
    kinds = [one.kind for one in owed(states.then(supplement(), NOW), CALENDAR, Clock())]
    assert kinds == [Duty.ACKNOWLEDGE, Duty.FEEDBACK]
    assert [one.kind for one in owed(states.then(acknowledge(), NOW), CALENDAR, Clock())] == [Duty.FEEDBACK]


def test_a_supplement_is_acknowledged_within_3_days() -> None:
    state = at_status(Status.RECEIVED).then(supplement(), NOW + 4 * DAY)
    acknowledging = next(one for one in owed(state, CALENDAR, Clock()) if one.kind is Duty.ACKNOWLEDGE)
    assert (format_time(acknowledging.at), acknowledging.owner) == ("2021-05-13T16:00:00.000Z", False)


@pytest.mark.parametrize("status", [Status.CLOSED, Status.REMOVED, Status.RETAINED])
def test_nothing_is_owed_of_what_came_to_something_or_is_gone(status: Status) -> None:
    assert owed(at_status(status).state("lead", LEAD), CALENDAR, Clock()) == ()


def test_what_is_due_first_stands_first() -> None:
    """An urgent lead is signed for within hours, its supplement acknowledged within days."""
    states = FakeStates()
    for e in (share(urgency="urgent", urgency_ground="life"), delivered(), supplement()):
        states.then(e, NOW)
    kinds = [one.kind for one in owed(states.state("lead", LEAD), CALENDAR, Clock())]
    assert kinds == [Duty.SIGN_FOR, Duty.ACKNOWLEDGE]


def test_each_supplement_is_acknowledged_by_itself() -> None:
    states = at_status(Status.IN_PROGRESS)
    states.then(replace(supplement(), digest="9" * 64), NOW)
    states.then(supplement(), NOW + 1)
    assert states.then(acknowledge(), NOW + 2).unread == (("9" * 64, NOW),)


def test_feedback_that_promises_the_far_future_is_due_in_30_days() -> None:
    state = at_status(Status.IN_PROGRESS).then(feedback("2999-01-01"), NOW + 4 * DAY)
    found = due(state, CALENDAR, Clock())
    assert found is not None
    assert format_time(found.at) == "2021-06-09T16:00:00.000Z"  # a Wednesday: nothing rolls


def test_feedback_that_promises_a_day_gone_by_is_due_today() -> None:
    found = due(at_status(Status.IN_PROGRESS).then(feedback("2021-05-01"), NOW), CALENDAR, Clock())
    assert found is not None
    assert format_time(found.at) == "2021-05-06T16:00:00.000Z"


@pytest.mark.parametrize("stage", ["not_prosecuted", "case_withdrawn", "acquitted"])
def test_who_is_cleared_is_corrected_by_the_owner_within_7_days(stage: str) -> None:
    states = at_status(Status.IN_PROGRESS)
    found = due(states.then(outcome(stage=stage), NOW + 1), CALENDAR, Clock())
    assert found == (Duty.CORRECT, parse_time("2021-05-13T16:00:00.000Z"), True)


def test_an_outcome_that_clears_nobody_is_not_corrected() -> None:
    assert due(at_status(Status.IN_PROGRESS).then(outcome(), NOW + 1), CALENDAR, Clock()) is None


def test_duties_have_the_words_of_the_law() -> None:
    """Inboxes of all units call the same duty the same."""
    assert {duty.value: (duty.zh, duty.en) for duty in Duty} == {
        "deliver": ("送达", "deliver"),
        "sign_for": ("签收", "sign for"),
        "decide": ("受理或不予受理", "accept or decline"),
        "feedback": ("反馈", "feedback"),
        "acknowledge": ("确认补充", "acknowledge"),
        "correct": ("更正或撤回", "correct or withdraw"),
        "answer": ("答复", "answer"),
        "complete": ("补正", "complete the papers"),
        "follow_up": ("续报", "follow up"),
        "review": ("审查反馈", "review the answer"),
        "countersign": ("会签", "countersign"),
        "confirm_arrival": ("到达确认", "confirm the arrival"),
        "conclude": ("结束行动", "conclude the operation"),
        "results": ("战果确认", "agree on results"),
        "confirm": ("确认电话告知", "confirm what was told by phone"),
        "consent": ("证据使用答复", "answer a request for consent"),
        "forward": ("转递答复", "answer a request to forward"),
        "settle": ("管辖协商", "settle jurisdiction"),
        "review_hold": ("在诉保留复核", "review the hold"),
        "report_in": ("报到", "confirm that the team reported in"),
        "hand_over": ("驻点交接", "hand the posting over"),
        "take": ("接办任务", "take the task"),
        "task": ("办结任务", "do the task"),
        "lift": ("解除或更正", "lift the restriction or correct"),
        "remove": ("销毁回执", "removal answer"),
        "contribute": ("县级上报两月报", "the county's two-monthly report"),
        "report": ("市级汇总上报两月报", "the prefecture's two-monthly report"),
        "correct_report": ("更正两月报", "correct the two-monthly report"),
        "review_report": ("接收或退回两月报", "accept or return the two-monthly report"),
    }


def test_what_came_to_nothing_is_erased_within_30_days() -> None:
    states = at_status(Status.IN_PROGRESS)
    states.then(outcome(stage="nothing_found"), NOW)
    found = due(states.then(close(), NOW + 4 * DAY), CALENDAR, Clock())
    assert found is not None
    assert (found.kind, format_time(found.at)) == (Duty.REMOVE, "2021-06-09T16:00:00.000Z")


def test_an_urgent_lead_is_decided_in_8_hours() -> None:
    states = FakeStates()
    for e in (share(urgency="urgent", urgency_ground="life"), delivered(), received()):
        states.then(e, NOW)
    state = states.state("lead", LEAD)
    found = due(state, CALENDAR, Clock())
    assert state.urgency is Urgency.URGENT
    assert found is not None
    assert format_time(found.at) == "2021-05-06T11:00:00.000Z"


def test_a_witness_stays_protected_whatever_a_supplement_says() -> None:
    states = FakeStates()
    states.then(share(persons=[WITNESS]), NOW)
    assert judged(states, supplement(restrictions=[], looser=True)) is Code.CEILING


def test_the_silence_of_the_owner_begins_with_his_last_word() -> None:
    states = at_status(Status.WITH_OUTCOME)
    states.then(supplement(), NOW + 10 * DAY)
    assert judged(states, close(OTHER), NOW + 39 * DAY) is Code.WRONG_SIDE
    assert states.then(close(OTHER), NOW + 40 * DAY).status is Status.CLOSED


def test_what_cannot_be_read_off_a_document_is_left_to_its_signatures() -> None:
    """A statement that is none is void so; of an officer nobody knows no role is asked."""
    for statement in (papers.submission, papers.approval):
        unread = share().data.approval.submission.model_copy(update={"payload": "e30="})
        both = {"submission": unread, "approval": unread}
        e = replace(share(), data=share().data.model_copy(update={"approval": Approvals(**both)}))
        with pytest.raises(Refused) as refused:
            statement(e)
        assert refused.value.code is Code.SIGNATURES
    papers.duty_only_urgent(accept(STRANGER), Urgency.ROUTINE, Role.AUTHOR, FakeStates())
