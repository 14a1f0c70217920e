"""What may be due. Rows hold the states that start clocks; due and overdue are computed when asked (MECHANISM 1.0)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

from contracts.calendar import Calendar, CalendarMissingError
from contracts.channels import PAIRING
from contracts.vocabulary import Purpose, Term
from services.domain import CONTEXTS, obligations, oversight_dues, periods
from services.domain import desk as papers
from services.domain.clocks import DAY, Clock, day, in_time
from services.domain.confirming import WITHIN, alone
from services.domain.dues import FIRM, Due
from services.domain.enquiry import Enquiry
from services.domain.lead import Lead
from services.domain.lead_dues import onward, review_near
from services.domain.liaison import Liaison
from services.domain.operation import Operation
from services.domain.oversight import Oversight
from services.domain.pairing import Pairing, Status
from services.domain.papers import begin
from services.verifier import Verdict
from services.views import desk as desks
from services.views import oversight
from services.views.anchors import is_anchor
from services.views.desk import Leaf
from services.views.pairings import Agreement
from services.views.timeline import Direction, begun
from services.views.view import View, draft_of, stream


class Kind(Term):
    """What waits: the domain's duties under their names, and what no state of a matter says."""

    DELIVER = "deliver", "待送达", "to be delivered"
    SIGN_FOR = "sign_for", "待签收", "to be signed for"
    DECIDE = "decide", "待受理", "to be accepted or declined"
    FEEDBACK = "feedback", "待反馈", "feedback"
    ACKNOWLEDGE = "acknowledge", "待确认", "to be acknowledged"
    CORRECT = "correct", "待更正", "to be corrected or withdrawn"
    ANSWER = "answer", "待答复", "to be answered"
    COMPLETE = "complete", "待补正", "papers to be completed"
    FOLLOW_UP = "follow_up", "待续报", "to be followed up"
    REVIEW = "review", "待审查反馈", "answer to be reviewed"
    COUNTERSIGN = "countersign", "待会签", "to be countersigned"
    CONFIRM_ARRIVAL = "confirm_arrival", "待到达确认", "arrival to be confirmed"
    CONCLUDE = "conclude", "待结束", "operation to be concluded"
    RESULTS = "results", "待战果确认", "results to be agreed"
    CONFIRM = "confirm", "待确认电话告知", "phone record to be confirmed"
    CONSENT = "consent", "待答复证据使用", "consent to be answered"
    FORWARD = "forward", "待答复转递", "forwarding to be answered"
    SETTLE = "settle", "管辖待协商", "jurisdiction to be settled"
    REVIEW_LEAD = "review_lead", "待复核", "review date is near"
    REVIEW_HOLD = "review_hold", "在诉保留待复核", "hold to be reviewed"
    REPORT_IN = "report_in", "待报到", "team to report in"
    HAND_OVER = "hand_over", "待交接", "posting to be handed over"
    TAKE = "take", "待接办", "task to be taken"
    TASK = "task", "待办结", "task to be done"
    LIFT = "lift", "限制使用待决定", "restriction to be decided on"
    REMOVE = "remove", "待销毁回执", "removal to be answered"
    CONTRIBUTE = "contribute", "两月报待上报", "two-monthly report of the county"
    REPORT = "report", "两月报待汇总上报", "two-monthly report of the prefecture"
    CORRECT_REPORT = "correct_report", "两月报待更正", "two-monthly report to be corrected"
    REVIEW_REPORT = "review_report", "两月报待接收", "two-monthly report to be accepted or returned"
    ANSWER_OFFER = "answer_offer", "协作提议待答复", "pairing offer to be answered"
    APPROVE = "approve", "待审批", "to be approved"
    CONFIRM_ACT = "confirm_act", "待审批人确认", "act of one officer to be confirmed"
    UNDATED = "undated", "期限待定（缺日历）", "due, but nobody published that year's calendar"


class Group(Term):
    """What an office looks for first; an item may be in several."""

    TO_APPROVE = "to_approve", "待审批", "to be approved"
    TO_SIGN_FOR = "to_sign_for", "待签收", "to be signed for"
    DUE_TODAY = "due_today", "今日到期", "due today"
    OVERDUE = "overdue", "已超期", "overdue"
    FEEDBACK = "feedback", "待反馈", "feedback"
    REMOVAL = "removal", "待销毁回执", "removal to be answered"


_GROUPS = {
    Kind.APPROVE: Group.TO_APPROVE,
    Kind.CONFIRM_ACT: Group.TO_APPROVE,
    Kind.SIGN_FOR: Group.TO_SIGN_FOR,
    Kind.FEEDBACK: Group.FEEDBACK,
    Kind.REMOVE: Group.REMOVAL,
}


