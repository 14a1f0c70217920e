"""Events of a channel itself: its genesis, copies of trust, reopened ledgers, members' encryption keys (PROTOCOL 3)."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.channels import Kind
from contracts.content import KeyNumber
from contracts.dsse import Dsse
from contracts.envelope import Embedded
from contracts.event import Event
from contracts.fields import (
    Channel,
    Count,
    Digest,
    EncryptionKey,
    Epoch,
    Items,
    Offset,
    SequenceText,
    Source,
    Timestamp,
    Unit,
    Wire,
    a_set,
)
from contracts.trust import Body, Mandated


class LedgerEpoch(Wire):
    """In which epoch a writer's ledger begins or goes on."""

    source: Source
    epoch: Epoch


class Cut(Wire):
    """Where a lost or moved topic ends: offset and rolling hash of its last record."""

    offset: Offset
    hash: Digest


class OpenedSummary(Wire):
    """kind `open`: no members; `pairing`: units in the order of offer and answer; `supervision`: unit, superior."""

    kind: Kind
    members: Annotated[tuple[Unit, ...], Items(2, 2)] | None = None
    readers: Annotated[tuple[Unit, ...], a_set(8)] | None = None
    epochs: Annotated[tuple[LedgerEpoch, ...], Items(0, 4)]
    rule_version: Epoch
    cut: Cut | None = None


class Roots(Wire):
    """What a fold starts from: the pinned root, later registry keys, and what both units signed."""

    root: Embedded
    rotations: Annotated[tuple[Dsse, ...], Items(1, 2)] | None = None
    offer: Embedded | None = None
    answer: Embedded | None = None


class Opened(Event):
    """The genesis: offset 0, by the registry."""

    TYPE = "duikou.channel.opened.v1"
    FACT = True
    summary: OpenedSummary
    embedded: Roots


class CopiedSummary(Wire):
    """Digest and sequence of the original in ``duikou.trust``."""

    digest: Digest
    sequence: SequenceText


class TrustCopied(Event):
    """A trust event takes effect in this channel here; the original's mandate is verified again (WIRE 21)."""

    TYPE = "duikou.channel.trust_copied.v1"
    FACT = True
    summary: CopiedSummary
    embedded: Embedded


class StandsBy(Wire):
    """The last envelope of the old epoch that its writer stands by; sequence 0: none."""

    sequence: Count
    digest: Digest


class ReopenedBody(Body):
    """A ledger goes on in the next epoch."""

    unit: Source
    channel: Channel
    epoch: Epoch
    stands_by: StandsBy


class LedgerReopened(Mandated):
    """After a fork, a stolen key or a restored database (WIRE 14). The mandate's number is the new epoch."""

    TYPE = "duikou.channel.ledger_reopened.v1"
    FACT = True
    BODY = ReopenedBody


class EncryptionKeySummary(Wire):
    """``number`` counts from 1 per unit and channel; ``since`` is the writer's word, the log's place decides."""

    number: KeyNumber
    suite: Literal["MLKEM768_X25519"]
    key: EncryptionKey
    since: Timestamp = Field(alias="from")


class EncryptionKeyPublished(Event):
    """A member's key for wrapped halves in this channel (WIRE 27)."""

    TYPE = "duikou.channel.encryption_key_published.v1"
    FACT = True
    summary: EncryptionKeySummary
