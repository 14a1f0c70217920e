"""Offices behind lines that may be cut: each has read as far as its line let it, and keeps what it could not send.

Keys, envelopes, verdicts and rules are the real ones; the log, the lines and the clock are the test's. An office asks
the rules as a gateway does: about what it has read, with its own unread tail behind it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from contracts import enquiry, lead, oversight
from contracts.channel import Cut
from contracts.channels import NEWEST, Topic
from contracts.envelope import Envelope, Message, Position, Record, Signed
from contracts.event import Event
from contracts.lead_consents import TransferAccepted, TransferAnswerSummary, TransferOffered, TransferOfferedSummary
from contracts.pairing import Resumed, ResumedSummary, Suspended, SuspendedSummary
from contracts.vocabulary import DocumentKind, Purpose, Role, Suspension
from services.auditor import Claims
from services.auditor.judge import AUDITED
from services.domain.clocks import DAY, format_time
from services.verifier import History, Result, Verdict, inspect
from services.views import fingerprint, fold, within
from tests.support.story import REMOVED, REPLY, Story, begin
from tests.support.world import XINCAI, YIWU, ZHUMADIAN

ORDER: dict[str, Any] = {**REPLY, "kind": DocumentKind.SUPERVISION}


class Said(NamedTuple):
    """What an office would say: channel, subject, event."""

    channel: str
    subject: str
    event: Event


@dataclass
class Office:
    """One unit: what it has read, what of its own it has not read back, what it has not sent, its line."""

    unit: str
    read: dict[str, History]
    verdicts: dict[str, list[Verdict]] = field(default_factory=dict)
    tail: dict[str, list[Signed]] = field(default_factory=lambda: defaultdict(list))
    unsent: dict[str, list[Signed]] = field(default_factory=lambda: defaultdict(list))
    whole: bool = True


@dataclass
class Exchange:
    """新蔡 and 义乌, paired, and 新蔡's superior 驻马店, who reads their channel and has one with 新蔡."""

    story: Story
    above: str
    offices: dict[str, Office] = field(default_factory=dict)
    sealed: list[tuple[str, str]] = field(default_factory=list)
    """(channel, digest) of everything that an office sealed: what it has acknowledged to its officer."""

    def __post_init__(self) -> None:
        """Everybody has read everything so far."""
        channels = {XINCAI: (self.pair, self.above), YIWU: (self.pair,), ZHUMADIAN: (self.pair, self.above)}
        for unit, names in channels.items():
            read = {name: _begun()[0].history(name).overlay() for name in names}  # on what nobody writes on
            told = {name: list(self.story.verdicts[name]) for name in names}
            self.offices[unit] = Office(unit, read, told)

    @property
    def pair(self) -> str:
        """The channel of the two."""
        return self.story.channel

    # -- lines ---------------------------------------------------------------------------------------------------------

    def receive(self, office: Office, most: int = 1 << 30) -> None:
        """The office reads on, so many records of each channel at most."""
        for name, history in office.read.items():
            news = self.story.logs[name][history.offset + 1 :][:most]
            office.verdicts[name] += [history.admit(record, inspect(record, {})) for record in news]
            back = {record.message.signed.digest for record in news}
            office.tail[name] = [signed for signed in office.tail[name] if signed.digest not in back]

    def send(self, office: Office, most: int = 1 << 30) -> None:
        """What it has not sent goes into the log, in order, so many records of each channel at most."""
        for name, unsent in office.unsent.items():
            for signed in unsent[:most]:
                self.story.put(name, signed)
            del unsent[:most]

    def mend(self) -> None:
        """Every line is whole; what waits is sent and read by all."""
        for office in self.offices.values():
            office.whole = True
            self.send(office)
        for office in self.offices.values():
            self.receive(office)

    # -- acts ----------------------------------------------------------------------------------------------------------

    def ahead(self, office: Office, channel: str) -> History:
        """What the office's rules look at: what it has read, and behind it its own tail."""
        found = office.read[channel].overlay()
        for signed in office.tail[channel]:
            self._admitted(found, signed)
        return found

    def say(self, office: Office, said: Said, *, at_the_door: bool = True, signer: str = "") -> Verdict:
        """Sealed if the rules take it, and sent if the line is whole. What the rules said, for the office.

        ``at_the_door`` False: whoever it is has other software and asks no rule. ``signer``: another unit's key.
        """
        known = office.read.get(said.channel) or self.story.history(said.channel)
        ahead = self.ahead(office, said.channel) if said.channel in office.read else known.overlay()
        draft = self.story.draft(office.unit, said.channel, said.subject, said.event)
        envelope = Envelope.after(ahead.ledger(office.unit).head, draft, known.seen)
        signed = self.story.sign(envelope.to_value(), self.story.keys[signer or office.unit])
        verdict = self._admitted(ahead, signed)
        if verdict.result is Result.EFFECTIVE or not at_the_door:
            if at_the_door:
                self.sealed.append((said.channel, signed.digest))
            office.tail[said.channel].append(signed)
            office.unsent[said.channel].append(signed)
            if office.whole:
                self.send(office)
                self.receive(office)
        return verdict

    def _admitted(self, history: History, signed: Signed) -> Verdict:
        headers = (("content-type", b"application/cloudevents+json"), ("keyid", signed.keyid.encode()))
        message = Message(None, signed.value, (*headers, ("signature", signed.signature)))
        place = Position(str(history.topic), history.offset + 1, self.story.now)
        record = Record(place, message)
        return history.admit(record, inspect(record, {}))

    # -- an audit ------------------------------------------------------------------------------------------------------

    @property
    def claims(self) -> None:
        """A log claims nothing."""

    def records(self) -> Iterator[Record]:
        """The two channels, in order of their names' bytes."""
        for name in sorted((self.pair, self.above), key=lambda one: str(Topic(one, 1)).encode()):
            yield from self.story.logs[name]

    def views_of(self, office: Office) -> Claims:
        """How far the office has read, and the fingerprints of the views that it folded from that."""
        cut = {str(h.topic): Cut(offset=h.offset, hash=h.hash.hex()) for h in office.read.values()}
        places = {name: one.offset for name, one in cut.items()}
        version = max(history.channel.trust.rule_version for history in office.read.values())
        prints = {}
        for view in AUDITED.values():
            rows: dict[str, Any] = {}
            for told in office.verdicts.values():
                fold(view, office.unit, told, rows)
            prints[view.title] = fingerprint(view, within(rows, places), places, version)
        return Claims(cut, {office.unit: prints})


