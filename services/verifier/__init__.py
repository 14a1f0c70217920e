"""Judges one channel, record after record, in log order: one final verdict each (PROTOCOL 1, WIRE 17).

Pure: the pinned root, the topic's name and the records are all that enters. Intake, gateway and auditor call the same.

  inspect: any order, in threads                     admit: strictly in log order
  1 size, profile, attributes      noise shape       5 value already admitted       duplicate
  2 exchange, place, writer        noise             6 key in force, signature      noise key, signature
  3 event type and data model      (kept for 9)      7 frozen, epoch                noise
  4 which key's signature fits     (kept for 6)      8 sequence, predecessor        fork, noise gap
                                                     9 type open, data model        void    - the chain advances -
                                                    10 `seen`                       void order_disputed, or disputed
                                                    11 the rules                    void, with the rule's code

`admit` does 2 as well where it depends on what the log said before (is the writer a member here?).
The caller still owes: the records are those of the topic, in offset order, none left out (a gap stops the channel).
"""

from services.verifier.history import Chained, History
from services.verifier.records import (
    ROLLING_START,
    Inspected,
    Result,
    Stopped,
    Verdict,
    inspect,
    read,
    readable,
    rolling,
)

__all__ = [
    "ROLLING_START",
    "Chained",
    "History",
    "Inspected",
    "Result",
    "Stopped",
    "Verdict",
    "inspect",
    "read",
    "readable",
    "rolling",
]
