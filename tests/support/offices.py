"""What two paired units do over HTTP, in the words of the acceptance stories."""

import io
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from contracts.vocabulary import AccessKind, AccessReason, Role
from services.cli.client import Officer, fresh
from services.cli.errors import ApiError
from services.demo.cast import XINCAI, YIWU
from services.domain.clocks import day
from services.node.folds import now_ms
from tests.support.region import CONTENT, SUMMARY, Region

HANDLER = {"name": "示例甲", "phone": "0579-5551234"}
HOW = (AccessReason.HANDLING, AccessKind.PRINT)
MARK = "不得回显的示例姓名"
"""Stands in every bad body; may stand in no answer."""


class Offices:
    """What both units do, in the story's words: a county, 新蔡 if no other is named, and 义乌."""

    def __init__(self, made: Region, county: str = XINCAI, channel: str = "") -> None:
        self.made, self.county, self.channel = made, county, channel or made.channel

    def at(self, unit: str, post: str) -> Officer:
        """An officer at his node."""
        return self.made.at(unit, post)

    def drafted(self, unit: str, type_: str, summary: Any, content: Any = None, **more: Any) -> str:
        """A document with its author's signature; ``more``: subject, content_id."""
        author = self.at(unit, "author")
        paper = author.draft(self.channel, f"duikou.{type_}.v1", summary, content, **more)
        author.submit(paper)
        return paper

    def document(self, unit: str, type_: str, summary: Any, content: Any = None, **more: Any) -> str:
        """Signed by author and approver, or head; recorded in the log and seen by the other unit. Its subject."""
        second = more.pop("second", Role.APPROVER)
        paper = self.drafted(unit, type_, summary, content, **more)
        self.at(unit, second.value).approve(paper, second)
        sent = self.at(unit, "author").sent(paper)
        assert sent.outgoing.status == "recorded", sent
        return sent.subject

    def say(self, unit: str, post: str, kind: str, act: str, subject: str, body: Any = None) -> None:
        """What one officer answers for."""
        told = self.at(unit, post).say(self.channel, kind, act, body, subject=subject)
        assert told.status == "recorded", told

    def delivered(self, content: Any = CONTENT, **summary: Any) -> str:
        """A lead that the county shared and 义乌's node has taken in."""
        subject = self.document(self.county, "lead.shared", {**SUMMARY, **summary}, content)
        self.arrives(YIWU, "leads", subject, "delivered")
        return subject

    def shared(self, content: Any = CONTENT, **summary: Any) -> str:
        """A lead that the county shared and 义乌 has signed for."""
        subject = self.delivered(content, **summary)
        self.say(YIWU, "intake", "leads", "received", subject)
        return subject

    def accepted(self, content: Any = CONTENT, **summary: Any) -> str:
        """... and accepted."""
        subject = self.shared(content, **summary)
        body = {"next_feedback_on": ahead(10), "content": {"handler": HANDLER}}
        self.say(YIWU, "author", "leads", "accepted", subject, body)
        self.arrives(self.county, "leads", subject, "in_progress")
        return subject

    def arrives(self, unit: str, kind: str, subject: str, status: str) -> None:
        """The unit sees the matter so."""

        def seen() -> bool:
            try:
                return bool(self.state(unit, kind, subject)["status"] == status)
            except ApiError:
                return False

        self.made.until(f"{unit} sees {kind} {status}", seen)

    def state(self, unit: str, kind: str, subject: str) -> dict[str, Any]:
        """The matter as a unit's view has it."""
        path = f"/v1/channels/{self.channel}/{kind}/{subject}"
        found: dict[str, Any] = self.at(unit, "author").node.get(path)["state"]
        return found


def ahead(days: int) -> str:
    return (day(now_ms()) + timedelta(days=days)).isoformat()


def paper_of(pdf: bytes) -> str:
    """Text of a PDF without white space."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def refused(act: Any, *arguments: Any, **named: Any) -> tuple[str, str]:
    """Code and law of a refusal."""
    error = refused_with(act, *arguments, **named)
    return error.code, error.law


def refused_with(act: Any, *arguments: Any, **named: Any) -> ApiError:
    """The refusal itself."""
    with pytest.raises(ApiError) as caught:
        act(*arguments, **named)
    return caught.value


def delivered(made: Region, content: Any = CONTENT) -> str:
    """A lead that 新蔡 shared and 义乌's node has taken in; its subject."""
    return Offices(made).delivered(content)


def stands(officer: Officer, channel: str, subject: str, status: str) -> bool:
    """Whether the officer's list has the lead so."""
    found = [one for one in officer.matters("leads") if (one.channel, one.subject) == (channel, subject)]
    return [one.status for one in found] == [status]


def raw(officer: Officer, method: str, path: str, **more: Any) -> httpx.Response:
    """A request of the officer as it is given, without the client's care."""
    headers = {"Authorization": f"Bearer {officer.token}", "Idempotency-Key": fresh(), **more.pop("headers", {})}
    return officer.node.http.request(method, officer.base_url + path, headers=headers, **more)
