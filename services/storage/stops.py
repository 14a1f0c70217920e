"""Why nobody reads, writes or decides a channel until an operator has looked (PROTOCOL 6)."""

from enum import StrEnum


class Why(StrEnum):
    """Kept with the topic as ``<code>: <detail>``; the code is what metrics, logs and ``duikou doctor`` say."""

    GONE = "topic_gone"  # there is no such topic any more
    MADE_ANEW = "topic_made_anew"  # same name, another id, or offsets that were given before
    SHRANK = "log_shrank"  # it ends before what was read
    CHANGED = "log_changed"  # another record stands where one was read
    SETTINGS = "topic_settings"  # a setting is not the contract's
    STRANGER = "not_sealed_here"  # under our name stands what this node did not seal
    STALLED = "stalled"  # a rule version this software does not know
    NO_GENESIS = "no_genesis"  # the first record opens no channel
    OFFSET_GAP = "offset_gap"  # a record lacks
    CUT = "cut"  # a topic that continues another, and the cut is not known: report it
    SHORT = "copy_too_short"  # it goes on in the next topic, from a place that this copy does not reach
    OTHER = "other"  # stopped by software of another version


def kept(why: Why, detail: str) -> str:
    """As it is kept."""
    return f"{why}: {detail}"


def why(text: str) -> Why:
    """The code of what is kept."""
    code = text.partition(":")[0]
    return Why(code) if code in frozenset(Why) else Why.OTHER
