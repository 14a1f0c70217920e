"""A unit and its superior under rule version 3: how a desk is anchored, and an audit attested (L9, PROTOCOL 11)."""

from typing import Any

from contracts.attestations import (
    AuditAttested,
    AuditAttestedSummary,
    Audited,
    DeskAnchored,
    DeskAnchoredSummary,
    Opinion,
    anchor_of,
    fingerprint_of,
)
from contracts.channels import REGISTRY, TRUST, Kind
from contracts.trust import UnitAdmitted
from contracts.vocabulary import Role
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.vectors.forwarding import RULES
from services.vectors.logs import told
from services.vectors.region import Region, region
from services.vectors.seeds import XINCAI, ZHUMADIAN, policy

FIRST, SECOND, OTHER = "1.4." + "a" * 64, "1.9." + "b" * 64, "1.9." + "c" * 64
"""Heads of a desk, which is in no vector."""


def build() -> dict[str, Any]:
    """``log_attestations``: the channel of 新蔡 and its superior, before and behind the policy of version 3."""
    r = region((ZHUMADIAN, XINCAI), ("author", "approver", "head"))
    admitted = next(
        r.signed(verdict)
        for verdict in r.verdicts[TRUST]
        if verdict.draft is not None and (verdict.draft.type, verdict.draft.subject) == (UnitAdmitted.TYPE, XINCAI)
    )
    channel = genesis.enabled(r.exchange, Kind.SUPERVISION, admitted)
    r.open(channel, genesis.supervision(r.root, admitted))
    r.copy_trust(channel)
    _anchored(r, channel, FIRST)  # of no type that version 1 knows
    published = r.trust(ceremony.policy(r.by(ROOT), policy(rule_version=RULES)))
    r.write(REGISTRY, channel, channel, genesis.copied(r.signed(published)))
    _anchors(r, channel)
    _audits(r, channel)
    return {"log_attestations": told(r, channel)}


def _anchored(
    r: Region, channel: str, head: str, lost: str = "", unit: str = XINCAI, subject: str = "", **tamper: Any
) -> None:
    summary = DeskAnchoredSummary(head=head, lost=lost or None)
    r.write(unit, channel, subject or anchor_of(XINCAI), DeskAnchored(summary=summary), **tamper)


def _anchors(r: Region, channel: str) -> None:
    """In order; what follows from nothing is late; another's, and another stream, are void."""
    _anchored(r, channel, FIRST, lost=SECOND)
    _anchored(r, channel, FIRST)
    _anchored(r, channel, SECOND)
    _anchored(r, channel, OTHER)
    _anchored(r, channel, FIRST, lost=OTHER)
    _anchored(r, channel, FIRST, lost=SECOND)
    _anchored(r, channel, OTHER, seen="1.0." + "f" * 64)
    _anchored(r, channel, SECOND, unit=ZHUMADIAN)
    _anchored(r, channel, SECOND, subject=r.fresh())


def _audits(r: Region, channel: str) -> None:
    """Of this log as far as it went: by the superior's head, its approver, the unit; in the stream of the anchors."""
    for unit, role in ((ZHUMADIAN, Role.HEAD), (ZHUMADIAN, Role.APPROVER), (XINCAI, Role.HEAD)):
        _attested(r, channel, unit, role, r.fresh())
    _attested(r, channel, ZHUMADIAN, Role.HEAD, anchor_of(XINCAI))


def _attested(r: Region, channel: str, unit: str, role: Role, subject: str) -> None:
    history = r.history(channel)
    place = (str(history.topic), history.offset, history.hash.hex())
    summary = AuditAttestedSummary(
        opinion=Opinion.SELF_CONSISTENT,
        positions=(Audited(topic=place[0], offset=place[1]),),
        fingerprint=fingerprint_of([place]),
        records=history.offset + 1,
        divergences=0,
        findings=0,
        compared=0,
    )
    r.write(unit, channel, subject, r.approved(unit, channel, subject, AuditAttested, summary, role=role))
