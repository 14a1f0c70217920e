"""Who opened which content, why, when (L7). One row per content; never a performance figure (LED art. 25)."""

from dataclasses import dataclass

from services.domain import access
from services.verifier import Verdict
from services.views.timeline import Told, told
from services.views.view import View


@dataclass(frozen=True)
class Opened(Told, access.Access):
    """``reads`` says officer, kind and reason; the timeline says where it stands in the log and when it was signed."""


def new(me: str, verdict: Verdict) -> Opened:
    """Before the first access record. Whose content it is stands in the row of its matter."""
    return Opened()


READS = View("reads", 1, frozenset({"access"}), Opened, new, told)
