"""Files on their way in (FIELDS 6.5): cleaned, encrypted under a content that is only begun, put into the store.

The digests of ciphertexts stand in the document that is signed, so its content's halves are made with the first file
and wait, wrapped for the unit itself, until the document is drafted under the same content id.
"""

import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from contracts.channels import DESK
from contracts.content import Wrap, binding, media_of
from contracts.contents import MODELS
from contracts.fields import Channel, Digest, EventType, Wire
from contracts.profile import compact
from contracts.refusals import Code, Refused
from services import private_files
from services.cleaning import cleaned
from services.domain.desk import Paper
from services.node.files import Attached
from services.node.papers import PURGE_AFTER, event_class, own_key
from services.node.parsing import InvalidError
from services.vault import OWN, Secret, VaultFileError, begin, encrypt_file, unlock

if TYPE_CHECKING:
    from services.node.node import Node

LAW = "FIELDS 6.5"


class Begun(Wire):
    """A content without text so far: for which channel and event, and its halves, wrapped for the unit."""

    channel: Channel
    type: EventType
    commitment: Digest
    own: tuple[Wrap, Wrap]


def take(node: "Node", channel: str, event_type: str, content: str, file: bytes) -> Attached:
    """The file in the store, and what a document says of it; the same again for the same file and content.

    Raises Refused: not our channel, or a content that was sent; InvalidError: an event without attachments;
    UnfitFileError; NotYet, BlobsError, VaultError.
    """
    if channel not in node.channels():
        raise Refused(Code.UNKNOWN_MATTER, "PROTOCOL 3")
    summary = event_class(event_type).model_fields.get("summary")
    if event_type not in MODELS or "attachments" not in getattr(summary and summary.annotation, "model_fields", {}):
        raise InvalidError([("type", "this event has no attachments")])
    if node.folds.history(channel).used(f"content/{content}") is not None:
        raise Refused(Code.CONTENT_USED, LAW)
    media, clean = cleaned(file)
    plain, ciphertext = encrypt_file(clean, secret(node, channel, event_type, content, new=True))
    digest = sha256(ciphertext).hexdigest()
    node.blobs.put(digest, ciphertext)
    return Attached(digest, len(ciphertext), media, plain)


def secret(node: "Node", channel: str, event_type: str, content: str, *, new: bool = False) -> Secret:
    """Of a content on our desk, or of one that is begun; ``new``: begins it where there is neither.

    Raises Refused(unknown_matter), VaultError.
    """
    keys = node.keys.keys(OWN, node.source)
    tied = binding(node.exchange, channel, node.source, content, media_of(event_type))
    for paper in _on_desk(node, content):
        if paper.content is not None and (paper.channel, paper.type) == (channel, event_type):
            return unlock(content, tied, paper.content.commitment, paper.own, keys)
    held = _begun(node, channel, event_type, content, new=new)
    if held is None or (held.channel, held.type) != (channel, event_type):
        raise Refused(Code.UNKNOWN_MATTER, LAW)
    return unlock(content, tied, held.commitment, held.own, node.keys.keys(OWN, node.source))


def _on_desk(node: "Node", content: str) -> Iterator[Paper]:
    history, _ = node.folds.deciding(DESK)
    for (context, _), paper in history.streams.items():
        if context == "desk" and paper.content is not None and paper.content.id == content:
            yield paper


def _begun(node: "Node", channel: str, event_type: str, content: str, *, new: bool) -> Begun | None:
    """As it waits in its file. Raises VaultFileError."""
    path = node.settings.begun / f"{content}.json"
    try:
        if new:
            private_files.unless_there(path, lambda: _begin(node, path, channel, event_type, content))
        return Begun.model_validate_json(private_files.read(path)) if path.exists() else None
    except (private_files.PrivateFileError, OSError, ValidationError) as error:
        raise VaultFileError(f"{path} cannot be kept, or is not what was begun there") from error


def _begin(node: "Node", path: Path, channel: str, event_type: str, content: str) -> None:
    """Makes the halves; lets go of what nobody drafted in 30 days."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    for old in path.parent.glob("*.json"):
        if time.time() * 1_000 - old.stat().st_mtime * 1_000 > PURGE_AFTER:
            old.unlink(missing_ok=True)
    made = begin(node.exchange, channel, node.source, event_type, content)
    own = made.wrapped_for(*own_key(node))
    held = Begun(channel=channel, type=event_type, commitment=made.commitment, own=own)
    private_files.create(path, compact(held.model_dump(mode="json")))
