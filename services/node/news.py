"""Wakes the parts of a node that run in this process; the database tells the others, who look again and again."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class News:
    """Something happened here that may give another part something to do. Safe for many threads."""

    def __init__(self) -> None:
        """Nothing has happened, no part runs."""
        self._changed = threading.Condition()
        self._count = 0
        self._here: list[str] = []
        self._rounds: dict[str, float] = {}

    @property
    def count(self) -> int:
        """Ask before looking for work, and give it to ``wait``: what happens in between is not slept through."""
        return self._count

    def tell(self) -> None:
        """Something happened."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, count: int, seconds: float) -> None:
        """Until anything happened since ``count``, or ``seconds`` have passed."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != count, seconds)

    @contextmanager
    def running(self, part: str) -> Iterator[None]:
        """The part runs in this process, for the block; its end is news."""
        self.began(part)
        with self._changed:
            self._here.append(part)
        try:
            yield
        finally:
            with self._changed:
                self._here.remove(part)
            self.tell()

    def began(self, part: str) -> None:
        """The part begins a round."""
        self._rounds[part] = time.monotonic()

    def silence(self) -> dict[str, float]:
        """Part that runs in this process -> seconds since it began its last round."""
        now = time.monotonic()
        with self._changed:
            return {part: now - self._rounds.get(part, now) for part in self._here}

    def complete(self, parts: set[str]) -> bool:
        """Whether all of these run here, so that nothing happens unheard."""
        return parts <= set(self._here)
