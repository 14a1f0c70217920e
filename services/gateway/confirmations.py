"""What one officer did at once, an approver stands by within 24 hours (MECHANISM 2): on our own desk alone."""

from hashlib import sha256

from fastapi import APIRouter

from contracts import desk as said
from contracts.channels import DESK
from contracts.envelope import Envelope
from contracts.fields import Digest
from contracts.refusals import Code, Refused
from services.domain.confirming import alone
from services.gateway import examples
from services.gateway.deps import Answer, Body, ChannelId, Issue, SubjectId
from services.gateway.examples import example
from services.node.commands import minted
from services.node.node import Node

router = APIRouter(prefix="/v1/desk/confirmations", tags=["desk"])
_CONTEXTS = ("enquiry", "lead", "operation")


class ConfirmBody(Body):
    """Which act, by the digest of its event: it stands in the inbox and in the matter's timeline."""

    model_config = example({"event": examples.DIGEST})

    event: Digest


@router.post("/{channel}/{subject}", status_code=202, summary="Confirm what one officer did at once")
def confirm(channel: ChannelId, subject: SubjectId, body: ConfirmBody, issue: Issue) -> Answer:
    """D11 确认: by an approver or head, never by who did it; once. A withdrawal, a cancelling, a pause for safety."""
    act = {"channel": channel, "matter": subject, "event": body.event}
    by = _by(issue.node, channel, subject, body.event)
    return issue.tell(DESK, minted(f"confirmed\n{body.event}"), said.Confirmed, {**act, "by": by})


def _by(node: Node, channel: str, subject: str, event: str) -> str:
    """The officer of ours who did it alone. Raises Refused(unknown_matter): no such act of ours counts there."""
    for context in _CONTEXTS:
        for value in node.replica.values(f"{channel}/{context}/{subject}"):
            if sha256(value).hexdigest() == event:
                draft = Envelope.parse(value).draft(event)
                if draft.source == node.source and (by := alone(draft)):
                    return by
    raise Refused(Code.UNKNOWN_MATTER, "D11")
