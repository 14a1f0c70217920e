"""Outcomes of the real world behind a report: one id, however many records, channels and sides (FIELDS 6.6, 6.10).

A record and what restates it are one chain; it is of the time of its first record, and says what its last one says.
Of one outcome each number counts once, where a chain first states it: what both sides record, and what a later stage
repeats, adds nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from contracts.envelope import Draft
from contracts.lead import OutcomeRecorded, OutcomeSummary
from contracts.operation import ResultsAgreed, ResultsProposed
from contracts.parts import Credit, Seized
from contracts.report_figures import OutcomeFigures
from contracts.vocabulary import CreditRole, OutcomeStage, Purpose, SubstanceUnit
from services.domain import results

CONVERTED: Mapping[SubstanceUnit, tuple[SubstanceUnit, Decimal]] = {
    SubstanceUnit.G: (SubstanceUnit.KG, Decimal("0.001")),
    SubstanceUnit.ML: (SubstanceUnit.L, Decimal("0.001")),
}
"""Grams and millilitres in the report's measures."""
STAGES: Mapping[OutcomeStage, str] = {
    OutcomeStage.CASE_FILED: "filed",
    OutcomeStage.INVESTIGATION_CONCLUDED: "solved",
    OutcomeStage.COERCIVE_MEASURE: "measured",
    OutcomeStage.SENT_FOR_PROSECUTION: "prosecuted",
}
"""Stage -> what it counts: a case, or the persons it names."""
_CASES = frozenset({"filed", "solved"})
Behind = tuple[str, str, str, str]
"""Channel, context, subject and id of an event."""


class Chain(NamedTuple):
    """at, digest: of the first record; says: the last one; behind: all of them."""

    at: int
    digest: str
    says: OutcomeSummary
    purpose: Purpose
    behind: tuple[Behind, ...]


class Records(NamedTuple):
    """Of one channel. agreed: (at, outcome id, credit) as both units confirmed (O11); proposed: ids of outcomes."""

    chains: tuple[Chain, ...]
    agreed: tuple[tuple[int, str, tuple[Credit, ...]], ...]
    proposed: frozenset[str]


def records(said: Iterable[tuple[int, Draft[Any]]], categories: Mapping[str, Purpose]) -> Records:
    """Outcomes of a channel, from its effective events in log order. categories: lead -> its category."""
    chains: dict[str, Chain] = {}
    heads: dict[str, str] = {}
    proposed: dict[str, ResultsProposed] = {}
    agreed: list[tuple[int, str, tuple[Credit, ...]]] = []
    for at, draft in said:
        match draft.data:
            case OutcomeRecorded(summary=summary) if draft.subject in categories:
                first = heads.get(summary.replaces or "", draft.digest)
                heads[draft.digest] = first
                chains[first] = _on(chains.get(first), at, draft, categories[draft.subject])
            case ResultsProposed():
                proposed[draft.digest] = draft.data
            case ResultsAgreed(summary=summary) if summary.results in proposed:
                found = proposed[summary.results].summary.results
                agreed.extend((at, one.outcome_id, one.credit) for one in found)
            case _:
                pass
    named = (one.outcome_id for found in proposed.values() for one in found.summary.results)
    return Records(tuple(chains.values()), tuple(agreed), frozenset(named))


def _on(chain: Chain | None, at: int, draft: Draft[OutcomeRecorded], purpose: Purpose) -> Chain:
    behind = (draft.channel, draft.context, draft.subject, draft.id)
    if chain is None:
        return Chain(at, draft.digest, draft.data.summary, purpose, (behind,))
    return chain._replace(says=draft.data.summary, behind=(*chain.behind, behind))


def of(unit: str, span: range, channels: Sequence[Records]) -> list[tuple[OutcomeFigures, tuple[Behind, ...]]]:
    """What each outcome that credits the unit adds to the period, in order of the ids, with the events behind it."""
    by_id: dict[str, list[Chain]] = {}
    for chain in sorted((one for found in channels for one in found.chains), key=lambda one: (one.at, one.digest)):
        by_id.setdefault(chain.says.outcome_id, []).append(chain)
    agreed = sorted((one for found in channels for one in found.agreed), key=lambda one: one[0])
    confirmed = {id_: credit for _, id_, credit in agreed}
    open_ = frozenset[str]().union(*(found.proposed for found in channels)) - set(confirmed)
    rows = (_row(unit, span, by_id[id_], confirmed.get(id_), unconfirmed=id_ in open_) for id_ in sorted(by_id))
    return [row for row in rows if row is not None]


def _row(
    unit: str, span: range, chains: Sequence[Chain], confirmed: tuple[Credit, ...] | None, *, unconfirmed: bool
) -> tuple[OutcomeFigures, tuple[Behind, ...]] | None:
    credit = confirmed or tuple(one for chain in chains for one in chain.says.credit)
    roles: tuple[CreditRole, ...] = tuple(sorted({one.role for one in credit if one.unit == unit}))
    counted: dict[str, tuple[Chain, Any]] = {}
    for chain in chains:
        for slot, value in _stated(chain.says).items():
            counted.setdefault(slot, (chain, value))
    inside = {slot: (chain, value) for slot, (chain, value) in counted.items() if chain.at in span}
    if not roles or not inside:
        return None
    behind = {one for chain, _ in inside.values() for one in chain.behind}
    others = any(one.unit != unit and one.unit[:2] == unit[:2] for one in credit)
    values: dict[str, Any] = {slot: value for slot, (_, value) in inside.items()}
    row = OutcomeFigures(
        outcome_id=chains[0].says.outcome_id,
        purpose=chains[0].purpose,
        roles=roles,
        shared=True if others else None,
        unconfirmed=True if unconfirmed else None,
        **values,
    )
    return row, tuple(sorted(behind))


def _stated(says: OutcomeSummary) -> dict[str, Any]:
    """Members of ``OutcomeFigures`` that one record states; nothing is not stated."""
    found: dict[str, Any] = {"gangs": says.gangs, "labs": says.labs, "seized": _seized(says.seized or ())}
    slot = STAGES.get(says.stage)
    if slot is not None:
        found[slot] = 1 if slot in _CASES else says.persons
    return {name: value for name, value in found.items() if value}


def _seized(parts: Sequence[Seized]) -> Any:
    amounts: dict[tuple[Any, Any], Decimal] = {}
    for one in parts:
        measure, factor = CONVERTED.get(one.unit, (one.unit, Decimal(1)))
        amounts[one.kind, measure] = amounts.get((one.kind, measure), Decimal(0)) + Decimal(one.quantity) * factor
    return results.seized(amounts)
