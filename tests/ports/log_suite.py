"""What every log must do, run on each adapter (the port ``services.transport.Log``)."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from threading import Event
from time import monotonic
from typing import Protocol, TypeVar

import pytest

from contracts.envelope import Message
from contracts.refusals import NotYet
from services.transport import Log, Topics
from services.transport.contract import HEADER_BYTES, HEADERS, MESSAGE_BYTES
from services.transport.errors import LogShrankError, MessageTooLargeError, TopicMissingError, TopicSettingsError

T = TypeVar("T")
S = TypeVar("S", Log, Topics)
LONG = 30.0
"""Seconds; longer than any of these tests may take."""


class Bench(Protocol):
    """A log's server as a test sees it, with one member and the registry."""

    def open(self) -> Log:
        """The member's side, a new one each time."""

    def topics(self) -> Topics:
        """The registry's side."""

    def fresh(self) -> str:
        """A new topic the member may read and write."""

    def missing(self) -> str:
        """A name the member has rights to, and no topic."""

    def recreate(self, topic: str) -> None:
        """Remove a topic and make it again under its name."""

    def spoil(self, topic: str) -> str:
        """Make a setting wrong; returns its name."""


class BreakableBench(Bench, Protocol):
    """A server of the test's own that may be broken."""

    def kill(self) -> None:
        """SIGKILL."""

    def start(self) -> None:
        """Start again, and wait until it answers."""

    def save(self) -> None:
        """Back up all its data, at rest."""

    def restore(self) -> None:
        """Put the backup in the place of the data."""

    def turn_clock_back(self) -> None:
        """From now on the server's clock is a minute late."""


