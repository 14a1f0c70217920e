"""Rows R1-R5 of MECHANISM 1.6: each passes once and is refused once; levels, periods, versions, differences, clocks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.calendar import CALENDARS, Calendar
from contracts.channels import NEWEST, OPEN_TYPES, Place
from contracts.envelope import Draft
from contracts.profile import compact
from contracts.refusals import Code
from contracts.report import (
    ContributionReturned,
    ContributionSealed,
    ReportAccepted,
    ReportRestated,
    ReportReturned,
    ReportSubmitted,
    subject_of,
)
from contracts.report_figures import ByPurpose, OutcomeFigures
from services.domain import oversight, oversight_dues, periods, report, results
from services.domain.clocks import Clock, format_time, parse_time
from services.domain.obligations import Duty, due
from services.domain.oversight import Status
from services.domain.report import RULES
from services.domain.rules import Sign
from services.domain.trust import Unit
from services.views.codec import from_json, to_json
from services.views.inbox import Item, Kind, Unreported, unreported
from services.views.oversight import OVERSIGHT, Concern
from tests.support.papers import draft
from tests.support.reports import FIGURE, OUTCOME, PERIOD, TABLE, said
from tests.support.states import AUTHOR, NOW, FakeStates, judged
from tests.support.states import OTHER as SUPERIOR
from tests.support.states import OWNER as UNIT

pytestmark = pytest.mark.usefixtures("unsigned")

CALENDAR = Calendar(CALENDARS.values())
POLICY = {"rule_version": 3, "calendar": []}
XINCAI, DENGZHOU = "411729000001", "411381000001"
DIGEST = "4" * 64
COUNTY = {**TABLE, "figures": [FIGURE], "outcomes": [OUTCOME], "categories": ["cultivation", "outflow_trafficking"]}
CONTRIBUTION = {"unit": XINCAI, "version": 1, "digest": DIGEST}
CITY = {**TABLE, "figures": [FIGURE], "contributions": [CONTRIBUTION], "missing": [DENGZHOU]}
MORE = {**FIGURE, "value": "4", "by": {"parcel": "3", "transit": "1"}}
CHANGE = {"indicator": "leads_sent", "before": "3", "after": "4"}
RESTATED = {**CITY, "figures": [MORE], "difference": [CHANGE]}
CELL = {"indicator": "leads_sent"}
POINTED = {"figure": CELL, "event": OUTCOME["outcome_id"], "reason": "missing"}


def contribute(unit: str = UNIT, table: Any = None, **changes: Any) -> Draft[Any]:
    return said(ContributionSealed, unit, {**COUNTY, **(table or {})}, POLICY, **changes)


def submit(unit: str = UNIT, table: Any = None, **changes: Any) -> Draft[Any]:
    return said(ReportSubmitted, unit, {**CITY, **(table or {})}, POLICY, **changes)


def restate(unit: str = UNIT, table: Any = None, **changes: Any) -> Draft[Any]:
    given = {"version": 2, "cause": "contribution_corrected", **changes}
    return said(ReportRestated, unit, {**RESTATED, **(table or {})}, POLICY, **given)


def answered(said_: Any, unit: str, version: int, **more: Any) -> Draft[Any]:
    return draft(said_, {"officer": AUTHOR, "version": version, **more}, unit, subject_of(UNIT, PERIOD))


def send_back(unit: str = SUPERIOR, version: int = 1) -> Draft[Any]:
    return answered(ContributionReturned, unit, version, **POINTED)


def accept(unit: str = SUPERIOR, version: int = 1) -> Draft[Any]:
    return answered(ReportAccepted, unit, version)


def reject(unit: str = SUPERIOR, version: int = 1) -> Draft[Any]:
    return answered(ReportReturned, unit, version, **POINTED)


def between(superior: tuple[str, ...]) -> FakeStates:
    """A unit's channel with its superior, which answers for ``superior``: 新蔡县 under its prefecture, or that."""
    states = FakeStates()
    own = PREFECTURE if superior == PROVINCE else COUNTY_CODE
    units = {UNIT: Unit(SUPERIOR, own), SUPERIOR: Unit("", superior)}
    trust = replace(states.channel.trust, units=units, policy=POLICY)
    states.channel = replace(
        states.channel, place=Place.SUPERVISION, members=(UNIT, SUPERIOR), trust=trust, pairing="", terms=None
    )
    return states


