"""The log on Kafka keeps the port's promises, and refuses what the port's other adapter cannot."""

import shutil
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from contracts.envelope import Message
from contracts.refusals import NotYet
from infra.kafka.broker import Broker
from infra.kafka.pki import Authority
from infra.kafka.port import Reachable
from infra.processes import Unavailable, free_ports
from services.transport import Credentials, Log, Topics, kafka_reader, open_log, open_topics
from services.transport.contract import REPLICATED, SETTINGS, SINGLE, Replication
from services.transport.errors import AccessDeniedError, TopicSettingsError
from services.transport.kafka import KafkaLog
from services.transport.kafka_clients import partition
from tests.ports.log_suite import LONG, FaultSuite, LogSuite, Opened, messages, until_it_answers, values
from tests.support.servers import server_folder, skip_or_fail

pytestmark = pytest.mark.xdist_group("second")

MEMBER, OUTSIDER, READER, ADMIN = "110108000000", "330106000000", "110000000000", "admin"
WRONG = {
    "cleanup.policy": "compact",
    "retention.ms": "1000",
    "retention.bytes": "1000000",
    "message.timestamp.type": "CreateTime",
    "compression.type": "producer",
    "max.message.bytes": "1000000",
    "unclean.leader.election.enable": "true",
    "min.insync.replicas": "2",
}


class Bench(Opened):
    """One broker; the member has rights to the topics made here, and to no other."""

    def __init__(self, broker: Reachable) -> None:
        super().__init__()
        self._broker = broker
        self.uri = f"kafka://{broker.bootstrap}"

    def open(self, name: str = MEMBER, replication: Replication = SINGLE) -> Log:
        return self.keep(open_log(self.uri, self.credentials(name), replication))

    def topics(self, name: str = ADMIN, replication: Replication = SINGLE) -> Topics:
        return self.keep(open_topics(self.uri, self.credentials(name), replication))

    def fresh(self) -> str:
        topic = self.missing()
        self.registry.create(topic)
        return topic

    def missing(self) -> str:
        topic = f"duikou.test.{uuid4().hex}"
        self.registry.grant(topic, MEMBER, write=True)
        self.registry.grant(topic, READER, write=False)
        return topic

    @cached_property
    def registry(self) -> Topics:
        return self.topics()

    def recreate(self, topic: str) -> None:
        with self.admin() as admin:
            admin.delete_topics([topic])
        self.registry.create(topic)

    def spoil(self, topic: str, setting: str = "cleanup.policy") -> str:
        """The controller answers before the broker has heard of it, so it is asked until it has."""
        named, wrong = ConfigResource(ConfigResourceType.TOPIC, topic), WRONG[setting]
        with self.admin() as admin:
            admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {setting: wrong})])
            deadline = monotonic() + LONG
            while admin.describe_configs([named], config_filter="all")["topic"][topic][setting]["value"] != wrong:
                assert monotonic() < deadline
        return setting

    def credentials(self, name: str) -> Credentials:
        files = self._broker.credentials(name)
        return Credentials(files.ca, files.cert, files.key)

    def settings(self, name: str) -> dict[str, Any]:
        """For a client that does as it likes."""
        context = self._broker.credentials(name).context()
        return {"bootstrap_servers": self._broker.bootstrap, "security_protocol": "SSL", "ssl_context": context}

    def admin(self) -> KafkaAdminClient:
        return KafkaAdminClient(**self.settings(ADMIN))


class BreakableBench(Bench):
    """A broker of one's own, from jars: its data folder must be at hand."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.broker, self._backup, self._patch = Broker(folder), folder / "backup", patch
        self.broker.start()
        super().__init__(self.broker)

    def kill(self) -> None:
        self.broker.kill()

    def start(self) -> None:
        self.broker.start()

    def save(self) -> None:
        self.broker.stop()
        shutil.copytree(self.broker.data, self._backup)
        self.broker.start()

    def restore(self) -> None:
        self.broker.stop()
        shutil.rmtree(self.broker.data)
        self._backup.rename(self.broker.data)
        self.broker.start()

    def turn_clock_back(self) -> None:
        """LogAppendTime is the broker's clock: start it again in one that is a minute late."""
        self.broker.stop()
        self._patch.setenv("LD_PRELOAD", str(libfaketime()))
        self._patch.setenv("FAKETIME", "-60s")
        self._patch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        self._patch.setenv("FAKETIME_FORCE_MONOTONIC_FIX", "0")  # its repair of timed waits stalls Java's
        self.broker.start()


