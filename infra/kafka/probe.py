"""Whether a broker serves clients."""

import socket
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from infra.kafka.pki import Credentials

PROBE_MS = 3_000


def answers(bootstrap: str, credentials: Credentials) -> bool:
    """Whether a broker at `bootstrap` (host:port) lets these credentials in and counts itself a cluster's member."""
    host, _, port = bootstrap.rpartition(":")
    try:
        # first a bare connection: a client complains at length about a port that is still closed
        socket.create_connection((host, int(port)), timeout=PROBE_MS / 1000).close()
        return bool(_members(bootstrap, credentials))
    except (OSError, KafkaError):
        return False


def _members(bootstrap: str, credentials: Credentials) -> list[object]:
    nets: list[Any] = []

    def net(**config: Any) -> Any:
        nets.append(KafkaNetClient(**config))
        return nets[-1]

    try:
        client = KafkaAdminClient(
            bootstrap_servers=bootstrap,
            security_protocol="SSL",
            ssl_context=credentials.context(),
            bootstrap_timeout_ms=PROBE_MS,
            request_timeout_ms=PROBE_MS,
            kafka_client=net,
        )
        return list(client.describe_cluster()["brokers"])
    finally:  # the library leaves its thread and sockets behind when the constructor fails
        for each in nets:
            each.close()
