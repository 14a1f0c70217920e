"""An older copy in the place of a node's databases; then the log heals the ledger (PROTOCOL 6, DOMAIN L9).

What stood only on the desk since the backup is lost, and is shown: here, and by ``duikou doctor`` from then on.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from services.domain.clocks import format_time
from services.node.folds import now_ms
from services.node.settings import Settings
from services.storage import dump
from services.upkeep.archive import DESK, NODE, Manifest, Part, Reader, reading
from services.upkeep.errors import BackupError
from services.upkeep.preparing import make_log

RESTORATIONS = "restorations.jsonl"
"""In the node's data folder, one line a restoration, oldest first. An operator who has looked into it moves it away."""
LOG_OWNER = "duikou_log_owner"


class Restored(NamedTuple):
    """taken: of the backup; at: of the restoration (RFC 3339); kept: databases that were put aside.

    Between ``taken`` and ``at`` the desk may lack entries behind offset ``desk_end``.
    """

    taken: str
    at: str
    desk_end: int
    rows: int
    kept: list[str]


def restore(settings: Settings, path: Path, admin: str, *, replace: bool = False) -> Restored:
    """Both databases from a backup, as new ones. The node must not run.

    Args:
        admin: connection string of an administrator of the server that both databases stand on.
        replace: what is there is kept under another name; without it both must be empty or not be there.

    Raises BackupError, OccupiedError, MigrationError (the backup is of newer software), StorageError, NotYet, OSError.
    """
    with reading(path) as file:
        _ours(settings, file.manifest)
        names = dump.database_of(settings.database), dump.database_of(settings.desk)
        now = now_ms()
        aside = datetime.fromtimestamp(now / 1_000, UTC).strftime("before_%Y%m%d_%H%M%S") if replace else None
        kept = dump.vacate(admin, names, aside)
        _fill(file, admin, *names)
        manifest = file.manifest
        rows = sum(part.rows for part in manifest.parts)
        restored = Restored(manifest.taken, format_time(now), manifest.desk_end, rows, kept)
    _remember(settings.data, restored)
    return restored


def _ours(settings: Settings, manifest: Manifest) -> None:
    if manifest.source != settings.source:
        raise BackupError(f"this is a backup of {manifest.source}, and the settings are of {settings.source}")
    if manifest.root != settings.root:
        raise BackupError("this is a backup under another root than the settings pin")


def _fill(file: Reader, admin: str, node: str, desk: str) -> None:
    """The desk first: a node whose desk lacks what it has read would stop it."""
    with dump.outages():
        make_log(admin, desk)
    with dump.filling_log(dump.beside(admin, desk), LOG_OWNER) as connection:
        _load(connection, file, file.manifest.of(DESK))
    with dump.filling(admin, node, file.manifest.migrations) as connection:
        _load(connection, file, file.manifest.of(NODE))


def _load(connection: dump.Connection, file: Reader, parts: Iterable[Part]) -> None:
    for part in parts:
        dump.copy_in(connection, part.copied, file.blocks(part))


def _remember(folder: Path, restored: Restored) -> None:
    line = {"taken": restored.taken, "at": restored.at, "desk_end": restored.desk_end}
    with (folder / RESTORATIONS).open("a") as file:
        file.write(f"{json.dumps(line)}\n")


def restorations(folder: Path) -> list[dict[str, str]]:
    """What was restored here and not looked into: taken, at, desk_end."""
    path = folder / RESTORATIONS
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
