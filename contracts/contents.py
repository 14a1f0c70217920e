"""Which content belongs to which event, and whether it says what the clear summary says (FIELDS 6.3-6.7)."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from contracts import (
    enquiry,
    enquiry_content,
    enquiry_course,
    lead,
    lead_content,
    lead_course,
    lead_course_content,
    lead_phone,
    liaison,
    liaison_content,
    operation,
    operation_content,
    oversight,
    oversight_content,
    pairing_content,
    pairing_course,
    profile,
    report,
)
from contracts.content_model import ContentError, ContentModel

MODELS: Mapping[str, type[ContentModel]] = MappingProxyType(
    {
        enquiry.Answered.TYPE: enquiry_content.AnsweredContent,
        enquiry.Asked.TYPE: enquiry_content.AskedContent,
        enquiry.Undertaken.TYPE: enquiry_content.UndertakenContent,
        enquiry_course.AnswerCorrected.TYPE: enquiry_content.AnswerCorrectedContent,
        enquiry_course.Completed.TYPE: enquiry_content.CompletedContent,
        lead.Accepted.TYPE: lead_content.AcceptedContent,
        lead.FeedbackGiven.TYPE: lead_content.FeedbackContent,
        lead.OutcomeRecorded.TYPE: lead_content.OutcomeContent,
        lead.RemovalAnswered.TYPE: lead_content.RemovalContent,
        lead.Shared.TYPE: lead_content.LeadContent,
        lead.Supplemented.TYPE: lead_content.SupplementContent,
        lead_course.Corrected.TYPE: lead_course_content.CorrectedContent,
        lead_course.Held.TYPE: lead_course_content.HeldContent,
        lead_course.Reopened.TYPE: lead_course_content.ReopenedContent,
        lead_phone.PhoneRecorded.TYPE: lead_content.LeadContent,
        liaison.HandoverOffered.TYPE: liaison_content.HandoverContent,
        liaison.PostingOffered.TYPE: liaison_content.PostingContent,
        liaison.TaskDone.TYPE: liaison_content.ResultContent,
        liaison.TaskGiven.TYPE: liaison_content.TaskContent,
        operation.CustodyHandedOver.TYPE: operation_content.CustodyContent,
        operation.EvidenceHandedOver.TYPE: operation_content.EvidenceContent,
        operation.PlanAmended.TYPE: operation_content.PlanContent,
        operation.Proposed.TYPE: operation_content.PlanContent,
        operation.TeamArrived.TYPE: operation_content.ArrivedContent,
        operation.TeamDispatched.TYPE: operation_content.TeamContent,
        oversight.IncidentClosed.TYPE: oversight_content.IncidentContent,
        oversight.IncidentFollowedUp.TYPE: oversight_content.IncidentContent,
        oversight.IncidentReported.TYPE: oversight_content.IncidentContent,
        oversight.RedressDecided.TYPE: oversight_content.DecisionContent,
        oversight.RedressOpened.TYPE: oversight_content.RedressContent,
        oversight.SupervisionAnswered.TYPE: oversight_content.SupervisionContent,
        oversight.SupervisionOpened.TYPE: oversight_content.SupervisionContent,
        oversight.SupervisionReturned.TYPE: oversight_content.SupervisionContent,
        oversight.SupervisionSuggested.TYPE: oversight_content.SupervisionContent,
        report.ContributionSealed.TYPE: oversight_content.ReportContent,
        report.ReportRestated.TYPE: oversight_content.ReportContent,
        report.ReportSubmitted.TYPE: oversight_content.ReportContent,
        pairing_course.ContactsChanged.TYPE: pairing_content.ContactsContent,
    }
)
"""Event type -> model of its content. Types that are not here carry none."""


def read_plain(event_type: str, plain: bytes, summary: Any, on: date) -> ContentModel:
    """A decrypted content by its model, compared with its summary. ``on``: day of the approval, +08:00.

    Raises ValueError: ShapeError, pydantic.ValidationError, or ContentError naming members of the summary.
    """
    profile.read_content(plain)
    content = MODELS[event_type].model_validate_json(plain)
    different = content.differs(summary, on)
    if different:
        raise ContentError(*(f"{name}: summary and content differ" for name in different))
    return content
