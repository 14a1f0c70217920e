"""Replays a history with public keys only and says whether it holds (PROTOCOL 11). Reads, writes nothing.

  1 the pinned root                RootMissingError, nothing is read
  2 every line of the export       divergence line
  3 every record                   divergence offset_gap, no_genesis, stalled    (what it is worth: a verdict, listed)
  4 every signed ``seen``          divergence seen, or the code of the record     (services.auditor.witness)
  5 offset and hash of each cut    divergence cut, exchange
  6 every view, at equal cuts      divergence fingerprint
  7 channels against trust and pairing, closings against reopenings               findings
  8 figures of reports against the topics they were counted from                  findings
  9 an attested audit, at its positions                            divergence attested

The first divergence in the order of topics and offsets is named; any one refuses.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from contracts.attestations import AuditAttestedSummary
from contracts.channel import Cut
from contracts.refusals import Stop
from services.auditor.attested import held_against
from services.auditor.crossing import Finding
from services.auditor.errors import ExportError
from services.auditor.judge import AUDITED, Fold, Judge, pinned
from services.auditor.report import EVERYWHERE, Divergence, Report, Rule, TopicReport
from services.auditor.source import Claims, Source
from services.auditor.tally import Tally
from services.auditor.witness import Span


def audit(
    root: str, source: Source, expected: Claims | None = None, attested: AuditAttestedSummary | None = None
) -> Report:
    """The report. Never raises for what it finds.

    Args:
        root: fingerprint of ``root_established``, from outside.
        source: an export, or topics of a log.
        expected: what a node says of the same history, compared beside what the export itself claims.
        attested: what was found of it in an earlier audit, compared at its positions.

    Raises RootMissingError; NotYet (a log that is out).
    """
    pinned(root)
    claims, broken = _claims(source)
    said = [one for one in (claims, expected) if one is not None]
    confirmed = {unit: acts for one in said for unit, acts in one.confirmed.items()}
    judge = Judge(root, frozenset(unit for one in said for unit in one.fingerprints), tally=Tally(confirmed))
    broken = broken or _take(judge, source)
    differing = [one for claim in said for one in _compared(judge, claim)]
    unlike, left = held_against(judge, attested) if attested is not None else ([], [])
    figures = ([], []) if broken else judge.reports.compared(judge, source.records)
    found = [*broken, *_stops(judge), *_seens(judge), *differing, *unlike]
    return _report(judge, said, found, (figures[0], [*figures[1], *left]))


def _claims(source: Source) -> tuple[Claims | None, list[Divergence]]:
    try:
        return source.claims, []
    except ExportError as error:
        return None, [Divergence(EVERYWHERE, -1, Rule.LINE, str(error))]


def _take(judge: Judge, source: Source) -> list[Divergence]:
    try:
        judge.take(source.records)
    except ExportError as error:
        last = next(reversed(judge.topics.values()), None)
        place = (EVERYWHERE, -1) if last is None else (str(last.history.topic), last.history.offset + 1)
        return [Divergence(*place, Rule.LINE, str(error))]
    return []


def _stops(judge: Judge) -> Iterator[Divergence]:
    for name, found in judge.topics.items():
        if found.stopped is not None:
            stop, offset = found.stopped
            yield Divergence(name, offset, stop, _STOPS[stop])


_STOPS = {
    Stop.STALLED: "a rule version that this software does not know: audit with newer software",
    Stop.NO_GENESIS: "no record of the topic opens it under this root",
    Stop.OFFSET_GAP: "another offset was next: records were removed, added or renumbered",
    Stop.CUT: "the topic before it is not here up to the cut that is named, or does not say the same there",
}


def _seens(judge: Judge) -> Iterator[Divergence]:
    for name, found in judge.topics.items():
        span = found.witness.span()
        if span is not None:
            yield _named(name, found, span)


def _named(name: str, found: Fold, span: Span) -> Divergence:
    """A record of the span that fails by itself, else the first offset that nobody vouches for."""
    rule: StrEnum
    offset, rule = found.witness.suspect(span) or (span.after + 1, Rule.SEEN)
    by = span.by
    text = (
        f"what {by.source} signed at offset {by.offset} contradicts the records behind offset {span.after} and up to "
        f"{span.upto}; nobody vouches for them"
    )
    return Divergence(name, offset, rule, text, span.after, span.upto)


def _compared(judge: Judge, claims: Claims) -> Iterator[Divergence]:
    if claims.exchange not in ("", judge.root):
        yield Divergence(EVERYWHERE, -1, Rule.EXCHANGE, "the export names another root")
    for name in sorted({*claims.cut, *(judge.topics if claims.topics is not None else ())}, key=str.encode):
        yield from _cut(judge, claims, name)
    for unit, views in claims.fingerprints.items():
        if _comparable(judge, claims, unit):
            yield from _fingerprints(judge, unit, views)


def _cut(judge: Judge, claims: Claims, name: str) -> Iterator[Divergence]:
    found, wanted = judge.topics.get(name), claims.cut.get(name)
    if found is None or wanted is None:
        text = "claimed, but no record of it is here" if found is None else "records of it are here, but no claim"
        yield Divergence(name, 0, Rule.CUT, text)
    elif found.stopped is None and not _agrees(found, wanted, whole=claims.topics is not None):
        end = found.history.offset
        first = wanted.offset if end == wanted.offset else min(end, wanted.offset) + 1
        text = f"ends at offset {end}, and not as claimed for offset {wanted.offset}"
        yield Divergence(name, first, Rule.CUT, text, min(found.witness.vouched, first - 1), wanted.offset)


def _agrees(found: Fold, wanted: Cut, *, whole: bool) -> bool:
    """Same offset, same hash; of a log that went on (not ``whole``), the hash at the claimed offset."""
    history = found.history
    if wanted.offset > history.offset or (whole and wanted.offset != history.offset):
        return False
    return history.prefixes[wanted.offset].hex() == wanted.hash


def _comparable(judge: Judge, claims: Claims, unit: str) -> bool:
    """Fingerprints are compared at an equal cut only, and where everything could be judged."""
    cut = judge.visible(unit)
    judged = all(judge.topics[name].stopped is None for name in cut)
    return judged and all(name in claims.cut and claims.cut[name].offset == offset for name, offset in cut.items())


def _fingerprints(judge: Judge, unit: str, views: Mapping[str, str]) -> Iterator[Divergence]:
    """Views of another version than ours are not compared."""
    ours = judge.fingerprints(unit)
    for name, claimed in views.items():
        if name in ours and ours[name] != claimed:
            yield Divergence(EVERYWHERE, -1, Rule.FINGERPRINT, f"view {name} of {unit}, folded from zero, is another")


def _report(
    judge: Judge, said: list[Claims], found: list[Divergence], figures: tuple[list[Finding], list[str]]
) -> Report:
    topics = set(judge.topics)
    compared, left = _named_views(judge, said)
    return Report(
        judge.root,
        tuple(sorted(found, key=lambda one: (one.topic == EVERYWHERE, one.topic.encode(), one.offset))),
        tuple(_topic(name, fold) for name, fold in judge.topics.items()),
        (*judge.crossings.findings(topics), *figures[0]),
        tuple(compared),
        (*judge.crossings.unread(topics), *left, *figures[1]),
        judge.tally,
    )


def _topic(name: str, fold: Fold) -> TopicReport:
    history, witness = fold.history, fold.witness
    seen = tuple(witness.statements())
    return TopicReport(name, history.offset, history.hash.hex(), tuple(witness.unwitnessed()), seen)


def _named_views(judge: Judge, said: list[Claims]) -> tuple[list[str], list[str]]:
    """Which claimed fingerprints were compared, which could not be: another cut, another version of the view."""
    compared: list[str] = []
    left: list[str] = []
    known = {view.title for view in AUDITED.values()}
    for claims in said:
        for unit, views in claims.fingerprints.items():
            fits = _comparable(judge, claims, unit)
            for name in views:
                (compared if fits and name in known else left).append(f"{unit} {name}")
    return compared, left
