"""Small invented files, built by hand: pictures and documents with and without what has to go."""

import zlib
from hashlib import sha256

SECRET = "示例拍摄者"
"""Stands in the metadata of pictures; may stand nowhere after cleaning."""
WARRANT = "示例搜查证：示例处所"
"""Stands in the PDF of ``warrant``."""
DRAWING = b"\xff\xdb\x00\x04\x00\x01\xff\xc4\x00\x04\x00\x02\xff\xc0\x00\x0b\x08\x00\x01\x00\x02\x01\x01\x11\x00"
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
"""One scan, with a stuffed byte and a restart in it."""
JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x00\x00"


def segment(marker: int, payload: bytes) -> bytes:
    """Of a JPEG."""
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def jpeg(*more: bytes, tail: bytes = b"") -> bytes:
    """A picture of 2 x 1, with more segments in front and bytes behind its end."""
    return b"\xff\xd8" + b"".join(more) + DRAWING + SCAN + b"\xff\xd9" + tail


def exif(turn: int, order: str = "MM", words: str = SECRET) -> bytes:
    """An APP1 that says how the camera was held, and who held it."""
    way = "big" if order == "MM" else "little"

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "little" if way == "little" else "big")

    artist = words.encode()
    entries = [number(0x0112, 2) + number(3, 2) + number(1, 4) + number(turn, 2) + b"\0\0"]
    entries.append(number(0x013B, 2) + number(2, 2) + number(len(artist), 4) + number(38, 4))
    tiff = order.encode() + number(42, 2) + number(8, 4) + number(2, 2) + b"".join(entries) + number(0, 4) + artist
    return segment(0xE1, b"Exif\0\0" + tiff)


TURNED = segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")
"""All that is left of an EXIF: held on its side (6)."""


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """Of a PNG."""
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


HEADER = chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0")
PIXEL = chunk(b"IDAT", zlib.compress(b"\0\x7f"))
SIGN = b"\x89PNG\r\n\x1a\n"


def png(*more: bytes, tail: bytes = b"") -> bytes:
    """A picture of 1 x 1, with more chunks behind its header and bytes behind its end."""
    return SIGN + HEADER + b"".join(more) + PIXEL + chunk(b"IEND") + tail


def pdf(*objects: bytes) -> bytes:
    """A document whose further objects are these; readers find them without a table."""
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>", *objects]
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (n, part) for n, part in enumerate(parts, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def packed(words: bytes, more: bytes = b"/Filter /FlateDecode", level: int = 9) -> bytes:
    """An object stream."""
    data = zlib.compress(words, level) if b"Flate" in more else words
    return b"<< /Type /ObjStm /N 1 /First 4 %b /Length %d >>\nstream\n%b\nendstream" % (more, len(data), data)


def warrant(size: int = 0) -> bytes:
    """An invented 搜查证 as PDF, in clear; ``size``: with a stream of that many bytes that cannot be packed."""
    noise, block = b"", sha256(b"noise").digest()
    while len(noise) < size:
        block = sha256(block).digest()
        noise += block.hex().encode()
    held = b"<< /Title (%b) >>" % WARRANT.encode()
    return pdf(held, b"<< /Length %d >>\nstream\n%b\nendstream" % (len(noise), noise))
