"""Operations, postings; incidents, supervision, redress of a unit and its superior. Acts: ``duikou say KIND ACT``."""

import typer

from services.cli.matters import listed, shown
from services.cli.session import ChannelArg, Json, SubjectArg, Token, Url, officer, tell

app = typer.Typer(help="Incidents, supervision, redress")
operations = typer.Typer(help="Joint operations")
postings = typer.Typer(help="Liaison postings and their tasks")


@app.command("list")
def list_(url: Url, token: Token, as_json: Json = False) -> None:
    """All of them."""
    tell(as_json, lambda: officer(url, token).oversight(), listed)


@app.command()
def show(channel: ChannelArg, subject: SubjectArg, url: Url, token: Token, as_json: Json = False) -> None:
    """One with its timeline."""
    tell(as_json, lambda: officer(url, token).concern(channel, subject), shown)


@operations.command("list")
def operations_(url: Url, token: Token, as_json: Json = False) -> None:
    """All of them, one line a channel."""
    tell(as_json, lambda: officer(url, token).operations(), listed)


@operations.command("show")
def operation(channel: ChannelArg, subject: SubjectArg, url: Url, token: Token, as_json: Json = False) -> None:
    """One with its timeline."""
    tell(as_json, lambda: officer(url, token).operation(channel, subject), shown)


@postings.command("list")
def postings_(url: Url, token: Token, as_json: Json = False) -> None:
    """All of them."""
    tell(as_json, lambda: officer(url, token).postings(), listed)


@postings.command("show")
def posting(channel: ChannelArg, subject: SubjectArg, url: Url, token: Token, as_json: Json = False) -> None:
    """One with its timeline."""
    tell(as_json, lambda: officer(url, token).posting(channel, subject), shown)
