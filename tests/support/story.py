"""An invented story in the region, told with every kind of event and every way not to count; for views and audits."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

from contracts import enquiry, lead
from contracts.channels import DESK, OUTFLOW, Topic
from contracts.envelope import Envelope, Record
from contracts.event import Event
from contracts.outflow import Reported, ReportSummary, cell
from contracts.parts import Credit
from contracts.trust import Profile
from contracts.vocabulary import (
    AnswerCode,
    Classification,
    CreditRole,
    DocumentKind,
    EnquiryForm,
    EnquiryPurpose,
    OutcomeStage,
    OutflowSource,
    RemovalResult,
    Sector,
    UnitKind,
    Urgency,
    Use,
    Withdrawal,
)
from services.auditor import Export, export
from services.registry import ceremony
from services.verifier import History, Verdict
from tests.support.world import REGISTRY, XINCAI, YIWU, World, plain, seeded, world

GARBAGE = b"no envelope at all"
WRONG = "1.0." + "f" * 64
"""A ``seen`` that no history has."""
REPLY: dict[str, Any] = {
    "kind": DocumentKind.REPLY,
    "classification": Classification.WORK_SECRET,
    "urgency": Urgency.ROUTINE,
}


REMOVED = lead.RemovalAnswered(
    summary=lead.RemovalSummary(result=RemovalResult.REMOVED, final_on="2021-04-20", prints_destroyed=0)
)


class Story(World):
    """A world with words for what officers do."""

    def officer(self, unit: str, post: str) -> str:
        """The officer's number."""
        return self.officers[f"{unit}/{post}"].id

    def say(self, source: str, subject: str, event: Any, **tamper: Any) -> Verdict:
        """In the pairing's channel; must count."""
        verdict = self.write(source, self.channel, subject, event, **tamper)
        assert plain(verdict) == ("effective", ""), verdict
        return verdict

    def sent(self) -> str:
        """A lead is shared and delivered; its subject."""
        verdict = self.share()
        assert verdict.envelope is not None
        self.fact(YIWU, verdict.envelope.subject)
        return verdict.envelope.subject

    def received(self) -> str:
        """... and signed for."""
        subject = self.sent()
        who = lead.ReceivedSummary(officer=self.officer(YIWU, "intake"))
        self.say(YIWU, subject, lead.Received(summary=who))
        return subject

    def accepted(self) -> str:
        """... read and accepted."""
        subject = self.received()
        self.read(subject)
        self.say(YIWU, subject, self.acceptance())
        return subject

    def acceptance(self) -> lead.Accepted:
        """受理 by the recipient."""
        said = lead.AcceptedSummary(officer=self.officer(YIWU, "author"), next_feedback_on="2021-04-20")
        return lead.Accepted(summary=said, content=self.content(YIWU, self.channel, lead.Accepted.TYPE))

    def read(self, subject: str) -> Verdict:
        """The recipient's intake desk opens the lead's content."""
        shared = next(one for one in self.verdicts[self.channel] if one.envelope and one.envelope.subject == subject)
        assert shared.draft is not None
        content = shared.draft.data.content.id
        return self.say(YIWU, content, self.access(YIWU, content))

    def outcome(self, subject: str) -> Verdict:
        """查否, recorded."""
        return self.say(YIWU, subject, self.nothing_found(subject))

    def nothing_found(self, subject: str) -> lead.OutcomeRecorded:
        """查否, under two signatures."""
        said = lead.OutcomeSummary(
            **REPLY,
            stage=OutcomeStage.NOTHING_FOUND,
            outcome_id=self.fresh(),
            credit=(Credit(unit=YIWU, role=CreditRole.LED), Credit(unit=XINCAI, role=CreditRole.PROVIDED_LEAD)),
        )
        found: lead.OutcomeRecorded = self.approved(YIWU, self.channel, subject, lead.OutcomeRecorded, said)
        return found

    def withdrawn(self) -> str:
        """A lead sent by mistake, withdrawn and removed; its subject."""
        subject = self.received()
        self.say(XINCAI, subject, self.withdrawal(XINCAI))
        return subject

    def withdrawal(self, unit: str) -> lead.Withdrawn:
        """撤回: it was a mistake."""
        said = lead.WithdrawnSummary(officer=self.officer(unit, "author"), ground=Withdrawal.ERROR)
        return lead.Withdrawn(summary=said)

    def removed(self, subject: str) -> Verdict:
        """销毁回执, by the node."""
        return self.say(YIWU, subject, REMOVED)

    def asked(self, about: str) -> str:
        """The recipient of a lead asks back; the enquiry's subject."""
        subject = self.fresh()
        self.say(YIWU, subject, self.question(subject, about))
        return subject

    def question(self, subject: str, about: str) -> enquiry.Asked:
        """协查 about a lead, under two signatures."""
        said = enquiry.AskedSummary(
            kind=DocumentKind.ENQUIRY,
            classification=Classification.WORK_SECRET,
            urgency=Urgency.ROUTINE,
            form=EnquiryForm.INFO,
            purpose=EnquiryPurpose.LOGISTICS,
            lead=about,
            items_count=1,
        )
        content = self.content(YIWU, self.channel, enquiry.Asked.TYPE)
        found: enquiry.Asked = self.approved(YIWU, self.channel, subject, enquiry.Asked, said, content=content)
        return found

    def answered(self, subject: str) -> None:
        """Delivered, received, undertaken, answered, closed."""
        none = enquiry.Delivered(summary=lead.DeliveredSummary())
        self.say(XINCAI, subject, none)
        desk = lead.ReceivedSummary(officer=self.officer(XINCAI, "intake"))
        self.say(XINCAI, subject, enquiry.Received(summary=desk))
        self.say(XINCAI, subject, self.undertaking())
        self.say(XINCAI, subject, self.nothing_held())
        end = enquiry.ClosedSummary(officer=self.officer(YIWU, "author"), use=Use.PARTLY_USEFUL)
        self.say(YIWU, subject, enquiry.Closed(summary=end))

    def undertaking(self) -> enquiry.Undertaken:
        """接办."""
        who = enquiry.UndertakenSummary(officer=self.officer(XINCAI, "intake"))
        return enquiry.Undertaken(summary=who, content=self.content(XINCAI, self.channel, enquiry.Undertaken.TYPE))

    def nothing_held(self) -> enquiry.Answered:
        """答复."""
        item = enquiry.ItemAnswer(no=1, code=AnswerCode.NOTHING_HELD)
        author = self.officer(XINCAI, "author")
        said = enquiry.AnsweredSummary(**REPLY, officer=author, answers=(item,), persons_count=0)
        return enquiry.Answered(summary=said)

    def counts(self) -> Verdict:
        """Outflow numbers of the county."""
        said = ReportSummary(
            officer=self.officer(XINCAI, "author"),
            origin="411729",
            period="2021H1",
            source=OutflowSource.STATISTICS,
            cells=(cell("330782", Sector.CONSTRUCTION, 1_234), cell("330782", Sector.MANUFACTURING, 4)),
        )
        return self.write(XINCAI, OUTFLOW, self.fresh(), Reported(summary=said))

    def profile(self) -> Verdict:
        """A page of the contact book."""
        body = Profile(
            unit=YIWU,
            name="义乌市公安局（虚构）",
            word="义公",
            unit_kind=UnitKind.INVESTIGATING,
            duty_phone="0000-0000000",
            intake_desk="情报归口",
            address="虚构路1号",
            seal_name="义乌市公安局",
        )
        return self.trust(ceremony.profile(self.by(ceremony.registrar(YIWU)), body))

    def open_desk(self, unit: str) -> None:
        """That unit's desk begins; there is one in a story."""
        trust = self.history("trust").channel.trust
        self.histories[DESK] = History.desk(self.exchange, unit, trust)

    def on_desk(self, unit: str, subject: str, event: Event) -> Verdict:
        """An act on that desk; must count."""
        verdict = self.told_desk(unit, subject, event)
        assert plain(verdict) == ("effective", ""), verdict
        return verdict

    def told_desk(self, unit: str, subject: str, event: Event) -> Verdict:
        """An act on that desk, and what it is there."""
        draft = self.draft(unit, DESK, subject, event)
        envelope = Envelope.after(self.history(DESK).ledger(unit).head, draft, None)
        return self.put(DESK, self.sign(envelope.to_value(), self.keys[unit]))

    # -- as a source of an audit ---------------------------------------------------------------------------------------

    @property
    def claims(self) -> None:
        """A log claims nothing."""

    def records(self) -> Iterator[Record]:
        """All topics but desks, in order of their names' bytes."""
        for _, channel in sorted((str(Topic(name, 1)).encode(), name) for name in self.logs if name != DESK):
            yield from self.logs[channel]

    def exported(self) -> bytes:
        """The whole export."""
        return b"".join(export(self.exchange, self))


