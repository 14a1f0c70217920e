"""Outflow counts of counties: numbers, never people (DOMAIN scope 1)."""

from dataclasses import dataclass

from services.domain import outflow
from services.verifier import Verdict
from services.views.timeline import Direction, Told, told
from services.views.view import View, draft_of


@dataclass(frozen=True)
class Counts(Told, outflow.Report):
    """The counts that stand, and every correction in the timeline."""


def new(me: str, verdict: Verdict) -> Counts:
    """Before ``reported``."""
    return Counts(direction=Direction.OUT if draft_of(verdict).source == me else Direction.WATCH)


OUTFLOW = View("outflow", 1, frozenset({"outflow"}), Counts, new, told)
