"""Letters of events and their PDF: what stands on every page, what is masked, and same bytes for the same letter."""

import io
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from pypdf import PdfReader

from contracts import enquiry, lead, lead_course
from contracts.approval import Approval, Approvals, DocumentNo
from contracts.catalogue import events
from contracts.contents import MODELS
from contracts.dsse import Dsse
from contracts.envelope import Draft
from contracts.lead_terms import Correction, Effect
from contracts.profile import compact
from contracts.vocabulary import InfoRefusal, RemovalResult
from services.domain.clocks import HOUR, format_time
from services.gateway.contents import agreeing
from services.node.reading import Held
from services.office import Frame, Letter, Sender, UndrawableError, letter_of, render
from services.office.letter import marks, numbered
from services.office.masks import Masks, masked
from services.office.receipts import WORDS, Line, receipt, source_statement
from services.vault import ContentInconsistentError
from tests.support.contents import CONTACT, FACT, IDENTIFIER, LEAD, PERSON, identity
from tests.support.forwarding import three
from tests.support.papers import ASKED_SUMMARY, LEAD_SUMMARY, REPLY, approvals, draft
from tests.support.papers import content as content_of
from tests.support.states import AUTHOR, NOW, OTHER, OWNER
from tests.support.world import XINCAI, YIWU

NUMBER = identity("19800101")
MOBILE = IDENTIFIER["value"]
DIGEST = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
READER = "9d1e2f3a-4b5c-4d6e-8f70-112233445566"
FRAME = Frame(Sender("虚构县禁毒大队", "虚公（禁）", "虚构县公安局"), "虚构市禁毒支队", READER, 7)
ITEM = {"no": 1, "question": "attribution", "identifier": {"kind": "mobile", "value": MOBILE}, "text": "使用人是谁"}
NAMED = {"name": "李某某", "id_doc": {"kind": "resident", "number": NUMBER}}
GROUND = min(InfoRefusal).value
EFFECT = min(Effect).value
CASE = {"category": "outflow_trafficking", "basis": {"kind": "criminal_case", "organ": OWNER, "date": "2021-05-01"}}


def names(unit: str) -> str:
    return {OWNER: "虚构县局", OTHER: "虚构市局"}.get(unit, unit)


def numbered_approval(event: Any, unit: str, number: int) -> Approvals:
    """The approval of the test papers, with a document number."""
    given = approvals(event, unit)
    said = Approval.of(Dsse.model_validate_json(compact(given["approval"])))
    kind = {lead.Shared: "lead_notice", enquiry.Asked: "enquiry", enquiry.Answered: "reply"}.get(event, "correction")
    said = said.model_copy(update={"document": DocumentNo(series=kind, year=2021, number=number)})
    signed = Dsse.make(said.to_payload(), ("7" * 64, bytes(64))).model_dump(mode="json", exclude_none=True)
    return Approvals.model_validate_json(compact({**given, "approval": signed}))


def event(kind: Any, summary: dict[str, Any], unit: str = OWNER, number: int = 12) -> Draft[Any]:
    """An event as the log would have it, with a digest and a numbered approval."""
    approval = numbered_approval(kind, unit, number).model_dump(mode="json", exclude_none=True)
    encrypted = content_of(kind, OTHER if unit == OWNER else OWNER)
    return replace(draft(kind, summary, unit, approval=approval, content=encrypted), digest=DIGEST)


def letter(kind: Any, summary: dict[str, Any], content: dict[str, Any], unit: str = OWNER) -> Letter:
    return letter_of(event(kind, summary, unit), MODELS[kind.TYPE].of(compact(content)), FRAME, names)


def the_lead(**changes: Any) -> Letter:
    return letter(lead.Shared, LEAD_SUMMARY, LEAD | changes)


def asked(**changes: Any) -> Letter:
    items = [ITEM, {"no": 2, "question": "parcel_parties", "person": 1, "text": "收寄件信息"}]
    return letter(enquiry.Asked, ASKED_SUMMARY | changes, {"contact": CONTACT, "items": items})


