"""What a node's operator types, on the node's machine: no token; settings file and, where said, an administrator."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from services.blobs import BlobsError
from services.cli.errors import UNSOUND, UpkeepRefusedError
from services.cli.office import SettingsArg
from services.cli.session import Json, failing, pairs, plain, show_json, table, tell
from services.node.settings import Settings, SettingsError, load
from services.storage.errors import StorageError
from services.transport.errors import TransportError
from services.upkeep.errors import UpkeepError

Admin = Annotated[
    str,
    typer.Option(
        "--admin", envvar="DUIKOU_POSTGRES", help="Connection string of the PostgreSQL server's administrator"
    ),
]
ToFile = Annotated[Path, typer.Argument(metavar="FILE", help="Where to write; never overwritten")]
FromFile = Annotated[Path, typer.Argument(metavar="FILE", help="A backup of this unit")]
TopicArg = Annotated[str, typer.Argument(metavar="TOPIC", help="As doctor names it")]
Replace = Annotated[bool, typer.Option("--replace", help="Keep what is there aside, under another database name")]


def prepare(settings: SettingsArg, admin: Admin, as_json: Json = False) -> None:
    """Make the node's two databases, or bring them up to this software; may be repeated."""
    from services.upkeep.preparing import prepare as act

    tell(as_json, lambda: _told(lambda: act(_settings(settings), admin)))


def backup(settings: SettingsArg, to: ToFile, as_json: Json = False) -> None:
    """Write ledger, replica, views and desk into one file, beside the running node. It holds no keys."""
    from services.upkeep.backup import backup as act

    def done() -> dict[str, Any]:
        manifest = act(_settings(settings), to)
        rows = sum(part.rows for part in manifest.parts)
        return {"file": str(to), "unit": manifest.source, "taken": manifest.taken, "rows": rows, "keys": KEYS}

    tell(as_json, lambda: _told(done), pairs)


def restore(
    settings: SettingsArg, file: FromFile, admin: Admin, replace: Replace = False, as_json: Json = False
) -> None:
    """Put a backup in the place of the node's databases. The node must be stopped; started, the log heals it."""
    from services.upkeep.restore import restore as act

    def done() -> dict[str, Any]:
        found = act(_settings(settings), file, admin, replace=replace)
        lost = f"the desk may lack what was written between {found.taken} and {found.at}"
        return {**found._asdict(), "desk": lost, "next": NEXT}

    tell(as_json, lambda: _told(done), pairs)


def fsck(settings: SettingsArg, as_json: Json = False) -> None:
    """Prove the node's databases against themselves, offline. Exit code 6: something diverges, and is named."""
    from services.upkeep.fsck import fsck as act

    with failing(as_json), _upkeep():
        report = act(_settings(settings))
    said = {**report._asdict(), "findings": [one._asdict() for one in report.findings], "sound": report.sound}
    if as_json:
        show_json(said)
    else:
        pairs({"events": report.events, "records": report.records, "sound": str(report.sound).lower()})
        if report.findings:
            table("table", "where", "what")(said["findings"])
    if not report.sound:
        raise typer.Exit(UNSOUND)


def blobs(
    settings: SettingsArg,
    remove: Annotated[bool, typer.Option("--remove", help="Take them out of the store, for both units")] = False,
    as_json: Json = False,
) -> None:
    """Files of attachments that neither unit will open any more, as far as this node knows. None else is touched."""
    from services.upkeep.blobs import useless as act

    def done() -> list[dict[str, Any]]:
        found = act(_settings(settings), remove=remove)
        return [{**one._asdict(), "why": one.why.value, "zh": one.why.zh, "removed": remove} for one in found]

    tell(as_json, lambda: _told(done), table("digest", "size", "zh", "removed"))


def resume(settings: SettingsArg, topic: TopicArg, as_json: Json = False) -> None:
    """Go on with a topic that stood still and is again what the node has read. Refused while it is not."""
    from services.upkeep.channels import resume as act

    tell(as_json, lambda: _told(lambda: act(_settings(settings), topic)))


def adopt(settings: SettingsArg, topic: TopicArg, as_json: Json = False) -> None:
    """Take as ours what stands in a topic under our name and is not in our ledger; then go on with it."""
    from services.upkeep.channels import adopt as act

    tell(as_json, lambda: _told(lambda: act(_settings(settings), topic)))


def ledgers(settings: SettingsArg, as_json: Json = False) -> None:
    """Own ledgers beside the log: epoch, last numbers here and there, and the last number on which both agree."""
    from services.upkeep.agreeing import ledgers as act

    show = table("channel", "epoch", "here", "log", "agreed", "frozen")
    tell(as_json, lambda: _told(lambda: [one._asdict() for one in act(_settings(settings))]), show)


def doctor(settings: SettingsArg, as_json: Json = False) -> None:
    """See what ails a node, beside it or without it. Exit code 6: a check fails; each says what to do."""
    from services.upkeep.doctor import Level, examine

    with failing(as_json):
        found = [one._asdict() for one in examine(settings)]
    if as_json:
        show_json(found)
    else:
        table("check", "level", "said", "remedy")(found)
    if any(one["level"] == Level.FAIL for one in found):
        raise typer.Exit(UNSOUND)


KEYS = "none: unit key, content.keys, index.key and the keys of TLS are backed up by you, apart from this file"
NEXT = ["duikou fsck SETTINGS", "start the node", "duikou doctor SETTINGS"]


def _told(act: Any) -> Any:
    with _upkeep():
        return plain(act())


@contextmanager
def _upkeep() -> Iterator[None]:
    """Errors of these rooms as the command line has them."""
    try:
        yield
    except (UpkeepError, StorageError, TransportError, BlobsError) as error:
        raise UpkeepRefusedError(str(error)) from error


def _settings(path: Path) -> Settings:
    try:
        return load(path)
    except SettingsError as error:
        raise ValueError(str(error)) from error
