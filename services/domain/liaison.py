"""Liaison teams (MECHANISM 1.5): postings and tasks. A team has no powers of its own in the host's territory (3.16).

Two machines in one context; the opening event says which. Rights of a team end at 24:00 of its last day, event or no
event: a function of (state, time).
"""

from dataclasses import dataclass, replace
from typing import Any

from contracts.envelope import Draft
from contracts.event import Event
from contracts.liaison import (
    HandoverAccepted,
    HandoverOffered,
    MemberChanged,
    OutreachHeld,
    PostingAccepted,
    PostingEnded,
    PostingExtended,
    PostingOffered,
    Recalled,
    ReportedIn,
    TaskCancelled,
    TaskDone,
    TaskGiven,
    TaskReturned,
    TaskTaken,
)
from contracts.liaison_terms import INVESTIGATIVE, Mandate
from contracts.refusals import Code, Refused
from contracts.vocabulary import EnquiryForm, Role, Term
from services.domain import both, enquiry, lead, offers, papers
from services.domain.clocks import DAY, in_time, parse_time
from services.domain.rules import HANDLER, INTAKE_OR_DUTY, Allowed, Rule, Side, Sign, States
from services.domain.trust import MONTHS_12

OFFER_SPAN = 15 * DAY
"""ms for which an offer binds at most (L12)."""
EXTEND_BEFORE = 14 * DAY
OUTREACH_SPAN = 7 * DAY
"""ms after its day within which outreach is told; later it counts and is marked (MECHANISM 1.0)."""


class Status(Term):
    """Where a posting or a task stands."""

    ABSENT = "absent", "无", "absent"
    OFFERED = "offered", "待接收", "offered"
    ACCEPTED = "accepted", "待报到", "accepted"
    POSTED = "posted", "驻点中", "posted"
    ENDED = "ended", "结束", "ended"
    GIVEN = "given", "待接", "given"
    TAKEN = "taken", "办理中", "taken"
    RETURNED = "returned", "退回", "returned"
    DONE = "done", "办结", "done"
    CANCELLED = "cancelled", "撤销", "cancelled"


@dataclass(frozen=True)
class Liaison:
    """A posting, or a task (then ``posting`` names its posting). Times in ms; days as ``YYYY-MM-DD``.

    offer: digest of what the host agrees to. team: what each side said last of the team, ends: of the end; in force
    when both agree. handover: (digest of the offer, successor) while it waits, handed: the tasks it lists. taken_over:
    (task, successor, at) of hand-overs that were accepted. handler: who took the task, at taken_at. outreach: sessions
    held, told_late: those of them that were told after 7 days.
    """

    status: Status = Status.ABSENT
    owner: str = ""
    since: int = 0
    offer: str = ""
    answer_by: int = 0
    start: str = ""
    end: str = ""
    leader: str = ""
    members: tuple[str, ...] = ()
    mandate: tuple[Mandate, ...] = ()
    team: tuple[tuple[str, tuple[str, tuple[str, ...]]], ...] = ()
    ends: tuple[tuple[str, str], ...] = ()
    handover: tuple[str, str] = ("", "")
    handed: tuple[str, ...] = ()
    taken_over: tuple[tuple[str, str, int], ...] = ()
    posting: str = ""
    kind: Mandate | None = None
    due_on: str = ""
    handler: str = ""
    taken_at: int = 0
    outreach: int = 0
    told_late: int = 0

    def lapsed(self, at: int) -> bool:
        """Whether it was offered and nobody can accept it at ``at`` any more."""
        return self.status is Status.OFFERED and not in_time(at, self.answer_by)

    def begun(self, at: int) -> bool:
        """Whether the first day of the posting has come."""
        return bool(self.start) and at >= papers.begin(self.start)

    def expired(self, at: int) -> bool:
        """Whether the last day of the posting is over (到期)."""
        return bool(self.end) and at >= papers.begin(self.end) + DAY


INITIAL = Liaison()
ENDED = frozenset({Status.ENDED, Status.RETURNED, Status.DONE, Status.CANCELLED})
OPEN_TASKS = frozenset({Status.GIVEN, Status.TAKEN})
_POSTED = frozenset({Status.POSTED})
_RUNNING = frozenset({Status.ACCEPTED, Status.POSTED})
_WHILE_IT_LASTS = (PostingAccepted, ReportedIn, MemberChanged, HandoverOffered)
"""What nobody says of a posting whose last day is over; L5 and what the team does have guards of their own."""
_TEAM, _HEAD, _INTAKE = (Role.TEAM,), (Role.HEAD,), (Role.INTAKE,)
_OWNER, _EITHER, _ALWAYS = Side.OWNER, Side.EITHER, Allowed.ALWAYS


