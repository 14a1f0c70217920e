"""What takes effect when both units have said the same, each in an event of its own (L3, MECHANISM S17, L4, L5)."""

from typing import TypeVar

W = TypeVar("W")
Words = tuple[tuple[str, W], ...]
"""(unit, its newest word), of at most two units."""


def said(words: Words[W], unit: str, word: W) -> Words[W]:
    """With a unit's newest word in place of its older one."""
    return (*(one for one in words if one[0] != unit), (unit, word))


def agreed(words: Words[W]) -> W | None:
    """What both have said, if it is the same. One at least has said something."""
    first, *others = words
    return first[1] if [other[1] for other in others] == [first[1]] else None
