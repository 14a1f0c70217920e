"""The log behind one port: Kafka, or tables in PostgreSQL (ARCHITECTURE, decision 3). Chosen by URI scheme.

A topic has one order. A log numbers its records from 0 without gaps and stamps each with its own clock, which may run
backwards; it keeps keys, values and headers as they are, whatever they are. It judges nothing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from contracts.envelope import Message, Record
from services.transport.contract import REPLICATED, Replication
from services.transport.errors import AccessDeniedError


class Credentials(NamedTuple):
    """PEM files of mutual TLS: the authority of the brokers, our certificate (CN = our source), its private key."""

    ca: Path
    cert: Path
    key: Path


class Log(Protocol):
    """A member's side. Every method may raise NotYet (outage) and AccessDeniedError.

    One thread may append while another reads; calls of the same method by several threads may wait for each other.
    """

    def append(self, topic: str, messages: Sequence[Message]) -> list[int]:
        """Append in order and return the offsets, when all are acknowledged.

        Raises NotYet (some may be in the log nevertheless, in order, the first ones: read back, or send again),
        TopicMissingError, MessageTooLargeError (nothing was sent).
        """

    def read(self, topics: Mapping[str, int], limit: int, wait: float) -> list[Record]:
        """Records after the given offset of each topic (-1: from the start), at most ``limit`` in all.

        Per topic in offset order; no topic starves another. If there is nothing, waits up to ``wait`` seconds for
        something. Raises LogShrankError, TopicMissingError, TopicSettingsError (a record not stamped by the log).
        """

    def end(self, topic: str) -> int | None:
        """The last offset, -1 if the topic is empty, None if it does not exist."""

    def topic_id(self, topic: str) -> str | None:
        """Changes when a topic is made anew under its old name. None if it does not exist."""

    def writes(self, topic: str) -> bool | None:
        """Whether we may append, found out without appending; None: we may, and so may everybody here (one domain).

        Raises TopicMissingError.
        """

    def clock(self) -> int | None:
        """The clock that stamps records, in ms, now; None: it shows only in what it stamps."""

    def check(self, topic: str) -> None:
        """Raises TopicSettingsError naming a setting that is not the contract's; TopicMissingError."""

    def close(self) -> None:
        """Let go of connections; the log is of no use afterwards."""


class Topics(Protocol):
    """The registry's side. Both methods may be repeated; both may raise NotYet and AccessDeniedError."""

    def create(self, topic: str) -> None:
        """Make a topic with the contract's settings unless it exists; raises TopicSettingsError if they differ."""

    def grant(self, topic: str, principal: str, write: bool) -> None:
        """Let a principal (the CN of its certificate) read the topic, and write it if ``write``. Takes nothing away."""

    def close(self) -> None:
        """Let go of connections."""


def visible_end(log: Log, topic: str) -> int | None:
    """The last offset of a topic; None where it does not exist, or nobody has granted us to see it. Raises NotYet."""
    try:
        return log.end(topic)
    except AccessDeniedError:
        return None


def open_log(uri: str, credentials: Credentials | None = None, replication: Replication = REPLICATED) -> Log:
    """``postgresql://...`` (libpq's form) or ``kafka://host:port[,host:port]`` (needs credentials).

    Raises NotYet if nobody answers, AccessDeniedError, ValueError for another scheme.
    """
    if _scheme(uri) == "postgresql":
        from services.transport.embedded import EmbeddedLog  # only the client that is used is loaded

        return EmbeddedLog(uri)
    from services.transport.kafka import KafkaLog

    return KafkaLog(uri, _needed(credentials), replication)


def open_topics(uri: str, credentials: Credentials | None = None, replication: Replication = REPLICATED) -> Topics:
    """As ``open_log``, with the registry's rights. The tables of an embedded log are ``embedded.install``'s."""
    if _scheme(uri) == "postgresql":
        from services.transport.embedded import EmbeddedTopics

        return EmbeddedTopics(uri)
    from services.transport.kafka_topics import KafkaTopics

    return KafkaTopics(uri, _needed(credentials), replication)


def _scheme(uri: str) -> str:
    scheme = uri.partition("://")[0]
    if scheme not in ("postgresql", "kafka"):
        raise ValueError(f"no log for scheme {scheme!r}")
    return scheme


def _needed(credentials: Credentials | None) -> Credentials:
    if credentials is None:
        raise ValueError("a Kafka log needs credentials: there is no plaintext listener (PROTOCOL 6)")
    return credentials
