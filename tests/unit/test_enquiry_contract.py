"""What enquiry events and their contents can hold (FIELDS 6.7)."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from contracts import enquiry
from contracts.content_model import ContentError
from contracts.enquiry_content import AnsweredContent, AskedContent, UndertakenContent
from contracts.event import Event
from contracts.lead_content import LeadContent
from contracts.profile import compact
from tests.support.contents import ADULT_ID, CONTACT, LEAD, unlike
from tests.support.papers import ASKED_SUMMARY, REPLY, data
from tests.support.states import AUTHOR, OTHER, OWNER

ON = date(2021, 5, 6)
CASE = {
    "category": "parcel",
    "basis": {"kind": "criminal_case", "organ": OWNER, "date": "2021-05-01"},
}
FOUND = {"no": 1, "code": "found"}
ANSWER = {**REPLY, "officer": AUTHOR, "answers": [FOUND], "persons_count": 0}
MEASURE = ASKED_SUMMARY | {"kind": "measure_request", "form": "measure", "measure": "search"}

SHAPES: dict[str, tuple[type[Event], dict[str, Any], bool]] = {
    "about a lead": (enquiry.Asked, ASKED_SUMMARY, True),
    "about a case": (enquiry.Asked, unlike(ASKED_SUMMARY, lead=None, case=CASE), True),
    "a measure request has its fields": (enquiry.Asked, MEASURE, True),
    "about nothing": (enquiry.Asked, unlike(ASKED_SUMMARY, lead=None), False),
    "about both": (enquiry.Asked, ASKED_SUMMARY | {"case": CASE}, False),
    "no item": (enquiry.Asked, ASKED_SUMMARY | {"items_count": 0}, False),
    "eleven items": (enquiry.Asked, ASKED_SUMMARY | {"items_count": 11}, False),
    "a date without a reason": (enquiry.Asked, ASKED_SUMMARY | {"needed_by": "2021-06-01"}, False),
    "a measure request without measure": (enquiry.Asked, unlike(MEASURE, measure=None), False),
    "a measure in an information enquiry": (enquiry.Asked, ASKED_SUMMARY | {"measure": "search"}, False),
    "a measure request as an enquiry's paper": (enquiry.Asked, MEASURE | {"kind": "enquiry"}, False),
    "an item answered twice": (enquiry.Answered, ANSWER | {"answers": [FOUND, FOUND]}, False),
    "an item refused without ground": (enquiry.Answered, ANSWER | {"answers": [{"no": 1, "code": "refused"}]}, False),
    "found without content": (enquiry.Answered, ANSWER, False),
    "nothing held needs none": (enquiry.Answered, ANSWER | {"answers": [{"no": 1, "code": "nothing_held"}]}, True),
    "an answer nobody signed": (
        enquiry.Answered,
        unlike(ANSWER, officer=None, answers=[{"no": 1, "code": "nothing_held"}]),
        False,
    ),
    "a refusal with a ground": (enquiry.Refused, {**REPLY, "ground": "not_held"}, True),
    "a refusal without ground": (enquiry.Refused, {**REPLY}, False),
    "not our territory names the right unit": (
        enquiry.Refused,
        {**REPLY, "measure_ground": "not_our_territory", "right_unit": OTHER},
        True,
    ),
    "not our territory without the right unit": (
        enquiry.Refused,
        {**REPLY, "measure_ground": "not_our_territory"},
        False,
    ),
    "the real reason": (enquiry.Refused, {**REPLY, "ground": "not_held", "reason": "虚构"}, False),
}


@pytest.mark.parametrize(("event", "summary", "legal"), SHAPES.values(), ids=SHAPES)
def test_what_the_model_takes(event: type[Event], summary: dict[str, Any], legal: bool) -> None:
    document = compact(data(event, summary))
    if legal:
        assert event.model_validate_json(document).wire()["summary"] == summary
    else:
        with pytest.raises(ValidationError):
            event.model_validate_json(document)


PERSON_ITEM = {"no": 1, "question": "identity", "person": 1, "text": "请核实李某某身份"}
NUMBER_ITEM = {
    "no": 2,
    "question": "attribution",
    "identifier": {"kind": "mobile", "value": "13900000001"},
    "text": "请核实使用人",
}
NAMED_ITEM = {
    "no": 1,
    "question": "record",
    "named": {"name": "张某某", "id_doc": {"kind": "resident", "number": ADULT_ID}},
    "text": "请核实经历",
}
ASKED = {"contact": CONTACT, "items": [PERSON_ITEM, NUMBER_ITEM]}

CONTENTS: dict[str, tuple[dict[str, Any], bool]] = {
    "a person and a number of a lead": (ASKED, True),
    "a person of a case, with a document": ({"contact": CONTACT, "case_no": "虚构1号", "items": [NAMED_ITEM]}, True),
    "a person by name alone": (
        {
            "contact": CONTACT,
            "case_no": "虚构1号",
            "items": [NAMED_ITEM | {"named": {"name": "张某某"}}],
        },
        False,
    ),
    "somebody outside the lead": ({"contact": CONTACT, "items": [NAMED_ITEM]}, False),
    "an index where there is no lead": ({"contact": CONTACT, "case_no": "虚构1号", "items": [PERSON_ITEM]}, False),
    "an item about nobody": ({"contact": CONTACT, "items": [unlike(PERSON_ITEM, person=None)]}, False),
    "an item about two": (
        {"contact": CONTACT, "items": [PERSON_ITEM | {"identifier": NUMBER_ITEM["identifier"]}]},
        False,
    ),
    "a wildcard": (
        {"contact": CONTACT, "items": [NUMBER_ITEM | {"no": 1, "identifier": {"kind": "mobile", "value": "139%"}}]},
        False,
    ),
    "where somebody is now": ({"contact": CONTACT, "items": [PERSON_ITEM | {"question": "location"}]}, False),
    "items out of order": ({"contact": CONTACT, "items": [NUMBER_ITEM, PERSON_ITEM]}, False),
    "no items": ({"contact": CONTACT, "items": []}, False),
    "eleven items": ({"contact": CONTACT, "items": [PERSON_ITEM | {"no": no} for no in range(1, 12)]}, False),
}


@pytest.mark.parametrize(("document", "legal"), CONTENTS.values(), ids=CONTENTS)
def test_what_may_be_asked(document: dict[str, Any], legal: bool) -> None:
    if legal:
        AskedContent.of(compact(document))
    else:
        with pytest.raises(ContentError):
            AskedContent.of(compact(document))


def test_an_item_outside_the_lead_is_found() -> None:
    lead = LeadContent.of(compact(LEAD))
    inside = AskedContent.of(compact(ASKED))
    assert inside.outside(lead) == ()
    other = NUMBER_ITEM | {"identifier": {"kind": "mobile", "value": "13900000009"}}
    outside = AskedContent.of(compact(ASKED | {"items": [PERSON_ITEM | {"person": 2}, other]}))
    assert outside.outside(lead) == (1, 2)


def test_asked_agrees_with_its_summary() -> None:
    content = AskedContent.of(compact(ASKED))
    summary = enquiry.AskedSummary.model_validate_json(compact(ASKED_SUMMARY))
    assert content.differs(summary, ON) == ()
    cited = unlike(ASKED_SUMMARY, lead=None, case=CASE, items_count=3)
    other = enquiry.AskedSummary.model_validate_json(compact(cited))
    assert content.differs(other, ON) == ("items_count", "case")


REPLIES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], int, tuple[str, ...]]] = {
    "what was found stands there": ([FOUND], [{"no": 1, "text": "属实"}], 0, ()),
    "what was found is missing": ([FOUND, {"no": 2, "code": "found"}], [{"no": 1, "text": "属实"}], 0, ("answers",)),
    "what was not answered stands there": (
        [FOUND],
        [{"no": 1, "text": "属实"}, {"no": 2, "text": "属实"}],
        0,
        ("answers",),
    ),
    "persons are counted": ([FOUND], [{"no": 1, "text": "属实", "persons": [{"name": "王某某"}]}], 1, ()),
    "persons are not counted": (
        [FOUND],
        [{"no": 1, "text": "属实", "persons": [{"name": "王某某"}]}],
        0,
        ("persons_count",),
    ),
}


@pytest.mark.parametrize(("codes", "replies", "count", "wrong"), REPLIES.values(), ids=REPLIES)
def test_an_answer_agrees_with_its_summary(
    codes: list[dict[str, Any]], replies: list[dict[str, Any]], count: int, wrong: tuple[str, ...]
) -> None:
    content = AnsweredContent.of(compact({"contact": CONTACT, "answers": replies}))
    summary = enquiry.AnsweredSummary.model_validate_json(compact(ANSWER | {"answers": codes, "persons_count": count}))
    assert content.differs(summary, ON) == wrong


def test_who_undertakes_can_be_telephoned() -> None:
    assert UndertakenContent.of(compact({"handler": CONTACT})).handler.phone == CONTACT["phone"]
    with pytest.raises(ContentError):
        UndertakenContent.of(compact({"handler": CONTACT | {"phone": "见通讯录"}}))
