"""Joint operations (MECHANISM 1.4): planned together, teams sent on accepted requests, hand-overs signed by both.

One stream in one channel: an operation of more units is the lead unit's hub and spokes, joined in its own database.
"""

from dataclasses import dataclass, replace
from typing import Any

from contracts.envelope import Draft
from contracts.event import Event
from contracts.operation import (
    Aborted,
    Agreed,
    Concluded,
    CustodyHandedOver,
    Declined,
    EvidenceHandedOver,
    MilestoneReached,
    PlanAmended,
    Proposed,
    ResultsAgreed,
    ResultsProposed,
    Resumed,
    Suspended,
    TeamArrived,
    TeamDispatched,
    TeamReturned,
)
from contracts.refusals import Code, Refused
from contracts.vocabulary import EnquiryForm, Role, Term, Urgency
from services.domain import enquiry, lead
from services.domain.clocks import DAY, parse_time
from services.domain.rules import INTAKE_OR_DUTY, Allowed, Rule, Side, Sign, States

WINDOW = 90 * DAY
"""ms an operation may last."""
OFFER_SPAN = {Urgency.URGENT: DAY, Urgency.PRIORITY: 7 * DAY, Urgency.ROUTINE: 7 * DAY}
"""ms for which an offer binds at most (L12)."""


class Status(Term):
    """Where an operation stands."""

    ABSENT = "absent", "无", "absent"
    PROPOSED = "proposed", "待会签", "proposed"
    DECLINED = "declined", "不同意", "declined"
    AGREED = "agreed", "已会签", "agreed"
    AMENDED = "amended", "变更待会签", "amended, to be agreed again"
    RUNNING = "running", "执行中", "running"
    SUSPENDED = "suspended", "暂停", "suspended"
    ABORTED = "aborted", "中止", "aborted"
    CONCLUDED = "concluded", "已结束", "concluded"
    ARCHIVED = "archived", "归档", "archived"


class Whereabouts(Term):
    """Where a team is, as the two desks say."""

    SENT = "sent", "派出", "sent out"
    ARRIVED = "arrived", "到达", "arrived"
    RETURNED = "returned", "返回", "returned"


@dataclass(frozen=True)
class Team:
    """A team that was sent out; at: ms of its last word. early: before jurisdiction was settled (先期处置)."""

    id: str
    unit: str
    enquiry: str
    whereabouts: Whereabouts
    at: int
    early: bool = False


@dataclass(frozen=True)
class HandOver:
    """What one unit said of a hand-over: of which type, who gives, which list."""

    id: str
    by: str
    type: str
    giver: str
    list: str


@dataclass(frozen=True)
class Operation:
    """One operation in one channel. Times in ms; plan: commitment of the plan that is agreed or waits to be.

    before: the plan that an amendment replaces. author: the unit that made the offer that stands. pauser: the unit
    that paused. results: digest of the proposal of results, results_by: its unit.
    """

    status: Status = Status.ABSENT
    owner: str = ""
    urgency: Urgency = Urgency.ROUTINE
    since: int = 0
    plan: str = ""
    before: str = ""
    author: str = ""
    answer_by: int = 0
    ends: int = 0
    leads: tuple[str, ...] = ()
    enquiries: tuple[str, ...] = ()
    teams: tuple[Team, ...] = ()
    handovers: tuple[HandOver, ...] = ()
    pauser: str = ""
    results: str = ""
    results_by: str = ""

    def team(self, id: str) -> Team | None:
        """A team by its id."""
        return next((team for team in self.teams if team.id == id), None)

    @property
    def out(self) -> tuple[Team, ...]:
        """Teams that have not returned."""
        return tuple(team for team in self.teams if team.whereabouts is not Whereabouts.RETURNED)

    @property
    def one_sided(self) -> frozenset[str]:
        """Hand-overs that only one unit has signed, or that both signed differently (O7)."""
        ids = {one.id for one in self.handovers}
        return frozenset(id for id in ids if not self._agrees(id))

    def _agrees(self, id: str) -> bool:
        said = [one for one in self.handovers if one.id == id]
        return len({one.by for one in said}) == 2 and len({(one.type, one.giver, one.list) for one in said}) == 1


INITIAL = Operation()
ENDED = frozenset({Status.DECLINED, Status.ABORTED, Status.ARCHIVED})
_LIVE = frozenset({Status.AGREED, Status.RUNNING})
_UNDER_WAY = frozenset({Status.RUNNING, Status.SUSPENDED, Status.ABORTED})
_TO_ANSWER = frozenset({Status.PROPOSED, Status.AMENDED})
_WORKERS = (Role.AUTHOR, Role.TEAM)
_HEAD = (Role.HEAD,)


def _only(status: Status) -> frozenset[Status]:
    return frozenset({status})