COUNTY_CODE, PREFECTURE, PROVINCE = ("411729",), ("411700",), ("410000",)
PATHS: dict[Status, tuple[tuple[str, ...], list[Callable[[], Draft[Any]]]]] = {
    Status.CONTRIBUTED: (PREFECTURE, [contribute]),
    Status.TO_CORRECT: (PREFECTURE, [contribute, send_back]),
    Status.SUBMITTED: (PROVINCE, [submit]),
    Status.ACCEPTED: (PROVINCE, [submit, accept]),
    Status.RETURNED: (PROVINCE, [submit, reject]),
    Status.RESTATED: (PROVINCE, [submit, accept, restate]),
}
"""Whom the unit reports to, and how the report comes to each status."""


def at_status(status: Status, superior: tuple[str, ...] = PREFECTURE) -> FakeStates:
    above, steps = PATHS.get(status, (superior, []))
    states = between(above)
    for step in steps:
        states.then(step(), NOW)
    assert states.state("oversight", subject_of(UNIT, PERIOD)).status is status
    return states


Row = tuple[Status, tuple[str, ...], Callable[[], Draft[Any]]]
PASSES: dict[str, tuple[Row, Status]] = {
    "R1 a county reports": ((Status.ABSENT, PREFECTURE, contribute), Status.CONTRIBUTED),
    "R1 and again when it has corrected": (
        (Status.TO_CORRECT, PREFECTURE, lambda: contribute(version=2)),
        Status.CONTRIBUTED,
    ),
    "R2 the prefecture points to a figure and an event": (
        (Status.CONTRIBUTED, PREFECTURE, send_back),
        Status.TO_CORRECT,
    ),
    "R3 a prefecture reports": ((Status.ABSENT, PROVINCE, submit), Status.SUBMITTED),
    "R3 and again what came back": ((Status.RETURNED, PROVINCE, lambda: submit(version=2)), Status.SUBMITTED),
    "R4 the province accepts": ((Status.SUBMITTED, PROVINCE, accept), Status.ACCEPTED),
    "R4 or sends it back": ((Status.SUBMITTED, PROVINCE, reject), Status.RETURNED),
    "R5 an accepted report is restated": ((Status.ACCEPTED, PROVINCE, restate), Status.RESTATED),
    "R5 and once more": (
        (
            Status.RESTATED,
            PROVINCE,
            lambda: restate(
                version=3, table={"figures": [FIGURE], "difference": [{**CHANGE, "before": "4", "after": "3"}]}
            ),
        ),
        Status.RESTATED,
    ),
}
REFUSALS: dict[str, tuple[Row, Code]] = {
    "R1 not while the period runs": ((Status.ABSENT, PREFECTURE, lambda: contribute(period="2021-05")), Code.STATE),
    "R1 a county does not report to the province as if it were a prefecture": (
        (Status.ABSENT, PREFECTURE, submit),
        Code.WRONG_SIDE,
    ),
    "R1 the superior does not report for its unit": (
        (Status.ABSENT, PREFECTURE, lambda: contribute(SUPERIOR)),
        Code.WRONG_SIDE,
    ),
    "R1 nobody reports for another unit": (
        (Status.ABSENT, PREFECTURE, lambda: contribute(unit=UNIT, subject=subject_of(XINCAI, PERIOD))),
        Code.SHAPE,
    ),
    "R1 nor names another one": (
        (Status.ABSENT, PREFECTURE, lambda: replace(contribute(XINCAI), source=UNIT)),
        Code.SHAPE,
    ),
    "R1 one report for one period": ((Status.CONTRIBUTED, PREFECTURE, lambda: contribute(version=2)), Code.STATE),
    "R1 versions are counted": ((Status.TO_CORRECT, PREFECTURE, contribute), Code.STATE),
    "R1 by the policy in force": ((Status.ABSENT, PREFECTURE, lambda: contribute(policy="0" * 64)), Code.STATE),
    "R1 in the categories of the annex": (
        (Status.ABSENT, PREFECTURE, lambda: contribute(table={"categories": []})),
        Code.SHAPE,
    ),
    "R2 a county returns nothing to itself": (
        (Status.CONTRIBUTED, PREFECTURE, lambda: send_back(UNIT)),
        Code.WRONG_SIDE,
    ),
    "R2 of the version that stands": ((Status.CONTRIBUTED, PREFECTURE, lambda: send_back(version=2)), Code.STATE),
    "R2 once": ((Status.TO_CORRECT, PREFECTURE, send_back), Code.STATE),
    "R3 a prefecture has no prefecture": ((Status.ABSENT, PROVINCE, contribute), Code.WRONG_SIDE),
    "R3 not while the period runs": ((Status.ABSENT, PROVINCE, lambda: submit(period="2021-05")), Code.STATE),
    "R3 of its counties, not of itself": (
        (Status.ABSENT, PROVINCE, lambda: submit(table={"missing": [UNIT]})),
        Code.SHAPE,
    ),
    "R3 nor of itself in its own words": (
        (Status.ABSENT, PROVINCE, lambda: submit(table={"contributions": [{**CONTRIBUTION, "unit": UNIT}]})),
        Code.SHAPE,
    ),
    "R3 what is shared is in the sums": (
        (Status.ABSENT, PROVINCE, lambda: submit(table={"outcomes": [{**OUTCOME, "shared": True}]})),
        Code.SHAPE,
    ),
    "R4 the prefecture does not accept its own": ((Status.SUBMITTED, PROVINCE, lambda: accept(UNIT)), Code.WRONG_SIDE),
    "R4 of the version that stands": ((Status.SUBMITTED, PROVINCE, lambda: accept(version=2)), Code.STATE),
    "R4 returned by the province alone": ((Status.SUBMITTED, PROVINCE, lambda: reject(UNIT)), Code.WRONG_SIDE),
    "R5 not before it is accepted": ((Status.SUBMITTED, PROVINCE, restate), Code.STATE),
    "R5 versions are counted": ((Status.ACCEPTED, PROVINCE, lambda: restate(version=3)), Code.STATE),
    "R5 the difference is what changed": (
        (Status.ACCEPTED, PROVINCE, lambda: restate(table={"difference": [{**CHANGE, "before": "2"}]})),
        Code.SHAPE,
    ),
    "R5 by the prefecture": (
        (Status.ACCEPTED, PROVINCE, lambda: restate(SUPERIOR, subject=subject_of(UNIT, PERIOD))),
        Code.WRONG_SIDE,
    ),
}


