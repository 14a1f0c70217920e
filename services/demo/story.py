"""The story of ``make demo``: two provinces, two pairings at work, and what units say to their superiors."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import uuid4

from contracts.enquiry import Asked
from contracts.lead import OutcomeRecorded, Shared
from contracts.pairing import Resumed
from contracts.vocabulary import Role
from services.cli.client import Officer
from services.cli.errors import ApiError, VoidError
from services.cli.replies import Matter
from services.demo import papers
from services.demo.cast import DENGZHOU, PINGYU, XINCAI, YIWU, YONGKANG
from services.demo.posting import post
from services.demo.stage import PATIENCE_SECONDS, Stage, StoryError, until
from services.demo.superiors import Superiors
from services.domain.clocks import day
from services.node.folds import now_ms

SECONDS_A_UNIT = 20
RELAY = ["relay"]
REST = ["intake", "projector", "duties", "gateway"]


@dataclass
class Story(Stage):
    """Told scene by scene."""

    def tell(self) -> None:
        """All scenes."""
        self.open_doors()
        self.report_outflow()
        channel = self.pair(XINCAI, YIWU)
        first = self.share(XINCAI, channel, "first lead", returned=True)
        self.handle(channel, first)
        second = self.share(XINCAI, channel, "second lead")
        self.withdraw(channel, second)
        self.race(channel)
        post(self, channel)
        self.send_to_the_wrong_city()
        Superiors(self).tell()

    def open_doors(self) -> None:
        """Every node answers, and knows the units and officers: the more there are, the longer that takes."""
        patience = PATIENCE_SECONDS + SECONDS_A_UNIT * len(self.troupe.ceremony.offices)
        for office in self.cluster.offices:
            officer = self.at(office.code, "author", "doors")
            until(f"{office.name} answers", partial(self._ready, officer), patience)
            self.say(f"{office.name}: {self.troupe.addresses[office.code]}")

    def _ready(self, officer: Officer) -> bool:
        """Whether the node has read trust, and its own ledgers to the end."""
        with suppress(ApiError):
            return len(officer.units()) >= len(self.troupe.ceremony.offices) and officer.node.get("/readyz") is not None
        return False

    def report_outflow(self) -> None:
        """Counts only: under 10 suppressed, the rest rounded to 10."""
        for unit, origin, people in (
            (XINCAI, "411729", {"logistics": 1234, "catering": 7}),
            (DENGZHOU, "411381", {"manufacturing": 856}),
        ):
            player = self.at(unit, "author", "outflow")
            until("the county may report", partial(player.report, papers.outflow(origin, people)))
        self.say("两县已报外流人数（只有四舍五入后的数）· both counties reported outflow, as rounded counts")

    def handle(self, channel: str, subject: str) -> None:
        """S2-S8 and E1-E7: delivered, signed for, opened, accepted, asked, answered, fed back, resulted."""
        intake, author = (self.at(YIWU, post, "handle") for post in ("intake", "author"))
        case: Matter = until("it is delivered", lambda: self._case(author, channel, subject, "sent"))
        if case.status == "delivered":
            intake.receive(channel, subject)
            self.say("义乌签收 · 义乌 signed for it")
        self.read(author, channel, case.contents[0], "read")
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

    def _ask(self, channel: str, subject: str) -> None:
        summary, content = papers.enquiry(subject)
        held = self.troupe.document(YIWU, "enquiry", (channel, Asked.TYPE, None), summary, content)
        self.say("义乌协查：反问一件 · 义乌 asks back")
        intake, author = (self.at(XINCAI, post, "answer") for post in ("intake", "author"))
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
        author = self.at(YIWU, "author", "result")
        if author.matter("leads", channel, subject).status == "in_progress":
            author.feedback(channel, subject, "useful", (day(now_ms()) + timedelta(days=25)).isoformat())
            self.say("义乌反馈：有用 · 义乌 gives feedback: useful")
        summary, content = papers.outcome(self.memory.keep("outcome", str(uuid4())))
        self.troupe.document(YIWU, "outcome", (channel, OutcomeRecorded.TYPE, subject), summary, content)
        owner = self.at(XINCAI, "author", "look")
        case: Matter = until("新蔡 sees the outcome", lambda: self._case(owner, channel, subject, "in_progress"))
        readers = {read["unit"] for read in case.reads}
        if readers != {YIWU}:
            raise StoryError(f"the owner sees other readers: {readers}")
        self.say("义乌结果：立案；新蔡看到全部，包括谁读过 · outcome recorded; the owner sees all of it, and who read")

    def withdraw(self, channel: str, subject: str) -> None:
        """S13, S14: it reaches the holder, who answers. Removed means here that the node refuses to open."""
        owner = self.at(XINCAI, "author", "withdraw")
        until("it is delivered", lambda: self._case(owner, channel, subject, "sent"))
        if owner.matter("leads", channel, subject).status == "delivered":
            owner.withdraw(channel, subject, "error")
        until("the removal is answered", lambda: owner.matter("leads", channel, subject).status == "removed")
        self.say("第二条撤回，义乌回执：已删除（节点不再打开）· withdrawn; removal answered")

    def race(self, channel: str) -> None:
        """A share is sealed while the relay is held; a suspension gets the earlier place in the log."""
        if self.memory.known.get("raced") == "yes":
            return
        content = papers.lead_content("示例线索（race）", "示例：与暂停竞争的线索。")
        about = (channel, Shared.TYPE, None)
        paper = self.troupe.submitted(XINCAI, "race", about, papers.lead(XINCAI, self.ahead("review", 180)), content)
        until(
            "the submission is on the desk",
            lambda: self.at(XINCAI, "author", "race").paper(paper).status == "submitted",
        )
        self.cluster.hold(XINCAI, RELAY)
        approver = self.at(XINCAI, "approver", "race")
        approver.wait = 0
        self.troupe.approved(XINCAI, "race", paper, follow=False)
        until("the share is sealed", lambda: approver.paper(paper).outgoing.status == "pending")
        self.say("新蔡断线时签发第三条：已签发，未送达 · sealed while the relay is held")
        self.at(YIWU, "head", "race").suspend(channel, "dispute")
        self.say("义乌暂停对口协作 · 义乌 suspends the pairing, first in the log")
        self.cluster.release(XINCAI, RELAY)
        self._lost(paper)
        self._resume(channel)
        self.memory.keep("raced", "yes")

    def _lost(self, paper: str) -> None:
        officer = self.at(XINCAI, "author", "race")
        try:
            officer.sent(paper)
        except VoidError as void:
            reason = f"{void.answer.code} ({void.answer.law})"
            self.say(f"第三条无效：{reason} · the share lost its race and is shown as void: {reason}")
            return
        raise StoryError("the share should have been void")

    def _resume(self, channel: str) -> None:
        pairing = next(m for m in self.at(YIWU, "author", "look").matters("pairings") if m.channel == channel)
        about = (channel, Resumed.TYPE, pairing.subject)
        self.troupe.document(YIWU, "resume", about, {"ground": "dispute"}, second=Role.HEAD)
        self.say("义乌恢复对口协作 · resumed")

    # -- the third county ----------------------------------------------------------------------------------------------

    def send_to_the_wrong_city(self) -> None:
        """S6 误送: 永康 opened it before it saw whose it is, so both units' nodes report an incident (STORIES 7)."""
        channel = self.pair(PINGYU, YONGKANG)
        subject = self.share(PINGYU, channel, "third county's lead")
        intake, author = (self.at(YONGKANG, post, "wrong city") for post in ("intake", "author"))
        case = self.stands(YONGKANG, "leads", (channel, subject), "delivered", "received", "removed")
        if case.status != "removed":
            intake.receive(channel, subject)
            self.read(author, channel, case.contents[0], "read in the wrong city")
        intake.say(channel, "leads", "misdirected", subject=subject)
        self.stands(PINGYU, "leads", (channel, subject), "removed")
        self.say("永康退回误送；平舆收到回执：已删除 · sent to the wrong city: sent back, removed, answered")
