"""What a unit and its superior have between them, one row a matter (MECHANISM 1.6-1.8)."""

from dataclasses import dataclass
from typing import Any

from services.domain import oversight
from services.verifier import Verdict
from services.views.anchors import is_anchor
from services.views.timeline import Direction, Matter, begun, between
from services.views.view import View, draft_of


@dataclass(frozen=True)
class Concern(Matter, oversight.Oversight):
    """An incident, a supervision, a redress, a report or an audit as both offices see it: codes and dates."""


def opened(me: str, verdict: Verdict) -> dict[str, Any]:
    """As ``begun``; only the two offices read their channel, so who did not open a matter is who receives it."""
    found, source = begun(me, verdict), draft_of(verdict).source
    return found if source == me else {"direction": Direction.IN, "counterpart": source}


def key(verdict: Verdict) -> str | None:
    """By stream, but for anchors, which have a view of their own."""
    return None if is_anchor(verdict) else draft_of(verdict).stream


def new(me: str, verdict: Verdict) -> Concern:
    """Before the event that opens it."""
    return Concern(**opened(me, verdict))


OVERSIGHT = View("oversight", 3, frozenset({"oversight"}), Concern, new, between, key)
