"""Two offices do whatever comes to mind, permitted or not, in any order: what holds all the same (L3, L12, PROTOCOL 1).

Events come from the tables of the rules' own tests; each may be said by either unit, at a random time, again and again.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.calendar import CALENDARS, Calendar
from contracts.envelope import Draft
from contracts.refusals import Refused
from services.domain import CONTEXTS, enquiry, lead, liaison, operation, pairing
from services.domain.clocks import DAY, HOUR, Clock
from services.domain.obligations import OWED, owed
from tests.support.states import NOW, OTHER, OWNER, FakeStates
from tests.unit import test_enquiry_rules as enquiries
from tests.unit import test_lead_course_rules as courses
from tests.unit import test_lead_rules as leads
from tests.unit import test_liaison_rules as postings
from tests.unit import test_operation_rules as operations

pytestmark = pytest.mark.usefixtures("unsigned")

CALENDAR = Calendar(CALENDARS.values())
TABLES = (leads, courses, enquiries, operations, postings)
ACTS: list[Callable[[], Draft[Any]]] = [
    event for module in TABLES for table in (module.PASSES, module.REFUSALS) for _, event, _ in table.values()
]
"""Everything that the tables say, right or wrong."""


def _steps(path: Any) -> list[Callable[[], Draft[Any]]]:
    """A path of a table; of liaison it says beside it which stream it is about."""
    return list(path[1] if isinstance(path, tuple) else path)


PATHS = [_steps(path) for module in TABLES for path in module.PATHS.values()]
"""How a matter comes to each of its statuses."""
UNTIMED: dict[str, set[Any]] = {
    "lead": {lead.Status.RECEIVED, lead.Status.WITH_OUTCOME},  # for information; what the owner closes
    "enquiry": {enquiry.Status.ANSWERED, enquiry.Status.REFUSED},  # closed by 30 silent days
    "pairing": set(pairing.Status),  # its end is its term
    "liaison": set(),
    "operation": {operation.Status.SUSPENDED, operation.Status.PROPOSED},  # until it is resumed; an offer lapses
}
"""Open statuses in which nothing is owed."""
STEP = st.tuples(st.integers(0, len(ACTS) - 1), st.sampled_from(["as written", OWNER, OTHER]), st.integers(0, 40 * 24))


def begun() -> FakeStates:
    """Both units with the officers that any of the tables needs; nothing shared yet."""
    made = courses.states_of()
    team = postings.with_team().channel.trust.officers
    trust = made.channel.trust
    officers = {**team, **trust.officers}
    made.channel = replace(made.channel, trust=replace(trust, officers=officers))
    return made


def said_by(e: Draft[Any], unit: str) -> Draft[Any]:
    """The same event, perhaps by the other unit."""
    return e if unit == "as written" else replace(e, source=unit)


@given(
    st.lists(st.sampled_from(range(len(PATHS))), min_size=1, max_size=3),
    st.lists(STEP, max_size=30),
    st.sampled_from(sorted(pairing.Status)),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_two_offices_do(paths: list[int], steps: list[tuple[int, str, int]], standing: pairing.Status) -> None:
    """Refused or effective and nothing else; the same again from nothing; who owes what is always known.

    After some matters have come somewhere the pairing comes to stand somehow: facts and obligations go on.
    """
    states, said, at = begun(), list[tuple[Any, int]](), NOW
    for which in paths:
        for step in PATHS[which]:
            _try(states, step(), at, said)
    states.standing(standing)
    said.append((standing, at))
    for number, (which, unit, hours) in enumerate(steps):
        at += hours * HOUR if number % 5 == 0 else HOUR
        _try(states, said_by(ACTS[which](), unit), at, said)
    _known_to_be_owed(states, at)
    assert _again(said) == states.streams


def _try(states: FakeStates, e: Draft[Any], at: int, said: list[tuple[Any, int]]) -> None:
    try:
        states.then(e, at)
    except Refused:
        return
    said.append((e, at))


def _again(said: list[tuple[Any, int]]) -> dict[Any, Any]:
    """L3: the same events at the same places give the same state."""
    states = begun()
    for e, at in said:
        if isinstance(e, pairing.Status):
            states.standing(e)
        else:
            states.then(e, at)
    return states.streams


def _known_to_be_owed(states: FakeStates, at: int) -> None:
    """No matter is stuck: what is open has a due time and somebody who owes it, or stands where nothing is owed."""
    for (context, _), state in states.streams.items():
        if type(state) not in OWED or state.status in CONTEXTS[context].ENDED or state == CONTEXTS[context].INITIAL:
            continue
        for due in owed(state, CALENDAR, Clock()):
            assert due.at > NOW - 400 * DAY
            assert due.overdue(due.at)
        if state.status not in UNTIMED[context]:
            assert owed(state, CALENDAR, Clock()), (context, state.status, at)


def test_every_context_between_two_units_takes_part() -> None:
    contexts = {act().context for act in ACTS}
    assert contexts == {"lead", "enquiry", "operation", "liaison"}
    assert set(UNTIMED) - {"pairing"} == contexts
    assert liaison.Status.POSTED not in UNTIMED["liaison"]
