"""What is owed, computed now: nothing of it is stored, so nothing of it can be stale (MECHANISM 1.0)."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from contracts.channels import TRUST
from services.domain.clocks import format_time
from services.domain.confirming import may_confirm
from services.domain.counting import calendar_of
from services.gateway import examples, reports
from services.gateway.auth import Caller
from services.gateway.deps import Asking
from services.gateway.examples import example
from services.gateway.rows import Viewing
from services.node.folds import now_ms
from services.views.inbox import INBOX, Group, Item, Kind, clocks, due_items, groups, in_order
from services.views.pairings import PAIRINGS
from services.views.view import stream

router = APIRouter(tags=["inbox"])
LIMIT = 500


class DueItem(BaseModel):
    """One thing owed. ``due`` empty: nobody has published that year's calendar, and nothing is guessed.

    event: digest of the act that is to be confirmed. groups: of which it is, as codes; a group may be asked for alone.
    category, category_zh: of a lead; of other matters empty.
    """

    model_config = example(examples.DUE_ITEM)

    channel: str
    context: str
    subject: str
    kind: str
    zh: str
    category: str
    category_zh: str
    due: str
    overdue: bool
    ours: bool
    event: str = ""
    groups: list[str] = []


@router.get("/v1/inbox", summary="What is due")
def inbox(
    views: Viewing,
    caller: Asking,
    whose: Annotated[str, Query(pattern="^(ours|theirs|all)$", description="Who owes it")] = "ours",
    group: Annotated[Group | None, Query(description="Only of this group")] = None,
) -> list[DueItem]:
    """All matters, pairing offers, documents and reports, soonest first, at most 500; ``overdue`` is counted now.

    What one officer did at once is shown to those who may confirm it.
    """
    trust = views.node.folds.history(TRUST).channel.trust
    rows, profiles = dict(views.all(INBOX)), clocks(dict(views.all(PAIRINGS)))
    now, calendar = now_ms(), calendar_of(trust)
    items = in_order([*due_items(rows, now, calendar, profiles), *reports.due_items(views.node, now, calendar)])
    chosen = (item for item in items if whose == "all" or item.mine is (whose == "ours"))
    found = ((item, groups(item, now)) for item in chosen if _for(item, caller))
    return [_shown(item, of) for item, of in found if group is None or group in of][:LIMIT]


def _for(item: Item, caller: Caller) -> bool:
    """Nobody is asked to confirm what he did himself."""
    return item.kind is not Kind.CONFIRM_ACT or may_confirm(caller.id, caller.enrolment.roles, item.by)


def _shown(item: Item, of: tuple[Group, ...]) -> DueItem:
    at = stream(item.key)
    return DueItem(
        channel=at.channel,
        context=at.context,
        subject=at.subject,
        kind=item.kind,
        zh=item.kind.zh,
        category=item.category or "",
        category_zh=item.category.zh if item.category else "",
        due="" if item.due is None else format_time(item.due),
        overdue=item.overdue,
        ours=item.mine,
        event=item.event,
        groups=list(of),
    )
