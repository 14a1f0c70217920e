"""The wire profile: one test per rule (PROTOCOL 2, WIRE 3, WIRE-CHOICES B1-B6)."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts import fields, profile
from contracts.profile import MAX_INTEGER, ShapeError, compact, read, read_content

FROZEN = (
    "0000-001F 007F-009F 00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 2028-202E 2060-206F 3164 D800-DFFF "
    "E000-F8FF FDD0-FDEF FE00-FE0F FEFF FFA0 FFF0-FFFF E0000-E0FFF F0000-10FFFF"
)
"""As WIRE 3 prints it; a test that read the table from the code would find nothing."""
RANGES = [tuple(int(end, 16) for end in (part.split("-") * 2)[:2]) for part in FROZEN.split()]
PLANES = [(plane << 16 | 0xFFFE, plane << 16 | 0xFFFF) for plane in range(17)]


def refused(point: int) -> bool:
    return any(first <= point <= last for first, last in RANGES + PLANES)


def rejects(data: bytes, content: bool = False) -> bool:
    try:
        (read_content if content else read)(data)
    except ShapeError:
        return True
    return False


def nested(depth: int) -> bytes:
    """Objects and arrays in turn, ``depth`` of them."""
    opening = ['{"a":', "["] * depth
    text = "".join(opening[: depth - 1]) + ("{}" if depth % 2 else "[]")
    closing = ["]" if part == "[" else "}" for part in reversed(opening[: depth - 1])]
    return (text + "".join(closing)).encode()


def test_the_limits_are_frozen() -> None:
    """WIRE 3, B2-B5: the other tests ask the code where its limits are, this one says it."""
    assert (profile.MAX_VALUE, profile.MAX_CONTENT, profile.MAX_STATEMENT) == (49_152, 24_572, 8_192)
    assert (profile.MAX_MEMBERS, profile.MAX_CONTENT_MEMBERS, profile.MAX_STRING) == (512, 1_024, 8_192)
    assert (profile.MAX_DEPTH, MAX_INTEGER) == (8, 9_007_199_254_740_991)


# -- one document, one byte form ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"1",
        b"null",
        b'{"a": 1}',
        b'{"a":1} ',
        b' {"a":1}',
        b'{"a":1}\n',
        b'{"a":1,}',
        b'{"a":1,"a":1}',
        b'{"a":01}',
        b'{"a":-0}',
        b'{"a":+1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"\\u0061":1}',
        b"{'a':1}",
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xc0\x80"}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":1}{"b":2}',
        b'{"a":' + b"[" * 100_000,
        b'{"a":' + b"9" * 5_000 + b"}",
    ],
)
def test_only_compact_json_objects_in_strict_utf8_are_read(data: bytes) -> None:
    """Whatever the parser throws is one refusal, and nothing is read in two ways."""
    assert rejects(data)


@pytest.mark.parametrize("data", [b"{}", b'{"a":true}', b'{"a":-1}', '{"a":"义乌"}'.encode(), b'{"a":"\\"\\\\"}'])
def test_and_those_are(data: bytes) -> None:
    assert compact(read(data)) == data


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_json_is_not_written(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        compact({"a": number})


def test_null_is_refused_anywhere() -> None:
    """B1."""
    assert rejects(b'{"a":null}')
    assert rejects(b'{"a":[{"b":[null]}]}')


def test_depth_counts_objects_and_arrays_and_the_outermost_is_1() -> None:
    """B2: eight are read, nine are not, also where the innermost is empty."""
    assert not rejects(nested(8))
    assert rejects(nested(9))


def test_members_and_items_of_the_whole_document_count() -> None:
    """B3: 512; the outermost object is not one of them."""
    assert not rejects(compact({"a": [1] * 511}))
    assert rejects(compact({"a": [1] * 512}))
    assert not rejects(compact({str(n): n for n in range(512)}))
    assert rejects(compact({str(n): n for n in range(513)}))
    spread = {"a": [1] * 300, "b": {str(n): n for n in range(210)}}
    assert not rejects(compact(spread))
    assert rejects(compact({**spread, "c": 1}))


def test_member_names_obey_the_limits_of_text() -> None:
    """B3: and are never exempt."""
    assert not rejects(compact({"a" * 8_192: 1}))
    assert rejects(compact({"a" * 8_193: 1}))
    assert rejects(compact({"\u200b": 1}))


@pytest.mark.parametrize("name", ["ciphertext", "envelope", "payload"])
def test_three_members_may_be_long_at_any_depth_and_only_their_own_text(name: str) -> None:
    """B4."""
    long = "a" * 8_193
    assert not rejects(compact({name: long}))
    assert not rejects(compact({"a": [{name: long}]}))
    assert rejects(compact({name: [long]}))
    assert rejects(compact({name: {"a": long}}))
    assert rejects(compact({"a": long}))
    assert rejects(compact({name.upper(): long}))


def test_text_is_measured_decoded_in_utf8_bytes() -> None:
    """B5."""
    assert not rejects(compact({"a": '"' * 8_192}))  # 16 KiB as it is written
    assert rejects(compact({"a": '"' * 8_193}))
    assert not rejects(compact({"a": "乌" * 2_730}))
    assert rejects(compact({"a": "乌" * 2_731}))
    assert not rejects(compact({"a": "𠮷" * 2_048}))  # four bytes each
    assert rejects(compact({"a": "𠮷" * 2_049}))


def test_integers_lie_within_2_to_the_53() -> None:
    for number in (MAX_INTEGER, -MAX_INTEGER):
        assert not rejects(compact({"a": number}))
    for number in (MAX_INTEGER + 1, -MAX_INTEGER - 1, 10**400):
        assert rejects(compact({"a": number}))


def test_a_document_is_at_most_48_kib() -> None:
    room = profile.MAX_VALUE - len(compact({"payload": ""}))
    assert not rejects(compact({"payload": "a" * room}))
    assert rejects(compact({"payload": "a" * (room + 1)}))
    with pytest.raises(ShapeError):
        read(b'{"a":1}', limit=6)


# -- code points -------------------------------------------------------------------------------------------------------

ENDS = sorted({end for pair in RANGES + PLANES for end in pair})


def text_of(point: int) -> list[bytes]:
    """The point in a value and in a name, written out; surrogates as only an encoder without rules writes them."""
    written = chr(point).encode("utf-8", "surrogatepass")
    return [b'{"a":"' + written + b'"}', b'{"' + written + b'":1}']


def escaped(point: int) -> bytes:
    return b'{"a":"' + json.dumps(chr(point))[1:-1].encode() + b'"}'


@pytest.mark.parametrize("point", ENDS, ids=[f"{end:04X}" for end in ENDS])
def test_both_ends_of_every_refused_range_are_refused(point: int) -> None:
    """Written out, in names, and behind an escape."""
    assert all(map(rejects, text_of(point)))
    assert rejects(escaped(point))


NEXT = sorted(
    {point for end in ENDS for point in (end - 1, end + 1) if 0x20 <= point < 0x110000 and not refused(point)}
)


@pytest.mark.parametrize("point", NEXT, ids=[f"{point:04X}" for point in NEXT])
def test_the_neighbours_of_every_refused_range_are_read(point: int) -> None:
    assert not rejects(compact({"a": chr(point)}))


def test_the_table_is_the_one_that_is_printed() -> None:
    """All 1,114,112 of them: the table is frozen and asks no version of Unicode."""
    for point in range(0x110000):
        assert bool(profile.REFUSED_TEXT.match(chr(point))) == refused(point), hex(point)


def test_a_newline_stands_in_decrypted_text_only() -> None:
    assert rejects(compact({"a": "\n"}))
    assert not rejects(compact({"a": "\n"}), content=True)
    assert rejects(compact({"a": "\r"}), content=True)
    assert rejects(compact({"a": "\t"}), content=True)


def test_content_has_limits_of_its_own() -> None:
    """24,572 bytes, 1,024 members."""
    room = profile.MAX_CONTENT - len(compact({"payload": ""}))
    assert not rejects(compact({"payload": "a" * room}), content=True)
    assert rejects(compact({"payload": "a" * (room + 1)}), content=True)
    assert not rejects(compact({"a": [1] * 1_023}), content=True)
    assert rejects(compact({"a": [1] * 1_024}), content=True)


# -- properties --------------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8").filter(lambda c: not refused(ord(c))), max_size=40)
LEAVES = st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXT
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=30
)
DOCUMENTS = st.dictionaries(TEXT, TREES, max_size=8)


def depth(node: Any) -> int:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@settings(deadline=None)
@given(DOCUMENTS)
def test_what_is_written_compactly_is_read_back(document: dict[str, Any]) -> None:
    if depth(document) > profile.MAX_DEPTH:
        assert rejects(compact(document))
    else:
        assert read(compact(document)) == document


@settings(deadline=None)
@given(DOCUMENTS, st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
def test_what_is_read_has_one_byte_form(document: dict[str, Any], place: int, noise: bytes) -> None:
    """However it was damaged: refused, or the very bytes that its content has."""
    data = compact(document)
    at = place % (len(data) + 1)
    damaged = data[:at] + noise + data[at:]
    if not rejects(damaged):
        assert compact(read(damaged)) == damaged


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_stop_the_reader(data: bytes) -> None:
    rejects(data)
    rejects(data, content=True)


@settings(deadline=None)
@given(TEXT)
def test_normal_forms_are_no_verdict(text: str) -> None:
    """NFC is a gateway's notice (WIRE 3); a verdict that asked unicodedata would change with Python."""
    decomposed = unicodedata.normalize("NFD", text)
    assert rejects(compact({"a": decomposed})) == any(refused(ord(c)) for c in decomposed)


