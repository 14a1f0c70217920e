"""What does not count: void, noise, forks; each with code, law and original bytes until somebody looked (L10)."""

import base64
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from contracts import desk as said
from contracts.channels import DESK
from services.domain.clocks import format_time
from services.gateway import examples
from services.gateway.deps import Answer, Body, Issue
from services.gateway.examples import example
from services.gateway.rows import Viewing, Views
from services.node.commands import minted
from services.node.node import Node
from services.views.desk import DESK as PAPERS
from services.views.refused import REFUSED, Refusal, listed

router = APIRouter(prefix="/v1/refused", tags=["refused"])
LIMIT = 200

TopicName = Annotated[str, Path(pattern=r"^duikou\.[a-z0-9.]{1,80}$", description="Topic", examples=[examples.TOPIC])]
OffsetPath = Annotated[int, Path(ge=0, description="Place in the topic", examples=[13])]


class RefusedRecord(BaseModel):
    """A record without effect. ours: our unit's, as its signature proves; digest: sha-256 of its bytes."""

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
    acknowledged: bool | None = None


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
    views: Viewing, all_: Annotated[bool, Query(alias="all", description="With the acknowledged ones")] = False
) -> list[RefusedRecord]:
    """At most 200. They hold nobody up; none of them is ever dropped."""
    found = _listed(views)
    chosen = [record for record in found if all_ or not record.acknowledged]
    return sorted(chosen, key=lambda record: record.at, reverse=True)[:LIMIT]


@router.get("/{topic}/{offset}", summary="A refused record with its original bytes")
def one(topic: TopicName, offset: OffsetPath, views: Viewing) -> RefusedBytes:
    """As the log holds it."""
    row = views.must(REFUSED, f"{topic}/{offset}", "L10")
    value = _value(views.node, topic, offset)
    return RefusedBytes(**_shown(f"{topic}/{offset}", row, None).model_dump(), value=value)


@router.post("/acknowledged", status_code=202, summary="Take a refused record off the list")
def acknowledge(body: AcknowledgeBody, issue: Issue, views: Viewing) -> Answer:
    """D10: who looked stands on the desk; the record itself stays where it is."""
    key = f"{body.topic}/{body.offset}"
    row = views.must(REFUSED, key, "L10")
    place = {"topic": body.topic, "place": str(body.offset), "digest": row.digest}
    event = said.Acknowledged(summary=said.AcknowledgedSummary(officer=issue.officer, **place))
    return issue.issue(DESK, minted(f"acknowledged\n{key}"), event)


def _listed(views: Views) -> list[RefusedRecord]:
    rows, leaves = dict(views.all(REFUSED)), [leaf for _, leaf in views.all(PAPERS)]
    return [_shown(one.key, one.row, one.acknowledged) for one in listed(rows, leaves)]


def _value(node: Node, topic: str, offset: int) -> str:
    found = next(iter(node.replica.verdicts(topic, offset - 1, 1)), None)
    return "" if found is None else base64.b64encode(found.record.message.value or b"").decode()


def _shown(key: str, row: Refusal, acknowledged: bool | None) -> RefusedRecord:
    topic, _, offset = key.partition("/")
    return RefusedRecord(
        topic=topic,
        offset=int(offset),
        at=format_time(row.at),
        result=row.result,
        code=row.code or "",
        law=row.law,
        digest=row.digest,
        source=row.source,
        type=row.type,
        subject=row.subject,
        ours=row.own,
        acknowledged=acknowledged,
    )
