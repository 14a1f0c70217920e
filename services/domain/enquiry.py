"""Enquiries of a pairing (MECHANISM 1.3). Either unit asks, the other answers.

Rule version 1 opens the form ``info``; there a measure request is void ``type``. Version 2 opens it with its rows
(completion E3 and E4, the papers of FIELDS 6.7), interim answers and corrections.
"""

from dataclasses import dataclass, replace
from typing import Any

from contracts.calendar import Calendar, CalendarMissingError
from contracts.enquiry import (
    Answered,
    AnsweredSummary,
    Asked,
    AskedSummary,
    Cancelled,
    Closed,
    Delivered,
    FiledCase,
    Received,
    Undertaken,
)
from contracts.enquiry import Refused as EnquiryRefused
from contracts.enquiry_course import (
    Acknowledged,
    AnswerCorrected,
    AnswerCorrectedSummary,
    Completed,
    CompletionRequested,
    InterimGiven,
)
from contracts.envelope import Draft
from contracts.event import Event
from contracts.refusals import Code, Refused
from contracts.vocabulary import (
    AnswerCode,
    AttachmentKind,
    Basis,
    EnquiryForm,
    EnquiryPurpose,
    Measure,
    MeasureRefusal,
    Role,
    Term,
    Urgency,
)
from services.domain import basis, lead, measures, papers
from services.domain.clocks import DAY, Clock, in_time, parse_time
from services.domain.counting import calendar_of, clock_of
from services.domain.rules import ANY_HANDLER, HANDLER, INTAKE_OR_DUTY, Allowed, Rule, Side, Sign, States

MEASURES = 2
"""Rule version from which measure requests are judged."""
SILENCE = 30 * DAY
"""ms after which an answered enquiry counts as closed without a word of the asker."""


class Status(Term):
    """Where an enquiry stands."""

    ABSENT = "absent", "无", "absent"
    ASKED = "asked", "已发函", "asked"
    DELIVERED = "delivered", "已送达", "delivered"
    RECEIVED = "received", "已签收", "signed for"
    TO_COMPLETE = "to_complete", "待补正", "to be completed"
    IN_PROGRESS = "in_progress", "办理中", "in progress"
    PARTLY_ANSWERED = "partly_answered", "部分答复", "partly answered"
    ANSWERED = "answered", "已答复", "answered"
    REFUSED = "refused", "不予提供", "refused"
    CANCELLED = "cancelled", "已撤销", "cancelled"
    CLOSED = "closed", "办结", "closed"


PENDING = frozenset(
    {
        Status.ASKED,
        Status.DELIVERED,
        Status.RECEIVED,
        Status.TO_COMPLETE,
        Status.IN_PROGRESS,
        Status.PARTLY_ANSWERED,
    }
)
"""Statuses in which an answer is still to come."""
UNDERTAKEN = frozenset({Status.IN_PROGRESS, Status.PARTLY_ANSWERED, Status.ANSWERED})
"""Statuses in which the other unit has accepted it."""
INTERIM_SPAN = 15 * DAY
"""ms that an interim answer puts off at most."""


@dataclass(frozen=True)
class Enquiry:
    """One enquiry. Times are effective ms. ``lead``: subject of the lead it cites, empty for a case of the asker.

    open_items: numbers nobody answered yet. since: begin of the status. clock_from: since when the answer is due.
    missing: papers to be completed; completions: how often any were asked for. interims: how often it was put off;
    due_on: until which day, the last time. answered: envelopes of answers, which corrections name; unread: corrections
    that nobody acknowledged, as (digest, at).
    """

    status: Status = Status.ABSENT
    owner: str = ""
    urgency: Urgency = Urgency.ROUTINE
    form: EnquiryForm = EnquiryForm.INFO
    purpose: EnquiryPurpose | None = None
    lead: str = ""
    open_items: tuple[int, ...] = ()
    needed_by: str = ""
    asked_at: int = 0
    since: int = 0
    sealed_record: bool = False
    measure: Measure | None = None
    clock_from: int = 0
    missing: tuple[AttachmentKind, ...] = ()
    completions: int = 0
    interims: int = 0
    due_on: str = ""
    answered: tuple[str, ...] = ()
    unread: tuple[tuple[str, int], ...] = ()

    @property
    def pending(self) -> bool:
        """Whether an answer is owed: such an enquiry keeps its lead from being closed."""
        return self.status in PENDING

    def closed(self, at: int) -> bool:
        """Whether it is over at ``at``: closed, or answered and 30 days without a word (E11, derived)."""
        silent = self.status in _TO_CLOSE and at >= self.since + SILENCE
        return silent or self.status in ENDED


