"""Topics of a Kafka cluster: looked at by every member, made and granted by the registry (PROTOCOL 6)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from kafka import errors
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    OffsetSpec,
    ResourcePattern,
    ResourceType,
)

from services.transport import kafka_clients
from services.transport.contract import Replication, topic_settings
from services.transport.errors import AccessDeniedError, TopicMissingError, TopicSettingsError
from services.transport.kafka_clients import partition

if TYPE_CHECKING:
    from services.transport import Credentials

READER = (ACLOperation.READ, ACLOperation.DESCRIBE, ACLOperation.DESCRIBE_CONFIGS)


class Description(NamedTuple):
    """A topic as the cluster describes it."""

    id: str
    partitions: int
    replicas: int
    rights: frozenset[str]

    def demand(self, right: str, topic: str) -> None:
        """Raises AccessDeniedError unless we have the right: what it refuses, the library waits for in silence."""
        if right not in self.rights:
            raise AccessDeniedError(topic)


class Cluster:
    """What any member may ask about a topic it may see. Same errors as the port ``Log``."""

    def __init__(self, settings: dict[str, Any], replication: Replication) -> None:
        self._admin = kafka_clients.admin(settings)
        self._replication = replication

    def connect(self) -> None:
        """Raises NotYet, or ssl.SSLError for credentials the brokers refuse."""
        with self._admin.use("the cluster"):
            pass

    def describe(self, topic: str) -> Description | None:
        """None if it does not exist."""
        with self._admin.use(topic) as admin:
            found = admin.describe_topics([topic])[0]
            code = errors.for_code(found["error_code"])
            if code is errors.UnknownTopicOrPartitionError:
                return None
            if code is not errors.NoError:
                raise code(topic)
        replicas = max((len(each["replica_nodes"]) for each in found["partitions"]), default=0)
        rights = frozenset(found["authorized_operations"])
        return Description(str(found["topic_id"]), len(found["partitions"]), replicas, rights)

    def expect(self, topic: str) -> Description:
        """Raises TopicMissingError."""
        described = self.describe(topic)
        if described is None:
            raise TopicMissingError(topic)
        return described

    def end(self, topic: str) -> int | None:
        """The last offset, -1 if empty, None if there is no topic."""
        return None if self.describe(topic) is None else self.ends([topic])[topic]

    def ends(self, topics: Iterable[str]) -> dict[str, int]:
        """The last offset of each of some topics that exist.

        Over a connection of its own: a broker answers a consumer's only after the fetch it waits in.
        """
        asked = {partition(topic): OffsetSpec.LATEST for topic in topics}
        with self._admin.use(", ".join(topics)) as admin:
            return {found.topic: int(end.offset) - 1 for found, end in admin.list_partition_offsets(asked).items()}

    def check(self, topic: str) -> None:
        """Every setting of the contract. Raises TopicMissingError, TopicSettingsError."""
        described = self.expect(topic)
        found = {
            **self._settings(topic),
            "partitions": str(described.partitions),
            "replication.factor": str(described.replicas),
        }
        wanted = {
            **topic_settings(self._replication),
            "partitions": "1",
            "replication.factor": str(self._replication.factor),
        }
        for setting, value in wanted.items():
            if found.get(setting) != value:
                raise TopicSettingsError(topic, setting, str(found.get(setting)), value)

    def create(self, topic: str) -> None:
        """Make it unless it exists."""
        new = {
            "num_partitions": 1,
            "replication_factor": self._replication.factor,
            "configs": topic_settings(self._replication),
        }
        with self._admin.use(topic) as admin:
            try:
                admin.create_topics({topic: new}, wait_for_metadata=True)
            except errors.TopicAlreadyExistsError:
                admin.wait_for_topics([topic])  # somebody else's call may be a moment old
            except errors.InvalidReplicationFactorError as error:
                few = "more than there are brokers"
                raise TopicSettingsError(topic, "replication.factor", few, str(self._replication.factor)) from error

    def grant(self, topic: str, rules: list[Any]) -> None:
        """Add the rules that are not there."""
        with self._admin.use(topic) as admin:
            for error in admin.create_acls(rules)["failed"]:
                raise error(topic)

    def close(self) -> None:
        """Let go of the connection."""
        self._admin.close()

    def _settings(self, topic: str) -> dict[str, str]:
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        with self._admin.use(topic) as admin:
            described = admin.describe_configs([resource], config_filter="all")["topic"].get(topic, {})
        if not described:  # the library drops the error of the answer
            raise AccessDeniedError(topic)
        return {name: str(entry["value"]) for name, entry in described.items()}


class KafkaTopics:
    """The port ``Topics``."""

    def __init__(self, uri: str, credentials: "Credentials", replication: Replication) -> None:
        self._cluster = Cluster(kafka_clients.common(uri, credentials), replication)

    def create(self, topic: str) -> None:
        """See ``Topics.create``."""
        self._cluster.create(topic)
        self._cluster.check(topic)

    def grant(self, topic: str, principal: str, write: bool) -> None:
        """See ``Topics.grant``: LITERAL rules for ``User:CN=principal``, nothing by prefix, nothing denied."""
        operations = (*READER, ACLOperation.WRITE) if write else READER
        self._cluster.grant(topic, [_rule(topic, principal, operation) for operation in operations])

    def close(self) -> None:
        """See ``Topics.close``."""
        self._cluster.close()


def _rule(topic: str, principal: str, operation: Any) -> Any:
    pattern = ResourcePattern(ResourceType.TOPIC, topic, ACLResourcePatternType.LITERAL)
    return ACL(f"User:CN={principal}", "*", operation, ACLPermissionType.ALLOW, pattern)
