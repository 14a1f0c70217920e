"""Clear parts that summaries of leads and enquiries share (FIELDS 6.1, 6.3, 6.5): codes, counts, digests, no text."""

from operator import attrgetter
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from contracts.document import Document
from contracts.fields import Day, Decimal, Digest, Items, Unit, Wire, a_set, each_once
from contracts.vocabulary import (
    AttachmentKind,
    AttachmentMedia,
    Basis,
    CreditRole,
    Ground,
    InformationGrade,
    PersonApprover,
    PersonCategory,
    RequestedAction,
    Restriction,
    SourceGrade,
    SubstanceKind,
    SubstanceUnit,
    Urgency,
)

MAX_PERSONS, MAX_IDENTIFIERS, MAX_SUBSTANCES, MAX_ATTACHMENTS = 8, 12, 10, 10
MAX_ATTACHMENT_BYTES = 20 * 1024 * 1024
NEVER_ALONE = frozenset({Ground.COMMUNICATION, Ground.MONEY_FLOW})
"""Either of them, and both together, say no more than "knows an offender" (MECHANISM 3.3)."""


def _positive(value: str) -> str:
    if not value.strip("0."):
        raise ValueError("a quantity is more than nothing")
    return value


Quantity = Annotated[Decimal, AfterValidator(_positive)]
Restrictions = Annotated[tuple[Restriction, ...], a_set(3)]
SubstanceKinds = Annotated[tuple[SubstanceKind, ...], a_set(MAX_SUBSTANCES)]


def _more_than_contact(grounds: tuple[Ground, ...]) -> tuple[Ground, ...]:
    if NEVER_ALONE.issuperset(grounds):
        raise ValueError("contact or money alone is no ground for a person")
    return grounds


Grounds = Annotated[tuple[Ground, ...], a_set(10, 1), AfterValidator(_more_than_contact)]


def _inform_alone(actions: tuple[RequestedAction, ...]) -> tuple[RequestedAction, ...]:
    if RequestedAction.INFORM in actions and len(actions) > 1:
        raise ValueError("what is for information asks for no action")
    return actions


Actions = Annotated[tuple[RequestedAction, ...], a_set(5, 1), AfterValidator(_inform_alone)]


class Outgoing(Document):
    """A document with the rule that 特急 states its ground, and nothing else has one."""

    @model_validator(mode="after")
    def _urgent_with_ground(self) -> Self:
        if (self.urgency is Urgency.URGENT) != (self.urgency_ground is not None):
            raise ValueError("urgent, and only urgent, has a ground")
        return self


class Grade(Wire):
    """评级: reliability of the source and of the information. Words on screen, letters in exports."""

    source: SourceGrade
    information: InformationGrade


class PersonSummary(Wire):
    """One person, as everybody may check him: why he is named, and whose second signature that takes."""

    category: PersonCategory
    grounds: Grounds
    approver: PersonApprover


Persons = Annotated[tuple[PersonSummary, ...], Items(0, MAX_PERSONS)]


class BasisReference(Wire):
    """依据, its organ and its date; the number is encrypted.

    underlying: the order's own case or report; an order alone is no basis (MECHANISM 3.5).
    """

    kind: Basis
    organ: Unit
    date: Day
    underlying: Basis | None = None

    @model_validator(mode="after")
    def _order_with_case(self) -> Self:
        if (self.kind is Basis.SUPERIOR_ORDER) != (self.underlying is not None):
            raise ValueError("an order, and only an order, names the basis under it")
        if self.underlying is Basis.SUPERIOR_ORDER:
            raise ValueError("an order does not stand on an order")
        return self

    @property
    def effective(self) -> Basis:
        """What the matrix looks at."""
        return self.underlying or self.kind


class AttachmentSummary(Wire):
    """An encrypted attachment by the sha-256 of its ciphertext; ``size`` in bytes of it."""

    kind: AttachmentKind
    digest: Digest
    size: Annotated[int, Field(ge=1, le=MAX_ATTACHMENT_BYTES)]
    media: AttachmentMedia


Attachments = Annotated[tuple[AttachmentSummary, ...], Items(1, MAX_ATTACHMENTS)]


class Seized(Wire):
    """How much of what; the certificate of weighing stands in the content."""

    kind: SubstanceKind
    quantity: Quantity
    unit: SubstanceUnit


class Credit(Wire):
    """协作角色 of one unit in one result."""

    unit: Unit
    role: CreditRole


Credits = Annotated[tuple[Credit, ...], Items(1, 8), each_once("roles", attrgetter("unit", "role"))]


def one_signature_or_two(event: Any) -> None:
    """For what one or two officers sign: either ``officer`` in the summary or ``approval``. Raises ValueError."""
    if (event.summary.officer is None) == (event.approval is None):
        raise ValueError("either an officer or an approval")