INITIAL = Enquiry()
ENDED = frozenset({Status.CANCELLED, Status.CLOSED})
_TO_ANSWER = frozenset({Status.IN_PROGRESS, Status.PARTLY_ANSWERED})
_TO_REFUSE = frozenset({Status.RECEIVED, Status.IN_PROGRESS})
_TO_CLOSE = frozenset({Status.ANSWERED, Status.REFUSED})
_TO_CORRECT = frozenset({Status.PARTLY_ANSWERED, Status.ANSWERED, Status.CLOSED})


def _only(status: Status) -> frozenset[Status]:
    return frozenset({status})


RULES: dict[type[Event], Rule] = {
    Asked: Rule("E1", Side.OPENER, _only(Status.ABSENT), Status.ASKED, Sign.BY_DATA, Allowed.NEW),
    Delivered: Rule("E2", Side.OTHER, _only(Status.ASKED), Status.DELIVERED, Sign.NODE, Allowed.ALWAYS),
    Received: Rule(
        "E2a", Side.OTHER, _only(Status.DELIVERED), Status.RECEIVED, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY
    ),
    CompletionRequested: Rule(
        "E3", Side.OTHER, _only(Status.RECEIVED), Status.TO_COMPLETE, Sign.ONE, Allowed.ALWAYS, (Role.INTAKE,)
    ),
    Completed: Rule("E4", Side.OWNER, _only(Status.TO_COMPLETE), Status.RECEIVED, Sign.TWO, Allowed.GOING_ON),
    Undertaken: Rule(  # DUTY: only what is urgent
        "E5", Side.OTHER, _only(Status.RECEIVED), Status.IN_PROGRESS, Sign.ONE, Allowed.GOING_ON, INTAKE_OR_DUTY
    ),
    InterimGiven: Rule("E6", Side.OTHER, _TO_ANSWER, None, Sign.BY_DATA, Allowed.GOING_ON, HANDLER),
    Answered: Rule(  # or PARTLY_ANSWERED
        "E7", Side.OTHER, _TO_ANSWER, Status.ANSWERED, Sign.BY_DATA, Allowed.GOING_ON, HANDLER
    ),
    EnquiryRefused: Rule("E8", Side.OTHER, _TO_REFUSE, Status.REFUSED, Sign.TWO, Allowed.GOING_ON),
    Cancelled: Rule("E9", Side.OWNER, PENDING, Status.CANCELLED, Sign.ONE, Allowed.ALWAYS, HANDLER),
    AnswerCorrected: Rule("E10", Side.OTHER, _TO_CORRECT, None, Sign.TWO, Allowed.ALWAYS),
    Acknowledged: Rule("E10a", Side.OWNER, _TO_CORRECT, None, Sign.ONE, Allowed.ALWAYS, ANY_HANDLER),
    Closed: Rule("E11", Side.OWNER, _TO_CLOSE, Status.CLOSED, Sign.ONE, Allowed.ALWAYS, HANDLER),
}


def needs(e: Draft[Any]) -> Sign:
    """A head for a measure request, two officers where an answer names persons."""
    match e.data:
        case Asked(summary=summary):
            return Sign.HEAD if summary.form is EnquiryForm.MEASURE else Sign.TWO
        case Answered(summary=summary, approval=approval):
            return Sign.TWO if summary.persons_count or approval else Sign.ONE
        case InterimGiven(approval=approval):
            return Sign.TWO if approval else Sign.ONE
        case _:
            return RULES[type(e.data)].sign


