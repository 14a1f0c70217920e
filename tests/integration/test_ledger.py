"""L1, L9 and ARCHITECTURE 4 on a real PostgreSQL: what is sealed, by whom, and what a crash or a restore leaves."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from contracts.envelope import Envelope, Head
from contracts.refusals import Code, NotYet, Refused
from infra.postgres.server import EmbeddedPostgres
from services.storage.errors import Claimed, Conflict, OtherSealError
from services.storage.ledger import Ledger, RelayPosition, Sealed
from services.storage.sealing import HEALING, NOT_OURS
from services.vectors.seeds import XINCAI, seeded
from tests.support.servers import HASTY, server_folder
from tests.support.storage import BASES, LEDGER, assert_whole, at_once, entry, opened, prepared, seal


@pytest.fixture
def url(database: str) -> str:
    return prepared(database)


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    ledger = opened(url)
    yield ledger
    ledger.close()


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A server of the test's own, to kill and to put back."""
    with server_folder("pg") as folder, EmbeddedPostgres(folder, HASTY) as server:
        yield server


def test_number_chain_signature_and_claims_come_in_one_statement(ledger: Ledger, url: str, database: str) -> None:
    sealed = seal(ledger, *(entry(once=(f"content/{number}",)) for number in range(3)))
    assert [row.sequence for row in sealed] == [1, 2, 3]
    assert_whole(url, 3)
    with psycopg.connect(database) as connection:
        commands = "SELECT xmin::text, cmin::text FROM ledger UNION SELECT xmin::text, cmin::text FROM claim"
        assert len(connection.execute(commands).fetchall()) == 1


def test_sixteen_writers_leave_no_gap_and_no_fork(ledger: Ledger, url: str) -> None:
    at_once(16, lambda _: [seal(ledger, entry()) for _ in range(20)])
    assert_whole(url, 320)


def test_two_gateways_on_one_ledger_are_decided_by_the_number(ledger: Ledger, url: str) -> None:
    second = opened(url)
    at_once(8, lambda place: [seal((ledger, second)[place % 2], entry()) for _ in range(20)])
    assert_whole(url, 160)
    second.close()


def test_a_conflict_leaves_no_gap(ledger: Ledger, url: str) -> None:
    seal(ledger, entry("matter", 1))
    with pytest.raises(Conflict):
        seal(ledger, entry(), entry("matter", 1))
    seal(ledger, entry("matter", 2))
    assert ledger.stream_version(entry("matter").originator_id) == 2
    assert_whole(url, 2)


def test_nobody_suffers_from_another_callers_conflict_or_fault(ledger: Ledger, url: str) -> None:
    """All start together, so they are gathered; one wins the stream, what cannot be an envelope is refused."""
    start = threading.Barrier(16)

    def one(place: int) -> type[BaseException] | None:
        start.wait()
        kinds = (entry("matter", 1), entry(), entry(other="x" * 9_000), entry())
        try:
            seal(ledger, kinds[place % 4])
        except (Conflict, Refused) as error:
            return type(error)
        return None

    ended = at_once(16, one)
    assert ended.count(Conflict) == 3
    assert ended.count(Refused) == 4
    assert_whole(url, 9)


def test_what_everybody_would_refuse_is_not_sealed(ledger: Ledger, url: str) -> None:
    laws = []
    for wrong in (entry(other="x" * 9_000), entry(other="两"), entry(officer="nobody")):
        with pytest.raises(Refused) as refused:
            seal(ledger, wrong)
        assert refused.value.code is Code.SHAPE
        laws.append(refused.value.law)
    assert laws == ["PROTOCOL 2", "", ""]
    assert_whole(url, 0)


def test_the_same_id_again_is_done_already_whatever_else_has_changed(ledger: Ledger, url: str) -> None:
    """STACK trap 3: a reply lost after the commit comes back as a repetition, never as a conflict."""
    once = entry("matter", 1, once=("content/1",))
    first = seal(ledger, once)
    seal(ledger, entry("matter", 2))
    assert seal(ledger, once) == first
    assert seal(ledger, entry("matter", 3, id=once.draft.id)) == first
    assert ledger.find(once.draft.id) == first[0]
    assert at_once(8, lambda _: seal(ledger, once)) == [first] * 8
    assert_whole(url, 2)


