"""Contents with obviously invented people and numbers."""

from typing import Any

from contracts import checks

ADULT_ID = "11010519491231002X"
"""The example of GB 11643 itself."""


def identity(born: str) -> str:
    """A number with a right check digit; ``born`` YYYYMMDD."""
    first17 = f"999999{born}001"
    return first17 + checks.id_check_digit(first17)


CONTACT = {"name": "测试员", "phone": "13900000000"}
FACT = {
    "text": "张某某供述：包裹由李某某寄出。",
    "on": "2021-04-20",
    "zone": "+08:00",
    "source": "confession",
}
PERSON: dict[str, Any] = {
    "index": 1,
    "category": "suspect",
    "identification": "unverified",
    "name": "李某某",
    "aliases": ["测试绰号"],
    "id_doc": {"kind": "resident", "number": identity("19800101")},
    "sex": "male",
    "grounds": ["parcel", "pointed_out"],
    "ground_facts": [1],
    "alleged_act": "trafficking",
}
WITNESS: dict[str, Any] = {
    "index": 1,
    "category": "witness",
    "identification": "verified",
    "name": "王某某",
    "grounds": ["pointed_out"],
    "ground_facts": [1],
    "needed_because": "辨认包裹",
}
IDENTIFIER: dict[str, Any] = {
    "kind": "mobile",
    "value": "13900000001",
    "attributed_to": 1,
    "obtained": "confession",
    "fact": 1,
    "seen_from": "2021-04-01",
    "seen_to": "2021-04-20",
}
SUBSTANCE: dict[str, Any] = {
    "kind": "methamphetamine",
    "form": "crystal",
    "quantity": "12.5",
    "unit": "g",
    "status": "stated",
}
LEAD: dict[str, Any] = {
    "contact": CONTACT,
    "facts": [FACT],
    "persons": [PERSON],
    "identifiers": [IDENTIFIER],
    "substances": [SUBSTANCE],
    "narrative": "张某某到案后供述，\n涉案包裹由李某某寄出。",
    "title": "虚构线索",
    "basis_no": "虚构〔2021〕1号",
}


def unlike(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """``base`` with members replaced; None leaves one out."""
    return {name: value for name, value in (base | changes).items() if value is not None}