def permit(state: Enquiry, e: Draft[Any], at: int, states: States) -> None:
    """What the rows cannot say. Raises Refused."""
    match e.data:
        case Asked():
            _ask(e, states)
        case CompletionRequested() if state.form is not EnquiryForm.MEASURE:
            raise Refused(Code.STATE, "E3")
        case Completed():
            _complete(state, e)
        case Undertaken():
            papers.duty_only_urgent(e, state.urgency, Role.INTAKE, states)
        case InterimGiven():
            _put_off(state, e, at, states)
        case Answered():
            _answer(state, e)
        case EnquiryRefused():
            _refuse(state, e, states)
        case AnswerCorrected():
            _correct(state, e)
        case _:
            pass


def _ask(e: Draft[Asked], states: States) -> None:
    summary = e.data.summary
    if summary.measure is not None and states.channel.trust.rule_version < MEASURES:
        raise Refused(Code.TYPE, "PROTOCOL 1")
    case = summary.case
    cited = _of_lead(summary, states) if case is None else _of_case(case, e, states)
    basis.check_enquiry(cited, summary.purpose)
    if summary.measure is not None:
        measures.check(summary.measure, cited, [paper.kind for paper in summary.attachments or ()])


def _complete(state: Enquiry, e: Draft[Completed]) -> None:
    """Every paper that was asked for is there."""
    attached = {paper.kind for paper in e.data.summary.attachments}
    for paper in state.missing:
        if paper not in attached:
            raise Refused(Code.BASIS, f"E4 {paper}")


def answer_due(state: Enquiry, calendar: Calendar, clock: Clock) -> int:
    """Ms until when the answer is due. Raises CalendarMissingError.

    By the clock, or by the end of the day it was put off to; by the end of the day it is needed in any case: a hearing
    does not roll on to a working day.
    """
    due = clock.span(state.urgency).due(state.clock_from, calendar)
    if state.due_on:
        due = max(due, papers.begin(state.due_on) + DAY)
    return min(due, papers.begin(state.needed_by) + DAY) if state.needed_by else due


def _put_off(state: Enquiry, e: Draft[InterimGiven], at: int, states: States) -> None:
    """Before the answer is due, to a day at most 15 days on; the second time an approver says so."""
    if _overdue(state, at, states):
        raise Refused(Code.STATE, "E6")
    if not papers.within(e.data.summary.due_on, at, INTERIM_SPAN):
        raise Refused(Code.SHAPE, "E6")
    if state.interims and e.data.approval is None:
        raise Refused(Code.SIGNATURES, "E6")


def _overdue(state: Enquiry, at: int, states: States) -> bool:
    """Where nobody has published that year's calendar, nobody can say that it is late."""
    try:
        due = answer_due(state, calendar_of(states.channel.trust), clock_of(states.channel.terms))
    except CalendarMissingError:
        return False
    return not in_time(at, due)


def _refuse(state: Enquiry, e: Draft[EnquiryRefused], states: States) -> None:
    """With complete papers only "not our territory" may be said to a measure request (六个严禁, MECHANISM 3.17)."""
    ground = e.data.summary.measure_ground
    if ground is not None and states.channel.trust.rule_version < MEASURES:
        raise Refused(Code.TYPE, "PROTOCOL 1")
    if (ground is not None) != (state.form is EnquiryForm.MEASURE):
        raise Refused(Code.STATE, "E8")
    if ground is MeasureRefusal.PAPERS_INCOMPLETE and not state.completions:
        raise Refused(Code.STATE, "MECHANISM 3.17")


def _correct(state: Enquiry, e: Draft[AnswerCorrected]) -> None:
    """An answer that was given, about items that it could answer."""
    summary = e.data.summary
    if summary.corrects not in state.answered:
        raise Refused(Code.UNKNOWN_MATTER, "E10")
    if {answer.no for answer in summary.answers} & set(state.open_items):
        raise Refused(Code.STATE, "E10")
    _sealed(state, summary)


