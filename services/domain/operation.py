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
from contracts.operation_terms import Milestone
from contracts.refusals import Code, Refused
from contracts.vocabulary import EnquiryForm, Role, Term, Urgency
from services.domain import enquiry, lead, offers
from services.domain.clocks import DAY, due_hours, in_time, parse_time
from services.domain.enquiry import Enquiry
from services.domain.rules import INTAKE_OR_DUTY, Allowed, Rule, Side, Sign, States
from services.domain.signatures import CLOCK_TOLERANCE

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
class Plan:
    """A plan by its digest (commitment of its content), and the unit that offered it. Times in ms."""

    digest: str
    author: str
    answer_by: int
    begins: int
    ends: int
    leads: tuple[str, ...] = ()
    enquiries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Team:
    """A team that was sent out; at: ms of its last word. early: before jurisdiction was settled (先期处置)."""

    id: str
    unit: str
    enquiry: str
    whereabouts: Whereabouts
    at: int
    early: bool


@dataclass(frozen=True)
class Reached:
    """A milestone. at: when it happened, as its unit says; late: an arrest that was not told at once (O6)."""

    milestone: Milestone
    unit: str
    at: int
    late: bool


@dataclass(frozen=True)
class HandOver:
    """What one unit said of a hand-over: of which type, who gives, which list; whether it sent that list."""

    id: str
    by: str
    type: str
    giver: str
    list: str
    sent: bool


@dataclass(frozen=True)
class Operation:
    """One operation in one channel. Times in ms.

    plan: what both heads agreed on last; offer: a first plan or an amendment that nobody answered yet. pauser: the
    unit that paused. results: digest of the proposal of results, results_by: its unit.
    """

    status: Status = Status.ABSENT
    owner: str = ""
    urgency: Urgency = Urgency.ROUTINE
    since: int = 0
    plan: Plan | None = None
    offer: Plan | None = None
    teams: tuple[Team, ...] = ()
    milestones: tuple[Reached, ...] = ()
    handovers: tuple[HandOver, ...] = ()
    pauser: str = ""
    results: str = ""
    results_by: str = ""

    def team(self, id: str) -> Team | None:
        """A team by its id."""
        return next((team for team in self.teams if team.id == id), None)

    def waits(self, at: int) -> bool:
        """Whether an offer binds at ``at``; one that lapsed changes nothing (L12)."""
        return self.offer is not None and in_time(at, self.offer.answer_by)

    def lapsed(self, at: int) -> bool:
        """Whether it was proposed and nobody can agree to it at ``at`` any more."""
        return self.status is Status.PROPOSED and not self.waits(at)

    def keeps(self, lead: str, at: int) -> bool:
        """Whether that lead may not be closed at ``at``: it is in a plan under way or in an offer that binds (S18)."""
        plan = self.plan if self.status in _GOING_ON else None
        offer = self.offer if self.waits(at) else None
        return any(lead in one.leads for one in (plan, offer) if one is not None)

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
        same = len({one.by for one in said}) == 2 and len({(one.type, one.giver, one.list) for one in said}) == 1
        return same and all(one.sent == (one.by == one.giver) for one in said)


INITIAL = Operation()
ENDED = frozenset({Status.DECLINED, Status.ABORTED, Status.ARCHIVED})
_LIVE = frozenset({Status.AGREED, Status.RUNNING})
_GOING_ON = _LIVE | {Status.SUSPENDED}
_UNDER_WAY = frozenset({Status.RUNNING, Status.SUSPENDED, Status.ABORTED})
_TO_ANSWER = _GOING_ON | {Status.PROPOSED}
_WORKERS = (Role.AUTHOR, Role.TEAM)
_WHO_SEES_DANGER = (Role.AUTHOR, Role.DUTY, Role.HEAD, Role.TEAM)
ARREST_TOLD = 2
"""Hours within which an arrest is told (O6)."""


def _only(status: Status) -> frozenset[Status]:
    return frozenset({status})


