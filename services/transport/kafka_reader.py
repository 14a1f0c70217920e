"""One consumer, placed by hand: it never continues where it was not told to (STACK, traps 11 and 27)."""

from collections.abc import Mapping
from typing import Any

from kafka.errors import LogTruncationError, OffsetOutOfRangeError

from contracts.envelope import Message, Position, Record
from contracts.refusals import NotYet
from services.transport.errors import LogShrankError, TopicSettingsError
from services.transport.kafka_clients import partition
from services.transport.kafka_topics import Cluster

LOG_APPEND_TIME = 1
FETCH_SECONDS = 5.0
"""How long to wait for what is certainly there; it comes after some milliseconds."""
PATIENCE = 4
"""How often one after the other it may not come; a broker may be slow."""
STUCK = "the broker has records that it does not hand out"


class Reader:
    """A consumer and where it stands. For one thread; after any error its owner makes another."""

    def __init__(self, consumer: Any, cluster: Cluster) -> None:
        self._consumer, self._cluster = consumer, cluster
        self._next: dict[str, int] = {}
        self._in_vain = 0

    def read(self, topics: Mapping[str, int], limit: int, wait: float) -> list[Record]:
        """See ``Log.read``. Raises NotYet as well where what is there does not come: this consumer is stuck."""
        try:
            self._place(topics)
            return self._poll(limit, 0) or self._waited(topics, limit, wait)
        except OffsetOutOfRangeError as error:
            raise self._shrank(topics, error.args[0]) from error
        except LogTruncationError as error:
            raise self._shrank(topics, error.divergent_offsets) from error

    def _waited(self, topics: Mapping[str, int], limit: int, wait: float) -> list[Record]:
        behind = self._behind(topics)
        found = self._poll(limit, FETCH_SECONDS if behind else max(wait, 0))
        if behind and not found:
            self._in_vain += 1
            if self._in_vain == PATIENCE:
                raise NotYet(STUCK)
        return found

    def close(self) -> None:
        """Let go of the connection."""
        self._consumer.close(autocommit=False, timeout_ms=1_000)

    def _place(self, topics: Mapping[str, int]) -> None:
        if topics.keys() != self._next.keys():
            for topic in topics.keys() - self._next.keys():
                self._cluster.expect(topic).demand("READ", topic)
            self._consumer.assign([partition(topic) for topic in topics])
            self._next = {topic: offset for topic, offset in self._next.items() if topic in topics}
        for topic, after in topics.items():
            if self._next.get(topic) != after + 1:
                self._consumer.seek(partition(topic), after + 1)
                self._next[topic] = after + 1

    def _behind(self, topics: Mapping[str, int]) -> bool:
        """Whether there is something to read. Asking proves that we may see the topics and that they are whole."""
        ends = self._cluster.ends(topics)
        for topic, after in topics.items():
            if ends[topic] < after:
                raise LogShrankError(topic, after, ends[topic])
        return any(ends[topic] > after for topic, after in topics.items())

    def _poll(self, limit: int, seconds: float) -> list[Record]:
        polled = self._consumer.poll(timeout_ms=seconds * 1000, max_records=limit)
        records = [_record(each) for found in polled.values() for each in found]
        if records:
            self._in_vain = 0
        for record in records:
            self._next[record.position.topic] = record.position.offset + 1
        return records

    def _shrank(self, topics: Mapping[str, int], partitions: Mapping[Any, Any]) -> LogShrankError:
        topic = next(iter(partitions)).topic
        end = self._cluster.end(topic)
        return LogShrankError(topic, topics[topic], -1 if end is None else end)


def _record(found: Any) -> Record:
    """Raises TopicSettingsError: a time that its writer chose orders nothing."""
    if found.timestamp_type != LOG_APPEND_TIME:
        raise TopicSettingsError(found.topic, "message.timestamp.type", "CreateTime", "LogAppendTime")
    headers = tuple((name, value or b"") for name, value in found.headers)
    return Record(Position(found.topic, found.offset, found.timestamp), Message(found.key, found.value, headers))
