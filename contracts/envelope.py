"""Draft -> Envelope -> Signed -> Record: every stage adds one thing and nothing is written twice (PROTOCOL 2, WIRE 1).

The bytes of an envelope are made once, by its writer; everybody else keeps them as they are (L2).
"""

import base64
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, Generic, Literal, NamedTuple, Self, TypeVar

from pydantic import ValidationError, model_validator

from contracts import profile
from contracts.channels import DESK
from contracts.dsse import EVENT, REMEMBERED, pae
from contracts.event import TYPES, Event
from contracts.fields import (
    Binary,
    Channel,
    Digest,
    Epoch,
    EventId,
    EventType,
    Seen,
    SequenceText,
    Source,
    Subject,
    Timestamp,
    Wire,
)
from contracts.profile import ShapeError
from contracts.refusals import Code, Refused

ZEROS = "0" * 64
SIGNATURE_HEADER, KEYID_HEADER, CONTENT_TYPE_HEADER = "signature", "keyid", "content-type"
E = TypeVar("E", bound=Event, covariant=True)


class Head(NamedTuple):
    """Where a ledger stands: epoch, number and sha-256 hex of its last envelope."""

    epoch: int
    sequence: int
    digest: str


START = Head(1, 0, ZEROS)
GENESIS_SEEN = f"1.-1.{ZEROS}"


@dataclass(frozen=True, slots=True)
class Draft(Generic[E]):
    """An event with its address: who says what about which subject in which channel. Rules look at nothing else.

    raw_summary: the summary's bytes as they stand in the envelope; digest: the envelope's. Both empty before sealing.
    """

    id: str
    source: str
    subject: str
    time: str
    exchange: str
    channel: str
    data: E
    raw_summary: bytes = field(default=b"", compare=False)
    digest: str = field(default="", compare=False)

    @property
    def summary_digest(self) -> str:
        """sha-256 hex of the summary's compact JSON as it stands (or will stand): what officers sign (WIRE 22)."""
        return sha256(self.raw_summary or profile.compact(self.data.wire()["summary"])).hexdigest()

    @property
    def type(self) -> str:
        """The event's type string."""
        return self.data.TYPE

    @property
    def context(self) -> str:
        """Second word of the type: which rules apply."""
        return self.data.TYPE.split(".")[1]

    @property
    def stream(self) -> str:
        """One subject of one context in one channel: what rules look at."""
        return f"{self.channel}/{self.context}/{self.subject}"


class Envelope(Wire):
    """A draft with its place in a ledger; its JSON is what is signed, stored, sent and replayed.

    ``data`` is held as the JSON object it is; ``draft`` gives the event its model accepts.
    """

    specversion: Literal["1.0"] = "1.0"
    id: EventId
    source: Source
    type: EventType
    subject: Subject
    time: Timestamp
    exchange: Digest
    channel: Channel
    epoch: Epoch
    sequence: SequenceText
    previous: Digest
    seen: Seen | None = None
    data: dict[str, Any]

    @model_validator(mode="after")
    def _seen_unless_desk(self) -> Self:
        if (self.seen is None) != (self.channel == DESK):
            raise ValueError("seen stands in every channel but the desk")
        return self

    @property
    def number(self) -> int:
        """The sequence as an integer."""
        return int(self.sequence)

    @property
    def ledger(self) -> str:
        """One writer in one channel: what numbers, chain and signatures run along; with the epoch, the record key."""
        return f"{self.channel}/{self.source}"

    @property
    def stream(self) -> str:
        """As Draft.stream."""
        return f"{self.channel}/{self.type.split('.')[1]}/{self.subject}"

    @property
    def key(self) -> bytes:
        """Record key; checked by nobody's verdict."""
        return f"{self.ledger}/{self.epoch}".encode()

    @classmethod
    def after(cls, head: Head, draft: Draft[Event], seen: str | None) -> Self:
        """The draft as the next envelope of its ledger."""
        return cls(
            id=draft.id,
            source=draft.source,
            type=draft.type,
            subject=draft.subject,
            time=draft.time,
            exchange=draft.exchange,
            channel=draft.channel,
            epoch=head.epoch,
            sequence=f"{head.sequence + 1:012}",
            previous=head.digest,
            seen=seen,
            data=draft.data.wire(),
        )

    @staticmethod
    @lru_cache(maxsize=REMEMBERED)
    def parse(value: bytes) -> "Envelope":
        """Profile and attributes (checks 1 of WIRE 17). Raises ShapeError.

        The parts of a process get one and the same object for the same bytes; nobody changes its ``data``.
        """
        document = profile.read(value)
        try:
            return Envelope.model_validate(document)
        except ValidationError as error:
            raise ShapeError("attributes") from error

    def to_value(self) -> bytes:
        """The bytes. Only the writer calls this, once."""
        return profile.compact(self.model_dump(exclude_none=True))

    def draft(self, digest: str = "") -> Draft[Event]:
        """The event with its address; ``digest``: of this envelope's bytes.

        Raises Refused: ``type`` (this software has no such event) or ``shape`` (its model refuses the data).
        """
        model = TYPES.get(self.type)
        if model is None:
            raise Refused(Code.TYPE)
        try:
            event = model.model_validate_json(profile.compact(self.data))
        except ValueError as error:
            raise Refused(Code.SHAPE) from error
        summary = profile.compact(self.data["summary"]) if "summary" in self.data else b""
        address = (self.id, self.source, self.subject, self.time, self.exchange, self.channel)
        return Draft(*address, event, summary, digest)


