"""Searching: by clear parts, by one exact value under a record, own duplicates at draft (MECHANISM 4)."""

import base64
import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from contracts.approval import AccessStatement
from contracts.vocabulary import AccessKind, AccessReason
from services.cli.replies import ToSign
from services.demo.cast import XINCAI, YIWU
from services.domain.clocks import day
from services.node.folds import now_ms
from services.node.index import Forgetting
from tests.support.offices import MARK, ahead, delivered, raw, refused_with, stands
from tests.support.region import CONTENT, SECRETS, SUMMARY, Region

SEARCH = (AccessReason.HANDLING, AccessKind.INDEX_SEARCH)


def reached(mobile: str) -> dict[str, Any]:
    """A lead's content with that number."""
    return {**CONTENT, "identifiers": [{**CONTENT["identifiers"][0], "value": mobile}]}


def sent(made: Region, content: dict[str, Any]) -> tuple[str, str]:
    """(subject, content id) of such a lead, delivered."""
    subject = delivered(made, content)
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
    early = refused_with(handler.access_statement, channel, content, *SEARCH)
    assert (early.code, early.law) == ("state", "L7")
    looking = (channel, content)
    own = for_search(handler.access_statement(*looking, AccessReason.HANDLING))
    unread = refused_with(handler.search_for, *looking, handler.record_access(*looking, own).event_id, "mobile", mobile)
    assert (unread.code, unread.law) == ("state", "L7")  # also for who writes his statement himself
    opened = handler.record_access(*looking, handler.access_statement(*looking, AccessReason.HANDLING)).event_id
    handler.opened(*looking, opened)
    assert refused_with(handler.search_for, *looking, opened, "mobile", mobile).code == "signatures"
    assert refused_with(handler.search_for, *looking, str(uuid4()), "mobile", mobile).code == "unknown_matter"
    given = handler.access_statement(*looking, *SEARCH)
    assert AccessStatement.model_validate_json(base64.b64decode(given.payload)).task == subject
    record = handler.record_access(*looking, given).event_id
    assert refused_with(intake.search_for, *looking, record, "mobile", mobile).code == "officers"
    assert refused_with(handler.opened, *looking, record).code == "signatures"
    path = f"/v1/channels/{channel}/contents/{content}/search"
    for kind, value in (("mobile", "137*"), ("name", f"{MARK}%"), ("sex", MARK)):
        answer = raw(handler, "POST", path, params={"record": record}, json={"kind": kind, "value": value})
        assert (answer.status_code, MARK in answer.text) == (422, False)
    first = handler.search_for(*looking, record, "mobile", mobile)
    assert handler.search_for(*looking, record, "mobile", "137 0000 2222") == first
    assert refused_with(handler.search_for, *looking, record, "mobile", "13700003333").code == "signatures"
    node = paired.node(YIWU)
    monkeypatch.setattr(node, "settings", replace(node.settings, searches_per_day=0))
    assert handler.search_for(*looking, record, "mobile", mobile) == first
    assert refused_with(handler.find, *looking, "mobile", mobile).code == "too_many"
    text = str(paired.rows(YIWU, "SELECT encode(token, 'escape') FROM content_index")).encode()
    text += str(paired.rows(YIWU, "SELECT s::text FROM index_search AS s")).encode()
    assert [secret for secret in (*SECRETS, mobile) if secret.encode() in text] == []
    paired.hold(YIWU, "relay")
    try:
        handler.wait = 0
        waits = handler.record_access(*looking, handler.access_statement(*looking, *SEARCH)).event_id
        early = refused_with(handler.search_for, *looking, waits, "mobile", mobile)
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
    channel, subject = paired.channel, delivered(paired)
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
