"""The wire in bytes: ``build()`` gives every file of ``contracts/vectors`` but the contents, the same every time.

Each value stands with its name and what becomes of it, so that another implementation, in another language, can say
after each one whether it agrees. Text that is no JSON stands in base64.
"""

import base64
import re
from collections.abc import Iterator
from typing import Any

from contracts import profile
from contracts.channels import DESK, OPEN_TOPICS, Kind, Topic, channel_id
from contracts.dsse import keyid, pae
from contracts.envelope import GENESIS_SEEN, START, ZEROS, Draft, Envelope, Message, Position, Record
from contracts.lead import Delivered, DeliveredSummary
from contracts.profile import MAX_INTEGER, compact
from services.signing import sealed
from services.vectors import attestations, course, forwarding, logs
from services.vectors.seeds import XINCAI, YIWU, identifier, seed, seeded
from services.verifier import ROLLING_START, rolling

EXCHANGE, CHANNEL = "e" * 64, "c" * 52


def build() -> dict[str, Any]:
    """File name without ``.json`` -> document."""
    return {
        "profile": _profile(),
        "attributes": _attributes(),
        "envelopes": _envelopes(),
        "channels": _channels(),
        **logs.build(),
        **attestations.build(),
        **course.build(),
        **forwarding.build(),
    }


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


# -- profile -----------------------------------------------------------------------------------------------------------


def _profile() -> dict[str, Any]:
    """Documents of the wire profile and of decrypted contents, accepted and refused."""
    documents = [*_documents(), *_points()]
    return {
        "wire": [{"name": name, **_bytes(data), "accepted": _accepts(data)} for name, data in documents],
        "content": [
            {"name": name, **_bytes(data), "accepted": _accepts(data, content=True)} for name, data in _contents()
        ],
    }


