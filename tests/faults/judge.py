"""What must hold after a run: 0 lost, 0 doubled, 0 silent, and the auditor agrees with both nodes (L9, L10, L11).

Each is looked up on both nodes' own replicas and views, and in the log itself. A finding is a sentence.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from typing import Any

from contracts.channels import DESK, OUTFLOW, PAIRING, TRUST, Topic, topic
from contracts.envelope import Record
from contracts.refusals import Refused
from services.auditor import Topics, audit
from services.cli.against import claims
from services.demo.cast import XINCAI, YIWU
from services.node import duties, papers
from services.node.commands import rehearse, standing
from services.node.node import Node
from services.storage.errors import VerdictChangedError
from services.verifier import Result, Verdict
from tests.faults.system import UNITS, Said, System, awaited
from tests.faults.traffic import Side

AFTERWARDS = {XINCAI: "share", YIWU: "read"}
"""What each side does when all is over, to see that it can."""
COUNTING = (Result.EFFECTIVE, Result.VOID)
LISTED = (Result.VOID, Result.NOISE, Result.FORK)
LIMIT = 1_000_000


@dataclass
class Judgement:
    """Sentences by what they are; all empty is what a run has to give. void, declared: how many commands ended so."""

    lost: list[str]
    doubled: list[str]
    silent: list[str]
    other: list[str]
    void: int = 0
    declared: int = 0

    @property
    def clean(self) -> bool:
        """Nothing is wrong."""
        return not (self.lost or self.doubled or self.silent or self.other)

    def __str__(self) -> str:
        named = {"lost": self.lost, "doubled": self.doubled, "silent": self.silent, "else": self.other}
        return "; ".join(f"{name}: {one}" for name, found in named.items() for one in found)


@dataclass(frozen=True)
class Kept:
    """What an auditor gets: the log up to a cut, and of topics that it has lost a member's copy (PROTOCOL 6)."""

    node: Node
    cut: dict[str, int]
    claims: None = None

    def records(self) -> Iterator[Record]:
        """Topic after topic. Raises NotYet."""
        for name in sorted(self.cut, key=str.encode):
            yield from self._of(name, self.cut[name])

    def _of(self, name: str, end: int) -> Iterator[Record]:
        if self.node.topic(topic(name).channel) == name:
            return Topics(self.node.log, [name], {name: end}).records()
        return takewhile(lambda one: one.position.offset <= end, self.node.replica.records(name))


