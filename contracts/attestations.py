"""What is attested of histories between a unit and its own superior: a desk's head (L9), an audit (PROTOCOL 11).

Places, digests, codes and counts; nothing of any content, nobody. Open from rule version 3 on.
"""

from collections.abc import Iterable
from hashlib import sha256
from operator import attrgetter
from typing import Annotated, Self

from pydantic import model_validator

from contracts.approval import Approvals
from contracts.event import Event
from contracts.fields import Count, Digest, Items, RecordOffset, Seen, Wire, derived_id, each_once, pattern
from contracts.vocabulary import Term

MOST_TOPICS = 40
"""Topics of one attestation: with them its summary stays below the 6 KiB that a desk holds."""


def anchor_of(unit: str) -> str:
    """The stream of a unit's anchors."""
    return derived_id(f"duikou.anchor.v1\n{unit}")


class DeskAnchoredSummary(Wire):
    """head: the last record of the desk's topic, named as ``seen`` names one (WIRE 15, 16).

    lost: the head that was anchored before, where the desk does not reach back to it any more.
    """

    head: Seen
    lost: Seen | None = None


class DeskAnchored(Event):
    """By the node, once a day in which its desk has grown: what stands only there is lost by nobody unseen (L9)."""

    TYPE = "duikou.oversight.desk_anchored.v1"
    FACT = True
    summary: DeskAnchoredSummary


class Opinion(Term):
    """What an audit came to. ``verified`` is only what witnesses cosigned (PROTOCOL 11), and cannot be said here."""

    REFUSED = "refused", "不予认定", "refused"
    SELF_CONSISTENT = "self_consistent", "自洽（完整性未经见证）", "self-consistent, completeness not witnessed"


class Audited(Wire):
    """How far a topic was read. A desk is never exported (WIRE-CHOICES A12)."""

    topic: Annotated[
        str, pattern(r"duikou\.(?:trust|pairing|outflow|checkpoint|channel\.[a-z2-7]{52})\.[1-9][0-9]{0,8}")
    ]
    offset: RecordOffset


def fingerprint_of(places: Iterable[tuple[str, int, str]]) -> str:
    """sha-256 hex over lines "topic offset hash" joined by newlines, in ascending order of the topics.

    hash: the topic's rolling hash at that offset (WIRE 16), which holds every byte, signature and time before it.
    """
    return sha256(
        "\n".join(f"{topic} {offset} {hash_}" for topic, offset, hash_ in sorted(places)).encode()
    ).hexdigest()


class AuditAttestedSummary(Wire):
    """positions, fingerprint: what was read (``fingerprint_of``). divergences: what refuses, counted.

    findings: what a person must clear up; compared: fingerprints of live views that were held against it.
    """

    opinion: Opinion
    positions: Annotated[tuple[Audited, ...], Items(1, MOST_TOPICS), each_once("topics", attrgetter("topic"))]
    fingerprint: Digest
    records: Count
    divergences: Count
    findings: Count
    compared: Count

    @model_validator(mode="after")
    def _refused_by_a_divergence(self) -> Self:
        if (self.opinion is Opinion.REFUSED) != (self.divergences > 0):
            raise ValueError("a divergence, and nothing else, refuses")
        return self


class AuditAttested(Event):
    """By the superior's head: an audit of the unit's channels. Whoever has the topics audits again and compares."""

    TYPE = "duikou.oversight.audit_attested.v1"
    summary: AuditAttestedSummary
    approval: Approvals