@dataclass(frozen=True)
class Alone:
    """What an officer of ours did at once: digest of the event, effective ms, who."""

    event: str
    at: int
    by: str


@dataclass(frozen=True)
class Waiting:
    """One matter's state, in the member named like its context; the others are None. alone: to be confirmed, or was."""

    direction: Direction
    counterpart: str = ""
    lead: Lead | None = None
    enquiry: Enquiry | None = None
    liaison: Liaison | None = None
    operation: Operation | None = None
    oversight: Oversight | None = None
    pairing: Pairing | None = None
    desk: Leaf | None = None
    alone: tuple[Alone, ...] = ()


class Item(NamedTuple):
    """One thing owed. due: ms, the first moment that is late; None: no date. mine: owed by us, not to us.

    event, by: of an act to be confirmed, its digest and who did it.
    category: of a lead; all that a desk is told of it before it is opened (MECHANISM 3.11).
    """

    key: str
    kind: Kind
    due: int | None
    overdue: bool
    mine: bool
    category: Purpose | None = None
    event: str = ""
    by: str = ""


def groups(item: Item, now: int) -> tuple[Group, ...]:
    """Of which groups it is at ``now`` (ms); today ends at 24:00 in Asia/Shanghai."""
    found = [_GROUPS[item.kind]] if item.kind in _GROUPS else []
    if item.overdue:
        found.append(Group.OVERDUE)
    elif item.due is not None and item.due <= begin(day(now).isoformat()) + DAY:
        found.append(Group.DUE_TODAY)
    return tuple(found)


def key(verdict: Verdict) -> str | None:
    """Matters by stream; of pairings, the proposals; nobody owes anything for an anchor."""
    draft = draft_of(verdict)
    return None if (draft.context == "pairing" and draft.channel != PAIRING) or is_anchor(verdict) else draft.stream


def new(me: str, verdict: Verdict) -> Waiting:
    """Before the matter's first event."""
    draft = draft_of(verdict)
    if draft.context == "desk":
        return Waiting(Direction.OUT, desk=desks.new(me, verdict))
    if draft.context == "pairing":
        other = draft.data.summary.counterpart
        sides = {draft.source: Direction.OUT, other: Direction.IN}
        return Waiting(sides.get(me, Direction.WATCH), draft.source if me == other else other, pairing=Pairing())
    opening = oversight.opened if draft.context == "oversight" else begun
    return Waiting(**opening(me, verdict), **{draft.context: CONTEXTS[draft.context].INITIAL})


def step(row: Waiting, verdict: Verdict) -> Waiting:
    """The state machine is the domain's."""
    draft = draft_of(verdict)
    if row.desk is not None:
        return replace(row, desk=replace(desks.step(row.desk, verdict), timeline=(), contents=()))
    state = CONTEXTS[draft.context].evolve(getattr(row, draft.context), draft, verdict.at)
    by = alone(draft)
    own = row.direction is (Direction.OUT if draft.source == state.owner else Direction.IN)
    acts = (*row.alone, Alone(draft.digest, verdict.at, by)) if by and own else row.alone
    return replace(row, **{draft.context: state}, alone=acts)


def clocks(agreements: Mapping[str, Agreement]) -> dict[str, Clock]:
    """Channel -> clock profile, from rows of ``pairings``."""
    return {stream(name).channel: row.clock for name, row in agreements.items()}


def due_items(
    rows: Mapping[str, Waiting], now: int, calendar: Calendar, clocks: Mapping[str, Clock] | None = None
) -> list[Item]:
    """Everything that is owed at ``now``, by us or to us, soonest first. Never stored; what we watch is ``late``.

    Args:
        now: ms.
        calendar: of the policy in force; what it cannot date is listed as UNDATED, and hides nothing else.
        clocks: channel -> its pairing's clock profile (``clocks``); others have the default profile.
    """
    profiles = clocks or {}
    confirmed = {row.desk.confirmed for row in rows.values() if row.desk is not None}
    found = (
        item
        for name, row in rows.items()
        for item in (
            *_items(name, row, _above(row, rows), now, calendar, profiles.get(stream(name).channel, Clock())),
            *(_to_confirm(name, act, now, calendar) for act in row.alone if act.event not in confirmed),
        )
    )
    return in_order(found)


class Unreported(NamedTuple):
    """A unit that may owe a two-monthly report. since: begin of its channel with its superior (ms)."""

    key: str
    since: int
    mine: bool
    sums_up: bool


