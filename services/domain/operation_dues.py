"""What is owed about an operation (MECHANISM 1.4, column clock)."""

from contracts.calendar import Calendar
from services.domain.clocks import Clock, Days, Hours
from services.domain.dues import Due, Duty, after
from services.domain.operation import Operation, Status, Whereabouts

ARRIVAL, CONCLUDE, RESULTS = Hours(24), Days(7), Days(15)


def owed(state: Operation, calendar: Calendar, clock: Clock) -> tuple[Due, ...]:
    """As ``obligations.owed``; the pairing's clock is not asked."""
    match state.status:
        case Status.PROPOSED | Status.AMENDED:
            return (Due(Duty.COUNTERSIGN, state.answer_by, owner=state.author != state.owner),)
        case Status.RUNNING:
            conclude = after(Duty.CONCLUDE, state.ends, CONCLUDE, calendar, owner=True)
            return (conclude, *_arrivals(state, calendar))
        case Status.CONCLUDED:
            owner = state.results_by != state.owner
            return (after(Duty.RESULTS, state.since, RESULTS, calendar, owner=owner),)
        case _:
            return ()


def _arrivals(state: Operation, calendar: Calendar) -> tuple[Due, ...]:
    """The host confirms that a team has come."""
    on_the_way = (team for team in state.teams if team.whereabouts is Whereabouts.SENT)
    return tuple(
        after(Duty.CONFIRM_ARRIVAL, team.at, ARRIVAL, calendar, owner=team.unit != state.owner) for team in on_the_way
    )
