"""A person and his identifiers, in encrypted content only (FIELDS 6.4, 6.5a, MECHANISM 3.3, 3.4, 3.14).

No field exists for birthplace, household registration, ethnicity, belief, occupation, relatives, previous drug use,
health, a photo template or a score.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contracts import checks
from contracts.fields import Day, Items, Unit, Wire, a_set
from contracts.parts import MAX_IDENTIFIERS, MAX_PERSONS, Grounds, PersonSummary
from contracts.vocabulary import (
    AllegedAct,
    Ground,
    IdDocumentKind,
    Identification,
    IdentifierKind,
    Obtained,
    PersonApprover,
    PersonCategory,
    Sex,
)

ADULT, ANSWERABLE = 18, 14
"""Years of age: below the first the head signs; below the second nobody is a suspect (刑法 17)."""

MAX_FACTS = 12
UNKNOWN = 0
"""``attributed_to`` of an identifier nobody is known to use."""

FactNo = Annotated[int, Field(ge=1, le=MAX_FACTS)]


def line(most: int) -> StringConstraints:
    """Text of one line, 1 to ``most`` characters, without space at its ends."""
    return StringConstraints(max_length=most, pattern=r"^\S(?:[^\n]*\S)?$")


Name = Annotated[str, line(50)]


class IdDocument(Wire):
    """证件. ``as_stated`` 原文如此: the number fails its check and stands as somebody said it."""

    kind: IdDocumentKind
    number: Annotated[str, line(30)]
    as_stated: Literal[True] | None = None

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.as_stated is None and not checks.ID_DOCUMENT_CHECKS[self.kind](self.number):
            raise ValueError("the number fails its check; it may stand only as stated")
        return self

    @property
    def birth(self) -> date | None:
        """Day of birth in a number that passes its check."""
        return checks.id_birth(self.number) if checks.is_identity_number(self.number) else None


class Wanted(Wire):
    """在逃: the warrant. Looked at again within 30 days."""

    warrant_no: Annotated[str, line(60)]
    date: Day
    organ: Unit


class Person(Wire):
    """人员, with the facts that name him."""

    index: Annotated[int, Field(ge=1, le=MAX_PERSONS)]
    category: PersonCategory
    identification: Identification
    name: Name | None = None
    name_as_written: Name | None = None
    name_pinyin: Name | None = None
    former_names: Annotated[tuple[Name, ...], Items(1, 4)] | None = None
    aliases: Annotated[tuple[Name, ...], Items(1, 6)] | None = None
    id_doc: IdDocument | None = None
    birth_year: Annotated[int, Field(ge=1900, le=2999)] | None = None
    birth_date: Day | None = None
    sex: Sex | None = None
    grounds: Grounds
    ground_facts: Annotated[tuple[FactNo, ...], a_set(MAX_FACTS, 1)]
    alleged_act: AllegedAct | None = None
    wanted: Wanted | None = None
    needed_because: Annotated[str, line(120)] | None = None

    @model_validator(mode="after")
    def _by_category(self) -> Self:
        suspect = self.category is PersonCategory.SUSPECT
        if suspect != (self.alleged_act is not None):
            raise ValueError("a suspect, and only a suspect, has an alleged act")
        if suspect == (self.needed_because is not None):
            raise ValueError("why a witness or victim must be named is said, of nobody else")
        if (Ground.WANTED in self.grounds) != (self.wanted is not None):
            raise ValueError("who is wanted has a warrant")
        return self

    @model_validator(mode="after")
    def _identified(self) -> Self:
        if self.identification is not Identification.UNKNOWN and self.name is None:
            raise ValueError("only somebody unknown has no name")
        birth = self.id_doc.birth if self.id_doc else None
        if birth and self.birth_date not in (None, birth.isoformat()):
            raise ValueError("the day of birth is not the one of the document")
        if self.birth_year is not None and self.birth_date is not None:
            raise ValueError("a day of birth or a year of birth")
        return self

    @property
    def birth(self) -> date | None:
        """As stated, else from the document."""
        if self.birth_date is not None:
            return date.fromisoformat(self.birth_date)
        return self.id_doc.birth if self.id_doc else None

    def age(self, on: date) -> int | None:
        """Full years on a day; with a year of birth only, the least they can be."""
        born = self.birth
        if born is not None:
            return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        return on.year - self.birth_year - 1 if self.birth_year is not None else None

    def is_minor(self, on: date) -> bool:
        """Whether under 18, or possibly so."""
        age = self.age(on)
        return age is not None and age < ADULT

    def is_child_suspect(self, on: date) -> bool:
        """Whether a suspect under 14, or possibly so: never in a lead."""
        age = self.age(on)
        return self.category is PersonCategory.SUSPECT and age is not None and age < ANSWERABLE

    def summary(self, on: date) -> PersonSummary:
        """What the clear summary says; a minor takes the head's signature, the reason is not said."""
        approver = PersonApprover.HEAD if self.is_minor(on) else PersonApprover.APPROVER
        return PersonSummary(category=self.category, grounds=self.grounds, approver=approver)


class Number(Wire):
    """A kind of number or account, and its value in the kind's form."""

    kind: IdentifierKind
    value: Annotated[str, line(100)]

    @model_validator(mode="after")
    def _formed(self) -> Self:
        if not checks.IDENTIFIER_CHECKS[self.kind](self.value):
            raise ValueError("not of the form of its kind")
        return self


class Identifier(Number):
    """标识: from which fact, seen when. ``attributed_to``: index of a person here, 0 unknown; never a third party."""

    attributed_to: Annotated[int, Field(ge=UNKNOWN, le=MAX_PERSONS)]
    obtained: Obtained
    fact: FactNo
    seen_from: Day
    seen_to: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.seen_from > self.seen_to:
            raise ValueError("seen from before seen to")
        return self


People = Annotated[tuple[Person, ...], Items(1, MAX_PERSONS)]
Identifiers = Annotated[tuple[Identifier, ...], Items(1, MAX_IDENTIFIERS)]
