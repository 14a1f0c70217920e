"""Whether the process lives, whether it may be given work, and what this node is and what it is not."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from fastapi import APIRouter, Response
from pydantic import BaseModel

from contracts.channels import DESK, OPEN_TOPICS, TRUST, topic
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
STUCK_SECONDS = 180
"""Longer than every timeout that a round can wait for, one after the other."""


class Check(BaseModel):
    """One thing a node needs; ``reason`` where it lacks."""

    ok: bool
    reason: str = ""


class Stopped(BaseModel):
    """A channel that nobody reads or writes until an operator has looked; ``code``: docs/runbook.md."""

    channel: str
    code: str


class Readiness(BaseModel):
    """Whether commands are accepted (PROTOCOL 6), and what is read only or not there at all.

    state: ready; read_only: queries are answered from what was read, commands may be refused; down: no database.
    stopped: channels that stand still. One of them does not make the node unready, for it serves the others: commands
    there answer 503 ``not_yet``. ``trust`` and ``desk`` concern every command, so they do (checks ``trust``, ``desk``).
    """

    model_config = example(
        {
            "ready": True,
            "state": "ready",
            "checks": {"database": {"ok": True, "reason": ""}},
            "stopped": [],
            "frozen": [],
        }
    )

    ready: bool
    state: str
    checks: dict[str, Check]
    stopped: list[Stopped]
    frozen: list[str]


class Alive(BaseModel):
    """parts: seconds since each part that runs in this process began its last round."""

    model_config = example({"status": "alive", "parts": {"intake": 0.1}})

    status: str
    parts: dict[str, float]


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
def health(node: NodeOf, response: Response) -> Alive:
    """503 when a part has not begun a round for three minutes: nothing it does may take so long. Start it anew."""
    silent = node.news.silence()
    stuck = any(seconds > STUCK_SECONDS for seconds in silent.values())
    response.status_code = 503 if stuck else 200
    parts = {part: round(seconds, 1) for part, seconds in silent.items()}
    return Alive(status="stuck" if stuck else "alive", parts=parts)


@router.get("/readyz", summary="The node may be given work")
def ready(node: NodeOf, response: Response) -> Readiness:
    """200, or 503 and why.

    503 while the database or the log does not answer, our own ledgers are not read back, trust is too old, or trust or
    the desk stands still. Another channel that stands still is listed, and the others are served: 200.
    """
    checks = {name: _check(node, check) for name, check in CHECKS.items()}
    everything = all(check.ok for check in checks.values())
    response.status_code = 200 if everything else 503
    state = "ready" if everything else "read_only" if checks["database"].ok or _reads(node) else "down"
    stopped, frozen = _channels(node)
    return Readiness(ready=everything, state=state, checks=checks, stopped=stopped, frozen=frozen)


@router.get("/v1/node", summary="What this node is, and what it does not claim")
def about(node: NodeOf, _: Asking) -> NodeNow:
    """Positions are offsets of the last record read."""
    beat = node.heartbeat()
    flags = FLAGS if node.settings.mode != DEVELOPMENT else {**FLAGS, "mode": "development: one trust domain"}
    channels = [channel for channel in (*OPEN_TOPICS, DESK, *node.followed()) if node.present(channel)]
    return NodeNow(
        unit=node.source,
        root=node.exchange,
        mode=node.settings.mode,
        heartbeat_age_seconds=(now_ms() - beat) // 1_000 if beat else None,
        channels=[_channel(node, channel) for channel in channels],
        flags=flags,
    )


def _channel(node: Node, channel: str) -> ChannelNow:
    name = node.topic(channel)
    reason, history = node.replica.stopped(name), node.folds.history(channel)
    return ChannelNow(
        channel=channel,
        state="running" if reason is None else "stopped",
        reason=reason or "",
        members=list(history.channel.members),
        position=node.replica.position(name),
        frozen=history.ledger(node.source).frozen,
    )


def _check(node: Node, check: Callable[[Node], str]) -> Check:
    try:
        reason = check(node)
    except NotYet as later:
        reason = later.reason
    return Check(ok=not reason, reason=reason)


def _database(node: Node) -> str:
    node.figures.write()
    return ""


def _schema(node: Node) -> str:
    return "the database is not at this software's migrations: duikou prepare" if node.figures.differing() else ""


def _log(node: Node) -> str:
    return "" if node.log.end(node.topic(TRUST)) is not None else "the exchange is not open yet"


def _ledgers(node: Node) -> str:
    return "" if node.ledger.is_healed() else "our own ledgers are not read back to the end"


def _trust(node: Node) -> str:
    """The registry beats after what it has published: before its first beat nobody here is known to serve."""
    if not node.running(TRUST):
        return "trust stands still: whoever was closed or suspended since is not known here"
    beat = node.heartbeat()
    if not beat:
        return "no heartbeat of the registry has been read yet"
    old = now_ms() - beat > node.settings.heartbeat_limit_seconds * 1_000
    return "the newest trust heartbeat is too old: nothing is shared or opened" if old else ""


def _desk(node: Node) -> str:
    return "" if node.running(DESK) else "the desk stands still: nothing can be drafted, signed or opened"


CHECKS: Mapping[str, Callable[[Node], str]] = MappingProxyType(
    {"database": _database, "schema": _schema, "log": _log, "ledgers": _ledgers, "trust": _trust, "desk": _desk}
)
"""Name -> why not, empty where it is so; an outage is a reason too."""


def _reads(node: Node) -> bool:
    """Whether the database at least answers queries."""
    return _check(node, lambda one: str(one.replica.positions() and "")).ok


def _channels(node: Node) -> tuple[list[Stopped], list[str]]:
    """Stopped and frozen ones, as far as the database says."""
    try:
        stopped = [Stopped(channel=channel, code=code) for channel, code in sorted(node.stopped().items())]
        known = {topic(name).channel for name in node.replica.positions()}
        frozen = [name for name in sorted(known) if node.folds.history(name).ledger(node.source).frozen]
    except NotYet:
        return [], []
    return stopped, frozen
