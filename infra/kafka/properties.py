"""The configuration of a single-node KRaft broker: mutual TLS on every listener, nobody has rights by default."""

from dataclasses import dataclass
from pathlib import Path

BROKER = "broker"
ADMIN = "admin"
SUPER_USERS = f"User:CN={ADMIN};User:CN={BROKER}"


@dataclass(frozen=True)
class Ports:
    """TCP ports on 127.0.0.1, one per listener."""

    client: int
    internal: int
    controller: int


def server_properties(ports: Ports, data: Path, keystore: Path, truststore: Path) -> str:
    """The text of server.properties. `keystore`: the broker's key and certificate; `truststore`: the authority's."""
    settings = _identity(ports, data) | _security(keystore, truststore) | _contract() | _single_node()
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _identity(ports: Ports, data: Path) -> dict[str, str]:
    client, internal = f"CLIENT://127.0.0.1:{ports.client}", f"INTERNAL://127.0.0.1:{ports.internal}"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        # static, so that the ports may change between two starts: a dynamic quorum remembers them
        "controller.quorum.voters": f"1@127.0.0.1:{ports.controller}",
        "listeners": f"{client},{internal},CONTROLLER://127.0.0.1:{ports.controller}",
        "advertised.listeners": f"{client},{internal}",
        "inter.broker.listener.name": "INTERNAL",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(data),
    }


def _security(keystore: Path, truststore: Path) -> dict[str, str]:
    return {
        "listener.security.protocol.map": "CLIENT:SSL,INTERNAL:SSL,CONTROLLER:SSL",
        "ssl.client.auth": "required",
        "ssl.enabled.protocols": "TLSv1.3",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keystore),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(truststore),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": SUPER_USERS,
    }


def _contract() -> dict[str, str]:
    """Defaults of topics, as the protocol wants them; every topic states them itself again."""
    return {
        "auto.create.topics.enable": "false",
        "num.partitions": "1",
        "log.cleanup.policy": "delete",
        "log.retention.ms": "-1",
        "log.retention.bytes": "-1",
        "log.message.timestamp.type": "LogAppendTime",
        "compression.type": "uncompressed",
        "message.max.bytes": "65536",
        "unclean.leader.election.enable": "false",
    }


def _single_node() -> dict[str, str]:
    return {
        "default.replication.factor": "1",
        "min.insync.replicas": "1",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        # a broker that was killed may come back only when its last session has run out
        "broker.heartbeat.interval.ms": "500",
        "broker.session.timeout.ms": "3000",
    }
