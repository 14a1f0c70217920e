"""A lost or moved topic continues as the next one: its genesis names the cut, offset and hash (PROTOCOL 6, WIRE 14).

Pure. State(channel, n, o) is the fold of topics 1 to n-1 up to their cuts, then of 0 to o of n. The cut stands in the
genesis, and hashes before it begin with the cut's: so the genesis is looked for first, then the topic is folded.
"""

from collections.abc import Callable, Sequence

from contracts.channel import Cut, Opened
from contracts.channels import REGISTRY
from contracts.envelope import Envelope, Record
from contracts.profile import ShapeError
from contracts.refusals import Refused
from services.verifier import History, inspect


def cut_of(record: Record) -> Cut | None:
    """What a record says is the end of the topic before its own, if it may be a genesis; nothing is verified."""
    try:
        envelope = Envelope.parse(record.message.value or b"")
        draft = envelope.draft() if envelope.source == REGISTRY and envelope.type == Opened.TYPE else None
    except (ShapeError, Refused):
        return None
    return draft.data.summary.cut if draft is not None and isinstance(draft.data, Opened) else None


def continued(records: Sequence[Record], before: Callable[[Cut], History | None]) -> History | None:
    """The history that the records' topic begins with, at offset -1; None: there is no genesis among them.

    Args:
        records: of the new topic, from offset 0.
        before: the topic before, folded up to an offset that somebody names; None where it is not known up to there.
    """
    for place, record in enumerate(records):
        cut = cut_of(record)
        base = None if cut is None else before(cut)
        if cut is not None and base is not None and base.hash.hex() == cut.hash:
            trial = History.after(base)
            for one in records[: place + 1]:
                trial.admit(one, inspect(one, {}))
            if trial.opened:
                return History.after(base)
    return None
