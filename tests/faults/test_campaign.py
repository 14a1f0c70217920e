"""25 seeds of the fault campaign: nothing acknowledged is lost, doubled or silent whatever dies (L9, L10, PROTOCOL 6).

``make faults`` runs 200; a seed that fails here is run alone by ``make faults ARGS="--seeds N"``.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from uuid import uuid4

import psycopg
import pytest

from contracts.channels import REGISTRY, Topic, topic
from infra.processes import Unavailable
from services.demo.cast import XINCAI, YIWU
from services.verifier import Result
from tests.faults.__main__ import in_order
from tests.faults.campaign import LASTS, Campaign, spent
from tests.faults.faults import FAULTS, Family, Lane
from tests.faults.judge import Judge
from tests.faults.operators import Operators
from tests.faults.schedule import SURE, schedule
from tests.faults.servers import Database
from tests.faults.system import Said, System
from tests.faults.traffic import Side
from tests.support.disk import Disk
from tests.support.region import until
from tests.support.servers import server_folder, skip_or_fail

pytestmark = pytest.mark.xdist_group("first")
SEEDS = (*range(11), *range(12, 17), *range(18, 26), 55)
"""Two on Kafka, the second with a topic made anew; one with that on the embedded log."""
SECONDS = 400
"""Of one seed, the making of a region and a slow machine included."""


@pytest.fixture(scope="module")
def campaign() -> Iterator[Campaign]:
    """Regions that last from seed to seed."""
    with Campaign() as made:
        yield made


# -- the judge itself --------------------------------------------------------------------------------------------------


@contextmanager
def changed(system: System, to: str, place: str, offset: int) -> Iterator[None]:
    """What 义乌 made of one record is another thing, for a while."""
    where = 'WHERE topic = %s AND "offset" = %s'
    with psycopg.connect(system.region.apart[YIWU].url(f"node_{YIWU}"), autocommit=True) as connection:
        connection.execute("ALTER TABLE verdict DISABLE TRIGGER ALL")
        was = connection.execute(f"SELECT result, code FROM verdict {where}".encode(), (place, offset)).fetchone()
        assert was is not None
        connection.execute(f"UPDATE verdict SET {to} {where}".encode(), (place, offset))
        try:
            yield
        finally:
            connection.execute(f"UPDATE verdict SET result = %s, code = %s {where}".encode(), (*was, place, offset))


@pytest.mark.timeout(SECONDS)
def test_the_judge_finds_what_is_lost_doubled_or_silent(campaign: Campaign) -> None:
    """On a region that is clean, each thing that must not be is put there, is found, and is taken away again."""
    plain = next(seed for seed in range(25, 200) if not (schedule(seed).kafka or schedule(seed).ends))
    assert campaign.run(plain).judgement.clean
    system = campaign.regions[False][0]
    judge = Judge(system, {unit: Side(system, unit, Random(0)) for unit in (XINCAI, YIWU)})
    region, place = system.region, str(Topic(system.region.channel, 1))

    system.said.append(Said(XINCAI, str(uuid4()), "read", region.channel))
    assert len(judge.judgement().lost) == 1
    system.said.pop()

    with changed(system, "result = 'void', code = 'state'", place, 3):
        found = judge.judgement()
    assert [place in one for one in found.silent] == [True]
    assert any("judged otherwise" in one for one in found.other)
    copy = [region.verdicts(YIWU)[3].record.message]
    until("a copy of it is in the log", lambda: region.node(YIWU).log.append(place, copy))
    region.even(XINCAI, YIWU)
    again = len(region.verdicts(YIWU)) - 1
    assert region.verdicts(YIWU)[again].result is Result.DUPLICATE
    with changed(system, "result = 'effective'", place, again):
        assert len(judge.judgement().doubled) == 1

    region.node(YIWU).replica.stop(place, "for the test")
    assert any("stopped" in one for one in judge.judgement().silent)
    region.node(YIWU).replica.resume(place)
    assert judge.judgement().clean


# -- what is forked ----------------------------------------------------------------------------------------------------

BEARER = """
import os, signal, sys
from pathlib import Path
from tests.faults import nest
from tests.support.region import until
log = Path(sys.argv[2])
part = nest.start(Path(sys.argv[1]), ("relay",), log)
until("the part runs", lambda: log.exists() and log.stat().st_size)
os.kill(part.pid, signal.SIGSTOP)
print(part.pid, flush=True)
signal.pause()
"""


@pytest.mark.timeout(SECONDS)
def test_a_part_leaves_with_the_campaign_that_was_killed(campaign: Campaign, tmp_path: Path) -> None:
    """Also one that is paused: nothing is left behind."""
    settings = campaign.region(False).region.cluster.settings(XINCAI)
    words = [sys.executable, "-c", BEARER, str(settings), str(tmp_path / "log")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as bearer:
        assert bearer.stdout is not None
        place = Path("/proc", bearer.stdout.readline().strip())
        assert place.exists()
        bearer.kill()
    until("the part is gone", lambda: not place.exists())


# -- the runs ----------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("seed", in_order(SEEDS))
def test_nothing_is_lost_doubled_or_silent(campaign: Campaign, seed: int) -> None:
    """Parts, servers, lines and disks fail while both sides work; the auditor agrees with both nodes afterwards."""
    try:
        run = campaign.run(seed)
    except Unavailable as reason:
        skip_or_fail(str(reason))
    assert run.judgement.clean, str(run)
    assert run.acknowledged
    system = campaign.regions.get(run.schedule.kafka)
    assert system is None or set(system[0].workers) == {*system[0].names(), REGISTRY}


def test_a_seed_is_the_same_run_again() -> None:
    """Nothing but the seed decides what is broken."""
    assert [schedule(seed) for seed in SEEDS] == [schedule(seed) for seed in SEEDS]
    assert len({str(schedule(seed).lanes) for seed in SEEDS}) == len(SEEDS)


def test_these_seeds_have_every_family_of_fault_and_kill_in_every_run() -> None:
    """SIGKILL of a node's part in each, databases and broker among what is killed, on both logs."""
    plans = [schedule(seed) for seed in SEEDS]
    assert all(SURE in plan.names for plan in plans)
    named = {name for plan in plans for name in plan.names}
    assert {FAULTS[name].family for name in named} == set(Family)
    assert {"kill a database", "kill the broker", "restore the log", "make the topic anew"} <= named
    assert {plan.kafka for plan in plans} == {True, False}
    assert {name for plan in map(schedule, range(200)) for name in plan.names} == set(FAULTS)


