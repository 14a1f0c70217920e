"""What did not count, own and foreign: void, noise and forks, with their reason, until somebody has looked (L10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from contracts.refusals import Code
from services.verifier import Result, Verdict
from services.views.desk import Leaf
from services.views.view import View

PROVEN = frozenset({Code.FROZEN, Code.EPOCH, Code.GAP})
"""Noise that is judged after the signature."""


@dataclass(frozen=True)
class Refusal:
    """One record that changed nothing. Never its content: the bytes stay in the log, at the row's key topic/offset.

    source, type, subject: what it says of itself, empty if it cannot be read; proven: its signature was that writer's.
    own: it is our unit's, as proven; at in effective ms; size in bytes.
    """

    result: Result
    code: Code | None
    law: str
    at: int
    digest: str
    size: int
    source: str = ""
    type: str = ""
    subject: str = ""
    proven: bool = False
    own: bool = False


def key(verdict: Verdict) -> str:
    """The record's place."""
    position = verdict.record.position
    return f"{position.topic}/{position.offset}"


def new(me: str, verdict: Verdict) -> Refusal:
    """The whole row: a record is judged once."""
    e, signed = verdict.envelope, verdict.record.message.signed
    place = (verdict.result, verdict.code, verdict.law, verdict.at, signed.digest, len(signed.value))
    if e is None:
        return Refusal(*place)
    proven = verdict.result is not Result.NOISE or verdict.code in PROVEN
    return Refusal(*place, e.source, e.type, e.subject, proven, proven and e.source == me)


def step(row: Refusal, verdict: Verdict) -> Refusal:
    """Nothing more happens to it."""
    return row


class Listed(NamedTuple):
    """A refused record and whether somebody took it off the list."""

    key: str
    row: Refusal
    acknowledged: bool


def listed(rows: Mapping[str, Refusal], desk: Iterable[Leaf]) -> list[Listed]:
    """Joined with the desk by place and digest, in log order per topic. A query: rows never span channels."""
    seen = {leaf.about for leaf in desk if leaf.about is not None}
    found = [Listed(name, row, (*name.split("/"), row.digest) in seen) for name, row in rows.items()]
    return sorted(found, key=lambda one: (one.key.split("/")[0], int(one.key.split("/")[1])))


_OTHERS = frozenset({Result.VOID, Result.NOISE, Result.FORK})
REFUSED = View("refused", 1, frozenset(), Refusal, new, step, key, _OTHERS)
