"""系统核算 on invented histories: what is counted, in which period, once, and from which events (FIELDS 6.10)."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from contracts import enquiry, enquiry_course, lead, liaison, operation, oversight, pairing, pairing_course, report
from contracts.calendar import CALENDARS
from contracts.channels import Place
from contracts.liaison_terms import Audience, Partner
from contracts.profile import compact
from contracts.report_figures import ByPurpose, Figure, OutcomeFigures
from contracts.trust import Heartbeat
from contracts.vocabulary import Purpose
from services.domain import periods, results
from services.domain.channel import Channel
from services.domain.clocks import parse_time
from services.domain.figures import Computed, History, Said, Source, compute, kept
from tests.support.papers import ASKED_SUMMARY, LEAD_SUMMARY, OUTCOME_SUMMARY, REPLY, content, draft
from tests.support.reports import FIGURE, OUTCOME, PERIOD, TABLE, read_table
from tests.support.reports import said as paper_of
from tests.support.states import AUTHOR, INTAKE, OTHER, OWNER
from tests.support.states import channel as between

NEXT = "2021-05"
THIRD = "411381000001"
"""Another county of the same province."""
YEARS = [{"year": 2021, "holidays": list(CALENDARS[2021].holidays), "workdays": list(CALENDARS[2021].workdays)}]
LAST_DAY = "2021-04-30T15:59:59.999Z"
ACROSS = "b" * 52
PLAN = {"kind": "action_plan", "classification": "work_secret", "urgency": "routine"}
WEEK = "2021-04-12T02:00:00.000Z"
"""Monday, 10:00 at +08:00."""


def channel(id_: str = "a" * 52, other: str = OTHER, **changes: Any) -> Channel:
    """The county's pairing with a city, by the calendar of 2021, in force since March."""
    made = between()
    trust = replace(made.trust, policy={"calendar": YEARS})
    assert made.terms is not None
    terms = replace(made.terms, valid_from=parse_time("2021-03-15T00:00:00.000Z"))
    return replace(made, id=id_, members=(OWNER, other), trust=trust, terms=terms, **changes)


def said(at: str, event: Any, summary: dict[str, Any], unit: str = OWNER, about: str = "1", **changes: Any) -> Said:
    subject = f"{about:0>8}-0000-4000-8000-000000000000"
    has = event is lead.OutcomeRecorded and summary["stage"] != "nothing_found"
    made = draft(event, summary, unit, subject, **({"content": content(event, OTHER)} if has else {}))
    digest = changes.get("digest") or uuid4().hex * 2
    return Said(parse_time(at), replace(made, digest=digest, channel=changes.get("channel", "a" * 52)))


def lead_of(unit: str = OWNER, at: str = WEEK, about: str = "1", **changes: Any) -> Said:
    named = {"category": changes.pop("category", "parcel"), "persons": []}
    return said(at, lead.Shared, {**LEAD_SUMMARY, **named}, unit, about, **changes)


def outcome(unit: str = OTHER, at: str = WEEK, about: str = "1", **changes: Any) -> Said:
    place = {name: changes.pop(name) for name in ("digest", "channel") if name in changes}
    summary = {**OUTCOME_SUMMARY, "stage": "coercive_measure", "persons": 2, **changes}
    return said(
        at, lead.OutcomeRecorded, {name: v for name, v in summary.items() if v is not None}, unit, about, **place
    )


def counted(events: Iterable[Said], unit: str = OWNER, period: str = PERIOD, more: Iterable[History] = ()) -> Computed:
    return compute(unit, period, [History(channel(), list(events)), *more])


def values(found: Computed) -> dict[str, str]:
    """Indicator, and role, substance and measure where it has them -> value, those of outcomes among them."""
    figures = [*found.figures, *results.figures_of(results.derived(found.outcomes))]
    return {" ".join(part for part in one.key if part): one.value for one in figures}


# -- leads -------------------------------------------------------------------------------------------------------------


def test_leads_are_counted_by_purpose_for_each_side() -> None:
    events = [
        lead_of(),
        lead_of(about="2", category="transit"),
        lead_of(OTHER, about="3"),
        said(WEEK, lead.Accepted, {"officer": AUTHOR, "next_feedback_on": "2021-05-01"}, OTHER, "1"),
        said(WEEK, lead.Declined, {"ground": "cannot_act"}, OTHER, "2"),
        said(WEEK, lead.Closed, {"officer": AUTHOR}, OWNER, "1"),
    ]
    ours = counted(events)
    assert values(ours) == {"leads_sent": "2", "leads_received": "1"}
    (received, sent) = ours.figures
    assert sent.by is not None
    assert {purpose.value: int(part) for purpose, part in sent.by.parts().items()} == {"parcel": 1, "transit": 1}
    assert received.by is not None
    theirs = counted(events, OTHER)
    assert values(theirs) == {
        "leads_sent": "1",
        "leads_received": "2",
        "leads_accepted": "1",
        "leads_declined": "1",
        "leads_closed": "1",
    }


