"""``python -m services.registry SETTINGS``: the registry's node with its duty of opening channels and copying trust."""

import sys

from services.node.__main__ import main
from services.node.node import Node
from services.node.watching import Step
from services.registry.opening import Registry
from services.transport import open_topics
from services.transport.contract import REPLICATED, SINGLE


def registry_part(node: Node) -> Step:
    """What the registry does in place of a unit's duties."""
    settings = node.settings
    replication = SINGLE if settings.single_broker else REPLICATED
    topics = open_topics(settings.admin, settings.admin_credentials, replication)
    return Registry(node, topics, settings.data).step


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], duties=registry_part))
