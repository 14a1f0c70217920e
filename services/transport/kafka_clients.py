"""How kafka-python's clients are made, used and given up, and what their errors mean. kafka-python has no types.

Every setting is spelled out: the library's defaults lose, skip or create (STACK, traps 9-11, 21, 27).
"""

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kafka import KafkaConsumer, KafkaProducer, TopicPartition, errors
from kafka.admin import KafkaAdminClient
from kafka.net import inet, manager
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket
from kafka.net.transport import KafkaSSLTransport
from kafka.record import memory_records
from kafka.record.default_records import DefaultRecordBatch
from kafka.serializer import Serializer

from contracts.refusals import NotYet
from services.transport.errors import AccessDeniedError, MessageTooLargeError, TransportError

if TYPE_CHECKING:
    from services.transport import Credentials

REQUEST_MS = 5_000
DELIVERY_MS = 10_000
"""A message that was not acknowledged after this time counts as not sent, though it may still arrive."""
LINGER_MS = 5
BATCH_BYTES = 60 * 1024
"""Below ``max.message.bytes``, which limits the batch."""
FETCH_WAIT_MS = 250
"""How long a broker holds an empty fetch; also how long a topic that joins the others waits for its first one."""

_PASSING = (
    errors.RetriableError,
    errors.OutOfOrderSequenceNumberError,
    errors.UnknownProducerIdError,
    errors.InvalidProducerEpochError,
    errors.InvalidProducerIdMappingError,
    errors.UnknownBrokerIdError,  # the library's own: its list of brokers is empty while the only one is away
    OSError,
)
"""A broker that is away, moving, or restored from a backup under a living producer: a new client may succeed."""


class _Given(Serializer):  # type: ignore[misc]
    """Takes (bytes | None,): the library refuses a message without key and value, a log may hold one."""

    def serialize(self, topic: str, headers: Any, data: tuple[bytes | None]) -> bytes | None:
        return data[0]


class _Producer(KafkaProducer):  # type: ignore[misc]
    def __del__(self) -> None:
        """The library's silences its module's logger for the whole process; ours is always closed by `Held`."""


class _LenientBatch(DefaultRecordBatch):  # type: ignore[misc]
    """The library refuses a record whose header name is not UTF-8, for good: one such record would stop a channel.

    Brokers accept it and Java's clients put U+FFFD in its place; so do we.
    """

    _buffer: Any

    def _read_msg(self, *given: Any) -> Any:
        try:
            return super()._read_msg(*given)
        except UnicodeDecodeError:
            self._buffer = _Lenient(self._buffer)
            return super()._read_msg(*given)


class _Lenient(bytearray):
    def __getitem__(self, index: Any) -> Any:
        part = super().__getitem__(index)
        return _Lenient(part) if isinstance(index, slice) else part

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        return super().decode(encoding, "replace")


class _TimedTransport(KafkaSSLTransport):  # type: ignore[misc]
    """The library waits for ever for a handshake with a broker that accepts connections and then stalls."""

    async def handshake(self) -> None:
        timer = self._net.call_at(time.monotonic() + REQUEST_MS / 1000, self._give_up)
        try:
            await super().handshake()
        except BaseException:
            self.close()
            raise
        finally:
            self._net.cancel(timer)

    def _give_up(self) -> None:
        self._sock.shutdown(socket.SHUT_RDWR)


class _ClosedSocket(KafkaNetSocket):  # type: ignore[misc]
    """The library leaves the socket of a refused connection to the garbage collector."""

    SCHEMES = ()

    async def sock_connect(self, net: Any, sock: socket.socket, *given: Any, **named: Any) -> socket.socket:
        try:
            connected: socket.socket = await super().sock_connect(net, sock, *given, **named)
        except BaseException:
            sock.close()
            raise
        return connected


# Where the library looks them up; it is pinned below 3.1, and the port's suite fails without each of them.
memory_records.DefaultRecordBatch = _LenientBatch
manager.KafkaSSLTransport = _TimedTransport
inet.KafkaNetSocket = _ClosedSocket

C = TypeVar("C")


