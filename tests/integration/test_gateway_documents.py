"""Documents and matters over HTTP, from draft to removal, on real nodes."""

import base64
import json
from uuid import uuid4

import httpx
import pytest

from contracts.approval import Approval
from contracts.vocabulary import AccessReason, Role
from services.cli.client import Officer, fresh
from services.cli.errors import SigningRefusedError, VoidError
from services.cli.replies import RefusedRecord
from services.demo.cast import XINCAI, YIWU
from services.domain.clocks import DAY, format_time
from services.node.folds import now_ms
from tests.support.offices import HANDLER, MARK, ahead, delivered, raw, refused_with, stands
from tests.support.region import CONTENT, SUMMARY, Region


def test_a_lead_from_draft_to_removal(paired: Region) -> None:
    """Drafted, signed twice, signed for, opened after its record, accepted, fed back, withdrawn, gone (L5, L7, L8)."""
    channel, subject = paired.channel, delivered(paired)
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
    gone = refused_with(handler.open, channel, content)
    assert (gone.problem.status, gone.law) == (410, "L8")


def _ticks(officer: Officer, channel: str, subject: str) -> list[bool]:
    """How far the first document has come that his unit sent in the matter: sealed, in the log, delivered, ..."""
    first = officer.matter("leads", channel, subject).ticks[0]
    return [bool(first[name]) for name in ("sealed", "logged", "delivered", "received", "read")]


def test_an_enquiry_is_asked_and_answered(paired: Region) -> None:
    """Asked with two signatures, signed for, undertaken, answered by one, closed."""
    channel, subject = paired.channel, delivered(paired)
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
    channel, subjects = paired.channel, [delivered(paired), delivered(paired)]
    intake, author = paired.at(YIWU, "intake"), paired.at(YIWU, "author")
    first, second = (paired.officer(YIWU, post) for post in ("author", "approver"))
    for subject in subjects:
        told = intake.assign(channel, subject, first)
    assert {one["subject"] for one in intake.assignments(first, after=told.after)} >= set(subjects)
    assert refused_with(author.assign, channel, subjects[0], second).code == "officers"
    assert refused_with(intake.assign, channel, str(uuid4()), first).code == "unknown_matter"
    assert refused_with(intake.assign, channel, subjects[0], paired.officer(XINCAI, "author")).law == "D8"
    told = intake.assign(channel, subjects[0], second)
    assert {one["subject"] for one in intake.assignments(second, after=told.after)} >= {subjects[0]}
    assert subjects[1] in intake.hand(first, second)
    assert intake.hand(first, second) == []
    paired.until("handed on", lambda: {one["subject"] for one in intake.assignments(second)} >= set(subjects))


def test_what_one_officer_did_at_once_is_confirmed_by_an_approver(paired: Region) -> None:
    """D11, MECHANISM 2: due at the approver's, not at the author's; by another officer, once; only such an act."""
    channel, subject = paired.channel, delivered(paired)
    author, approver, head = (paired.at(XINCAI, post) for post in ("author", "approver", "head"))
    after = author.withdraw(channel, subject, "error").after
    timeline = author.matter("leads", channel, subject, after=after).state["timeline"]
    act = next(one["digest"] for one in timeline if one["type"] == "duikou.lead.withdrawn.v1")

    def waits(officer: Officer) -> list[str]:
        return [one.event for one in officer.inbox(after=after) if (one.kind, one.subject) == ("confirm_act", subject)]

    assert (waits(author), waits(approver), waits(head)) == ([], [act], [act])
    assert refused_with(author.confirm, channel, subject, act).code == "officers"
    shared_event = author.matter("leads", channel, subject).state["timeline"][0]["digest"]
    assert refused_with(approver.confirm, channel, subject, shared_event).law == "D11"
    theirs = paired.at(YIWU, "approver")
    paired.until("it arrives", lambda: not stands(theirs, channel, subject, "delivered"))
    assert refused_with(theirs.confirm, channel, subject, act).law == "D11"
    after = approver.confirm(channel, subject, act).after
    assert (waits(approver), waits(head)) == ([], [])
    assert refused_with(head.confirm, channel, subject, act).code == "state"


def test_several_are_signed_for_in_one_call_and_each_has_its_result(paired: Region) -> None:
    """MECHANISM 4 "bulk answers": what is refused hinders no other; the same call gives the same answers."""
    channel, intake, key = paired.channel, paired.at(YIWU, "intake"), fresh()
    one, other = delivered(paired), delivered(paired)
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
    assert refused_with(author.to_sign, papers[:1] * 11, Role.AUTHOR).code == "invalid"


