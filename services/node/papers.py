"""Documents on the way out: drafted, signed twice, sealed (MECHANISM 1.2a). The node never sees a passphrase.

A draft holds the final bytes of its summary and its content already encrypted for the recipient, so what the author
signs, what the approver signs and what is sealed are the same bytes by construction (L5).
"""

import base64
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pydantic import ValidationError

from contracts import desk as said
from contracts.approval import Approval, DocumentNo, Submission, named
from contracts.attestations import AuditAttestedSummary
from contracts.channels import DESK
from contracts.content import Content
from contracts.contents import MODELS, read_plain
from contracts.document import Document
from contracts.dsse import Dsse
from contracts.envelope import Embedded
from contracts.event import TYPES, Event
from contracts.findings import digests
from contracts.lead import Shared
from contracts.pairing import Proposed
from contracts.profile import compact
from contracts.refusals import Code, NotYet, Refused
from contracts.report import REPORTS
from contracts.report import subject_of as report_of
from contracts.vocabulary import Role
from services.blobs import MissingBlobError
from services.domain.clocks import DAY, day, format_time
from services.domain.desk import Paper, Status
from services.domain.signatures import APPROVAL_SPAN
from services.node import attesting, forwards, index, reports
from services.node.commands import duty_id, propose
from services.node.files import attached, fetch
from services.node.folds import now_ms
from services.node.parsing import InvalidError, broken, parsed
from services.storage.ledger import Sealed
from services.vault import OWN, AttachmentAlteredError, Secret, encrypt

if TYPE_CHECKING:
    from services.node.node import Node

PURGE_AFTER = 30 * DAY
SEAL = "seal"


def event_class(event_type: str) -> type[Event]:
    """Raises InvalidError for a type this software does not have."""
    found = TYPES.get(event_type)
    if found is None:
        raise InvalidError([("type", "no such event type")])
    return found


def _under_grant(node: "Node", digest: str, event_type: str, plain: bytes | None) -> None:
    """What is forwarded is a lead, under a grant that stands, and leaves room for it. Raises InvalidError, Refused."""
    if event_type != Shared.TYPE:
        raise InvalidError([("grant", "only a lead is shared under a grant")])
    if plain is not None and len(plain) > forwards.MAX_PLAIN:
        raise InvalidError([("content", "what is forwarded is at most 16 KiB, because of its grant")])
    forwards.grant(node, digest)


def checked_content(event_type: str, summary: Any, content: Any) -> bytes | None:
    """The plaintext that will be encrypted: of its model, and agreeing with the summary. Raises InvalidError."""
    if content is None:
        return None
    if event_type not in MODELS:
        raise InvalidError([("content", "this event has no content")])
    try:
        plain = compact(content)
        read = read_plain(event_type, plain, summary, day(now_ms()))
    except ValidationError as error:
        raise InvalidError(broken(error.errors(include_url=False), "content")) from None
    except ValueError as error:
        raise InvalidError([("content", str(error))]) from None
    if digests(getattr(read, "attachments", None)) != digests(getattr(summary, "attachments", None)):
        raise InvalidError([("content.attachments", "the summary names the same, in the same order")])
    return plain


def _files_there(node: "Node", secret: Secret | None, event_type: str, summary: Any, plain: bytes) -> None:
    """Every attachment opens as the document says, before anybody signs for it. Raises InvalidError, NotYet."""
    for n, one in enumerate(attached(summary, read_plain(event_type, plain, summary, day(now_ms())))):
        if secret is None:
            raise InvalidError([("content_id", "required: the content under which the attachments were uploaded")])
        try:
            fetch(node, secret, one)
        except (MissingBlobError, AttachmentAlteredError) as error:
            raise InvalidError([(f"content.attachments.{n}", str(error))]) from None


