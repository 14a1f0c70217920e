"""What one officer says of a liaison team (MECHANISM 1.5). What heads sign are documents: ``/v1/papers``."""

from fastapi import APIRouter

from contracts import liaison
from services.gateway import examples
from services.gateway.acts import Act, router_of
from services.gateway.deps import ChannelId, SubjectId
from services.gateway.rows import From, MatterNow, OneChannel, Page, Viewing, matter, reads
from services.views.postings import POSTINGS

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
queries = APIRouter(tags=["postings"])


@queries.get("/v1/postings", summary="All postings and their tasks")
def postings(views: Viewing, start: From = "", channel: OneChannel = "") -> Page:
    """Codes, dates and numbers; a task names its posting in ``state.posting``."""
    rows, more = views.page(POSTINGS, start, f"{channel}/" if channel else "")
    return Page(items=[matter(views.node, key, row) for key, row in rows], next=more)


@router.get("/{subject}", summary="A posting or a task with its timeline and who read it")
def one(channel: ChannelId, subject: SubjectId, views: Viewing) -> MatterNow:
    """As a lead."""
    key = f"{channel}/liaison/{subject}"
    row = views.must(POSTINGS, key, "L1")
    return matter(views.node, key, row).model_copy(update={"reads": reads(views, channel, row)})
