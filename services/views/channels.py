"""Channels as their registry ledger made them: members, encryption keys, reopened ledgers, how far trust is copied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts.channel import EncryptionKeyPublished, LedgerReopened, Opened, TrustCopied
from contracts.channels import Kind
from services.domain import trust as trusts
from services.verifier import Verdict
from services.views.timeline import Entry
from services.views.view import View, draft_of


@dataclass(frozen=True)
class PublishedKey:
    """A member's key for wrapped halves; at in effective ms."""

    unit: str
    number: int
    at: int


@dataclass(frozen=True)
class Reopening:
    """A ledger went on in ``epoch``; of the epoch before, its writer stands by numbers up to ``stands_by``."""

    unit: str
    epoch: int
    stands_by: int
    at: int


@dataclass(frozen=True)
class Line:
    """One channel. Not the domain's state, which holds every key: a console asks for members and ages only.

    answer: digest of what enabled it; copied: number of trust copies; last_copied: sequence of the newest original;
    cuts: last offset of each topic that the next one continues.
    """

    kind: Kind = Kind.OPEN
    members: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    rule_version: int = 1
    answer: str = ""
    opened_at: int = 0
    keys: tuple[PublishedKey, ...] = ()
    reopenings: tuple[Reopening, ...] = ()
    copied: int = 0
    last_copied: str = ""
    cuts: tuple[int, ...] = ()


def new(me: str, verdict: Verdict) -> Line:
    """Before the genesis."""
    return Line()


def step(row: Line, verdict: Verdict) -> Line:
    """Genesis, copies, keys, reopenings."""
    draft = draft_of(verdict)
    match draft.data:
        case Opened():
            return _opened(row, draft.data, verdict.at)
        case TrustCopied(summary=summary):
            return replace(row, copied=row.copied + 1, last_copied=max(row.last_copied, summary.sequence))
        case EncryptionKeyPublished(summary=summary):
            return replace(row, keys=(*row.keys, PublishedKey(draft.source, summary.number, verdict.at)))
        case LedgerReopened():
            _, body = trusts.read(draft)
            reopening = Reopening(body.unit, body.epoch, body.stands_by.sequence, verdict.at)
            return replace(row, reopenings=(*row.reopenings, reopening))
        case _:
            return row


def _opened(row: Line, event: Opened, at: int) -> Line:
    summary, answer = event.summary, event.embedded.answer
    if summary.cut is not None:
        return replace(row, cuts=(*row.cuts, summary.cut.offset))
    return replace(
        row,
        kind=summary.kind,
        members=summary.members or (),
        readers=summary.readers or (),
        rule_version=summary.rule_version,
        answer=answer.digest if answer else "",
        opened_at=at,
    )


def disowned(line: Line, timeline: Sequence[Entry]) -> list[Entry]:
    """The entries whose writer no longer stands by them, marked as disputed (PROTOCOL 4). A query across rows."""
    return [replace(entry, disputed=True) for entry in timeline if _left_behind(line, entry)]


def _left_behind(line: Line, entry: Entry) -> bool:
    return any(
        (one.unit, one.epoch - 1) == (entry.source, entry.epoch) and entry.number > one.stands_by
        for one in line.reopenings
    )


CHANNELS = View("channels", 2, frozenset({"channel"}), Line, new, step)
