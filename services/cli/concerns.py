"""Operations, postings; incidents, supervision, redress of a unit and its superior. Acts: ``duikou say KIND ACT``."""

import typer

from services.cli.matters import lists, shows

app = typer.Typer(help="Incidents, supervision, redress")
operations = typer.Typer(help="Joint operations")
postings = typer.Typer(help="Liaison postings and their tasks")
lists(app, "oversight", "All of them.")
shows(app, "oversight", "One with its timeline.")
lists(operations, "operations", "All of them, one line a channel.")
shows(operations, "operations", "One with its timeline.")
lists(postings, "postings", "All of them.")
shows(postings, "postings", "One with its timeline.")
