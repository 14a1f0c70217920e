"""What one officer does at once and an approver of his unit stands by within 24 hours (MECHANISM 2, second row).

The act counts from its place in the log on; whether it was confirmed stands on the unit's own desk (D11).
"""

from typing import Any

from contracts.enquiry import Cancelled
from contracts.envelope import Draft
from contracts.lead import Withdrawn
from contracts.operation import Aborted, Suspended
from contracts.vocabulary import Role
from services.domain.clocks import Hours
from services.domain.rules import APPROVERS

ACTS = (Withdrawn, Cancelled, Suspended, Aborted)
"""Of these, what one officer signed: an operation is paused or given up by one for reasons of safety only."""
WITHIN = Hours(24)


def alone(e: Draft[Any]) -> str:
    """The officer who did such an act alone; empty where it is none, or two signed."""
    return (e.data.summary.officer or "") if isinstance(e.data, ACTS) else ""


def may_confirm(officer: str, roles: frozenset[Role], by: str) -> bool:
    """Who is asked: an approver or head, never about what he did himself (D11, L5)."""
    return officer != by and not roles.isdisjoint(APPROVERS)
