"""No log, no first read (L7). One stream per content: who opened it, why, when; never a performance figure."""

from dataclasses import dataclass, replace
from typing import Any

from contracts.access import Recorded
from contracts.envelope import Draft
from contracts.event import Event
from contracts.vocabulary import AccessKind, Role, Term
from services.domain.rules import Allowed, Rule, Side, Sign, States


class Status(Term):
    """Whether the content was opened by anybody."""

    UNREAD = "unread", "未读", "unread"
    READ = "read", "已读", "read"


@dataclass(frozen=True)
class Read:
    """One opening; at in ms of effective time."""

    unit: str
    officer: str
    kind: str
    reason: str
    at: int


@dataclass(frozen=True)
class Access:
    """Openings of one content, in log order."""

    status: Status = Status.UNREAD
    owner: str = ""
    reads: tuple[Read, ...] = ()

    def opened_by(self, unit: str) -> bool:
        """Whether that unit has an access record here by which it is opened; a search of the index opens nothing."""
        return any(read.unit == unit and read.kind != AccessKind.INDEX_SEARCH for read in self.reads)


INITIAL = Access()
ENDED: frozenset[Status] = frozenset(Status)
READERS = (Role.AUTHOR, Role.APPROVER, Role.HEAD, Role.INTAKE, Role.DUTY, Role.TEAM, Role.REVIEWER, Role.AUDITOR)
RULES: dict[type[Event], Rule] = {
    Recorded: Rule("A1", Side.EITHER, frozenset(Status), Status.READ, Sign.ONE, Allowed.ALWAYS, READERS),
}


def permit(state: Access, e: Draft[Any], at: int, states: States) -> None:
    """A fact: never asked."""


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """One more opening."""
    summary = e.data.summary
    read = Read(e.source, summary.officer, summary.kind, summary.reason, at)
    return replace(state, status=Status.READ, reads=(*state.reads, read))


def needs(e: Draft[Any]) -> Sign:
    """As the row says."""
    return RULES[type(e.data)].sign
