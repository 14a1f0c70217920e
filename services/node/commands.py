"""gateway -> ledger. A command is a proposed event: decided, sealed, then pending until the log says what it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.channels import DESK, OPEN_TYPES, PAIRING, TRUST
from contracts.envelope import Draft, Head
from contracts.event import Event
from contracts.fields import derived_id
from contracts.refusals import Code, NotYet, Refused
from services.domain import uses
from services.domain.clocks import format_time
from services.node import discretion
from services.node.folds import counting, ledger_name, now_ms, opened
from services.storage.ledger import Conflict, Entry, Sealed
from services.storage.sealing import HEALING
from services.verifier import History

if TYPE_CHECKING:
    from services.node.node import Node

NAMESPACE = uuid5(NAMESPACE_URL, "duikou.event.v1")
ATTEMPTS = 20
"""How often a command is decided again after somebody else wrote to its stream first."""


def command_id(unit: str, channel: str, officer: str, key: str, event_type: str) -> str:
    """Event id of a command: the same key of the same officer is the same event (WIRE 29)."""
    return str(uuid5(NAMESPACE, f"command\n{unit}\n{channel}\n{officer}\n{key}\n{event_type}"))


def duty_id(unit: str, cause: str, duty: str) -> str:
    """Event id of an automatic act: any number of workers make one event (WIRE 29)."""
    return str(uuid5(NAMESPACE, f"duty\n{unit}\n{cause}\n{duty}"))


def minted(event_id: str) -> str:
    """A matter's id, from a command's event id: same key, same matter."""
    return derived_id(f"duikou.subject.v1\n{event_id}")


def propose(node: "Node", channel: str, subject: str, event: Event, *, id: str) -> Sealed:
    """Decides and seals. The same id again gives what it gave before.

    Raises Refused (the rule forbids it, final), NotYet (channel not open, ledger frozen, outage, own log not read).
    """
    UUID(id)
    for _ in range(ATTEMPTS):
        healed = node.ledger.is_healed()
        done = node.ledger.find(id)
        if done is not None:
            return done
        if not healed:  # nor decided: a refusal is final, and what is known may be of an older copy (PROTOCOL 6)
            raise NotYet(HEALING)
        try:
            return _once(node, channel, subject, event, id)
        except Conflict:
            continue
    raise NotYet("too many writers on this matter; try again")


def rehearse(node: "Node", channel: str, subject: str, event: Event, *, id: str) -> None:
    """What ``propose`` would say now, without saying it. Raises Refused, NotYet."""
    healed = node.ledger.is_healed()
    if node.ledger.find(id) is None:
        if not healed:
            raise NotYet(HEALING)
        now = now_ms()
        draft = Draft(id, node.source, subject, format_time(now), node.exchange, channel, event)
        _decided(node, draft, now)


def _decided(node: "Node", draft: Draft[Any], now: int) -> tuple[History, Head]:
    """The channel as it was decided on, and the head that our next envelope follows. Raises Refused, NotYet."""
    history, base = _ours(node, draft.channel)
    _cautious(node, history, draft, now)
    discretion.check(history, draft)
    _permitted(history, draft, max(history.at, now))
    return history, base


def _ours(node: "Node", channel: str) -> tuple[History, Head]:
    """The channel to decide on, and the head that our next envelope follows.

    Raises Refused(not_member): we read it as oversight, or nothing of it is ours; NotYet.
    """
    history, base = node.folds.deciding(channel)
    opened(history, node.source)
    if not history.channel.may_write(node.source):
        raise Refused(Code.NOT_MEMBER, "WIRE 12")
    if node.signer.keyid not in counting(history, node.source):
        raise NotYet("this unit's key is not in the channel yet, or was closed there")
    return history, base


def propose_all(node: "Node", channel: str, subject: str, events: Sequence[tuple[str, Event]]) -> list[Sealed]:
    """Several new (id, event) of one subject, each decided on what the ones before leave, sealed together.

    Raises Refused (nothing was sealed), NotYet, Conflict.
    """
    now = now_ms()
    drafts = [Draft(id, node.source, subject, format_time(now), node.exchange, channel, event) for id, event in events]
    versions: dict[str, int] = {}
    for stream in {draft.stream for draft in drafts}:
        versions[stream] = node.ledger.stream_version(stream)
    history, base = _ours(node, channel)
    entries = []
    for draft in drafts:
        _cautious(node, history, draft, now)
        discretion.check(history, draft)
        _permitted(history, draft, max(history.at, now))
        versions[draft.stream] += 1
        seen = None if channel == DESK else history.seen
        entries.append(Entry(draft, versions[draft.stream], seen, tuple(uses(draft))))
    if not entries:
        return []
    sealed = node.ledger.append(entries, {ledger_name(channel, node.source): base})
    node.news.tell()
    return sealed


def _once(node: "Node", channel: str, subject: str, event: Event, id: str) -> Sealed:
    return propose_all(node, channel, subject, [(id, event)])[0]


def _permitted(history: History, draft: Draft[Any], at: int) -> None:
    """The same decision the log will make: the type is open here, and the rules allow it in this state."""
    types = OPEN_TYPES.get(history.channel.trust.rule_version)
    if types is None:
        raise NotYet("this software is too old to judge the channel")
    if draft.type not in types[history.place]:
        raise Refused(Code.TYPE, "PROTOCOL 1")
    history.apply(draft, at)


def _cautious(node: "Node", history: History, draft: Draft[Any], now: int) -> None:
    """Trust seen but not yet copied, or trust too old: send nothing new (PROTOCOL 3). Never changes a verdict."""
    if draft.data.FACT or node.settings.is_registry or draft.channel in (DESK, PAIRING, TRUST):
        return
    trust = node.folds.history(TRUST)
    if now - node.heartbeat() > node.settings.heartbeat_limit_seconds * 1_000:
        raise NotYet("the newest trust heartbeat is too old: nothing is shared or opened")
    other = history.channel.counterpart(draft.source)
    known = history.channel.trust.keys_of(other)
    behind = {name for name, key in trust.channel.trust.keys_of(other).items() if key.closed is not None}
    if trust.channel.trust.suspended(other, now) or any(known[name].closed is None for name in behind & set(known)):
        raise NotYet("trust in the counterpart has changed and the change is not in the channel yet")


@dataclass(frozen=True)
class Standing:
    """How a command ended, or that it has not: pending, recorded (effective once) or void, with its place and code."""

    id: str
    status: str
    code: str = ""
    law: str = ""
    topic: str = ""
    offset: int = -1
    late: bool = False
    disputed: bool = False


def standing(node: "Node", id: str) -> Standing | None:
    """None: no such command."""
    sealed = node.ledger.find(id)
    return None if sealed is None else standing_of(node, sealed)


def standing_of(node: "Node", sealed: Sealed) -> Standing:
    """What the log accepted counts, at the place the log gave it."""
    id, found = sealed.id, node.replica.outcome(sealed.id)
    if found is None:
        return Standing(id, _unread(node, sealed))
    status = "recorded" if found.result == "effective" else "void"
    return Standing(id, status, found.code, found.law, found.topic, found.offset, found.late, found.disputed)


def _unread(node: "Node", sealed: Sealed) -> str:
    """Pending, unless its ledger went on in a later epoch without it: then it never counted."""
    channel = sealed.ledger.split("/")[0]
    return "pending" if node.folds.history(channel).ledger(node.source).head.epoch == sealed.epoch else "void"
