"""Why a file is not taken. No message holds anything of the file."""

from collections.abc import Iterable
from enum import StrEnum
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
MAX_PARTS = 20_000
"""Segments or chunks of a picture: one of 20 MB has some thousands."""


class Unfit(StrEnum):
    """What is wrong; the value is said to whoever sent it."""

    MEDIA = "it is no PDF, JPEG or PNG: archives, office files and others are not taken"
    BROKEN = "it is cut off, or built otherwise than its form allows: save it anew"
    ENCRYPTED = "the document is encrypted: save it without a password"
    ACTIVE = "the document runs scripts, starts programs or holds other files: print it to a PDF"
    OPAQUE = "the document hides its structure in a way that is not looked into: print it to a PDF"


class UnfitFileError(Exception):
    """The caller's to change; ``reason`` says how."""

    def __init__(self, reason: Unfit) -> None:
        super().__init__(reason.value)
        self.reason = reason


def at_most(most: int, parts: Iterable[T]) -> list[T]:
    """All of them. Raises UnfitFileError: there are more."""
    found = list(islice(parts, most + 1))
    if len(found) > most:
        raise UnfitFileError(Unfit.BROKEN)
    return found