def encrypted(
    node: "Node", channel: str, event_type: str, plain: bytes, *, keep: bool, secret: Secret | None = None
) -> tuple[Content, Any]:
    """The content for the channel's other member, and our own halves if we are to read it again.

    From here on it is found by what stands in it, once it is in the channel. ``secret``: what was begun with the first
    attachment. Raises NotYet: the other side has published no encryption key here yet; Refused(not_member): the channel
    is others'.
    """
    state = node.folds.history(channel).channel
    recipient = state.counterpart(node.source)
    if state.members and not recipient:
        raise Refused(Code.NOT_MEMBER, "WIRE 12")
    keys = state.newest_keys(recipient)
    if not keys:
        raise NotYet("the counterpart has published no encryption key in this channel yet")
    newest = keys[-1]
    holder = (recipient, newest.number, base64.b64decode(newest.key))
    made = encrypt(
        plain,
        exchange=node.exchange,
        channel=channel,
        source=node.source,
        event_type=event_type,
        holders=[holder],
        own=own_key(node) if keep else None,
        secret=secret,
    )
    index.write(node, channel, made.content.id, event_type, plain)
    return made.content, made.own


def own_key(node: "Node") -> tuple[str, int, bytes]:
    """The unit's key for its own desk, made at first use."""
    numbers = node.keys.numbers(OWN)
    if not numbers:
        number, public = node.keys.generate(OWN, 0)
        return node.source, number, public
    return node.source, numbers[-1], node.keys.public(OWN, numbers[-1])


def draft(
    node: "Node",
    officer: str,
    *,
    channel: str,
    event_type: str,
    subject: str,
    summary: Any,
    content: Any,
    grant: str | None = None,
    secret: Secret | None = None,
) -> said.Drafted:
    """D1: the event that puts a document on the desk; its summary and content checked as the log will check them.

    grant: sha-256 of the owner's grant under which a lead is forwarded. secret: of the content that its attachments
    were uploaded under. Of a report the office gives what it says itself; the figures are computed here
    (``services.node.reports``).
    """
    model = event_class(event_type)
    payload = None
    if event_type in REPORTS:
        summary, payload = reports.filled(node, channel, event_type, summary)
    fields = model.model_fields
    if "approval" not in fields:
        raise InvalidError([("type", "this event needs no second signature: send it as a command")])
    checked = parsed(fields["summary"].annotation or Event, summary)
    if isinstance(checked, AuditAttestedSummary):
        attesting.check(node, channel, checked)
    plain = checked_content(event_type, checked, content)
    if plain is None and fields.get("content") is not None and fields["content"].is_required():
        raise InvalidError([("content", "required")])
    if grant is not None:
        _under_grant(node, grant, event_type, plain)
    sealed, own = None, None
    if plain is not None:
        _files_there(node, secret, event_type, checked, plain)
        sealed, own = encrypted(node, channel, event_type, plain, keep=True, secret=secret)
    document = base64.b64encode(compact(checked.model_dump(mode="json", exclude_none=True))).decode()
    purge = format_time(now_ms() + PURGE_AFTER)
    address = said.DraftedSummary(
        officer=officer, channel=channel, type=event_type, subject=subject, purge_on=purge, grant=grant
    )
    paper = said.Papers(summary=document, own=own, payload=payload)
    return said.Drafted(summary=address, content=sealed, embedded=paper)


def subject_of(node: "Node", event_type: str, paper: str, subject: str | None, summary: Any = None) -> str:
    """The one given, else a new random id (WIRE 19); of a pairing the id of its proposal, of a report its period's.

    Raises InvalidError: a report of no period.
    """
    if event_type == Proposed.TYPE:
        return duty_id(node.source, paper, SEAL)
    if event_type in REPORTS and subject is None:
        return report_of(node.source, reports.period_of(summary))
    return subject or str(uuid4())


def paper(node: "Node", id: str) -> Paper:
    """A document as the desk and our tail hold it. Raises Refused(unknown_matter)."""
    history, _ = node.folds.deciding(DESK)
    found: Paper = history.state("desk", id)
    if found.status is Status.ABSENT:
        raise Refused(Code.UNKNOWN_MATTER, "D1")
    return found


def statements(
    node: "Node", ids: Iterable[str], officer: str, role: Role, answers: tuple[str, ...] = ()
) -> list[Submission]:
    """What the officer is asked to sign about each, to be handed in in this order: numbers follow each other."""
    given: Counter[tuple[str, str, int]] = Counter()
    found = []
    for id in ids:
        said = statement(node, id, officer, role, answers, given)
        number = said.document if isinstance(said, Approval) else None
        if number is not None:
            given[said.channel, number.series, number.year] += 1
        found.append(said)
    return found


