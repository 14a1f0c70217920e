"""The two-monthly report 两月报: figures computed now, and sealed reports as paper and as a workbook (MECHANISM 1.6).

A report is drafted like any document (``/v1/papers``); of its summary an office says document, period, cause and
``self_reported``. The node fills in the figures; nobody types them.
"""

import threading
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel

from contracts.calendar import Calendar
from contracts.refusals import Code, Refused
from contracts.report import FIRST_PERIOD, Period, subject_of
from contracts.report_figures import Figure, amount_of
from services.domain import periods, report, results
from services.domain.figures import Source
from services.domain.oversight import Status
from services.gateway import examples
from services.gateway.deps import Asking, NodeOf, one_of_few
from services.gateway.examples import example
from services.gateway.printing import MEDIA as PDF
from services.gateway.printing import recipient, sender
from services.node import reports
from services.node.folds import now_ms
from services.node.node import Node
from services.office import Frame, Letter, render
from services.office.reports import Report, letter, lines, named
from services.office.sheet import MEDIA as XLSX
from services.office.sheet import workbook
from services.views.inbox import Item, Unreported, unreported

router = APIRouter(prefix="/v1/reports", tags=["reports"])
LAW = "FIELDS 6.10"
AT_ONCE = 2
"""Requests that count at once: each reads all channels of the unit. Beyond it a request is asked to come again."""
counting = threading.BoundedSemaphore(AT_ONCE)
OfPeriod = Annotated[
    Period, Path(description="Two months, by the first: 2021-03 is March and April", examples=[FIRST_PERIOD])
]
OfUnit = Annotated[str, Query(pattern="^([0-9]{12})?$", description="Whose report; our own where it is not said")]


class Form(StrEnum):
    """As what a report is written."""

    PDF = "pdf"
    XLSX = "xlsx"


class EventNow(BaseModel):
    """An event behind a figure."""

    channel: str
    context: str
    subject: str
    event: str


class FigureNow(BaseModel):
    """One line: 系统核算 total, its columns and parts, and the events that it counts (a county's)."""

    indicator: str
    zh: str
    substance: str = ""
    measure: str = ""
    value: str
    roles: dict[str, str]
    by: dict[str, str]
    events: list[EventNow]


class ReadTo(BaseModel):
    """How far a topic was read."""

    topic: str
    offset: int


class SealedNow(BaseModel):
    """A report that is in the log: of this unit, or of one below."""

    unit: str
    channel: str
    subject: str
    status: str
    version: int


class FiguresNow(BaseModel):
    """What a report of the period would say now. closed: the period is over, so that it can be sealed.

    missing: units below that have not reported; what they did is in no figure.
    """

    model_config = example(
        {
            "unit": "411729000001",
            "level": "county",
            "period": FIRST_PERIOD,
            "closed": True,
            "positions": [{"topic": examples.TOPIC, "offset": 12}],
            "figures": [
                {
                    "indicator": "leads_sent",
                    "zh": "线索发出",
                    "value": "1",
                    "roles": {},
                    "by": {"parcel": "1"},
                    "events": [
                        {
                            "channel": examples.CHANNEL,
                            "context": "lead",
                            "subject": examples.SUBJECT,
                            "event": examples.EVENT,
                        }
                    ],
                }
            ],
            "missing": [],
            "sealed": [],
        }
    )

    unit: str
    level: str
    period: str
    closed: bool
    positions: list[ReadTo]
    figures: list[FigureNow]
    missing: list[str]
    sealed: list[SealedNow]


@router.get(
    "/{period}/figures",
    summary="Figures of a two-monthly report, computed now",
    dependencies=[Depends(one_of_few(counting, "too many reports are counted at once"))],
)
def figures(period: OfPeriod, node: NodeOf, _: Asking) -> FiguresNow:
    """系统核算 of this unit up to the positions that are named; each figure with the events it counts."""
    now = reports.found(node, period)
    everything = now.figures
    if now.level is reports.Level.COUNTY:
        everything = results.complete(now.figures, now.outcomes)
    sources = _sources(now)
    return FiguresNow(
        unit=node.source,
        level=now.level,
        period=period,
        closed=now_ms() >= periods.end(period),
        positions=[ReadTo(topic=one.topic, offset=one.offset) for one in now.positions],
        figures=list(_shown(everything, sources)),
        missing=list(now.missing),
        sealed=list(_sealed(node, period)),
    )


