"""The unit's own desk (MECHANISM 1.2a): a document is drafted, submitted, returned or approved, then sealed.

Only the unit itself judges these, with the keys and officers of ``duikou.trust``; the same signatures are judged again
by everybody when the sealed event carries them.
"""

from dataclasses import dataclass, replace
from typing import Any

from contracts import desk as said
from contracts.approval import Approval, DocumentNo, Submission
from contracts.content import Content, Wrap
from contracts.dsse import Dsse
from contracts.envelope import Draft
from contracts.event import Event
from contracts.refusals import Code, Refused
from contracts.vocabulary import Role, Term
from services.domain.rules import ANY_HANDLER, APPROVERS, Allowed, Rule, Side, Sign, States


class Status(Term):
    """Where a document or an incoming matter stands."""

    ABSENT = "absent", "无", "absent"
    DRAFT = "draft", "草稿", "draft"
    SUBMITTED = "submitted", "待审", "submitted"
    RETURNED = "returned", "退回", "returned"
    APPROVED = "approved", "已签发", "approved"
    DISCARDED = "discarded", "作废", "discarded"
    ASSIGNED = "assigned", "承办中", "assigned"
    NOTED = "noted", "已记录", "noted"


@dataclass(frozen=True)
class Paper:
    """One document on the desk: address and bytes of what will be sealed, and the signatures gathered so far.

    grant: digest of the owner's grant under which a lead is forwarded.
    """

    status: Status = Status.ABSENT
    owner: str = ""
    channel: str = ""
    type: str = ""
    subject: str = ""
    grant: str = ""
    summary: str = ""
    content: Content | None = None
    own: tuple[Wrap, ...] = ()
    author: str = ""
    handler: str = ""
    submission: Dsse | None = None
    approval: Dsse | None = None
    delegation: Dsse | None = None
    document: DocumentNo | None = None
    reason: str = ""
    approved_by: str = ""
    payload: str = ""


INITIAL = Paper()
ENDED = frozenset({Status.DISCARDED, Status.NOTED})
_EDITABLE = frozenset({Status.DRAFT, Status.RETURNED})
_ABSENT = frozenset({Status.ABSENT})
_AUTHOR = (Role.AUTHOR,)


def _row(row: str, when: frozenset[Status], then: Status, roles: tuple[Role, ...], by: Side = Side.OWNER) -> Rule:
    return Rule(row, by, when, then, Sign.ONE, Allowed.ALWAYS, roles)


RULES: dict[type[Event], Rule] = {
    said.Drafted: _row("D1", _ABSENT, Status.DRAFT, _AUTHOR, Side.OPENER),
    said.Revised: _row("D2", _EDITABLE, Status.DRAFT, _AUTHOR),
    said.Submitted: _row("D3", frozenset({Status.DRAFT}), Status.SUBMITTED, _AUTHOR),
    said.Returned: _row("D4", frozenset({Status.SUBMITTED}), Status.RETURNED, APPROVERS),
    said.Approved: _row("D5", frozenset({Status.SUBMITTED}), Status.APPROVED, APPROVERS),
    said.Discarded: _row(
        "D7", _EDITABLE | {Status.SUBMITTED, Status.APPROVED}, Status.DISCARDED, (*_AUTHOR, *APPROVERS)
    ),
    said.Assigned: _row("D8", _ABSENT, Status.ASSIGNED, (Role.INTAKE, Role.DUTY, Role.HEAD), Side.OPENER),
    said.Reassigned: _row("D8", frozenset({Status.ASSIGNED}), Status.ASSIGNED, (Role.INTAKE, Role.DUTY, Role.HEAD)),
    said.Linked: _row("D9", _ABSENT, Status.NOTED, _AUTHOR, Side.OPENER),
    said.Acknowledged: _row("D10", _ABSENT, Status.NOTED, (*ANY_HANDLER, *APPROVERS), Side.OPENER),
    said.Confirmed: _row("D11", _ABSENT, Status.NOTED, APPROVERS, Side.OPENER),
}


def permit(state: Paper, e: Draft[Any], at: int, states: States) -> None:
    """Another officer approves, signs exactly what was submitted, and numbers are never used twice."""
    match e.data:
        case said.Submitted():
            statement = _statement(Submission, e.data.embedded.statement)
            _names(state, statement, e)
        case said.Approved():
            approval = _statement(Approval, e.data.embedded.statement)
            _names(state, approval, e)
            if approval.officer == state.author:
                raise Refused(Code.OFFICERS, "L5")
            if state.submission is None or approval.submission != state.submission.digest:
                raise Refused(Code.SIGNATURES, "L5")
            if approval.document != e.data.summary.document:
                raise Refused(Code.SIGNATURES, "L5")
            _number(state, e, states)
        case said.Returned(summary=summary) if summary.officer == state.author:
            raise Refused(Code.OFFICERS, "L5")
        case said.Confirmed(summary=summary) if summary.officer == summary.by:
            raise Refused(Code.OFFICERS, "L5")
        case _:
            pass


def _statement(model: type[Any], dsse: Dsse) -> Any:
    try:
        return model.of(dsse)
    except ValueError as error:
        raise Refused(Code.SIGNATURES, "WIRE 7") from error


def _names(state: Paper, statement: Submission, e: Draft[Any]) -> None:
    about = (statement.channel, statement.type, statement.subject, statement.officer)
    if about != (state.channel, state.type, state.subject, e.data.summary.officer):
        raise Refused(Code.SIGNATURES, "L5")


def _number(state: Paper, e: Draft[Any], states: States) -> None:
    document = e.data.summary.document
    if document is not None and states.used(number_key(e.source, state.channel, document)) is not None:
        raise Refused(Code.NUMBER_USED, "FIELDS 6.1")


def number_key(source: str, channel: str, document: DocumentNo) -> str:
    """Under which name a document number is remembered as used."""
    return f"number/{source}/{channel}/{document.series}/{document.year}/{document.number}"


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """The paper gathers its signatures; a revision drops them."""
    state = replace(state, status=RULES[type(e.data)].then, owner=e.source)
    data: Any = e.data
    match data:
        case said.Drafted() | said.Revised():
            address = {"channel": data.summary.channel, "type": data.summary.type, "subject": data.summary.subject}
            address["grant"] = data.summary.grant or ""
            paper = {"summary": data.embedded.summary, "content": data.content, "own": data.embedded.own or ()}
            paper |= {"payload": data.embedded.payload or ""}
            return replace(state, author=data.summary.officer, submission=None, reason="", **address, **paper)
        case said.Submitted():
            return replace(state, submission=data.embedded.statement)
        case said.Returned():
            return replace(state, reason=data.summary.reason)
        case said.Approved():
            signed = {"approval": data.embedded.statement, "delegation": data.embedded.delegation}
            return replace(state, approved_by=data.summary.officer, document=data.summary.document, **signed)
        case said.Assigned() | said.Reassigned():
            return replace(state, channel=data.summary.channel, handler=data.summary.handler)
        case _:
            return state


def needs(e: Draft[Any]) -> Sign:
    """As the row says."""
    return RULES[type(e.data)].sign
