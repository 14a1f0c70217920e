"""What lead events and their contents can hold, and what they cannot (L4, FIELDS 6.3-6.6, PROTOCOL 2)."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from contracts import checks, lead
from contracts.catalogue import events
from contracts.content_model import ContentError, ContentModel
from contracts.event import Event
from contracts.lead_content import (
    FeedbackContent,
    LeadContent,
    OutcomeContent,
    RemovalContent,
    SupplementContent,
    derive,
)
from contracts.notices import notices
from contracts.profile import MAX_CONTENT, compact
from contracts.vocabulary import NoticeKind
from tests.support.contents import (
    ADULT_ID,
    CONTACT,
    FACT,
    IDENTIFIER,
    LEAD,
    PERSON,
    SUBSTANCE,
    WITNESS,
    identity,
    unlike,
)
from tests.support.papers import LEAD_SUMMARY, OUTCOME_SUMMARY, SUSPECT, data
from tests.support.states import AUTHOR, OTHER
from tests.support.walk import free_texts

ON = date(2021, 5, 6)
CHECKED_BY_DECODING = {"EncryptionKeySummary.key"}
"""A public key in base64: its model decodes it and counts its bytes."""

SUMMARIES: dict[str, Any] = {
    name: event.model_fields["summary"].annotation
    for name, event in events().items()
    if "summary" in event.model_fields
}


@pytest.mark.parametrize("model", SUMMARIES.values(), ids=SUMMARIES)
def test_no_summary_can_hold_free_text(model: Any) -> None:
    assert set(free_texts(model)) <= CHECKED_BY_DECODING


def test_the_walk_finds_free_text_where_there_is_some() -> None:
    found = free_texts(LeadContent)
    assert {"LeadContent.narrative", "LeadContent.facts[].text", "LeadContent.vehicles[].plate"} <= set(found)


def content(document: dict[str, Any], model: type[ContentModel] = LeadContent) -> Any:
    return model.of(compact(document))


def shared(**changes: Any) -> lead.SharedSummary:
    return lead.SharedSummary.model_validate_json(compact(unlike(LEAD_SUMMARY, **changes)))


def with_person(**changes: Any) -> dict[str, Any]:
    return LEAD | {"persons": [unlike(PERSON, **changes)]}


def with_identifier(**changes: Any) -> dict[str, Any]:
    return LEAD | {"identifiers": [unlike(IDENTIFIER, **changes)]}


def with_one(name: str, part: dict[str, Any]) -> dict[str, Any]:
    return LEAD | {name: [part]}


ACCEPTED: dict[str, dict[str, Any]] = {
    "the plain example": LEAD,
    "no person at all": unlike(LEAD, persons=None, identifiers=None),
    "a witness who is needed": with_one("persons", WITNESS),
    "an unknown person with an alias": with_person(identification="unknown", name=None, id_doc=None),
    "an unknown person with a number": with_person(identification="unknown", name=None, id_doc=None, aliases=None),
    "a failing identity number as it was stated": with_person(
        id_doc={"kind": "resident", "number": "110105194912310021", "as_stated": True}
    ),
    "contact beside a ground": with_person(grounds=["communication", "parcel"]),
    "a wanted person with his warrant": with_person(
        grounds=["wanted"], wanted={"warrant_no": "虚构通缉1号", "date": "2021-04-01", "organ": OTHER}
    ),
    "a number nobody is known to use": with_identifier(attributed_to=0),
    "a foreign mobile number": with_identifier(value="+85200000001"),
    "an address with its moment": with_identifier(kind="ip", value="203.0.113.7 2021-04-20T10:00:00+08:00"),
    "an IMEI": with_identifier(kind="imei", value="490154203237518"),
    "a card that fails its check": with_identifier(kind="bank_card", value="6200000000000001"),
    "a plate": with_one("vehicles", {"plate": "豫A12345", "fact": 1}),
    "a plate of new energy": with_one("vehicles", {"plate": "浙AD12345", "fact": 1}),
    "a VIN": with_one("vehicles", {"vin": "1M8GDM9AXKP042788", "fact": 1}),
    "a firm with its code": with_one(
        "organisations", {"name": "虚构化工公司", "credit_code": "91350100M000100Y43", "fact": 1}
    ),
    "opium poppy in plants": with_one(
        "substances", SUBSTANCE | {"kind": "opium_poppy", "form": "plant", "quantity": "30", "unit": "plant"}
    ),
    "a place": with_one(
        "places", {"division": "330782", "text": "虚构路寄递点", "kind": "posting", "on": "2021-04-20"}
    ),
    "evidence by reference": with_one(
        "evidence", {"kind": "physical", "held_by": OTHER, "document_no": "虚构扣1号", "date": "2021-04-21"}
    ),
}

REFUSED: dict[str, dict[str, Any]] = {
    "no title": unlike(LEAD, title=None),
    "no number of the basis": unlike(LEAD, basis_no=None),
    "no narrative": unlike(LEAD, narrative=None),
    "no fact": unlike(LEAD, facts=[], persons=None, identifiers=None),
    "thirteen facts": LEAD | {"facts": [FACT] * 13},
    "nine persons": LEAD | {"persons": [PERSON | {"index": no} for no in range(1, 10)]},
    "thirteen identifiers": LEAD | {"identifiers": [IDENTIFIER] * 13},
    "a fact of 301 characters": with_one("facts", FACT | {"text": "字" * 301}),
    "a fact from technical surveillance": with_one("facts", FACT | {"source": "technical"}),
    "a fact without a zone": with_one("facts", unlike(FACT, zone=None)),
    "a number from technical surveillance": with_identifier(obtained="technical"),
    "a person by communication alone": with_person(grounds=["communication"]),
    "a person by money alone": with_person(grounds=["money_flow"]),
    "a person by communication and money": with_person(grounds=["communication", "money_flow"]),
    "a person of another category": with_person(category="associate"),
    "a suspect of nothing": with_person(alleged_act=None),
    "a suspect of using drugs": with_person(alleged_act="using"),
    "a witness of no need": with_one("persons", unlike(WITNESS, needed_because=None)),
    "a witness with an alleged act": with_one("persons", WITNESS | {"alleged_act": "trafficking"}),
    "a known person without a name": with_person(name=None),
    "an unknown person nobody could find": unlike(
        with_person(identification="unknown", name=None, id_doc=None, aliases=None), identifiers=None
    ),
    "a ground in a fact that is not there": with_person(ground_facts=[2]),
    "a person without a fact": with_person(ground_facts=[]),
    "persons out of order": with_person(index=2),
    "wanted without a warrant": with_person(grounds=["wanted"]),
    "an identity number that fails its check": with_person(id_doc={"kind": "resident", "number": "110105194912310021"}),
    "a born day that is not the document's": with_person(birth_date="1980-01-02"),
    "a birthplace": with_person(birthplace="虚构县"),
    "an ethnicity": with_person(ethnicity="虚构"),
    "an occupation": with_person(occupation="虚构"),
    "a score": with_person(score=1),
    "a number of a third party": with_identifier(attributed_to=2),
    "a number without a fact": with_identifier(fact=2),
    "a short mobile number": with_identifier(value="1390000000"),
    "a full-width mobile number": with_identifier(value="１３９００００００００１"),
    "an IMEI that fails its check": with_identifier(kind="imei", value="490154203237519"),
    "an address without its zone": with_identifier(kind="ip", value="203.0.113.7 2021-04-20T10:00:00"),
    "a wildcard": with_identifier(kind="wechat", value="test*"),
    "a plate of no form": with_one("vehicles", {"plate": "豫A123", "fact": 1}),
    "a VIN that fails its check": with_one("vehicles", {"vin": "1M8GDM9A1KP042788", "fact": 1}),
    "a vehicle without either": with_one("vehicles", {"colour": "白", "fact": 1}),
    "a credit code that fails its check": with_one(
        "organisations", {"name": "虚构公司", "credit_code": "91350100M000100Y44", "fact": 1}
    ),
    "an association of origin": with_one("organisations", {"name": "虚构同乡会", "fact": 1}),
    "nothing of a substance": with_one("substances", SUBSTANCE | {"quantity": "0.00"}),
    "opium poppy by weight": with_one("substances", SUBSTANCE | {"kind": "opium_poppy"}),
    "something other without a name": with_one("substances", SUBSTANCE | {"kind": "other"}),
    "purity beyond all of it": with_one("substances", SUBSTANCE | {"purity": "100.1"}),
    "a tipster": LEAD | {"source_ref": "虚构"},
    "a direction mark": LEAD | {"title": "虚构\u202e线索"},
    "a private-use character": LEAD | {"title": "虚构\ue000线索"},
}


@pytest.mark.parametrize("document", ACCEPTED.values(), ids=ACCEPTED)
def test_a_content_that_is_legal(document: dict[str, Any]) -> None:
    assert content(document).to_bytes() == LeadContent.of(content(document).to_bytes()).to_bytes()


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
def test_a_content_that_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ContentError):
        content(document)


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
def test_a_refusal_repeats_no_content(document: dict[str, Any]) -> None:
    """What is wrong is said by member; names and numbers stay out of logs (PROTOCOL 10)."""
    with pytest.raises(ContentError) as caught:
        content(document)
    assert not any(word in str(caught.value) for word in ("某某", "虚构", "139000", "19491231", "birthplace"))


AGES: dict[str, tuple[str, str | None]] = {
    "a grown man": ("19800101", "approver"),
    "18 today": ("20030506", "approver"),
    "18 tomorrow": ("20030507", "head"),
    "14 today": ("20070506", "head"),
    "14 tomorrow": ("20070507", None),
}


@pytest.mark.parametrize(("born", "approver"), AGES.values(), ids=AGES)
def test_a_minor_takes_the_head_and_a_child_is_no_suspect(born: str, approver: str | None) -> None:
    found = content(with_person(id_doc={"kind": "resident", "number": identity(born)}))
    if approver is None:
        with pytest.raises(ContentError):
            derive(found, ON)
        assert "persons" in found.differs(shared(), ON)
    else:
        assert derive(found, ON).persons[0].approver == approver


def test_a_year_of_birth_alone_counts_as_the_least_age() -> None:
    assert content(with_person(id_doc=None, birth_year=2003)).persons[0].age(ON) == 17


def test_a_child_may_be_a_victim() -> None:
    victim = unlike(WITNESS, category="victim", birth_date="2010-01-01")
    assert derive(content(with_one("persons", victim)), ON).persons[0].approver == "head"


def test_a_minor_forces_both_consents() -> None:
    young = content(with_person(id_doc={"kind": "resident", "number": identity("20050101")}))
    head = [SUSPECT | {"approver": "head"}]
    both = ["evidence_consent", "forward_consent"]
    assert young.differs(shared(persons=head), ON) == ("restrictions",)
    assert young.differs(shared(persons=head, restrictions=both), ON) == ()
    assert young.differs(shared(restrictions=both), ON) == ("persons",)


ORDERED = {"kind": "superior_order", "organ": OTHER, "date": "2021-05-01", "underlying": "criminal_case"}
REPORTED = {"kind": "verified_report", "organ": OTHER, "date": "2021-05-01"}
DIFFERENCES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "nothing": (LEAD, {}, ()),
    "a head may sign more than he must": (LEAD, {"persons": [SUSPECT | {"approver": "head"}]}, ()),
    "a person is missing": (LEAD, {"persons": []}, ("persons",)),
    "other grounds": (LEAD, {"persons": [SUSPECT | {"grounds": ["parcel"]}]}, ("persons",)),
    "another count": (LEAD, {"identifiers_count": 2}, ("identifiers_count",)),
    "another substance": (LEAD, {"substances": ["heroin"]}, ("substances",)),
    "conditions without words": (LEAD, {"restrictions": ["conditions", "forward_consent"]}, ("restrictions",)),
    "words without conditions": (LEAD | {"conditions": "虚构条件"}, {}, ("restrictions",)),
    "an order without its case": (LEAD, {"basis": ORDERED}, ("basis",)),
    "an order with its case": (LEAD | {"underlying_no": "虚构2号"}, {"basis": ORDERED}, ()),
    "a report that another fact bears out": (LEAD, {"basis": REPORTED}, ()),
    "a report that only itself bears out": (
        with_one("facts", FACT | {"source": "verified_report"}),
        {"basis": REPORTED},
        ("basis",),
    ),
}


@pytest.mark.parametrize(("document", "summary", "wrong"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_content_and_summary_agree(document: dict[str, Any], summary: dict[str, Any], wrong: tuple[str, ...]) -> None:
    assert content(document).differs(shared(**summary), ON) == wrong


def test_contents_of_later_events_agree_with_their_summaries() -> None:
    feedback = content({"contact": CONTACT, "facts": [], "text": "查证中"}, FeedbackContent)
    said = {"officer": AUTHOR, "use": "useful", "next_feedback_on": "2021-06-01", "persons_count": 0}
    assert feedback.differs(lead.FeedbackSummary.model_validate_json(compact(said)), ON) == ()
    outcome = content({"contact": CONTACT, "case_no": "虚构3号", "seized": [SUBSTANCE]}, OutcomeContent)
    summary = lead.OutcomeSummary.model_validate_json(compact(OUTCOME_SUMMARY))
    assert outcome.differs(summary, ON) == ("seized", "stage")
    kept = content({"kept": ["虚构清单"], "case_no": "虚构3号", "basis": "case_file"}, RemovalContent)
    answer = lead.RemovalSummary.model_validate_json(b'{"result":"removed","prints_destroyed":0}')
    assert kept.differs(answer, ON) == ("result",)
    with pytest.raises(ContentError):
        content({"kept": ["虚构清单"]}, RemovalContent)


SHAPES: dict[str, tuple[type[Event], dict[str, Any]]] = {
    "another kind of document": (lead.Shared, LEAD_SUMMARY | {"kind": "enquiry"}),
    "urgent without a ground": (lead.Shared, LEAD_SUMMARY | {"urgency": "urgent"}),
    "a ground of what is not urgent": (lead.Shared, LEAD_SUMMARY | {"urgency_ground": "life"}),
    "a title": (lead.Shared, LEAD_SUMMARY | {"title": "虚构"}),
    "for information and an action": (lead.Shared, LEAD_SUMMARY | {"action": ["check", "inform"]}),
    "no action and not for information": (lead.Shared, LEAD_SUMMARY | {"action": []}),
    "communication alone": (lead.Shared, LEAD_SUMMARY | {"persons": [SUSPECT | {"grounds": ["communication"]}]}),
    "a person without ground": (lead.Shared, LEAD_SUMMARY | {"persons": [SUSPECT | {"grounds": []}]}),
    "an order alone": (lead.Shared, LEAD_SUMMARY | {"basis": unlike(ORDERED, underlying=None)}),
    "an order on an order": (lead.Shared, LEAD_SUMMARY | {"basis": ORDERED | {"underlying": "superior_order"}}),
    "no grade": (lead.Shared, unlike(LEAD_SUMMARY, grade=None)),
    "no review date": (lead.Shared, unlike(LEAD_SUMMARY, review_date=None)),
    "nine persons": (lead.Shared, LEAD_SUMMARY | {"persons": [SUSPECT] * 9}),
    "a category of counties": (lead.Shared, LEAD_SUMMARY | {"category": "drug_use"}),
    "credit given twice": (
        lead.OutcomeRecorded,
        OUTCOME_SUMMARY | {"credit": [{"unit": OTHER, "role": "led"}] * 2},
    ),
    "a case filed without its number": (lead.OutcomeRecorded, OUTCOME_SUMMARY),
    "kept without saying what": (lead.RemovalAnswered, {"result": "partly", "prints_destroyed": 0}),
    "feedback that nobody signed": (
        lead.FeedbackGiven,
        {"use": "useful", "next_feedback_on": "2021-06-01", "persons_count": 0},
    ),
    "persons in feedback without content": (
        lead.FeedbackGiven,
        {"officer": AUTHOR, "use": "useful", "next_feedback_on": "2021-06-01", "persons_count": 1},
    ),
}


@pytest.mark.parametrize(("event", "summary"), SHAPES.values(), ids=SHAPES)
def test_an_event_that_its_model_refuses(event: type[Event], summary: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        event.model_validate_json(compact(data(event, summary)))


NUMBERS: dict[str, tuple[bool, bool]] = {
    "GB 11643's own example": (checks.is_identity_number(ADULT_ID), True),
    "a day that is none": (checks.is_identity_number(identity("19800230")), False),
    "15 digits in their form of today": (checks.to_18("110105491231002") == ADULT_ID, True),
    "GB 32100's own example": (checks.is_credit_code("91350100M000100Y43"), True),
    "a Hong Kong code": (checks.is_hmt_residence(ADULT_ID), False),
    "a permanent residence card of 2004": (checks.is_foreign_resident("XXX000000000000"), True),
    "a plate with I": (checks.is_plate("浙G1234I"), False),
    "a large new energy plate": (checks.is_plate("豫A12345D"), True),
}


@pytest.mark.parametrize(("found", "right"), NUMBERS.values(), ids=NUMBERS)
def test_check_digits(found: bool, right: bool) -> None:
    assert found is right


NOTICES: dict[str, tuple[dict[str, Any], list[tuple[NoticeKind, str]]]] = {
    "nothing to look at": (LEAD, []),
    "an identity number in the narrative": (
        LEAD | {"narrative": f"身份证{ADULT_ID}"},
        [(NoticeKind.ID_NUMBER, "narrative")],
    ),
    "the same number structured": (LEAD | {"narrative": f"身份证{identity('19800101')}"}, []),
    "a phone in a fact": (
        with_one("facts", FACT | {"text": "电话13800000000。"}),
        [(NoticeKind.PHONE_NUMBER, "facts.0.text")],
    ),
    "a full-width phone": (LEAD | {"narrative": "１３８００００００００"}, [(NoticeKind.PHONE_NUMBER, "narrative")]),
    "a structured phone": (LEAD | {"narrative": "13900000001"}, []),
    "a card": (LEAD | {"narrative": "卡6200000000000000001"}, [(NoticeKind.CARD_NUMBER, "narrative")]),
    "kinship": (LEAD | {"assessment": "二人系同乡。"}, [(NoticeKind.WORD, "assessment")]),
    "a decomposed letter": (LEAD | {"title": "e\u0301"}, [(NoticeKind.NOT_NFC, "title")]),
    "a card that fails its check": (
        with_identifier(kind="bank_card", value="6200000000000001"),
        [(NoticeKind.CARD_CHECK, "identifiers")],
    ),
}


@pytest.mark.parametrize(("document", "expected"), NOTICES.values(), ids=NOTICES)
def test_what_an_approver_looks_at_once_more(document: dict[str, Any], expected: list[Any]) -> None:
    assert [(notice.kind, notice.where) for notice in notices(content(document))] == expected


def test_a_private_use_character_is_noticed_before_it_is_refused() -> None:
    typed = LeadContent.model_validate_json(compact(LEAD | {"title": "虚构\ue000"}))
    assert [notice.kind for notice in notices(typed)] == [NoticeKind.PRIVATE_USE]
    with pytest.raises(ContentError):
        typed.to_bytes()


def largest() -> dict[str, Any]:
    """2,000 characters, 12 full facts, 8 persons, 12 identifiers: the budget of PROTOCOL 8."""
    return LEAD | {
        "facts": [FACT | {"text": "字" * 300}] * 12,
        "persons": [PERSON | {"index": no} for no in range(1, 9)],
        "identifiers": [IDENTIFIER] * 12,
        "narrative": "字" * 2_000,
    }


def test_the_stated_budget_fits() -> None:
    size = len(content(largest()).to_bytes())
    assert 21_000 < size <= MAX_CONTENT


def test_beyond_the_budget_the_words_are_clear() -> None:
    too_long = LeadContent.model_validate_json(compact(largest() | {"assessment": "字" * 1_000}))
    with pytest.raises(ContentError, match=r"bytes, at most 24,572 can be sent"):
        too_long.to_bytes()


def test_a_supplement_may_add_facts_only() -> None:
    added = content({"contact": CONTACT, "facts": [FACT], "narrative": "补充"}, SupplementContent)
    assert derive(added, ON) == ((), 0, ())
