"""What a superior's node asks of an attested audit before it is drafted: it speaks of nobody else's channels."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contracts.attestations import AuditAttestedSummary
from contracts.channels import OPEN_TOPICS, topic
from services.node.parsing import InvalidError

if TYPE_CHECKING:
    from services.node.node import Node


def check(node: "Node", channel: str, said: AuditAttestedSummary) -> None:
    """The unit that hears of it reads every topic that is named. Raises InvalidError.

    At the door only: no verdict knows which channels there are beside its own.
    """
    unit, *_ = node.folds.history(channel).channel.members or ("",)
    known = {*OPEN_TOPICS, *_read_by(node, unit)}
    others = [n for n, one in enumerate(said.positions) if topic(one.topic).channel not in known]
    if others:
        rule = "not a channel that the unit reads: audit it with --topic"
        raise InvalidError([(f"summary.positions.{n}.topic", rule) for n in others])


def _read_by(node: "Node", unit: str) -> Iterator[str]:
    """Channels of a unit: its pairings and those it oversees, its superior's channel and those of units below."""
    yield from (name for name, state in node.pairings() if unit in (*state.members, *state.oversight))
    yield from (name for name, members in node.supervised() if unit in members)
