"""What operators do about a lost topic, as docs/runbook.md tells them: ``duikou continue``, ``export``, ``fill``.

The commands are the real ones, each in a process of its own, amid whatever else the run breaks.
"""

from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from contracts.channels import REGISTRY, Topic, topic
from services.cli.errors import OK, REFUSED
from services.storage.stops import Why, why
from tests.faults import nest
from tests.faults.system import UNITS, System, awaited


@dataclass
class Operators:
    """Of the registry and of both units, for one topic that is lost."""

    system: System
    lost: Topic

    def go_on(self) -> None:
        """Everybody stops; the registry's operator continues the channel; everybody goes on. Raises AssertionError."""
        for source in (REGISTRY, *UNITS):
            awaited(f"{source} stops {self.lost}", partial(self._stopped, source))
        awaited(f"{self.lost} is continued", self._continued)
        self.follow()

    def follow(self) -> None:
        """Both units go on in the next topic, also one whose database was put back since. Raises AssertionError."""
        for unit in UNITS:
            awaited(f"{unit} goes on behind {self.lost}", partial(self._goes_on, unit))

    def _stopped(self, source: str) -> str:
        return self.system.region.node(source).replica.stopped(str(self.lost)) or ""

    def _continued(self) -> bool:
        if self._now(REGISTRY) != self.lost:
            return True
        code, said = self._duikou("continue", self._settings(REGISTRY), self.lost.channel)
        if code == REFUSED and "fill it" in said:
            for unit in UNITS:
                self._filled(REGISTRY, unit)
        return code == OK

    def _goes_on(self, unit: str) -> bool:
        """By itself, or from the registry's copy where it is told to."""
        if self._now(unit) != self.lost:
            return True
        if why(self._stopped(unit)) is Why.SHORT:
            self._filled(unit, REGISTRY)
            if unit in self.system.restored:  # by this operator: what it lacks of its own is its own
                self._duikou("adopt", self._settings(unit), str(self.lost))
        return False

    def _now(self, source: str) -> Topic:
        return topic(self.system.region.node(source).topic(self.lost.channel))

    def _filled(self, source: str, other: str) -> None:
        """What another holds of the topic; where that is no more than is there, nothing."""
        copy = self._place("jsonl")
        made = self._duikou("export", "--root", self.system.region.root, str(copy), "--copy-of", self._settings(other))
        if made[0] == OK:
            self._duikou("fill", self._settings(source), str(copy))

    def _settings(self, source: str) -> str:
        return str(self.system.region.cluster.settings(source))

    def _duikou(self, *words: str) -> tuple[int, str]:
        """Exit code and all that was said."""
        said = self._place("said")
        code = nest.duikou(words, said)
        return code, said.read_text()

    def _place(self, kind: str) -> Path:
        folder = self.system.region.state
        return next(path for n in count() if not (path := folder / f"operator-{n}.{kind}").exists())
