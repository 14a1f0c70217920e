"""The registry names where a lost or moved topic ends; the channel goes on in the next one (PROTOCOL 6, WIRE 14).

Named once and for all: the duty of ``opening`` then makes the topic, writes its genesis and grants the rights.
"""

from contracts.channel import Cut
from contracts.channels import REGISTRY
from services.node.folds import ledger_name
from services.node.node import Node


class CannotContinueError(Exception):
    """The operator's to clear up first; the message says what."""


def end_here(node: Node, channel: str) -> Cut:
    """The channel's topic ends where the registry's copy of it does; what members hold behind that they send again.

    Raises CannotContinueError: the topic is in use; the registry's ledger is frozen there, or has a tail that this
    copy lacks (its next envelope could not be the genesis). NotYet.
    """
    name = node.topic(channel)
    if node.running(channel):
        raise CannotContinueError(f"{name} is in use: nothing is lost")
    history = node.folds.history(channel)
    own = history.ledger(REGISTRY)
    if own.frozen:
        raise CannotContinueError("the registry's ledger is frozen there: the root must reopen it (WIRE-CHOICES A14)")
    tail = node.ledger.tail(ledger_name(channel, REGISTRY), own.head.epoch, own.head.sequence)
    if tail:
        lacking = f"{len(tail)} of the registry's own envelopes are not in its copy of {name}"
        raise CannotContinueError(f"{lacking}: fill it from a member's export first")
    node.folds.continued(name, history.offset)
    return Cut(offset=history.offset, hash=history.hash.hex())
