"""What can go wrong with a log beyond an outage; an outage is ``contracts.refusals.NotYet`` and may pass by itself."""


class TransportError(Exception):
    """Root. None of these passes by waiting: somebody has to act."""


class TopicMissingError(TransportError):
    """No such topic, or none this principal may see. The registry's to create or grant."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"no topic {topic}")
        self.topic = topic


class TopicSettingsError(TransportError):
    """A topic is not set up as the contract says (PROTOCOL 6). The log's operator has to repair it; do not use it."""

    def __init__(self, topic: str, setting: str, found: str, wanted: str) -> None:
        super().__init__(f"{topic}: {setting} is {found}, must be {wanted}")
        self.topic, self.setting, self.found, self.wanted = topic, setting, found, wanted


class AccessDeniedError(TransportError):
    """The log refuses this principal. The registry's to grant, or our credentials are the wrong ones.

    Args:
        what: the topic, or what else was refused.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"not allowed: {what}")
        self.what = what


class LogShrankError(TransportError):
    """A log does not hold what it held: it ends before a record we have read, or its beginning was cut off.

    It was restored from a backup, or made anew. The channel stops here (PROTOCOL 6).

    Args:
        asked: the offset we have, in the topic's numbering.
        end: the last offset the topic has now, -1 if it is empty.
    """

    def __init__(self, topic: str, asked: int, end: int) -> None:
        super().__init__(f"{topic} cannot be read after offset {asked}; it ends at {end}")
        self.topic, self.asked, self.end = topic, asked, end


class MessageTooLargeError(TransportError):
    """A message beyond the limits of the contract. A bug of the caller, who checks before sealing."""


class LogNotInstalledError(TransportError):
    """The database has no log: an administrator runs ``infra/postgres/log.sql`` (``embedded.install``) in it."""
