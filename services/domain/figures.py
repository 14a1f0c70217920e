"""系统核算: what one unit did in one period, counted from the effective events of its channels (FIELDS 6.10).

Pure: the same events up to the same positions give the same figures, at the unit's node and at an auditor's. An event
is of the period in which its effective time lies; what came later counts in the period in which it came, with two
exceptions: an outcome that is restated replaces what it restated, and an enquiry is late where its answer was due.

  线索 发/收            ``shared`` by the unit, by the other one
  受理 不予 办结 查否    of what came in: the first such word about it; 查否 by feedback or outcome
  协查 发/收            ``asked`` by the unit, by the other one
  按时 / 超期           of what came in: answered or refused before it was due; else where it was due, answered or not
  立案 破案 强制措施 移送起诉 团伙 窝点 查获    of outcomes that credit the unit, each where it was first recorded
  行动                  a plan that both agreed on; 派出人天 days in the period that the unit's officers were out
  派驻 宣传             the unit's teams that reported in; sessions and people that they told
  督办 立/销            of the unit
  休眠对口              in force all the period, and nothing was said in it
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple

from contracts import enquiry as asking
from contracts import lead as leading
from contracts import liaison, operation, oversight
from contracts.calendar import CalendarMissingError
from contracts.channels import Place
from contracts.envelope import Draft
from contracts.pairing import Ended
from contracts.pairing_course import RenewalAccepted
from contracts.report_figures import Figure, OutcomeFigures
from contracts.report_terms import Indicator
from contracts.vocabulary import OutcomeStage, Purpose, Use
from services.domain import enquiry, outcomes, periods, results
from services.domain.channel import Channel
from services.domain.clocks import day
from services.domain.counting import calendar_of, clock_of

COUNTED = frozenset({"lead", "enquiry", "operation", "liaison", "oversight", "pairing"})
"""Contexts whose events are looked at."""
_HEAVY = frozenset({"content", "approval", "embedded"})
_TALK = frozenset({"lead", "enquiry", "operation", "liaison"})
"""What wakes a pairing."""


class Said(NamedTuple):
    """An effective event: at its effective time in ms."""

    at: int
    draft: Draft[Any]


def kept(at: int, draft: Draft[Any]) -> Iterator[Said]:
    """An effective event as it is kept for counting, without ciphertext, signatures and tables; of COUNTED only."""
    if draft.context in COUNTED:
        heavy: Mapping[str, Any] = dict.fromkeys(_HEAVY & set(type(draft.data).model_fields))
        yield Said(at, replace(draft, data=draft.data.model_copy(update=heavy)))


class Source(NamedTuple):
    """Where a figure comes from: an event by its id, in its stream."""

    channel: str
    context: str
    subject: str
    event: str


class Count(NamedTuple):
    """One thing that is counted."""

    at: int
    indicator: Indicator
    purpose: Purpose | None
    source: Source
    amount: int = 1


@dataclass(frozen=True)
class History:
    """What a unit's node read of one channel: its effective events in log order, and how it stands after them."""

    channel: Channel
    said: Sequence[Said]

    def of(self, context: str) -> Iterator[Said]:
        """Events of one context."""
        return (one for one in self.said if one.draft.context == context)


@dataclass(frozen=True)
class Computed:
    """figures: without those of outcomes (``results.derived``); sources: key of a figure, or outcome id -> events."""

    figures: tuple[Figure, ...] = ()
    outcomes: tuple[OutcomeFigures, ...] = ()
    sources: Mapping[tuple[str, ...], tuple[Source, ...]] = field(default_factory=dict)


def compute(unit: str, period: str, histories: Iterable[History], now: int | None = None) -> Computed:
    """The figures of a unit for a period.

    Args:
        histories: of its channels, each up to its position; in any order.
        now: ms up to which a period that still runs is counted; None: it is over.
    """
    known = sorted(histories, key=lambda one: one.channel.id)
    end = periods.end(period)
    span = range(periods.begin(period), end if now is None else min(now + 1, end))
    counts = [one for history in known for one in _counts(unit, span, history) if one.at in span]
    cells: results.Cells = {}
    sources: dict[tuple[str, ...], list[Source]] = {}
    for one in counts:
        key = (one.indicator, "", "", "")
        results.add(cells, key, one.purpose, Decimal(one.amount))
        sources.setdefault(key, []).append(one.source)
    rows = outcomes.of(unit, span, [_outcomes(history) for history in known])
    for row, behind in rows:
        sources[row.outcome_id,] = [Source(*one) for one in behind]
    found = {key: tuple(events) for key, events in sources.items()}
    return Computed(results.figures_of(cells), tuple(row for row, _ in rows), found)


