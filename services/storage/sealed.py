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
_LEDGER = f"""INSERT INTO ledger ({", ".join(_COLUMNS)})
SELECT * FROM unnest({", ".join(f"%b::{kind}[]" for kind in _COLUMNS.values())})"""  # noqa: S608 - names from here
_ONE = f"INSERT INTO ledger ({', '.join(_COLUMNS)}) VALUES ({', '.join('%b' for _ in _COLUMNS)})"  # noqa: S608
_INSERT = f"""WITH claims AS (
  INSERT INTO claim (ledger, what, id) SELECT * FROM unnest(%b::text[], %b::text[], %b::text[]))
{_LEDGER}"""  # noqa: S608
_HEAL = f"""WITH healed AS ({_LEDGER} ON CONFLICT DO NOTHING RETURNING id, digest), claims AS (
  INSERT INTO claim (ledger, what, id)
  SELECT said.* FROM unnest(%b::text[], %b::text[], %b::text[]) AS said (ledger, what, id) JOIN healed USING (id)
  ON CONFLICT DO NOTHING)
SELECT digest FROM healed"""  # noqa: S608


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
    if len(rows) == 1 and not rows[0].once:
        link.execute(_ONE, _values(rows[0]))
    else:
        link.execute(_INSERT, [*_claims(rows), *_columns(rows)])


def insert_lacking(link: Link, rows: Sequence[Row]) -> set[str]:
    """Those whose id, number and version are free, with what of their claims is; digests of what went in."""
    return {row["digest"] for row in link.execute(_HEAL, [*_columns(rows), *_claims(rows)])} if rows else set()


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*map(_values, rows), strict=True)]


def _claims(rows: Sequence[Row]) -> list[list[str]]:
    claims = [(row.sealed.ledger, what, row.sealed.id) for row in rows for what in row.once]
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


def versions(link: Link, streams: Sequence[str]) -> dict[str, int]:
    """How many own events each of these streams has."""
    query = """SELECT originator_id AS stream, max(originator_version) AS version FROM ledger
    WHERE originator_id = ANY(%s) GROUP BY originator_id"""
    found = {row["stream"]: int(row["version"]) for row in link.execute(query, (list(streams),))}
    return {stream: found.get(stream, 0) for stream in streams}


def last(link: Link, ledger: str, epoch: int) -> Head | None:
    """The last own row of an epoch."""
    query = "SELECT sequence, digest FROM ledger WHERE ledger = %s AND epoch = %s ORDER BY sequence DESC LIMIT 1"
    row = link.execute(query, (ledger, epoch)).fetchone()
    return None if row is None else Head(epoch, row["sequence"], row["digest"])


def by_ids(link: Link, ids: Sequence[str]) -> dict[str, Sealed]:
    """Own events by id, as far as they are there."""
    found = link.execute(f"{SELECT} WHERE id = ANY(%s)", (list(ids),)).fetchall()
    return {row["id"]: read(row) for row in found}
