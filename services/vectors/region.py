"""A small region that is the same every time: keys from seeds, ids from names, a clock that is set, logs in memory.

It holds the ceremony, admits units, opens channels, signs with real keys and judges what it wrote, so that the vectors
tell true histories.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import chain
from typing import Any, NamedTuple, Self

from contracts import pairing
from contracts.approval import Approval, Approvals, Submission, named
from contracts.channel import EncryptionKeyPublished, EncryptionKeySummary
from contracts.channels import CHECKPOINT, OUTFLOW, PAIRING, REGISTRY, TRUST, Kind, Topic
from contracts.content import WRAPPED, Content, Wrap, media_of
from contracts.envelope import ZEROS, Draft, Envelope, Message, Position, Record, Signed
from contracts.event import Event
from contracts.profile import compact
from contracts.trust import ClockProfile, Mandated
from contracts.vocabulary import (
    Classification,
    DocumentKind,
    KeyKind,
    Purpose,
    Restriction,
    Role,
    Urgency,
)
from services.domain.clocks import DAY, HOUR, format_time
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.registry.forwarding import granted, guests
from services.signing import Signer, dsse, possession
from services.vectors.seeds import EXPIRES, OFFICES, PLACES, POSTS, START_AT, filler, identifier, policy, seeded
from services.verifier import History, Verdict, inspect


class Officer(NamedTuple):
    """An officer's number and key."""

    id: str
    signer: Signer


