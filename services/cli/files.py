"""Attachments: uploaded for a document that lies here as a JSON file, and fetched out of one that was read."""

import json
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from contracts.channels import DESK
from contracts.parts import MAX_ATTACHMENTS
from contracts.vocabulary import AccessKind, AccessReason, AttachmentKind
from services import private_files
from services.cli.client import Officer
from services.cli.prints import free, kept
from services.cli.recording import proposed, recorded
from services.cli.session import ChannelArg, Json, KeyPath, Token, Url, document, officer, tell
from services.private_files import PrivateFileError

PARTS = ("summary", "content")
"""Of a document: both name its attachments, in the same order."""


def attach(
    path: Annotated[Path, typer.Argument(metavar="DOCUMENT", help="The JSON file that will be drafted")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="PDF, JPEG or PNG, at most 20 MB")],
    kind: Annotated[AttachmentKind, typer.Option("--kind", help="What it is, from the closed list")],
    title: Annotated[str, typer.Option("--title", help="Its title; encrypted")],
    url: Url,
    token: Token,
    pages: Annotated[int, typer.Option("--pages", min=1, help="How many pages it has")] = 1,
    as_json: Json = False,
) -> None:
    """Upload a file for a document that is not drafted yet, and name it in the document's JSON file."""

    def act() -> dict[str, Any]:
        given = document(path)
        named = _attached(officer(url, token), given, file.read_bytes(), kind, {"title": title, "pages": pages})
        _write(path, given)
        return named

    tell(as_json, act)


def fetch(
    channel: ChannelArg,
    content: Annotated[str, typer.Argument(metavar="CONTENT", help="The content's id, from the matter")],
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="The attachment's, from the content")],
    path: Annotated[Path, typer.Option("--out", help="The file; must not be there yet")],
    url: Url,
    token: Token,
    key: KeyPath,
    reason: Annotated[AccessReason, typer.Option(help="Why")] = AccessReason.HANDLING,
    as_json: Json = False,
) -> None:
    """Fetch an attachment: signs an access statement of kind export and writes the file. Of a draft: channel desk."""

    def act() -> dict[str, str]:
        free(path)
        who = officer(url, token)
        record = None
        if channel != DESK:
            given = proposed(who, channel, content, AccessKind.EXPORT, reason, quiet=as_json)
            record = recorded(who, channel, content, given, key)
        return kept(path, who.attachment(channel, content, digest, record))

    tell(as_json, act)


def carried(who: Officer, path: Path, channel: str, event_type: str) -> dict[str, Any]:
    """The document with its files under a content of their own, as a revision needs it; its JSON file says so too.

    Raises ValueError: its attachments are not as ``attach`` writes them.
    """
    given = document(path)
    old = given.pop("content_id", None)
    both = list(zip(*(_listed(given, part) for part in PARTS), strict=True))
    if not both:
        return given
    given["content_id"] = str(uuid4())
    for clear, told in both:
        made = who.carry(channel, event_type, given["content_id"], str(old), _told(clear, told))
        clear["digest"] = told["digest"] = made.digest
    _write(path, given)
    return given


def _listed(given: dict[str, Any], part: str) -> list[dict[str, Any]]:
    """The attachments that one part of a document names. Raises ValueError."""
    inside = given.get(part) or {}
    found = inside.get("attachments", []) if isinstance(inside, dict) else None
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return found
    raise ValueError(f"the {part} of the document is no object, or its attachments are no list of such")


def _told(clear: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What both parts of a document say of a file, as ``upload`` answered it. Raises ValueError."""
    try:
        return {**{name: clear[name] for name in ("digest", "size", "media")}, "plain_digest": told["plain_digest"]}
    except KeyError as error:
        raise ValueError(f"an attachment of the document has no {error}") from error


def _write(path: Path, given: dict[str, Any]) -> None:
    """Raises ValueError."""
    try:
        private_files.put(path, json.dumps(given, ensure_ascii=False, indent=1).encode() + b"\n")
    except PrivateFileError as error:
        raise ValueError(str(error)) from error


def _attached(who: Officer, given: dict[str, Any], file: bytes, kind: AttachmentKind, said: Any) -> dict[str, Any]:
    """Uploads, and names the file in both parts of the document. Raises ValueError: it has ten already, or no place."""
    clear, told = (_listed(given, part) for part in PARTS)
    if len(clear) >= MAX_ATTACHMENTS:
        raise ValueError(f"a document has at most {MAX_ATTACHMENTS} attachments")
    content = given.setdefault("content_id", str(uuid4()))
    made = who.upload(given.get("channel", ""), given.get("type", ""), content, file)
    clear.append({"kind": kind.value, "digest": made.digest, "size": made.size, "media": made.media})
    told.append({"digest": made.digest, **said, "plain_digest": made.plain_digest})
    for part, named in zip(PARTS, (clear, told), strict=True):
        given[part] = {**(given.get(part) or {}), "attachments": named}
    return {"content_id": content, **clear[-1]}
