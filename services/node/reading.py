"""Opening content: an access record first, read back from the log, then the plaintext (L7, PROTOCOL 6, 9, 10).

Until a keeper runs this holds by software only: both halves are wrapped for the recipient. Plaintext is made in the
request and answered; nothing of it is kept.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from contracts.access import Recorded, RecordedSummary, SignedAccess
from contracts.approval import AccessStatement
from contracts.channels import DESK, TRUST
from contracts.content import Content, Wrap, binding
from contracts.dsse import Dsse
from contracts.envelope import Draft, Envelope
from contracts.refusals import Code, NotYet, Refused
from contracts.vocabulary import AccessKind, AccessReason
from services.domain.clocks import format_time
from services.domain.enquiry import Status as EnquiryStatus
from services.domain.lead import Status as LeadStatus
from services.domain.lead_keeping import may_read
from services.node.files import Attached, fetch
from services.node.folds import now_ms
from services.vault import OWN, Keys, PrivateKey, decrypt, unlock

if TYPE_CHECKING:
    from services.node.node import Node


class TooEarlyError(NotYet):
    """The access record of a first opening has no place in the log yet (L7)."""


@dataclass(frozen=True)
class Held:
    """A content this node holds: where it came from, and as what; ``draft`` is the event it stands in."""

    channel: str
    source: str
    context: str
    subject: str
    event_type: str
    content: Content
    draft: Draft[Any]


def find(node: "Node", channel: str, content_id: str) -> Held:
    """The content as the log has it. Raises Refused(unknown_matter)."""
    use = node.folds.history(channel).used(f"content/{content_id}")
    if use is None:
        raise Refused(Code.UNKNOWN_MATTER, "L7")
    stream = f"{channel}/{use.context}/{use.subject}"
    for value in node.replica.values(stream):
        envelope = Envelope.parse(value)
        draft = envelope.draft(sha256(value).hexdigest())
        content = getattr(draft.data, "content", None)
        if content is not None and content.id == content_id:
            return Held(channel, envelope.source, use.context, use.subject, envelope.type, content, draft)
    raise Refused(Code.UNKNOWN_MATTER, "L7")


def statement(
    node: "Node",
    officer: str,
    channel: str,
    content_id: str,
    kind: AccessKind,
    reason: AccessReason,
    task: str | None = None,
) -> AccessStatement:
    """What the officer signs before reading. The one-time key serves the keeper, which does not run yet.

    task: the matter that it is for, where it is not the reading of its content.
    """
    one_time = PrivateKey.generate().public
    return AccessStatement(
        exchange=node.exchange,
        channel=channel,
        officer=officer,
        content=content_id,
        kind=kind,
        reason=reason,
        task=task,
        key=base64.b64encode(one_time).decode(),
        at=format_time(now_ms()),
    )


def record(officer: str, dsse: Dsse) -> Recorded:
    """The access event of a signed statement. Raises Refused(signatures) where it is none."""
    try:
        said = AccessStatement.of(dsse)
    except ValueError as error:
        raise Refused(Code.SIGNATURES, "WIRE 7") from error
    names: dict[str, Any] = {"task": said.task, "copies": said.copies}
    summary = RecordedSummary(officer=officer, content=said.content, kind=said.kind, reason=said.reason, **names)
    return Recorded(summary=summary, access=SignedAccess(statement=dsse))


def open_content(node: "Node", channel: str, content_id: str, record_id: str) -> bytes:
    """The plaintext, if that access record stands (L7).

    Raises NotYet: the record of a first opening is not in the log yet, or trust is too old. Raises Refused: no such
    content or record, withdrawn or removed, restricted. Raises VaultError: not for us, or inconsistent.
    """
    held = find(node, channel, content_id)
    _may_open_now(node, held, record_id)
    wraps, keys = _wraps(node, held)
    place = {"exchange": node.exchange, "channel": channel, "source": held.source}
    return decrypt(held.content, **place, keys=keys, wraps=wraps)


def open_attachment(node: "Node", held: Held, record_id: str, one: Attached) -> bytes:
    """A file that the content names, under the same record as the content; ``one``: what it says of it.

    Raises what ``open_content`` and ``fetch`` raise.
    """
    _may_open_now(node, held, record_id)
    wraps, keys = _wraps(node, held)
    tied = binding(node.exchange, held.channel, held.source, held.content.id, held.content.media)
    return fetch(node, unlock(held.content.id, tied, held.content.commitment, wraps, keys), one)


def _may_open_now(node: "Node", held: Held, record_id: str) -> None:
    """Raises Refused, NotYet."""
    said = recorded(node, held, record_id)
    if said.kind is AccessKind.INDEX_SEARCH:
        raise Refused(Code.SIGNATURES, "L7")
    may_open(node, held, said.officer)
    if not node.folds.history(held.channel).state("access", held.content.id).opened_by(node.source):
        raise TooEarlyError("the access record has no place in the log yet")


def _wraps(node: "Node", held: Held) -> tuple[Sequence[Wrap], Keys]:
    """Wrapped halves, and the keys to try: of our own content, those that stand on our desk. Raises Refused."""
    if held.source != node.source:
        return held.content.wraps, node.keys.keys(held.channel, node.source)
    for (context, _), paper in node.folds.history(DESK).streams.items():
        if context == "desk" and paper.content is not None and paper.content.id == held.content.id:
            return paper.own, node.keys.keys(OWN, node.source)
    raise Refused(Code.UNKNOWN_MATTER, "L7")


def recorded(node: "Node", held: Held, record_id: str) -> RecordedSummary:
    """What the given record of this content says. Raises Refused(unknown_matter)."""
    sealed = node.ledger.find(record_id)
    if sealed is None:
        raise Refused(Code.UNKNOWN_MATTER, "L7")
    draft = Envelope.parse(sealed.value).draft()
    if not isinstance(draft.data, Recorded) or (draft.channel, draft.subject) != (held.channel, held.content.id):
        raise Refused(Code.UNKNOWN_MATTER, "L7")
    return draft.data.summary


def may_open(node: "Node", held: Held, officer: str) -> None:
    """Signed for, not withdrawn or removed, and on trust that is not too old (MECHANISM S3, L8, PROTOCOL 3).

    Raises Refused, GoneError, NotYet.
    """
    history = node.folds.history(held.channel)
    state = history.state(held.context, held.subject)
    if held.source != node.source and state.status in UNSIGNED:
        raise Refused(Code.STATE, "S3")
    if held.context == "lead":
        may_read(state, held.source, held.content.id, officer, now_ms(), ours=held.source == node.source)
    age = now_ms() - node.heartbeat()
    if held.channel != DESK and age > node.settings.heartbeat_limit_seconds * 1_000:
        raise NotYet("the newest trust heartbeat is too old: nothing is shared or opened")
    if node.folds.history(TRUST).channel.trust.suspended(node.source, now_ms()):
        raise Refused(Code.SUSPENDED, "PROTOCOL 4")


UNSIGNED = frozenset({LeadStatus.SENT, LeadStatus.DELIVERED, EnquiryStatus.ASKED, EnquiryStatus.DELIVERED})
"""Readable from the moment somebody signs for it: declined unread stays unread."""


def own_plain(node: "Node", channel: str, content: Content, own: tuple[Wrap, ...]) -> bytes:
    """What we encrypted ourselves for a channel, by the halves on our desk. Raises VaultError."""
    keys = node.keys.keys(OWN, node.source)
    return decrypt(content, exchange=node.exchange, channel=channel, source=node.source, keys=keys, wraps=own)
