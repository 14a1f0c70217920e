"""What a lead says, in encrypted content only (FIELDS 6.3, 6.5): facts, and everything that hangs on them."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from contracts import checks
from contracts.content_model import ContentModel
from contracts.fields import Day, Decimal, Digest, Division, Items, Unit, Wire, pattern, text
from contracts.parts import MAX_ATTACHMENTS, MAX_SUBSTANCES, Quantity, Seized
from contracts.person import MAX_FACTS, UNKNOWN, FactNo, Identifiers, People, Person, line
from contracts.vocabulary import (
    EvidenceKind,
    FactSource,
    Identification,
    PlaceKind,
    SubstanceForm,
    SubstanceKind,
    SubstanceStatus,
    SubstanceUnit,
)

ORIGIN_WORDS = ("商会", "同乡会")


class Contact(Wire):
    """联系人 or handler: who answers the telephone."""

    name: Annotated[str, line(30)]
    phone: Annotated[str, pattern(r"\+?[0-9][0-9-]{2,19}")]


class Fact(Wire):
    """One fact, on a day or from a day to another, in a stated zone; where it comes from."""

    text: Annotated[str, text(300)]
    on: Day
    until: Day | None = None
    zone: Annotated[str, pattern("[+-](?:0[0-9]|1[0-4]):[0-5][0-9]")]
    source: FactSource

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.on:
            raise ValueError("a fact does not end before it begins")
        return self


class Place(Wire):
    """Where something happened: division code, words, day."""

    division: Division
    text: Annotated[str, line(100)]
    kind: PlaceKind
    on: Day


def _percent(value: str) -> str:
    if float(value) > 100:
        raise ValueError("at most 100 per cent")
    return value


class Substance(Wire):
    """毒品、制毒物品、原植物: how much of what, known how."""

    kind: SubstanceKind
    name: Annotated[str, line(50)] | None = None
    form: SubstanceForm
    quantity: Quantity
    unit: SubstanceUnit
    status: SubstanceStatus
    purity: Annotated[Decimal, AfterValidator(_percent)] | None = None
    certificate: Annotated[str, line(60)] | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.kind is SubstanceKind.OTHER) != (self.name is not None):
            raise ValueError("what is other, and only that, has a name")
        if self.kind is SubstanceKind.OPIUM_POPPY and self.unit is not SubstanceUnit.PLANT:
            raise ValueError("opium poppy is counted in plants")
        return self

    def seized(self) -> Seized:
        """As the clear summary of an outcome says it."""
        return Seized(kind=self.kind, quantity=self.quantity, unit=self.unit)


def _plate(value: str) -> str:
    if not checks.is_plate(value):
        raise ValueError("not a plate of GA 36")
    return value


def _vin(value: str) -> str:
    if not checks.is_vin(value):
        raise ValueError("not a VIN, or its check digit is wrong")
    return value


def _credit_code(value: str) -> str:
    if not checks.is_credit_code(value):
        raise ValueError("not a credit code of GB 32100")
    return value


class Vehicle(Wire):
    """A plate or a VIN, and the fact it stands in."""

    plate: Annotated[str, AfterValidator(_plate)] | None = None
    vin: Annotated[str, AfterValidator(_vin)] | None = None
    colour: Annotated[str, line(10)] | None = None
    fact: FactNo

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.plate is None and self.vin is None:
            raise ValueError("a vehicle has a plate or a VIN")
        return self


class Organisation(Wire):
    """A firm. Associations of common origin are no subject."""

    name: Annotated[str, line(60)]
    credit_code: Annotated[str, AfterValidator(_credit_code)] | None = None
    fact: FactNo

    @model_validator(mode="after")
    def _no_association_of_origin(self) -> Self:
        if any(word in self.name for word in ORIGIN_WORDS):
            raise ValueError("an association of common origin is no subject")
        return self


class Evidence(Wire):
    """证据索引: a reference, not the thing."""

    kind: EvidenceKind
    held_by: Unit
    document_no: Annotated[str, line(60)]
    date: Day
    digest: Digest | None = None


class AttachmentContent(Wire):
    """What the summary does not say of an attachment. ``digest`` (ciphertext) names it; the plain one is for court."""

    digest: Digest
    title: Annotated[str, line(60)]
    pages: Annotated[int, Field(ge=1, le=9_999)]
    plain_digest: Digest


def digests(attachments: Iterable[Any] | None) -> list[str]:
    """By which names a content or a summary knows its attachments, in its order."""
    return [one.digest for one in attachments or ()]


class Findings(ContentModel):
    """Facts by number (from 1, in order), and persons, identifiers, things that refer to them."""

    MIN_FACTS: ClassVar[int] = 0

    contact: Contact
    facts: Annotated[tuple[Fact, ...], Items(0, MAX_FACTS)]
    persons: People | None = None
    identifiers: Identifiers | None = None
    places: Annotated[tuple[Place, ...], Items(1, 8)] | None = None
    substances: Annotated[tuple[Substance, ...], Items(1, MAX_SUBSTANCES)] | None = None
    vehicles: Annotated[tuple[Vehicle, ...], Items(1, 6)] | None = None
    organisations: Annotated[tuple[Organisation, ...], Items(1, 4)] | None = None
    evidence: Annotated[tuple[Evidence, ...], Items(1, 10)] | None = None
    attachments: Annotated[tuple[AttachmentContent, ...], Items(1, MAX_ATTACHMENTS)] | None = None

    @model_validator(mode="after")
    def _refers_to_what_stands(self) -> Self:
        if len(self.facts) < self.MIN_FACTS:
            raise ValueError("at least one fact")
        people = self.persons or ()
        if [person.index for person in people] != list(range(1, len(people) + 1)):
            raise ValueError("persons are numbered from 1, in order")
        if max(self._facts_named(), default=0) > len(self.facts):
            raise ValueError("every fact that is referred to stands here")
        if any(one.attributed_to > len(people) for one in self.identifiers or ()):
            raise ValueError("an identifier belongs to a person of this document, or to nobody known")
        return self

    def _facts_named(self) -> list[int]:
        of_persons = [no for person in self.persons or () for no in person.ground_facts]
        of_identifiers = [one.fact for one in self.identifiers or ()]
        of_vehicles = [one.fact for one in self.vehicles or ()]
        return of_persons + of_identifiers + of_vehicles + [one.fact for one in self.organisations or ()]

    @model_validator(mode="after")
    def _somebody_findable(self) -> Self:
        known = {one.attributed_to for one in self.identifiers or ()} - {UNKNOWN}
        for person in self.persons or ():
            unknown = person.identification is Identification.UNKNOWN
            if unknown and not person.aliases and person.index not in known:
                raise ValueError("somebody unknown has an alias or an identifier")
        return self

    def corroborated(self, person: Person) -> bool:
        """Whether a fact other than the report itself names the person."""
        sources = {self.facts[no - 1].source for no in person.ground_facts}
        return sources != {FactSource.VERIFIED_REPORT}
