"""The wire profile: the only JSON that is ever looked at (PROTOCOL 2, WIRE 3, WIRE-CHOICES B1-B6).

It runs before any model. Everything it refuses has one name: ``ShapeError``.
"""

import json
import re
from typing import Any

MAX_VALUE = 49_152
MAX_CONTENT = 24_572
MAX_STATEMENT = 8_192
MAX_DEPTH = 8
MAX_MEMBERS = 512
MAX_CONTENT_MEMBERS = 1_024
MAX_STRING = 8_192
MAX_INTEGER = 2**53 - 1
UNLIMITED = frozenset({"ciphertext", "envelope", "payload"})
"""Members whose own string value may be longer than 8 KiB."""

_REFUSED = (
    "0000-001F 007F-009F 00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 2028-202E 2060-206F 3164 D800-DFFF "
    "E000-F8FF FDD0-FDEF FE00-FE0F FEFF FFA0 FFF0-FFFF E0000-E0FFF F0000-10FFFF "
) + " ".join(f"{plane:X}FFFE-{plane:X}FFFF" for plane in range(1, 17))


def _class(ranges: str, but: str = "") -> re.Pattern[str]:
    points = (tuple(int(end, 16) for end in part.split("-")) for part in ranges.split())
    return re.compile(
        (rf"(?!{but})" if but else "") + "[" + "".join(f"\\U{p[0]:08X}-\\U{p[-1]:08X}" for p in points) + "]"
    )


REFUSED_TEXT = _class(_REFUSED)
REFUSED_CONTENT_TEXT = _class(_REFUSED, but="\n")


class ShapeError(ValueError):
    """The bytes are not of the wire profile; the writer's fault, never curable by a retry. Carries no content."""


def compact(document: Any) -> bytes:
    """The one byte form of a JSON document: no spaces, members in the order given, UTF-8 unescaped."""
    return _ENCODER.encode(document).encode()


def read(data: bytes, *, limit: int = MAX_VALUE) -> dict[str, Any]:
    """A wire document (envelope or statement) of at most ``limit`` bytes. Raises ShapeError."""
    return _read(data, limit, MAX_MEMBERS, REFUSED_TEXT)


def read_content(data: bytes) -> dict[str, Any]:
    """A decrypted content: as ``read``, but 24,572 bytes, 1,024 members and newlines in text. Raises ShapeError."""
    return _read(data, MAX_CONTENT, MAX_CONTENT_MEMBERS, REFUSED_CONTENT_TEXT)


def _read(data: bytes, limit: int, members: int, refused: re.Pattern[str]) -> dict[str, Any]:
    if len(data) > limit:
        raise ShapeError("too long")
    try:
        text = data.decode()
        document = _DECODER.decode(text)
        if _ENCODER.encode(document) != text or not isinstance(document, dict):
            raise ShapeError("not one compact JSON object")
        _walk(document, members, refused if "\\" in text else None)
    except ShapeError:
        raise
    except Exception as error:  # any exception of the parser is the same refusal (PROTOCOL 2)
        raise ShapeError("not JSON of the profile") from error
    # below U+0080 JSON itself lets only DEL through unescaped, and most texts hold nothing above
    if "\x7f" in text if text.isascii() else refused.search(text):
        raise ShapeError("refused code point")
    return document


def _walk(document: Any, members: int, escaped: re.Pattern[str] | None) -> None:
    """Depth, counts, lengths, integers; refused code points that hide behind an escape."""
    level, depth = [document], 0
    while level:
        depth += 1
        members -= sum(map(len, level))
        if depth > MAX_DEPTH or members < 0:
            raise ShapeError("too deep or too many members")
        level = [value for node in level for name, value in _items(node) if _leaf(name, value, escaped) is None]


def _items(node: Any) -> Any:
    return node.items() if isinstance(node, dict) else ((None, value) for value in node)


def _leaf(name: str | None, value: Any, escaped: re.Pattern[str] | None) -> bool | None:
    """None for an object or array, which is walked next; True for a scalar that is in order."""
    if name is not None:
        _text(name, escaped, MAX_STRING)
    if isinstance(value, str):
        _text(value, escaped, MAX_VALUE if name in UNLIMITED else MAX_STRING)
    elif value is None:
        raise ShapeError("null")
    elif isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise ShapeError("integer beyond 2^53-1")
    else:
        return None
    return True


def _text(text: str, escaped: re.Pattern[str] | None, limit: int) -> None:
    if len(text) * 4 > limit and len(text.encode()) > limit:
        raise ShapeError("string too long")
    if escaped is not None and escaped.search(text):
        raise ShapeError("refused code point")


def _no(_: str) -> None:
    raise ShapeError("not an integer")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(parse_float=_no, parse_constant=_no)
