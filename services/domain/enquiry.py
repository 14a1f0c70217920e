"""Enquiries of a pairing (MECHANISM 1.3). Either unit asks, the other answers.

Rule version 1 opens the form ``info``. A measure request is void ``type`` until the version that brings its rows
(completion, E3 and E4, and the papers of FIELDS 6.7): a rule of a type is never loosened silently (PROTOCOL 1).
"""

from dataclasses import dataclass, replace
from typing import Any

from contracts.enquiry import (
    Answered,
    Asked,
    AskedSummary,
    Cancelled,
    Closed,
    Delivered,
    Received,
    Undertaken,
)
from contracts.enquiry import Refused as EnquiryRefused
from contracts.envelope import Draft
from contracts.event import Event
from contracts.refusals import Code, Refused
from contracts.vocabulary import AnswerCode, Basis, EnquiryForm, EnquiryPurpose, PersonCategory, Role, Term, Urgency
from services.domain import basis, lead, papers
from services.domain.rules import HANDLER, INTAKE_OR_DUTY, Allowed, Rule, Side, Sign, States
