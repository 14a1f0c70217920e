"""Decrypted contents of enquiry events (FIELDS 6.7)."""

from datetime import date
from operator import attrgetter
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from contracts.content_model import ContentModel
from contracts.enquiry import MAX_ITEMS, ItemNo
from contracts.fields import Day, Items, Wire, each_once, text
from contracts.findings import AttachmentContent, Contact, Findings, digests
from contracts.parts import MAX_ATTACHMENTS, MAX_PERSONS
from contracts.person import IdDocument, Name, Number, line
from contracts.vocabulary import AnswerCode, Question, Sex


class Named(Wire):
    """Somebody in the filed case of the asker. A name alone would be a search, so a document goes with it."""

    name: Name
    id_doc: IdDocument


class Item(Wire):
    """One question about one person of the lead, one number, or one person of the case."""

    no: ItemNo
    question: Question
    person: Annotated[int, Field(ge=1, le=MAX_PERSONS)] | None = None
    identifier: Number | None = None
    named: Named | None = None
    text: Annotated[str, text(200)]

    @model_validator(mode="after")
    def _about_one(self) -> Self:
        if sum(one is not None for one in (self.person, self.identifier, self.named)) != 1:
            raise ValueError("an item is about one person or one identifier")
        return self


def _numbered(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if [item.no for item in items] != list(range(1, len(items) + 1)):
        raise ValueError("items are numbered from 1, in order")
    return items


Titles = Annotated[tuple[AttachmentContent, ...], Items(1, MAX_ATTACHMENTS)]


class AskedContent(ContentModel):
    """协查函, 办案协作函. ``case_no`` where a case is cited and no lead; ``attachments``: titles of the papers."""

    contact: Contact
    case_no: Annotated[str, line(60)] | None = None
    items: Annotated[tuple[Item, ...], Items(1, MAX_ITEMS), AfterValidator(_numbered)]
    attachments: Titles | None = None

    @model_validator(mode="after")
    def _of_lead_or_case(self) -> Self:
        for item in self.items:
            if (item.person if self.case_no is not None else item.named) is not None:
                raise ValueError("persons of a lead are asked for by index, persons of a case by name and document")
        return self

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """Whether items are counted right, and the case number stands where a case is cited."""
        same = {
            "items_count": summary.items_count == len(self.items),
            "case": (summary.case is None) == (self.case_no is None),
            "attachments": digests(self.attachments) == digests(summary.attachments),
        }
        return tuple(name for name, agrees in same.items() if not agrees)

    def outside(self, lead: Findings) -> tuple[int, ...]:
        """Numbers of the items that ask beyond the lead they cite: to be refused before approval."""
        known = {(one.kind, one.value) for one in lead.identifiers or ()}
        people = len(lead.persons or ())
        return tuple(item.no for item in self.items if not _inside(item, people, known))


def _inside(item: Item, people: int, known: set[Any]) -> bool:
    if item.identifier is not None:
        return (item.identifier.kind, item.identifier.value) in known
    return item.person is not None and item.person <= people


class UndertakenContent(ContentModel):
    """Who handles it."""

    handler: Contact


class FoundPerson(Wire):
    """Somebody an answer names."""

    name: Name
    id_doc: IdDocument | None = None
    birth_date: Day | None = None
    sex: Sex | None = None


class ItemReply(Wire):
    """What was found for one item."""

    no: ItemNo
    text: Annotated[str, text(500)]
    persons: Annotated[tuple[FoundPerson, ...], Items(1, MAX_PERSONS)] | None = None


class AnsweredContent(ContentModel):
    """回函: a reply to every item that was found, and to others where words help."""

    contact: Contact
    answers: Annotated[tuple[ItemReply, ...], Items(1, MAX_ITEMS), each_once("items", attrgetter("no"))]

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """Whether what was found stands here, nothing that was not answered, and persons are counted right."""
        replied = {reply.no for reply in self.answers}
        found = {answer.no for answer in summary.answers if answer.code is AnswerCode.FOUND}
        people = sum(len(reply.persons or ()) for reply in self.answers)
        same = {
            "answers": found <= replied <= {answer.no for answer in summary.answers},
            "persons_count": people == summary.persons_count,
        }
        return tuple(name for name, agrees in same.items() if not agrees)


class CompletedContent(ContentModel):
    """补正: titles of the papers that were asked for."""

    contact: Contact
    attachments: Titles

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """Whether the papers are those of the summary."""
        same = digests(self.attachments) == digests(summary.attachments)
        return () if same else ("attachments",)


class AnswerCorrectedContent(AnsweredContent):
    """更正答复: what is right now, in full, and what was wrong."""

    wrong: Annotated[str, text(500)]
