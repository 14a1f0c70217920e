"""Who may be named in a lead, how handled, on whose word: of a lead and of all that changes it (FIELDS 6.3)."""

from typing import Any

from contracts.envelope import Draft
from contracts.parts import Grade, PersonSummary
from contracts.refusals import Code, Refused
from contracts.vocabulary import (
    ApproverAnswer,
    Basis,
    InformationGrade,
    PersonApprover,
    PersonCategory,
    Restriction,
    SourceGrade,
)
from services.domain import basis, papers
from services.domain.clocks import parse_time
from services.domain.rules import Sign, States
from services.domain.trust import MONTHS_12

People = tuple[PersonSummary, ...]


def signs(people: People) -> Sign:
    """A head where a person asks for one, else two officers."""
    return Sign.HEAD if any(person.approver is PersonApprover.HEAD for person in people) else Sign.TWO


def protects(people: People) -> bool:
    """Whether a witness or a victim is named."""
    return any(person.category is not PersonCategory.SUSPECT for person in people)


def suspects(people: People) -> bool:
    """Whether a suspect is named."""
    return any(person.category is PersonCategory.SUSPECT for person in people)


def lawful(e: Draft[Any], states: States) -> None:
    """L4, L6 and the matrix of bases, of a whole lead. Raises Refused."""
    summary = e.data.summary
    if summary.category not in states.channel.terms.purposes:
        raise Refused(Code.PURPOSE, "L6")
    named(summary.persons, summary.basis.effective, summary.restrictions, states)
    basis.check_lead(summary.basis.effective, summary.category)
    _dated(e)
    tested(e, summary.grade, suspect=suspects(summary.persons))


def named(
    people: People, on: Basis | None, handling: tuple[Restriction, ...], states: States, *, protected: bool = False
) -> None:
    """These people on that basis under that handling; ``protected``: a witness or victim is named already.

    Within what both units can honour; witnesses and victims go no further without consent (MECHANISM 3.4, 3.8).
    """
    if not set(handling) <= states.channel.terms.ceiling:
        raise Refused(Code.CEILING, "L6")
    if (protected or protects(people)) and Restriction.FORWARD_CONSENT not in handling:
        raise Refused(Code.CEILING, "MECHANISM 3.4")
    if on is not None:
        basis.check_persons(on, people)


def _dated(e: Draft[Any]) -> None:
    """Review date and basis date against the day of the approval."""
    summary = e.data.summary
    decided = parse_time(papers.approval(e).decided_at)
    if not papers.within(summary.review_date, decided, MONTHS_12) or papers.begin(summary.basis.date) > decided:
        raise Refused(Code.SHAPE, "L4")


def tested(e: Draft[Any], grade: Grade, *, suspect: bool) -> None:
    """A suspect on an untested, uncorroborated word takes the approver's own."""
    x4 = (grade.source, grade.information) == (SourceGrade.X, InformationGrade.NOT_CORROBORATED)
    if x4 and suspect and ApproverAnswer.UNTESTED_SUSPECT not in papers.approval(e).answers:
        raise Refused(Code.SIGNATURES, "FIELDS 6.3")
