"""The files of a broker: certificates, ports, configuration, data. The same for a child process and a container."""

import json
from dataclasses import asdict
from pathlib import Path

from infra.kafka.pki import Authority, Credentials
from infra.kafka.properties import BROKER, Ports, server_properties
from infra.processes import ServerError, free_ports, is_free


class Home:
    """Everything a broker keeps, in `folder`: starting again from it continues with the same cluster."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "kafka.log"
        self.properties = self.folder / "server.properties"
        self._authority = Authority(self.folder / "tls")
        self._ports: Ports | None = None

    @property
    def ports(self) -> Ports:
        """The ports of the listeners; ServerError before the first `configure`."""
        if self._ports is None:
            raise ServerError("the broker was never started")
        return self._ports

    @property
    def bootstrap(self) -> str:
        """Address of the client listener, host:port; the same after a restart."""
        return f"127.0.0.1:{self.ports.client}"

    def credentials(self, name: str) -> Credentials:
        """A client certificate from the broker's own authority, issued at the first call; ValueError: a bad name."""
        return self._authority.issue(name)

    def configure(self) -> None:
        """Write what the broker reads: its keystore and server.properties."""
        self.folder.mkdir(parents=True, exist_ok=True)
        own = self._authority.issue(BROKER)
        keystore = self.folder / "tls" / "broker.keystore.pem"
        keystore.touch(mode=0o600)
        keystore.write_bytes(own.key.read_bytes() + own.cert.read_bytes())
        self._ports = _ports(self._kept_ports)
        self.properties.write_text(server_properties(self._ports, self.data, keystore, own.ca))

    def settle(self) -> None:
        """The files as they are, or newly made: for a broker that somebody else runs, now or later."""
        if self.properties.exists():
            self._ports = _read(self._kept_ports)
        else:
            self.configure()

    @property
    def _kept_ports(self) -> Path:
        return self.folder / "ports.json"


def _ports(file: Path) -> Ports:
    """The ports of the last start where they are free, else new ones; remembered in `file`."""
    if file.exists():
        known = _read(file)
        if all(map(is_free, asdict(known).values())):
            return known
    fresh = Ports(*free_ports(3))
    file.write_text(json.dumps(asdict(fresh)))
    return fresh


def _read(file: Path) -> Ports:
    return Ports(**json.loads(file.read_text()))
