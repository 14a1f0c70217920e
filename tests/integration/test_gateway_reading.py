"""Reading and printing: an access record first (L7); no list shows a content."""

import base64
from uuid import uuid4

from contracts.approval import AccessStatement
from contracts.vocabulary import AccessReason
from services.cli.replies import ToSign
from services.demo.cast import XINCAI, YIWU
from tests.support.offices import HANDLER, HOW, ahead, delivered, paper_of, raw, refused_with, stands
from tests.support.region import CONTENT, SECRETS, Region


def test_no_record_no_plaintext(paired: Region) -> None:
    """L7: not before it is signed for, not without a record, not with another's, not before the log has it."""
    channel, subject = paired.channel, delivered(paired)
    intake, handler = paired.at(YIWU, "intake"), paired.at(YIWU, "author")
    content = intake.matter("leads", channel, subject).contents[0]
    early = refused_with(handler.access_statement, channel, content, AccessReason.HANDLING)
    assert (early.code, early.law) == ("state", "S3")
    intake.receive(channel, subject)
    path = f"/v1/channels/{channel}/contents/{content}"
    assert refused_with(handler.node.get, path).law == "L7"
    assert refused_with(handler.node.get, path, record=str(uuid4())).code == "unknown_matter"
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
    assert refused_with(intake.opened, channel, content, record.event_id).code == "officers"
    answer = raw(handler, "GET", path, params={"record": record.event_id})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["content"] == CONTENT


def test_a_print_is_an_access_event_with_its_copy_number(paired: Region) -> None:
    """MECHANISM 4: counted over both units in log order; on a record of kind print, one's own; gone when withdrawn."""
    channel, subject = paired.channel, delivered(paired)
    intake, handler, owner = paired.at(YIWU, "intake"), paired.at(YIWU, "author"), paired.at(XINCAI, "author")
    content = intake.matter("leads", channel, subject).contents[0]
    path = f"/v1/channels/{channel}/contents/{content}/print"
    assert refused_with(handler.print, channel, content).law == "S3"
    received = intake.receive(channel, subject)
    read = handler.record_access(channel, content, handler.access_statement(channel, content, AccessReason.HANDLING))
    assert (refused_with(handler.printed, channel, content, read.event_id).code) == "signatures"
    record = handler.record_access(channel, content, handler.access_statement(channel, content, *HOW)).event_id
    assert refused_with(intake.printed, channel, content, record).code == "officers"
    assert refused_with(handler.printed, channel, content, str(uuid4())).code == "unknown_matter"
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
    assert refused_with(intake.receipt, channel, "leads", subject, "removal").code == "unknown_matter"
    source = paper_of(intake.source_statement(channel, subject, after=received.after))
    assert all(part in source for part in ("线索来源说明", "发出", "签收"))
    assert CONTENT["title"] not in source
    owner.withdraw(channel, subject, "error")
    paired.until("withdrawn", lambda: not stands(handler, channel, subject, "received"))
    gone = refused_with(handler.printed, channel, content, record)
    assert (gone.problem.status, gone.law) == (410, "L8")


def test_what_is_no_letter_is_not_printed(paired: Region) -> None:
    """Who handles a lead stands on the screen alone."""
    channel, subject = paired.channel, delivered(paired)
    paired.at(YIWU, "intake").receive(channel, subject)
    handler = paired.at(YIWU, "author")
    accepted = handler.accept(channel, subject, ahead(10), HANDLER)
    content = paired.at(YIWU, "author").matter("leads", channel, subject, after=accepted.after).contents[1]
    owner = paired.at(XINCAI, "author")
    paired.until("the owner sees it", lambda: stands(owner, channel, subject, "in_progress"))
    assert (refused_with(owner.print, channel, content).code) == "type"


def of_two(given: ToSign) -> ToSign:
    """The statement for two copies at once."""
    said = AccessStatement.model_validate_json(base64.b64decode(given.payload)).model_copy(update={"copies": 2})
    return given.model_copy(update={"payload": base64.b64encode(said.to_payload()).decode()})


def test_no_query_shows_content(paired: Region) -> None:
    """Clear parts only, on every list there is (PROTOCOL 10)."""
    delivered(paired)
    for unit in (XINCAI, YIWU):
        officer = paired.at(unit, "author")
        paths = ("cases", "search", "enquiries", "pairings", "outflow", "inbox", "papers", "refused", "units", "node")
        text = "".join(raw(officer, "GET", f"/v1/{path}", params={}).text for path in paths)
        assert [secret for secret in SECRETS if secret in text] == []


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
    subject = delivered(paired)
    mine = [item for item in paired.at(YIWU, "intake").inbox() if item.subject == subject]
    assert [(item.kind, item.overdue, item.ours) for item in mine] == [("sign_for", False, True)]
    assert mine[0].groups[0] == "to_sign_for"
    grouped = {name: paired.at(YIWU, "intake").inbox(group=name) for name in ("to_sign_for", "overdue", "removal")}
    of = {name: subject in {item.subject for item in items} for name, items in grouped.items()}
    assert of == {"to_sign_for": True, "overdue": False, "removal": False}
    paired.until("the owner sees what the other owes", lambda: _owed(paired, subject) == ["sign_for"])
    assert not [item for item in paired.at(XINCAI, "author").inbox("ours") if item.subject == subject]
