"""Which of the things owed somebody was told of, and what waits: kept, so that a restart tells nobody twice."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from services.storage.pool import Link, Pool

_LOCK = "SELECT pg_try_advisory_lock(hashtext('duikou_notification')) AS mine"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('duikou_notification'))"
_SEEN = """INSERT INTO notification (item, level, seen, next)
SELECT item, level, %b, next FROM unnest(%b::text[], %b::text[], %b::bigint[]) AS owed (item, level, next)
ON CONFLICT DO NOTHING"""
_WAITING = "SELECT item, level, attempts FROM notification WHERE told IS NULL AND next <= %s ORDER BY seen, item, level"
_DROP = "DELETE FROM notification WHERE NOT item = ANY(%b::text[]) AND (told IS NULL OR told < %b)"
_MINE = "(item, level) IN (SELECT * FROM unnest(%b::text[], %b::text[]))"
_TOLD = f"UPDATE notification SET told = %b WHERE {_MINE}"  # noqa: S608 - from here
_FAILED = f"UPDATE notification SET attempts = attempts + 1, next = %b WHERE {_MINE}"  # noqa: S608 - from here


KEPT = 90 * 86_400_000
"""Ms for which it is known that somebody was told of a thing that is owed no more."""


class Owed(NamedTuple):
    """A thing owed, by a name of its own, and a level; next: ms, not to be told before."""

    item: str
    level: str
    next: int


class Waits(NamedTuple):
    """What is to be told now, and how often that failed."""

    item: str
    level: str
    attempts: int


class Round:
    """One look, by the only worker that has the lock. Every method may raise NotYet."""

    def __init__(self, link: Link) -> None:
        """The connection holds the lock."""
        self._link = link

    def seen(self, owed: Sequence[Owed], now: int) -> list[Waits]:
        """Keeps what is new; drops what is owed no more and was never told, or long ago. What waits to be told now."""
        columns = [list(column) for column in zip(*owed, strict=True)] if owed else [[], [], []]
        self._link.execute(_SEEN, (now, *columns))
        self._link.execute(_DROP, (columns[0], now - KEPT))
        return [Waits(**row) for row in self._link.execute(_WAITING, (now,)).fetchall()]

    def told(self, waits: Iterable[Waits], now: int) -> None:
        """They were handed over."""
        self._link.execute(_TOLD, (now, *_named(waits)))

    def failed(self, waits: Iterable[Waits], again: int) -> None:
        """They were not; not before ``again`` (ms)."""
        self._link.execute(_FAILED, (again, *_named(waits)))


def _named(waits: Iterable[Waits]) -> tuple[list[str], list[str]]:
    found = list(waits)
    return [one.item for one in found], [one.level for one in found]


class Notifications:
    """Of one node. Safe for many threads; connects when first used."""

    def __init__(self, url: str) -> None:
        """``url``: of the runtime role."""
        self._pool = Pool(url, 1)

    @contextmanager
    def round(self) -> Iterator[Round | None]:
        """None: another worker is at it. Raises NotYet."""
        with self._pool.connection() as link:
            row = link.execute(_LOCK).fetchone()
            if row is None or not row["mine"]:
                yield None
                return
            try:
                yield Round(link)
            finally:
                if not link.closed:
                    link.execute(_UNLOCK)

    def close(self) -> None:
        """Let go of connections."""
        self._pool.close()