_EITHER, _OWNER, _HEADS = Side.EITHER, Side.OWNER, Sign.HEAD
RULES: dict[type[Event], Rule] = {
    Proposed: Rule("O1", Side.OPENER, _only(Status.ABSENT), Status.PROPOSED, _HEADS, Allowed.NEW),
    Agreed: Rule("O2", _EITHER, _TO_ANSWER, Status.AGREED, _HEADS, Allowed.NEW),
    Declined: Rule("O2a", _EITHER, _TO_ANSWER, Status.DECLINED, _HEADS, Allowed.ALWAYS),  # or AGREED, as before
    PlanAmended: Rule("O3", _EITHER, _only(Status.AGREED), Status.AMENDED, _HEADS, Allowed.NEW),
    TeamDispatched: Rule("O4", _EITHER, _LIVE, Status.RUNNING, _HEADS, Allowed.NEW),
    TeamArrived: Rule("O5", _EITHER, _UNDER_WAY, None, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY),
    MilestoneReached: Rule("O6", _EITHER, _only(Status.RUNNING), None, Sign.ONE, Allowed.ALWAYS, _WORKERS),
    CustodyHandedOver: Rule("O7", _EITHER, _UNDER_WAY, None, Sign.ONE, Allowed.ALWAYS, _WORKERS),
    EvidenceHandedOver: Rule("O7a", _EITHER, _UNDER_WAY, None, Sign.ONE, Allowed.ALWAYS, _WORKERS),
    Suspended: Rule("O8", _EITHER, _LIVE, Status.SUSPENDED, Sign.BY_DATA, Allowed.ALWAYS, _HEAD),
    Resumed: Rule("O8a", _EITHER, _only(Status.SUSPENDED), Status.RUNNING, _HEADS, Allowed.NEW),  # or AGREED
    Aborted: Rule("O8b", _EITHER, _LIVE | {Status.SUSPENDED}, Status.ABORTED, Sign.BY_DATA, Allowed.ALWAYS, _HEAD),
    TeamReturned: Rule("O9", _EITHER, _UNDER_WAY, None, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY),
    Concluded: Rule("O10", _OWNER, _only(Status.RUNNING), Status.CONCLUDED, _HEADS, Allowed.ALWAYS),
    ResultsProposed: Rule("O11", _EITHER, _only(Status.CONCLUDED), None, _HEADS, Allowed.ALWAYS),
    ResultsAgreed: Rule("O11a", _EITHER, _only(Status.CONCLUDED), Status.ARCHIVED, _HEADS, Allowed.ALWAYS),
}


def needs(e: Draft[Any]) -> Sign:
    """One head alone for reasons of safety."""
    if isinstance(e.data, Suspended | Aborted):
        return Sign.ONE if e.data.approval is None else Sign.HEAD
    return RULES[type(e.data)].sign


def permit(state: Operation, e: Draft[Any], at: int, states: States) -> None:
    """What the rows cannot say. Raises Refused."""
    match e.data:
        case Proposed() | PlanAmended():
            _plan(e, at, states)
        case Agreed() | Declined():
            _answer(state, e, at)
        case TeamDispatched():
            _dispatch(state, e, at, states)
        case TeamArrived() | TeamReturned():
            _moved(state, e)
        case Resumed() if e.source != state.pauser:
            raise Refused(Code.WRONG_SIDE, "O8")
        case Concluded() if state.out or state.one_sided:
            raise Refused(Code.STATE, "O10")
        case ResultsAgreed():
            _agree_results(state, e)
        case _:
            pass


def _plan(e: Draft[Any], at: int, states: States) -> None:
    """A window of at most 90 days that is not over, live matters of this channel, a firm offer (L12)."""
    summary = e.data.summary
    begins, ends = parse_time(summary.begins), parse_time(summary.ends)
    if not (begins < ends <= begins + WINDOW and at < ends):
        raise Refused(Code.SHAPE, "O1")
    if not 0 < parse_time(summary.answer_by) - at <= OFFER_SPAN[summary.urgency]:
        raise Refused(Code.OFFER_LAPSED, "L12")
    if not summary.leads and not summary.enquiries:
        raise Refused(Code.UNKNOWN_MATTER, "O1")
    if any(states.state("lead", id).status not in lead.LIVE for id in summary.leads):
        raise Refused(Code.STATE, "O1")
    if any(states.state("enquiry", id).status not in enquiry.PENDING for id in summary.enquiries):
        raise Refused(Code.STATE, "O1")


def _answer(state: Operation, e: Draft[Any], at: int) -> None:
    """By the unit that did not make the offer, to the plan that stands, in time (L12)."""
    if e.source == state.author:
        raise Refused(Code.WRONG_SIDE, "O2")
    if e.data.summary.plan != state.plan:
        raise Refused(Code.UNKNOWN_MATTER, "O2")
    if at >= state.answer_by:
        raise Refused(Code.OFFER_LAPSED, "L12")


