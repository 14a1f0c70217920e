"""Operations, postings; what a unit and its superior have between them. Acts: ``duikou say KIND ACT``."""

import typer

from services.cli.matters import lists, shows
from services.cli.session import Json, Token, Url, officer, table, tell

app = typer.Typer(help="Incidents, supervision, redress, two-monthly reports, anchors of desks")
operations = typer.Typer(help="Joint operations")
postings = typer.Typer(help="Liaison postings and their tasks")
lists(app, "oversight", "All of them.")
shows(app, "oversight", "One with its timeline.")
lists(operations, "operations", "All of them, one line a channel.")
shows(operations, "operations", "One with its timeline.")
lists(postings, "postings", "All of them.")
shows(postings, "postings", "One with its timeline.")


@app.command()
def pairings(url: Url, token: Token, as_json: Json = False) -> None:
    """Pairings that we oversee: which sleep, how much is overdue; numbers, no content."""
    show = table("channel", "members", "standing", "sleeping", "quiet_since", "overdue")
    tell(as_json, lambda: officer(url, token).watched(), show)


@app.command()
def anchors(url: Url, token: Token, as_json: Json = False) -> None:
    """How far our desk and those of our units reach, when that was said last, and what was lost."""
    show = table("unit", "offset", "at", "lost", "lost_at", "late")
    tell(as_json, lambda: officer(url, token).anchors(), show)
