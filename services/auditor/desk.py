"""What a unit's own desk says, where it is at hand: it is never exported (MECHANISM 1.2a, 2)."""

from collections.abc import Iterable

from contracts.desk import Confirmed
from contracts.envelope import Record
from services.domain.trust import Trust
from services.verifier import History, Result, inspect


def confirmed(root: str, unit: str, trust: Trust, records: Iterable[Record]) -> frozenset[str]:
    """Digests of the acts of one officer that an approver stands by (D11), judged from the desk's first record on.

    trust: of ``duikou.trust`` today. Raises Stopped.
    """
    history = History.desk(root, unit, trust)
    verdicts = (history.admit(record, inspect(record, {})) for record in records)
    effective = (one.draft.data for one in verdicts if one.result is Result.EFFECTIVE and one.draft is not None)
    return frozenset(data.summary.event for data in effective if isinstance(data, Confirmed))
