"""Encrypted content as it travels: two halves, each wrapped for its holder (PROTOCOL 8, WIRE 25)."""

import base64
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field

from contracts.fields import Binary, Digest, Items, Source, Uuid, Wire, pattern

SUITE = "duikou.content.v1"
PADDED = (1, 2, 4, 8, 16, 24)
"""KiB of the padded plaintext."""
WRAPPED = 1_168
"""Bytes of one wrapped half."""

KeyNumber = Annotated[int, Field(ge=1, le=999_999)]
Media = Annotated[str, pattern(r"application/vnd\.duikou\.[a-z]+\.[a-z_]+\.v[1-9][0-9]*\+json")]


def media_of(event_type: str) -> str:
    """Media type of the content of an event type."""
    return f"application/vnd.{event_type}+json"


class Wrap(Wire):
    """One half of a content's secret, for one holder's encryption key of that number."""

    half: Literal["ku", "kk"]
    holder: Source
    number: KeyNumber
    wrapped: Annotated[str, Binary(WRAPPED, WRAPPED)]


class Content(Wire):
    """AES-256-GCM under a key derived from both halves; ``commitment`` binds the ciphertext to that one key."""

    id: Uuid
    suite: Literal["duikou.content.v1"]
    media: Media
    nonce: Annotated[str, Binary(12, 12)]
    commitment: Digest
    ciphertext: Annotated[str, Binary(1_024 + 16, 24 * 1_024 + 16)]
    wraps: Annotated[tuple[Wrap, ...], Items(1, 8)]

    @property
    def ciphertext_digest(self) -> str:
        """sha-256 hex of the ciphertext's bytes: what officers sign."""
        return sha256(base64.b64decode(self.ciphertext)).hexdigest()


def binding(exchange: str, channel: str, source: str, content: str, media: str) -> bytes:
    """What a content is tied to: additional data of the encryption and of every wrap."""
    return f"{exchange}\n{channel}\n{source}\n{content}\n{media}".encode()
