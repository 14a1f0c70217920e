"""A topic that is removed and made again under its name, or put back, as only who administers the log can."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg
from kafka import KafkaAdminClient

from contracts.channels import DESK, PAIRING
from infra.kafka.port import Reachable
from services.demo.cast import XINCAI, YIWU
from services.transport import Credentials, Topics, open_topics
from services.transport.contract import SINGLE
from services.transport.embedded import EmbeddedTopics
from tests.support.region import Region, until


def make_anew(made: Region, name: str = "") -> None:
    """The first topic of the pairing's channel, or another."""
    if made.broker is None:
        _embedded(made, name or made.topic)
    else:
        _kafka(made.broker, name or made.topic)


def put_back(made: Region, end: int) -> None:
    """The channel's first topic on the embedded log ends at an offset again, as an older copy of the log would."""
    where = "topic = (SELECT id FROM log_topic WHERE name = %s)"
    with _unkept(made) as connection:
        connection.execute(f'DELETE FROM log_record WHERE {where} AND "offset" > %s'.encode(), (made.topic, end))
        connection.execute("UPDATE log_topic SET next = %s WHERE name = %s", (end + 1, made.topic))


def _embedded(made: Region, name: str) -> None:
    with _unkept(made) as connection:
        where = "SELECT id FROM log_topic WHERE name = %s"
        connection.execute(f"DELETE FROM log_record WHERE topic = ({where})".encode(), (name,))
        connection.execute("DELETE FROM log_topic WHERE name = %s", (name,))
    topics = EmbeddedTopics(made.databases.url("log"))
    topics.create(name)
    topics.close()


def stops_and_keeps(made: Region) -> None:
    """A topic made anew stops its channel with the reason, on every member; both keep what they have (PROTOCOL 6)."""
    subject = made.share()
    made.even(XINCAI, YIWU)
    kept = made.replica(XINCAI, [made.channel])
    make_anew(made)
    for unit in (XINCAI, YIWU):
        assert made.until("the channel stops", partial(_reason, made, unit))
        now = made.replica(unit, [made.channel])
        assert now[: len(kept)] == kept, "nothing kept was changed, lost or taken twice"
        assert [row[1] for row in now] == list(range(len(now))), "nothing of the new topic was taken in"
        assert made.stream(unit, made.channel, "lead", subject).owner == XINCAI
    assert not made.ended(), "no part died of it"
    other, _ = made.draft(XINCAI, PAIRING, "duikou.pairing.accepted.v1", {"offer": "a" * 64}, subject=made.pairing)
    assert made.node(XINCAI).folds.history(DESK).state("desk", other).status == "draft"


def _reason(made: Region, unit: str) -> str | None:
    return made.node(unit).replica.stopped(made.topic)


@contextmanager
def _unkept(made: Region) -> Iterator[psycopg.Connection]:
    """The log's database, whose tables may be written over for once; locked in the order in which an append does."""
    with psycopg.connect(made.databases.url("log")) as connection:
        connection.execute("ALTER TABLE log_topic DISABLE TRIGGER ALL")
        connection.execute("ALTER TABLE log_record DISABLE TRIGGER ALL")
        yield connection
        connection.execute("ALTER TABLE log_record ENABLE ALWAYS TRIGGER log_record_keeps")
        connection.execute("ALTER TABLE log_topic ENABLE ALWAYS TRIGGER log_topic_keeps")


def _kafka(broker: Reachable, name: str) -> None:
    own = broker.credentials("admin")
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap, security_protocol="SSL", ssl_context=own.context())
    try:
        admin.delete_topics([name])
    finally:
        admin.close()
    topics = open_topics(f"kafka://{broker.bootstrap}", Credentials(own.ca, own.cert, own.key), SINGLE)
    try:
        until("the topic is made again", partial(_created, topics, name))
    finally:
        topics.close()


def _created(topics: Topics, name: str) -> bool:
    topics.create(name)
    return True
