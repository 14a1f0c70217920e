"""The annex of the plan (豫禁毒通〔2021〕3号): the counties it grades, in five categories, in its order.

It grades counties, never people, and is no vocabulary of leads (MECHANISM, "annex category is not lead category").
``annex.json`` holds the rows as printed: 、 between the counties of a prefecture, ； between prefectures.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from contracts.divisions import resolve
from contracts.vocabulary import CountyCategory

__all__ = ["CATEGORIES", "ERRATA", "PLAN_DATE", "PROVINCE", "Entry", "Erratum", "entries", "groups"]

PLAN_DATE = date(2021, 3, 1)
"""First day of the plan's mobilisation phase; its names are read as of this day."""

PROVINCE = "41"

CATEGORIES = tuple(CountyCategory)
"""In the plan's order; labels are ``zh`` and ``en`` of each."""


@dataclass(frozen=True)
class Erratum:
    """A misprint: what the plan says, what it must mean and why. The print is kept, never corrected."""

    printed: str
    read_as: str
    code: str
    reason: str


ERRATA = (
    Erratum(
        "浙川县",
        "淅川县",
        "411326",
        "no division is called 浙川县; 淅 (of 淅川县, Nanyang) and 浙 (of Zhejiang) look alike",
    ),
)


@dataclass(frozen=True)
class Entry:
    """A county of the annex: as printed, its real name and its code on ``PLAN_DATE``."""

    printed: str
    name: str
    code: str


@cache
def groups(category: CountyCategory) -> tuple[tuple[Entry, ...], ...]:
    """The entries by prefecture, as the plan groups them."""
    parts = _rows()[category].rstrip("。").split("；")
    return tuple(tuple(_entry(printed) for printed in part.split("、")) for part in parts)


def entries(category: CountyCategory) -> tuple[Entry, ...]:
    """All entries of a category in the plan's order. A county may stand in several categories."""
    return tuple(entry for group in groups(category) for entry in group)


def _entry(printed: str) -> Entry:
    name = next((one.read_as for one in ERRATA if one.printed == printed), printed)
    return Entry(printed, name, resolve(name, PLAN_DATE, PROVINCE).code)


def _rows() -> dict[str, str]:
    rows: dict[str, str] = json.loads(files(__name__).joinpath("annex.json").read_text(encoding="utf-8"))
    return rows