def _sources(now: reports.Found) -> dict[tuple[str, ...], list[Source]]:
    """Key of a total -> its events; those of outcomes stand under the outcome's id."""
    found = {key: list(events) for key, events in now.sources.items() if len(key) > 1}
    for one in now.outcomes:
        for key in results.derived([one.model_copy(update={"roles": ()})]):
            found.setdefault(key, []).extend(now.sources.get((one.outcome_id,), ()))
    return found


def _shown(everything: tuple[Figure, ...], sources: Mapping[tuple[str, ...], list[Source]]) -> Iterator[FigureNow]:
    for one in lines(everything):
        cell = one.figure
        yield FigureNow(
            indicator=cell.indicator,
            zh=named(cell),
            substance=cell.substance or "",
            measure=cell.measure or "",
            value=one.value,
            roles={role.value: value for role, value in one.roles.items()},
            by={purpose.value: amount_of(part) for purpose, part in one.by.items()},
            events=[EventNow(**source._asdict()) for source in sources.get(cell.key, ())],
        )


def _sealed(node: Node, period: str) -> Iterator[SealedNow]:
    for channel, unit in _reporting(node):
        subject = subject_of(unit, period)
        state = node.folds.history(channel).state("oversight", subject)
        if state.version:
            yield SealedNow(unit=unit, channel=channel, subject=subject, status=state.status, version=state.version)


def _reporting(node: Node) -> Iterator[tuple[str, str]]:
    """(channel, unit): our own report, and those of units below, as far as their channels are open."""
    above = reports.upward(node)
    if above is not None:
        yield above, node.source
    yield from ((channel, unit) for channel, unit in reports.below(node) if node.present(channel))


_BYTES = {"schema": {"type": "string", "format": "binary"}}
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "PDF or workbook", "content": {PDF: _BYTES, XLSX: _BYTES}}
}


@router.get("/{period}/paper", summary="A sealed report as paper", response_class=Response, responses=ANSWER)
def paper(
    period: OfPeriod,
    node: NodeOf,
    caller: Asking,
    form: Form = Form.PDF,
    unit: OfUnit = "",
    version: Annotated[int, Query(ge=0, le=99, description="0: the newest")] = 0,
) -> Response:
    """两月报 of this unit or one below, figures only: its words are a content, and printed as one."""
    whose = unit or node.source
    channel = next((channel for channel, one in _reporting(node) if one == whose), None)
    told = [] if channel is None else reports.versions(node, channel, whose, period)
    chosen = [one for one in told if version in (0, one.draft.data.summary.version)]
    if channel is None or not chosen:
        raise Refused(Code.UNKNOWN_MATTER, LAW)
    frame = Frame(sender(node, whose), recipient(node, channel, whose), caller.id)
    draft = chosen[-1].draft
    report_ = Report(draft, reports.before(node, channel, draft))
    return _written(letter(report_, frame, lambda one: sender(node, one).name), form)


def _written(made: Letter, form: Form) -> Response:
    body, media = (render(made), PDF) if form is Form.PDF else (workbook(made), XLSX)
    return Response(body, media_type=media, headers={"Cache-Control": "no-store"})


def due_items(node: Node, now: int, calendar: Calendar) -> Iterator[Item]:
    """The newest period that is over, where we or a unit below have not reported it."""
    period = periods.last_closed(now)
    return iter(()) if period is None else unreported(period, _silent(node, period), now, calendar)


def _silent(node: Node, period: str) -> Iterator[Unreported]:
    trust = node.folds.history_of_trust()
    for channel, unit in _reporting(node):
        history, subject = node.folds.history(channel), subject_of(unit, period)
        first = next(node.replica.verdicts(f"duikou.channel.{channel}.1", limit=1), None)
        if first is not None and history.state("oversight", subject).status is Status.ABSENT:
            superior = trust.units.get(history.channel.counterpart(unit))
            sums_up = report.sums_up(trust.units.get(unit), superior)
            yield Unreported(f"{channel}/oversight/{subject}", first.at, unit == node.source, sums_up)
