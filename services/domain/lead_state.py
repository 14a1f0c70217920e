"""Where a lead stands and what is known of it (MECHANISM 1.2b, 1.2c); statuses of phone records are kept apart."""

from dataclasses import dataclass

from contracts.lead_terms import Claim
from contracts.vocabulary import Basis, OutcomeStage, Purpose, Restriction, Term, Urgency


class Status(Term):
    """Where a lead stands."""

    ABSENT = "absent", "无", "absent"
    SENT = "sent", "已发出", "sent"
    DELIVERED = "delivered", "已送达", "delivered"
    RECEIVED = "received", "已签收", "signed for"
    IN_PROGRESS = "in_progress", "办理中", "in progress"
    WITH_OUTCOME = "with_outcome", "有结果", "with an outcome"
    DISPUTED = "disputed", "争议", "jurisdiction disputed"
    DECLINED = "declined", "不予受理", "declined"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"
    CLOSED = "closed", "办结", "closed"
    REMOVED = "removed", "已清除", "removed"
    RETAINED = "retained", "入卷保留", "retained in a case file"
    MISDIRECTED = "misdirected", "误送", "misdirected"
    MOVED = "moved", "已移交", "moved to the other unit"
    EXPUNGED = "expunged", "已销毁", "expunged"
    PHONE_RECORDED = "phone_recorded", "待确认", "told by phone, to be confirmed"
    PHONE_CONFIRMED = "phone_confirmed", "已确认", "told by phone, confirmed"
    PHONE_DISPUTED = "phone_disputed", "有异议", "told by phone, disputed"


@dataclass(frozen=True)
class Lead:
    """One share. Times are effective ms; digests are of envelopes.

    since: begin of the status. owner_spoke: last event of the owner. unread: supplements nobody acknowledged,
    as (digest, at). outcome: digest of the outcome event that stands. author: who wrote it. versions: ids of the
    owner's contents that stand. claims: (unit, what it wants); settled: (unit, whose, how, decision). held until
    hold_review. evidence_asked: digest of a request for consent, evidence: it was granted. told_at: as confirmed.
    transfer: (digest of the offer, until when it binds). reviewer: who alone reads it since restricted_at.
    """

    status: Status = Status.ABSENT
    owner: str = ""
    urgency: Urgency = Urgency.ROUTINE
    category: Purpose | None = None
    basis: Basis | None = None
    restrictions: tuple[Restriction, ...] = ()
    review_date: str = ""
    inform: bool = False
    persons: int = 0
    protected: bool = False
    shared_at: int = 0
    since: int = 0
    owner_spoke: int = 0
    next_feedback_on: str = ""
    feedback_from: int = 0
    unread: tuple[tuple[str, int], ...] = ()
    stage: OutcomeStage | None = None
    outcome: str = ""
    outcome_at: int = 0
    author: str = ""
    versions: tuple[str, ...] = ()
    claims: tuple[tuple[str, Claim], ...] = ()
    settled: tuple[tuple[str, str, str, str], ...] = ()
    held: bool = False
    hold_review: str = ""
    evidence: bool = False
    evidence_asked: str = ""
    evidence_asked_at: int = 0
    told_at: int = 0
    transfer: tuple[str, int] | None = None
    reviewer: str = ""
    restricted_at: int = 0


INITIAL = Lead()
LIVE = frozenset(
    {
        Status.SENT,
        Status.DELIVERED,
        Status.RECEIVED,
        Status.IN_PROGRESS,
        Status.WITH_OUTCOME,
        Status.DISPUTED,
    }
)
