"""Events of leads and enquiries with invented contents, unsigned: rules are judged here, signatures elsewhere."""

import base64
from typing import Any
from uuid import uuid4

from contracts.approval import Approval
from contracts.content import WRAPPED, Content, Wrap, media_of
from contracts.dsse import Dsse
from contracts.envelope import Draft
from contracts.event import Event
from contracts.profile import compact
from contracts.vocabulary import Role
from services.domain.clocks import HOUR, format_time
from tests.support.states import APPROVER, CHANNEL, EXCHANGE, NOW, OTHER, OWNER

LEAD = "11110000-0000-4000-8000-000000000001"
ENQUIRY = "22220000-0000-4000-8000-000000000001"
SUSPECT = {"category": "suspect", "grounds": ["parcel", "pointed_out"], "approver": "approver"}
WITNESS = {"category": "witness", "grounds": ["pointed_out"], "approver": "approver"}
LEAD_SUMMARY: dict[str, Any] = {
    "kind": "lead_notice",
    "classification": "work_secret",
    "urgency": "routine",
    "category": "outflow_trafficking",
    "basis": {"kind": "criminal_case", "organ": OWNER, "date": "2021-05-01"},
    "grade": {"source": "B", "information": "2"},
    "restrictions": ["forward_consent"],
    "review_date": "2022-05-01",
    "persons": [SUSPECT],
    "identifiers_count": 1,
    "action": ["check"],
    "substances": ["methamphetamine"],
}
SUPPLEMENT_SUMMARY: dict[str, Any] = {
    "kind": "lead_notice",
    "classification": "work_secret",
    "urgency": "routine",
    "persons": [],
    "identifiers_count": 0,
    "substances": [],
}
REPLY = {"kind": "reply", "classification": "work_secret", "urgency": "routine"}
OUTCOME_SUMMARY: dict[str, Any] = {
    **REPLY,
    "stage": "case_filed",
    "outcome_id": "33330000-0000-4000-8000-000000000001",
    "credit": [{"unit": OTHER, "role": "led"}, {"unit": OWNER, "role": "provided_lead"}],
}
ASKED_SUMMARY: dict[str, Any] = {
    "kind": "enquiry",
    "classification": "work_secret",
    "urgency": "routine",
    "form": "info",
    "purpose": "logistics",
    "lead": LEAD,
    "items_count": 2,
}


def content(event: type[Event], recipient: str) -> dict[str, Any]:
    """A content of the right shape that opens to nobody."""
    wrap = Wrap(half="ku", holder=recipient, number=1, wrapped=base64.b64encode(bytes(WRAPPED)).decode())
    made = Content(
        id=str(uuid4()),
        suite="duikou.content.v1",
        media=media_of(event.TYPE),
        nonce=base64.b64encode(bytes(12)).decode(),
        commitment="c" * 64,
        ciphertext=base64.b64encode(bytes(1_040)).decode(),
        wraps=(wrap,),
    )
    return made.model_dump(mode="json")


def approvals(event: type[Event], unit: str, decided: int = NOW, answers: tuple[str, ...] = ()) -> dict[str, Any]:
    """Statements of the right shape, signed by nobody."""
    said = Approval(
        exchange=EXCHANGE,
        channel=CHANNEL,
        type=event.TYPE,
        subject=LEAD,
        unit=unit,
        officer=APPROVER,
        role=Role.APPROVER,
        summary="5" * 64,
        decided_at=format_time(decided),
        valid_until=format_time(decided + 72 * HOUR),
        submission="6" * 64,
        answers=answers,
    )
    dsse = Dsse.make(said.to_payload(), ("7" * 64, bytes(64))).model_dump(mode="json", exclude_none=True)
    return {"submission": dsse, "approval": dsse}


def data(event: type[Event], summary: dict[str, Any], unit: str = OWNER, **changes: Any) -> dict[str, Any]:
    """The data of an event with what its model must have; ``changes`` replace members, None leaves one out."""
    found: dict[str, Any] = {"summary": summary}
    needed = {name for name, member in event.model_fields.items() if member.is_required()}
    if "content" in needed:
        found["content"] = content(event, OTHER if unit == OWNER else OWNER)
    if "approval" in needed:
        found["approval"] = approvals(event, unit)
    return {name: value for name, value in (found | changes).items() if value is not None}


def draft(
    event: type[Event], summary: dict[str, Any], unit: str = OWNER, subject: str = LEAD, **changes: Any
) -> Draft[Any]:
    """The event with its address, through its model as bytes of the log would come."""
    said = event.model_validate_json(compact(data(event, summary, unit, **changes)))
    address = (str(uuid4()), unit, subject, format_time(NOW), EXCHANGE, CHANNEL)
    return Draft(*address, said, digest="8" * 64)
