"""What units and their superiors say to each other (MECHANISM 1.6, 1.7): an incident, an order, two-monthly reports."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from contracts.oversight import SupervisionAnswered, SupervisionClosed, SupervisionOpened
from contracts.report import ContributionSealed, ReportSubmitted
from contracts.vocabulary import Role
from services.demo import papers
from services.demo.cast import HENAN, JINHUA, PINGYU, XINCAI, YONGKANG, ZHUMADIAN
from services.demo.stage import Stage, StoryError, until
from services.domain import periods
from services.node.folds import now_ms


@dataclass
class Superiors:
    """In channels that only a unit and its own superior have; open from rule version 3 on."""

    stage: Stage

    def tell(self) -> None:
        """All scenes."""
        self.incident()
        self.order()
        self.report()

    def incident(self) -> None:
        """I1: what was read in the wrong city stands at both prefectures before anybody typed."""
        for unit, superior in ((PINGYU, ZHUMADIAN), (YONGKANG, JINHUA)):
            until(f"{self.stage.name(superior)} sees the incident", partial(self._reported, unit, superior))
        self.stage.say(
            "误送且已开封：两地节点自动报事件，驻马店、金华都看到 · read there: both nodes report an incident"
        )

    def _reported(self, unit: str, superior: str) -> bool:
        channel, officer = self._channel(unit, superior), self.stage.at(superior, "author", "look")
        found = [one for one in officer.matters("oversight") if (one.channel, one.status) == (channel, "reported")]
        return len(found) == 1

    def order(self) -> None:
        """V1, V2, V4, V6 督办: 驻马店 asks 平舆, which answers under its head's signature."""
        channel = self._between(PINGYU, ZHUMADIAN)
        subject = self._said(ZHUMADIAN, (channel, SupervisionOpened.TYPE, None), *papers.order())
        self.stage.stands(
            PINGYU, "oversight", (channel, subject), "supervised", "in_progress", "answered", "struck_off"
        )
        self.stage.at(PINGYU, "intake", "order").say(channel, "oversight", "supervision_received", subject=subject)
        answer = (channel, SupervisionAnswered.TYPE, subject)
        self._said(PINGYU, answer, *papers.order_answer(), second=Role.HEAD)
        self.stage.stands(ZHUMADIAN, "oversight", (channel, subject), "answered", "struck_off")
        self._said(ZHUMADIAN, (channel, SupervisionClosed.TYPE, subject), papers.ORDER_CLOSED)
        self.stage.stands(PINGYU, "oversight", (channel, subject), "struck_off")
        self.stage.say("驻马店督办，平舆反馈，销号 · an order of the prefecture, answered by the head, struck off")

    def report(self) -> None:
        """R1, R3, R4 两月报, of the newest period that is over; the figures are the nodes', nobody types one."""
        period = self.stage.memory.keep("period", str(periods.last_closed(now_ms())))
        said, prefecture = papers.report(period), self.stage.at(ZHUMADIAN, "author", "look")
        for county in (XINCAI, PINGYU):
            up = self._between(county, ZHUMADIAN)
            self._said(county, (up, ContributionSealed.TYPE, None), *said, second=Role.HEAD)
        until("both counties have reported", lambda: not prefecture.figures(period).missing)
        up = self._between(ZHUMADIAN, HENAN)
        subject = self._said(ZHUMADIAN, (up, ReportSubmitted.TYPE, None), *said, second=Role.HEAD)
        self.stage.stands(HENAN, "oversight", (up, subject), "submitted", "accepted")
        province = self.stage.at(HENAN, "author", "report")
        province.say(up, "oversight", "report_accepted", {"version": 1}, subject=subject)
        self.stage.stands(ZHUMADIAN, "oversight", (up, subject), "accepted")
        self.stage.say(
            f"两月报 {periods.in_words(period)}：两县上报，驻马店汇总，河南接收 · reported, summed up, accepted"
        )
        self._running(periods.following(period))

    def _running(self, period: str) -> None:
        """What this day gives for the period that runs: counted now, sealed when it is over."""
        counted = {one.indicator: one for one in self.stage.at(XINCAI, "author", "look").figures(period).figures}
        sent = counted.get("leads_sent")
        if sent is None or int(sent.value) != len(sent.events):
            raise StoryError("the node does not count what was sent")
        self.stage.say(
            f"新蔡本期至今：{sent.zh} {sent.value} · the running period so far: leads sent, counted by the node"
        )

    def _between(self, unit: str, superior: str) -> str:
        """Their channel, as soon as both nodes follow it."""
        return str(until("the channel upwards is open", partial(self._channel, unit, superior)))

    def _channel(self, unit: str, superior: str) -> str:
        ours, theirs = (self.stage.at(at, "author", "look").about()["channels"] for at in (unit, superior))
        both = {one["channel"] for one in ours} & {one["channel"] for one in theirs}
        return next(
            (one["channel"] for one in ours if one["channel"] in both and one["members"] == [unit, superior]), ""
        )

    def _said(
        self, unit: str, about: tuple[str, str, str | None], summary: Any, content: Any = None, **more: Any
    ) -> str:
        """A document of two signatures, once the other side's key is there; its subject."""
        scene = about[1]
        found: Any = until(scene, lambda: self.stage.troupe.document(unit, scene, about, summary, content, **more))
        return str(found.subject)
