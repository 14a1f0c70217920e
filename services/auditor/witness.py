"""How an audit sees that a copy of the log was changed: by what its writers signed of it (PROTOCOL 5).

The first line of an export proves nothing: whoever changes a record can compute its hash and fingerprints anew. What
nobody can compute anew are the ``seen`` of later envelopes: each is its writer's signature under the rolling hash of a
prefix. Let H be the hash over the records as they stand here.

- A change at offset t leaves H as it was below t and makes it another from t on. So every genuine ``seen`` below t
  agrees and every one from t on disagrees. This holds for a value, a signature, a time, an offset, records removed,
  added, swapped or renumbered alike.
- One member's wrong ``seen`` (WIRE-CHOICES A10) leaves H right: what others sign later agrees again.

Hence the rule. Let m be the highest offset that a signed ``seen`` names rightly. What was signed under H(m) vouches for
everything up to m: a disagreeing ``seen`` about that part, or by a record within it, is its writer's own error; it is
listed and refuses nothing. A disagreeing ``seen`` beyond m is contradicted by nobody, so the copy is refused: something
changed behind m and not after what that ``seen`` names. That span is the divergence; where each record names the one
before it, it is a single offset. A record within it that fails by itself (signature, chain, form) is named instead.

The part a ``seen`` speaks of ends at the smaller of the offset it names and its own: a record that claims to have seen
the future is refuted as soon as somebody vouches for a prefix that holds it, and not before. After removals and
renumbering that bound still lies at or behind the change.

A ``seen`` whose signature fits no key known here vouches for nothing, but it may still contradict: a change that took
the key's own record away must not silence its owner. The price: whoever may append can have an audit refused until the
next record of another member; with his own key he could anyway. It cannot last: that record vouches for all before it.
Two members who accuse each other stay undecided: what is vouched for stands, the accusation is listed.
"""

from dataclasses import dataclass, field
from itertools import groupby
from sys import intern
from typing import NamedTuple

from contracts.refusals import Code
from services.verifier import History, Result, Verdict


class Statement(NamedTuple):
    """A ``seen`` that disagrees: who said it where, about which offset; ``reach``: the end of the part it speaks of.

    proven: signed with a key of that writer. vouched: others vouch for that part, so it is the writer's own error.
    """

    offset: int
    source: str
    names: int
    reach: int
    proven: bool
    vouched: bool = False


class Span(NamedTuple):
    """Something changed behind ``after`` and not behind ``upto``; ``by`` is the first statement that says so."""

    after: int
    upto: int
    by: Statement


@dataclass
class Witness:
    """All that was signed about one topic. agreed: writer -> highest offset it names rightly."""

    agreed: dict[str, int] = field(default_factory=dict)
    disagreeing: list[Statement] = field(default_factory=list)
    writers: list[str] = field(default_factory=list)
    failing: list[tuple[int, Code]] = field(default_factory=list)

    def hear(self, verdict: Verdict, history: History) -> None:
        """The next record and its verdict; the history stands right after it."""
        offset, e = verdict.record.position.offset, verdict.envelope
        proven = bool(verdict.keyid) and verdict.result is not Result.DUPLICATE
        self.writers.append(intern(e.source) if e is not None and proven else "")  # one text a writer, not one a record
        if verdict.result is Result.NOISE and verdict.code is not None:
            self.failing.append((offset, verdict.code))
        if e is None or e.seen is None or verdict.result is Result.DUPLICATE:
            return
        if (e.channel, e.exchange) != (history.topic.channel, history.exchange):
            return
        n, names = map(int, e.seen.split(".")[:2])
        if n < history.topic.n:
            return
        if not history.has_seen(e.seen):
            self.disagreeing.append(Statement(offset, e.source, names, min(names, offset), proven))
        elif proven:
            self.agreed[e.source] = max(names, self.agreed.get(e.source, -1))

    def hear_later(self, verdict: Verdict, history: History, n: int, cut: int) -> None:
        """A record of a later topic of the channel; this one, number ``n``, ends at ``cut``.

        Whoever names a prefix of a later topic vouches for all of this one up to the cut, where that began. Who names
        it wrongly is not counted: the cut's hash stands under the registry's signature, for everything before it.
        """
        e = verdict.envelope
        if e is None or e.seen is None or not verdict.keyid or verdict.result is Result.DUPLICATE:
            return
        named, offset = map(int, e.seen.split(".")[:2])
        reach = cut if named > n else offset
        if named >= n and reach <= cut and history.has_seen(e.seen):
            self.agreed[e.source] = max(reach, self.agreed.get(e.source, -1))

    @property
    def vouched(self) -> int:
        """The last offset that any signed ``seen`` vouches for; -1: none."""
        return max(self.agreed.values(), default=-1)

    def statements(self) -> list[Statement]:
        """Every ``seen`` that disagrees, in log order."""
        return [one._replace(vouched=one.reach <= self.vouched) for one in self.disagreeing]

    def span(self) -> Span | None:
        """Where this copy and what was signed part ways, if they do."""
        left = [one for one in self.statements() if not one.vouched]
        if not left:
            return None
        return Span(self.vouched, min(one.reach for one in left), left[0])

    def suspect(self, span: Span) -> tuple[int, Code] | None:
        """The first record of the span that fails by itself, with its code."""
        return next((one for one in self.failing if span.after < one[0] <= span.upto), None)

    def unwitnessed(self) -> list[tuple[int, int]]:
        """Records that no other member's ``seen`` vouches for, as first and last offset of each run."""
        alone = [offset for offset, writer in enumerate(self.writers) if not self._witnessed(offset, writer)]
        runs = groupby(enumerate(alone), key=lambda pair: pair[1] - pair[0])
        found = [[offset for _, offset in run] for _, run in runs]
        return [(run[0], run[-1]) for run in found]

    def _witnessed(self, offset: int, writer: str) -> bool:
        return any(reach >= offset for source, reach in self.agreed.items() if source != writer)
