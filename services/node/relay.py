"""ledger -> log: the same bytes, in ledger order; the position moves after the acknowledgement (L2, PROTOCOL 6)."""

from typing import TYPE_CHECKING

from contracts.envelope import Head, Signed
from services.node.folds import counting, ledger_name
from services.node.node import why_of
from services.storage.figures import Pulse
from services.storage.ledger import RelayPosition
from services.storage.stops import Why
from services.transport.errors import LogShrankError, TopicMissingError
from services.verifier import History

if TYPE_CHECKING:
    from services.node.node import Node


def _acknowledged(position: RelayPosition | None, history: History, head: Head) -> int:
    """The number behind which is sent: what is under way, or what the log has, once it was read past that.

    Then what the log did not take (a gap, a key that did not count yet) is sent again; so is the tail behind a cut.
    """
    if position is None or position.epoch != head.epoch or position.offset <= history.offset:
        return head.sequence
    return max(position.sequence, head.sequence)


BATCH = 200
"""Envelopes sent at once at most."""


def relay(node: "Node") -> bool:
    """One round over all own ledgers; whether anything was sent. Raises NotYet."""
    pulse = node.pulse()
    return any([_relay(node, channel, pulse) for channel in node.writable()])


def _position(node: "Node", ledger: str, topic: str) -> RelayPosition | None:
    """Where the relay stands in this topic."""
    position = node.ledger.relay_position(ledger)
    return position if position is not None and position.topic == topic else None


def _relay(node: "Node", channel: str, pulse: Pulse) -> bool:
    if node.topic(channel) in pulse.stopped:  # asked first: what runs again does so in the topic that is folded next
        return False
    history = node.folds.history(channel)
    name, topic, own = ledger_name(channel, node.source), str(history.topic), history.ledger(node.source)
    if own.frozen or not (history.opened or node.settings.is_registry) or not pulse.beyond(name, own.head):
        return False
    position, epoch = _position(node, name, topic), own.head.epoch
    rows = node.ledger.tail(name, epoch, _acknowledged(position, history, own.head), BATCH)
    if not rows or (history.opened and rows[0].keyid not in counting(history, node.source)):
        return False
    folded = max(history.offset, -1 if position is None else position.offset)
    messages = [Signed(row.value, row.signature, row.keyid).message() for row in rows]
    try:
        offsets = node.log_of(channel).append(topic, messages)
    except (LogShrankError, TopicMissingError) as error:
        node.stop_topic(topic, why_of(error), str(error))
        return False
    if offsets[0] <= folded:
        node.stop_topic(topic, Why.MADE_ANEW, "the log gave an offset again: it was made anew or went back")
        return False
    last, topic_id = rows[-1], node.replica.topic_id(topic) or ""
    node.ledger.set_relay_position(
        RelayPosition(name, topic, topic_id, offsets[-1], last.epoch, last.sequence, last.digest)
    )
    return True
