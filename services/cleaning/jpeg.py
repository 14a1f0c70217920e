"""JPEG (ITU-T T.81, Annex B): the segments that draw the picture stay, byte for byte; all else goes.

What goes: EXIF, XMP, IPTC, colour profiles, comments, thumbnails, makers' segments, whatever follows the end. Of EXIF
one number stays, written anew: how the camera was held, or the picture would lie on its side.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from services.cleaning.errors import MAX_PARTS, Unfit, UnfitFileError, at_most

MAGIC = b"\xff\xd8\xff"
EOI, SOS, APP0, APP1, APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xEE
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""SOF: begin a picture and say its size."""
DRAWING = FRAMES | {0xC4, 0xCC, 0xDB, 0xDC, 0xDD}
"""SOF, Huffman and arithmetic tables, quantization, number of lines, restart interval."""
SAYING = frozenset(range(0xE0, 0xF0)) | {0xFE}
"""APP0 to APP15 and COM."""
_JFIF, _EXIF, _ADOBE = b"JFIF\0", b"Exif\0\0", b"Adobe"
_NEXT = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""Where entropy-coded data end: a marker that is neither stuffing (00), nor a restart (D0-D7), nor fill (FF)."""


class Segment(NamedTuple):
    """marker; ``payload`` behind its length; ``scan``: entropy-coded data behind an SOS."""

    marker: int
    payload: bytes
    scan: bytes = b""


def clean(file: bytes) -> bytes:
    """The picture alone. Raises UnfitFileError."""
    segments = at_most(MAX_PARTS, _segments(file))
    _drawn(segments)
    jfif = [one for one in segments if one.marker == APP0 and one.payload.startswith(_JFIF)][:1]
    held = [one for one in segments if one.marker == APP1 and one.payload.startswith(_EXIF)][:1]
    head = [*(_plain_jfif(one) for one in jfif), *(_turned(one) for one in held)]
    kept = [one for one in segments if one.marker in DRAWING or one.marker == SOS or _adobe(one)]
    return b"\xff\xd8" + b"".join(map(_bytes, [*filter(None, head), *kept])) + b"\xff\xd9"


def _segments(file: bytes) -> Iterator[Segment]:
    """All up to the end of the picture. Raises UnfitFileError: cut off, or a marker that has no place there."""
    at = 2
    while True:
        marker, at = _marker(file, at)
        if marker == EOI:
            return
        if marker != SOS and marker not in DRAWING and marker not in SAYING:
            raise UnfitFileError(Unfit.BROKEN)
        end = at + int.from_bytes(file[at : at + 2], "big")
        if end < at + 2:
            raise UnfitFileError(Unfit.BROKEN)
        payload, at = file[at + 2 : end], end
        if marker == SOS:
            end = _scanned(file, at)
            yield Segment(marker, payload, file[at:end])
            at = end
        else:
            yield Segment(marker, payload)


def _marker(file: bytes, at: int) -> tuple[int, int]:
    """The marker at a place, behind any fill bytes, and where its segment goes on."""
    start = at
    while at < len(file) and file[at] == 0xFF:
        at += 1
    if at == start or at >= len(file):
        raise UnfitFileError(Unfit.BROKEN)
    return file[at], at + 1


def _scanned(file: bytes, at: int) -> int:
    found = _NEXT.search(file, at)
    if found is None:
        raise UnfitFileError(Unfit.BROKEN)
    return found.start()


def _drawn(segments: list[Segment]) -> None:
    """A frame with a width, then a scan. Raises UnfitFileError."""
    markers = [one.marker for one in segments]
    frame = next((n for n, marker in enumerate(markers) if marker in FRAMES), len(markers))
    if SOS not in markers[frame:] or not any(segments[frame].payload[3:5]):
        raise UnfitFileError(Unfit.BROKEN)


def _plain_jfif(one: Segment) -> Segment | None:
    """Version and density, without a thumbnail."""
    return Segment(APP0, one.payload[:12] + b"\0\0") if len(one.payload) >= 14 else None


def _turned(one: Segment) -> Segment | None:
    """An EXIF that says how the camera was held, and nothing else; none where that is upright or unreadable."""
    turn = orientation(one.payload[len(_EXIF) :])
    if turn == 1:
        return None
    entry = b"\x01\x12\0\x03\0\0\0\x01" + bytes((0, turn, 0, 0))
    return Segment(APP1, _EXIF + b"MM\0*\0\0\0\x08\0\x01" + entry + b"\0\0\0\0")


def orientation(tiff: bytes) -> int:
    """Tag 0x0112 of the first directory (EXIF 4.6.4), 1 to 8; 1 where there is none."""
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    first = number(4, 4)
    for n in range(min(number(first, 2), 64)):
        entry = first + 2 + 12 * n
        if (number(entry, 2), number(entry + 2, 2)) == (0x0112, 3):
            turn = number(entry + 8, 2)
            return turn if 1 <= turn <= 8 else 1
    return 1


def _adobe(one: Segment) -> bool:
    """Says which colour transform was used: without it colours are wrong."""
    return one.marker == APP14 and one.payload.startswith(_ADOBE) and len(one.payload) == 12


def _bytes(one: Segment) -> bytes:
    return bytes((0xFF, one.marker)) + (len(one.payload) + 2).to_bytes(2, "big") + one.payload + one.scan
