"""Two-monthly reports with invented figures, unsigned; and how their workbooks are read."""

import io
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

from contracts.envelope import Draft
from contracts.profile import compact
from contracts.report import REPORTS, subject_of
from contracts.report_tables import Table, TablePaper
from services.domain.report import policy_digest
from tests.support.papers import draft
from tests.support.states import CHANNEL

PERIOD = "2021-03"
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
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


def of_workbook(xlsx: bytes) -> list[list[str]]:
    """The cells of every row, as another program reads them."""
    with zipfile.ZipFile(io.BytesIO(xlsx)) as packed:
        texts = ET.fromstring(packed.read("xl/sharedStrings.xml"))  # noqa: S314 - written here
        sheet = ET.fromstring(packed.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - as above
    shared = ["".join(one.itertext()) for one in texts]
    rows = sheet.iter(f"{SPREADSHEET}row")
    return [[shared[int(str(cell.findtext(f"{SPREADSHEET}v")))] for cell in row] for row in rows]
