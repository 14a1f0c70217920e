"""Who opened which content, why, when (L7). One row per content; never a performance figure (LED art. 25)."""

from dataclasses import asdict, dataclass
from typing import Any

from services.domain import access
from services.domain.clocks import SECOND, parse_time
from services.verifier import Verdict
from services.views.timeline import Told, told
from services.views.view import View


@dataclass(frozen=True)
class Opened(Told, access.Access):
    """``reads`` says officer, kind and reason; the timeline says where it stands in the log and when it was signed."""


def new(me: str, verdict: Verdict) -> Opened:
    """Before the first access record. Whose content it is stands in the row of its matter."""
    return Opened()


def marked(row: Opened) -> list[dict[str, Any]]:
    """Openings with their delay: seconds by which the log had the record later than the reader's own clock says.

    A unit that was cut off reads again what it has opened before, and the owner hears of it afterwards (MECHANISM 4).
    """
    return [
        {**asdict(read), "delay_seconds": max(0, entry.at - parse_time(entry.time)) // SECOND}
        for read, entry in zip(row.reads, row.timeline, strict=True)
    ]


READS = View("reads", 1, frozenset({"access"}), Opened, new, told)
