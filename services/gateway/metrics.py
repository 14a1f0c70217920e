"""Numbers for an operator's dashboard, in Prometheus' text form: counts, ages and codes, computed when asked.

They come from the database and the log, so every process of a node says the same. Labels are closed or the node's own
channels. What cannot be computed now is left out, and ``duikou_up`` says why.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from contracts.channels import DESK, OPEN_TOPICS, TRUST, topic
from contracts.refusals import NotYet
from services import journal
from services.domain.counting import calendar_of
from services.gateway.deps import NodeOf
from services.node.folds import now_ms
from services.node.node import Node
from services.node.settings import LOOPBACK
from services.views import from_json
from services.views.desk import DESK as PAPERS
from services.views.inbox import INBOX, clocks, due_items
from services.views.pairings import PAIRINGS
from services.views.refused import REFUSED, listed
from services.views.view import View

router = APIRouter(include_in_schema=False)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers by which a proxy on this machine gives itself away."""
R = TypeVar("R")
Samples = Iterable[tuple[tuple[str, ...], float]]


class Figure(Enum):
    """name, unit and meaning, labels. Counters end in ``_total`` on the wire."""

    UP = "duikou_up", "1 where the database or the log answers, else 0", ("of",)
    RECORDS = "duikou_records", "Records read of each channel, up to cuts, noise included", ("channel",)
    VERDICTS = "duikou_verdicts", "Verdicts by result and code", ("result", "code")
    LAG = "duikou_lag_records", "Records that the log has of a channel and this node has not read", ("channel",)
    UNREAD = "duikou_unread_events", "Own events that were sealed and not read back yet", ("channel",)
    RELAYED = "duikou_relayed_offset", "Offset of the last own event that the log acknowledged", ("channel",)
    MATTERS = "duikou_matters", "Matters with at least one effective event, by context", ("context",)
    DUE = "duikou_due", "Things owed now, by kind and by whom", ("kind", "by")
    OVERDUE = "duikou_overdue", "Of these, those whose time is over", ("kind", "by")
    REFUSED = "duikou_refused_unacknowledged", "Void, noise and fork records that nobody has looked at", ("result",)
    STOPPED = "duikou_channel_stopped", "1 for each channel that stands still, with its code", ("channel", "code")
    FROZEN = "duikou_ledger_frozen", "1 for each channel in which our ledger waits to be reopened", ("channel",)
    NOTIFICATIONS = (
        "duikou_notifications",
        "Things owed that a telephone was told of, without a gateway: would be, by level",
        ("level",),
    )
    NOTIFICATIONS_FAILING = (
        "duikou_notifications_failing",
        "Of what is owed, what could not be told yet, by level",
        ("level",),
    )
    HEALED = "duikou_ledgers_healed", "1 if our own ledgers were read back to the end, else 0: nothing is sealed", ()
    HEARTBEAT = "duikou_heartbeat_age_seconds", "Seconds since the newest trust heartbeat", ()
    DROPPED = "duikou_journal_dropped", "Fields and texts kept out of the log lines of this process", ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of its labels."""
        names: tuple[str, ...] = self.value[2]
        return names


COUNTERS = frozenset({Figure.RECORDS, Figure.VERDICTS, Figure.NOTIFICATIONS, Figure.DROPPED})
BY = {True: "us", False: "others"}


@router.get("/metrics")
def metrics(node: NodeOf, request: Request) -> Response:
    """To this machine alone: 404 for whoever comes from elsewhere, by way of a proxy too."""
    near = request.client is not None and request.client.host in LOOPBACK
    if not near or any(name in request.headers for name in FORWARDED):
        return Response(status_code=404)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Asked(node))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class Asked:
    """A collector of one request."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def collect(self) -> Iterator[Metric]:
        """All that can be said now."""
        answers: dict[str, bool] = {}
        for figure, samples in SAMPLES.items():
            of = "log" if figure is Figure.LAG else "database"
            if not answers.get(of, True):
                continue
            try:
                found = list(samples(self._node))
            except NotYet:
                answers[of] = False
                continue
            answers[of] = True
            yield _family(figure, found)
        yield _family(Figure.UP, [((of,), float(up)) for of, up in answers.items()])
        yield _family(Figure.DROPPED, [((), journal.dropped())])


