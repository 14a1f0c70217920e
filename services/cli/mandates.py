"""For registry, registrars and duty officers: out of a stolen key, by mandates that are signed offline (PROTOCOL 4)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.refusals import Refused
from services.cli.session import ChannelArg, Json, KeyPath, failing, pairs, tell, unlocked
from services.cli.topics import OperatorError, SettingsArg, opened
from services.node.node import Node
from services.node.settings import SettingsError, load
from services.registry import mandates
from services.registry.mandates import CannotMandateError, Paper

app = typer.Typer(help="Mandates: drafted on a node's machine, signed offline, handed in by the registry")
UnitArg = Annotated[str, typer.Argument(metavar="UNIT", help="12 digits")]
KeyIdArg = Annotated[str, typer.Argument(metavar="KEYID", help="The key's name, as doctor shows it")]
NumberArg = Annotated[int, typer.Argument(metavar="NUMBER", min=0, help="Last number the unit stands by; 0: none")]
EntryArg = Annotated[Path, typer.Argument(metavar="ENTRY", help="What new-key wrote")]
PaperArg = Annotated[Path, typer.Argument(metavar="PAPER", help="The mandate's file")]
NewPaperArg = Annotated[Path, typer.Argument(metavar="PAPER", help="Where to draft it; never overwritten")]


@app.command()
def suspend(settings: SettingsArg, unit: UnitArg, paper: NewPaperArg, as_json: Json = False) -> None:
    """Draft: a unit rests for 72 h because its key may be stolen. One duty officer of its province signs."""
    _draft(settings, paper, as_json, lambda node: mandates.suspension(node, unit))


@app.command()
def reinstate(settings: SettingsArg, unit: UnitArg, paper: NewPaperArg, as_json: Json = False) -> None:
    """Draft: a suspended unit works again. The province's registrars sign, as many as decide."""
    _draft(settings, paper, as_json, lambda node: mandates.reinstatement(node, unit))


@app.command("add-key")
def add_key(settings: SettingsArg, entry: EntryArg, paper: NewPaperArg, as_json: Json = False) -> None:
    """Draft: a unit's new key. One registrar of its province signs; it counts at once if the old key is in force."""
    _draft(settings, paper, as_json, lambda node: mandates.addition(node, mandates.entry_at(entry)))


@app.command("close-key")
def close_key(settings: SettingsArg, unit: UnitArg, keyid: KeyIdArg, paper: NewPaperArg, as_json: Json = False) -> None:
    """Draft: the end of a stolen key; freezes the unit's ledgers. The province's registrars sign, as many as decide."""
    _draft(settings, paper, as_json, lambda node: mandates.closing(node, unit, keyid))


@app.command()
def reopen(
    settings: SettingsArg,
    unit: UnitArg,
    channel: ChannelArg,
    number: NumberArg,
    paper: NewPaperArg,
    as_json: Json = False,
) -> None:
    """Draft: a frozen ledger goes on in its next epoch, standing by what was written up to NUMBER. Registrars sign."""
    _draft(settings, paper, as_json, lambda node: mandates.reopening(node, unit, channel, number))


@app.command()
def sign(paper: PaperArg, key: KeyPath, as_json: Json = False) -> None:
    """Sign: shows what it says, asks for the passphrase, adds the signature. Needs no node and no network."""

    def act() -> dict[str, Any]:
        found = Paper.at(paper)
        if not as_json:
            pairs(mandates.words(found.mandate()))
        with _operator():
            signed = found.signed(unlocked(key))
        signed.keep(paper)
        return {"paper": str(paper), "signatures": len(signed.signatures)}

    tell(as_json, act)


@app.command()
def submit(settings: SettingsArg, paper: PaperArg, as_json: Json = False) -> None:
    """Registry only: publish a signed mandate. Refused, with code and law, unless those signed who decide."""

    def act() -> dict[str, Any]:
        with opened(settings) as node, _operator():
            sealed = mandates.submit(node, Paper.at(paper))
        return {"event_id": sealed.id, "status": "pending"}

    tell(as_json, act)


def new_key(
    settings: SettingsArg,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new private key, mode 0600; never overwritten")],
    entry: Annotated[Path, typer.Argument(metavar="ENTRY", help="What the registrar gets; holds no secret")],
    as_json: Json = False,
) -> None:
    """Make a unit's next key; the one in use endorses it. It counts when the registrar has enrolled it."""

    def act() -> dict[str, str]:
        try:
            said = mandates.new_key(load(settings), file)
        except SettingsError as error:
            raise ValueError(str(error)) from error
        with entry.open("x") as to:
            to.write(said.model_dump_json(exclude_none=True))
        return {"key": str(file), "entry": str(entry), "next": "duikou mandate add-key, by the registry"}

    tell(as_json, act)


def _draft(settings: Path, paper: Path, as_json: bool, made: Callable[[Node], Paper]) -> None:
    with failing(as_json):
        with opened(settings) as node, _operator():
            draft = made(node)
        draft.keep(paper, new=True)
    tell(as_json, lambda: mandates.words(draft.mandate()))


@contextmanager
def _operator() -> Iterator[None]:
    """What is refused here as the command line has it: the code and the law, never the content."""
    try:
        yield
    except CannotMandateError as error:
        raise OperatorError(str(error)) from error
    except Refused as error:
        raise OperatorError(f"{error.code} ({error.law}): too few, or not those of the role, have signed it") from error
