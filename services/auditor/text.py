"""A report for a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from services.auditor.report import Outcome, Report

SHOWN = 20
"""Lines of a list on the screen; the JSON has more."""


def rendered(report: Report) -> RenderableType:
    """Verdict and first divergence on top, then counts, topics, lists."""
    return Group(*_head(report), _counts(report), _topics(report), *_lists(report))


def _head(report: Report) -> Iterator[Text]:
    holds = report.verdict is Outcome.CONSISTENT
    yield Text(f"{report.verdict}", style="bold green" if holds else "bold red")
    yield Text(f"root {report.root}, {report.tally.records} records")
    for divergence in report.divergences[:SHOWN]:
        yield Text(f"divergence {divergence}", style="red")
    for finding in report.findings[:SHOWN]:
        yield Text(f"finding {finding.topic}/{finding.offset}: {finding.text} ({finding.rule})", style="yellow")
    if report.compared:
        units = sorted({name.split(" ")[0] for name in report.compared})
        yield Text(f"{len(report.compared)} fingerprints compared, of {', '.join(units)}")
    if report.not_compared:
        yield Text("not compared: " + ", ".join(report.not_compared[:SHOWN]), style="yellow")
    if holds:
        yield Text("Completeness is not witnessed: this is not `verified`.")


def _counts(report: Report) -> Table:
    table = Table("result", "records", title="records by result and code")
    for name, count in sorted(report.tally.counts.items()):
        table.add_row(name, str(count))
    return table


def _place(name: str) -> Column:
    """Names of topics are long, and none of their letters is dispensable."""
    return Column(name, overflow="fold")


def _topics(report: Report) -> Table:
    table = Table(_place("topic"), "last offset", "hash", "unwitnessed", "`seen` that disagrees", title="topics")
    for one in report.topics:
        runs = ", ".join(f"{first}-{last}" for first, last in one.unwitnessed)
        seen = ", ".join(f"{said.source} at {said.offset}" for said in one.seen[:SHOWN])
        table.add_row(one.name, str(one.offset), one.hash[:16], runs, seen)
    return table


def _lists(report: Report) -> Iterator[Table]:
    for name, total in sorted(report.tally.totals.items()):
        table = Table(_place("place"), "at (ms)", "source", "type", "code", title=f"{name}: {total}")
        for one in report.tally.lists[name][:SHOWN]:
            table.add_row(
                f"{one.topic}/{one.offset}", str(one.at), one.source, one.type, f"{one.code} {one.law}".strip()
            )
        yield table
