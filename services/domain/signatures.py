"""Four eyes that the other side can check (L5, PROTOCOL 7, WIRE 22, 23, 28). Pure: keys from the channel's own log."""

from typing import Any, NamedTuple

from pydantic import TypeAdapter

from contracts.access import Recorded
from contracts.approval import (
    AccessStatement,
    Approval,
    Approvals,
    Delegation,
    DocumentNo,
    Session,
    Submission,
)
from contracts.desk import Approved
from contracts.dsse import Dsse
from contracts.envelope import Draft
from contracts.fields import PublicKey
from contracts.refusals import Code, Refused
from contracts.vocabulary import Role
from services.domain import keys
from services.domain.clocks import DAY, HOUR, parse_time
from services.domain.rules import APPROVERS, Rule, Sign, States
from services.domain.trust import Officer, Trust

APPROVAL_SPAN = 72 * HOUR
DELEGATION_SPAN = 30 * DAY
SESSION_SPAN = 8 * HOUR
CLOCK_TOLERANCE = 10 * 60 * 1_000
"""ms a statement's ``decided_at`` may lie ahead of the log; without a bound a date in the future would not lapse."""
_PUBLIC_KEY: TypeAdapter[str] = TypeAdapter(PublicKey)
_OWN_MEMBERS = {"officer", "role", "decided_at", "valid_until", "submission", "document", "answers"}


class StandIn(NamedTuple):
    """Whom a delegation has to name: an officer acting in a role of ``unit``; decided: ms of what he does."""

    exchange: str
    unit: str
    officer: str
    role: Role
    decided: int


def check(e: Draft[Any], at: int, states: States, rule: Rule, sign: Sign) -> None:
    """The officers of ``e`` as its row demands. Raises Refused: signatures, officers, approval_lapsed."""
    trust: Trust = states.channel.trust
    match sign:
        case Sign.ONE:
            _one(e, at, trust, rule)
        case Sign.TWO:
            _two(e, at, trust, Role.APPROVER)
        case Sign.HEAD:
            _two(e, at, trust, Role.HEAD)
        case _:
            pass


def _one(e: Draft[Any], at: int, trust: Trust, rule: Rule) -> None:
    """An officer with the role; on the desk also one who approves in another's place (D5)."""
    officer = e.data.summary.officer
    delegated = e.data.embedded.delegation if isinstance(e.data, Approved) else None
    if delegated is not None and _serving(trust, officer, e.source, at, rule.roles) is None:
        _approver(e, at, trust, _statement(Approval, e.data.embedded.statement), delegated)
        return
    _enrolled(trust, officer, e.source, at, rule.roles)
    if isinstance(e.data, Recorded):
        _access(e, at, trust)


def _two(e: Draft[Any], at: int, trust: Trust, approver: Role) -> None:
    statements = twice(e, at, trust, approver)
    if not e.data.FACT:
        for statement in statements:
            _in_force(statement, at)


def twice(e: Draft[Any], at: int, trust: Trust, approver: Role) -> tuple[Submission, Approval]:
    """Signed by two officers who serve at ``at``, whatever the term of their word: a firm offer binds beyond it.

    Raises Refused: signatures, officers.
    """
    papers: Approvals | None = getattr(e.data, "approval", None)
    if papers is None:
        raise Refused(Code.SIGNATURES, "L5")
    submission, approval = _statement(Submission, papers.submission), _statement(Approval, papers.approval)
    about = _about(e)
    if _shared(submission) != about or _shared(approval) != about or approval.submission != papers.submission.digest:
        raise Refused(Code.SIGNATURES, "L5")
    author = _enrolled(trust, submission.officer, e.source, at, (Role.AUTHOR,))
    if submission.role is not Role.AUTHOR or approval.role is not approver or approval.officer == submission.officer:
        raise Refused(Code.OFFICERS, "L5")
    second = _approver(e, at, trust, approval, papers.delegation)
    _signed(papers.submission, Submission.PURPOSE, author)
    _signed(papers.approval, Approval.PURPOSE, second)
    return submission, approval


def _about(e: Draft[Any]) -> dict[str, Any]:
    """What both statements must say of this event."""
    about: dict[str, Any] = {
        "exchange": e.exchange,
        "channel": e.channel,
        "type": e.type,
        "subject": e.subject,
        "unit": e.source,
        "summary": e.summary_digest,
    }
    content = getattr(e.data, "content", None)
    if content is not None:
        about |= {
            "content": content.id,
            "commitment": content.commitment,
            "ciphertext": content.ciphertext_digest,
        }
    return about


def _shared(statement: Submission) -> dict[str, Any]:
    return statement.model_dump(mode="json", exclude_none=True, exclude=_OWN_MEMBERS)


def _statement(model: type[Any], dsse: Dsse) -> Any:
    try:
        return model.of(dsse)
    except ValueError as error:
        raise Refused(Code.SIGNATURES, "WIRE 7") from error


def _signed(dsse: Dsse, purpose: str, officer: Officer) -> None:
    if not keys.signed_by(dsse, purpose, officer.public):
        raise Refused(Code.SIGNATURES, "L5")