def test_what_is_said_about_a_lead_that_never_stood_is_not_counted() -> None:
    accepted = said(WEEK, lead.Accepted, {"officer": AUTHOR, "next_feedback_on": "2021-05-01"}, OTHER, "1")
    assert counted([accepted, outcome()]) == Computed()


def test_nothing_found_is_counted_once_whoever_says_it_how_often() -> None:
    use = {"officer": AUTHOR, "use": "nothing_found", "next_feedback_on": "2021-05-01", "persons_count": 0}
    events = [
        lead_of(),
        said(WEEK, lead.FeedbackGiven, {**use, "use": "useful"}, OTHER),
        said(WEEK, lead.FeedbackGiven, use, OTHER),
        said(WEEK, lead.FeedbackGiven, use, OTHER),
        outcome(stage="nothing_found", persons=None),
        lead_of(about="2"),
        outcome(about="2", stage="nothing_found", persons=None),
        lead_of(about="3"),
        said(WEEK, lead.FeedbackGiven, use, OTHER, "3"),
        lead_of(about="4"),
        said(WEEK, lead.FeedbackGiven, {**use, "use": "useful"}, OTHER, "4"),
        lead_of(about="5"),
        said(WEEK, lead.FeedbackGiven, use, OTHER, "5"),
    ]
    assert values(counted(events, OTHER))["leads_nothing_found"] == "4"
    assert "leads_nothing_found" not in values(counted(events))


@pytest.mark.parametrize(
    ("at", "period", "there"),
    [
        ("2021-02-28T15:59:59.999Z", PERIOD, False),
        ("2021-02-28T16:00:00.000Z", PERIOD, True),
        (LAST_DAY, PERIOD, True),
        ("2021-04-30T16:00:00.000Z", PERIOD, False),
        ("2021-04-30T16:00:00.000Z", NEXT, True),
    ],
)
def test_an_event_is_of_the_period_of_its_effective_time(at: str, period: str, there: bool) -> None:
    assert ("leads_sent" in values(counted([lead_of(at=at)], period=period))) is there


def test_a_figure_opens_to_its_events() -> None:
    events = [lead_of(), lead_of(about="2")]
    found = counted(events)
    assert {one.event for one in found.sources["leads_sent", "", "", ""]} == {one.draft.id for one in events}
    assert {one.subject for one in found.sources["leads_sent", "", "", ""]} == {one.draft.subject for one in events}


def test_what_is_kept_for_counting_holds_no_ciphertext_and_counts_the_same() -> None:
    events = [lead_of(), outcome()]
    light = [one for at, draft in events for one in kept(at, draft)]
    assert events[1].draft.data.content is not None
    assert light[1].draft.data.content is None
    assert counted(light) == counted(events)
    assert not [*kept(0, replace(events[0].draft, data=Heartbeat.model_construct()))]


MOVES: dict[str, Said] = {
    "lead": said(WEEK, lead.Withdrawn, {"officer": AUTHOR, "ground": "error"}),
    "enquiry": said(WEEK, enquiry.Asked, {**ASKED_SUMMARY}),
    "operation": said(WEEK, operation.Agreed, {"plan": "6" * 64}),
    "liaison": said(WEEK, liaison.ReportedIn, {"officer": INTAKE}),
    "pairing": said(WEEK, pairing.Ended, {"officer": AUTHOR}),
    "oversight": said(WEEK, report.ReportAccepted, {"officer": AUTHOR, "version": 1}),
}


@pytest.mark.parametrize("context", MOVES)
def test_what_a_figure_may_ask_about_is_kept(context: str) -> None:
    (light,) = kept(*MOVES[context])
    assert (light.draft.context, light.at) == (context, MOVES[context].at)


def test_what_is_kept_for_counting_holds_no_papers() -> None:
    table = {**TABLE, "contributions": [], "missing": [THIRD]}
    (paper,) = kept(0, paper_of(report.ReportSubmitted, OWNER, table, {}))
    (told,) = kept(*lead_of())
    assert (paper.draft.data.approval, paper.draft.data.embedded, told.draft.data.approval) == (None, None, None)


