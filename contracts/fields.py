"""Scalar types of the wire: anchored ASCII patterns, nothing else (WIRE 2, WIRE-CHOICES B6-B11)."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, core_schema


class Wire(BaseModel):
    """A part of something signed: closed, strict, frozen. Absent is omitted, null never occurs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, serialize_by_alias=True)


def pattern(regex: str) -> StringConstraints:
    """Text that matches ``regex`` whole, its end included."""
    return StringConstraints(pattern=rf"^(?:{regex})$")


def text(most: int, least: int = 1) -> StringConstraints:
    """Free text, in encrypted content only: ``least`` to ``most`` characters."""
    return StringConstraints(min_length=least, max_length=most)


@dataclass(frozen=True)
class Items:
    """A JSON array of ``least`` to ``most`` items; ``ascending``: a set, written sorted and without repetition."""

    least: int
    most: int
    ascending: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = {**handler(source), "min_length": self.least, "max_length": self.most}
        if self.ascending:
            return core_schema.no_info_after_validator_function(_ascending, schema)
        return schema

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), **({"uniqueItems": True} if self.ascending else {})}


def _ascending(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if list(values) != sorted(set(values)):
        raise ValueError("a set is written in ascending order, each member once")
    return values


def a_set(most: int, least: int = 0) -> Items:
    """A set on the wire: one set has one byte form."""
    return Items(least, most, ascending=True)


def each_once(what: str, key: Callable[[Any], Any]) -> AfterValidator:
    """Items stand in ascending order of ``key``, each once, so that a set of them has one byte form, too."""

    def check(items: tuple[Any, ...]) -> tuple[Any, ...]:
        found = [key(one) for one in items]
        if found != sorted(set(found)):
            raise ValueError(f"{what} stand in ascending order, each once")
        return items

    return AfterValidator(check)


def derived_id(text: str) -> str:
    """An id of UUIDv4 form (WIRE 19) that follows from a text, and is the same for everybody."""
    return str(UUID(bytes=sha256(text.encode()).digest()[:16], version=4))


@dataclass(frozen=True)
class Binary:
    """Base64 (RFC 4648 section 4, padded, canonical) of ``least`` to ``most`` bytes."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        lengths = {"minLength": -(-self.least // 3) * 4, "maxLength": -(-self.most // 3) * 4}
        return {**handler(schema), "contentEncoding": "base64", **lengths}

    def _check(self, value: str) -> str:
        try:
            decoded = base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error
        if base64.b64encode(decoded).decode() != value or not self.least <= len(decoded) <= self.most:
            raise ValueError("not canonical base64, or a wrong number of bytes")
        return value


def _real_day(value: str) -> str:
    date.fromisoformat(value)
    return value


def _not_zero(value: str) -> str:
    if value == "0" * 12:
        raise ValueError("sequences begin at 1")
    return value


_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-%s[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

Unit = Annotated[str, pattern("[0-9]{12}")]
Source = Annotated[str, pattern("[0-9]{12}|registry|keeper")]
Division = Annotated[str, pattern("[0-9]{6}")]
Digest = Annotated[str, pattern("[0-9a-f]{64}")]
Uuid = Annotated[str, pattern(_UUID % "4")]
EventId = Annotated[str, pattern(_UUID % "[45]")]
EventType = Annotated[str, pattern(r"duikou\.[a-z]+\.[a-z_]+\.v[1-9][0-9]*")]
Subject = Annotated[str, pattern("[0-9a-z-]{1,64}")]
Channel = Annotated[str, pattern("[a-z2-7]{52}|trust|pairing|outflow|checkpoint|desk")]
SequenceText = Annotated[str, pattern("[0-9]{12}"), AfterValidator(_not_zero)]
Seen = Annotated[str, pattern(r"[1-9][0-9]{0,8}\.(?:-1|0|[1-9][0-9]{0,15})\.[0-9a-f]{64}")]
Timestamp = Annotated[
    str,
    pattern(
        r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z"
    ),
]
Day = Annotated[str, pattern("[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"), AfterValidator(_real_day)]
Decimal = Annotated[str, pattern(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,4})?")]
Code = Annotated[str, pattern("[a-z][a-z0-9_]{0,39}")]
"""A closed code whose list lives in policy or vocabulary; never free text."""
Epoch = Annotated[int, Field(ge=1, le=2**31 - 1)]
Count = Annotated[int, Field(ge=0, le=999_999_999)]
Offset = Annotated[int, Field(ge=-1, le=2**53 - 1)]
RecordOffset = Annotated[int, Field(ge=0, le=2**53 - 1)]
PublicKey = Annotated[str, Binary(32, 32)]
EncryptionKey = Annotated[str, Binary(1_216, 1_216)]


def matches(kind: Any, value: str) -> bool:
    """Whether ``value`` is of a pattern type of this module."""
    constraint = next(part for part in kind.__metadata__ if isinstance(part, StringConstraints))
    return re.fullmatch(str(constraint.pattern).removeprefix("^").removesuffix("$"), value) is not None
