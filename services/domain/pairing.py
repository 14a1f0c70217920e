"""Formal pairings (MECHANISM 1.1, L6, L12). Proposed and answered in ``duikou.pairing``; lived in their channel."""

from dataclasses import dataclass, replace
from typing import Any

from contracts.channels import Place
from contracts.envelope import Draft
from contracts.event import Event
from contracts.pairing import Accepted, Declined, Ended, EndingAnnounced, Proposed, Resumed, Suspended
from contracts.pairing_course import ContactsChanged, RenewalAccepted, RenewalOffered
from contracts.refusals import Code, Refused
from contracts.vocabulary import Role, Term
from services.domain import offers
from services.domain.clocks import DAY, parse_time
from services.domain.rules import HEAD, THIRD, Allowed, Rule, Side, Sign, States

_OFFERED = ("liaison", "operation")
"""Contexts whose matters begin as a firm offer."""
CLOSING_SPAN = 30 * DAY
"""ms of 收尾 after the term is over or the ending was announced."""
ANSWER_SPAN = (3 * DAY, 60 * DAY)
RENEWAL_SPAN = 90 * DAY
"""ms before the end of the term in which it may be renewed."""
RENEWAL_ANSWER_SPAN = (3 * DAY, 30 * DAY)


class Status(Term):
    """Where a pairing stands."""

    ABSENT = "absent", "无", "absent"
    PROPOSED = "proposed", "待答复", "proposed"
    ACCEPTED = "accepted", "已同意", "accepted"
    DECLINED = "declined", "不同意", "declined"
    IN_FORCE = "in_force", "生效", "in force"
    SUSPENDED = "suspended", "暂停", "suspended"
    CLOSING = "closing", "收尾", "closing"
    ENDED = "ended", "终止", "ended"


@dataclass(frozen=True)
class Renewal:
    """An offer to renew: digest of its envelope, who made it, until when it binds (ms), days it adds."""

    offer: str
    by: str
    answer_by: int
    term_days: int


@dataclass(frozen=True)
class Pairing:
    """One stream in ``duikou.pairing`` and, under the same subject, one in the channel. Times in ms.

    offer, answer: digests of the envelopes; the answer's makes the channel id. renewal: the offer to renew that stands.
    oversight: units that read the channel besides its two, of the proposer's side first.
    """

    status: Status = Status.ABSENT
    owner: str = ""
    counterpart: str = ""
    offer: str = ""
    answer: str = ""
    answer_by: int = 0
    valid_from: int = 0
    valid_until: int = 0
    flags: tuple[str, ...] = ()
    announcer: str = ""
    closing_from: int = 0
    renewal: Renewal | None = None
    oversight: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[str, str]:
        """The two units."""
        return self.owner, self.counterpart

    def standing(self, at: int) -> Status:
        """The status with the end of the term counted in: nothing is ever stored for it (PROTOCOL 5)."""
        if not self.valid_until or at < self.valid_until:
            return self.status
        if at >= self.valid_until + CLOSING_SPAN:
            return Status.ENDED
        return Status.CLOSING if self.status is Status.IN_FORCE else self.status

    def asleep(self, spoke: int, at: int, days: int) -> bool:
        """休眠 at ``at``: in force, and no matter of the channel moved for ``days`` days (MECHANISM 1.0).

        spoke: ms of the last event of a matter; 0 before the first.
        """
        return self.standing(at) is Status.IN_FORCE and at - max(spoke, self.valid_from) >= days * DAY


