"""The port of the store, and what can go wrong with it."""

from typing import Protocol

from contracts.refusals import NotYet


class BlobsError(Exception):
    """The operator's fault: the store is named or set up wrongly; the message says how, and holds no secret."""


class MissingBlobError(NotYet):
    """Nobody put it there so far, or it was lost: it may come, and the unit that sent it can put it there again."""

    def __init__(self) -> None:
        super().__init__("the attachment is not in the store: it may still come; else its unit sends it again")


class Blobs(Protocol):
    """Bytes by their sha-256 in hex; whoever reads compares them with their name."""

    def put(self, digest: str, data: bytes) -> None:
        """On disk when this returns, whole or not at all; over whatever stands there. Raises NotYet, BlobsError."""

    def get(self, digest: str, most: int) -> bytes:
        """At most ``most`` + 1 bytes of it, so that a longer one is seen to be so.

        Raises MissingBlobError, NotYet (an outage), BlobsError.
        """

    def delete(self, digest: str) -> None:
        """It is not there any more when this returns, whether it was or not. Raises NotYet, BlobsError."""

    def exposed(self) -> str:
        """How somebody without rights could reach in; empty: no way was found. Raises NotYet, BlobsError."""
