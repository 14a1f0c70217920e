"""Files of documents (FIELDS 6.5): uploaded before the document is drafted, fetched as its content is opened."""

import asyncio
import threading
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from contracts.channels import DESK
from contracts.fields import Digest, EventId, EventType, Uuid, Wire
from contracts.parts import MAX_ATTACHMENT_BYTES
from contracts.refusals import Code, NotYet, Refused
from contracts.vocabulary import AttachmentMedia, Role
from services.gateway import examples
from services.gateway.contents import agreeing, draft_for, own_record
from services.gateway.deps import Asking, Body, ChannelId, ContentId, NodeOf, one_of_few
from services.gateway.examples import example
from services.node import attachments, reading
from services.node.files import Attached, attached, fetch
from services.node.node import Node
from services.vault import MAX_FILE, AttachmentTooLargeError

AT_ONCE = 4
"""Files in memory at once, each some 20 MB several times over; beyond it a request is asked to come again."""
SENT_WITHIN = 120.0
"""Seconds in which a file has come whole: 20 MB at 1.4 Mbit/s. A sender who stops gives his place back."""
MEDIA = {AttachmentMedia.JPG: "image/jpeg", AttachmentMedia.PDF: "application/pdf", AttachmentMedia.PNG: "image/png"}
_FILE = {"schema": {"type": "string", "format": "binary"}}
SENT: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/octet-stream": _FILE}}}
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": dict.fromkeys(sorted(MEDIA.values()), _FILE)}
}
few = threading.BoundedSemaphore(AT_ONCE)
_held = Depends(one_of_few(few, "too many files at once"))

router = APIRouter(prefix="/v1/channels/{channel}/contents/{content}/attachments", tags=["documents"])
reads = APIRouter(prefix="/v1/channels/{channel}/contents/{content}/attachments", tags=["reading"])
DigestPath = Annotated[Digest, Path(description="Of the attachment, from the summary", examples=[examples.DIGEST])]


class Uploaded(Wire):
    """What the document says of the file: ``digest``, ``size``, ``media`` in its summary, beside the kind;

    ``digest`` and ``plain_digest`` in its content, beside title and pages.
    """

    model_config = example(
        {"digest": examples.DIGEST, "size": 65_536, "media": "pdf", "plain_digest": examples.DIGEST[::-1]}
    )

    digest: str
    size: int
    media: AttachmentMedia
    plain_digest: str


class CarriedBody(Body):
    """From which content of ours, and what its document says of the file; ``type``: as which event it is drafted."""

    model_config = example(
        {
            "type": "duikou.lead.shared.v1",
            "content": examples.CONTENT,
            "digest": examples.DIGEST,
            "size": 65_536,
            "media": "pdf",
            "plain_digest": examples.DIGEST[::-1],
        }
    )

    type: EventType
    content: Uuid
    digest: Digest
    size: Annotated[int, Field(ge=1, le=MAX_ATTACHMENT_BYTES)]
    media: AttachmentMedia
    plain_digest: Digest


def author(caller: Asking) -> None:
    """Raises Refused(officers): whoever drafts nothing uploads nothing."""
    if Role.AUTHOR not in caller.enrolment.roles:
        raise Refused(Code.OFFICERS, "D1")


async def sent(request: Request, _: Annotated[None, _held]) -> bytes:
    """The bytes as they come, in memory only.

    Raises AttachmentTooLargeError at the first byte too many; NotYet: they did not come in time.
    """
    try:
        async with asyncio.timeout(SENT_WITHIN):
            return await _whole(request)
    except TimeoutError:
        raise NotYet("the file came too slowly") from None


async def _whole(request: Request) -> bytes:
    file = bytearray()
    async for part in request.stream():
        file += part
        if len(file) > MAX_FILE:
            raise AttachmentTooLargeError(len(file))
    return bytes(file)


@router.post("", summary="Upload an attachment", dependencies=[Depends(author)], openapi_extra=SENT)
def upload(
    channel: ChannelId,
    content: Annotated[ContentId, Path(description="Yours, a fresh UUIDv4: the content of the document to come")],
    node: NodeOf,
    type: Annotated[EventType, Query(description="As which event the document will be drafted")],
    file: Annotated[bytes, Depends(sent)],
) -> Uploaded:
    """PDF, JPEG or PNG, at most 20,971,500 bytes; pictures lose EXIF and whatever does not draw them.

    Name the content as ``content_id`` when the document is drafted. The same file again gives the same answer.
    """
    return _taken(node, channel, type, content, file)


@router.post("/carried", summary="Carry an attachment over", dependencies=[Depends(author), _held])
def carried(channel: ChannelId, content: ContentId, body: CarriedBody, node: NodeOf) -> Uploaded:
    """Into the content of a revision: that is a new content with a key of its own, so the file is encrypted anew."""
    one = Attached(body.digest, body.size, body.media, body.plain_digest)
    file = fetch(node, attachments.secret(node, channel, body.type, body.content), one)
    return _taken(node, channel, body.type, content, file)


def _taken(node: Node, channel: str, type: str, content: str, file: bytes) -> Uploaded:
    return Uploaded(**attachments.take(node, channel, type, content, file)._asdict())


@reads.get(
    "/{digest}",
    summary="Fetch an attachment",
    response_class=Response,
    responses=ANSWER,
    dependencies=[_held],
)
def fetched(
    channel: ChannelId,
    content: ContentId,
    digest: DigestPath,
    node: NodeOf,
    caller: Asking,
    record: Annotated[EventId | None, Query(description="The caller's own access record of the content")] = None,
) -> Response:
    """Compared with what was signed, before a byte is shown. Under ``desk``: of a draft, as its content is read."""
    if channel == DESK:
        paper, summary, opened = draft_for(node, caller, content)
        one = _named(summary, opened, digest)
        secret = attachments.secret(node, paper.channel, paper.type, content)
        return _file(one, fetch(node, secret, one))
    held = reading.find(node, channel, content)
    own_record(node, caller, record)
    opened = agreeing(held, reading.open_content(node, channel, content, record or ""))
    one = _named(held.draft.data.summary, opened, digest)
    return _file(one, reading.open_attachment(node, held, record or "", one))


def _named(summary: Any, content: Any, digest: str) -> Attached:
    """Raises Refused(unknown_matter): the content names no such file."""
    for one in attached(summary, content):
        if one.digest == digest:
            return one
    raise Refused(Code.UNKNOWN_MATTER, attachments.LAW)


def _file(one: Attached, file: bytes) -> Response:
    """Under a name that says nothing, to be saved: it is not shown within a page of this host."""
    name = f"{one.digest[:12]}.{one.media}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file, media_type=MEDIA[one.media], headers=headers)
