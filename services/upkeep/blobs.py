"""Files of attachments that nobody will open any more: named, and taken out of the store where the operator says so.

A store has no list: a node knows the files that its matters and its desk name. One goes only when every content that
names it is at its end: of a document that was never sent, or of a lead that its recipient removed and that is past its
review date, so that its owner reads it no more either. What the other unit may open, or waits for a document, stays.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from contracts.channels import DESK, topic
from contracts.content import Content
from contracts.desk import Drafted, Revised
from contracts.vocabulary import Term
from services.blobs import MissingBlobError
from services.domain.desk import Paper, Status
from services.domain.lead_keeping import ended
from services.domain.signatures import CLOCK_TOLERANCE
from services.node.folds import now_ms
from services.node.settings import Settings
from services.upkeep.patient import Patient
from services.verifier import Result


class Why(Term):
    """Why nobody opens a file any more."""

    NEVER_SENT = "never_sent", "未发出，已作废或已替换", "of a document that was discarded or replaced"
    REMOVED = "removed", "已清除，已过复核日期", "removed by its recipient, and past its review date"


class Useless(NamedTuple):
    """A file in the store; size: bytes of it, as its document says."""

    digest: str
    channel: str
    size: int
    why: Why


class _Named(NamedTuple):
    channel: str
    content: str
    digest: str
    size: int


def useless(settings: Settings, *, remove: bool = False, at: int | None = None) -> list[Useless]:
    """Files in the store that nobody will open any more; ``remove``: they are there no longer when this returns.

    May run beside the node. at: ms, now where it is not said. Raises NotYet, BlobsError, StorageError.
    """
    patient = Patient(settings)
    try:
        found = list(_useless(patient, (now_ms() if at is None else at) - CLOCK_TOLERANCE))
        for one in found if remove else ():
            patient.blobs.delete(one.digest)
    finally:
        patient.close()
    return found


def _useless(patient: Patient, at: int) -> Iterator[Useless]:
    waiting, ends = _waiting(patient), defaultdict[str, list[tuple[_Named, Why | None]]](list)
    for one in _names(patient):
        ends[one.digest].append((one, _end(patient, one, waiting, at)))
    for digest, told in sorted(ends.items()):
        one, why = told[0]
        if why is not None and all(end is not None for _, end in told) and _there(patient, digest):
            yield Useless(digest, one.channel, one.size, why)


def _end(patient: Patient, one: _Named, waiting: set[str], at: int) -> Why | None:
    history = patient.history(one.channel)
    use = history.used(f"content/{one.content}")
    if use is None:
        begun = (patient.settings.begun / f"{one.content}.json").exists()
        return None if one.content in waiting or begun else Why.NEVER_SENT
    gone = use.context == "lead" and ended(history.state(use.context, use.subject), at)
    return Why.REMOVED if gone else None


def _waiting(patient: Patient) -> set[str]:
    """Contents of documents on the desk that were not thrown away."""
    held = (state for (context, _), state in patient.history(DESK).streams.items() if context == "desk")
    papers = (one for one in held if isinstance(one, Paper) and one.status is not Status.DISCARDED)
    return {paper.content.id for paper in papers if paper.content is not None}


def _names(patient: Patient) -> Iterator[_Named]:
    """Every file that an event of our channels, or a document that was ever on our desk, names."""
    for name in patient.replica.ends():
        channel = topic(name).channel
        if channel != DESK and patient.settings.source not in patient.history(channel).channel.members:
            continue
        for verdict in patient.replica.verdicts(name):
            if verdict.result is Result.EFFECTIVE and verdict.draft is not None:
                yield from _of_event(channel, verdict.draft.data)


def _of_event(channel: str, event: Any) -> Iterator[_Named]:
    content: Content | None = getattr(event, "content", None)
    if content is None:
        return
    if isinstance(event, Drafted | Revised):
        channel, summary = event.summary.channel, json.loads(base64.b64decode(event.embedded.summary))
        files = [(one["digest"], one["size"]) for one in summary.get("attachments", ())]
    else:
        files = [(one.digest, one.size) for one in getattr(event.summary, "attachments", None) or ()]
    yield from (_Named(channel, content.id, *file) for file in files)


def _there(patient: Patient, digest: str) -> bool:
    try:
        patient.blobs.get(digest, 0)
    except MissingBlobError:
        return False
    return True
