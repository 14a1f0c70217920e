"""Counts of everything, and lists of what a person should look at. Lists have limits, counts have none (STYLE 18)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from contracts.trust import KeyClosed, UnitSuspended
from services.domain import trust as trusts
from services.domain.confirming import alone
from services.verifier import Result, Verdict
from services.views.timeline import signers

LIST_LIMIT = 1_000
LISTS = ("void", "noise", "fork", "late", "disputed", "delegated", "emergency", "unconfirmed")


class Seen(NamedTuple):
    """One record of a list, without anything of its content. source and type: what it says of itself."""

    topic: str
    offset: int
    at: int
    source: str
    type: str
    code: str
    law: str
    digest: str


@dataclass
class Tally:
    """counts: "result" or "result code" -> number; totals: list -> its full length; lists: the first ones of each.

    confirmed: of units whose desk is at hand, which acts of one officer an approver stands by; of the others nothing
    is listed as unconfirmed.
    """

    confirmed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    records: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    lists: dict[str, list[Seen]] = field(default_factory=lambda: {name: [] for name in LISTS})

    def count(self, verdict: Verdict) -> None:
        """One more record."""
        self.records += 1
        self.counts[f"{verdict.result} {verdict.code or ''}".strip()] += 1
        for name in _lists(verdict, self.confirmed):
            self.totals[name] += 1
            if len(self.lists[name]) < LIST_LIMIT:
                self.lists[name].append(_seen(verdict))


def _lists(verdict: Verdict, confirmed: Mapping[str, frozenset[str]]) -> list[str]:
    if verdict.result is not Result.EFFECTIVE:
        return [verdict.result.value] if verdict.result.value in LISTS else []
    marks = {"late": verdict.late, "disputed": verdict.disputed}
    marks |= {"delegated": _delegated(verdict), "emergency": _emergency(verdict)}
    marks |= {"unconfirmed": _unconfirmed(verdict, confirmed)}
    return [name for name, marked in marks.items() if marked]


def _delegated(verdict: Verdict) -> bool:
    return verdict.draft is not None and signers(verdict.draft).delegated


def _unconfirmed(verdict: Verdict, confirmed: Mapping[str, frozenset[str]]) -> bool:
    """Done by one officer alone, and nobody of his unit stands by it (MECHANISM 2)."""
    draft = verdict.draft
    known = None if draft is None else confirmed.get(draft.source)
    return draft is not None and known is not None and bool(alone(draft)) and draft.digest not in known


def _emergency(verdict: Verdict) -> bool:
    """Suspensions, and keys closed because they are not trusted any more; once, where they were decided."""
    draft = verdict.draft
    if draft is None or not isinstance(draft.data, KeyClosed | UnitSuspended):
        return False
    return isinstance(draft.data, UnitSuspended) or bool(trusts.read(draft)[1].emergency)


def _seen(verdict: Verdict) -> Seen:
    position, e = verdict.record.position, verdict.envelope
    said = (e.source, e.type) if e is not None else ("", "")
    return Seen(
        position.topic,
        position.offset,
        verdict.at,
        *said,
        verdict.code or "",
        verdict.law,
        verdict.record.message.signed.digest,
    )