class Opened:
    """What a test opened is closed when it ends, however it ends."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def keep(self, opened: S) -> S:
        self._stack.callback(opened.close)
        return opened

    def close(self) -> None:
        self._stack.close()


def messages(values: Sequence[bytes]) -> list[Message]:
    return [Message(b"key", value) for value in values]


def values(log: Log, topic: str) -> list[bytes | None]:
    """All of a topic, in order, by small reads; each offset must follow the last."""
    found: list[bytes | None] = []
    while records := log.read({topic: len(found) - 1}, 7, 0):
        assert [record.position.offset for record in records] == list(range(len(found), len(found) + len(records)))
        found += [record.message.value for record in records]
    return found


KEPT = {
    "key and value": Message(b"k", b"v"),
    "neither": Message(None, None),
    "empty is not null": Message(b"", b""),
    "a null value": Message(b"k", None),
    "a null key": Message(None, b"v"),
    "bytes that are no text": Message(b"\x00\xff", bytes(range(256))),
    "repeated and empty headers": Message(b"k", b"v", (("a", b"1"), ("a", b"2"), ("a", b""), ("", b"\x00\xff"))),
    "header names of any text": Message(b"k", b"v", (("\x00", b""), ("签名", b"x"))),
    "the largest envelope": Message(b"k", b"x" * 48 * 1024, (("signature", b"s" * 64),)),
    "everything at its limit": Message(b"", b"v" * (MESSAGE_BYTES - HEADER_BYTES), (("h", b"x" * 255),) * HEADERS),
}
TOO_MUCH = {
    "nine headers": Message(b"k", b"v", (("h", b""),) * (HEADERS + 1)),
    "headers of more than 2 KiB": Message(b"k", b"v", (("h", b"x" * HEADER_BYTES),)),
    "header names count": Message(b"k", b"v", (("签" * 700, b""),)),
    "a value that fits no batch": Message(b"k", b"v" * MESSAGE_BYTES),
}


class LogSuite:
    """Subclasses give the fixture ``bench``."""

    @pytest.fixture
    def log(self, bench: Bench) -> Log:
        return bench.open()

    @pytest.mark.parametrize("message", KEPT.values(), ids=KEPT.keys())
    def test_a_message_comes_back_as_it_was(self, bench: Bench, log: Log, message: Message) -> None:
        topic = bench.fresh()
        assert log.append(topic, [message]) == [0]
        (record,) = log.read({topic: -1}, 10, 0)
        assert (record.message, record.position.topic, record.position.offset) == (message, topic, 0)

    def test_all_of_them_in_one_append_keep_their_order(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        assert log.append(topic, list(KEPT.values())) == list(range(len(KEPT)))
        assert [record.message for record in log.read({topic: -1}, 100, 0)] == list(KEPT.values())

    def test_appending_nothing_is_nothing(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        assert log.append(topic, []) == []
        assert log.end(topic) == -1

    def test_reading_starts_after_any_offset_and_stops_at_the_limit(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        log.append(topic, messages([b"%d" % number for number in range(10)]))
        for after, limit, wanted in ((-1, 3, [0, 1, 2]), (6, 100, [7, 8, 9]), (4, 1, [5]), (2, 2, [3, 4]), (9, 5, [])):
            assert [record.position.offset for record in log.read({topic: after}, limit, 0)] == wanted

    def test_several_topics_are_read_together(self, bench: Bench, log: Log) -> None:
        one, two, quiet = bench.fresh(), bench.fresh(), bench.fresh()
        log.append(one, messages([b"1"] * 5))
        log.append(two, messages([b"2"] * 5))
        after, seen = {one: 2, two: -1, quiet: -1}, []
        while records := log.read(after, 4, 0):
            assert len(records) <= 4
            for record in records:
                assert record.position.offset == after[record.position.topic] + 1
                after[record.position.topic] += 1
            seen += records
        assert after == {one: 4, two: 4, quiet: -1}
        assert len(seen) == 7

    def test_a_busy_topic_starves_no_other(self, bench: Bench, log: Log) -> None:
        busy, calm = bench.fresh(), bench.fresh()
        log.append(busy, messages([b"b" * 10_000] * 300))  # more than one fetch
        log.append(calm, messages([b"c"]))
        after = {busy: -1, calm: -1}
        while after[calm] < 0:
            for record in log.read(after, 20, 0):
                after[record.position.topic] = record.position.offset
        assert after[busy] < 299

    def test_writers_beside_each_other_leave_no_gap_and_no_double(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()

        def write(writer: int) -> list[tuple[int, bytes]]:
            own = bench.open()
            said = [b"%d/%d" % (writer, number) for number in range(50)]
            told = [offset for portion in range(0, 50, 5) for offset in own.append(topic, messages(said[portion:][:5]))]
            assert told == sorted(told)
            return list(zip(told, said, strict=True))

        with ThreadPoolExecutor(8) as threads:
            told = dict(pair for pairs in threads.map(write, range(8)) for pair in pairs)
        assert dict(enumerate(values(log, topic))) == told
        assert log.end(topic) == len(told) - 1 == 399

    def test_one_log_serves_several_threads(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        with ThreadPoolExecutor(4) as threads:
            told = list(threads.map(lambda _: log.append(topic, messages([b"x", b"y"])), range(20)))
            ends = list(threads.map(log.end, [topic] * 20))
        assert sorted(offset for offsets in told for offset in offsets) == list(range(40))
        assert set(ends) == {39}

    def test_waiting_ends_when_something_arrives(self, bench: Bench, log: Log) -> None:
        topic, other = bench.fresh(), bench.fresh()
        log.append(topic, messages([b"0"]))
        writer, began = bench.open(), monotonic()
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(log.read, {topic: 0, other: -1}, 10, LONG)
            writer.append(topic, messages([b"1"]))
            assert [record.message.value for record in waiting.result()] == [b"1"]
        assert monotonic() - began < LONG / 2

    def test_waiting_does_not_end_before(self, bench: Bench, log: Log) -> None:
        topic, unread = bench.fresh(), bench.fresh()
        log.append(topic, messages([b"0"]))
        began = monotonic()
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(log.read, {topic: 0}, 10, 1.0)
            log.append(unread, messages([b"1"]))
            assert waiting.result() == []
        assert monotonic() - began >= 1.0

    def test_times_are_the_servers_and_those_of_one_log(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        log.append(topic, messages([b"1"]))
        log.append(topic, messages([b"2"]))
        first, second = (record.position.at for record in log.read({topic: -1}, 10, 0))
        assert 1_600_000_000_000 < first <= second

    def test_its_clock_is_the_one_that_stamps_if_it_tells_one(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        before = log.clock()
        log.append(topic, messages([b"1"]))
        after, (record,) = log.clock(), log.read({topic: -1}, 10, 0)
        assert (before is None) is (after is None)
        assert before is None or after is None or before <= record.position.at <= after

    def test_a_member_may_write_and_is_told_so_without_writing(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        assert log.writes(topic) is not False
        assert log.end(topic) == -1

    def test_the_end_is_the_last_offset(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        assert log.end(topic) == -1
        log.append(topic, messages([b"1", b"2"]))
        assert log.end(topic) == 1

    def test_a_missing_topic_is_named(self, bench: Bench, log: Log) -> None:
        topic = bench.missing()
        assert log.end(topic) is None
        assert log.topic_id(topic) is None
        calls: tuple[Callable[[], object], ...] = (
            lambda: log.read({topic: -1}, 10, 0),
            lambda: log.append(topic, messages([b"1"])),
            lambda: log.check(topic),
            lambda: log.writes(topic),
        )
        for call in calls:
            with pytest.raises(TopicMissingError) as caught:
                call()
            assert caught.value.topic == topic

    def test_creating_and_granting_again_changes_nothing(self, bench: Bench, log: Log) -> None:
        topic, topics = bench.fresh(), bench.topics()
        log.append(topic, messages([b"1"]))
        before = log.topic_id(topic)
        topics.create(topic)
        topics.grant(topic, "110108000000", write=False)
        topics.grant(topic, "110108000000", write=False)
        log.check(topic)
        assert (log.topic_id(topic), log.end(topic)) == (before, 0)

    def test_a_topic_made_anew_is_noticed(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        log.append(topic, messages([b"1", b"2", b"3"]))
        before = log.topic_id(topic)
        assert len(log.read({topic: -1}, 10, 0)) == 3
        bench.recreate(topic)
        assert log.topic_id(topic) not in {None, before}
        with pytest.raises(LogShrankError) as caught:
            log.read({topic: 2}, 10, 0)
        assert (caught.value.topic, caught.value.asked, caught.value.end) == (topic, 2, -1)

    def test_reading_after_an_offset_that_never_was_is_refused_while_waiting_too(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        log.append(topic, messages([b"1"]))
        with pytest.raises(LogShrankError):
            log.read({topic: 1}, 10, LONG)

    def test_a_wrong_setting_is_named(self, bench: Bench, log: Log) -> None:
        topic = bench.fresh()
        log.check(topic)
        setting = bench.spoil(topic)
        with pytest.raises(TopicSettingsError) as caught:
            log.check(topic)
        assert (caught.value.topic, caught.value.setting) == (topic, setting)

    @pytest.mark.parametrize("message", TOO_MUCH.values(), ids=TOO_MUCH.keys())
    def test_too_much_is_refused_and_nothing_is_sent(self, bench: Bench, log: Log, message: Message) -> None:
        topic = bench.fresh()
        with pytest.raises(MessageTooLargeError):
            log.append(topic, [Message(b"k", b"v"), message])
        assert log.end(topic) == -1


class FaultSuite:
    """Subclasses give the fixture ``broken``, a ``BreakableBench``."""

    def test_what_was_acknowledged_survives_a_kill(self, broken: BreakableBench) -> None:
        topic, log = broken.fresh(), broken.open()
        told: dict[int, bytes] = {}
        enough = Event()

        def write() -> None:
            for number in count():
                (offset,) = log.append(topic, messages([b"%d" % number]))
                told[offset] = b"%d" % number
                if number == 20:
                    enough.set()

        with ThreadPoolExecutor(1) as threads:
            writing = threads.submit(write)
            assert enough.wait(LONG)
            broken.kill()
            with pytest.raises(NotYet):
                writing.result()
        broken.start()
        found = until_it_answers(lambda: values(log, topic))
        assert told.items() <= dict(enumerate(found)).items()
        assert found == [b"%d" % number for number in range(len(found))]
        assert until_it_answers(lambda: log.append(topic, messages([b"again"])))[0] >= len(found)

    def test_a_log_restored_from_a_backup_is_noticed(self, broken: BreakableBench) -> None:
        topic, log = broken.fresh(), broken.open()
        log.append(topic, messages([b"1", b"2"]))
        before = log.topic_id(topic)
        broken.save()
        assert until_it_answers(lambda: log.append(topic, messages([b"3"]))) == [2]
        assert until_it_answers(lambda: values(log, topic)) == [b"1", b"2", b"3"]
        broken.restore()
        with pytest.raises(LogShrankError) as caught:
            until_it_answers(lambda: log.read({topic: 2}, 10, 0))
        assert (caught.value.asked, caught.value.end) == (2, 1)
        assert until_it_answers(lambda: log.topic_id(topic)) == before  # which is why offsets and digests are compared

    def test_a_clock_that_runs_backwards_disturbs_nobody(self, broken: BreakableBench) -> None:
        topic, log = broken.fresh(), broken.open()
        log.append(topic, messages([b"1"]))
        broken.turn_clock_back()
        until_it_answers(lambda: log.append(topic, messages([b"2"])))
        records = until_it_answers(lambda: log.read({topic: -1}, 10, 0))
        assert [record.message.value for record in records] == [b"1", b"2"]
        assert records[1].position.at < records[0].position.at


def until_it_answers(call: Callable[[], T]) -> T:
    """What a node does after an outage: try again."""
    deadline = monotonic() + LONG
    while True:
        try:
            return call()
        except NotYet:
            if monotonic() > deadline:
                raise
