"""Where a matter between a unit and its superior stands (MECHANISM 1.6-1.8): their machines share one state."""

from dataclasses import dataclass

from contracts.attestations import AuditAttestedSummary
from contracts.report_figures import Figure
from contracts.vocabulary import Term


class Status(Term):
    """Where a matter between unit and superior stands."""

    ABSENT = "absent", "无", "absent"
    REPORTED = "reported", "已首报", "reported"
    FOLLOWED_UP = "followed_up", "续报", "followed up"
    REPORT_CLOSED = "report_closed", "终报", "closed"
    SUPERVISED = "supervised", "已督办", "supervision opened"
    IN_PROGRESS = "in_progress", "办理中", "in progress"
    ANSWERED = "answered", "已反馈", "answered"
    STRUCK_OFF = "struck_off", "销号", "struck off"
    ESCALATED = "escalated", "已升级", "escalated"
    SUGGESTED = "suggested", "已商请", "suggested"
    REDRESS = "redress", "申诉受理", "redress under way"
    DECIDED = "decided", "已决定", "decided"
    CONTRIBUTED = "contributed", "县已报", "reported by the county"
    TO_CORRECT = "to_correct", "县待更正", "to be corrected by the county"
    SUBMITTED = "submitted", "市已报", "reported by the prefecture"
    ACCEPTED = "accepted", "已接收", "accepted"
    RETURNED = "returned", "退回", "returned"
    RESTATED = "restated", "已更正", "restated"
    ANCHORED = "anchored", "已锚定", "anchored"
    ATTESTED = "attested", "已审计", "attested"


@dataclass(frozen=True)
class Anchor:
    """How far a desk reached when its unit said so last. Heads as ``seen`` names them; times in ms.

    lost, lost_at: an anchored head that the desk later no longer reached back to, the last one, and when that was said.
    """

    head: str
    lost: str = ""
    lost_at: int = 0


@dataclass(frozen=True)
class Oversight:
    """One matter. Times in ms.

    since: begin of the status. breach: an incident for which it must be decided whom to tell; told: it is decided.
    clock_from, days: working days until the unit answers a supervision; extended: once. period, version: of a report;
    figures: of its newest version, where a restatement has to say what it changes. anchor: of a desk, in the one stream
    of the unit's anchors; attested: what an audit came to.
    """

    status: Status = Status.ABSENT
    owner: str = ""
    since: int = 0
    opened_at: int = 0
    breach: bool = False
    told: bool = False
    clock_from: int = 0
    days: int = 0
    extended: bool = False
    period: str = ""
    version: int = 0
    figures: tuple[Figure, ...] = ()
    anchor: Anchor | None = None
    attested: AuditAttestedSummary | None = None


INITIAL = Oversight()
ENDED = frozenset(
    {
        *(Status.REPORT_CLOSED, Status.STRUCK_OFF, Status.ESCALATED, Status.SUGGESTED, Status.DECIDED),
        *(Status.CONTRIBUTED, Status.ACCEPTED, Status.RESTATED, Status.ANCHORED, Status.ATTESTED),
    }
)
