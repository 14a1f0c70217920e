"""The documents of the story. Every person, number and case in them is invented."""

from typing import Any

from services.demo.cast import JINHUA, XINCAI, YIWU, ZHUMADIAN

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
    return {
        "kind": "lead_notice",
        "classification": "work_secret",
        "urgency": urgency,
        "category": "outflow_trafficking",
        "basis": {"kind": "criminal_case", "organ": XINCAI, "date": "2026-11-01"},
        "grade": {"source": "B", "information": "3"},
        "restrictions": ["evidence_consent", "forward_consent"],
        "review_date": review_date,
        "persons": [{"category": "suspect", "grounds": ["parcel", "pointed_out"], "approver": "approver"}],
        "identifiers_count": 1,
        "action": ["check"],
        "substances": [],
    }


def lead_content(title: str, narrative: str) -> dict[str, Any]:
    """A nickname, a telephone and a parcel, from a confession."""
    return {
        "contact": _CONTACT,
        "title": title,
        "basis_no": "示例案字〔2026〕1号",
        "narrative": narrative,
        "facts": [
            {
                "text": "供述称示例阿三以寄递方式发货，寄件人写示例寄件甲",
                "on": "2026-10-20",
                "zone": "+08:00",
                "source": "confession",
            }
        ],
        "persons": [
            {
                "index": 1,
                "category": "suspect",
                "identification": "unverified",
                "name": "张示例",
                "aliases": ["示例阿三"],
                "grounds": ["parcel", "pointed_out"],
                "ground_facts": [1],
                "alleged_act": "trafficking",
            }
        ],
        "identifiers": [
            {
                "kind": "mobile",
                "value": "13900000000",
                "attributed_to": 1,
                "obtained": "confession",
                "fact": 1,
                "seen_from": "2026-10-01",
                "seen_to": "2026-10-20",
            }
        ],
    }


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
