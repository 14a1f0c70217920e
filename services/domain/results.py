"""Outcomes and sums of a two-monthly report: each outcome counts once, whoever reports it (FIELDS 6.10).

A total and the columns of the roles stand side by side: an outcome counts in the total once and in the column of each
role in which a reporting unit is credited, so columns do not add up to the total and are never split.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from contracts.report_figures import ByPurpose, Cell, Figure, OutcomeFigures, SeizedAmount, amount_of
from contracts.report_tables import ContributionTable, Table
from contracts.report_terms import Indicator, sort_of
from contracts.vocabulary import CreditRole, Purpose

Cells = dict[tuple[str, ...], dict[Purpose | None, Decimal]]
"""Key of a figure -> its parts; of what is of no purpose, one part under None."""
SLOTS: Mapping[str, Indicator] = {
    "filed": Indicator.CASES_FILED,
    "solved": Indicator.CASES_SOLVED,
    "measured": Indicator.PERSONS_MEASURED,
    "prosecuted": Indicator.PERSONS_PROSECUTED,
    "gangs": Indicator.GANGS,
    "labs": Indicator.LABS,
}
"""Member of ``OutcomeFigures`` -> what it counts; ``seized`` has indicators by substance."""


def add(cells: Cells, key: tuple[str, ...], purpose: Purpose | None, amount: Decimal) -> None:
    """Counts on."""
    parts = cells.setdefault(key, defaultdict(Decimal))
    parts[purpose] += amount


def figures_of(cells: Cells) -> tuple[Figure, ...]:
    """In order; what is nothing is left out."""
    return tuple(_figure(key, cells[key]) for key in sorted(cells) if any(cells[key].values()))


def _figure(key: tuple[str, ...], parts: Mapping[Purpose | None, Decimal]) -> Figure:
    named: Any = {name: value for name, value in zip(Cell.model_fields, key, strict=True) if value}
    by = {purpose.value: amount_of(part) for purpose, part in parts.items() if purpose is not None and part}
    said = {**named, "value": amount_of(sum(parts.values(), Decimal(0)))}
    return Figure.model_validate({**said, "by": ByPurpose(**by)} if by else said, strict=False)


def cells_of(*lists: Sequence[Figure]) -> Cells:
    """Sums of figures, part by part."""
    cells: Cells = {}
    for one in chain(*lists):
        parts = one.by.parts() if one.by else {}
        for purpose, amount in parts.items():
            add(cells, one.key, purpose, amount)
        if one.by is None:
            add(cells, one.key, None, Decimal(one.value))
    return cells


def derived(outcomes: Iterable[OutcomeFigures]) -> Cells:
    """Figures of outcomes: total, and a column for each role."""
    cells: Cells = {}
    for one in outcomes:
        for role in ("", *one.roles):
            for key, amount in _amounts(one, role):
                add(cells, key, one.purpose, amount)
    return cells


def _amounts(one: OutcomeFigures, role: str) -> Iterator[tuple[tuple[str, ...], Decimal]]:
    for slot, indicator in SLOTS.items():
        if getattr(one, slot) is not None:
            yield (indicator, role, "", ""), Decimal(getattr(one, slot))
    for part in one.seized or ():
        sort = sort_of(part.substance, part.measure)
        yield (sort, role, part.substance, part.measure), Decimal(part.amount)


def whole(table: Table) -> tuple[Figure, ...]:
    """All figures of a report: a county's with those that follow from its outcomes, a prefecture's as they stand."""
    if isinstance(table, ContributionTable):
        return complete(table.figures, table.outcomes)
    return table.figures


def complete(figures: Sequence[Figure], outcomes: Iterable[OutcomeFigures]) -> tuple[Figure, ...]:
    """Figures that are not of outcomes, with those that follow from the outcomes."""
    return figures_of(cells_of(figures) | derived(outcomes))


def merged(reported: Mapping[str, Sequence[OutcomeFigures]]) -> tuple[OutcomeFigures, ...]:
    """Each outcome once, with all its roles. unit -> what it reports.

    Where two say different numbers, the word of the unit that led counts, then that of the lower code.
    """
    found: dict[str, list[OutcomeFigures]] = {}
    for unit in sorted(reported):
        for one in reported[unit]:
            found.setdefault(one.outcome_id, []).append(one)
    return tuple(_once(found[id_]) for id_ in sorted(found))


def _once(said: Sequence[OutcomeFigures]) -> OutcomeFigures:
    ordered = sorted(said, key=lambda one: CreditRole.LED not in one.roles)
    joined: dict[str, Any] = {}
    for one in ordered:
        for name, value in one:
            if joined.get(name) is None:
                joined[name] = value
    roles = tuple(sorted({role for one in said for role in one.roles}))
    return ordered[0].model_copy(update={**joined, "roles": roles})


def contained(outcomes: Iterable[OutcomeFigures], figures: Sequence[Figure]) -> bool:
    """Whether figures hold at least what these outcomes add, part by part."""
    cells = cells_of(figures)
    return all(
        amount <= cells.get(key, {}).get(purpose, Decimal(0))
        for key, parts in derived(outcomes).items()
        for purpose, amount in parts.items()
    )


def summed(
    tables: Mapping[str, tuple[Sequence[Figure], Sequence[OutcomeFigures]]],
) -> tuple[tuple[Figure, ...], tuple[OutcomeFigures, ...]]:
    """What a prefecture reports of its counties: all figures, and the outcomes that others may report too.

    tables: county -> figures and outcomes of its contribution.
    """
    outcomes = merged({unit: rows for unit, (_, rows) in tables.items()})
    cells = cells_of(*(figures for figures, _ in tables.values())) | derived(outcomes)
    return figures_of(cells), tuple(one for one in outcomes if one.shared)


def totals(tables: Mapping[str, tuple[Sequence[Figure], Sequence[OutcomeFigures]]]) -> tuple[Figure, ...]:
    """What a province counts of its prefectures: their sums, less what several of them count of one outcome.

    tables: prefecture -> figures and shared outcomes of its report.
    """
    cells = cells_of(*(figures for figures, _ in tables.values()))
    for _, outcomes in tables.values():
        _apply(cells, derived(outcomes), -1)
    _apply(cells, derived(merged({unit: rows for unit, (_, rows) in tables.items()})), 1)
    return figures_of(cells)


def _apply(cells: Cells, others: Cells, sign: int) -> None:
    for key, parts in others.items():
        for purpose, amount in parts.items():
            add(cells, key, purpose, sign * amount)


def seized(amounts: Mapping[tuple[Any, Any], Decimal]) -> tuple[SeizedAmount, ...] | None:
    """(substance, measure) -> how much, in order; None for nothing."""
    found = (
        SeizedAmount(substance=substance, measure=measure, amount=amount_of(amount))
        for (substance, measure), amount in sorted(amounts.items())
        if amount
    )
    return tuple(found) or None