def test_a_content_id_or_number_is_claimed_once_in_a_ledger(ledger: Ledger, url: str) -> None:
    for number in (1, 2, 12):
        seal(ledger, entry(once=(f"number/{XINCAI}/desk/lead_notice/2021/{number}",)))
    with pytest.raises(Claimed):
        seal(ledger, entry(once=(f"number/{XINCAI}/desk/lead_notice/2021/2",)))
    assert ledger.last_number(XINCAI, "desk", "lead_notice", 2021) == 12
    assert ledger.last_number(XINCAI, "desk", "leadxnotice", 2021) == 0
    assert ledger.last_number(XINCAI, "desk", "lead_notice", 2022) == 0
    assert_whole(url, 3)


def test_no_class_is_looked_up_by_a_stored_name(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """STACK trap 5; nor does the library find its parts by names in the process environment."""

    def explode(topic: str) -> None:
        pytest.fail(f"looked up {topic}")

    for name, module in list(sys.modules.items()):
        if name.startswith("eventsourcing") and hasattr(module, "resolve_topic"):
            monkeypatch.setattr(module, "resolve_topic", explode)
    for name in ("PERSISTENCE_MODULE", "MAPPER_TOPIC", "LEDGER_MAPPER_TOPIC", "APPLICATION_RECORDER_TOPIC"):
        monkeypatch.setenv(name, "eventsourcing.popo")
    ledger = opened(url)
    sealed = seal(ledger, entry("matter", 1), entry("matter", 2))
    stored = list(ledger.events.get(entry("matter").originator_id))
    assert [getattr(envelope, "id", "") for envelope in stored] == [row.id for row in sealed]
    ledger.close()


def test_every_setting_of_the_address_reaches_the_server(url: str, database: str) -> None:
    """STACK trap 8: the library would drop sslmode and its like."""
    ledger = opened(f"{url}&application_name=one-node")
    with psycopg.connect(database) as connection:
        names = connection.execute("SELECT usename FROM pg_stat_activity WHERE application_name = 'one-node'")
        assert names.fetchall() == [("duikou_node",)]
    ledger.close()


def test_nothing_is_sealed_before_own_ledgers_are_read_back_by_any_process(url: str) -> None:
    gateway, intake = (Ledger(url, seeded(XINCAI)) for _ in range(2))
    with pytest.raises(NotYet) as later:
        seal(gateway, entry())
    assert later.value.reason == HEALING
    assert not gateway.is_healed()
    intake.healed("another start")
    with pytest.raises(NotYet):
        seal(gateway, entry())
    intake.healed(intake.generation)
    assert gateway.is_healed()
    seal(gateway, entry())
    with psycopg.connect(url) as connection:
        written = connection.execute("SELECT xmin FROM healing").fetchall()
        intake.healed(intake.generation)
        assert connection.execute("SELECT xmin FROM healing").fetchall() == written  # an idle round writes nothing
    gateway.close()
    intake.close()


def test_a_ledger_the_log_is_ahead_of_is_not_written(ledger: Ledger, url: str) -> None:
    """PROTOCOL 4: what stands under our name and is not ours stops us, it is not built upon."""
    row = seal(ledger, entry())[0]
    for base in (Head(1, 2, "f" * 64), Head(1, 1, "f" * 64)):
        with pytest.raises(NotYet) as later:
            seal(ledger, entry(), base=base)
        assert later.value.reason == NOT_OURS
    seal(ledger, entry(), base=row.head)
    assert_whole(url, 2)


def test_a_reopened_ledger_begins_after_its_reopening(ledger: Ledger) -> None:
    """WIRE 14: epoch + 1, sequence 1, previous the digest of the reopening; who decided before it decides again."""
    seal(ledger, entry())
    reopened = Head(2, 0, "e" * 64)
    first, second = seal(ledger, entry(), entry(), base=reopened)
    assert [first.epoch, first.sequence, second.sequence] == [2, 1, 2]
    assert b'"previous":"' + b"e" * 64 in first.value
    with pytest.raises(Conflict):
        seal(ledger, entry(), base=Head(1, 1, "f" * 64))
    assert [row.sequence for row in ledger.tail(LEDGER, 2, 0)] == [1, 2]
    assert ledger.tail(LEDGER, 2, 1, 1) == [second]


def test_an_outage_is_told_at_once_and_ends_with_the_server(server: EmbeddedPostgres) -> None:
    """STACK trap 31: never ten times."""
    ledger = opened(prepared(server.create_database("unit")))
    seal(ledger, entry())
    server.stop()
    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(NotYet):
            seal(ledger, entry())
    assert time.monotonic() - began < 3
    server.start()
    ledger.healed(ledger.generation)
    assert seal(ledger, entry())[0].sequence == 2
    ledger.close()


def test_sigkill_amid_appends_leaves_every_command_exactly_once(server: EmbeddedPostgres) -> None:
    """L9: what was acknowledged stands as it was; what was not, stands once after it is asked for again."""
    url = prepared(server.create_database("unit"))
    ledger = opened(url)
    told: dict[str, Sealed] = {}
    entries = [[entry() for _ in range(60)] for _ in range(8)]
    enough, killed = threading.Event(), threading.Event()

    def persist(place: int) -> None:
        for one in entries[place]:
            while one.draft.id not in told:
                try:
                    told[one.draft.id] = seal(ledger, one)[0]
                except NotYet:
                    killed.wait(30)
            if len(told) > 80:
                enough.set()

    def kill() -> dict[str, Sealed]:
        assert enough.wait(60)
        server.kill()
        before = dict(told)
        server.start()
        ledger.healed(ledger.generation)
        killed.set()
        return before

    before = at_once(9, lambda place: kill() if place == 8 else persist(place))[8] or {}
    assert 80 < len(before) < len(told) == 480
    assert all(ledger.find(name) == row for name, row in told.items())
    assert_whole(url, 480)
    ledger.close()


def test_an_older_copy_under_a_living_process_is_healed_before_it_is_written(server: EmbeddedPostgres) -> None:
    """PROTOCOL 6: heads in memory know more than the restored database, and what was said must not be said twice."""
    url = prepared(server.create_database("unit"))
    ledger = opened(url)
    seal(ledger, entry())
    data, copy = server._data, server._data.with_name("copy")
    server.stop()
    _copy(data, copy)
    server.start()
    ledger.healed(ledger.generation)
    lost = seal(ledger, entry("matter", 1, once=("content/1",)), entry("matter", 2))
    generation = ledger.generation
    server.stop()
    _copy(copy, data)
    server.start()
    ledger.healed(generation)  # a read that began before the restore heals nothing
    with pytest.raises(NotYet):
        seal(ledger, entry())
    assert ledger.find(lost[0].id) is None
    sent, unsent = lost
    assert ledger.heal(_parsed(sent), sent.signed)
    assert not ledger.heal(_parsed(sent), sent.signed)
    ledger.healed(ledger.generation)
    assert seal(ledger, entry("matter", 2), base=sent.head)[0].head != unsent.head
    assert ledger.tail(LEDGER, 1, 1, 1) == [sent]
    assert_whole(url, 3)
    ledger.close()


def test_healing_never_replaces_what_we_said(ledger: Ledger, url: str, database: str) -> None:
    stranger = opened(prepared(_beside(database)))
    ours, theirs = seal(ledger, entry())[0], seal(stranger, entry())[0]
    with pytest.raises(OtherSealError):
        ledger.heal(_parsed(theirs), theirs.signed)
    assert ledger.find(ours.id) == ours
    assert ledger.find(theirs.id) is None
    assert_whole(url, 1)
    stranger.close()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{_name(database)}_beside" WITH (FORCE)')


def test_the_relay_position_is_what_was_set_last(ledger: Ledger) -> None:
    assert ledger.relay_position(LEDGER) is None
    for offset in (4, 2):
        position = RelayPosition(LEDGER, "duikou.desk.1", str(uuid4()), offset, 1, 3, "d" * 64)
        ledger.set_relay_position(position)
        assert ledger.relay_position(LEDGER) == position


def test_appending_nothing_writes_nothing(ledger: Ledger, url: str) -> None:
    assert ledger.append([], BASES) == []
    assert_whole(url, 0)


def _copy(source: Path, target: Path) -> None:
    """With owners: PostgreSQL reads only its own files."""
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["/bin/cp", "-a", str(source), str(target)], check=True)


def _parsed(row: Sealed) -> Envelope:
    return Envelope.parse(row.value)


def _name(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])


def _beside(url: str) -> str:
    """Another empty database of the same server."""
    name = f"{_name(url)}_beside"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    return url.replace(_name(url), name)
