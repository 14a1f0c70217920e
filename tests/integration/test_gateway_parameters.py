"""Whatever stands in a path, a query, a header or a body: an answer or a problem; no bug, no echo."""

import base64
import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from services.demo.cast import XINCAI, YIWU
from services.gateway.examples import CHANNEL
from services.gateway.problems import MEDIA
from tests.support.offices import delivered, raw
from tests.support.openapi import example, filled
from tests.support.region import Region

STREAM = "/v1/cases/stream"
"""Ends when its caller goes: other tests ask it, and its header is fuzzed."""
MARK = "not-to-be-echoed"
HOSTILE = (
    "",
    "\0",
    f"{MARK}\0",
    f"{MARK}\n",
    f"{MARK}😀\u202e",
    f"{MARK * 800}",
    f"..{MARK}",
    "%",
    "\\",
    "-1",
    "1e400",
    "NaN",
    "٣",
    "9" * 30,
    str(2**31),
    str(2**63),
    "0001-01-01",
    "9999-12-31",
    "2021-02-30",
    "0001-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    "2001-01",
    "2099-11",
    f"outflow/1:{2**63}",
    "bnVsbA==",
    "eyJrZXlpZCI6MX0=",
    base64.b64encode(b"[" * 2_000).decode(),
)
BYTES = ("%FF%FE", "%ED%A0%80", "%", "+", "&")
"""In an address, as they stand: what is no UTF-8, half a surrogate pair, and what an address is made of."""

LEAVES: tuple[Any, ...] = (f"{MARK}\0", "\ud83d", "9999-12-31T23:59:59.999Z", 2**63, -1, 10**400, [], {}, None)
"""In the place of any text or number of a body."""


class Asked(NamedTuple):
    """A question with one value that nobody who means well would give."""

    path: str
    headers: dict[str, str]
    value: str


def _asked(path: str, parameters: list[dict[str, Any]], good: dict[str, str]) -> Iterator[Asked]:
    """Every parameter of a question with every hostile value, beside good ones."""
    for one in parameters:
        if one["in"] == "header":
            sendable = (value for value in HOSTILE if value.isascii() and value.isprintable())
            yield from (Asked(_address(path, parameters, good), {one["name"]: value}, value) for value in sendable)
        else:
            written = [*((value, quote(value, safe="")) for value in HOSTILE), *zip(BYTES, BYTES, strict=True)]
            for value, text in written:
                yield Asked(_address(path, parameters, {**good, one["name"]: text}, one["name"]), {}, value)


def _address(path: str, parameters: list[dict[str, Any]], values: dict[str, str], asked: str = "") -> str:
    """With what it needs, and what is asked."""
    path = filled(path, {one["name"]: values[one["name"]] for one in parameters if one["in"] == "path"})
    given = [one["name"] for one in parameters if one["in"] == "query" and (one["required"] or one["name"] == asked)]
    return "?".join([path, "&".join(f"{name}={values[name]}" for name in given)]) if given else path


def _changed(value: Any, leaf: Any) -> Iterator[Any]:
    """A JSON value with one of its texts and numbers after the other replaced."""
    if isinstance(value, dict):
        yield from ({**value, name: other} for name, one in value.items() for other in _changed(one, leaf))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from ([*value[:at], other, *value[at + 1 :]] for other in _changed(one, leaf))
    else:
        yield leaf


def _good(made: Region) -> dict[str, str]:
    """What each parameter may be, of a lead that 义乌 has."""
    subject = delivered(made)
    (content,) = made.at(YIWU, "intake").matter("leads", made.channel, subject).contents
    matter = {"channel": made.channel, "subject": subject, "paper": subject, "content": content, "digest": "0" * 64}
    place = {"topic": f"duikou.channel.{made.channel}.1", "offset": "1", "event_id": content, "record": content}
    times = {"from": "2021-03-01T00:00:00.000Z", "until": "2021-03-02T00:00:00.000Z", "period": "2021-03"}
    return {**matter, **place, **times, "role": "author", "officer": content, "type": "duikou.lead.shared.v1"}


def test_no_parameter_of_a_question_is_a_bug_or_echoed(paired: Region) -> None:
    """All of them, with what databases, calendars and parsers choke on."""
    officer, good = paired.at(YIWU, "intake"), _good(paired)
    operations = raw(officer, "GET", "/openapi.json").json()["paths"]
    questions = {path: said["get"].get("parameters", []) for path, said in operations.items() if "get" in said}
    statuses = set()
    for path in questions.keys() - {STREAM}:
        for asked in _asked(path, questions[path], good):
            answer = raw(officer, "GET", asked.path, headers=asked.headers)
            _no_bug(answer, (path, asked.value))
            statuses.add(answer.status_code)
    assert statuses >= {200, 404, 422}


@pytest.mark.parametrize(("unit", "post"), [(XINCAI, "author"), (YIWU, "intake")])
def test_no_text_or_number_of_a_command_is_a_bug_or_echoed(paired: Region, unit: str, post: str) -> None:
    """Each of each operation's example, in its place; the channel is ours, so that it is looked at."""
    officer, good = paired.at(unit, post), _good(paired)
    document = raw(officer, "GET", "/openapi.json").json()
    statuses = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if "application/json" not in operation.get("requestBody", {}).get("content", {}):
                continue
            address = _address(path, operation["parameters"], good)
            shown = json.loads(json.dumps(example(document, operation)).replace(CHANNEL, paired.channel))
            for body in (one for leaf in LEAVES for one in _changed(shown, leaf)):
                headers = {"content-type": "application/json"}
                answer = raw(officer, method.upper(), address, content=json.dumps(body).encode(), headers=headers)
                _no_bug(answer, (method, path, body))
                statuses.add(answer.status_code)
    assert statuses >= {403, 404, 422}


def _no_bug(answer: httpx.Response, asked: object) -> None:
    told = (asked, answer.status_code, answer.text[:200])
    assert answer.status_code < 500 or answer.status_code == 503, told
    assert answer.status_code < 400 or answer.headers["content-type"] == MEDIA, told
    assert MARK not in answer.text, told
