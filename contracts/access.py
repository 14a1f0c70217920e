"""No log, no first read (L7, PROTOCOL 9, WIRE 28)."""

from contracts.dsse import Dsse
from contracts.event import Event
from contracts.fields import Count, Uuid, Wire
from contracts.vocabulary import AccessKind, AccessReason


class RecordedSummary(Wire):
    """Who opens which content and why, in codes. Subject = content id."""

    officer: Uuid
    content: Uuid
    kind: AccessKind
    reason: AccessReason
    task: Uuid | None = None
    copies: Count | None = None


class SignedAccess(Wire):
    """The officer's statement; a session statement where a short-lived key signed it."""

    statement: Dsse
    session: Dsse | None = None


class Recorded(Event):
    """The content may be opened once this stands in the log. The owner sees it."""

    TYPE = "duikou.access.recorded.v1"
    FACT = True
    summary: RecordedSummary
    access: SignedAccess
