"""A topic is lost and made again under its name: what only the log's owner can do, and what PROTOCOL 6 survives."""

from functools import partial

import psycopg
from kafka import KafkaAdminClient

from infra.kafka.port import Controllable
from services.transport import Credentials, open_topics
from services.transport import Topics as TopicsPort
from services.transport.contract import SINGLE
from services.transport.embedded import EmbeddedTopics
from tests.support.region import Region, until


def broker_of(made: Region) -> Controllable:
    """The region's own broker."""
    assert made.broker is not None
    return made.broker


def make_anew(made: Region) -> None:
    """The topic of the pairing is deleted and created again."""
    (make_anew_embedded if made.broker is None else make_anew_kafka)(made)


def make_anew_embedded(made: Region) -> None:
    """As the log's owner: the only one who can."""
    with psycopg.connect(made.databases.url("log")) as connection:
        connection.execute("ALTER TABLE log_record DISABLE TRIGGER ALL")
        connection.execute("ALTER TABLE log_topic DISABLE TRIGGER ALL")
        where = "SELECT id FROM log_topic WHERE name = %s"
        connection.execute(f"DELETE FROM log_record WHERE topic = ({where})".encode(), (made.topic,))
        connection.execute("DELETE FROM log_topic WHERE name = %s", (made.topic,))
        connection.execute("ALTER TABLE log_record ENABLE ALWAYS TRIGGER log_record_keeps")
        connection.execute("ALTER TABLE log_topic ENABLE ALWAYS TRIGGER log_topic_keeps")
    topics = EmbeddedTopics(made.databases.url("log"))
    topics.create(made.topic)
    topics.close()


def make_anew_kafka(made: Region) -> None:
    """As the broker's administrator."""
    broker = broker_of(made)
    context = broker.credentials("admin").context()
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap, security_protocol="SSL", ssl_context=context)
    try:
        admin.delete_topics([made.topic])
    finally:
        admin.close()
    own = broker.credentials("admin")
    topics = open_topics(f"kafka://{broker.bootstrap}", Credentials(own.ca, own.cert, own.key), SINGLE)
    try:
        until("the topic is made again", partial(_created, topics, made.topic))
    finally:
        topics.close()


def _created(topics: TopicsPort, name: str) -> bool:
    topics.create(name)
    return True
