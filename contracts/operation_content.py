"""Decrypted contents of operation events (FIELDS 6.8)."""

from datetime import date
from typing import Annotated, Any

from contracts.content_model import ContentModel
from contracts.fields import Items, Wire, text
from contracts.findings import Contact
from contracts.parts import MAX_PERSONS
from contracts.person import Name, line


class PlanContent(ContentModel):
    """行动方案: who commands, who does what, how they speak with each other, what keeps them safe."""

    contact: Contact
    commander: Contact
    plan: Annotated[str, text(4_000)]
    roles: Annotated[str, text(1_000)]
    communications: Annotated[str, text(500)]
    safety: Annotated[str, text(1_000)]


class TeamContent(ContentModel):
    """Who leads the team; the number of the approval to carry weapons, where they do."""

    leader: Contact
    weapons_approval_no: Annotated[str, line(60)] | None = None

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """Whether weapons are approved where the summary says that they are carried."""
        return () if summary.weapons == (self.weapons_approval_no is not None) else ("weapons",)


class ArrivedContent(ContentModel):
    """Whom the team turns to."""

    host: Contact


class Custody(Wire):
    """One person handed over, and by which paper."""

    name: Name
    document_no: Annotated[str, line(60)]


class CustodyContent(ContentModel):
    """提解移交清单."""

    persons: Annotated[tuple[Custody, ...], Items(1, MAX_PERSONS)]


class Exhibit(Wire):
    """One thing handed over."""

    description: Annotated[str, text(200)]
    document_no: Annotated[str, line(60)]


class EvidenceContent(ContentModel):
    """随案移送清单."""

    exhibits: Annotated[tuple[Exhibit, ...], Items(1, 40)]
