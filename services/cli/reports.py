"""``duikou report PERIOD``: the figures of a two-monthly report (两月报), and a sealed report as PDF and workbook."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.client import Officer
from services.cli.prints import free, kept
from services.cli.replies import Figures
from services.cli.session import Json, Token, Url, officer, out, pairs, table, tell

Pdf = Annotated[Path | None, typer.Option("--pdf", help="Write the sealed report as PDF; must not be there yet")]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", help="Write the sealed report as a workbook; not there yet")]


def report(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="Two months, by the first: 2021-03")],
    url: Url,
    token: Token,
    pdf: Pdf = None,
    xlsx: Xlsx = None,
    unit: Annotated[str, typer.Option("--unit", help="Of a unit below, for the files")] = "",
    version: Annotated[int, typer.Option("--version", help="Which version, for the files; 0: the newest")] = 0,
    as_json: Json = False,
) -> None:
    """Figures of a period, computed now; with --pdf and --xlsx the sealed report as files."""

    def act() -> Figures:
        files = {form: path for form, path in (("pdf", pdf), ("xlsx", xlsx)) if path is not None}
        for path in files.values():
            free(path)
        who = officer(url, token)
        found = who.figures(period)
        _written(who, period, files, unit=unit, version=version)
        return found

    tell(as_json, act, _shown)


def _written(who: Officer, period: str, files: dict[str, Path], **which: Any) -> None:
    for form, path in files.items():
        kept(path, who.report_paper(period, form, **which))


def _shown(found: Figures) -> None:
    pairs({"unit": found.unit, "level": found.level, "period": found.period, "closed": found.closed})
    rows = [{**one.model_dump(), **one.roles, "events": len(one.events)} for one in found.figures]
    table("zh", "value", "led", "assisted", "provided_lead", "events")(rows)
    table("unit", "status", "version", "subject")([one.model_dump() for one in found.sealed])
    if found.missing:
        out.print("missing: " + ", ".join(found.missing))
