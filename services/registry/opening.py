"""What the registry does by itself: open topics and channels, copy trust, beat (PROTOCOL 3, WIRE 21).

Each step is idempotent and done again from the fold: topic, settings verified, genesis written and read back, then
rights. The registry decides when trust reaches a channel, never what it says: the force is in the mandates.
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated
from uuid import uuid5

from pydantic import ValidationError

from contracts.channel import Opened
from contracts.channels import CHECKPOINT, OPEN_TOPICS, OUTFLOW, PAIRING, REGISTRY, TRUST, topic
from contracts.dsse import Dsse
from contracts.envelope import GENESIS_SEEN, START, Draft, Envelope, Signed
from contracts.fields import Binary, Digest, Wire
from contracts.refusals import Code, NotYet, Refused
from contracts.trust import Heartbeat, HeartbeatSummary, Mandated
from services import journal
from services.domain.channel import MAX_OFFER
from services.domain.clocks import format_time
from services.domain.pairing import Pairing
from services.domain.trust import Trust
from services.node.commands import NAMESPACE, duty_id, propose, propose_all
from services.node.folds import ledger_name, now_ms
from services.node.node import Node
from services.node.watching import OWN, READ, Step, seen, watched
from services.registry import forwarding, genesis
from services.registry.errors import HandedOverError
from services.registry.forwarding import Granted
from services.registry.mandates import CannotMandateError, Paper, hand_in, mandate_id
from services.storage.ledger import Entry
from services.transport import Topics
from services.verifier import History

COPIES = 100
"""Trust events copied at once at most."""


@dataclass
class Registry:
    """The registry's node and its rights over topics. ``folder`` holds root.json and mandates/*.json."""

    node: Node
    topics: Topics
    folder: Path
    granted: set[tuple[str, str, bool]] = field(default_factory=set)
    ready: set[str] = field(default_factory=set)
    complete: dict[str, tuple[bytes, Trust, frozenset[str]]] = field(default_factory=dict)
    """Channel -> the end of ``duikou.trust``, trust there, and its guests, when nothing was left to copy."""
    trust: tuple[bytes, tuple[tuple[Signed, str], ...]] = (b"", ())
    """The end of ``duikou.trust``, and what is copied of it, each with the unit that it is about."""
    grants: dict[str, tuple[bytes, tuple[Granted, ...]]] = field(default_factory=dict)
    """Channel -> its end, and what was granted there."""
    taken: set[tuple[str, int]] = field(default_factory=set)
    """Name and time of mandates that stand in the ledger."""
    generation: str = ""
    """Of the database that ``taken`` is of."""
    step: Step = field(init=False)
    """One round; whether anything was done. Raises NotYet."""

    def __post_init__(self) -> None:
        self.step = watched(self._step, self._sees)

    def _sees(self) -> object:
        """What there is to do depends on the database, and on what lies where mandates are handed over."""
        papers = {(path.name, path.stat().st_mtime_ns) for path in (self.folder / "mandates").glob("*")}
        return seen(self.node.pulse, *OWN, *READ)(), papers

    def _step(self) -> bool:
        done = [self._open_topics(), self._mandates(), self._grant_units()]
        for id, state in list(self.node.pairings()):
            done.append(self._open_channel(id, (state.owner, state.counterpart), partial(self._pairing, state)))
        for id, members in list(self.node.supervised()):
            done.append(self._open_channel(id, members, partial(self._supervision, members[0])))
        grants = list(chain.from_iterable(map(self._granted, self.node.channels())))
        done += [self._copy(channel, grants) for channel in (*OPEN_TOPICS[1:], *self.node.channels())]
        return any([*done, self._beat()])

    # -- topics and genesis --------------------------------------------------------------------------------------------

    def _open_topics(self) -> bool:
        done = [self._topic(channel) for channel in OPEN_TOPICS]
        done.append(self._root())
        if self.node.folds.history(TRUST).waiting:
            done.append(self._first(TRUST, partial(self._open_kind, TRUST)))
        elif self._opened(TRUST):
            done += [self._first(channel, partial(self._open_kind, channel)) for channel in OPEN_TOPICS[1:]]
        return any(done)

    def _topic(self, channel: str) -> bool:
        """The topic with the contract's settings, and the registry's own rights there."""
        name = self.node.topic(channel)
        if name in self.ready:
            return False
        self.topics.create(name)
        self._grant(channel, REGISTRY, write=True)
        self.ready.add(name)
        return True

    def _opened(self, channel: str) -> bool:
        return self.node.folds.history(channel).opened

    def _root(self) -> bool:
        """The root as the ceremony sealed it, verbatim: its digest is the name of the exchange."""
        if self._opened(TRUST):
            return False
        signed = root(self.folder)
        if self.node.ledger.find(Envelope.parse(signed.value).id) is not None:
            return False
        return self.node.ledger.heal(Envelope.parse(signed.value), signed)

    def _first(self, channel: str, make: Callable[[], Opened]) -> bool:
        """The genesis of a channel's topic, once."""
        history = self.node.folds.history(channel)
        id = duty_id(REGISTRY, channel if history.cut is None else str(history.topic), "opened")
        if history.opened or self.node.ledger.find(id) is not None:
            return False
        event = make() if history.cut is None else genesis.continuing(make(), history)
        draft = Draft(id, REGISTRY, channel, format_time(now_ms()), self.node.exchange, channel, event)
        head, seen = (START, GENESIS_SEEN) if history.cut is None else (history.ledger(REGISTRY).head, history.seen)
        entry = Entry(draft, self.node.ledger.stream_version(draft.stream) + 1, seen, ())
        self.node.ledger.append([entry], {ledger_name(channel, REGISTRY): head})
        return True

    def _open_kind(self, channel: str) -> Opened:
        return genesis.open_topic(root(self.folder), self._rotations(), self._rule_version())

    def _rotations(self) -> list[Dsse]:
        """Mandates by which a genesis reaches the registry's newest key (WIRE-CHOICES A6)."""
        events = (Envelope.parse(signed.value).draft() for signed in self._effective(TRUST))
        return [found for found in map(genesis.rotation, events) if found is not None]

    def _rule_version(self) -> int:
        return self.node.folds.history(TRUST).channel.trust.rule_version

    def _open_channel(self, channel: str, members: tuple[str, str], make: Callable[[], Opened]) -> bool:
        """Topic, genesis, read back, then the members' rights (WIRE-CHOICES A5)."""
        done = self._topic(channel)
        done |= self._first(channel, make)
        if self._opened(channel):
            for member in members:
                done |= self._grant(channel, member, write=True)
            for reader in self.node.folds.history(channel).channel.readers:
                done |= self._grant(channel, reader, write=False)
        return done

    def _pairing(self, state: Pairing) -> Opened:
        offer, answer = (self._signed(PAIRING, digest) for digest in (state.offer, state.answer))
        return genesis.pairing(root(self.folder), offer, answer, self._rotations(), self._rule_version())

    def _supervision(self, unit: str) -> Opened:
        admission = self._signed(TRUST, self.node.folds.history(TRUST).channel.trust.units[unit].admission)
        return genesis.supervision(root(self.folder), admission, self._rotations(), self._rule_version())

    def _signed(self, channel: str, digest: str) -> Signed:
        for signed in self._effective(channel):
            if signed.digest == digest:
                return signed
        raise NotYet("an envelope that a genesis embeds is not in the replica yet")

    def _effective(self, channel: str) -> Iterator[Signed]:
        """What counts in all topics of a channel, in order."""
        here = topic(self.node.topic(channel))
        return chain.from_iterable(self.node.replica.effective(str(here._replace(n=n))) for n in range(1, here.n + 1))

    # -- rights --------------------------------------------------------------------------------------------------------

    def _grant(self, channel: str, principal: str, *, write: bool) -> bool:
        what = (self.node.topic(channel), principal, write)
        if what in self.granted:
            return False
        self.topics.grant(what[0], principal, write)
        self.granted.add(what)
        return True

    def _grant_units(self) -> bool:
        """Every admitted unit reads the open topics; units answer proposals, counties report outflow (WIRE 12)."""
        done = False
        units = self.node.folds.history(TRUST).channel.trust.units
        for channel in OPEN_TOPICS:
            here = units if channel in (TRUST, CHECKPOINT) else self.node.folds.history(channel).channel.trust.units
            for unit in units.keys() & here.keys():
                writes = channel == PAIRING or (channel == OUTFLOW and units[unit].is_county)
                done |= self._grant(channel, unit, write=writes)
        return done

    # -- trust ---------------------------------------------------------------------------------------------------------

    def _mandates(self) -> bool:
        """Mandates that arrived from the signing offices, in the order of their file names."""
        if not self._opened(TRUST):
            return False
        generation = self.node.ledger.generation
        if generation != self.generation:  # perhaps another copy of the data, which holds less (PROTOCOL 6)
            self.generation = generation
            self.taken.clear()
        return any([self._submit(path) for path in sorted((self.folder / "mandates").glob("*.json"))])

    def _submit(self, path: Path) -> bool:
        """One that is refused, or is none, is set aside and said once: it must not keep the others waiting."""
        known = (path.name, path.stat().st_mtime_ns)
        if known in self.taken:
            return False
        refused = path.with_suffix(".refused")
        if refused.exists():
            return False
        try:
            event, subject = mandate_file(path)
            if self.node.ledger.find(mandate_id(event)) is not None:
                self.taken.add(known)
                return False
            hand_in(self.node, event, subject)
        except (Refused, HandedOverError) as error:
            code, law = (error.code, error.law) if isinstance(error, Refused) else (Code.SHAPE, "WIRE 24")
            journal.error(journal.Said.MANDATE_REFUSED, mandate=path.name, code=code, law=law)
            refused.write_text(f"{error}\n")
            return False
        return True

    def _granted(self, channel: str) -> tuple[Granted, ...]:
        """Grants to forward, read again when the channel has moved."""
        history = self.node.folds.history(channel)
        known = self.grants.get(channel)
        if known is None or known[0] != history.hash:
            known = self.grants[channel] = (history.hash, tuple(forwarding.granted(history)))
        return known[1]

    def _copy(self, channel: str, grants: list[Granted]) -> bool:
        """Trust events that concern the channel and are not in it yet, in the order of ``duikou.trust``."""
        history = self.node.folds.history(channel)
        if not history.opened or not self.node.running(channel):
            return False
        welcome = forwarding.guests(history.channel, grants, now_ms())
        place = (self.node.folds.history(TRUST).hash, history.channel.trust, welcome)
        if self.complete.get(channel) == place:
            return False
        left = [one for one in self._trust() if one[0].digest not in history.channel.trust.copied]
        for guests in _batches(history, welcome):
            if self._copy_all(channel, _concerning(history, left, guests)):
                return True
        if not _concerning(history, left):  # a guest's that was refused would be again
            self.complete[channel] = place
        return False

    def _trust(self) -> tuple[tuple[Signed, str], ...]:
        """What of ``duikou.trust`` is copied anywhere, in order; read again when it has grown."""
        end = self.node.folds.history(TRUST).hash
        if self.trust[0] != end:
            found = ((signed, Envelope.parse(signed.value).draft()) for signed in self._effective(TRUST))
            copied = ((signed, genesis.concerned(draft)) for signed, draft in found if genesis.concerns(draft))
            self.trust = (end, tuple(copied))
        return self.trust[1]

    def _copy_all(self, channel: str, missing: list[Signed]) -> bool:
        """All in one append: each is decided on what the ones before it leave."""
        events = [(duty_id(REGISTRY, Envelope.parse(one.value).id, f"copied {channel}"), one) for one in missing]
        new = [(id, genesis.copied(one)) for id, one in events if self.node.ledger.find(id) is None]
        try:
            return bool(new) and bool(propose_all(self.node, channel, channel, new[:COPIES]))
        except Refused as error:
            journal.error(journal.Said.COPY_REFUSED, channel=channel, code=error.code, law=error.law)
            return False

    def _beat(self) -> bool:
        """A heartbeat every so often, so that withheld trust is noticed."""
        every = self.node.settings.heartbeat_seconds
        if not self._opened(TRUST):
            return False
        last = self.node.folds.history(TRUST).channel.trust.heartbeat
        if now_ms() - last < every * 1_000:
            return False
        id = str(uuid5(NAMESPACE, f"heartbeat\n{now_ms() // (every * 1_000)}"))
        if self.node.ledger.find(id) is not None:
            return False
        propose(self.node, TRUST, "policy", Heartbeat(summary=HeartbeatSummary(every=every)), id=id)
        return True


