"""What a node answers, as far as a client reads it. Unknown members are left alone: a newer node may say more."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Reply(BaseModel):
    """Open and frozen."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Answer(Reply):
    """How a command stands: pending, recorded or void. ``after``: give it to a query to read at least this."""

    event_id: str
    channel: str
    subject: str
    type: str
    ledger: str
    epoch: int
    sequence: int
    status: str
    code: str = ""
    law: str = ""
    late: bool = False
    disputed: bool = False
    after: str


class Drafted(Answer):
    """``duplicates``: documents that this unit has sent in the channel with an identifier of the draft."""

    duplicates: list[dict[str, Any]] = []


class Result(Reply):
    """What became of one of several: as of a command, or refused (code, law), not_yet."""

    subject: str
    status: str
    code: str = ""
    law: str = ""
    event_id: str = ""
    after: str = ""


class Outgoing(Reply):
    """What became of a document: none, waiting, refused, pending, recorded or void.

    counterpart_seen: when the log last had something from the other unit.
    """

    event_id: str
    status: str
    zh: str = ""
    code: str = ""
    law: str = ""
    counterpart_seen: str = ""


class Paper(Reply):
    """A document on the desk; ``grant``: digest of the grant under which a lead is forwarded."""

    id: str
    status: str
    channel: str
    type: str
    subject: str
    grant: str = ""
    author: str
    approved_by: str
    reason: str
    document: dict[str, Any] | None = None
    summary: dict[str, Any]
    summary_digest: str
    content: str | None = None
    outgoing: Outgoing


class ToSign(Reply):
    """Bytes to sign, base64, and the key that is enrolled for the officer."""

    payload_type: str
    payload: str
    keyid: str


class PaperToSign(ToSign):
    """What to sign about one of several papers."""

    paper: str


class Uploaded(Reply):
    """A file in the store, as summary (digest, size, media) and content (digest, plain_digest) name it."""

    digest: str
    size: int
    media: str
    plain_digest: str


class Opened(Reply):
    """A plaintext; ``agrees``: it says what its clear summary says."""

    source: str
    type: str
    subject: str
    agrees: bool
    content: dict[str, Any]


class Due(Reply):
    """What is owed; ``at`` is the first moment that is late."""

    kind: str
    zh: str
    at: str
    ours: bool
    overdue: bool


class Matter(Reply):
    """A row of a view: a lead, an enquiry, a pairing or counts."""

    channel: str
    subject: str
    state: dict[str, Any]
    due: list[Due] = []
    due_unknown: int | None = None
    reads: list[dict[str, Any]] = []
    ticks: list[dict[str, Any]] = []

    @property
    def contents(self) -> list[str]:
        """Ids of its encrypted contents, oldest first."""
        return [held["id"] for held in self.state.get("contents", ())]

    @property
    def status(self) -> str:
        """Where it stands, as a code."""
        return str(self.state["status"])


class DueItem(Reply):
    """One thing owed; ``due`` empty: nobody has published that year's calendar. event: of an act to be confirmed."""

    channel: str
    context: str
    subject: str
    kind: str
    zh: str
    category: str = ""
    category_zh: str = ""
    due: str
    overdue: bool
    ours: bool
    event: str = ""
    groups: list[str] = []


class RefusedRecord(Reply):
    """A record of the log without effect."""

    topic: str
    offset: int
    at: str
    result: str
    code: str
    law: str
    digest: str
    source: str = ""
    type: str = ""
    subject: str = ""
    ours: bool = False
    acknowledged: bool | None = None


class Problem(Reply):
    """RFC 9457: code, law, ``title`` says what to do; ``errors``: path and rule of each field."""

    status: int
    code: str
    law: str = ""
    title: str = ""
    detail: str = ""
    errors: list[dict[str, str]] = []


class ReportFigure(Reply):
    """One figure with its columns, and the events behind it."""

    indicator: str
    zh: str
    value: str
    roles: dict[str, str]
    by: dict[str, str]
    events: list[dict[str, str]]


class SealedReport(Reply):
    """A report in the log."""

    unit: str
    channel: str
    subject: str
    status: str
    version: int


class Figures(Reply):
    """What a two-monthly report of the period would say now."""

    unit: str
    level: str
    period: str
    closed: bool
    figures: list[ReportFigure]
    missing: list[str]
    sealed: list[SealedReport]