@cache
def _begun() -> tuple[Story, str]:
    story = begin()
    story.newest_rules()
    story.enrol(XINCAI, "both", (Role.AUTHOR, Role.APPROVER))
    story.copy_trust(story.channel)
    return story, story.supervised(XINCAI)


def exchange() -> Exchange:
    """One of the test's own, before anybody says anything; rule version NEWEST."""
    story, above = _begun()
    own = story.copy()
    assert own.history(above).channel.trust.rule_version == NEWEST
    return Exchange(own, above)


# -- what may come to an office's mind ---------------------------------------------------------------------------------

Act = Callable[[Exchange, Office, int], Said | None]
"""What it would say about the n-th matter that it knows (-1: the newest); None: it knows none."""


def _known(x: Exchange, office: Office, channel: str, context: str, n: int) -> str:
    """The n-th matter of a context that the office knows of; empty: none."""
    found = [subject for kind, subject in x.ahead(office, channel).streams if kind == context]
    return found[n % len(found)] if found else ""


def _lead(x: Exchange, office: Office, n: int) -> str:
    return _known(x, office, x.pair, "lead", n)


def share(x: Exchange, office: Office, n: int, **more: Any) -> Said:
    """线索, under two signatures."""
    return Said(x.pair, *x.story.shared(office.unit, **more))


def simple(event: Callable[[Exchange, Office], Event], context: str = "lead") -> Act:
    """An act of one officer, or of none, about a matter of the pairing's channel."""

    def act(x: Exchange, office: Office, n: int) -> Said | None:
        subject = _known(x, office, x.pair, context, n)
        return Said(x.pair, subject, event(x, office)) if subject else None

    return act


def _who(x: Exchange, office: Office, post: str) -> str:
    return x.story.officer(office.unit, post)


def opened(x: Exchange, office: Office, n: int) -> Said | None:
    """An access record of a lead's content, as far as the office has read."""
    shares = [v.draft.data for v in office.verdicts[x.pair] if v.draft and isinstance(v.draft.data, lead.Shared)]
    if not shares:
        return None
    content = shares[n % len(shares)].content.id
    return Said(x.pair, content, x.story.access(office.unit, content))


