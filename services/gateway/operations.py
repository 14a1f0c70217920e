"""What one officer says about a joint operation (MECHANISM 1.4). What heads sign are documents: ``/v1/papers``."""

from contracts import operation
from services.gateway import examples
from services.gateway.acts import Act, router_of
from services.gateway.matters import queries_of, show
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
queries = queries_of(
    "operations",
    "operations",
    OPERATIONS,
    "All operations, one line a channel",
    "Codes, dates and who is where; no plan.",
)
show(router, OPERATIONS, "operation", "O1", "An operation with its timeline and who read its plan")
