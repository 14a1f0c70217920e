"""POST of a neutral JSON to an address that a unit's gateway for short messages answers (SMS, 警务微信)."""

import httpx

from contracts.refusals import NotYet
from services.messages import Message, NotTakenError

SECONDS = 5.0
"""Until an answer."""


class Webhook:
    """``{"to": telephone, "text": words}``; any 2xx says that it was taken.

    ``Idempotency-Key`` is the same when a message is sent again because its answer was lost: a gateway that looks at it
    tells nobody twice.
    """

    def __init__(self, url: str) -> None:
        """Connects to nothing."""
        self._url = url

    def send(self, message: Message) -> None:
        """One request; no redirection is followed. Raises NotYet, NotTakenError."""
        body, headers = {"to": message.to, "text": message.text}, {"Idempotency-Key": message.key}
        try:
            answer = httpx.post(self._url, json=body, headers=headers, timeout=SECONDS, trust_env=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotYet("the gateway for messages does not answer") from error
        if not answer.is_success:
            raise NotTakenError("the gateway for messages did not take one")
