"""The broker the demo and the tests run on: who gets in, who may do what, what survives."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import TopicAuthorizationFailedError

from infra.kafka import find
from infra.kafka.broker import Broker
from infra.kafka.external import ExternalBroker
from infra.kafka.pki import Authority, Credentials
from infra.kafka.properties import SUPER_USERS
from infra.processes import Unavailable
from tests.support.servers import server_folder, skip_or_fail

pytestmark = pytest.mark.xdist_group("second")

TOPIC = "kept"
LISTENERS = ["client", "internal", "controller"]
HELLO = bytes.fromhex("0000000a 0012 0000 00000001 ffff")  # ApiVersions v0, correlation id 1, no client id


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with server_folder("kafka") as folder:
        broker = Broker(folder)
        try:
            broker.start()
        except Unavailable as reason:
            skip_or_fail(str(reason))
        yield broker
        broker.stop()


def settings(broker: Broker, name: str) -> dict[str, object]:
    return {
        "bootstrap_servers": broker.bootstrap,
        "security_protocol": "SSL",
        "ssl_context": broker.credentials(name).context(),
    }


def write(broker: Broker, name: str, value: bytes) -> int:
    """Append a record as `name`; the offset once the broker has acknowledged it."""
    producer = KafkaProducer(acks="all", max_block_ms=10_000, **settings(broker, name))
    try:
        return int(producer.send(TOPIC, value, partition=0).get(timeout=10).offset)
    finally:
        producer.close()


def read_all(broker: Broker) -> list[bytes]:
    consumer = KafkaConsumer(enable_auto_commit=False, consumer_timeout_ms=5_000, **settings(broker, "admin"))
    partition = TopicPartition(TOPIC, 0)
    try:
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        count = consumer.end_offsets([partition])[partition]
        return [next(consumer).value for _ in range(count)]
    finally:
        consumer.close()


@pytest.fixture(scope="module")
def topic(broker: Broker) -> str:
    client = KafkaAdminClient(**settings(broker, "admin"))
    client.create_topics([NewTopic(TOPIC, 1, 1)])
    client.close()
    return TOPIC


def answer(broker: Broker, listener: str, context: ssl.SSLContext) -> bytes:
    """The first bytes a listener answers; what a refused client sees differs (alert, reset, end of file)."""
    address = ("127.0.0.1", getattr(broker.ports, listener))
    with socket.create_connection(address, 10) as plain, context.wrap_socket(plain, server_hostname="localhost") as tls:
        tls.sendall(HELLO)
        return tls.recv(8)


@pytest.mark.parametrize("listener", LISTENERS)
def test_a_client_with_a_certificate_of_the_authority_is_answered(broker: Broker, listener: str) -> None:
    assert answer(broker, listener, broker.credentials("admin").context())[4:8] == b"\0\0\0\1"


@pytest.mark.parametrize("listener", LISTENERS)
def test_a_client_without_a_certificate_is_refused(broker: Broker, listener: str) -> None:
    nameless = ssl.create_default_context(cafile=broker.credentials("admin").ca)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        answer(broker, listener, nameless)


@pytest.mark.parametrize("listener", LISTENERS)
def test_a_certificate_of_another_authority_is_refused(broker: Broker, listener: str, tmp_path: Path) -> None:
    stranger = Authority(tmp_path).issue("admin")
    forged = Credentials(broker.credentials("admin").ca, stranger.cert, stranger.key)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        answer(broker, listener, forged.context())


@pytest.mark.parametrize("listener", LISTENERS)
def test_plain_text_is_not_answered(broker: Broker, listener: str) -> None:
    with socket.create_connection(("127.0.0.1", getattr(broker.ports, listener)), 10) as plain:
        plain.sendall(HELLO)
        assert plain.recv(64)[:1] in {b"", b"\x15"}  # closed, or a TLS alert


def test_an_unknown_principal_may_neither_write_nor_read(broker: Broker, topic: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        write(broker, "nobody", b"x")
    consumer = KafkaConsumer(**settings(broker, "nobody"))
    with pytest.raises(TopicAuthorizationFailedError):
        consumer.end_offsets([TopicPartition(topic, 0)])
    consumer.close()


def test_only_the_administrator_and_the_broker_are_super_users(broker: Broker) -> None:
    assert SUPER_USERS == "User:CN=admin;User:CN=broker"
    written = dict(line.split("=", 1) for line in broker.properties.read_text().splitlines())
    assert written["super.users"] == SUPER_USERS
    assert written["allow.everyone.if.no.acl.found"] == "false"


@pytest.mark.parametrize("name", ["", "a,CN=admin", "../admin", "a b", "a" * 64, "管理"])
def test_a_name_that_could_be_read_as_another_gets_no_certificate(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        Authority(tmp_path).issue(name)


def test_private_keys_are_readable_for_their_owner_only(broker: Broker) -> None:
    files = [*broker.folder.glob("tls/*.key"), *broker.folder.glob("tls/*.pem")]
    assert len(files) > 4
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_an_acknowledged_record_survives_sigkill(broker: Broker, topic: str) -> None:
    offset, address = write(broker, "admin", b"acknowledged"), broker.bootstrap
    broker.kill()
    broker.start()
    assert broker.bootstrap == address
    assert read_all(broker)[offset] == b"acknowledged"


def test_a_paused_broker_is_silent_and_goes_on_afterwards(broker: Broker, topic: str) -> None:
    broker.pause()
    try:
        with pytest.raises(TimeoutError), socket.create_connection(("127.0.0.1", broker.ports.client), 1) as plain:
            broker.credentials("admin").context().wrap_socket(plain, server_hostname="localhost")
    finally:
        broker.resume()
    assert write(broker, "admin", b"after") >= 0


def test_a_broker_by_address_uses_the_files_the_environment_names(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, unit = broker.credentials("admin"), broker.credentials("unit")
    environment = {"": broker.bootstrap, "_CA": admin.ca, "_CERT": admin.cert, "_KEY": admin.key}
    for suffix, value in environment.items():
        monkeypatch.setenv(f"DUIKOU_KAFKA{suffix}", str(value))
    monkeypatch.setenv("DUIKOU_KAFKA_CERTS", str(unit.cert.parent))
    with find.find_broker(tmp_path) as found:
        assert isinstance(found, ExternalBroker)
        assert (found.bootstrap, found.credentials("admin"), found.credentials("unit")) == (
            broker.bootstrap,
            admin,
            unit,
        )
        with pytest.raises(Unavailable, match=r"absent\.pem is missing"):
            found.credentials("absent")


def test_without_java_there_is_no_broker_and_the_reason_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="Java"):
        Broker(tmp_path).start()
