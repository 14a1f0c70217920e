"""Liaison postings and their tasks, one row each (MECHANISM 1.5)."""

from dataclasses import dataclass

from services.domain import liaison
from services.verifier import Verdict
from services.views.timeline import Matter, begun, between
from services.views.view import View


@dataclass(frozen=True)
class Posting(Matter, liaison.Liaison):
    """A posting or a task as the two units of one channel see it: codes, dates, numbers."""


def new(me: str, verdict: Verdict) -> Posting:
    """Before the event that opens it."""
    return Posting(**begun(me, verdict))


POSTINGS = View("postings", 3, frozenset({"liaison"}), Posting, new, between)
