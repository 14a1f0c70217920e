"""Decrypted contents of the course of a lead (FIELDS 6.3, 6.6)."""

from datetime import date
from typing import Annotated, Any

from contracts.content_model import ContentModel
from contracts.fields import text
from contracts.lead_content import LeadContent, SupplementContent
from contracts.person import line


class CorrectedContent(LeadContent):
    """更正: the whole lead as it is right, and what was wrong."""

    wrong: Annotated[str, text(500)]

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """As a supplement; its basis is the lead's and stands in no summary here."""
        return SupplementContent.differs(self, summary, on)


class ReopenedContent(ContentModel):
    """重启: the new fact."""

    fact: Annotated[str, text(500)]


class HeldContent(ContentModel):
    """在诉保留: in which case, before whom."""

    case_no: Annotated[str, line(60)]
    organ: Annotated[str, line(60)]
