"""Official paper (MECHANISM 4): a print is an access event, and its place in the log gives the copy its number."""

from collections.abc import Iterator
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from contracts import enquiry, lead
from contracts.access import Recorded
from contracts.envelope import Draft, Envelope
from contracts.fields import EventId
from contracts.refusals import Code, Refused
from contracts.report import REPORTS
from contracts.vocabulary import AccessKind
from services.gateway.contents import agreeing, own_record
from services.gateway.deps import Asking, ChannelId, ContentId, NodeOf, Nothing, SubjectId
from services.gateway.rows import Viewing
from services.node import index, reading, reports
from services.node.contacts import profile
from services.node.folds import now_ms
from services.node.node import Node
from services.node.reading import TooEarlyError
from services.office import WRITERS, Frame, Letter, Sender, letter_of, render
from services.office.receipts import Line, receipt, source_statement
from services.office.reports import Report
from services.office.reports import letter as report_letter
from services.views.cases import CASES

LAW = "MECHANISM 4"
MEDIA = "application/pdf"
_SCHEMA = {"schema": {"type": "string", "format": "binary"}}
ANSWER: dict[int | str, dict[str, Any]] = {200: {"description": "The PDF", "content": {MEDIA: _SCHEMA}}}


class Of(StrEnum):
    """Which receipt of a lead."""

    RECEIVED = "received"
    REMOVAL = "removal"


router = APIRouter(prefix="/v1/channels/{channel}/contents/{content}", tags=["reading"])
papers = APIRouter(prefix="/v1/channels/{channel}", tags=["reading"])
RECEIPTS = {Of.RECEIVED: lead.Received, Of.REMOVAL: lead.RemovalAnswered}
Record = Annotated[EventId, Query(description="The caller's own access record, of kind print")]
Nth = Annotated[int, Query(ge=1, description="Which of the copies that the record counts")]


@router.post("/print", summary="Print a content as a letter", response_class=Response, responses=ANSWER)
def printed(
    channel: ChannelId, content: ContentId, body: Nothing, node: NodeOf, caller: Asking, record: Record, nth: Nth = 1
) -> Response:
    """PDF, made in the request. The same record gives the same bytes; another print is another record and 份号."""
    held = reading.find(node, channel, content)
    said = own_record(node, caller, record)
    _prints(said, held, nth)
    opened = agreeing(held, index.opened(node, channel, content, record))
    copy = _copies_before(node, held, record) + nth
    frame = Frame(sender(node, held.source), recipient(node, channel, held.source), caller.id, copy)
    return _pdf(_letter(node, held, opened, frame))


def _letter(node: Node, held: reading.Held, opened: Any, frame: Frame) -> Letter:
    """Of a report with its figures, which stand beside the content."""

    def names(unit: str) -> str:
        return sender(node, unit).name

    if held.event_type not in REPORTS:
        return letter_of(held.draft, opened, frame, names)
    before = reports.before(node, held.channel, held.draft)
    return report_letter(Report(held.draft, before, opened), frame, names)


def _prints(said: Recorded, held: reading.Held, nth: int) -> None:
    """The officer signed for printing, and for that many; and the event is a letter. Raises Refused."""
    if said.summary.kind is not AccessKind.PRINT or nth > _count(said):
        raise Refused(Code.SIGNATURES, LAW)
    if held.event_type not in WRITERS and held.event_type not in REPORTS:
        raise Refused(Code.TYPE, LAW)


def _count(said: Recorded) -> int:
    """Copies of one print record; one where it does not say."""
    return 1 if said.summary.copies is None else said.summary.copies


def _copies_before(node: Node, held: reading.Held, record: str) -> int:
    """Copies of all print records before this one, in log order. Raises TooEarlyError: it has no place there yet."""
    count = 0
    for draft in _drafts(node, f"{held.channel}/access/{held.content.id}"):
        if draft.id == record:
            return count
        if draft.data.summary.kind is AccessKind.PRINT:
            count += _count(draft.data)
    raise TooEarlyError("the access record has no place in the log yet")


@papers.get("/leads/{subject}/receipt", summary="Receipt of a lead", response_class=Response, responses=ANSWER)
def lead_receipt(
    channel: ChannelId, subject: SubjectId, node: NodeOf, caller: Asking, of: Of = Of.RECEIVED
) -> Response:
    """回执: that the lead was signed for, or what was removed. No content, no 份号."""
    return _receipt(node, caller.id, f"{channel}/lead/{subject}", RECEIPTS[of])


@papers.get("/enquiries/{subject}/receipt", summary="Receipt of an enquiry", response_class=Response, responses=ANSWER)
def enquiry_receipt(channel: ChannelId, subject: SubjectId, node: NodeOf, caller: Asking) -> Response:
    """回执: that the enquiry was signed for."""
    return _receipt(node, caller.id, f"{channel}/enquiry/{subject}", enquiry.Received)


@papers.get(
    "/leads/{subject}/source-statement", summary="Where a lead comes from", response_class=Response, responses=ANSWER
)
def lead_source(channel: ChannelId, subject: SubjectId, caller: Asking, views: Viewing) -> Response:
    """线索来源说明: times and digests of the lead's records as the log has them; no content."""
    node = views.node
    row = views.must(CASES, f"{channel}/lead/{subject}", "S1")
    opening = _opening(node, f"{channel}/lead/{subject}")
    frame = Frame(sender(node, opening.source), recipient(node, channel, opening.source), caller.id)
    lines = [Line(one.at, one.type, sender(node, one.source).name, one.digest) for one in row.timeline]
    return _pdf(source_statement(opening, lines, frame, now_ms()))


def _receipt(node: Node, officer: str, stream: str, event: type[Any]) -> Response:
    """Of the newest such record. Raises Refused(unknown_matter): there is none."""
    opening = _opening(node, stream)
    told = [draft for draft in _drafts(node, stream) if isinstance(draft.data, event)]
    if not told:
        raise Refused(Code.UNKNOWN_MATTER, LAW)
    frame = Frame(sender(node, told[-1].source), sender(node, opening.source).name, officer)
    return _pdf(receipt(told[-1], opening, sender(node, opening.source).word, frame))


def _opening(node: Node, stream: str) -> Draft[Any]:
    """What began the matter. Raises Refused(unknown_matter)."""
    for draft in _drafts(node, stream):
        return draft
    raise Refused(Code.UNKNOWN_MATTER, LAW)


def _drafts(node: Node, stream: str) -> Iterator[Draft[Any]]:
    """Effective events in log order, with their digests."""
    for value in node.replica.values(stream):
        yield Envelope.parse(value).draft(sha256(value).hexdigest())


def sender(node: Node, unit: str) -> Sender:
    """As published; a unit without profile goes by its code."""
    found = profile(node.replica, unit)
    return Sender(unit, unit, "") if found is None else Sender(found.name, found.word, found.seal_name)


def recipient(node: Node, channel: str, source: str) -> str:
    """The other member of the channel."""
    return sender(node, node.folds.history(channel).channel.counterpart(source)).name


def _pdf(letter: Letter) -> Response:
    return Response(render(letter), media_type=MEDIA, headers={"Cache-Control": "no-store"})
