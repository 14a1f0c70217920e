"""A view is one file: a row, how it begins, how a verdict changes it. Table, upsert, rebuild and audit are generic."""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from contracts.envelope import Draft
from services.verifier import Result, Verdict

R = TypeVar("R")
EFFECTIVE = frozenset({Result.EFFECTIVE})


class Stream(NamedTuple):
    """Parts of a row key ``channel/context/subject``."""

    channel: str
    context: str
    subject: str


def stream(key: str) -> Stream:
    """Takes apart the key of a row that is a stream. Raises ValueError for another key."""
    return Stream(*key.split("/"))


def draft_of(verdict: Verdict) -> Draft[Any]:
    """The event of an effective verdict; it always has one."""
    if verdict.draft is None:
        raise ValueError("an effective record without an event")
    return verdict.draft


def by_stream(verdict: Verdict) -> str | None:
    """The usual row key: the event's stream."""
    return draft_of(verdict).stream


@dataclass(frozen=True)
class View(Generic[R]):
    """A disposable fold (L11).

    Args:
        version: goes up with every change of row, new or step; live rows of another version are folded anew.
        contexts: whose events it folds; empty: of all, and of what cannot be read.
        row: its row, a frozen dataclass; where the context has a state, a subclass of it.
        new: (my unit, first verdict) -> the row before it.
        step: (row, verdict) -> the row after it.
        key: verdict -> row key, None: not for this view. A row never spans channels.
        results: which verdicts it folds.
    """

    name: str
    version: int
    contexts: frozenset[str]
    row: type[R]
    new: Callable[[str, Verdict], R]
    step: Callable[[R, Verdict], R]
    key: Callable[[Verdict], str | None] = by_stream
    results: frozenset[Result] = EFFECTIVE

    @property
    def title(self) -> str:
        """Under which name its fingerprint is stated: another version is another view."""
        return f"{self.name}.v{self.version}"


def row_key(view: View[Any], verdict: Verdict) -> str | None:
    """Which row a verdict changes, if any: what a projector loads before it folds."""
    if verdict.result not in view.results:
        return None
    if view.contexts and (verdict.draft is None or verdict.draft.context not in view.contexts):
        return None
    return view.key(verdict)


def fold(view: View[R], me: str, verdicts: Iterable[Verdict], rows: MutableMapping[str, R]) -> set[str]:
    """Applies verdicts to rows, in place; the keys of those it set. Projector and auditor call this.

    Args:
        me: unit code whose view this is: decides what is incoming and what outgoing.
        verdicts: of one topic in offset order, each once; topics of several channels may come in any order.
        rows: must hold the rows of all keys ``row_key`` gives, where they exist.
    """
    changed = set()
    for verdict in verdicts:
        key = row_key(view, verdict)
        if key is not None:
            row = rows[key] if key in rows else view.new(me, verdict)
            rows[key] = view.step(row, verdict)
            changed.add(key)
    return changed
