"""Official paper as PDF files of this officer's machine: mode 0600, never over another file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from contracts.vocabulary import AccessKind, AccessReason
from services import private_files
from services.cli.recording import proposed, recorded
from services.cli.session import ChannelArg, Json, KeyPath, SubjectArg, Token, Url, officer, tell
from services.private_files import PrivateFileError

Out = Annotated[Path, typer.Option("--out", help="The PDF; must not be there yet")]


class Of(StrEnum):
    """Which receipt."""

    RECEIVED = "received"
    REMOVAL = "removal"
    ENQUIRY = "enquiry"


def print_(
    channel: ChannelArg,
    content: Annotated[str, typer.Argument(metavar="CONTENT", help="The content's id, from the matter")],
    path: Out,
    url: Url,
    token: Token,
    key: KeyPath,
    reason: Annotated[AccessReason, typer.Option(help="Why")] = AccessReason.HANDLING,
    as_json: Json = False,
) -> None:
    """Print a letter (打印): signs an access statement of kind print, takes its 份号 from the log, writes the PDF."""

    def act() -> dict[str, str]:
        free(path)
        who = officer(url, token)
        given = proposed(who, channel, content, AccessKind.PRINT, reason, quiet=as_json)
        record = recorded(who, channel, content, given, key)
        return kept(path, who.printed(channel, content, record))

    tell(as_json, act)


def receipt(
    channel: ChannelArg,
    subject: SubjectArg,
    path: Out,
    url: Url,
    token: Token,
    of: Annotated[Of, typer.Option("--of", help="Of a lead: received or removal; of an enquiry")] = Of.RECEIVED,
    as_json: Json = False,
) -> None:
    """Print a receipt (回执); it holds no content and needs no record."""
    kind, what = ("enquiries", Of.RECEIVED) if of is Of.ENQUIRY else ("leads", of)
    tell(as_json, lambda: kept(path, officer(url, token).receipt(channel, kind, subject, what.value)))


def source(channel: ChannelArg, subject: SubjectArg, path: Out, url: Url, token: Token, as_json: Json = False) -> None:
    """Print where a lead comes from (线索来源说明): times and digests, no content."""
    tell(as_json, lambda: kept(path, officer(url, token).source_statement(channel, subject)))


def free(path: Path) -> None:
    """Looked at before a copy is counted or an access recorded. Raises ValueError."""
    if path.exists():
        raise ValueError(f"{path} is there already")


def kept(path: Path, file: bytes) -> dict[str, str]:
    """On this machine, for this officer alone. Raises ValueError."""
    try:
        private_files.create(path, file)
    except PrivateFileError as error:
        raise ValueError(str(error)) from error
    return {"file": str(path)}