INITIAL = Pairing()
ENDED = frozenset({Status.DECLINED, Status.ENDED})
RULES: dict[type[Event], Rule] = {
    Proposed: Rule("P1", Side.OPENER, frozenset({Status.ABSENT}), Status.PROPOSED, Sign.HEAD, Allowed.ALWAYS),
    Accepted: Rule("P2", Side.OTHER, frozenset({Status.PROPOSED}), Status.ACCEPTED, Sign.HEAD, Allowed.ALWAYS),
    Declined: Rule("P3", Side.OTHER, frozenset({Status.PROPOSED}), Status.DECLINED, Sign.HEAD, Allowed.ALWAYS),
    ContactsChanged: Rule(
        "P5", Side.EITHER, frozenset({Status.IN_FORCE}), None, Sign.ONE, Allowed.ALWAYS, (Role.INTAKE,)
    ),
    RenewalOffered: Rule("P8", Side.EITHER, frozenset({Status.IN_FORCE}), None, Sign.HEAD, Allowed.ALWAYS),
    RenewalAccepted: Rule("P9", Side.EITHER, frozenset({Status.IN_FORCE}), None, Sign.HEAD, Allowed.ALWAYS),
    Suspended: Rule(
        "P6",
        Side.EITHER,
        frozenset({Status.IN_FORCE, Status.CLOSING, Status.SUSPENDED}),
        Status.SUSPENDED,
        Sign.ONE,
        Allowed.ALWAYS,
        HEAD,
    ),
    Resumed: Rule("P7", Side.EITHER, frozenset({Status.SUSPENDED}), None, Sign.HEAD, Allowed.ALWAYS),
    EndingAnnounced: Rule(
        "P10",
        Side.EITHER,
        frozenset({Status.IN_FORCE, Status.SUSPENDED}),
        Status.CLOSING,
        Sign.HEAD,
        Allowed.ALWAYS,
    ),
    Ended: Rule("P11", Side.EITHER, frozenset({Status.CLOSING}), Status.ENDED, Sign.ONE, Allowed.ALWAYS, HEAD),
}


def begun(
    owner: str, counterpart: str, offer: str, valid_from: int, valid_until: int, oversight: tuple[str, ...] = ()
) -> Pairing:
    """The pairing's stream in its channel begins in force with the genesis' terms (P4)."""
    begun = Pairing(Status.IN_FORCE, owner, counterpart, offer, valid_from=valid_from, valid_until=valid_until)
    return replace(begun, oversight=oversight)


def permit(state: Pairing, e: Draft[Any], at: int, states: States) -> None:
    """What the rows cannot say, and the rows again with the end of the term counted in (WIRE 20)."""
    if state.standing(at) not in RULES[type(e.data)].when:
        raise Refused(Code.STATE, "WIRE 20")
    match e.data:
        case Proposed():
            _proposal(e, at, states)
        case Accepted() | Declined():
            _answer(state, e, at, states)
        case Suspended() if e.source in state.flags:
            raise Refused(Code.STATE, "P6")
        case Resumed() if e.source not in state.flags:
            raise Refused(Code.WRONG_SIDE, "P7")
        case Ended():
            _end(state, e, at, states)
        case RenewalOffered():
            _offer_renewal(state, e, at)
        case RenewalAccepted():
            _accept_renewal(state, e, at)
        case _:
            pass


def _proposal(e: Draft[Proposed], at: int, states: States) -> None:
    summary, trust = e.data.summary, states.channel.trust
    if e.subject != e.id:
        raise Refused(Code.SHAPE, "WIRE 19")
    if summary.counterpart == e.source or summary.counterpart not in trust.units:
        raise Refused(Code.UNKNOWN_MATTER, "P1")
    if trust.suspended(summary.counterpart, at):
        raise Refused(Code.SUSPENDED, "PROTOCOL 4")
    chains = (trust.chain(e.source), trust.chain(summary.counterpart))
    if summary.oversight_a not in chains[0] or summary.oversight_b not in chains[1]:
        raise Refused(Code.WRONG_SIDE, "MECHANISM 3.1")
    offers.made(summary.answer_by, at, ANSWER_SPAN[1], ANSWER_SPAN[0])


def _answer(state: Pairing, e: Draft[Any], at: int, states: States) -> None:
    """The offer binds its maker until its deadline, so an answer never races a revocation (L12)."""
    if states.channel.trust.suspended(state.owner, at):
        raise Refused(Code.SUSPENDED, "PROTOCOL 4")
    if e.source != state.counterpart:
        raise Refused(Code.WRONG_SIDE, "P2")
    offers.answered(e.data.summary.offer, state.offer, state.answer_by, at)


