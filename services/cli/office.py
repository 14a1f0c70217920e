"""The unit's own business: what is due, what was refused, pairings, counts, the node, tokens."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from contracts.fields import Uuid, matches
from contracts.vocabulary import Suspension
from services.cli.matters import lists
from services.cli.replies import Answer, DueItem
from services.cli.session import ChannelArg, Json, SubjectArg, Token, Url, document, officer, table, tell
from services.views.inbox import Group

pairing = typer.Typer(help="Pairings")
outflow = typer.Typer(help="Outflow counts: numbers, never people")
SettingsArg = Annotated[Path, typer.Argument(metavar="SETTINGS", help="The node's settings file")]
HandlerOption = Annotated[str, typer.Option("--handler", help="Only his")]
OfficerArg = Annotated[str, typer.Argument(metavar="OFFICER", help="The officer's number")]


def token(settings: SettingsArg, who: OfficerArg, as_json: Json = False) -> None:
    """A token of a development node, for 8 hours. A production node refuses."""

    def act() -> dict[str, str]:
        from services.gateway.auth import development_issuer
        from services.node.settings import SettingsError, load

        if not matches(Uuid, who):
            raise ValueError("no officer's number, which has 36 characters; /v1/units/own/officers lists the unit's")
        try:
            return {"token": development_issuer(load(settings)).issue(who)}
        except SettingsError as error:
            raise ValueError(str(error)) from error

    tell(as_json, act, lambda found: typer.echo(found["token"]))


def inbox(
    url: Url,
    token: Token,
    whose: Annotated[str, typer.Option(help="ours, theirs or all")] = "ours",
    group: Annotated[
        Group | None, typer.Option(help="Only 待审批, 待签收, 今日到期, 已超期, 待反馈, 待销毁回执")
    ] = None,
    as_json: Json = False,
) -> None:
    """What is due, computed now."""
    tell(as_json, lambda: officer(url, token).inbox(whose, group=group.value if group else None), _due)


_GROUPS = {group.value: group.zh for group in Group}


def _due(items: Sequence[DueItem]) -> None:
    rows = [{**one.model_dump(), "groups": "、".join(_GROUPS[name] for name in one.groups)} for one in items]
    table("due", "overdue", "zh", "groups", "category_zh", "context", "subject")(rows)


def refused(
    url: Url,
    token: Token,
    everything: Annotated[bool, typer.Option("--all", help="With the acknowledged ones")] = False,
    as_json: Json = False,
) -> None:
    """Void and noise records that nobody has looked at (L10)."""
    show = table("topic", "offset", "result", "code", "law", "ours", "acknowledged")
    tell(as_json, lambda: officer(url, token).refused(everything=everything), show)


def acknowledge(topic: str, offset: int, url: Url, token: Token, as_json: Json = False) -> None:
    """Take a void or noise record off the list."""
    tell(as_json, lambda: officer(url, token).acknowledge_refused(topic, offset))


def status(event: str, url: Url, token: Token, as_json: Json = False) -> None:
    """How a command stands: pending, recorded or void."""
    tell(as_json, lambda: officer(url, token).command(event))


def node(url: Url, token: Token, as_json: Json = False) -> None:
    """The node: channels, positions, and what it does not claim."""
    tell(as_json, lambda: officer(url, token).about())


def units(url: Url, token: Token, as_json: Json = False) -> None:
    """The contact book."""
    tell(as_json, lambda: officer(url, token).units(), table("unit", "superior", "suspended", "profile"))


def say(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="leads, enquiries and so on")],
    act: Annotated[str, typer.Argument(metavar="ACT", help="The event: received, accepted, misdirected and so on")],
    channel: ChannelArg,
    url: Url,
    token: Token,
    subject: Annotated[str, typer.Option("--about", help="The matter's id; none where the act opens one")] = "",
    path: Annotated[Path | None, typer.Option("--file", help="JSON: what the act says")] = None,
    as_json: Json = False,
) -> None:
    """Say anything that one officer answers for; /docs of the node lists the acts and what they say."""

    def said() -> Answer:
        return officer(url, token).say(channel, kind, act, document(path) if path else {}, subject=subject or None)

    tell(as_json, said)


def assign(
    channel: ChannelArg, subject: SubjectArg, handler: OfficerArg, url: Url, token: Token, as_json: Json = False
) -> None:
    """Give a matter to a handler (分办, 转办)."""
    tell(as_json, lambda: officer(url, token).assign(channel, subject, handler))


def assignments(url: Url, token: Token, handler: HandlerOption = "", as_json: Json = False) -> None:
    """Who handles what."""
    tell(as_json, lambda: officer(url, token).assignments(handler), table("subject", "channel", "handler"))


def confirm(
    channel: ChannelArg,
    subject: SubjectArg,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="Digest of the act, from the inbox or the timeline")],
    url: Url,
    token: Token,
    as_json: Json = False,
) -> None:
    """Stand by what one officer did at once (确认): withdrawn, cancelled, paused or given up for safety."""
    tell(as_json, lambda: officer(url, token).confirm(channel, subject, event))


def hand(leaves: OfficerArg, handler: OfficerArg, url: Url, token: Token, as_json: Json = False) -> None:
    """Give everything of one handler to another (转办)."""
    tell(as_json, lambda: {"handed": officer(url, token).hand(leaves, handler)})


lists(pairing, "pairings", "Proposals and pairings, and which of them sleep.", "standing", "sleeping")


@pairing.command()
def suspend(
    channel: ChannelArg,
    ground: Annotated[Suspension, typer.Option(help="Why, from the closed list")],
    url: Url,
    token: Token,
    as_json: Json = False,
) -> None:
    """Suspend a pairing; removals and receipts go on."""
    tell(as_json, lambda: officer(url, token).suspend(channel, ground.value))


@pairing.command()
def end(channel: ChannelArg, url: Url, token: Token, as_json: Json = False) -> None:
    """End a pairing whose end was announced."""
    tell(as_json, lambda: officer(url, token).end(channel))


@outflow.command("list")
def counts(url: Url, token: Token, as_json: Json = False) -> None:
    """Counts of all counties."""
    show = table("origin", "period", "cells")
    tell(as_json, lambda: [one.state for one in officer(url, token).matters("outflow")], show)


@outflow.command()
def report(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="JSON: origin, period, source, counts")],
    url: Url,
    token: Token,
    as_json: Json = False,
) -> None:
    """Report counts; exact numbers are rounded or suppressed by the node and kept nowhere."""
    tell(as_json, lambda: officer(url, token).report(document(path)))
