"""The command line. Exit codes are a contract: ``services.cli.errors``."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

HELP = """Exchange of signed case leads between paired units.

DUIKOU_URL, DUIKOU_TOKEN and DUIKOU_KEY stand for --url, --token and --key.
Exit codes: 0 done, 1 refused, 2 usage, 3 not yet, 4 void, 5 audit refused,
6 a node is not sound."""

COMMANDS: dict[str, tuple[str, str]] = {
    "accept": ("matters", "accept"),
    "acknowledge": ("office", "acknowledge"),
    "adopt": ("upkeep", "adopt"),
    "assign": ("office", "assign"),
    "assignments": ("office", "assignments"),
    "attach": ("files", "attach"),
    "attest": ("auditing", "attest"),
    "audit": ("auditing", "audit"),
    "backup": ("upkeep", "backup"),
    "blobs": ("upkeep", "blobs"),
    "calendar": ("clocks", "calendar"),
    "case": ("matters", "app"),
    "confirm": ("office", "confirm"),
    "continue": ("topics", "continue_"),
    "delegate": ("documents", "delegate"),
    "doctor": ("upkeep", "doctor"),
    "draft": ("documents", "draft"),
    "enquiry": ("questions", "app"),
    "export": ("auditing", "export"),
    "fetch": ("files", "fetch"),
    "fill": ("topics", "fill_"),
    "find": ("searching", "find"),
    "fsck": ("upkeep", "fsck"),
    "hand": ("office", "hand"),
    "inbox": ("office", "inbox"),
    "ledgers": ("upkeep", "ledgers"),
    "mandate": ("mandates", "app"),
    "new-key": ("mandates", "new_key"),
    "node": ("office", "node"),
    "open": ("matters", "open_"),
    "operation": ("concerns", "operations"),
    "outflow": ("office", "outflow"),
    "oversight": ("concerns", "app"),
    "pairing": ("office", "pairing"),
    "paper": ("documents", "app"),
    "posting": ("concerns", "postings"),
    "prepare": ("upkeep", "prepare"),
    "print": ("prints", "print_"),
    "receipt": ("prints", "receipt"),
    "receive": ("matters", "receive"),
    "refused": ("office", "refused"),
    "report": ("reports", "report"),
    "restore": ("upkeep", "restore"),
    "resume": ("upkeep", "resume"),
    "say": ("office", "say"),
    "search": ("searching", "search"),
    "sign": ("documents", "sign"),
    "source": ("prints", "source"),
    "status": ("office", "status"),
    "token": ("office", "token"),
    "units": ("office", "units"),
    "withdraw": ("matters", "withdraw"),
}
"""What is typed -> module of this package, and its function or group of functions."""


class Verbs(TyperGroup):
    """Imports what is typed and nothing else: an officer's command needs no database, an auditor's no node."""

    def __init__(self, **given: Any) -> None:
        """``commands`` has the names, so that they are listed and one that is nearly right is suggested."""
        super().__init__(**given)
        names: Any = dict.fromkeys(COMMANDS)
        self.commands = names

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command or group of that name; None: there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        found = getattr(import_module(f"services.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            made: Any = get_group(found)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command(cmd_name)(found)
            made = get_command(alone)
        made.name = cmd_name
        return made


app = typer.Typer(cls=Verbs, help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def duikou() -> None:
    """A group, though no command is registered before it is typed."""
