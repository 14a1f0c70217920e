"""Enquiries. Asking and refusing are documents: ``duikou draft``, ``duikou sign``."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.vocabulary import Cancellation, Use
from services.cli.matters import lists, shows
from services.cli.session import (
    ChannelArg,
    Json,
    NameOption,
    PhoneOption,
    SubjectArg,
    SubjectsArg,
    Token,
    Url,
    document,
    officer,
    tell,
    tell_each,
)

app = typer.Typer(help="Enquiries, asked and received")
GroundOption = Annotated[Cancellation, typer.Option("--ground", help="Why, from the closed list")]
UseOption = Annotated[Use, typer.Option("--use", help="What the answer was good for")]


lists(app, "enquiries", "All enquiries.")
shows(app, "enquiries", "An enquiry with its timeline.")


@app.command()
def receive(channel: ChannelArg, subjects: SubjectsArg, url: Url, token: Token, as_json: Json = False) -> None:
    """Sign for enquiries (签收)."""
    if len(subjects) == 1:
        tell(as_json, lambda: officer(url, token).receive_enquiry(channel, subjects[0]))
    else:
        several = [(channel, "enquiry", subject) for subject in subjects]
        tell_each(as_json, lambda: officer(url, token).receive_all(several))


@app.command()
def undertake(
    channel: ChannelArg,
    subject: SubjectArg,
    handler: NameOption,
    phone: PhoneOption,
    url: Url,
    token: Token,
    as_json: Json = False,
) -> None:
    """Give an enquiry to a handler (承办)."""
    contact = {"name": handler, "phone": phone}
    tell(as_json, lambda: officer(url, token).undertake(channel, subject, contact))


@app.command()
def answer(
    channel: ChannelArg,
    subject: SubjectArg,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="JSON: classification, urgency, answers, content")],
    url: Url,
    token: Token,
    as_json: Json = False,
) -> None:
    """Answer without naming persons (答复)."""
    tell(as_json, lambda: officer(url, token).answer(channel, subject, document(path)))


@app.command()
def cancel(
    channel: ChannelArg, subject: SubjectArg, ground: GroundOption, url: Url, token: Token, as_json: Json = False
) -> None:
    """Cancel an enquiry (撤销)."""
    tell(as_json, lambda: officer(url, token).cancel(channel, subject, ground.value))


@app.command()
def close(
    channel: ChannelArg, subject: SubjectArg, use: UseOption, url: Url, token: Token, as_json: Json = False
) -> None:
    """Close an enquiry (办结)."""
    tell(as_json, lambda: officer(url, token).close_enquiry(channel, subject, use.value))