_EITHER, _OWNER, _HEADS = Side.EITHER, Side.OWNER, Sign.HEAD
RULES: dict[type[Event], Rule] = {
    Proposed: Rule("O1", Side.OPENER, _only(Status.ABSENT), Status.PROPOSED, _HEADS, Allowed.NEW),
    Agreed: Rule("O2", _EITHER, _TO_ANSWER, Status.AGREED, _HEADS, Allowed.NEW),  # an amendment: as before
    Declined: Rule("O2a", _EITHER, _TO_ANSWER, Status.DECLINED, _HEADS, Allowed.ALWAYS),  # likewise
    PlanAmended: Rule("O3", _EITHER, _LIVE, None, _HEADS, Allowed.NEW),
    TeamDispatched: Rule("O4", _EITHER, _LIVE, Status.RUNNING, _HEADS, Allowed.NEW),
    TeamArrived: Rule("O5", _EITHER, _UNDER_WAY, None, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY),
    MilestoneReached: Rule("O6", _EITHER, _only(Status.RUNNING), None, Sign.ONE, Allowed.ALWAYS, _WORKERS),
    CustodyHandedOver: Rule("O7", _EITHER, _UNDER_WAY, None, Sign.ONE, Allowed.ALWAYS, _WORKERS),
    EvidenceHandedOver: Rule("O7a", _EITHER, _UNDER_WAY, None, Sign.ONE, Allowed.ALWAYS, _WORKERS),
    Suspended: Rule("O8", _EITHER, _LIVE, Status.SUSPENDED, Sign.BY_DATA, Allowed.ALWAYS, _WHO_SEES_DANGER),
    Resumed: Rule("O8a", _EITHER, _only(Status.SUSPENDED), Status.RUNNING, _HEADS, Allowed.NEW),  # or AGREED
    Aborted: Rule("O8b", _EITHER, _GOING_ON, Status.ABORTED, Sign.BY_DATA, Allowed.ALWAYS, _WHO_SEES_DANGER),
    TeamReturned: Rule("O9", _EITHER, _UNDER_WAY, None, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY),
    Concluded: Rule("O10", _OWNER, _only(Status.RUNNING), Status.CONCLUDED, _HEADS, Allowed.ALWAYS),
    ResultsProposed: Rule("O11", _EITHER, _only(Status.CONCLUDED), None, _HEADS, Allowed.ALWAYS),
    ResultsAgreed: Rule("O11a", _EITHER, _only(Status.CONCLUDED), Status.ARCHIVED, _HEADS, Allowed.ALWAYS),
}


def needs(e: Draft[Any]) -> Sign:
    """One officer alone for reasons of safety."""
    if isinstance(e.data, Suspended | Aborted):
        return Sign.ONE if e.data.approval is None else Sign.HEAD
    return RULES[type(e.data)].sign


def permit(state: Operation, e: Draft[Any], at: int, states: States) -> None:
    """What the rows cannot say. Raises Refused."""
    match e.data:
        case Proposed():
            _plan(e, at, states)
        case PlanAmended():
            _plan(e, at, states)
            _amend(state, e, at)
        case Agreed() | Declined():
            _answer(state, e, at)
        case TeamDispatched():
            _dispatch(state, e, at, states)
        case TeamArrived() | TeamReturned():
            _moved(state, e)
        case MilestoneReached(summary=summary) if parse_time(summary.at) > at + CLOCK_TOLERANCE:
            raise Refused(Code.SHAPE, "O6")
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
    offers.made(summary.answer_by, at, OFFER_SPAN[summary.urgency])
    if not summary.leads and not summary.enquiries:
        raise Refused(Code.UNKNOWN_MATTER, "O1")
    if any(states.state("lead", id).status not in lead.LIVE for id in summary.leads):
        raise Refused(Code.STATE, "O1")
    if any(not _stands(states.state("enquiry", id), at) for id in summary.enquiries):
        raise Refused(Code.STATE, "O1")


def _stands(asked: Enquiry, at: int) -> bool:
    """Whether an enquiry waits for its answer, or was answered and is not over: an accepted request stays one."""
    return asked.pending or (asked.status is enquiry.Status.ANSWERED and not asked.closed(at))


def _amend(state: Operation, e: Draft[PlanAmended], at: int) -> None:
    """One offer at a time; once a team was sent the window has begun, so that 90 days stay 90 days."""
    if state.waits(at):
        raise Refused(Code.STATE, "O3")
    if state.teams and state.plan is not None and parse_time(e.data.summary.begins) != state.plan.begins:
        raise Refused(Code.SHAPE, "O3")


def _answer(state: Operation, e: Draft[Any], at: int) -> None:
    """By the unit that did not make the offer, to the plan that stands, in time (L12)."""
    if state.offer is None:
        raise Refused(Code.UNKNOWN_MATTER, "O2")
    if e.source == state.offer.author:
        raise Refused(Code.WRONG_SIDE, "O2")
    offers.answered(e.data.summary.plan, state.offer.digest, state.offer.answer_by, at)


def _dispatch(state: Operation, e: Draft[TeamDispatched], at: int, states: States) -> None:
    """六个严禁 (1)-(3): nobody is sent without an accepted request, nor while jurisdiction is disputed.

    Early action while it is disputed is told as such, with its reason. Nor while an amendment waits (O3).
    """
    summary, plan = e.data.summary, state.plan
    if plan is None or state.waits(at) or state.team(summary.team) is not None or at >= plan.ends:
        raise Refused(Code.STATE, "O4")
    request = states.state("enquiry", summary.enquiry)
    asked = (request.form, request.owner) == (EnquiryForm.MEASURE, e.source)
    if not asked or request.status not in enquiry.UNDERTAKEN or request.closed(at):
        raise Refused(Code.BASIS, "MECHANISM 3.17 (1)")
    cited = {*plan.leads, request.lead}
    disputed = any(states.state("lead", id).status is lead.Status.DISPUTED for id in cited)
    if disputed != (summary.early_action is not None):
        raise Refused(Code.STATE, "MECHANISM 3.17 (3)")
    trust = states.channel.trust
    if not all(trust.serves(officer, e.source, at) for officer in summary.officers):
        raise Refused(Code.OFFICERS, "O4")


