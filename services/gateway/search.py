"""Searching (MECHANISM 4): by number, unit, state and date freely; by one exact value under a signed record.

Neither shows content, and neither takes a prefix or a pattern: there is no way to a list of persons.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from contracts.fields import EventId
from services.domain.clocks import DAY
from services.domain.papers import begin
from services.domain.searching import LONGEST, Entry, Sought, normal
from services.gateway import examples
from services.gateway.contents import own_record
from services.gateway.deps import Asking, Body, ChannelId, ContentId, NodeOf
from services.gateway.examples import example
from services.gateway.holdings import Holding, holding
from services.gateway.rows import PAGE, From, MatterNow, OneChannel, Viewing, Views, matter
from services.node import index, reading
from services.node.parsing import InvalidError
from services.storage.rows import Wanted
from services.views.cases import CASES
from services.views.enquiries import ENQUIRIES
from services.views.operations import OPERATIONS
from services.views.oversight import OVERSIGHT
from services.views.postings import POSTINGS
from services.views.view import View

router = APIRouter(tags=["search"])
queries = APIRouter(tags=["search"])


class Of(StrEnum):
    """Kinds of matters, as the interface names them."""

    LEADS = "leads"
    ENQUIRIES = "enquiries"
    OPERATIONS = "operations"
    POSTINGS = "postings"
    OVERSIGHT = "oversight"


VIEWS: dict[Of, View[Any]] = {
    Of.LEADS: CASES,
    Of.ENQUIRIES: ENQUIRIES,
    Of.OPERATIONS: OPERATIONS,
    Of.POSTINGS: POSTINGS,
    Of.OVERSIGHT: OVERSIGHT,
}
_NUMBER = re.compile(r"(?:[^〔]{0,40}〔)?(?:([0-9]{4})[〕/])?([0-9]{1,6})号?")
KindOf = Annotated[Of | None, Query(description="Only matters of this kind")]
Number = Annotated[
    str, Query(max_length=60, description="Of any document in it: 7, 2026/7, or as printed", examples=["2026/7"])
]
Unit = Annotated[str, Query(pattern="^([0-9]{12})?$", description="On either side")]
State = Annotated[str, Query(pattern="^[a-z_]{0,40}$", description="Where it stands, as a code")]
Since = Annotated[date | None, Query(description="Begun on this day (+08:00) or later")]
Until = Annotated[date | None, Query(description="Begun on this day or earlier")]


class FoundMatter(MatterNow):
    """A matter with its kind; as the lists show it."""

    model_config = example({"kind": "leads", **examples.MATTER})

    kind: Of


class FoundPage(BaseModel):
    """At most 100 matters in order of their keys; ``next``: give it as ``from``, empty at the end."""

    model_config = example({"items": [{"kind": "leads", **examples.MATTER}], "next": ""})

    items: list[FoundMatter]
    next: str = ""


class SearchBody(Body):
    """One exact value, whole: a number of its kind, or a name as it is written."""

    model_config = example({"kind": "mobile", "value": "13900000000"})

    kind: Sought
    value: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Hits(BaseModel):
    """Documents in which the value stands, of those that officers of this unit have written or opened."""

    model_config = example({"items": [examples.HOLDING]})

    items: list[Holding]


@queries.get("/v1/search", summary="Search matters of all kinds by their clear parts")
def search(
    views: Viewing,
    start: From = "",
    kind: KindOf = None,
    number: Number = "",
    unit: Unit = "",
    state: State = "",
    since: Since = None,
    until: Until = None,
    channel: OneChannel = "",
) -> FoundPage:
    """Document number, unit, state, day of begin: clear parts, so no record is needed. All that are given must fit."""
    wanted = Wanted(
        prefix=f"{channel}/" if channel else "",
        status=state,
        unit=unit,
        since=_begin(since) if since else 0,
        until=_begin(until) + DAY - 1 if until else Wanted().until,
        holds=_numbered(number) if number else {},
    )
    of = {VIEWS[one].name: one for one in (VIEWS if kind is None else [kind])}
    found = views.search([VIEWS[one] for one in of.values()], wanted, start)
    items = [_found(views, of[view], key, row) for view, key, row in found]
    return FoundPage(items=items, next=found[-1][1] if len(found) == PAGE else "")


def _begin(of: date) -> int:
    return begin(of.isoformat())


def _found(views: Views, kind: Of, key: str, row: Any) -> FoundMatter:
    shown = matter(views.node, key, row)
    return FoundMatter(kind=kind, **shown.model_dump())


def _numbered(text: str) -> dict[str, Any]:
    """What a row contains in which a document has that number. Raises InvalidError."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise InvalidError([("number", "a number, year/number, or as printed")])
    year = {"year": int(found[1])} if found[1] else {}
    return {"timeline": [{"document": {**year, "number": int(found[2])}}]}


@router.post("/v1/channels/{channel}/contents/{content}/search", summary="Search for one exact identifier or name")
def search_for(
    channel: ChannelId,
    content: ContentId,
    body: SearchBody,
    node: NodeOf,
    caller: Asking,
    record: Annotated[EventId, Query(description="The caller's own access record of kind index_search")],
) -> Hits:
    """For the matter of a content that this unit has opened or wrote. The record stands in its channel, signed, before

    anything is looked for, and is good for one value; the other unit sees that a search was made, and not for what.
    Only what officers of this unit have written or opened, and may open now, is found; opening needs its own record.
    """
    held = reading.find(node, channel, content)
    own_record(node, caller, record)
    found = index.search(node, held, record, caller.id, _exact(body))
    return Hits(items=[holding(node, one) for one in found])


def _exact(body: SearchBody) -> Entry:
    """Raises InvalidError."""
    try:
        return body.kind, normal(body.kind, body.value)
    except ValueError as error:
        raise InvalidError([("value", str(error))]) from None
