"""A part that found nothing looks again when what it looks at has changed, or after a while."""

from itertools import count

import pytest

from contracts.refusals import NotYet
from services.node import watching
from services.node.watching import Shared, watched


class Part:
    """Counts its rounds; ``work``: what the next ones find; ``there``: what it looks at."""

    def __init__(self) -> None:
        """Nothing to do."""
        self.rounds, self.work, self.there = 0, list[bool | Exception](), object()
        self.step = watched(self._step, lambda: self.there)

    def _step(self) -> bool:
        self.rounds += 1
        found = self.work.pop(0) if self.work else False
        if isinstance(found, Exception):
            raise found
        return found


def test_nothing_new_is_not_looked_into_again() -> None:
    """However often it is asked."""
    part = Part()
    assert [part.step() for _ in range(5)] == [False] * 5
    assert part.rounds == 1


def test_what_changed_is_looked_into() -> None:
    """Once for each change."""
    part = Part()
    for changes in range(1, 4):
        part.there = object()
        assert [part.step(), part.step()] == [False, False]
        assert part.rounds == changes


def test_whoever_found_something_looks_again() -> None:
    """Until there is nothing: a batch is not all."""
    part = Part()
    part.work = [True, True]
    assert [part.step() for _ in range(5)] == [True, True, False, False, False]
    assert part.rounds == 3


def test_what_changes_during_a_round_is_not_missed() -> None:
    """It is asked before the round: what came too late for it is found by the next."""
    part = Part()

    def late() -> bool:
        part.rounds += 1
        if part.rounds == 1:
            part.there = object()
        return False

    step = watched(late, lambda: part.there)
    assert [step(), step(), step()] == [False] * 3
    assert part.rounds == 2


def test_a_round_that_was_broken_off_is_taken_again() -> None:
    """An outage is no answer."""
    part = Part()
    part.step()
    part.there, part.work = object(), [NotYet("outage")]
    with pytest.raises(NotYet):
        part.step()
    part.step()
    assert part.rounds == 3


def test_clocks_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while it looks though nothing changed."""
    part = Part()
    part.step()
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.0)
    part.step()
    assert part.rounds == 2


def test_what_several_look_at_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until something happened here, or too long ago to speak for what others do."""
    monkeypatch.setattr(watching, "SHARED_SECONDS", float("inf"))
    looks, happened = count(), [0]
    shared = Shared(lambda: next(looks), lambda: happened[0])
    assert [shared(), shared()] == [0, 0]
    happened[0] += 1
    assert [shared(), shared()] == [1, 1]
    monkeypatch.setattr(watching, "SHARED_SECONDS", 0.0)
    assert [shared(), shared()] == [2, 3]


def test_what_happens_while_it_is_looked_up_is_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen may not hold it."""
    monkeypatch.setattr(watching, "SHARED_SECONDS", float("inf"))
    happened = count()
    shared = Shared(lambda: next(happened), lambda: next(happened))
    assert shared() < shared()


def test_an_outage_is_not_remembered() -> None:
    """The next asks anew."""
    answers: list[int | Exception] = [NotYet("outage"), 7]

    def look() -> int:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    shared = Shared(look, lambda: None)
    with pytest.raises(NotYet):
        shared()
    assert shared() == 7
