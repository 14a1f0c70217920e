"""What one officer says about an enquiry (MECHANISM 1.3). Asking and refusing are documents and take two signatures."""

from contracts import enquiry, enquiry_course
from contracts.vocabulary import DocumentKind
from services.gateway import examples
from services.gateway.acts import Act, router_of
from services.gateway.matters import queries_of, show
from services.views.enquiries import ENQUIRIES

NOTHING_HELD = {
    "classification": "work_secret",
    "urgency": "routine",
    "answers": [{"no": 1, "code": "nothing_held"}],
}
router = router_of(
    "enquiries",
    Act(enquiry.Received, "Sign for an enquiry", {}),
    Act(enquiry_course.CompletionRequested, "Send a measure request back for a paper", {"missing": ["search_warrant"]}),
    Act(enquiry.Undertaken, "Give an enquiry to a handler", {"content": examples.HANDLER}),
    Act(
        enquiry_course.InterimGiven,
        "Say that an answer takes longer; a second time it is a document",
        {"reason": "court", "due_on": "2026-12-20"},
    ),
    Act(
        enquiry.Answered,
        "Answer without persons",
        NOTHING_HELD,
        given={"kind": DocumentKind.REPLY.value, "persons_count": 0},
    ),
    Act(enquiry_course.Acknowledged, "Take note of a corrected answer", {"event": examples.DIGEST}),
    Act(enquiry.Cancelled, "Cancel an enquiry", {"ground": "no_longer_needed"}),
    Act(enquiry.Closed, "Close an enquiry", {"use": "useful"}),
)
queries = queries_of(
    "enquiries", "enquiries", ENQUIRIES, "All enquiries, sent and received", "Codes and counts, no item's text."
)
show(router, ENQUIRIES, "enquiry", "E1", "An enquiry with its timeline and who read it")
