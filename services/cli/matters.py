"""Leads and what is opened of them."""

from typing import Annotated

import typer

from contracts.vocabulary import AccessKind, AccessReason, Use, Withdrawal
from services.cli.client import Kind
from services.cli.recording import proposed, recorded
from services.cli.replies import Matter, Opened
from services.cli.session import (
    ChannelArg,
    DayOption,
    Json,
    KeyPath,
    NameOption,
    PhoneOption,
    SubjectArg,
    SubjectsArg,
    Token,
    Url,
    officer,
    out,
    pairs,
    plain,
    table,
    tell,
    tell_each,
)

app = typer.Typer(help="Leads, sent and received")
GroundOption = Annotated[Withdrawal, typer.Option("--ground", help="Why, from the closed list")]
UseOption = Annotated[Use, typer.Option("--use", help="利用情况")]
PrintsOption = Annotated[int, typer.Option("--prints", min=0, help="How many prints were destroyed")]


def shown(matter: Matter) -> None:
    """State, what is due, timeline, readers, and how far our own documents have come."""
    state = {name: value for name, value in matter.state.items() if name not in ("timeline", "contents")}
    pairs({"channel": matter.channel, "subject": matter.subject, **state})
    table("kind", "zh", "at", "overdue")(matter.due)
    table("type", "source", "time", "officers", "late")(matter.state.get("timeline", []))
    table("id", "type", "source")(matter.state.get("contents", []))
    table("content", "unit", "officer", "kind", "reason")(matter.reads)
    table("type", "sealed", "logged", "delivered", "received", "read")(matter.ticks)


def lists(app: typer.Typer, kind: Kind, words: str, *more: str) -> None:
    """``list`` of a kind of matters, one line each; ``more``: columns beside the usual ones."""

    def listed(matters: list[Matter]) -> None:
        rows = [{**plain(one), **one.state, "due": [due.kind for due in one.due]} for one in matters]
        table("subject", "channel", "direction", "status", "due", *more)(rows)

    @app.command("list", help=words)
    def list_(url: Url, token: Token, as_json: Json = False) -> None:
        tell(as_json, lambda: officer(url, token).matters(kind), listed)


def shows(app: typer.Typer, kind: Kind, words: str) -> None:
    """``show`` of one."""

    @app.command(help=words)
    def show(channel: ChannelArg, subject: SubjectArg, url: Url, token: Token, as_json: Json = False) -> None:
        tell(as_json, lambda: officer(url, token).matter(kind, channel, subject), shown)


lists(app, "leads", "All leads.")
shows(app, "leads", "A lead with its timeline and who read it.")


def receive(channel: ChannelArg, subjects: SubjectsArg, url: Url, token: Token, as_json: Json = False) -> None:
    """Sign for leads (签收)."""
    if len(subjects) == 1:
        tell(as_json, lambda: officer(url, token).receive(channel, subjects[0]))
    else:
        several = [(channel, "lead", subject) for subject in subjects]
        tell_each(as_json, lambda: officer(url, token).receive_all(several))


def accept(
    channel: ChannelArg,
    subject: SubjectArg,
    next_day: DayOption,
    handler: NameOption,
    phone: PhoneOption,
    url: Url,
    token: Token,
    as_json: Json = False,
) -> None:
    """Accept a lead (受理)."""
    contact = {"name": handler, "phone": phone}
    tell(as_json, lambda: officer(url, token).accept(channel, subject, next_day, contact))


@app.command()
def acknowledge(
    channel: ChannelArg,
    subject: SubjectArg,
    event: Annotated[str, typer.Argument(help="Digest of the supplement, from the timeline")],
    url: Url,
    token: Token,
    as_json: Json = False,
) -> None:
    """Take note of a supplement (已阅)."""
    tell(as_json, lambda: officer(url, token).acknowledge(channel, subject, event))


@app.command()
def feedback(
    channel: ChannelArg,
    subject: SubjectArg,
    use: UseOption,
    next_day: DayOption,
    url: Url,
    token: Token,
    as_json: Json = False,
) -> None:
    """Give feedback without persons (反馈)."""
    tell(as_json, lambda: officer(url, token).feedback(channel, subject, use.value, next_day))


def withdraw(
    channel: ChannelArg, subject: SubjectArg, ground: GroundOption, url: Url, token: Token, as_json: Json = False
) -> None:
    """Withdraw a lead (撤回)."""
    tell(as_json, lambda: officer(url, token).withdraw(channel, subject, ground.value))


@app.command()
def removed(
    channel: ChannelArg,
    subject: SubjectArg,
    url: Url,
    token: Token,
    prints: PrintsOption = 0,
    as_json: Json = False,
) -> None:
    """Answer a removal: everything is removed (销毁回执)."""
    tell(as_json, lambda: officer(url, token).removed(channel, subject, prints))


@app.command()
def close(channel: ChannelArg, subject: SubjectArg, url: Url, token: Token, as_json: Json = False) -> None:
    """Close a lead (办结)."""
    tell(as_json, lambda: officer(url, token).close(channel, subject))


def open_(
    channel: ChannelArg,
    content: Annotated[str, typer.Argument(metavar="CONTENT", help="The content's id, from the matter")],
    url: Url,
    token: Token,
    key: KeyPath,
    reason: Annotated[AccessReason, typer.Option(help="Why")] = AccessReason.HANDLING,
    kind: Annotated[AccessKind, typer.Option(help="How")] = AccessKind.READ,
    as_json: Json = False,
) -> None:
    """Open a content: signs an access statement, waits for its place in the log, shows the text (L7)."""

    def act() -> Opened:
        who = officer(url, token)
        given = proposed(who, channel, content, kind, reason, quiet=as_json)
        record = recorded(who, channel, content, given, key)
        return who.opened(channel, content, record)

    tell(as_json, act, _text)


def _text(opened: Opened) -> None:
    if not opened.agrees:
        out.print("[bold red]content_inconsistent[/] content and summary differ: report it to the unit that sent it")
    pairs({"source": opened.source, "type": opened.type, "subject": opened.subject, **opened.content})
