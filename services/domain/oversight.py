"""Between a unit and its own superior (MECHANISM 1.6-1.8): incidents, supervision, redress, reports, attestations.

Several machines in one context; each opening event begins one. The unit is the channel's first member, its superior the
second, and nobody is supervised by anybody else (MECHANISM 3.1).
"""

from dataclasses import replace
from typing import Any

from contracts.attestations import AuditAttested
from contracts.calendar import CalendarMissingError
from contracts.envelope import Draft
from contracts.event import Event
from contracts.oversight import (
    IncidentClosed,
    IncidentFollowedUp,
    IncidentReported,
    RedressDecided,
    RedressOpened,
    SupervisionAnswered,
    SupervisionClosed,
    SupervisionEscalated,
    SupervisionExtended,
    SupervisionOpened,
    SupervisionReceived,
    SupervisionReturned,
    SupervisionSuggested,
)
from contracts.oversight_terms import IncidentKind
from contracts.refusals import Code, Refused
from contracts.vocabulary import Role
from services.domain import attestations, report
from services.domain.clocks import WorkingDays, in_time
from services.domain.counting import calendar_of
from services.domain.oversight_state import ENDED, INITIAL, Oversight, Status
from services.domain.rules import APPROVERS, INTAKE_OR_DUTY, Allowed, Rule, Side, Sign, States

REWORK_DAYS = 5
"""Working days for what is done again (V5)."""
_BREACHES = frozenset({IncidentKind.DATA_BREACH, IncidentKind.KEY_LOST})


def _row(row: str, by: Side, when: set[Status], then: Status | None, sign: Sign, roles: tuple[Role, ...] = ()) -> Rule:
    return Rule(row, by, frozenset(when), then, sign, Allowed.ALWAYS, roles)


_OPEN_INCIDENT = {Status.REPORTED, Status.FOLLOWED_UP}
RULES: dict[type[Event], Rule] = {
    IncidentReported: _row("I1", Side.OPENER, {Status.ABSENT}, Status.REPORTED, Sign.BY_DATA, (Role.DUTY, Role.HEAD)),
    IncidentFollowedUp: _row("I2", Side.OWNER, _OPEN_INCIDENT, Status.FOLLOWED_UP, Sign.TWO),
    IncidentClosed: _row("I2a", Side.OWNER, _OPEN_INCIDENT, Status.REPORT_CLOSED, Sign.TWO),
    SupervisionOpened: _row("V1", Side.OPENER, {Status.ABSENT}, Status.SUPERVISED, Sign.TWO),
    SupervisionReceived: _row("V2", Side.OTHER, {Status.SUPERVISED}, Status.IN_PROGRESS, Sign.ONE, INTAKE_OR_DUTY),
    SupervisionExtended: _row("V3", Side.OWNER, {Status.IN_PROGRESS}, None, Sign.ONE, APPROVERS),
    SupervisionAnswered: _row("V4", Side.OTHER, {Status.IN_PROGRESS}, Status.ANSWERED, Sign.HEAD),
    SupervisionReturned: _row("V5", Side.OWNER, {Status.ANSWERED}, Status.IN_PROGRESS, Sign.ONE, APPROVERS),
    SupervisionClosed: _row("V6", Side.OWNER, {Status.ANSWERED}, Status.STRUCK_OFF, Sign.TWO),
    SupervisionEscalated: _row("V7", Side.OWNER, {Status.IN_PROGRESS}, Status.ESCALATED, Sign.ONE, (Role.HEAD,)),
    SupervisionSuggested: _row("V8", Side.OPENER, {Status.ABSENT}, Status.SUGGESTED, Sign.TWO),
    RedressOpened: _row("A1", Side.OPENER, {Status.ABSENT}, Status.REDRESS, Sign.ONE, (Role.REVIEWER, Role.INTAKE)),
    RedressDecided: _row("A2", Side.OWNER, {Status.REDRESS}, Status.DECIDED, Sign.TWO),
    **report.RULES,
    **attestations.RULES,
}
OPENED_BY_SUPERIOR: frozenset[type[Event]] = frozenset({SupervisionOpened, AuditAttested})
"""What the second member begins; everything else is begun by the unit."""


