"""The log on Apache Kafka, by kafka-python: one topic, one partition, one order (ARCHITECTURE, decision 3)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kafka.errors import KafkaError

from contracts.envelope import Message, Record
from contracts.refusals import NotYet
from services.transport import kafka_clients
from services.transport.contract import Replication, check_message
from services.transport.kafka_clients import DELIVERY_MS, REQUEST_MS, Held
from services.transport.kafka_reader import Reader
from services.transport.kafka_topics import Cluster

if TYPE_CHECKING:
    from services.transport import Credentials

IN_FLIGHT_BYTES = 1_048_576
"""Sent and not yet acknowledged; the library itself bounds nothing (STACK, trap 10)."""


class KafkaLog:
    """The port ``Log``: a producer, a consumer and an admin client, each with a lock of its own."""

    def __init__(self, uri: str, credentials: "Credentials", replication: Replication) -> None:
        settings = kafka_clients.common(uri, credentials)
        self._cluster = Cluster(settings, replication)
        self._producer = kafka_clients.producer(settings)
        self._reader = Held(lambda: Reader(kafka_clients.consumer(settings), self._cluster), Reader.close)
        self._known: set[str] = set()
        self._cluster.connect()  # NotYet or a wrong certificate: say so now

    def append(self, topic: str, messages: Sequence[Message]) -> list[int]:
        """See ``Log.append``."""
        for message in messages:
            check_message(message)
        self._know(topic)
        try:
            with self._producer.use(topic) as producer:
                return [offset for portion in _portions(messages) for offset in _send(producer, topic, portion)]
        except Exception:
            self._known.discard(topic)
            raise

    def read(self, topics: Mapping[str, int], limit: int, wait: float) -> list[Record]:
        """See ``Log.read``."""
        with self._reader.use(", ".join(topics)) as reader:
            return reader.read(topics, limit, wait)

    def end(self, topic: str) -> int | None:
        """See ``Log.end``."""
        return self._cluster.end(topic)

    def topic_id(self, topic: str) -> str | None:
        """See ``Log.topic_id``."""
        described = self._cluster.describe(topic)
        return None if described is None else described.id

    def writes(self, topic: str) -> bool | None:
        """See ``Log.writes``: the broker says what we are authorised to."""
        return "WRITE" in self._cluster.expect(topic).rights

    def clock(self) -> int | None:
        """See ``Log.clock``: a broker has no question for it."""
        return None

    def check(self, topic: str) -> None:
        """See ``Log.check``."""
        self._cluster.check(topic)

    def close(self) -> None:
        """See ``Log.close``."""
        for client in (self._producer, self._reader, self._cluster):
            client.close()

    def _know(self, topic: str) -> None:
        """The producer would ask for a missing topic again and again, without a pause."""
        if topic not in self._known:
            self._cluster.expect(topic).demand("WRITE", topic)
            self._known.add(topic)


def _portions(messages: Sequence[Message]) -> Iterator[list[Message]]:
    portion: list[Message] = []
    size = 0
    for message in messages:
        portion.append(message)
        size += len(message.key or b"") + len(message.value or b"")
        if size >= IN_FLIGHT_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _send(producer: Any, topic: str, messages: Sequence[Message]) -> list[int]:
    """Raises the error of the first message that failed, when all have succeeded or failed (STACK, trap 9)."""
    futures = []
    try:
        for message in messages:
            key, value, headers = (message.key,), (message.value,), list(message.headers)
            futures.append(producer.send(topic, value, key, headers, partition=0))
        producer.flush(timeout=DELIVERY_MS / 1000)  # nothing follows: do not linger
    finally:
        outcomes = [_outcome(future) for future in futures]
    for outcome in outcomes:
        if isinstance(outcome, KafkaError):
            raise outcome
        if outcome < 0:  # a repeated batch the broker no longer remembers the place of
            raise NotYet("a message was acknowledged without an offset")
    return outcomes


def _outcome(future: Any) -> Any:
    """An offset or an error."""
    try:
        return future.get(timeout=(DELIVERY_MS + 2 * REQUEST_MS) / 1000).offset
    except KafkaError as error:
        return error
