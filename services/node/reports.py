"""系统核算: what this node's topics give for a report, and the report that an office signs (MECHANISM 1.6 R1-R5).

An office says its period, its own numbers beside (自报) and words; figures, positions, version and policy are filled in
here and nowhere else. A prefecture's are the sums of its counties' contributions, a province's of its prefectures'.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from contracts import desk as said
from contracts.channels import TRUST, Place, Topic
from contracts.envelope import Draft, Envelope
from contracts.refusals import Code, Refused
from contracts.report import REPORTS, TYPED, ContributionSealed, Period, ReportRestated, ReportSummary, subject_of
from contracts.report_figures import Figure, Figures, OutcomeFigures, difference
from contracts.report_tables import (
    Contribution,
    ContributionTable,
    Reading,
    RestatedTable,
    SubmittedTable,
    Table,
    TablePaper,
)
from services.domain import figures, report, results
from services.domain.figures import History, Source
from services.domain.oversight import Oversight, Status
from services.node.folds import now_ms
from services.node.parsing import InvalidError, broken
from services.verifier import Result

if TYPE_CHECKING:
    from services.node.node import Node

_PERIOD: TypeAdapter[str] = TypeAdapter(Period)
_FIGURES: TypeAdapter[tuple[Figure, ...]] = TypeAdapter(Figures)
_FILLED = {*ContributionTable.model_fields, *RestatedTable.model_fields, *ReportSummary.model_fields} - TYPED
_STANDS = frozenset({Status.CONTRIBUTED, Status.SUBMITTED, Status.ACCEPTED, Status.RESTATED})


class Level(StrEnum):
    """Whose figures they are."""

    COUNTY = "county"
    PREFECTURE = "prefecture"
    PROVINCE = "province"


@dataclass(frozen=True)
class Found:
    """Figures computed now. outcomes: as a report of this level carries them; sources: as ``figures.Computed``.

    reported, missing: units below with and without a report that stands.
    """

    level: Level
    positions: tuple[Reading, ...] = ()
    figures: tuple[Figure, ...] = ()
    outcomes: tuple[OutcomeFigures, ...] = ()
    sources: Mapping[tuple[str, ...], tuple[Source, ...]] = field(default_factory=dict)
    reported: tuple[Contribution, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stands:
    """A version of a report as the log has it."""

    channel: str
    draft: Draft[Any]


def found(node: "Node", period: str) -> Found:
    """What this unit would report of a period now."""
    level = level_of(node)
    return _counted(node, period) if level is Level.COUNTY else _summed(node, period, level)


def level_of(node: "Node") -> Level:
    """A unit whose superior is a province sums up, unless it is a county; any other counts."""
    units = node.folds.history(TRUST).channel.trust.units
    own = units.get(node.source)
    if own is None or report.is_province(own):
        return Level.PROVINCE
    return Level.PREFECTURE if report.sums_up(own, units.get(own.superior)) else Level.COUNTY


def _counted(node: "Node", period: str) -> Found:
    read = [history(node, channel) for channel in _own_channels(node)]
    computed = figures.compute(node.source, period, [one for _, one in read], now_ms())
    positions = tuple(sorted((reading for reading, _ in read), key=lambda one: one.topic))
    return Found(Level.COUNTY, positions, computed.figures, computed.outcomes, computed.sources)


def _own_channels(node: "Node") -> Iterator[str]:
    """Pairings, and the channel with our own superior; not those of units below."""
    for channel in node.channels():
        state = node.folds.history(channel).channel
        if state.place is Place.PAIRING or (state.place is Place.SUPERVISION and state.members[0] == node.source):
            yield channel


def history(node: "Node", channel: str) -> tuple[Reading, History]:
    """A channel as far as it is read: its position, and what counts in it. Takes time with the channel's length."""
    now = node.folds.history(channel)
    told = tuple(
        said
        for n in range(1, now.topic.n + 1)
        for verdict in node.replica.verdicts(str(Topic(channel, n)))
        if verdict.result is Result.EFFECTIVE and verdict.draft is not None
        if n < now.topic.n or verdict.record.position.offset <= now.offset
        for said in figures.kept(verdict.at, verdict.draft)
    )
    return Reading(topic=str(now.topic), offset=now.offset), History(now.channel, told)


def _summed(node: "Node", period: str, level: Level) -> Found:
    """Of the units below: what stands is summed, who has not reported is named."""
    tables, positions = dict[str, tuple[Any, Any]](), list[Reading]()
    reported, missing = list[Contribution](), list[str]()
    for channel, unit in below(node):
        now = node.folds.history(channel)
        if now.offset >= 0:
            positions.append(Reading(topic=str(now.topic), offset=now.offset))
        stands = standing(node, now.state("oversight", subject_of(unit, period)), channel, unit, period)
        if stands is None:
            missing.append(unit)
            continue
        summary, table = stands.draft.data.summary, stands.draft.data.table
        reported.append(Contribution(unit=unit, version=summary.version, digest=stands.draft.digest))
        tables[unit] = (table.figures if level is Level.PREFECTURE else results.whole(table), table.outcomes)
    if level is Level.PROVINCE:
        sums, outcomes = results.totals(tables), tuple[OutcomeFigures, ...]()
    else:
        sums, outcomes = results.summed(tables)
    named = (tuple(sorted(reported, key=lambda one: one.unit)), tuple(sorted(missing)))
    return Found(level, tuple(sorted(positions, key=lambda one: one.topic)), sums, outcomes, {}, *named)


