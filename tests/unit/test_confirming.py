"""Which acts of one officer an approver has to stand by (MECHANISM 2, second row)."""

from typing import Any

import pytest

from contracts.calendar import Calendar
from contracts.enquiry import Cancelled
from contracts.envelope import Draft
from contracts.lead import Closed, Received, Withdrawn
from contracts.operation import Aborted, Suspended
from contracts.vocabulary import Role
from services.domain.clocks import format_time, parse_time
from services.domain.confirming import WITHIN, alone, may_confirm
from tests.support.papers import approvals, draft
from tests.support.states import APPROVER, AUTHOR, OWNER

SAFETY = {"officer": AUTHOR, "reason": "safety"}
ACTS: dict[str, tuple[Draft[Any], str]] = {
    "a lead is withdrawn": (draft(Withdrawn, {"officer": AUTHOR, "ground": "error"}), AUTHOR),
    "an enquiry is cancelled": (draft(Cancelled, {"officer": AUTHOR, "ground": "error"}), AUTHOR),
    "an operation is paused for safety": (draft(Suspended, SAFETY), AUTHOR),
    "an operation is given up for safety": (draft(Aborted, SAFETY), AUTHOR),
    "an operation is paused by two": (
        draft(Suspended, {"reason": "legal"}, approval=approvals(Suspended, OWNER)),
        "",
    ),
    "a lead is signed for": (draft(Received, {"officer": AUTHOR}), ""),
    "a lead is closed": (draft(Closed, {"officer": AUTHOR}), ""),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_one_officer_did_at_once(act: str) -> None:
    event, officer = ACTS[act]
    assert alone(event) == officer


def test_it_is_confirmed_within_24_hours_on_a_holiday_too() -> None:
    """MECHANISM 2; counted as the law counts hours."""
    assert format_time(WITHIN.due(parse_time("2021-05-01T02:00:00.000Z"), Calendar(()))) == "2021-05-02T03:00:00.000Z"


@pytest.mark.parametrize("role", list(Role))
def test_it_is_asked_of_an_approver_or_head_who_did_not_do_it(role: Role) -> None:
    """D11: as the desk will judge it."""
    second = role in (Role.APPROVER, Role.HEAD)
    assert may_confirm(APPROVER, frozenset({role, Role.AUTHOR}), AUTHOR) is second
    assert not may_confirm(AUTHOR, frozenset({role, Role.AUTHOR}), AUTHOR)
