"""Tokens by which contents are found, and which search used which record. Holds no value and no key (PROTOCOL 10)."""

from collections.abc import Iterable
from typing import NamedTuple

from services.storage.pool import Pool

DAY_MS = 86_400_000
_WRITE = """INSERT INTO content_index (token, key, channel, content, written)
SELECT token, %s, %s, %s, %s FROM unnest(%b::bytea[]) AS given (token) ON CONFLICT DO NOTHING"""
_FOUND = """SELECT DISTINCT channel, content FROM content_index
WHERE token = ANY(%b::bytea[]) AND key = %s AND (%s = '' OR channel = %s) ORDER BY channel, content"""
_SPEND = """INSERT INTO index_search (record, officer, token, at)
SELECT %(record)s, %(officer)s, %(token)s, %(now)s
WHERE (SELECT count(*) FROM index_search WHERE officer = %(officer)s AND at > %(since)s) < %(most)s
ON CONFLICT DO NOTHING"""


class Indexed(NamedTuple):
    """A content that has rows; written: ms, the newest of them."""

    channel: str
    content: str
    written: int


class Index:
    """The index of one node. Safe for many threads; connects when first used. Every method may raise NotYet."""

    def __init__(self, url: str) -> None:
        """``url``: of the runtime role."""
        self._pool = Pool(url, 2)

    def write(self, key: str, channel: str, content: str, tokens: Iterable[bytes], now: int) -> None:
        """Tokens of one content, made with that key; what stands there already stays."""
        self._pool.run(_WRITE, key, channel, content, now, sorted(tokens))

    def found(self, key: str, tokens: Iterable[bytes], channel: str = "") -> list[tuple[str, str]]:
        """(channel, content) with any of the tokens; only of that channel, where one is named."""
        rows = self._pool.rows(_FOUND, sorted(tokens), key, channel, channel)
        return [(row["channel"], row["content"]) for row in rows]

    def spend(self, record: str, officer: str, token: bytes, now: int, most: int) -> bytes | None:
        """The token that an access record serves for: the given one, if it served for none yet.

        None: the officer has searched ``most`` times within the last 24 hours.
        """
        said = {"record": record, "officer": officer, "token": token, "now": now, "since": now - DAY_MS, "most": most}
        with self._pool.transaction() as link:
            link.execute("SELECT pg_advisory_xact_lock(hashtext('duikou_search'), hashtext(%s))", (officer,))
            link.execute(_SPEND, said)
            row = link.execute("SELECT token FROM index_search WHERE record = %s", (record,)).fetchone()
        return None if row is None else bytes(row["token"])

    def contents(self) -> list[Indexed]:
        """Every content that has rows, by channel."""
        query = "SELECT channel, content, max(written) AS written FROM content_index GROUP BY 1, 2 ORDER BY 1, 2"
        return [Indexed(**row) for row in self._pool.rows(query)]

    def forget(self, channel: str, content: str) -> None:
        """Nobody finds that content any more."""
        self._pool.run("DELETE FROM content_index WHERE (channel, content) = (%s, %s)", channel, content)

    def close(self) -> None:
        """Let go of connections."""
        self._pool.close()
