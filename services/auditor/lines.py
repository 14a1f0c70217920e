"""The export format ``duikou.export.v1`` (WIRE 32, WIRE-CHOICES C1-C6): JSON lines, binary in base64, <= 1 MiB each.

First line {format, exchange, topics, cut {topic: {offset, hash}}, fingerprints {unit: {view.vN: sha-256}}}; then one
line a record {topic, offset, at (ms), key O, headers [[name, base64]], value O}, whole topics from offset 0, ordered by
the bytes of the topic's name, then by offset. Nothing here is signed: what is signed stands inside the values.
"""

import base64
from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contracts.channel import Cut
from contracts.channels import DESK, topic
from contracts.envelope import Message, Position, Record
from contracts.fields import Binary, Digest, Unit
from services.auditor.errors import DeskTopicError, ExportError

MAX_LINE = 1_048_576
M = TypeVar("M", bound=BaseModel)
_Bytes = Annotated[str, Binary(0, MAX_LINE)]
_CONFIG = ConfigDict(frozen=True, extra="forbid", strict=True)


class Header(BaseModel):
    """The first line. ``cut``: offset and rolling hash of every topic's last record."""

    model_config = _CONFIG

    format: Literal["duikou.export.v1"] = "duikou.export.v1"
    exchange: Digest
    topics: tuple[str, ...]
    cut: Mapping[str, Cut]
    fingerprints: Mapping[Unit, Mapping[str, Digest]]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.topics) != sorted(set(self.topics), key=str.encode) or set(self.topics) != set(self.cut):
            raise ValueError("topics stand in order of their bytes, each once and with its cut")
        return self


class Line(BaseModel):
    """A record as the log holds it."""

    model_config = _CONFIG

    topic: str
    offset: Annotated[int, Field(ge=0, lt=2**63)]
    at: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    key: _Bytes | None = None
    headers: tuple[tuple[str, _Bytes], ...]
    value: _Bytes | None = None

    @classmethod
    def of(cls, record: Record) -> Self:
        """Nothing left out."""
        position, message = record
        return cls(
            topic=position.topic,
            offset=position.offset,
            at=position.at,
            key=None if message.key is None else _text(message.key),
            headers=tuple((name, _text(value)) for name, value in message.headers),
            value=None if message.value is None else _text(message.value),
        )

    def record(self) -> Record:
        """As it was."""
        key, value = (None if text is None else base64.b64decode(text) for text in (self.key, self.value))
        headers = tuple((name, base64.b64decode(text)) for name, text in self.headers)
        return Record(Position(self.topic, self.offset, self.at), Message(key, value, headers))


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def exportable(name: str) -> str:
    """The topic's name. Raises ValueError (no topic of an exchange), DeskTopicError."""
    if topic(name).channel == DESK:
        raise DeskTopicError(name)
    return name


def encode(part: BaseModel) -> bytes:
    """One line with its end. Raises ExportError: longer than a reader takes."""
    line = part.model_dump_json(exclude_none=True).encode() + b"\n"
    if len(line) > MAX_LINE:
        raise ExportError(0, f"a line of {len(line)} bytes: export fewer topics")
    return line


def decode(model: type[M], line: bytes, number: int) -> M:
    """One line. Raises ExportError, with the members' names and never their values."""
    if len(line) > MAX_LINE:
        raise ExportError(number, "longer than 1 MiB")
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        where = "/".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise ExportError(number, f"not of the format: {where or 'the whole line'}") from error
