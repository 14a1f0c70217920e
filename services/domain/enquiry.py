"""Enquiries of a pairing (MECHANISM 1.3). Either unit asks, the other answers.

Rule version 1 opens the form ``info``. A measure request is void ``type`` until the version that brings its rows
(completion, E3 and E4, and the papers of FIELDS 6.7): a rule of a type is never loosened silently (PROTOCOL 1).
"""

from dataclasses import dataclass, replace
from typing import Any

from contracts.enquiry import (
    Answered,
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
from contracts.envelope import Draft
from contracts.event import Event
from contracts.refusals import Code, Refused
from contracts.vocabulary import AnswerCode, Basis, EnquiryForm, EnquiryPurpose, Role, Term, Urgency
from services.domain import basis, lead, papers
from services.domain.clocks import DAY, parse_time
from services.domain.rules import HANDLER, INTAKE_OR_DUTY, Allowed, Rule, Side, Sign, States

SILENCE = 30 * DAY
"""ms after which an answered enquiry counts as closed without a word of the asker."""


class Status(Term):
    """Where an enquiry stands."""

    ABSENT = "absent", "无", "absent"
    ASKED = "asked", "已发函", "asked"
    DELIVERED = "delivered", "已送达", "delivered"
    RECEIVED = "received", "已签收", "signed for"
    IN_PROGRESS = "in_progress", "办理中", "in progress"
    PARTLY_ANSWERED = "partly_answered", "部分答复", "partly answered"
    ANSWERED = "answered", "已答复", "answered"
    REFUSED = "refused", "不予提供", "refused"
    CANCELLED = "cancelled", "已撤销", "cancelled"
    CLOSED = "closed", "办结", "closed"


PENDING = frozenset({Status.ASKED, Status.DELIVERED, Status.RECEIVED, Status.IN_PROGRESS, Status.PARTLY_ANSWERED})
"""Statuses in which an answer is owed."""


@dataclass(frozen=True)
class Enquiry:
    """One enquiry. Times are effective ms. ``lead``: subject of the lead it cites, empty for a case of the asker.

    open_items: numbers nobody answered yet. since: begin of the status.
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


def _only(status: Status) -> frozenset[Status]:
    return frozenset({status})


RULES: dict[type[Event], Rule] = {
    Asked: Rule("E1", Side.OPENER, _only(Status.ABSENT), Status.ASKED, Sign.BY_DATA, Allowed.NEW),
    Delivered: Rule("E2", Side.OTHER, _only(Status.ASKED), Status.DELIVERED, Sign.NODE, Allowed.ALWAYS),
    Received: Rule(
        "E2a", Side.OTHER, _only(Status.DELIVERED), Status.RECEIVED, Sign.ONE, Allowed.ALWAYS, INTAKE_OR_DUTY
    ),
    Undertaken: Rule(  # DUTY: only what is urgent
        "E5", Side.OTHER, _only(Status.RECEIVED), Status.IN_PROGRESS, Sign.ONE, Allowed.GOING_ON, INTAKE_OR_DUTY
    ),
    Answered: Rule(  # or PARTLY_ANSWERED
        "E7", Side.OTHER, _TO_ANSWER, Status.ANSWERED, Sign.BY_DATA, Allowed.GOING_ON, HANDLER
    ),
    EnquiryRefused: Rule("E8", Side.OTHER, _TO_REFUSE, Status.REFUSED, Sign.TWO, Allowed.GOING_ON),
    Cancelled: Rule("E9", Side.OWNER, PENDING, Status.CANCELLED, Sign.ONE, Allowed.ALWAYS, HANDLER),
    Closed: Rule("E11", Side.OWNER, _TO_CLOSE, Status.CLOSED, Sign.ONE, Allowed.ALWAYS, HANDLER),
}


def needs(e: Draft[Any]) -> Sign:
    """A head for a measure request, two officers where an answer names persons."""
    match e.data:
        case Asked(summary=summary):
            return Sign.HEAD if summary.form is EnquiryForm.MEASURE else Sign.TWO
        case Answered(summary=summary, approval=approval):
            return Sign.TWO if summary.persons_count or approval else Sign.ONE
        case _:
            return RULES[type(e.data)].sign


def permit(state: Enquiry, e: Draft[Any], at: int, states: States) -> None:
    """What the rows cannot say. Raises Refused."""
    match e.data:
        case Asked():
            _ask(e, states)
        case Undertaken():
            papers.duty_only_urgent(e, state.urgency, Role.INTAKE, states)
        case Answered():
            _answer(state, e)
        case EnquiryRefused(summary=summary) if summary.measure_ground is not None:
            raise Refused(Code.TYPE, "PROTOCOL 1")
        case _:
            pass


def _ask(e: Draft[Asked], states: States) -> None:
    if e.data.summary.form is EnquiryForm.MEASURE:
        raise Refused(Code.TYPE, "PROTOCOL 1")
    case = e.data.summary.case
    cited = _of_lead(e.data.summary, states) if case is None else _of_case(case, e, states)
    basis.check_enquiry(cited, e.data.summary.purpose)


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
    found = any(answer.code is AnswerCode.FOUND for answer in summary.answers)
    if found and state.purpose is EnquiryPurpose.RECORD and not summary.sealed_record:
        raise Refused(Code.SHAPE, "MECHANISM 3.6")


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """What is said is carried over always; the status moves only where the row allowed it (late facts)."""
    rule = RULES[type(e.data)]
    after = _said(state, e, at)
    if state.status not in rule.when:
        return after
    return replace(after, status=_then(after, e, rule), since=at)


def _then(after: Any, e: Draft[Any], rule: Rule) -> Any:
    """A partial answer leaves the rest open."""
    return Status.PARTLY_ANSWERED if isinstance(e.data, Answered) and after.open_items else rule.then


def _said(state: Any, e: Draft[Any], at: int) -> Any:
    match e.data:
        case Asked():
            return _asked(state, e, at)
        case Answered(summary=summary):
            answered = {answer.no for answer in summary.answers}
            rest = tuple(no for no in state.open_items if no not in answered)
            return replace(state, open_items=rest, sealed_record=state.sealed_record or bool(summary.sealed_record))
        case _:
            return state


def _asked(state: Any, e: Draft[Asked], at: int) -> Any:
    summary = e.data.summary
    return replace(
        state,
        owner=e.source,
        urgency=summary.urgency,
        form=summary.form,
        purpose=summary.purpose,
        lead=summary.lead or "",
        open_items=tuple(range(1, summary.items_count + 1)),
        needed_by=summary.needed_by or "",
        asked_at=at,
    )