def outcome(x: Exchange, office: Office, n: int) -> Said | None:
    """查否, under two signatures."""
    subject = _lead(x, office, n)
    return Said(x.pair, subject, x.story.nothing_found(subject)) if subject else None


def ask(x: Exchange, office: Office, n: int) -> Said | None:
    """协查, about a lead."""
    subject, about = x.story.fresh(), _lead(x, office, n)
    return Said(x.pair, subject, x.story.question(subject, about)) if about else None


def withdrawn(x: Exchange, office: Office) -> Event:
    """撤回."""
    return x.story.withdrawal(office.unit)


def offer(x: Exchange, office: Office, n: int) -> Said | None:
    """移交, a firm offer of three days by the head."""
    subject, until = _lead(x, office, n), format_time(x.story.now + 3 * DAY)
    if not subject:
        return None
    said = TransferOfferedSummary(**{**REPLY, "kind": DocumentKind.ENQUIRY}, answer_by=until)
    event = x.story.approved(office.unit, x.pair, subject, TransferOffered, said, role=Role.HEAD)
    return Said(x.pair, subject, event)


def take_over(x: Exchange, office: Office, n: int) -> Said | None:
    """同意移交, of the last offer that was read."""
    offers = [v for v in office.verdicts[x.pair] if v.draft and isinstance(v.draft.data, TransferOffered)]
    if not offers or offers[-1].draft is None:
        return None
    last = offers[-1].draft
    said = TransferAnswerSummary(offer=last.digest)
    event = x.story.approved(office.unit, x.pair, last.subject, TransferAccepted, said, role=Role.HEAD)
    return Said(x.pair, last.subject, event)


def pause(x: Exchange, office: Office, n: int) -> Said:
    """暂停."""
    said = SuspendedSummary(officer=_who(x, office, "head"), ground=Suspension.DISPUTE)
    return Said(x.pair, x.story.pairing, Suspended(summary=said))


def resume(x: Exchange, office: Office, n: int) -> Said:
    """恢复."""
    said = ResumedSummary(ground=Suspension.DISPUTE)
    event = x.story.approved(office.unit, x.pair, x.story.pairing, Resumed, said, role=Role.HEAD)
    return Said(x.pair, x.story.pairing, event)


def supervise(x: Exchange, office: Office, n: int) -> Said:
    """督办, seven working days."""
    asked = {**ORDER, "ground": "overdue", "about": (), "days": 7}
    said = oversight.SupervisionOpenedSummary.model_validate(asked, strict=False)
    event = oversight.SupervisionOpened
    return _above(x, office, x.story.fresh(), event, said, content=_content(x, office, event))


def sign_for(x: Exchange, office: Office, n: int) -> Said | None:
    """督办签收."""
    subject = _known(x, office, x.above, "oversight", n)
    said = oversight.SupervisionReceivedSummary(officer=_who(x, office, "intake"))
    return Said(x.above, subject, oversight.SupervisionReceived(summary=said)) if subject else None


def report_back(x: Exchange, office: Office, n: int) -> Said | None:
    """督办反馈, by the head."""
    subject, event = _known(x, office, x.above, "oversight", n), oversight.SupervisionAnswered
    said, words = oversight.SupervisionAnsweredSummary(**REPLY), _content(x, office, event)
    return _above(x, office, subject, event, said, Role.HEAD, content=words) if subject else None


def strike_off(x: Exchange, office: Office, n: int) -> Said | None:
    """销号."""
    subject = _known(x, office, x.above, "oversight", n)
    said = oversight.SupervisionClosedSummary.model_validate({**ORDER, "finding": "remedied"}, strict=False)
    return _above(x, office, subject, oversight.SupervisionClosed, said) if subject else None


def incident(x: Exchange, office: Office, n: int) -> Said:
    """重大情况, by an officer."""
    told = {"kind": "major_case", "severity": "serious", "at": format_time(x.story.now), "division": "411729"}
    said = oversight.IncidentReportedSummary.model_validate({**told, "officer": _who(x, office, "duty")}, strict=False)
    content = _content(x, office, oversight.IncidentReported)
    return Said(x.above, x.story.fresh(), oversight.IncidentReported(summary=said, content=content))


def _above(
    x: Exchange, office: Office, subject: str, event: type[Event], said: Any, role: Role = Role.APPROVER, **more: Any
) -> Said:
    """A document of two signatures between a unit and its superior."""
    return Said(x.above, subject, x.story.approved(office.unit, x.above, subject, event, said, role=role, **more))


