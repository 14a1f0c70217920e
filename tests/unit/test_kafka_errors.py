"""What the errors of kafka-python mean to a part of a node: wait, or end by a bug (STYLE 8, 9)."""

import pytest
from kafka import errors

from contracts.refusals import NotYet
from services.transport.errors import TransportError
from services.transport.kafka_clients import Held


@pytest.mark.parametrize(
    ("raised", "meant"),
    [
        (errors.KafkaTimeoutError("bootstrap"), NotYet),
        (errors.UnknownBrokerIdError(-1), NotYet),
        (errors.InvalidTopicError("name"), TransportError),
    ],
)
def test_an_outage_may_pass_and_anything_else_may_not(raised: Exception, meant: type[Exception]) -> None:
    """A client whose list of brokers is empty, because the only one is away, is an outage: the campaign's seed 11."""
    held: Held[None] = Held(lambda: None, lambda _: None)
    with pytest.raises(meant), held.use("a topic"):
        raise raised