class Held(Generic[C]):
    """A client, made when it is first needed, used by one thread at a time, thrown away after an error."""

    def __init__(self, make: Callable[[], C], close: Callable[[C], None]) -> None:
        self._make, self._close = make, close
        self._lock = Lock()
        self._client: C | None = None

    @contextmanager
    def use(self, what: str) -> Iterator[C]:
        """The client, for the block. Raises NotYet, AccessDeniedError, TransportError; `what` names the topic."""
        with self._lock:
            try:
                if self._client is None:
                    self._client = self._make()
                yield self._client
            except Exception as error:
                self._drop()
                _translate(error, what)
                raise

    def close(self) -> None:
        """Close the client once nobody uses it."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(errors.KafkaError):  # it could not say goodbye; why it is dropped matters more
                self._close(client)


def _translate(error: Exception, what: str) -> None:
    """Raise ours for the library's; return for any other."""
    if isinstance(error, errors.TopicAuthorizationFailedError) and isinstance(error.args[0], set):
        raise AccessDeniedError(next(iter(error.args[0]))) from error
    if isinstance(error, errors.AuthorizationError):
        raise AccessDeniedError(what) from error
    if isinstance(error, (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError)):
        raise MessageTooLargeError(f"the broker's limit on {what} is smaller than the contract's") from error
    if isinstance(error, _PASSING):
        raise NotYet("the broker does not answer") from error
    if isinstance(error, errors.KafkaError):
        raise TransportError(f"{what}: {type(error).__name__}") from error


def common(uri: str, credentials: "Credentials") -> dict[str, Any]:
    """What all three clients are given. The certificate is read now: a new one needs a new log."""
    logging.getLogger("kafka").setLevel(logging.ERROR)  # DEBUG prints payloads, INFO and WARNING every attempt
    context = ssl.create_default_context(cafile=str(credentials.ca))  # checks the host's name
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(str(credentials.cert), str(credentials.key))
    return {
        "bootstrap_servers": uri.removeprefix("kafka://").rstrip("/").split(","),
        "client_id": "duikou",
        "security_protocol": "SSL",
        "ssl_context": context,
        "bootstrap_timeout_ms": REQUEST_MS,
        "request_timeout_ms": REQUEST_MS,
        "retry_backoff_ms": 20,
        "reconnect_backoff_ms": 20,
        "reconnect_backoff_max_ms": 1_000,
        "metadata_max_age_ms": 300_000,
        "connections_max_idle_ms": 540_000,
    }


def producer(settings: dict[str, Any]) -> Held[Any]:
    """Idempotent, in order, acknowledged by all that are in sync, uncompressed."""
    own = {
        "acks": "all",
        "enable_idempotence": True,
        "max_in_flight_requests_per_connection": 1,  # a failed batch has no later one on its heels
        "retries": float("inf"),  # ended by the time below
        "delivery_timeout_ms": DELIVERY_MS,
        "max_block_ms": REQUEST_MS,
        "linger_ms": LINGER_MS,
        "batch_size": BATCH_BYTES,
        "max_request_size": 1_048_576,
        "compression_type": None,
        "transactional_id": None,
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
        "key_serializer": _Given(),
        "value_serializer": _Given(),
    }
    return Held(lambda: _made(_Producer, settings | own), lambda client: client.close(timeout=1))


def consumer(settings: dict[str, Any]) -> Any:
    """Assigned by hand, positioned by hand, no group, nothing committed, nothing reset."""
    own = {
        "group_id": None,
        "enable_auto_commit": False,
        "auto_offset_reset": "none",
        "isolation_level": "read_uncommitted",  # nobody may open a transaction, and a hanging one would hide records
        "allow_auto_create_topics": False,
        "check_crcs": True,
        "fetch_min_bytes": 1,
        "fetch_max_wait_ms": FETCH_WAIT_MS,
        "fetch_max_bytes": 8 * 1_048_576,
        "max_partition_fetch_bytes": 1_048_576,
        "consumer_timeout_ms": float("inf"),
        "metrics_enabled": False,
    }
    return _made(KafkaConsumer, settings | own)


def admin(settings: dict[str, Any]) -> Held[Any]:
    """For metadata, settings, end offsets and rights."""
    return Held(lambda: _made(KafkaAdminClient, settings), lambda client: client.close())


def _made(kind: Callable[..., Any], settings: dict[str, Any]) -> Any:
    """A client; one that reaches no broker leaves nothing behind (the library: a thread and its files, each time)."""
    nets: list[Any] = []

    def net(**config: Any) -> Any:
        nets.append(KafkaNetClient(**config))
        return nets[-1]

    try:
        return kind(**settings, kafka_client=net)
    except BaseException:
        for each in nets:
            each.close()
        raise


def partition(topic: str) -> Any:
    """The only one of a topic."""
    return TopicPartition(topic, 0)
