"""What one officer says about a joint operation (MECHANISM 1.4). What heads sign are documents: ``/v1/papers``."""

from fastapi import APIRouter

from contracts import operation
from services.gateway import examples
from services.gateway.acts import Act, router_of
from services.gateway.deps import ChannelId, SubjectId
from services.gateway.rows import From, MatterNow, OneChannel, Page, Viewing, matter, reads
from services.views.operations import OPERATIONS

TEAM = {"team": examples.CONTENT}
HANDED = {
    "handover": examples.CONTENT,
    "giver": "330782000001",
    "at": "2026-11-20T15:40:00.000Z",
    "officers": sorted((examples.OFFICER, examples.SUBJECT)),
}
HOST = {"host": {"name": "示例某", "phone": "0396-0000000"}}
PERSONS = {"persons": [{"name": "示例某", "document_no": "示例提字〔2026〕1号"}]}
EXHIBITS = {"exhibits": [{"description": "示例包裹一件", "document_no": "示例移字〔2026〕1号"}]}
router = router_of(
    "operations",
    Act(operation.TeamArrived, "Confirm that a team has arrived", {**TEAM, "content": HOST}),
    Act(
        operation.MilestoneReached,
        "Tell what was reached",
        {"milestone": "arrest", "at": "2026-11-20T15:40:00.000Z"},
    ),
    Act(operation.CustodyHandedOver, "Sign for persons handed over", {**HANDED, "content": PERSONS}),
    Act(operation.EvidenceHandedOver, "Sign for exhibits handed over", {**HANDED, "content": EXHIBITS}),
    Act(operation.Suspended, "Pause an operation for reasons of safety", {}, given={"reason": "safety"}),
    Act(operation.Aborted, "Give an operation up for reasons of safety", {}, given={"reason": "safety"}),
    Act(operation.TeamReturned, "Say that our team is back", TEAM),
)
queries = APIRouter(tags=["operations"])


@queries.get("/v1/operations", summary="All operations, one line a channel")
def operations(views: Viewing, start: From = "", channel: OneChannel = "") -> Page:
    """Codes, dates and who is where; no plan."""
    rows, more = views.page(OPERATIONS, start, f"{channel}/" if channel else "")
    return Page(items=[matter(views.node, key, row) for key, row in rows], next=more)


@router.get("/{subject}", summary="An operation with its timeline and who read its plan")
def one(channel: ChannelId, subject: SubjectId, views: Viewing) -> MatterNow:
    """As a lead."""
    key = f"{channel}/operation/{subject}"
    row = views.must(OPERATIONS, key, "O1")
    return matter(views.node, key, row).model_copy(update={"reads": reads(views, channel, row)})
