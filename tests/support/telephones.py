"""A unit's gateway for short messages, as a real server: it takes what is posted and keeps it for the test."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Telephones:
    """``taken``: bodies with their key. ``refused``: numbers that it does not call."""

    port: int = 0
    taken: list[dict[str, Any]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """For the setting."""
        return f"http://127.0.0.1:{self.port}/messages"

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While it runs; at the same port each time."""
        server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        phones = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                taken = body["to"] not in phones.refused
                if taken:
                    phones.taken.append({**body, "key": self.headers["Idempotency-Key"]})
                self.send_response(204 if taken else 422)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        return Handler
