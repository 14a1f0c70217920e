"""What can go wrong with encrypted content and its keys. No message holds key, half or plaintext."""

from enum import StrEnum


class VaultError(Exception):
    """Root."""


class NoKeyError(VaultError):
    """Nobody's fault: no half is wrapped for us, or the private key is destroyed. For this node the content is gone.

    Args:
        what: the half, or the key, that is not there.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"no key for {what}")
        self.what = what


class Inconsistency(StrEnum):
    """The check that a content failed, in the order of the checks."""

    WRAP = "wrap"
    """A half that names our key does not open with it."""
    COMMITMENT = "commitment"
    """The halves give another key than the one the writer committed to."""
    CIPHERTEXT = "ciphertext"
    """The ciphertext is not what that key encrypted for this place."""
    PADDING = "padding"
    """What was encrypted is not length, bytes, zeros, in the smallest size."""


class ContentInconsistentError(VaultError):
    """The writer's fault, never cured by a retry: report ``content_inconsistent``, signed (PROTOCOL 8)."""

    def __init__(self, check: Inconsistency) -> None:
        super().__init__(f"content is inconsistent: {check}")
        self.check = check


class ContentTooLargeError(VaultError):
    """The author's to shorten: more than 24,572 bytes. Larger things are attachments."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes of content, at most 24,572")
        self.size = size


class UnusableKeyError(VaultError):
    """The holder's fault: what it published is not a public key. Ask it for a new one; nothing was encrypted."""

    def __init__(self, holder: str, number: int) -> None:
        super().__init__(f"key {number} of {holder} is not an MLKEM768_X25519 public key")
        self.holder, self.number = holder, number


class Flaw(StrEnum):
    """The check that the file of an attachment failed, in the order of the checks."""

    SIZE = "size"
    """The store holds another number of bytes than the summary says."""
    DIGEST = "digest"
    """The store holds other bytes than the summary names: changed there, or on the way."""
    CIPHERTEXT = "ciphertext"
    """The bytes that were signed are not what this content's key encrypted."""
    PADDING = "padding"
    """What was encrypted is not length, bytes, zeros, in the smallest size."""
    PLAIN_DIGEST = "plain_digest"
    """The file is another than the one the content names."""
    MEDIA = "media"
    """The file is of another form than the summary says."""


class AttachmentAlteredError(VaultError):
    """The store's fault (size, digest), else the writer's; no retry cures it. Nothing of the file is shown."""

    def __init__(self, check: Flaw) -> None:
        super().__init__(f"an attachment is not what was signed: {check}")
        self.check = check


class AttachmentTooLargeError(VaultError):
    """The author's to make smaller: more than 20,971,500 bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes of an attachment, at most 20,971,500")
        self.size = size


class VaultFileError(VaultError):
    """The operator's fault: the key file is missing, taken, exposed to others, or not one."""
