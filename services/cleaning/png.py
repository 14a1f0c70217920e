"""PNG (ISO/IEC 15948): the chunks that draw the picture stay, byte for byte; text, EXIF, times, profiles go."""

from collections.abc import Iterator
from zlib import crc32

from services.cleaning.errors import MAX_PARTS, Unfit, UnfitFileError, at_most

MAGIC = b"\x89PNG\r\n\x1a\n"
KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"})
CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_FRAME = 12
"""Bytes of length, type and checksum."""


def clean(file: bytes) -> bytes:
    """The picture alone, without what follows its end. Raises UnfitFileError."""
    chunks = at_most(MAX_PARTS, _chunks(file))
    types = [kind for kind, _ in chunks]
    header = chunks[0][1]
    drawn = types[0] == b"IHDR" and len(header) == 13 + _FRAME and any(header[8:12]) and any(header[12:16])
    if not drawn or b"IDAT" not in types:
        raise UnfitFileError(Unfit.BROKEN)
    return MAGIC + b"".join(chunk for kind, chunk in chunks if kind in KEPT)


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(type, whole chunk) up to the end. Raises UnfitFileError: cut off, changed, or unknown and needed."""
    at = len(MAGIC)
    while True:
        end = at + _FRAME + int.from_bytes(file[at : at + 4], "big")
        chunk, kind = file[at:end], file[at + 4 : at + 8]
        if end > len(file) or crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise UnfitFileError(Unfit.BROKEN)
        if kind not in CRITICAL and not kind[0] & 0x20:
            raise UnfitFileError(Unfit.BROKEN)
        yield kind, chunk
        if kind == b"IEND":
            return
        at = end
