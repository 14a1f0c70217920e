"""Where a lead stands and what is known of it (MECHANISM 1.2b, 1.2c); statuses of phone records are kept apart."""

from dataclasses import dataclass

from contracts.approval import DocumentNo
from contracts.lead_terms import Claim, Settlement
from contracts.vocabulary import Basis, OutcomeStage, Purpose, RemovalResult, Restriction, Term, Urgency


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
class Verdict:
    """Whose a disputed matter is, as one unit says: by agreement, or by the decision of the common superior."""

    unit: str
    by: Settlement
    decision: DocumentNo | None = None


@dataclass(frozen=True)
class Forward:
    """A request to let a version (id of its content) go to a third unit; ``request``: its envelope's digest."""

    request: str
    at: int
    recipient: str
    purpose: Purpose
    content: str


@dataclass(frozen=True)
class Grant:
    """A grant by its envelope's digest: who may forward which content to whom, until (ms)."""

    digest: str
    holder: str
    recipient: str
    content: str
    until: int


@dataclass(frozen=True)
class Origin:
    """Where a forwarded lead comes from: its grant, its owner's lead there, and what the owner demands of handling."""

    grant: str
    owner: str
    channel: str
    subject: str
    restrictions: tuple[Restriction, ...]
    review_date: str


@dataclass(frozen=True)
class Lead:
    """One share, or one phone record. Times are effective ms; digests are of envelopes.

    since: begin of the status. owner_spoke: last event of the owner. unread, corrections: what nobody acknowledged, as
    (digest, at) and (digest, at, urgent). outcome: digest of the outcome event that stands. author: who wrote it.
    protected: a witness or victim is named; suspect: a suspect is. versions: ids of the owner's contents that stand.
    claims: (unit, what it wants); settled: (unit, whose and how). hold_review: until when it is held. evidence_asked:
    digest of a request for consent; evidence: it was granted. transfer: (digest of the offer, until when it binds).
    reviewer: who alone reads it since restricted_at. told_at: when a call was, as recorded, then as confirmed.
    forwards: requests nobody answered yet; grants: what was granted. origin: of a lead that was forwarded here.
    asked_back: when it was first to be removed at once. removal: (digest, result) of the newest removal answer.
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
    suspect: bool = False
    shared_at: int = 0
    since: int = 0
    owner_spoke: int = 0
    next_feedback_on: str = ""
    feedback_from: int = 0
    unread: tuple[tuple[str, int], ...] = ()
    corrections: tuple[tuple[str, int, bool], ...] = ()
    corrected_at: int = 0
    misdirected_at: int = 0
    stage: OutcomeStage | None = None
    outcome: str = ""
    outcome_at: int = 0
    author: str = ""
    versions: tuple[str, ...] = ()
    claims: tuple[tuple[str, Claim], ...] = ()
    settled: tuple[tuple[str, Verdict], ...] = ()
    hold_review: str = ""
    evidence: bool = False
    evidence_asked: str = ""
    evidence_asked_at: int = 0
    told_at: int = 0
    transfer: tuple[str, int] | None = None
    reviewer: str = ""
    restricted_at: int = 0
    forwards: tuple[Forward, ...] = ()
    grants: tuple[Grant, ...] = ()
    origin: Origin | None = None
    asked_back: int = 0
    removal: tuple[str, RemovalResult] | None = None

    @property
    def held(self) -> bool:
        """Whether proceedings keep it (S20)."""
        return bool(self.hold_review)


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
PHONE = frozenset({Status.PHONE_RECORDED, Status.PHONE_CONFIRMED, Status.PHONE_DISPUTED})
"""Of a phone record, which is no lead: nothing cites it but the lead that writes it down."""
KEPT = LIVE | {Status.CLOSED, Status.RETAINED, Status.MOVED}
"""The recipient has it, and nobody has asked for it back."""
ASKED_BACK = frozenset({Status.WITHDRAWN, Status.DECLINED, Status.MISDIRECTED, Status.EXPUNGED})
"""To be removed at once; what is closed has a longer time."""
