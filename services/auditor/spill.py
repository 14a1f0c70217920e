"""Mappings of which the file system holds the older part: the longest history is replayed in bounded memory.

The file is SQLite's, temporary, and gone with the process; nothing in it comes from elsewhere. Items lie in the order
they came, found by an index over hashes of their keys: keys come in no order, and an index that held the items
themselves would be written in another place of a long file for each of them.
"""

import pickle
import sqlite3
import weakref
from collections.abc import Hashable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from itertools import count, islice
from typing import Any, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
NEAR = 1_000
"""Items of each mapping that stay in memory."""
_FILE = """PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
CREATE TABLE sorted (text TEXT)"""
_MAPPING = "CREATE TABLE {0} (hash INTEGER, name TEXT, key BLOB, value BLOB); CREATE INDEX {0}_hash ON {0} (hash)"


class Store:
    """One temporary file for many mappings."""

    def __init__(self, near: int = NEAR) -> None:
        """``near``: items of each mapping that stay in memory, at least 2."""
        self.near = near
        self.file = sqlite3.connect("", isolation_level=None, check_same_thread=False, cached_statements=1_000)
        self.file.executescript(_FILE)
        self._numbers = count()
        weakref.finalize(self, self.file.close)

    def mapping(self) -> "Spilled[Any, Any]":
        """A new and empty one."""
        table = f"mapping_{next(self._numbers)}"
        self.file.executescript(_MAPPING.format(table))
        return Spilled(self, table)

    def sorted(self, texts: Iterable[str]) -> Iterator[str]:
        """Texts in the order of their code points; one such order at a time."""
        self.file.execute("DELETE FROM sorted")
        with self.writing():
            self.file.executemany("INSERT INTO sorted VALUES (?)", ((text,) for text in texts))
        for (text,) in self.file.execute("SELECT text FROM sorted ORDER BY text"):
            yield text

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Many statements as one, also within others; what fails in it ends the store."""
        self.file.execute("SAVEPOINT writing")
        yield
        self.file.execute("RELEASE writing")


class Spilled(MutableMapping[K, V]):
    """Keys have a ``repr`` of their own; values can be pickled and are replaced, never changed."""

    def __init__(self, store: Store, table: str) -> None:
        self._store, self._table = store, table
        self._near: dict[K, V] = {}
        self._unwritten: set[K] = set()
        self._far = False

    def __getitem__(self, key: K) -> V:
        if key not in self._near:
            self._near[key] = self._fetched(key)
            self._make_room()
        return self._near[key]

    def __setitem__(self, key: K, value: V) -> None:
        self._near.pop(key, None)  # what was set last stays longest
        self._near[key] = value
        self._unwritten.add(key)
        self._make_room()

    def __delitem__(self, key: K) -> None:
        self[key]
        del self._near[key]
        self._unwritten.discard(key)
        self._one("DELETE FROM {} WHERE hash = ? AND name = ?", key)

    def __iter__(self) -> Iterator[K]:
        self._write(self._unwritten)
        for (key,) in self._file("SELECT key FROM {} ORDER BY name"):
            yield _read(key)

    def __len__(self) -> int:
        self._write(self._unwritten)
        return int(self._file("SELECT count(*) FROM {}").fetchone()[0])

    def _fetched(self, key: K) -> V:
        found = self._one("SELECT value FROM {} WHERE hash = ? AND name = ?", key).fetchone() if self._far else None
        if found is None:
            raise KeyError(key)
        value: V = _read(found[0])
        return value

    def _make_room(self) -> None:
        if len(self._near) <= self._store.near:
            return
        oldest = list(islice(self._near, self._store.near // 2))
        self._write(self._unwritten.intersection(oldest))
        for key in oldest:
            del self._near[key]

    def _write(self, keys: set[K]) -> None:
        if not keys:
            return
        with self._store.writing():
            for key in keys:
                value = pickle.dumps(self._near[key], 5)
                if not self._one("UPDATE {} SET value = ?3 WHERE hash = ?1 AND name = ?2", key, value).rowcount:
                    self._one("INSERT INTO {} VALUES (?, ?, ?, ?)", key, pickle.dumps(key, 5), value)
        self._far = True
        self._unwritten -= set(keys)

    def _one(self, statement: str, key: K, *values: bytes) -> sqlite3.Cursor:
        name = repr(key)
        return self._file(statement, hash(name), name, *values)

    def _file(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self._store.file.execute(statement.format(self._table), values)


def _read(written: bytes) -> Any:
    return pickle.loads(written)  # noqa: S301 - by this module
