"""What is owed about an operation (MECHANISM 1.4, column clock)."""

from contracts.calendar import Calendar
from services.domain.clocks import Clock, Days, Hours
from services.domain.dues import Due, Duty, after
from services.domain.operation import ENDED, Operation, Status, Whereabouts

ARRIVAL, CONCLUDE, RESULTS = Hours(24), Days(7), Days(15)


def owed(state: Operation, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """As ``obligations.owed``; the pairing's clock is not asked."""
    if state.status is Status.CONCLUDED:
        return (after(Duty.RESULTS, state.since, RESULTS, calendar, owner=state.results_by != state.owner),)
    return (*_answer(state), *_end(state, calendar), *_arrivals(state, calendar))


def _answer(state: Operation) -> tuple[Due, ...]:
    """By whom the offer was made to."""
    if state.offer is None:
        return ()
    return (Due(Duty.COUNTERSIGN, state.offer.answer_by, owner=state.offer.author != state.owner),)


def _end(state: Operation, calendar: Calendar) -> tuple[Due, ...]:
    """Also of what was agreed and never begun, or paused: it is given up then (O8)."""
    if state.plan is None or state.status in ENDED:
        return ()
    return (after(Duty.CONCLUDE, state.plan.ends, CONCLUDE, calendar, owner=True),)


def _arrivals(state: Operation, calendar: Calendar) -> tuple[Due, ...]:
    """The host confirms that a team has come, also where the operation is paused or given up meanwhile."""
    on_the_way = (team for team in state.teams if team.whereabouts is Whereabouts.SENT)
    return tuple(
        after(Duty.CONFIRM_ARRIVAL, team.at, ARRIVAL, calendar, owner=team.unit != state.owner) for team in on_the_way
    )
