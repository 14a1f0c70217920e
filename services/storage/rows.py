"""Generic rows of views: rows and the position they were made at are committed together; a pointer swaps a view."""

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from psycopg import IsolationLevel

from services.storage.errors import PositionError
from services.storage.pool import Link, Pool

__all__ = ["Cut", "Place", "PositionError", "Rows", "Wanted"]

# The view is given twice: a pointer that depended on the row would be looked up for each
_LIVE = """SELECT key, row FROM view_row WHERE view = %s
AND generation = (SELECT generation FROM view_pointer WHERE view_pointer.view = %s)"""
_PAGE = f"{_LIVE} AND key > %s AND key >= %s AND key < %s ORDER BY key LIMIT %s"
LAST = "\U0010ffff"
"""Greater than whatever goes on behind a prefix, in order of code points."""
_WANTED = """SELECT view, key, view_row.row FROM view_row JOIN view_pointer USING (view, generation)
WHERE view = ANY(%(views)s) AND key > %(after)s AND key >= %(prefix)s AND key < %(end)s
AND (%(status)s = '' OR view_row.row->>'status' = %(status)s)
AND (%(unit)s = '' OR %(unit)s IN (view_row.row->>'owner', view_row.row->>'counterpart'))
AND (view_row.row->'timeline'->0->>'at')::bigint BETWEEN %(since)s AND %(until)s
AND view_row.row @> %(holds)s::jsonb ORDER BY key LIMIT %(limit)s"""
_HELD = """SELECT view, generation, key, row FROM view_row
JOIN unnest(%s::text[], %s::int[], %s::text[]) AS asked (view, generation, key) USING (view, generation, key)"""
_FIRST = """INSERT INTO view_position (view, generation, topic, "offset")
SELECT view, generation, %(topic)s, %(offset)s FROM unnest(%(views)s::text[], %(generations)s::int[])
  AS asked (view, generation) ORDER BY view, generation ON CONFLICT DO NOTHING"""
# In one order for everybody: two projectors never wait for each other
_NEXT = """WITH held AS (
  SELECT view, generation FROM view_position
  JOIN unnest(%(views)s::text[], %(generations)s::int[]) AS asked (view, generation) USING (view, generation)
  WHERE topic = %(topic)s AND "offset" = %(before)s ORDER BY view, generation FOR UPDATE OF view_position)
UPDATE view_position SET "offset" = %(offset)s FROM held
WHERE (view_position.view, view_position.generation, topic) = (held.view, held.generation, %(topic)s)"""
_UPSERT = """INSERT INTO view_row (view, generation, key, row)
SELECT view, generation, key, row::jsonb
FROM unnest(%b::text[], %b::int[], %b::text[], %b::text[]) AS changed (view, generation, key, row)
ON CONFLICT (view, generation, key) DO UPDATE SET row = excluded.row"""
_POINTER = """INSERT INTO view_pointer (view, version, generation) VALUES (%s, %s, %s)
ON CONFLICT (view) DO UPDATE SET (version, generation) = (excluded.version, excluded.generation)"""


class Cut(NamedTuple):
    """A live view at one moment: positions (topic -> offset of the last record in the rows) and rows, by key.

    version: by which it was folded; 0: never.
    """

    version: int
    positions: dict[str, int]
    rows: list[tuple[str, dict[str, Any]]]


class Wanted(NamedTuple):
    """What rows of matters are looked for: by status, by a unit on either side, begun within (ms, both included).

    prefix: of the key. holds: JSON that the row contains. Empty: any.
    """

    prefix: str = ""
    status: str = ""
    unit: str = ""
    since: int = 0
    until: int = 2**53
    holds: Mapping[str, Any] = MappingProxyType({})


class Place(NamedTuple):
    """One folding of a view."""

    view: str
    generation: int