def libfaketime() -> Path:
    """From Debian's package libfaketime."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return found[0] if found else skip_or_fail("libfaketime lacks")


@pytest.fixture
def bench(kafka: Reachable) -> Iterator[Bench]:
    bench = Bench(kafka)
    yield bench
    bench.close()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[BreakableBench]:
    with server_folder("kafka") as folder:
        try:
            bench = BreakableBench(folder, monkeypatch)
        except Unavailable as reason:
            skip_or_fail(str(reason))
        yield bench
        bench.close()
        bench.broker.stop()


class TestKafkaLog(LogSuite):
    """On a broker that several tests share."""


class TestKafkaLogFaults(FaultSuite):
    """On brokers that do not live long."""

    def test_a_stalled_broker_is_an_outage_and_not_a_standstill(self, broken: BreakableBench) -> None:
        topic, log = broken.fresh(), broken.open()
        log.append(topic, messages([b"1"]))
        log.read({topic: -1}, 10, 0)
        broken.broker.pause()
        began = monotonic()
        for call in (
            lambda: log.append(topic, messages([b"2"])),
            lambda: log.read({topic: 0}, 10, 0),
            lambda: log.end(topic),
            broken.open,  # a handshake that nobody answers
        ):
            with pytest.raises(NotYet):
                call()
        assert monotonic() - began < 60
        broken.broker.resume()
        assert until_it_answers(lambda: log.append(topic, messages([b"3"])))[0] >= 1
        assert values(log, topic)[-1] == b"3"


@pytest.mark.parametrize("setting", WRONG)
def test_every_setting_of_the_contract_is_checked(bench: Bench, setting: str) -> None:
    topic, log = bench.fresh(), bench.open()
    bench.spoil(topic, setting)
    with pytest.raises(TopicSettingsError) as caught:
        log.check(topic)
    assert (caught.value.setting, caught.value.found) == (setting, WRONG[setting])


def test_the_wrong_settings_above_are_all_there_are() -> None:
    assert WRONG.keys() == {*SETTINGS, "min.insync.replicas"}


def test_one_broker_is_not_taken_for_three(bench: Bench) -> None:
    topic = bench.fresh()
    with pytest.raises(TopicSettingsError):
        bench.open(replication=REPLICATED).check(topic)
    with pytest.raises(TopicSettingsError) as caught:
        bench.topics(replication=REPLICATED).create(f"duikou.test.{uuid4().hex}")
    assert caught.value.setting == "replication.factor"


def test_two_partitions_are_no_order(bench: Bench) -> None:
    topic = bench.fresh()
    with bench.admin() as admin:
        admin.create_partitions({topic: 2})
    with pytest.raises(TopicSettingsError) as caught:
        bench.open().check(topic)
    assert caught.value.setting == "partitions"


def test_a_time_the_writer_chose_is_not_read(bench: Bench) -> None:
    topic, log = bench.fresh(), bench.open()
    bench.spoil(topic, "message.timestamp.type")

    def until_it_is_stamped_so() -> None:
        for _ in range(100):
            log.append(topic, messages([b"1"]))
            log.read({topic: -1}, 200, 0)

    with pytest.raises(TopicSettingsError) as caught:
        until_it_is_stamped_so()
    assert caught.value.setting == "message.timestamp.type"


def test_a_unit_without_rights_sees_nothing(bench: Bench) -> None:
    topic, member, outsider = bench.fresh(), bench.open(), bench.open(OUTSIDER)
    member.append(topic, messages([b"1"]))
    for call in (
        lambda: outsider.read({topic: -1}, 10, 30),
        lambda: outsider.append(topic, messages([b"2"])),
        lambda: outsider.end(topic),
        lambda: outsider.topic_id(topic),
        lambda: outsider.check(topic),
    ):
        with pytest.raises(AccessDeniedError) as caught:
            call()
        assert caught.value.what == topic
    assert member.end(topic) == 0


def test_a_reader_reads_and_checks_and_does_not_write(bench: Bench) -> None:
    topic, member, reader = bench.fresh(), bench.open(), bench.open(READER)
    member.append(topic, messages([b"1"]))
    reader.check(topic)
    assert values(reader, topic) == [b"1"]
    assert (member.writes(topic), reader.writes(topic)) == (True, False)
    with pytest.raises(AccessDeniedError):
        reader.append(topic, messages([b"2"]))
    assert member.end(topic) == 0


def test_only_the_registry_makes_topics_and_rights(bench: Bench) -> None:
    topic = bench.fresh()
    topics = bench.topics(MEMBER)
    with pytest.raises(AccessDeniedError):
        topics.create(f"duikou.test.{uuid4().hex}")
    with pytest.raises(AccessDeniedError):
        topics.grant(topic, OUTSIDER, write=True)


class Undecodable(str):
    """A header name that is not UTF-8, which any member can write."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe"


