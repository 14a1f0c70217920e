"""What officers of both sides do meanwhile, over HTTP at real gateways; what was acknowledged is remembered.

Which kinds of act come, and in which order, follows from the seed; what they are about, from what is there by then.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from contracts import lead, pairing
from contracts.approval import AccessStatement
from contracts.refusals import NotYet
from contracts.vocabulary import Role, Suspension, Withdrawal
from services.cli import statements
from services.cli.client import Officer, fresh
from services.cli.errors import ApiError, NotYetError
from services.cli.replies import Answer, ToSign
from services.demo.cast import XINCAI, YIWU
from services.domain.clocks import day
from services.gateway.auth import development_issuer
from services.node import papers
from services.node.commands import duty_id
from services.node.folds import now_ms
from services.node.settings import load
from tests.faults.system import Said, System
from tests.support.region import CONTENT, SUMMARY

T = TypeVar("T")
ACTS, MOST = 4, 12
"""Of each side in a run, at least and at most: it works as long as faults come."""
PATIENCE_SECONDS = 90.0
"""How long an act is asked again and again."""
PAUSE_SECONDS = 0.1
HANDLER = {"name": "示例甲", "phone": "0579-5551234"}
KINDS = {
    XINCAI: {"share": 5, "read": 2, "withdraw": 3, "suspend": 1, "resume": 1},
    YIWU: {"receive": 4, "accept": 3, "feedback": 2, "read": 3, "suspend": 2, "resume": 2},
}
"""Unit -> kind of act -> how often, in proportion."""
BROKEN = frozenset({"bug", "key_reused", "request"})
"""Codes of refusals that no act here deserves."""


class Over(Exception):
    """The run's last fault is there: nobody waits for answers any more."""


