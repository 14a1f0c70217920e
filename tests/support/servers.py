"""Servers for tests, and what a test does without them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

NO_SKIP = "DUIKOU_NO_SKIP"  # environment: 1 where a skipped test would be a hole, as in CI

# The tests kill processes, never the machine: the page cache outlives a killed server.
HASTY = {"fsync": "off"}


def skip_or_fail(reason: str) -> NoReturn:
    """Skip the test, or fail it where nothing may be skipped."""
    if os.environ.get(NO_SKIP) == "1":
        pytest.fail(f"{NO_SKIP}=1 and {reason}")
    pytest.skip(reason)


@contextmanager
def server_folder(name: str) -> Iterator[Path]:
    """A folder for a server's state, removed at the end.

    Not under pytest's own: its path is too long for a unix socket, and pytest closes it to other accounts.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"duikou-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
