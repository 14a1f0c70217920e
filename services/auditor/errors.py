"""What keeps an audit from running. What an audit finds is in its report, never an exception."""


class AuditorError(Exception):
    """Root of this package's errors."""


class RootMissingError(AuditorError):
    """The caller gave no root fingerprint (64 hex digits). It comes from outside, never from what is audited."""


class DeskTopicError(AuditorError):
    """A desk is a unit's own and is never exported (WIRE-CHOICES A12). The caller leaves it out."""


class ExportError(AuditorError):
    """A line is not of the export format, or a log cannot be exported. The file is damaged or not an export.

    line: from 1; 0 where no line is meant.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line = line
        self.reason = reason
