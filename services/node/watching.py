"""A part that found nothing asks one thing before it looks again: whether what it looks at is still what it was."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Generic, TypeVar

T = TypeVar("T")

Step = Callable[[], bool]
"""One batch; True: there may be more."""

LOOK_SECONDS = 2.0
"""After which a part looks though nothing changed: clocks go on, and rights in a log are granted without a word."""

SHARED_SECONDS = 0.02
"""How long what one part saw is good for the others of its process; of what happens here they hear at once."""


@dataclass
class Shared(Generic[T]):
    """What several parts look at, looked up once for all of them. Safe for many threads."""

    sees: Callable[[], T]
    happened: Callable[[], object]
    """Differs whenever something happened in this process."""
    _last: tuple[object, float, T] | None = None
    """What had happened before it was looked up, when, and what was seen."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> T:
        """As it is now, or was after what happened here last. May raise NotYet."""
        with self._lock:
            happened, now = self.happened(), time.monotonic()
            if self._last is None or self._last[0] != happened or now - self._last[1] >= SHARED_SECONDS:
                self._last = happened, now, self.sees()
            return self._last[2]


@dataclass
class Watched:
    """Whether a round can find anything. ``sees``: what it depends on, as it is now; may raise NotYet."""

    sees: Callable[[], object]
    _before: tuple[object, float] = (None, -math.inf)
    """What was seen, and when, before the last round that found nothing."""
    _now: tuple[object, float] = field(init=False)

    def changed(self) -> bool:
        """Ask before the round, and tell ``nothing`` after one that found nothing: what comes between is not missed."""
        self._now = self.sees(), time.monotonic()
        return self._now[0] != self._before[0] or self._now[1] - self._before[1] >= LOOK_SECONDS

    def nothing(self) -> None:
        """The round found nothing to do."""
        self._before = self._now


OWN, READ = ("server", "tails", "healed"), ("server", "positions", "topics")
"""Of a pulse: what we have sealed, what we have read."""


def seen(pulse: Callable[[], object], *names: str) -> Callable[[], object]:
    """What a part depends on, of all that a pulse says."""
    look = attrgetter(*names)
    return lambda: look(pulse())


def watched(step: Step, sees: Callable[[], object]) -> Step:
    """The step, taken only where it can find anything; one that raised is taken again."""
    gate = Watched(sees)

    def gated() -> bool:
        if not gate.changed():
            return False
        busy = step()
        if not busy:
            gate.nothing()
        return busy

    return gated
