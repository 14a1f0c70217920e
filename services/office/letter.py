"""The parts of an official letter (GB/T 9704-2012, 信函格式), and how numbers, days and codes are written in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from contracts.approval import DocumentNo
from contracts.vocabulary import Classification, DocumentKind, Urgency

CODE_DIGITS = 16
"""Hex digits of the envelope digest that make the verification code."""
SERIES: Mapping[str, str] = MappingProxyType(
    {
        DocumentKind.LEAD_NOTICE: "通字",
        DocumentKind.ENQUIRY: "协字",
        DocumentKind.MEASURE_REQUEST: "办字",
        DocumentKind.REPLY: "复字",
        DocumentKind.CORRECTION: "更字",
        DocumentKind.PERIODIC_REPORT: "报字",
        DocumentKind.SUPERVISION: "督字",
    }
)
"""文种 -> what follows the 机关代字: every 文种 counts for itself, so two letters never show the same number."""

Names = Callable[[str], str]
"""Unit code -> its name, or the code where none is published."""


@dataclass(frozen=True)
class Sender:
    """发文机关 as its published profile says: name, 机关代字, 印章名."""

    name: str
    word: str
    seal: str


@dataclass(frozen=True)
class Frame:
    """Who writes to whom, and who prints. copy: 份号, 0 for a letter without content, of which copies are not counted.

    officer: the reader's own opaque number.
    """

    sender: Sender
    recipient: str
    officer: str
    copy: int = 0


@dataclass(frozen=True)
class Section:
    """A heading, its paragraphs, and under them a table, whose first row is its head."""

    heading: str
    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Letter:
    """One letter. number: 发文字号; marks: 份号, 密级, 紧急程度, those that it has; digest: of the envelope, 64 hex."""

    frame: Frame
    kind: str
    number: str
    marks: tuple[str, ...]
    title: str
    sections: tuple[Section, ...]
    signed_on: date
    digest: str

    @property
    def code(self) -> str:
        """验证码: begin of the digest in groups of four."""
        return grouped(self.digest[:CODE_DIGITS], 4)


def grouped(digest: str, size: int = 8) -> str:
    """Hex digits in groups, so that people compare them and lines can end between them."""
    return " ".join(digest[at : at + size] for at in range(0, len(digest), size))


def numbered(word: str, document: DocumentNo | None) -> str:
    """机关代字〔年〕N号; empty for what one officer signs, which has no number."""
    if document is None:
        return ""
    series = SERIES.get(document.series, document.series)
    return f"{word}{series}〔{document.year}〕{document.number}号"


def marks(copy: int, classification: Classification | None = None, urgency: Urgency | None = None) -> tuple[str, ...]:
    """份号 in six digits, 密级 and 紧急程度; what is public and routine bears no mark (GB/T 9704, 7.2.1 to 7.2.3)."""
    found = [f"{copy:06d}"] if copy else []
    if classification is not None and classification is not Classification.PUBLIC:
        found.append(classification.zh)
    if urgency is not None and urgency is not Urgency.ROUTINE:
        found.append(urgency.zh)
    return tuple(found)


def in_words(day: date) -> str:
    """成文日期: 2026年3月1日, without leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def on(day: str) -> str:
    """A day of the wire, YYYY-MM-DD, in words."""
    return in_words(date.fromisoformat(day))
