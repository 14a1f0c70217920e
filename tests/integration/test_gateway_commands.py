"""Commands: one act for one key, read after written, refused with code and law."""

import threading
from typing import Any
from uuid import uuid4

import pytest

from services.cli.client import fresh
from services.cli.errors import NotYetError
from services.demo.cast import XINCAI, YIWU
from services.node import watching
from tests.support.offices import HANDLER, ahead, delivered, raw, refused_with
from tests.support.region import CONTENT, SUMMARY, Region


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
        assert refused_with(author.draft, *about, summary, content, key=key).code == "key_reused"
    subject = delivered(paired)
    intake, path = paired.at(YIWU, "intake"), f"/v1/channels/{paired.channel}/leads/{subject}/received"
    first, again = (intake.node.post(path, {}, key=key, wait=20) for _ in range(2))
    assert first == again
    owner, path = paired.at(XINCAI, "author"), f"/v1/channels/{paired.channel}/leads/{subject}/withdrawn"
    owner.node.post(path, {"ground": "error"}, key=key, wait=20)
    assert refused_with(owner.node.post, path, {"ground": "order"}, key=key).code == "key_reused"


def test_many_at_once_under_one_key_make_one_event(paired: Region) -> None:
    """Retries that overlap are one act."""
    subject, key = delivered(paired), fresh()
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


def test_a_request_asks_once_whether_there_is_more(paired: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many channels it looks into, and however often."""
    monkeypatch.setattr(watching, "SHARED_SECONDS", float("inf"))
    subject, node, asked = delivered(paired), paired.node(YIWU), list[dict[str, int]]()
    there = node.replica.positions

    def asking() -> dict[str, int]:
        asked.append(there())
        return asked[-1]

    paired.hold(YIWU, "intake")
    try:
        monkeypatch.setattr(node.replica, "positions", asking)
        path = f"/v1/channels/{paired.channel}/leads/{subject}/received"
        assert raw(paired.at(YIWU, "intake"), "POST", path, json={}).status_code == 202
        assert len(asked) == 1
    finally:
        paired.start(YIWU, "intake")


def test_own_writes_are_read_or_it_is_said_that_they_are_not_yet(paired: Region) -> None:
    """``after``: a view that has not reached the place answers 504, never with less (PROTOCOL 6)."""
    subject = delivered(paired)
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
    subject, officer = delivered(paired), paired.at(YIWU, "author")
    for act, status, code in (
        (lambda: officer.receive(paired.channel, subject), 403, "officers"),
        (lambda: officer.accept(paired.channel, subject, ahead(10), HANDLER), 409, "state"),
        (lambda: officer.withdraw(paired.channel, subject, "error"), 403, "wrong_side"),
        (lambda: officer.close(paired.channel, str(uuid4())), 404, "unknown_matter"),
    ):
        problem = refused_with(act).problem
        assert (problem.status, problem.code) == (status, code)
        assert problem.law
        assert problem.title


def test_a_stopped_channel_answers_not_yet(paired: Region) -> None:
    """An operator must look; commands wait, nothing is refused for good."""
    subject, node = delivered(paired), paired.node(YIWU)
    topic = paired.topic
    node.replica.stop(topic, "a test")
    try:
        with pytest.raises(NotYetError):
            paired.at(YIWU, "intake").receive(paired.channel, subject)
        channels = paired.at(YIWU, "intake").about()["channels"]
        assert [one["state"] for one in channels if one["channel"] == paired.channel] == ["stopped"]
    finally:
        node.replica.resume(topic)
