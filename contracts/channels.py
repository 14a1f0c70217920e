"""Channels, their topics, and who may say what where (WIRE 11-13, WIRE-CHOICES B15-B20)."""

import base64
import re
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

REGISTRY, KEEPER = "registry", "keeper"
TRUST, PAIRING, OUTFLOW, CHECKPOINT, DESK = "trust", "pairing", "outflow", "checkpoint", "desk"
OPEN_TOPICS = (TRUST, PAIRING, OUTFLOW, CHECKPOINT)
"""Read by every admitted unit."""


class Kind(StrEnum):
    """What ``channel.opened`` says of its channel."""

    OPEN = "open"
    PAIRING = "pairing"
    SUPERVISION = "supervision"


class Place(StrEnum):
    """A sort of topic: what is written there, and by whom."""

    TRUST = "trust"
    PROPOSALS = "pairing"
    OUTFLOW = "outflow"
    CHECKPOINT = "checkpoint"
    DESK = "desk"
    PAIRING = "channel"
    SUPERVISION = "supervision"


class Topic(NamedTuple):
    """A topic's channel and its generation n, from 1."""

    channel: str
    n: int

    def __str__(self) -> str:
        middle = "" if self.channel in (*OPEN_TOPICS, DESK) else "channel."
        return f"duikou.{middle}{self.channel}.{self.n}"


_TOPIC = re.compile(r"duikou\.(?:(trust|pairing|outflow|checkpoint|desk)|channel\.([a-z2-7]{52}))\.([1-9][0-9]{0,8})")


def topic(name: str) -> Topic:
    """Parses a topic name. Raises ValueError."""
    found = _TOPIC.fullmatch(name)
    if found is None:
        raise ValueError("not a topic of the exchange")
    return Topic(found[1] or found[2], int(found[3]))


def channel_id(exchange: str, kind: Kind, digest: str) -> str:
    """Base32 of sha-256 over what enabled the channel: it exists once and nobody chooses it (PROTOCOL 3)."""
    preimage = f"duikou.channel.v1\n{exchange}\n{kind}\n{digest}".encode()
    return base64.b32encode(sha256(preimage).digest()).decode().lower().rstrip("=")


def _types(context: str, names: str) -> frozenset[str]:
    return frozenset(f"duikou.{context}.{name}.v1" for name in names.split())


_CHANNEL = _types("channel", "opened trust_copied ledger_reopened")
_PROPOSALS = _types("pairing", "proposed accepted declined")
_FIRST: dict[Place, frozenset[str]] = {
    Place.TRUST: _types(
        "trust",
        "root_established root_rotated province_delegated unit_admitted unit_profile_published key_added "
        "key_closed officer_enrolled officer_ended unit_suspended unit_reinstated policy_published heartbeat",
    )
    | _types("channel", "ledger_reopened"),
    Place.PROPOSALS: _CHANNEL | _PROPOSALS,
    Place.OUTFLOW: _CHANNEL | _types("outflow", "reported corrected"),
    Place.CHECKPOINT: _CHANNEL,
    Place.DESK: _types(
        "desk",
        "drafted revised submitted returned approved discarded assigned reassigned linked acknowledged confirmed",
    ),
    Place.PAIRING: _CHANNEL
    | _types("channel", "encryption_key_published")
    | _types("pairing", "suspended resumed ending_announced ended")
    | _types(
        "lead",
        "shared delivered received accepted declined supplemented acknowledged feedback_given outcome_recorded "
        "withdrawn removal_answered closed",
    )
    | _types("enquiry", "asked delivered received undertaken answered refused cancelled closed")
    | _types("access", "recorded"),
    Place.SUPERVISION: _CHANNEL | _types("channel", "encryption_key_published"),
}
_SECOND: dict[Place, frozenset[str]] = {
    **_FIRST,
    Place.PAIRING: _FIRST[Place.PAIRING].union(
        _types("enquiry", "completion_requested completed interim_given answer_corrected acknowledged"),
        _types(
            "lead",
            "misdirected regraded corrected jurisdiction_disputed jurisdiction_settled reopened held hold_released "
            "reviewed expunged evidence_use_requested evidence_use_granted evidence_use_refused phone_recorded "
            "phone_confirmed phone_disputed transfer_offered transfer_accepted transfer_declined restricted "
            "restriction_lifted",
        ),
        _types(
            "operation",
            "proposed agreed declined plan_amended team_dispatched team_arrived milestone_reached custody_handed_over "
            "evidence_handed_over suspended resumed aborted team_returned concluded results_proposed results_agreed",
        ),
        _types(
            "liaison",
            "posting_offered posting_accepted reported_in member_changed posting_extended handover_offered "
            "handover_accepted posting_ended recalled task_given task_taken task_returned task_done task_cancelled "
            "outreach_held",
        ),
        _types("pairing", "contacts_changed renewal_offered renewal_accepted"),
    ),
}
_THIRD: dict[Place, frozenset[str]] = {
    **_SECOND,
    Place.PAIRING: _SECOND[Place.PAIRING].union(_types("lead", "forward_requested forward_granted forward_refused")),
    Place.SUPERVISION: _FIRST[Place.SUPERVISION].union(
        _types("access", "recorded"),
        _types(
            "oversight",
            "incident_reported incident_followed_up incident_closed supervision_opened supervision_received "
            "supervision_extended supervision_answered supervision_returned supervision_closed supervision_escalated "
            "supervision_suggested redress_opened redress_decided contribution_sealed contribution_returned "
            "report_submitted report_accepted report_returned report_restated desk_anchored audit_attested",
        ),
    ),
}
OPEN_TYPES: dict[int, dict[Place, frozenset[str]]] = {1: _FIRST, 2: _SECOND, 3: _THIRD}
"""Rule version -> place -> event types open there. A version never changes; new types need the next (PROTOCOL 1)."""

NEWEST = max(OPEN_TYPES)
"""The rule version that a policy may publish once every node runs this software."""

REGISTRY_TYPES = _CHANNEL
"""What only the registry writes outside ``trust``; it writes nothing else there."""

UNIT_TYPES: dict[Place, frozenset[str]] = {Place.TRUST: frozenset(), Place.PROPOSALS: _PROPOSALS}
"""Where WIRE 12 names the types of units: any other of theirs there is noise ``not_member``."""

KEEPER_TYPE = "duikou.access.released.v1"
"""The one type the keeper writes."""
