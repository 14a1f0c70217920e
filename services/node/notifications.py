"""Who is told that something waits: the duty telephone at once, the lead at half of the time (MECHANISM 4).

The words say how many, how urgent and what to do: no number, no name, no category, no unit. Half of the time counts
from when this node first saw the thing owed.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from contracts.channels import TRUST
from contracts.refusals import NotYet
from contracts.vocabulary import Term
from services import journal
from services.domain.counting import calendar_of
from services.domain.enquiry import PENDING
from services.domain.lead import Status as Lead
from services.domain.oversight import Status as Oversight
from services.messages import Message, Messages, NotTakenError
from services.node.contacts import profile
from services.node.folds import now_ms
from services.storage.notifications import Owed, Round, Waits
from services.views import from_json
from services.views.inbox import INBOX, Kind, Waiting, clocks, due_items
from services.views.pairings import PAIRINGS

if TYPE_CHECKING:
    from services.node.node import Node

TOLD_OF = frozenset({Kind.SIGN_FOR, Kind.DECIDE, Kind.ANSWER, Kind.CONFIRM, Kind.UNDATED})
"""What somebody is called for; everything else that is due stands in the inbox."""
_STATUSES = {
    "lead": (Lead.DELIVERED, Lead.RECEIVED, Lead.PHONE_RECORDED),
    "enquiry": tuple(sorted(PENDING)),
    "oversight": (Oversight.SUPERVISED, Oversight.IN_PROGRESS, Oversight.REDRESS),
}
_ROWS = [{context: {"status": status}} for context, statuses in _STATUSES.items() for status in statuses]
"""What a row of the inbox contains of which one of them may be owed."""
LONGEST_SECONDS = 3_600.0
"""Between two attempts at most."""


class Level(Term):
    """When somebody is told, and who."""

    ARRIVAL = "arrival", "到达", "at arrival, the duty telephone"
    HALF_TIME = "half_time", "时限已过半", "at half of the time, the lead's telephone"


class Group(NamedTuple):
    """What is told together."""

    level: Level
    urgency: str
    kind: Kind

    def words(self, count: int) -> str:
        """The whole text."""
        late = f"，{self.level.zh}" if self.level is Level.HALF_TIME else ""
        return f"您有 {count} 件{self.urgency}{self.kind.zh}{late}"


@dataclass
class Telling:
    """Of one node; any number may run, one at a time tells."""

    node: "Node"
    messages: Messages
    _next: float = 0.0

    def step(self) -> None:
        """Looks every ``notify_seconds``. Raises NotYet: the database does not answer."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self.node.settings.notify_seconds
        with self.node.notifications.round() as found:
            if found is not None:  # and looks only then: what another looked at later is not judged by an older look
                now = now_ms()
                self._tell(found, self._owed(now), now)

    def _owed(self, now: int) -> dict[Owed, Group]:
        """What is owed by us now, twice: for the duty telephone and for the lead."""
        for view in (INBOX, PAIRINGS):
            self.node.rows.generation(view.name, view.version)  # rows of older software are none that can be read
        rows = {key: from_json(INBOX, row) for key, row in self.node.rows.containing(INBOX.name, _ROWS)}
        agreements = {key: from_json(PAIRINGS, row) for key, row in self.node.rows.all(PAIRINGS.name)}
        calendar = calendar_of(self.node.folds.history(TRUST).channel.trust)
        found: dict[Owed, Group] = {}
        for item in due_items(rows, now, calendar, clocks(agreements)):
            if item.mine and item.kind in TOLD_OF:
                name, urgency = f"{item.key} {item.kind} {item.due or 0}", _urgency(rows[item.key])
                found[Owed(name, Level.ARRIVAL, now)] = Group(Level.ARRIVAL, urgency, item.kind)
                if item.due is not None:
                    half = now + max(0, item.due - now) // 2
                    found[Owed(name, Level.HALF_TIME, half)] = Group(Level.HALF_TIME, urgency, item.kind)
        return found

    def _tell(self, found: Round, groups: dict[Owed, Group], now: int) -> None:
        """One message for each group that waits; where the gateway does not answer, the rest waits too."""
        of = {(owed.item, owed.level): group for owed, group in groups.items()}
        waiting = defaultdict[Group, list[Waits]](list)
        for one in found.seen(list(groups), now):
            waiting[of[one.item, one.level]].append(one)
        while waiting:
            group, waits = waiting.popitem()
            try:
                self._send(group, waits)
            except NotYet as later:
                journal.warning(journal.Said.NOTIFICATION_WAITS, error=later)
                rest = [] if isinstance(later, NotTakenError) else [one for left in waiting.values() for one in left]
                found.failed([*waits, *rest], now + self._pause(waits))
                if rest:
                    return
            else:
                found.told(waits, now)

    def _send(self, group: Group, waits: list[Waits]) -> None:
        """Raises NotYet."""
        names = "\n".join(sorted(one.item for one in waits))
        key = sha256(f"duikou.notification.v1\n{group.level}\n{names}".encode()).hexdigest()
        self.messages.send(Message(self._line(group.level), group.words(len(waits)), key))

    def _line(self, level: Level) -> str:
        """Whom to call. Raises NotYet: the contact book has no telephone of ours."""
        if level is Level.HALF_TIME and self.node.settings.notify_lead:
            return self.node.settings.notify_lead
        own = profile(self.node.replica, self.node.source)
        if own is None:
            raise NotTakenError("the contact book has no duty telephone of this unit")
        return own.duty_phone

    def _pause(self, waits: Iterable[Waits]) -> int:
        """Ms until it is tried again: twice as long each time."""
        attempts = max(one.attempts for one in waits)
        return int(min(self.node.settings.notify_seconds * 2 ** min(attempts, 20), LONGEST_SECONDS) * 1_000)


def _urgency(row: Waiting) -> str:
    """In words; what has none, such as supervision, says none."""
    state = row.lead or row.enquiry
    return "" if state is None else state.urgency.zh
