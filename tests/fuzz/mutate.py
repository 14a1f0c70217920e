"""Structure-aware mutation: a valid document, changed where it hurts. The same numbers give the same bytes."""

import base64
import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

ZEROS = "0" * 64
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**53 - 1, 2**53, -(2**63), 2**64, 10**400, 0.5, 1e308),
    *("", "0", "-", " ", "\n", "\0", "\x7f", "\ud800", "\u202e", "\ufeff", "\U0010ffff", "９", "义乌", "a" * 8_193),
    *("null", "*", "a\n", "A" * 64, ZEROS, "f" * 64, "a" * 52, "registry", "keeper", "root", "trust", "desk", "policy"),
    *("411729000000", "330782000000", "11110000-0000-4000-8000-000000000001", "000000000001", "999999999999"),
    *("0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2021-02-30T24:00:00.000Z", "2021-04-01T01:00:00.000Z"),
    *("0001-01-01", "9999-12-31", "2021-02-30", "2021H1", "1.-1." + ZEROS, "999999999.9999999999999999." + ZEROS),
    *("AA==", "AB==", "A", base64.b64encode(bytes(32)).decode(), base64.b64encode(bytes(64)).decode()),
    *([], {}, [[]], {"": ""}, [1, 1], ["b", "a"], {"payload": "e30=", "signatures": []}, list(range(600))),
)
"""What stands in place of a member or item: borders of numbers, of texts, of times, of shapes."""
TOKENS = (
    *(b"null", b"NaN", b"-Infinity", b"1e999", b"-0", b"1.0", b"0x1", b"9" * 5_000, b"true", b"\xff", b"\xc0\x80"),
    *(b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\ud800", b"\\u0000", b'\\"', b" ", b"\n", b"\r", b"\t", b"\0", b"{", b"}"),
    *(b"[", b"]", b",", b":", b'"', b"[" * 3_000, b'{"a":' * 3_000, b"]" * 9, b'"a":1,"a":1,', b"\xef\xbc\x91", b"#"),
)
"""What is put among the bytes: what parsers of JSON, TOML and PEM trip over."""


def mutated(seeds: Sequence[bytes], pick: Random) -> bytes:
    """One of the seeds, changed once or a few times."""
    data = pick.choice(seeds)
    for _ in range(pick.choice((1, 1, 1, 2, 3))):
        data = _document(data, seeds, pick) if pick.random() < 0.75 else _bytes(data, seeds, pick)
    return data


def _bytes(data: bytes, seeds: Sequence[bytes], pick: Random) -> bytes:
    """Flipped, cut, repeated, with a token in it, or joined to another seed."""
    start = pick.randrange(len(data) + 1)
    end = min(len(data), start + pick.choice((1, 2, 8, 64, 1_024)))
    before, part, after = data[:start], data[start:end], data[end:]
    other = pick.choice(seeds)
    changes = (
        before + bytes(byte ^ 1 << pick.randrange(8) for byte in part) + after,
        before,
        before + after,
        before + part + part + after,
        before + pick.choice(TOKENS) + part + after,
        before + other[pick.randrange(len(other) + 1) :],
    )
    return pick.choice(changes)


def _document(data: bytes, seeds: Sequence[bytes], pick: Random) -> bytes:
    """As JSON; what is none is changed as bytes."""
    found = _loads(data)
    if not isinstance(found, dict | list):
        return _bytes(data, seeds, pick)
    holder = {"": found}
    _change(holder, seeds, pick)
    return _dumps(holder[""], pick)


def _change(document: dict[str, Any], seeds: Sequence[bytes], pick: Random) -> None:
    """One node, somewhere inside, in place."""
    places = [place for place, _ in zip(_places(document), range(3_000), strict=False)]
    node, key = pick.choice(places)
    match pick.randrange(8):
        case 0 | 1:
            node[key] = pick.choice(VALUES)
        case 2 if isinstance(node, dict) and node is not document:
            del node[key]
        case 3:
            node[key] = _nested(node[key], pick)
        case 4:
            other, at = pick.choice(places)
            node[key] = other[at]
        case 5:
            elsewhere = _loads(pick.choice(seeds))
            node[key] = pick.choice([where[at] for where, at in _places({"": elsewhere})])
        case _:
            node[key] = _inside(node[key], seeds, pick)


def _inside(value: Any, seeds: Sequence[bytes], pick: Random) -> Any:
    """A scalar, a little different; what base64 hides is changed within."""
    match value:
        case bool() | None:
            return not value
        case int() | float():
            return value + pick.choice((-1, 1, 2**53, -(2**31)))
        case str() if value:
            return _text(value, seeds, pick)
        case dict():
            return {**value, pick.choice(("extra", "", "id", "\0")): pick.choice(VALUES)}
        case list() if value:
            return pick.choice((value + value[:1], value[::-1], value[1:], value * 40))
    return pick.choice(VALUES)


def _text(value: str, seeds: Sequence[bytes], pick: Random) -> str:
    hidden = _hidden(value)
    if hidden is not None:
        return base64.b64encode(_document(hidden, seeds, pick)).decode()
    place = pick.randrange(len(value))
    return value[:place] + pick.choice(("", "0", "9", "a", "é", "\n", value)) + value[place + 1 :]


def _nested(value: Any, pick: Random) -> Any:
    for _ in range(pick.choice((1, 2, 7, 8, 60))):
        value = [value] if pick.random() < 0.5 else {"a": value}
    return value


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield node, key
        if isinstance(node[key], dict | list):
            yield from _places(node[key])


def _hidden(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if data[:1] == b"{" and _loads(data) is not None else None


def _loads(data: bytes) -> Any:
    """None for what is no JSON, or too deep or large for a mutator."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _dumps(document: Any, pick: Random) -> bytes:
    """Mostly compact; now and then as other writers do it, or with a member said twice."""
    style = pick.randrange(12)
    separators = (", ", ": ") if style == 0 else (",", ":")
    try:
        text = json.dumps(document, ensure_ascii=style == 1, separators=separators)
    except (ValueError, RecursionError):
        return b"{}"
    data = text.encode("utf-8", "surrogatepass")
    if style == 2 and data.startswith(b'{"'):
        return b"{" + data[1 : data.find(b",") + 1] + data[1:]
    return data
