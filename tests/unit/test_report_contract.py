"""Forms of the two-monthly report: tables add up, hold nobody, fit; remarks hold no numbers (FIELDS 6.10)."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from contracts.content_model import ContentError
from contracts.oversight_content import ReportContent
from contracts.profile import MAX_VALUE, ShapeError, compact
from contracts.report import REPORTS, ContributionSealed, ReportRestated, ReportSubmitted, subject_of
from contracts.report_figures import Change, Figure, difference
from contracts.report_tables import MAX_TABLE, TablePaper
from contracts.report_terms import Indicator
from contracts.vocabulary import CreditRole, Purpose, SubstanceKind
from services.domain.desk import Paper
from services.node import papers
from services.node.parsing import InvalidError
from tests.support.papers import approvals, content
from tests.support.reports import FIGURE, OUTCOME, PERIOD, REPORT, TABLE, read_table, said
from tests.support.states import OTHER, OWNER

CONTRIBUTION = {**TABLE, "categories": []}
SUBMITTED = {**TABLE, "contributions": [], "missing": [OWNER]}
SEIZED = {"indicator": "drugs", "substance": "heroin", "measure": "kg", "value": "0.5"}
WORDS = {"contact": {"name": "示例甲", "phone": "0396-0000000"}, "remark": "示例：本期协作平稳。"}

WRONG_FIGURES: dict[str, tuple[dict[str, Any], str]] = {
    "parts that do not add up": ({**FIGURE, "value": "4"}, "add up"),
    "half a lead": ({"indicator": "leads_sent", "value": "0.5"}, "whole number"),
    "a role of something that is no outcome": ({"indicator": "leads_sent", "role": "led", "value": "1"}, "roles"),
    "a substance of persons": (
        {"indicator": "gangs", "substance": "heroin", "measure": "kg", "value": "1"},
        "seized",
    ),
    "drugs of no substance": ({"indicator": "drugs", "value": "1"}, "seized"),
    "a substance without a measure": ({"indicator": "drugs", "substance": "heroin", "value": "1"}, "seized"),
    "grams": ({**SEIZED, "measure": "g"}, "measure"),
    "heroin among the precursors": ({**SEIZED, "indicator": "precursors"}, "indicator"),
    "an operation of a purpose": (
        {"indicator": "operations", "value": "1", "by": {"parcel": "1"}},
        "no purpose",
    ),
    "zeros at the end": ({**SEIZED, "value": "0.50"}, "zeros"),
    "a number below nothing": ({"indicator": "gangs", "value": "-1"}, "pattern"),
    "words": ({"indicator": "gangs", "value": "约3"}, "pattern"),
}


@pytest.mark.parametrize(("figure", "rule"), WRONG_FIGURES.values(), ids=WRONG_FIGURES)
def test_a_figure_is_of_its_kind_and_adds_up(figure: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        Figure.model_validate_json(compact(figure))


def test_figures_as_they_should_be() -> None:
    for figure in (FIGURE, SEIZED, {**SEIZED, "role": "led"}, {"indicator": "gangs", "role": "assisted", "value": "0"}):
        assert Figure.model_validate_json(compact(figure)).model_dump(mode="json", exclude_none=True) == figure
    plants = {"indicator": "plants", "substance": "opium_poppy", "measure": "plant", "value": "1200"}
    assert Figure.model_validate_json(compact(plants)).key == ("plants", "", "opium_poppy", "plant")


WRONG_TABLES: dict[str, tuple[str, dict[str, Any], str]] = {
    "a county that types what follows from outcomes": (
        ContributionSealed.TYPE,
        {**CONTRIBUTION, "figures": [{"indicator": "gangs", "value": "1"}]},
        "follow",
    ),
    "a figure twice": (ContributionSealed.TYPE, {**CONTRIBUTION, "figures": [FIGURE, FIGURE]}, "each once"),
    "an outcome twice": (ContributionSealed.TYPE, {**CONTRIBUTION, "outcomes": [OUTCOME, OUTCOME]}, "each once"),
    "no positions": (ContributionSealed.TYPE, {**CONTRIBUTION, "positions": []}, "at least"),
    "a topic twice": (ContributionSealed.TYPE, {**CONTRIBUTION, "positions": TABLE["positions"] * 2}, "each once"),
    "a person": (ContributionSealed.TYPE, {**CONTRIBUTION, "persons": ["示例甲"]}, "Extra inputs"),
    "a number beyond any": (
        ContributionSealed.TYPE,
        {**CONTRIBUTION, "figures": [{"indicator": "operations", "value": str(10**9)}]},
        "no report holds",
    ),
    "a quantity beyond any": (
        ContributionSealed.TYPE,
        {**CONTRIBUTION, "outcomes": [{**OUTCOME, "seized": [{**OUTCOME["seized"][0], "amount": str(10**9)}]}]},  # type: ignore[index]
        "no report holds",
    ),
    "a quantity in grams": (
        ContributionSealed.TYPE,
        {**CONTRIBUTION, "outcomes": [{**OUTCOME, "seized": [{**OUTCOME["seized"][0], "measure": "g"}]}]},  # type: ignore[index]
        "kilograms",
    ),
    "a sum beyond any": (
        ReportSubmitted.TYPE,
        {**SUBMITTED, "figures": [{"indicator": "operations", "value": str(10**13)}]},
        "no report holds",
    ),
    "own numbers in a column of a role": (
        ContributionSealed.TYPE,
        {**CONTRIBUTION, "self_reported": [{"indicator": "gangs", "role": "led", "value": "1"}]},
        "one column",
    ),
    "own numbers by purpose": (ContributionSealed.TYPE, {**CONTRIBUTION, "self_reported": [FIGURE]}, "one column"),
    "no county at all": (ReportSubmitted.TYPE, {**SUBMITTED, "missing": []}, "each county"),
    "a county that reported and is missing": (
        ReportSubmitted.TYPE,
        {**SUBMITTED, "contributions": [{"unit": OWNER, "version": 1, "digest": "0" * 64}]},
        "each county",
    ),
    "an outcome that nobody else may report": (ReportSubmitted.TYPE, {**SUBMITTED, "outcomes": [OUTCOME]}, "others"),
    "a restatement of nothing": (ReportRestated.TYPE, {**SUBMITTED, "difference": []}, "at least"),
}


@pytest.mark.parametrize(("event", "table", "rule"), WRONG_TABLES.values(), ids=WRONG_TABLES)
def test_a_table_says_each_thing_once(event: str, table: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        read_table(event, table)


def sealed(figures: dict[str, Any], **changes: Any) -> Any:
    return said(ContributionSealed, OWNER, figures, {}, **changes).data


def test_a_summary_names_its_table() -> None:
    assert sealed(CONTRIBUTION).table.positions[0].offset == 7
    with pytest.raises(ValidationError, match="another table"):
        sealed(CONTRIBUTION, table="0" * 64)


@pytest.mark.parametrize("bytes_", [b"{}", b'{"positions": []}', b"\xff\xff", b"[]"])
def test_a_table_that_is_none_is_refused(bytes_: bytes) -> None:
    paper = {"payload": base64.b64encode(bytes_).decode()}
    digest = TablePaper.model_validate(paper).digest
    data = sealed(CONTRIBUTION).wire() | {"embedded": paper}
    data["summary"] |= {"table": digest}
    with pytest.raises(ValidationError):
        ContributionSealed.model_validate_json(compact(data))


@pytest.mark.parametrize("period", ["2021-01", "2020-11", "2021-02", "2021-3", "2021-13", "1999-03"])
def test_a_period_begins_with_an_odd_month_from_march_2021_on(period: str) -> None:
    with pytest.raises(ValidationError):
        sealed(CONTRIBUTION, period=period)


def test_a_unit_has_one_report_for_a_period() -> None:
    assert subject_of(OWNER, PERIOD) == subject_of(OWNER, PERIOD)
    assert len({subject_of(unit, period) for unit in (OWNER, OTHER) for period in (PERIOD, "2021-05")}) == 4


NUMBERS = {
    "an identity number": "示例：411729199001011234",
    "an old identity number": "示例：411729900101123",
    "a mobile number": "示例：请致电13800000000",
    "a card number": "示例：卡号6222000000000000",
    "in full-width digits": "示例：１３８００００００００",
}


@pytest.mark.parametrize("remark", NUMBERS.values(), ids=NUMBERS)
def test_a_remark_holds_no_number_of_anybody(remark: str) -> None:
    with pytest.raises(ContentError, match="no number"):
        ReportContent.of(compact({**WORDS, "remark": remark}))


def test_a_remark_is_words() -> None:
    assert ReportContent.of(compact(WORDS)).remark == WORDS["remark"]
    with pytest.raises(ContentError, match="2000"):
        ReportContent.of(compact({**WORDS, "remark": "字" * 2_001}))


def test_the_difference_of_two_versions() -> None:
    def figures(*found: dict[str, Any]) -> list[Figure]:
        return [Figure.model_validate_json(compact(one)) for one in found]

    before = figures({"indicator": "gangs", "value": "1"}, FIGURE)
    after = figures({**SEIZED}, {"indicator": "gangs", "value": "1"}, {"indicator": "leads_sent", "value": "5"})
    assert [one.model_dump(mode="json", exclude_none=True) for one in difference(before, after)] == [
        {"indicator": "drugs", "substance": "heroin", "measure": "kg", "before": "0", "after": "0.5"},
        {"indicator": "leads_sent", "before": "3", "after": "5"},
    ]
    assert difference(after, after) == ()
    with pytest.raises(ValidationError, match="no difference"):
        Change.model_validate_json(compact({"indicator": "gangs", "before": "1", "after": "1"}))


def _strings(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[tuple[str, Any]]:
    """Every text a table can hold, with its metadata."""
    if model in seen:
        return
    seen.add(model)
    for name, member in model.model_fields.items():
        yield from _of(f"{model.__name__}.{name}", member.annotation, tuple(member.metadata), seen)


def _of(where: str, kind: Any, metadata: tuple[Any, ...], seen: set[type[BaseModel]]) -> Iterator[tuple[str, Any]]:
    found = [*metadata, *getattr(kind, "__metadata__", ())]
    if kind is str:
        yield where, found
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _strings(kind, seen)
    for part in get_args(kind):
        yield from _of(where, part, tuple(found), seen)


@pytest.mark.parametrize("event", REPORTS.values())
def test_no_text_of_a_table_is_free(event: Any) -> None:
    """Every string has a pattern of digits, letters and marks: no name, no sentence fits."""
    texts = list(_strings(event.TABLE, set()))
    assert texts
    for where, metadata in texts:
        assert any(getattr(one, "pattern", None) for one in metadata), where


def largest() -> dict[str, Any]:
    """As much as fits in a table, in the report that says most."""
    by = {one.value: "1000" for one in Purpose}
    figures = [
        {"indicator": one.value, **({"role": role} if role else {}), "value": "7000", "by": by}
        for one in (Indicator.CASES_FILED, Indicator.CASES_SOLVED, Indicator.GANGS, Indicator.LABS)
        for role in ("", *sorted(CreditRole))
    ]
    figures += [
        {"indicator": one.value, "value": "7000", "by": by} for one in Indicator if "leads_" in one or "enq" in one
    ]
    outcomes = [
        {
            **OUTCOME,
            "outcome_id": f"33330000-0000-4000-8000-{n:012}",
            "roles": sorted(CreditRole),
            "seized": [
                {"substance": kind.value, "measure": "kg", "amount": "0.1234567"} for kind in list(SubstanceKind)[:1]
            ],
            "shared": True,
        }
        for n in range(20)
    ]
    readings = [
        {"topic": f"duikou.channel.{'a' * 50}{chr(97 + n // 6)}{n % 6 + 2}.1", "offset": 10**6} for n in range(40)
    ]
    counties = [{"unit": f"{n:012}", "version": 1, "digest": "0" * 64} for n in range(1, 16)]
    table = {"positions": readings, "figures": sorted(figures, key=lambda one: (one["indicator"], one.get("role", "")))}
    more = {
        "contributions": counties,
        "missing": [],
        "difference": [{"indicator": "gangs", "before": "1", "after": "2"}],
    }
    return {**table, "outcomes": outcomes, **more}


def test_the_largest_report_stays_under_48_kib() -> None:
    """PROTOCOL 8; with a remark of 2,000 characters, keys, signatures, and on the desk its own keys."""
    table = read_table(ReportRestated.TYPE, largest())
    assert MAX_TABLE * 0.85 < len(table.to_bytes()) <= MAX_TABLE
    event = said(ReportRestated, OWNER, largest(), {}, version=2, cause="contribution_corrected").data.wire()
    text = content(ReportRestated, OTHER) | {"ciphertext": base64.b64encode(bytes(8_208)).decode()}
    event |= {"content": text, "approval": approvals(ReportRestated, OWNER)}
    own = 2 * len(compact(text["wraps"][0]))
    assert len(compact(event)) + own + 2_048 < MAX_VALUE


def test_a_table_that_is_too_long_is_refused() -> None:
    table = largest()
    table["positions"] = [
        {"topic": f"duikou.channel.{'a' * 49}{chr(97 + n // 36)}{chr(97 + n // 6 % 6)}{n % 6 + 2}.1", "offset": 1}
        for n in range(100)
    ]
    with pytest.raises(ValidationError, match="payload"):
        TablePaper.of(read_table(ReportRestated.TYPE, table))


def test_a_table_is_read_by_the_profile() -> None:
    """A member twice would be read in two ways."""
    plain = json.dumps({**CONTRIBUTION}).encode()
    paper = {"payload": base64.b64encode(plain).decode()}
    data = sealed(CONTRIBUTION).wire() | {"embedded": paper}
    data["summary"] |= {"table": TablePaper.model_validate(paper).digest}
    with pytest.raises((ValidationError, ShapeError), match="profile"):
        ContributionSealed.model_validate_json(compact(data))


def test_what_leaves_the_desk_is_the_table_that_was_signed_for() -> None:
    """Officers sign the summary; a paper whose table is another one becomes no event."""
    event = sealed(CONTRIBUTION)
    data = event.wire()
    signed: dict[str, Any] = {"submission": event.approval.submission, "approval": event.approval.approval}
    summary = base64.b64encode(compact(data["summary"])).decode()
    held = Paper(type=ContributionSealed.TYPE, summary=summary, payload=data["embedded"]["payload"], **signed)
    assert papers.event_of(held).wire() == data
    other = TablePaper.of(read_table(ContributionSealed.TYPE, {**CONTRIBUTION, "categories": ["drug_use"]}))
    with pytest.raises(InvalidError):
        papers.event_of(replace(held, payload=other.payload))


def test_the_report_itself_says_its_kind() -> None:
    assert REPORT["kind"] == "periodic_report"
    with pytest.raises(ValidationError):
        sealed(CONTRIBUTION, kind="reply")
