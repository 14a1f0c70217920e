"""The unit's own desk: drafting, four eyes, distribution (MECHANISM 1.2a). Never published, encrypted to the unit.

A draft is the whole outgoing document in its final bytes: the clear summary as it will stand, and the content already
encrypted for the recipient. ``own`` holds the unit's halves of it, wrapped to itself: they are nowhere else.
"""

from typing import Annotated

from contracts.approval import DocumentNo
from contracts.content import Content, Wrap
from contracts.dsse import Dsse
from contracts.event import Event
from contracts.fields import Binary, Channel, Code, Digest, EventType, Items, Subject, Timestamp, Uuid, Wire, pattern
from contracts.report_tables import MAX_TABLE


class DraftedSummary(Wire):
    """For which channel, as which event, about what; ``grant``: sha-256 of the grant a lead is forwarded under."""

    officer: Uuid
    channel: Channel
    type: EventType
    subject: Subject
    purge_on: Timestamp
    grant: Digest | None = None


class Papers(Wire):
    """The document: ``summary`` is base64 of the compact JSON of the outgoing summary; ``own`` both halves for us.

    payload: the clear table of a report, which its summary names by its digest.
    """

    summary: Annotated[str, Binary(2, 8_192)]
    own: Annotated[tuple[Wrap, ...], Items(2, 2)] | None = None
    payload: Annotated[str, Binary(2, MAX_TABLE)] | None = None


class Drafted(Event):
    """D1. ``content`` is the outgoing content itself; an outgoing event without content has none."""

    TYPE = "duikou.desk.drafted.v1"
    summary: DraftedSummary
    content: Content | None = None
    embedded: Papers


class Revised(Event):
    """D2. Replaces the document."""

    TYPE = "duikou.desk.revised.v1"
    summary: DraftedSummary
    content: Content | None = None
    embedded: Papers


class SignedSummary(Wire):
    """Who decided; the statement itself stands beside it."""

    officer: Uuid


class SignedStatement(Wire):
    """The officer's DSSE, and the delegation an approver stands in by."""

    statement: Dsse
    delegation: Dsse | None = None


class Submitted(Event):
    """D3. The author signs the document; it is frozen."""

    TYPE = "duikou.desk.submitted.v1"
    summary: SignedSummary
    embedded: SignedStatement


class ReturnedSummary(Wire):
    """Why, in a code; words go by the encrypted remark."""

    officer: Uuid
    reason: Code


class Returned(Event):
    """D4. Back to the author."""

    TYPE = "duikou.desk.returned.v1"
    summary: ReturnedSummary
    content: Content | None = None


class ApprovedSummary(Wire):
    """The number that was allocated, where the document has one."""

    officer: Uuid
    document: DocumentNo | None = None


class Approved(Event):
    """D5. Another officer signs the same bytes; the node then seals the document (D6)."""

    TYPE = "duikou.desk.approved.v1"
    summary: ApprovedSummary
    embedded: SignedStatement


class DiscardedSummary(Wire):
    """Whoever threw it away."""

    officer: Uuid


class Discarded(Event):
    """D7. The number, if any, is void and never used again."""

    TYPE = "duikou.desk.discarded.v1"
    summary: DiscardedSummary


class AssignedSummary(Wire):
    """Who handles an incoming matter, named by channel and subject."""

    officer: Uuid
    handler: Uuid
    channel: Channel


class Assigned(Event):
    """D8. 分办."""

    TYPE = "duikou.desk.assigned.v1"
    summary: AssignedSummary


class Reassigned(Event):
    """D8. 转办."""

    TYPE = "duikou.desk.reassigned.v1"
    summary: AssignedSummary


class LinkedSummary(Wire):
    """Two of our own holdings belong together; logged (LED art. 25)."""

    officer: Uuid
    channel: Channel
    other_channel: Channel
    other: Subject


class Linked(Event):
    """D9. 关联."""

    TYPE = "duikou.desk.linked.v1"
    summary: LinkedSummary


class ConfirmedSummary(Wire):
    """The act: where, about what, the digest of its event; ``by``: the officer who did it alone."""

    officer: Uuid
    by: Uuid
    channel: Channel
    matter: Subject
    event: Digest


class Confirmed(Event):
    """D11 确认. An approver stands by what one officer did at once (MECHANISM 2); the act counted before."""

    TYPE = "duikou.desk.confirmed.v1"
    summary: ConfirmedSummary


class AcknowledgedSummary(Wire):
    """A void or noise record by its place and digest: seen by a person (L10)."""

    officer: Uuid
    topic: Annotated[str, pattern(r"duikou\.[a-z0-9.]{1,80}")]
    place: Annotated[str, pattern("0|[1-9][0-9]{0,15}")]
    digest: Digest


class Acknowledged(Event):
    """Takes a void or noise record off the list of what nobody has looked at."""

    TYPE = "duikou.desk.acknowledged.v1"
    summary: AcknowledgedSummary
