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

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
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


class Run(NamedTuple):
    """Records from ``first`` on, up to the next run, that one writer signed; empty: nobody did."""

    first: int
    writer: str


@dataclass
class Witness:
    """All that was signed about one topic. agreed: writer -> highest offset it names rightly.

    runs: of records that one writer alone, or nobody, vouches for so far. What two vouch for is witnessed whoever wrote
    it, so a long log takes no more room than its end does.
    """

    agreed: dict[str, int] = field(default_factory=dict)
    disagreeing: list[Statement] = field(default_factory=list)
    runs: deque[Run] = field(default_factory=deque)
    last: int = -1
    failing: list[tuple[int, Code]] = field(default_factory=list)

    def hear(self, verdict: Verdict, history: History) -> None:
        """The next record and its verdict; the history stands right after it."""
        offset, e = verdict.record.position.offset, verdict.envelope
        proven = bool(verdict.keyid) and verdict.result is not Result.DUPLICATE
        self._written(offset, e.source if e is not None and proven else "")
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
            self._agrees(e.source, names)

    def _written(self, offset: int, writer: str) -> None:
        if not self.runs or self.runs[-1].writer != writer:
            self.runs.append(Run(offset, writer))
        self.last = offset

    def _agrees(self, source: str, offset: int) -> None:
        """Runs that end where two of those who agree have come to are not asked for any more."""
        mine = self.agreed[source] = max(offset, self.agreed.get(source, -1))
        twice = min(mine, self._reach(but=source))
        while len(self.runs) > 1 and self.runs[1].first <= twice + 1:
            self.runs.popleft()

    def _reach(self, but: str) -> int:
        """How far anybody else vouches."""
        return max((reach for source, reach in self.agreed.items() if source != but), default=-1)

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
            self._agrees(e.source, reach)

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
        found: list[tuple[int, int]] = []
        for first, last in self._alone():
            begin = found.pop()[0] if found and found[-1][1] == first - 1 else first
            found.append((begin, last))
        return found

    def _alone(self) -> Iterator[tuple[int, int]]:
        """Of each run, what nobody but its writer vouches for."""
        ends = [*(run.first - 1 for run in list(self.runs)[1:]), self.last]
        for run, last in zip(self.runs, ends, strict=False):
            first = max(run.first, self._reach(but=run.writer) + 1)
            if first <= last:
                yield first, last
