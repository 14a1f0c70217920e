"""What an operator is told instead of a trace; an outage is ``contracts.refusals.NotYet``."""


class UpkeepError(Exception):
    """Root: the operator's fault, final until something else is done. Nothing was changed."""


class BackupError(UpkeepError):
    """The file is no backup, is damaged, or is another unit's or another root's."""