def _of_lead(summary: AskedSummary, states: States) -> Basis:
    """The basis of a live lead of this channel; either unit may ask about it."""
    cited = states.state("lead", str(summary.lead))
    if cited == lead.INITIAL:
        raise Refused(Code.UNKNOWN_MATTER, "E1")
    if cited.status not in lead.LIVE:
        raise Refused(Code.STATE, "E1")
    found: Basis = cited.basis
    return found


def _of_case(case: FiledCase, e: Draft[Asked], states: States) -> Basis:
    """The basis of a case that is filed, within the purposes of the pairing."""
    if case.category not in states.channel.terms.purposes:
        raise Refused(Code.PURPOSE, "L6")
    if case.basis.effective not in basis.FILED:
        raise Refused(Code.BASIS, "E1")
    if papers.begin(case.basis.date) > parse_time(papers.approval(e).decided_at):
        raise Refused(Code.SHAPE, "E1")
    return case.basis.effective


def _answer(state: Enquiry, e: Draft[Answered]) -> None:
    """Only what was asked and is open; a record that was found is flagged as sealed (MECHANISM 3.6)."""
    summary = e.data.summary
    if not {answer.no for answer in summary.answers} <= set(state.open_items):
        raise Refused(Code.STATE, "E7")
    _sealed(state, summary)


def _sealed(state: Enquiry, summary: AnsweredSummary | AnswerCorrectedSummary) -> None:
    found = any(answer.code is AnswerCode.FOUND for answer in summary.answers)
    if found and state.purpose is EnquiryPurpose.RECORD and not summary.sealed_record:
        raise Refused(Code.SHAPE, "MECHANISM 3.6")


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """What is said is carried over always; the status moves only where the row allowed it (late facts)."""
    rule = RULES[type(e.data)]
    after = _said(state, e, at)
    if state.status not in rule.when:
        return after
    return after if rule.then is None else replace(after, status=_then(after, e, rule), since=at)


def _then(after: Any, e: Draft[Any], rule: Rule) -> Any:
    """A partial answer leaves the rest open."""
    return Status.PARTLY_ANSWERED if isinstance(e.data, Answered) and after.open_items else rule.then


def _said(state: Any, e: Draft[Any], at: int) -> Any:
    changes: dict[str, Any] = {}
    match e.data:
        case Asked():
            changes = _asked(e, at)
        case CompletionRequested(summary=summary):
            changes = {"missing": summary.missing, "completions": state.completions + 1}
        case Completed():
            changes = {"missing": (), "clock_from": at}
        case InterimGiven(summary=summary):
            changes = {"due_on": summary.due_on, "interims": state.interims + 1}
        case Answered(summary=summary):
            said = {answer.no for answer in summary.answers}
            rest = tuple(no for no in state.open_items if no not in said)
            changes = {"open_items": rest, "answered": (*state.answered, e.digest), **_flag(state, summary)}
        case AnswerCorrected(summary=summary):
            changes = {"unread": (*state.unread, (e.digest, at)), **_flag(state, summary)}
        case Acknowledged(summary=summary):
            changes = {"unread": tuple(one for one in state.unread if one[0] != summary.event)}
        case _:
            pass
    return replace(state, **changes)


def _flag(state: Any, summary: AnsweredSummary | AnswerCorrectedSummary) -> dict[str, Any]:
    """Once sealed, always sealed."""
    return {"sealed_record": state.sealed_record or bool(summary.sealed_record)}


def _asked(e: Draft[Asked], at: int) -> dict[str, Any]:
    summary = e.data.summary
    return {
        "owner": e.source,
        "urgency": summary.urgency,
        "form": summary.form,
        "purpose": summary.purpose,
        "measure": summary.measure,
        "lead": summary.lead or "",
        "open_items": tuple(range(1, summary.items_count + 1)),
        "needed_by": summary.needed_by or "",
        "asked_at": at,
        "clock_from": at,
    }