@dataclass
class Side:
    """The officers of one unit, one act after another. ``wrong``: answers that nobody should get."""

    system: System
    unit: str
    chance: Random
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    officers: dict[tuple[str, int], Officer] = field(default_factory=dict)

    @property
    def channel(self) -> str:
        """The pairing's."""
        return self.system.region.channel

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Acts, as the seed wants them, while faults come; a refusal is an answer."""
        try:
            self._acts(goes_on)
        finally:
            self.system.working.discard(self.unit)

    def _acts(self, goes_on: Callable[[], bool]) -> None:
        kinds = KINDS[self.unit]
        acts = self.chance.choices(list(kinds), weights=list(kinds.values()), k=MOST)
        for number, kind in enumerate(acts):
            if number >= ACTS and not goes_on():
                return
            try:
                self.tried(kind)
            except Over:
                return

    def tried(self, kind: str) -> None:
        """One act; a refusal is an answer. Raises Over."""
        try:
            self.act(kind)
        except ApiError as error:
            self.refused += 1
            if error.code in BROKEN:
                self.wrong.append(f"{self.unit} {kind}: {error}")

    def act(self, kind: str) -> None:
        """One act. Raises ApiError: refused; Over."""
        do: dict[str, Callable[[], object]] = {
            "share": self.share,
            "read": self.read,
            "withdraw": lambda: self._about(lead.Withdrawn, {"ground": Withdrawal.ERROR.value}, "author"),
            "suspend": self.suspend,
            "resume": self.resume,
            "receive": lambda: self._about(lead.Received, {}, "intake"),
            "accept": self.accept,
            "feedback": self.feedback,
        }
        do[kind]()

    # -- acts ----------------------------------------------------------------------------------------------------------

    def share(self) -> None:
        """Drafted, submitted, approved: the node seals and sends it."""
        body = {"channel": self.channel, "type": lead.Shared.TYPE, "summary": SUMMARY, "content": CONTENT}
        self._document(body, "approver", Role.APPROVER, "share")

    def resume(self) -> None:
        """What this side suspended is in force again."""
        if self.unit not in self._known().state("pairing", self.system.region.pairing).flags:
            return
        summary = {"ground": Suspension.DISPUTE.value}
        body = {"channel": self.channel, "type": pairing.Resumed.TYPE, "summary": summary}
        self._document({**body, "subject": self.system.region.pairing}, "head", Role.HEAD, "resume")

    def _document(self, body: dict[str, Any], post: str, role: Role, what: str) -> None:
        paper = self.ask("author", "/v1/papers", body, "draft").subject
        self._sign(paper, "author", Role.AUTHOR, "submission")
        self._sign(paper, post, role, "approval")
        self.system.said.append(Said(self.unit, duty_id(self.unit, paper, papers.SEAL), what, self.channel, paper))

    def _sign(self, paper: str, post: str, role: Role, where: str) -> None:
        given = self._asked(post, lambda officer: officer.statement(paper, role))
        self.ask(post, f"/v1/papers/{paper}/{where}", self._signed(post, statements.model_of(role), given), where)

    def read(self) -> None:
        """An access record for some content; the content itself is opened after it (L7)."""
        content = self._content()
        if not content:
            return
        path = f"/v1/channels/{self.channel}/contents/{content}"
        body = {"kind": "read", "reason": "handling"}
        given = self._asked(
            "author", lambda officer: ToSign.model_validate(officer.node.post(f"{path}/access-statement", body))
        )
        self.ask("author", f"{path}/access", self._signed("author", AccessStatement, given), "read")

    def suspend(self) -> None:
        """暂停; whoever is sealing a share just now loses the race (void)."""
        path = f"/v1/channels/{self.channel}/pairing/suspended"
        self.ask("head", path, {"ground": Suspension.DISPUTE.value}, "suspend")

    def accept(self) -> None:
        """受理: a permission, so a withdrawal that is in the log first makes it void."""
        self._about(lead.Accepted, {"next_feedback_on": _ahead(10), "content": {"handler": HANDLER}}, "author")

    def feedback(self) -> None:
        """反馈."""
        body = {"use": "still_checking", "next_feedback_on": _ahead(20)}
        self._about(lead.FeedbackGiven, body, "author", "feedback")

    def _about(self, event: Any, body: dict[str, Any], post: str, word: str = "") -> None:
        """An act about a lead of which it is likely, or at least possible."""
        word = word or event.TYPE.split(".")[2]
        subject = self._lead(word)
        if subject:
            self.ask(post, f"/v1/channels/{self.channel}/leads/{subject}/{word}", body, word)

    def _lead(self, word: str) -> str:
        wanted = {"received": {"delivered"}, "accepted": {"received"}, "feedback": {"in_progress"}}
        live = {"sent", "delivered", "received", "in_progress"}
        found = self._leads(wanted.get(word, live)) or self._leads(live)
        return self.chance.choice(found) if found else ""

    def _leads(self, wanted: set[str]) -> list[str]:
        streams = self._known().streams.items()
        return [subject for (context, subject), state in streams if context == "lead" and state.status in wanted]

    def _content(self) -> str:
        claims = self._known().claims
        found = sorted(what.removeprefix("content/") for what in claims if what.startswith("content/"))
        return self.chance.choice(found) if found else ""

    def _known(self) -> Any:
        """The channel as the unit's replica has it."""
        return self._patient(lambda: self.system.region.node(self.unit).folds.history(self.channel))

    # -- asking --------------------------------------------------------------------------------------------------------

    def ask(self, post: str, path: str, body: dict[str, Any], what: str) -> Answer:
        """A command, sent again with its key until it is answered. Raises ApiError: refused; Over."""
        key = fresh()
        answer = self._asked(post, lambda officer: Answer.model_validate(officer.node.post(path, body, key=key)))
        self.system.said.append(Said(self.unit, answer.event_id, what, answer.channel))
        return answer

    def _asked(self, post: str, ask: Callable[[Officer], T]) -> T:
        """Each gateway in turn."""
        turns = self._turns()
        return self._patient(lambda: ask(self._at(post, next(turns))))

    def _patient(self, ask: Callable[[], T], *, to_the_end: bool = False) -> T:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return ask()
            except (NotYetError, NotYet) as error:
                if self.system.ended and not to_the_end:
                    raise Over from error
                if time.monotonic() > deadline:
                    raise AssertionError(f"{self.unit}: nobody answers within {PATIENCE_SECONDS} s: {error}") from error
            time.sleep(PAUSE_SECONDS)

    def _turns(self) -> Iterator[int]:
        while True:
            yield from self.system.ports(self.unit)

    def _at(self, post: str, port: int) -> Officer:
        if (post, port) not in self.officers:
            region = self.system.region
            number = region.officer(self.unit, post)
            token = development_issuer(load(region.cluster.settings(self.unit))).issue(number)
            self.officers[post, port] = Officer(f"http://127.0.0.1:{port}", token, region.signer(number))
        return self.officers[post, port]

    def about(self) -> dict[str, Any]:
        """What the node says of itself and of its channels."""
        turns = self._turns()
        return self._patient(lambda: self._at("author", next(turns)).about(), to_the_end=True)

    def _signed(self, post: str, model: Any, given: ToSign) -> dict[str, Any]:
        signer = self.system.region.signer(self.system.region.officer(self.unit, post))
        return {"signed": statements.signed(model, given, signer)}


def _ahead(days: int) -> str:
    return (day(now_ms()) + timedelta(days=days)).isoformat()