def _batches(history: History, welcome: frozenset[str]) -> Iterator[frozenset[str]]:
    """Whose trust is copied beside the members', the first that can be: what is refused of one holds up nobody else.

    All guests who came in before, in the order of ``duikou.trust``; none; each by himself. Each once.
    """
    before = welcome.intersection(history.channel.trust.units)
    yield from dict.fromkeys((before, frozenset(), *(frozenset({guest}) for guest in sorted(welcome))))


def _concerning(
    history: History, trust: Iterable[tuple[Signed, str]], welcome: frozenset[str] = frozenset()
) -> list[Signed]:
    """What of ``duikou.trust`` concerns a channel."""
    state = history.channel
    return [signed for signed, unit in trust if genesis.is_about(unit, state.members, state.readers, welcome)]


def root(folder: Path) -> Signed:
    """The sealed root of the ceremony. Raises HandedOverError."""
    path = folder / "root.json"
    try:
        kept = _Root.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise HandedOverError(f"{path.name} is not the root of a ceremony") from None
    return Signed(base64.b64decode(kept.value), base64.b64decode(kept.signature), kept.keyid)


def keep_root(folder: Path, signed: Signed) -> None:
    """Writes the ceremony's root where the registry finds it."""
    value, signature = (base64.b64encode(part).decode() for part in (signed.value, signed.signature))
    (folder / "root.json").write_text(_Root(value=value, signature=signature, keyid=signed.keyid).model_dump_json())


def mandate_file(path: Path) -> tuple[Mandated, str]:
    """(event, subject) of a mandate as the signing offices handed it over. Raises HandedOverError."""
    try:
        return Paper.at(path).event()
    except (OSError, CannotMandateError):
        raise HandedOverError(f"{path.name} is not a mandate") from None


def keep_mandate(folder: Path, number: int, event: Mandated) -> Path:
    """Writes a signed mandate for the registry to take up; it never sees half of one."""
    path = folder / "mandates" / f"{number:06}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    Paper(payload=event.mandate.payload, signatures=event.mandate.signatures).keep(part)
    return part.replace(path)


class _Root(Wire):
    """``root.json``: the sealed root, verbatim."""

    value: Annotated[str, Binary(2, MAX_OFFER)]
    signature: Annotated[str, Binary(64, 64)]
    keyid: Digest
