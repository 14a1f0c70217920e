"""What every scene needs: officers at their nodes, a line on the screen, and waiting for what others do."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from contracts.channels import PAIRING
from contracts.lead import Shared
from contracts.pairing import Accepted, Proposed
from contracts.vocabulary import AccessReason, Role
from services.cli.client import Kind, Officer
from services.cli.errors import ApiError, NotYetError, RefusedError
from services.cli.replies import Matter, Paper
from services.demo import papers
from services.demo.cast import Office
from services.demo.cluster import Cluster
from services.demo.players import Memory, Player, Troupe
from services.domain.clocks import DAY, day, format_time
from services.node.folds import now_ms

PATIENCE_SECONDS = 120
POLL_SECONDS = 0.1


class StoryError(Exception):
    """The story did not come out as told."""


def until(what: str, look: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """What ``look`` gives as soon as it is something.

    Waited for as well: a node that does not answer yet, officers whose enrolment has not reached a topic yet.
    """
    deadline, why = time.monotonic() + seconds, "nothing yet"
    while time.monotonic() < deadline:
        try:
            found = look()
        except NotYetError as later:
            found, why = None, str(later)
        except RefusedError as refused:
            if refused.problem.code != "officers":
                raise
            found, why = None, str(refused)
        if found:
            return found
        time.sleep(POLL_SECONDS)
    raise StoryError(f"waited {seconds:.0f} s for: {what} ({why})")


@dataclass
class Stage:
    """Told again every scene finds what is there and goes on: fixed idempotency keys, and dates that are kept."""

    cluster: Cluster
    troupe: Troupe
    memory: Memory
    say: Callable[[str], None]

    def at(self, unit: str, post: str, scene: str) -> Player:
        """An officer at his unit's node."""
        return self.troupe.at(unit, post, scene)

    def office(self, unit: str) -> Office:
        """A unit of the cast."""
        return next(office for office in self.troupe.ceremony.offices if office.code == unit)

    def name(self, unit: str) -> str:
        """Short, as people say it: 新蔡."""
        return self.office(unit).short

    def ahead(self, name: str, days: int) -> str:
        """A day so many days after the first telling."""
        return self.memory.keep(name, (day(now_ms()) + timedelta(days=days)).isoformat())

    def within(self, name: str, days: int) -> str:
        """A moment so many days after the first telling."""
        return self.memory.keep(name, format_time(now_ms() + days * DAY))

    def stands(self, unit: str, kind: Kind, at: tuple[str, str], *statuses: str) -> Matter:
        """The matter at (channel, subject) as soon as the unit's view has it in one of these states."""
        officer = self.at(unit, "author", "look")

        def look() -> Matter | None:
            with suppress(ApiError):
                found = officer.matter(kind, *at)
                return found if found.status in statuses else None
            return None

        found: Matter = until(f"{self.name(unit)} sees {kind} {' or '.join(statuses)}", look)
        return found

    # -- pairings and leads --------------------------------------------------------------------------------------------

    def pair(self, county: str, city: str) -> str:
        """P1, P2, P4: proposed, accepted, opened, keys published; the channel."""
        ours, theirs = self.name(county), self.name(city)
        about = (PAIRING, Proposed.TYPE, None)
        terms = papers.proposal(self.office(county), self.office(city), self.within("answer_by", 30))
        offer = until(
            "the proposal stands",
            lambda: self.troupe.document(county, "offer", about, terms, second=Role.HEAD),
        )
        self.say(f"{ours}提议对口协作，局领导签 · {ours} proposes a pairing, signed by author and head")
        digest = until(f"{theirs} sees the offer", lambda: self._offer(city, offer.subject))
        about = (PAIRING, Accepted.TYPE, offer.subject)
        self.troupe.document(city, f"answer {county}", about, {"offer": digest}, second=Role.HEAD)
        self.say(f"{theirs}同意 · {theirs} accepts the same terms")
        channel = str(until("the registry opens the channel", partial(self._channel, county, city)))
        self.say(f"登记处已开通道 · the registry opened channel {channel[:12]}…")
        return channel

    def _offer(self, city: str, subject: str) -> str:
        for matter in self.at(city, "author", "look").matters("pairings"):
            if matter.subject == subject and matter.channel == PAIRING:
                return str(matter.state["offer"])
        return ""

    def _channel(self, county: str, city: str) -> str:
        """The county's one pairing, when the city has it too."""
        ours, theirs = (
            {one.channel for one in self.at(unit, "author", "look").matters("pairings")} for unit in (county, city)
        )
        return next(iter((ours & theirs) - {PAIRING}), "")

    def share(self, county: str, channel: str, scene: str, *, returned: bool = False) -> str:
        """D1-D6, S1, S2; the share's id."""
        review = self.ahead("review", 180)
        content = papers.lead_content(f"示例线索（{scene}）", papers.NARRATIVE)
        about = (channel, Shared.TYPE, None)
        summary = papers.lead(county, review)
        held: Paper = until(
            "the other side's key is there",
            lambda: self.troupe.document(county, scene, about, summary, content, returned=returned),
        )
        self.say(f"{scene}: 起草{'、退回一次' if returned else ''}、签发、发出 · drafted, approved by another, shared")
        return held.subject

    def read(self, officer: Officer, channel: str, content: str, name: str) -> None:
        """L7: signed, recorded, read back, opened. ``name``: of the reading, in the memory."""
        if name not in self.memory.known:
            given = officer.access_statement(channel, content, AccessReason.HANDLING)
            self.memory.keep(name, officer.record_access(channel, content, given).event_id)
            self.say("开封记录已入日志，然后打开 · the access record stands in the log, then it is opened")
        opened = officer.opened(channel, content, self.memory.known[name])
        if not opened.agrees:
            raise StoryError("content and summary differ")