def _counts(unit: str, span: range, history: History) -> Iterator[Count]:
    if history.channel.place is Place.SUPERVISION:
        if history.channel.members[0] == unit:
            yield from _supervisions(history)
        return
    for counted in (_leads, _enquiries, _operations, _postings, _sleeping):
        yield from counted(unit, span, history)


def _source(draft: Draft[Any]) -> Source:
    return Source(draft.channel, draft.context, draft.subject, draft.id)


# -- leads -------------------------------------------------------------------------------------------------------------


def shared(history: History) -> dict[str, tuple[str, Purpose]]:
    """Leads of a channel: id -> owner and category."""
    return {
        one.draft.subject: (one.draft.source, one.draft.data.summary.category)
        for one in history.of("lead")
        if isinstance(one.draft.data, leading.Shared)
    }


_INCOMING: Mapping[type[Any], Indicator] = {
    leading.Accepted: Indicator.LEADS_ACCEPTED,
    leading.Declined: Indicator.LEADS_DECLINED,
    leading.Closed: Indicator.LEADS_CLOSED,
}


def _leads(unit: str, span: range, history: History) -> Iterator[Count]:
    known, once = shared(history), set[tuple[str, Indicator]]()
    for at, draft in history.of("lead"):
        owner, category = known.get(draft.subject, ("", None))
        indicator = _about_lead(draft, ours=owner == unit)
        if owner and indicator is not None and (draft.subject, indicator) not in once:
            once.add((draft.subject, indicator))
            yield Count(at, indicator, category, _source(draft))


def _about_lead(draft: Draft[Any], *, ours: bool) -> Indicator | None:
    if isinstance(draft.data, leading.Shared):
        return Indicator.LEADS_SENT if ours else Indicator.LEADS_RECEIVED
    if ours:
        return None
    match draft.data:
        case leading.FeedbackGiven(summary=summary) if summary.use is Use.NOTHING_FOUND:
            return Indicator.LEADS_NOTHING_FOUND
        case leading.OutcomeRecorded(summary=summary) if summary.stage is OutcomeStage.NOTHING_FOUND:
            return Indicator.LEADS_NOTHING_FOUND
        case _:
            return _INCOMING.get(type(draft.data))


# -- enquiries ---------------------------------------------------------------------------------------------------------

_DONE = frozenset({enquiry.Status.ANSWERED, enquiry.Status.REFUSED})


def _enquiries(unit: str, span: range, history: History) -> Iterator[Count]:
    due, leads = _due_by(history.channel), shared(history)
    streams: dict[str, list[Said]] = {}
    for one in history.of("enquiry"):
        streams.setdefault(one.draft.subject, []).append(one)
    for said in streams.values():
        first = said[0].draft
        purpose = _purpose(first.data, leads)
        mine = first.source == unit
        indicator = Indicator.ENQUIRIES_SENT if mine else Indicator.ENQUIRIES_RECEIVED
        yield Count(said[0].at, indicator, purpose, _source(first))
        if not mine:
            found = _answered(said, due)
            if found is not None:
                at, became, draft = found
                yield Count(at, became, purpose, _source(draft))


def _purpose(asked: asking.Asked, leads: Mapping[str, tuple[str, Purpose]]) -> Purpose | None:
    """Of the lead it cites, or of the asker's case."""
    summary = asked.summary
    if summary.case is not None:
        return summary.case.category
    return leads[summary.lead][1] if summary.lead is not None and summary.lead in leads else None


def _answered(
    said: Sequence[Said], due: Callable[[enquiry.Enquiry], int | None]
) -> tuple[int, Indicator, Draft[Any]] | None:
    """When an enquiry was answered in time, or when it becomes late unless something is said; neither: None."""
    state = enquiry.INITIAL
    for at, draft in said:
        until = due(state)
        if until is not None and at >= until:
            return until, Indicator.ENQUIRIES_OVERDUE, said[0].draft
        state = enquiry.evolve(state, draft, at)
        if state.status in _DONE:
            return at, Indicator.ENQUIRIES_IN_TIME, draft
    until = due(state)
    return None if until is None else (until, Indicator.ENQUIRIES_OVERDUE, said[0].draft)


