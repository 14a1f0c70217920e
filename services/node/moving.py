"""A channel goes on in its next topic as soon as that begins with a genesis whose cut is in our copy (PROTOCOL 6).

Nothing has to be configured: a member looks for the next topic of a channel that is stopped, and now and then of one
that runs. What we hold behind the cut stays as evidence and counts no more; the relay sends our own part of it again.
"""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contracts.channel import Cut
from contracts.channels import OPEN_TOPICS, Topic, topic
from services import journal
from services.generations import continued
from services.storage.stops import Why, kept
from services.verifier import History

if TYPE_CHECKING:
    from services.node.node import Node

STOPPED_SECONDS, RUNNING_SECONDS = 1.0, 30.0
"""How often the next topic is looked for, where the channel is stopped and where it runs."""
RECORDS = 100
"""Among how many first records of a topic its genesis must be: before the genesis only the registry may write."""


@dataclass
class Moves:
    """Looks for the next topics of this node's channels."""

    node: "Node"
    looked: dict[str, float] = field(default_factory=dict)

    def step(self) -> bool:
        """Whether a channel goes on elsewhere from here on."""
        still = self.node.stopped()
        channels = (*OPEN_TOPICS, *self.node.followed())
        due = [name for name in channels if self._due(name, STOPPED_SECONDS if name in still else RUNNING_SECONDS)]
        return any([self._look(channel) for channel in due])

    def _due(self, channel: str, every: float) -> bool:
        if time.monotonic() - self.looked.get(channel, 0.0) < every:
            return False
        self.looked[channel] = time.monotonic()
        return True

    def _look(self, channel: str) -> bool:
        here = topic(self.node.topic(channel))
        following = str(Topic(channel, here.n + 1))
        end = self.node.end(channel, following)
        if end is None or end < 0:
            return False
        known = _Known(self.node, str(here))
        found = continued(self.node.log.read({following: -1}, RECORDS, 0.0), known.up_to)
        if found is None or found.cut is None:
            known.tell()
            return False
        self.node.folds.continued(str(here), found.cut.offset)
        journal.warning(journal.Said.CONTINUED, topic=following, offset=found.cut.offset)
        return True


@dataclass
class _Known:
    """Our copy of a topic, folded up to where a genesis says it ends; ``short``: the cut that it does not reach.

    apart: it reaches the cut and says something else there.
    """

    node: "Node"
    name: str
    short: Cut | None = None
    apart: bool = False

    def up_to(self, cut: Cut) -> History | None:
        history = self.node.folds.at(self.name, cut.offset)
        self.short = cut if history is None else None
        self.apart = history is not None and history.hash.hex() != cut.hash
        return history

    def tell(self) -> None:
        """Whoever operates a node that cannot follow learns why; one that runs is stopped, for nobody reads it there.

        A log put back to an older copy looks whole to who had read and sent nothing that it lost.
        """
        runs = self.node.running(topic(self.name).channel)
        if self.apart and runs:
            self.node.stop_topic(self.name, Why.CHANGED, "the channel goes on from another history than this copy's")
        if self.short is None or (runs and self._comes(self.short)):
            return
        lacking = f"the channel goes on from offset {self.short.offset}, which this copy does not reach: fill it"
        if runs:
            self.node.stop_topic(self.name, Why.SHORT, lacking)
        else:
            self.node.replica.restate(self.name, kept(Why.SHORT, lacking))

    def _comes(self, cut: Cut) -> bool:
        """Whether what lacks is still to be read."""
        end = self.node.end(topic(self.name).channel, self.name)
        return end is not None and end >= cut.offset
