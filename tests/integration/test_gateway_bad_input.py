"""What bad input is answered with: the rule, and nothing of what came."""

from typing import Any
from uuid import uuid4

import pytest

from services.demo.cast import XINCAI, YIWU
from services.gateway.door import BODY_LIMIT
from tests.support.offices import MARK, raw
from tests.support.openapi import filled
from tests.support.region import Region

LEAD = "/v1/channels/{channel}/leads/{subject}"
ENQUIRY = "/v1/channels/{channel}/enquiries/{subject}"
CONTENTS = "/v1/channels/{channel}/contents/{content}"
BAD: dict[str, tuple[str, str, Any, int, str]] = {
    "a draft without a type": ("POST", "/v1/papers", {"channel": "pairing", "summary": {"x": MARK}}, 422, "type"),
    "a draft of no event": (
        "POST",
        "/v1/papers",
        {"channel": "pairing", "type": "duikou.lead.rumoured.v1", "summary": {"x": MARK}},
        422,
        "type",
    ),
    "a draft with a surplus member": (
        "POST",
        "/v1/papers",
        {"channel": "pairing", "type": "duikou.pairing.declined.v1", "subject": "x", "summary": {MARK: 1}},
        422,
        "(surplus)",
    ),
    "a draft of what one officer says": (
        "POST",
        "/v1/papers",
        {"channel": "pairing", "type": "duikou.lead.closed.v1", "subject": "x", "summary": {"officer": MARK}},
        422,
        "type",
    ),
    "a draft under a grant that is no digest": (
        "POST",
        "/v1/papers",
        {"channel": "pairing", "type": "duikou.lead.shared.v1", "summary": {"x": MARK}, "grant": MARK},
        422,
        "grant",
    ),
    "a revision that is a list": ("PUT", "/v1/papers/{subject}", [MARK], 422, "body"),
    "a submission without signature": ("POST", "/v1/papers/{subject}/submission", {"signed": MARK}, 422, "signed"),
    "an approval of garbage": (
        "POST",
        "/v1/papers/{subject}/approval",
        {"signed": {"keyid": "0" * 64, "sig": MARK, "payload": "e30="}},
        422,
        "signatures",
    ),
    "a return with free text": ("POST", "/v1/papers/{subject}/return", {"reason": MARK}, 422, "reason"),
    "a discard with words": ("POST", "/v1/papers/{subject}/discard", {"why": MARK}, 422, "(surplus)"),
    "a receipt with words": ("POST", f"{LEAD}/received", {"note": MARK}, 422, "(surplus)"),
    "an acceptance on no day": (
        "POST",
        f"{LEAD}/accepted",
        {"next_feedback_on": MARK, "content": {"handler": {"name": MARK, "phone": "110"}}},
        422,
        "next_feedback_on",
    ),
    "an acceptance by nobody": (
        "POST",
        f"{LEAD}/accepted",
        {"next_feedback_on": "2026-12-01", "content": {"handler": {"name": MARK}}},
        422,
        "content.handler.phone",
    ),
    "a supplement seen without digest": ("POST", f"{LEAD}/acknowledged", {"event": MARK}, 422, "event"),
    "feedback of another word": (
        "POST",
        f"{LEAD}/feedback",
        {"use": MARK, "next_feedback_on": "2026-12-01"},
        422,
        "use",
    ),
    "a withdrawal with a reason in words": ("POST", f"{LEAD}/withdrawn", {"ground": MARK}, 422, "ground"),
    "prints that are text": ("POST", f"{LEAD}/removal", {"prints_destroyed": "3"}, 422, "prints_destroyed"),
    "a closing with words": ("POST", f"{LEAD}/closed", {"note": MARK}, 422, "(surplus)"),
    "an enquiry signed for with words": ("POST", f"{ENQUIRY}/received", {"note": MARK}, 422, "(surplus)"),
    "an enquiry given to nobody": ("POST", f"{ENQUIRY}/undertaken", {"content": {MARK: 1}}, 422, "content"),
    "an answer to item eleven": (
        "POST",
        f"{ENQUIRY}/answered",
        {"classification": "public", "urgency": "routine", "answers": [{"no": 11, "code": "found"}]},
        422,
        "answers.0.no",
    ),
    "a refused item without ground": (
        "POST",
        f"{ENQUIRY}/answered",
        {"classification": "public", "urgency": "routine", "answers": [{"no": 1, "code": "refused"}]},
        422,
        "answers",
    ),
    "a cancelling for no reason": ("POST", f"{ENQUIRY}/cancelled", {"ground": MARK}, 422, "ground"),
    "a closed enquiry of no use": ("POST", f"{ENQUIRY}/closed", {"use": MARK}, 422, "use"),
    "a suspension for no ground": ("POST", "/v1/channels/{channel}/pairing/suspended", {"ground": MARK}, 422, "ground"),
    "an ending with words": ("POST", "/v1/channels/{channel}/pairing/ended", {"note": MARK}, 422, "(surplus)"),
    "counts of people by name": (
        "POST",
        "/v1/outflow/reports",
        {
            "origin": "411729",
            "period": "2026H1",
            "source": "statistics",
            "counts": [{"destination": "330782", MARK: 1}],
        },
        422,
        "counts.0",
    ),
    "counts from police checks": (
        "POST",
        "/v1/outflow/reports",
        {"origin": "411729", "period": "2026H1", "source": "police", "counts": []},
        422,
        "source",
    ),
    "a correction of nothing": (
        "POST",
        "/v1/outflow/reports/{subject}/correction",
        {"replaces": MARK},
        422,
        "replaces",
    ),
    "a print with words": ("POST", f"{CONTENTS}/print?record={{subject}}", {"note": MARK}, 422, "(surplus)"),
    "an access for curiosity": (
        "POST",
        f"{CONTENTS}/access-statement",
        {"kind": "read", "reason": "curiosity"},
        422,
        "reason",
    ),
    "an access signed by nobody": ("POST", f"{CONTENTS}/access", {"signed": {"keyid": MARK}}, 422, "signed.keyid"),
    "a search by words": ("GET", f"/v1/search?number={MARK}", None, 422, "number"),
    "a search of no state": ("GET", f"/v1/search?state={MARK}", None, 422, "state"),
    "a search of a day that none is": ("GET", "/v1/search?until=9999-99-99", None, 422, "until"),
    "a search of no day": ("GET", f"/v1/search?since={MARK}", None, 422, "since"),
    "a search by nothing": ("POST", f"{CONTENTS}/search?record={{subject}}", {"value": MARK}, 422, "kind"),
    "an acknowledgement of no place": ("POST", "/v1/refused/acknowledged", {"topic": MARK, "offset": 1}, 422, "topic"),
    "a content of no id": ("GET", "/v1/channels/{channel}/contents/1", None, 422, "content"),
    "a command of no id": ("GET", f"/v1/commands/{MARK}", None, 422, "event_id"),
    "a wait of an hour": ("GET", "/v1/papers/{subject}?wait=3600", None, 422, "wait"),
    "a signature as nobody": ("GET", "/v1/papers/{subject}/statement?role=visitor", None, 422, "role"),
    "a channel of no id": ("GET", f"/v1/channels/{MARK}/leads/x", None, 422, "channel"),
    "a page of another channel's name": ("GET", f"/v1/cases?channel={MARK}", None, 422, "channel"),
    "an inbox of others": ("GET", f"/v1/inbox?whose={MARK}", None, 422, "whose"),
    "an inbox of no group": ("GET", f"/v1/inbox?group={MARK}", None, 422, "group"),
    "an after that names nothing": ("GET", f"/v1/enquiries?after={MARK}", None, 422, "after"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named_and_not_echoed(paired: Region, name: str) -> None:
    """Path and rule; never a value, never a member's name that was made up."""
    method, path, body, status, field = BAD[name]
    place = {"channel": paired.channel, "subject": str(uuid4()), "content": str(uuid4())}
    more = {} if body is None else {"json": body}
    answer = raw(paired.at(XINCAI, "author"), method, filled(path, place), **more)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "invalid"
    assert any(field in error["path"] for error in problem["errors"]), problem
    assert MARK not in answer.text


@pytest.mark.parametrize(
    ("media", "body", "status"),
    [
        ("text/plain", b"{}", 415),
        ("", b"{}", 415),
        ("application/json", b'{"ground":', 422),
        ("application/json", b"\xff\xfe", 422),
        ("application/json", b'{"ground":NaN}', 422),
        ("application/json", b'{"ground":"' + b"x" * BODY_LIMIT + b'"}', 413),
    ],
)
def test_what_is_no_small_json_is_refused(paired: Region, media: str, body: bytes, status: int) -> None:
    """415, 422, 413, each as a problem."""
    headers = {"content-type": media} if media else {}
    path = f"/v1/channels/{paired.channel}/leads/x/withdrawn"
    answer = raw(paired.at(XINCAI, "author"), "POST", path, content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_a_body_states_its_length(paired: Region) -> None:
    """What comes in pieces without end is not read at all."""
    pieces = iter([b"{"] * 9)
    headers = {"content-type": "application/json"}
    answer = raw(paired.at(XINCAI, "author"), "POST", "/v1/papers", content=pieces, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (411, "application/problem+json")


@pytest.mark.parametrize("key", ["", "short", "x" * 81, "with space in it"])
def test_every_command_needs_a_key_of_its_own(paired: Region, key: str) -> None:
    """Without it a broken connection could make two events of one act."""
    headers = {"Idempotency-Key": key}
    path = f"/v1/channels/{paired.channel}/leads/x/received"
    answer = raw(paired.at(YIWU, "intake"), "POST", path, json={}, headers=headers)
    assert answer.status_code == 422
    assert any("Idempotency-Key" in error["path"] for error in answer.json()["errors"])


def test_no_such_route_is_a_problem(paired: Region) -> None:
    """Everything that goes wrong has one form."""
    answer = raw(paired.at(XINCAI, "author"), "GET", f"/v1/{MARK}")
    assert (answer.status_code, answer.json()["code"]) == (404, "request")
    assert MARK not in answer.text
