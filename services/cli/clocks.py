"""When something is due, as the law counts (刑诉法 105, WIRE 30): the same clocks as the rules have."""

from typing import Annotated

import typer

from contracts.calendar import CALENDARS, Calendar, CalendarMissingError
from services.cli.session import Json, tell
from services.domain.clocks import Days, Hours, WorkingDays, format_time, parse_time

Start = Annotated[str, typer.Argument(metavar="TIME", help="When it begins, in UTC: 2021-09-28T01:00:00.000Z")]


def calendar(
    start: Start,
    hours: Annotated[int, typer.Option(min=0, help="Hours, day and night")] = 0,
    days: Annotated[int, typer.Option(min=0, help="Days; the last rolls on to a working day")] = 0,
    working: Annotated[int, typer.Option("--working-days", min=0, help="Worked days only")] = 0,
    as_json: Json = False,
) -> None:
    """When something is due: the first moment that is late. Years 2021 to 2026."""

    def due() -> dict[str, str]:
        spans = [span for span in (Hours(hours), Days(days), WorkingDays(working)) if span.count]
        if len(spans) != 1:
            raise ValueError("one of --hours, --days, --working-days")
        try:
            return {"late_from": format_time(spans[0].due(parse_time(start), Calendar(CALENDARS.values())))}
        except CalendarMissingError as missing:
            raise ValueError(f"no calendar of {missing.year} is known") from missing

    tell(as_json, due)
