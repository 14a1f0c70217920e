"""The unit's own papers, lean: what is on which desk, who signed. The document itself stays in the desk's log."""

from dataclasses import dataclass, replace

from contracts import desk as said
from contracts.approval import Submission
from services.domain import desk
from services.domain.clocks import parse_time
from services.verifier import Verdict
from services.views.timeline import Direction, Told, told
from services.views.view import View, draft_of


@dataclass(frozen=True)
class Leaf(Told, desk.Paper):
    """A paper without its bytes: ``content``, ``own``, ``payload`` and the statements are always empty here.

    since: begin of the status; valid_until: end of the author's signature (both ms). about: (topic, offset, digest) of
    an acknowledged record. other: (channel, subject) of a linked holding. confirmed: digest of a confirmed act.
    """

    since: int = 0
    valid_until: int = 0
    about: tuple[str, str, str] | None = None
    other: tuple[str, str] | None = None
    confirmed: str = ""


def new(me: str, verdict: Verdict) -> Leaf:
    """Before the first act on it."""
    return Leaf(direction=Direction.OUT)


def step(row: Leaf, verdict: Verdict) -> Leaf:
    """The domain's paper, then what is heavy or encrypted is let go."""
    after: Leaf = told(row, verdict)
    after = replace(after, since=verdict.at, content=None, own=(), payload="")
    after = replace(after, submission=None, approval=None, delegation=None)
    match draft_of(verdict).data:
        case said.Submitted(embedded=embedded):
            return replace(after, valid_until=parse_time(Submission.of(embedded.statement).valid_until))
        case said.Acknowledged(summary=seen):
            return replace(after, about=(seen.topic, seen.place, seen.digest))
        case said.Linked(summary=link):
            return replace(after, channel=link.channel, other=(link.other_channel, link.other))
        case said.Confirmed(summary=act):
            return replace(after, channel=act.channel, confirmed=act.event)
        case _:
            return after


DESK = View("desk", 2, frozenset({"desk"}), Leaf, new, step)
