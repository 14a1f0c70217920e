"""Whether the process lives, whether it may be given work, and what this node is and what it is not."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from contracts.channels import DESK, OPEN_TOPICS, TRUST
from contracts.refusals import NotYet
from services.gateway import examples
from services.gateway.deps import Asking, NodeOf
from services.gateway.examples import example
from services.node.folds import now_ms
from services.node.node import Node
from services.node.settings import DEVELOPMENT

router = APIRouter(tags=["node"])
FLAGS = {
    "reading": "enforced by this node's software only: no keeper runs",
    "erasure": "this node refuses to open what is removed; keys are not destroyed yet",
    "checkpoints": "the log's completeness is not witnessed",
}
"""What may not be claimed (PROTOCOL 9-11)."""


class Check(BaseModel):
    """One thing a node needs; ``reason`` where it lacks."""

    ok: bool
    reason: str = ""


class Readiness(BaseModel):
    """All must be so before commands are accepted (PROTOCOL 6)."""

    model_config = example({"ready": True, "checks": {"database": {"ok": True, "reason": ""}}})

    ready: bool
    checks: dict[str, Check]


class ChannelNow(BaseModel):
    """A channel of this node: running, or stopped for a reason until an operator has looked."""

    channel: str
    state: str
    reason: str = ""
    members: list[str] = []
    position: int
    frozen: bool = False


class NodeNow(BaseModel):
    """The node of one unit."""

    model_config = example(examples.NODE)

    unit: str
    root: str
    mode: str
    heartbeat_age_seconds: int | None
    channels: list[ChannelNow]
    flags: dict[str, str]


@router.get("/healthz", summary="The process lives")
def health() -> dict[str, str]:
    """Nothing is asked of anybody."""
    return {"status": "alive"}


@router.get("/readyz", summary="The node may be given work")
def ready(node: NodeOf, response: Response) -> Readiness:
    """503 while the database or the log does not answer, our own ledgers are not read back, or trust is unknown."""
    checks = {"database": _database(node), "log": _log(node), "ledgers": _ledgers(node), "trust": _trust(node)}
    everything = all(check.ok for check in checks.values())
    response.status_code = 200 if everything else 503
    return Readiness(ready=everything, checks=checks)


@router.get("/v1/node", summary="What this node is, and what it does not claim")
def about(node: NodeOf, _: Asking) -> NodeNow:
    """Positions are offsets of the last record read."""
    beat = node.heartbeat()
    flags = FLAGS if node.settings.mode != DEVELOPMENT else {**FLAGS, "mode": "development: one trust domain"}
    channels = [channel for channel in (*OPEN_TOPICS, DESK, *node.channels()) if node.present(channel)]
    return NodeNow(
        unit=node.source,
        root=node.exchange,
        mode=node.settings.mode,
        heartbeat_age_seconds=(now_ms() - beat) // 1_000 if beat else None,
        channels=[_channel(node, channel) for channel in channels],
        flags=flags,
    )


def _channel(node: Node, channel: str) -> ChannelNow:
    topic = node.topic(channel)
    reason, history = node.replica.stopped(topic), node.folds.history(channel)
    return ChannelNow(
        channel=channel,
        state="running" if reason is None else "stopped",
        reason=reason or "",
        members=list(history.channel.members),
        position=node.replica.position(topic),
        frozen=history.ledger(node.source).frozen,
    )


def _database(node: Node) -> Check:
    try:
        node.replica.positions()
    except NotYet as later:
        return Check(ok=False, reason=later.reason)
    return Check(ok=True)


def _log(node: Node) -> Check:
    try:
        end = node.log.end(node.topic(TRUST))
    except NotYet as later:
        return Check(ok=False, reason=later.reason)
    return Check(ok=end is not None, reason="" if end is not None else "the exchange is not open yet")


def _ledgers(node: Node) -> Check:
    try:
        healed = node.ledger.is_healed()
    except NotYet as later:
        return Check(ok=False, reason=later.reason)
    return Check(ok=healed, reason="" if healed else "our own ledgers are not read back to the end")


def _trust(node: Node) -> Check:
    """The registry beats after what it has published: before its first beat nobody here is known to serve."""
    try:
        known = node.heartbeat() > 0
    except NotYet as later:
        return Check(ok=False, reason=later.reason)
    return Check(ok=known, reason="" if known else "no heartbeat of the registry has been read yet")
