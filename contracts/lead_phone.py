"""Phone first 电话先行·补录 (MECHANISM 1.2c, FIELDS 6.10). Subject: the record's own random id; its lead names it.

The legal clock stays the log's time; statistics may use ``told_at`` only where it was confirmed.
"""

from typing import Literal

from contracts.approval import Approvals
from contracts.content import Content
from contracts.event import Event
from contracts.fields import Timestamp, Uuid, Wire
from contracts.lead import LeadSummary
from contracts.lead_terms import Line, PhoneDispute
from contracts.vocabulary import Urgency


class PhoneRecordedSummary(LeadSummary):
    """The fields of a lead; who told whom, when, how, and who approved by voice. Only what is urgent is told first."""

    urgency: Literal[Urgency.URGENT]
    told_at: Timestamp
    told_by: Uuid
    told_to: Uuid
    spoken_approver: Uuid
    line: Line


class PhoneRecorded(Event):
    """F2 补录, within 24 h: the head signs now what he approved by voice."""

    TYPE = "duikou.lead.phone_recorded.v1"
    summary: PhoneRecordedSummary
    content: Content
    approval: Approvals


class PhoneConfirmedSummary(Wire):
    """The officer who was told, or whoever has the desk now."""

    officer: Uuid
    told_at: Timestamp


class PhoneConfirmed(Event):
    """F3 确认: time and content."""

    TYPE = "duikou.lead.phone_confirmed.v1"
    summary: PhoneConfirmedSummary


class PhoneDisputedSummary(Wire):
    """What is not so."""

    officer: Uuid
    dispute: PhoneDispute


class PhoneDisputed(Event):
    """F3 有异议."""

    TYPE = "duikou.lead.phone_disputed.v1"
    summary: PhoneDisputedSummary
