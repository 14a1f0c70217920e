"""Which PostgreSQL to use: one that is given by address, else the embedded one."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.postgres.server import Databases, EmbeddedPostgres, ExternalPostgres

ADDRESS = "DUIKOU_POSTGRES"  # environment: connection string of an administrator


@contextmanager
def find_postgres(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Databases]:
    """A running server: the one $DUIKOU_POSTGRES names, else an embedded one that keeps its state in `folder`.

    `settings` are PostgreSQL parameters for the embedded one. Raises ServerError if it does not start.
    """
    address = os.environ.get(ADDRESS)
    if address:
        yield ExternalPostgres(address)
        return
    with EmbeddedPostgres(folder, settings) as server:
        yield server
