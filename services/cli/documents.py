"""Documents: drafted from a file, signed here, handed in."""

import json
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.approval import Delegation
from contracts.vocabulary import ApproverAnswer, Role
from services.cli import statements
from services.cli.client import Officer
from services.cli.files import carried
from services.cli.replies import Answer, Paper, Result, ToSign
from services.cli.session import (
    DelegationOption,
    Json,
    KeyPath,
    Token,
    Url,
    document,
    officer,
    pairs,
    table,
    tell,
    tell_each,
    unlocked,
)

app = typer.Typer(help="Documents on the desk")
PaperArg = Annotated[str, typer.Argument(metavar="PAPER", help="The paper's id")]
PapersArg = Annotated[list[str], typer.Argument(metavar="PAPER...", help="The papers' ids")]
RoleOption = Annotated[Role, typer.Option("--role", help="author, approver or head")]
AnswerOption = Annotated[list[ApproverAnswer], typer.Option("--answer", help="What the approver answers, repeatable")]


def draft(path: Annotated[Path, typer.Argument(metavar="FILE")], url: Url, token: Token, as_json: Json = False) -> None:
    """Draft a document from a JSON file: channel, type, summary, content; subject, grant, content_id where it has them.

    duplicates: what this unit has sent in that channel with an identifier of the content.
    """

    def act() -> dict[str, Any]:
        given = document(path)
        about = (given.get("channel", ""), given.get("type", ""), given.get("summary", {}), given.get("content"))
        subject, grant, begun = given.get("subject"), given.get("grant"), given.get("content_id")
        made = officer(url, token).drafted(*about, subject=subject, grant=grant, content_id=begun)
        return {"paper": made.subject, "duplicates": made.duplicates}

    tell(as_json, act)


def sign(
    papers: PapersArg,
    url: Url,
    token: Token,
    key: KeyPath,
    role: RoleOption = Role.AUTHOR,
    answers: AnswerOption = [],  # noqa: B006 - typer reads it
    delegation: DelegationOption = None,
    as_json: Json = False,
) -> None:
    """Sign documents, 10 at most: shows what is signed, asks for the passphrase, hands them in."""
    who = partial(officer, url, token, delegation=delegation)
    if len(papers) == 1:
        tell(as_json, lambda: _signed(who(), papers[0], role, answers, key, quiet=as_json))
    else:
        tell_each(as_json, lambda: _all_signed(who(), papers, role, answers, key, quiet=as_json))


def delegate(
    who: Annotated[str, typer.Argument(metavar="OFFICER", help="The number of who stands in")],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="What he gets; never overwritten")],
    since: Annotated[str, typer.Option("--from", help="Begin, as 2026-12-01T00:00:00.000Z")],
    until: Annotated[str, typer.Option("--until", help="End, at most 30 x 24 h later")],
    url: Url,
    token: Token,
    key: KeyPath,
    role: Annotated[Role, typer.Option("--role", help="approver or head")] = Role.APPROVER,
    as_json: Json = False,
) -> None:
    """Leave cover (代签), by a head: shows what is signed, asks for the passphrase, writes the delegation."""

    def act() -> dict[str, str]:
        head = officer(url, token)
        given = head.delegation_statement(who, role, since, until)
        if not as_json:
            pairs(dict(statements.words(statements.read(Delegation, given))))
        head.signer = unlocked(key)
        made = head.delegate(given)
        with path.open("x") as to:
            to.write(json.dumps(made))
        return {"delegation": str(path), "next": "duikou sign PAPER --role ROLE --delegation FILE, by who stands in"}

    tell(as_json, act)


@app.command("list")
def list_(url: Url, token: Token, as_json: Json = False) -> None:
    """All documents, where they are, and when the other unit was last heard of."""
    tell(as_json, lambda: officer(url, token).papers(), _listed)


@app.command()
def show(paper: PaperArg, url: Url, token: Token, delegation: DelegationOption = None, as_json: Json = False) -> None:
    """One document."""
    tell(as_json, lambda: officer(url, token, delegation=delegation).paper(paper))


@app.command()
def revise(
    paper: PaperArg,
    path: Annotated[Path, typer.Argument(metavar="FILE")],
    url: Url,
    token: Token,
    as_json: Json = False,
) -> None:
    """Replace a draft by what a JSON file says (summary, content); its attachments are carried over."""

    def act() -> Answer:
        who = officer(url, token)
        held = who.paper(paper)
        given = carried(who, path, held.channel, held.type)
        parts = (given.get("summary", {}), given.get("content"))
        return who.revise(paper, *parts, content_id=given.get("content_id"))

    tell(as_json, act)


@app.command()
def sent(paper: PaperArg, url: Url, token: Token, as_json: Json = False) -> None:
    """Wait until an approved document is in the log."""
    tell(as_json, lambda: officer(url, token).sent(paper))


@app.command("return")
def return_(
    paper: PaperArg,
    reason: Annotated[str, typer.Option(help="A code; words go by telephone")],
    url: Url,
    token: Token,
    as_json: Json = False,
) -> None:
    """Return a document to its author."""
    tell(as_json, lambda: officer(url, token).return_to_author(paper, reason))


@app.command()
def discard(paper: PaperArg, url: Url, token: Token, as_json: Json = False) -> None:
    """Throw a document away; its number is void."""
    tell(as_json, lambda: officer(url, token).discard(paper))


@app.command()
def read(content: str, url: Url, token: Token, delegation: DelegationOption = None, as_json: Json = False) -> None:
    """The content of a document on our own desk."""
    tell(as_json, lambda: officer(url, token, delegation=delegation).read_draft(content))


def _listed(papers: list[Paper]) -> None:
    """In words how each stands on its way."""
    ways = ({"way": one.outgoing.zh, "counterpart_seen": one.outgoing.counterpart_seen} for one in papers)
    columns = ("id", "status", "way", "counterpart_seen", "type", "subject")
    table(*columns)([{**one.model_dump(), **way} for one, way in zip(papers, ways, strict=True)])


def _signed(who: Officer, paper: str, role: Role, answers: list[ApproverAnswer], key: Path, *, quiet: bool) -> Answer:
    held = _signable(who.paper(paper), role)
    given = who.statement(paper, role, answers)
    _show(held, role, given, quiet=quiet)
    who.signer = unlocked(key)
    return who.sign(paper, role, given)


def _all_signed(
    who: Officer, papers: list[str], role: Role, answers: list[ApproverAnswer], key: Path, *, quiet: bool
) -> list[Result]:
    held = [_signable(who.paper(paper), role) for paper in papers]
    given = who.to_sign(papers, role, answers)
    for paper, one in zip(held, given, strict=True):
        _show(paper, role, one, quiet=quiet)
    who.signer = unlocked(key)
    return who.sign_all(role, given)


def _signable(held: Paper, role: Role) -> Paper:
    """Raises ValueError: no author's turn, before anybody is asked for a passphrase."""
    from services.domain.desk import Status

    if role is Role.AUTHOR and held.status != Status.DRAFT:
        raise ValueError(f"it is {held.status}, and an author signs a draft; who approves says --role approver or head")
    return held


def _show(held: Paper, role: Role, given: ToSign, *, quiet: bool) -> None:
    """What a signature would cover. Raises SigningRefusedError: it cannot be read."""
    said = statements.read(statements.model_of(role), given)
    if not quiet:
        pairs(dict(statements.words(said)))
        pairs(held.summary)
