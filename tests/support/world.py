"""A region simulator that signs with real keys and can misbehave (after python-tuf's repository simulator).

``world()`` is two counties and their superiors in two provinces, a pairing in force between 新蔡 and 义乌, all trust
copied, encryption keys published; every test gets a copy of its own. Whatever is written is judged at once, and
``World.fold`` judges a whole log again from nothing.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Self

from contracts import lead, pairing
from contracts.access import Recorded, RecordedSummary, SignedAccess
from contracts.approval import AccessStatement, Delegation, Session
from contracts.channel import Opened
from contracts.channels import NEWEST, REGISTRY, TRUST, Kind, Topic
from contracts.content import Content
from contracts.dsse import Dsse
from contracts.envelope import Envelope, Message, Position, Record, Signed
from contracts.lead import Shared, SharedSummary, Withdrawn
from contracts.profile import compact
from contracts.trust import UnitAdmitted
from contracts.vocabulary import (
    AccessKind,
    AccessReason,
    Role,
    Suspension,
    Withdrawal,
)
from services.domain.clocks import DAY, HOUR, format_time
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.signing import Signer, dsse
from services.vault.content import encrypt
from services.vault.hybrid import PrivateKey
from services.vectors.logs import lead_summary
from services.vectors.region import Region, region
from services.vectors.seeds import JINHUA, OFFICES, XINCAI, YIWU, ZHUMADIAN, policy, seed, seeded
from services.verifier import History, Result, Stopped, Verdict, inspect

__all__ = [
    "JINHUA",
    "OFFICES",
    "REGISTRY",
    "XINCAI",
    "YIWU",
    "ZHUMADIAN",
    "Result",
    "World",
    "plain",
    "seeded",
    "world",
]

Said = tuple[Result, str]


def plain(verdict: Verdict) -> Said:
    """Result and code, as tables say them; the code is empty where there is none."""
    return verdict.result, verdict.code or ""


@dataclass
class World(Region):
    """The region of the vectors, with one pairing's channel and more ways to go wrong."""

    pairing: str = ""
    channel: str = ""
    offer: Signed = field(default_factory=lambda: Signed(b"", b"", ""))
    answer: Signed = field(default_factory=lambda: Signed(b"", b"", ""))
    private: dict[tuple[str, str, int], PrivateKey] = field(default_factory=dict)

    def copy(self) -> Self:
        """A world that goes its own way from here."""
        return replace(super().copy(), private=dict(self.private))

    # -- the log -------------------------------------------------------------------------------------------------------

    def fold(self, channel: str = "") -> list[Verdict]:
        """Every verdict of a log, from nothing, one record after the other."""
        name = channel or self.channel
        history = History.of(self.exchange, str(Topic(name, 1)))
        return [history.admit(record, inspect(record, {})) for record in self.logs[name]]

    def lose_topic(self, behind: int = 0) -> list[Record]:
        """The pairing's topic ends, that many records before its end, and the next one begins; what it held."""
        records = self.logs[self.channel]
        history = History.of(self.exchange, str(Topic(self.channel, 1)))
        for record in records[: len(records) - behind]:
            history.admit(record, inspect(record, {}))
        self.logs[self.channel], self.verdicts[self.channel] = [], []
        self.histories[self.channel] = History.after(history)
        return records

    def genesis(self) -> Opened:
        """How the pairing's channel goes on in its next topic."""
        first = genesis.pairing(self.root, self.offer, self.answer)
        return genesis.continuing(first, self.history(self.channel))

    def judged_again(self, channel: str) -> list[Verdict]:
        """Verdicts of what this test wrote there, from what the log meant before it."""
        before, log = _built(), self.logs[channel]
        known = len(before.logs.get(channel, ()))
        history = before.history(channel).overlay() if known else History.of(self.exchange, str(Topic(channel, 1)))
        return [history.admit(record, inspect(record, {})) for record in log[known:]]

    def touched(self) -> list[str]:
        """Channels in which this test has written."""
        before = _built().logs
        return [channel for channel, log in self.logs.items() if len(log) != len(before.get(channel, ()))]

    def raw(self, value: bytes | None, signature: bytes | None = b"", channel: str = "", **headers: bytes) -> Verdict:
        """Any bytes from anybody; ``signature`` None: no such header."""
        found = [*headers.items()] + ([] if signature is None else [("signature", signature)])
        return self.append(channel or self.channel, Message(None, value, tuple(found)))

    def again(self, verdict: Verdict, channel: str = "") -> Verdict:
        """The same message once more."""
        return self.append(channel or self.channel, verdict.record.message)

    def newest_rules(self) -> Verdict:
        """A policy opens the newest rule version that this software has, here too."""
        self.trust(ceremony.policy(self.by(ROOT), policy(rule_version=NEWEST)))
        return self.write(REGISTRY, self.channel, self.channel, genesis.copied(self.signed(self.verdicts[TRUST][-1])))

    def supervised(self, unit: str) -> str:
        """The channel of a unit and its superior, under the newest rules, both with a key in it; its id."""
        admitted = next(
            self.signed(verdict)
            for verdict in self.verdicts[TRUST]
            if verdict.draft is not None and verdict.draft.type == UnitAdmitted.TYPE and verdict.draft.subject == unit
        )
        channel = genesis.enabled(self.exchange, Kind.SUPERVISION, admitted)
        self.open(channel, genesis.supervision(self.root, admitted, rule_version=NEWEST))
        self.copy_trust(channel)
        for member in self.history(channel).channel.members:
            self.publish_key(member, channel)
        return channel

    def later(self, ms: int) -> None:
        """Time passes."""
        self.now += ms

    def stops(self, channel: str) -> str:
        """Why the next record of a channel could not be judged; empty if it could."""
        history = self.history(channel).overlay()
        position = Position(str(Topic(channel, 1)), history.offset + 1, self.now)
        record = Record(position, Message(None, b"{}"))
        try:
            history.admit(record, inspect(record, {}))
        except Stopped as stopped:
            return str(stopped.stop)
        return ""

    def changed(self, signed: Signed, source: str, /, **members: Any) -> Signed:
        """The same envelope with other members, signed by the same writer again."""
        document = {**Envelope.parse(signed.value).model_dump(exclude_none=True), **members}
        return self.sign(compact(document), self.keys[source])

    def last(self, channel: str = "") -> Verdict:
        """The newest verdict."""
        return self.verdicts[channel or self.channel][-1]

    # -- leads ---------------------------------------------------------------------------------------------------------

    def summary(self, **changes: Any) -> SharedSummary:
        """An invented lead about a suspect, in clear; ``changes`` replace members."""
        return lead_summary(**changes)

    def shared(self, source: str = XINCAI, subject: str = "", **more: Any) -> tuple[str, Shared]:
        """A share's subject and event. ``more``: summary, content, and what ``approvals`` takes."""
        subject = subject or self.fresh()
        summary = more.pop("summary", None) or self.summary()
        content = more.pop("content", None) or self.content(source, self.channel, Shared.TYPE)
        return subject, self.approved(source, self.channel, subject, Shared, summary, content=content, **more)

    def share(self, source: str = XINCAI, subject: str = "", **more: Any) -> Verdict:
        """A lead is shared; ``more``: as ``shared``, and what ``write`` takes: signer, at, members of the envelope."""
        papers = {name: more.pop(name) for name in list(more) if name in _PAPERS}
        subject, event = self.shared(source, subject, **papers)
        return self.write(source, self.channel, subject, event, **more)

    def fact(self, source: str, subject: str, event: type[Any] = lead.Delivered, /, **tamper: Any) -> Verdict:
        """A fact of the recipient that takes no officer."""
        return self.write(source, self.channel, subject, event(summary=lead.DeliveredSummary()), **tamper)

    def withdraw(self, source: str, subject: str, **tamper: Any) -> Verdict:
        """撤回, a fact of the owner."""
        said = lead.WithdrawnSummary(officer=self.officers[f"{source}/author"].id, ground=Withdrawal.ERROR)
        return self.write(source, self.channel, subject, Withdrawn(summary=said), **tamper)

    # -- pairing -------------------------------------------------------------------------------------------------------

    def suspend_pairing(self, source: str) -> Verdict:
        """暂停 by that side's head."""
        said = pairing.SuspendedSummary(officer=self.officers[f"{source}/head"].id, ground=Suspension.DISPUTE)
        return self.write(source, self.channel, self.pairing, pairing.Suspended(summary=said))

    def resume_pairing(self, source: str) -> Verdict:
        """恢复 by that side."""
        said = pairing.ResumedSummary(ground=Suspension.DISPUTE)
        event = self.approved(source, self.channel, self.pairing, pairing.Resumed, said, role=Role.HEAD)
        return self.write(source, self.channel, self.pairing, event)

    # -- officers ------------------------------------------------------------------------------------------------------

    def delegation(
        self, unit: str, officer: str, role: Role, /, span: int = 10 * DAY, signer: Signer | None = None, **changes: Any
    ) -> Dsse:
        """The head of ``unit`` lets the officer of that name act in ``role``, from an hour ago, for ``span`` ms."""
        head = self.officers[f"{unit}/head"]
        since = self.now - HOUR
        said = {
            "exchange": self.exchange,
            "unit": unit,
            "head": head.id,
            "officer": self.officers[officer].id,
            "role": role.value,
            "from": format_time(since),
            "until": format_time(since + span),
        }
        return dsse(signer or head.signer, Delegation.PURPOSE, compact({**said, **changes}))

    def access(
        self, source: str, content: str, *, officer: str = "", summary: Mapping[str, Any] | None = None, **more: Any
    ) -> Recorded:
        """An access record of ``content``. ``summary`` replaces members there; ``more``: signer, session, others."""
        who = self.officers[officer or f"{source}/intake"]
        signer, session = more.pop("signer", who.signer), more.pop("session", None)
        said = {
            "officer": who.id,
            "content": content,
            "kind": AccessKind.READ.value,
            "reason": AccessReason.HANDLING.value,
        }
        one_time = {"key": self.encryption_key(source, "one time", 1), "at": format_time(self.now)}
        statement = {"exchange": self.exchange, "channel": self.channel, **said, **one_time, **more}
        signed = dsse(signer, AccessStatement.PURPOSE, compact(statement))
        shown = RecordedSummary.model_validate_json(compact({**said, **(summary or {})}))
        return Recorded(summary=shown, access=SignedAccess(statement=signed, session=session))

    def session(self, officer: str, key: str, /, span: int = 8 * HOUR, **changes: Any) -> Dsse:
        """A session of that officer for a short-lived key (base64)."""
        who = self.officers[officer]
        said = {"exchange": self.exchange, "officer": who.id, "key": key, "until": format_time(self.now + span)}
        return dsse(who.signer, Session.PURPOSE, compact({**said, **changes}))

    # -- content that opens --------------------------------------------------------------------------------------------

    def sealed_content(self, source: str, event_type: str, plaintext: bytes) -> Content:
        """A content that the other member can open with ``private``; publish the key with ``real_key`` first."""
        recipient = self.history(self.channel).channel.counterpart(source)
        number = self.history(self.channel).channel.newest_keys(recipient)[-1].number
        key = self.private[recipient, self.channel, number].public
        address: dict[str, Any] = {"exchange": self.exchange, "channel": self.channel, "source": source}
        address["event_type"] = event_type
        return encrypt(plaintext, **address, holders=[(recipient, number, key)], own=None).content

    def real_key(self, member: str, number: int) -> Verdict:
        """An encryption key of a member whose private part this world holds, published."""
        name = f"encryption {member} {number}"
        key = PrivateKey(seed(f"{name} 1") + seed(f"{name} 2") + seed(f"{name} 3"))
        self.private[member, self.channel, number] = key
        return self.publish_key(member, self.channel, number)

    def encryption_key(self, member: str, channel: str, number: int) -> str:
        """The real key where there is one."""
        real = self.private.get((member, channel, number))
        return base64.b64encode(real.public).decode() if real else super().encryption_key(member, channel, number)


_PAPERS = frozenset({"summary", "content", "role", "author", "approver", "submission", "approval", "delegation"})


@cache
def _agreed() -> World:
    plain_region = region()
    made = World(**{name: getattr(plain_region, name) for name in Region.__dataclass_fields__})
    made.offer, made.answer = made.agree(XINCAI, YIWU)
    made.channel = genesis.enabled(made.exchange, Kind.PAIRING, made.answer)
    return made


@cache
def _built() -> World:
    made = _agreed().copy()
    made.open(made.channel, genesis.pairing(made.root, made.offer, made.answer))
    made.copy_trust(made.channel)
    for member in (XINCAI, YIWU):
        made.publish_key(member, made.channel)
    made.pairing = made.history(made.channel).channel.pairing
    return made


def world() -> World:
    """A world of the test's own."""
    return _built().copy()


def agreed() -> World:
    """The same world just before its channel is opened: offered and accepted."""
    return _agreed().copy()
