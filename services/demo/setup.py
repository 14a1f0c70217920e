"""``python -m services.demo.setup STATE``: everything the containers of docker-compose.yml read, once and again.

The ceremony, Kafka's certificates and configuration, databases with their migrations, keys and settings of the nodes.
Starts nothing. What is there is kept, so that it may run while the nodes do; migrations that are new are applied.
"""

import os
import sys
from pathlib import Path

from infra.kafka.home import Home
from infra.postgres.find import ADDRESS
from infra.postgres.server import ExternalPostgres
from services.demo.ceremony import Ceremony
from services.demo.cluster import Cluster


def main(state: Path, server: str) -> None:
    """``server``: connection string of an administrator of the PostgreSQL. Says the root and the APIs' addresses."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    root = Ceremony(state).run()
    broker = Home(state / "kafka")
    broker.settle()
    nodes = Cluster(state, root, ExternalPostgres(server), broker, others_run=True)
    nodes.prepare()
    addresses = "".join(f"{unit} {url}/docs\n" for unit, url in nodes.addresses().items())
    sys.stdout.write(f"root fingerprint: {root}\n{addresses}")


if __name__ == "__main__":
    if ADDRESS not in os.environ:
        sys.exit(f"${ADDRESS} is not set: whose databases are these to be?")
    main(Path(sys.argv[1]).resolve(), os.environ[ADDRESS])