@dataclass
class Region:
    """One exchange, its logs and what they mean. ``now``: ms, moves on by a second with every record."""

    now: int = START_AT
    exchange: str = ZEROS
    logs: dict[str, list[Record]] = field(default_factory=dict)
    verdicts: dict[str, list[Verdict]] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    keys: dict[str, Signer] = field(default_factory=dict)
    roster: ceremony.Roster = field(default_factory=lambda: ceremony.Roster(ZEROS))
    officers: dict[str, Officer] = field(default_factory=dict)
    root: Signed = field(default_factory=lambda: Signed(b"", b"", ""))
    made: int = 0

    def copy(self) -> Self:
        """A region that goes its own way from here."""
        return replace(
            self,
            logs={name: list(log) for name, log in self.logs.items()},
            verdicts={name: list(log) for name, log in self.verdicts.items()},
            histories={name: history.overlay() for name, history in self.histories.items()},
            keys=dict(self.keys),
            roster=replace(self.roster, last=dict(self.roster.last)),
            officers=dict(self.officers),
        )

    # -- writing -------------------------------------------------------------------------------------------------------

    def fresh(self) -> str:
        """The next id."""
        self.made += 1
        return identifier(f"id {self.made}")

    def history(self, channel: str) -> History:
        """What the log of a channel means so far."""
        return self.histories.setdefault(channel, History.of(self.exchange, str(Topic(channel, 1))))

    def draft(self, source: str, channel: str, subject: str, event: Event, id: str = "") -> Draft[Any]:
        """What ``source`` would say now."""
        return Draft(id or self.fresh(), source, subject, format_time(self.now), self.exchange, channel, event)

    def seal(self, draft: Draft[Any], /, signer: Signer | None = None, **members: Any) -> Signed:
        """The next envelope of the writer's ledger; ``members`` replace attributes (None: takes one away)."""
        history = self.history(draft.channel)
        envelope = Envelope.after(history.ledger(draft.source).head, draft, history.seen)
        document = {**envelope.model_dump(exclude_none=True), **members}
        value = compact({name: member for name, member in document.items() if member is not None})
        return self.sign(value, signer or self.keys[draft.source])

    @staticmethod
    def sign(value: bytes, signer: Signer) -> Signed:
        """Any bytes, with an envelope's signature."""
        return Signed(value, signer.sign("application/cloudevents+json", value), signer.keyid)

    def append(self, channel: str, message: Message, at: int | None = None) -> Verdict:
        """A record at the end of the channel's log, and what it is there."""
        log = self.logs.setdefault(channel, [])
        self.now += 1_000
        history = self.history(channel)
        record = Record(Position(str(history.topic), len(log), self.now if at is None else at), message)
        source = _writer(message)
        verdict = history.admit(record, inspect(record, {source: history.known(source)}))
        log.append(record)
        self.verdicts.setdefault(channel, []).append(verdict)
        return verdict

    def put(self, channel: str, signed: Signed, at: int | None = None) -> Verdict:
        """Exact bytes, with the headers they travel with."""
        headers = (("content-type", b"application/cloudevents+json"), ("keyid", signed.keyid.encode()))
        return self.append(channel, Message(None, signed.value, (*headers, ("signature", signed.signature))), at)

    def write(
        self, source: str, channel: str, subject: str, event: Event, /, *, at: int | None = None, **tamper: Any
    ) -> Verdict:
        """Draft, seal, append. ``tamper``: ``signer``, or envelope members to replace."""
        return self.put(channel, self.seal(self.draft(source, channel, subject, event), **tamper), at)

    def signed(self, verdict: Verdict) -> Signed:
        """The bytes of a record, as later events embed them."""
        return verdict.record.message.signed

    # -- trust ---------------------------------------------------------------------------------------------------------

    def found(self) -> None:
        """Root, both provinces' registrars, the policy."""
        self.keys[REGISTRY] = seeded(REGISTRY)
        event = ceremony.root(self.signers(ROOT, 3), self.keys[REGISTRY], EXPIRES)
        self.root = self.seal(self.draft(REGISTRY, TRUST, ROOT, event))
        self.exchange, self.histories = self.root.digest, {}
        self.roster = ceremony.Roster(self.exchange)
        self.put(TRUST, self.root)
        for code in sorted({unit[:2] for unit in OFFICES}):
            self.trust(self.province(code))
        self.trust(ceremony.policy(self.by(ROOT), policy()))

    def signers(self, role: str, count: int) -> list[Signer]:
        """The first keys of a mandate role."""
        return [seeded(f"{role}.{place}") for place in range(1, count + 1)]

    def by(self, role: str, count: int = 2) -> ceremony.Authority:
        """The role's next number, with so many signers."""
        return self.roster.by(role, self.signers(role, count), EXPIRES)

    def province(self, code: str) -> Mandated:
        """Three registrars, two of whom decide, and one duty officer."""
        registrars, duty = (
            ceremony.entries(self.exchange, role, self.signers(role, count))
            for role, count in ((f"registrar.{code}", 3), (f"duty.{code}", 1))
        )
        return ceremony.province(self.by(ROOT), code, registrars, duty)

    def trust(self, event: Mandated, **tamper: Any) -> Verdict:
        """A mandated event in ``duikou.trust``."""
        draft = ceremony.addressed(event, exchange=self.exchange, id=self.fresh(), time=format_time(self.now))
        return self.put(TRUST, self.seal(draft, **tamper))

    def admit(self, unit: str, posts: Iterable[str] = POSTS) -> None:
        """A unit with its key and one officer on each post."""
        superior, jurisdiction = PLACES[unit]
        self.keys[unit] = seeded(unit)
        key = possession(self.keys[unit], self.exchange, unit, KeyKind.UNIT)
        by = self.by(ceremony.registrar(unit))
        self.trust(ceremony.admitted(by, unit, superior, jurisdiction, key))
        for post in posts:
            self.enrol(unit, post, POSTS[post])

    def enrol(self, unit: str, post: str, roles: Sequence[Role]) -> Verdict:
        """An officer under the name ``unit/post`` for a year."""
        name = f"{unit}/{post}"
        officer = self.officers[name] = Officer(identifier(name), seeded(name))
        key = possession(officer.signer, self.exchange, officer.id, KeyKind.OFFICER)
        since, until = format_time(START_AT), format_time(START_AT + 365 * DAY)
        by = self.by(ceremony.registrar(unit))
        return self.trust(ceremony.officer(by, officer.id, unit, roles, since, until, key))

    # -- channels ------------------------------------------------------------------------------------------------------

    def open(self, channel: str, event: Event) -> Verdict:
        """The genesis of a channel."""
        return self.write(REGISTRY, channel, channel, event)

    def open_topics(self) -> None:
        """``duikou.pairing``, ``duikou.outflow``, ``duikou.checkpoint``, with all trust copied."""
        for channel in (PAIRING, OUTFLOW, CHECKPOINT):
            self.open(channel, genesis.open_topic(self.root))
            self.copy_trust(channel)

    def copy_trust(self, channel: str) -> None:
        """Every effective trust event that concerns the channel and is not in it yet, in order."""
        state = self.history(channel).channel
        welcome = guests(state, chain.from_iterable(map(granted, self.histories.values())), self.now)
        about = (state.members, state.readers, welcome)
        for verdict in list(self.verdicts[TRUST]):
            concerned = verdict.draft is not None and genesis.concerns(verdict.draft, *about)
            signed = self.signed(verdict)
            if verdict.result == "effective" and concerned and signed.digest not in state.trust.copied:
                self.write(REGISTRY, channel, channel, genesis.copied(signed))

    def pair(self, proposer: str, answerer: str, **terms: Any) -> str:
        """Proposed, accepted, opened, trust copied, encryption keys published; the channel's id."""
        offer, answer = self.agree(proposer, answerer, **terms)
        channel = genesis.enabled(self.exchange, Kind.PAIRING, answer)
        self.open(channel, genesis.pairing(self.root, offer, answer))
        self.copy_trust(channel)
        for member in (proposer, answerer):
            self.publish_key(member, channel)
        return channel

    def agree(self, proposer: str, answerer: str, **terms: Any) -> tuple[Signed, Signed]:
        """Offer and answer in ``duikou.pairing``."""
        subject = self.fresh()
        summary = self.terms(proposer, answerer, **terms)
        event = self.approved(proposer, PAIRING, subject, pairing.Proposed, summary, role=Role.HEAD)
        offer = self.signed(self.put(PAIRING, self.seal(self.draft(proposer, PAIRING, subject, event, subject))))
        answer = pairing.AnswerSummary(offer=offer.digest)
        event = self.approved(answerer, PAIRING, subject, pairing.Accepted, answer, role=Role.HEAD)
        return offer, self.signed(self.write(answerer, PAIRING, subject, event))

    def terms(self, proposer: str, answerer: str, **terms: Any) -> pairing.ProposedSummary:
        """A year, two purposes, both superiors looking on; ``terms`` replace members."""
        usual: dict[str, Any] = {
            "kind": DocumentKind.AGREEMENT.value,
            "classification": Classification.PUBLIC,
            "urgency": Urgency.ROUTINE,
            "counterpart": answerer,
            "purposes": (Purpose.OUTFLOW_TRAFFICKING, Purpose.PARCEL),
            "ceiling": tuple(sorted(Restriction)),
            "oversight_a": PLACES[proposer][0],
            "oversight_b": PLACES[answerer][0],
            "term_days": 365,
            "clocks": ClockProfile(),
            "agreement": sha256(b"an invented agreement").hexdigest(),
            "impact_assessment": sha256(b"an invented assessment").hexdigest(),
            "answer_by": format_time(self.now + 30 * DAY),
        }
        return pairing.ProposedSummary(**{**usual, **terms})

    def publish_key(self, member: str, channel: str, number: int = 1) -> Verdict:
        """A stand-in for an encryption key: right length, decrypts nothing."""
        summary = EncryptionKeySummary.model_validate(
            {
                "number": number,
                "suite": "MLKEM768_X25519",
                "key": self.encryption_key(member, channel, number),
                "from": format_time(self.now),
            }
        )
        return self.write(member, channel, channel, EncryptionKeyPublished(summary=summary))

    def encryption_key(self, member: str, channel: str, number: int) -> str:
        """Base64 of the public key that ``member`` publishes there."""
        return filler(f"encryption {member} {channel} {number}", 1_216)

    # -- officers ------------------------------------------------------------------------------------------------------

    def content(self, source: str, channel: str, event_type: str, **changes: Any) -> Content:
        """A content of the right form, wrapped for the other member's newest key; nothing can open it."""
        name = self.fresh()
        channel_state = self.history(channel).channel
        recipient = channel_state.counterpart(source)
        number = len(channel_state.encryption.get(recipient, ())) or 1
        wraps = tuple(
            Wrap(half=half, holder=recipient, number=number, wrapped=filler(f"{name} {half}", WRAPPED))
            for half in ("ku", "kk")
        )
        made = Content(
            id=name,
            suite="duikou.content.v1",
            media=media_of(event_type),
            nonce=filler(f"{name} nonce", 12),
            commitment=sha256(name.encode()).hexdigest(),
            ciphertext=filler(name, 1_024 + 16),
            wraps=wraps,
        )
        return made.model_copy(update=changes)

    def approved(
        self,
        source: str,
        channel: str,
        subject: str,
        event: type[Event],
        summary: Any,
        *,
        role: Role = Role.APPROVER,
        **more: Any,
    ) -> Any:
        """The event under two signatures. ``more``: its other data, and what ``approvals`` takes."""
        own = {name: more.pop(name) for name in list(more) if name in event.model_fields and name != "approval"}
        papers = self.approvals(source, channel, subject, event, summary, own.get("content"), role=role, **more)
        return event(summary=summary, approval=papers, **own)  # type: ignore[call-arg]

    def approvals(
        self,
        source: str,
        channel: str,
        subject: str,
        event: type[Event],
        summary: Any,
        content: Content | None = None,
        *,
        role: Role = Role.APPROVER,
        author: str = "",
        approver: str = "",
        submission: Mapping[str, Any] | None = None,
        approval: Mapping[str, Any] | None = None,
        delegation: Any = None,
    ) -> Approvals:
        """Submission and approval. ``author``, ``approver``: names of officers; the mappings replace members."""
        first = self.officers[author or f"{source}/author"]
        second = self.officers[approver or f"{source}/{role}"]
        address = {
            "exchange": self.exchange,
            "channel": channel,
            "type": event.TYPE,
            "subject": subject,
            "unit": source,
        }
        shown = compact(summary.model_dump(mode="json", exclude_none=True))
        by_author = {"officer": first.id, "role": Role.AUTHOR.value}
        about: dict[str, Any] = {**address, **by_author, **named(address, shown, content)}  # in this order: bytes
        about |= {"decided_at": format_time(self.now), "valid_until": format_time(self.now + 72 * HOUR)}
        said = compact({**about, **(submission or {})})
        by = {"officer": second.id, "role": role.value, "submission": sha256(said).hexdigest(), "answers": []}
        agreed = compact({**about, **by, **(approval or {})})
        return Approvals(
            submission=dsse(first.signer, Submission.PURPOSE, said),
            approval=dsse(second.signer, Approval.PURPOSE, agreed),
            delegation=delegation,
        )


def _writer(message: Message) -> str:
    try:
        return Envelope.parse(message.value or b"").source
    except ValueError:
        return ""


def region(units: Iterable[str] = OFFICES, posts: Iterable[str] = POSTS) -> Region:
    """Founded, with those units and their officers, open topics and all trust in them."""
    made, posts = Region(), tuple(posts)
    made.found()
    for unit in units:
        made.admit(unit, posts)
    made.open_topics()
    return made
