"""Leads that go on to a third unit, as a node sees them across its channels (PROTOCOL 10, 12).

No verdict looks from one channel into another; the node of the holder does, and says there what follows from here.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contracts.envelope import Signed
from contracts.lead import MAX_ONWARD, Onward
from contracts.lead_course import Expunged
from contracts.refusals import Code, Refused
from services.domain import lead
from services.domain.lead import Lead, Status

if TYPE_CHECKING:
    from services.node.node import Node

MAX_PLAIN = 16 * 1_024 - 4
"""Bytes of a content that is forwarded, because of its grant: 16 KiB with its length (PROTOCOL 8)."""
_ANSWERED = frozenset({Status.REMOVED, Status.RETAINED})


def grant(node: "Node", digest: str) -> Signed:
    """An owner's grant, verbatim, of a version that still stands. Raises Refused(unknown_matter)."""
    for channel in node.channels():
        history = node.folds.history(channel)
        for context, subject in history.live:
            state = history.streams[context, subject]
            if context == "lead" and any(
                one.digest == digest and one.content in state.versions for one in state.grants
            ):
                found = node.replica.stands(f"{channel}/lead/{subject}", digest)
                if found is not None:
                    return found
    raise Refused(Code.UNKNOWN_MATTER, "S10")


def called_back(node: "Node", state: Lead) -> bool:
    """Whether a lead that we forwarded is to be removed there, because it is to be removed here."""
    if state.origin is None or state.status not in lead.RULES[Expunged].when:
        return False
    origin: Lead = node.folds.history(state.origin.channel).state("lead", state.origin.subject)
    return bool(origin.asked_back)


def onward(node: "Node", channel: str, subject: str) -> tuple[Onward, ...] | None:
    """What those answered to whom we forwarded a lead; None: somebody has not, or too many have for one answer."""
    found = []
    for unit, state in _forwarded(node, channel, subject):
        if state.status not in _ANSWERED or state.removal is None:
            return None
        found.append(Onward(unit=unit, answer=state.removal[0], result=state.removal[1]))
    return tuple(found) if len(found) <= MAX_ONWARD else None


def _forwarded(node: "Node", channel: str, subject: str) -> Iterator[tuple[str, Lead]]:
    """(third unit, the lead there), our own unread tail included."""
    for other in node.channels():
        history, _ = node.folds.deciding(other)
        for (context, _), state in list(history.streams.items()):
            if context != "lead" or state.owner != node.source or state.origin is None:
                continue
            if (state.origin.channel, state.origin.subject) == (channel, subject):
                yield history.channel.counterpart(node.source), state
