"""Mappings of which the file system holds the older part: the longest history is replayed in bounded memory.

The file is SQLite's, temporary, and gone with the process; nothing in it comes from elsewhere.
"""

import pickle
import sqlite3
import weakref
from collections.abc import Hashable, Iterator, MutableMapping
from itertools import count, islice
from typing import Any, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
NEAR = 1_000
"""Items of each mapping that stay in memory."""
_TABLE = """PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
CREATE TABLE item (map INTEGER, name TEXT, key BLOB, value BLOB, PRIMARY KEY (map, name)) WITHOUT ROWID"""


class Store:
    """One temporary file for many mappings."""

    def __init__(self, near: int = NEAR) -> None:
        """``near``: items of each mapping that stay in memory, at least 2."""
        self.near = near
        self.file = sqlite3.connect("", isolation_level=None, check_same_thread=False)  # closed by any
        self.file.executescript(_TABLE)
        self._numbers = count()
        weakref.finalize(self, self.file.close)

    def mapping(self) -> "Spilled[Any, Any]":
        """A new and empty one."""
        return Spilled(self, next(self._numbers))


class Spilled(MutableMapping[K, V]):
    """Keys have a ``repr`` of their own; values can be pickled and are replaced, never changed."""

    def __init__(self, store: Store, number: int) -> None:
        self._store, self._number = store, number
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
        self._file("DELETE FROM item WHERE map = ? AND name = ?", self._number, repr(key))

    def __iter__(self) -> Iterator[K]:
        self._write(self._unwritten)
        for (key,) in self._file("SELECT key FROM item WHERE map = ? ORDER BY name", self._number):
            yield _read(key)

    def __len__(self) -> int:
        self._write(self._unwritten)
        return int(self._file("SELECT count(*) FROM item WHERE map = ?", self._number)[0][0])

    def _fetched(self, key: K) -> V:
        query = "SELECT value FROM item WHERE map = ? AND name = ?"
        found = self._far and self._file(query, self._number, repr(key))
        if not found:
            raise KeyError(key)
        value: V = _read(found[0][0])
        return value

    def _make_room(self) -> None:
        if len(self._near) <= self._store.near:
            return
        oldest = list(islice(self._near, self._store.near // 2))
        self._write(self._unwritten.intersection(oldest))
        for key in oldest:
            del self._near[key]

    def _write(self, keys: set[K]) -> None:
        rows = [(self._number, repr(key), pickle.dumps(key, 5), pickle.dumps(self._near[key], 5)) for key in keys]
        if rows:
            self._store.file.execute("BEGIN")
            self._store.file.executemany("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)", rows)
            self._store.file.execute("COMMIT")
            self._far = True
        self._unwritten -= set(keys)

    def _file(self, query: str, *values: Any) -> list[Any]:
        return self._store.file.execute(query, values).fetchall()


def _read(written: bytes) -> Any:
    return pickle.loads(written)  # noqa: S301 - by this module