def handled_by(subject: str, task: Liaison, posting: Liaison) -> str:
    """Whose a task is: of the successor who took it over last, or of who has taken it since (L6, STORIES 9)."""
    over = [officer for id, officer, at in posting.taken_over if id == subject and _concerns(task, at)]
    return over[-1] if over else task.handler


def _concerns(task: Liaison, at: int) -> bool:
    """Whether a hand-over at ``at`` found the task open, as it was taken last."""
    return task.taken_at <= at and (task.status in OPEN_TASKS or at <= task.since)


def _only(status: Status) -> frozenset[Status]:
    return frozenset({status})


RULES: dict[type[Event], Rule] = {
    PostingOffered: Rule("L1", Side.OPENER, _only(Status.ABSENT), Status.OFFERED, Sign.HEAD, Allowed.NEW),
    PostingAccepted: Rule("L2", Side.OTHER, _only(Status.OFFERED), Status.ACCEPTED, Sign.HEAD, Allowed.NEW),
    ReportedIn: Rule("L3", Side.OTHER, _only(Status.ACCEPTED), Status.POSTED, Sign.ONE, _ALWAYS, INTAKE_OR_DUTY),
    MemberChanged: Rule("L4", _EITHER, _POSTED, None, Sign.HEAD, Allowed.GOING_ON),
    PostingExtended: Rule("L5", _EITHER, _POSTED, None, Sign.HEAD, Allowed.NEW),
    HandoverOffered: Rule("L6", _OWNER, _POSTED, None, Sign.ONE, _ALWAYS, _TEAM),
    HandoverAccepted: Rule("L6a", _OWNER, _POSTED, None, Sign.ONE, _ALWAYS, (*_TEAM, *_INTAKE)),
    PostingEnded: Rule("L7", _EITHER, _POSTED, Status.ENDED, Sign.ONE, _ALWAYS, _HEAD),
    Recalled: Rule("L7a", _EITHER, _RUNNING, Status.ENDED, Sign.ONE, _ALWAYS, _HEAD),
    TaskGiven: Rule("K1", Side.OPENER, _only(Status.ABSENT), Status.GIVEN, Sign.ONE, Allowed.NEW, (*HANDLER, *_INTAKE)),
    TaskTaken: Rule("K2", _OWNER, _only(Status.GIVEN), Status.TAKEN, Sign.ONE, _ALWAYS, _TEAM),
    TaskReturned: Rule("K2a", _OWNER, _only(Status.GIVEN), Status.RETURNED, Sign.ONE, _ALWAYS, _TEAM),
    TaskDone: Rule("K3", _OWNER, _only(Status.TAKEN), Status.DONE, Sign.ONE, _ALWAYS, _TEAM),
    TaskCancelled: Rule("K4", _OWNER, OPEN_TASKS, Status.CANCELLED, Sign.ONE, _ALWAYS, (*HANDLER, *_INTAKE)),
    OutreachHeld: Rule("K5", _OWNER, _POSTED, None, Sign.ONE, Allowed.GOING_ON, _TEAM),
}


def needs(e: Draft[Any]) -> Sign:
    """As the row says."""
    return RULES[type(e.data)].sign


def permit(state: Liaison, e: Draft[Any], at: int, states: States) -> None:
    """What the rows cannot say. Raises Refused."""
    if isinstance(e.data, _WHILE_IT_LASTS) and state.expired(at):
        raise Refused(Code.STATE, "MECHANISM 1.5")
    match e.data:
        case PostingOffered():
            _offer(e, at, states)
        case PostingAccepted(summary=summary):
            offers.answered(summary.offer, state.offer, state.answer_by, at)
        case MemberChanged(summary=summary):
            _enrolled(summary.members, state.owner, at, states)
        case PostingExtended(summary=summary):
            _extend(state, summary.end, at)
        case PostingEnded():
            _end_posting(e, states)
        case HandoverOffered():
            _hand_over(state, e, at, states)
        case HandoverAccepted():
            _take_over(state, e, at, states)
        case _:
            _work(state, e, at, states)


def _work(state: Liaison, e: Draft[Any], at: int, states: States) -> None:
    """What the team itself does."""
    match e.data:
        case TaskGiven():
            _give(e, at, states)
        case OutreachHeld():
            _outreach(state, e, at)
        case TaskTaken() | TaskReturned() | TaskDone():
            _working(states.state("liaison", state.posting), e.data.summary.officer, at)
        case _:
            pass