def _in_force(statement: Submission, at: int) -> None:
    decided, until = parse_time(statement.decided_at), parse_time(statement.valid_until)
    if not (at < until <= decided + APPROVAL_SPAN and decided <= at + CLOCK_TOLERANCE):
        raise Refused(Code.APPROVAL_LAPSED, "WIRE 22")


def _enrolled(trust: Trust, officer: str, unit: str, at: int, roles: tuple[Role, ...]) -> Officer:
    found = _serving(trust, officer, unit, at, roles)
    if found is None:
        raise Refused(Code.OFFICERS, "L5")
    return found


def _serving(trust: Trust, officer: str, unit: str, at: int, roles: tuple[Role, ...]) -> Officer | None:
    found = trust.officers.get(officer)
    if found is None or found.unit != unit or not found.serves(at) or not set(roles) & found.roles:
        return None
    return found


def _approver(e: Draft[Any], at: int, trust: Trust, approval: Approval, paper: Dsse | None) -> Officer:
    """The second officer: with the role, or standing in by a delegation of the unit's head."""
    if paper is None:
        return _enrolled(trust, approval.officer, e.source, at, (approval.role,))
    decided = parse_time(approval.decided_at)
    return deputy(trust, StandIn(e.exchange, e.source, approval.officer, approval.role, decided), paper, at)


def deputy(trust: Trust, named: StandIn, paper: Dsse, at: int) -> Officer:
    """The officer who acts in another's place by a delegation of the unit's head, if he serves at ``at`` (ms).

    Raises Refused: officers, signatures.
    """
    officer = stands_in(trust, named.unit, named.officer, at)
    _delegated(trust, named, paper, at)
    return officer


def stands_in(trust: Trust, unit: str, officer: str, at: int) -> Officer:
    """Whom the head may name: an officer of the unit, or an approver or head of its superior. Raises Refused."""
    found, known = trust.officers.get(officer), trust.units.get(unit)
    if found is None or known is None or not found.serves(at):
        raise Refused(Code.OFFICERS, "WIRE 23")
    if found.unit != unit and (found.unit != known.superior or found.roles.isdisjoint(APPROVERS)):
        raise Refused(Code.OFFICERS, "PROTOCOL 7")
    return found


def _delegated(trust: Trust, named: StandIn, paper: Dsse, at: int) -> None:
    said = delegation(paper)
    since, until = parse_time(said.since), parse_time(said.until)
    by = (said.exchange, said.unit, said.officer, said.role)
    if named.role not in APPROVERS or by != (named.exchange, named.unit, named.officer, named.role):
        raise Refused(Code.OFFICERS, "WIRE 23")
    if until - since > DELEGATION_SPAN or not since <= named.decided < until:
        raise Refused(Code.OFFICERS, "WIRE 23")
    _signed(paper, Delegation.PURPOSE, _enrolled(trust, said.head, named.unit, at, (Role.HEAD,)))


def delegation(paper: Dsse) -> Delegation:
    """What it says, not yet verified. Raises Refused(signatures): it cannot be read."""
    said: Delegation = _statement(Delegation, paper)
    return said


def _access(e: Draft[Recorded], at: int, trust: Trust) -> None:
    """The access statement says what the summary says, and the officer (or his session) signed it (WIRE 28)."""
    summary, papers = e.data.summary, e.data.access
    statement: AccessStatement = _statement(AccessStatement, papers.statement)
    said = (statement.exchange, statement.channel, statement.officer, statement.content, statement.kind)
    codes = (statement.reason, statement.task, statement.copies)
    if said != (e.exchange, e.channel, summary.officer, summary.content, summary.kind) or codes != (
        summary.reason,
        summary.task,
        summary.copies,
    ):
        raise Refused(Code.SIGNATURES, "L7")
    public = trust.officers[summary.officer].public
    if papers.session is not None:
        public = _session(papers.session, e, public, at)
    if not keys.signed_by(papers.statement, AccessStatement.PURPOSE, public):
        raise Refused(Code.SIGNATURES, "L7")


def _session(paper: Dsse, e: Draft[Recorded], public: bytes, at: int) -> bytes:
    session: Session = _statement(Session, paper)
    until = parse_time(session.until)
    named = (session.exchange, session.officer) == (e.exchange, e.data.summary.officer)
    if not named or not at < until <= at + SESSION_SPAN or not keys.signed_by(paper, Session.PURPOSE, public):
        raise Refused(Code.SIGNATURES, "L7")
    try:
        short_lived = keys.raw(_PUBLIC_KEY.validate_python(session.key))
    except ValueError as error:
        raise Refused(Code.SIGNATURES, "WIRE 8") from error
    if not keys.acceptable(short_lived):
        raise Refused(Code.SIGNATURES, "WIRE 8")
    return short_lived


def document_no(event: Any) -> DocumentNo | None:
    """The document number of an event's approval; only asked of events whose signatures were checked."""
    papers: Approvals | None = getattr(event, "approval", None)
    if papers is None:
        return None
    approval: Approval = _statement(Approval, papers.approval)
    return approval.document
