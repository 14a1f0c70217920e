"""Files that a document names: out of the store, compared with what was signed, decrypted (FIELDS 6.5)."""

from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.vocabulary import AttachmentMedia
from services.cleaning import media_of
from services.vault import AttachmentAlteredError, Flaw, Secret, named, unseal

if TYPE_CHECKING:
    from services.node.node import Node


class Attached(NamedTuple):
    """One attachment, as summary and content together say it."""

    digest: str
    size: int
    media: AttachmentMedia
    plain_digest: str


def attached(summary: Any, content: Any) -> list[Attached]:
    """What a summary and its content name; they were held against each other before (``read_plain``)."""
    said = zip(getattr(summary, "attachments", None) or (), getattr(content, "attachments", None) or (), strict=True)
    return [Attached(clear.digest, clear.size, clear.media, told.plain_digest) for clear, told in said]


def fetch(node: "Node", secret: Secret, one: Attached) -> bytes:
    """The file, made in the request; nothing of it is kept.

    Raises MissingBlobError, NotYet, BlobsError; AttachmentAlteredError.
    """
    file = unseal(named(node.blobs.get(one.digest, one.size), one.size, one.digest), secret, one.plain_digest)
    if media_of(file) is not one.media:
        raise AttachmentAlteredError(Flaw.MEDIA)
    return file
