"""Short messages to duty telephones: one port, whatever gateway a unit has (MECHANISM 4, notifications).

What is sent names nobody and nothing: a count, an urgency and what to do.
"""

from typing import NamedTuple, Protocol

from contracts.refusals import NotYet


class Message(NamedTuple):
    """to: a telephone number of the contact book or the settings. key: the same for the same message sent again."""

    to: str
    text: str
    key: str


class NotTakenError(NotYet):
    """One message was refused, whatever becomes of others. It is sent again."""


class Messages(Protocol):
    """The port."""

    def send(self, message: Message) -> None:
        """Hands it over. Raises NotTakenError, NotYet (an outage: whether it was taken is not known)."""


class Silent:
    """Where a unit has no gateway: nothing leaves, and what would have been sent is counted all the same."""

    def send(self, message: Message) -> None:
        """Nothing."""


def open_messages(url: str) -> Messages:
    """By the setting ``notify_url``; empty: none."""
    if not url:
        return Silent()
    from services.messages.webhook import Webhook

    return Webhook(url)
