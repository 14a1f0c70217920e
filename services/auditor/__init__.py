"""Audit with public keys only: export, replay, report (PROTOCOL 11). Read-only; the root comes from outside."""

from services.auditor.attested import stated, summary_of
from services.auditor.audit import audit
from services.auditor.errors import AuditorError, DeskTopicError, ExportError, RootMissingError
from services.auditor.export import export
from services.auditor.report import Divergence, Outcome, Report, Rule
from services.auditor.source import Claims, Copies, Export, Source, Topics
from services.auditor.text import rendered

__all__ = [
    "AuditorError",
    "Claims",
    "Copies",
    "DeskTopicError",
    "Divergence",
    "Export",
    "ExportError",
    "Outcome",
    "Report",
    "RootMissingError",
    "Rule",
    "Source",
    "Topics",
    "audit",
    "export",
    "rendered",
    "stated",
    "summary_of",
]
