"""A channel's own state: members, trust as copied, encryption keys, terms (PROTOCOL 3). Written by its registry ledger.

The verifier asks here for the genesis; copies, reopenings and encryption keys come through ``advance`` like any event.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.channel import EncryptionKeyPublished, LedgerReopened, Opened, OpenedSummary, TrustCopied
from contracts.channels import OPEN_TOPICS, REGISTRY, Kind, Place, channel_id
from contracts.dsse import Dsse
from contracts.envelope import Draft, Embedded, Envelope
from contracts.event import Event
from contracts.pairing import Accepted, Proposed, ProposedSummary
from contracts.profile import ShapeError
from contracts.refusals import Code, Refused
from contracts.trust import Mandate, UnitAdmitted
from services.domain import trust as trusts
from services.domain.clocks import DAY
from services.domain.rules import THIRD, Allowed, Rule, Side, Sign, States
from services.domain.trust import Trust

MAX_OFFER = 8_192
"""Bytes of root, offer and answer where they are embedded (WIRE 4)."""


@dataclass(frozen=True)
class EncryptionKey:
    """A member's public key for wrapped halves, as published at ``since`` (effective ms)."""

    number: int
    key: str
    since: int


@dataclass(frozen=True)
class Terms:
    """What both units signed, running from the genesis. Times in ms."""

    proposer: str
    offer: ProposedSummary
    valid_from: int
    valid_until: int

    @property
    def oversight(self) -> tuple[str, str]:
        """Units that read the channel, of the proposer's side first."""
        return self.offer.oversight_a, self.offer.oversight_b

    @property
    def purposes(self) -> frozenset[str]:
        """What the pairing is for."""
        return frozenset(self.offer.purposes)

    @property
    def ceiling(self) -> frozenset[str]:
        """Restrictions both can honour."""
        return frozenset(self.offer.ceiling)


@dataclass(frozen=True)
class Channel:
    """State of the channel context; one stream whose subject is the channel id."""

    status: str = "unopened"
    owner: str = ""
    id: str = ""
    place: Place = Place.DESK
    members: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    trust: Trust = field(default_factory=Trust)
    pairing: str = ""
    terms: Terms | None = None
    encryption: Mapping[str, tuple[EncryptionKey, ...]] = field(default_factory=dict)

    def may_write(self, source: str) -> bool:
        """Whether a writer has a ledger here (WIRE 12); which types, the verifier asks beside it."""
        if source == REGISTRY:
            return self.place is not Place.DESK
        if self.place in (Place.PAIRING, Place.SUPERVISION, Place.DESK):
            return source in self.members
        unit = self.trust.units.get(source)
        match self.place:
            case Place.PROPOSALS:
                return unit is not None
            case Place.OUTFLOW:
                return unit is not None and unit.is_county
            case Place.CHECKPOINT:
                witnesses = self.trust.policy.get("witnesses")
                return isinstance(witnesses, list) and source in witnesses
            case _:
                return False

    def counterpart(self, source: str) -> str:
        """The other member; empty in an open topic or for a third."""
        others = [unit for unit in self.members if unit != source]
        return others[0] if len(others) == 1 and source in self.members else ""

    def newest_keys(self, unit: str) -> tuple[EncryptionKey, ...]:
        """The two encryption keys of a member that a share may use, newest last."""
        return self.encryption.get(unit, ())[-2:]


INITIAL = Channel()
ENDED: frozenset[str] = frozenset()
_OPEN = frozenset({"open"})
RULES: dict[type[Event], Rule] = {
    Opened: Rule("P4", Side.OPENER, frozenset({"unopened"}), "open", Sign.NODE, Allowed.ALWAYS),
    TrustCopied: Rule("C1", Side.OWNER, _OPEN, None, Sign.NODE, Allowed.ALWAYS),
    LedgerReopened: Rule("C2", Side.OWNER, _OPEN, None, Sign.NODE, Allowed.ALWAYS),
    EncryptionKeyPublished: Rule("C3", Side.OTHER, _OPEN, None, Sign.NODE, Allowed.ALWAYS),
}


def permit(state: Channel, e: Draft[Any], at: int, states: States) -> None:
    """A channel is opened once. Registry events may be void although they are facts (WIRE-CHOICES A9)."""
    if isinstance(e.data, Opened):
        raise Refused(Code.STATE, "PROTOCOL 3")


def late(state: Channel, e: Draft[Any], at: int) -> bool:
    """A key published out of turn: a fact that stands and changes nothing (PROTOCOL 1, WIRE 27)."""
    if not isinstance(e.data, EncryptionKeyPublished):
        return False
    known = state.encryption.get(e.source, ())
    return e.data.summary.number != (known[-1].number if known else 0) + 1


def supervised(exchange: str, trust: Trust) -> Iterator[tuple[str, tuple[str, str]]]:
    """(channel id, (unit, superior)) of every admission under an admitted superior (PROTOCOL 3).

    From the rule version on that gives such a channel something to say; ``trust`` as ``duikou.trust`` has it.
    """
    if trust.rule_version < THIRD:
        return
    for unit, known in trust.units.items():
        if known.superior in trust.units and known.superior != unit:
            yield channel_id(exchange, Kind.SUPERVISION, known.admission), (unit, known.superior)


def _original(event: TrustCopied) -> Envelope:
    try:
        original = event.embedded.parse()
    except ShapeError as error:
        raise Refused(Code.MANDATE, "WIRE 21") from error
    if (event.embedded.digest, original.sequence) != (event.summary.digest, event.summary.sequence):
        raise Refused(Code.MANDATE, "WIRE 21")
    return original


