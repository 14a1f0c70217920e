"""What ``duikou fsck`` names: the first divergence of each ledger, topic and view."""

from typing import NamedTuple


class Finding(NamedTuple):
    """table; where: its row, by key; what: a fixed sentence, never a value of the row.

    grave: the database contradicts itself; else a record carries what the protocol compares and does not judge.
    """

    table: str
    where: str
    what: str
    grave: bool = True
