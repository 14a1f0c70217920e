"""What a look-up of a division can answer instead of one. All are facts about the input, none can be retried."""

from collections.abc import Sequence
from datetime import date

RULE = "DOMAIN, Reference data: a name resolves to exactly one code valid on the date"


class DivisionError(LookupError):
    """Root of this package's errors."""


class DivisionUnknownError(DivisionError):
    """The caller's code is in no list: a pseudo-code of the statistics bureau, abolished before 2013, or a slip."""

    def __init__(self, code: str) -> None:
        super().__init__(f"no division {code} (GB/T 2260 since 2013)")
        self.code = code


class NameUnknownError(DivisionError):
    """No division bore the name that day: it is misspelt, not there yet, or abolished. Show it to the person."""

    def __init__(self, name: str, on: date, within: str) -> None:
        super().__init__(f"no division {name} on {on} within {within or 'any province'} ({RULE})")
        self.name = name


class NameAmbiguousError(DivisionError):
    """Several divisions bore the name that day: ask for the province or the prefecture."""

    def __init__(self, name: str, on: date, codes: Sequence[str]) -> None:
        super().__init__(f"{name} on {on} is any of {', '.join(codes)} ({RULE})")
        self.codes = tuple(codes)
