"""What an audit found, for people and for machines. It holds codes, places and digests, nothing of any content."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from services.auditor.crossing import Finding
from services.auditor.tally import Tally
from services.auditor.witness import Statement

EXIT_CONSISTENT, EXIT_REFUSED, EXIT_FINDINGS = 0, 1, 3
"""Exit codes, a contract: holds; refused; holds, but something is to be cleared up. 2 is a wrong command line."""


EVERYWHERE = ""
"""Topic of a divergence that lies in no single one."""


class Outcome(StrEnum):
    """``self-consistent``: root pinned, chains, signatures and ``seen`` agree; nobody witnesses that the end is there.

    ``verified`` is only what witnesses cosigned (PROTOCOL 11), and nothing here says it.
    """

    CONSISTENT = "self-consistent"
    REFUSED = "refused"


class Rule(StrEnum):
    """What a divergence broke; beside these, ``contracts.refusals.Stop``, and the Code of a record that fails."""

    LINE = "line"  # a line is not of the export format
    SEEN = "seen"  # what was signed of the log contradicts it
    CUT = "cut"  # offset, hash or topics are not those claimed
    EXCHANGE = "exchange"  # another root
    FINGERPRINT = "fingerprint"  # a view, folded from zero, is another
    ATTESTED = "attested"  # the records are not those of an attested audit


@dataclass(frozen=True)
class Divergence:
    """Where a history stops to hold. topic empty: in no single topic.

    offset: the first that can be at fault. after, upto: it lies behind the one and not behind the other, as far as what
    was signed can tell (-1 and offset where nothing narrows it).
    """

    topic: str
    offset: int
    rule: StrEnum
    text: str
    after: int = -1
    upto: int | None = None

    def __str__(self) -> str:
        place = f"{self.topic}/{self.offset}" if self.topic else "the whole"
        return f"{place}: {self.rule}: {self.text}"


@dataclass(frozen=True)
class TopicReport:
    """One topic as far as it was judged. unwitnessed: (first, last) of runs that no other member's ``seen`` covers."""

    name: str
    offset: int
    hash: str
    unwitnessed: tuple[tuple[int, int], ...] = ()
    seen: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Report:
    """The verdict and everything a person should look at.

    divergences: in order of topic and offset. compared, not_compared: "unit view" of claimed fingerprints; topics that
    something should have been held against and that were not read stand in the latter too.
    """

    root: str
    divergences: tuple[Divergence, ...]
    topics: tuple[TopicReport, ...]
    findings: tuple[Finding, ...] = ()
    compared: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    tally: Tally = field(default_factory=Tally)

    @property
    def verdict(self) -> Outcome:
        """One divergence refuses; findings and ``seen`` of a single writer do not (WIRE-CHOICES A10)."""
        return Outcome.REFUSED if self.divergences else Outcome.CONSISTENT

    @property
    def divergence(self) -> Divergence | None:
        """The first one."""
        return self.divergences[0] if self.divergences else None

    @property
    def exit_code(self) -> int:
        """See EXIT_CONSISTENT."""
        if self.divergences:
            return EXIT_REFUSED
        return EXIT_FINDINGS if self.findings else EXIT_CONSISTENT

    def to_json(self) -> dict[str, Any]:
        """The whole report as JSON values."""
        return {
            "verdict": self.verdict.value,
            "root": self.root,
            "divergences": [asdict(one) for one in self.divergences],
            "findings": [one._asdict() for one in self.findings],
            "records": self.tally.records,
            "counts": dict(sorted(self.tally.counts.items())),
            "totals": dict(sorted(self.tally.totals.items())),
            "lists": {name: [one._asdict() for one in seen] for name, seen in self.tally.lists.items()},
            "desks": sorted(self.tally.confirmed),
            "topics": [_topic(one) for one in self.topics],
            "compared": list(self.compared),
            "not_compared": list(self.not_compared),
        }


def _topic(one: TopicReport) -> dict[str, Any]:
    return {**asdict(one), "seen": [said._asdict() for said in one.seen]}