# -- fields ------------------------------------------------------------------------------------------------------------

WRONG: list[tuple[Any, list[Any]]] = [
    (fields.Unit, ["", "1" * 11, "1" * 13, "４" * 12, "1" * 12 + "\n", 411729000000]),
    (fields.Day, ["2021-02-30", "2021-2-3", "2021-04-01T00:00:00.000Z", "２021-04-01"]),
    (fields.Decimal, ["", ".5", "01", "1.", "1.23456", "1e3", "-1", "1234567890", "1.0\n"]),
    (fields.Epoch, [0, 2**31, True, "1", 1.0]),
    (fields.Code, ["", "Abc", "1a", "a" * 41, "a-b"]),
    (fields.Offset, [-2, 2**53, True]),
    (fields.PublicKey, ["A" * 43, "A" * 44 + "=", "A" * 42 + "==", "A" * 88]),
]


@pytest.mark.parametrize(("kind", "values"), WRONG)
def test_types_are_strict_and_match_to_the_end(kind: Any, values: list[Any]) -> None:
    """B6: ``true`` is no integer, text is no number, and ``$`` is the end."""
    adapter = TypeAdapter(kind)
    for value in values:
        with pytest.raises(ValidationError):
            adapter.validate_python(value, strict=True)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (fields.Unit, "411729000000"),
        (fields.Day, "2024-02-29"),
        (fields.Decimal, "999999999.9999"),
        (fields.Decimal, "0"),
        (fields.Epoch, 2**31 - 1),
        (fields.Offset, -1),
        (fields.EventId, "3f2504e0-4f89-51d3-9a0c-0305e82c3301"),
    ],
)
def test_and_no_stricter(kind: Any, value: Any) -> None:
    assert TypeAdapter(kind).validate_python(value, strict=True) == value


@settings(deadline=None)
@given(st.text(max_size=80))
def test_the_two_ways_to_match_agree(text: str) -> None:
    """The regular expressions of pydantic and ``fields.matches`` (Python's) say the same of every text."""
    for kind in (fields.Unit, fields.Subject, fields.Uuid, fields.EventId, fields.Digest, fields.Channel):
        try:
            TypeAdapter(kind).validate_python(text)
            accepted = True
        except ValidationError:
            accepted = False
        assert fields.matches(kind, text) == accepted