def _content(x: Exchange, office: Office, event: type[Event]) -> Any:
    return x.story.content(office.unit, x.above, event.TYPE)


def _received(event: type[Any], post: str = "intake") -> Callable[[Exchange, Office], Event]:
    return lambda x, office: event(summary=lead.ReceivedSummary(officer=_who(x, office, post)))


ACTS: dict[str, tuple[str, Act]] = {
    "a lead": (XINCAI, share),
    "delivered": (YIWU, simple(lambda *_: lead.Delivered(summary=lead.DeliveredSummary()))),
    "signed for": (YIWU, simple(_received(lead.Received))),
    "opened": (YIWU, opened),
    "accepted": (YIWU, simple(lambda x, _: x.story.acceptance())),
    "an outcome": (YIWU, outcome),
    "withdrawn": (XINCAI, simple(withdrawn)),
    "removed": (YIWU, simple(lambda *_: REMOVED)),
    "offered": (XINCAI, offer),
    "taken over": (YIWU, take_over),
    "an enquiry": (YIWU, ask),
    "enquiry delivered": (
        XINCAI,
        simple(lambda *_: enquiry.Delivered(summary=lead.DeliveredSummary()), "enquiry"),
    ),
    "enquiry signed for": (XINCAI, simple(_received(enquiry.Received), "enquiry")),
    "undertaken": (XINCAI, simple(lambda x, _: x.story.undertaking(), "enquiry")),
    "answered": (XINCAI, simple(lambda x, _: x.story.nothing_held(), "enquiry")),
    "the county pauses": (XINCAI, pause),
    "the city pauses": (YIWU, pause),
    "the county resumes": (XINCAI, resume),
    "the city resumes": (YIWU, resume),
    "an incident": (XINCAI, incident),
    "supervised": (ZHUMADIAN, supervise),
    "supervision signed for": (XINCAI, sign_for),
    "supervision answered": (XINCAI, report_back),
    "struck off": (ZHUMADIAN, strike_off),
}
"""What an office may say when the matter stands so."""
FORGED = "under a name that is not the key's"
COURSES: dict[str, tuple[str, ...]] = {
    "to its outcome": ("a lead", "delivered", "signed for", "opened", "accepted", "an outcome"),
    "to another office": (
        "a lead",
        "delivered",
        "signed for",
        "opened",
        "accepted",
        "offered",
        "offered",
        "taken over",
    ),
    "and withdrawn": ("a lead", "delivered", "withdrawn", "removed"),
    "asked back": ("an enquiry", "enquiry delivered", "enquiry signed for", "undertaken", "answered"),
    "at rest": ("the county pauses", "the county resumes"),
    "overseen": ("supervised", "supervision signed for", "supervision answered", "struck off"),
}
"""Acts as they usually follow each other, each about the newest matter."""
NEVER: dict[str, tuple[str, Act]] = {
    FORGED: (XINCAI, share),
    "one pair of eyes (L5)": (
        XINCAI,
        lambda x, o, n: share(x, o, n, author=f"{XINCAI}/both", approver=f"{XINCAI}/both"),
    ),
    "an author approves (L5)": (XINCAI, lambda x, o, n: share(x, o, n, author=f"{XINCAI}/intake")),
    "another unit's officer approves (L5)": (XINCAI, lambda x, o, n: share(x, o, n, approver=f"{YIWU}/approver")),
    "kept for two years (L4)": (
        XINCAI,
        lambda x, o, n: share(x, o, n, summary=x.story.summary(review_date="2023-04-01")),
    ),
    "for a purpose nobody agreed on (L6)": (
        XINCAI,
        lambda x, o, n: share(x, o, n, summary=x.story.summary(category=Purpose.MANUFACTURE)),
    ),
    "a superior shares in its units' channel": (
        ZHUMADIAN,
        lambda x, o, n: share(x, o, n, content=x.story.content(XINCAI, x.pair, lead.Shared.TYPE)),
    ),
    "the recipient withdraws": (YIWU, simple(withdrawn)),
    "the owner removes": (XINCAI, simple(lambda *_: REMOVED)),
    "the owner offers what is not his to take": (XINCAI, take_over),
    "the unit supervises its superior": (XINCAI, supervise),
    "the unit strikes itself off": (XINCAI, strike_off),
}
"""What counts at no time, whoever's software lets it pass. All leads are 新蔡's, all enquiries 义乌's."""
