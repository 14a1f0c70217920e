"""A channel's history: every record gets its verdict in log order, and the state moves on (checks 2 and 5 to 11)."""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from contracts.channel import Cut, LedgerReopened, Opened, TrustCopied
from contracts.channels import (
    DESK,
    KEEPER,
    KEEPER_TYPE,
    OPEN_TYPES,
    REGISTRY,
    REGISTRY_TYPES,
    TRUST,
    UNIT_TYPES,
    Place,
    Topic,
    topic,
)
from contracts.envelope import GENESIS_SEEN, START, ZEROS, Draft, Envelope, Head, Record
from contracts.refusals import Code, Refused, Stop
from contracts.trust import Heartbeat, KeyClosed, Mandated, RootEstablished
from services.domain import CONTEXTS, Use, advance, opened, pairing, uses
from services.domain import channel as channels
from services.domain import trust as trusts
from services.verifier.records import ROLLING_START, Inspected, Result, Stopped, Verdict, fitting, rolling


class Chained(NamedTuple):
    """Where an admitted envelope stands in its writer's chain."""

    source: str
    epoch: int
    number: int


@dataclass(frozen=True)
class Ledger:
    """One writer's chain in this channel.

    base: the ``previous`` of its epoch's first envelope; disowned: (epoch, first, last) numbers that a reopening left
    behind what its writer stands by, to be shown as disputed; at: effective ms of its last envelope.
    """

    head: Head = START
    frozen: bool = False
    base: str = ZEROS
    disowned: tuple[tuple[int, int, int], ...] = ()
    at: int = 0


