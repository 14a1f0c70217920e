"""Whose keys a channel needs beside its members': of owners who let a lead be forwarded into it (PROTOCOL 12).

Pure. The grant itself is the request: it stands in the channel of owner and holder, which the registry keeps too.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from contracts.channels import Place
from services.domain.channel import Channel
from services.verifier import History


class Granted(NamedTuple):
    """``pair``: holder and third unit; ``until``: ms."""

    owner: str
    pair: frozenset[str]
    until: int


def granted(history: History) -> Iterator[Granted]:
    """Every grant of a lead that lives in this channel."""
    for context, _, state in history.open():
        if context == "lead":
            for one in state.grants:
                yield Granted(state.owner, frozenset({one.holder, one.recipient}), one.until)


def guests(channel: Channel, grants: Iterable[Granted], now: int) -> frozenset[str]:
    """Units that write and read nothing there and whose trust is copied all the same.

    Those whose grant binds now; and whoever came in by one before: what closes a key of his must reach the channel.
    """
    if channel.place is not Place.PAIRING:
        return frozenset()
    asked = {one.owner for one in grants if one.pair == frozenset(channel.members) and now < one.until}
    return frozenset({*channel.trust.units, *asked} - {*channel.members, *channel.readers})