@dataclass
class Judge:
    """Looks at a system whose faults are over."""

    system: System
    sides: dict[str, Side]
    read: dict[tuple[str, str], list[Verdict]] = field(default_factory=dict)
    """(unit, topic) -> what its replica holds, read once for a judgement."""

    def settle(self) -> None:
        """Waits until everything is judged by everybody, or its channel is stopped. Raises AssertionError: never."""
        for side in self.sides.values():
            self._resume(side)
        self._await_all()
        if not self.system.ended:
            for side in self.sides.values():
                side.tried(AFTERWARDS[side.unit])
            self._await_all()

    def _await_all(self) -> None:
        for said in list(self.system.said):
            awaited(f"{said.what} {said.id} of {said.unit} has ended", partial(self._ended, said))
        awaited("everybody has read everything and owes nothing", self._rests)

    def judgement(self) -> Judgement:
        """Everything at once."""
        self.read.clear()
        found = Judgement(list(self._lost()), list(self._doubled()), list(self._silent()), list(self._other()))
        standings = [standing(self._node(said.unit), said.id) for said in self.system.said]
        found.void = sum(one is not None and one.status == "void" for one in standings)
        found.declared = sum(self._declared(said) for said in self.system.said)
        return found

    # -- at rest -------------------------------------------------------------------------------------------------------

    def _node(self, unit: str) -> Node:
        return self.system.region.node(unit)

    def _resume(self, side: Side) -> None:
        """The pairing is in force again, so that approved documents leave."""
        if self.system.ended:
            return
        awaited("the pairing is looked at", partial(self._even, side.unit))
        side.tried("resume")

    def _ended(self, said: Said) -> bool:
        node = self._node(said.unit)
        found = standing(node, said.id)
        if found is not None and found.status != "pending":
            return True
        stopped = not node.running(said.channel)
        return stopped or self._declared(said) or (found is None and self._refused(node, said))

    def _refused(self, node: Node, said: Said) -> bool:
        """A document that may not leave, which its desk shows with the reason; nothing is in the ledger for it."""
        if not said.paper:
            return False
        try:
            held = papers.paper(node, said.paper)
            rehearse(node, held.channel, held.subject, papers.outgoing(node, held), id=said.id)
        except Refused:
            return True
        return False

    def _declared(self, said: Said) -> bool:
        """Only the database that was put back had it."""
        if said.unit not in self.system.restored:
            return False
        node = self._node(said.unit)
        if said.paper and node.ledger.find(said.id) is None:
            desk = node.folds.history(DESK).streams.get(("desk", said.paper))
            return desk is None or desk.status != "approved"
        return node.ledger.find(said.id) is None

    def _rests(self) -> bool:
        """All at one time: what the second still had to write would be news to the first."""
        before = [self._ends(unit) for unit in UNITS]
        rest = all(self._even(unit) and not self._owes(unit) for unit in UNITS)
        return rest and before == [self._ends(unit) for unit in UNITS]

    def _ends(self, unit: str) -> dict[str, int | None]:
        """Topic -> last offset in its log."""
        node = self._node(unit)
        return {name: node.log_of(topic(name).channel).end(name) for name in self._topics(unit)}

    def _even(self, unit: str) -> bool:
        """Reads to the end of every topic that is not stopped, in the replica and in every view."""
        node = self._node(unit)
        ends = self._ends(unit)
        positions = node.replica.positions()
        if any(positions.get(name, -1) != end for name, end in ends.items() if self._runs(node, name)):
            return False
        cuts = (node.rows.positions(view, node.rows.generation(view, version)) for view, version in _views())
        return all(cut.get(name, -1) == positions.get(name, -1) for cut in cuts for name in ends)

    def _owes(self, unit: str) -> bool:
        """A duty, or an envelope under way."""
        node = self._node(unit)
        for name in self._topics(unit):
            channel = topic(name).channel
            if not self._runs(node, name):
                continue
            history = node.folds.history(channel)
            head = history.ledger(unit).head
            if channel != TRUST and node.ledger.tail(f"{channel}/{unit}", head.epoch, head.sequence):
                return True
            if channel not in (DESK, TRUST, PAIRING, OUTFLOW) and any(True for _ in duties.owed(node, history)):
                return True
        return False

    def _channels(self) -> tuple[str, ...]:
        return (TRUST, PAIRING, OUTFLOW, self.system.region.channel, DESK)

    def _topics(self, unit: str) -> list[str]:
        """In which the channels go on now, as the unit knows."""
        return [self._node(unit).topic(channel) for channel in self._channels()]

    def _generations(self, unit: str, channel: str) -> list[str]:
        """All topics of a channel."""
        return [str(Topic(channel, n + 1)) for n in range(topic(self._node(unit).topic(channel)).n)]

    def _runs(self, node: Node, name: str) -> bool:
        return node.running(topic(name).channel)

    # -- lost ----------------------------------------------------------------------------------------------------------

    def _lost(self) -> Iterator[str]:
        """Acknowledged, and neither recorded nor void nor declared nor behind an alarm."""
        for said in self.system.said:
            if not self._ended(said):
                yield f"{said.what} {said.id} of {said.unit}"
                continue
            found = standing(self._node(said.unit), said.id)
            if found is not None and found.topic and not self._everywhere(said, found.topic):
                yield f"{said.what} {said.id} of {said.unit} is not in everybody's replica"

    def _everywhere(self, said: Said, name: str) -> bool:
        """In both replicas, unless its channel is stopped somewhere; the desk is the unit's own."""
        units = (said.unit,) if said.channel == DESK else UNITS
        nodes = [self._node(unit) for unit in units]
        if not all(self._runs(node, name) for node in nodes):
            return True
        return all(said.id in self._counted(unit, name) for unit in units)

    def _counted(self, unit: str, name: str) -> Counter[str]:
        """Event ids that counted, effective or void."""
        return Counter(v.envelope.id for v in self._verdicts(unit, name) if v.envelope and v.result in COUNTING)

    def _verdicts(self, unit: str, name: str) -> list[Verdict]:
        if (unit, name) not in self.read:
            self.read[unit, name] = list(self._node(unit).replica.verdicts(name))
        return self.read[unit, name]

    # -- doubled -------------------------------------------------------------------------------------------------------

    def _doubled(self) -> Iterator[str]:
        """An id that counted twice, or a fork: two envelopes under one number."""
        for unit in UNITS:
            for channel in self._channels():
                names = self._generations(unit, channel)
                counted = sum((self._counted(unit, name) for name in names), Counter[str]())
                yield from (f"{id_} in {channel}" for id_, n in counted.items() if n > 1)
                forks = sum(v.result is Result.FORK for name in names for v in self._verdicts(unit, name))
                if forks:
                    yield f"{forks} forks in {channel} as {unit} reads it"

    # -- silent --------------------------------------------------------------------------------------------------------

    def _silent(self) -> Iterator[str]:
        for side in self.sides.values():
            yield from self._unlisted(side.unit)
            yield from self._unsaid(side)
            yield from self._differs(side.unit)

    def _unlisted(self, unit: str) -> Iterator[str]:
        """What changed nothing stands in the view of what was refused, with its code."""
        rows = dict(self._node(unit).rows.all("refused"))
        for name in (name for channel in self._channels() for name in self._generations(unit, channel)):
            for verdict in self._verdicts(unit, name):
                place = f"{name}/{verdict.record.position.offset}"
                if verdict.result in LISTED and rows.get(place, {}).get("code") != verdict.code:
                    yield f"{unit} does not list {place} ({verdict.result} {verdict.code})"

    def _unsaid(self, side: Side) -> Iterator[str]:
        """A stopped channel is shown with its reason; unless the log was put back none is stopped."""
        node = self._node(side.unit)
        shown = {one["channel"]: one for one in side.about()["channels"]}
        for name in self._topics(side.unit):
            channel, reason = topic(name).channel, node.replica.stopped(name)
            if reason is None:
                continue
            if not self.system.ended:
                yield f"{side.unit} stopped {channel}: {reason}"
            if (shown[channel]["state"], shown[channel]["reason"]) != ("stopped", reason):
                yield f"{side.unit} does not show that {channel} is stopped"

    def _differs(self, unit: str) -> Iterator[str]:
        """What is held of a channel that runs is the log's, record by record; at rest that was all of it."""
        for name in self._topics(unit):
            held = self._held(unit, name)
            if self._runs(self._node(unit), name) and held != self._logged(unit, name)[: len(held)]:
                yield f"{unit} runs {name}, and the log says something else than its replica"

    def _held(self, unit: str, name: str) -> list[Any]:
        return [verdict.record for verdict in self._verdicts(unit, name)]

    def _logged(self, unit: str, name: str) -> list[Any]:
        log = self._node(unit).log_of(topic(name).channel)
        end, found = log.end(name), list[Any]()
        while end is not None and len(found) <= end:
            found += awaited("what the log has", partial(log.read, {name: len(found) - 1}, LIMIT, 5.0))
        return found

    # -- everything else -----------------------------------------------------------------------------------------------

    def _other(self) -> Iterator[str]:
        for side in self.sides.values():
            yield from side.wrong
        yield from self.system.bugs()
        if self.system.ended:
            return
        try:
            yield from self._audited()
        except VerdictChangedError as error:
            yield f"a node says of itself that {error}"

    def _audited(self) -> Iterator[str]:
        """The auditor folds the log from the pinned root and comes to both nodes' fingerprints."""
        said = awaited("both nodes stand at one place", self._claims)
        cut = {name: place.offset for name, place in said.cut.items()}
        report = audit(self.system.region.root, Kept(self._node(UNITS[0]), cut), said)
        yield from (f"the auditor: {one}" for one in report.divergences)
        if len(report.compared) < len(UNITS):
            yield "the auditor compared no fingerprints"

    def _claims(self) -> Any:
        return claims([self.system.region.cluster.settings(unit) for unit in UNITS])


def _views() -> list[tuple[str, int]]:
    from services.views import VIEWS

    return [(name, view.version) for name, view in VIEWS.items()]