@pytest.mark.parametrize(("row", "after"), PASSES.values(), ids=PASSES)
def test_a_row_passes(row: Row, after: Status) -> None:
    before, superior, event = row
    assert at_status(before, superior).then(event(), NOW).status is after


@pytest.mark.parametrize(("row", "code"), REFUSALS.values(), ids=REFUSALS)
def test_a_row_refuses(row: Row, code: Code) -> None:
    before, superior, event = row
    assert judged(at_status(before, superior), event()) is code


def test_every_row_has_an_example_that_passes_and_one_that_is_refused() -> None:
    for table in (PASSES, REFUSALS):
        assert {type(row[2]().data) for row, _ in table.values()} == set(RULES)


@pytest.mark.parametrize("status", sorted(PATHS))
def test_every_status_is_reached(status: Status) -> None:
    at_status(status)


def test_reports_are_open_where_units_and_superiors_speak_and_nowhere_else() -> None:
    types = {event.TYPE for event in RULES}
    assert types <= OPEN_TYPES[NEWEST][Place.SUPERVISION]
    assert not any(types & opened for place, opened in OPEN_TYPES[NEWEST].items() if place is not Place.SUPERVISION)
    assert not any(types & opened for version in (1, 2) for opened in OPEN_TYPES[version].values())


def test_a_report_takes_the_head_and_what_is_said_of_it_one_officer() -> None:
    found = {
        type(e.data).__name__: oversight.needs(e) for e in (contribute(), submit(), restate(), send_back(), accept())
    }
    assert found == {
        "ContributionSealed": Sign.HEAD,
        "ReportSubmitted": Sign.HEAD,
        "ReportRestated": Sign.HEAD,
        "ContributionReturned": Sign.ONE,
        "ReportAccepted": Sign.ONE,
    }


