"""The same for every request: what may come in, what is said of the answer, how often the database is asked.

Plain ASGI: what starlette builds for a function takes a task and two streams a request.
"""

import re
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway import problems
from services.node.node import Node
from services.node.watching import Shared
from services.vault import MAX_FILE

BODY_LIMIT = 65_536
"""Bytes of a request: the largest envelope is 48 KiB (PROTOCOL 2)."""
UPLOADS = re.compile("/v1/channels/[^/]+/contents/[^/]+/attachments")
FAULTS = {
    411: "a request states its length",
    413: "a request is at most 64 KiB, a file 20,971,500 bytes",
    415: "a body is application/json",
}


@dataclass(frozen=True)
class Door:
    """A body is JSON of a stated length, or a file; an answer is kept by nobody.

    A request looks into several channels, and asks once whether there is more of them.
    """

    app: ASGIApp
    node: Node

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        fault = _fault(scope["path"], Headers(scope=scope)) if scope["method"] in ("POST", "PUT") else None
        if fault is not None:
            await problems.problem(fault, "request", detail=FAULTS[fault])(scope, receive, answer)
            return
        with self.node.folds.round(Shared(self.node.replica.positions, lambda: self.node.replica.moves)):
            await self.app(scope, receive, answer)


def _fault(path: str, headers: Headers) -> int | None:
    """What a file is, its bytes say; how it is labelled is not read."""
    upload = UPLOADS.fullmatch(path)
    length = headers.get("content-length", "")
    if not length.isdigit():
        return 411
    if int(length) > (MAX_FILE if upload else BODY_LIMIT):
        return 413
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    return None if upload or media == "application/json" else 415
