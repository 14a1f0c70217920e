"""Files that hold private keys: mode 0600, never half written, never in PostgreSQL (PROTOCOL 10, STACK trap 32)."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_IMODE, S_ISREG
from uuid import uuid4

OTHERS = 0o077
"""Any right of group or world."""


class PrivateFileError(Exception):
    """The operator's fault: missing, taken, not writable, or others may do something with it.

    A key that others could read counts as known to them: close it, do not just change the mode.
    """


def read(path: Path) -> bytes:
    """All bytes of a private file; links are followed (secret mounts are links). Raises PrivateFileError.

    The rights are those of the file that was opened, so it cannot be exchanged between the look and the read.
    """
    with _ours("read", path), open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123 - flags
        mode = os.fstat(file.fileno()).st_mode
        if not S_ISREG(mode) or S_IMODE(mode) & OTHERS:
            raise PrivateFileError(f"{path} has mode {S_IMODE(mode):04o}, must be a file of mode 0600")
        return file.read()


def create(path: Path, data: bytes) -> None:
    """A new file, whole or not at all; never overwrites. Raises PrivateFileError."""
    with _ours("create", path), _written(path.with_name(f".{path.name}.{uuid4().hex}"), data) as temporary:
        os.link(temporary, path)  # unlike rename, it fails where there is one
        _sync_folder(path.parent)


def put(path: Path, data: bytes) -> None:
    """As ``create``, over whatever stands there: for a file whose name says what it holds. Raises PrivateFileError."""
    with _ours("write", path), _written(path.with_name(f".{path.name}.{uuid4().hex}"), data) as temporary:
        temporary.replace(path)
        _sync_folder(path.parent)


def unless_there(path: Path, make: Callable[[], object]) -> None:
    """Lets a file be made where there is none; of several who begin at once one makes it, and the others find it.

    Raises what ``make`` raises, if there is still no file.
    """
    if path.exists():
        return
    try:
        make()
    except Exception:
        if not path.exists():
            raise


def replace(path: Path, data: bytes) -> None:
    """New content, on disk when this returns; a reader sees the old or the new one. Only under ``locked``.

    Raises PrivateFileError. The temporary file has one name, so what a crash left of it is gone with the next change.
    """
    temporary = path.with_name(f".{path.name}.new")
    with _ours("replace", path):
        temporary.unlink(missing_ok=True)
        with _written(temporary, data):
            temporary.replace(path)
        _sync_folder(path.parent)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone with the file among threads and processes. Waits. Raises PrivateFileError.

    The lock is a file beside it, which stays: removing it would let two hold it.
    """
    with _ours("lock", path):
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def _ours(verb: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PrivateFileError(f"cannot {verb} {path}: {error.strerror}") from error


@contextmanager
def _written(temporary: Path, data: bytes) -> Iterator[Path]:
    """A new file, already on disk; gone afterwards under that name."""
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
