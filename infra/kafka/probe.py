"""Whether a broker serves clients."""

import socket

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

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
    client = KafkaAdminClient(
        bootstrap_servers=bootstrap,
        security_protocol="SSL",
        ssl_context=credentials.context(),
        bootstrap_timeout_ms=PROBE_MS,
        request_timeout_ms=PROBE_MS,
    )
    try:
        return list(client.describe_cluster()["brokers"])
    finally:
        client.close()
