"""The documents of the story. Every person, number and case in them is invented."""

from typing import Any

from services.demo.cast import JINHUA, XINCAI, YIWU, ZHUMADIAN
from services.gateway.examples import LEAD

INVENTED = ("张示例", "示例阿三", "13900000000", "示例寄件甲")
"""Words that stand in contents only: nowhere at rest may they be found."""

_CONTACT = {"name": "承办示例", "phone": "0000-0000000"}
HANDLER = {"name": "经办示例", "phone": "0000-0000001"}


def proposal(answer_by: str) -> dict[str, Any]:
    """P1: an agreement of 新蔡 and 义乌 for a year."""
    return {
        "kind": "agreement",
        "classification": "work_secret",
        "urgency": "routine",
        "counterpart": YIWU,
        "purposes": ["outflow_trafficking", "parcel"],
        "ceiling": ["conditions", "evidence_consent", "forward_consent"],
        "oversight_a": ZHUMADIAN,
        "oversight_b": JINHUA,
        "term_days": 365,
        "clocks": {"urgent_hours": 8, "priority_days": 3, "routine_days": 7},
        "agreement": "a" * 64,
        "impact_assessment": "b" * 64,
        "answer_by": answer_by,
    }


def outflow(origin: str, people: dict[str, int]) -> dict[str, Any]:
    """Exact counts as statistics have them; the gateway keeps only the rounded ones."""
    counts = [{"destination": "330782", "sector": sector, "people": count} for sector, count in people.items()]
    return {"origin": origin, "period": "2026H1", "source": "statistics", "counts": counts}


def lead(review_date: str, urgency: str = "priority") -> dict[str, Any]:
    """The clear summary of a lead with one suspect."""
    return {**LEAD["summary"], "urgency": urgency, "review_date": review_date}


def lead_content(title: str, narrative: str) -> dict[str, Any]:
    """A nickname, a telephone and a parcel, from a confession."""
    content = LEAD["content"]
    fact = {**content["facts"][0], "text": "供述称示例阿三以寄递方式发货，寄件人写示例寄件甲"}
    suspect = {**content["persons"][0], "identification": "unverified", "name": "张示例"}
    named = {"contact": _CONTACT, "title": title, "narrative": narrative, "facts": [fact], "persons": [suspect]}
    return {**content, **named}


def enquiry(about: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """协查: the city asks back about the lead."""
    summary = {
        "kind": "enquiry",
        "classification": "work_secret",
        "urgency": "routine",
        "form": "info",
        "purpose": "logistics",
        "lead": about,
        "items_count": 1,
    }
    item = {"no": 1, "question": "parcel_parties", "person": 1, "text": "示例：该件由何处揽收"}
    return summary, {"contact": HANDLER, "items": [item]}


ANSWER = {
    "classification": "work_secret",
    "urgency": "routine",
    "answers": [{"no": 1, "code": "found"}],
    "content": {"contact": _CONTACT, "answers": [{"no": 1, "text": "示例：由示例网点揽收"}]},
}


def outcome(outcome_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """结果: a case was filed in the city."""
    summary = {
        "kind": "reply",
        "classification": "work_secret",
        "urgency": "routine",
        "stage": "case_filed",
        "outcome_id": outcome_id,
        "credit": [{"unit": YIWU, "role": "led"}, {"unit": XINCAI, "role": "provided_lead"}],
    }
    return summary, {"contact": HANDLER, "case_no": "示例义案〔2026〕1号", "document_no": "示例立〔2026〕1号"}