def _bytes(data: bytes) -> dict[str, Any]:
    """``bytes``, or what repeats itself in ``pieces``: base64 and how many times, one after the other."""
    pieces, end = [], 0
    for run in re.finditer(rb"(.{1,2}?)\1{63,}", data, re.DOTALL):
        pieces += [[_text(data[end : run.start()]), 1], [_text(run[1]), len(run[0]) // len(run[1])]]
        end = run.end()
    return {"pieces": [*pieces, [_text(data[end:]), 1]]} if pieces else {"bytes": _text(data)}


def _accepts(data: bytes, *, content: bool = False) -> bool:
    try:
        profile.read_content(data) if content else profile.read(data)
    except profile.ShapeError:
        return False
    return True


def _documents() -> Iterator[tuple[str, bytes]]:
    yield from (
        ("an empty object", b"{}"),
        ("text, integer, boolean, array, object", '{"a":"义乌","b":[-1,true,{"c":false}]}'.encode()),
        ("an escaped quote", b'{"a":"\\""}'),
        ("an array", b"[]"),
        ("null", b'{"a":null}'),
        ("null in an array", b'{"a":[null]}'),
        ("a space", b'{"a": 1}'),
        ("a newline at the end", b'{"a":1}\n'),
        ("a member twice", b'{"a":1,"a":1}'),
        ("a fraction", b'{"a":1.0}'),
        ("an exponent", b'{"a":1e2}'),
        ("minus zero", b'{"a":-0}'),
        ("not a number", b'{"a":NaN}'),
        ("an escape that need not be", b'{"a":"\\u0041"}'),
        ("an escaped slash", b'{"a":"\\/"}'),
        ("an escaped lone surrogate", b'{"a":"\\ud800"}'),
        ("no UTF-8", b'{"a":"\xff"}'),
        ("an overlong NUL", b'{"a":"\xc0\x80"}'),
        ("a surrogate in UTF-8", b'{"a":"\xed\xa0\x80"}'),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
        ("two documents", b"{}{}"),
        ("nothing", b""),
    )
    yield from ((f"integer {n}", compact({"a": n})) for n in (MAX_INTEGER, -MAX_INTEGER, MAX_INTEGER + 1))
    yield from ((f"depth {n}", compact({"a": _nested(n - 1)})) for n in (8, 9))
    yield from ((f"{n} members and items", compact({"a": [1] * (n - 1)})) for n in (512, 513))
    yield from ((f"text of {n} bytes", compact({"a": "a" * n})) for n in (8_192, 8_193))
    yield from ((f"a name of {n} bytes", compact({"a" * n: 1})) for n in (8_192, 8_193))
    yield "quotes, 8,192 of them", compact({"a": '"' * 8_192})
    for name in sorted(profile.UNLIMITED):
        yield f"{name} of 8,193 bytes", compact({"a": [{name: "a" * 8_193}]})
        yield f"an array in {name}, its text 8,193 bytes", compact({name: ["a" * 8_193]})
    room = profile.MAX_VALUE - len(compact({"payload": ""}))
    yield from ((f"{profile.MAX_VALUE + n} bytes", compact({"payload": "a" * (room + n)})) for n in (0, 1))


def _nested(depth: int) -> Any:
    return [] if depth == 1 else [_nested(depth - 1)]


def _points() -> Iterator[tuple[str, bytes]]:
    """Both ends of every refused range and the points beside them; surrogates have no bytes."""
    refused = {point for point in range(0x20, 0x110000) if profile.REFUSED_TEXT.match(chr(point))}
    ends = {point for point in refused if not {point - 1, point + 1} <= refused}
    for point in sorted({other for end in ends for other in (end - 1, end, end + 1)}):
        if 0x20 <= point < 0x110000 and not 0xD800 <= point <= 0xDFFF:
            yield f"U+{point:04X}", compact({"a": chr(point)})
    for point in (0x00, 0x09, 0x0A, 0x1F):
        yield f"U+{point:04X} behind an escape", compact({"a": chr(point)})


def _contents() -> Iterator[tuple[str, bytes]]:
    yield "a newline", compact({"a": "\n"})
    yield "a tabulator", compact({"a": "\t"})
    yield from ((f"{n} members and items", compact({"a": [1] * (n - 1)})) for n in (1_024, 1_025))
    room = profile.MAX_CONTENT - len(compact({"payload": ""}))
    yield from ((f"{profile.MAX_CONTENT + n} bytes", compact({"payload": "a" * (room + n)})) for n in (0, 1))


# -- attributes --------------------------------------------------------------------------------------------------------


def _attributes() -> dict[str, Any]:
    """One true envelope, and what becomes of it when one attribute is another (``absent``: it is left out)."""
    base = _envelope(START).model_dump(exclude_none=True)
    rows = [{"attribute": name, "value": value, "accepted": _parses(base, name, value)} for name, value in _changes()]
    absent = [{"attribute": name, "absent": True, "accepted": _parses(base, name, None)} for name in base]
    return {"envelope": base, "changes": [*rows, *absent]}


def _parses(base: dict[str, Any], name: str, value: Any) -> bool:
    document = {**base, name: value}
    try:
        Envelope.parse(compact({member: given for member, given in document.items() if given is not None}))
    except profile.ShapeError:
        return False
    return True


def _changes() -> Iterator[tuple[str, Any]]:
    table: dict[str, list[Any]] = {
        "specversion": ["1.1", 1],
        "id": [
            identifier("v4").upper(),
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "3f2504e0-4f89-51d3-9a0c-0305e82c3301",
        ],
        "source": ["registry", "keeper", "witness", "41172900000", "４１１７２９000000", "411729000000 "],
        "type": ["duikou.lead.exploded.v1", "duikou.lead.delivered.v0", "duikou.lead.delivered", "lead.delivered.v1"],
        "subject": ["a" * 64, "a" * 65, "", "Lead", "lead_1", "lead\n"],
        "time": [
            "2021-02-30T00:00:00.000Z",
            "2021-13-01T00:00:00.000Z",
            "2021-01-01T24:00:00.000Z",
            "2021-01-01T00:00:60.000Z",
            "2021-01-01T00:00:00Z",
            "2021-01-01T00:00:00.000+08:00",
        ],
        "exchange": ["E" * 64, "e" * 63, ZEROS],
        "channel": ["trust", "trusts", "c" * 51, "0" * 52, "C" * 52],
        "epoch": [2**31 - 1, 2**31, 0, -1, True, "1"],
        "sequence": ["9" * 12, "0" * 12, "1", 1],
        "previous": ["a" * 64, "a" * 65],
        "seen": [
            f"2.-1.{'a' * 64}",
            f"999999999.9999999999999999.{ZEROS}",
            f"1.-2.{ZEROS}",
            f"1.01.{ZEROS}",
            f"0.1.{ZEROS}",
            f"1.+1.{ZEROS}",
        ],
        "data": [{}, [], "{}", {"summary": [{}]}],
        "datacontenttype": ["application/json"],
        "traceparent": ["x"],
    }
    return ((name, value) for name, values in table.items() for value in values)


# -- envelopes ---------------------------------------------------------------------------------------------------------


def _envelope(head: Any, channel: str = CHANNEL, source: str = XINCAI) -> Envelope:
    subject = identifier("a lead")
    summary = DeliveredSummary()
    draft = Draft(
        identifier(f"event {head.sequence}"),
        source,
        subject,
        "2021-04-01T01:00:00.000Z",
        EXCHANGE,
        channel,
        Delivered(summary=summary),
    )
    return Envelope.after(head, draft, None if channel == DESK else GENESIS_SEEN)


def _envelopes() -> list[dict[str, Any]]:
    """Key, bytes, what is signed, signature, digest, record key; the second follows the first in its ledger."""
    first = _signed("the first of a ledger", _envelope(START))
    head = START._replace(sequence=1, digest=first["digest"])
    return [
        first,
        _signed("the second", _envelope(head)),
        _signed("of another writer", _envelope(START, source=YIWU)),
        _signed("in the desk", _envelope(START, channel=DESK)),
    ]


def _signed(name: str, envelope: Envelope) -> dict[str, Any]:
    signer = seeded(envelope.source)
    made = sealed(signer, envelope)
    return {
        "name": name,
        "seed": seed(envelope.source).hex(),
        "public": _text(signer.public),
        "keyid": keyid(signer.public),
        "value": made.value.decode(),
        "pae": _text(pae("application/cloudevents+json", made.value)),
        "signature": _text(made.signature),
        "digest": made.digest,
        "key": envelope.key.decode(),
    }


# -- channels and hashes -----------------------------------------------------------------------------------------------


def _channels() -> dict[str, Any]:
    ids = [
        {"exchange": EXCHANGE, "kind": kind.value, "digest": digest, "channel": channel_id(EXCHANGE, kind, digest)}
        for kind in (Kind.PAIRING, Kind.SUPERVISION)
        for digest in ("d" * 64, "a" * 64)
    ]
    topics = [{"channel": channel, "n": n, "topic": str(Topic(channel, n))} for channel, n in _places()]
    return {"ids": ids, "topics": topics, "rolling": _rolling()}


def _places() -> Iterator[tuple[str, int]]:
    yield from ((channel, 1) for channel in (*OPEN_TOPICS, DESK))
    yield CHANNEL, 1
    yield CHANNEL, 12


def _rolling() -> dict[str, Any]:
    """h(-1), then one record after the other; ``seen`` is what an envelope written after it signs."""
    messages = (
        (0, Message(None, b"{}", (("signature", bytes(64)),))),
        (1_617_238_800_000, Message(b"any key", "义乌".encode(), (("signature", b"short"), ("keyid", b"x")))),
        (-1, Message(None, None)),
        (1, Message(None, b"", (("signature", b"a"), ("signature", b"b")))),
    )
    before, rows = ROLLING_START, []
    for offset, (at, message) in enumerate(messages):
        record = Record(Position(str(Topic(CHANNEL, 1)), offset, at), message)
        before = rolling(before, record)
        rows.append({**logs.record_row(record), "hash": before.hex(), "seen": f"1.{offset}.{before.hex()}"})
    return {"start": ROLLING_START.hex(), "seen": GENESIS_SEEN, "records": rows}
