"""Automatic acts (PROTOCOL 12): owed and not done is a fold of the log; any number of workers make one event each."""

import base64
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from contracts.attestations import anchor_of
from contracts.channel import EncryptionKeyPublished, EncryptionKeySummary
from contracts.channels import DESK, OPEN_TYPES
from contracts.enquiry import Delivered as EnquiryDelivered
from contracts.event import Event
from contracts.lead import Delivered, DeliveredSummary, Onward, RemovalAnswered, RemovalSummary
from contracts.lead_course import Expunged, ExpungedSummary
from contracts.oversight import Cause, IncidentReported, IncidentReportedSummary
from contracts.oversight_terms import IncidentKind, Severity
from contracts.refusals import NotYet, Refused
from contracts.vocabulary import AccessKind, RemovalResult
from services import journal
from services.domain import enquiry, lead, lead_course
from services.domain.access import Read
from services.domain.clocks import format_time
from services.domain.desk import Paper, Status
from services.domain.lead_keeping import removed_by_node
from services.domain.signatures import CLOCK_TOLERANCE
from services.node import anchors, forwards, papers
from services.node.commands import duty_id, minted, propose
from services.node.folds import ledger_name, now_ms
from services.verifier import History

if TYPE_CHECKING:
    from services.node.node import Node


def perform(node: "Node") -> bool:
    """One round; whether anything was done. What is refused is left to a person: the inbox shows it."""
    done = [_seal_approved(node)]
    stopped = node.pulse().stopped
    done += [_channel(node, channel) for channel in node.channels() if node.topic(channel) not in stopped]
    return any(done)


def _seal_approved(node: "Node") -> bool:
    """D6 for every approved document that is not in our ledger yet."""
    sealed = False
    for (context, id), held in list(_desk(node).streams.items()):
        approved = context == "desk" and isinstance(held, Paper) and held.status is Status.APPROVED
        if approved and node.ledger.find(duty_id(node.source, id, papers.SEAL)) is None:
            sealed |= _try(partial(papers.seal, node, id, held))
    return sealed


def _desk(node: "Node") -> History:
    """With our own tail where there is one: an approved document is sealed while the line is cut."""
    desk = node.folds.history(DESK)
    unread = node.pulse().beyond(ledger_name(DESK, node.source), desk.ledger(node.source).head)
    return node.folds.deciding(DESK)[0] if unread else desk


def _channel(node: "Node", channel: str) -> bool:
    history = node.folds.history(channel)
    if not history.opened or history.ledger(node.source).frozen:
        return False
    done = _publish_key(node, channel, history)
    for subject, cause, duty, event in owed(node, history):
        id = duty_id(node.source, cause, duty)
        if node.ledger.find(id) is None:
            done |= _try(partial(propose, node, channel, subject, event, id=id))
    return any([done, _report_incidents(node, history), _anchor_desk(node, history)])


def owed(node: "Node", history: History) -> Iterator[tuple[str, str, str, Event]]:
    """(subject, cause, duty, event) of what this unit's node owes by itself. The cause is the matter's subject."""
    for (context, subject), state in list(history.streams.items()):
        if context == "lead" and state.owner == node.source and _past_review(history, state):
            yield subject, subject, "expunged", Expunged(summary=ExpungedSummary())
        elif context == "lead" and state.owner == node.source and forwards.called_back(node, state):
            yield subject, subject, "called_back", Expunged(summary=ExpungedSummary())
        if context not in ("lead", "enquiry") or state.owner == node.source:
            continue
        if context == "lead" and state.status is lead.Status.SENT:
            yield subject, subject, "delivered", Delivered(summary=DeliveredSummary())
        if context == "enquiry" and state.status is enquiry.Status.ASKED:
            yield subject, subject, "delivered", EnquiryDelivered(summary=DeliveredSummary())
        if context == "lead" and _node_removes(history, subject, state):
            yield from _removal(node, history, subject, state)


