"""log -> replica: every record gets exactly one verdict; records, verdicts and position in one transaction."""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from contracts.channels import DESK, topic
from contracts.envelope import Record
from contracts.refusals import NotYet
from services.node.moving import Moves
from services.node.node import why_of
from services.node.watching import READ, Watched, seen
from services.storage.errors import LogChangedError, ReplicaGapError
from services.storage.stops import Why
from services.transport import Log
from services.transport.errors import LogShrankError, TopicMissingError, TopicSettingsError
from services.verifier import History, Inspected, Stopped, Verdict, inspect

if TYPE_CHECKING:
    from services.node.node import Node

THREADS = 2
"""The signature check releases the GIL (STACK trap 23)."""
IN_THREADS = 16
"""Records from which on threads pay."""


@dataclass
class Intake:
    """Histories of the topics this part reads; forgotten whenever a commit fails, for the replica knows."""

    node: "Node"
    histories: dict[str, History] = field(default_factory=dict)
    compared: dict[str, float] = field(default_factory=dict)
    """Topic -> when it was last found to say what it said; of this process' steady clock, in s."""
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "inspect"))
    topics: list[tuple[Log, list[str]]] = field(default_factory=list)
    """What is read, as it was looked up last."""
    settled: bool = False
    """Whether that was all there is to read."""
    moves: Moves = field(init=False)
    watch: Watched = field(init=False)

    def __post_init__(self) -> None:
        self.moves = Moves(self.node)
        self.watch = Watched(seen(self.node.pulse, *READ))

    def step(self, wait: float = 0.0) -> bool:
        """One batch of every topic; whether there was anything. Trust goes first: the desk is judged by it."""
        try:
            return self._step(wait)
        except NotYet:  # what answers next may be another copy of the log
            self.compared.clear()
            raise

    def _step(self, wait: float) -> bool:
        node = self.node
        generation, looks = node.ledger.generation, self.watch.changed()
        came, outage = looks and self._look(), None
        for log, topics in self.topics:
            try:  # the desk, which comes last, hears our own relay only: nobody waits for it
                came |= self._read(log, topics, wait if log is node.log and not came else 0.0)
            except NotYet as later:  # the desk is a log of its own, and goes on while the line to the others is cut
                outage = outage or later
        if outage is not None:
            raise outage
        if looks and not came and self._healed(generation) and self.settled:
            self.watch.nothing()
        return came

    def _look(self) -> bool:
        """Which topics there are to read; whether a channel goes on in another."""
        moved = self.moves.step()
        self.settled = not self.node.unsettled()  # asked first: what comes after this is looked for again
        self.topics = self.node.readable()
        return moved

    def _read(self, log: Log, topics: list[str], wait: float) -> bool:
        """One batch of one log. Raises NotYet."""
        positions = {name: self._history(name).offset for name in topics if self._says_what_it_said(name)}
        try:
            records = log.read(positions, self.node.settings.batch, wait)
        except (LogShrankError, TopicMissingError, TopicSettingsError) as error:
            self.node.stop_topic(error.topic, why_of(error), str(error))
            return True
        for name, group in groupby(records, key=lambda record: record.position.topic):
            self._take(name, list(group))
        return bool(records)

    def _healed(self, generation: str) -> bool:
        """Everything was read: own ledgers may be appended to. False: the replica is not the one that was read."""
        try:
            read_to = {name: history.offset for name, history in self.histories.items()}
            self.node.ledger.healed(generation, read_to)
        except ReplicaGapError:
            self.histories.clear()
            self.node.folds.forget()
            return False
        return True

    def _says_what_it_said(self, name: str) -> bool:
        """Compared on connecting and on a timer (PROTOCOL 6); else the channel is stopped and not read any more."""
        now = time.monotonic()
        if now - self.compared.get(name, -math.inf) < self.node.settings.compare_seconds:
            return True
        if not self.node.verify_topic(name):
            return False
        self.compared[name] = now
        return True

    def _history(self, name: str) -> History:
        if name not in self.histories:
            self.histories[name] = self.node.folds.rebuilt(name)
        return self.histories[name]

    def _take(self, name: str, records: list[Record]) -> None:
        history = self._history(name)
        if topic(name).channel == DESK:
            history.channel = replace(history.channel, trust=self.node.folds.history_of_trust())
        try:
            verdicts = self._judge(history, records)
            strangers = self.node.replica.store(name, verdicts, self.node.source)
        except Stopped as stopped:
            self.node.stop_topic(name, Why(stopped.stop.value), str(stopped))
            self.histories.pop(name, None)
        except LogChangedError as changed:
            self.node.stop_topic(name, Why.CHANGED, str(changed))
            self.histories.pop(name, None)
        except ReplicaGapError:  # the database is not the one this memory is of
            self.histories.pop(name, None)
            self.node.folds.forget()
        except BaseException:
            self.histories.pop(name, None)
            raise
        else:
            if strangers:
                self.node.stop_topic(name, Why.STRANGER, "under our name stands what this node did not seal")

    def _judge(self, history: History, records: list[Record]) -> list[Verdict]:
        known = {source: history.known(source) for source in history.ledgers}
        inspected: list[Inspected]
        if len(records) < IN_THREADS:
            inspected = [inspect(record, known) for record in records]
        else:
            inspected = list(self.pool.map(lambda record: inspect(record, known), records, chunksize=8))
        verdicts = []
        for record, one in zip(records, inspected, strict=True):
            try:
                verdicts.append(history.admit(record, one))
            except Stopped:
                if not verdicts:
                    raise
                break
        return verdicts