def needs(e: Draft[Any]) -> Sign:
    """What the node saw by itself nobody signs."""
    if isinstance(e.data, IncidentReported):
        return Sign.ONE if e.data.summary.officer else Sign.NODE
    return RULES[type(e.data)].sign


def permit(state: Oversight, e: Draft[Any], at: int, states: States) -> None:
    """What the rows cannot say. Raises Refused."""
    if RULES[type(e.data)].opens:
        _begun_by(e, states)
    match e.data:
        case IncidentClosed(summary=summary) if state.breach and not (state.told or summary.notice):
            raise Refused(Code.STATE, "PIPL 57")
        case SupervisionExtended() if state.extended:
            raise Refused(Code.STATE, "V3")
        case SupervisionEscalated():
            _escalate(state, e, at, states)
        case SupervisionSuggested(summary=summary) if summary.unit in states.channel.members:
            raise Refused(Code.WRONG_SIDE, "MECHANISM 3.1")
        case _ if type(e.data) in report.RULES:
            report.permit(state, e, at, states)
        case _:
            pass


def _begun_by(e: Draft[Any], states: States) -> None:
    unit, superior = states.channel.members
    if e.source != (superior if type(e.data) in OPENED_BY_SUPERIOR else unit):
        raise Refused(Code.WRONG_SIDE, "MECHANISM 3.1")
    attestations.permit(e, unit)


def _escalate(state: Oversight, e: Draft[SupervisionEscalated], at: int, states: States) -> None:
    """To the superior's own superior, of what is late."""
    own = states.channel.trust.units.get(e.source)
    if own is None or e.data.summary.to != own.superior:
        raise Refused(Code.WRONG_SIDE, "MECHANISM 3.1")
    try:
        due = answer_due(state, calendar_of(states.channel.trust))
    except CalendarMissingError as missing:
        raise Refused(Code.STATE, "V7") from missing
    if in_time(at, due):
        raise Refused(Code.STATE, "V7")


def answer_due(state: Oversight, calendar: Any) -> int:
    """Ms until when the unit answers a supervision. Raises CalendarMissingError."""
    return WorkingDays(state.days).due(state.clock_from, calendar)


def late(state: Any, e: Draft[Any], at: int) -> bool:
    """Of the facts, an anchor that follows from nothing: it stands and changes nothing (PROTOCOL 1)."""
    return attestations.late(state, e)


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """The row's status, and what starts clocks."""
    return state if late(state, e, at) else _moved(state, e, at)


def _moved(state: Any, e: Draft[Any], at: int) -> Any:
    changes: dict[str, Any] = {}
    match e.data:
        case IncidentReported(summary=summary):
            changes = {"breach": summary.kind in _BREACHES}
        case IncidentFollowedUp(summary=summary):
            changes = {"told": state.told or summary.notice is not None}
        case SupervisionOpened(summary=summary):
            changes = {"days": summary.days, "clock_from": at}
        case SupervisionExtended(summary=summary):
            changes = {"days": summary.days, "clock_from": at, "extended": True}
        case SupervisionReturned():
            changes = {"days": REWORK_DAYS, "clock_from": at}
        case _ if type(e.data) in report.RULES:
            changes = report.changed(e)
        case _ if type(e.data) in attestations.RULES:
            changes = attestations.changed(state, e, at)
        case _:
            pass
    rule = RULES[type(e.data)]
    if rule.opens and not state.owner:
        changes |= {"owner": e.source, "opened_at": at}
    if rule.then is not None:
        changes |= {"status": rule.then, "since": at}
    return replace(state, **changes)


__all__ = ["ENDED", "INITIAL", "RULES", "Oversight", "Status", "answer_due", "evolve", "late", "needs", "permit"]
