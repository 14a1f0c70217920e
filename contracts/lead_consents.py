"""What the recipient asks the owner's consent for (MECHANISM 1.2b S9, 3.8)."""

from typing import Literal

from contracts.approval import Approvals
from contracts.event import Event
from contracts.fields import Digest
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
