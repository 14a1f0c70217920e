"""What one officer says to the unit's superior, or a superior's officer to the unit (MECHANISM 1.6-1.8).

What takes two signatures is a document: ``/v1/papers``.
"""

from fastapi import APIRouter

from contracts import oversight
from services.gateway import examples
from services.gateway.acts import Act, router_of
from services.gateway.deps import ChannelId, SubjectId
from services.gateway.rows import From, MatterNow, OneChannel, Page, Viewing, matter, reads
from services.views.oversight import OVERSIGHT

WORDS = {"contact": examples.HANDLER["handler"], "text": "示例：夜间查获一起案件，续报另行报送"}
INCIDENT = {
    "kind": "major_case",
    "severity": "serious",
    "at": "2026-11-20T15:40:00.000Z",
    "division": "411729",
    "content": WORDS,
}
REQUEST = {"register_no": "示例登记〔2026〕1号", "text": "示例：请求更正"}
router = router_of(
    "oversight",
    Act(oversight.IncidentReported, "Report an incident to the superior", INCIDENT, opens=True),
    Act(oversight.SupervisionReceived, "Sign for a supervision order", {}),
    Act(oversight.SupervisionExtended, "Give the unit more time, once", {"reason": "complex", "days": 5}),
    Act(oversight.SupervisionReturned, "Send an answer back to be done again", {"content": WORDS}),
    Act(oversight.SupervisionEscalated, "Hand what is late to the next superior", {"to": "410000000001"}),
    Act(
        oversight.RedressOpened,
        "Take up somebody's request",
        {"ground": "correction", "received_on": "2026-11-20", "content": REQUEST},
        opens=True,
    ),
)
queries = APIRouter(tags=["oversight"])


@queries.get("/v1/oversight", summary="Incidents, supervisions and redress, ours and our units'")
def concerns(views: Viewing, start: From = "", channel: OneChannel = "") -> Page:
    """Codes and dates, no words."""
    rows, more = views.page(OVERSIGHT, start, f"{channel}/" if channel else "")
    return Page(items=[matter(views.node, key, row) for key, row in rows], next=more)


@router.get("/{subject}", summary="One of them with its timeline and who read it")
def one(channel: ChannelId, subject: SubjectId, views: Viewing) -> MatterNow:
    """As a lead."""
    key = f"{channel}/oversight/{subject}"
    row = views.must(OVERSIGHT, key, "I1")
    return matter(views.node, key, row).model_copy(update={"reads": reads(views, channel, row)})
