"""Forwarding a lead to a third unit (MECHANISM 1.2b S10, PROTOCOL 12, L12), in both channels.

Between owner and holder it is asked and answered; between holder and third unit a share embeds the owner's grant, and
is judged by that and by keys and officers of the owner that were copied there. Neither channel looks at the other.
"""

import base64
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from contracts.envelope import Draft, Embedded, event_pae
from contracts.event import Event
from contracts.lead import Shared
from contracts.lead_forwarding import ForwardGranted, ForwardRefused, ForwardRequested
from contracts.profile import ShapeError
from contracts.refusals import Code, Refused
from contracts.vocabulary import Role
from services.domain import keys, offers, signatures
from services.domain.clocks import DAY, in_time, parse_time
from services.domain.lead_state import Forward, Grant, Lead, Origin
from services.domain.rules import States
from services.domain.trust import Trust

FORWARD_SPAN = 7 * DAY
"""ms for which a grant binds, at most: as a transfer."""


# -- between owner and holder: (state, event, at, states); raise Refused -----------------------------------------------


def _request(state: Lead, e: Draft[ForwardRequested], at: int, states: States) -> None:
    """Of a version that stands, to a third unit, once at a time; what was forwarded itself goes no further."""
    summary = e.data.summary
    if state.origin is not None or state.reviewer:
        raise Refused(Code.STATE, "S10")
    if summary.recipient in states.channel.members or summary.content not in state.versions:
        raise Refused(Code.UNKNOWN_MATTER, "S10")
    if any((one.recipient, one.content) == (summary.recipient, summary.content) for one in state.forwards):
        raise Refused(Code.STATE, "S10")


def _grant(state: Lead, e: Draft[ForwardGranted], at: int, states: States) -> None:
    """What was asked and no other; handled no looser, living no longer, naming nobody more than the lead does."""
    summary = e.data.summary
    asked = _asked(state, summary.request)
    named = (summary.recipient, summary.purpose, summary.content, summary.holder)
    if named != (asked.recipient, asked.purpose, asked.content, states.channel.counterpart(e.source)):
        raise Refused(Code.UNKNOWN_MATTER, "S10")
    if state.reviewer or asked.content not in state.versions:
        raise Refused(Code.STATE, "S10")
    if not set(summary.restrictions) >= set(state.restrictions):
        raise Refused(Code.CEILING, "S10")
    if summary.basis.effective is not state.basis:
        raise Refused(Code.BASIS, "S10")
    if summary.review_date > state.review_date or len(summary.persons) > state.persons:
        raise Refused(Code.SHAPE, "S10")
    offers.made(summary.answer_by, at, FORWARD_SPAN)


def _refuse(state: Lead, e: Draft[ForwardRefused], at: int, states: States) -> None:
    _asked(state, e.data.summary.request)


def _asked(state: Lead, request: str) -> Forward:
    found = next((one for one in state.forwards if one.request == request), None)
    if found is None:
        raise Refused(Code.UNKNOWN_MATTER, "S10")
    return found


GUARDS: Mapping[type[Event], Callable[[Lead, Draft[Any], int, States], None]] = MappingProxyType(
    {ForwardRequested: _request, ForwardGranted: _grant, ForwardRefused: _refuse}
)


def _requested(state: Lead, e: Draft[ForwardRequested], at: int) -> dict[str, Any]:
    summary = e.data.summary
    asked = Forward(e.digest, at, summary.recipient, summary.purpose, summary.content)
    return {"forwards": (*state.forwards, asked)}


def _granted(state: Lead, e: Draft[ForwardGranted], at: int) -> dict[str, Any]:
    summary = e.data.summary
    grant = Grant(e.digest, summary.holder, summary.recipient, summary.content, parse_time(summary.answer_by))
    return {"grants": (*state.grants, grant), **_answered(state, e, at)}


