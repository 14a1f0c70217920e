"""Figure 2: records in a log to verdicts, replica and view rows, against eventsourcing's runner and OpenSSL."""

from collections.abc import Callable

from services.node.intake import Intake
from services.node.node import Node
from services.node.projector import Projector
from services.storage.pool import Pool
from services.views import VIEWS
from tests.bench.history import SIGNATURES, Written, written
from tests.bench.lab import Lab
from tests.bench.latency import awaited
from tests.bench.machine import openssl_verify_rate
from tests.bench.stats import Line, interleaved, lines, rate
from tests.bench.stock import stock_events, stock_projection
from tests.bench.workers import workers
from tests.support.world import YIWU

RUNNER, VERIFY = "eventsourcing ProjectionRunner, 1 view", "openssl Ed25519 verify, 1 core"
GOALS = {VERIFY: "≥ 1.15", RUNNER: "≥ 8"}
SECONDS, LOOK_SECONDS = 300, 0.005
_FOLDED = """SELECT count(*) AS there FROM view_position JOIN view_pointer USING (view, generation)
JOIN unnest(%s::text[], %s::bigint[]) AS wanted (topic, "end") USING (topic) WHERE "offset" = "end" """
STEPS = 10_000
"""Batches until a part that does not come to an end counts as hung."""


def drained(step: Callable[[], bool]) -> None:
    """Repeats a step until there is nothing left. Raises TimeoutError."""
    for _ in range(STEPS):
        if not step():
            return
    raise TimeoutError("the part never came to an end")


def intake(lab: Lab, events: int, rounds: int) -> list[Line]:
    """Three figures of the same rounds: two workers on one backlog, and each part's work alone in one process."""
    history = written(events)
    parts: dict[str, list[float]] = {"intake": [], "projection": []}
    measures = {
        "both": lambda: _workers(lab, history),
        "alone": lambda: _alone(lab, history, parts),
        RUNNER: lambda: _runner(lab, history),
        VERIFY: openssl_verify_rate,
    }
    samples = interleaved(measures, rounds)
    ours, verify, runner = samples["both"], {VERIFY: samples[VERIFY]}, {RUNNER: samples[RUNNER]}
    per = sum(SIGNATURES) / len(SIGNATURES)
    return [
        *lines(f"verified intake + {len(VIEWS)} views, two workers", "/s", ours, {**verify, **runner}, GOALS),
        *lines(f"  intake alone ({per:g} signatures each)", "/s", parts["intake"], verify),
        *lines(f"  {len(VIEWS)} views alone", "/s", parts["projection"], runner),
    ]


def _workers(lab: Lab, history: Written) -> float:
    """The log has the records: until every view holds them."""
    database, log = lab.node_database(), lab.log(history.records)
    log.fill()
    settings = lab.settings(YIWU, history.region.exchange, database, log.url)
    pool = Pool(database, size=1)
    try:
        with workers(settings) as go:
            go.set()
            return rate(len(history.records), lambda: awaited(lambda: _folded(pool, history), SECONDS, LOOK_SECONDS))
    finally:
        pool.close()


def _folded(pool: Pool, history: Written) -> bool | None:
    """True as soon as every view holds every record."""
    ends = history.ends
    row = pool.one(_FOLDED, list(ends), list(ends.values()))
    return True if row and row["there"] == len(ends) * len(VIEWS) else None


def _alone(lab: Lab, history: Written, parts: dict[str, list[float]]) -> float:
    records = history.records
    with lab.node(YIWU, history.region.exchange, records) as node:
        parts["intake"].append(rate(len(records), lambda: drained(Intake(node).step)))
        parts["projection"].append(rate(len(records), lambda: drained(Projector(node).step)))
        _complete(node, history)
    return parts["intake"][-1]


def _complete(node: Node, history: Written) -> None:
    """Nothing was skipped. Raises ValueError."""
    if node.replica.positions() != history.ends:
        raise ValueError("not every topic was read to its end")
    for view in VIEWS.values():
        if node.rows.positions(view.name) != history.ends:
            raise ValueError(f"view {view.name} was not folded to the end")


def _runner(lab: Lab, history: Written) -> float:
    url = lab.plain()
    texts = [(record.message.value or b"").decode() for record in history.records]
    last = stock_events(url, texts)
    return len(texts) / stock_projection(url, last)