@dataclass(frozen=True, slots=True)
class Signed:
    """Exact bytes of an envelope and the writer's signature over their PAE."""

    value: bytes
    signature: bytes
    keyid: str

    @property
    def digest(self) -> str:
        """sha-256 hex of the value: what ``previous`` and every reference name."""
        return sha256(self.value).hexdigest()

    def message(self) -> "Message":
        """As the log carries it."""
        headers = (
            (CONTENT_TYPE_HEADER, EVENT.encode()),
            (KEYID_HEADER, self.keyid.encode()),
            (SIGNATURE_HEADER, self.signature),
        )
        return Message(Envelope.parse(self.value).key, self.value, headers)


@dataclass(frozen=True, slots=True)
class Message:
    """Key, value and headers, in order, as the log carries them. Anybody with access may write anything here."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()

    @property
    def signature(self) -> bytes:
        """The one header ``signature``; none or several count as empty (PROTOCOL 1)."""
        found = [value for name, value in self.headers if name == SIGNATURE_HEADER]
        return found[0] if len(found) == 1 else b""

    @property
    def keyid(self) -> str:
        """The hint, or empty."""
        found = [value for name, value in self.headers if name == KEYID_HEADER]
        return found[0].decode("ascii", "replace") if len(found) == 1 else ""

    @property
    def signed(self) -> Signed:
        """What the verdict reads."""
        return Signed(self.value or b"", self.signature, self.keyid)


class Position(NamedTuple):
    """Where and when the log put a record (append time in ms); no unit can choose it."""

    topic: str
    offset: int
    at: int


class Record(NamedTuple):
    """What a log holds."""

    position: Position
    message: Message


class Embedded(Wire):
    """An envelope inside an event: root, offer, answer, copies of trust, grants (WIRE 5). Never a nested object."""

    envelope: Annotated[str, Binary(2, 32_768)]
    signature: Annotated[str, Binary(64, 64)]

    @classmethod
    def of(cls, signed: Signed) -> Self:
        """The same bytes, wrapped."""
        return cls(
            envelope=base64.b64encode(signed.value).decode(), signature=base64.b64encode(signed.signature).decode()
        )

    @property
    def value(self) -> bytes:
        """The envelope's bytes."""
        return base64.b64decode(self.envelope)

    @property
    def digest(self) -> str:
        """sha-256 hex of the envelope's bytes."""
        return sha256(self.value).hexdigest()

    def parse(self) -> Envelope:
        """Raises ShapeError."""
        return Envelope.parse(self.value)


def event_pae(value: bytes) -> bytes:
    """What the writer of an envelope signs."""
    return pae(EVENT, value)