def _offer(e: Draft[PostingOffered], at: int, states: States) -> None:
    """At most 12 months and not over, by officers of the team's role, firm for at most 15 days (L12)."""
    summary = e.data.summary
    if not papers.within(summary.end, papers.begin(summary.start), MONTHS_12) or at >= papers.begin(summary.end) + DAY:
        raise Refused(Code.SHAPE, "L1")
    offers.made(summary.answer_by, at, OFFER_SPAN)
    _enrolled(summary.members, e.source, at, states)


def _enrolled(members: tuple[str, ...], unit: str, at: int, states: States) -> None:
    trust = states.channel.trust
    for member in members:
        if not trust.serves(member, unit, at) or Role.TEAM not in trust.officers[member].roles:
            raise Refused(Code.OFFICERS, "L1")


def _extend(state: Liaison, end: str, at: int) -> None:
    """14 days before the end at the latest, for at most 12 months more."""
    over = papers.begin(state.end)
    if at > over + DAY - EXTEND_BEFORE:
        raise Refused(Code.STATE, "L5")
    if not over < papers.begin(end) <= over + MONTHS_12:
        raise Refused(Code.SHAPE, "L5")


def _open_tasks(posting: str, states: States) -> tuple[str, ...]:
    """The tasks of a posting that are open."""
    tasks = ((id, state) for context, id, state in states.open() if context == "liaison" and state.posting == posting)
    return tuple(sorted(id for id, task in tasks if task.status in OPEN_TASKS))


def _end_posting(e: Draft[PostingEnded], states: States) -> None:
    """Not while a task is open; the refusal names them (STORIES 9)."""
    tasks = _open_tasks(e.subject, states)
    if tasks:
        raise Refused(Code.STATE, "L7", tasks)


def _hand_over(state: Liaison, e: Draft[HandoverOffered], at: int, states: States) -> None:
    """By the leader, to a colleague of the team or to the desk at home, with every open task named (STORIES 9)."""
    summary = e.data.summary
    if summary.officer != state.leader or summary.successor == state.leader:
        raise Refused(Code.OFFICERS, "L6")
    if not _may_succeed(state, summary.successor, at, states):
        raise Refused(Code.OFFICERS, "L6")
    named = [states.state("liaison", task) for task in summary.tasks]
    if any(task.posting != e.subject or task.status not in OPEN_TASKS for task in named):
        raise Refused(Code.UNKNOWN_MATTER, "L6")
    if len(_open_tasks(e.subject, states)) != len(named):
        raise Refused(Code.STATE, "L6")


def _may_succeed(state: Liaison, officer: str, at: int, states: States) -> bool:
    """A member, or intake at home: nobody joins a team without the host's word (L4)."""
    trust = states.channel.trust
    role = Role.TEAM if officer in state.members else Role.INTAKE
    return trust.serves(officer, state.owner, at) and role in trust.officers[officer].roles


def _take_over(state: Liaison, e: Draft[HandoverAccepted], at: int, states: States) -> None:
    """By the successor himself; void when the list does not name a task that is open by now."""
    summary = e.data.summary
    if (summary.offer, summary.officer) != state.handover:
        raise Refused(Code.UNKNOWN_MATTER, "L6")
    if not _may_succeed(state, summary.officer, at, states):
        raise Refused(Code.OFFICERS, "L6")
    if summary.officer in state.members and state.expired(at):
        raise Refused(Code.STATE, "MECHANISM 1.5")
    listed = sum(states.state("liaison", task).status in OPEN_TASKS for task in state.handed)
    if listed != len(_open_tasks(e.subject, states)):
        raise Refused(Code.STATE, "L6")


def _give(e: Draft[TaskGiven], at: int, states: States) -> None:
    """To a team that is there, within its mandate; what is investigative on an accepted request (MECHANISM 3.16)."""
    summary = e.data.summary
    posting = states.state("liaison", summary.posting)
    if posting.owner != e.source or posting.posting:
        raise Refused(Code.UNKNOWN_MATTER, "K1")
    if posting.status is not Status.POSTED or posting.expired(at):
        raise Refused(Code.STATE, "K1")
    if summary.kind not in posting.mandate or not papers.within(summary.due_on, at, MONTHS_12):
        raise Refused(Code.SHAPE, "K1")
    if posting.expired(papers.begin(summary.due_on)):
        raise Refused(Code.SHAPE, "K1")
    if summary.about is not None and not _live(summary.about, states):
        raise Refused(Code.UNKNOWN_MATTER, "K1")
    if summary.kind in INVESTIGATIVE and not _may_investigate(e, at, states):
        raise Refused(Code.BASIS, "MECHANISM 3.16")


