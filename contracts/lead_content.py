"""Decrypted contents of lead events (FIELDS 6.3-6.6), and how they are read, written and held against their summary."""

from datetime import date
from typing import Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import model_validator

from contracts.content_model import ContentError, ContentModel
from contracts.fields import Items, text
from contracts.findings import Contact, Findings, Substance, digests
from contracts.lead import (
    WITHOUT_CASE,
)
from contracts.parts import MAX_SUBSTANCES, PersonSummary
from contracts.person import line
from contracts.vocabulary import Basis, PersonApprover, RemovalBasis, RemovalResult, Restriction, SubstanceKind

prose = text
"""Under a name that no member of a model shadows."""


class Derived(NamedTuple):
    """Members of the summary that follow from the content."""

    persons: tuple[PersonSummary, ...]
    identifiers_count: int
    substances: tuple[SubstanceKind, ...]


def derive(content: Findings, on: date) -> Derived:
    """What the summary must say; ``on``: day of the approval, +08:00.

    Raises ContentError: a child under 14 is named as a suspect.
    """
    people = content.persons or ()
    if any(person.is_child_suspect(on) for person in people):
        raise ContentError("persons: nobody under 14 is a suspect; with a year of birth only, state the day")
    kinds = sorted({substance.kind for substance in content.substances or ()})
    return Derived(tuple(person.summary(on) for person in people), len(content.identifiers or ()), tuple(kinds))


class SupplementContent(Findings):
    """补充. Numbers of facts and persons are this document's own; facts and assessment stand apart."""

    conditions: Annotated[str, text(300)] | None = None
    narrative: Annotated[str, text(2_000)]
    assessment: Annotated[str, text(1_000)] | None = None

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """Persons, counts, kinds, attachments; and the restrictions that the content forces."""
        try:
            right = derive(self, on)
        except ContentError:
            return ("persons",)
        same = {
            "persons": _fits(right.persons, summary.persons),
            "identifiers_count": right.identifiers_count == summary.identifiers_count,
            "substances": right.substances == summary.substances,
            "attachments": digests(self.attachments) == digests(summary.attachments),
            "restrictions": self._restricted(set(summary.restrictions or ()), right),
        }
        return tuple(name for name, agrees in same.items() if not agrees)

    def _restricted(self, said: set[Restriction], right: Derived) -> bool:
        """Conditions are said where they are named; a minor forces both consents (MECHANISM 3.14)."""
        minor = any(person.approver is PersonApprover.HEAD for person in right.persons)
        enough = not minor or {Restriction.EVIDENCE_CONSENT, Restriction.FORWARD_CONSENT} <= said
        return enough and (Restriction.CONDITIONS in said) == (self.conditions is not None)


def _fits(right: tuple[PersonSummary, ...], said: tuple[PersonSummary, ...]) -> bool:
    """Equal, but that a head may always sign."""
    if len(right) != len(said):
        return False
    head = PersonApprover.HEAD
    return all(
        other in (one, one.model_copy(update={"approver": head})) for one, other in zip(right, said, strict=True)
    )


class LeadContent(SupplementContent):
    """线索. Numbers of its basis: 立案, 受案 or 举报编号; under an order also the order's own case or report."""

    MIN_FACTS: ClassVar[int] = 1

    title: Annotated[str, line(60)]
    basis_no: Annotated[str, line(60)]
    underlying_no: Annotated[str, line(60)] | None = None

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """As a supplement; and the order's own number, and a fact that corroborates a report."""
        ordered = (summary.basis.underlying is None) == (self.underlying_no is None)
        report = summary.basis.effective is Basis.VERIFIED_REPORT
        proved = not report or all(map(self.corroborated, self.persons or ()))
        found = super().differs(summary, on)
        return found if ordered and proved else (*found, "basis")


class AcceptedContent(ContentModel):
    """Who handles it."""

    handler: Contact


class FeedbackContent(Findings):
    """反馈; a person named here has his grounds and facts as in a lead."""

    text: Annotated[str, text(1_000)]

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """Whether persons are counted right, and no child is named as a suspect."""
        people = self.persons or ()
        wrong = summary.persons_count != len(people) or any(person.is_child_suspect(on) for person in people)
        return ("persons_count",) if wrong else ()


class OutcomeContent(ContentModel):
    """结果: numbers of the case and of the document of the stage, what was seized in detail."""

    contact: Contact
    case_no: Annotated[str, line(60)] | None = None
    document_no: Annotated[str, line(60)] | None = None
    seized: Annotated[tuple[Substance, ...], Items(1, MAX_SUBSTANCES)] | None = None
    text: Annotated[str, prose(1_000)] | None = None

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """Whether what was seized is the same, and the numbers are there that the stage demands."""
        found = [] if tuple(one.seized() for one in self.seized or ()) == (summary.seized or ()) else ["seized"]
        if summary.stage not in WITHOUT_CASE and (self.case_no is None or self.document_no is None):
            found.append("stage")
        return tuple(found)


class RemovalContent(ContentModel):
    """What is kept, in which case, why; and why prints are missing."""

    kept: Annotated[tuple[Annotated[str, line(60)], ...], Items(1, 20)] | None = None
    case_no: Annotated[str, line(60)] | None = None
    basis: RemovalBasis | None = None
    prints_note: Annotated[str, text(300)] | None = None

    @model_validator(mode="after")
    def _kept_whole(self) -> Self:
        if len({self.kept is None, self.case_no is None, self.basis is None}) != 1:
            raise ValueError("what is kept has its case and its basis")
        return self

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """Whether something is kept exactly where the receipt says so."""
        return () if (self.kept is None) == (summary.result is RemovalResult.REMOVED) else ("result",)
