"""ledger -> log: the same bytes, in ledger order; the position moves after the acknowledgement (L2, PROTOCOL 6)."""

from typing import TYPE_CHECKING

from contracts.channels import Topic
from contracts.envelope import Signed
from services.node.folds import ledger_name
from services.storage.ledger import RelayPosition

if TYPE_CHECKING:
    from services.node.node import Node

BATCH = 200
"""Envelopes sent at once at most."""


def relay(node: "Node") -> bool:
    """One round over all own ledgers; whether anything was sent. Raises NotYet."""
    return any([_relay(node, channel) for channel in node.writable()])


def _relay(node: "Node", channel: str) -> bool:
    history = node.folds.history(channel)
    own = history.ledger(node.source)
    if own.frozen or not history.opened and channel not in node.own_genesis():
        return False
    name, topic = ledger_name(channel, node.source), str(Topic(channel, 1))
    position = node.ledger.relay_position(name)
    epoch = own.head.epoch
    after = position.sequence if position is not None and position.epoch == epoch else 0
    after = max(after, own.head.sequence)
    rows = node.ledger.tail(name, epoch, after, BATCH)
    if not rows:
        return False
    offsets = node.log_of(channel).append(topic, [Signed(r.value, r.signature, r.keyid).message() for r in rows])
    if position is not None and position.topic_id == node.topic_id(channel) and offsets[0] <= position.offset:
        node.stop_channel(channel, "the log gave an offset again: it was replaced or went back")
        return False
    last = rows[-1]
    node.ledger.set_relay_position(
        RelayPosition(name, topic, node.topic_id(channel), offsets[-1], last.epoch, last.sequence, last.digest)
    )
    return True
