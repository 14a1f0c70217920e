"""The gateway of real nodes, over HTTP: the whole flow, idempotency, reading, and what bad input is answered with."""

import base64
import json
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from contracts.approval import AccessStatement, Approval
from contracts.vocabulary import AccessKind, AccessReason, Role
from services.blobs import FolderBlobs
from services.cli.client import Officer, fresh
from services.cli.errors import ApiError, NotYetError, SigningRefusedError, VoidError
from services.cli.replies import RefusedRecord, ToSign
from services.demo.cast import XINCAI, YIWU
from services.domain.clocks import DAY, day, format_time
from services.gateway import attachments as door
from services.gateway.app import BODY_LIMIT, create_app, listening, serve
from services.gateway.auth import development_issuer
from services.node import attachments
from services.node.folds import now_ms
from services.node.index import Forgetting
from services.node.settings import SettingsError
from services.upkeep.doctor import Level, examine
from services.vault import MAX_FILE
from tests.support.files import TURNED, exif, jpeg, pdf, segment
from tests.support.offices import ahead, paper_of
from tests.support.region import CONTENT, SECRETS, SUMMARY, Region, both_answering
from tests.support.telephones import Telephones

pytestmark = pytest.mark.xdist_group("spine")
HOW = (AccessReason.HANDLING, AccessKind.PRINT)
HANDLER = {"name": "示例甲", "phone": "0579-5551234"}
MARK = "不得回显的示例姓名"
"""Stands in every bad body; may stand in no answer."""


@pytest.fixture(scope="module")
def paired() -> Iterator[Region]:
    """新蔡 and 义乌 paired, both answering HTTP."""
    with both_answering() as made:
        yield made


def shared(made: Region, content: dict[str, Any] = CONTENT) -> str:
    """A lead in the log and delivered; its subject."""
    author, approver = made.at(XINCAI, "author"), made.at(XINCAI, "approver")
    paper = author.draft(made.channel, "duikou.lead.shared.v1", SUMMARY, content)
    author.submit(paper)
    approver.approve(paper)
    subject = author.sent(paper).subject
    made.until("delivered", lambda: stands(made.at(YIWU, "intake"), made.channel, subject, "delivered"))
    return subject


def stands(officer: Officer, channel: str, subject: str, status: str) -> bool:
    found = [one for one in officer.matters("leads") if (one.channel, one.subject) == (channel, subject)]
    return [one.status for one in found] == [status]


