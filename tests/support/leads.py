"""Events of leads of the right shape, unsigned, with what is usual said: the tables of rules are made of them."""

import json
from typing import Any

from contracts.approval import Approval, Submission
from contracts.dsse import Dsse
from contracts.envelope import Draft
from contracts.lead import (
    Accepted,
    Acknowledged,
    Closed,
    Declined,
    Delivered,
    FeedbackGiven,
    OutcomeRecorded,
    Received,
    RemovalAnswered,
    Shared,
    Supplemented,
    Withdrawn,
)
from contracts.lead_consents import (
    EvidenceUseGranted,
    EvidenceUseRefused,
    EvidenceUseRequested,
    TransferAccepted,
    TransferDeclined,
    TransferOffered,
)
from contracts.lead_course import (
    Corrected,
    Expunged,
    Held,
    HoldReleased,
    JurisdictionDisputed,
    JurisdictionSettled,
    Misdirected,
    Regraded,
    Reopened,
    Restricted,
    RestrictionLifted,
    Reviewed,
)
from contracts.lead_phone import PhoneConfirmed, PhoneDisputed, PhoneRecorded
from contracts.vocabulary import Role
from services.domain.clocks import DAY, HOUR, format_time
from tests.support.papers import (
    LEAD,
    LEAD_SUMMARY,
    OUTCOME_SUMMARY,
    REPLY,
    SUPPLEMENT_SUMMARY,
    approvals,
    content,
    draft,
)
from tests.support.states import APPROVER, AUTHOR, DUTY, INTAKE, NOW, OTHER, OWNER

PHONE = "88880000-0000-4000-8000-000000000001"
CALLEE = "00000008-0000-4000-8000-000000000000"
NOTICE = {"kind": "lead_notice", "classification": "work_secret", "urgency": "routine"}
CORRECTION = {**NOTICE, "kind": "correction"}


def share(**summary: Any) -> Draft[Any]:
    return draft(Shared, LEAD_SUMMARY | summary)


def delivered() -> Draft[Any]:
    return draft(Delivered, {}, OTHER)


def received() -> Draft[Any]:
    return draft(Received, {"officer": INTAKE}, OTHER)


def accept(officer: str = AUTHOR, day: str = "2021-06-05") -> Draft[Any]:
    return draft(Accepted, {"officer": officer, "next_feedback_on": day}, OTHER)


def decline() -> Draft[Any]:
    return draft(Declined, {"ground": "cannot_act"}, OTHER)


def feedback(day: str = "2021-06-05", **changes: Any) -> Draft[Any]:
    summary = {"officer": AUTHOR, "use": "useful", "next_feedback_on": day, "persons_count": 0}
    return draft(FeedbackGiven, summary, OTHER, **changes)


def outcome(**summary: Any) -> Draft[Any]:
    return draft(OutcomeRecorded, OUTCOME_SUMMARY | summary, OTHER, content=content(OutcomeRecorded, OWNER))


def supplement(**summary: Any) -> Draft[Any]:
    return draft(Supplemented, SUPPLEMENT_SUMMARY | summary)


def acknowledge() -> Draft[Any]:
    return draft(Acknowledged, {"officer": AUTHOR, "event": "8" * 64}, OTHER)


def withdraw() -> Draft[Any]:
    return draft(Withdrawn, {"officer": AUTHOR, "ground": "error"})


def removed(result: str = "removed") -> Draft[Any]:
    summary = {"result": result, "prints_destroyed": 0}
    if result == "removed":
        return draft(RemovalAnswered, summary, OTHER)
    signed = approvals(RemovalAnswered, OTHER)
    return draft(RemovalAnswered, summary, OTHER, content=content(RemovalAnswered, OWNER), approval=signed)


def close(unit: str = OWNER) -> Draft[Any]:
    return draft(Closed, {"officer": AUTHOR}, unit)


def misdirected(unit: str = OTHER) -> Draft[Any]:
    return draft(Misdirected, {"officer": INTAKE}, unit)


def regrade(unit: str = OWNER) -> Draft[Any]:
    return draft(Regraded, {**CORRECTION, "grade": {"source": "A", "information": "1"}}, unit)


def correct(unit: str = OWNER, **summary: Any) -> Draft[Any]:
    found = {
        **CORRECTION,
        "correction": "wrong_person",
        "effects": [{"index": 1, "effect": "struck"}],
        "restrictions": ["forward_consent"],
        "persons": [],
        "identifiers_count": 0,
        "substances": [],
        **summary,
    }
    return draft(Corrected, found, unit)


