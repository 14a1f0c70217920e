"""A small file system that a test fills up, and the settings of a server that fits on it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.servers import HASTY

LITTLE = {**HASTY, "max_wal_size": "64MB", "min_wal_size": "32MB", "shared_buffers": "32MB"}
"""Servers that fit on a small file system."""
DISK_MB = 512


class Disk:
    """A small file system of its own under a folder, where this machine lets us mount one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"
        self.why_not = "it is not mounted"

    @contextmanager
    def mounted(self) -> Iterator["Disk"]:
        """A tmpfs (root with CAP_SYS_ADMIN only); else the folder as it is, and ``why_not`` says so."""
        self.folder.mkdir(parents=True)
        words = ["/bin/mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0711", "duikou-tests", str(self.folder)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.why_not = f"no file system of limited size can be mounted here: {done.stderr.strip()}"
            yield self
            return
        self.why_not = ""
        try:
            yield self
        finally:
            subprocess.run(["/bin/umount", "--lazy", str(self.folder)], check=True)

    def fill(self) -> bool:
        """Not a byte is left; False: nothing was done, for it would fill what others use."""
        if self.why_not:
            return False
        with self._filler.open("wb") as file, suppress(OSError):
            for step in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), step)
        return True

    def empty(self) -> None:
        """There is room again."""
        self._filler.unlink(missing_ok=True)
