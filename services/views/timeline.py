"""What rows of all matters share: who said what when, whose content stands there, and which side we are on."""

from dataclasses import dataclass, replace
from typing import Any

from contracts.approval import Approval, Approvals, DocumentNo, Submission
from contracts.envelope import Draft
from contracts.vocabulary import Term
from services.domain import CONTEXTS
from services.verifier import Verdict
from services.views.view import draft_of


class Direction(Term):
    """Seen from the unit whose view it is."""

    IN = "in", "来文", "incoming"
    OUT = "out", "发文", "outgoing"
    WATCH = "watch", "监督", "of others, read by oversight or the auditor"


@dataclass(frozen=True)
class Signers:
    """Officers of an event: the one, or author and approver. delegated: the second stood in by a delegation."""

    officers: tuple[str, ...] = ()
    delegated: bool = False
    document: DocumentNo | None = None


@dataclass(frozen=True)
class Entry:
    """One effective event. at: effective ms; time: what its writer's clock said; number: in its ledger's epoch."""

    at: int
    offset: int
    source: str
    type: str
    time: str
    digest: str
    epoch: int
    number: int
    officers: tuple[str, ...] = ()
    delegated: bool = False
    document: DocumentNo | None = None
    late: bool = False
    disputed: bool = False


@dataclass(frozen=True)
class Held:
    """An encrypted content and who sent it; the content itself stays in the log."""

    id: str
    source: str
    type: str
    offset: int


@dataclass(frozen=True)
class Told:
    """Begin of every row of a matter. Fields only: the state machine is the domain's."""

    direction: Direction = Direction.WATCH
    timeline: tuple[Entry, ...] = ()
    contents: tuple[Held, ...] = ()


@dataclass(frozen=True)
class Matter(Told):
    """A matter between the two members of a channel. counterpart: the other one; seen by oversight, the recipient."""

    counterpart: str = ""


def begun(me: str, verdict: Verdict) -> dict[str, Any]:
    """Direction and counterpart of a new matter.

    The recipient is whom the content's owner half is wrapped for: without that it would be void (PROTOCOL 8).
    """
    draft = draft_of(verdict)
    content = getattr(draft.data, "content", None)
    holders = {wrap.holder for wrap in content.wraps if wrap.half == "ku"} - {draft.source} if content else set()
    if draft.source != me and me in holders:
        return {"direction": Direction.IN, "counterpart": draft.source}
    direction = Direction.OUT if draft.source == me else Direction.WATCH
    return {"direction": direction, "counterpart": min(holders, default="")}


def told(row: Any, verdict: Verdict) -> Any:
    """The row after an effective event, state machine included: any event of any context."""
    draft = draft_of(verdict)
    after = CONTEXTS[draft.context].evolve(row, draft, verdict.at)
    return recorded(after, verdict)


def recorded(row: Any, verdict: Verdict) -> Any:
    """The row with the event in its timeline and its content in the list."""
    return replace(row, timeline=(*row.timeline, entry(verdict)), contents=(*row.contents, *_held(verdict)))


def between(row: Any, verdict: Verdict) -> Any:
    """``told``; the recipient's first word says who it is, whatever the wraps said."""
    after, source = told(row, verdict), draft_of(verdict).source
    if after.direction is Direction.IN or source == after.owner:
        return after
    return replace(after, counterpart=source)


def entry(verdict: Verdict) -> Entry:
    """The line of one event."""
    draft, position, e = draft_of(verdict), verdict.record.position, verdict.envelope
    epoch, number = (e.epoch, e.number) if e is not None else (0, 0)
    by = signers(draft)
    place = (verdict.at, position.offset, draft.source, draft.type, draft.time, draft.digest, epoch, number)
    return Entry(*place, by.officers, by.delegated, by.document, verdict.late, verdict.disputed)


def _held(verdict: Verdict) -> tuple[Held, ...]:
    draft = draft_of(verdict)
    content = getattr(draft.data, "content", None)
    if content is None:
        return ()
    return (Held(content.id, draft.source, draft.type, verdict.record.position.offset),)


def signers(draft: Draft[Any]) -> Signers:
    """Who signed: the approval's two officers, else the one in the summary, else nobody (the node)."""
    papers = getattr(draft.data, "approval", None)
    if isinstance(papers, Approvals):
        return _two(papers)
    officer = getattr(getattr(draft.data, "summary", None), "officer", None)
    delegated = getattr(getattr(draft.data, "embedded", None), "delegation", None) is not None
    return Signers((officer,) if officer else (), delegated)


def _two(papers: Approvals) -> Signers:
    """Both statements were verified before the event was effective."""
    approval = Approval.of(papers.approval)
    officers = (Submission.of(papers.submission).officer, approval.officer)
    return Signers(officers, papers.delegation is not None, approval.document)
