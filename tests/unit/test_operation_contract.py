"""What events of joint operations and their contents may say (FIELDS 6.8)."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from contracts import operation
from contracts.content_model import ContentError
from contracts.contents import MODELS, read_plain
from contracts.event import Event
from contracts.profile import compact
from tests.support.contents import CONTACT, unlike
from tests.support.papers import LEAD, REPLY, approvals, content, data
from tests.support.states import APPROVER, AUTHOR, INTAKE, OTHER, OWNER

ON = date(2021, 5, 6)
ID, SECOND = "66660000-0000-4000-8000-000000000001", "66660000-0000-4000-8000-000000000002"
DIGEST = "d" * 64
PAPER = {"kind": "action_plan", "classification": "work_secret", "urgency": "routine"}
PLAN = {
    **PAPER,
    "operation": "interception",
    "begins": "2021-05-06T02:00:00.000Z",
    "ends": "2021-06-06T02:00:00.000Z",
    "leads": [LEAD],
    "enquiries": [],
    "answer_by": "2021-05-13T02:00:00.000Z",
}
TEAM = {**PAPER, "team": ID, "officers": [AUTHOR, APPROVER], "enquiry": LEAD, "weapons": False}
HANDED = {
    "officer": AUTHOR,
    "handover": ID,
    "giver": OTHER,
    "at": "2021-05-06T02:00:00.000Z",
    "officers": [AUTHOR, APPROVER],
}
RESULT = {"outcome_id": ID, "credit": [{"unit": OTHER, "role": "led"}, {"unit": OWNER, "role": "provided_lead"}]}
MILESTONE = {"officer": AUTHOR, "milestone": "seizure", "at": "2021-05-06T02:00:00.000Z"}

SHAPES: dict[str, tuple[type[Event], dict[str, Any], bool]] = {
    "a plan": (operation.Proposed, PLAN, True),
    "an amended plan": (operation.PlanAmended, PLAN, True),
    "a plan as an enquiry's paper": (operation.Proposed, PLAN | {"kind": "enquiry"}, False),
    "a plan that binds nobody": (operation.Proposed, unlike(PLAN, answer_by=None), False),
    "a lead twice": (operation.Proposed, PLAN | {"leads": [LEAD, LEAD]}, False),
    "a plan in clear words": (operation.Proposed, PLAN | {"plan": "虚构"}, False),
    "an answer names the plan": (operation.Agreed, {"plan": DIGEST}, True),
    "an answer to anything": (operation.Agreed, {}, False),
    "a team of two": (operation.TeamDispatched, TEAM, True),
    "a team of one": (operation.TeamDispatched, TEAM | {"officers": [AUTHOR]}, False),
    "one officer counted twice": (operation.TeamDispatched, TEAM | {"officers": [AUTHOR, AUTHOR]}, False),
    "a team without a request": (operation.TeamDispatched, unlike(TEAM, enquiry=None), False),
    "a team that is silent about weapons": (operation.TeamDispatched, unlike(TEAM, weapons=None), False),
    "early action for a closed reason": (operation.TeamDispatched, TEAM | {"early_action": "flight"}, True),
    "early action for another": (operation.TeamDispatched, TEAM | {"early_action": "because"}, False),
    "a milestone": (operation.MilestoneReached, MILESTONE, True),
    "a milestone of another kind": (operation.MilestoneReached, MILESTONE | {"milestone": "lunch"}, False),
    "an arrival": (operation.TeamArrived, {"officer": INTAKE, "team": ID}, True),
    "the taker names the list": (operation.CustodyHandedOver, HANDED | {"list": DIGEST}, True),
    "nobody says which list": (operation.CustodyHandedOver, HANDED, False),
    "exhibits, and which list": (operation.EvidenceHandedOver, HANDED | {"list": DIGEST}, True),
    "exhibits, and nobody says which": (operation.EvidenceHandedOver, HANDED, False),
    "handed over by one officer": (
        operation.CustodyHandedOver,
        HANDED | {"list": DIGEST, "officers": [AUTHOR]},
        False,
    ),
    "handed over at no time": (operation.CustodyHandedOver, unlike(HANDED, at=None) | {"list": DIGEST}, False),
    "results": (operation.ResultsProposed, {**REPLY, "results": [RESULT]}, True),
    "no results": (operation.ResultsProposed, {**REPLY, "results": []}, False),
    "an outcome twice": (operation.ResultsProposed, {**REPLY, "results": [RESULT, RESULT]}, False),
    "outcomes out of order": (
        operation.ResultsProposed,
        {**REPLY, "results": [RESULT | {"outcome_id": SECOND}, RESULT]},
        False,
    ),
    "an outcome nobody had a part in": (operation.ResultsProposed, {**REPLY, "results": [{"outcome_id": ID}]}, False),
}


@pytest.mark.parametrize(("event", "summary", "legal"), SHAPES.values(), ids=SHAPES)
def test_what_the_model_takes(event: type[Event], summary: dict[str, Any], legal: bool) -> None:
    document = compact(data(event, summary))
    if legal:
        assert event.model_validate_json(document).wire()["summary"] == summary
    else:
        with pytest.raises(ValidationError):
            event.model_validate_json(document)


@pytest.mark.parametrize("event", [operation.CustodyHandedOver, operation.EvidenceHandedOver])
def test_the_giver_sends_the_list_and_can_name_no_other(event: type[Event]) -> None:
    listed = {"summary": HANDED, "content": content(event, OWNER)}
    assert event.model_validate_json(compact(listed)).wire()["summary"] == HANDED
    with pytest.raises(ValidationError, match="sends the list"):
        event.model_validate_json(compact(listed | {"summary": HANDED | {"list": DIGEST}}))


@pytest.mark.parametrize(
    ("event", "member"),
    [
        (operation.Proposed, "content"),
        (operation.PlanAmended, "content"),
        (operation.TeamDispatched, "content"),
        (operation.TeamArrived, "content"),
        (operation.Agreed, "approval"),
        (operation.Resumed, "approval"),
        (operation.Concluded, "approval"),
        (operation.ResultsAgreed, "approval"),
    ],
)
def test_what_an_event_does_without(event: type[Event], member: str) -> None:
    assert event.model_fields[member].is_required()


PLANNED = {
    "contact": CONTACT,
    "commander": CONTACT,
    "plan": "虚构方案",
    "roles": "虚构分工",
    "communications": "虚构频道",
    "safety": "虚构预案",
}
ARMED = {"leader": CONTACT, "weapons_approval_no": "示例批字〔2026〕1号"}
CUSTODY = {"name": "示例某", "document_no": "示例提字〔2026〕1号"}
EXHIBIT = {"description": "示例包裹一件", "document_no": "示例移字〔2026〕1号"}
CONTENTS: dict[str, tuple[type[Event], dict[str, Any], bool]] = {
    "a whole plan": (operation.Proposed, PLANNED, True),
    "a plan that keeps nobody safe": (operation.Proposed, unlike(PLANNED, safety=None), False),
    "a plan that nobody commands": (operation.PlanAmended, unlike(PLANNED, commander=None), False),
    "a team with a leader": (operation.TeamDispatched, {"leader": CONTACT}, True),
    "a team that nobody leads": (operation.TeamDispatched, {}, False),
    "an approval without number": (operation.TeamDispatched, ARMED | {"weapons_approval_no": ""}, False),
    "a host": (operation.TeamArrived, {"host": CONTACT}, True),
    "a host that nobody can call": (operation.TeamArrived, {"host": unlike(CONTACT, phone=None)}, False),
    "somebody handed over": (operation.CustodyHandedOver, {"persons": [CUSTODY]}, True),
    "somebody without paper": (
        operation.CustodyHandedOver,
        {"persons": [unlike(CUSTODY, document_no=None)]},
        False,
    ),
    "nobody handed over": (operation.CustodyHandedOver, {"persons": []}, False),
    "an exhibit": (operation.EvidenceHandedOver, {"exhibits": [EXHIBIT]}, True),
    "an exhibit without paper": (
        operation.EvidenceHandedOver,
        {"exhibits": [unlike(EXHIBIT, document_no=None)]},
        False,
    ),
    "41 exhibits": (operation.EvidenceHandedOver, {"exhibits": [EXHIBIT] * 41}, False),
}


@pytest.mark.parametrize(("event", "document", "legal"), CONTENTS.values(), ids=CONTENTS)
def test_what_a_content_holds(event: type[Event], document: dict[str, Any], legal: bool) -> None:
    model = MODELS[event.TYPE]
    if legal:
        assert model.of(compact(document)).model_dump(mode="json", exclude_none=True) == document
    else:
        with pytest.raises(ContentError):
            model.of(compact(document))


@pytest.mark.parametrize(
    ("weapons", "document", "agrees"),
    [
        (True, ARMED, True),
        (False, {"leader": CONTACT}, True),
        (True, {"leader": CONTACT}, False),
        (False, ARMED, False),
    ],
)
def test_weapons_are_said_where_they_are_approved(weapons: bool, document: dict[str, Any], agrees: bool) -> None:
    """六个严禁 (6)."""
    summary = operation.DispatchedSummary.model_validate_json(compact(TEAM | {"weapons": weapons}))
    if agrees:
        found = read_plain(operation.TeamDispatched.TYPE, compact(document), summary, ON)
        assert found.model_dump(exclude_none=True) == document
    else:
        with pytest.raises(ContentError, match="weapons"):
            read_plain(operation.TeamDispatched.TYPE, compact(document), summary, ON)


def test_two_agree_to_results() -> None:
    papers = approvals(operation.ResultsAgreed, OTHER)
    said = operation.ResultsAgreed.model_validate_json(compact({"summary": {"results": DIGEST}, "approval": papers}))
    assert said.wire()["summary"] == {"results": DIGEST}
