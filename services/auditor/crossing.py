"""What no single topic's verdicts may look at: do channels agree with ``duikou.trust`` and ``duikou.pairing``?

A verdict reads its own topic only (PROTOCOL 1); here an offer, an answer or a copy that nobody made is found.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from contracts.channel import LedgerReopened, Opened, TrustCopied
from contracts.channels import PAIRING, TRUST, Kind, Topic, topic
from contracts.envelope import Embedded
from contracts.lead import Shared
from contracts.lead_forwarding import ForwardGranted
from contracts.trust import KeyClosed
from services.domain import trust as trusts
from services.verifier import History, Result, Verdict

TRUST_TOPIC, PAIRING_TOPIC = str(Topic(TRUST, 1)), str(Topic(PAIRING, 1))


class Finding(NamedTuple):
    """Something a person must clear up; it does not change what the records are. ``rule``: where it stands."""

    topic: str
    offset: int
    rule: str
    text: str


class _Said(NamedTuple):
    topic: str
    offset: int
    what: str
    embedded: Embedded


@dataclass
class Crossings:
    """Gathered in one pass over all topics, compared at the end.

    effective: topic -> digest of what is effective there -> its signature; closed: (topic, unit) -> offset of an
    emergency closing that no reopening followed yet; granted: digests of effective grants to forward; forwarded:
    (topic, offset, channel of the grant, its digest) of what was shared under one.
    """

    effective: dict[str, dict[str, bytes]] = field(default_factory=lambda: {TRUST_TOPIC: {}, PAIRING_TOPIC: {}})
    said: dict[str, list[_Said]] = field(default_factory=lambda: {TRUST_TOPIC: [], PAIRING_TOPIC: []})
    closed: dict[tuple[str, str], int] = field(default_factory=dict)
    granted: set[str] = field(default_factory=set)
    forwarded: list[tuple[str, int, str, str]] = field(default_factory=list)

    def note(self, verdict: Verdict, history: History) -> None:
        """One effective record; others say nothing."""
        draft, position = verdict.draft, verdict.record.position
        if verdict.result is not Result.EFFECTIVE or draft is None:
            return
        if position.topic in self.effective:
            self.effective[position.topic][draft.digest] = verdict.record.message.signature
        match draft.data:
            case TrustCopied():
                self.said[TRUST_TOPIC].append(_Said(*position[:2], "copy", draft.data.embedded))
                self._emergency(position.topic, position.offset, draft.data, history)
            case Opened():
                self._genesis(position.topic, position.offset, draft.data)
            case ForwardGranted():
                self.granted.add(draft.digest)
            case Shared(embedded=Embedded() as grant):
                self.forwarded.append((*position[:2], grant.parse().channel, grant.digest))
            case LedgerReopened():
                self.closed.pop((position.topic, trusts.read(draft)[1].unit), None)
            case _:
                pass

    def _genesis(self, topic: str, offset: int, opened: Opened) -> None:
        where = PAIRING_TOPIC if opened.summary.kind is Kind.PAIRING else TRUST_TOPIC
        for what in ("offer", "answer"):
            embedded = getattr(opened.embedded, what)
            if embedded is not None:
                self.said[where].append(_Said(topic, offset, what, embedded))

    def _emergency(self, topic: str, offset: int, copied: TrustCopied, history: History) -> None:
        original = copied.embedded.parse().draft()
        if isinstance(original.data, KeyClosed):
            _, body = trusts.read(original)
            if body.emergency and history.channel.may_write(body.holder):
                self.closed[topic, body.holder] = offset

    def findings(self, topics: set[str]) -> Iterator[Finding]:
        """All of them; a topic that was not read is compared with nothing.

        Args:
            topics: names of those that were read.
        """
        for name in sorted(self.said.keys() & topics):
            for one in self.said[name]:
                yield from _compared(one, name, self.effective[name])
        yield from self._forwarded({topic(name).channel for name in topics})
        for (name, unit), offset in sorted(self.closed.items()):
            yield Finding(name, offset, "PROTOCOL 4", f"emergency closing of {unit} without a reopening of its ledger")

    def _forwarded(self, read: set[str]) -> Iterator[Finding]:
        """``read``: channels. A grant is one forward's, also where two units share more than one channel."""
        used: set[str] = set()
        for name, offset, channel, digest in self.forwarded:
            if channel in read and digest not in self.granted:
                yield Finding(name, offset, "PROTOCOL 12", "embedded grant is not effective in its channel")
            if digest in used:
                yield Finding(name, offset, "PROTOCOL 12", "embedded grant was used in another channel")
            used.add(digest)

    def unread(self, topics: set[str]) -> list[str]:
        """Topics that something should have been compared with, and that were not read."""
        return sorted(name for name, said in self.said.items() if said and name not in topics)


def _compared(one: _Said, name: str, effective: dict[str, bytes]) -> Iterator[Finding]:
    """A copy's signature is not compared: its force is the mandate (WIRE-CHOICES B34)."""
    rule = "PROTOCOL 4" if one.what == "copy" else "PROTOCOL 3"
    if one.embedded.digest not in effective:
        yield Finding(one.topic, one.offset, rule, f"embedded {one.what} is not effective in {name}")
    elif one.what != "copy" and base64.b64decode(one.embedded.signature) != effective[one.embedded.digest]:
        yield Finding(one.topic, one.offset, rule, f"embedded {one.what} bears another signature than in {name}")
