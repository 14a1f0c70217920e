"""DSSE v1: what is signed is the type and the exact bytes (WIRE 6-8). Payload types are constants, never read."""

import base64
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Self

from contracts import profile
from contracts.fields import Binary, Digest, Items, Wire

EVENT = "application/cloudevents+json"
REMEMBERED = 1_024
"""How many envelopes, statements and keys each a process keeps parsed; tens of MB where they are of usual length."""


def statement_type(name: str) -> str:
    """The payload type of a statement: submission, approval, access, session, delegation, mandate, possession."""
    return f"application/vnd.duikou.{name}.v1+json"


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding; lengths are bytes, the type is ASCII."""
    media = payload_type.encode("ascii")
    return b"DSSEv1 %d %b %d %b" % (len(media), media, len(payload), payload)


def keyid(public: bytes) -> str:
    """Name of a raw public key: its sha-256 in hex. A hint that orders the trial, never trust."""
    return sha256(public).hexdigest()


class Signature(Wire):
    """One signature of an embedded statement; the last two members are WebAuthn's."""

    keyid: Digest
    sig: Annotated[str, Binary(1, 1_024)]
    authenticator: Annotated[str, Binary(37, 1_024)] | None = None
    client: Annotated[str, Binary(2, 2_048)] | None = None

    @property
    def raw(self) -> bytes:
        """The signature's bytes."""
        return base64.b64decode(self.sig)


class Dsse(Wire):
    """A signed statement inside an event. Its payload is kept as signed and parsed by ``Statement.of``."""

    payload: Annotated[str, Binary(2, profile.MAX_STATEMENT)]
    signatures: Annotated[tuple[Signature, ...], Items(1, 8)]

    @property
    def raw(self) -> bytes:
        """The signed bytes."""
        return base64.b64decode(self.payload)

    @property
    def digest(self) -> str:
        """sha-256 of the signed bytes."""
        return sha256(self.raw).hexdigest()

    @classmethod
    def make(cls, payload: bytes, *signatures: tuple[str, bytes]) -> Self:
        """From payload bytes and (key id, signature) pairs."""
        signed = tuple(Signature(keyid=key, sig=base64.b64encode(sig).decode()) for key, sig in signatures)
        return cls(payload=base64.b64encode(payload).decode(), signatures=signed)


class Statement(Wire):
    """What a person signs. PURPOSE is its payload type: a key can never be tricked across purposes."""

    PURPOSE: ClassVar[str]

    @classmethod
    def of(cls, dsse: Dsse) -> Self:
        """Parses the payload. Raises ValueError: profile.ShapeError or pydantic.ValidationError."""
        return cls.said(dsse.payload)

    @classmethod
    def said(cls, payload: str) -> Self:
        """Parses a payload that nobody has signed yet, in base64. Raises ValueError, also for what is no base64."""
        said: Self = _said(cls, payload)
        return said

    def to_payload(self) -> bytes:
        """The bytes to sign; made once, then kept."""
        return profile.compact(self.model_dump(mode="json", exclude_none=True))


@lru_cache(maxsize=REMEMBERED)
def _said(model: type[Statement], payload: str) -> Any:
    """Rules, views and claims of one event each ask for its statements; they are parsed once."""
    signed = base64.b64decode(payload, validate=True)
    profile.read(signed, limit=profile.MAX_STATEMENT)
    return model.model_validate_json(signed)