def statement(
    node: "Node",
    id: str,
    officer: str,
    role: Role,
    answers: tuple[str, ...] = (),
    given: Mapping[tuple[str, str, int], int] = MappingProxyType({}),
) -> Submission:
    """What the officer is asked to sign: a submission for an author, else an approval with the next number.

    given: (channel, series, year) -> how many numbers are spoken for before it.
    """
    held = paper(node, id)
    now = now_ms()
    said_by = {
        **about(node, held),
        "officer": officer,
        "role": role,
        "decided_at": format_time(now),
        "valid_until": format_time(now + APPROVAL_SPAN),
    }
    if role is Role.AUTHOR:
        return Submission(**said_by)
    if held.submission is None:
        raise Refused(Code.STATE, "D5")
    return Approval(
        **said_by, submission=held.submission.digest, document=next_number(node, held, given), answers=answers
    )


def about(node: "Node", held: Paper) -> dict[str, Any]:
    """What every signature on the document names: its address and the digests of its bytes."""
    address = {"exchange": node.exchange, "channel": held.channel, "type": held.type, "subject": held.subject}
    return named({**address, "unit": node.source}, base64.b64decode(held.summary), held.content)


def next_number(
    node: "Node", held: Paper, given: Mapping[tuple[str, str, int], int] = MappingProxyType({})
) -> DocumentNo | None:
    """The next document number: 1 + the highest on the desk and in our own ledger of the channel (FIELDS 6.1).

    None for a document that has none. given: as of ``statement``.
    """
    model = event_class(held.type).model_fields["summary"].annotation
    if not (isinstance(model, type) and issubclass(model, Document)):
        return None
    series = parsed(model, json.loads(base64.b64decode(held.summary))).kind
    year = datetime.fromtimestamp(now_ms() / 1_000 + 8 * 3_600, UTC).year
    last = node.ledger.last_number(node.source, held.channel, series, year)
    return DocumentNo(series=series, year=year, number=last + given.get((held.channel, series, year), 0) + 1)


def signed(event: type[Event], officer: str, dsse: Dsse, delegation: Dsse | None = None) -> Event:
    """D3 or D5 with the officer's signature."""
    embedded = said.SignedStatement(statement=dsse, delegation=delegation)
    if event is said.Submitted:
        return said.Submitted(summary=said.SignedSummary(officer=officer), embedded=embedded)
    document = Approval.of(dsse).document
    return said.Approved(summary=said.ApprovedSummary(officer=officer, document=document), embedded=embedded)


def seal(node: "Node", id: str, held: Paper) -> Sealed:
    """D6: the approved document becomes an event of its channel; the same event however often it is tried.

    Raises Refused (it will never stand; it goes back to the desk's list), NotYet.
    """
    return propose(node, held.channel, held.subject, outgoing(node, held), id=duty_id(node.source, id, SEAL))


def outgoing(node: "Node", held: Paper) -> Event:
    """The event that a twice signed document becomes. Raises InvalidError; Refused: its grant stands no more."""
    return event_of(held, Embedded.of(forwards.grant(node, held.grant)) if held.grant else None)


def event_of(held: Paper, grant: Embedded | None = None) -> Event:
    """The same, with the grant under which a lead is forwarded. Raises InvalidError."""
    data: dict[str, Any] = {"summary": json.loads(base64.b64decode(held.summary))}
    if held.content is not None:
        data["content"] = held.content.model_dump(mode="json", exclude_none=True)
    if held.payload:
        data["embedded"] = {"payload": held.payload}
    if grant is not None:
        data["embedded"] = grant.model_dump(mode="json")
    papers = {"submission": held.submission, "approval": held.approval, "delegation": held.delegation}
    data["approval"] = {name: p.model_dump(mode="json", exclude_none=True) for name, p in papers.items() if p}
    event: Event = parsed(event_class(held.type), data)
    return event
