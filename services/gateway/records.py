"""What does not count: void, noise, forks; each with code, law and original bytes until somebody looked (L10)."""

import base64
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from contracts import desk as said
from contracts.channels import DESK
from contracts.refusals import Code, Refused
from services.domain.clocks import format_time
from services.domain.desk import Status
from services.gateway import examples
from services.gateway.deps import Answer, Asking, Body, Issue, NodeOf, minted
from services.gateway.examples import example
from services.node.node import Node
from services.verifier import Result, Verdict

router = APIRouter(prefix="/v1/refused", tags=["refused"])
REFUSED = frozenset({Result.VOID, Result.NOISE, Result.FORK})
LIMIT = 200

TopicName = Annotated[str, Path(pattern=r"^duikou\.[a-z0-9.]{1,80}$", description="Topic", examples=[examples.TOPIC])]
OffsetPath = Annotated[int, Path(ge=0, description="Place in the topic", examples=[13])]


class RefusedRecord(BaseModel):
    """A record without effect. ours: written under our unit's name; digest: sha-256 of its bytes."""

    model_config = example(examples.REFUSED)

    topic: str
    offset: int
    at: str
    result: str
    code: str
    law: str
    digest: str
    source: str = ""
    type: str = ""
    subject: str = ""
    ours: bool = False
    acknowledged: bool = False


class RefusedBytes(RefusedRecord):
    """With the bytes the log holds, base64."""

    model_config = example({**examples.REFUSED, "value": "e30="})

    value: str


class AcknowledgeBody(Body):
    """Which record somebody has looked at."""

    model_config = example({"topic": examples.TOPIC, "offset": 13})

    topic: Annotated[str, Field(pattern=r"^duikou\.[a-z0-9.]{1,80}$")]
    offset: Annotated[int, Field(ge=0, le=10**15, strict=True)]


@router.get("", summary="Void and noise records, newest first")
def refused(
    node: NodeOf, _: Asking, all_: Annotated[bool, Query(alias="all", description="With the acknowledged ones")] = False
) -> list[RefusedRecord]:
    """At most 200. They hold nobody up; none of them is ever dropped."""
    looked = _looked(node)
    found = [_shown(node, verdict, looked) for verdict in _verdicts(node)]
    chosen = [record for record in found if all_ or not record.acknowledged]
    return sorted(chosen, key=lambda record: record.at, reverse=True)[:LIMIT]


@router.get("/{topic}/{offset}", summary="A refused record with its original bytes")
def one(topic: TopicName, offset: OffsetPath, node: NodeOf, _: Asking) -> RefusedBytes:
    """As the log holds it."""
    verdict = _find(node, topic, offset)
    value = base64.b64encode(verdict.record.message.value or b"").decode()
    return RefusedBytes(**_shown(node, verdict, _looked(node)).model_dump(), value=value)


@router.post("/acknowledged", status_code=202, summary="Take a refused record off the list")
def acknowledge(body: AcknowledgeBody, issue: Issue) -> Answer:
    """D10: who looked stands on the desk; the record itself stays where it is."""
    verdict = _find(issue.node, body.topic, body.offset)
    digest = verdict.record.message.signed.digest
    place = {"topic": body.topic, "place": str(body.offset), "digest": digest}
    summary = said.AcknowledgedSummary(officer=issue.officer, **place)
    return issue.issue(DESK, _matter(body.topic, body.offset), said.Acknowledged(summary=summary))


def _verdicts(node: Node) -> Iterator[Verdict]:
    for topic in node.replica.positions():
        yield from (verdict for verdict in node.replica.verdicts(topic) if verdict.result in REFUSED)


def _find(node: Node, topic: str, offset: int) -> Verdict:
    for verdict in node.replica.verdicts(topic, offset - 1, 1):
        if verdict.result in REFUSED:
            return verdict
    raise Refused(Code.UNKNOWN_MATTER, "L10")


def _matter(topic: str, offset: int) -> str:
    """One desk matter per record: acknowledged once, by whomever."""
    return minted(f"acknowledged\n{topic}\n{offset}")


def _looked(node: Node) -> frozenset[str]:
    history, _ = node.folds.deciding(DESK)
    streams = history.streams.items()
    return frozenset(
        subject for (context, subject), state in streams if context == "desk" and state.status is Status.NOTED
    )


def _shown(node: Node, verdict: Verdict, looked: frozenset[str]) -> RefusedRecord:
    e, position = verdict.envelope, verdict.record.position
    return RefusedRecord(
        topic=position.topic,
        offset=position.offset,
        at=format_time(verdict.at),
        result=verdict.result,
        code=verdict.code or "",
        law=verdict.law,
        digest=verdict.record.message.signed.digest,
        source=e.source if e else "",
        type=e.type if e else "",
        subject=e.subject if e else "",
        ours=bool(e and e.source == node.source),
        acknowledged=_matter(position.topic, position.offset) in looked,
    )
