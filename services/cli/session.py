"""What every command shares: who we are, where the node is, how an answer is shown and how a failure ends."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from contracts.refusals import NotYet
from services.cli.client import Officer
from services.cli.errors import NOT_YET, REFUSED, USAGE, VOID, ApiError, DuikouError
from services.cli.replies import Result
from services.signing import Signer, SigningError, open_signer

out, err = Console(), Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="JSON on standard output, errors too on standard error")]
Url = Annotated[str, typer.Option("--url", envvar="DUIKOU_URL", help="Address of the unit's node")]
Token = Annotated[str, typer.Option("--token", envvar="DUIKOU_TOKEN", help="Bearer token")]
KeyPath = Annotated[Path, typer.Option("--key", envvar="DUIKOU_KEY", help="The officer's encrypted key file")]
ChannelArg = Annotated[str, typer.Argument(metavar="CHANNEL", help="Channel id")]
DelegationOption = Annotated[
    Path | None,
    typer.Option("--delegation", envvar="DUIKOU_DELEGATION", help="What you stand in by: the file of duikou delegate"),
]
SubjectArg = Annotated[str, typer.Argument(metavar="SUBJECT", help="The matter's id")]
SubjectsArg = Annotated[list[str], typer.Argument(metavar="SUBJECT...", help="The matters' ids")]
DayOption = Annotated[str, typer.Option("--next", help="Day of the next feedback, YYYY-MM-DD, at most 30 days on")]
NameOption = Annotated[str, typer.Option("--handler", help="Name of who handles it; encrypted")]
PhoneOption = Annotated[str, typer.Option("--phone", help="His telephone; encrypted")]


def unlocked(key: Path) -> Signer:
    """The officer's key, its passphrase asked for here and sent nowhere. Raises SigningError."""
    passphrase = typer.prompt("passphrase", hide_input=True, err=True)
    return open_signer(f"file+passphrase:{key}", passphrase)


def officer(url: str, token: str, signer: Signer | None = None, delegation: Path | None = None) -> Officer:
    """The client; without a signer it signs nothing. Raises ValueError: the file holds no JSON object."""
    return Officer(url, token, signer, delegation=document(delegation) if delegation else None)


@contextmanager
def failing(as_json: bool) -> Iterator[None]:
    """Ends the process with the exit code of what went wrong, and says what to do."""
    try:
        yield
    except DuikouError as error:
        _complain(as_json, _said(error))
        raise typer.Exit(error.EXIT) from error
    except NotYet as later:
        _complain(as_json, {"code": "not_yet", "detail": later.reason})
        raise typer.Exit(NOT_YET) from later
    except (SigningError, ValueError, OSError) as error:
        _complain(as_json, {"code": "usage", "detail": str(error)})
        raise typer.Exit(USAGE) from error


def tell(as_json: bool, act: Callable[[], Any], show: Callable[[Any], None] | None = None) -> None:
    """Does it and shows what came of it."""
    with failing(as_json):
        result = act()
    if as_json:
        show_json(result)
    else:
        (show or pairs)(result)


def tell_each(as_json: bool, act: Callable[[], list[Result]]) -> None:
    """Does several and shows what came of each. Ends with REFUSED if one of them was, else VOID, else NOT_YET."""
    with failing(as_json):
        results = act()
    if as_json:
        show_json(results)
    else:
        table("subject", "status", "code", "law")(results)
    statuses = {one.status for one in results}
    for status, code in (("refused", REFUSED), ("void", VOID), ("not_yet", NOT_YET)):
        if status in statuses:
            raise typer.Exit(code)


def show_json(result: Any) -> None:
    """On standard output."""
    out.print_json(json.dumps(plain(result), ensure_ascii=False))


def plain(value: Any) -> Any:
    """As JSON values."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def pairs(result: Any) -> None:
    """Name and value, one a line."""
    table = Table(show_header=False, box=None)
    for name, value in plain(result).items():
        if value not in ("", None, False, []):
            table.add_row(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    out.print(table)


def table(*columns: str) -> Callable[[Sequence[Any]], None]:
    """Rows of a list by these members. The first says which it is, to be copied: it is never folded or cut."""

    def show(rows: Sequence[Any]) -> None:
        found = Table()
        for number, column in enumerate(columns):
            found.add_column(column, no_wrap=number == 0, overflow="fold")
        for row in rows:
            document = plain(row)
            found.add_row(*(_cell(document.get(column, "")) for column in columns))
        out.print(found)

    return show


def document(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises ValueError: it is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no JSON") from error
    if isinstance(found, dict):
        return found
    raise ValueError(f"{path} holds no JSON object")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _said(error: DuikouError) -> dict[str, Any]:
    if isinstance(error, ApiError):
        return error.problem.model_dump(mode="json", exclude_defaults=True)
    return {"code": type(error).__name__, "detail": str(error)}


def _complain(as_json: bool, said: Mapping[str, Any]) -> None:
    """Code, law, what to do, and which fields; never what was sent."""
    if as_json:
        err.print_json(json.dumps(dict(said), ensure_ascii=False))
        return
    law = f" ({said['law']})" if said.get("law") else ""
    err.print(f"[bold red]{said['code']}[/]{law}  {said.get('title', '')} {said.get('detail', '')}".rstrip())
    for field in said.get("errors", ()):
        err.print(f"  {field['path']}: {field['rule']}", markup=False)
