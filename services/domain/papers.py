"""What rules read off a document before its signatures are judged. Whole numbers only: no date can overflow."""

from typing import Any

from contracts.approval import Approval, Submission
from contracts.envelope import Draft
from contracts.refusals import Code, Refused
from contracts.vocabulary import Role, Urgency
from services.domain.clocks import DAY, OFFSET, parse_time
from services.domain.rules import States


def approval(e: Draft[Any]) -> Approval:
    """The approver's statement, not yet verified. Raises Refused(signatures): it cannot be read."""
    try:
        return Approval.of(e.data.approval.approval)
    except ValueError as error:
        raise Refused(Code.SIGNATURES, "WIRE 7") from error


def submission(e: Draft[Any]) -> Submission:
    """The author's statement, not yet verified. Raises Refused(signatures): it cannot be read."""
    try:
        return Submission.of(e.data.approval.submission)
    except ValueError as error:
        raise Refused(Code.SIGNATURES, "WIRE 7") from error


def begin(day: str) -> int:
    """Ms of 00:00 at +08:00 of a ``YYYY-MM-DD``."""
    return parse_time(f"{day}T00:00:00.000Z") - OFFSET


def within(day: str, start: int, span: int) -> bool:
    """Whether ``day`` is not over at ``start`` and begins at most ``span`` ms later."""
    return start - DAY < begin(day) <= start + span


def duty_only_urgent(e: Draft[Any], urgency: Urgency, usual: Role, states: States) -> None:
    """By night the duty officer does in place of the ``usual`` role what is urgent, and nothing else (MECHANISM 2).

    Raises Refused(officers). Whether the officer serves at all, the signatures judge.
    """
    officer = states.channel.trust.officers.get(e.data.summary.officer)
    if officer is not None and urgency is not Urgency.URGENT and usual not in officer.roles:
        raise Refused(Code.OFFICERS, "MECHANISM 2")
