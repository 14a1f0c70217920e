"""What can go wrong with a node's database beyond an outage; an outage is ``contracts.refusals.NotYet``."""


class StorageError(Exception):
    """Root. None of these is cured by repeating the same call."""


class Conflict(StorageError):
    """Somebody else wrote to this stream first, or its ledger was reopened: load again, decide again."""


class Claimed(Conflict):
    """A content id or document number of this ledger is taken: decide again; twice in a row, and it must be refused."""


class OtherSealError(StorageError):
    """The log has, under a number of ours, what this node did not seal: somebody else has our key. Alarm."""


class ReplicaGapError(StorageError):
    """What is to be stored does not follow what is stored: the caller's memory is of another database.

    Forget it, rebuild it from the replica, read the log again from there.
    """


class LogChangedError(StorageError):
    """The log no longer says what it said: it was replaced or restored. The channel stops (PROTOCOL 6).

    Args:
        topic, offset: of the first record that differs; -1 where the topic itself is another.
    """

    def __init__(self, topic: str, offset: int) -> None:
        super().__init__(f"{topic} does not say at {offset} what it said")
        self.topic, self.offset = topic, offset


class VerdictChangedError(StorageError):
    """Judged again, a stored record has another verdict: rules of a type were changed, or the database was. A bug."""

    def __init__(self, topic: str, offset: int) -> None:
        super().__init__(f"{topic}/{offset} is judged otherwise than before")
        self.topic, self.offset = topic, offset


class PositionError(StorageError):
    """Another projector was faster, the generation is gone, or the database went back: read the position again."""


class MigrationError(StorageError):
    """The operator's fault: a file that was applied has changed, a number lacks, the database is of newer software,
    or a role has rights it must not have. The message names it.
    """


class OccupiedError(StorageError):
    """The operator's fault: a database that is to be made anew is in use, or holds something. Nothing was changed."""
