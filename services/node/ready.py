"""``python -m services.node.ready SETTINGS``: exit code 0 if the node with these settings says it is ready, else 1.

What a container engine asks (infra/images/Dockerfile): GET /readyz of the gateway, on its own host and port.
"""

import sys
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from services.node.settings import Settings, SettingsError, load

SECONDS = 3.0
"""Until an answer; a node that takes longer is not ready."""


def is_ready(settings: Settings) -> bool:
    """False also where nothing answers, or something that is no node."""
    with closing(HTTPConnection(settings.host, settings.port, timeout=SECONDS)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False


if __name__ == "__main__":
    try:
        sys.exit(0 if is_ready(load(Path(sys.argv[1]))) else 1)
    except SettingsError as error:
        sys.exit(f"settings: {error}")