def _end(state: Pairing, e: Draft[Any], at: int, states: States) -> None:
    """By the announcer, when every matter is closed or 30 days are over.

    From rule version 3 on a firm offer that lapsed is no open matter: nobody can answer it or take it back (L12).
    """
    if e.source != state.announcer:
        raise Refused(Code.WRONG_SIDE, "P11")
    lapses = states.channel.trust.rule_version >= THIRD
    matters = [
        subject
        for context, subject, matter in states.open()
        if context in ("lead", "enquiry") or (context in _OFFERED and not (lapses and matter.lapsed(at)))
    ]
    if matters and at < state.closing_from + CLOSING_SPAN:
        raise Refused(Code.STATE, "P11")


def _offer_renewal(state: Pairing, e: Draft[RenewalOffered], at: int) -> None:
    """In the last 90 days; binding within the term, so that an answer in time finds the pairing in force (L12)."""
    if at < state.valid_until - RENEWAL_SPAN:
        raise Refused(Code.STATE, "P8")
    if state.renewal is not None and at < state.renewal.answer_by:
        raise Refused(Code.STATE, "L12")
    offers.made(
        e.data.summary.answer_by, at, min(RENEWAL_ANSWER_SPAN[1], state.valid_until - at), RENEWAL_ANSWER_SPAN[0]
    )


def _accept_renewal(state: Pairing, e: Draft[RenewalAccepted], at: int) -> None:
    if state.renewal is None:
        raise Refused(Code.UNKNOWN_MATTER, "WIRE 31")
    if e.source == state.renewal.by:
        raise Refused(Code.WRONG_SIDE, "P9")
    offers.answered(e.data.summary.offer, state.renewal.offer, state.renewal.answer_by, at)


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """Flags stand per side; in force again only when no side's flag stands (P7)."""
    changes: dict[str, Any] = {}
    match e.data:
        case Proposed(summary=summary):
            until = parse_time(summary.answer_by)
            named = {"owner": e.source, "counterpart": summary.counterpart, "offer": e.digest, "answer_by": until}
            changes = {**named, "oversight": (summary.oversight_a, summary.oversight_b)}
        case Accepted():
            changes = {"answer": e.digest}
        case Suspended():
            changes = {"flags": tuple(sorted({*state.flags, e.source}))}
        case Resumed():
            changes = _resumed(state, e.source)
        case RenewalOffered(summary=summary):
            changes = {"renewal": Renewal(e.digest, e.source, parse_time(summary.answer_by), summary.term_days)}
        case RenewalAccepted():
            changes = {"valid_until": state.valid_until + state.renewal.term_days * DAY, "renewal": None}
        case EndingAnnounced():
            changes = {"announcer": e.source, "closing_from": at}
        case _:
            pass
    then = RULES[type(e.data)].then
    return replace(state, **({} if then is None else {"status": then}), **changes)


def _resumed(state: Any, source: str) -> dict[str, Any]:
    flags = tuple(flag for flag in state.flags if flag != source)
    if flags:
        return {"flags": flags}
    return {"flags": flags, "status": Status.CLOSING if state.closing_from else Status.IN_FORCE}


def needs(e: Draft[Any]) -> Sign:
    """As the row says."""
    return RULES[type(e.data)].sign


_STANDINGS = {
    Allowed.NEW: frozenset({Status.IN_FORCE}),
    Allowed.GOING_ON: frozenset({Status.IN_FORCE, Status.CLOSING}),
}


def allows(rule: Rule, at: int, states: States) -> bool:
    """The allowed-in table of a pairing (MECHANISM 1.1): obligations outlive permission."""
    if rule.allowed is Allowed.ALWAYS or states.place is not Place.PAIRING:
        return True
    pairing: Pairing = states.state("pairing", states.channel.pairing)
    return pairing.standing(at) in _STANDINGS[rule.allowed]
