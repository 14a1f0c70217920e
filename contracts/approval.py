"""What officers sign, and how it travels in ``data.approval`` and ``data.access`` (PROTOCOL 7, 9, WIRE 22, 23, 28)."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.content import Content
from contracts.dsse import Dsse, Statement, statement_type
from contracts.fields import (
    Channel,
    Code,
    Count,
    Digest,
    EncryptionKey,
    EventType,
    Subject,
    Timestamp,
    Unit,
    Uuid,
    Wire,
    a_set,
)
from contracts.vocabulary import AccessKind, AccessReason, Role


class DocumentNo(Wire):
    """发文字号, shown as 机关代字〔年〕N号: gapless per unit, channel, series and year."""

    series: Code
    year: Annotated[int, Field(ge=2021, le=2999)]
    number: Annotated[int, Field(ge=1, le=999_999)]


def named(address: Mapping[str, str], summary: bytes, content: Content | None) -> dict[str, str]:
    """What every signature on a document names: ``address`` (exchange, channel, type, subject, unit), and its bytes."""
    about = {**address, "summary": sha256(summary).hexdigest()}
    if content is not None:
        about |= {"content": content.id, "commitment": content.commitment, "ciphertext": content.ciphertext_digest}
    return about


class Submission(Statement):
    """The author's word for exactly these bytes. The three content members are absent where the event has no content.

    summary: sha-256 of the summary's compact JSON as it stands; ciphertext: sha-256 of the decoded ciphertext.
    """

    PURPOSE: ClassVar[str] = statement_type("submission")

    exchange: Digest
    channel: Channel
    type: EventType
    subject: Subject
    unit: Unit
    officer: Uuid
    role: Role
    summary: Digest
    content: Uuid | None = None
    commitment: Digest | None = None
    ciphertext: Digest | None = None
    decided_at: Timestamp
    valid_until: Timestamp


class Approval(Submission):
    """The approver's word for the same bytes; ``submission`` is the sha-256 of the author's payload."""

    PURPOSE: ClassVar[str] = statement_type("approval")

    submission: Digest
    document: DocumentNo | None = None
    answers: Annotated[tuple[Code, ...], a_set(16)] = ()


class Delegation(Statement):
    """Leave cover: ``head`` of ``unit`` lets ``officer`` act in ``role`` for at most 30 x 24 h (WIRE 23)."""

    PURPOSE: ClassVar[str] = statement_type("delegation")

    exchange: Digest
    unit: Unit
    head: Uuid
    officer: Uuid
    role: Role
    since: Timestamp = Field(alias="from")
    until: Timestamp


class Approvals(Wire):
    """``data.approval``: both statements travel in the envelope, so that the other side can check four eyes (L5)."""

    submission: Dsse
    approval: Dsse
    delegation: Dsse | None = None


class Session(Statement):
    """A short-lived key of an officer for access statements, at most 8 h."""

    PURPOSE: ClassVar[str] = statement_type("session")

    exchange: Digest
    officer: Uuid
    key: Annotated[str, Field(max_length=64)]
    until: Timestamp


class AccessStatement(Statement):
    """Who opens which content, and why; ``key`` is the one-time public key the keeper wraps for (PROTOCOL 9)."""

    PURPOSE: ClassVar[str] = statement_type("access")

    exchange: Digest
    channel: Channel
    officer: Uuid
    content: Uuid
    kind: AccessKind
    reason: AccessReason
    task: Uuid | None = None
    copies: Count | None = None
    key: EncryptionKey
    at: Timestamp


class Possession(Statement):
    """A new key says whose it is (WIRE 8)."""

    PURPOSE: ClassVar[str] = statement_type("possession")

    exchange: Digest
    holder: Annotated[str, Field(min_length=1, max_length=64)]
    kind: Code
    key: Annotated[str, Field(max_length=64)]