# -- enquiries ---------------------------------------------------------------------------------------------------------


def asked(at: str = WEEK, unit: str = OWNER, about: str = "7", **changes: Any) -> Said:
    summary = {**ASKED_SUMMARY, "lead": f"{'1':0>8}-0000-4000-8000-000000000000", **changes}
    return said(at, enquiry.Asked, {name: v for name, v in summary.items() if v is not None}, unit, about)


def answer(at: str, items: tuple[int, ...] = (1, 2), about: str = "7") -> Said:
    answers = [{"no": no, "code": "nothing_held"} for no in items]
    return said(
        at, enquiry.Answered, {**REPLY, "officer": AUTHOR, "answers": answers, "persons_count": 0}, OTHER, about
    )


def undertaken(at: str = WEEK, about: str = "7") -> list[Said]:
    return [
        said(at, enquiry.Delivered, {}, OTHER, about),
        said(at, enquiry.Received, {"officer": INTAKE}, OTHER, about),
        said(at, enquiry.Undertaken, {"officer": INTAKE}, OTHER, about),
    ]


def test_what_is_due_at_the_last_midnight_is_late_in_the_next_period() -> None:
    """The 7th day after 23 April ends where April does."""
    at = "2021-04-23T02:00:00.000Z"
    events = [lead_of(at=at), asked(at), *undertaken(at)]
    assert "enquiries_overdue" not in values(counted(events, OTHER))
    assert values(counted(events, OTHER, NEXT))["enquiries_overdue"] == "1"


def test_nothing_is_late_while_the_asker_has_to_complete_it() -> None:
    request = {"officer": INTAKE, "missing": ["search_warrant"]}
    incomplete = said(WEEK, enquiry_course.CompletionRequested, request, OTHER, "7")
    events = [lead_of(), asked(), *undertaken()[:2], incomplete]
    assert values(counted(events, OTHER)) == {"leads_received": "1", "enquiries_received": "1"}


DUE = "2021-04-19T16:00:00.000Z"
"""24:00 of the 7th day after 12 April 2021."""
ANSWERS: dict[str, tuple[list[Said], dict[str, str]]] = {
    "in time": ([answer("2021-04-19T15:59:59.999Z")], {"enquiries_in_time": "1"}),
    "late": ([answer(DUE)], {"enquiries_overdue": "1"}),
    "never": ([], {"enquiries_overdue": "1"}),
    "half of it": ([answer("2021-04-13T02:00:00.000Z", (1,))], {"enquiries_overdue": "1"}),
    "the rest in time": (
        [answer("2021-04-13T02:00:00.000Z", (1,)), answer("2021-04-14T02:00:00.000Z", (2,))],
        {"enquiries_in_time": "1"},
    ),
    "refused in time": (
        [said("2021-04-13T02:00:00.000Z", enquiry.Refused, {**REPLY, "ground": "not_held"}, OTHER, "7")],
        {"enquiries_in_time": "1"},
    ),
    "cancelled in time": (
        [said("2021-04-13T02:00:00.000Z", enquiry.Cancelled, {"officer": AUTHOR, "ground": "error"}, OWNER, "7")],
        {},
    ),
    "late and then cancelled": (
        [said("2021-04-20T02:00:00.000Z", enquiry.Cancelled, {"officer": AUTHOR, "ground": "error"}, OWNER, "7")],
        {"enquiries_overdue": "1"},
    ),
    "put off, then in time": (
        [
            said(
                "2021-04-18T02:00:00.000Z",
                enquiry_course.InterimGiven,
                {"officer": AUTHOR, "reason": "court", "due_on": "2021-04-25"},
                OTHER,
                "7",
            ),
            answer("2021-04-25T02:00:00.000Z"),
        ],
        {"enquiries_in_time": "1"},
    ),
}


