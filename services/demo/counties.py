"""Counties of the load, without a node: own keys, own officers, own ledgers, and the log.

Their records are real: approved by two officers, encrypted for the city, decided by the rules that every node has,
sealed with the county's key and appended under its own rights. Only the node lacks: a county's ledger is what the log
says it is, folded in this process's memory, and no database holds what was not sent.
"""

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from contracts.approval import Approval, Approvals, DocumentNo, Submission, named
from contracts.channels import PAIRING, Topic
from contracts.content import Content
from contracts.dsse import Dsse
from contracts.envelope import Draft, Envelope, Head, Signed
from contracts.event import Event
from contracts.lead import Shared
from contracts.pairing import Proposed
from contracts.profile import compact
from contracts.vocabulary import Role
from services.demo import papers
from services.demo.cast import Office
from services.demo.ceremony import Ceremony
from services.demo.cluster import Cluster
from services.domain.clocks import day, format_time
from services.domain.signatures import APPROVAL_SPAN
from services.node.commands import duty_id, minted
from services.node.folds import now_ms
from services.node.parsing import parsed
from services.signing import Signer, dsse, open_signer, sealed
from services.transport import Log, visible_end
from services.vault import encrypt
from services.verifier import History, inspect

BATCH = 500


@dataclass
class Reading:
    """Channels as the log has them, judged as a node judges them."""

    exchange: str
    histories: dict[str, History] = field(default_factory=dict)

    def read(self, log: Log, channel: str) -> History:
        """Up to the end of the log; empty where the topic is not open to us yet. Raises NotYet."""
        name = str(Topic(channel, 1))
        history = self.histories.setdefault(channel, History.of(self.exchange, name))
        if visible_end(log, name) is None:
            return history
        while records := log.read({name: history.offset}, BATCH, 0.0):
            known = {source: history.known(source) for source in history.ledgers}
            for record in records:
                history.admit(record, inspect(record, known))
        return history


@dataclass
class County:
    """One of them, with the city that it is paired with; every key is unlocked once."""

    office: Office
    city: Office
    ceremony: Ceremony
    cluster: Cluster
    exchange: str
    officers: dict[str, str] = field(init=False)
    signers: dict[str, Signer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.officers = self.ceremony.officers()[self.code]

    @property
    def code(self) -> str:
        """Of the unit."""
        return self.office.code

    @property
    def proposal(self) -> str:
        """Id of the proposal, and of the pairing."""
        return duty_id(self.code, "load", "proposed")

    def lead(self, n: int) -> str:
        """Id of its n-th lead."""
        return minted(duty_id(self.code, f"lead {n}", "shared"))

    @contextmanager
    def log(self) -> Iterator[Log]:
        """The log, with this county's rights."""
        log = self.cluster.log(self.code)
        try:
            yield log
        finally:
            log.close()

    def is_known(self, history: History) -> bool:
        """Whether everybody who signs for it is known in a channel."""
        return bool(history.known(self.code)) and history.channel.trust.officers.keys() >= set(self.officers.values())

    def may_share(self, history: History) -> bool:
        """Whether it is known in the channel, and there is a key of the city to encrypt for."""
        return self.is_known(history) and bool(history.channel.newest_keys(self.city.code))

    def propose(self, history: History, answer_by: str) -> list[Signed]:
        """P1, under the head's signature, unless it stands. Raises Refused."""
        if history.state("pairing", self.proposal).owner:
            return []
        terms = papers.proposal(self.office, self.city, answer_by)
        event = self._twice(Proposed, (PAIRING, self.proposal), terms, Role.HEAD, 1)
        return self._sealed(history, [self._draft(self.proposal, PAIRING, self.proposal, event)])

    def share(self, history: History, numbers: Iterable[int], review: str) -> list[Signed]:
        """Its leads of those numbers, as far as they do not stand. Raises Refused."""
        channel, summary = history.topic.channel, papers.lead(self.code, review)
        drafts = []
        for n in numbers:
            subject = self.lead(n)
            if not history.state("lead", subject).owner:
                content = self._content(history, n)
                event = self._twice(Shared, (channel, subject), summary, Role.APPROVER, n, content)
                drafts.append(self._draft(duty_id(self.code, f"lead {n}", "shared"), channel, subject, event))
        return self._sealed(history, drafts)

    def _content(self, history: History, n: int) -> Content:
        """Encrypted for the city."""
        plain = compact(papers.lead_content(f"示例线索（{self.office.name} {n}）", papers.NARRATIVE))
        newest = history.channel.newest_keys(self.city.code)[-1]
        holder = (self.city.code, newest.number, base64.b64decode(newest.key))
        address: dict[str, Any] = {"exchange": self.exchange, "channel": history.topic.channel, "source": self.code}
        return encrypt(plain, **address, event_type=Shared.TYPE, holders=[holder], own=None).content

    # -- signing -------------------------------------------------------------------------------------------------------

    def _twice(
        self,
        event: type[Event],
        at: tuple[str, str],
        summary: dict[str, Any],
        second: Role,
        number: int,
        content: Content | None = None,
    ) -> Event:
        """A document with both signatures. ``at``: channel, subject; ``number``: of the document."""
        checked = parsed(event.model_fields["summary"].annotation, summary)
        shown = checked.model_dump(mode="json", exclude_none=True)
        now = now_ms()
        address = {"exchange": self.exchange, "channel": at[0], "type": event.TYPE, "subject": at[1], "unit": self.code}
        about: dict[str, Any] = {
            **named(address, compact(shown), content),
            "decided_at": format_time(now),
            "valid_until": format_time(now + APPROVAL_SPAN),
        }
        data: dict[str, Any] = {"summary": shown}
        if content is not None:
            data["content"] = content.model_dump(mode="json", exclude_none=True)
        submission = self._signed(Submission(**about, officer=self.officers["author"], role=Role.AUTHOR))
        document = DocumentNo(series=checked.kind, year=day(now).year, number=number)
        about |= {"officer": self.officers[second.value], "role": second, "submission": submission.digest}
        approval = self._signed(Approval(**about, document=document))
        both = Approvals(submission=submission, approval=approval)
        made: Event = parsed(event, {**data, "approval": both.model_dump(mode="json", exclude_none=True)})
        return made

    def _signed(self, statement: Submission) -> Dsse:
        number = statement.officer
        if number not in self.signers:
            self.signers[number] = self.ceremony.keys.get(f"officers/{number}")
        return dsse(self.signers[number], statement.PURPOSE, statement.to_payload())

    def _draft(self, id: str, channel: str, subject: str, event: Event) -> Draft[Any]:
        return Draft(id, self.code, subject, format_time(now_ms()), self.exchange, channel, event)

    def _sealed(self, history: History, drafts: list[Draft[Any]]) -> list[Signed]:
        """The next envelopes of our ledger, each decided on what the ones before it leave. Raises Refused."""
        key = open_signer(f"file:{self.ceremony.unit_key(self.code)}")
        here, head = history.overlay(), history.ledger(self.code).head
        made = []
        for draft in drafts:
            here.apply(draft, max(here.at, now_ms()))
            made.append(sealed(key, Envelope.after(head, draft, history.seen)))
            head = Head(head.epoch, head.sequence + 1, made[-1].digest)
        return made
