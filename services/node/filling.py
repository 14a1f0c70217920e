"""Members' copies are the source of a lost topic: what our copy lacks is taken from another member's (PROTOCOL 6).

A member takes only what the next topic's genesis vouches for: up to its cut, and only if the hash there is the one it
names. The registry, whose operator decides where the topic ends, takes all.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from contracts.channel import Cut
from contracts.channels import Topic, topic
from contracts.envelope import Record
from services.generations import continued
from services.node.moving import RECORDS
from services.verifier import History, Stopped, Verdict, inspect

if TYPE_CHECKING:
    from services.node.node import Node


class _DiffersError(Exception):
    """That copy does not continue ours; nothing of the topic was taken."""


class _UnvouchedError(Exception):
    """Nobody vouches for that copy, perhaps not yet; nothing of the topic was taken."""


class Filled(NamedTuple):
    """Topic -> how many records were taken; that nobody vouches for the copy; how it contradicts ours."""

    taken: dict[str, int]
    unvouched: dict[str, str]
    differs: dict[str, str]

    @property
    def done(self) -> bool:
        """Something was taken, and nothing contradicts ours: what nobody vouches for yet holds nothing else up."""
        return bool(self.taken) and not self.differs


def fill(node: "Node", records: Iterable[Record]) -> Filled:
    """Takes from another copy what lacks, of every topic that is stopped or continued by the next; each by itself.

    Args:
        records: of one or several topics, each from offset 0, in order.

    Raises NotYet.
    """
    filled = Filled({}, {}, {})
    for name, group in groupby(records, key=lambda record: record.position.topic):
        if node.topic(topic(name).channel) == name and _lacking(node, topic(name)):
            try:
                filled.taken[name] = _take(node, name, list(group))
            except _UnvouchedError as error:
                filled.unvouched[name] = str(error)
            except _DiffersError as error:
                filled.differs[name] = str(error)
    return filled


def _lacking(node: "Node", name: Topic) -> bool:
    """A topic that is lost; for a member also one that others have left already: a new node finds it empty."""
    if not node.running(name.channel):
        return True
    return not node.settings.is_registry and node.end(name.channel, _following(name)) is not None


def _following(name: Topic) -> str:
    return str(name._replace(n=name.n + 1))


def _take(node: "Node", name: str, copy: list[Record]) -> int:
    own = list(node.replica.records(name))
    if copy[: len(own)] != own[: len(copy)]:
        raise _DiffersError("the copies are not the same where both have records")
    verdicts = list(_judged(node.folds.rebuilt(name), copy[len(own) :]))
    if not node.settings.is_registry:
        verdicts = _vouched(node, topic(name), copy, verdicts)
    node.replica.store(name, verdicts, node.source)
    return len(verdicts)


def _judged(history: History, records: list[Record]) -> Iterator[Verdict]:
    try:
        for record in records:
            yield history.admit(record, inspect(record, {}))
    except Stopped as stopped:
        raise _DiffersError(str(stopped)) from stopped


def _vouched(node: "Node", name: Topic, copy: list[Record], verdicts: list[Verdict]) -> list[Verdict]:
    """Those up to the cut that the registry named in the next topic."""

    def up_to(cut: Cut) -> History | None:
        history = node.folds.beginning(name)
        for record in copy[: cut.offset + 1]:
            history.admit(record, inspect(record, {}))
        return history if history.offset == cut.offset else None

    exists = node.end(name.channel, _following(name)) is not None
    found = continued(node.log.read({_following(name): -1}, RECORDS, 0.0) if exists else [], up_to)
    if found is None or found.cut is None:
        raise _UnvouchedError("no genesis of the next topic vouches for this copy")
    return [verdict for verdict in verdicts if verdict.record.position.offset <= found.cut.offset]