def test_a_header_name_that_is_no_text_does_not_stop_the_topic(bench: Bench) -> None:
    topic, log = bench.fresh(), bench.open()
    log.append(topic, messages([b"1"]))
    with KafkaProducer(**bench.settings(MEMBER)) as stranger:
        stranger.send(topic, b"2", b"k", [(Undecodable("?"), b"x"), ("signature", b"s")]).get(30)
    log.append(topic, messages([b"3"]))
    found = [record.message for record in log.read({topic: -1}, 10, 0)]
    assert found[1] == Message(b"k", b"2", (("�" * 2, b"x"), ("signature", b"s")))
    assert [message.value for message in found] == [b"1", b"2", b"3"]


def test_a_consumer_that_is_stuck_is_replaced(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic that was made anew has left one waiting for ever: said as an outage, and the next reads on.

    Where there is nothing to come none is stuck, however often it is asked; and what came begins the count anew.
    """
    topic, log = bench.fresh(), bench.open()
    assert isinstance(log, KafkaLog)
    many = kafka_reader.PATIENCE - 1

    def held_back(after: int) -> list[list[Any]]:
        """One more is written, and the consumer gets none of it, as often as it may be."""
        with log._reader.use(topic) as reader:
            reader._consumer.pause(partition(topic))
        log.append(topic, messages([b"%d" % (after + 1)]))
        monkeypatch.setattr(kafka_reader, "FETCH_SECONDS", 0.2)
        return [log.read({topic: after}, 10, 0) for _ in range(many)]

    def read(after: int) -> list[bytes | None]:
        monkeypatch.undo()
        return [record.message.value for record in log.read({topic: after}, 10, 0)]

    log.append(topic, messages([b"0"]))
    assert values(log, topic) == [b"0"]
    assert [read(0) for _ in range(kafka_reader.PATIENCE)] == [[]] * kafka_reader.PATIENCE
    assert held_back(0) == [[]] * many
    with log._reader.use(topic) as reader:
        reader._consumer.resume(partition(topic))
    assert read(0) == [b"1"]
    assert held_back(1) == [[]] * many
    with pytest.raises(NotYet, match=kafka_reader.STUCK):
        log.read({topic: 1}, 10, 0)
    assert read(1) == [b"2"]


def test_what_a_stranger_compressed_arrives_as_it_was(bench: Bench) -> None:
    topic, log = bench.fresh(), bench.open()
    with KafkaProducer(compression_type="gzip", linger_ms=50, **bench.settings(MEMBER)) as stranger:
        sent = [stranger.send(topic, b"x" * 100, b"k") for _ in range(20)]
        assert [future.get(30).offset for future in sent] == list(range(20))
    assert values(log, topic) == [b"x" * 100] * 20


def test_a_broker_that_is_not_there_may_come_and_costs_nothing(tmp_path: Path) -> None:
    files = Authority(tmp_path).issue(MEMBER)
    before = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(NotYet):
        open_log(f"kafka://127.0.0.1:{free_ports(1)[0]}", Credentials(files.ca, files.cert, files.key), SINGLE)
    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == before


def test_there_is_no_log_without_certificates() -> None:
    with pytest.raises(ValueError, match="credentials"):
        open_log("kafka://127.0.0.1:9092")
