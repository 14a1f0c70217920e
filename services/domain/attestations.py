"""Attestations between a unit and its superior: the unit's node anchors its desk, the superior attests an audit.

A verdict sees neither a desk nor other topics, so form and order are judged: whoever has the desk compares it with its
anchor (``services.node.anchors``), whoever has the topics audits them again (``services.auditor``).
"""

from dataclasses import replace
from typing import Any

from contracts.attestations import AuditAttested, DeskAnchored, anchor_of
from contracts.envelope import Draft
from contracts.event import Event
from contracts.refusals import Code, Refused
from services.domain.oversight_state import Anchor, Oversight, Status
from services.domain.rules import Allowed, Rule, Side, Sign

RULES: dict[type[Event], Rule] = {
    DeskAnchored: Rule(
        "N1",
        Side.OPENER,
        frozenset({Status.ABSENT, Status.ANCHORED}),
        Status.ANCHORED,
        Sign.NODE,
        Allowed.ALWAYS,
    ),
    AuditAttested: Rule("U1", Side.OPENER, frozenset({Status.ABSENT}), Status.ATTESTED, Sign.HEAD, Allowed.ALWAYS),
}


def permit(e: Draft[Any], unit: str) -> None:
    """All anchors of a unit are one stream, and nothing else begins there. Raises Refused(shape)."""
    if (e.subject == anchor_of(unit)) != isinstance(e.data, DeskAnchored):
        raise Refused(Code.SHAPE, "WIRE 19")


def late(state: Oversight, e: Draft[Any]) -> bool:
    """An anchor that neither reaches further than the last one nor names it as lost."""
    if not isinstance(e.data, DeskAnchored):
        return False
    said, last = e.data.summary, state.anchor
    if said.lost is not None:
        return last is None or said.lost != last.head or said.head == said.lost
    return last is not None and place(said.head) <= place(last.head)


def place(head: str) -> tuple[int, int]:
    """Topic number and offset of a head."""
    n, offset, _ = head.split(".")
    return int(n), int(offset)


def changed(state: Oversight, e: Draft[Any], at: int) -> dict[str, Any]:
    """What an attestation leaves in the state."""
    match e.data:
        case DeskAnchored(summary=said) if said.lost is not None:
            return {"anchor": Anchor(said.head, said.lost, at)}
        case DeskAnchored(summary=said):
            before = state.anchor
            return {"anchor": replace(before, head=said.head) if before is not None else Anchor(said.head)}
        case _:
            return {"attested": e.data.summary}
