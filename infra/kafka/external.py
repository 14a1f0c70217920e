"""A broker somebody else runs, told by the environment."""

import os
from pathlib import Path

from infra.kafka.pki import NAME, Credentials
from infra.kafka.properties import ADMIN
from infra.processes import Unavailable

ADDRESS = "DUIKOU_KAFKA"  # host:port of its client listener
CA = "DUIKOU_KAFKA_CA"  # PEM file: the authority of its certificate
CERT = "DUIKOU_KAFKA_CERT"  # PEM file: an administrator's certificate
KEY = "DUIKOU_KAFKA_KEY"  # PEM file: the administrator's private key
CERTS = "DUIKOU_KAFKA_CERTS"  # folder with <name>.pem and <name>.key of everybody else


class ExternalBroker:
    """The broker at $DUIKOU_KAFKA (`infra.kafka.port.Reachable`); it cannot be stopped from here."""

    @property
    def bootstrap(self) -> str:
        """Its address, host:port."""
        return _setting(ADDRESS)

    def credentials(self, name: str) -> Credentials:
        """The certificate of `name` from the files the environment names.

        Unavailable if a setting or a file is missing; ValueError for a bad name.
        """
        if not NAME.fullmatch(name):
            raise ValueError(f"not a name for a certificate: {name!r}")
        found = _administrator() if name == ADMIN else _member(name)
        for file in (found.ca, found.cert, found.key):
            if not file.exists():
                raise Unavailable(f"{file} is missing")
        return found


def _administrator() -> Credentials:
    return Credentials(Path(_setting(CA)), Path(_setting(CERT)), Path(_setting(KEY)))


def _member(name: str) -> Credentials:
    folder = Path(_setting(CERTS))
    return Credentials(Path(_setting(CA)), folder / f"{name}.pem", folder / f"{name}.key")


def _setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise Unavailable(f"${name} is not set")
    return value