def _report_incidents(node: "Node", history: History) -> bool:
    """To our own superior, where the two have a channel; once for each lead that was sent back after it was read."""
    back = [
        (duty_id(node.source, subject, "incident_reported"), subject, state)
        for (context, subject), state in list(history.streams.items())
        if context == "lead" and state.misdirected_at
    ]
    new = [one for one in back if node.ledger.find(one[0]) is None]
    above = next((name for name, members in node.supervised() if members[0] == node.source), "") if new else ""
    if not above or not node.present(above):
        return False
    found = ((id, incident(history, subject, state)) for id, subject, state in new)
    return any([_try(partial(propose, node, above, minted(id), event, id=id)) for id, event in found if event])


def _anchor_desk(node: "Node", history: History) -> bool:
    """In the channel with our own superior (L9)."""
    found = anchors.owed(node, history)
    if found is None or node.ledger.find(found[0]) is not None:
        return False
    return _try(partial(propose, node, history.topic.channel, anchor_of(node.source), found[1], id=found[0]))


def incident(history: History, subject: str, state: lead.Lead) -> IncidentReported | None:
    """What both units report of a lead that was sent back; None where its recipient had not opened it (S6).

    No officer and no text: who read when stands in the access records of the lead that is named. How severe it is, the
    follow-up says; the place is the recipient's.
    """
    reads = [read for read in _reads(history, subject) if read.unit != state.owner]
    if not reads:
        return None
    summary = IncidentReportedSummary(
        kind=IncidentKind.DATA_BREACH,
        severity=Severity.ORDINARY,
        at=format_time(min(read.at for read in reads)),
        division=history.channel.trust.units[reads[0].unit].jurisdiction[0],
        cause=Cause(channel=history.channel.id, subject=subject),
    )
    return IncidentReported(summary=summary)


def _past_review(history: History, state: lead.Lead) -> bool:
    """S23: nobody has reviewed it in time and nothing holds it, also by a log whose clock is behind ours."""
    known = Expunged.TYPE in OPEN_TYPES[history.channel.trust.rule_version][history.place]
    return (
        known
        and state.status in lead.RULES[Expunged].when
        and lead_course.past_review(state, now_ms() - CLOCK_TOLERANCE)
    )


def _node_removes(history: History, subject: str, state: lead.Lead) -> bool:
    return removed_by_node(state, printed=any(read.kind == AccessKind.PRINT for read in _reads(history, subject)))


def _reads(history: History, subject: str) -> Iterator[Read]:
    """Who opened the contents of a lead, in the log's order for each content."""
    for what, use in list(history.claims.items()):
        if (use.context, use.subject) == ("lead", subject):
            yield from history.state("access", what.removeprefix("content/")).reads


def _removal(
    node: "Node", history: History, subject: str, state: lead.Lead
) -> Iterator[tuple[str, str, str, RemovalAnswered]]:
    """Until the vault exists this says that the node refuses to open; prints are the officers' to answer for.

    Whoever forwarded a lead answers when those have to whom it went, and names their answers (PROTOCOL 10).
    """
    onward: tuple[Onward, ...] | None = ()
    if state.grants:  # before our own ledgers are read back, the forwarded lead itself may be missing
        onward = forwards.onward(node, history.topic.channel, subject) if node.ledger.is_healed() else None
    if onward is not None:
        said = RemovalSummary(result=RemovalResult.REMOVED, prints_destroyed=0, onward=onward or None)
        yield subject, subject, "removal_answered", RemovalAnswered(summary=said)


def _publish_key(node: "Node", channel: str, history: History) -> bool:
    """A member's first encryption key in a channel, as soon as it is open (WIRE 27)."""
    published = history.channel.encryption.get(node.source, ())
    id = duty_id(node.source, channel, "encryption_key_1")
    if published or node.settings.is_registry or node.ledger.find(id) is not None:
        return False
    number, public = node.keys.generate(channel, 0)
    text, now = base64.b64encode(public).decode(), format_time(now_ms())
    summary = EncryptionKeySummary.model_validate(
        {"number": number, "suite": "MLKEM768_X25519", "key": text, "from": now}
    )
    event = EncryptionKeyPublished(summary=summary)
    return _try(partial(propose, node, channel, channel, event, id=id))


def _try(act: Callable[[], object]) -> bool:
    try:
        act()
    except Refused as refused:
        journal.warning(journal.Said.DUTY_REFUSED, code=refused.code, law=refused.law)
        return False
    except NotYet as later:
        journal.info(journal.Said.DUTY_WAITS, error=later)
        return False
    return True
