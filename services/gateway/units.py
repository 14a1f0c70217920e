"""The contact book: admitted units, how to reach them, and who serves in our own (FIELDS 6.2)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from contracts.approval import Delegation
from contracts.channels import TRUST
from contracts.fields import Timestamp, Uuid
from contracts.refusals import Code, Refused
from contracts.vocabulary import Role
from services.domain.clocks import parse_time
from services.domain.rules import APPROVERS
from services.domain.signatures import DELEGATION_SPAN, stands_in
from services.domain.trust import Unit
from services.gateway import examples
from services.gateway.deps import Asking, NodeOf
from services.gateway.desk import ToSign, to_sign
from services.gateway.examples import example
from services.node.contacts import profile
from services.node.folds import now_ms
from services.node.node import Node
from services.node.parsing import InvalidError

router = APIRouter(prefix="/v1/units", tags=["units"])


class UnitNow(BaseModel):
    """A unit as ``duikou.trust`` knows it; ``profile`` absent where none was published."""

    model_config = example(examples.UNIT)

    unit: str
    superior: str
    jurisdiction: list[str]
    suspended: bool
    profile: dict[str, Any] | None = None


class OfficerNow(BaseModel):
    """An officer of our unit, by his opaque number."""

    model_config = example(examples.OFFICER_NOW)

    officer: str
    roles: list[str]
    serving: bool
    keyid: str


@router.get("", summary="All admitted units")
def units(node: NodeOf, _: Asking) -> list[UnitNow]:
    """Duty telephones first: the reason to open this at night."""
    known = node.folds.history(TRUST).channel.trust.units
    return [_unit(node, code, unit) for code, unit in sorted(known.items())]


@router.get("/own/officers", summary="Officers of our own unit")
def officers(node: NodeOf, _: Asking) -> list[OfficerNow]:
    """Their roles, and whether they serve now."""
    known, now = node.folds.history(TRUST).channel.trust.officers, now_ms()
    return [
        OfficerNow(officer=id_, roles=sorted(found.roles), serving=found.serves(now), keyid=found.key)
        for id_, found in sorted(known.items())
        if found.unit == node.source
    ]


@router.get("/own/delegation-statement", summary="What a head signs so that somebody stands in")
def delegation_statement(
    node: NodeOf,
    caller: Asking,
    officer: Annotated[Uuid, Query(description="Who stands in: ours, or an approver or head of our superior")],
    role: Annotated[Role, Query(description="approver or head")],
    since: Annotated[Timestamp, Query(alias="from", description="Begin, UTC")],
    until: Annotated[Timestamp, Query(description="End, UTC; at most 30 x 24 h after the begin")],
) -> ToSign:
    """Leave cover (PROTOCOL 7, WIRE 23). The signed delegation is kept by who stands in; nothing of it is stored."""
    if Role.HEAD not in caller.enrolment.roles:
        raise Refused(Code.OFFICERS, "WIRE 23")
    if role not in APPROVERS:
        raise InvalidError([("role", "approver or head is stood in for")])
    if not 0 < parse_time(until) - parse_time(since) <= DELEGATION_SPAN:
        raise InvalidError([("until", "after the begin, by at most 30 x 24 h")])
    stands_in(node.folds.history(TRUST).channel.trust, node.source, officer, now_ms())
    named: dict[str, Any] = {"exchange": node.exchange, "unit": node.source, "head": caller.id, "officer": officer}
    return to_sign(Delegation(**named, role=role, **{"from": since}, until=until), caller.enrolment.key)


def _unit(node: Node, code: str, unit: Unit) -> UnitNow:
    found = profile(node.replica, code)
    return UnitNow(
        unit=code,
        superior=unit.superior,
        jurisdiction=list(unit.jurisdiction),
        suspended=unit.suspended(now_ms()),
        profile=None if found is None else found.model_dump(mode="json"),
    )