def _dispatch(state: Operation, e: Draft[TeamDispatched], at: int, states: States) -> None:
    """六个严禁 (1)-(3): nobody is sent without an accepted request, nor while jurisdiction is disputed.

    Early action while it is disputed is told as such, with its reason.
    """
    summary = e.data.summary
    if state.team(summary.team) is not None or at >= state.ends:
        raise Refused(Code.STATE, "O4")
    request = states.state("enquiry", summary.enquiry)
    asked = (request.form, request.owner) == (EnquiryForm.MEASURE, e.source)
    if not asked or request.status not in enquiry.UNDERTAKEN:
        raise Refused(Code.BASIS, "MECHANISM 3.17 (1)")
    cited = {*state.leads, request.lead}
    disputed = any(states.state("lead", id).status is lead.Status.DISPUTED for id in cited)
    if disputed != (summary.early_action is not None):
        raise Refused(Code.STATE, "MECHANISM 3.17 (3)")
    trust = states.channel.trust
    if not all(trust.serves(officer, e.source, at) for officer in summary.officers):
        raise Refused(Code.OFFICERS, "O4")


def _moved(state: Operation, e: Draft[Any]) -> None:
    """The host says that a team arrived, its own unit that it returned."""
    team = state.team(e.data.summary.team)
    if team is None:
        raise Refused(Code.UNKNOWN_MATTER, "O5")
    arrived = isinstance(e.data, TeamArrived)
    if (e.source == team.unit) == arrived:
        raise Refused(Code.WRONG_SIDE, "O5" if arrived else "O9")
    before = {Whereabouts.SENT} if arrived else {Whereabouts.SENT, Whereabouts.ARRIVED}
    if team.whereabouts not in before:
        raise Refused(Code.STATE, "O5" if arrived else "O9")


def _agree_results(state: Operation, e: Draft[ResultsAgreed]) -> None:
    if not state.results or e.data.summary.results != state.results:
        raise Refused(Code.UNKNOWN_MATTER, "O11")
    if e.source == state.results_by:
        raise Refused(Code.WRONG_SIDE, "O11")


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """What is said is carried over; a fact that comes late changes no status."""
    rule = RULES[type(e.data)]
    changes = _said(state, e, at)
    if rule.then is not None and state.status in rule.when:
        changes = {"status": _then(state, e, rule), "since": at} | changes
    return replace(state, **changes)


def _then(state: Any, e: Draft[Any], rule: Rule) -> Any:
    """A declined amendment leaves the plan that was agreed; resumed is what was paused."""
    if isinstance(e.data, Declined) and state.status is Status.AMENDED:
        return Status.AGREED
    if isinstance(e.data, Resumed) and not state.teams:
        return Status.AGREED
    return rule.then


def _said(state: Any, e: Draft[Any], at: int) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    match e.data:
        case Proposed():
            changes = {"owner": e.source, **_offered(e)}
        case PlanAmended():
            changes = {"before": state.plan, **_offered(e)}
        case Declined() if state.status is Status.AMENDED:
            changes = {"plan": state.before}
        case TeamDispatched(summary=summary):
            early = summary.early_action is not None
            team = Team(summary.team, e.source, summary.enquiry, Whereabouts.SENT, at, early)
            changes = {"teams": (*state.teams, team)}
        case TeamArrived(summary=summary):
            changes = {"teams": _where(state, summary.team, Whereabouts.ARRIVED, at)}
        case TeamReturned(summary=summary):
            changes = {"teams": _where(state, summary.team, Whereabouts.RETURNED, at)}
        case CustodyHandedOver() | EvidenceHandedOver():
            changes = {"handovers": _handed(state, e)}
        case Suspended():
            changes = {"pauser": e.source}
        case ResultsProposed():
            changes = {"results": e.digest, "results_by": e.source}
        case _:
            pass
    return changes


def _offered(e: Draft[Any]) -> dict[str, Any]:
    summary = e.data.summary
    return {
        "urgency": summary.urgency,
        "plan": e.data.content.commitment,
        "author": e.source,
        "answer_by": parse_time(summary.answer_by),
        "ends": parse_time(summary.ends),
        "leads": summary.leads,
        "enquiries": summary.enquiries,
    }


def _where(state: Any, id: str, whereabouts: Whereabouts, at: int) -> tuple[Team, ...]:
    return tuple(replace(team, whereabouts=whereabouts, at=at) if team.id == id else team for team in state.teams)


def _handed(state: Any, e: Draft[Any]) -> tuple[HandOver, ...]:
    """A unit's newest word about a hand-over replaces its older one."""
    summary = e.data.summary
    listed = summary.list or e.data.content.commitment
    said = HandOver(summary.handover, e.source, e.type, summary.giver, listed)
    kept = tuple(one for one in state.handovers if (one.id, one.by) != (said.id, said.by))
    return (*kept, said)
