"""Forwarding to a third unit: what a holder asks, what the owner lets go on (MECHANISM 1.2b S10, PROTOCOL 12).

Open from rule version 3 on. What the third unit gets is a ``lead.shared`` of the holder, in the channel of those two,
that embeds the grant: so the grant says everything by which that channel alone can judge it.
"""

from typing import Literal

from contracts.approval import Approvals
from contracts.event import Event
from contracts.fields import Day, Digest, Timestamp, Unit, Uuid
from contracts.lead_terms import ForwardRefusal
from contracts.parts import BasisReference, Grade, Outgoing, Persons, Restrictions
from contracts.vocabulary import DocumentKind, Purpose


class ForwardRequestedSummary(Outgoing):
    """To whom, for what; ``content``: id of the version of the lead that is to go there."""

    kind: Literal[DocumentKind.ENQUIRY]
    recipient: Unit
    purpose: Purpose
    content: Uuid


class ForwardRequested(Event):
    """S10 转递请求."""

    TYPE = "duikou.lead.forward_requested.v1"
    summary: ForwardRequestedSummary
    approval: Approvals


class ForwardGrantedSummary(Outgoing):
    """A firm offer to ``holder`` until ``answer_by``; ``request``: sha-256 of the envelope that asked.

    What the forwarded lead says of itself: this purpose, basis and grade, at least these restrictions, no later review,
    of these persons some or all.
    """

    kind: Literal[DocumentKind.REPLY]
    request: Digest
    holder: Unit
    recipient: Unit
    purpose: Purpose
    content: Uuid
    basis: BasisReference
    grade: Grade
    restrictions: Restrictions
    review_date: Day
    persons: Persons
    answer_by: Timestamp


class ForwardGranted(Event):
    """S10 同意转递: once, to that unit, by that holder."""

    TYPE = "duikou.lead.forward_granted.v1"
    summary: ForwardGrantedSummary
    approval: Approvals


class ForwardRefusedSummary(Outgoing):
    """A closed reason; the real one may stay in the unit."""

    kind: Literal[DocumentKind.REPLY]
    request: Digest
    reason: ForwardRefusal


class ForwardRefused(Event):
    """S10 不同意转递."""

    TYPE = "duikou.lead.forward_refused.v1"
    summary: ForwardRefusedSummary
    approval: Approvals
