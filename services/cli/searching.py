"""Searching: by clear parts freely; by one exact value under a signed record, the value asked for here, never typed in

the command, whose line a shell keeps.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from contracts.vocabulary import AccessKind, AccessReason
from services.cli.recording import proposed, recorded
from services.cli.session import ChannelArg, Json, KeyPath, Token, Url, officer, table, tell
from services.domain.searching import Sought, normal


def search(
    url: Url,
    token: Token,
    kind: Annotated[str, typer.Option(help="leads, enquiries, operations, postings or oversight")] = "",
    number: Annotated[str, typer.Option(help="Document number: 7, 2026/7, or as printed")] = "",
    unit: Annotated[str, typer.Option(help="On either side")] = "",
    state: Annotated[str, typer.Option(help="Where it stands, as a code")] = "",
    since: Annotated[str, typer.Option(help="Begun on this day or later, YYYY-MM-DD")] = "",
    until: Annotated[str, typer.Option(help="Begun on this day or earlier")] = "",
    as_json: Json = False,
) -> None:
    """Search matters by number, unit, state and day; no record is needed."""
    given = {"kind": kind, "number": number, "unit": unit, "state": state, "since": since, "until": until}
    asked = {name: value or None for name, value in given.items()}
    tell(as_json, lambda: [_line(one) for one in officer(url, token).search(**asked)], _LINES)


_LINES = table("subject", "channel", "kind", "direction", "status", "numbers")


def _line(matter: dict[str, Any]) -> dict[str, Any]:
    """What is listed of a matter, with the numbers of its documents."""
    state = matter["state"]
    numbers = [one["document"] for one in state["timeline"] if one["document"]]
    shown = [_number(one) for one in numbers]
    about = {name: matter[name] for name in ("subject", "channel", "kind")}
    return {**about, "direction": state["direction"], "status": state["status"], "numbers": ", ".join(shown)}


def _number(document: dict[str, Any]) -> str:
    return f"{document['series']}/{document['year']}/{document['number']}"


def _found(hits: Sequence[Any]) -> None:
    """A document that one officer signed has no number."""
    rows = [{**hit, "number": _number(hit["number"]) if hit["number"] else ""} for hit in hits]
    table("subject", "channel", "context", "number", "on", "state")(rows)


def find(
    channel: ChannelArg,
    content: Annotated[str, typer.Argument(metavar="CONTENT", help="A content of the matter that it is for")],
    kind: Annotated[Sought, typer.Option("--kind", help="What the value is")],
    url: Url,
    token: Token,
    key: KeyPath,
    reason: Annotated[AccessReason, typer.Option(help="Why")] = AccessReason.HANDLING,
    as_json: Json = False,
) -> None:
    """Search for one exact identifier or name (索引检索): signs an access statement, asks for the value, shows numbers.

    The record stands in the channel: the other unit sees that you searched, and not for what.
    """

    def act() -> list[dict[str, Any]]:
        who = officer(url, token)
        given = proposed(who, channel, content, AccessKind.INDEX_SEARCH, reason, quiet=as_json)
        value = normal(kind, typer.prompt(kind.en, err=True))  # what is no exact value is worth no record
        record = recorded(who, channel, content, given, key)
        return who.search_for(channel, content, record, kind.value, value)

    tell(as_json, act, _found)
