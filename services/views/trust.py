"""Every decision of ``duikou.trust``, by subject: which role, under which number, when; and the newest fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.trust import Heartbeat, Mandated
from services.domain import trust as trusts
from services.verifier import Verdict
from services.views.view import View, draft_of


@dataclass(frozen=True)
class Decision:
    """One mandate that took effect; at in effective ms."""

    at: int
    offset: int
    type: str
    role: str
    number: int
    digest: str


@dataclass(frozen=True)
class Decided:
    """About one subject; of ``policy``, ``body`` is the policy in force. heartbeat: effective ms of the last one."""

    decisions: tuple[Decision, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    heartbeat: int = 0


def new(me: str, verdict: Verdict) -> Decided:
    """Before the first decision about that subject."""
    return Decided()


def step(row: Decided, verdict: Verdict) -> Decided:
    """One more decision; heartbeats are not listed, only the last one's time is kept."""
    draft = draft_of(verdict)
    if isinstance(draft.data, Heartbeat):
        return replace(row, heartbeat=verdict.at)
    if not isinstance(draft.data, Mandated):
        return row
    mandate, _ = trusts.read(draft)
    place = (verdict.at, verdict.record.position.offset, draft.type, mandate.role, mandate.number, draft.digest)
    return replace(row, decisions=(*row.decisions, Decision(*place)), body=mandate.body)


TRUST = View("trust", 1, frozenset({"trust"}), Decided, new, step)