def begin() -> Story:
    """Nothing said yet in the pairing's channel."""
    made = world()
    return Story(**{name: getattr(made, name) for name in World.__dataclass_fields__})


def told() -> Story:
    """One lead to its outcome, one withdrawn, an enquiry, counts; facts late and disputed; void records and noise."""
    return _told().copy()


@cache
def told_export() -> bytes:
    """The export of ``told()``."""
    return told().exported()


@cache
def small() -> tuple[str, tuple[Record, ...], bytes]:
    """Root, a channel's log and the first line of its export: four leads, delivered."""
    made = begin()
    for _ in range(4):
        made.sent()
    made.logs = {made.channel: made.logs[made.channel]}
    return made.exchange, tuple(made.logs[made.channel]), made.exported().split(b"\n", 1)[0] + b"\n"


@cache
def _told() -> Story:
    made = begin()
    made.profile()
    first = made.accepted()
    made.answered(made.asked(first))
    made.outcome(first)
    second = made.withdrawn()
    made.fact(YIWU, second)
    made.removed(second)
    made.fact(YIWU, made.sent(), seen=WRONG)
    made.share(subject=first)
    made.share(signer=seeded("a stranger"))
    made.raw(GARBAGE)
    made.counts()
    made.write(REGISTRY, made.channel, made.channel, lead.Delivered(summary=lead.DeliveredSummary()))
    made.sent()
    return made


def read_only(data: bytes) -> Export:
    """An export that lies in memory."""
    return Export(lambda: BytesIO(data))
