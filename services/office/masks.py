"""What paper may not show whole: identity numbers, accounts, telephone numbers of persons."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN, SHORT, HIDDEN = 4, 8, 14
"""Digits that stay at the end; a value shorter than the second shows none; asterisks at most."""
_LONG = re.compile(r"(?<![0-9A-Za-z])\+?[0-9](?:[ -]?[0-9]){10,}[Xx]?(?![0-9A-Za-z])")
"""A number that identifies somebody, wherever a sentence says it: eleven digits or more, however set apart."""


def masked(value: str) -> str:
    """The last four characters behind asterisks."""
    kept = value[-SHOWN:] if len(value) >= SHORT else ""
    return "*" * min(len(value) - len(kept), HIDDEN) + kept


@dataclass(frozen=True)
class Masks:
    """Hides in sentences what the fields beside them show masked. ``known``: those values."""

    known: tuple[str, ...]

    @classmethod
    def of(cls, values: Iterable[str]) -> "Masks":
        """Longest first: a value may be part of another."""
        return cls(tuple(sorted(set(values), key=lambda value: (-len(value), value))))

    def lines(self, prose: str | None) -> tuple[str, ...]:
        """Paragraphs of a text, known values and long numbers masked."""
        text = prose or ""
        for value in self.known:
            text = text.replace(value, masked(value))
        text = _LONG.sub(lambda found: masked(found[0]), text)
        return tuple(line for line in text.split("\n") if line.strip())

    def line(self, prose: str) -> str:
        """As one paragraph."""
        return "".join(self.lines(prose))