def test_only_a_log_that_was_put_back_ends_a_region() -> None:
    """Whatever else is done to a region, it lives on and is judged again."""
    assert {name for name, fault in FAULTS.items() if fault.ends} == {"restore the log"}
    assert all(fault.lane is Lane.LAST for fault in FAULTS.values() if fault.ends)


def test_a_region_is_used_until_it_is_large_broken_or_put_back() -> None:
    """All of it is judged after each seed."""
    plain, last = (next(plan for plan in map(schedule, range(200)) if plan.ends is ends) for ends in (False, True))
    assert not spent(plain, LASTS - 1, clean=True)
    assert spent(plain, LASTS, clean=True)
    assert spent(plain, 1, clean=False)
    assert spent(last, 1, clean=True)


# -- the faults themselves ---------------------------------------------------------------------------------------------


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("name", ["kill a database", "fill a disk", "restore a node's database"])
def test_a_server_has_one_fault_at_a_time(campaign: Campaign, name: str) -> None:
    """Else a server is started by one fault in the middle of another that puts its data back."""
    system = campaign.region(False)
    with FAULTS[name].act(system, Random(1)):
        assert [turn.locked() for turn in system.turns.values()].count(True) == 1
    assert not any(turn.locked() for turn in system.turns.values())


@pytest.mark.timeout(SECONDS)
def test_a_unit_put_back_to_before_a_continued_topic_is_filled(campaign: Campaign) -> None:
    """The log has lost what its copy lacks: it goes on with the registry's, and the ordinary rules hold."""
    system = campaign.region(False)
    judge = Judge(system, {unit: Side(system, unit, Random(0)) for unit in (XINCAI, YIWU)})
    system.servers[YIWU].keep()
    judge.settle()
    lost = topic(system.region.node(YIWU).topic(system.region.channel))
    with FAULTS["make the topic anew"].act(system, Random(0)) as what:
        assert what == str(lost)
    system.restored.add(YIWU)
    system.servers[YIWU].restore()
    system.forget(YIWU)
    short = len(list(system.region.node(YIWU).replica.records(str(lost))))
    Operators(system, lost).follow()
    assert len(list(system.region.node(YIWU).replica.records(str(lost)))) > short
    judge.settle()
    found = judge.judgement()
    assert found.clean, str(found)


def test_a_full_disk_refuses_and_takes_again() -> None:
    """The fault is one: PostgreSQL says that the device is full, and goes on when it is not."""
    with server_folder("disk") as folder, Disk(folder / "small").mounted() as disk:
        if disk.why_not:
            skip_or_fail(disk.why_not)
        with Database(disk) as server, psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE heavy (value text)")
            disk.fill()
            with pytest.raises(psycopg.errors.DiskFull):
                connection.execute("INSERT INTO heavy SELECT repeat(md5(n::text), 60) FROM generate_series(1, 9999) n")
            disk.empty()
            assert connection.execute("INSERT INTO heavy VALUES ('light')").rowcount == 1


def test_a_database_put_back_says_what_it_said() -> None:
    """The fault is one: what came after the copy is gone."""
    with server_folder("copy") as folder:
        (folder / "plain").mkdir()
        with Database(Disk(folder / "plain")) as server:
            _run(server, "CREATE TABLE kept (value int)", "INSERT INTO kept VALUES (1)")
            server.keep()
            _run(server, "INSERT INTO kept VALUES (2)")
            server.restore()
            with psycopg.connect(server.url()) as connection:
                assert connection.execute("SELECT value FROM kept").fetchall() == [(1,)]


def _run(server: Database, *statements: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_nothing_is_filled_that_others_use(tmp_path: Path) -> None:
    """Where nothing can be mounted the fault says so and does nothing."""
    assert not Disk(tmp_path).fill()
    assert not list(tmp_path.iterdir())
