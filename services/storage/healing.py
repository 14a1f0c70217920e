"""The log heals the ledger (PROTOCOL 6): what it has of ours and this database lacks is inserted verbatim.

Until the own ledgers are read back to the end nothing is sealed. After that, what turns up under our name and is not
in the ledger was sealed by somebody else: it stays out, and the ledger can be used no more until it is reopened.
"""

from collections.abc import Mapping, Sequence

from contracts.envelope import Envelope, Signed
from services.domain import uses
from services.storage.errors import OtherSealError, ReplicaGapError
from services.storage.pool import Link
from services.storage.sealed import Row, Sealed, insert_lacking, versions
from services.verifier import Result, Verdict

Healing = tuple[Envelope, Signed, Sequence[str]]
"""An own envelope, its bytes, and what it uses up."""
ADMITTED = (Result.EFFECTIVE, Result.VOID)


def is_healed(link: Link) -> bool:
    """Whether the own ledgers were read to the end of the log while the server was this one."""
    row = link.execute("SELECT generation FROM healing").fetchone()
    return row is not None and row["generation"] == link.generation


def mark_healed(link: Link, generation: str, read_to: Mapping[str, int]) -> None:
    """Raises ReplicaGapError: the replica does not reach the offsets that were read, so they are another database's."""
    query = """SELECT read.topic FROM unnest(%s::text[], %s::bigint[]) AS read (topic, "offset")
    WHERE "offset" > (SELECT coalesce(max(r."offset"), -1) FROM replica r WHERE r.topic = read.topic)"""
    lacking = link.execute(query, (list(read_to), list(read_to.values()))).fetchone()
    if lacking is not None:
        raise ReplicaGapError(lacking["topic"])
    query = """INSERT INTO healing (generation) VALUES (%s)
    ON CONFLICT (one) DO UPDATE SET generation = excluded.generation
    WHERE healing.generation <> excluded.generation"""  # said in every idle round: written once
    link.execute(query, (generation,))


def heal(link: Link, envelope: Envelope, signed: Signed, once: Sequence[str] = ()) -> bool:
    """In the caller's transaction, an own envelope as a row of our ledger; whether it lacked.

    Raises OtherSealError: our ledger has another envelope at its number, or its id elsewhere.
    """
    if signed.digest in _known(link, [envelope]):
        return False
    if not insert_lacking(link, _rows(link, [(envelope, signed, once)])):
        raise OtherSealError(f"{envelope.ledger} epoch {envelope.epoch} number {envelope.number}")
    return True


def read_back(link: Link, verdicts: Sequence[Verdict], own: str, *, adopt: bool = False) -> list[str]:
    """Digests of envelopes under our name that we did not seal; the others are in the ledger from here on.

    Args:
        verdicts: of one topic. adopt: an operator has looked and says they are ours.
    """
    admitted = ((verdict, verdict.envelope) for verdict in verdicts if verdict.result in ADMITTED)
    mine = [(verdict, e) for verdict, e in admitted if e is not None and e.source == own]
    known = _known(link, [e for _, e in mine])
    lacking = [(verdict, e) for verdict, e in mine if verdict.record.message.signed.digest not in known]
    digests = [verdict.record.message.signed.digest for verdict, _ in lacking]
    if lacking and not adopt and is_healed(link):
        return digests
    rows = _rows(link, [(e, verdict.record.message.signed, _once(verdict)) for verdict, e in lacking])
    healed = insert_lacking(link, rows)
    return [digest for digest in digests if digest not in healed]


def _known(link: Link, mine: Sequence[Envelope]) -> set[str]:
    """Digests that stand in our ledger at the numbers of these envelopes."""
    query = """SELECT digest FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS asked (ledger, epoch, sequence)
    JOIN ledger USING (ledger, epoch, sequence)"""
    columns = ([e.ledger for e in mine], [e.epoch for e in mine], [e.number for e in mine])
    return {row["digest"] for row in link.execute(query, columns)} if mine else set()


def _once(verdict: Verdict) -> Sequence[str]:
    return uses(verdict.draft) if verdict.draft is not None and verdict.result is Result.EFFECTIVE else []


def _rows(link: Link, lacking: Sequence[Healing]) -> list[Row]:
    """As rows, each the next of its stream."""
    reached = versions(link, [envelope.stream for envelope, _, _ in lacking])
    rows = []
    for envelope, signed, once in lacking:
        reached[envelope.stream] += 1
        rows.append(Row(Sealed.of(envelope, signed), envelope.stream, reached[envelope.stream], envelope.type, once))
    return rows
