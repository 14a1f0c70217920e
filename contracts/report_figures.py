"""Figures of the two-monthly report 两月报, and what each outcome adds to them (FIELDS 6.10).

What stands on outcomes is carried as outcomes, by their ids: the next level counts each once.
"""

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, model_validator

from contracts.fields import Count, Items, Uuid, Wire, a_set, each_once, pattern
from contracts.report_terms import BY_PURPOSE, MEASURES, RESULTS, SEIZED, Indicator, sort_of
from contracts.vocabulary import CreditRole, Purpose, SubstanceKind, SubstanceUnit


def amount_of(value: Decimal) -> str:
    """The one way to write an amount: no exponent, no zeros at the end."""
    return format(value.normalize() if value else Decimal(0), "f")


def _canonical(value: str) -> str:
    if amount_of(Decimal(value)) != value:
        raise ValueError("an amount has no zeros at its end")
    return value


Amount = Annotated[str, pattern(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,7})?"), AfterValidator(_canonical)]
"""Seven decimals: a quantity of four in grams, as kilograms. Fifteen digits hold every sum of what a table may say."""


class Cell(Wire):
    """Which figure. substance, measure: of what was seized; role: the column, absent in the total."""

    indicator: Indicator
    role: CreditRole | None = None
    substance: SubstanceKind | None = None
    measure: SubstanceUnit | None = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if self.role is not None and self.indicator not in RESULTS | SEIZED:
            raise ValueError("roles are of outcomes")
        if (self.indicator in SEIZED) != (self.substance is not None) or (self.substance is None) != (
            self.measure is None
        ):
            raise ValueError("what was seized, and only that, has a substance and its measure")
        if self.substance is None or self.measure is None:
            return self
        if self.measure not in MEASURES or sort_of(self.substance, self.measure) is not self.indicator:
            raise ValueError("the indicator, or the measure, is another one's")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """By which figures are sorted and told apart."""
        return (self.indicator, self.role or "", self.substance or "", self.measure or "")


class ByPurpose(Wire):
    """The parts of a figure; what is nothing is left out."""

    outflow_trafficking: Amount | None = None
    manufacture: Amount | None = None
    precursor: Amount | None = None
    transit: Amount | None = None
    parcel: Amount | None = None
    cultivation_seed: Amount | None = None
    venue_inducement: Amount | None = None

    def parts(self) -> dict[Purpose, Decimal]:
        """Purpose -> amount."""
        found = ((purpose, getattr(self, purpose.value)) for purpose in Purpose)
        return {purpose: Decimal(value) for purpose, value in found if value is not None}


class Figure(Cell):
    """One figure; ``by``: its parts, which add up to it."""

    value: Amount
    by: ByPurpose | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.indicator not in SEIZED and "." in self.value:
            raise ValueError("what is counted is a whole number")
        if self.by is None:
            return self
        if self.indicator not in BY_PURPOSE:
            raise ValueError("this figure is of no purpose")
        if sum(self.by.parts().values()) != Decimal(self.value):
            raise ValueError("the parts add up to the figure")
        return self


Figures = Annotated[tuple[Figure, ...], Items(0, 120), each_once("figures", attrgetter("key"))]


class SeizedAmount(Wire):
    """How much of what, in the report's measure."""

    substance: SubstanceKind
    measure: SubstanceUnit
    amount: Amount

    @model_validator(mode="after")
    def _measured(self) -> Self:
        if self.measure not in MEASURES:
            raise ValueError("kilograms, litres, plants or tablets")
        return self


class OutcomeFigures(Wire):
    """What one outcome adds to the period, and the roles in which the reporting units share it.

    filed, solved: cases; measured, prosecuted: persons; each stands in the period in which it was first recorded.
    shared: a further unit of this province is credited in it, and may report it too.
    unconfirmed: 未确认, who did what was proposed in an operation, and the other side has not agreed (O11).
    """

    outcome_id: Uuid
    purpose: Purpose
    roles: Annotated[tuple[CreditRole, ...], a_set(3, 1)]
    filed: Literal[1] | None = None
    solved: Literal[1] | None = None
    measured: Count | None = None
    prosecuted: Count | None = None
    gangs: Count | None = None
    labs: Count | None = None
    seized: Annotated[tuple[SeizedAmount, ...], Items(1, 10)] | None = None
    shared: Literal[True] | None = None
    unconfirmed: Literal[True] | None = None


Outcomes = Annotated[tuple[OutcomeFigures, ...], Items(0, 100), each_once("outcomes", attrgetter("outcome_id"))]


class Change(Cell):
    """One figure of the version before and of this one."""

    before: Amount
    after: Amount

    @model_validator(mode="after")
    def _changed(self) -> Self:
        if self.before == self.after:
            raise ValueError("a figure that stays is no difference")
        return self


Changes = Annotated[tuple[Change, ...], Items(1, 120)]


def difference(before: Sequence[Figure], after: Sequence[Figure]) -> tuple[Change, ...]:
    """Figures that are others, in order; one that does not stand is 0."""
    old, new = ({one.key: one for one in figures} for figures in (before, after))
    found = []
    for key in sorted({*old, *new}):
        was, now = (known[key].value if key in known else "0" for known in (old, new))
        if was != now:
            cell: Any = {name: getattr(new.get(key) or old[key], name) for name in Cell.model_fields}
            found.append(Change(**cell, before=was, after=now))
    return tuple(found)
