"""A channel between two invented units for tests of rules: the real channel state, streams that a test sets."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.channels import NEWEST, Place
from contracts.pairing import ProposedSummary
from contracts.refusals import Code, Refused
from contracts.trust import ClockProfile
from contracts.vocabulary import Classification, Purpose, Restriction, Role, Urgency
from services.domain import CONTEXTS, advance, pairing
from services.domain.channel import Channel, EncryptionKey, Terms
from services.domain.clocks import DAY, parse_time
from services.domain.rules import Use
from services.domain.trust import Officer, Trust, Unit

OWNER, OTHER = "410000000001", "330000000001"
AUTHOR, APPROVER, DUTY, INTAKE = (f"{n:08}-0000-4000-8000-000000000000" for n in range(1, 5))
EXCHANGE, CHANNEL = "e" * 64, "a" * 52
PAIRING = "9f000000-0000-4000-8000-000000000000"
NOW = parse_time("2021-05-06T02:00:00.000Z")
"""Thursday 6 May 2021, 10:00 at +08:00."""

_ROLES = {AUTHOR: Role.AUTHOR, APPROVER: Role.APPROVER, DUTY: Role.DUTY, INTAKE: Role.INTAKE}


def terms(**changes: Any) -> Terms:
    """Three purposes, all restrictions."""
    offer = ProposedSummary(
        kind="agreement",
        classification=Classification.WORK_SECRET,
        urgency=Urgency.ROUTINE,
        counterpart=OTHER,
        purposes=(Purpose.MANUFACTURE, Purpose.OUTFLOW_TRAFFICKING, Purpose.PARCEL),
        ceiling=tuple(sorted(Restriction)),
        oversight_a="410000000000",
        oversight_b="330000000000",
        term_days=365,
        clocks=ClockProfile(),
        agreement="1" * 64,
        impact_assessment="2" * 64,
        answer_by="2021-04-01T00:00:00.000Z",
    )
    start = NOW - 30 * DAY
    return Terms(OWNER, offer.model_copy(update=changes), start, start + 365 * DAY)


def channel(running: Terms | None = None) -> Channel:
    """Both units with one officer per role; the same numbers on both sides, for rules do not ask whose they are."""
    officers = {
        officer: Officer(OWNER, frozenset({role}), 0, NOW + 365 * DAY, "", b"") for officer, role in _ROLES.items()
    }
    units = {unit: Unit("", ()) for unit in (OWNER, OTHER)}
    key = (EncryptionKey(1, "", 0),)
    return Channel(
        status="open",
        owner="registry",
        id=CHANNEL,
        place=Place.PAIRING,
        members=(OWNER, OTHER),
        trust=Trust(exchange=EXCHANGE, units=units, officers=officers, rule_version=NEWEST),
        pairing=PAIRING,
        terms=running or terms(),
        encryption={OWNER: key, OTHER: key},
    )


@dataclass
class FakeStates:
    """``services.domain.rules.States``; ``then`` judges an event as the log would and keeps what becomes of it."""

    channel: Channel = field(default_factory=channel)
    streams: dict[tuple[str, str], Any] = field(default_factory=dict)
    claimed: dict[str, Use] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """The pairing is in force."""
        running = self.channel.terms or terms()
        begun = pairing.begun(OWNER, OTHER, "3" * 64, running.valid_from, running.valid_until)
        self.streams.setdefault(("pairing", PAIRING), begun)

    @property
    def place(self) -> Place:
        """A pairing's channel."""
        return self.channel.place

    def state(self, context: str, subject: str) -> Any:
        """As set, else INITIAL."""
        return self.streams.get((context, subject), CONTEXTS[context].INITIAL)

    def open(self) -> Iterable[tuple[str, str, Any]]:
        """Streams not at an end."""
        for (context, subject), state in self.streams.items():
            if state.status not in CONTEXTS[context].ENDED:
                yield context, subject, state

    def used(self, what: str) -> Use | None:
        """As claimed."""
        return self.claimed.get(what)

    def then(self, e: Any, at: int) -> Any:
        """Judges and keeps. Raises Refused."""
        outcome = advance(self.state(e.context, e.subject), e, at, self)
        self.streams[e.context, e.subject] = outcome.state
        if outcome.late:
            self.late.append(e.type)
        return outcome.state

    def standing(self, status: pairing.Status) -> None:
        """The pairing comes to stand so."""
        self.streams["pairing", PAIRING] = replace(self.state("pairing", PAIRING), status=status)


def judged(states: FakeStates, e: Any, at: int = NOW) -> Code | None:
    """Why the event would be void; None: it is effective, and kept."""
    try:
        states.then(e, at)
    except Refused as refused:
        return refused.code
    return None
