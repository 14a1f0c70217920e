"""Leads that go on to a third unit, as a node sees them across its channels (PROTOCOL 10, 12).

No verdict looks from one channel into another; the node of the holder does, and says there what follows from here.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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
    """An owner's grant, verbatim, of a version that stands and is not contested. Raises Refused(unknown_matter)."""
    for channel in node.channels():
        history = node.folds.history(channel)
        for subject in (subject for context, subject in history.live if context == "lead"):
            found = _stands(node, channel, subject, history.streams["lead", subject], digest)
            if found is not None:
                return found
    raise Refused(Code.UNKNOWN_MATTER, "S10")


def _stands(node: "Node", channel: str, subject: str, state: Lead, digest: str) -> Signed | None:
    usable = {one.digest for one in state.grants if one.content in state.versions and not state.reviewer}
    return node.replica.stands(f"{channel}/lead/{subject}", digest) if digest in usable else None


def called_back(node: "Node", state: Lead) -> bool:
    """Whether a lead that we forwarded is to be removed there, because it is to be removed here."""
    if state.origin is None or state.status not in lead.RULES[Expunged].when:
        return False
    origin: Lead = node.folds.history(state.origin.channel).state("lead", state.origin.subject)
    return bool(origin.asked_back)


def onward(node: "Node", channel: str, subject: str) -> tuple[Onward, ...] | None:
    """What those answered to whom we forwarded a lead; None: somebody has not, or too many have for one answer."""
    found = [_answer(unit, state) for unit, state in _forwarded(node, channel, subject)]
    answered = tuple(one for one in found if one is not None)
    return answered if len(answered) == len(found) <= MAX_ONWARD else None


def named(node: "Node", channel: str, subject: str) -> list[dict[str, Any]] | None:
    """What is known of it so far, for an officer's answer, who waits for nobody; None: nothing."""
    found = (_answer(unit, state) for unit, state in _forwarded(node, channel, subject))
    return [one.model_dump(mode="json") for one in found if one is not None][:MAX_ONWARD] or None


def _answer(unit: str, state: Lead) -> Onward | None:
    if state.status not in _ANSWERED or state.removal is None:
        return None
    return Onward(unit=unit, answer=state.removal[0], result=state.removal[1])


def _forwarded(node: "Node", channel: str, subject: str) -> Iterator[tuple[str, Lead]]:
    """(third unit, the lead there), our own unread tail included."""
    for other in node.channels():
        history, _ = node.folds.deciding(other)
        for (context, _), state in list(history.streams.items()):
            if context != "lead" or state.owner != node.source or state.origin is None:
                continue
            if (state.origin.channel, state.origin.subject) == (channel, subject):
                yield history.channel.counterpart(node.source), state
