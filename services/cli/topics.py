"""For operators of a node, on its machine: a lost topic continues as the next one (PROTOCOL 6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from services.auditor import Export
from services.cli.errors import REFUSED, DuikouError
from services.cli.session import ChannelArg, Json, failing, pairs, show_json, tell
from services.node.filling import fill
from services.node.node import Node, open_node
from services.node.settings import SettingsError, load
from services.registry.continuing import CannotContinueError, end_here

SettingsArg = Annotated[Path, typer.Argument(metavar="SETTINGS", help="The node's settings file")]


class OperatorError(DuikouError):
    """It was not done; the operator must clear up first what the message says."""


def continue_(settings: SettingsArg, channel: ChannelArg, as_json: Json = False) -> None:
    """Registry only: end a stopped channel's topic where this copy of it ends; the channel goes on in the next one."""

    def act() -> dict[str, Any]:
        with opened(settings) as node:
            if not node.settings.is_registry:
                raise OperatorError("only the registry says where a topic ends")
            ended = node.topic(channel)
            cut = end_here(node, channel)
            return {"ended": ended, "offset": cut.offset, "hash": cut.hash, "goes_on_as": node.topic(channel)}

    tell(as_json, act)


def fill_(
    settings: SettingsArg,
    copy: Annotated[Path, typer.Argument(metavar="FILE", help="An export of another member's copy")],
    as_json: Json = False,
) -> None:
    """Take from another member's copy what this node lacks of stopped topics; what is left is said, with the reason."""
    with failing(as_json):
        with opened(settings) as node:
            filled = fill(node, Export.at(copy).records())
        if not any(filled):
            raise OperatorError("no topic of that copy is stopped here")
    if as_json:
        show_json(filled._asdict())
    else:
        pairs({**filled.taken, **filled.unvouched, **filled.differs})
    if not filled.done:
        raise typer.Exit(REFUSED)


@contextmanager
def opened(path: Path) -> Iterator[Node]:
    """A node by its settings file, beside the running one, for a moment. Raises ValueError, NotYet, OperatorError."""
    try:
        node = open_node(load(path))
    except SettingsError as error:
        raise ValueError(str(error)) from error
    try:
        yield node
    except CannotContinueError as error:
        raise OperatorError(str(error)) from error
    finally:
        node.close()
