"""Rows of a unit's own ledgers; each is derivable from its envelope alone (PROTOCOL 6)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from contracts.envelope import Envelope, Head, Signed
from services.storage.pool import Link

STREAM, NUMBER, ID, CLAIM = "ledger_stream", "ledger_number", "ledger_id", "claim_once"
"""Unique constraints. Decide again; seal again; done already; a content id or document number is taken."""

SELECT = "SELECT id, ledger, epoch, sequence, digest, state, signature, keyid FROM ledger"
_COLUMNS = {
    "originator_id": "text",
    "originator_version": "bigint",
    "topic": "text",
    "state": "bytea",
    "signature": "bytea",
    "keyid": "text",
    "id": "text",
    "ledger": "text",
    "epoch": "int",
    "sequence": "bigint",
    "digest": "text",
}
_INSERT = f"""WITH claims AS (
  INSERT INTO claim (ledger, what, id) SELECT * FROM unnest(%b::text[], %b::text[], %b::text[]))
INSERT INTO ledger ({", ".join(_COLUMNS)})
SELECT * FROM unnest({", ".join(f"%b::{kind}[]" for kind in _COLUMNS.values())})"""  # noqa: S608 - names from here


class Sealed(NamedTuple):
    """An own event as it stands in its ledger: channel/source, epoch, number; its envelope's bytes and signature."""

    id: str
    ledger: str
    epoch: int
    sequence: int
    digest: str
    value: bytes
    signature: bytes
    keyid: str

    @classmethod
    def of(cls, envelope: Envelope, signed: Signed) -> "Sealed":
        """``signed`` holds the bytes that ``envelope`` was parsed from."""
        place = (envelope.ledger, envelope.epoch, envelope.number)
        return cls(envelope.id, *place, signed.digest, signed.value, signed.signature, signed.keyid)

    @property
    def head(self) -> Head:
        """What the next envelope of this epoch follows."""
        return Head(self.epoch, self.sequence, self.digest)

    @property
    def signed(self) -> Signed:
        """As it goes to the log."""
        return Signed(self.value, self.signature, self.keyid)


class Row(NamedTuple):
    """What is inserted: an own event, its version in its stream, and what it claims."""

    sealed: Sealed
    stream: str
    version: int
    type: str
    once: Sequence[str] = ()


def read(row: Mapping[str, Any]) -> Sealed:
    """From the columns of SELECT."""
    address = (row["id"], row["ledger"], row["epoch"], row["sequence"], row["digest"])
    return Sealed(*address, bytes(row["state"]), bytes(row["signature"]), row["keyid"])


def insert(link: Link, rows: Sequence[Row]) -> None:
    """All of them and their claims, or nothing, in one statement. Raises psycopg.errors.UniqueViolation."""
    claims = [(row.sealed.ledger, what, row.sealed.id) for row in rows for what in row.once]
    columns = zip(*map(_values, rows), strict=True)
    link.execute(_INSERT, [*_columns(claims), *map(list, columns)])


def _columns(claims: list[tuple[str, str, str]]) -> list[list[str]]:
    return [[claim[place] for claim in claims] for place in range(3)]


def _values(row: Row) -> tuple[Any, ...]:
    e = row.sealed
    return (
        row.stream,
        row.version,
        row.type,
        e.value,
        e.signature,
        e.keyid,
        e.id,
        e.ledger,
        e.epoch,
        e.sequence,
        e.digest,
    )


def version(link: Link, stream: str) -> int:
    """How many own events a stream has."""
    query = "SELECT coalesce(max(originator_version), 0) AS version FROM ledger WHERE originator_id = %s"
    row = link.execute(query, (stream,)).fetchone()
    return int(row["version"]) if row else 0


def last(link: Link, ledger: str, epoch: int) -> Head | None:
    """The last own row of an epoch."""
    query = "SELECT sequence, digest FROM ledger WHERE ledger = %s AND epoch = %s ORDER BY sequence DESC LIMIT 1"
    row = link.execute(query, (ledger, epoch)).fetchone()
    return None if row is None else Head(epoch, row["sequence"], row["digest"])


def by_ids(link: Link, ids: Sequence[str]) -> dict[str, Sealed]:
    """Own events by id, as far as they are there."""
    found = link.execute(f"{SELECT} WHERE id = ANY(%s)", (list(ids),)).fetchall()
    return {row["id"]: read(row) for row in found}
