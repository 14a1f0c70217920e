"""What of a lead may still be read, and who answers for its removal (L8; MECHANISM S12, S14, S20, S21, S23)."""

from contracts.refusals import Code, Refused
from contracts.vocabulary import RemovalResult
from services.domain.lead_course import past_review
from services.domain.lead_state import ASKED_BACK, Lead, Status

UNREADABLE = frozenset({Status.WITHDRAWN, Status.REMOVED, Status.MISDIRECTED, Status.EXPUNGED})
"""Removed means here that the node refuses to open, until the vault destroys keys. What a case keeps stays open."""


class GoneError(Refused):
    """Withdrawn, removed, replaced or past its review date: it is opened no more."""


def may_read(state: Lead, source: str, content: str, officer: str, at: int, *, ours: bool) -> None:
    """Not gone from us, within its review date, this version, by this officer.

    source: who wrote the content (an id); ours: we did; at: ms. What proceedings hold stays as it was.
    Raises GoneError; Refused(officers): restricted to another.
    """
    if state.status in UNREADABLE and not ours:
        raise GoneError(Code.STATE, "L8")
    if past_review(state, at):
        raise GoneError(Code.STATE, "S23")
    if replaced(state, source, content):
        raise GoneError(Code.STATE, "S12")
    if state.reviewer not in ("", officer):
        raise Refused(Code.OFFICERS, "S21")


def ended(state: Lead, at: int) -> bool:
    """Whether neither unit reads anything of it again: its recipient removed all, its owner's time is over, too.

    Nothing leads out of removed, so it stays so; what a later answer says to be kept stays, too. at: ms.
    """
    said = state.removal is not None and state.removal[1] is RemovalResult.REMOVED
    return state.status is Status.REMOVED and said and past_review(state, at)


def replaced(state: Lead, source: str, content: str) -> bool:
    """Whether a content of the owner is no version that stands; what proceedings hold is kept as it was (S12, S20)."""
    return source == state.owner and bool(state.versions) and content not in state.versions and not state.held


def removed_by_node(state: Lead, *, printed: bool) -> bool:
    """Whether the holder's node answers by itself (S14): nothing that a case file must keep, held or printed.

    Else an officer does.
    """
    return state.status in ASKED_BACK and not state.outcome and not state.held and not printed
