"""Divisions of the whole country by GB/T 2260 code, with the dates between which each code stood for each name.

Divisions come and go, so every question carries a date. ``valid_from`` None: since before 2013, where the table begins;
``valid_to`` is the first day without it. The table is exact on 1 March 2021 and today (11 September 2026); elsewhere a
date says of itself how well it is known. Taiwan, Hong Kong and Macao stand in it as provinces with nothing below.
Pseudo-codes and collective entries of the statistics bureau are no divisions. Sources and gaps: docs/divisions.md.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from contracts.divisions.errors import DivisionUnknownError, NameAmbiguousError, NameUnknownError

__all__ = [
    "Division",
    "DivisionUnknownError",
    "Known",
    "Level",
    "NameAmbiguousError",
    "NameUnknownError",
    "counties",
    "division",
    "resolve",
    "successors",
    "table",
]


class Level(StrEnum):
    """The three levels that GB/T 2260 codes."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


class Known(StrEnum):
    """How well a date is known."""

    DAY = "day"
    """On that day it was made public."""
    BY = "by"
    """It was public by that day at the latest: the day of the first list or newspaper that shows it."""


@dataclass(frozen=True)
class Division:
    """A code under one name and its span of validity.

    ``successors``: the codes that took over its territory on ``valid_to``, among them its own after a mere change of
    name; empty while it is in force. ``from_known`` and ``to_known`` stand beside a date, never without one.
    """

    code: str
    name: str
    level: Level
    valid_from: date | None
    from_known: Known | None
    valid_to: date | None
    to_known: Known | None
    successors: tuple[str, ...]

    def valid(self, on: date) -> bool:
        """In force on that day: from ``valid_from``, and not on ``valid_to`` any more."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on < self.valid_to)


def division(code: str, on: date) -> Division | None:
    """What the code stood for that day; None for a code that was not in force and for a pseudo-code."""
    return next((one for one in _spans().get(code, ()) if one.valid(on)), None)


def counties(province: str, on: date) -> list[Division]:
    """County-level divisions of a province ("41" or "410000") in force that day, by code."""
    return [found for found in _within(province, on) if found.level is Level.COUNTY]


def resolve(name: str, on: date, within: str = "") -> Division:
    """The one division with exactly this name that day (DOMAIN "Reference data").

    Args:
        name: the full name, e.g. ``淅川县``; nothing is guessed from a part of it or from a misprint.
        within: a province or prefecture code to look in, e.g. ``41``, ``410000`` or ``4113``.

    Raises:
        NameUnknownError: no division bears it that day.
        NameAmbiguousError: more than one does; name the province or the prefecture.
    """
    found = [one for one in _within(within, on) if one.name == name]
    if not found:
        raise NameUnknownError(name, on, within)
    if len(found) > 1:
        raise NameAmbiguousError(name, on, [one.code for one in found])
    return found[0]


def successors(code: str, on: date) -> list[Division]:
    """The divisions in force that day which hold the territory of ``code``: itself while valid, later its heirs.

    Looks forward only: before the code came into force there is nothing to return, and the list is empty.

    Raises:
        DivisionUnknownError: the code was never in force in the table.
    """
    spans = _spans().get(code)
    if not spans:
        raise DivisionUnknownError(code)
    heirs = set(_heirs(spans[0], on))
    return [one for one in table() if one in heirs]


def _heirs(one: Division, on: date) -> Iterator[Division]:
    if one.valid(on):
        yield one
    elif one.valid_to is not None:
        for code in one.successors:
            heir = division(code, one.valid_to)
            yield from _heirs(heir, on) if heir else ()


def _within(code: str, on: date) -> Iterator[Division]:
    """In force that day and below ``code`` or equal to it: 410000 holds 41...., 411000 holds 4110.."""
    prefix = code.removesuffix("00").removesuffix("00")
    return (one for one in table() if one.code.startswith(prefix) and one.valid(on))


@cache
def table() -> tuple[Division, ...]:
    """Every division, in force or not, by code and then by date; read at the first question, not at import."""
    text = files(__name__).joinpath("divisions.csv").read_text(encoding="utf-8")
    return tuple(_division(row) for row in csv.DictReader(text.splitlines()))


@cache
def _spans() -> dict[str, list[Division]]:
    spans: dict[str, list[Division]] = {}
    for one in table():
        spans.setdefault(one.code, []).append(one)
    return spans


def _level(code: str) -> Level:
    """From the zeros: 济源 419001 is a county-level division without a prefecture, and its code says so."""
    if code.endswith("0000"):
        return Level.PROVINCE
    return Level.PREFECTURE if code.endswith("00") else Level.COUNTY


def _division(row: dict[str, str]) -> Division:
    return Division(
        row["code"],
        row["name"],
        _level(row["code"]),
        _day(row["valid_from"]),
        _known(row["from_known"]),
        _day(row["valid_to"]),
        _known(row["to_known"]),
        tuple(row["successors"].split()),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _known(text: str) -> Known | None:
    return Known(text) if text else None
