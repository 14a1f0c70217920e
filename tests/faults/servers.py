"""Servers that a campaign stops, pauses, fills up and puts back to an older copy of their data."""

import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from subprocess import Popen
from typing import Protocol

from infra.kafka.broker import Broker
from infra.postgres.server import EmbeddedPostgres
from infra.processes import free_ports
from tests.support.disk import LITTLE, Disk
from tests.support.region import copy_folder

COPY = "older"


class Server(Protocol):
    """What a campaign does to a database or a broker."""

    disk: Disk

    def kill(self) -> None:
        """SIGKILL."""

    def stop(self) -> None:
        """It ends in order."""

    def revive(self) -> None:
        """It runs and answers, whatever became of it."""

    def pause(self) -> None:
        """Nothing answers, nothing is closed."""

    def resume(self) -> None:
        """It goes on."""

    def keep(self) -> None:
        """Takes a copy of its data, as an operator would: stopped."""

    def restore(self) -> None:
        """Puts the copy in place of its data; what ran on it was killed."""


class Database(EmbeddedPostgres):
    """A PostgreSQL server on a disk of its own."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk.folder / "pg", LITTLE)
        self.disk = disk

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._sockets / ".s.PGSQL.5432"

    def revive(self) -> None:
        """See ``Server``. What a full disk ended is started again."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None
        self.start()

    def pause(self) -> None:
        """Postmaster first, so that no more children come."""
        self._tell(signal.SIGSTOP)

    def resume(self) -> None:
        """See ``Server``."""
        self._tell(signal.SIGCONT)

    def keep(self) -> None:
        """See ``Server``."""
        self.stop()
        _keep(self._data, self.disk.folder / COPY)
        self.start()

    def restore(self) -> None:
        """See ``Server``."""
        self.kill()
        _put_back(self._data, self.disk.folder / COPY)
        self.start()

    def _tell(self, number: int) -> None:
        if self._process is None:
            return
        pid = self._process.pid
        _send(pid, number)
        with suppress(OSError):
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                _send(int(child), number)


class Kafka(Broker):
    """A broker with a listener for each line, advertised at the line's near end: a client keeps to its line."""

    def __init__(self, disk: Disk, lines: int) -> None:
        super().__init__(disk.folder / "kafka")
        self.disk = disk
        self.behind = free_ports(lines)
        """Where a line goes on to."""
        self.before: list[int] = []
        """Where clients find it; set before the start."""

    def configure(self) -> None:
        """With the lines' listeners."""
        super().configure()
        told = dict(line.split("=", 1) for line in self.properties.read_text().splitlines())
        for number, (behind, before) in enumerate(zip(self.behind, self.before, strict=True)):
            told["listeners"] += f",LINE{number}://127.0.0.1:{behind}"
            told["advertised.listeners"] += f",LINE{number}://127.0.0.1:{before}"
            told["listener.security.protocol.map"] += f",LINE{number}:SSL"
        self.properties.write_text("".join(f"{name}={value}\n" for name, value in told.items()))

    def revive(self) -> None:
        """See ``Server``."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None
        self.start()

    def pause(self) -> None:
        """See ``Server``; nothing happens if it does not run."""
        if not is_dead(self._process):
            super().pause()

    def resume(self) -> None:
        """See ``Server``; nothing happens if it does not run."""
        if not is_dead(self._process):
            super().resume()

    def keep(self) -> None:
        """See ``Server``."""
        self.stop()
        _keep(self.data, self.disk.folder / COPY)
        self.start()

    def restore(self) -> None:
        """See ``Server``."""
        self.kill()
        _put_back(self.data, self.disk.folder / COPY)
        self.start()


def _keep(data: Path, copy: Path) -> None:
    shutil.rmtree(copy, ignore_errors=True)
    copy_folder(data, copy)


def _put_back(data: Path, copy: Path) -> None:
    shutil.rmtree(data)
    copy_folder(copy, data)


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def is_dead(process: Popen[bytes] | None) -> bool:
    """Whether a process of ours has ended."""
    return process is None or process.poll() is not None


@contextmanager
def databases(folder: Path, names: Mapping[str, str]) -> Iterator[dict[str, Database]]:
    """Started servers, each on a disk of its own. ``names``: name -> folder's name."""
    with ExitStack() as stack:
        found = {}
        for name, place in names.items():
            disk = stack.enter_context(Disk(folder / place).mounted())
            found[name] = stack.enter_context(Database(disk))
        yield found
