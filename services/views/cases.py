"""Leads, one row per share: the domain's state, which side we are on, and all that was said (MECHANISM 1.2b)."""

from dataclasses import dataclass

from services.domain import lead
from services.verifier import Verdict
from services.views.timeline import Matter, begun, between
from services.views.view import View


@dataclass(frozen=True)
class Case(Matter, lead.Lead):
    """A lead as both units, oversight and the auditor see it: clear parts only."""


def new(me: str, verdict: Verdict) -> Case:
    """Before ``shared``."""
    return Case(**begun(me, verdict))


CASES = View("cases", 3, frozenset({"lead"}), Case, new, between)