def test_a_period_is_reported_from_its_last_midnight_on() -> None:
    """The first of 2021 closes on 30 April at 24:00 of Asia/Shanghai."""
    states, over = between(PREFECTURE), parse_time("2021-04-30T16:00:00.000Z")
    assert judged(states, contribute(), over - 1) is Code.STATE
    assert states.then(contribute(), over).status is Status.CONTRIBUTED


def test_what_is_known_of_a_report() -> None:
    states = at_status(Status.TO_CORRECT)
    state = states.then(contribute(version=2), NOW + 5)
    assert (state.owner, state.period, state.version, state.opened_at, state.since) == (UNIT, PERIOD, 2, NOW, NOW + 5)
    assert not state.figures
    assert [one.value for one in at_status(Status.RESTATED).state("oversight", subject_of(UNIT, PERIOD)).figures] == [
        "4"
    ]


def test_a_version_that_was_followed_by_another_is_not_returned() -> None:
    states = at_status(Status.TO_CORRECT)
    states.then(contribute(version=2), NOW)
    assert judged(states, send_back(version=1)) is Code.STATE


def test_a_unit_that_the_channel_does_not_know_is_in_no_category() -> None:
    states = between(PREFECTURE)
    units = {SUPERIOR: states.channel.trust.units[SUPERIOR]}
    states.channel = replace(states.channel, trust=replace(states.channel.trust, units=units))
    assert judged(states, contribute()) is Code.SHAPE
    assert judged(states, contribute(table={"categories": []})) is None


CLOCKS: dict[str, tuple[Status, Duty, str, bool]] = {
    "corrected in 2 working days": (Status.TO_CORRECT, Duty.CORRECT_REPORT, "2021-05-08T16:00:00.000Z", True),
    "accepted or returned in 5": (Status.SUBMITTED, Duty.REVIEW_REPORT, "2021-05-12T16:00:00.000Z", False),
    "what came back is corrected in 2": (Status.RETURNED, Duty.CORRECT_REPORT, "2021-05-08T16:00:00.000Z", True),
}


@pytest.mark.parametrize(("status", "kind", "until", "owner"), CLOCKS.values(), ids=CLOCKS)
def test_what_is_due(status: Status, kind: Duty, until: str, owner: bool) -> None:
    """Thursday 6 May 2021 is the day of the start; Saturday the 8th is worked (调休)."""
    found = due(at_status(status).state("oversight", subject_of(UNIT, PERIOD)), CALENDAR, Clock())
    assert found is not None
    assert (found.kind, format_time(found.at), found.owner) == (kind, until, owner)


@pytest.mark.parametrize("status", [Status.CONTRIBUTED, Status.ACCEPTED, Status.RESTATED])
def test_nothing_is_due_where_all_is_said(status: Status) -> None:
    assert due(at_status(status).state("oversight", subject_of(UNIT, PERIOD)), CALENDAR, Clock()) is None
    assert status in oversight.ENDED


def test_a_period_nobody_reported_is_due_on_the_third_and_the_fifth_working_day() -> None:
    """The third after April 2021 is Saturday 8 May, a make-up day (MECHANISM 4)."""
    county = oversight_dues.unreported(PERIOD, CALENDAR, sums_up=False)
    assert (county.kind, format_time(county.at), county.owner) == (Duty.CONTRIBUTE, "2021-05-08T16:00:00.000Z", True)
    city = oversight_dues.unreported(PERIOD, CALENDAR, sums_up=True)
    assert (city.kind, format_time(city.at), city.owner) == (Duty.REPORT, "2021-05-11T16:00:00.000Z", True)


