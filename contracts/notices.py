"""What a text is marked for before it is approved (FIELDS 6.3, MECHANISM 3.3). A notice warns and never blocks."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel

from contracts.checks import luhn
from contracts.person import IdDocument, Identifier
from contracts.vocabulary import IdentifierKind, NoticeKind

WORDS = (
    *("亲属", "亲戚", "家属", "同乡", "老乡", "同村", "籍贯", "祖籍", "户籍", "外地人", "外来人员"),
    *("民族", "族人", "宗教", "信教", "教徒", "信仰", "职业", "前科", "吸毒史"),
)
"""Words of kinship, origin, ethnicity, belief and record: the approver says that none of them is a ground."""

_NUMBERS = (
    (NoticeKind.ID_NUMBER, re.compile("(?<![0-9])[0-9]{15}(?:[0-9]{2}[0-9Xx])?(?![0-9])")),
    (NoticeKind.PHONE_NUMBER, re.compile("(?<![0-9])1[3-9][0-9]{9}(?![0-9])")),
    (NoticeKind.CARD_NUMBER, re.compile("(?<![0-9])[0-9]{16,17}(?:[0-9]{2})?(?![0-9Xx])")),
)
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")


class Notice(NamedTuple):
    """``where``: path of the member, e.g. ``facts.0.text``; ``found``: the marked text. Content: never logged."""

    kind: NoticeKind
    where: str
    found: str


def notices(content: BaseModel) -> list[Notice]:
    """Everything in a content that its author and its approver should look at once more."""
    structured = set(_structured(content))
    return [
        *(notice for where, text in texts(content) for notice in _marked(where, text, structured)),
        *_cards(content),
    ]


def texts(content: object, where: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of every string of a model that is no code; an officer's contact is left out."""
    if isinstance(content, BaseModel):
        for name, value in content:
            if name not in {"contact", "handler"}:
                yield from texts(value, f"{where}.{name}".lstrip("."))
    elif isinstance(content, tuple):
        for number, value in enumerate(content):
            yield from texts(value, f"{where}.{number}")
    elif isinstance(content, str) and not isinstance(content, StrEnum):
        yield where, content


def numbered(text: str) -> bool:
    """Whether something in a text looks like the number of an identity card, a telephone or a bank card."""
    plain = unicodedata.normalize("NFKC", text)
    return any(pattern.search(plain) for _, pattern in _NUMBERS)


def _marked(where: str, text: str, structured: set[str]) -> Iterator[Notice]:
    plain = unicodedata.normalize("NFKC", text)  # full-width digits are digits here
    for kind, pattern in _NUMBERS:
        yield from (Notice(kind, where, found) for found in pattern.findall(plain) if found not in structured)
    yield from (Notice(NoticeKind.WORD, where, word) for word in WORDS if word in plain)
    yield from (Notice(NoticeKind.PRIVATE_USE, where, found) for found in _PRIVATE_USE.findall(text))
    if unicodedata.normalize("NFC", text) != text:
        yield Notice(NoticeKind.NOT_NFC, where, text)


def parts(content: object) -> Iterator[BaseModel]:
    """Every model inside a model."""
    if isinstance(content, BaseModel):
        yield content
        for _, value in content:
            yield from parts(value)
    elif isinstance(content, tuple):
        for value in content:
            yield from parts(value)


def _structured(content: BaseModel) -> Iterator[str]:
    """Numbers that stand in a field of their own."""
    for part in parts(content):
        if isinstance(part, Identifier):
            yield part.value
        elif isinstance(part, IdDocument):
            yield part.number


def _cards(content: BaseModel) -> Iterator[Notice]:
    """Cards whose check digit is wrong: some real ones have none, so it is no refusal."""
    for part in parts(content):
        if isinstance(part, Identifier) and part.kind is IdentifierKind.BANK_CARD and not luhn(part.value):
            yield Notice(NoticeKind.CARD_CHECK, "identifiers", part.value)
