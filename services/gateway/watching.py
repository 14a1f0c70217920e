"""What a superior sees of pairings that name it as oversight: which sleep, how much is overdue (MECHANISM 1.0, 3.1).

Numbers by unit and kind of matter, computed when asked and stored nowhere; no content, and nobody's name.
"""

from fastapi import APIRouter
from pydantic import BaseModel

from contracts.channels import TRUST
from services.domain.clocks import format_time
from services.domain.counting import calendar_of, sleeping_days
from services.gateway import examples
from services.gateway.examples import example
from services.gateway.rows import Viewing, Views
from services.node.folds import now_ms
from services.views.inbox import INBOX, clocks, late
from services.views.pairings import PAIRINGS, Agreement
from services.views.view import stream

router = APIRouter(tags=["oversight"])


class Overdue(BaseModel):
    """How many matters of a kind a unit lets wait beyond what the law gives it."""

    unit: str
    context: str
    count: int


class WatchedPairing(BaseModel):
    """A pairing of others. quiet_since: when a matter moved last, or since it is in force."""

    model_config = example(
        {
            "channel": examples.CHANNEL,
            "members": ["411729000001", "330782000001"],
            "standing": "in_force",
            "quiet_since": "2026-09-01T00:00:00.000Z",
            "sleeping": True,
            "overdue": [{"unit": "330782000001", "context": "lead", "count": 2}],
        }
    )

    channel: str
    members: list[str]
    standing: str
    quiet_since: str
    sleeping: bool
    overdue: list[Overdue]


@router.get("/v1/oversight/pairings", summary="Pairings that we oversee: which sleep, how much is overdue")
def pairings(views: Viewing) -> list[WatchedPairing]:
    """Of every pairing that names this unit as oversight, whoever of its units is under it."""
    now, watched = now_ms(), set(views.node.watched())
    agreements = dict(views.all(PAIRINGS))
    ours = {at: row for name, row in agreements.items() if (at := stream(name).channel) in watched}
    calendar = calendar_of(views.node.folds.history(TRUST).channel.trust)
    members = {channel: row.members for channel, row in ours.items()}
    counts = late(dict(views.all(INBOX)), now, calendar, clocks(agreements), members)
    found: dict[str, list[Overdue]] = {channel: [] for channel in ours}
    for (channel, unit, context), count in sorted(counts.items()):
        found[channel].append(Overdue(unit=unit, context=context, count=count))
    return [_now(views, channel, row, found[channel], now) for channel, row in ours.items()]


def _now(views: Views, channel: str, row: Agreement, overdue: list[Overdue], now: int) -> WatchedPairing:
    spoke = views.node.spoke(channel)
    return WatchedPairing(
        channel=channel,
        members=list(row.members),
        standing=row.standing(now),
        quiet_since=format_time(max(spoke, row.valid_from)),
        sleeping=row.asleep(spoke, now, sleeping_days(views.node.folds.history(channel).channel.trust)),
        overdue=overdue,
    )
