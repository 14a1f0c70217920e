"""Incidents, supervision, redress: between a unit and its superior. Acts of one officer: ``duikou say oversight``."""

import typer

from services.cli.matters import listed, shown
from services.cli.session import ChannelArg, Json, SubjectArg, Token, Url, officer, tell

app = typer.Typer(help="Incidents, supervision, redress")


@app.command("list")
def list_(url: Url, token: Token, as_json: Json = False) -> None:
    """All of them."""
    tell(as_json, lambda: officer(url, token).oversight(), listed)


@app.command()
def show(channel: ChannelArg, subject: SubjectArg, url: Url, token: Token, as_json: Json = False) -> None:
    """One with its timeline."""
    tell(as_json, lambda: officer(url, token).concern(channel, subject), shown)
