"""What a node does not say though the rules allow it: what it knows of a third unit is in no answer (MECHANISM 4)."""

from typing import Any

from contracts.envelope import Draft
from contracts.refusals import Code, Refused
from contracts.vocabulary import Declined, InfoRefusal, Use
from services.verifier import History

OF_THIS_PAIRING = frozenset({Declined.ALREADY_HELD, InfoRefusal.ALREADY_PROVIDED, Use.ALREADY_KNOWN})
"""Said of another matter between the same two units, and of nothing else."""


def check(history: History, draft: Draft[Any]) -> None:
    """Whoever holds it from a third unit says it neutrally, and asks that unit to forward (S10).

    At the door only, as rules of a type never change. Raises Refused(unknown_matter).
    """
    summary = getattr(draft.data, "summary", None)
    items = getattr(summary, "answers", ())
    words = {getattr(one, name, None) for one in (summary, *items) for name in ("ground", "use")}
    others = (context == draft.context and subject != draft.subject for context, subject in history.streams)
    if words & OF_THIS_PAIRING and not any(others):
        raise Refused(Code.UNKNOWN_MATTER, "MECHANISM 4")
