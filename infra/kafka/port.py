"""What the rest may ask of a broker, whoever runs it."""

from typing import Protocol

from infra.kafka.pki import Credentials


class Reachable(Protocol):
    """A broker somebody runs: where it is, and certificates for it."""

    @property
    def bootstrap(self) -> str:
        """Address of the client listener, host:port."""

    def credentials(self, name: str) -> Credentials:
        """The client certificate with the common name `name`; "admin" may do everything, others nothing by default."""


class Controllable(Reachable, Protocol):
    """A broker of one's own, that can be made to fail."""

    def start(self) -> None:
        """Start and wait until it serves clients; ServerError if it does not. Nothing happens if it runs."""

    def stop(self) -> None:
        """End in order. Nothing happens if it does not run."""

    def kill(self) -> None:
        """SIGKILL, as a crash would."""

    def restart(self) -> None:
        """Stop and start at the same address."""

    def pause(self) -> None:
        """Stop answering without closing anything, as a stalled machine would."""

    def resume(self) -> None:
        """Go on after `pause`."""
