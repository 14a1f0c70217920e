"""How far the desks of this unit and of those below reach, and when that was said last (DOMAIN L9)."""

from fastapi import APIRouter
from pydantic import BaseModel

from services.domain.attestations import place
from services.domain.clocks import format_time
from services.gateway import examples
from services.gateway.examples import example
from services.gateway.rows import Viewing
from services.views.anchors import ANCHORS, Anchored
from services.views.view import stream

router = APIRouter(tags=["oversight"])


class AnchorNow(BaseModel):
    """The last anchor of a unit's desk. offset: of the last record that is known to have been there, -1: none.

    lost, lost_at: an offset up to which the desk was anchored once and to which it did not reach back later, and when
    its node said so; what was written behind the anchor before a loss is known to nobody. late: anchors that follow
    from nothing.
    """

    model_config = example(
        {
            "channel": examples.CHANNEL,
            "unit": "411729000001",
            "offset": 118,
            "at": "2026-11-20T16:00:04.000Z",
            "lost": 97,
            "lost_at": "2026-11-12T01:30:00.000Z",
            "late": 0,
        }
    )

    channel: str
    unit: str
    offset: int | None
    at: str
    lost: int | None
    lost_at: str
    late: int


@router.get("/v1/oversight/anchors", summary="How far each unit's desk reached when it said so last")
def anchors(views: Viewing) -> list[AnchorNow]:
    """Of this unit and of those whose superior it is, as far as their nodes have anchored their desks."""
    return [_now(stream(name).channel, row) for name, row in views.all(ANCHORS)]


def _now(channel: str, row: Anchored) -> AnchorNow:
    last = row.anchor
    return AnchorNow(
        channel=channel,
        unit=row.unit,
        offset=None if last is None else place(last.head)[1],
        at=format_time(row.since) if last is not None else "",
        lost=place(last.lost)[1] if last is not None and last.lost else None,
        lost_at=format_time(last.lost_at) if last is not None and last.lost else "",
        late=row.late,
    )