@dataclass
class History:
    """The state of one channel after some prefix of its log: ``state(channel, offset)`` of PROTOCOL 1.

    It is also what rules may look at (``services.domain.rules.States``). All values in the maps are immutable, so
    ``overlay`` gives a cheap copy to try something on.

    earlier: hashes of every prefix of the topics before this one, up to their cuts; cut: where the last of them ends;
    waiting: this topic continues it and has no genesis yet; live: streams that are not at an end.
    """

    exchange: str
    topic: Topic
    channel: channels.Channel = field(default_factory=channels.Channel)
    offset: int = -1
    hash: bytes = ROLLING_START
    at: int = 0
    ledgers: MutableMapping[str, Ledger] = field(default_factory=dict)
    admitted: MutableMapping[str, Chained] = field(default_factory=dict)
    prefixes: MutableMapping[int, bytes] = field(default_factory=lambda: {-1: ROLLING_START})
    streams: MutableMapping[tuple[str, str], Any] = field(default_factory=dict)
    claims: MutableMapping[str, Use] = field(default_factory=dict)
    live: MutableMapping[tuple[str, str], None] = field(default_factory=dict)
    earlier: tuple[Mapping[int, bytes], ...] = ()
    cut: Cut | None = None
    waiting: bool = False

    @classmethod
    def of(cls, exchange: str, name: str, kept: Callable[[], MutableMapping[Any, Any]] = dict) -> "History":
        """An empty history of a topic, by its name. ``kept``: where what grows with every record is kept."""
        prefixes = kept()
        prefixes[-1] = ROLLING_START
        return cls(
            exchange, topic(name), admitted=kept(), prefixes=prefixes, streams=kept(), claims=kept(), live=kept()
        )

    @classmethod
    def desk(cls, exchange: str, unit: str, trust: trusts.Trust) -> "History":
        """A unit's desk: no genesis; keys and officers are those of ``duikou.trust`` (WIRE-CHOICES A12)."""
        channel = channels.Channel("open", unit, DESK, Place.DESK, (unit,), trust=trust)
        return cls(exchange, Topic(DESK, 1), channel)

    @classmethod
    def after(cls, before: "History") -> "History":
        """The next topic of a channel, before its first record; ``before`` stands at the cut (WIRE 14).

        Ledgers, matters and trust go on; so do the hash, from the cut's, and effective time (WIRE 16).
        """
        return replace(
            before,
            topic=Topic(before.topic.channel, before.topic.n + 1),
            offset=-1,
            ledgers=dict(before.ledgers),
            admitted=dict(before.admitted),
            prefixes={-1: before.hash},
            streams=dict(before.streams),
            claims=dict(before.claims),
            live=dict(before.live),
            earlier=(*before.earlier, dict(before.prefixes)),
            cut=Cut(offset=before.offset, hash=before.hash.hex()),
            waiting=True,
        )

    def overlay(self) -> "History":
        """A copy whose changes do not touch this one."""
        return replace(
            self,
            ledgers=ChainMap({}, self.ledgers),
            admitted=ChainMap({}, self.admitted),
            prefixes=ChainMap({}, self.prefixes),
            streams=ChainMap({}, self.streams),
            claims=ChainMap({}, self.claims),
            live=dict(self.live),
        )

    @property
    def place(self) -> Place:
        """Which sort of channel this is."""
        return self.channel.place

    def state(self, context: str, subject: str) -> Any:
        """A stream's state, else INITIAL."""
        return self.streams.get((context, subject), CONTEXTS[context].INITIAL)

    def open(self) -> Iterator[tuple[str, str, Any]]:
        """Streams that are not at an end."""
        for key in self.live:
            yield *key, self.streams[key]

    def used(self, what: str) -> Use | None:
        """Who used a content id or number."""
        return self.claims.get(what)

    @property
    def opened(self) -> bool:
        """Whether the genesis stands."""
        return bool(self.channel.owner) and not self.waiting

    @property
    def seen(self) -> str:
        """What an envelope written now signs as the prefix its writer has folded."""
        return f"{self.topic.n}.{self.offset}.{self.hash.hex()}"

    def ledger(self, source: str) -> Ledger:
        """A writer's chain here."""
        return self.ledgers.get(source, Ledger())

    def known(self, source: str) -> Mapping[str, trusts.Key]:
        """Keys ever copied for a writer."""
        return self.channel.trust.keys_of(source)

    def admit(self, record: Record, inspected: Inspected) -> Verdict:
        """The record's verdict; this history moves on by one record. Raises Stopped, with nothing changed."""
        if len(self.earlier) != self.topic.n - 1:  # to be judged from the cut of the topic before: ``after``
            raise Stopped(Stop.CUT, record.position)
        if record.position.offset != self.offset + 1:
            raise Stopped(Stop.OFFSET_GAP, record.position)
        if self.opened and self.channel.trust.rule_version not in OPEN_TYPES:
            raise Stopped(Stop.STALLED, record.position)
        self.offset, self.hash = record.position.offset, rolling(self.hash, record)
        self.prefixes[self.offset] = self.hash
        self.at = max(self.at, record.position.at)
        verdict = self._judge(record, inspected)
        if verdict.result in (Result.EFFECTIVE, Result.VOID) and verdict.envelope is not None:
            e = verdict.envelope
            self.admitted[inspected.digest] = Chained(e.source, e.epoch, e.number)
        return verdict

    def apply(self, draft: Draft[Any], at: int) -> bool:
        """The rules and the state after them (11); whether a fact came late. Raises Refused, with nothing changed.

        The gateway calls this on an overlay for what it has sealed and not read back yet.
        """
        if isinstance(draft.data, Heartbeat):
            if draft.subject != "policy":
                raise Refused(Code.SHAPE, "WIRE-CHOICES B11")
            self.channel = replace(self.channel, trust=replace(self.channel.trust, heartbeat=at))
            return False
        if isinstance(draft.data, Mandated) and not isinstance(draft.data, LedgerReopened):
            self._trusted(trusts.apply(self.channel.trust, draft, at, copy=False), draft)
            return False
        if draft.context == "channel":
            return self._channel_event(draft, at)
        outcome = advance(self.state(draft.context, draft.subject), draft, at, self)
        self._stands((draft.context, draft.subject), outcome.state)
        for what in uses(draft):
            self.claims.setdefault(what, Use(draft.source, draft.context, draft.subject))
        return outcome.late

    def _stands(self, key: tuple[str, str], state: Any) -> None:
        self.streams[key] = state
        if state.status in CONTEXTS[key[0]].ENDED:
            self.live.pop(key, None)
        else:
            self.live[key] = None

    def _judge(self, record: Record, i: Inspected) -> Verdict:
        noise = Verdict(record, Result.NOISE, Code.SHAPE, "", self.at, self.hash, "", i.envelope, i.draft)
        e = i.envelope
        if e is None:  # 1
            return noise
        code = self._placed(e, i.digest)  # 2
        if code is not None:
            return noise._replace(code=code)
        if not self.opened:
            begin = self._continued if self.waiting else self._genesis
            return begin(record, i, e, noise)
        if i.digest in self.admitted:  # 5
            return noise._replace(result=Result.DUPLICATE, code=None)
        name, code = self._key(record, i, e)  # 6
        if code is not None:
            return noise._replace(code=code)
        return self._chain(i, e, noise._replace(keyid=name))

    def _placed(self, e: Envelope, digest: str) -> Code | None:
        if e.exchange != self.exchange and not (digest == self.exchange and e.exchange == ZEROS):
            return Code.EXCHANGE
        if e.channel != self.topic.channel:
            return Code.PLACE
        return Code.NOT_MEMBER if self.opened and not self._member(e) else None

    def _member(self, e: Envelope) -> bool:
        """WIRE 12: where it names the types of a writer, any other of theirs is not a member's."""
        if e.source == KEEPER:
            return self.place in (Place.PAIRING, Place.SUPERVISION) and e.type == KEEPER_TYPE
        named = UNIT_TYPES.get(self.place) if e.source != REGISTRY else None
        return self.channel.may_write(e.source) and (named is None or e.type in named)

    def _key(self, record: Record, i: Inspected, e: Envelope) -> tuple[str, Code | None]:
        """The key must count at this record's effective time; its signature must fit (WIRE-CHOICES B22, B23)."""
        known = self.known(e.source)
        counting = {name for name, key in known.items() if key.counts(self.at)}
        if not counting:
            return "", Code.KEY
        name = i.fits or fitting(record, {name: key for name, key in known.items() if name not in i.tried})
        return (name, None) if name in counting else ("", Code.SIGNATURE)

    def _chain(self, i: Inspected, e: Envelope, said: Verdict) -> Verdict:
        ledger = self.ledger(e.source)
        if ledger.frozen and not _reopens_registry(e):  # 7
            return said._replace(code=Code.FROZEN)
        if e.epoch != ledger.head.epoch:
            return said._replace(code=Code.EPOCH)
        if e.number <= ledger.head.sequence:  # 8
            self.ledgers[e.source] = replace(ledger, frozen=True)
            return said._replace(result=Result.FORK, code=None)
        if (e.number, e.previous) != (ledger.head.sequence + 1, ledger.head.digest):
            return said._replace(code=Code.GAP)
        self.ledgers[e.source] = replace(ledger, head=Head(e.epoch, e.number, i.digest), at=self.at)
        return self._rule(i, e, said)

    def _rule(self, i: Inspected, e: Envelope, said: Verdict) -> Verdict:
        try:
            draft = self._readable(i, e)  # 9
            disputed = self._disputed(e, draft)  # 10
            late = self.apply(draft, self.at)  # 11
        except Refused as refused:
            return said._replace(result=Result.VOID, code=refused.code, law=refused.law)
        return said._replace(result=Result.EFFECTIVE, code=None, late=late, disputed=disputed)

    def _readable(self, i: Inspected, e: Envelope) -> Draft[Any]:
        if e.type not in OPEN_TYPES[self.channel.trust.rule_version][self.place]:
            raise Refused(Code.TYPE, "PROTOCOL 1")
        if i.draft is None:
            raise Refused(i.refused, i.law)
        opened(i.draft, self)
        by_registry = e.type in REGISTRY_TYPES or self.place is Place.TRUST
        if by_registry != (e.source == REGISTRY):
            raise Refused(Code.WRONG_SIDE, "WIRE-CHOICES B20")
        return i.draft

    def _disputed(self, e: Envelope, draft: Draft[Any]) -> bool:
        """Whether a fact's ``seen`` is wrong; a permission with a wrong one is void (PROTOCOL 5, WIRE 15)."""
        right = self._seen_rightly(e)
        if not right and not draft.data.FACT:
            raise Refused(Code.ORDER_DISPUTED, "PROTOCOL 5")
        return not right

    def _seen_rightly(self, e: Envelope) -> bool:
        return e.seen is None or self.has_seen(e.seen)  # None: on a desk, and nowhere else

    def has_seen(self, seen: str) -> bool:
        """Whether ``seen`` names a true prefix before the current record."""
        n, offset, digest = seen.split(".")
        prefix = self.prefix(int(n), int(offset))
        return prefix is not None and prefix.hex() == digest

    def prefix(self, n: int, offset: int) -> bytes | None:
        """Hash of a prefix before the current record, in this topic or up to the cut of an earlier one (WIRE 15)."""
        if n < self.topic.n:
            return self.earlier[n - 1].get(offset)
        return self.prefixes[offset] if n == self.topic.n and offset < self.offset else None

    def _trusted(self, trust: trusts.Trust, e: Draft[Any]) -> None:
        """Trust as an original or a copy left it; an emergency closing freezes its holder's ledger (WIRE 17)."""
        self.channel = replace(self.channel, trust=trust)
        if isinstance(e.data, KeyClosed):
            _, body = trusts.read(e)
            if body.emergency:
                self.ledgers[body.holder] = replace(self.ledger(body.holder), frozen=True)

    def _channel_event(self, e: Draft[Any], at: int) -> bool:
        if e.subject != self.topic.channel:
            raise Refused(Code.SHAPE, "WIRE 19")
        reopened = self._reopened(e) if isinstance(e.data, LedgerReopened) else None
        outcome = advance(self.channel, e, at, self)
        self.channel = outcome.state
        if isinstance(e.data, TrustCopied):
            self._trusted(self.channel.trust, e.data.embedded.parse().draft())
        if reopened is not None:
            self.ledgers.update(reopened)
        return outcome.late

    def _reopened(self, e: Draft[LedgerReopened]) -> dict[str, Ledger]:
        """The ledger in its next epoch, if its mandate stands and names what was said (WIRE 14, WIRE-CHOICES B38)."""
        body = trusts.reopening(self.channel.trust, e)
        ledger, by = self.ledger(body.unit), body.stands_by
        if body.epoch != ledger.head.epoch + 1:
            raise Refused(Code.STATE, "WIRE 14")
        stands = Chained(body.unit, ledger.head.epoch, by.sequence)
        if not (self.admitted.get(by.digest) == stands if by.sequence else by.digest == ledger.base):
            raise Refused(Code.MANDATE, "WIRE 14")
        left = (ledger.head.epoch, by.sequence + 1, ledger.head.sequence)
        disowned = (*ledger.disowned, left) if left[1] <= left[2] else ledger.disowned
        return {body.unit: Ledger(Head(body.epoch, 0, e.digest), False, e.digest, disowned)}

    def _genesis(self, record: Record, i: Inspected, e: Envelope, noise: Verdict) -> Verdict:
        """The first record that is a valid genesis; what stands before it is noise ``place`` (WIRE-CHOICES A5)."""
        refused = noise._replace(code=Code.PLACE, law="PROTOCOL 3")
        first = (e.source, e.epoch, e.number, e.previous, e.seen) == (REGISTRY, 1, 1, ZEROS, GENESIS_SEEN)
        if not first or i.draft is None:
            return refused
        try:
            channel = self._opening(i.draft, i.digest)
        except Refused:
            return refused
        registry = {name: key for name, key in channel.trust.keys_of(REGISTRY).items() if key.closed is None}
        name = fitting(record, registry)
        if not name:
            return refused
        self._begin(channel, i.draft, i.digest)
        return noise._replace(result=Result.EFFECTIVE, code=None, keyid=name)

    def _continued(self, record: Record, i: Inspected, e: Envelope, noise: Verdict) -> Verdict:
        """The first record that is the registry's next and names the cut; before it, a frozen registry's reopening.

        What else stands before it is noise ``place`` (WIRE 14, WIRE-CHOICES A5, A14, B44).
        """
        refused = noise._replace(code=Code.PLACE, law="PROTOCOL 3")
        name, code = self._key(record, i, e)
        if e.source != REGISTRY or code is not None:
            return refused
        if self.ledger(REGISTRY).frozen:
            return self._chain(i, e, noise._replace(keyid=name)) if _reopens_registry(e) else refused
        head = self.ledger(REGISTRY).head
        follows = (e.epoch, e.number, e.previous) == (head.epoch, head.sequence + 1, head.digest)
        if not follows or not self._seen_rightly(e) or i.draft is None or not self._names_cut(i.draft):
            return refused
        self.ledgers[REGISTRY] = replace(self.ledger(REGISTRY), head=Head(e.epoch, e.number, i.digest))
        self.waiting = False
        return noise._replace(result=Result.EFFECTIVE, code=None, keyid=name)

    def _names_cut(self, draft: Draft[Any]) -> bool:
        if not isinstance(draft.data, Opened) or draft.subject != self.topic.channel:
            return False
        said = draft.data.summary
        epochs = all(self.ledger(one.source).head.epoch == one.epoch for one in said.epochs)
        return said.cut == self.cut and epochs and channels.same(self.channel, said)

    def _opening(self, draft: Draft[Any], digest: str) -> channels.Channel:
        if isinstance(draft.data, RootEstablished) and self.topic.channel == TRUST and digest == self.exchange:
            trust = trusts.establish(draft, digest)
            return channels.Channel("open", REGISTRY, TRUST, Place.TRUST, trust=trust)
        if isinstance(draft.data, Opened) and draft.subject == self.topic.channel != TRUST:
            return channels.genesis(draft, self.at)
        raise Refused(Code.PLACE, "WIRE 13")

    def _begin(self, channel: channels.Channel, draft: Draft[Any], digest: str) -> None:
        self.channel = channel
        self.ledgers[REGISTRY] = Ledger(Head(1, 1, digest))
        terms = channel.terms
        if terms is not None:
            members = (terms.proposer, channel.counterpart(terms.proposer))
            offer = draft.data.embedded.offer  # a pairing's genesis embeds it, or is none
            begun = pairing.begun(*members, offer.digest, terms.valid_from, terms.valid_until, terms.oversight)
            self._stands(("pairing", channel.pairing), begun)


def _reopens_registry(e: Envelope) -> bool:
    """The one envelope a frozen registry ledger accepts (WIRE-CHOICES A4)."""
    if e.source != REGISTRY or e.type != LedgerReopened.TYPE:
        return False
    try:
        _, body = trusts.read(e.draft())
    except Refused:
        return False
    return bool(body.unit == REGISTRY)
