"""Which broker to use: one given by address, else a container where an engine answers, else one from jars."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from infra.kafka.broker import Broker
from infra.kafka.external import ADDRESS, ExternalBroker
from infra.kafka.port import Controllable, Reachable


@contextmanager
def find_broker(folder: Path) -> Iterator[Reachable]:
    """A running broker; one of our own keeps its state in `folder` and is `Controllable`.

    Unavailable if none can be had on this machine, ServerError if one is there and does not start.
    """
    if os.environ.get(ADDRESS):
        yield ExternalBroker()
        return
    broker = own_broker(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


def own_broker(folder: Path) -> Controllable:
    """A broker of one's own, not started: in a container where an engine answers, else from jars."""
    if find_spec("testcontainers") is not None:  # only installed for development
        from infra.kafka.container import ContainerBroker, engine_answers

        if engine_answers():
            return ContainerBroker(folder)
    return Broker(folder)
