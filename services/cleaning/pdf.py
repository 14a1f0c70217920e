"""PDF (ISO 32000): taken as it is, for a signed document may not be changed; refused if it says that it acts.

A name is looked for in the whole file and in its object streams. That finds what a document plainly says; a document
made to deceive its reader may still hide something, so whoever opens one has a reader without scripts.
"""

import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress

from services.cleaning.errors import Unfit, UnfitFileError

MAGIC = b"%PDF-1."
ACTIVE = frozenset(
    {b"JavaScript", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia", b"SubmitForm", b"ImportData", b"GoToE"}
)
"""Scripts, programs, files within the file, forms that send."""
ENCRYPTED, OBJECTS = b"Encrypt", b"ObjStm"
MAX_INFLATED, MAX_STREAMS = 67_108_864, 10_000
"""Bytes and number of all object streams of a file."""
_NAME = re.compile(rb"/((?:[!-\"$&'*-.0-;=?-Z\\^-z|~\x80-\xff]|#[0-9A-Fa-f]{2}){5,40})(?=[\0\t\n\f\r ()<>\[\]{}/%]|$)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_HEAD = 4_096
"""Bytes before a stream in which its dictionary is looked for."""
_PIECE = 65_536
"""Bytes that are unpacked at once: what lies behind a stream is not copied for each of thousands."""
_SPACE = b"\0\t\n\f\r "


def clean(file: bytes) -> bytes:
    """The same bytes. Raises UnfitFileError."""
    if not file.rstrip(_SPACE).endswith(b"%%EOF"):
        raise UnfitFileError(Unfit.BROKEN)
    packed: list[int] = []
    for at, name in _names(file):
        _harmless(name)
        if name == OBJECTS:
            packed.append(at)
    for objects in _object_streams(file, packed):
        for _, name in _names(objects):
            _harmless(name)
    return file


def _harmless(name: bytes) -> None:
    if name == ENCRYPTED:
        raise UnfitFileError(Unfit.ENCRYPTED)
    if name in ACTIVE:
        raise UnfitFileError(Unfit.ACTIVE)


def _names(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Names of five characters and more as they are meant (7.3.5), and where they end."""
    for found in _NAME.finditer(data):
        yield found.end(), _ESCAPED.sub(lambda one: bytes((int(one[1], 16),)), found[1])


def _object_streams(file: bytes, named: list[int]) -> Iterator[bytes]:
    """Each object stream, inflated; ``named``: where dictionaries say so. Raises UnfitFileError: too many, too much."""
    starts = [found.end() for found in _STREAM.finditer(file)]
    chosen = {starts[n] for at in named if (n := bisect_left(starts, at)) < len(starts)}
    if len(chosen) > MAX_STREAMS:
        raise UnfitFileError(Unfit.OPAQUE)
    left, packed = MAX_INFLATED, len(file)  # streams that lie in each other are nobody's
    for start in sorted(chosen):
        objects, taken = _inflated(file, start, left)
        left, packed = left - len(objects), packed - taken
        if packed < 0:
            raise UnfitFileError(Unfit.OPAQUE)
        yield objects


def _inflated(file: bytes, start: int, most: int) -> tuple[bytes, int]:
    """What a stream holds, and from how many bytes; nothing of one that is not packed, for it was looked at already.

    Raises UnfitFileError: not to be unpacked, or its dictionary does not begin where it is looked for.
    """
    head = file[max(0, start - _HEAD) : start]
    begins = head.rfind(b"obj")
    said = [(at, name) for at, name in _names(head) if name.endswith(b"Decode") or b"Parms" in name]
    how = [name for at, name in said if at > begins]
    if begins < 0 or (said and how != [b"FlateDecode"]):
        raise UnfitFileError(Unfit.OPAQUE)
    if not said:
        return b"", 0
    unpack, objects, at = zlib.decompressobj(), b"", start
    with suppress(zlib.error):
        for at in range(start, len(file), _PIECE):
            objects += unpack.decompress(file[at : at + _PIECE], most + 1 - len(objects))
            if unpack.eof or len(objects) > most:
                break
    ends = min(at + _PIECE, len(file)) - len(unpack.unused_data)
    if not unpack.eof or len(objects) > most or file.find(b"endstream", start, ends) >= 0:
        raise UnfitFileError(Unfit.OPAQUE)
    return objects, ends - start
