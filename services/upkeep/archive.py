"""The file of a backup: a ZIP of tables in COPY's text form and a manifest that binds them to unit and root.

The manifest has the sha-256 of every table. Nobody signs it: what a file says is believed only as far as the envelopes
in it verify (``duikou fsck``) and the log agrees (``services.storage.healing``).
"""

import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from errno import EEXIST, EINVAL
from hashlib import sha256
from pathlib import Path
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from services.storage.dump import Table
from services.upkeep.errors import BackupError

MANIFEST = "manifest.json"
MANIFEST_BYTES = 1_000_000
BLOCK = 1_048_576
Which = Literal["node", "desk"]
NODE: Which = "node"
DESK: Which = "desk"
_DAMAGE = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, ValueError, RuntimeError, OSError)
"""RuntimeError: what the library says of a file that is encrypted, or of a version that it does not know."""
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Part(BaseModel):
    """One table: of which database, its columns in order, how many rows, sha-256 hex of its bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database: Which
    table: str
    columns: tuple[str, ...]
    rows: int
    sha256: str

    @property
    def name(self) -> str:
        """The member of the ZIP."""
        return f"{self.database}/{self.table}.copy"

    @property
    def copied(self) -> Table:
        """As the database takes it."""
        return Table(self.table, self.columns)


class Manifest(BaseModel):
    """Whose backup it is and of when. taken: RFC 3339, before the first snapshot; desk_end: last offset, -1: empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["duikou.backup.v1"] = "duikou.backup.v1"
    source: str
    root: str
    taken: str
    migrations: dict[str, str]
    desk_end: int
    parts: tuple[Part, ...]

    def of(self, database: str) -> list[Part]:
        """The tables of one database, in the order they are filled."""
        return [part for part in self.parts if part.database == database]


class Writer:
    """Tables going in, one after the other, then the manifest."""

    def __init__(self, zip: zipfile.ZipFile) -> None:
        self._zip = zip

    def table(self, database: Which, table: Table, data: Iterable[bytes]) -> Part:
        """What the manifest says of it."""
        digest, rows = sha256(), 0
        with self._zip.open(f"{database}/{table.name}.copy", "w", force_zip64=True) as member:
            for block in data:
                member.write(block)
                digest.update(block)
                rows += block.count(b"\n")
        return Part(database=database, table=table.name, columns=table.columns, rows=rows, sha256=digest.hexdigest())

    def manifest(self, manifest: Manifest) -> None:
        """Last: a file without it is none."""
        self._zip.writestr(MANIFEST, manifest.model_dump_json(indent=1))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new file of mode 0600, whole and on disk or not at all; never overwrites. Raises OSError."""
    if path.exists():
        raise FileExistsError(EEXIST, "there is such a file; it is never overwritten", str(path))
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zip:
                yield Writer(zip)
            file.flush()
            os.fsync(descriptor)
        os.link(temporary, path)  # unlike rename, it fails where there is one
    finally:
        temporary.unlink(missing_ok=True)


class Reader:
    """A backup whose every table has the digest that its manifest names."""

    def __init__(self, zip: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip, self.manifest = zip, manifest

    def blocks(self, part: Part) -> Iterator[bytes]:
        """A table's bytes."""
        with self._zip.open(part.name) as member:
            while block := member.read(BLOCK):
                yield block


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Everything is read once before anything is used. Raises BackupError, OSError."""
    with path.open("rb") as file:
        with _damage(path):
            reader = _verified(zipfile.ZipFile(file))
        yield reader


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """What the library raises for bytes that are no ZIP, or no longer. Raises BackupError."""
    try:
        yield
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno != EINVAL:  # else it names a place before its begin
            raise
        raise BackupError(f"{path} is no whole backup") from error


def _verified(zip: zipfile.ZipFile) -> Reader:
    if not {one.compress_type for one in zip.infolist()} <= _METHODS:
        raise zipfile.BadZipFile("packed as no backup is")
    reader = Reader(zip, _manifest(zip))
    for part in reader.manifest.parts:
        _verify(part, reader.blocks)
    return reader


def _manifest(zip: zipfile.ZipFile) -> Manifest:
    with zip.open(MANIFEST) as member:
        text = member.read(MANIFEST_BYTES)
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise BackupError("the manifest is not of this version") from error


def _verify(part: Part, blocks: Callable[[Part], Iterator[bytes]]) -> None:
    digest = sha256()
    for block in blocks(part):
        digest.update(block)
    if digest.hexdigest() != part.sha256:
        raise BackupError(f"{part.name} has not the digest that the manifest names: the file is damaged")