def refused(act: Any, *arguments: Any, **named: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        act(*arguments, **named)
    return caught.value


# -- the flow ----------------------------------------------------------------------------------------------------------


def test_a_lead_from_draft_to_removal(paired: Region) -> None:
    """Drafted, signed twice, signed for, opened after its record, accepted, fed back, withdrawn, gone (L5, L7, L8)."""
    channel, subject = paired.channel, shared(paired)
    intake, handler, owner = paired.at(YIWU, "intake"), paired.at(YIWU, "author"), paired.at(XINCAI, "author")
    content = intake.matter("leads", channel, subject).contents[0]
    assert _ticks(owner, channel, subject) == [True, True, True, False, False]
    received = intake.receive(channel, subject)
    assert received.status == "recorded"
    assert intake.matter("leads", channel, subject, after=received.after).status == "received"
    opened = handler.open(channel, content, AccessReason.HANDLING)
    assert opened.agrees
    assert opened.content == CONTENT
    accepted = handler.accept(channel, subject, ahead(10), HANDLER)
    assert handler.matter("leads", channel, subject, after=accepted.after).status == "in_progress"
    handler.feedback(channel, subject, "still_checking", ahead(20))
    paired.until("the owner sees it", lambda: stands(owner, channel, subject, "in_progress"))
    seen = owner.matter("leads", channel, subject)
    assert [(read["unit"], read["reason"]) for read in seen.reads] == [(YIWU, "handling")]
    assert _ticks(owner, channel, subject) == [True] * 5
    assert _ticks(handler, channel, subject) == [True, True, False, False, False]
    assert owner.open(channel, seen.contents[1]).content == {"handler": HANDLER}
    owner.withdraw(channel, subject, "error")
    paired.until("withdrawn", lambda: not stands(handler, channel, subject, "in_progress"))
    gone = refused(handler.open, channel, content)
    assert (gone.problem.status, gone.law) == (410, "L8")


def _ticks(officer: Officer, channel: str, subject: str) -> list[bool]:
    """How far the first document has come that his unit sent in the matter: sealed, in the log, delivered, ..."""
    first = officer.matter("leads", channel, subject).ticks[0]
    return [bool(first[name]) for name in ("sealed", "logged", "delivered", "received", "read")]


def test_an_enquiry_is_asked_and_answered(paired: Region) -> None:
    """Asked with two signatures, signed for, undertaken, answered by one, closed."""
    channel, subject = paired.channel, shared(paired)
    asker, approver, intake = paired.at(YIWU, "author"), paired.at(YIWU, "approver"), paired.at(XINCAI, "intake")
    summary = {"kind": "enquiry", "classification": "work_secret", "urgency": "routine", "form": "info"}
    about = {"purpose": "logistics", "lead": subject, "items_count": 1}
    item = {"no": 1, "question": "parcel_parties", "person": 1, "text": "示例问题"}
    paper = asker.ask(channel, {**summary, **about}, {"contact": HANDLER, "items": [item]})
    asker.submit(paper)
    approver.approve(paper)
    enquiry = asker.sent(paper).subject
    paired.until("it is there", lambda: any(one.status == "delivered" for one in intake.matters("enquiries")))
    intake.receive_enquiry(channel, enquiry)
    intake.undertake(channel, enquiry, HANDLER)
    reply = {"classification": "work_secret", "urgency": "routine", "answers": [{"no": 1, "code": "nothing_held"}]}
    answered = paired.at(XINCAI, "author").answer(channel, enquiry, reply)
    assert intake.matter("enquiries", channel, enquiry, after=answered.after).status == "answered"
    paired.until("the asker sees it", lambda: asker.matter("enquiries", channel, enquiry).status == "answered")
    assert asker.close_enquiry(channel, enquiry, "nothing_found").status == "recorded"


def test_matters_are_given_to_handlers_and_handed_on(paired: Region) -> None:
    """D8: by the desk, to an officer of the unit; all of one person's in one act, once."""
    channel, subjects = paired.channel, [shared(paired), shared(paired)]
    intake, author = paired.at(YIWU, "intake"), paired.at(YIWU, "author")
    first, second = (paired.officer(YIWU, post) for post in ("author", "approver"))
    for subject in subjects:
        told = intake.assign(channel, subject, first)
    assert {one["subject"] for one in intake.assignments(first, after=told.after)} >= set(subjects)
    assert refused(author.assign, channel, subjects[0], second).code == "officers"
    assert refused(intake.assign, channel, str(uuid4()), first).code == "unknown_matter"
    assert refused(intake.assign, channel, subjects[0], paired.officer(XINCAI, "author")).law == "D8"
    told = intake.assign(channel, subjects[0], second)
    assert {one["subject"] for one in intake.assignments(second, after=told.after)} >= {subjects[0]}
    assert subjects[1] in intake.hand(first, second)
    assert intake.hand(first, second) == []
    paired.until("handed on", lambda: {one["subject"] for one in intake.assignments(second)} >= set(subjects))


def test_what_one_officer_did_at_once_is_confirmed_by_an_approver(paired: Region) -> None:
    """D11, MECHANISM 2: due at the approver's, not at the author's; by another officer, once; only such an act."""
    channel, subject = paired.channel, shared(paired)
    author, approver, head = (paired.at(XINCAI, post) for post in ("author", "approver", "head"))
    after = author.withdraw(channel, subject, "error").after
    act = author.matter("leads", channel, subject, after=after).state["timeline"][-1]["digest"]

    def waits(officer: Officer) -> list[str]:
        return [one.event for one in officer.inbox(after=after) if (one.kind, one.subject) == ("confirm_act", subject)]

    assert (waits(author), waits(approver), waits(head)) == ([], [act], [act])
    assert refused(author.confirm, channel, subject, act).code == "officers"
    shared_event = author.matter("leads", channel, subject).state["timeline"][0]["digest"]
    assert refused(approver.confirm, channel, subject, shared_event).law == "D11"
    after = approver.confirm(channel, subject, act).after
    assert (waits(approver), waits(head)) == ([], [])
    assert refused(head.confirm, channel, subject, act).code == "state"


def test_several_are_signed_for_in_one_call_and_each_has_its_result(paired: Region) -> None:
    """MECHANISM 4 "bulk answers": what is refused hinders no other; the same call gives the same answers."""
    channel, intake, key = paired.channel, paired.at(YIWU, "intake"), fresh()
    one, other = shared(paired), shared(paired)
    matters = [(channel, "lead", subject) for subject in (one, str(uuid4()), other)]
    found = intake.receive_all(matters, key)
    assert [(it.status, it.code, it.law) for it in found] == [
        ("recorded", "", ""),
        ("refused", "unknown_matter", "S3"),
        ("recorded", "", ""),
    ]
    assert [it.event_id for it in intake.receive_all(matters, key)] == [it.event_id for it in found]
    assert intake.matter("leads", channel, other, after=found[2].after).status == "received"


def test_several_papers_are_signed_each_on_its_own_digest(paired: Region) -> None:
    """MECHANISM 4: 10 at most; numbers follow each other, and none is left out where one is refused (FIELDS 6.1)."""
    author, approver = paired.at(XINCAI, "author"), paired.at(XINCAI, "approver")
    summaries = (SUMMARY, {**SUMMARY, "category": "manufacture"}, SUMMARY)
    papers = [author.draft(paired.channel, "duikou.lead.shared.v1", one, CONTENT) for one in summaries]
    submitted = author.sign_all(Role.AUTHOR, author.to_sign(papers, Role.AUTHOR))
    assert [it.status for it in submitted] == ["recorded"] * 3
    given = approver.to_sign(papers, Role.APPROVER)
    documents = [Approval.said(one.payload).document for one in given]
    first, *others = [one.number for one in documents if one]
    assert others == [first + 1, first + 2]
    approved = approver.sign_all(Role.APPROVER, given)
    assert [(it.status, it.code, it.law) for it in approved] == [
        ("recorded", "", ""),
        ("refused", "purpose", "L6"),
        ("refused", "number_used", "FIELDS 6.1"),
    ]
    (last,) = approver.sign_all(Role.APPROVER, approver.to_sign(papers[2:], Role.APPROVER))
    assert last.status == "recorded"
    numbers = [(author.sent(paper).document or {})["number"] for paper in (papers[0], papers[2])]
    assert numbers == [first, first + 1]
    assert refused(author.to_sign, papers[:1] * 11, Role.AUTHOR).code == "invalid"


def test_two_holdings_are_linked_and_what_is_not_held_is_not(paired: Region) -> None:
    """D9."""
    channel, one, other = paired.channel, shared(paired), shared(paired)
    author = paired.at(YIWU, "author")
    path = f"/v1/desk/links/{channel}"
    told = author.node.post(f"{path}/{one}", {"other_channel": channel, "other": other}, wait=10)
    assert told["status"] == "recorded"
    missing = {"other_channel": channel, "other": str(uuid4())}
    assert refused(author.node.post, f"{path}/{one}", missing).code == "unknown_matter"


def test_a_document_is_returned_revised_and_discarded(paired: Region) -> None:
    """D2, D4, D7: what was signed is dropped by a revision; a thrown away document has no way back."""
    author, approver = paired.at(XINCAI, "author"), paired.at(XINCAI, "approver")
    paper = author.draft(paired.channel, "duikou.lead.shared.v1", SUMMARY, CONTENT)
    author.submit(paper)
    approver.return_to_author(paper, "grounds_unclear")
    assert author.paper(paper).reason == "grounds_unclear"
    author.revise(paper, {**SUMMARY, "urgency": "routine"}, CONTENT)
    held = author.paper(paper)
    assert (held.status, held.summary["urgency"], held.outgoing.status) == ("draft", "routine", "none")
    assert author.read_draft(str(held.content)).content == CONTENT
    assert refused(paired.at(XINCAI, "intake").read_draft, held.content).code == "officers"
    author.discard(paper)
    assert refused(author.submit, paper).code == "state"


def test_four_eyes_at_the_door(paired: Region) -> None:
    """L5: the author does not approve; another's signature, another document's and a revised one's are refused."""
    author, approver = paired.at(XINCAI, "author"), paired.at(XINCAI, "approver")
    first, second = (author.draft(paired.channel, "duikou.lead.shared.v1", SUMMARY, CONTENT) for _ in range(2))
    given = author.statement(first, Role.AUTHOR)
    with pytest.raises(SigningRefusedError):
        author.sign(second, Role.AUTHOR, given)
    signed = author.signer.sign(given.payload_type, base64.b64decode(given.payload)) if author.signer else b""
    body = {"keyid": given.keyid, "sig": base64.b64encode(signed).decode(), "payload": given.payload}
    assert refused(author.node.post, f"/v1/papers/{second}/submission", {"signed": body}).law == "L5"
    forged = {**body, "sig": base64.b64encode(bytes(64)).decode()}
    assert refused(author.node.post, f"/v1/papers/{first}/submission", {"signed": forged}).code == "signatures"
    author.submit(first)
    assert refused(author.approve, first).code == "officers"
    assert refused(approver.approve, first, Role.HEAD).code == "officers"


def test_leave_cover_is_asked_for_by_a_head_and_within_bounds(paired: Region) -> None:
    """WIRE 23: at most 30 days, as approver or head, for an officer of ours or an approver or head of our superior."""
    head, ours = paired.at(XINCAI, "head"), paired.officer(XINCAI, "intake")
    begin = now_ms()
    span = (format_time(begin), format_time(begin + 30 * DAY))
    assert head.delegate(head.delegation_statement(ours, Role.HEAD, *span))["keyid"]
    assert refused(paired.at(XINCAI, "approver").delegation_statement, ours, Role.APPROVER, *span).law == "WIRE 23"
    theirs = paired.officer(YIWU, "approver")
    assert refused(head.delegation_statement, theirs, Role.APPROVER, *span).law == "PROTOCOL 7"
    for role, until, field in (
        (Role.AUTHOR, span[1], "role"),
        (Role.APPROVER, format_time(begin + 30 * DAY + 1), "until"),
        (Role.APPROVER, span[0], "until"),
    ):
        problem = refused(head.delegation_statement, ours, role, span[0], until).problem
        assert (problem.code, [one["path"] for one in problem.errors]) == ("invalid", [field])


def test_a_delegation_that_is_none_lets_nobody_in(paired: Region) -> None:
    """Named, not echoed; and the token is asked for first."""
    author = paired.at(XINCAI, "author")
    paper = author.draft(paired.channel, "duikou.lead.shared.v1", SUMMARY, CONTENT)
    body = {"keyid": "0" * 64, "sig": "AAAA", "payload": "e30="}
    for given in ("%", "W10=", encoded({**body, "more": MARK}), encoded({**body, "keyid": MARK}), encoded(body)):
        answer = raw(author, "GET", f"/v1/papers/{paper}", headers={"Duikou-Delegation": given})
        assert (answer.status_code, answer.json()["code"]) in ((422, "invalid"), (403, "signatures")), given
        assert MARK not in answer.text
    nobody = httpx.get(f"{author.base_url}/v1/papers/{paper}", headers={"Duikou-Delegation": "%"}, trust_env=False)
    assert nobody.status_code == 401


def encoded(document: dict[str, str]) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()


def test_what_the_channel_would_void_is_refused_before_it_is_approved(paired: Region) -> None:
    """A purpose the pairing does not cover: no number is used up, the document stays with its author."""
    author, approver = paired.at(XINCAI, "author"), paired.at(XINCAI, "approver")
    paper = author.draft(paired.channel, "duikou.lead.shared.v1", {**SUMMARY, "category": "manufacture"}, CONTENT)
    author.submit(paper)
    problem = refused(approver.approve, paper)
    assert (problem.problem.status, problem.code, problem.law) == (409, "purpose", "L6")
    assert author.paper(paper).status == "submitted"


def test_nothing_is_drafted_under_a_grant_that_nobody_gave(paired: Region) -> None:
    """S10; and what is no lead goes under no grant."""
    author, handler = paired.at(XINCAI, "author"), paired.at(YIWU, "author")
    about = (paired.channel, "duikou.lead.shared.v1", SUMMARY, CONTENT)
    problem = refused(author.draft, *about, grant="a" * 64)
    assert (problem.problem.status, problem.code, problem.law) == (404, "unknown_matter", "S10")
    declined = (paired.channel, "duikou.lead.declined.v1", {"ground": "cannot_act"})
    problem = refused(handler.draft, *declined, subject=shared(paired), grant="a" * 64)
    assert [one["path"] for one in problem.problem.errors] == ["grant"]
    assert author.paper(author.draft(*about)).grant == ""


def test_a_share_that_loses_its_race_ends_void_and_is_listed_until_acknowledged(paired: Region) -> None:
    """Sealed before the suspension, in the log after it: void, visible, acknowledged once (L9, L10)."""
    author, approver, head = paired.at(XINCAI, "author"), paired.at(XINCAI, "approver"), paired.at(YIWU, "head")
    paper = author.draft(paired.channel, "duikou.lead.shared.v1", SUMMARY, CONTENT)
    author.submit(paper)
    paired.hold(XINCAI, "duties")
    approver.approve(paper)
    assert author.paper(paper).outgoing.status == "waiting"
    paired.hold(XINCAI, "relay")
    paired.start(XINCAI, "duties")
    paired.until("sealed", lambda: author.paper(paper).outgoing.status == "pending")
    head.suspend(paired.channel, "dispute")
    paired.start(XINCAI, "relay")
    void = author.paper(paper, wait=20).outgoing
    assert (void.status, void.code, void.law) == ("void", "pairing_state", "L6")
    with pytest.raises(VoidError):
        author.sent(paper)
    place = author.command(void.event_id).after
    paired.until("listed", lambda: [one for one in author.refused() if one.code == "pairing_state"])
    record = next(one for one in author.refused() if f"{one.topic}@{one.offset}" == place)
    assert (record.result, record.ours, record.acknowledged) == ("void", True, False)
    kept = author.node.get(f"/v1/refused/{record.topic}/{record.offset}")
    assert json.loads(base64.b64decode(kept["value"]))["id"] == void.event_id
    done = author.acknowledge_refused(record.topic, record.offset)
    assert record.offset not in [one.offset for one in _listed(author, done.after)]
    assert [one.acknowledged for one in author.refused(everything=True) if one.offset == record.offset] == [True]
    assert refused(approver.acknowledge_refused, record.topic, record.offset).code == "state"
    paired.resume(YIWU)


def _listed(officer: Officer, after: str) -> list[RefusedRecord]:
    return [RefusedRecord.model_validate(one) for one in officer.node.get("/v1/refused", after=after)]


def test_outflow_keeps_no_exact_count(paired: Region) -> None:
    """Rounded or suppressed before anything is stored (DOMAIN scope 1)."""
    author = paired.at(XINCAI, "author")
    counts = [
        {"destination": "330782", "sector": "logistics", "people": 1_234_567},
        {"destination": "330782", "sector": "catering", "people": 7},
    ]
    body = {"origin": "411729", "period": "2026H1", "source": "statistics", "counts": counts}
    reported = author.report(body)
    row = next(one for one in author.matters("outflow", after=reported.after) if one.subject == reported.subject)
    assert [(cell["count"], cell["suppressed"]) for cell in row.state["cells"]] == [(None, True), (1_234_570, None)]
    digest = row.state["timeline"][0]["digest"]
    counts[1]["people"] = 15
    corrected = author.correct(reported.subject, {**body, "replaces": digest})
    row = next(one for one in author.matters("outflow", after=corrected.after) if one.subject == reported.subject)
    assert [cell["count"] for cell in row.state["cells"]] == [20, 1_234_570]
    assert b"1234567" not in b"".join(value for (value,) in paired.rows(XINCAI, "SELECT state FROM ledger"))


def _owed(made: Region, subject: str) -> list[str]:
    theirs = made.at(XINCAI, "author").inbox("theirs")
    return [item.kind for item in theirs if item.subject == subject]


def test_inbox_counts_overdue_now(paired: Region) -> None:
    """What is owed is computed when asked: by whom, until when."""
    subject = shared(paired)
    mine = [item for item in paired.at(YIWU, "intake").inbox() if item.subject == subject]
    assert [(item.kind, item.overdue, item.ours) for item in mine] == [("sign_for", False, True)]
    assert mine[0].groups[0] == "to_sign_for"
    grouped = {name: paired.at(YIWU, "intake").inbox(group=name) for name in ("to_sign_for", "overdue", "removal")}
    of = {name: subject in {item.subject for item in items} for name, items in grouped.items()}
    assert of == {"to_sign_for": True, "overdue": False, "removal": False}
    paired.until("the owner sees what the other owes", lambda: _owed(paired, subject) == ["sign_for"])
    assert not [item for item in paired.at(XINCAI, "author").inbox("ours") if item.subject == subject]


# -- reading -----------------------------------------------------------------------------------------------------------


def test_no_record_no_plaintext(paired: Region) -> None:
    """L7: not before it is signed for, not without a record, not with another's, not before the log has it."""
    channel, subject = paired.channel, shared(paired)
    intake, handler = paired.at(YIWU, "intake"), paired.at(YIWU, "author")
    content = intake.matter("leads", channel, subject).contents[0]
    early = refused(handler.access_statement, channel, content, AccessReason.HANDLING)
    assert (early.code, early.law) == ("state", "S3")
    intake.receive(channel, subject)
    path = f"/v1/channels/{channel}/contents/{content}"
    assert refused(handler.node.get, path).law == "L7"
    assert refused(handler.node.get, path, record=str(uuid4())).code == "unknown_matter"
    paired.hold(YIWU, "relay")
    try:
        handler.wait = 0
        record = handler.record_access(
            channel, content, handler.access_statement(channel, content, AccessReason.HANDLING)
        )
        assert record.status == "pending"
        waiting = raw(handler, "GET", path, params={"record": record.event_id})
        assert waiting.status_code == 425
        assert waiting.headers["retry-after"] == "1"
    finally:
        paired.start(YIWU, "relay")
    assert handler.command(record.event_id, wait=20).status == "recorded"
    assert refused(intake.opened, channel, content, record.event_id).code == "officers"
    answer = raw(handler, "GET", path, params={"record": record.event_id})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["content"] == CONTENT


def test_a_print_is_an_access_event_with_its_copy_number(paired: Region) -> None:
    """MECHANISM 4: counted over both units in log order; on a record of kind print, one's own; gone when withdrawn."""
    channel, subject = paired.channel, shared(paired)
    intake, handler, owner = paired.at(YIWU, "intake"), paired.at(YIWU, "author"), paired.at(XINCAI, "author")
    content = intake.matter("leads", channel, subject).contents[0]
    path = f"/v1/channels/{channel}/contents/{content}/print"
    assert refused(handler.print, channel, content).law == "S3"
    received = intake.receive(channel, subject)
    read = handler.record_access(channel, content, handler.access_statement(channel, content, AccessReason.HANDLING))
    assert (refused(handler.printed, channel, content, read.event_id).code) == "signatures"
    record = handler.record_access(channel, content, handler.access_statement(channel, content, *HOW)).event_id
    assert refused(intake.printed, channel, content, record).code == "officers"
    assert refused(handler.printed, channel, content, str(uuid4())).code == "unknown_matter"
    answer = raw(handler, "POST", path, params={"record": record}, json={})
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/pdf", "no-store")
    first = paper_of(answer.content)
    assert all(part in first for part in ("份号000001", paired.officer(YIWU, "author"), CONTENT["title"], "〔2026〕"))
    assert SECRETS[4] not in first
    assert "份号000002" in paper_of(handler.print(channel, content))
    assert handler.printed(channel, content, record) == answer.content
    again = raw(handler, "POST", path, params={"record": record, "nth": 2}, json={})
    assert (again.status_code, again.json()["law"]) == (403, "MECHANISM 4")
    two = handler.record_access(channel, content, of_two(handler.access_statement(channel, content, *HOW))).event_id
    copies = [raw(handler, "POST", path, params={"record": two, "nth": nth}, json={}) for nth in (1, 2)]
    assert ["份号000003" in paper_of(copies[0].content), "份号000004" in paper_of(copies[1].content)] == [True, True]
    paired.until("the owner sees all", lambda: len(owner.matter("leads", channel, subject).reads) == 4)
    assert [one["kind"] for one in owner.matter("leads", channel, subject).reads] == ["read", "print", "print", "print"]
    assert "份号000005" in paper_of(owner.print(channel, content))
    said = paper_of(intake.receipt(channel, "leads", subject))
    assert all(part in said for part in ("签收回执", subject))
    assert CONTENT["title"] not in said
    assert refused(intake.receipt, channel, "leads", subject, "removal").code == "unknown_matter"
    source = paper_of(intake.source_statement(channel, subject, after=received.after))
    assert all(part in source for part in ("线索来源说明", "发出", "签收"))
    assert CONTENT["title"] not in source
    owner.withdraw(channel, subject, "error")
    paired.until("withdrawn", lambda: not stands(handler, channel, subject, "received"))
    gone = refused(handler.printed, channel, content, record)
    assert (gone.problem.status, gone.law) == (410, "L8")


def test_what_is_no_letter_is_not_printed(paired: Region) -> None:
    """Who handles a lead stands on the screen alone."""
    channel, subject = paired.channel, shared(paired)
    paired.at(YIWU, "intake").receive(channel, subject)
    handler = paired.at(YIWU, "author")
    accepted = handler.accept(channel, subject, ahead(10), HANDLER)
    content = paired.at(YIWU, "author").matter("leads", channel, subject, after=accepted.after).contents[1]
    owner = paired.at(XINCAI, "author")
    paired.until("the owner sees it", lambda: stands(owner, channel, subject, "in_progress"))
    assert (refused(owner.print, channel, content).code) == "type"


def of_two(given: ToSign) -> ToSign:
    """The statement for two copies at once."""
    said = AccessStatement.model_validate_json(base64.b64decode(given.payload)).model_copy(update={"copies": 2})
    return given.model_copy(update={"payload": base64.b64encode(said.to_payload()).decode()})


# -- searching ---------------------------------------------------------------------------------------------------------

SEARCH = (AccessReason.HANDLING, AccessKind.INDEX_SEARCH)


def reached(mobile: str) -> dict[str, Any]:
    """A lead's content with that number."""
    return {**CONTENT, "identifiers": [{**CONTENT["identifiers"][0], "value": mobile}]}


def sent(made: Region, content: dict[str, Any]) -> tuple[str, str]:
    """(subject, content id) of such a lead, delivered."""
    subject = shared(made, content)
    return subject, made.at(YIWU, "intake").matter("leads", made.channel, subject).contents[0]


def read(made: Region, subject: str, content: str) -> None:
    """Signed for and opened by 义乌."""
    made.at(YIWU, "intake").receive(made.channel, subject)
    made.at(YIWU, "author").open(made.channel, content)


def test_an_exact_search_finds_what_was_opened_and_may_be_opened_now(paired: Region) -> None:
    """MECHANISM 4: by number or name, however written; document numbers alone; nothing of what has ended."""
    channel, mobile = paired.channel, "13700001111"
    (first, one), (second, other) = (sent(paired, reached(mobile)) for _ in range(2))
    read(paired, first, one)
    handler, owner = paired.at(YIWU, "author"), paired.at(XINCAI, "author")
    hits = handler.find(channel, one, "mobile", "+86 137-0000-1111")
    assert [(hit["subject"], hit["context"], hit["state"]) for hit in hits] == [(first, "lead", "received")]
    assert hits[0]["number"] == handler.matter("leads", channel, first).state["timeline"][0]["document"]
    assert [secret for secret in (*SECRETS, mobile) if secret in json.dumps(hits, ensure_ascii=False)] == []
    read(paired, second, other)
    assert {hit["subject"] for hit in handler.find(channel, one, "mobile", mobile)} == {first, second}
    assert {first, second} <= {hit["subject"] for hit in handler.find(channel, one, "name", "张　某某甲")}
    assert handler.find(channel, one, "mobile", "13700001112") == []
    assert handler.find(channel, one, "name", "张某某") == []  # no prefix
    paired.until("the owner sees all", lambda: len(owner.matter("leads", channel, first).reads) == 6)
    assert {one["kind"] for one in owner.matter("leads", channel, first).reads[1:]} == {"index_search"}
    owner.withdraw(channel, second, "error")
    paired.until("removed", lambda: stands(owner, channel, second, "removed"))
    paired.until("there too", lambda: stands(handler, channel, second, "removed"))
    assert {hit["subject"] for hit in handler.find(channel, one, "mobile", mobile)} == {first}
    assert {hit["subject"] for hit in owner.find(channel, one, "mobile", mobile)} == {first}
    Forgetting(paired.node(YIWU)).step()
    assert _indexed(paired, YIWU, other) == 0
    assert _indexed(paired, YIWU, one) == 3


def for_search(given: ToSign) -> ToSign:
    """The statement as one for searching."""
    said = AccessStatement.model_validate_json(base64.b64decode(given.payload))
    changed = said.model_copy(update={"kind": AccessKind.INDEX_SEARCH})
    return given.model_copy(update={"payload": base64.b64encode(changed.to_payload()).decode()})


def _indexed(made: Region, unit: str, content: str) -> int:
    return int(made.rows(unit, "SELECT count(*) FROM content_index WHERE content = %s", content)[0][0])


def test_an_exact_search_is_made_once_under_a_record_of_ones_own(
    paired: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L7: signed, for a matter that was opened, in the log first, one value; it opens nothing; so many a day."""
    channel, mobile = paired.channel, "13700002222"
    subject, content = sent(paired, reached(mobile))
    intake, handler = paired.at(YIWU, "intake"), paired.at(YIWU, "author")
    intake.receive(channel, subject)
    early = refused(handler.access_statement, channel, content, *SEARCH)
    assert (early.code, early.law) == ("state", "L7")
    looking = (channel, content)
    own = for_search(handler.access_statement(*looking, AccessReason.HANDLING))
    unread = refused(handler.search_for, *looking, handler.record_access(*looking, own).event_id, "mobile", mobile)
    assert (unread.code, unread.law) == ("state", "L7")  # also for who writes his statement himself
    opened = handler.record_access(*looking, handler.access_statement(*looking, AccessReason.HANDLING)).event_id
    handler.opened(*looking, opened)
    assert refused(handler.search_for, *looking, opened, "mobile", mobile).code == "signatures"
    assert refused(handler.search_for, *looking, str(uuid4()), "mobile", mobile).code == "unknown_matter"
    given = handler.access_statement(*looking, *SEARCH)
    assert AccessStatement.model_validate_json(base64.b64decode(given.payload)).task == subject
    record = handler.record_access(*looking, given).event_id
    assert refused(intake.search_for, *looking, record, "mobile", mobile).code == "officers"
    assert refused(handler.opened, *looking, record).code == "signatures"
    path = f"/v1/channels/{channel}/contents/{content}/search"
    for kind, value in (("mobile", "137*"), ("name", f"{MARK}%"), ("sex", MARK)):
        answer = raw(handler, "POST", path, params={"record": record}, json={"kind": kind, "value": value})
        assert (answer.status_code, MARK in answer.text) == (422, False)
    first = handler.search_for(*looking, record, "mobile", mobile)
    assert handler.search_for(*looking, record, "mobile", "137 0000 2222") == first
    assert refused(handler.search_for, *looking, record, "mobile", "13700003333").code == "signatures"
    node = paired.node(YIWU)
    monkeypatch.setattr(node, "settings", replace(node.settings, searches_per_day=0))
    assert handler.search_for(*looking, record, "mobile", mobile) == first
    assert refused(handler.find, *looking, "mobile", mobile).code == "too_many"
    text = str(paired.rows(YIWU, "SELECT encode(token, 'escape') FROM content_index")).encode()
    text += str(paired.rows(YIWU, "SELECT s::text FROM index_search AS s")).encode()
    assert [secret for secret in (*SECRETS, mobile) if secret.encode() in text] == []
    paired.hold(YIWU, "relay")
    try:
        handler.wait = 0
        waits = handler.record_access(*looking, handler.access_statement(*looking, *SEARCH)).event_id
        early = refused(handler.search_for, *looking, waits, "mobile", mobile)
        assert early.problem.status == 425
    finally:
        paired.start(YIWU, "relay")


def test_a_draft_says_what_was_sent_in_the_same_channel_with_its_number(paired: Region) -> None:
    """MECHANISM 4, duplicates, own: by identifiers, of our own documents there; a notice that holds up nothing."""
    channel, content = paired.channel, reached("13700004444")
    author, about = paired.at(XINCAI, "author"), (paired.channel, "duikou.lead.shared.v1", SUMMARY)
    assert author.drafted(*about, content).duplicates == []
    subject, opened = sent(paired, content)
    found = author.drafted(*about, content)
    assert found.status == "recorded"
    assert [(one["subject"], one["context"]) for one in found.duplicates] == [(subject, "lead")]
    number = author.matter("leads", channel, subject).state["timeline"][0]["document"]
    assert (found.duplicates[0]["number"], found.duplicates[0]["on"]) == (number, day(now_ms()).isoformat())
    assert author.drafted(*about, reached("13700005555")).duplicates == []  # the same name is no duplicate
    read(paired, subject, opened)
    assert paired.at(YIWU, "author").drafted(*about, content).duplicates == []  # of another unit: searched for
    index, key = paired.node(XINCAI).index, paired.node(XINCAI).index_key
    token = key.token("mobile", "13700004444")
    assert len(index.found(key.id, [token], channel)) == 3
    assert index.found(key.id, [token], "b" * 52) == []


def test_a_search_by_clear_parts_needs_no_record(paired: Region) -> None:
    """Number, unit, state, day, kind: all that are given fit; a page as everywhere."""
    channel, subject = paired.channel, shared(paired)
    author = paired.at(XINCAI, "author")
    number = author.matter("leads", channel, subject).state["timeline"][0]["document"]
    today = day(now_ms()).isoformat()
    printed = f"新公（禁）〔{number['year']}〕{number['number']}号"
    fitting: list[dict[str, str | None]] = [
        {"number": str(number["number"])},
        {"number": f"{number['year']}/{number['number']}", "kind": "leads"},
        {"number": printed, "unit": YIWU, "state": "delivered", "since": today, "until": today, "channel": channel},
        {"unit": XINCAI, "number": printed},
    ]
    for query in fitting:
        assert subject in [one["subject"] for one in author.search(**query)], query
        assert {one["kind"] for one in author.search(**query)} <= {"leads", "enquiries"}
    nothing: list[dict[str, str | None]] = [
        {"state": "expunged"},
        {"unit": "0" * 12},
        {"until": "2021-01-01"},
        {"since": ahead(1)},
        {"since": "9999-12-31", "until": "9999-12-31"},
        {"until": "0001-01-01"},
    ]
    assert [author.search(**query) for query in nothing] == [[]] * 6
    other: list[dict[str, str | None]] = [
        {"number": "999999"},
        {"number": f"2021/{number['number']}"},
        {"kind": "postings"},
    ]
    for query in other:
        assert subject not in [one["subject"] for one in author.search(**query)]
    behind = author.node.get("/v1/search", **{"from": f"{channel}/lead/{subject}"})["items"]
    assert all((one["channel"], one["subject"]) > (channel, subject) for one in behind if one["kind"] == "leads")


# -- messages to duty telephones ---------------------------------------------------------------------------------------


@contextmanager
def telling(made: Region, url: str, lead: str = "") -> Iterator[None]:
    """义乌's duties with these settings; what was due before was told to nobody."""
    node = made.node(YIWU)
    kept = node.settings
    for address in ("", url):
        made.hold(YIWU, "duties")
        node.settings = replace(kept, notify_url=address, notify_lead=lead, notify_seconds=0.05)
        made.start(YIWU, "duties")
        if not address:
            made.until("what is due is counted", lambda: _telling_waits(made) == (0, 0))
    try:
        yield
    finally:
        made.hold(YIWU, "duties")
        node.settings = kept
        made.start(YIWU, "duties")


def _telling_waits(made: Region) -> tuple[int, int]:
    """(things that nobody was told of yet though it is time, things owed that were not seen yet)."""
    waiting = "SELECT count(*) FROM notification WHERE told IS NULL AND next <= extract(epoch FROM now()) * 1000"
    owed = {item.subject for item in made.at(YIWU, "intake").inbox() if item.kind in {"sign_for", "decide", "answer"}}
    known = {row[0].split()[0].split("/")[2] for row in made.rows(YIWU, "SELECT item FROM notification")}
    return made.rows(YIWU, waiting)[0][0], len(owed - known)


def half_over(made: Region, item: str) -> None:
    """As if half of its time had gone by."""
    made.alter(YIWU, "UPDATE notification SET next = 0 WHERE level = 'half_time' AND item LIKE %s", f"%{item}%")


def pause_over(made: Region) -> None:
    """As if the pause after a failure had gone by."""
    made.alter(YIWU, "UPDATE notification SET next = 0 WHERE told IS NULL AND attempts > 0")


def test_a_duty_telephone_is_told_once_of_each_thing_that_waits(paired: Region) -> None:
    """MECHANISM 4: at arrival, and whom the settings name at half of the time; across a restart; no content."""
    phones, intake, lead = Telephones(), paired.at(YIWU, "intake"), "0579-5550001"
    duty = next(one["profile"]["duty_phone"] for one in intake.units() if one["unit"] == YIWU)
    with phones.answering(), telling(paired, phones.url, lead):
        subject = shared(paired)
        paired.until("told", lambda: len(phones.taken) == 1)
        intake.receive(paired.channel, subject)
        paired.until("told what is next", lambda: len(phones.taken) == 2)
        paired.hold(YIWU, "duties")
        paired.start(YIWU, "duties")
        half_over(paired, f"{subject} decide")
        paired.until("the lead is told", lambda: len(phones.taken) == 3)
        shared(paired)
        paired.until("told of another", lambda: len(phones.taken) == 4)
    words = ["您有 1 件加急待签收", "您有 1 件加急待受理", "您有 1 件加急待受理，时限已过半", "您有 1 件加急待签收"]
    assert [one["text"] for one in phones.taken] == words
    assert [one["to"] for one in phones.taken] == [duty, duty, lead, duty]
    assert {tuple(one) for one in phones.taken} == {("to", "text", "key")}
    assert len({one["key"] for one in phones.taken}) == 4


def test_a_gateway_that_is_down_loses_nothing_and_is_seen(paired: Region) -> None:
    """Sent again with a longer pause each time; metrics and doctor say so; a number it refuses holds up no other."""
    phones, lead = Telephones(), "0579-5550002"
    settings = paired.cluster.settings(YIWU)
    with phones.answering():
        pass  # its port is known, and nobody answers there
    with telling(paired, phones.url, lead):
        first = shared(paired)
        paired.until("tried", lambda: _failing(paired) > 0)
        metrics = httpx.get(paired.at(YIWU, "intake").base_url + "/metrics", trust_env=False).text
        assert 'duikou_notifications_failing{level="arrival"} 1.0' in metrics
        found = examine(with_setting(settings, "notify_url", phones.url))
        assert [one.level for one in found if one.check == "notifications"] == [Level.WARN, Level.OK]
        with phones.answering():
            pause_over(paired)
            paired.until("told", lambda: len(phones.taken) == 1)
            phones.refused.add(lead)
            half_over(paired, first)
            paired.until("the lead's number is refused", lambda: _failing(paired) > 0)
            shared(paired)
            paired.until("the other is told", lambda: len(phones.taken) == 2)
            phones.refused.clear()
            pause_over(paired)
            paired.until("the lead is told", lambda: len(phones.taken) == 3)
    assert [one["text"] for one in phones.taken[:2]] == ["您有 1 件加急待签收"] * 2
    assert _failing(paired) == 0


def _failing(made: Region) -> int:
    return sum(row["failing"] for row in made.node(YIWU).figures.notifications())


def with_setting(path: Path, name: str, value: str) -> Path:
    """A copy of a settings file beside it, with one setting more."""
    other = path.with_name("with.toml")
    other.write_text(f"{path.read_text()}{name} = {json.dumps(value)}\n")
    return other


# -- queries -----------------------------------------------------------------------------------------------------------


# -- attachments -------------------------------------------------------------------------------------------------------

SHARED = "duikou.lead.shared.v1"
PICTURE = jpeg(exif(6))


def attach(officer: Officer, channel: str, file: bytes, content_id: str = "") -> tuple[Any, Any, str]:
    """A lead with that file uploaded: summary, content, and the content id."""
    begun = content_id or str(uuid4())
    made = officer.upload(channel, SHARED, begun, file)
    clear = {"kind": "photo", "digest": made.digest, "size": made.size, "media": made.media}
    told = {"digest": made.digest, "title": "示例照片", "pages": 1, "plain_digest": made.plain_digest}
    return {**SUMMARY, "attachments": [clear]}, {**CONTENT, "attachments": [told]}, begun


def test_an_attachment_is_fetched_like_its_content(paired: Region) -> None:
    """FIELDS 6.5: read by whoever signs it; by the recipient after his record (L7); gone with its lead (L8)."""
    channel, author, approver = paired.channel, paired.at(XINCAI, "author"), paired.at(XINCAI, "approver")
    summary, content, begun = attach(author, channel, PICTURE)
    digest = summary["attachments"][0]["digest"]
    assert attach(author, channel, PICTURE, begun)[:2] == (summary, content), "the same again for the same file"
    paper = author.draft(channel, SHARED, summary, content, content_id=begun, key="attach-once-0001")
    assert author.draft(channel, SHARED, summary, content, content_id=begun, key="attach-once-0001") == paper
    assert author.paper(paper).content == begun
    assert approver.attachment("desk", begun, digest) == jpeg(TURNED)
    assert refused(paired.at(XINCAI, "intake").attachment, "desk", begun, digest).law == "L7"
    again = refused(author.revise, paper, summary, content, content_id=begun)
    assert again.code == "content_used", "a revision is a new content"
    old, begun = begun, str(uuid4())
    one = {**summary["attachments"][0], "plain_digest": content["attachments"][0]["plain_digest"]}
    carried = author.carry(channel, SHARED, begun, old, {name: one[name] for name in one if name != "kind"})
    assert (carried.size, carried.plain_digest) == (one["size"], one["plain_digest"])
    digest = summary["attachments"][0]["digest"] = content["attachments"][0]["digest"] = carried.digest
    author.revise(paper, {**summary, "urgency": "routine"}, content, content_id=begun)
    author.submit(paper)
    approver.approve(paper)
    subject = author.sent(paper).subject
    intake, handler = paired.at(YIWU, "intake"), paired.at(YIWU, "author")
    paired.until("delivered", lambda: stands(intake, channel, subject, "delivered"))
    assert refused(handler.attachment, channel, begun, digest).code == "unknown_matter", "no record"
    assert refused(handler.access_statement, channel, begun, HOW[0]).law == "S3", "not signed for"
    intake.receive(channel, subject)
    record = handler.record_access(channel, begun, handler.access_statement(channel, begun, *HOW)).event_id
    path = f"/v1/channels/{channel}/contents/{begun}/attachments/{digest}"
    answer = raw(handler, "GET", path, params={"record": record})
    assert answer.content == jpeg(TURNED)
    named = {name: answer.headers[name] for name in ("content-type", "cache-control", "content-disposition")}
    assert named == {
        "content-type": "image/jpeg",
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{digest[:12]}.jpg"',
    }
    assert refused(handler.attachment, channel, begun, "0" * 64, record).code == "unknown_matter"
    assert refused(intake.attachment, channel, begun, digest, record).code == "officers", "another's record"
    assert refused(attach, author, channel, PICTURE, begun).code == "content_used"
    paired.at(XINCAI, "author").withdraw(channel, subject, "error")
    paired.until("removed", lambda: not stands(handler, channel, subject, "received"))
    assert refused(handler.attachment, channel, begun, digest, record).problem.status == 410


def test_a_document_names_only_files_that_are_there(paired: Region) -> None:
    """What nobody uploaded, under no content, under another, or described otherwise, is not drafted."""
    channel, author = paired.channel, paired.at(XINCAI, "author")
    summary, content, begun = attach(author, channel, PICTURE)
    (clear,), (told,) = summary["attachments"], content["attachments"]
    missing = {"digest": "0" * 64}
    wrong: dict[str, tuple[Any, Any, str | None, str]] = {
        "no content id": (clear, told, None, "content_id"),
        "nothing uploaded": ({**clear, **missing}, {**told, **missing}, begun, "content.attachments.0"),
        "another size": ({**clear, "size": clear["size"] + 1}, told, begun, "content.attachments.0"),
        "another form": ({**clear, "media": "png"}, told, begun, "content.attachments.0"),
        "another plain digest": (clear, {**told, "plain_digest": "0" * 64}, begun, "content.attachments.0"),
        "a kind that nobody has": ({**clear, "kind": "archive"}, told, begun, "attachments.0.kind"),
    }
    for name, (said, titled, under, path) in wrong.items():
        parts = ({**summary, "attachments": [said]}, {**content, "attachments": [titled]})
        error = refused(author.draft, channel, SHARED, *parts, content_id=under)
        assert (error.code, error.problem.errors[0]["path"]) == ("invalid", path), name
    elsewhere = refused(author.draft, channel, SHARED, summary, content, content_id=str(uuid4()))
    assert elsewhere.code == "unknown_matter"
    _, _, other = attach(author, channel, pdf())
    error = refused(author.draft, channel, SHARED, summary, content, content_id=other)
    assert [field["path"] for field in error.problem.errors] == ["content.attachments.0"]
    eleven = ({**summary, "attachments": [clear] * 11}, {**content, "attachments": [told] * 11})
    assert refused(author.draft, channel, SHARED, *eleven, content_id=begun).code == "invalid"


NO_ATTACHMENT = {
    "an archive": ("author", SHARED, b"PK\x03\x04" + MARK.encode(), 422, "shape"),
    "a document that acts": ("author", SHARED, pdf(b"<< /S /JavaScript /JS (" + MARK.encode() + b") >>"), 422, "shape"),
    "nothing": ("author", SHARED, b"", 422, "shape"),
    "a byte too many": ("author", SHARED, b"%PDF-1." + bytes(MAX_FILE - 6), 413, "request"),
    "of an event without attachments": ("author", "duikou.lead.received.v1", PICTURE, 422, "invalid"),
    "of an event that nobody knows": ("author", "duikou.lead.nothing.v1", PICTURE, 422, "invalid"),
    "by an officer who drafts nothing": ("intake", SHARED, PICTURE, 403, "officers"),
}


@pytest.mark.parametrize("name", NO_ATTACHMENT)
def test_what_is_no_attachment_is_refused(paired: Region, name: str) -> None:
    post, type_, file, status, code = NO_ATTACHMENT[name]
    path = f"/v1/channels/{paired.channel}/contents/{uuid4()}/attachments"
    answer = raw(paired.at(XINCAI, post), "POST", path, content=file, params={"type": type_})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert MARK not in answer.text


def test_an_upload_lies_in_no_temporary_file(paired: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """PROTOCOL 10: what is larger than a parser's buffer is not put on a disk by it."""
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    large = jpeg(segment(0xFE, bytes(65_000)) * 40)
    assert attach(paired.at(XINCAI, "author"), paired.channel, large)[0]["attachments"][0]["media"] == "jpg"


def test_what_was_begun_is_wrapped_and_waits_for_30_days(paired: Region) -> None:
    """Halves ahead of their content lie in the node's folder, for the unit's own key alone."""
    channel, author, node = paired.channel, paired.at(XINCAI, "author"), paired.node(XINCAI)
    summary, content, begun = attach(author, channel, PICTURE)
    path = node.settings.begun / f"{begun}.json"
    halves = attachments.secret(node, channel, SHARED, begun).halves
    assert path.stat().st_mode & 0o777 == 0o600
    assert [half for half in halves if base64.b64encode(half)[:40] in path.read_bytes()] == []
    month_ago = time.time() - 30 * 86_400
    os.utime(path, (month_ago + 60, month_ago + 60))
    attach(author, channel, PICTURE)
    assert path.exists()
    os.utime(path, (month_ago - 60, month_ago - 60))
    attach(author, channel, PICTURE)
    assert not path.exists()
    gone = refused(author.draft, channel, SHARED, summary, content, content_id=begun)
    assert (gone.code, gone.law) == ("unknown_matter", "FIELDS 6.5")


def test_only_a_few_files_are_in_memory_at_once(paired: Region) -> None:
    """Beyond them a request is asked to come again, once it is known who asks."""
    path = f"/v1/channels/{paired.channel}/contents/{uuid4()}/attachments"
    places = [door.few.acquire(blocking=False) for _ in range(door.AT_ONCE)]
    try:
        answer = raw(paired.at(XINCAI, "author"), "POST", path, content=PICTURE, params={"type": SHARED})
        assert (all(places), answer.status_code, answer.json()["code"]) == (True, 503, "not_yet")
    finally:
        for _ in places:
            door.few.release()
    answer = raw(paired.at(XINCAI, "author"), "POST", path, content=PICTURE, params={"type": SHARED})
    assert answer.status_code == 200


def test_a_store_that_cannot_be_used_is_the_operators(
    paired: Region, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """503, and nothing of its address."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(paired.node(XINCAI), "blobs", FolderBlobs(tmp_path / "file"))
    path = f"/v1/channels/{paired.channel}/contents/{uuid4()}/attachments"
    answer = raw(paired.at(XINCAI, "author"), "POST", path, content=PICTURE, params={"type": SHARED})
    assert (answer.status_code, answer.json()["code"], str(tmp_path) in answer.text) == (503, "not_yet", False)


def test_a_file_is_for_a_channel_of_ours(paired: Region) -> None:
    author = paired.at(XINCAI, "author")
    assert refused(author.upload, "a" * 52, SHARED, str(uuid4()), PICTURE).code == "unknown_matter"


def test_no_query_shows_content(paired: Region) -> None:
    """Clear parts only, on every list there is (PROTOCOL 10)."""
    shared(paired)
    for unit in (XINCAI, YIWU):
        officer = paired.at(unit, "author")
        paths = ("cases", "search", "enquiries", "pairings", "outflow", "inbox", "papers", "refused", "units", "node")
        text = "".join(raw(officer, "GET", f"/v1/{path}", params={}).text for path in paths)
        assert [secret for secret in SECRETS if secret in text] == []


# -- commands ----------------------------------------------------------------------------------------------------------


def test_the_same_key_is_the_same_act(paired: Region) -> None:
    """Same key, same body: the same answer, one event. Same key, another body: 409 (WIRE 29)."""
    author = paired.at(XINCAI, "author")
    about = (paired.channel, "duikou.lead.shared.v1")
    key = fresh()
    paper = author.draft(*about, SUMMARY, CONTENT, key=key)
    assert author.draft(*about, SUMMARY, CONTENT, key=key) == paper
    for summary, content in (
        ({**SUMMARY, "urgency": "routine"}, CONTENT),
        (SUMMARY, {**CONTENT, "narrative": CONTENT["narrative"].replace("茶叶", "香菇")}),
    ):
        assert refused(author.draft, *about, summary, content, key=key).code == "key_reused"
    subject = shared(paired)
    intake, path = paired.at(YIWU, "intake"), f"/v1/channels/{paired.channel}/leads/{subject}/received"
    first, again = (intake.node.post(path, {}, key=key, wait=20) for _ in range(2))
    assert first == again
    owner, path = paired.at(XINCAI, "author"), f"/v1/channels/{paired.channel}/leads/{subject}/withdrawn"
    owner.node.post(path, {"ground": "error"}, key=key, wait=20)
    assert refused(owner.node.post, path, {"ground": "order"}, key=key).code == "key_reused"


def test_many_at_once_under_one_key_make_one_event(paired: Region) -> None:
    """Retries that overlap are one act."""
    subject, key = shared(paired), fresh()
    path = f"/v1/channels/{paired.channel}/leads/{subject}/received"
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(paired.at(YIWU, "intake").node.post(path, {}, key=key)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len({(one["event_id"], one["sequence"]) for one in answers}) == 1


def test_own_writes_are_read_or_it_is_said_that_they_are_not_yet(paired: Region) -> None:
    """``after``: a view that has not reached the place answers 504, never with less (PROTOCOL 6)."""
    subject = shared(paired)
    intake = paired.at(YIWU, "intake")
    paired.hold(YIWU, "projector")
    try:
        answer = intake.receive(paired.channel, subject)
        path = f"/v1/channels/{paired.channel}/leads/{subject}"
        late = raw(intake, "GET", path, params={"after": answer.after, "wait": 0.2})
        assert (late.status_code, late.json()["code"]) == (504, "not_yet")
    finally:
        paired.start(YIWU, "projector")
    assert intake.matter("leads", paired.channel, subject, after=answer.event_id).status == "received"


def test_a_refused_command_says_code_and_law(paired: Region) -> None:
    """One table for the door and the log: code, law, what to do."""
    subject, officer = shared(paired), paired.at(YIWU, "author")
    for act, status, code in (
        (lambda: officer.receive(paired.channel, subject), 403, "officers"),
        (lambda: officer.accept(paired.channel, subject, ahead(10), HANDLER), 409, "state"),
        (lambda: officer.withdraw(paired.channel, subject, "error"), 403, "wrong_side"),
        (lambda: officer.close(paired.channel, str(uuid4())), 404, "unknown_matter"),
    ):
        problem = refused(act).problem
        assert (problem.status, problem.code) == (status, code)
        assert problem.law
        assert problem.title


def test_a_stopped_channel_answers_not_yet(paired: Region) -> None:
    """An operator must look; commands wait, nothing is refused for good."""
    subject, node = shared(paired), paired.node(YIWU)
    topic = paired.topic
    node.replica.stop(topic, "a test")
    try:
        with pytest.raises(NotYetError):
            paired.at(YIWU, "intake").receive(paired.channel, subject)
        channels = paired.at(YIWU, "intake").about()["channels"]
        assert [one["state"] for one in channels if one["channel"] == paired.channel] == ["stopped"]
    finally:
        node.replica.resume(topic)


# -- bad input ---------------------------------------------------------------------------------------------------------

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


def raw(officer: Officer, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {officer.token}", "Idempotency-Key": fresh(), **more.pop("headers", {})}
    return officer.node.http.request(method, officer.base_url + path, headers=headers, **more)


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named_and_not_echoed(paired: Region, name: str) -> None:
    """Path and rule; never a value, never a member's name that was made up."""
    method, path, body, status, field = BAD[name]
    place = {"channel": paired.channel, "subject": str(uuid4()), "content": str(uuid4())}
    named = path
    for word, value in place.items():
        named = named.replace(f"{{{word}}}", value)
    more = {} if body is None else {"json": body}
    answer = raw(paired.at(XINCAI, "author"), method, named, **more)
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


# -- who asks ----------------------------------------------------------------------------------------------------------


def test_only_officers_of_this_unit_are_answered(paired: Region) -> None:
    """No token, another unit's, an officer of nobody: 401 or 403, and nothing is said of why."""
    ours, theirs = paired.at(XINCAI, "author"), paired.at(YIWU, "author")
    stranger = development_issuer(paired.node(XINCAI).settings).issue(str(uuid4()))
    neighbour = development_issuer(paired.node(XINCAI).settings).issue(paired.officer(YIWU, "author"))
    for token, status in (("x", 401), ("x.y.z", 401), (theirs.token, 401), (stranger, 403), (neighbour, 403)):
        answer = ours.node.http.get(ours.base_url + "/v1/node", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
        assert answer.json()["code"] in ("token", "officers")


def test_every_route_asks_who(paired: Region) -> None:
    """But the two that say whether the process lives and may work."""
    app = create_app(paired.node(XINCAI))
    open_to_all = {"/healthz", "/readyz", "/docs"}
    base = paired.at(XINCAI, "author").base_url
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            filled = path.replace("{channel}", paired.channel).replace("{content}", str(uuid4()))
            filled = filled.replace("{subject}", "x").replace("{paper}", "x").replace("{event_id}", str(uuid4()))
            filled = filled.replace("{topic}", paired.topic).replace("{offset}", "1")
            more: dict[str, Any] = {"json": {}} if method in ("post", "put") else {}
            answer = httpx.request(method.upper(), base + filled, trust_env=False, **more)
            assert (answer.status_code == 401) is (path not in open_to_all), (method, path, answer.text)


# -- the description ---------------------------------------------------------------------------------------------------


def test_every_operation_is_described_with_an_example(paired: Region) -> None:
    """Summary, description, an example of every body and of every answer that has a form."""
    description = create_app(paired.node(XINCAI)).openapi()
    models = description["components"]["schemas"]
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            for schema in _schemas(operation):
                name = schema["$ref"].rsplit("/", 1)[1] if "$ref" in schema else ""
                assert not name or models[name].get("examples"), (method, path, name)


def test_every_operation_says_which_problems_it_answers_with(paired: Region) -> None:
    """RFC 9457 everywhere, with an example; nothing of the framework's own form of an error."""
    base = paired.at(XINCAI, "author").base_url
    document = httpx.get(base + "/openapi.json", trust_env=False).json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            wrong = {status: one for status, one in operation["responses"].items() if status >= "400"}
            assert {"401", "503"} <= set(wrong), (method, path)
            for status, one in wrong.items():
                said = one["content"]["application/problem+json"]["schema"]["examples"][0]
                assert (str(said["status"]), bool(said["title"])) == (status, True), (method, path)


def _schemas(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    bodies = [operation.get("requestBody", {})]
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    for part in (*bodies, *answers):
        for media in part.get("content", {}).values():
            schema = media.get("schema") or media["itemSchema"]  # of a stream
            yield schema.get("items", schema)


def test_the_page_of_operations_needs_no_other_host(paired: Region) -> None:
    """It works on an isolated network."""
    base = paired.at(XINCAI, "author").base_url
    page = httpx.get(base + "/docs", trust_env=False)
    assert page.status_code == 200
    assert "/v1/papers" in page.text
    assert "http://" not in page.text.replace(base, "")
    assert "https://" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


# -- the server --------------------------------------------------------------------------------------------------------


def test_health_and_readiness_tell_the_truth(paired: Region) -> None:
    """Alive is not ready: without our own ledgers read back no command is accepted."""
    base = paired.at(XINCAI, "author").base_url
    assert httpx.get(base + "/healthz", trust_env=False).status_code == 200
    ready = httpx.get(base + "/readyz", trust_env=False)
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert set(ready.json()["checks"]) == {"database", "schema", "log", "ledgers", "trust", "desk"}
    about = paired.at(XINCAI, "author").about()
    assert about["root"] == paired.root
    assert "software only" in about["flags"]["reading"]


def test_a_server_ends_when_asked_and_frees_its_port(paired: Region) -> None:
    """Twice in a row on one port; a taken port is a setting that is wrong."""
    node = paired.node(XINCAI)
    taken = node.settings.port
    stop = threading.Event()
    with pytest.raises(SettingsError, match="port"):
        serve(node, "127.0.0.1", taken, stop)
    for _ in range(2):
        stop = threading.Event()
        thread = serve(node, "127.0.0.1", taken + 1, stop)
        started = time.monotonic()
        paired.until("it answers", lambda: _alive(taken + 1), 10)
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        assert time.monotonic() - started < 15
    with pytest.raises(SettingsError, match="loopback"):
        serve(node, "0.0.0.0", taken + 1, stop)  # noqa: S104 - that is what is refused


def test_what_it_accepts_sends_at_once(paired: Region) -> None:
    """A client that delays its acknowledgement does not hold back an answer that is sent in two parts."""
    port = paired.node(XINCAI).settings.port + 2
    with listening("127.0.0.1", port) as server, socket.create_connection(("127.0.0.1", port)):
        accepted, _ = server.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def _alive(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False