def _family(figure: Figure, samples: Samples) -> Metric:
    name, documentation, _ = figure.value
    kind = CounterMetricFamily if figure in COUNTERS else GaugeMetricFamily
    family = kind(name, documentation, labels=figure.labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _records(node: Node) -> Samples:
    found = Counter[tuple[str, ...]]()
    for name, offset in node.replica.positions().items():
        found[topic(name).channel,] += offset + 1
    return found.items()


def _verdicts(node: Node) -> Samples:
    return [((row["result"], row["code"]), row["count"]) for row in node.figures.verdicts()]


def _lag(node: Node) -> Samples:
    positions = node.replica.positions()
    for channel in (*OPEN_TOPICS, DESK, *node.followed()):
        if node.present(channel):
            name = node.topic(channel)
            end = node.log_of(channel).end(name)
            yield (channel,), (-1 if end is None else end) - positions.get(name, -1)


def _unread(node: Node) -> Samples:
    for tail in node.figures.tails():
        channel = tail.ledger.split("/")[0]
        head = node.folds.history(channel).ledger(node.source).head
        yield (channel,), tail.sequence - head.sequence if tail.epoch == head.epoch else tail.sequence


def _relayed(node: Node) -> Samples:
    for tail in node.figures.tails():
        position = node.ledger.relay_position(tail.ledger)
        if position is not None:
            yield (tail.ledger.split("/")[0],), position.offset


def _matters(node: Node) -> Samples:
    return [((context,), count) for context, count in node.figures.matters().items()]


def _rows(node: Node, view: View[R]) -> dict[str, R]:
    return {key: from_json(view, row) for key, row in node.rows.all(view.name)}


def _due(node: Node) -> Samples:
    return _owed(node, overdue=False)


def _overdue(node: Node) -> Samples:
    return _owed(node, overdue=True)


def _owed(node: Node, *, overdue: bool) -> Samples:
    trust = node.folds.history(TRUST).channel.trust
    items = due_items(_rows(node, INBOX), now_ms(), calendar_of(trust), clocks(_rows(node, PAIRINGS)))
    return Counter((item.kind.value, BY[item.mine]) for item in items if item.overdue or not overdue).items()


def _refused(node: Node) -> Samples:
    found = listed(_rows(node, REFUSED), _rows(node, PAPERS).values())
    return Counter((one.row.result.value,) for one in found if not one.acknowledged).items()


def _stopped(node: Node) -> Samples:
    return [((channel, code.value), 1) for channel, code in node.stopped().items()]


def _frozen(node: Node) -> Samples:
    channels = {topic(name).channel for name in node.replica.positions()}
    return [((name,), 1) for name in channels if node.folds.history(name).ledger(node.source).frozen]


def _notifications(node: Node) -> Samples:
    return [((row["level"],), row["told"]) for row in node.figures.notifications()]


def _failing(node: Node) -> Samples:
    return [((row["level"],), row["failing"]) for row in node.figures.notifications()]


def _healed(node: Node) -> Samples:
    return [((), float(node.ledger.is_healed()))]


def _heartbeat(node: Node) -> Samples:
    beat = node.heartbeat()
    return [((), (now_ms() - beat) / 1_000)] if beat else []


SAMPLES: Mapping[Figure, Callable[[Node], Samples]] = MappingProxyType(
    {
        Figure.RECORDS: _records,
        Figure.VERDICTS: _verdicts,
        Figure.LAG: _lag,
        Figure.UNREAD: _unread,
        Figure.RELAYED: _relayed,
        Figure.MATTERS: _matters,
        Figure.DUE: _due,
        Figure.OVERDUE: _overdue,
        Figure.REFUSED: _refused,
        Figure.STOPPED: _stopped,
        Figure.FROZEN: _frozen,
        Figure.NOTIFICATIONS: _notifications,
        Figure.NOTIFICATIONS_FAILING: _failing,
        Figure.HEALED: _healed,
        Figure.HEARTBEAT: _heartbeat,
    }
)
"""How each is computed. Raises NotYet."""
