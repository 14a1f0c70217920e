"""两月报 on paper and in a workbook: the same figures, the same bytes again; 督办单 (MECHANISM 4, FIELDS 6.10)."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from contracts import oversight
from contracts.approval import Approval, DocumentNo
from contracts.dsse import Dsse
from contracts.oversight_content import ReportContent, SupervisionContent
from contracts.profile import compact
from contracts.report import ContributionSealed, ReportRestated, ReportSubmitted
from contracts.report_figures import Figure
from services.office import Frame, Letter, Sender, letter_of, render
from services.office.reports import Report, letter, lines, named, sections
from services.office.sheet import workbook
from tests.support.papers import approvals, draft
from tests.support.reports import FIGURE, OUTCOME, TABLE, of_workbook, said
from tests.support.states import OTHER, OWNER

READER = "9d1e2f3a-4b5c-4d6e-8f70-112233445566"
FRAME = Frame(Sender("虚构县禁毒大队", "虚公（禁）", "虚构县公安局"), "虚构市禁毒支队", READER)
OWN = [{"indicator": "plants", "substance": "opium_poppy", "measure": "plant", "value": "31"}]
COUNTY = {**TABLE, "figures": [FIGURE], "outcomes": [OUTCOME], "self_reported": OWN, "categories": ["cultivation"]}
CITY = {
    **TABLE,
    "figures": [{**FIGURE, "value": "4", "by": {"parcel": "3", "transit": "1"}}],
    "contributions": [{"unit": OWNER, "version": 2, "digest": "0" * 64}],
    "missing": [OTHER],
}
WORDS = {"contact": {"name": "示例甲", "phone": "0396-0000000"}, "remark": "示例：本期协作平稳。\n下期继续。"}


def names(unit: str) -> str:
    return {OWNER: "虚构县局", OTHER: "虚构市局"}.get(unit, unit)


def sealed(event: Any = ContributionSealed, table: Any = COUNTY, **changes: Any) -> Any:
    """With a document number in its approval."""
    made = said(event, OWNER, table, {}, **changes)
    paper = Approval.of(Dsse.model_validate_json(compact(approvals(event, OWNER)["approval"])))
    numbered = paper.model_copy(update={"document": DocumentNo(series="periodic_report", year=2021, number=3)})
    approval = Dsse.make(numbered.to_payload(), ("7" * 64, bytes(64)))
    papers = made.data.approval.model_copy(update={"approval": approval})
    object.__setattr__(made, "data", made.data.model_copy(update={"approval": papers}))
    return made


def written(report: Report) -> Letter:
    return letter(report, FRAME, names)


def of_pages(pdf: bytes) -> list[str]:
    """The text of each page, without white space and places where a line may end."""
    texts = (page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return ["".join(text.replace("\u200b", "").split()) for text in texts]


def of_pdf(pdf: bytes) -> str:
    """All pages."""
    return "".join(of_pages(pdf))


@pytest.mark.parametrize(
    ("event", "table", "changes"),
    [
        (ContributionSealed, COUNTY, {}),
        (ReportSubmitted, CITY, {}),
        (
            ReportRestated,
            {**CITY, "difference": [{"indicator": "leads_sent", "before": "3", "after": "4"}]},
            {"version": 2, "cause": "contribution_corrected"},
        ),
    ],
)
def test_paper_and_workbook_say_the_same(event: Any, table: Any, changes: dict[str, Any]) -> None:
    """Every row of every table of the workbook stands in the PDF, cell after cell, in the same order."""
    before = None if event is ContributionSealed else (Figure.model_validate_json(compact(FIGURE)),)
    made = written(Report(sealed(event, table, **changes), before))
    paper, rows = of_pdf(render(made)), of_workbook(workbook(made))
    tables = [list(row) for section in made.sections for row in section.rows]
    assert tables
    assert [row for row in rows if row in tables] == tables
    assert all("".join(cell.split()) in paper for row in rows for cell in row)
    place = 0
    for row in tables:
        place = paper.find("".join("".join(cell.split()) for cell in row), place)
        assert place >= 0, row


def test_no_page_ends_within_a_line_of_a_table() -> None:
    """A number is read beside its name, however many lines of a cell it takes."""
    kinds = ("cannabis", "etomidate", "heroin", "ketamine", "mdma")
    seized = [{"substance": kind, "measure": "kg", "amount": "0.012"} for kind in kinds]
    outcomes = [
        {**OUTCOME, "outcome_id": f"33330000-0000-4000-8000-{n:012}", "seized": seized[: n % 5 + 1]}
        for n in range(1, 21)
    ]
    made = written(Report(sealed(table={**COUNTY, "outcomes": outcomes})))
    pages = of_pages(render(made))
    lines = ["".join(row) for section in made.sections for row in section.rows]
    assert len(pages) > 2
    assert [line for line in lines if not any(line in page for page in pages)] == []


def test_the_same_report_gives_the_same_bytes() -> None:
    made = written(Report(sealed()))
    assert workbook(made) == workbook(made)
    assert render(made) == render(made)


def test_a_cell_is_text_and_never_a_formula() -> None:
    made = replace(written(Report(sealed())), title="=1+1")
    assert of_workbook(workbook(made))[0] == ["=1+1"]


def test_a_countys_report_says_what_is_computed_what_is_typed_and_what_was_read() -> None:
    made = written(Report(sealed(), words=ReportContent.of(compact(WORDS))))
    assert (made.title, made.number) == ("2021年3—4月对口协作两月报", "虚公（禁）报字〔2021〕3号")
    told = {section.heading.partition("、")[2]: section for section in made.sections}
    assert list(told) == ["报告", "系统核算与自报", "分事项", "结果", "工作情况", "核算位置", "联系人"]
    assert told["报告"].paragraphs == (
        "报告单位：虚构县局。报告期：2021年3—4月。第1版。",
        "附件所列类别：非法种植毒品原植物。",
    )
    assert told["系统核算与自报"].rows == (
        ("指标", "系统核算", "主办", "协办", "线索提供", "自报"),
        ("线索发出", "3", "—", "—", "—", "—"),
        ("采取强制措施人数", "2", "—", "—", "2", "—"),
        ("毒品·海洛因（千克）", "0.012", "—", "—", "0.012", "—"),
        ("原植物·罂粟（株）", "0", "—", "—", "—", "31"),
    )
    assert told["结果"].rows[1] == (
        OUTCOME["outcome_id"],
        "寄递渠道",
        "线索提供",
        "采取强制措施人数2、毒品·海洛因（千克）0.012",
    )
    unsure = written(Report(sealed(table={**COUNTY, "outcomes": [{**OUTCOME, "unconfirmed": True}]})))
    assert [row[2] for one in unsure.sections if one.heading.endswith("、结果") for row in one.rows] == [
        "协作角色",
        "线索提供（未确认）",
    ]
    assert told["分事项"].rows[1] == ("线索发出", "—", "—", "—", "1", "2", "—", "—")
    assert told["工作情况"].paragraphs == ("示例：本期协作平稳。", "下期继续。")
    assert told["核算位置"].rows == (("日志主题", "位置"), (TABLE["positions"][0]["topic"], "7"))


def test_a_second_version_shows_the_difference_and_who_is_missing() -> None:
    before = (Figure.model_validate_json(compact(FIGURE)),)
    table = {**CITY, "difference": [{"indicator": "leads_sent", "before": "3", "after": "4"}]}
    event = sealed(ReportRestated, table, version=2, cause="contribution_corrected")
    told = {one.heading.partition("、")[2]: one for one in sections(Report(event, before), names)}
    assert told["报告"].paragraphs[1:] == ("更正原因：县级更正。",)
    assert told["更正"].rows == (("指标", "上一版", "本版"), ("线索发出", "3", "4"))
    assert told["汇总范围"].paragraphs == (
        "已报：虚构县局，第2版。",
        "未报：虚构市局。未报单位的数字不在合计之内。",
    )
    assert "更正" not in {one.heading.partition("、")[2] for one in sections(Report(event), names)}
    (grown,) = (one for one in sections(Report(sealed(version=2), ()), names) if one.heading.endswith("更正"))
    assert [row[0] for row in grown.rows[1:]] == ["毒品·海洛因（千克）", "线索发出", "采取强制措施人数"]


def test_lines_stand_in_the_order_of_the_indicators() -> None:
    given = [{"indicator": "gangs", "value": "1"}, {"indicator": "gangs", "role": "led", "value": "1"}, FIGURE]
    found = lines([Figure.model_validate_json(compact(one)) for one in given])
    assert [(named(one.figure), one.value, dict(one.roles)) for one in found] == [
        ("线索发出", "3", {}),
        ("团伙", "1", {"led": "1"}),
    ]


def test_a_supervision_order_is_paper_too() -> None:
    order = {"kind": "supervision", "classification": "work_secret", "urgency": "routine", "ground": "overdue"}
    made = draft(oversight.SupervisionOpened, {**order, "about": [OUTCOME["outcome_id"]], "days": 7}, OTHER)
    text = {"contact": WORDS["contact"], "text": "示例：请说明超期原因。电话13800000000"}
    paper = letter_of(made, SupervisionContent.of(compact(text)), FRAME, names)
    assert (paper.kind, paper.title) == ("督办单", "关于超期事项的督办单")
    assert [section.heading for section in paper.sections] == ["一、督办事由", "二、督办要求", "三、时限", "四、联系人"]
    assert paper.sections[1].paragraphs == ("示例：请说明超期原因。电话*******0000",)
    assert paper.sections[2].paragraphs == ("请于签收之日起7个工作日内书面反馈。",)
    assert re.search("督办单", of_pdf(render(paper)))