@pytest.mark.parametrize(("later", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_an_enquiry_is_in_time_where_it_was_answered_and_overdue_where_it_was_due(
    later: list[Said], expected: dict[str, str]
) -> None:
    events = [lead_of(), asked(), *undertaken(), *later]
    assert values(counted(events, OTHER)) == {"leads_received": "1", "enquiries_received": "1", **expected}
    assert values(counted(events)) == {"leads_sent": "1", "enquiries_sent": "1"}


def test_an_answer_of_the_next_period_that_was_due_in_this_one_is_overdue_in_this_one_alone() -> None:
    events = [lead_of(), asked(), *undertaken(), answer("2021-05-10T02:00:00.000Z")]
    assert values(counted(events, OTHER))["enquiries_overdue"] == "1"
    assert values(counted(events, OTHER, NEXT)) == {}


def test_an_enquiry_that_is_due_after_the_period_is_not_yet_anything() -> None:
    events = [lead_of(), asked("2021-04-29T02:00:00.000Z"), *undertaken("2021-04-29T02:00:00.000Z")]
    assert "enquiries_overdue" not in values(counted(events, OTHER))
    assert values(counted(events, OTHER, NEXT))["enquiries_overdue"] == "1"


def test_nothing_is_late_by_a_calendar_that_nobody_published() -> None:
    made = channel()
    bare = replace(made, trust=replace(made.trust, policy={}))
    events = [lead_of(), asked(), *undertaken(), answer("2021-04-29T02:00:00.000Z")]
    assert values(compute(OTHER, PERIOD, [History(bare, events)]))["enquiries_in_time"] == "1"
    assert "enquiries_overdue" not in values(compute(OTHER, PERIOD, [History(bare, events[:-1])]))


def test_an_enquiry_in_a_case_is_of_the_purpose_of_the_case() -> None:
    basis = {"kind": "criminal_case", "organ": OWNER, "date": "2021-04-01"}
    found = counted([asked(lead=None, case={"category": "transit", "basis": basis})])
    assert found.figures[0].by is not None
    assert list(found.figures[0].by.parts()) == ["transit"]


def test_an_enquiry_about_a_lead_is_of_the_purpose_of_the_lead() -> None:
    (figure, _) = counted([lead_of(category="transit"), asked()]).figures
    assert (figure.indicator, figure.by) == ("enquiries_sent", ByPurpose(transit="1"))


@pytest.mark.parametrize("later", [[], [answer(DUE)]], ids=["never answered", "answered late"])
def test_what_is_overdue_opens_to_the_question(later: list[Said]) -> None:
    question = asked()
    found = counted([lead_of(), question, *undertaken(), *later], OTHER)
    assert [one.event for one in found.sources["enquiries_overdue", "", "", ""]] == [question.draft.id]


def test_an_enquiry_about_a_lead_that_never_stood_is_of_no_purpose() -> None:
    (figure,) = counted([asked()]).figures
    assert (figure.indicator, figure.value, figure.by) == ("enquiries_sent", "1", None)


# -- outcomes ----------------------------------------------------------------------------------------------------------


def test_one_arrest_reported_by_both_sides_counts_once_with_the_roles_side_by_side() -> None:
    """Each shared a lead with the other, each records the outcome under the one id (FIELDS 6.6)."""
    events = [lead_of(), lead_of(OTHER, about="2"), outcome(), outcome(OWNER, about="2")]
    assert values(counted(events)) == {
        "leads_sent": "1",
        "leads_received": "1",
        "persons_measured": "2",
        "persons_measured provided_lead": "2",
    }
    assert {one: n for one, n in values(counted(events, OTHER)).items() if "persons" in one} == {
        "persons_measured": "2",
        "persons_measured led": "2",
    }


def test_the_same_outcome_in_two_channels_counts_once() -> None:
    across = History(
        channel(ACROSS, THIRD), [lead_of(channel=ACROSS), outcome(THIRD, at="2021-04-13T02:00:00.000Z", channel=ACROSS)]
    )
    found = counted([lead_of(), outcome()], more=[across])
    assert values(found)["persons_measured"] == "2"
    assert len(found.sources[found.outcomes[0].outcome_id,]) == 1


def test_a_restated_outcome_replaces_what_it_restates_in_the_period_of_that() -> None:
    first = outcome(digest="1" * 64, seized=[{"kind": "heroin", "quantity": "10", "unit": "g"}])
    again = outcome(
        at="2021-05-03T02:00:00.000Z",
        digest="2" * 64,
        replaces="1" * 64,
        persons=3,
        seized=[{"kind": "heroin", "quantity": "12.5", "unit": "g"}],
    )
    twice = outcome(at="2021-05-04T02:00:00.000Z", replaces="2" * 64, persons=1)
    of = {"persons_measured": "3", "drugs heroin kg": "0.0125"}
    found = values(counted([lead_of(), first, again]))
    assert {one: found[one] for one in of} == of
    assert values(counted([lead_of(), first, again], period=NEXT)) == {}
    last = values(counted([lead_of(), first, again, twice]))
    assert (last["persons_measured"], "drugs heroin kg" in last) == ("1", False)


def test_the_first_of_two_chains_says_number_and_purpose_and_all_of_it_is_behind_the_figure() -> None:
    """Digests do not run with time: the later record has the lower one."""
    first = outcome(digest="8" * 64)
    again = outcome(at="2021-04-13T02:00:00.000Z", digest="9" * 64, replaces="8" * 64, persons=3)
    later = outcome(OWNER, at="2021-04-14T02:00:00.000Z", about="2", digest="1" * 64, persons=5)
    found = counted([lead_of(), lead_of(OTHER, about="2", category="transit"), later, first, again])
    (one,) = found.outcomes
    assert (one.measured, one.purpose.value) == (3, "parcel")
    assert {behind.event for behind in found.sources[one.outcome_id,]} == {first.draft.id, again.draft.id}


def test_each_stage_counts_where_it_was_recorded_and_what_it_repeats_adds_nothing() -> None:
    grams = [{"kind": "heroin", "quantity": "10", "unit": "g"}]
    events = [
        lead_of(),
        outcome(stage="case_filed", persons=None),
        outcome(gangs=1, labs=2, seized=grams),
        outcome(at="2021-05-10T02:00:00.000Z", stage="investigation_concluded", gangs=1, seized=grams),
        outcome(at="2021-06-10T02:00:00.000Z", stage="sent_for_prosecution", persons=1, labs=2),
    ]
    totals = {one: n for one, n in values(counted(events)).items() if " provided" not in one}
    assert totals == {
        "leads_sent": "1",
        "cases_filed": "1",
        "persons_measured": "2",
        "gangs": "1",
        "labs": "2",
        "drugs heroin kg": "0.01",
    }
    after = {one: n for one, n in values(counted(events, period=NEXT)).items() if " provided" not in one}
    assert after == {"cases_solved": "1", "persons_prosecuted": "1"}


def test_of_another_period_an_outcome_has_no_row() -> None:
    events = [lead_of(), outcome()]
    assert len(counted(events).outcomes) == 1
    assert counted(events, period=NEXT).outcomes == ()


def test_an_outcome_that_credits_others_is_not_the_units() -> None:
    credit = [{"unit": OTHER, "role": "led"}, {"unit": THIRD, "role": "assisted"}]
    assert "persons_measured" not in values(counted([lead_of(), outcome(credit=credit)]))


def test_what_both_heads_confirmed_says_who_did_what() -> None:
    """O11: the credit of the agreed results stands above what a record says."""
    credit = [{"unit": OTHER, "role": "led"}, {"unit": OWNER, "role": "assisted"}]
    agreed = [
        said(
            WEEK,
            operation.ResultsProposed,
            {**REPLY, "results": [{"outcome_id": OUTCOME_SUMMARY["outcome_id"], "credit": credit}]},
            about="9",
            digest="5" * 64,
        ),
        said(WEEK, operation.ResultsAgreed, {"results": "5" * 64}, OTHER, "9"),
    ]
    both = counted([lead_of(), outcome(), *agreed])
    found = values(both)
    assert both.outcomes[0].unconfirmed is None
    assert counted([lead_of(), outcome(), agreed[0]]).outcomes[0].unconfirmed
    assert counted([lead_of(), outcome()]).outcomes[0].unconfirmed is None
    assert found["persons_measured assisted"] == "2"
    assert "persons_measured provided_lead" not in found
    unknown = said(WEEK, operation.ResultsAgreed, {"results": "6" * 64}, OTHER, "9")
    alone = values(counted([lead_of(), outcome(), agreed[0], unknown]))
    assert alone["persons_measured provided_lead"] == "2"


def test_of_two_confirmations_the_later_one_counts_in_whichever_channel_it_stands() -> None:
    """Channels are read in the order of their ids, not of what was said in them."""

    def agreed(at: str, role: str, channel: str) -> list[Said]:
        credit = [{"unit": OTHER, "role": "led"}, {"unit": OWNER, "role": role}]
        results = [{"outcome_id": OUTCOME_SUMMARY["outcome_id"], "credit": credit}]
        proposal = said(at, operation.ResultsProposed, {**REPLY, "results": results}, about="9", channel=channel)
        return [
            proposal,
            said(at, operation.ResultsAgreed, {"results": proposal.draft.digest}, OTHER, "9", channel=channel),
        ]

    across = History(channel(ACROSS, THIRD), agreed(WEEK, "assisted", ACROSS))
    late = agreed("2021-04-13T02:00:00.000Z", "provided_lead", "a" * 52)
    assert values(counted([lead_of(), outcome(), *late], more=[across]))["persons_measured provided_lead"] == "2"
    at_once = agreed(WEEK, "provided_lead", "a" * 52)
    assert values(counted([lead_of(), outcome(), *at_once], more=[across]))["persons_measured assisted"] == "2"


def test_quantities_are_in_the_reports_measures_and_lose_nothing() -> None:
    seized = [
        {"kind": "ephedrine", "quantity": "2", "unit": "kg"},
        {"kind": "heroin", "quantity": "0.0001", "unit": "g"},
        {"kind": "heroin", "quantity": "1", "unit": "kg"},
        {"kind": "ketamine", "quantity": "500", "unit": "ml"},
        {"kind": "mdma", "quantity": "30", "unit": "tablet"},
        {"kind": "opium_poppy", "quantity": "1200", "unit": "plant"},
    ]
    found = values(counted([lead_of(), outcome(seized=seized)]))
    assert {one: n for one, n in found.items() if one.split()[0] in {"drugs", "precursors", "plants"}} == {
        "precursors ephedrine kg": "2",
        "precursors provided_lead ephedrine kg": "2",
        "drugs heroin kg": "1.0000001",
        "drugs provided_lead heroin kg": "1.0000001",
        "drugs ketamine l": "0.5",
        "drugs provided_lead ketamine l": "0.5",
        "drugs mdma tablet": "30",
        "drugs provided_lead mdma tablet": "30",
        "plants opium_poppy plant": "1200",
        "plants provided_lead opium_poppy plant": "1200",
    }


def test_only_what_another_unit_of_the_province_may_report_too_is_shared() -> None:
    alone = counted([lead_of(), outcome()]).outcomes[0]
    credit = [
        {"unit": OTHER, "role": "led"},
        {"unit": OWNER, "role": "provided_lead"},
        {"unit": THIRD, "role": "assisted"},
    ]
    both = counted([lead_of(), outcome(credit=sorted(credit, key=lambda one: one["unit"]))]).outcomes[0]
    assert (alone.shared, both.shared) == (None, True)


# -- the rest ----------------------------------------------------------------------------------------------------------


def test_operations_and_the_days_of_officers_sent_out() -> None:
    """From 28 April to 3 May, two officers: three days in April, both ends counted, three in May."""
    team = {"team": "00000001-0000-4000-8000-00000000000a"}
    sent = {**PLAN, **team, "officers": [AUTHOR, INTAKE], "enquiry": team["team"], "weapons": False}
    events = [
        said(WEEK, operation.Agreed, {"plan": "6" * 64}, OTHER, "9"),
        said("2021-04-28T02:00:00.000Z", operation.TeamDispatched, sent, OWNER, "9"),
        said("2021-04-29T02:00:00.000Z", operation.Agreed, {"plan": "7" * 64}, OTHER, "9"),
        said("2021-05-03T02:00:00.000Z", operation.TeamReturned, {"officer": INTAKE, **team}, OWNER, "9"),
    ]
    assert values(counted(events)) == {"operations": "1", "team_days": "6"}
    assert values(counted(events, period=NEXT)) == {"team_days": "6"}
    assert values(counted(events[:-1], period=NEXT))["team_days"] == str(2 * 61)
    assert values(counted(events, OTHER)) == {"operations": "1"}
    last = said(LAST_DAY, operation.TeamDispatched, sent, OWNER, "9")
    assert values(counted([last])) == {"team_days": "2"}


def test_what_lies_ahead_is_in_no_figure_of_a_period_that_still_runs() -> None:
    """Two officers out since Monday, an enquiry due on the 19th: on Tuesday four days, and nothing is late."""
    team = {"team": "00000001-0000-4000-8000-00000000000a"}
    out = {**PLAN, **team, "officers": [AUTHOR, INTAKE], "enquiry": team["team"], "weapons": False}
    sent = said(WEEK, operation.TeamDispatched, out, OTHER, "9")
    history = History(channel(), [lead_of(), asked(), *undertaken(), sent])
    tuesday = compute(OTHER, PERIOD, [history], parse_time("2021-04-13T02:00:00.000Z"))
    assert values(tuesday) == {"leads_received": "1", "enquiries_received": "1", "team_days": "4"}
    assert "enquiries_overdue" not in values(compute(OTHER, PERIOD, [history], parse_time(DUE) - 1))
    assert values(compute(OTHER, PERIOD, [history], parse_time(DUE)))["enquiries_overdue"] == "1"
    assert compute(OTHER, PERIOD, [history], periods.end(PERIOD)) == compute(OTHER, PERIOD, [history])


def test_postings_and_outreach_of_the_unit_that_sends() -> None:
    members = ["00000001-0000-4000-8000-00000000000a", "00000002-0000-4000-8000-00000000000a"]
    offer = {
        "kind": "posting",
        "classification": "work_secret",
        "urgency": "routine",
        "seat": "330782",
        "start": "2021-04-01",
        "end": "2021-11-10",
        "leader": members[0],
        "members": members,
        "mandate": ["outreach"],
        "answer_by": WEEK,
    }
    told = {"audience": next(iter(Audience)).value, "partner": next(iter(Partner)).value}
    held = {"officer": members[0], "on": "2021-04-12", "division": "330782", **told}
    events = [
        said(WEEK, liaison.PostingOffered, offer, OWNER, "8"),
        said(WEEK, liaison.ReportedIn, {"officer": INTAKE}, OTHER, "8"),
        said(WEEK, liaison.OutreachHeld, {**held, "sessions": 2, "attended": 40, "leaflets": 5}, OWNER, "8"),
        said(WEEK, liaison.OutreachHeld, {**held, "sessions": 1, "attended": 10, "leaflets": 5}, OWNER, "8"),
    ]
    assert values(counted(events)) == {"postings": "1", "outreach_sessions": "3", "outreach_audience": "50"}
    assert values(counted(events, OTHER)) == {}


def test_supervisions_of_the_unit_and_not_of_its_superior() -> None:
    order = {"kind": "supervision", "classification": "work_secret", "urgency": "routine"}
    events = [
        said(WEEK, oversight.SupervisionOpened, {**order, "ground": "overdue", "about": [], "days": 7}, OTHER),
        said(WEEK, oversight.SupervisionClosed, {**order, "finding": "remedied"}, OTHER),
    ]
    above = History(channel(place=Place.SUPERVISION), events)
    assert values(compute(OWNER, PERIOD, [above])) == {"supervisions_opened": "1", "supervisions_closed": "1"}
    assert values(compute(OTHER, PERIOD, [above])) == {}


def test_a_pairing_sleeps_where_nothing_is_said_in_it_all_the_period() -> None:
    found = counted([lead_of()], period=NEXT)
    (figure,) = found.figures
    assert (figure.indicator, figure.value) == ("sleeping_pairings", "1")
    made = channel()
    source = Source(made.id, "pairing", made.pairing, made.pairing)
    assert found.sources["sleeping_pairings", "", "", ""] == (source,)
    assert values(compute(OWNER, NEXT, [History(replace(made, terms=None), [])])) == {}
    assert values(counted([lead_of()])) == {"leads_sent": "1"}
    assert values(counted([], period=PERIOD)) == {}  # it was not yet in force on the first day
    ended = said("2021-05-02T02:00:00.000Z", pairing.Ended, {"officer": AUTHOR})
    assert values(counted([lead_of(), ended], period=NEXT)) == {}
    for later in (periods.end(NEXT), parse_time("2021-07-02T02:00:00.000Z")):
        assert values(counted([lead_of(), ended._replace(at=later)], period=NEXT)) != {}


@pytest.mark.parametrize("context", MOVES)
def test_any_word_between_the_two_wakes_a_pairing(context: str) -> None:
    """What is said about the pairing itself or to a superior is none."""
    word = MOVES[context]._replace(at=parse_time("2021-05-12T02:00:00.000Z"))
    asleep = "sleeping_pairings" in values(counted([word], period=NEXT))
    assert asleep is (context == "oversight")


def test_a_pairing_whose_term_is_over_does_not_sleep_unless_it_was_renewed() -> None:
    made = channel()
    assert made.terms is not None
    over = replace(made, terms=replace(made.terms, valid_until=parse_time("2021-06-01T00:00:00.000Z")))
    renewed = said(WEEK, pairing_course.RenewalAccepted, {"offer": "6" * 64}, OTHER)
    assert values(compute(OWNER, NEXT, [History(over, [])])) == {}
    assert values(compute(OWNER, NEXT, [History(over, [renewed])])) == {"sleeping_pairings": "1"}


def test_a_pairing_in_force_from_midnight_to_midnight_was_in_force_all_the_period() -> None:
    made = channel()
    assert made.terms is not None
    whole = replace(made.terms, valid_from=periods.begin(NEXT), valid_until=periods.end(NEXT))
    assert values(compute(OWNER, NEXT, [History(replace(made, terms=whole), [])])) == {"sleeping_pairings": "1"}
    for short in (replace(whole, valid_from=whole.valid_from + 1), replace(whole, valid_until=whole.valid_until - 1)):
        assert values(compute(OWNER, NEXT, [History(replace(made, terms=short), [])])) == {}


def test_the_order_of_channels_changes_nothing() -> None:
    one = History(channel(), [lead_of(), outcome()])
    two = History(channel(ACROSS, THIRD), [lead_of(OTHER, channel=ACROSS, about="4")])
    assert compute(OWNER, PERIOD, [one, two]) == compute(OWNER, PERIOD, [two, one])


# -- sums --------------------------------------------------------------------------------------------------------------


def row(role: str, **changes: Any) -> OutcomeFigures:
    said = {"outcome_id": OUTCOME_SUMMARY["outcome_id"], "purpose": "parcel", "roles": [role], "measured": 2, **changes}
    return OutcomeFigures.model_validate_json(compact(said))


def figure(**said: Any) -> Figure:
    return Figure.model_validate_json(compact({"indicator": "leads_sent", **said}))


def shown(figures: Iterable[Figure]) -> dict[str, str]:
    return {" ".join(part for part in one.key if part): one.value for one in figures}


def test_a_county_reports_outcomes_and_a_prefecture_their_figures() -> None:
    """What follows from a county's outcomes it does not say once more; a prefecture's sums stand as they are."""
    said = {**TABLE, "figures": [FIGURE], "outcomes": [{**OUTCOME, "shared": True}]}
    county = read_table(report.ContributionSealed.TYPE, {**said, "categories": []})
    assert shown(results.whole(county)) == {
        "leads_sent": "3",
        "persons_measured": "2",
        "persons_measured provided_lead": "2",
        "drugs heroin kg": "0.012",
        "drugs provided_lead heroin kg": "0.012",
    }
    city = read_table(report.ReportSubmitted.TYPE, {**said, "contributions": [], "missing": [THIRD]})
    assert shown(results.whole(city)) == {"leads_sent": "3"}


def test_a_prefecture_counts_the_outcome_of_two_counties_once() -> None:
    tables = {
        OWNER: ([figure(value="2", by={"parcel": "2"})], [row("provided_lead", shared=True)]),
        THIRD: (
            [figure(value="1", by={"transit": "1"})],
            [row("assisted", shared=True), row("led", outcome_id="33330000-0000-4000-8000-000000000002", gangs=1)],
        ),
    }
    figures, shared = results.summed(tables)
    assert shown(figures) == {
        "leads_sent": "3",
        "gangs": "1",
        "gangs led": "1",
        "persons_measured": "4",
        "persons_measured assisted": "2",
        "persons_measured led": "2",
        "persons_measured provided_lead": "2",
    }
    (one,) = shared
    assert one.roles == ("assisted", "provided_lead")


def test_where_two_say_different_numbers_the_unit_that_led_is_heard() -> None:
    tables = {
        "411100000001": [row("assisted", measured=5, gangs=1, unconfirmed=True)],
        "411200000001": [row("led", measured=2)],
    }
    (one,) = results.merged(tables)
    assert (one.measured, one.gangs, one.roles, one.unconfirmed) == (2, 1, ("assisted", "led"), True)
    (one,) = results.merged({"411100000001": [row("assisted", measured=5)], "411100000000": [row("assisted")]})
    assert one.measured == 2


def test_a_province_counts_what_two_prefectures_report_once() -> None:
    rows = {unit: [row("assisted", shared=True)] for unit in ("411100000001", "411200000001")}
    alone = [row("led", outcome_id="33330000-0000-4000-8000-000000000002", measured=7)]
    reports = {unit: results.summed({unit: ([figure(value="1")], found)}) for unit, found in rows.items()}
    reports["411300000001"] = results.summed({"411300000001": ([figure(value="1")], alone)})
    assert shown(results.totals(reports)) == {
        "leads_sent": "3",
        "persons_measured": "9",
        "persons_measured assisted": "2",
        "persons_measured led": "7",
    }


def test_figures_that_are_nothing_are_left_out() -> None:
    cells: results.Cells = {}
    results.add(cells, ("gangs", "", "", ""), None, Decimal(0))
    assert results.figures_of(cells) == ()
    results.add(cells, ("gangs", "", "", ""), Purpose.PARCEL, Decimal(0))
    results.add(cells, ("gangs", "", "", ""), Purpose.TRANSIT, Decimal(1))
    (one,) = results.figures_of(cells)
    assert one.by == ByPurpose(transit="1")
    assert counted([], period="2021-09").figures[0].indicator == "sleeping_pairings"
