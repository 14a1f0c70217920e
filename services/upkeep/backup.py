"""A backup of a running node: its databases, never a key (PROTOCOL 10).

The node's moment is fixed before the desk's: a desk log that is ahead heals the ledger, one that is behind would stop
the desk.
"""

from pathlib import Path

from contracts.channels import DESK as DESK_CHANNEL
from contracts.channels import Topic
from services.domain.clocks import format_time
from services.node.folds import now_ms
from services.node.settings import Settings
from services.storage import dump, migrate, survey
from services.upkeep.archive import DESK, NODE, Manifest, Part, Which, Writer, writing


def backup(settings: Settings, path: Path) -> Manifest:
    """Writes a new file of mode 0600. May run beside the node, as the runtime role.

    Raises NotYet, StorageError, MigrationError (the databases are not this software's), OSError.
    """
    taken = format_time(now_ms())
    with dump.snapshot(settings.database) as node, dump.snapshot(settings.desk) as desk, writing(path) as file:
        parts = [_part(file, NODE, node, table) for table in dump.node_tables(node)]
        parts += [_part(file, DESK, desk, table) for table in dump.log_tables(desk)]
        manifest = Manifest(
            source=settings.source,
            root=settings.root,
            taken=taken,
            migrations=migrate.applied(node),
            desk_end=survey.log_end(desk, str(Topic(DESK_CHANNEL, 1))),
            parts=tuple(parts),
        )
        file.manifest(manifest)
    return manifest


def _part(file: Writer, which: Which, connection: dump.Connection, table: dump.Table) -> Part:
    with dump.copied(connection, table) as data:
        return file.table(which, table, data)
