"""Why a record does not count: the closed list of WIRE 18. Codes enter fingerprints; changing one changes the wire."""

from enum import StrEnum


class Code(StrEnum):
    """The first nine are noise (nothing moves), the rest void (the chain advances, the state does not)."""

    SHAPE = "shape"  # also a void code: `data` its model refuses
    EXCHANGE = "exchange"
    PLACE = "place"
    NOT_MEMBER = "not_member"
    KEY = "key"
    SIGNATURE = "signature"
    FROZEN = "frozen"
    EPOCH = "epoch"
    GAP = "gap"
    TYPE = "type"
    ORDER_DISPUTED = "order_disputed"
    STATE = "state"
    WRONG_SIDE = "wrong_side"
    UNKNOWN_MATTER = "unknown_matter"
    PAIRING_STATE = "pairing_state"
    PURPOSE = "purpose"
    CEILING = "ceiling"
    BASIS = "basis"
    SIGNATURES = "signatures"
    OFFICERS = "officers"
    APPROVAL_LAPSED = "approval_lapsed"
    OFFER_LAPSED = "offer_lapsed"
    SUSPENDED = "suspended"
    NO_RECIPIENT_KEY = "no_recipient_key"
    CONTENT_USED = "content_used"
    NUMBER_USED = "number_used"
    ALREADY_COPIED = "already_copied"
    MANDATE = "mandate"


class Stop(StrEnum):
    """Why a channel cannot be judged further on this node or by this auditor (WIRE-CHOICES B43)."""

    STALLED = "stalled"  # a rule version this software does not know: install newer software
    NO_GENESIS = "no_genesis"
    OFFSET_GAP = "offset_gap"
    CUT = "cut"


class Refused(Exception):
    """A rule forbids it. Final: no retry can help. The caller shows the code and the law.

    Args:
        code: the same code at the door (gateway) and in the log (void).
        law: where the rule stands, e.g. ``L5`` or ``WIRE 22``; empty where the code says all.
        about: ids of the matters that stand in the way, for the person at the door; the log keeps code and law only.
    """

    def __init__(self, code: Code, law: str = "", about: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code} ({law})" if law else str(code))
        self.code = code
        self.law = law
        self.about = about


class NotYet(Exception):
    """It cannot be done now and may pass later: an outage, software too old, a channel not open yet.

    The caller waits and tries again, or tells the person ``reason`` (a fixed sentence, never content).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
