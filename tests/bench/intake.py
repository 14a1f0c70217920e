"""Figure 2: records in a log to verdicts, replica and view rows, against eventsourcing's runner and OpenSSL."""

from collections.abc import Callable

from services.node.intake import Intake
from services.node.node import Node
from services.node.projector import Projector
from services.views import VIEWS
from tests.bench.history import SIGNATURES, Written, written
from tests.bench.lab import Lab
from tests.bench.machine import openssl_verify_rate
from tests.bench.stats import Line, interleaved, lines, rate
from tests.bench.stock import stock_events, stock_projection
from tests.support.world import YIWU

RUNNER, VERIFY = "eventsourcing ProjectionRunner, 1 view", "openssl Ed25519 verify, 1 core"
STEPS = 10_000
"""Batches until a part that does not come to an end counts as hung."""


def drained(step: Callable[[], bool]) -> None:
    """Repeats a step until there is nothing left. Raises TimeoutError."""
    for _ in range(STEPS):
        if not step():
            return
    raise TimeoutError("the part never came to an end")


def intake(lab: Lab, events: int, rounds: int) -> list[Line]:
    """Three figures: both parts one after the other, and each alone, of the same rounds."""
    history = written(events)
    parts: dict[str, list[float]] = {"intake": [], "projection": []}
    measures = {
        "both": lambda: _ours(lab, history, parts),
        RUNNER: lambda: _runner(lab, history),
        VERIFY: openssl_verify_rate,
    }
    samples = interleaved(measures, rounds)
    ours, verify = samples.pop("both"), {VERIFY: samples[VERIFY]}
    per = sum(SIGNATURES) / len(SIGNATURES)
    return [
        *lines(f"verified intake + {len(VIEWS)} views", "/s", ours, samples),
        *lines(f"  intake alone ({per:g} signatures each)", "/s", parts["intake"], verify),
        *lines(f"  {len(VIEWS)} views alone", "/s", parts["projection"], {RUNNER: samples[RUNNER]}),
    ]


def _ours(lab: Lab, history: Written, parts: dict[str, list[float]]) -> float:
    records = history.records
    with lab.node(YIWU, history.region.exchange, records) as node:
        intake_rate = rate(len(records), lambda: drained(Intake(node).step))
        view_rate = rate(len(records), lambda: drained(Projector(node).step))
        _complete(node, history)
    parts["intake"].append(intake_rate)
    parts["projection"].append(view_rate)
    return 1 / (1 / intake_rate + 1 / view_rate)


def _complete(node: Node, history: Written) -> None:
    """Nothing was skipped. Raises ValueError."""
    ends = node.replica.positions()
    for channel, log in history.region.logs.items():
        if ends.get(f"duikou.{channel}.1", ends.get(f"duikou.channel.{channel}.1")) != len(log) - 1:
            raise ValueError(f"{channel} was not read to its end")
    for view in VIEWS.values():
        if node.rows.positions(view.name) != ends:
            raise ValueError(f"view {view.name} was not folded to the end")


def _runner(lab: Lab, history: Written) -> float:
    url = lab.plain()
    texts = [(record.message.value or b"").decode() for record in history.records]
    last = stock_events(url, texts)
    return len(texts) / stock_projection(url, last)
