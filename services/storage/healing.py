"""The log heals the ledger (PROTOCOL 6): what it has of ours and this database lacks is inserted verbatim.

Until the own ledgers are read back to the end nothing is sealed. After that, what turns up under our name and is not
in the ledger was sealed by somebody else: it stays out, and the ledger can be used no more until it is reopened.
"""

from collections.abc import Mapping, Sequence

from contracts.envelope import Envelope, Signed
from services.domain import uses
from services.storage.errors import OtherSealError, ReplicaGapError
from services.storage.pool import Link
from services.storage.sealed import Sealed, version
from services.verifier import Result, Verdict

ADMITTED = (Result.EFFECTIVE, Result.VOID)
_INSERT = """INSERT INTO ledger (originator_id, originator_version, topic, state, signature, keyid, id, ledger, epoch,
sequence, digest) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
_CLAIM = "INSERT INTO claim (ledger, what, id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


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
    link.execute(
        "INSERT INTO healing (generation) VALUES (%s) ON CONFLICT (one) DO UPDATE SET generation = excluded.generation",
        (generation,),
    )


def heal(link: Link, envelope: Envelope, signed: Signed, once: Sequence[str] = ()) -> bool:
    """In the caller's transaction, an own envelope as a row of our ledger; whether it lacked.

    Raises OtherSealError: our ledger has another envelope at its number, or its id elsewhere.
    """
    row = Sealed.of(envelope, signed)
    query = "SELECT digest FROM ledger WHERE (ledger, epoch, sequence) = (%s, %s, %s)"
    found = link.execute(query, (row.ledger, row.epoch, row.sequence)).fetchone()
    if found is not None and found["digest"] == row.digest:
        return False
    values = (envelope.stream, version(link, envelope.stream) + 1, envelope.type)
    place = (row.id, row.ledger, row.epoch, row.sequence, row.digest)
    if not link.execute(_INSERT, (*values, row.value, row.signature, row.keyid, *place)).rowcount:
        raise OtherSealError(f"{row.ledger} epoch {row.epoch} number {row.sequence}")
    for what in once:
        link.execute(_CLAIM, (row.ledger, what, row.id))
    return True


def read_back(link: Link, verdicts: Sequence[Verdict], own: str, *, adopt: bool = False) -> list[str]:
    """Digests of envelopes under our name that we did not seal; the others are in the ledger from here on.

    Args:
        verdicts: of one topic. adopt: an operator has looked and says they are ours.
    """
    mine = [verdict for verdict in verdicts if verdict.result in ADMITTED and _source(verdict) == own]
    known = _known(link, mine)
    lacking = [verdict for verdict in mine if verdict.record.message.signed.digest not in known]
    if lacking and not adopt and is_healed(link):
        return [verdict.record.message.signed.digest for verdict in lacking]
    return [verdict.record.message.signed.digest for verdict in lacking if not _healed(link, verdict)]


def _source(verdict: Verdict) -> str:
    return verdict.envelope.source if verdict.envelope is not None else ""


def _known(link: Link, mine: Sequence[Verdict]) -> set[str]:
    """Digests of those that stand in our ledger at their own number."""
    places = [(e.ledger, e.epoch, e.number) for verdict in mine if (e := verdict.envelope) is not None]
    query = """SELECT digest FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS asked (ledger, epoch, sequence)
    JOIN ledger USING (ledger, epoch, sequence)"""
    columns = [[place[i] for place in places] for i in range(3)]
    return {row["digest"] for row in link.execute(query, columns)} if places else set()


def _healed(link: Link, verdict: Verdict) -> bool:
    if verdict.envelope is None:
        return False
    once = uses(verdict.draft) if verdict.draft is not None and verdict.result is Result.EFFECTIVE else []
    try:
        return heal(link, verdict.envelope, verdict.record.message.signed, once)
    except OtherSealError:
        return False
