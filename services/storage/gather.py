"""Group commit: callers that come while one is working are gathered, and one of them works for all (STACK trap 24)."""

from collections.abc import Callable
from threading import Condition
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
        self._turn = Condition()
        self._busy = False
        self._waiting: list[Call[A, R]] = []

    def ask(self, asked: A) -> R:
        """The result for this caller."""
        call: Call[A, R] = Call(asked)
        with self._turn:
            self._waiting.append(call)
        while not call.done:
            self._work_for(self._await_turn(call))
        return call.result()

    def _await_turn(self, call: Call[A, R]) -> list[Call[A, R]]:
        """Calls to work for, in the order they came; none if ours was done meanwhile."""
        with self._turn:
            self._turn.wait_for(lambda: call.done or not self._busy)
            if call.done:
                return []
            self._busy = True
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            return taken

    def _work_for(self, taken: list[Call[A, R]]) -> None:
        if not taken:
            return
        error: BaseException = RuntimeError("a call was left unanswered")
        try:
            self._work(taken)
        except BaseException as raised:  # noqa: BLE001 - each caller raises it for itself
            error = raised
        with self._turn:
            for call in taken:
                call.fail(error)
            self._busy = False
            self._turn.notify_all()
