"""The desk's head in the channel with our own superior: what stands only on the desk reaches back to it (DOMAIN L9).

A desk is the unit's alone, so nobody else could say that it was put back to an older copy. Its node says it: once a day
how far the desk reaches, and at once that it does not reach back to what was said before.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from contracts.attestations import DeskAnchored, DeskAnchoredSummary, anchor_of
from contracts.channels import DESK, OPEN_TYPES, Place
from services.domain.attestations import place
from services.domain.clocks import day
from services.domain.oversight import Oversight
from services.domain.oversight_state import Anchor
from services.node.commands import duty_id
from services.node.folds import now_ms
from services.verifier import History

if TYPE_CHECKING:
    from services.node.node import Node


class Reach(StrEnum):
    """How a desk stands to a head that was anchored."""

    WHOLE = "whole"  # what was anchored is still there
    SHORTER = "shorter"  # it ends before
    OTHER = "other"  # there is something else at that place


def reach(desk: History, head: str) -> Reach:
    """Whether a desk reaches back to an anchored head."""
    n, offset = place(head)
    if (n, offset) > (desk.topic.n, desk.offset):
        return Reach.SHORTER
    prefixes = desk.prefixes if n == desk.topic.n else desk.earlier[n - 1]
    found = prefixes.get(offset)
    return Reach.WHOLE if found is not None and found.hex() == head.rpartition(".")[2] else Reach.OTHER


def anchors(history: History, unit: str) -> Oversight | None:
    """How a unit's anchors stand in its own superior's channel; None: this is another one."""
    above = history.place is Place.SUPERVISION and history.channel.members[:1] == (unit,)
    found: Oversight = history.state("oversight", anchor_of(unit))
    return found if above else None


def owed(node: "Node", history: History) -> tuple[str, DeskAnchored] | None:
    """(event id, anchor) that this unit's node owes in a channel, if it does."""
    opened = OPEN_TYPES.get(history.channel.trust.rule_version, {}).get(history.place, frozenset())
    state = anchors(history, node.source) if DeskAnchored.TYPE in opened else None
    if state is None or not node.running(DESK) or not node.ledger.is_healed():
        return None
    decided, _ = node.folds.deciding(history.topic.channel)  # with our own tail: what is on its way is said
    state, today = anchors(decided, node.source) or state, day(now_ms())
    desk = node.folds.history(DESK)

    def behind() -> bool:
        return (node.end(DESK, node.topic(DESK)) or 0) > desk.offset

    said = due(desk, state.anchor, behind, another_day=today > day(state.since))
    last = state.anchor.head if state.anchor else ""
    cause = f"{history.topic.channel}/{last}/{today}"
    return None if said is None else (duty_id(node.source, cause, "desk_anchored"), DeskAnchored(summary=said))


def due(
    desk: History, last: Anchor | None, behind: Callable[[], bool], *, another_day: bool
) -> DeskAnchoredSummary | None:
    """What there is to say of a desk as it was read: that it grew once a day, that it does not reach back at once.

    last: the anchor before; behind: whether what was read is less than the desk's own log has.
    """
    found = Reach.WHOLE if last is None else reach(desk, last.head)
    if last is not None and found is not Reach.WHOLE:
        if found is Reach.SHORTER and behind():
            return None  # the desk's own log heals our copy
        return DeskAnchoredSummary(head=desk.seen, lost=last.head)
    said = (1, -1) if last is None else place(last.head)
    grown = (desk.topic.n, desk.offset) > said
    return DeskAnchoredSummary(head=desk.seen) if grown and (last is None or another_day) else None