def unreported(period: str, units: Iterable[Unreported], now: int, calendar: Calendar) -> Iterator[Item]:
    """What nobody has reported of a period that is over (R1, R3).

    Nothing is owed of periods before the channel was there, and by a calendar that nobody published nothing is late.
    """
    for unit in units:
        if unit.since >= periods.end(period):
            continue
        try:
            due = oversight_dues.unreported(period, calendar, sums_up=unit.sums_up)
        except CalendarMissingError:
            yield Item(unit.key, Kind.UNDATED, None, False, unit.mine)
            continue
        yield Item(unit.key, Kind[due.kind.name], due.at, due.overdue(now), unit.mine)


def in_order(items: Iterable[Item]) -> list[Item]:
    """Soonest first; what has no date comes last."""
    return sorted(items, key=lambda item: (item.due is None, item.due or 0, item.key, item.kind))


def _to_confirm(name: str, act: Alone, now: int, calendar: Calendar) -> Item:
    until = WITHIN.due(act.at, calendar)
    return Item(name, Kind.CONFIRM_ACT, until, not in_time(now, until), True, event=act.event, by=act.by)


def _above(row: Waiting, rows: Mapping[str, Waiting]) -> Lead | None:
    """Of a lead that was forwarded: the owner's, in another channel, where it is known here."""
    origin = row.lead.origin if row.lead else None
    found = rows.get(f"{origin.channel}/lead/{origin.subject}") if origin else None
    return found.lead if found else None


def _items(name: str, row: Waiting, above: Lead | None, now: int, calendar: Calendar, clock: Clock) -> Iterable[Item]:
    state = row.lead or row.enquiry or row.liaison or row.operation or row.oversight
    if state is not None:
        return chain(_owed(name, row, state, above, now, calendar, clock), _review(name, row, now))
    if row.pairing is not None and row.pairing.status is Status.PROPOSED and now < row.pairing.answer_by:
        return [Item(name, Kind.ANSWER_OFFER, row.pairing.answer_by, False, row.direction is Direction.IN)]
    if row.desk is not None and row.desk.status is papers.Status.SUBMITTED:
        until = row.desk.valid_until
        return [Item(name, Kind.APPROVE, until, not in_time(now, until), True)]
    return []


def _review(name: str, row: Waiting, now: int) -> Iterator[Item]:
    """A lead of ours that is expunged soon unless somebody reviews it."""
    until = review_near(row.lead, now) if row.lead is not None and row.direction is Direction.OUT else None
    if until is not None:
        yield Item(name, Kind.REVIEW_LEAD, until, False, True)


def _owed(
    name: str, row: Waiting, state: Any, above: Lead | None, now: int, calendar: Calendar, clock: Clock
) -> Iterator[Item]:
    if row.direction is Direction.WATCH:
        return
    category = state.category if isinstance(state, Lead) else None
    try:
        found = obligations.owed(state, calendar, clock)
        if above is not None:
            found = (*found, *onward(state, above, calendar))
    except CalendarMissingError:
        yield Item(name, Kind.UNDATED, None, False, True, category)
        return
    for due in found:
        if due.kind in FIRM and due.overdue(now):
            continue
        mine = row.direction is (Direction.OUT if due.owner else Direction.IN)
        yield Item(name, Kind[due.kind.name], due.at, due.overdue(now), mine, category)


def late(
    rows: Mapping[str, Waiting],
    now: int,
    calendar: Calendar,
    clocks: Mapping[str, Clock],
    members: Mapping[str, tuple[str, str]],
) -> Counter[tuple[str, str, str]]:
    """(channel, unit that owes, context) -> how many matters are overdue at ``now`` (ms), in these channels.

    members: channel -> its two units. What the calendar cannot date is not counted.
    """
    found: set[tuple[str, str, str, str]] = set()
    for name, row in rows.items():
        at, state = stream(name), row.lead or row.enquiry or row.liaison or row.operation
        if state is not None and at.channel in members:
            first, second = members[at.channel]
            units = {True: state.owner, False: second if state.owner == first else first}
            dues = _overdue(state, now, calendar, clocks.get(at.channel, Clock()))
            found |= {(at.channel, units[due.owner], at.context, at.subject) for due in dues}
    return Counter(one[:3] for one in found)


def _overdue(state: Any, now: int, calendar: Calendar, clock: Clock) -> list[Due]:
    try:
        return [due for due in obligations.owed(state, calendar, clock) if due.kind not in FIRM and due.overdue(now)]
    except CalendarMissingError:
        return []


INBOX = View(
    "inbox",
    9,
    frozenset({"lead", "enquiry", "liaison", "operation", "oversight", "pairing", "desk"}),
    Waiting,
    new,
    step,
    key,
)
