"""Generic rows of views: a row and the position it was made at are committed together; a view is swapped by a pointer."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from services.storage.pool import Pool


class PositionError(Exception):
    """Another projector was faster, or the database went back: read the position again."""


class Rows:
    """Rows of all views of a node. A generation is one folding of a view from zero."""

    def __init__(self, url: str) -> None:
        self._pool = Pool(url)

    def generation(self, view: str, version: int) -> int:
        """The live generation of a view; a new one where the view's version changed or it never was."""
        row = self._pool.one("SELECT version, generation FROM view_pointer WHERE view = %s", view)
        if row is not None and row["version"] == version:
            return int(row["generation"])
        generation = self.begin(view)
        self.swap(view, version, generation)
        return generation

    def begin(self, view: str) -> int:
        """An empty generation beside the live one."""
        row = self._pool.one(
            "SELECT greatest((SELECT max(generation) FROM view_row WHERE view = %s),"
            " (SELECT max(generation) FROM view_position WHERE view = %s),"
            " (SELECT max(generation) FROM view_pointer WHERE view = %s), 0) + 1 AS next",
            *(view,) * 3,
        )
        return 1 if row is None else int(row["next"])

    def swap(self, view: str, version: int, generation: int) -> None:
        """From here on that generation is the view; the others go."""
        with self._pool.transaction() as connection:
            connection.execute(
                "INSERT INTO view_pointer VALUES (%s, %s, %s) ON CONFLICT (view)"
                " DO UPDATE SET (version, generation) = (excluded.version, excluded.generation)",
                (view, version, generation),
            )
            for table in ("view_row", "view_position"):
                statement = f"DELETE FROM {table} WHERE view = %s AND generation <> %s"  # noqa: S608
                connection.execute(statement, (view, generation))

    def positions(self, view: str, generation: int) -> dict[str, int]:
        """Topic -> offset of the last record that is in the rows."""
        query = 'SELECT topic, "offset" FROM view_position WHERE view = %s AND generation = %s'
        return {row["topic"]: row["offset"] for row in self._pool.rows(query, view, generation)}

    def commit(
        self, view: str, generation: int, topic: str, before: int, offset: int, changed: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Changed rows, and the position from ``before`` (-1: none yet) to ``offset``. Raises PositionError, NotYet."""
        with self._pool.transaction() as connection:
            found = connection.execute(
                'SELECT "offset" FROM view_position WHERE (view, generation, topic) = (%s, %s, %s) FOR UPDATE',
                (view, generation, topic),
            ).fetchone()
            if (-1 if found is None else found["offset"]) != before:
                raise PositionError(f"{view} {topic}")
            connection.execute(
                "INSERT INTO view_position VALUES (%s, %s, %s, %s) ON CONFLICT (view, generation, topic)"
                ' DO UPDATE SET "offset" = excluded."offset"',
                (view, generation, topic, offset),
            )
            connection.execute(
                "INSERT INTO view_row SELECT %s, %s, key, row::jsonb FROM unnest(%s::text[], %s::text[]) AS t (key, row)"
                " ON CONFLICT (view, generation, key) DO UPDATE SET row = excluded.row",
                (view, generation, list(changed), [json.dumps(row, ensure_ascii=False) for row in changed.values()]),
            )

    def read(self, view: str, key: str, generation: int | None = None) -> dict[str, Any] | None:
        """One row of the live (or the given) generation."""
        query = "SELECT row FROM view_row WHERE view = %s AND key = %s AND generation = "
        row = self._pool.one(query + self._which(generation), view, key, generation or view)
        return None if row is None else row["row"]

    def list(self, view: str, prefix: str = "", after: str = "", limit: int = 100) -> list[tuple[str, dict[str, Any]]]:
        """(key, row) of the live generation, by key, at most ``limit`` behind ``after``."""
        rows = self._pool.rows(
            "SELECT key, row FROM view_row WHERE view = %s AND starts_with(key, %s) AND key > %s AND generation = "
            f"{self._which(None)} ORDER BY key LIMIT %s",
            view,
            prefix,
            after,
            view,
            limit,
        )
        return [(row["key"], row["row"]) for row in rows]

    def all(self, view: str, generation: int | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every row, for fingerprints."""
        query = f"SELECT key, row FROM view_row WHERE view = %s AND generation = {self._which(generation)} ORDER BY key"
        for row in self._pool.rows(query, view, generation or view):
            yield row["key"], row["row"]

    def _which(self, generation: int | None) -> str:
        return "%s" if generation else "(SELECT generation FROM view_pointer WHERE view = %s)"

    def close(self) -> None:
        """Let go of connections."""
        self._pool.close()