def dispute(unit: str = OTHER, claim: str = "ours") -> Draft[Any]:
    return draft(JurisdictionDisputed, {**REPLY, "claim": claim}, unit)


def settle(unit: str = OTHER, whose: str = OTHER, **summary: Any) -> Draft[Any]:
    return draft(JurisdictionSettled, {**REPLY, "unit": whose, "by": "agreed", **summary}, unit)


def reopen(unit: str = OTHER) -> Draft[Any]:
    return draft(Reopened, {**REPLY, "next_feedback_on": "2021-06-15"}, unit)


def hold(day: str = "2021-11-06", unit: str = OTHER) -> Draft[Any]:
    return draft(Held, {**REPLY, "stage": "prosecuted", "review_on": day}, unit)


def release(unit: str = OTHER) -> Draft[Any]:
    return draft(HoldReleased, REPLY, unit)


def review(day: str = "2022-05-06", unit: str = OWNER, author: str = DUTY) -> Draft[Any]:
    paper = approvals(Reviewed, unit)
    paper["submission"] = _submission_by(author)
    return draft(Reviewed, {**NOTICE, "reason": "case_open", "review_date": day}, unit, approval=paper)


def _submission_by(officer: str) -> Any:
    """A statement of the right shape by that officer, signed by nobody."""
    said = Approval.of(Dsse.model_validate_json(json.dumps(approvals(Reviewed, OWNER)["approval"])))
    about = said.model_dump(exclude={"submission", "document", "answers"})
    made = Submission(**{**about, "officer": officer, "role": Role.AUTHOR})
    return Dsse.make(made.to_payload(), ("7" * 64, bytes(64))).model_dump(mode="json", exclude_none=True)


def expunge(unit: str = OWNER) -> Draft[Any]:
    """By two officers."""
    return draft(Expunged, {}, unit, approval=approvals(Expunged, unit))


def expunged_by_node(unit: str = OWNER) -> Draft[Any]:
    return draft(Expunged, {}, unit)


def ask(unit: str = OTHER) -> Draft[Any]:
    return draft(EvidenceUseRequested, {**REPLY, "kind": "enquiry", "use": "prosecution"}, unit)


def grant(request: str = "8" * 64, unit: str = OWNER) -> Draft[Any]:
    return draft(EvidenceUseGranted, {**REPLY, "request": request}, unit)


def refuse(request: str = "8" * 64, unit: str = OWNER) -> Draft[Any]:
    return draft(EvidenceUseRefused, {**REPLY, "request": request}, unit)


def offer_transfer(unit: str = OWNER, binds: int = 7 * DAY) -> Draft[Any]:
    return draft(TransferOffered, {**REPLY, "kind": "enquiry", "answer_by": format_time(NOW + binds)}, unit)


def accept_transfer(unit: str = OTHER, offer: str = "8" * 64) -> Draft[Any]:
    return draft(TransferAccepted, {"offer": offer}, unit)


def decline_transfer(unit: str = OTHER, offer: str = "8" * 64) -> Draft[Any]:
    return draft(TransferDeclined, {"offer": offer}, unit)


def restrict(unit: str = OWNER, reviewer: str = CALLEE) -> Draft[Any]:
    return draft(Restricted, {**CORRECTION, "reviewer": reviewer}, unit)


def lift(unit: str = OWNER) -> Draft[Any]:
    return draft(RestrictionLifted, CORRECTION, unit)


def told(at: int = NOW - 8 * HOUR, subject: str = LEAD, **summary: Any) -> Draft[Any]:
    found = {
        **LEAD_SUMMARY,
        "urgency": "urgent",
        "urgency_ground": "flight",
        "told_at": format_time(at),
        "told_by": DUTY,
        "told_to": CALLEE,
        "spoken_approver": APPROVER,
        "line": "phone",
        **summary,
    }
    return draft(PhoneRecorded, found, OWNER, subject)


def confirm(unit: str = OTHER, subject: str = LEAD, at: int = NOW - 8 * HOUR) -> Draft[Any]:
    return draft(PhoneConfirmed, {"officer": DUTY, "told_at": format_time(at)}, unit, subject)


def contradict(unit: str = OTHER) -> Draft[Any]:
    return draft(PhoneDisputed, {"officer": DUTY, "dispute": "time"}, unit)
