"""Recording an access before a content is opened, printed, taken away or searched: shown, signed, in the log (L7)."""

from pathlib import Path

from contracts.approval import AccessStatement
from contracts.vocabulary import AccessKind, AccessReason
from services.cli import statements
from services.cli.client import Officer
from services.cli.replies import ToSign
from services.cli.session import pairs, unlocked


def proposed(
    who: Officer, channel: str, content: str, kind: AccessKind, reason: AccessReason, *, quiet: bool
) -> ToSign:
    """What would be signed, shown unless ``quiet``. Raises DuikouError."""
    given = who.access_statement(channel, content, reason, kind)
    if not quiet:
        pairs(dict(statements.words(statements.read(AccessStatement, given))))
    return given


def recorded(who: Officer, channel: str, content: str, given: ToSign, key: Path) -> str:
    """The record's id; the passphrase is asked for here. Raises DuikouError, SigningError."""
    who.signer = unlocked(key)
    return who.record_access(channel, content, given).event_id
