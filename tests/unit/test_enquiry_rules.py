"""Rows E1-E11 of MECHANISM 1.3: each one passes once and is refused once; guards; clocks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.calendar import CALENDARS, Calendar
from contracts.enquiry import Answered, Asked, Cancelled, Closed, Delivered, Received, Undertaken
from contracts.enquiry import Refused as EnquiryRefused
from contracts.enquiry_course import Acknowledged, AnswerCorrected, Completed, CompletionRequested, InterimGiven
from contracts.envelope import Draft
from contracts.refusals import Code, Refused
from contracts.vocabulary import AttachmentKind, Basis, EnquiryForm, EnquiryPurpose, Measure, Urgency
from services.domain import enquiry, lead, measures
from services.domain.clocks import DAY, Clock, format_time, parse_time
from services.domain.enquiry import RULES, Enquiry, Status
from services.domain.lead import Lead
from services.domain.obligations import Duty, due
from services.domain.pairing import Status as Pairing
from services.domain.papers import begin
from services.domain.rules import Sign
from tests.support.contents import unlike
from tests.support.papers import ASKED_SUMMARY, ENQUIRY, LEAD, REPLY, approvals, content, draft
from tests.support.states import AUTHOR, DUTY, INTAKE, NOW, OTHER, OWNER, FakeStates, judged

pytestmark = pytest.mark.usefixtures("unsigned")

CALENDAR = Calendar(CALENDARS.values())
CASE = {"category": "parcel", "basis": {"kind": "criminal_case", "organ": OWNER, "date": "2021-05-01"}}
BOTH = [{"no": 1, "code": "found"}, {"no": 2, "code": "nothing_held"}]


def ask(unit: str = OWNER, **summary: Any) -> Draft[Any]:
    return draft(Asked, unlike(ASKED_SUMMARY, **summary), unit, ENQUIRY)


def delivered(unit: str = OTHER) -> Draft[Any]:
    return draft(Delivered, {}, unit, ENQUIRY)


def received(unit: str = OTHER) -> Draft[Any]:
    return draft(Received, {"officer": INTAKE}, unit, ENQUIRY)


def undertake(officer: str = INTAKE) -> Draft[Any]:
    return draft(Undertaken, {"officer": officer}, OTHER, ENQUIRY)


def answer(answers: list[dict[str, Any]] | None = None, unit: str = OTHER, **summary: Any) -> Draft[Any]:
    said = {**REPLY, "officer": AUTHOR, "answers": answers or BOTH, "persons_count": 0, **summary}
    return draft(Answered, said, unit, ENQUIRY, content=content(Answered, OWNER))


def answer_of_two(persons: int) -> Draft[Any]:
    said = {**REPLY, "answers": BOTH, "persons_count": persons}
    papers = {"content": content(Answered, OWNER), "approval": approvals(Answered, OTHER)}
    return draft(Answered, said, OTHER, ENQUIRY, **papers)


def partly() -> Draft[Any]:
    return answer(BOTH[:1])


def refuse(**summary: Any) -> Draft[Any]:
    return draft(EnquiryRefused, {**REPLY, **(summary or {"ground": "not_held"})}, OTHER, ENQUIRY)


def papers_of(*kinds: str) -> list[dict[str, Any]]:
    return [{"kind": kind, "digest": f"{n:064x}", "size": 1_000, "media": "pdf"} for n, kind in enumerate(kinds)]


SEARCH: dict[str, Any] = {
    "kind": "measure_request",
    "form": "measure",
    "measure": "search",
    "attachments": papers_of("measure_request", "police_id_copy", "search_warrant"),
}


def ask_measure(**summary: Any) -> Draft[Any]:
    return ask(**{**SEARCH, **summary})


def request_completion(*missing: str, unit: str = OTHER) -> Draft[Any]:
    summary = {"officer": INTAKE, "missing": list(missing or ("search_warrant",))}
    return draft(CompletionRequested, summary, unit, ENQUIRY)


def complete(*kinds: str) -> Draft[Any]:
    summary = {"classification": "work_secret", "urgency": "routine", "kind": "measure_request"}
    attached = papers_of(*(kinds or ("search_warrant",)))
    return draft(Completed, {**summary, "attachments": attached}, OWNER, ENQUIRY)


def interim(day: str = "2021-05-14", **changes: Any) -> Draft[Any]:
    return draft(InterimGiven, {"officer": AUTHOR, "reason": "court", "due_on": day}, OTHER, ENQUIRY, **changes)


def interim_of_two(day: str = "2021-05-14") -> Draft[Any]:
    paper = approvals(InterimGiven, OTHER)
    return draft(InterimGiven, {"reason": "court", "due_on": day}, OTHER, ENQUIRY, approval=paper)


def correct(corrects: str = "8" * 64, **summary: Any) -> Draft[Any]:
    said = {**REPLY, "kind": "correction", "corrects": corrects, "answers": BOTH[:1], "persons_count": 0, **summary}
    return draft(AnswerCorrected, said, OTHER, ENQUIRY)


def acknowledge(unit: str = OWNER) -> Draft[Any]:
    return draft(Acknowledged, {"officer": AUTHOR, "event": "8" * 64}, unit, ENQUIRY)


def cancel(unit: str = OWNER) -> Draft[Any]:
    return draft(Cancelled, {"officer": AUTHOR, "ground": "no_longer_needed"}, unit, ENQUIRY)


def close(unit: str = OWNER) -> Draft[Any]:
    return draft(Closed, {"officer": AUTHOR, "use": "useful"}, unit, ENQUIRY)


_ON_THE_WAY: list[Callable[[], Draft[Any]]] = [ask, delivered, received, undertake]
PATHS: dict[Status, list[Callable[[], Draft[Any]]]] = {
    Status.ABSENT: [],
    Status.ASKED: _ON_THE_WAY[:1],
    Status.DELIVERED: _ON_THE_WAY[:2],
    Status.RECEIVED: _ON_THE_WAY[:3],
    Status.TO_COMPLETE: [ask_measure, delivered, received, request_completion],
    Status.IN_PROGRESS: _ON_THE_WAY,
    Status.PARTLY_ANSWERED: [*_ON_THE_WAY, partly],
    Status.ANSWERED: [*_ON_THE_WAY, answer],
    Status.REFUSED: [*_ON_THE_WAY, refuse],
    Status.CANCELLED: [ask, cancel],
    Status.CLOSED: [*_ON_THE_WAY, answer, close],
}
"""How an enquiry comes to each status."""


def with_lead(**changes: Any) -> FakeStates:
    """A live lead is there to be cited."""
    states = FakeStates()
    live = Lead(status=lead.Status.RECEIVED, owner=OWNER, basis=Basis.CRIMINAL_CASE)
    states.streams["lead", LEAD] = replace(live, **changes)
    return states


def at_status(status: Status, **changes: Any) -> FakeStates:
    states = with_lead(**changes)
    for step in PATHS[status]:
        states.then(step(), NOW)
    assert states.state("enquiry", ENQUIRY).status is status
    return states


def arrived(asked: Draft[Any], **changes: Any) -> FakeStates:
    """Asked, delivered, signed for."""
    states = with_lead(**changes)
    for e in (asked, delivered(), received()):
        states.then(e, NOW)
    return states


PASSES: dict[str, tuple[Status, Callable[[], Draft[Any]], Status]] = {
    "E1 either unit asks about a live lead": (Status.ABSENT, ask, Status.ASKED),
    "E2 delivered": (Status.ASKED, delivered, Status.DELIVERED),
    "E2 signed for": (Status.DELIVERED, received, Status.RECEIVED),
    "E3 a paper cannot be read": (Status.RECEIVED, request_completion, Status.TO_COMPLETE),
    "E4 it is sent again": (Status.TO_COMPLETE, complete, Status.RECEIVED),
    "E5 undertaken": (Status.RECEIVED, undertake, Status.IN_PROGRESS),
    "E6 an interim word": (Status.IN_PROGRESS, interim, Status.IN_PROGRESS),
    "E6 an interim word after a part": (Status.PARTLY_ANSWERED, interim_of_two, Status.PARTLY_ANSWERED),
    "E7 answered whole": (Status.IN_PROGRESS, answer, Status.ANSWERED),
    "E7 a part leaves the rest open": (Status.IN_PROGRESS, partly, Status.PARTLY_ANSWERED),
    "E7 the rest": (Status.PARTLY_ANSWERED, lambda: answer(BOTH[1:]), Status.ANSWERED),
    "E8 refused before it was undertaken": (Status.RECEIVED, refuse, Status.REFUSED),
    "E8 refused later": (Status.IN_PROGRESS, refuse, Status.REFUSED),
    "E9 cancelled instead of completed": (Status.TO_COMPLETE, cancel, Status.CANCELLED),
    "E10 an answer is corrected": (Status.ANSWERED, correct, Status.ANSWERED),
    "E10 after it was closed": (Status.CLOSED, correct, Status.CLOSED),
    "E10 a correction is acknowledged": (Status.ANSWERED, acknowledge, Status.ANSWERED),
    "E9 cancelled at once": (Status.ASKED, cancel, Status.CANCELLED),
    "E9 cancelled half answered": (Status.PARTLY_ANSWERED, cancel, Status.CANCELLED),
    "E11 closed after the answer": (Status.ANSWERED, close, Status.CLOSED),
    "E11 closed after the refusal": (Status.REFUSED, close, Status.CLOSED),
}

REFUSALS: dict[str, tuple[Status, Callable[[], Draft[Any]], Code]] = {
    "E1 asked once": (Status.ASKED, ask, Code.STATE),
    "E2 the asker delivers nothing": (Status.ASKED, lambda: delivered(OWNER), Code.WRONG_SIDE),
    "E2 the asker signs for nothing": (Status.DELIVERED, lambda: received(OWNER), Code.WRONG_SIDE),
    "E3 nothing of it while it is completed": (Status.TO_COMPLETE, request_completion, Code.STATE),
    "E3 the asker asks itself for nothing": (
        Status.RECEIVED,
        lambda: request_completion(unit=OWNER),
        Code.WRONG_SIDE,
    ),
    "E4 nothing was asked for": (Status.RECEIVED, complete, Code.STATE),
    "E4 another paper": (Status.TO_COMPLETE, lambda: complete("inventory"), Code.BASIS),
    "E6 not before it is undertaken": (Status.RECEIVED, interim, Code.STATE),
    "E6 not for more than 15 days": (Status.IN_PROGRESS, lambda: interim("2021-05-22"), Code.SHAPE),
    "E10 an answer that nobody gave": (Status.ANSWERED, lambda: correct("9" * 64), Code.UNKNOWN_MATTER),
    "E10 not before there is an answer": (Status.IN_PROGRESS, correct, Code.STATE),
    "E10 an item that is still open": (
        Status.PARTLY_ANSWERED,
        lambda: correct(answers=BOTH[1:]),
        Code.STATE,
    ),
    "E10 whoever answered does not acknowledge": (Status.ANSWERED, lambda: acknowledge(OTHER), Code.WRONG_SIDE),
    "E5 not before it is signed for": (Status.DELIVERED, undertake, Code.STATE),
    "E7 not before it is undertaken": (Status.RECEIVED, answer, Code.STATE),
    "E7 the asker does not answer": (Status.IN_PROGRESS, lambda: answer(unit=OWNER), Code.WRONG_SIDE),
    "E7 an item that was not asked": (
        Status.IN_PROGRESS,
        lambda: answer([{"no": 3, "code": "nothing_held"}]),
        Code.STATE,
    ),
    "E7 an item that is answered": (Status.PARTLY_ANSWERED, partly, Code.STATE),
    "E7 nothing after it was cancelled": (Status.CANCELLED, answer, Code.STATE),
    "E8 nothing is refused after an answer": (Status.ANSWERED, refuse, Code.STATE),
    "E8 no ground of a measure request": (
        Status.RECEIVED,
        lambda: refuse(measure_ground="papers_incomplete"),
        Code.STATE,
    ),
    "E9 the other unit does not cancel": (Status.RECEIVED, lambda: cancel(OTHER), Code.WRONG_SIDE),
    "E9 nothing is cancelled after the answer": (Status.ANSWERED, cancel, Code.STATE),
    "E11 nothing is closed half answered": (Status.PARTLY_ANSWERED, close, Code.STATE),
    "E11 the other unit does not close": (Status.ANSWERED, lambda: close(OTHER), Code.WRONG_SIDE),
}


@pytest.mark.parametrize(("before", "event", "after"), PASSES.values(), ids=PASSES)
def test_a_row_passes(before: Status, event: Callable[[], Draft[Any]], after: Status) -> None:
    states = at_status(before)
    if event is request_completion:
        states = arrived(ask_measure())
    assert states.then(event(), NOW).status is after
    assert not states.late


@pytest.mark.parametrize(("before", "event", "code"), REFUSALS.values(), ids=REFUSALS)
def test_a_row_refuses(before: Status, event: Callable[[], Draft[Any]], code: Code) -> None:
    assert judged(at_status(before), event()) is code


def test_every_row_has_an_example_that_passes_and_one_that_is_refused() -> None:
    assert {type(event().data) for _, event, _ in PASSES.values()} == set(RULES)
    assert {type(event().data) for _, event, _ in REFUSALS.values()} == set(RULES)


@pytest.mark.parametrize("status", sorted(Status))
def test_every_status_is_reached(status: Status) -> None:
    at_status(status)


RECORD = {"purpose": "record"}
LEADS: dict[str, tuple[dict[str, Any], dict[str, Any], Code | None]] = {
    "the recipient of the lead asks back": ({"owner": OTHER}, {}, None),
    "a withdrawn lead": ({"status": lead.Status.WITHDRAWN}, {}, Code.STATE),
    "a closed lead": ({"status": lead.Status.CLOSED}, {}, Code.STATE),
    "a lead nobody shared here": ({}, {"lead": ENQUIRY}, Code.UNKNOWN_MATTER),
    "a record in a filed case": ({}, RECORD, None),
    "a record in an administrative case": ({"basis": Basis.ADMINISTRATIVE_CASE}, RECORD, None),
    "a record on a report": ({"basis": Basis.VERIFIED_REPORT}, RECORD, Code.BASIS),
    "a record on a check before a case": ({"basis": Basis.PRE_CASE_CHECK}, RECORD, Code.BASIS),
    "something else on a report": ({"basis": Basis.VERIFIED_REPORT}, {}, None),
    "a measure with its papers": ({}, SEARCH, None),
    "a measure on a report": ({"basis": Basis.VERIFIED_REPORT}, SEARCH, Code.BASIS),
    "a measure on a check before a case": ({"basis": Basis.PRE_CASE_CHECK}, SEARCH, Code.BASIS),
    "a search in an administrative case": ({"basis": Basis.ADMINISTRATIVE_CASE}, SEARCH, Code.BASIS),
    "an inspection in an administrative case": (
        {"basis": Basis.ADMINISTRATIVE_CASE},
        SEARCH
        | {
            "measure": "inspection",
            "attachments": papers_of("measure_request", "police_id_copy", "case_acceptance_form"),
        },
        None,
    ),
    "an inspection with a paper of a criminal case only": (
        {"basis": Basis.ADMINISTRATIVE_CASE},
        SEARCH
        | {
            "measure": "inspection",
            "attachments": papers_of("measure_request", "police_id_copy", "case_filing_decision"),
        },
        Code.BASIS,
    ),
    "a filed case": ({}, {"lead": None, "case": CASE}, None),
    "a record in a filed case of the asker": ({}, {"lead": None, "case": CASE, **RECORD}, None),
    "a case outside the purposes": ({}, {"lead": None, "case": CASE | {"category": "transit"}}, Code.PURPOSE),
    "a case that is not filed": (
        {},
        {"lead": None, "case": {"category": "parcel", "basis": CASE["basis"] | {"kind": "verified_report"}}},  # type: ignore[operator]
        Code.BASIS,
    ),
    "a case of tomorrow": (
        {},
        {"lead": None, "case": {"category": "parcel", "basis": CASE["basis"] | {"date": "2021-05-07"}}},  # type: ignore[operator]
        Code.SHAPE,
    ),
}


@pytest.mark.parametrize(("cited", "summary", "code"), LEADS.values(), ids=LEADS)
def test_an_enquiry_cites_a_live_lead_or_a_filed_case(
    cited: dict[str, Any], summary: dict[str, Any], code: Code | None
) -> None:
    states = with_lead(**cited)
    if code is None:
        assert states.then(ask(**summary), NOW).status is Status.ASKED
    else:
        assert judged(states, ask(**summary)) is code


def test_a_basis_of_the_day_of_the_approval_is_no_basis_from_the_future() -> None:
    """E1: the approval decided at 00:00 of that day."""
    basis = {"kind": "criminal_case", "organ": OWNER, "date": "2021-05-06"}
    summary = unlike(ASKED_SUMMARY, lead=None, case={"category": "parcel", "basis": basis})
    paper = approvals(Asked, OWNER, decided=begin("2021-05-06"))
    assert with_lead().then(draft(Asked, summary, OWNER, ENQUIRY, approval=paper), NOW).status is Status.ASKED


def test_nothing_is_known_of_an_enquiry_before_it_is_asked() -> None:
    known = {name: value for name, value in vars(enquiry.INITIAL).items() if value}
    assert known == {"status": Status.ABSENT, "urgency": Urgency.ROUTINE, "form": EnquiryForm.INFO}


def test_what_was_asked_is_known_of_the_enquiry() -> None:
    asked = ask(urgency="priority", needed_by="2021-05-09", needed_reason="hearing")
    assert with_lead().then(asked, NOW) == Enquiry(
        status=Status.ASKED,
        owner=OWNER,
        urgency=Urgency.PRIORITY,
        form=EnquiryForm.INFO,
        purpose=EnquiryPurpose.LOGISTICS,
        lead=LEAD,
        open_items=(1, 2),
        needed_by="2021-05-09",
        asked_at=NOW,
        clock_from=NOW,
        since=NOW,
        sealed_record=False,
    )


def test_an_enquiry_in_a_case_cites_no_lead_and_no_day() -> None:
    state = with_lead().then(ask(lead=None, case=CASE), NOW)
    assert (state.lead, state.needed_by) == ("", "")


def test_no_record_is_sealed_where_none_was_found() -> None:
    states = with_lead()
    for e in (ask(purpose="record"), delivered(), received(), undertake()):
        states.then(e, NOW)
    nothing = [{"no": no, "code": "nothing_held"} for no in (1, 2)]
    assert not states.then(answer(nothing), NOW).sealed_record


def test_a_sealed_record_stays_sealed_when_the_rest_is_answered() -> None:
    states = with_lead()
    for e in (ask(purpose="record"), delivered(), received(), undertake(), answer(BOTH[:1], sealed_record=True)):
        states.then(e, NOW)
    assert states.then(answer(BOTH[1:]), NOW).sealed_record


def test_a_record_that_was_found_is_flagged_as_sealed() -> None:
    states = with_lead()
    for e in (ask(purpose="record"), delivered(), received(), undertake()):
        states.then(e, NOW)
    assert judged(states, answer()) is Code.SHAPE
    assert states.then(answer(sealed_record=True), NOW).sealed_record


def test_the_duty_officer_undertakes_only_what_is_urgent() -> None:
    assert judged(at_status(Status.RECEIVED), undertake(DUTY)) is Code.OFFICERS
    states = with_lead()
    for e in (ask(urgency="urgent", urgency_ground="time_limit"), delivered(), received(), undertake(DUTY)):
        states.then(e, NOW)


STANDINGS: dict[str, tuple[Pairing, Status, Callable[[], Draft[Any]], Code | None]] = {
    "nothing new while closing": (Pairing.CLOSING, Status.ABSENT, ask, Code.PAIRING_STATE),
    "answered while closing": (Pairing.CLOSING, Status.IN_PROGRESS, answer, None),
    "not answered while suspended": (Pairing.SUSPENDED, Status.IN_PROGRESS, answer, Code.PAIRING_STATE),
    "cancelled after the end": (Pairing.ENDED, Status.RECEIVED, cancel, None),
    "closed after the end": (Pairing.ENDED, Status.ANSWERED, close, None),
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


def test_a_late_receipt_changes_no_status() -> None:
    states = at_status(Status.CANCELLED)
    assert states.then(delivered(), NOW).status is Status.CANCELLED
    assert states.late == ["duikou.enquiry.delivered.v1"]


def test_how_many_sign() -> None:
    measure = ask(kind="measure_request", form="measure", measure="search")
    found = [enquiry.needs(e) for e in (ask(), measure, answer(), answer_of_two(1), refuse(), cancel())]
    assert found == [Sign.TWO, Sign.HEAD, Sign.ONE, Sign.TWO, Sign.TWO, Sign.ONE]


def test_an_answer_of_one_officer_names_nobody_and_one_that_two_signed_is_judged_by_two() -> None:
    assert [enquiry.needs(e) for e in (answer(persons_count=1), answer_of_two(0))] == [Sign.TWO, Sign.TWO]


CLOCKS: dict[str, tuple[Status, dict[str, Any], Duty, str]] = {
    "fetched in an hour": (Status.ASKED, {}, Duty.DELIVER, "2021-05-06T04:00:00.000Z"),
    "signed for in 24 h": (Status.DELIVERED, {"urgency": "priority"}, Duty.SIGN_FOR, "2021-05-07T03:00:00.000Z"),
    "answered in 7 days": (Status.RECEIVED, {}, Duty.ANSWER, "2021-05-13T16:00:00.000Z"),
    "needed earlier, on a Sunday": (
        Status.RECEIVED,
        {"needed_by": "2021-05-09", "needed_reason": "hearing"},
        Duty.ANSWER,
        "2021-05-09T16:00:00.000Z",
    ),
    "needed later": (
        Status.IN_PROGRESS,
        {"needed_by": "2021-06-30", "needed_reason": "hearing"},
        Duty.ANSWER,
        "2021-05-13T16:00:00.000Z",
    ),
    "half answered is still owed": (Status.PARTLY_ANSWERED, {}, Duty.ANSWER, "2021-05-13T16:00:00.000Z"),
}


@pytest.mark.parametrize(("status", "summary", "kind", "until"), CLOCKS.values(), ids=CLOCKS)
def test_what_is_due(status: Status, summary: dict[str, Any], kind: Duty, until: str) -> None:
    states = with_lead()
    states.then(ask(**summary), NOW)
    for step in PATHS[status][1:]:
        states.then(step(), NOW)
    found = due(states.state("enquiry", ENQUIRY), CALENDAR, Clock())
    assert found is not None
    assert (found.kind, format_time(found.at)) == (kind, until)


def test_an_answer_ends_the_clock_and_30_silent_days_the_enquiry() -> None:
    state = at_status(Status.ANSWERED).state("enquiry", ENQUIRY)
    assert due(state, CALENDAR, Clock()) is None
    assert not state.pending
    assert not state.closed(NOW + 30 * DAY - 1)
    assert state.closed(NOW + 30 * DAY)


@pytest.mark.parametrize("status", sorted(Status))
def test_silence_closes_what_was_answered_or_refused_and_nothing_else(status: Status) -> None:
    """E11; what was cancelled or closed is over at once."""
    state = at_status(status).state("enquiry", ENQUIRY)
    assert state.closed(NOW) == (status in {Status.CANCELLED, Status.CLOSED})
    assert state.closed(NOW + 31 * DAY) == (
        status in {Status.ANSWERED, Status.REFUSED, Status.CANCELLED, Status.CLOSED}
    )


# -- measures (程序规定 346-347), completion, interim, correction -----------------------------------------------------


@pytest.mark.parametrize("measure", sorted(Measure))
def test_a_measure_goes_with_its_papers_and_not_without_any_of_them(measure: Measure) -> None:
    """The law of the refusal names the paper that lacks (STORIES 3)."""
    needed = measures.required(measure)
    whole = papers_of(*needed)
    with_lead().then(ask_measure(measure=measure, attachments=whole), NOW)
    for lacking in needed:
        rest = papers_of(*(kind for kind in (*needed, AttachmentKind.OTHER) if kind is not lacking))
        with pytest.raises(Refused) as refused:
            with_lead().then(ask_measure(measure=measure, attachments=rest), NOW)
        assert (refused.value.code, refused.value.law) == (Code.BASIS, f"FIELDS 6.7 {lacking}")


ON_PAPER = {
    **{kind: f"{kind}证" for kind in ("传唤", "拘传", "拘留", "逮捕", "搜查")},
    **{kind: f"{kind}决定书" for kind in ("查封", "扣押")},
    "查询": "协助查询财产通知书",
    "冻结": "协助冻结财产通知书",
    **dict.fromkeys(["勘验", "检查", "讯问", "询问"], "立案决定书"),
}
"""As FIELDS 6.7 prints it (程序规定 346-347), besides 办案协作函 and 人民警察证复印件; the rest needs no more."""


@pytest.mark.parametrize("measure", sorted(Measure))
def test_the_papers_are_those_of_the_provisions(measure: Measure) -> None:
    own = [ON_PAPER[measure.zh]] if measure.zh in ON_PAPER else []
    assert [paper.zh for paper in measures.required(measure)] == ["办案协作函", "人民警察证复印件", *own]


@pytest.mark.parametrize("measure", sorted(Measure))
def test_an_administrative_case_carries_inspections_and_nothing_else(measure: Measure) -> None:
    """MECHANISM 3.5: 勘验, 检查 under administrative rules, by 受案登记表."""
    papers = measures.required(measure, administrative=True)
    assert papers[-1].zh == "受案登记表"
    if measure.zh in ("勘验", "检查"):
        measures.check(measure, Basis.ADMINISTRATIVE_CASE, papers)
    else:
        with pytest.raises(Refused):
            measures.check(measure, Basis.ADMINISTRATIVE_CASE, AttachmentKind)


def test_which_measure_was_asked_for_is_known() -> None:
    assert arrived(ask_measure()).state("enquiry", ENQUIRY).measure is Measure.SEARCH


def test_a_measure_without_any_paper_is_refused() -> None:
    assert judged(with_lead(), ask_measure(attachments=None)) is Code.BASIS


def test_rule_version_1_judges_as_it_did() -> None:
    """A measure request, and a refusal in its words, are void ``type`` there (PROTOCOL 1)."""
    states = with_lead()
    states.channel = replace(states.channel, trust=replace(states.channel.trust, rule_version=1))
    assert judged(states, ask_measure()) is Code.TYPE
    for e in (ask(), delivered(), received()):
        states.then(e, NOW)
    assert judged(states, refuse(measure_ground="papers_incomplete")) is Code.TYPE
    assert judged(states, refuse()) is None


def test_measures_are_asked_for_and_refused_from_rule_version_2_on() -> None:
    states = with_lead()
    states.channel = replace(states.channel, trust=replace(states.channel.trust, rule_version=2))
    for e in (ask_measure(), delivered(), received()):
        states.then(e, NOW)
    assert judged(states, refuse(measure_ground="not_our_territory", right_unit=OWNER)) is None


def test_only_a_measure_request_is_sent_back_for_its_papers() -> None:
    assert judged(arrived(ask()), request_completion()) is Code.STATE


def test_complete_papers_leave_one_answer_but_a_yes() -> None:
    """六个严禁 (4): "incomplete" only once papers were asked for, an information ground never (MECHANISM 3.17)."""
    incomplete, elsewhere = {"measure_ground": "papers_incomplete"}, {"measure_ground": "not_our_territory"}
    assert judged(arrived(ask_measure()), refuse(**incomplete)) is Code.STATE
    assert judged(arrived(ask_measure()), refuse(ground="not_held")) is Code.STATE
    assert judged(arrived(ask_measure()), refuse(**elsewhere, right_unit=OWNER)) is None
    states = arrived(ask_measure())
    for e in (request_completion(), complete()):
        states.then(e, NOW)
    assert states.then(refuse(**incomplete), NOW).status is Status.REFUSED


def test_every_paper_that_was_asked_for_must_come() -> None:
    states = arrived(ask_measure())
    states.then(request_completion("police_id_copy", "search_warrant"), NOW)
    assert judged(states, complete("search_warrant")) is Code.BASIS
    states.then(complete("police_id_copy", "search_warrant"), NOW + DAY)
    state = states.state("enquiry", ENQUIRY)
    assert (state.missing, state.completions, state.clock_from) == ((), 1, NOW + DAY)


def test_the_clock_of_the_answer_stops_for_completion_and_starts_anew() -> None:
    states = arrived(ask_measure())
    states.then(request_completion(), NOW)
    found = due(states.state("enquiry", ENQUIRY), CALENDAR, Clock())
    assert found is not None
    assert (found.kind, found.owner, format_time(found.at)) == (Duty.COMPLETE, True, "2021-05-21T16:00:00.000Z")
    states.then(complete(), NOW + 5 * DAY)
    found = due(states.state("enquiry", ENQUIRY), CALENDAR, Clock())
    assert found is not None
    assert (found.kind, format_time(found.at)) == (Duty.ANSWER, "2021-05-18T16:00:00.000Z")


def test_an_interim_word_puts_the_answer_off_and_the_second_takes_an_approver() -> None:
    states = at_status(Status.IN_PROGRESS)
    states.then(interim("2021-05-20"), NOW)
    found = due(states.state("enquiry", ENQUIRY), CALENDAR, Clock())
    assert found is not None
    assert format_time(found.at) == "2021-05-20T16:00:00.000Z"
    assert judged(states, interim("2021-05-21")) is Code.SIGNATURES
    assert states.state("enquiry", ENQUIRY).interims == 1
    state = states.then(interim_of_two("2021-05-21"), NOW)
    assert (state.due_on, state.interims) == ("2021-05-21", 2)
    assert [enquiry.needs(e) for e in (interim(), interim_of_two())] == [Sign.ONE, Sign.TWO]


def test_an_interim_word_never_brings_the_answer_forward_nor_beyond_a_hearing() -> None:
    states = with_lead()
    asked = ask(needed_by="2021-05-18", needed_reason="hearing")
    for e in (asked, delivered(), received(), undertake(), interim("2021-05-07")):
        states.then(e, NOW)
    found = due(states.state("enquiry", ENQUIRY), CALENDAR, Clock())
    assert found is not None
    assert format_time(found.at) == "2021-05-13T16:00:00.000Z"
    states.then(interim_of_two("2021-05-20"), NOW)
    found = due(states.state("enquiry", ENQUIRY), CALENDAR, Clock())
    assert found is not None
    assert format_time(found.at) == "2021-05-18T16:00:00.000Z"


def test_an_interim_word_comes_before_the_answer_is_due() -> None:
    """By the calendar that stands in the channel; where no year is published nobody can say that it is late."""
    states, late = at_status(Status.IN_PROGRESS), parse_time("2021-05-13T16:00:00.000Z")
    assert judged(states, interim("2021-05-20"), late) is None
    dated = at_status(Status.IN_PROGRESS)
    years = [{"year": 2021, "holidays": [], "workdays": []}]
    trust = replace(dated.channel.trust, policy={"calendar": years})
    dated.channel = replace(dated.channel, trust=trust)
    assert judged(dated, interim("2021-05-20"), late) is Code.STATE
    assert judged(dated, interim("2021-05-20"), late - 1) is None


def test_a_correction_is_acknowledged_within_3_days() -> None:
    states = at_status(Status.ANSWERED)
    states.then(correct(), NOW)
    found = due(states.state("enquiry", ENQUIRY), CALENDAR, Clock())
    assert found is not None
    assert (found.kind, found.owner, format_time(found.at)) == (Duty.ACKNOWLEDGE, True, "2021-05-10T16:00:00.000Z")
    states.then(acknowledge(), NOW)
    assert due(states.state("enquiry", ENQUIRY), CALENDAR, Clock()) is None


def test_a_corrected_record_is_flagged_as_sealed_too() -> None:
    states = with_lead()
    nothing = [{"no": no, "code": "nothing_held"} for no in (1, 2)]
    for e in (ask(purpose="record"), delivered(), received(), undertake(), answer(nothing)):
        states.then(e, NOW)
    assert judged(states, correct()) is Code.SHAPE
    assert states.then(correct(sealed_record=True), NOW).sealed_record
