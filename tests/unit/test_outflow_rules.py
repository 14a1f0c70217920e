"""Rows U1 and U2: counts of a county's own divisions, replaced whole by the county itself (FIELDS 6.10)."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.channels import Place
from contracts.envelope import Draft
from contracts.outflow import Corrected, Reported
from contracts.refusals import Code
from services.domain.outflow import INITIAL, Report, Status
from services.domain.trust import Unit
from tests.support.papers import draft
from tests.support.states import APPROVER, AUTHOR, DUTY, INTAKE, NOW, OTHER, OWNER, FakeStates, channel, judged

ORIGIN, OTHERS = "411729", "411728"
REPORT = "55550000-0000-4000-8000-000000000001"
CELLS = [{"destination": "330782", "sector": "manufacturing", "count": 20}]


def states() -> FakeStates:
    """The open topic; OWNER answers for ORIGIN, OTHER for another division."""
    found = channel()
    units = {OWNER: Unit("", (ORIGIN,)), OTHER: Unit("", (OTHERS,))}
    return FakeStates(replace(found, place=Place.OUTFLOW, members=(), trust=replace(found.trust, units=units)))


def report(unit: str = OWNER, officer: str = AUTHOR, **summary: Any) -> Draft[Any]:
    said = {"officer": officer, "origin": ORIGIN, "period": "2021H1", "source": "statistics", "cells": CELLS}
    return draft(Reported, said | summary, unit, REPORT)


def correct(unit: str = OWNER, replaces: str = "8" * 64, **summary: Any) -> Draft[Any]:
    said = report(unit, **summary).data.wire()["summary"] | {"replaces": replaces}
    return replace(draft(Corrected, said, unit, REPORT), digest="9" * 64)


def test_counts_stand_as_they_were_reported_until_they_are_corrected_whole() -> None:
    found = states()
    reported = found.then(report(), NOW)
    cells = report().data.summary.cells
    assert reported == Report(Status.REPORTED, OWNER, ORIGIN, "2021H1", cells, "8" * 64)
    more = [*CELLS, {"destination": "330783", "sector": "manufacturing", "suppressed": True}]
    corrected = found.then(correct(cells=more, period="2021H2"), NOW)
    assert corrected == replace(
        reported, cells=correct(cells=more).data.summary.cells, period="2021H2", digest="9" * 64
    )


def test_nothing_is_known_of_a_report_before_it_is_made() -> None:
    assert {name: value for name, value in vars(INITIAL).items() if value} == {"status": Status.ABSENT}


@pytest.mark.parametrize(
    ("e", "code"),
    [
        (report(OTHER), Code.WRONG_SIDE),
        (report("410000000009"), Code.WRONG_SIDE),
        (report(origin=OTHERS), Code.WRONG_SIDE),
        (correct(), Code.UNKNOWN_MATTER),
    ],
    ids=["of another county", "of nobody", "of another division", "a correction of nothing"],
)
def test_a_county_reports_its_own_divisions(e: Draft[Any], code: Code) -> None:
    assert judged(states(), e) is code


@pytest.mark.parametrize(
    ("e", "code"),
    [
        (report(), Code.STATE),
        (correct(OTHER, origin=OTHERS), Code.WRONG_SIDE),
        (correct(origin=OTHERS), Code.WRONG_SIDE),
        (correct(replaces="7" * 64), Code.STATE),
        (correct(), None),
    ],
    ids=["reported twice", "by another county", "for another division", "of what does not stand", "of what stands"],
)
def test_a_correction_names_what_it_replaces(e: Draft[Any], code: Code | None) -> None:
    found = states()
    found.then(report(), NOW)
    assert judged(found, e) is code


@pytest.mark.parametrize(
    ("officer", "code"), [(AUTHOR, None), (INTAKE, None), (DUTY, Code.OFFICERS), (APPROVER, Code.OFFICERS)]
)
def test_author_and_intake_desk_report(officer: str, code: Code | None) -> None:
    assert judged(states(), report(officer=officer)) is code
