"""An audit as a superior's head signs it: made of an auditor's report, held against another audit later (PROTOCOL 11).

An attestation says what was read and what was found there, nothing of any record. Same records, same fingerprint.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from contracts.attestations import MOST_TOPICS, AuditAttestedSummary, Opinion, fingerprint_of
from contracts.fields import Digest
from services.auditor.judge import Judge
from services.auditor.report import EVERYWHERE, Divergence, Outcome, Rule

OPINIONS = {Outcome.CONSISTENT: Opinion.SELF_CONSISTENT, Outcome.REFUSED: Opinion.REFUSED}
"""What an audit says of itself -> as what it is attested: no more than that."""


class _Topic(BaseModel):
    name: str
    offset: int
    hash: Digest


class _Audit(BaseModel):
    """Of ``Report.to_json``, what an attestation is made of."""

    verdict: Outcome
    root: Digest
    topics: Annotated[tuple[_Topic, ...], Field(max_length=100_000)]
    divergences: list[Any]
    findings: list[Any]
    records: int
    compared: list[str]


def summary_of(report: Mapping[str, Any], root: str) -> AuditAttestedSummary:
    """What an auditor's report (JSON) says, as it is attested. Topics of which nothing was read are left out.

    Raises ValueError: not such a report, one under another root, of no topic or of more than an attestation holds.
    """
    try:
        audit = _Audit.model_validate(report)
    except ValidationError as error:
        raise ValueError("not the JSON of an audit: duikou audit --json") from error
    if audit.root != root:
        raise ValueError("the audit is of another root")
    read = sorted((one.name, one.offset, one.hash) for one in audit.topics if one.offset >= 0)
    if not 0 < len(read) <= MOST_TOPICS:
        raise ValueError(f"an attestation holds 1 to {MOST_TOPICS} topics, not {len(read)}: audit with --topic")
    return _parsed(
        {
            "opinion": OPINIONS[audit.verdict].value,
            "positions": [{"topic": name, "offset": offset} for name, offset, _ in read],
            "fingerprint": fingerprint_of(read),
            "records": audit.records,
            "divergences": len(audit.divergences),
            "findings": len(audit.findings),
            "compared": len(audit.compared),
        }
    )


def stated(document: Mapping[str, Any]) -> AuditAttestedSummary:
    """The attestation in a draft, in a document's or a matter's JSON, or standing alone. Raises ValueError."""
    state = document.get("state")
    inner = state.get("attested") if isinstance(state, Mapping) else document.get("summary", document)
    return _parsed(inner)


def _parsed(summary: Any) -> AuditAttestedSummary:
    try:
        return AuditAttestedSummary.model_validate_json(json.dumps(summary))
    except ValidationError as error:
        raise ValueError("this is no attestation of an audit") from error


def held_against(judge: Judge, said: AuditAttestedSummary) -> tuple[list[Divergence], list[str]]:
    """Where this history is not what was attested; and topics that are not here, so that nothing can be said."""
    lacking = [f"attestation {one.topic}" for one in said.positions if one.topic not in judge.topics]
    if lacking:
        return [], lacking
    short = list(_short(judge, said))
    return short or list(_other(judge, said)), []


def _short(judge: Judge, said: AuditAttestedSummary) -> Iterator[Divergence]:
    for one in said.positions:
        end = judge.topics[one.topic].history.offset
        if end < one.offset:
            text = f"ends at offset {end}, and was attested up to offset {one.offset}"
            yield Divergence(one.topic, end + 1, Rule.ATTESTED, text)


def _other(judge: Judge, said: AuditAttestedSummary) -> Iterator[Divergence]:
    read = [
        (one.topic, one.offset, judge.topics[one.topic].history.prefixes[one.offset].hex()) for one in said.positions
    ]
    if fingerprint_of(read) != said.fingerprint:
        text = "up to the attested positions the records are not those that were attested"
        yield Divergence(EVERYWHERE, -1, Rule.ATTESTED, text)