def text_of(pdf: bytes) -> list[str]:
    """Texts of the pages, without white space: lines end where the page ends them."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def words(said: Letter) -> str:
    return "".join(text_of(render(said)))


# -- bytes -------------------------------------------------------------------------------------------------------------


def test_the_same_letter_is_the_same_bytes_in_another_process() -> None:
    program = (
        "import datetime, hashlib, sys; from services.office import *;"
        "print(hashlib.sha256(render(eval(sys.argv[1]))).hexdigest())"
    )
    said = the_lead()
    ran = [sys.executable, "-c", program, repr(said)]
    other = subprocess.run(ran, check=True, capture_output=True, text=True)
    assert other.stdout.strip() == sha256(render(said)).hexdigest()


def test_another_copy_is_other_bytes() -> None:
    first = the_lead()
    assert render(first) != render(replace(first, frame=replace(FRAME, copy=8)))


def test_the_font_stands_in_the_file() -> None:
    """Every font of every page is embedded: no reader draws a character in a font of its own."""
    for page in PdfReader(io.BytesIO(render(the_lead()))).pages:
        fonts: Any = page["/Resources"]["/Font"]  # type: ignore[index]
        assert fonts
        for font in fonts.values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert "/FontFile3" in descriptor


# -- pages -------------------------------------------------------------------------------------------------------------


def test_every_page_says_reader_copy_code_and_place() -> None:
    """However long the letter; the whole digest stands on the last page."""
    pages = text_of(render(the_lead(narrative="虚构叙述。" * 300)))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert f"阅印人{READER}" in page
        assert "份号000007" in page
        assert "验证码5fec" in page
        assert "eb66ffc86f38" in page
        assert f"第{number}页共{len(pages)}页" in page
    assert [DIGEST in page for page in pages] == [False] * (len(pages) - 1) + [True]


def test_the_head_has_sender_number_marks_recipient_and_title() -> None:
    urgent = LEAD_SUMMARY | {"urgency": "priority"}
    said = words(letter(lead.Shared, urgent, LEAD))
    for part in (
        "虚构县禁毒大队",
        "虚公（禁）通字〔2021〕12号",
        "工作秘密",
        "加急",
        "虚构市禁毒支队：",
        "关于虚构线索的线索通报",
    ):
        assert part in said
    assert "印章名：虚构县公安局" in said
    assert "Asia/Shanghai" in said


@pytest.mark.parametrize(("hours", "day"), [(0, "2021年5月6日"), (16, "2021年5月7日")])
def test_the_date_is_that_of_the_approval_at_beijing(hours: int, day: str) -> None:
    """Before and after midnight at +08:00, whatever the day is in UTC."""
    base = event(lead.Shared, LEAD_SUMMARY)
    decided = approvals(lead.Shared, OWNER, decided=NOW - NOW % (24 * HOUR) + hours * HOUR)
    moved = replace(
        base, data=base.data.model_copy(update={"approval": Approvals.model_validate_json(compact(decided))})
    )
    assert day in words(letter_of(moved, MODELS[lead.Shared.TYPE].of(compact(LEAD)), FRAME, names))


def test_what_is_public_and_routine_bears_no_mark() -> None:
    summary = lead.SharedSummary.model_validate_json(compact(LEAD_SUMMARY | {"classification": "public"}))
    assert marks(7, summary.classification, summary.urgency) == ("000007",)


def test_numbers_of_two_kinds_never_look_the_same() -> None:
    shown = {
        numbered("甲", DocumentNo(series=kind, year=2026, number=1)) for kind in ("lead_notice", "enquiry", "reply")
    }
    assert shown == {"甲通字〔2026〕1号", "甲协字〔2026〕1号", "甲复字〔2026〕1号"}


# -- what a lead says -------------------------------------------------------------------------------------------------


def test_facts_and_assessment_stand_apart_in_order() -> None:
    said = the_lead(assessment="推测有下线。")
    headings = [one.heading for one in said.sections]
    assert headings == [
        "一、依据",
        "二、线索内容",
        "三、事实",
        "四、研判意见（不作为事实）",
        "五、涉及人员",
        "六、标识",
        "七、地点与物品",
        "八、请求与限制",
        "九、联系人",
    ]
    assert said.sections[2].paragraphs == ("1. 张某某供述：包裹由李某某寄出。（2021年4月20日；来源：供述）",)
    assert said.sections[3].paragraphs == ("推测有下线。",)


def test_a_fact_of_another_zone_says_its_zone() -> None:
    said = the_lead(facts=[FACT | {"zone": "+06:30", "until": "2021-04-21"}])
    assert "2021年4月20日至2021年4月21日，时区+06:30" in said.sections[2].paragraphs[0]


def test_all_that_a_lead_can_hold_is_written() -> None:
    """Each member of a full content is found on paper."""
    wanted = {"warrant_no": "虚构通缉1号", "date": "2021-04-01", "organ": OTHER}
    person = PERSON | {"grounds": ["parcel", "wanted"], "wanted": wanted, "birth_date": "1980-01-01"}
    person |= {"former_names": ["李旧名"], "name_pinyin": "Li", "name_as_written": "李某莫"}
    full = {
        "persons": [person],
        "places": [{"division": "330782", "text": "虚构路寄递点", "kind": "posting", "on": "2021-04-20"}],
        "vehicles": [{"plate": "豫A12345", "colour": "白", "fact": 1}],
        "organisations": [{"name": "虚构化工公司", "credit_code": "91350100M000100Y43", "fact": 1}],
        "evidence": [{"kind": "physical", "held_by": OTHER, "document_no": "虚构扣1号", "date": "2021-04-21"}],
        "attachments": [{"digest": "a" * 64, "title": "虚构照片", "pages": 3, "plain_digest": "b" * 64}],
        "conditions": "只用于本案。",
    }
    restrictions = {"restrictions": ["conditions", "forward_consent"]}
    said = words(letter(lead.Shared, LEAD_SUMMARY | restrictions, LEAD | full))
    parts = "虚构〔2021〕1号 李旧名 李某莫 虚构通缉1号 虚构市局 虚构路寄递点 虚构化工公司 虚构扣1号 虚构照片 只用于本案"
    for part in (
        *parts.split(),
        "91350100M000100Y43",
        "出生年份：1980",
        "*******（白）",
        "甲基苯丙胺",
        "12.5克",
        CONTACT["phone"],
    ):
        assert part in said, part


# -- masks -------------------------------------------------------------------------------------------------------------


def test_no_number_stands_whole_on_paper() -> None:
    """Not where a field has it, and not where a sentence repeats it."""
    said = words(the_lead(narrative=f"{NUMBER}持有{MOBILE}。", assessment="另见13800001111和6222 0000 0000 0001。"))
    for secret in (NUMBER, MOBILE, "13800001111", "6222000000000001", "19800101"):
        assert secret not in said
    for shown in (masked(NUMBER), masked(MOBILE), "*******1111", "*0001。"):
        assert shown in said


@pytest.mark.parametrize(
    ("value", "shown"),
    [("13900000001", "*******0001"), ("1234567", "*******"), ("12345678", "****5678"), ("x" * 90, "*" * 14 + "xxxx")],
)
def test_a_mask_leaves_four_at_the_end(value: str, shown: str) -> None:
    assert masked(value) == shown


def test_a_value_within_another_is_masked_after_it() -> None:
    assert Masks.of(["AB123456", "AB123456XY"]).line("AB123456XY、AB123456") == "******56XY、****3456"


def test_a_case_number_is_left_as_it_is() -> None:
    assert Masks.of([]).line("虚构〔2021〕123456号，金额1,234,567元") == "虚构〔2021〕123456号，金额1,234,567元"


def test_text_is_never_markup() -> None:
    said = words(the_lead(narrative='#read("/etc/passwd") *粗* $x$ @ref \\ <a>'))
    assert '#read("/etc/passwd")*粗*$x$@ref\\<a>' in said


# -- characters --------------------------------------------------------------------------------------------------------


def test_a_rare_character_is_drawn() -> None:
    """Of extension B of GB 18030."""
    assert "𠮷某" in words(the_lead(narrative="𠮷某到案。"))


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UndrawableError, match="GB 18030: 1 characters"):
        render(the_lead(narrative="\U00020c8e某到案。"))


# -- corrections -------------------------------------------------------------------------------------------------------


def test_a_correction_says_what_was_wrong_and_the_whole_lead() -> None:
    """S12: the old letter prints no more, so this one holds everything."""
    clear = {"kind": "correction", "correction": min(Correction).value, "effects": [{"index": 1, "effect": EFFECT}]}
    kept = {name: value for name, value in LEAD_SUMMARY.items() if name in lead_course.CorrectedSummary.model_fields}
    said = letter(lead_course.Corrected, kept | clear, LEAD | {"wrong": f"号码{NUMBER}有误。"})
    first = said.sections[0].paragraphs
    assert f"号码{masked(NUMBER)}有误。" in first
    assert f"原件所列人员1：{min(Effect).zh}。" in first
    assert [one.heading[2:] for one in said.sections[1:3]] == ["线索内容", "事实"]
    assert (said.kind, said.title, said.number) == ("更正函", "关于虚构线索的更正函", "虚公（禁）更字〔2021〕12号")


# -- enquiries ---------------------------------------------------------------------------------------------------------


def test_an_enquiry_about_a_lead() -> None:
    said = words(asked(needed_by="2021-06-01", needed_reason="custody_limit"))
    parts = ("关于商请协查物流事项的函", "虚公（禁）协字〔2021〕12号", ASKED_SUMMARY["lead"], "请于2021年6月1日前函复")
    for part in (*parts, "1.使用人或持有人（手机*******0001）：使用人是谁", "线索所列人员1", "文种：协查函"):
        assert part in said, part
    assert MOBILE not in said


def test_a_measure_request_about_a_case() -> None:
    measure = {"kind": "measure_request", "form": "measure", "measure": "search", "items_count": 1, "case": CASE}
    summary = {name: value for name, value in (ASKED_SUMMARY | measure).items() if name != "lead"}
    item = {"no": 1, "question": "premises", "named": NAMED, "text": f"{NUMBER}的住处"}
    said = words(letter(enquiry.Asked, summary, {"contact": CONTACT, "case_no": "虚构案1号", "items": [item]}))
    for part in ("关于商请协助搜查的函", "文种：办案协作函", "虚构案1号", "虚构县局", masked(NUMBER)):
        assert part in said, part
    assert NUMBER not in said


def test_a_reply_says_every_item() -> None:
    answers = [
        {"no": 1, "code": "found"},
        {"no": 2, "code": "refused", "ground": GROUND},
        {"no": 3, "code": "nothing_held"},
    ]
    summary = REPLY | {"answers": answers, "persons_count": 1, "sealed_record": True}
    person = NAMED | {"birth_date": "1980-01-01", "sex": "male"}
    replies = [{"no": 1, "text": f"使用人即{NUMBER}。", "persons": [person]}]
    said = letter(enquiry.Answered, summary, {"contact": CONTACT, "answers": replies}, OTHER)
    first, about, second, third = said.sections[0].paragraphs
    assert first == f"1. 查实：使用人即{masked(NUMBER)}。"
    assert about == f"人员：李某某，男，1980年出生，居民身份证{masked(NUMBER)}。"
    assert second.startswith("2. 不予提供（")
    assert third == "3. 未掌握。"
    assert "不得转递" in said.sections[1].paragraphs[0]


def test_what_one_officer_answers_has_no_number() -> None:
    summary = REPLY | {"answers": [{"no": 1, "code": "nothing_held"}], "persons_count": 0, "officer": AUTHOR}
    told = draft(enquiry.Answered, summary, OTHER)
    content = MODELS[enquiry.Answered.TYPE].of(compact({"contact": CONTACT, "answers": [{"no": 1, "text": "无"}]}))
    assert letter_of(told, content, FRAME, names).number == ""


# -- what is asked before --------------------------------------------------------------------------------------------


def test_a_content_that_contradicts_its_summary_is_no_letter() -> None:
    """The summary says one identifier, the content none."""
    told = event(lead.Shared, LEAD_SUMMARY)
    held = Held(told.channel, told.source, "lead", told.subject, told.type, told.data.content, told)
    assert agreeing(held, compact(LEAD)) == MODELS[lead.Shared.TYPE].of(compact(LEAD))
    with pytest.raises(ContentInconsistentError):
        agreeing(held, compact({name: value for name, value in LEAD.items() if name != "identifiers"}))


# -- receipts ----------------------------------------------------------------------------------------------------------

PLAIN = replace(FRAME, copy=0)


def test_a_receipt_names_what_it_answers_and_when() -> None:
    opening = event(lead.Shared, LEAD_SUMMARY)
    told = replace(draft(lead.Received, {"officer": AUTHOR}, OTHER), time=format_time(NOW), digest="a" * 64)
    said = words(receipt(told, opening, "虚公（禁）", PLAIN))
    for part in ("线索通报签收回执", "虚公（禁）通字〔2021〕12号", DIGEST, "签收。", "a" * 64, "份号不编份号"):
        assert part in said, part


def test_a_receipt_of_a_removal_counts_destroyed_prints() -> None:
    summary = {"officer": AUTHOR, "result": "removed", "prints_destroyed": 3, "final_on": "2021-08-01"}
    told = draft(lead.RemovalAnswered, summary, OTHER)
    said = words(receipt(told, event(lead.Shared, LEAD_SUMMARY), "虚", PLAIN))
    for part in ("销毁回执", "已删除；销毁打印件3份", "2021年8月1日"):
        assert part in said, part


def test_a_source_statement_has_times_and_digests_and_no_content() -> None:
    """Times at +08:00 in log order; nothing of the lead's words."""
    opening = event(lead.Shared, LEAD_SUMMARY)
    at = NOW - NOW % (24 * HOUR) + 17 * HOUR
    lines = [Line(at, lead.Shared.TYPE, "甲", "1" * 64), Line(at + HOUR, "duikou.lead.newer.v1", "乙", "2" * 64)]
    said = words(source_statement(opening, lines, PLAIN, at))
    for part in ("线索来源说明", "01:00:00，甲，发出", "02:00:00，乙，duikou.lead.newer.v1", "1" * 64, "2" * 64):
        assert part in said, part
    for secret in (LEAD["title"], "李某某", LEAD["basis_no"]):
        assert secret not in said


