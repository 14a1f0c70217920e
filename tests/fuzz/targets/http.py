"""Requests at the gateway: the real application over a node that judges and seals nothing."""

import asyncio
import json
from contextlib import suppress
from functools import cache
from typing import Any

from fastapi import FastAPI

from contracts.profile import compact
from services.gateway.app import create_app
from services.gateway.auth import TokenError, bearer, development_issuer, open_tokens
from services.gateway.problems import MEDIA
from services.node.settings import DEVELOPMENT, Settings
from services.vectors.seeds import XINCAI
from tests.fuzz.engine import Broken, Target, Unfit
from tests.fuzz.targets.files import folder
from tests.support.files import png
from tests.support.served import Served
from tests.support.story import Story, told

MARK = "echo-7f3a"
"""Stands in every seed: an answer that says it has said back what was sent."""


@cache
def app() -> FastAPI:
    """The application of 新蔡."""
    made = told()
    named: dict[str, Any] = {
        "source": XINCAI,
        "root": made.exchange,
        "database": "",
        "log": "",
        "desk": "",
        "signer": "",
    }
    node: Any = Served(Settings(**named, data=folder(), mode=DEVELOPMENT), made)
    return create_app(node)


@cache
def tokens() -> dict[str, str]:
    """Post -> token of 新蔡's officer on it."""
    served: Any = app().state.node
    issuer = development_issuer(served.settings)
    posts = {name.partition("/")[2]: officer for name, officer in served.story.officers.items() if XINCAI in name}
    return {post: issuer.issue(officer.id) for post, officer in posts.items()}


def asked(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    """One request, straight into the application; status, headers, body."""
    query = path.partition("?")
    given = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": query[0],
        "raw_path": query[0].encode(),
        "query_string": query[2].encode("latin-1", "replace"),
        "headers": [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "root_path": "",
    }
    sent: list[dict[str, Any]] = []
    parts = [{"type": "http.request", "body": body, "more_body": False}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return parts.pop(0) if len(parts) > 1 else parts[0]

    async def send(message: Any) -> None:
        sent.append(message)

    with asyncio.Runner() as runner, suppress(_Answered):
        runner.run(_called(scope, receive, send))
    start = next(one for one in sent if one["type"] == "http.response.start")
    answer = b"".join(one.get("body", b"") for one in sent if one["type"] == "http.response.body")
    return start["status"], dict(start["headers"]), answer


class _Answered(Exception):
    """Starlette raises a bug again after it has answered 500; the answer is what is looked at."""


async def _called(scope: Any, receive: Any, send: Any) -> None:
    await app()(scope, receive, send)


def _body(data: bytes) -> Any:
    """``data``: method, path and post on the first line, then the body."""
    line, _, body = data.partition(b"\n")
    try:
        method, post, path = line.decode("ascii").split(" ")
    except ValueError as error:
        raise Unfit from error
    headers = {"authorization": f"Bearer {tokens().get(post, post)}", "idempotency-key": "fuzz-fuzz-1"}
    status, said, answer = asked(method, path, headers, body)
    if status >= 500 and status != 503:
        raise Broken(f"{method} answered {status}: {answer[:200]!r}")
    if status >= 400 and status != 405 and said.get(b"content-type") != MEDIA.encode():
        raise Broken(f"{status} without a problem body")
    if status >= 400 and MARK.encode() in answer:
        raise Broken("input is said back")
    return status, answer if status < 400 else json.loads(answer)["code"]


@cache
def _requests() -> list[bytes]:
    """Every operation that takes a body, with the example of its description, by officers on every post."""
    document = app().openapi()
    story = app().state.node.story
    found = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if "requestBody" in operation:
                line = f"{method.upper()} author {_filled(path, story)}"
                found.append(line.encode() + _sent(document, operation))
    return [
        *found,
        *(one.replace(b" author ", b" intake ") for one in found),
        found[0].replace(b"{", b'{"x":"' + MARK.encode() + b'",', 1),
    ]


def _sent(document: dict[str, Any], operation: dict[str, Any]) -> bytes:
    """The rest of a seed: an example of the body, or a file for the query that an upload has."""
    if "application/json" in operation["requestBody"]["content"]:
        return b"\n" + compact(_example(document, operation))
    return b"?type=duikou.lead.shared.v1\n" + png()


def _example(document: dict[str, Any], operation: dict[str, Any]) -> Any:
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    named = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    return next(iter(named.get("examples", [named.get("example", {})])))


def _filled(path: str, story: Story) -> str:
    subject = next(iter(subject for (context, subject) in story.histories[story.channel].streams if context == "lead"))
    names = {"{channel}": story.channel, "{subject}": subject, "{paper}": subject, "{content}": subject}
    for name, value in names.items():
        path = path.replace(name, value)
    return path.replace("{", "").replace("}", "")


def _token(data: bytes) -> str:
    served: Any = app().state.node
    return open_tokens(served.settings).officer(bearer({"authorization": data.decode("latin-1")}))


TARGETS = (
    Target("http", "the body of every operation of the gateway", _requests, _body, (), 150),
    Target(
        "token",
        "the Authorization header",
        lambda: [f"Bearer {one}".encode() for one in tokens().values()],
        _token,
        (TokenError,),
    ),
)
