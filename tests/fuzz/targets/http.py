"""Requests at the gateway: the real application over a node that judges and seals nothing."""

import asyncio
import base64
import json
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request

from contracts.channels import OUTFLOW, TRUST, Topic
from contracts.profile import compact
from contracts.refusals import Refused
from contracts.vocabulary import Role
from services.domain.clocks import DAY, HOUR, format_time
from services.gateway import streams
from services.gateway.app import create_app
from services.gateway.auth import TokenError, bearer, development_issuer, open_tokens
from services.gateway.deps import deputy_of
from services.gateway.problems import MEDIA
from services.node.folds import now_ms
from services.node.parsing import InvalidError
from services.node.settings import DEVELOPMENT, Settings
from services.vectors.seeds import XINCAI
from tests.fuzz.engine import Broken, Target, Unfit
from tests.fuzz.samples import sample
from tests.fuzz.targets.files import folder
from tests.support.files import png
from tests.support.openapi import example, filled
from tests.support.served import Served
from tests.support.story import Story, told

MARK = "echo-7f3a"
"""Stands in a seed: an answer that says it has said back what was sent."""

READY = "/readyz"
"""Says in a form of its own why it is not."""


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
    if path == READY:
        return status
    if status >= 400 and status != 405 and said.get(b"content-type") != MEDIA.encode():
        raise Broken(f"{status} without a problem body")
    if status >= 400 and MARK.encode() in answer:
        raise Broken("input is said back")
    return status, answer if status < 400 else json.loads(answer)["code"]


@cache
def _requests() -> list[bytes]:
    """Every operation with the examples of its description, by officers on every post."""
    document = app().openapi()
    story = app().state.node.story
    found = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            given = {one["name"]: str(_value(document, one)) for one in operation.get("parameters", ())}
            line = f"{method.upper()} author {filled(path, {**given, **_of(story)})}"
            if "requestBody" in operation:
                found.append(line.encode() + _sent(document, operation))
            else:
                found.append(f"{line}{_asking(document, operation)}\n".encode())
    return [
        *found,
        *(one.replace(b" author ", b" intake ") for one in found),
        next(one for one in found if b"\n{" in one).replace(b"{", b'{"x":"' + MARK.encode() + b'",', 1),
    ]


def _sent(document: dict[str, Any], operation: dict[str, Any]) -> bytes:
    """The rest of a seed: an example of the body, or a file for the query that an upload has."""
    if "application/json" in operation["requestBody"]["content"]:
        return b"\n" + compact(example(document, operation))
    return b"?type=duikou.lead.shared.v1\n" + png()


def _asking(document: dict[str, Any], operation: dict[str, Any]) -> str:
    """A query with every parameter that there is."""
    named = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
    given = {one["name"]: _value(document, one) for one in named}
    return f"?{urlencode(given, doseq=True)}" if given else ""


def _value(document: dict[str, Any], parameter: dict[str, Any]) -> Any:
    found = parameter.get("examples") or parameter["schema"].get("examples")
    return found[0] if found else sample(parameter["schema"], document["components"]["schemas"], full=True)


def _of(story: Story) -> dict[str, str]:
    subject = next(iter(subject for (context, subject) in story.histories[story.channel].streams if context == "lead"))
    return {"channel": story.channel, "subject": subject, "paper": subject, "content": subject}


def _deputy(data: bytes) -> str:
    """``data``: the header's value. Who stands in has the role that was delegated."""
    headers = [(b"authorization", f"Bearer {tokens()['author']}".encode())]
    caller = deputy_of(Request({"type": "http", "headers": headers, "app": app()}), data.decode("latin-1"))
    return f"{caller.id} {sorted(caller.enrolment.roles)}"


def _delegations() -> list[bytes]:
    """In force now: 新蔡's author in place of those above him."""
    story, now = app().state.node.story, now_ms()
    span = {"from": format_time(now - HOUR), "until": format_time(now + 10 * DAY)}
    papers = [story.delegation(XINCAI, f"{XINCAI}/author", role, **span) for role in (Role.APPROVER, Role.HEAD)]
    signed = [
        {"payload": paper.payload, "keyid": one.keyid, "sig": one.sig} for paper in papers for one in paper.signatures
    ]
    return [base64.b64encode(compact(one)) for one in signed]


def _resumed(data: bytes) -> dict[str, int]:
    """``data``: the id of an event. What it names is at most what is known, and written again names the same."""
    known = {str(Topic(channel, 1)): 9 for channel in (TRUST, OUTFLOW, app().state.node.story.channel)}
    cut = streams.parsed(data.decode("latin-1"), known)
    if any(offset > known[name] for name, offset in cut.items()) or streams.parsed(streams.written(cut), known) != cut:
        raise Broken("another place is resumed")
    return cut


def _token(data: bytes) -> str:
    served: Any = app().state.node
    return open_tokens(served.settings).officer(bearer({"authorization": data.decode("latin-1")}))


TARGETS = (
    Target("http", "address and body of every operation of the gateway", _requests, _body, (), 150),
    Target("delegation", "the Duikou-Delegation header", _delegations, _deputy, (InvalidError, Refused)),
    Target(
        "event-id",
        "the Last-Event-ID header",
        lambda: [streams.written({str(Topic(TRUST, 1)): 3, str(Topic(OUTFLOW, 1)): 12}).encode(), b"-"],
        _resumed,
        (InvalidError,),
    ),
    Target(
        "token",
        "the Authorization header",
        lambda: [f"Bearer {one}".encode() for one in tokens().values()],
        _token,
        (TokenError,),
    ),
)
