"""A node's two databases, made or brought up to this software; may be repeated. Needs an administrator (STACK)."""

from contracts.channels import DESK, Topic
from services.node.settings import Settings
from services.storage import dump, migrate
from services.transport.embedded import MEMBER, EmbeddedTopics, install


def prepare(settings: Settings, admin: str) -> dict[str, str]:
    """Database of the node and of its desk, with roles, tables and the desk's topic; what was made ready.

    Raises NotYet, MigrationError, StorageError, ValueError: a setting names no database.
    """
    node, desk = dump.database_of(settings.database), dump.database_of(settings.desk)
    with dump.outages():
        migrate.prepare(admin, node)
        make_log(admin, desk)
        topics = EmbeddedTopics(dump.beside(admin, desk))
        topics.create(str(Topic(DESK, 1)))
        topics.close()
    return {"database": node, "desk": desk}


def make_log(admin: str, database: str) -> None:
    """The desk's database with an empty embedded log that the runtime role uses. Raises psycopg.Error."""
    migrate.create(admin, database)
    install(dump.beside(admin, database))
    migrate.let_use(admin, MEMBER)