def _answered(state: Lead, e: Draft[Any], at: int) -> dict[str, Any]:
    return {"forwards": tuple(one for one in state.forwards if one.request != e.data.summary.request)}


CHANGES: Mapping[type[Event], Callable[[Lead, Draft[Any], int], dict[str, Any]]] = MappingProxyType(
    {ForwardRequested: _requested, ForwardGranted: _granted, ForwardRefused: _answered}
)


# -- between holder and third unit -------------------------------------------------------------------------------------


def check(e: Draft[Shared], embedded: Embedded, at: int, states: States) -> None:
    """A share under a grant: the owner's own word, for this holder, this unit, this lead, in time. Raises Refused."""
    grant = read(embedded)
    if grant.exchange != e.exchange or grant.source in states.channel.members:
        raise Refused(Code.MANDATE, "PROTOCOL 12")
    _vouched(grant, embedded, at, states)
    summary = grant.data.summary
    if summary.holder != e.source:
        raise Refused(Code.WRONG_SIDE, "PROTOCOL 12")
    if summary.recipient != states.channel.counterpart(e.source):
        raise Refused(Code.UNKNOWN_MATTER, "PROTOCOL 12")
    if not in_time(at, parse_time(summary.answer_by)):
        raise Refused(Code.OFFER_LAPSED, "L12")
    _within(e.data.summary, summary)


def read(embedded: Embedded) -> Draft[Any]:
    """The grant that a share embeds. Raises Refused(mandate): it is none."""
    try:
        grant = embedded.parse().draft(embedded.digest)
    except (ShapeError, Refused) as error:
        raise Refused(Code.MANDATE, "PROTOCOL 12") from error
    if not isinstance(grant.data, ForwardGranted):
        raise Refused(Code.MANDATE, "PROTOCOL 12")
    return grant


def _vouched(grant: Draft[Any], embedded: Embedded, at: int, states: States) -> None:
    """By the owner's key and two of its officers, as they were copied and count here now."""
    trust: Trust = states.channel.trust
    if trust.suspended(grant.source, at):
        raise Refused(Code.SUSPENDED, "PROTOCOL 4")
    counting = [key.public for key in trust.keys_of(grant.source).values() if key.counts(at)]
    if not counting:
        raise Refused(Code.MANDATE, "PROTOCOL 12")
    message, signature = event_pae(embedded.value), base64.b64decode(embedded.signature)
    if not any(keys.verifies(public, message, signature) for public in counting):
        raise Refused(Code.SIGNATURES, "PROTOCOL 12")
    signatures.twice(grant, at, trust, Role.APPROVER)


def _within(said: Any, granted: Any) -> None:
    """What the forwarded lead says of itself, against what the owner let go on."""
    if said.category is not granted.purpose:
        raise Refused(Code.PURPOSE, "S10")
    if said.basis != granted.basis:
        raise Refused(Code.BASIS, "S10")
    if not set(said.restrictions) >= set(granted.restrictions):
        raise Refused(Code.CEILING, "S10")
    other = said.grade != granted.grade or not Counter(said.persons) <= Counter(granted.persons)
    if other or said.review_date > granted.review_date:
        raise Refused(Code.SHAPE, "S10")


def origin(e: Draft[Shared]) -> Origin | None:
    """Where an effective share comes from; None: it is its writer's own."""
    if e.data.embedded is None:
        return None
    grant = read(e.data.embedded)
    summary = grant.data.summary
    place = (grant.source, grant.channel, grant.subject)
    return Origin(grant.digest, *place, summary.restrictions, summary.review_date)


def loosens(state: Lead, restrictions: Any) -> bool:
    """Whether the holder would handle a forwarded lead more loosely than its owner let him."""
    return state.origin is not None and not set(restrictions) >= set(state.origin.restrictions)


def outlives(state: Lead, review_date: str) -> bool:
    """Whether a forwarded lead would live longer than its owner let it."""
    return state.origin is not None and review_date > state.origin.review_date