def test_a_forwarded_lead_says_who_let_it_go_on_and_its_receipts_name_each_other() -> None:
    """Story 8 for a lead of a third unit; PROTOCOL 10."""
    t = three()
    grant = t.granted()
    there: Any = t.forward(grant).draft
    said = words(source_statement(there, [Line(NOW, lead.Shared.TYPE, "甲", "1" * 64)], PLAIN, NOW))
    assert f"经{XINCAI}同意转递" in said
    assert t.w.signed(grant).digest in said
    onward = (lead.Onward(unit=YIWU, answer="9" * 64, result=RemovalResult.PARTLY),)
    summary = lead.RemovalSummary(result=RemovalResult.REMOVED, prints_destroyed=0, onward=onward)
    told = words(receipt(replace(there, data=lead.RemovalAnswered(summary=summary)), there, "虚公（禁）", PLAIN))
    assert f"转递至{YIWU}的部分：部分删除" in told
    assert "9" * 64 in told


def test_every_record_of_a_lead_has_its_word() -> None:
    assert {name for name in events() if name.startswith("duikou.lead.")} == set(WORDS)


def test_a_lead_without_timeline_has_no_source() -> None:
    with pytest.raises(ValueError, match="timeline"):
        source_statement(event(lead.Shared, LEAD_SUMMARY), [], PLAIN, NOW)
