"""Pure. What is allowed and what it means: one module per context; ``advance`` is the only caller of their rules."""

from collections.abc import Callable, Iterator
from typing import Any

from contracts.approval import Approval
from contracts.channels import Place
from contracts.content import media_of
from contracts.desk import Approved
from contracts.envelope import Draft
from contracts.fields import EventId, Subject, Uuid, matches
from contracts.lead import Shared
from contracts.refusals import Code, Refused
from services.domain import (
    access,
    channel,
    desk,
    enquiry,
    lead,
    liaison,
    operation,
    outflow,
    oversight,
    pairing,
    signatures,
)
from services.domain.rules import Context, Outcome, Rule, Side, States, Use

CONTEXTS: dict[str, Context] = {
    "access": access,
    "channel": channel,
    "desk": desk,
    "enquiry": enquiry,
    "lead": lead,
    "liaison": liaison,
    "operation": operation,
    "outflow": outflow,
    "oversight": oversight,
    "pairing": pairing,
}
"""Context name -> its module. ``trust`` has no table: its events are mandates (services.domain.trust)."""

_BETWEEN_TWO = frozenset({Place.PAIRING, Place.SUPERVISION})
_SUBJECTS: dict[str, Any] = {
    "access": Uuid,
    "enquiry": Uuid,
    "lead": Uuid,
    "liaison": Uuid,
    "operation": Uuid,
    "outflow": Uuid,
    "oversight": Uuid,
    "pairing": EventId,
}
"""Form of the subject where it is an id (WIRE 19, WIRE-CHOICES B11)."""

_LATE: dict[str, Callable[[Any, Draft[Any], int], bool]] = {
    "channel": channel.late,
    "lead": lead.late,
    "oversight": oversight.late,
}
"""Context -> whether a fact is out of its row though the status is one of the row's (PROTOCOL 1)."""


_ASKED = frozenset({"channel", "oversight"})
"""Contexts whose ``permit`` says for which of a fact's few reasons it is void: of an opening fact, the wrong side."""


def advance(state: Any, e: Draft[Any], at: int, states: States) -> Outcome:
    """The stream's next state. Asked by gateway, intake and auditor alike. Raises Refused: void, with the code.

    Args:
        state: of ``e.stream`` before.
        at: effective time in ms (of the record; for a proposal, what it would be now).
    """
    context = CONTEXTS[e.context]
    rule = context.RULES[type(e.data)]
    if not matches(_SUBJECTS.get(e.context, Subject), e.subject):
        raise Refused(Code.SHAPE, "WIRE 19")
    opened(e, states)
    sign = context.needs(e)
    if e.data.FACT:
        _fact(context, state, e, at, states, rule)
        signatures.check(e, at, states, rule, sign)
        _media(e)
        late = state.status not in rule.when or (e.context in _LATE and _LATE[e.context](state, e, at))
        return Outcome(context.evolve(state, e, at), late)
    _permission(context, state, e, at, states, rule)
    signatures.check(e, at, states, rule, sign)
    _once(e, states)
    return Outcome(context.evolve(state, e, at))


def opened(e: Draft[Any], states: States) -> None:
    """A member of the summary that a later rule version brought is surplus here (PROTOCOL 1, WIRE-CHOICES B12).

    The log asks before who wrote it, as it asks for the model. Raises Refused(shape).
    """
    version = states.channel.trust.rule_version
    if any(version < since and getattr(e.data.summary, name) is not None for name, since in e.data.SINCE.items()):
        raise Refused(Code.SHAPE, "PROTOCOL 1")


def _fact(context: Context, state: Any, e: Draft[Any], at: int, states: States, rule: Rule) -> None:
    """A fact is void for little: no matter, wrong side, signatures, shape (PROTOCOL 1; for channel.* A9)."""
    if e.context == "access":
        if states.used(f"content/{e.subject}") is None or e.subject != e.data.summary.content:
            raise Refused(Code.UNKNOWN_MATTER, "L7")
        return
    if state == context.INITIAL and not rule.opens:
        raise Refused(Code.UNKNOWN_MATTER, rule.row)
    _side(state, e, rule)
    if e.context in _ASKED:
        context.permit(state, e, at, states)


def _suspended(source: str, at: int, states: States) -> bool:
    """Either side, in this channel; never on a desk.

    That is judged by the trust of today, where a suspension has an end and no beginning: what was written before would
    be judged otherwise. What leaves the desk is judged in its channel (decision 9).
    """
    if states.channel.place is Place.DESK:
        return False
    trust, other = states.channel.trust, states.channel.counterpart(source)
    return any(trust.suspended(unit, at) for unit in (source, other))


def _permission(context: Context, state: Any, e: Draft[Any], at: int, states: States, rule: Rule) -> None:
    if _suspended(e.source, at, states):
        raise Refused(Code.SUSPENDED, "PROTOCOL 4")
    if state == context.INITIAL and not rule.opens:
        raise Refused(Code.UNKNOWN_MATTER, rule.row)
    if state.status not in rule.when:
        raise Refused(Code.STATE, rule.row)
    _side(state, e, rule)
    if not pairing.allows(rule, at, states):
        raise Refused(Code.PAIRING_STATE, "L6")
    context.permit(state, e, at, states)


def _side(state: Any, e: Draft[Any], rule: Rule) -> None:
    wrong = (rule.by is Side.OWNER and e.source != state.owner) or (rule.by is Side.OTHER and e.source == state.owner)
    if wrong:
        raise Refused(Code.WRONG_SIDE, rule.row)


def _media(e: Draft[Any]) -> None:
    content = getattr(e.data, "content", None)
    if content is not None and e.context != "desk" and content.media != media_of(e.type):
        raise Refused(Code.SHAPE, "WIRE 25")


def _once(e: Draft[Any], states: States) -> None:
    """Content ids, grants and document numbers stand once; the recipient can open what is shared with it."""
    _media(e)
    for what, code in _claims(e):
        if states.used(what) is not None:
            raise Refused(code, "WIRE 18")
    content = getattr(e.data, "content", None)
    if content is not None and states.place in _BETWEEN_TWO and not _wrapped_for_recipient(e, content, states):
        raise Refused(Code.NO_RECIPIENT_KEY, "PROTOCOL 8")


def _wrapped_for_recipient(e: Draft[Any], content: Any, states: States) -> bool:
    recipient = states.channel.counterpart(e.source)
    numbers = {key.number for key in states.channel.newest_keys(recipient)}
    return any(wrap.half == "ku" and wrap.holder == recipient and wrap.number in numbers for wrap in content.wraps)


def _claims(e: Draft[Any]) -> Iterator[tuple[str, Code]]:
    content = getattr(e.data, "content", None)
    if content is not None:
        yield f"content/{content.id}", Code.CONTENT_USED
    if isinstance(e.data, Shared) and e.data.embedded is not None:
        yield f"grant/{e.data.embedded.digest}", Code.CONTENT_USED
    document = signatures.document_no(e.data)
    if document is not None:
        yield desk.number_key(e.source, e.channel, document), Code.NUMBER_USED


def uses(e: Draft[Any]) -> list[str]:
    """What an effective event uses up: content id and document number, also a number approved on the desk."""
    found = [what for what, _ in _claims(e)]
    if isinstance(e.data, Approved) and e.data.summary.document is not None:
        approval = Approval.of(e.data.embedded.statement)
        found.append(desk.number_key(e.source, approval.channel, e.data.summary.document))
    return found


__all__ = ["CONTEXTS", "Outcome", "Use", "advance", "opened", "uses"]