class Rows:
    """Rows of all views of a node. A generation is one folding of a view from zero; one of them is live."""

    def __init__(self, url: str) -> None:
        """``url``: of the runtime role. Connects when first used."""
        self._pool = Pool(url)

    def places(self, versions: Mapping[str, int], pointers: Mapping[str, tuple[int, int]]) -> list[Place]:
        """The live generation of each of these views (name -> version).

        Where a view was never folded by this version of it, an empty generation is made live.

        Args:
            pointers: view -> (version, generation) of what is live.
        """
        live = {view: number for view, (version, number) in pointers.items() if versions.get(view) == version}
        return [Place(view, live[view] if view in live else self.generation(view, versions[view])) for view in versions]

    def generation(self, view: str, version: int) -> int:
        """The live generation; where the view was never folded by this version of it, an empty one is made live."""
        live = self._live(view, version)
        if live is not None:
            return live
        with self._pool.transaction() as link:
            link.execute("SELECT pg_advisory_xact_lock(hashtext('duikou_view'), hashtext(%s))", (view,))
            live = self._live(view, version)  # somebody else may have been first
            if live is None:
                live = self.begin(view)
                _swap(link, view, version, live)
        return live

    def _live(self, view: str, version: int) -> int | None:
        query = "SELECT generation FROM view_pointer WHERE view = %s AND version = %s"
        row = self._pool.one(query, view, version)
        return None if row is None else int(row["generation"])

    def begin(self, view: str) -> int:
        """An empty generation beside the live one, to fold again into it; nobody else is given the same."""
        row = self._pool.one("SELECT nextval('view_generation') AS next")
        return int(row["next"]) if row else 0

    def swap(self, view: str, version: int, generation: int) -> None:
        """From here on that generation is the view; all others of it go."""
        with self._pool.transaction() as link:
            _swap(link, view, version, generation)

    def positions(self, view: str, generation: int | None = None) -> dict[str, int]:
        """Topic -> offset of the last record that is in the rows, of the live (or the given) generation."""
        with self._pool.connection() as link:
            return _positions(link, view, generation)

    def commit(
        self, topic: str, before: int, offset: int, changed: Mapping[Place, Mapping[str, Mapping[str, Any]]]
    ) -> None:
        """Changed rows of some views, and the position of all of them from ``before`` (-1: none yet) up to ``offset``.

        Or nothing of it. Raises PositionError, NotYet; ValueError for a position that does not go up.
        """
        if offset <= before:
            raise ValueError("positions only go up")
        with self._pool.transaction() as link:
            if not _moved(link, list(changed), topic, before, offset):
                raise PositionError(f"not all of {', '.join(sorted(place.view for place in changed))} are at {before}")
            rows = [(*place, key, _text(row)) for place, found in changed.items() for key, row in found.items()]
            if rows:
                link.execute(_UPSERT, [list(column) for column in zip(*rows, strict=True)])

    def held(self, asked: Mapping[Place, Iterable[str]]) -> dict[Place, dict[str, dict[str, Any]]]:
        """Rows by place and key, as far as they exist."""
        found: dict[Place, dict[str, dict[str, Any]]] = {place: {} for place in asked}
        wanted = [(*place, key) for place, keys in asked.items() for key in sorted(keys)]
        if wanted:
            for row in self._pool.rows(_HELD, *(list(column) for column in zip(*wanted, strict=True))):
                found[Place(row["view"], row["generation"])][row["key"]] = row["row"]
        return found

    def read(self, view: str, key: str) -> dict[str, Any] | None:
        """One row of the live generation."""
        found = self._pool.one(f"{_LIVE} AND key = %s", view, view, key)
        return None if found is None else found["row"]

    def search(
        self, views: Iterable[str], wanted: Wanted, after: str = "", limit: int = 100
    ) -> list[tuple[str, str, dict[str, Any]]]:
        """(view, key, row) of live generations, by key as ``list``; reads every row behind ``after`` until enough."""
        named = {**wanted._asdict(), "holds": json.dumps(dict(wanted.holds)), "end": wanted.prefix + LAST}
        with self._pool.connection() as link:
            found = link.execute(_WANTED, {**named, "views": list(views), "after": after, "limit": limit}).fetchall()
        return [(row["view"], row["key"], row["row"]) for row in found]

    def containing(self, view: str, documents: Iterable[Mapping[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
        """(key, row) of the live rows that contain one of these."""
        given = [json.dumps(dict(one)) for one in documents]
        found = self._pool.rows(f"{_LIVE} AND view_row.row @> ANY(%s::jsonb[])", view, view, given)
        return [(row["key"], row["row"]) for row in found]

    def list(self, view: str, prefix: str = "", after: str = "", limit: int = 100) -> list[tuple[str, dict[str, Any]]]:
        """(key, row) of the live generation, by key in code point order, at most ``limit`` behind ``after``."""
        found = self._pool.rows(_PAGE, view, view, after, prefix, prefix + LAST, limit)
        return [(row["key"], row["row"]) for row in found]

    def all(self, view: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every row of the live generation, by key."""
        yield from self.cut(view).rows

    def cut(self, view: str) -> Cut:
        """Live rows and positions that belong together, for a fingerprint, while projectors go on."""
        with self._pool.connection() as link:
            link.isolation_level = IsolationLevel.REPEATABLE_READ
            try:
                with link.transaction():
                    rows = link.execute(f"{_LIVE} ORDER BY key", (view, view)).fetchall()
                    return Cut(_version(link, view), _positions(link, view), [(row["key"], row["row"]) for row in rows])
            finally:
                link.isolation_level = None

    def close(self) -> None:
        """Let go of connections."""
        self._pool.close()


def _moved(link: Link, places: list[Place], topic: str, before: int, offset: int) -> bool:
    values = {"views": [place.view for place in places], "generations": [place.generation for place in places]}
    said = {**values, "topic": topic, "before": before, "offset": offset}
    return link.execute(_FIRST if before < 0 else _NEXT, said).rowcount == len(places)


def _text(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _swap(link: Link, view: str, version: int, generation: int) -> None:
    link.execute(_POINTER, (view, version, generation))
    link.execute("DELETE FROM view_row WHERE view = %s AND generation <> %s", (view, generation))
    link.execute("DELETE FROM view_position WHERE view = %s AND generation <> %s", (view, generation))


def _version(link: Link, view: str) -> int:
    row = link.execute("SELECT version FROM view_pointer WHERE view = %s", (view,)).fetchone()
    return row["version"] if row else 0


def _positions(link: Link, view: str, generation: int | None = None) -> dict[str, int]:
    query = """SELECT topic, "offset" FROM view_position WHERE view = %(view)s
    AND generation = coalesce(%(generation)s, (SELECT generation FROM view_pointer WHERE view = %(view)s))"""
    rows = link.execute(query, {"view": view, "generation": generation}).fetchall()
    return {row["topic"]: row["offset"] for row in rows}
