"""Joint operations, one row a spoke (MECHANISM 1.4)."""

from dataclasses import dataclass

from services.domain import operation
from services.verifier import Verdict
from services.views.timeline import Matter, begun, between
from services.views.view import View


@dataclass(frozen=True)
class Spoke(Matter, operation.Operation):
    """An operation as the two units of one channel see it: codes, dates, who is where."""


def new(me: str, verdict: Verdict) -> Spoke:
    """Before ``proposed``."""
    return Spoke(**begun(me, verdict))


OPERATIONS = View("operations", 1, frozenset({"operation"}), Spoke, new, between)
