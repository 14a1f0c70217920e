"""What one unit asks of the other about a lead: consent, transfer (MECHANISM 1.2b S9, S15, 3.8)."""

from typing import Literal

from contracts.approval import Approvals
from contracts.event import Event
from contracts.fields import Digest, Timestamp, Wire
from contracts.lead_terms import EvidenceUse
from contracts.parts import Outgoing
from contracts.vocabulary import DocumentKind


class EvidenceUseRequestedSummary(Outgoing):
    """For what."""

    kind: Literal[DocumentKind.ENQUIRY]
    use: EvidenceUse


class EvidenceUseRequested(Event):
    """S9 证据使用请求, where the lead is restricted so."""

    TYPE = "duikou.lead.evidence_use_requested.v1"
    summary: EvidenceUseRequestedSummary
    approval: Approvals


class ConsentSummary(Outgoing):
    """``request``: sha-256 of the envelope that asked."""

    kind: Literal[DocumentKind.REPLY]
    request: Digest


class EvidenceUseGranted(Event):
    """S9 同意作为证据使用."""

    TYPE = "duikou.lead.evidence_use_granted.v1"
    summary: ConsentSummary
    approval: Approvals


class EvidenceUseRefused(Event):
    """S9 不同意作为证据使用."""

    TYPE = "duikou.lead.evidence_use_refused.v1"
    summary: ConsentSummary
    approval: Approvals


class TransferOfferedSummary(Outgoing):
    """Until when the offer binds: at most 7 days on."""

    kind: Literal[DocumentKind.ENQUIRY]
    answer_by: Timestamp


class TransferOffered(Event):
    """S15 移交, by the owner's head: the matter becomes the recipient's, its history stays."""

    TYPE = "duikou.lead.transfer_offered.v1"
    summary: TransferOfferedSummary
    approval: Approvals


class TransferAnswerSummary(Wire):
    """``offer``: sha-256 of the envelope that offered it."""

    offer: Digest


class TransferAccepted(Event):
    """S15 同意移交."""

    TYPE = "duikou.lead.transfer_accepted.v1"
    summary: TransferAnswerSummary
    approval: Approvals


class TransferDeclined(Event):
    """S15 不同意移交."""

    TYPE = "duikou.lead.transfer_declined.v1"
    summary: TransferAnswerSummary
    approval: Approvals
