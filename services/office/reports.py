"""两月报: the figures of a sealed report as tables, the same on paper and in a workbook (MECHANISM 1.6, FIELDS 6.10).

系统核算 and 自报 stand side by side, total and roles too; nothing here adds anything up.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from contracts.envelope import Draft
from contracts.report import ReportRestated
from contracts.report_figures import Cell, Figure, OutcomeFigures, amount_of, difference
from contracts.report_tables import ContributionTable, Table
from contracts.report_terms import Indicator
from contracts.vocabulary import CreditRole, Purpose
from services.domain import periods, results
from services.domain.results import whole
from services.office.leads import contact, in_order
from services.office.letter import Frame, Letter, Names, Section, marks, numbered
from services.office.writing import signed

ROLES = (CreditRole.LED, CreditRole.ASSISTED, CreditRole.PROVIDED_LEAD)
"""Columns, in the order of FIELDS 6.10."""
NOTHING = "—"
_ORDER = {indicator: place for place, indicator in enumerate(Indicator)}


class Line(NamedTuple):
    """One figure as it is read: its total, its roles, its parts, and what the office says beside it."""

    figure: Cell
    value: str
    roles: dict[CreditRole, str]
    by: dict[Purpose, Decimal]
    own: str


@dataclass(frozen=True)
class Report:
    """A sealed report. before: figures of the version before, where there is one; words: of its content, if opened."""

    draft: Draft[Any]
    before: tuple[Figure, ...] | None = None
    words: Any = None

    @property
    def table(self) -> Table:
        """Its figures."""
        found: Table = self.draft.data.table
        return found


def lines(figures: Sequence[Figure], own: Sequence[Figure] = ()) -> list[Line]:
    """Figures in the order of the indicators; what only the office says has a line too."""
    said, beside = ({one.key: one for one in found} for found in (figures, own))
    cells = {cell.key: cell for cell in map(_total, (*figures, *own))}
    found = []
    for cell in sorted(cells.values(), key=lambda cell: (_ORDER[cell.indicator], *cell.key)):
        total, stated = said.get(cell.key), beside.get(cell.key)
        by_role = {role: said.get(cell.model_copy(update={"role": role}).key) for role in ROLES}
        found.append(
            Line(
                cell,
                total.value if total else "0",
                {role: one.value for role, one in by_role.items() if one is not None},
                total.by.parts() if total and total.by else {},
                stated.value if stated else "",
            )
        )
    return found


def _total(one: Cell) -> Cell:
    return Cell(indicator=one.indicator, substance=one.substance, measure=one.measure)


def named(cell: Cell) -> str:
    """毒品·海洛因（千克）."""
    if cell.substance is None or cell.measure is None:
        return cell.indicator.zh
    return f"{cell.indicator.zh}·{cell.substance.zh}（{cell.measure.zh}）"


def letter(report: Report, frame: Frame, names: Names) -> Letter:
    """The report as official paper; its words where they were opened."""
    summary = report.draft.data.summary
    document, on = signed(report.draft)
    return Letter(
        frame=frame,
        kind=summary.kind.zh,
        number=numbered(frame.sender.word, document),
        marks=marks(frame.copy, summary.classification, summary.urgency),
        title=f"{periods.in_words(summary.period)}对口协作两月报",
        sections=sections(report, names),
        signed_on=on,
        digest=report.draft.digest,
    )


def sections(report: Report, names: Names) -> tuple[Section, ...]:
    """Head, figures, parts, outcomes, what changed, units, words, how far the topics were read."""
    table, words = report.table, report.words
    headed = in_order(
        ("报告", tuple(_head(report, names))),
        ("系统核算与自报", ("系统核算由日志逐条计算，不得填报；自报由本单位填写，单列不合计。",)),
        ("分事项", ("按协作事项分列系统核算。",)),
        ("结果", ("同一结果编号只计一次，各协作角色并列，不拆分。",) if table.outcomes else ()),
        ("更正", ("与上一版不同的指标。",) if _changes(report) else ()),
        ("汇总范围", tuple(_scope(table, names))),
        ("工作情况", tuple(words.remark.split("\n")) if words else ()),
        ("核算位置", ("以上数字按下列日志位置核算，凭公开密钥可重新核算。",)),
        ("联系人", (contact(words.contact),) if words else ()),
    )
    rows = {"系统核算与自报": _figures(table), "分事项": _parts(table), "结果": _outcomes(table.outcomes)}
    rows |= {"更正": _changes(report), "核算位置": _positions(table)}
    return tuple(
        Section(one.heading, one.paragraphs, tuple(rows.get(one.heading.partition("、")[2], ()))) for one in headed
    )


def _head(report: Report, names: Names) -> Iterator[str]:
    summary, table = report.draft.data.summary, report.table
    yield f"报告单位：{names(summary.unit)}。报告期：{periods.in_words(summary.period)}。第{summary.version}版。"
    if isinstance(table, ContributionTable) and table.categories:
        yield f"附件所列类别：{'、'.join(one.zh for one in table.categories)}。"
    if isinstance(report.draft.data, ReportRestated):
        yield f"更正原因：{summary.cause.zh}。"


def _figures(table: Table) -> tuple[tuple[str, ...], ...]:
    header = ("指标", "系统核算", *(role.zh for role in ROLES), "自报")
    found = lines(whole(table), table.self_reported or ())
    return (
        header,
        *(
            (named(one.figure), one.value, *(one.roles.get(role, NOTHING) for role in ROLES), one.own or NOTHING)
            for one in found
        ),
    )


def _parts(table: Table) -> tuple[tuple[str, ...], ...]:
    header = ("指标", *(purpose.zh for purpose in Purpose))
    found = [one for one in lines(whole(table)) if one.by]
    return (header, *((named(one.figure), *(_part(one, purpose) for purpose in Purpose)) for one in found))


def _part(one: Line, purpose: Purpose) -> str:
    return amount_of(one.by[purpose]) if purpose in one.by else NOTHING


def _outcomes(outcomes: Iterable[OutcomeFigures]) -> tuple[tuple[str, ...], ...]:
    header = ("结果编号", "事项", "协作角色", "本期计入")
    return (
        header,
        *((one.outcome_id, one.purpose.zh, _credited(one), _adds(one)) for one in outcomes),
    )


def _credited(one: OutcomeFigures) -> str:
    return "、".join(role.zh for role in one.roles) + ("（未确认）" if one.unconfirmed else "")


def _adds(one: OutcomeFigures) -> str:
    total = results.figures_of(results.derived([one.model_copy(update={"roles": ()})]))
    return "、".join(f"{named(line.figure)}{line.value}" for line in lines(total))


def _positions(table: Table) -> tuple[tuple[str, ...], ...]:
    return (("日志主题", "位置"), *((one.topic, str(one.offset)) for one in table.positions))


def _changes(report: Report) -> tuple[tuple[str, ...], ...]:
    if report.before is None:
        return ()
    changed = [one for one in difference(report.before, whole(report.table)) if one.role is None]
    rows = ((named(one), one.before, one.after) for one in changed)
    return (("指标", "上一版", "本版"), *rows) if changed else ()


def _scope(table: Table, names: Names) -> Iterator[str]:
    for one in getattr(table, "contributions", ()):
        yield f"已报：{names(one.unit)}，第{one.version}版。"
    missing = [names(unit) for unit in getattr(table, "missing", ())]
    if missing:
        yield f"未报：{'、'.join(missing)}。未报单位的数字不在合计之内。"
