"""What every topic is set to, and what a message may weigh (PROTOCOL 2 and 6). Both logs hold to it."""

from typing import NamedTuple

from contracts.envelope import Message
from services.transport.errors import MessageTooLargeError

HEADERS = 8
HEADER_BYTES = 2_048
"""All names and values of one message together."""
BATCH_BYTES = 65_536
"""``max.message.bytes``: a log's limit is on the batch."""
MESSAGE_BYTES = BATCH_BYTES - 1_024
"""Key, value and headers together; the difference is more than a batch and a record need around them."""

SETTINGS = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "message.timestamp.type": "LogAppendTime",
    "compression.type": "uncompressed",
    "max.message.bytes": str(BATCH_BYTES),
    "unclean.leader.election.enable": "false",
}
"""Topic settings that do not depend on how many brokers there are. One partition always."""


class Replication(NamedTuple):
    """Copies of a topic, and how many must have a record before it is acknowledged."""

    factor: int
    min_insync: int


REPLICATED = Replication(3, 2)
SINGLE = Replication(1, 1)
"""One broker: a lost disk is a lost log. For the demo and the tests; whoever uses it says so."""


def topic_settings(replication: Replication) -> dict[str, str]:
    """All settings of a topic, by Kafka's names."""
    return {**SETTINGS, "min.insync.replicas": str(replication.min_insync)}


def check_message(message: Message) -> None:
    """Raises MessageTooLargeError."""
    headers = sum(len(name.encode()) + len(value) for name, value in message.headers)
    size = headers + len(message.key or b"") + len(message.value or b"")
    limits = (
        ("headers", len(message.headers), HEADERS),
        ("bytes of headers", headers, HEADER_BYTES),
        ("bytes", size, MESSAGE_BYTES),
    )
    for what, found, limit in limits:
        if found > limit:
            raise MessageTooLargeError(f"a message of {found} {what}; at most {limit}")
