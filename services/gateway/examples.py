"""Invented ids and texts for the description of the interface; nothing of them exists."""

from typing import Any

from pydantic import ConfigDict

CHANNEL = "a2b3c4d5e6f7a2b3c4d5e6f7a2b3c4d5e6f7a2b3c4d5e6f7a2b3"
SUBJECT = "7b8f4a53-2c1d-4e0a-9b6f-0d9c2f4e1a77"
EVENT = "0c6b7a1e-5f2d-5b3c-8a4d-1e2f3a4b5c6d"
CONTENT = "3f2a1b0c-9d8e-4f7a-8b6c-5d4e3f2a1b0c"
DIGEST = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
TOPIC = f"duikou.channel.{CHANNEL}.1"
HANDLER = {"handler": {"name": "示例甲", "phone": "0579-0000000"}}
OFFICER = "9d1e2f3a-4b5c-4d6e-8f70-112233445566"
SIGNED = {"keyid": DIGEST, "sig": "c2lnbmF0dXJl", "payload": "eyJleGNoYW5nZSI6IuKApiJ9"}
TO_SIGN = {
    "payload_type": "application/vnd.duikou.submission.v1+json",
    "payload": SIGNED["payload"],
    "keyid": DIGEST,
}
LEAD: dict[str, Any] = {
    "channel": CHANNEL,
    "type": "duikou.lead.shared.v1",
    "summary": {
        "kind": "lead_notice",
        "classification": "work_secret",
        "urgency": "priority",
        "category": "outflow_trafficking",
        "basis": {"kind": "criminal_case", "organ": "411729000001", "date": "2026-11-01"},
        "grade": {"source": "B", "information": "3"},
        "restrictions": ["evidence_consent", "forward_consent"],
        "review_date": "2027-05-01",
        "persons": [{"category": "suspect", "grounds": ["parcel", "pointed_out"], "approver": "approver"}],
        "identifiers_count": 1,
        "action": ["check"],
        "substances": [],
    },
    "content": {
        "contact": {"name": "示例乙", "phone": "0396-0000000"},
        "title": "示例线索",
        "basis_no": "示例案字〔2026〕1号",
        "narrative": "示例：供述称绰号示例阿三者以寄递方式发货。",
        "facts": [{"text": "示例：供述", "on": "2026-10-20", "zone": "+08:00", "source": "confession"}],
        "persons": [
            {
                "index": 1,
                "category": "suspect",
                "identification": "unknown",
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
    },
}
"""A first lead, whole: a confession names a nickname, a telephone and a parcel."""
DRAFT = {
    "channel": CHANNEL,
    "type": "duikou.enquiry.asked.v1",
    "summary": {
        "kind": "enquiry",
        "classification": "work_secret",
        "urgency": "routine",
        "form": "info",
        "purpose": "logistics",
        "lead": SUBJECT,
        "items_count": 1,
    },
    "content": {
        "contact": {"name": "示例乙", "phone": "0396-0000000"},
        "items": [{"no": 1, "question": "parcel_parties", "person": 1, "text": "示例运单 SAMPLE0001 的收寄件信息"}],
    },
}
REPORT = {
    "origin": "411729",
    "period": "2026H1",
    "source": "statistics",
    "counts": [{"destination": "330782", "sector": "logistics", "people": 1234}],
}
COMMAND = {
    "event_id": EVENT,
    "channel": CHANNEL,
    "subject": SUBJECT,
    "type": "duikou.lead.received.v1",
    "ledger": f"{CHANNEL}/330782000001",
    "epoch": 1,
    "sequence": 7,
    "status": "recorded",
    "position": {"topic": TOPIC, "offset": 12},
    "after": f"{TOPIC}@12",
}
PAPER = {
    "id": SUBJECT,
    "status": "approved",
    "channel": CHANNEL,
    "type": DRAFT["type"],
    "subject": SUBJECT,
    "grant": "",
    "author": OFFICER,
    "approved_by": "5f6e7d8c-9b0a-4c1d-8e2f-3a4b5c6d7e8f",
    "reason": "",
    "document": {"series": "enquiry", "year": 2026, "number": 1},
    "summary": DRAFT["summary"],
    "summary_digest": DIGEST,
    "content": CONTENT,
    "outgoing": {
        "event_id": EVENT,
        "status": "recorded",
        "zh": "已发出",
        "code": "",
        "law": "",
        "counterpart_seen": "2026-11-24T00:00:00.000Z",
    },
}
ENTRY = {
    "at": 1_795_478_400_000,
    "offset": 12,
    "source": "330782000001",
    "type": "duikou.lead.received.v1",
    "time": "2026-11-24T00:00:00.000Z",
    "digest": DIGEST,
    "epoch": 1,
    "number": 7,
    "officers": [OFFICER],
    "delegated": False,
    "document": None,
    "late": False,
    "disputed": False,
}
READ = {"unit": "330782000001", "officer": OFFICER, "kind": "read", "reason": "handling", "at": 1_795_478_400_000}
MATTER = {
    "channel": CHANNEL,
    "subject": SUBJECT,
    "state": {
        "direction": "in",
        "status": "received",
        "urgency": "priority",
        "timeline": [ENTRY],
        "contents": [{"id": CONTENT, "source": "411729000001", "type": "duikou.lead.shared.v1", "offset": 9}],
    },
    "due": [
        {
            "kind": "decide",
            "zh": "受理或不予受理",
            "at": "2026-11-27T16:00:00.000Z",
            "ours": True,
            "overdue": False,
        }
    ],
    "due_unknown": None,
    "reads": [READ],
    "ticks": [],
}
HOLDING = {
    "channel": CHANNEL,
    "context": "lead",
    "subject": SUBJECT,
    "source": "411729000001",
    "type": "duikou.lead.shared.v1",
    "number": {"series": "lead_notice", "year": 2026, "number": 7},
    "on": "2026-11-24",
    "state": "received",
}
REFUSED = {
    "topic": TOPIC,
    "offset": 13,
    "at": "2026-11-24T00:00:00.000Z",
    "result": "void",
    "code": "pairing_state",
    "law": "L6",
    "digest": DIGEST,
    "source": "411729000001",
    "type": "duikou.lead.shared.v1",
    "subject": SUBJECT,
    "ours": True,
    "acknowledged": False,
}
UNIT = {
    "unit": "330782000001",
    "superior": "330700000001",
    "jurisdiction": ["330782"],
    "suspended": False,
    "profile": {"unit": "330782000001", "name": "义乌市禁毒情报（示例）", "duty_phone": "0579-0000000"},
}
OFFICER_NOW = {"officer": OFFICER, "roles": ["author"], "serving": True, "keyid": DIGEST}
NODE = {
    "unit": "330782000001",
    "root": DIGEST,
    "mode": "production",
    "heartbeat_age_seconds": 120,
    "channels": [
        {"channel": CHANNEL, "state": "running", "reason": "", "members": [], "position": 12, "frozen": False}
    ],
    "flags": {"reading": "enforced by this node's software only: no keeper runs"},
}
DUE_ITEM = {
    "channel": CHANNEL,
    "context": "lead",
    "subject": SUBJECT,
    "kind": "sign_for",
    "zh": "待签收",
    "category": "outflow_trafficking",
    "category_zh": "外流贩毒",
    "due": "2026-11-25T00:00:00.000Z",
    "overdue": False,
    "ours": True,
    "event": "",
    "groups": ["to_sign_for"],
}


def example(*documents: dict[str, Any]) -> ConfigDict:
    """The configuration of a model whose description shows these documents."""
    return ConfigDict(json_schema_extra={"examples": [*documents]})
