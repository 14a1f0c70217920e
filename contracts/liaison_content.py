"""Decrypted contents of liaison events (FIELDS 6.9)."""

from datetime import date
from typing import Annotated, Any

from contracts.content_model import ContentModel
from contracts.fields import Items, Uuid, Wire, text
from contracts.findings import Contact
from contracts.person import Name, line


class Posted(Wire):
    """Who stands behind a number."""

    officer: Uuid
    name: Name


class PostingContent(ContentModel):
    """派驻函: names of the team, by which document, who receives it."""

    contact: Contact
    mandate_no: Annotated[str, line(60)]
    team: Annotated[tuple[Posted, ...], Items(2, 12)]

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """Whether exactly the members are named, in their order."""
        return () if tuple(one.officer for one in self.team) == summary.members else ("members",)


class TaskContent(ContentModel):
    """交办: what is to be done."""

    text: Annotated[str, text(500)]


class ResultContent(ContentModel):
    """办结: what was done."""

    text: Annotated[str, text(500)]


class HandoverContent(ContentModel):
    """交接清单: papers and prints that change hands."""

    papers: Annotated[tuple[Annotated[str, line(60)], ...], Items(0, 60)]
    prints: Annotated[tuple[Annotated[str, line(60)], ...], Items(0, 60)]
    notes: Annotated[str, text(1_000)] | None = None