def test_two_holdings_are_linked_and_what_is_not_held_is_not(paired: Region) -> None:
    """D9."""
    channel, one, other = paired.channel, delivered(paired), delivered(paired)
    author = paired.at(YIWU, "author")
    path = f"/v1/desk/links/{channel}"
    told = author.node.post(f"{path}/{one}", {"other_channel": channel, "other": other}, wait=10)
    assert told["status"] == "recorded"
    missing = {"other_channel": channel, "other": str(uuid4())}
    assert refused_with(author.node.post, f"{path}/{one}", missing).code == "unknown_matter"


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
    assert refused_with(paired.at(XINCAI, "intake").read_draft, held.content).code == "officers"
    author.discard(paper)
    assert refused_with(author.submit, paper).code == "state"


def test_four_eyes_at_the_door(paired: Region) -> None:
    """L5: the author does not approve; another's signature, another document's and a revised one's are refused."""
    author, approver = paired.at(XINCAI, "author"), paired.at(XINCAI, "approver")
    first, second = (author.draft(paired.channel, "duikou.lead.shared.v1", SUMMARY, CONTENT) for _ in range(2))
    given = author.statement(first, Role.AUTHOR)
    with pytest.raises(SigningRefusedError):
        author.sign(second, Role.AUTHOR, given)
    signed = author.signer.sign(given.payload_type, base64.b64decode(given.payload)) if author.signer else b""
    body = {"keyid": given.keyid, "sig": base64.b64encode(signed).decode(), "payload": given.payload}
    assert refused_with(author.node.post, f"/v1/papers/{second}/submission", {"signed": body}).law == "L5"
    forged = {**body, "sig": base64.b64encode(bytes(64)).decode()}
    assert refused_with(author.node.post, f"/v1/papers/{first}/submission", {"signed": forged}).code == "signatures"
    author.submit(first)
    assert refused_with(author.approve, first).code == "officers"
    assert refused_with(approver.approve, first, Role.HEAD).code == "officers"


def test_leave_cover_is_asked_for_by_a_head_and_within_bounds(paired: Region) -> None:
    """WIRE 23: at most 30 days, as approver or head, for an officer of ours or an approver or head of our superior."""
    head, ours = paired.at(XINCAI, "head"), paired.officer(XINCAI, "intake")
    begin = now_ms()
    span = (format_time(begin), format_time(begin + 30 * DAY))
    assert head.delegate(head.delegation_statement(ours, Role.HEAD, *span))["keyid"]
    assert refused_with(paired.at(XINCAI, "approver").delegation_statement, ours, Role.APPROVER, *span).law == "WIRE 23"
    theirs = paired.officer(YIWU, "approver")
    assert refused_with(head.delegation_statement, theirs, Role.APPROVER, *span).law == "PROTOCOL 7"
    for role, until, field in (
        (Role.AUTHOR, span[1], "role"),
        (Role.APPROVER, format_time(begin + 30 * DAY + 1), "until"),
        (Role.APPROVER, span[0], "until"),
    ):
        problem = refused_with(head.delegation_statement, ours, role, span[0], until).problem
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
    problem = refused_with(approver.approve, paper)
    assert (problem.problem.status, problem.code, problem.law) == (409, "purpose", "L6")
    assert author.paper(paper).status == "submitted"


def test_nothing_is_drafted_under_a_grant_that_nobody_gave(paired: Region) -> None:
    """S10; and what is no lead goes under no grant."""
    author, handler = paired.at(XINCAI, "author"), paired.at(YIWU, "author")
    about = (paired.channel, "duikou.lead.shared.v1", SUMMARY, CONTENT)
    problem = refused_with(author.draft, *about, grant="a" * 64)
    assert (problem.problem.status, problem.code, problem.law) == (404, "unknown_matter", "S10")
    declined = (paired.channel, "duikou.lead.declined.v1", {"ground": "cannot_act"})
    problem = refused_with(handler.draft, *declined, subject=delivered(paired), grant="a" * 64)
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
    assert refused_with(approver.acknowledge_refused, record.topic, record.offset).code == "state"
    paired.resume(YIWU)


def _listed(officer: Officer, after: str) -> list[RefusedRecord]:
    return [RefusedRecord.model_validate(one) for one in officer.node.get("/v1/refused", after=after)]