def _due_by(channel: Channel) -> Callable[[enquiry.Enquiry], int | None]:
    """Until when an answer is owed, by the channel's calendar and clock; by a calendar that nobody published, never."""
    calendar, clock = calendar_of(channel.trust), clock_of(channel.terms)

    def due(state: enquiry.Enquiry) -> int | None:
        if state.status not in enquiry.PENDING or state.status is enquiry.Status.TO_COMPLETE:
            return None
        try:
            return enquiry.answer_due(state, calendar, clock)
        except CalendarMissingError:
            return None

    return due


# -- operations, postings, supervision, pairings -----------------------------------------------------------------------


def _operations(unit: str, span: range, history: History) -> Iterator[Count]:
    agreed = set[str]()
    out: dict[str, Said] = {}
    for one in history.of("operation"):
        match one.draft.data:
            case operation.Agreed() if one.draft.subject not in agreed:
                agreed.add(one.draft.subject)
                yield Count(one.at, Indicator.OPERATIONS, None, _source(one.draft))
            case operation.TeamDispatched(summary=summary) if one.draft.source == unit:
                out[summary.team] = one
            case operation.TeamReturned(summary=summary) if summary.team in out:
                yield from _days(out.pop(summary.team), one.at, span)
            case _:
                pass
    for sent in out.values():
        yield from _days(sent, span.stop, span)


def _days(sent: Said, until: int, span: range) -> Iterator[Count]:
    """Officers times days at +08:00, both ends counted, as far as they lie in the period."""
    first, last = max(sent.at, span.start), min(until, span.stop - 1)
    if first <= last:
        amount = len(sent.draft.data.summary.officers) * ((day(last) - day(first)).days + 1)
        yield Count(first, Indicator.TEAM_DAYS, None, _source(sent.draft), amount)


def _postings(unit: str, span: range, history: History) -> Iterator[Count]:
    ours = set[str]()
    for at, draft in history.of("liaison"):
        match draft.data:
            case liaison.PostingOffered() if draft.source == unit:
                ours.add(draft.subject)
            case liaison.ReportedIn() if draft.subject in ours:
                yield Count(at, Indicator.POSTINGS, None, _source(draft))
            case liaison.OutreachHeld(summary=summary) if draft.source == unit:
                yield Count(at, Indicator.OUTREACH_SESSIONS, None, _source(draft), summary.sessions)
                yield Count(at, Indicator.OUTREACH_AUDIENCE, None, _source(draft), summary.attended)
            case _:
                pass


def _supervisions(history: History) -> Iterator[Count]:
    for at, draft in history.of("oversight"):
        if isinstance(draft.data, oversight.SupervisionOpened):
            yield Count(at, Indicator.SUPERVISIONS_OPENED, None, _source(draft))
        elif isinstance(draft.data, oversight.SupervisionClosed):
            yield Count(at, Indicator.SUPERVISIONS_CLOSED, None, _source(draft))


def _sleeping(unit: str, span: range, history: History) -> Iterator[Count]:
    """Its one source is the pairing: its subject is the id of the event that proposed it."""
    channel, terms = history.channel, history.channel.terms
    if terms is None or terms.valid_from > span.start:
        return
    before = [one.draft.data for one in history.said if one.at < span.stop]
    ended = any(isinstance(data, Ended) for data in before)
    renewed = any(isinstance(data, RenewalAccepted) for data in before)
    talked = any(one.at in span and one.draft.context in _TALK for one in history.said)
    if not ended and not talked and (renewed or terms.valid_until >= span.stop):
        source = Source(channel.id, "pairing", channel.pairing, channel.pairing)
        yield Count(span.start, Indicator.SLEEPING_PAIRINGS, None, source)


# -- outcomes ----------------------------------------------------------------------------------------------------------


def _outcomes(history: History) -> outcomes.Records:
    """What ``outcomes`` reads of a channel."""
    categories = {subject: category for subject, (_, category) in shared(history).items()}
    return outcomes.records(history.said, categories)
