"""Files that a document names: out of the store, compared with what was signed, decrypted (FIELDS 6.5)."""

from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.vocabulary import AttachmentMedia
from services.cleaning import media_of
from services.vault import AttachmentAlteredError, Flaw, Secret, decrypt_file

if TYPE_CHECKING:
    from services.node.node import Node


class Attached(NamedTuple):
    """One attachment, as summary and content together say it."""

    digest: str
    size: int
    media: AttachmentMedia
    plain_digest: str


def attached(summary: Any, content: Any) -> list[Attached]:
    """What a summary and its content both name, in the summary's order."""
    told = {one.digest: one.plain_digest for one in getattr(content, "attachments", None) or ()}
    clear = [one for one in getattr(summary, "attachments", None) or () if one.digest in told]
    return [Attached(one.digest, one.size, one.media, told[one.digest]) for one in clear]


def fetch(node: "Node", secret: Secret, one: Attached) -> bytes:
    """The file, made in the request; nothing of it is kept.

    Raises MissingBlobError, NotYet, BlobsError; AttachmentAlteredError.
    """
    blob = node.blobs.get(one.digest, one.size)
    file = decrypt_file(blob, secret, size=one.size, digest=one.digest, plain_digest=one.plain_digest)
    if media_of(file) is not one.media:
        raise AttachmentAlteredError(Flaw.MEDIA)
    return file
