"""What is owed, computed now: nothing of it is stored, so nothing of it can be stale (MECHANISM 1.0)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.gateway.rows import DueNow, Page, Viewing, matter
from services.views.cases import CASES
from services.views.enquiries import ENQUIRIES

router = APIRouter(tags=["inbox"])
LIMIT = 500


@router.get("/v1/inbox", summary="What is due")
def inbox(
    views: Viewing,
    whose: Annotated[str, Query(pattern="^(ours|theirs|all)$", description="Who owes it")] = "ours",
) -> Page:
    """Leads and enquiries with something due, soonest first, at most 500; ``overdue`` is counted now."""
    rows: list[tuple[str, Any]] = [*views.all(CASES), *views.all(ENQUIRIES)]
    found = [matter(views.node, key, row) for key, row in rows]
    chosen = [one for one in found if one.due_unknown or any(_wanted(due, whose) for due in one.due)]
    return Page(items=sorted(chosen, key=lambda one: one.due[0].at if one.due else "")[:LIMIT])


def _wanted(due: DueNow, whose: str) -> bool:
    return whose == "all" or due.ours is (whose == "ours")
