"""Pairings: as proposed and answered in ``duikou.pairing``, and as lived in their channel. Two rows, one subject."""

from dataclasses import dataclass, field, fields, replace

from contracts.channel import Opened
from contracts.channels import Kind
from contracts.pairing import Proposed, ProposedSummary
from contracts.vocabulary import Purpose, Restriction
from services.domain import channel as channels
from services.domain import pairing
from services.domain.clocks import Clock
from services.domain.counting import clock
from services.verifier import Verdict
from services.views.timeline import Direction, Told, recorded, told
from services.views.view import View, draft_of


@dataclass(frozen=True)
class Agreement(Told, pairing.Pairing):
    """A pairing with its terms; ``standing(now)`` counts the end of its term in."""

    purposes: tuple[Purpose, ...] = ()
    ceiling: tuple[Restriction, ...] = ()
    term_days: int = 0
    clock: Clock = field(default_factory=Clock)


def key(verdict: Verdict) -> str | None:
    """A pairing's stream in its channel begins with the genesis, which is not an event of it (P4)."""
    draft = draft_of(verdict)
    if draft.context == "pairing":
        return draft.stream
    if not isinstance(draft.data, Opened) or draft.data.summary.kind is not Kind.PAIRING:
        return None
    offer = draft.data.embedded.offer
    return f"{draft.channel}/pairing/{offer.parse().subject}" if offer else None


def new(me: str, verdict: Verdict) -> Agreement:
    """Before ``proposed``, or before the genesis."""
    draft = draft_of(verdict)
    if isinstance(draft.data, Opened):
        proposer, other = draft.data.summary.members or ("", "")
    else:
        proposer, other = draft.source, draft.data.summary.counterpart
    sides = {proposer: Direction.OUT, other: Direction.IN}
    return Agreement(direction=sides.get(me, Direction.WATCH))


def step(row: Agreement, verdict: Verdict) -> Agreement:
    """Terms come with the proposal, in the channel with the genesis that embeds it."""
    draft = draft_of(verdict)
    if isinstance(draft.data, Opened):
        begun: Agreement = recorded(_in_force(row, verdict), verdict)
        return begun
    after: Agreement = told(row, verdict)
    return _terms(after, draft.data.summary) if isinstance(draft.data, Proposed) else after


def _in_force(row: Agreement, verdict: Verdict) -> Agreement:
    if draft_of(verdict).data.summary.cut is not None:  # the same agreement, in the channel's next topic
        return row
    opened = channels.genesis(draft_of(verdict), verdict.at)
    if opened.terms is None:
        return row
    terms, other = opened.terms, opened.counterpart(opened.terms.proposer)
    offer = draft_of(verdict).data.embedded.offer.digest
    state = pairing.begun(terms.proposer, other, offer, terms.valid_from, terms.valid_until, terms.oversight)
    begun = replace(row, **{one.name: getattr(state, one.name) for one in fields(state)})
    return _terms(begun, terms.offer)


def _terms(row: Agreement, offer: ProposedSummary) -> Agreement:
    return replace(
        row,
        purposes=offer.purposes,
        ceiling=offer.ceiling,
        term_days=offer.term_days,
        clock=clock(offer.clocks),
    )


PAIRINGS = View("pairings", 3, frozenset({"pairing", "channel"}), Agreement, new, step, key)
