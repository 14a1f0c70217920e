"""The documents of the story. Every person, number and case in them is invented."""

from typing import Any

from services.demo.cast import XINCAI, YIWU, Office
from services.gateway.examples import LEAD

INVENTED = ("张示例", "示例阿三", "13900000000", "示例寄件甲")
"""Words that stand in contents only: nowhere at rest may they be found."""

_CONTACT = {"name": "承办示例", "phone": "0000-0000000"}
HANDLER = {"name": "经办示例", "phone": "0000-0000001"}


NARRATIVE = "示例：示例阿三通过寄递发货，寄件人写示例寄件甲。"
PLAIN = {"classification": "work_secret", "urgency": "routine"}


def proposal(county: Office, city: Office, answer_by: str) -> dict[str, Any]:
    """P1: an agreement of a county and a city unit for a year; both superiors look on."""
    return {
        **PLAIN,
        "kind": "agreement",
        "counterpart": city.code,
        "purposes": ["outflow_trafficking", "parcel"],
        "ceiling": ["conditions", "evidence_consent", "forward_consent"],
        "oversight_a": county.superior,
        "oversight_b": city.superior,
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


def lead(county: str, review_date: str) -> dict[str, Any]:
    """The clear summary of a county's lead with one suspect."""
    said = LEAD["summary"]
    return {**said, "basis": {**said["basis"], "organ": county}, "review_date": review_date}


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
        **PLAIN,
        "kind": "enquiry",
        "form": "info",
        "purpose": "logistics",
        "lead": about,
        "items_count": 1,
    }
    item = {"no": 1, "question": "parcel_parties", "person": 1, "text": "示例：该件由何处揽收"}
    return summary, {"contact": HANDLER, "items": [item]}


ANSWER = {
    **PLAIN,
    "answers": [{"no": 1, "code": "found"}],
    "content": {"contact": _CONTACT, "answers": [{"no": 1, "text": "示例：由示例网点揽收"}]},
}


def outcome(outcome_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """结果: a case was filed in the city."""
    summary = {
        **PLAIN,
        "kind": "reply",
        "stage": "case_filed",
        "outcome_id": outcome_id,
        "credit": [{"unit": YIWU, "role": "led"}, {"unit": XINCAI, "role": "provided_lead"}],
    }
    return summary, {"contact": HANDLER, "case_no": "示例义案〔2026〕1号", "document_no": "示例立〔2026〕1号"}


def posting(team: list[str], start: str, end: str, answer_by: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """L1 派驻: a team of 新蔡's officers in 义乌; the first of them leads it."""
    term = {"start": start, "end": end, "answer_by": answer_by}
    who = {"leader": team[0], "members": sorted(team), "mandate": ["forward_papers", "outreach"]}
    named = [{"officer": officer, "name": f"驻点示例{n}"} for n, officer in zip("甲乙", sorted(team), strict=True)]
    content = {"contact": _CONTACT, "mandate_no": "示例派字〔2026〕1号", "team": named}
    return {**PLAIN, "kind": "posting", "seat": "330782", **term, **who}, content


def task(posting_id: str, due_on: str) -> dict[str, Any]:
    """K1: papers to be handed over."""
    return {"posting": posting_id, "kind": "forward_papers", "due_on": due_on, "content": {"text": "示例：转递文书"}}


TASK_DONE = {"result": "done", "content": {"text": "示例：已转递"}}


def outreach(on: str) -> dict[str, Any]:
    """K5 宣传: numbers, people in tens, nobody's name."""
    held = {"sessions": 1, "attended": 40, "leaflets": 200}
    return {"on": on, "division": "330782", "audience": "workers", "partner": "street", **held}


def order() -> tuple[dict[str, Any], dict[str, Any]]:
    """V1 督办: the prefecture wants to know within 7 working days how a lead went to the wrong city."""
    summary = {**PLAIN, "kind": "supervision", "ground": "inspection", "about": [], "days": 7}
    return summary, {"contact": _CONTACT, "text": "示例：请说明误送原因和整改措施"}


def order_answer() -> tuple[dict[str, Any], dict[str, Any]]:
    """V4 反馈."""
    return {**PLAIN, "kind": "reply"}, {"contact": _CONTACT, "text": "示例：已核对收件单位并整改"}


ORDER_CLOSED = {**PLAIN, "kind": "supervision", "finding": "remedied"}


def report(period: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """R1, R3 两月报: an office says the period and its words; its figures are its node's."""
    words = {"contact": _CONTACT, "remark": "示例：对口协作正常"}
    return {**PLAIN, "kind": "periodic_report", "period": period}, words
