"""Who is answered, what the interface says of itself, and how the server begins and ends."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.demo.cast import XINCAI, YIWU
from services.gateway.app import create_app, listening, serve
from services.gateway.auth import development_issuer
from services.node.settings import SettingsError
from tests.support.openapi import filled
from tests.support.region import Region


def test_only_officers_of_this_unit_are_answered(paired: Region) -> None:
    """No token, another unit's, an officer of nobody: 401 or 403, and nothing is said of why."""
    ours, theirs = paired.at(XINCAI, "author"), paired.at(YIWU, "author")
    stranger = development_issuer(paired.node(XINCAI).settings).issue(str(uuid4()))
    neighbour = development_issuer(paired.node(XINCAI).settings).issue(paired.officer(YIWU, "author"))
    for token, status in (("x", 401), ("x.y.z", 401), (theirs.token, 401), (stranger, 403), (neighbour, 403)):
        answer = ours.node.http.get(ours.base_url + "/v1/node", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
        assert answer.json()["code"] in ("token", "officers")


def test_every_route_asks_who(paired: Region) -> None:
    """But the two that say whether the process lives and may work."""
    app = create_app(paired.node(XINCAI))
    open_to_all = {"/healthz", "/readyz", "/docs"}
    base = paired.at(XINCAI, "author").base_url
    places = {"channel": paired.channel, "subject": "x", "paper": "x", "topic": paired.topic, "offset": "1"}
    places |= {"content": str(uuid4()), "event_id": str(uuid4())}
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            more: dict[str, Any] = {"json": {}} if method in ("post", "put") else {}
            answer = httpx.request(method.upper(), base + filled(path, places), trust_env=False, **more)
            assert (answer.status_code == 401) is (path not in open_to_all), (method, path, answer.text)


def test_every_operation_is_described_with_an_example(paired: Region) -> None:
    """Summary, description, an example of every body and of every answer that has a form."""
    description = create_app(paired.node(XINCAI)).openapi()
    models = description["components"]["schemas"]
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            for schema in _schemas(operation):
                name = schema["$ref"].rsplit("/", 1)[1] if "$ref" in schema else ""
                assert not name or models[name].get("examples"), (method, path, name)


def test_every_operation_says_which_problems_it_answers_with(paired: Region) -> None:
    """RFC 9457 everywhere, with an example; nothing of the framework's own form of an error."""
    base = paired.at(XINCAI, "author").base_url
    document = httpx.get(base + "/openapi.json", trust_env=False).json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            wrong = {status: one for status, one in operation["responses"].items() if status >= "400"}
            assert {"401", "503"} <= set(wrong), (method, path)
            for status, one in wrong.items():
                said = one["content"]["application/problem+json"]["schema"]["examples"][0]
                assert (str(said["status"]), bool(said["title"])) == (status, True), (method, path)


def _schemas(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    bodies = [operation.get("requestBody", {})]
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    for part in (*bodies, *answers):
        for media in part.get("content", {}).values():
            schema = media.get("schema") or media["itemSchema"]  # of a stream
            yield schema.get("items", schema)


def test_the_page_of_operations_needs_no_other_host(paired: Region) -> None:
    """It works on an isolated network."""
    base = paired.at(XINCAI, "author").base_url
    page = httpx.get(base + "/docs", trust_env=False)
    assert page.status_code == 200
    assert "/v1/papers" in page.text
    assert "http://" not in page.text.replace(base, "")
    assert "https://" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_health_and_readiness_tell_the_truth(paired: Region) -> None:
    """Alive is not ready: without our own ledgers read back no command is accepted."""
    base = paired.at(XINCAI, "author").base_url
    assert httpx.get(base + "/healthz", trust_env=False).status_code == 200
    ready = httpx.get(base + "/readyz", trust_env=False)
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert set(ready.json()["checks"]) == {"database", "schema", "log", "ledgers", "trust", "desk"}
    about = paired.at(XINCAI, "author").about()
    assert about["root"] == paired.root
    assert "software only" in about["flags"]["reading"]


def test_a_server_ends_when_asked_and_frees_its_port(paired: Region) -> None:
    """Twice in a row on one port; a taken port is a setting that is wrong."""
    node = paired.node(XINCAI)
    taken = node.settings.port
    stop = threading.Event()
    with pytest.raises(SettingsError, match="port"):
        serve(node, "127.0.0.1", taken, stop)
    for _ in range(2):
        stop = threading.Event()
        thread = serve(node, "127.0.0.1", taken + 1, stop)
        started = time.monotonic()
        paired.until("it answers", lambda: _alive(taken + 1), 10)
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        assert time.monotonic() - started < 15
    with pytest.raises(SettingsError, match="loopback"):
        serve(node, "0.0.0.0", taken + 1, stop)  # noqa: S104 - that is what is refused


def test_what_it_accepts_sends_at_once(paired: Region) -> None:
    """A client that delays its acknowledgement does not hold back an answer that is sent in two parts."""
    port = paired.node(XINCAI).settings.port + 2
    with listening("127.0.0.1", port) as server, socket.create_connection(("127.0.0.1", port)):
        accepted, _ = server.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def _alive(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False
