"""The story: a pairing, a lead answered to its outcome, a lead withdrawn, a share that loses its race."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from contracts.channels import PAIRING
from contracts.enquiry import Asked
from contracts.lead import OutcomeRecorded, Shared
from contracts.pairing import Accepted, Proposed, Resumed
from contracts.vocabulary import AccessReason, Role
from services.cli.client import Officer
from services.cli.errors import ApiError, NotYetError, RefusedError, VoidError
from services.cli.replies import Matter, Paper
from services.demo import papers
from services.demo.cast import DENGZHOU, NODES, XINCAI, YIWU
from services.demo.cluster import Cluster
from services.demo.players import Memory, Player, Troupe
from services.domain.clocks import DAY, day, format_time
from services.node.folds import now_ms

PATIENCE_SECONDS = 120
POLL_SECONDS = 0.1
RELAY = ["relay"]
REST = ["intake", "projector", "duties", "gateway"]


class StoryError(Exception):
    """The story did not come out as told."""


def until(what: str, look: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """What ``look`` gives as soon as it is something.

    Waited for as well: a node that does not answer yet, officers whose enrolment has not reached a topic yet.
    """
    deadline, why = time.monotonic() + seconds, "nothing yet"
    while time.monotonic() < deadline:
        try:
            found = look()
        except NotYetError as later:
            found, why = None, str(later)
        except RefusedError as refused:
            if refused.problem.code != "officers":
                raise
            found, why = None, str(refused)
        if found:
            return found
        time.sleep(POLL_SECONDS)
    raise StoryError(f"waited {seconds:.0f} s for: {what} ({why})")


@dataclass
class Story:
    """Told scene by scene; told again it finds what is there and goes on."""

    cluster: Cluster
    troupe: Troupe
    memory: Memory
    say: Callable[[str], None]

    def tell(self) -> str:
        """All scenes; the pairing's channel."""
        self.open_doors()
        self.report_outflow()
        channel = self.pair()
        first = self.share(channel, "first lead", returned=True)
        self.handle(channel, first)
        second = self.share(channel, "second lead")
        self.withdraw(channel, second)
        self.race(channel)
        return channel

    def open_doors(self) -> None:
        """Every node answers, and knows the units and officers."""
        for office in NODES:
            officer = self._at(office.code, "author", "doors")
            until(f"{office.name} answers", partial(self._ready, officer))
            self.say(f"{office.name}: {self.troupe.addresses[office.code]}")

    def _ready(self, officer: Officer) -> bool:
        """Whether the node has read trust, and its own ledgers to the end."""
        with suppress(ApiError):
            return len(officer.units()) >= len(NODES) and officer.node.get("/readyz") is not None
        return False

    def report_outflow(self) -> None:
        """Counts only: under 10 suppressed, the rest rounded to 10."""
        for unit, origin, people in (
            (XINCAI, "411729", {"logistics": 1234, "catering": 7}),
            (DENGZHOU, "411381", {"manufacturing": 856}),
        ):
            player = self._at(unit, "author", "outflow")
            until("the county may report", partial(player.report, papers.outflow(origin, people)))
        self.say("两县已报外流人数（只有四舍五入后的数）· both counties reported outflow, as rounded counts")

    def pair(self) -> str:
        """P1, P2, P4: proposed, accepted, opened, keys published."""
        answer_by = self.memory.keep("answer_by", format_time(now_ms() + 30 * DAY))
        about = (PAIRING, Proposed.TYPE, None)
        offer = until(
            "the proposal stands",
            lambda: self.troupe.document(XINCAI, "offer", about, papers.proposal(answer_by), second=Role.HEAD),
        )
        self.say("新蔡提议对口协作，局领导签 · 新蔡 proposes a pairing, signed by author and head")
        digest = until("义乌 sees the offer", lambda: self._offer(offer.subject))
        about = (PAIRING, Accepted.TYPE, offer.subject)
        self.troupe.document(YIWU, "answer", about, {"offer": digest}, second=Role.HEAD)
        self.say("义乌同意 · 义乌 accepts the same terms")
        channel = str(until("the registry opens the channel", lambda: self._channel(XINCAI) and self._channel(YIWU)))
        self.memory.keep("channel", channel)
        self.say(f"登记处已开通道 · the registry opened channel {channel[:12]}…")
        return channel

    def _offer(self, subject: str) -> str:
        for matter in self._at(YIWU, "author", "look").matters("pairings"):
            if matter.subject == subject and matter.channel == PAIRING:
                return str(matter.state["offer"])
        return ""

    def _channel(self, unit: str) -> str:
        pairings: list[Matter] = self._at(unit, "author", "look").matters("pairings")
        found = [matter.channel for matter in pairings if matter.channel != PAIRING]
        return found[0] if found else ""

    def share(self, channel: str, scene: str, *, returned: bool = False) -> str:
        """D1-D6, S1, S2; the share's id."""
        review = self.memory.keep("review", (day(now_ms()) + timedelta(days=180)).isoformat())
        content = papers.lead_content(f"示例线索（{scene}）", "示例：示例阿三通过寄递向义乌发货，寄件人写示例寄件甲。")
        about = (channel, Shared.TYPE, None)
        held: Paper = until(
            "the other side's key is there",
            lambda: self.troupe.document(XINCAI, scene, about, papers.lead(review), content, returned=returned),
        )
        self.say(f"{scene}: 起草{'、退回一次' if returned else ''}、签发、发出 · drafted, approved by another, shared")
        return held.subject

    def handle(self, channel: str, subject: str) -> None:
        """S2-S8 and E1-E7: delivered, signed for, opened, accepted, asked, answered, fed back, resulted."""
        intake, author = (self._at(YIWU, post, "handle") for post in ("intake", "author"))
        case: Matter = until("it is delivered", lambda: self._case(author, channel, subject, "sent"))
        if case.status == "delivered":
            intake.receive(channel, subject)
            self.say("义乌签收 · 义乌 signed for it")
        self._read(author, channel, case)
        if until("it is received", lambda: self._case(author, channel, subject, "delivered")).status == "received":
            next_on = (day(now_ms()) + timedelta(days=20)).isoformat()
            author.accept(channel, subject, next_on, papers.HANDLER)
            self.say("义乌受理 · 义乌 accepted it")
        self._ask(channel, subject)
        self._result(channel, subject)

    def _case(self, officer: Officer, channel: str, subject: str, not_any_more: str) -> Matter | None:
        with suppress(ApiError):
            found = officer.matter("leads", channel, subject)
            return None if found.status == not_any_more else found
        return None

    def _read(self, officer: Officer, channel: str, case: Matter) -> None:
        """L7: signed, recorded, read back, opened."""
        content = case.contents[0]
        if "read" not in self.memory.known:
            given = officer.access_statement(channel, content, AccessReason.HANDLING)
            self.memory.keep("read", officer.record_access(channel, content, given).event_id)
            self.say("开封记录已入日志，然后打开 · the access record stands in the log, then it is opened")
        opened = officer.opened(channel, content, self.memory.known["read"])
        if not opened.agrees:
            raise StoryError("content and summary differ")

    def _ask(self, channel: str, subject: str) -> None:
        summary, content = papers.enquiry(subject)
        held = self.troupe.document(YIWU, "enquiry", (channel, Asked.TYPE, None), summary, content)
        self.say("义乌协查：反问一件 · 义乌 asks back")
        intake, author = (self._at(XINCAI, post, "answer") for post in ("intake", "author"))
        found: Matter = until("新蔡 has the enquiry", lambda: self._enquiry(author, channel, held.subject))
        if found.status == "delivered":
            intake.receive_enquiry(channel, held.subject)
            intake.undertake(channel, held.subject, papers.HANDLER)
            author.answer(channel, held.subject, papers.ANSWER)
            self.say("新蔡答复 · 新蔡 answers")

    def _enquiry(self, officer: Officer, channel: str, subject: str) -> Matter | None:
        with suppress(ApiError):
            found = officer.matter("enquiries", channel, subject)
            return None if found.status == "asked" else found
        return None

    def _result(self, channel: str, subject: str) -> None:
        author = self._at(YIWU, "author", "result")
        if author.matter("leads", channel, subject).status == "in_progress":
            author.feedback(channel, subject, "useful", (day(now_ms()) + timedelta(days=25)).isoformat())
            self.say("义乌反馈：有用 · 义乌 gives feedback: useful")
        summary, content = papers.outcome(self.memory.keep("outcome", str(uuid4())))
        self.troupe.document(YIWU, "outcome", (channel, OutcomeRecorded.TYPE, subject), summary, content)
        owner = self._at(XINCAI, "author", "look")
        case: Matter = until("新蔡 sees the outcome", lambda: self._case(owner, channel, subject, "in_progress"))
        readers = {read["unit"] for read in case.reads}
        if readers != {YIWU}:
            raise StoryError(f"the owner sees other readers: {readers}")
        self.say("义乌结果：立案；新蔡看到全部，包括谁读过 · outcome recorded; the owner sees all of it, and who read")

    def withdraw(self, channel: str, subject: str) -> None:
        """S13, S14: it reaches the holder, who answers. Removed means here that the node refuses to open."""
        owner = self._at(XINCAI, "author", "withdraw")
        until("it is delivered", lambda: self._case(owner, channel, subject, "sent"))
        if owner.matter("leads", channel, subject).status == "delivered":
            owner.withdraw(channel, subject, "error")
        until("the removal is answered", lambda: owner.matter("leads", channel, subject).status == "removed")
        self.say("第二条撤回，义乌回执：已删除（节点不再打开）· withdrawn; removal answered")

    def race(self, channel: str) -> None:
        """A share is sealed while the relay is held; a suspension gets the earlier place in the log."""
        if self.memory.known.get("raced") == "yes":
            return
        review = self.memory.known["review"]
        content = papers.lead_content("示例线索（race）", "示例：与暂停竞争的线索。")
        about = (channel, Shared.TYPE, None)
        paper = self.troupe.submitted(XINCAI, "race", about, papers.lead(review), content)
        until(
            "the submission is on the desk",
            lambda: self._at(XINCAI, "author", "race").paper(paper).status == "submitted",
        )
        self.cluster.hold(XINCAI, RELAY)
        approver = self._at(XINCAI, "approver", "race")
        approver.wait = 0
        self.troupe.approved(XINCAI, "race", paper, follow=False)
        until("the share is sealed", lambda: approver.paper(paper).outgoing.status == "pending")
        self.say("新蔡断线时签发第三条：已签发，未送达 · sealed while the relay is held")
        self._at(YIWU, "head", "race").suspend(channel, "dispute")
        self.say("义乌暂停对口协作 · 义乌 suspends the pairing, first in the log")
        self.cluster.release(XINCAI, RELAY)
        self._lost(paper)
        self._resume(channel)
        self.memory.keep("raced", "yes")

    def _lost(self, paper: str) -> None:
        officer = self._at(XINCAI, "author", "race")
        try:
            officer.sent(paper)
        except VoidError as void:
            reason = f"{void.answer.code} ({void.answer.law})"
            self.say(f"第三条无效：{reason} · the share lost its race and is shown as void: {reason}")
            return
        raise StoryError("the share should have been void")

    def _resume(self, channel: str) -> None:
        pairing = next(m for m in self._at(YIWU, "author", "look").matters("pairings") if m.channel == channel)
        about = (channel, Resumed.TYPE, pairing.subject)
        self.troupe.document(YIWU, "resume", about, {"ground": "dispute"}, second=Role.HEAD)
        self.say("义乌恢复对口协作 · resumed")

    def _at(self, unit: str, post: str, scene: str) -> Player:
        return self.troupe.at(unit, post, scene)
