"""Decrypted contents of oversight events (FIELDS 6.10): words between a unit and its superior, and nothing else."""

from typing import Annotated

from pydantic import AfterValidator

from contracts.content_model import ContentModel
from contracts.fields import text
from contracts.findings import Contact
from contracts.notices import numbered
from contracts.person import line

Words = Annotated[str, text(2_000)]


class IncidentContent(ContentModel):
    """What happened, who answers the telephone; to whom it was told."""

    contact: Contact
    text: Words
    told_to: Annotated[str, line(60)] | None = None


class SupervisionContent(ContentModel):
    """What is supervised, what was done, what lacks."""

    contact: Contact
    text: Words


class RedressContent(ContentModel):
    """What is asked, by whom under the register's number: the person's name stays in the register outside."""

    register_no: Annotated[str, line(60)]
    text: Words


class DecisionContent(ContentModel):
    """Why it was decided so."""

    text: Words


def _nobodys(remark: str) -> str:
    if numbered(remark):
        raise ValueError("a remark holds no number of an identity card, a telephone or a bank card")
    return remark


class ReportContent(ContentModel):
    """工作情况: words about the work, and about nobody."""

    contact: Contact
    remark: Annotated[str, text(2_000), AfterValidator(_nobodys)]
