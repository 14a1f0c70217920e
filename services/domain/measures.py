"""办案协作: which papers a measure request carries, and on which basis it may be made (FIELDS 6.7, MECHANISM 3.5).

Source: 公安机关办理刑事案件程序规定 346-347. All refusals carry the code ``basis`` and name the paper in their law.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from contracts.refusals import Code, Refused
from contracts.vocabulary import AttachmentKind, Basis, Measure

ALWAYS = (AttachmentKind.MEASURE_REQUEST, AttachmentKind.POLICE_ID_COPY)
PAPERS: Mapping[Measure, AttachmentKind | None] = MappingProxyType(
    {
        Measure.SUMMONS: AttachmentKind.SUMMONS,
        Measure.FORCED_SUMMONS: AttachmentKind.FORCED_SUMMONS,
        Measure.DETENTION: AttachmentKind.DETENTION_WARRANT,
        Measure.ARREST: AttachmentKind.ARREST_WARRANT,
        Measure.SEARCH: AttachmentKind.SEARCH_WARRANT,
        Measure.SEALING: AttachmentKind.SEALING_DECISION,
        Measure.SEIZURE: AttachmentKind.SEIZURE_DECISION,
        Measure.PROPERTY_ENQUIRY: AttachmentKind.ENQUIRY_NOTICE,
        Measure.FREEZING: AttachmentKind.FREEZING_NOTICE,
        Measure.INSPECTION: AttachmentKind.CASE_FILING_DECISION,
        Measure.EXAMINATION: AttachmentKind.CASE_FILING_DECISION,
        Measure.INTERROGATION: AttachmentKind.CASE_FILING_DECISION,
        Measure.QUESTIONING: AttachmentKind.CASE_FILING_DECISION,
        Measure.IDENTIFICATION: None,  # the case that is cited is enough
        Measure.SERVICE: None,
    }
)
"""Measure -> the paper it takes beside those of ALWAYS."""
OF_ADMINISTRATIVE_CASES = frozenset({Measure.INSPECTION, Measure.EXAMINATION})


def check(measure: Measure, basis: Basis, attached: Iterable[AttachmentKind]) -> None:
    """Raises Refused(basis): the basis does not carry the measure, or a paper lacks; the law names it."""
    administrative = basis is Basis.ADMINISTRATIVE_CASE and measure in OF_ADMINISTRATIVE_CASES
    if basis is not Basis.CRIMINAL_CASE and not administrative:
        raise Refused(Code.BASIS, "MECHANISM 3.5")
    for paper in required(measure, administrative=administrative):
        if paper not in attached:
            raise Refused(Code.BASIS, f"FIELDS 6.7 {paper}")


def required(measure: Measure, *, administrative: bool = False) -> tuple[AttachmentKind, ...]:
    """Papers of a measure; an inspection in an administrative case shows that case's form instead."""
    own = AttachmentKind.CASE_ACCEPTANCE_FORM if administrative else PAPERS[measure]
    return ALWAYS if own is None else (*ALWAYS, own)
