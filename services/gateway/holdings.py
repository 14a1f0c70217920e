"""What of a content's document may be said without opening it: its number, day and matter."""

from datetime import date

from pydantic import BaseModel

from contracts.approval import Approval, DocumentNo
from services.domain.clocks import day, parse_time
from services.domain.signatures import document_no
from services.gateway import examples
from services.gateway.examples import example
from services.node.node import Node
from services.node.reading import Held


class Holding(BaseModel):
    """A document that this node holds; what stands in it is opened under its own record (L7).

    number: absent where one officer answered for it; on: day of its approval, else of the event; state: its matter's.
    """

    model_config = example(examples.HOLDING)

    channel: str
    context: str
    subject: str
    source: str
    type: str
    number: DocumentNo | None
    on: date
    state: str


def holding(node: Node, held: Held) -> Holding:
    """Clear parts only."""
    return Holding(
        channel=held.channel,
        context=held.context,
        subject=held.subject,
        source=held.source,
        type=held.event_type,
        number=document_no(held.draft.data),
        on=day_of(held),
        state=node.folds.history(held.channel).state(held.context, held.subject).status,
    )


def day_of(held: Held) -> date:
    """The day of the approval; where one officer signed, of the event."""
    approvals = getattr(held.draft.data, "approval", None)
    decided = Approval.of(approvals.approval).decided_at if approvals else held.draft.time
    return day(parse_time(decided))