def evolve(state: Channel, e: Draft[Any], at: int) -> Channel:
    """Copies change trust, published keys the list of keys; a reopening is the verifier's.

    Raises Refused: already_copied, mandate; what a copy says is verified by taking it over, once (WIRE-CHOICES A9).
    """
    match e.data:
        case TrustCopied():
            return replace(state, trust=trusts.copy(state.trust, _original(e.data), e.data.embedded.digest, at))
        case EncryptionKeyPublished() if not late(state, e, at):
            key = EncryptionKey(e.data.summary.number, e.data.summary.key, at)
            return replace(state, encryption={**state.encryption, e.source: (*state.encryption.get(e.source, ()), key)})
        case _:
            return state


def needs(e: Draft[Any]) -> Sign:
    """As the row says."""
    return RULES[type(e.data)].sign


def genesis(e: Draft[Opened], at: int) -> Channel:
    """The channel that a valid ``channel.opened`` opens (PROTOCOL 3, WIRE 13, WIRE-CHOICES A6, B21).

    The caller has verified nothing yet: check the envelope's signature with the registry key of the result.
    Raises Refused: it is no genesis.
    """
    summary, embedded = e.data.summary, e.data.embedded
    trust = _rotated(_root(embedded.root, e.exchange), embedded.rotations or ())
    if summary.cut is not None or any(epoch.epoch != 1 for epoch in summary.epochs):
        raise _no_genesis("WIRE 14")
    channel = Channel("open", REGISTRY, e.channel, trust=replace(trust, rule_version=summary.rule_version))
    match summary.kind:
        case Kind.OPEN:
            return _open(channel, e)
        case Kind.PAIRING:
            return _pairing(channel, e, at)
        case _:
            return _supervision(channel, e)


def same(state: Channel, said: OpenedSummary) -> bool:
    """Whether the genesis of a channel's next topic says what the channel is (WIRE-CHOICES B44).

    Root, offer and answer that it embeds are not judged again: the state before the cut came of them.
    """
    kind = {Place.PAIRING: Kind.PAIRING, Place.SUPERVISION: Kind.SUPERVISION}.get(state.place, Kind.OPEN)
    named = (said.kind, said.members or (), said.readers or (), said.rule_version)
    return named == (kind, state.members, state.readers, state.trust.rule_version)


def _no_genesis(law: str) -> Refused:
    return Refused(Code.PLACE, law)


def _root(root: Embedded, exchange: str) -> Trust:
    if root.digest != exchange or len(root.value) > MAX_OFFER:
        raise _no_genesis("PROTOCOL 4")
    try:
        return trusts.establish(root.parse().draft(), exchange)
    except ShapeError as error:
        raise _no_genesis("PROTOCOL 4") from error


def _rotated(trust: Trust, rotations: tuple[Dsse, ...]) -> Trust:
    """Only to find the registry's key: numbers and root keys stay as the root established them (WIRE-CHOICES A1)."""
    reached = trust
    for dsse in rotations:
        if len(dsse.raw) > trusts.MAX_ROTATION:
            raise _no_genesis("WIRE 4")
        reached = trusts.rotation(reached, dsse)
    named = reached.keys_of(REGISTRY)
    return replace(trust, keys={**trust.keys, **named}, ahead=frozenset(named))


def _open(channel: Channel, e: Draft[Opened]) -> Channel:
    summary, embedded = e.data.summary, e.data.embedded
    extra = (summary.members, summary.readers, embedded.offer, embedded.answer)
    if e.channel not in OPEN_TOPICS or any(part is not None for part in extra):
        raise _no_genesis("WIRE 13")
    return replace(channel, place=Place(e.channel))


def _answered(e: Draft[Opened]) -> Embedded:
    answer = e.data.embedded.answer
    if answer is None:
        raise _no_genesis("WIRE 13")
    if e.channel != channel_id(e.exchange, e.data.summary.kind, answer.digest):
        raise _no_genesis("PROTOCOL 3")
    return answer


def _document(embedded: Embedded | None, wanted: type[Event]) -> Draft[Any]:
    try:
        if embedded is None or len(embedded.value) > MAX_OFFER:
            raise _no_genesis("WIRE 13")
        draft = embedded.parse().draft(embedded.digest)
    except ShapeError as error:
        raise _no_genesis("WIRE 13") from error
    if not isinstance(draft.data, wanted):
        raise _no_genesis("WIRE 13")
    return draft


def _pairing(channel: Channel, e: Draft[Opened], at: int) -> Channel:
    answer = _document(_answered(e), Accepted)
    offer = _document(e.data.embedded.offer, Proposed)
    terms = offer.data.summary
    members = (offer.source, answer.source)
    readers = tuple(sorted({terms.oversight_a, terms.oversight_b}))
    named = (e.data.summary.members, e.data.summary.readers)
    wrong = answer.data.summary.offer != offer.digest or offer.source == answer.source
    if wrong or named != (members, readers) or {offer.exchange, answer.exchange} != {e.exchange}:
        raise _no_genesis("WIRE 13")
    running = Terms(offer.source, terms, at, at + terms.term_days * DAY)
    return replace(channel, place=Place.PAIRING, members=members, readers=readers, pairing=offer.subject, terms=running)


def _supervision(channel: Channel, e: Draft[Opened]) -> Channel:
    answer = _document(_answered(e), UnitAdmitted)
    try:
        body: Any = trusts.body_of(UnitAdmitted, Mandate.of(answer.data.mandate))
    except ValueError as error:
        raise _no_genesis("WIRE 13") from error
    members, summary = (body.unit, body.superior), e.data.summary
    wrong = e.data.embedded.offer is not None or answer.exchange != e.exchange or len(set(members)) != 2
    if wrong or (summary.members, summary.readers) != (members, None):
        raise _no_genesis("WIRE 13")
    return replace(channel, place=Place.SUPERVISION, members=members)
