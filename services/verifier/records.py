"""What a record is and what can be said of it alone: checks 1, 3 and 4, in any order, in threads (WIRE 17)."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from contracts.dsse import REMEMBERED
from contracts.envelope import Draft, Envelope, Record, event_pae
from contracts.pairing import Accepted, Proposed
from contracts.profile import MAX_VALUE, ShapeError
from contracts.refusals import Code, Refused, Stop
from contracts.trust import RootEstablished
from services.domain import keys
from services.domain.channel import MAX_OFFER
from services.domain.trust import Key

ROLLING_START = bytes(32)
MAX_OF_TYPE = dict.fromkeys((RootEstablished.TYPE, Proposed.TYPE, Accepted.TYPE), MAX_OFFER)
"""Bytes of what geneses embed; longer is void ``shape``, for no genesis could carry it (WIRE 4, WIRE-CHOICES B13)."""


class Result(StrEnum):
    """The five outcomes of a record (PROTOCOL 1)."""

    EFFECTIVE = "effective"
    VOID = "void"
    NOISE = "noise"
    DUPLICATE = "duplicate"
    FORK = "fork"


class Verdict(NamedTuple):
    """What a record is, for ever. ``envelope`` and ``draft`` as far as they could be read.

    late: a fact whose row no longer allowed it; disputed: a fact with a wrong ``seen``, or one its writer no longer
    stands by; at: effective time in ms; hash: rolling hash of the topic up to and with this record.
    """

    record: Record
    result: Result
    code: Code | None
    law: str
    at: int
    hash: bytes
    keyid: str
    envelope: Envelope | None = None
    draft: Draft[Any] | None = None
    late: bool = False
    disputed: bool = False


class Stopped(Exception):
    """The channel cannot be judged further here. Nobody's record is at fault; an operator must act."""

    def __init__(self, stop: Stop, position: Any) -> None:
        super().__init__(f"{stop} at {position.topic}/{position.offset}")
        self.stop = stop
        self.position = position


class Inspected(NamedTuple):
    """What can be said of a record without its history. ``refused``, ``law``: why there is no draft."""

    digest: str
    envelope: Envelope | None
    draft: Draft[Any] | None
    refused: Code = Code.SHAPE
    law: str = ""
    tried: frozenset[str] = frozenset()
    fits: str = ""


def inspect(record: Record, known: Mapping[str, Mapping[str, Key]]) -> Inspected:
    """Checks 1, 3, 4 of any record, in any order, in threads.

    Args:
        known: writer -> its keys ever copied, as far as the caller knows; ``admit`` tries those that came later.
    """
    found = readable(record)
    if found.envelope is None:
        return found
    candidates = known.get(found.envelope.source, {})
    return found._replace(tried=frozenset(candidates), fits=fitting(record, candidates))


def readable(record: Record) -> Inspected:
    """Checks 1 and 3 alone: for whoever has stored which key fitted."""
    return read(record.message.value or b"")


@lru_cache(maxsize=REMEMBERED)
def read(value: bytes) -> Inspected:
    """Checks 1 and 3 of an envelope's bytes, and nothing about keys. One answer serves every part of a process."""
    digest = sha256(value).hexdigest()
    try:
        envelope = Envelope.parse(value)
    except ShapeError:
        return Inspected(digest, None, None, law="PROTOCOL 2")
    try:
        if len(value) > MAX_OF_TYPE.get(envelope.type, MAX_VALUE):
            raise Refused(Code.SHAPE, "WIRE 4")
        return Inspected(digest, envelope, envelope.draft(digest))
    except Refused as error:
        return Inspected(digest, envelope, None, error.code, error.law)


def fitting(record: Record, candidates: Mapping[str, Key]) -> str:
    """Id of the key whose signature this is, the hinted one tried first; empty if none's."""
    signature = record.message.signature
    if len(signature) != 64:
        return ""
    message, hint = event_pae(record.message.value or b""), record.message.keyid
    for name in sorted(candidates, key=lambda name: name != hint):
        if keys.verifies(candidates[name].public, message, signature):
            return name
    return ""


def rolling(before: bytes, record: Record) -> bytes:
    """The topic's hash with one more record; whatever it is, noise included (WIRE 16)."""
    message, position = record.message, record.position
    place = position.offset.to_bytes(8, "big") + position.at.to_bytes(8, "big", signed=True)
    return sha256(before + place + sha256(message.value or b"").digest() + sha256(message.signature).digest()).digest()
