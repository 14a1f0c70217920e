"""Group commit: callers that come while one is working are gathered, and one of them works for all (STACK trap 24)."""

from collections.abc import Callable
from threading import Event, Lock
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")
MOST = 128
"""Callers worked for at once."""


class Call(Generic[A, R]):
    """What one caller asked, and how it ended; the first ending stands."""

    def __init__(self, asked: A) -> None:
        self.asked = asked
        self.done = False
        self.turn = Event()
        self._result: list[R] = []
        self._error: BaseException | None = None

    def settle(self, result: R) -> None:
        """It is done."""
        if not self.done:
            self._result, self.done = [result], True

    def fail(self, error: BaseException) -> None:
        """It is not done; the caller gets the error."""
        if not self.done:
            self._error, self.done = error, True

    def result(self) -> R:
        """What the caller gets, or raises."""
        if self._error is not None:
            raise self._error
        return self._result[0]


class Gatherer(Generic[A, R]):
    """``work`` is called by one thread at a time and settles or fails each call; what it raises, all others get."""

    def __init__(self, work: Callable[[list[Call[A, R]]], None]) -> None:
        self._work = work
        self._lock = Lock()
        self._busy = False
        self._waiting: list[Call[A, R]] = []

    def ask(self, asked: A) -> R:
        """The result for this caller, from its own thread or another's."""
        call: Call[A, R] = Call(asked)
        with self._lock:
            self._waiting.append(call)
            first, self._busy = not self._busy, True
        if not first:
            call.turn.wait()
        if not call.done:
            self._lead()
        return call.result()

    def _lead(self) -> None:
        """Works for whoever waits, this thread's caller first, then hands over to the first who came meanwhile."""
        with self._lock:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._work_for(taken)
        with self._lock:
            self._busy = bool(self._waiting)
            woken = [*taken, *self._waiting[:1]]
        for call in woken:
            call.turn.set()

    def _work_for(self, taken: list[Call[A, R]]) -> None:
        error: BaseException = RuntimeError("a call was left unanswered")
        try:
            self._work(taken)
        except BaseException as raised:  # noqa: BLE001 - each caller raises it for itself
            error = raised
        for call in taken:
            call.fail(error)