def _moved(state: Operation, e: Draft[Any]) -> None:
    """The host says that a team arrived, its own unit that it returned."""
    team, arrived = state.team(e.data.summary.team), isinstance(e.data, TeamArrived)
    row = "O5" if arrived else "O9"
    if team is None:
        raise Refused(Code.UNKNOWN_MATTER, row)
    if (e.source == team.unit) == arrived:
        raise Refused(Code.WRONG_SIDE, row)
    before = {Whereabouts.SENT} if arrived else {Whereabouts.SENT, Whereabouts.ARRIVED}
    if team.whereabouts not in before:
        raise Refused(Code.STATE, row)


def _agree_results(state: Operation, e: Draft[ResultsAgreed]) -> None:
    if e.data.summary.results != state.results:
        raise Refused(Code.UNKNOWN_MATTER, "O11")
    if e.source == state.results_by:
        raise Refused(Code.WRONG_SIDE, "O11")


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """What is said is carried over; hand-overs alone come late (PROTOCOL 1), and they move no status."""
    rule = RULES[type(e.data)]
    changes = _said(state, e, at)
    if rule.then is None:
        return replace(state, **changes)
    status = _then(state, e, rule)
    since = state.since if status is state.status else at
    return replace(state, **changes, status=status, since=since)


def _then(state: Any, e: Draft[Any], rule: Rule) -> Any:
    """An answer to an amendment leaves the operation where it stands; resumed is what was paused."""
    if isinstance(e.data, Agreed | Declined) and state.plan is not None:
        return state.status
    if isinstance(e.data, Resumed) and not state.teams:
        return Status.AGREED
    return rule.then


def _said(state: Any, e: Draft[Any], at: int) -> dict[str, Any]:
    match e.data:
        case Proposed(summary=summary):
            return {"owner": e.source, "urgency": summary.urgency, "offer": _offered(e)}
        case PlanAmended():
            return {"offer": _offered(e)}
        case Agreed():
            return {"plan": state.offer, "offer": None}
        case Declined() | Concluded() | Aborted():
            return {"offer": None}
        case Suspended():
            return {"pauser": e.source}
        case _:
            return _done(state, e, at)


def _done(state: Any, e: Draft[Any], at: int) -> dict[str, Any]:
    """What happens outside, and what came of it."""
    match e.data:
        case TeamDispatched(summary=summary):
            early = summary.early_action is not None
            team = Team(summary.team, e.source, summary.enquiry, Whereabouts.SENT, at, early)
            return {"teams": (*state.teams, team)}
        case TeamArrived() | TeamReturned():
            return {"teams": _moved_to(state, e, at)}
        case MilestoneReached():
            return {"milestones": (*state.milestones, _reached(e, at))}
        case CustodyHandedOver() | EvidenceHandedOver():
            return {"handovers": _handed(state, e)}
        case ResultsProposed():
            return {"results": e.digest, "results_by": e.source}
        case _:
            return {}


def _offered(e: Draft[Any]) -> Plan:
    summary = e.data.summary
    answer_by, begins, ends = map(parse_time, (summary.answer_by, summary.begins, summary.ends))
    digest = e.data.content.commitment
    return Plan(digest, e.source, answer_by, begins, ends, summary.leads, summary.enquiries)


def _reached(e: Draft[MilestoneReached], at: int) -> Reached:
    summary = e.data.summary
    happened = parse_time(summary.at)
    arrest = summary.milestone is Milestone.ARREST
    return Reached(summary.milestone, e.source, happened, arrest and not in_time(at, due_hours(happened, ARREST_TOLD)))


def _moved_to(state: Any, e: Draft[Any], at: int) -> tuple[Team, ...]:
    id, now = e.data.summary.team, Whereabouts.ARRIVED if isinstance(e.data, TeamArrived) else Whereabouts.RETURNED
    return tuple(replace(team, whereabouts=now, at=at) if team.id == id else team for team in state.teams)


def _handed(state: Any, e: Draft[Any]) -> tuple[HandOver, ...]:
    """A unit's newest word about a hand-over replaces its older one."""
    summary, content = e.data.summary, e.data.content
    named = summary.list if content is None else content.commitment
    said = HandOver(summary.handover, e.source, e.type, summary.giver, named, content is not None)
    kept = tuple(one for one in state.handovers if (one.id, one.by) != (said.id, said.by))
    return (*kept, said)