def below(node: "Node") -> Iterator[tuple[str, str]]:
    """(channel id, unit) of every admitted unit under this one, in order of the units."""
    found = ((unit, channel) for channel, (unit, superior) in node.supervised() if superior == node.source)
    return ((channel, unit) for unit, channel in sorted(found))


def standing(node: "Node", state: Oversight, channel: str, unit: str, period: str) -> Stands | None:
    """The version of a unit's report that stands in that state of it: none that came back, none that came later."""
    if state.status not in _STANDS:
        return None
    told = versions(node, channel, unit, period)
    return next(one for one in told if one.draft.data.summary.version == state.version)


def versions(node: "Node", channel: str, unit: str, period: str) -> list[Stands]:
    """Every version of a unit's report, in order."""
    found = []
    for value in node.replica.values(f"{channel}/oversight/{subject_of(unit, period)}"):
        draft = Envelope.parse(value).draft(sha256(value).hexdigest())
        if draft.type in REPORTS:
            found.append(Stands(channel, draft))
    return found


def before(node: "Node", channel: str, draft: Draft[Any]) -> tuple[Figure, ...] | None:
    """All figures of the version before a report's, where there is one."""
    summary = draft.data.summary
    for one in versions(node, channel, summary.unit, summary.period):
        if one.draft.data.summary.version == summary.version - 1:
            return results.whole(one.draft.data.table)
    return None


def upward(node: "Node") -> str | None:
    """The channel with our own superior."""
    mine = (channel for channel, (unit, _) in node.supervised() if unit == node.source)
    return next((channel for channel in mine if node.present(channel)), None)


def period_of(summary: Any) -> str:
    """Raises InvalidError."""
    try:
        return _PERIOD.validate_python(summary.get("period") if isinstance(summary, dict) else None)
    except ValidationError as error:
        raise InvalidError(broken(error.errors(include_url=False), "summary", "period")) from None


def filled(node: "Node", channel: str, event_type: str, given: Any) -> tuple[dict[str, Any], str]:
    """The summary and the table of a report, from what the office says of it.

    Raises InvalidError: a figure was typed, or more is to be said than a table holds; Refused: not our superior's
    channel, or a county that is asked for sums.
    """
    period = period_of(given)
    surplus = sorted(_FILLED.intersection(given))
    if surplus:
        raise InvalidError([(f"summary.{name}", "computed by the node, nobody types it") for name in surplus])
    if channel != upward(node) or (level_of(node) is Level.COUNTY) != (event_type == ContributionSealed.TYPE):
        raise Refused(Code.WRONG_SIDE, report.RULES[REPORTS[event_type]].row)
    state = node.folds.deciding(channel)[0]
    before = state.state("oversight", subject_of(node.source, period))
    table = _table(event_type, found(node, period), before.figures, _self_reported(given), _graded(node))
    paper = _paper(table)
    filling = {
        "unit": node.source,
        "version": before.version + 1,
        "policy": report.policy_digest(state.channel.trust.policy),
        "table": paper.digest,
    }
    return {**{name: value for name, value in given.items() if name != "self_reported"}, **filling}, paper.payload


def _graded(node: "Node") -> tuple[Any, ...]:
    return report.graded(node.folds.history(TRUST).channel.trust.units[node.source].jurisdiction)


def _self_reported(given: Mapping[str, Any]) -> tuple[Figure, ...] | None:
    if "self_reported" not in given:
        return None
    try:
        return _FIGURES.validate_json(json.dumps(given["self_reported"]))
    except ValidationError as error:
        raise InvalidError(broken(error.errors(include_url=False), "summary", "self_reported")) from None


def _table(
    event_type: str, now: Found, before: tuple[Figure, ...], own: tuple[Figure, ...] | None, categories: tuple[Any, ...]
) -> Table:
    said: dict[str, Any] = {
        "positions": now.positions,
        "figures": now.figures,
        "outcomes": now.outcomes,
        "self_reported": own,
    }
    try:
        if event_type == ContributionSealed.TYPE:
            return ContributionTable(**said, categories=categories)
        said |= {"contributions": now.reported, "missing": now.missing}
        if event_type == ReportRestated.TYPE:
            return RestatedTable(**said, difference=difference(before, now.figures))
        return SubmittedTable(**said)
    except ValidationError as error:
        raise InvalidError(broken(error.errors(include_url=False), "table")) from None


def _paper(table: Table) -> TablePaper:
    try:
        return TablePaper.of(table)
    except ValidationError as error:
        raise InvalidError(
            [("table", "longer than 16 KiB: more channels or outcomes than one report holds")]
        ) from error


def typed(event: said.Drafted | said.Revised) -> Any:
    """What somebody said of a document: of a report without what was filled in, else its summary's bytes."""
    if event.summary.type not in REPORTS:
        return event.embedded.summary
    summary = json.loads(base64.b64decode(event.embedded.summary))
    table = json.loads(base64.b64decode(event.embedded.payload or "e30="))
    return {name: value for name, value in {**table, **summary}.items() if name in TYPED}
