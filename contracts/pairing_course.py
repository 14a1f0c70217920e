"""What happens to a pairing in its channel beside pause and end: contacts, renewal (MECHANISM 1.1 P5, P8, P9).

Open from rule version 2 on.
"""

from typing import Annotated, Literal

from pydantic import Field

from contracts.approval import Approvals
from contracts.content import Content
from contracts.document import Document
from contracts.event import Event
from contracts.fields import Digest, Timestamp, Uuid, Wire
from contracts.pairing import AnswerSummary
from contracts.vocabulary import Role


class ContactsChangedSummary(Wire):
    """For which desk somebody else answers now: the head's, the intake desk's or the duty desk's."""

    officer: Uuid
    desk: Literal[Role.HEAD, Role.INTAKE, Role.DUTY]


class ContactsChanged(Event):
    """P5 变更联络人."""

    TYPE = "duikou.pairing.contacts_changed.v1"
    summary: ContactsChangedSummary
    content: Content


class RenewalOfferedSummary(Document):
    """A firm offer until ``answer_by``: at most 30 days on and within the term. term_days: added to the term."""

    kind: Literal["agreement"]  # type: ignore[assignment]
    term_days: Annotated[int, Field(ge=1, le=731)]
    agreement: Digest
    impact_assessment: Digest
    answer_by: Timestamp


class RenewalOffered(Event):
    """P8 提议续期, in the last 90 days of the term."""

    TYPE = "duikou.pairing.renewal_offered.v1"
    summary: RenewalOfferedSummary
    approval: Approvals


class RenewalAccepted(Event):
    """P9 同意续期. Names the offer by the sha-256 of its value (WIRE 31)."""

    TYPE = "duikou.pairing.renewal_accepted.v1"
    summary: AnswerSummary
    approval: Approvals