def test_the_days_after_a_period_begin_with_its_last() -> None:
    """1 July 2021 is a Thursday: it is the first working day after June, the third is Monday 5."""
    county = oversight_dues.unreported("2021-05", CALENDAR, sums_up=False)
    assert format_time(county.at) == "2021-07-05T16:00:00.000Z"


def test_what_nobody_reported_is_due_for_the_unit_and_shown_to_its_superior() -> None:
    """Owed by us (the county) or by a unit below; nothing of a period before the channel was there."""
    since, over = parse_time("2021-03-10T00:00:00.000Z"), parse_time("2021-04-30T16:00:00.000Z")
    ours, theirs = Unreported("a", since, mine=True, sums_up=False), Unreported("b", since, False, False)
    late = parse_time("2021-05-08T16:00:00.000Z")
    found = list(unreported(PERIOD, [ours, theirs, ours._replace(since=over)], late - 1, CALENDAR))
    assert found == [
        Item("a", Kind.CONTRIBUTE, late, overdue=False, mine=True),
        Item("b", Kind.CONTRIBUTE, late, overdue=False, mine=False),
    ]
    assert [item.overdue for item in unreported(PERIOD, [ours._replace(since=over - 1)], late, CALENDAR)] == [True]
    (city,) = unreported(PERIOD, [ours._replace(sums_up=True)], late, CALENDAR)
    assert (city.kind, city.overdue) == (Kind.REPORT, False)
    (undated,) = unreported(PERIOD, [ours], late, Calendar([]))
    assert undated == Item("a", Kind.UNDATED, None, overdue=False, mine=True)


def test_a_row_with_figures_is_kept_without_loss() -> None:
    """The view's rows are JSON in a table, and the figures of a report stand in them."""
    state = at_status(Status.RESTATED).state("oversight", subject_of(UNIT, PERIOD))
    row = Concern(**vars(state))
    assert row.figures
    assert from_json(OVERSIGHT, to_json(row)) == row


def test_the_newest_period_that_is_over() -> None:
    asked = {
        "2021-04-30T15:59:59.999Z": None,
        "2021-04-30T16:00:00.000Z": "2021-03",
        "2021-06-30T15:59:59.999Z": "2021-03",
        "2021-06-30T16:00:00.000Z": "2021-05",
        "2022-01-01T00:00:00.000Z": "2021-11",
        "2022-02-28T16:00:00.000Z": "2022-01",
    }
    assert {moment: periods.last_closed(parse_time(moment)) for moment in asked} == asked


def test_periods_follow_each_other_without_a_gap() -> None:
    period = PERIOD
    for following in ("2021-05", "2021-07", "2021-09", "2021-11", "2022-01"):
        assert periods.following(period) == following
        assert periods.end(period) == periods.begin(following)
        period = following
    assert format_time(periods.begin(PERIOD)) == "2021-02-28T16:00:00.000Z"
    assert periods.in_words("2021-11") == "2021年11—12月"


def test_who_counts_and_who_sums_up() -> None:
    """济源 is a county and has no prefecture: it counts, and reports to the province."""
    province, prefecture, county = (Unit("", code) for code in (PROVINCE, PREFECTURE, ("419001",)))
    assert [report.is_province(one) for one in (province, prefecture, None)] == [True, False, False]
    assert report.is_province(Unit("", (*PROVINCE, "419001")))
    assert report.sums_up(prefecture, province)
    assert report.sums_up(None, province)
    assert not report.sums_up(county, province)
    assert not report.sums_up(prefecture, prefecture)


def test_what_is_shared_may_stand_in_the_sums() -> None:
    shared = OutcomeFigures.model_validate_json(compact({**OUTCOME, "shared": True}))
    figures = results.figures_of(results.derived([shared]))
    assert results.contained([shared], figures)
    assert results.contained([shared], results.figures_of(results.cells_of(figures, figures)))
    assert not results.contained([shared], figures[1:])
    smaller = (figures[0].model_copy(update={"value": "0.011", "by": ByPurpose(parcel="0.011")}), *figures[1:])
    assert not results.contained([shared], smaller)
