"""What one officer says about a lead: signed for, accepted, fed back, withdrawn, closed (MECHANISM 1.2b)."""

from contracts import lead, lead_course, lead_phone
from contracts.vocabulary import RemovalResult
from services.gateway import examples
from services.gateway.acts import Act, router_of
from services.gateway.matters import queries_of, show
from services.node import forwards
from services.views.cases import CASES

router = router_of(
    "leads",
    Act(lead.Received, "Sign for a lead", {}),
    Act(lead.Accepted, "Accept a lead", {"next_feedback_on": "2026-12-20", "content": examples.HANDLER}),
    Act(lead_course.Misdirected, "Send back what was sent to the wrong unit", {}),
    Act(lead_phone.PhoneConfirmed, "Confirm what was told by telephone", {"told_at": "2026-11-20T15:41:00.000Z"}),
    Act(lead_phone.PhoneDisputed, "Say that it was not told so", {"dispute": "time"}),
    Act(lead.Acknowledged, "Take note of what the owner changed", {"event": examples.DIGEST}),
    Act(
        lead.FeedbackGiven,
        "Give feedback without persons",
        {"use": "still_checking", "next_feedback_on": "2026-12-20"},
        path="feedback",
        given={"persons_count": 0},
    ),
    Act(lead.Withdrawn, "Withdraw a lead", {"ground": "person_cleared"}),
    Act(
        lead.RemovalAnswered,
        "Answer a removal: everything is removed",
        {"prints_destroyed": 0},
        path="removal",
        given={"result": RemovalResult.REMOVED.value, "onward": forwards.named},
    ),
    Act(lead.Closed, "Close a lead", {}),
)
queries = queries_of(
    "leads", "cases", CASES, "All leads, sent and received", "Clear parts only: codes, references, dates, counts."
)
show(router, CASES, "lead", "S1", "A lead with its timeline and who read it")
