"""Liaison postings, their tasks and outreach (MECHANISM 1.5, FIELDS 6.9). Subjects: own random ids of this channel.

A posting's stream holds its outreach; each task has a stream of its own. The unit that sends is the owner of both. Open
from rule version 2 on. Outreach is numbers; no lead has a field that could cite it.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from contracts.approval import Approvals
from contracts.content import Content
from contracts.event import Event
from contracts.fields import Day, Digest, Division, Timestamp, Uuid, Wire, a_set
from contracts.liaison_terms import Audience, Mandate, Partner, Recall, TaskRefusal, TaskResult
from contracts.parts import Outgoing
from contracts.vocabulary import DocumentKind

Members = Annotated[tuple[Uuid, ...], a_set(12, 2)]
Mandates = Annotated[tuple[Mandate, ...], a_set(6, 1)]
Open = Annotated[tuple[Uuid, ...], a_set(60)]


def _tens(value: int) -> int:
    if value % 10:
        raise ValueError("people are counted in tens")
    return value


People = Annotated[int, Field(ge=0, le=1_000_000), AfterValidator(_tens)]
Few = Annotated[int, Field(ge=0, le=100_000)]


class PostingOfferedSummary(Outgoing):
    """Until when it may be accepted, who goes, where, for what; at most 12 months. Names stand in the content."""

    kind: Literal[DocumentKind.POSTING]
    seat: Division
    start: Day
    end: Day
    leader: Uuid
    members: Members
    mandate: Mandates
    answer_by: Timestamp

    @model_validator(mode="after")
    def _led_from_within(self) -> Self:
        if self.leader not in self.members or self.end < self.start:
            raise ValueError("the leader is a member, and the end is not before the start")
        return self


class PostingOffered(Event):
    """L1 提议派驻, by the head of the unit that sends: a firm offer until ``answer_by``."""

    TYPE = "duikou.liaison.posting_offered.v1"
    summary: PostingOfferedSummary
    content: Content
    approval: Approvals


class OfferSummary(Wire):
    """``offer``: sha-256 of the envelope that is agreed to."""

    offer: Digest


class PostingAccepted(Event):
    """L2 同意, by the host's head."""

    TYPE = "duikou.liaison.posting_accepted.v1"
    summary: OfferSummary
    approval: Approvals


class OfficerSummary(Wire):
    """Who says it."""

    officer: Uuid


class ReportedIn(Event):
    """L3 报到, by the host's desk."""

    TYPE = "duikou.liaison.reported_in.v1"
    summary: OfficerSummary


class MemberChangedSummary(Outgoing):
    """The whole team anew."""

    kind: Literal[DocumentKind.POSTING]
    leader: Uuid
    members: Members

    @model_validator(mode="after")
    def _led_from_within(self) -> Self:
        if self.leader not in self.members:
            raise ValueError("the leader is a member")
        return self


class MemberChanged(Event):
    """L4 换员. In force when the host's head has said the same."""

    TYPE = "duikou.liaison.member_changed.v1"
    summary: MemberChangedSummary
    approval: Approvals


class PostingExtendedSummary(Outgoing):
    """The new end, at most 12 months after the old one."""

    kind: Literal[DocumentKind.POSTING]
    end: Day


class PostingExtended(Event):
    """L5 延期, 14 days before the end at the latest. In force when both heads have said the same."""

    TYPE = "duikou.liaison.posting_extended.v1"
    summary: PostingExtendedSummary
    approval: Approvals


class HandoverOfferedSummary(Wire):
    """Every open task, and to whom. Papers and prints are listed in the content."""

    officer: Uuid
    successor: Uuid
    tasks: Open


class HandoverOffered(Event):
    """L6 交接, by the leader."""

    TYPE = "duikou.liaison.handover_offered.v1"
    summary: HandoverOfferedSummary
    content: Content


class HandoverAcceptedSummary(Wire):
    """The successor himself."""

    officer: Uuid
    offer: Digest


class HandoverAccepted(Event):
    """L6 接收: tasks and leadership are the successor's."""

    TYPE = "duikou.liaison.handover_accepted.v1"
    summary: HandoverAcceptedSummary


class PostingEnded(Event):
    """L7 期满撤回: no task is open."""

    TYPE = "duikou.liaison.posting_ended.v1"
    summary: OfficerSummary


class RecalledSummary(Wire):
    """Why."""

    officer: Uuid
    reason: Recall


class Recalled(Event):
    """L7 召回: open tasks fall back to the unit that sent."""

    TYPE = "duikou.liaison.recalled.v1"
    summary: RecalledSummary


class TaskGivenSummary(Wire):
    """For which posting, of which kind, until when.

    enquiry, host_agreed: an investigative task goes on an accepted measure request and the host's word. about: the
    lead or enquiry of this channel that it belongs to; a task about a person has one.
    """

    officer: Uuid
    posting: Uuid
    kind: Mandate
    due_on: Day
    about: Uuid | None = None
    enquiry: Uuid | None = None
    host_agreed: Literal[True] | None = None


class TaskGiven(Event):
    """K1 交办."""

    TYPE = "duikou.liaison.task_given.v1"
    summary: TaskGivenSummary
    content: Content


class TaskTaken(Event):
    """K2 接办, by a member of the team."""

    TYPE = "duikou.liaison.task_taken.v1"
    summary: OfficerSummary


class TaskReturnedSummary(Wire):
    """Why not."""

    officer: Uuid
    reason: TaskRefusal


class TaskReturned(Event):
    """K2 退回."""

    TYPE = "duikou.liaison.task_returned.v1"
    summary: TaskReturnedSummary


class TaskDoneSummary(Wire):
    """What came of it, as a code."""

    officer: Uuid
    result: TaskResult


class TaskDone(Event):
    """K3 办结."""

    TYPE = "duikou.liaison.task_done.v1"
    summary: TaskDoneSummary
    content: Content


class TaskCancelled(Event):
    """K4 撤销, by the unit that gave it."""

    TYPE = "duikou.liaison.task_cancelled.v1"
    summary: OfficerSummary


class OutreachSummary(Wire):
    """Numbers and nobody's name. attended: in tens."""

    officer: Uuid
    on: Day
    division: Division
    audience: Audience
    partner: Partner
    sessions: Few
    attended: People
    leaflets: Few


class OutreachHeld(Event):
    """K5 宣传服务, within 7 days."""

    TYPE = "duikou.liaison.outreach_held.v1"
    summary: OutreachSummary
