"""The desk's head in the channel with our own superior: what stands only on the desk reaches back to it (DOMAIN L9).

A desk is the unit's alone, so nobody else could say that it was put back to an older copy. Its node says it: once a day
how far the desk reaches, and at once that it does not reach back to what was said before.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from contracts.attestations import DeskAnchored, DeskAnchoredSummary, anchor_of
from contracts.channels import DESK, OPEN_TYPES, Place
from services.domain.attestations import place
from services.domain.clocks import day
from services.domain.oversight import Oversight
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
    said = _said(node, state, today > day(state.since))
    last = state.anchor.head if state.anchor else ""
    cause = f"{history.topic.channel}/{last}/{today}"
    return None if said is None else (duty_id(node.source, cause, "desk_anchored"), DeskAnchored(summary=said))


def _said(node: "Node", state: Oversight, another_day: bool) -> DeskAnchoredSummary | None:
    """What there is to say of the desk as we have read it."""
    desk, last = node.folds.history(DESK), state.anchor
    if last is None:
        return DeskAnchoredSummary(head=desk.seen) if desk.offset >= 0 else None
    found = reach(desk, last.head)
    if found is Reach.WHOLE:
        grown = another_day and (desk.topic.n, desk.offset) > place(last.head)
        return DeskAnchoredSummary(head=desk.seen) if grown else None
    if found is Reach.SHORTER and (node.end(DESK, node.topic(DESK)) or 0) > desk.offset:
        return None  # our copy is behind the desk's own log, which heals it
    return DeskAnchoredSummary(head=desk.seen, lost=last.head)
