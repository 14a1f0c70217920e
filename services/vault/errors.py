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


class VaultFileError(VaultError):
    """The operator's fault: the key file is missing, taken, exposed to others, or not one."""
