"""Pure. Views: disposable folds of verdicts into rows, fingerprinted at a cut (L11, ARCHITECTURE "How to add").

A view is a file here (row, new, step) and its name below. Rows hold clear parts only: no content, no key half.
"""

from typing import Any

from services.views.anchors import ANCHORS
from services.views.cases import CASES
from services.views.channels import CHANNELS
from services.views.codec import from_json, to_json
from services.views.desk import DESK
from services.views.enquiries import ENQUIRIES
from services.views.fingerprint import fingerprint, within
from services.views.inbox import INBOX
from services.views.officers import OFFICERS
from services.views.operations import OPERATIONS
from services.views.outflow import OUTFLOW
from services.views.oversight import OVERSIGHT
from services.views.pairings import PAIRINGS
from services.views.postings import POSTINGS
from services.views.reads import READS
from services.views.refused import REFUSED
from services.views.trust import TRUST
from services.views.units import UNITS
from services.views.view import Stream, View, fold, row_key, stream

VIEWS: dict[str, View[Any]] = {
    view.name: view
    for view in (
        ANCHORS,
        CASES,
        CHANNELS,
        DESK,
        ENQUIRIES,
        INBOX,
        OFFICERS,
        OPERATIONS,
        OUTFLOW,
        OVERSIGHT,
        PAIRINGS,
        POSTINGS,
        READS,
        REFUSED,
        TRUST,
        UNITS,
    )
}
"""Name -> view."""

__all__ = [
    "VIEWS",
    "Stream",
    "View",
    "fingerprint",
    "fold",
    "from_json",
    "row_key",
    "stream",
    "to_json",
    "within",
]