def _live(subject: str, states: States) -> bool:
    cited = states.state("lead", subject).status in lead.LIVE
    return cited or states.state("enquiry", subject).status in enquiry.PENDING


def _may_investigate(e: Draft[TaskGiven], at: int, states: States) -> bool:
    """On a measure request of the unit that sends, which the host accepted and which is not over."""
    summary = e.data.summary
    if summary.enquiry is None or not summary.host_agreed or summary.about is None:
        return False
    request = states.state("enquiry", summary.enquiry)
    asked = (request.form, request.owner) == (EnquiryForm.MEASURE, e.source)
    return asked and request.status in enquiry.UNDERTAKEN and not request.closed(at)


def _working(posting: Any, officer: str, at: int) -> None:
    """A member of the team, whose rights have begun and have not run out."""
    if officer not in posting.members:
        raise Refused(Code.OFFICERS, "K2")
    if posting.status is not Status.POSTED or not posting.begun(at) or posting.expired(at):
        raise Refused(Code.STATE, "MECHANISM 1.5")


def _outreach(state: Liaison, e: Draft[OutreachHeld], at: int) -> None:
    """By a member, on a day of the posting that has come, where the posting is for it."""
    summary = e.data.summary
    _working(state, summary.officer, at)
    if Mandate.OUTREACH not in state.mandate:
        raise Refused(Code.STATE, "K5")
    held = papers.begin(summary.on)
    if held > at or not state.begun(held):
        raise Refused(Code.SHAPE, "K5")


_NO_HANDOVER: dict[str, Any] = {"handover": ("", ""), "handed": ()}


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """The row's status and what was said."""
    rule = RULES[type(e.data)]
    moved = {"status": rule.then, "since": at} if rule.then is not None else {}
    return replace(state, **moved, **_said(state, e, at))


def _said(state: Any, e: Draft[Any], at: int) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    match e.data:
        case PostingOffered():
            changes = _offered(e)
        case MemberChanged(summary=summary):
            changes = _team(both.said(state.team, e.source, (summary.leader, summary.members)))
        case PostingExtended(summary=summary):
            changes = _end(both.said(state.ends, e.source, summary.end))
        case HandoverOffered(summary=summary):
            changes = {"handover": (e.digest, summary.successor), "handed": summary.tasks}
        case HandoverAccepted(summary=summary):
            over = tuple((task, summary.officer, at) for task in state.handed)
            changes = {"taken_over": (*state.taken_over, *over), "leader": _led_by(state, summary.officer)}
            changes |= _NO_HANDOVER
        case TaskGiven(summary=summary):
            given = {"posting": summary.posting, "kind": summary.kind, "due_on": summary.due_on}
            changes = {"owner": e.source, **given}
        case TaskTaken(summary=summary):
            changes = {"handler": summary.officer, "taken_at": at}
        case OutreachHeld(summary=summary):
            late = at >= papers.begin(summary.on) + DAY + OUTREACH_SPAN
            told_late = state.told_late + late * summary.sessions
            changes = {"outreach": state.outreach + summary.sessions, "told_late": told_late}
        case _:
            pass
    return changes


def _offered(e: Draft[PostingOffered]) -> dict[str, Any]:
    summary = e.data.summary
    return {
        "owner": e.source,
        "offer": e.digest,
        "answer_by": parse_time(summary.answer_by),
        "start": summary.start,
        "end": summary.end,
        "leader": summary.leader,
        "members": summary.members,
        "mandate": summary.mandate,
    }


def _led_by(state: Any, successor: str) -> str:
    """The desk at home takes the list over, and leads nobody."""
    leader: str = successor if successor in state.members else state.leader
    return leader


def _team(words: both.Words[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    """In force when both have said the same; then nobody's word waits any more, nor the old leader's hand-over."""
    agreed = both.agreed(words)
    if agreed is None:
        return {"team": words}
    return {**_NO_HANDOVER, "team": (), "leader": agreed[0], "members": agreed[1]}


def _end(words: both.Words[str]) -> dict[str, Any]:
    agreed = both.agreed(words)
    return {"ends": words} if agreed is None else {"ends": (), "end": agreed}
