"""The matrix of lawful bases: what each allows (MECHANISM 3.5). All refusals carry the code ``basis``."""

from collections.abc import Iterable

from contracts.parts import PersonSummary
from contracts.refusals import Code, Refused
from contracts.vocabulary import Basis, EnquiryPurpose, Ground, PersonCategory, Purpose

SUPPLY_AND_VENUE = frozenset({Purpose.OUTFLOW_TRAFFICKING, Purpose.VENUE_INDUCEMENT})
"""What an administrative case may be sent for: 贩卖, 容留, 引诱."""
FILED = frozenset({Basis.CRIMINAL_CASE, Basis.ADMINISTRATIVE_CASE})


def check_lead(basis: Basis, category: Purpose) -> None:
    """Whether the basis lets a lead of that category go out."""
    if basis is Basis.ADMINISTRATIVE_CASE and category not in SUPPLY_AND_VENUE:
        raise Refused(Code.BASIS, "MECHANISM 3.5")


def check_persons(basis: Basis, persons: Iterable[PersonSummary]) -> None:
    """Whether the basis lets these persons be named."""
    for person in persons:
        if not _may_name(basis, person):
            raise Refused(Code.BASIS, "MECHANISM 3.5")


def _may_name(basis: Basis, person: PersonSummary) -> bool:
    match basis:
        case Basis.PRE_CASE_CHECK:
            return person.category is PersonCategory.SUSPECT and len(person.grounds) >= 2
        case Basis.VERIFIED_REPORT:  # the report itself does not corroborate the report
            return set(person.grounds) != {Ground.VERIFIED_REPORT}
        case _:
            return True


def check_enquiry(basis: Basis, purpose: EnquiryPurpose) -> None:
    """Information may be asked on every basis; an offending record only in a filed case (MECHANISM 3.6)."""
    if purpose is EnquiryPurpose.RECORD and basis not in FILED:
        raise Refused(Code.BASIS, "MECHANISM 3.6")
