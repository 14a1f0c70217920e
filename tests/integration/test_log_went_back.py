"""A log that was put back to an older copy stops its channel on every node that can know, and says so (PROTOCOL 6)."""

from dataclasses import replace

import psycopg
import pytest

from contracts.channels import TRUST, Topic
from contracts.envelope import Message
from contracts.refusals import NotYet
from services.demo.cast import XINCAI, YIWU
from services.node.intake import Intake
from services.node.node import Node
from services.transport.embedded import EmbeddedLog
from tests.support.anew import stops_and_keeps
from tests.support.region import Region

pytestmark = pytest.mark.xdist_group("last")


@pytest.fixture
def paired(lasting: Region) -> Region:
    """新蔡 and 义乌 by a channel that no other test lost anything of."""
    lasting.pair_anew()
    return lasting


def go_back(made: Region, name: str, end: int) -> None:
    """The topic ends at ``end`` again, as in a copy that was taken then; every connection to the log breaks."""
    with psycopg.connect(made.databases.url("log")) as connection:
        connection.execute("ALTER TABLE log_record DISABLE TRIGGER ALL")
        where = "SELECT id FROM log_topic WHERE name = %s"
        connection.execute(f'DELETE FROM log_record WHERE topic = ({where}) AND "offset" > %s'.encode(), (name, end))
        connection.execute("UPDATE log_topic SET next = %s WHERE name = %s", (end + 1, name))
        connection.execute("ALTER TABLE log_record ENABLE ALWAYS TRIGGER log_record_keeps")
    with psycopg.connect(made.databases.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'log'")


def write_on(made: Region, name: str, count: int) -> None:
    """Somebody else, who knows nothing of what is gone."""
    log = EmbeddedLog(made.databases.url("log"))
    try:
        log.append(name, [Message(None, b"{}")] * count)
    finally:
        log.close()


def stepped(intake: Intake) -> None:
    """One step; an outage is not yet one."""
    try:
        intake.step()
    except NotYet:
        stepped(intake)


def read_to_the_end(node: Node) -> Intake:
    intake = Intake(node)
    while intake.step():
        pass
    return intake


def test_what_was_acknowledged_to_the_relay_and_is_gone_stops_the_channel(paired: Region) -> None:
    """Sent, not read back, then lost with the log: the command must not stay pending in a channel that runs."""
    content = paired.content_of(XINCAI, paired.share())
    paired.even(XINCAI, YIWU)
    node, topic = paired.node(XINCAI), paired.topic
    before = node.log.end(topic)
    assert before is not None
    paired.hold(XINCAI, "intake")
    paired.hold(YIWU)
    name = f"{paired.channel}/{XINCAI}"
    paired.propose(XINCAI, paired.channel, content, paired.access(XINCAI, content))

    def acknowledged() -> bool:
        sent = node.ledger.relay_position(name)
        return sent is not None and sent.offset > before

    paired.until("it is sent", acknowledged)
    go_back(paired, topic, before)
    paired.start(XINCAI, "intake")
    paired.until("the channel stops", lambda: node.replica.stopped(topic))


@pytest.mark.parametrize("outage", [True, False], ids=["on connecting", "on a timer"])
def test_intake_that_lives_on_compares_before_it_reads_on(paired: Region, outage: bool) -> None:
    """The log went back and was written on beyond what this node has read: nothing of it is taken in."""
    paired.share()
    paired.even(XINCAI, YIWU)
    topic, end = paired.topic, paired.node(YIWU).replica.position(paired.topic)
    paired.hold(XINCAI)
    paired.hold(YIWU)
    node = paired.node(YIWU)
    node.settings = replace(node.settings, compare_seconds=3_600.0 if outage else 0.0)
    intake = read_to_the_end(node)
    kept = paired.replica(YIWU, [paired.channel])
    go_back(paired, topic, end - 2)
    write_on(paired, topic, 4)
    if not outage:
        with pytest.raises(NotYet):
            node.log.end(topic)  # it was the broken connection's turn
    stepped(intake)
    stepped(intake)
    assert node.replica.stopped(topic)
    assert paired.replica(YIWU, [paired.channel]) == kept
    assert node.replica.stopped(str(Topic(TRUST, 1))) is None


def test_recreate_topic_under_live_relay_and_intake(paired: Region) -> None:
    """As on Kafka (test_spine)."""
    stops_and_keeps(paired)
