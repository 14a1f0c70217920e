"""Two-monthly reports with invented figures, unsigned."""

from typing import Any

from contracts.envelope import Draft
from contracts.profile import compact
from contracts.report import REPORTS, subject_of
from contracts.report_tables import Table, TablePaper
from services.domain.report import policy_digest
from tests.support.papers import draft
from tests.support.states import CHANNEL

PERIOD = "2021-03"
REPORT = {"kind": "periodic_report", "classification": "work_secret", "urgency": "routine"}
READINGS = [{"topic": f"duikou.channel.{CHANNEL}.1", "offset": 7}]
TABLE: dict[str, Any] = {"positions": READINGS, "figures": [], "outcomes": []}
FIGURE = {"indicator": "leads_sent", "value": "3", "by": {"parcel": "2", "transit": "1"}}
OUTCOME = {
    "outcome_id": "33330000-0000-4000-8000-000000000001",
    "purpose": "parcel",
    "roles": ["provided_lead"],
    "measured": 2,
    "seized": [{"substance": "heroin", "measure": "kg", "amount": "0.012"}],
}


def read_table(event_type: str, table: dict[str, Any]) -> Table:
    """By the event's model. Raises ValidationError."""
    return REPORTS[event_type].TABLE.model_validate_json(compact(table))


def said(event: Any, unit: str, figures: dict[str, Any], under: dict[str, Any], **changes: Any) -> Draft[Any]:
    """A report of a unit, as a draft; ``changes``: members of its summary, ``subject``."""
    paper = TablePaper.of(read_table(event.TYPE, figures))
    summary = {**REPORT, "unit": unit, "period": PERIOD, "version": 1, "policy": policy_digest(under)}
    subject = changes.pop("subject", None)
    summary |= {"table": paper.digest}
    summary |= changes
    found = subject or subject_of(unit, str(summary["period"]))
    return draft(event, summary, unit, found, embedded=paper.model_dump(mode="json"))
