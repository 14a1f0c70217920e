"""What one officer says of a liaison team (MECHANISM 1.5). What heads sign are documents: ``/v1/papers``."""

from typing import Any

from contracts import liaison
from services.domain.liaison import handled_by
from services.gateway import examples
from services.gateway.acts import Act, router_of
from services.gateway.matters import queries_of, show
from services.gateway.rows import Views
from services.views.postings import POSTINGS, Posting
from services.views.view import stream

TASK = {
    "posting": examples.SUBJECT,
    "kind": "forward_papers",
    "due_on": "2026-12-20",
    "content": {"text": "示例：转递文书"},
}
NUMBERS = {
    "on": "2026-11-20",
    "division": "330782",
    "audience": "workers",
    "partner": "street",
    "sessions": 1,
    "attended": 40,
    "leaflets": 200,
}
HANDOVER = {"successor": examples.OFFICER, "tasks": [examples.SUBJECT], "content": {"papers": [], "prints": []}}
router = router_of(
    "postings",
    Act(liaison.ReportedIn, "Say that the team has reported in", {}),
    Act(liaison.HandoverOffered, "Hand everything over to a successor", HANDOVER),
    Act(liaison.HandoverAccepted, "Take everything over", {"offer": examples.DIGEST}),
    Act(liaison.PostingEnded, "End a posting that left no task open", {}),
    Act(liaison.Recalled, "Call a team back", {"reason": "staff"}),
    Act(liaison.OutreachHeld, "Tell outreach in numbers", NUMBERS),
)
tasks = router_of(
    "tasks",
    Act(liaison.TaskGiven, "Give a team a task", TASK, opens=True),
    Act(liaison.TaskTaken, "Take a task", {}),
    Act(liaison.TaskReturned, "Give a task back", {"reason": "unclear"}),
    Act(liaison.TaskDone, "Say that a task is done", {"result": "done", "content": {"text": "示例：已转递"}}),
    Act(liaison.TaskCancelled, "Cancel a task", {}),
)


def _handler(views: Views, key: str, row: Posting) -> dict[str, Any]:
    """Of a task that a successor took over, him (L6)."""
    at = stream(key)
    posting = views.read(POSTINGS, f"{at.channel}/liaison/{row.posting}") if row.posting else None
    return {} if posting is None else {"handler": handled_by(at.subject, row, posting)}


queries = queries_of(
    "postings",
    "postings",
    POSTINGS,
    "All postings and their tasks",
    "Codes, dates and numbers; a task names its posting in ``state.posting``, whose it is now in ``state.handler``.",
    _handler,
)
show(router, POSTINGS, "liaison", "L1", "A posting or a task with its timeline and who read it", _handler)
