"""What one officer says to the unit's superior, or a superior's officer to the unit (MECHANISM 1.6-1.8).

What takes two signatures is a document: ``/v1/papers``.
"""

from contracts import oversight, report
from services.gateway import examples
from services.gateway.acts import Act, router_of
from services.gateway.matters import queries_of, show
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
POINTED = {
    "version": 1,
    "figure": {"indicator": "persons_measured"},
    "purpose": "parcel",
    "event": examples.SUBJECT,
    "reason": "counted_twice",
}
router = router_of(
    "oversight",
    Act(oversight.IncidentReported, "Report an incident to the superior", INCIDENT, opens=True),
    Act(oversight.SupervisionReceived, "Sign for a supervision order", {}),
    Act(oversight.SupervisionExtended, "Give the unit more time, once", {"reason": "complex", "days": 5}),
    Act(oversight.SupervisionReturned, "Send an answer back to be done again", {"content": WORDS}),
    Act(oversight.SupervisionEscalated, "Hand what is late to the next superior", {"to": "410000000001"}),
    Act(report.ContributionReturned, "Send a county's report back: which figure, which event", POINTED),
    Act(report.ReportAccepted, "Accept a prefecture's report", {"version": 1}),
    Act(report.ReportReturned, "Send a prefecture's report back: which figure, which event", POINTED),
    Act(
        oversight.RedressOpened,
        "Take up somebody's request",
        {"ground": "correction", "received_on": "2026-11-20", "content": REQUEST},
        opens=True,
    ),
)
queries = queries_of(
    "oversight",
    "oversight",
    OVERSIGHT,
    "Incidents, supervisions, redress and reports, ours and our units'",
    "Codes and dates, no words.",
)
show(router, OVERSIGHT, "oversight", "I1", "One of them with its timeline and who read it")
