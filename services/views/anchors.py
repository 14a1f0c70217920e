"""How far each unit's desk reached when it said so last, one row a unit: a loss of what only it held is seen (L9)."""

from dataclasses import dataclass, replace

from contracts.attestations import DeskAnchored
from services.domain import oversight
from services.verifier import Verdict
from services.views.view import View, draft_of


@dataclass(frozen=True)
class Anchored(oversight.Oversight):
    """unit: whose desk. times: how often it was anchored; late: of those, what followed from nothing."""

    unit: str = ""
    times: int = 0
    late: int = 0


def is_anchor(verdict: Verdict) -> bool:
    """Whether it is no matter that anybody works on: other views leave it to this one."""
    return isinstance(draft_of(verdict).data, DeskAnchored)


def key(verdict: Verdict) -> str | None:
    """The one stream of a unit's anchors."""
    return draft_of(verdict).stream if is_anchor(verdict) else None


def new(me: str, verdict: Verdict) -> Anchored:
    """Before the first."""
    return Anchored(unit=draft_of(verdict).source)


def step(row: Anchored, verdict: Verdict) -> Anchored:
    """The state machine is the domain's."""
    after: Anchored = oversight.evolve(row, draft_of(verdict), verdict.at)
    return replace(after, times=row.times + 1, late=row.late + verdict.late)


ANCHORS = View("anchors", 1, frozenset({"oversight"}), Anchored, new, step, key)
