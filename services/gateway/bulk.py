"""Several at once (MECHANISM 4 "bulk answers"): signed for by multi-select, signed on each paper's own digest.

Every one is an act of its own under a key of its own, which follows from the call's: one that is refused hinders no
other, and the whole call may be sent again. That an approver has opened a paper's content is not asked: opening a draft
of the own unit is written to the node's journal and is no event.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from contracts import enquiry, lead, oversight
from contracts.channels import DESK
from contracts.event import Event
from contracts.fields import Channel, Subject
from contracts.refusals import NotYet, Refused
from contracts.vocabulary import ApproverAnswer, Role
from services.gateway import desk, examples
from services.gateway.deps import Answer, Body, Commands, Deputising, Issue, IssueAsDeputy, NodeOf, command, settled
from services.gateway.desk import SignedBody, ToSign, to_sign
from services.gateway.examples import example
from services.gateway.problems import KeyReusedError
from services.node import papers
from services.node.parsing import InvalidError

router = APIRouter(tags=["several"])
AT_ONCE, PAPERS_AT_ONCE = 50, 10
RECEIVED: dict[str, type[Event]] = {
    "enquiry": enquiry.Received,
    "lead": lead.Received,
    "oversight": oversight.SupervisionReceived,
}


class MatterBody(Body):
    """One matter."""

    channel: Channel
    context: Literal["enquiry", "lead", "oversight"]
    subject: Subject


class ReceiveBody(Body):
    """Which matters are signed for."""

    model_config = example({"matters": [{"channel": examples.CHANNEL, "context": "lead", "subject": examples.SUBJECT}]})

    matters: Annotated[tuple[MatterBody, ...], Field(min_length=1, max_length=AT_ONCE)]


class SignedPaper(SignedBody):
    """A paper and the statement that was signed about it."""

    model_config = example({"paper": examples.SUBJECT, "signed": examples.SIGNED})

    paper: Subject


class SignaturesBody(Body):
    """``author`` submits; ``approver`` and ``head`` approve."""

    model_config = example({"role": "approver", "papers": [{"paper": examples.SUBJECT, "signed": examples.SIGNED}]})

    role: Literal[Role.AUTHOR, Role.APPROVER, Role.HEAD]
    papers: Annotated[tuple[SignedPaper, ...], Field(min_length=1, max_length=PAPERS_AT_ONCE)]


class PaperToSign(ToSign):
    """What to sign about one of the papers."""

    model_config = example({"paper": examples.SUBJECT, **examples.TO_SIGN})

    paper: str


class Result(BaseModel):
    """What became of one: pending, recorded, void; or refused (code, law), not_yet: send the call again."""

    model_config = example(
        {"subject": examples.SUBJECT, "status": "recorded", "event_id": examples.EVENT, "after": f"{examples.TOPIC}@12"}
    )

    subject: str
    status: str
    code: str = ""
    law: str = ""
    event_id: str = ""
    after: str = ""


@router.post("/v1/inbox/received", summary="Sign for several matters")
def received(body: ReceiveBody, issue: Issue) -> list[Result]:
    """S3, E2, V2 签收 of up to 50, in any of our channels; one result each, in their order."""
    acts = {(one.channel, one.subject): RECEIVED[one.context] for one in body.matters}
    return _each(issue, acts, lambda single, at: single.tell(*at, acts[at], {}))


@router.get("/v1/papers/statements", summary="What to sign about several documents")
def statements(
    node: NodeOf,
    caller: Deputising,
    role: Annotated[Literal[Role.AUTHOR, Role.APPROVER, Role.HEAD], Query(description="author, approver or head")],
    paper: Annotated[tuple[Subject, ...], Query(min_length=1, max_length=PAPERS_AT_ONCE, description="The papers")],
    answers: Annotated[tuple[ApproverAnswer, ...], Query(description="What the approver answered, of each")] = (),
) -> list[PaperToSign]:
    """One statement a paper, on its own digest; document numbers follow each other in this order."""
    found = papers.statements(node, paper, caller.id, role, tuple(sorted(answers)))
    key = caller.enrolment.key
    return [PaperToSign(paper=id_, **to_sign(one, key).model_dump()) for id_, one in zip(paper, found, strict=True)]


@router.post("/v1/papers/signatures", summary="Submit or approve several documents")
def signatures(body: SignaturesBody, issue: IssueAsDeputy) -> list[Result]:
    """D3 or D5 of up to 10, in their order; one result each.

    A document number that would leave a gap, because the paper before it was refused, is refused too (FIELDS 6.1).
    """
    given = {(DESK, one.paper): one for one in body.papers}
    act = desk.submission if body.role is Role.AUTHOR else desk.approval
    return _each(issue, given, lambda single, at: act(at[1], given[at], single))


def _each(
    issue: Commands, each: Iterable[tuple[str, str]], act: Callable[[Commands, tuple[str, str]], Answer]
) -> list[Result]:
    """All are said before any is waited for; they share the seconds of the call."""
    until = time.monotonic() + issue.wait
    said = [_one(replace(issue, key=f"{issue.key}/{'/'.join(at)}", wait=0), at, act) for at in each]
    return [_settled(issue, one, until) for one in said]


def _one(issue: Commands, at: tuple[str, str], act: Callable[[Commands, tuple[str, str]], Answer]) -> Result:
    subject = at[1]
    try:
        done = act(issue, at)
    except Refused as refused:
        return Result(subject=subject, status="refused", code=refused.code, law=refused.law)
    except NotYet:
        return Result(subject=subject, status="not_yet", code="not_yet")
    except InvalidError:
        return Result(subject=subject, status="refused", code="invalid")
    except KeyReusedError:
        return Result(subject=subject, status="refused", code="key_reused", law="WIRE 29")
    return _told(done)


def _told(done: Answer) -> Result:
    named = {name: getattr(done, name) for name in Result.model_fields}
    return Result(**named)


def _settled(issue: Commands, one: Result, until: float) -> Result:
    if one.status != "pending":
        return one
    found = settled(issue.node, command(issue.node, one.event_id), max(0.0, until - time.monotonic()))
    after = f"{found.topic}@{found.offset}" if found.topic else one.after
    return one.model_copy(update={"status": found.status, "code": found.code, "law": found.law, "after": after})
