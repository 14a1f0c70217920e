"""Files from outside (FIELDS 6.5): what they are their bytes say; pictures lose what does not draw them."""

import zlib
from hashlib import sha256
from typing import Any

import pytest

from contracts.vocabulary import AttachmentMedia
from services.cleaning import Unfit, UnfitFileError, cleaned, errors, media_of, pdf
from tests.support import files
from tests.support.files import (
    DRAWING,
    HEADER,
    JFIF,
    PIXEL,
    SCAN,
    SECRET,
    SIGN,
    TURNED,
    chunk,
    exif,
    jpeg,
    png,
    segment,
)

BARE, PLAIN = jpeg(), png()
THUMBNAIL = segment(0xE0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\x01\x01\xaa\xbb\xcc")
ADOBE = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")
DRAWS = [chunk(kind, b"\0\1\2") for kind in (b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs")]


def wide(size: bytes) -> bytes:
    """A PNG of that width and height, as its header says."""
    return PLAIN.replace(HEADER, chunk(b"IHDR", size + b"\x08\0\0\0\0"))


CLEANED: dict[str, tuple[bytes, bytes]] = {
    "a bare JPEG stays as it is": (BARE, BARE),
    "EXIF goes, and who took the picture with it": (jpeg(exif(1)), BARE),
    "how the camera was held stays, nothing else of EXIF": (jpeg(exif(6)), jpeg(TURNED)),
    "also where EXIF is written the other way round": (jpeg(exif(6, "II")), jpeg(TURNED)),
    "behind JFIF": (jpeg(JFIF, exif(6)), jpeg(JFIF, TURNED)),
    "an orientation that is none": (jpeg(exif(9)), BARE),
    "an EXIF of three bytes": (jpeg(segment(0xE1, b"Exif\0\0MM\0")), BARE),
    "an EXIF whose directory is nowhere": (jpeg(segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff")), BARE),
    "a second EXIF": (jpeg(exif(1), exif(6)), BARE),
    "a thumbnail in JFIF": (jpeg(THUMBNAIL), jpeg(JFIF)),
    "a JFIF too short to be one": (jpeg(segment(0xE0, b"JFIF\0\x01")), BARE),
    "a second JFIF, which may hold a thumbnail": (jpeg(JFIF, segment(0xE0, b"JFXX\0\x10thumbnail")), jpeg(JFIF)),
    "XMP, IPTC, a colour profile, a maker's segment": (
        jpeg(*(segment(0xE0 + n, b"x" * n + SECRET.encode()) for n in (1, 2, 3, 13, 15))),
        BARE,
    ),
    "a comment": (jpeg(segment(0xFE, SECRET.encode())), BARE),
    "the colour transform that Adobe's segment says": (jpeg(ADOBE), jpeg(ADOBE)),
    "an Adobe segment with more in it": (jpeg(segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01" + SECRET.encode())), BARE),
    "whatever follows the end of a JPEG, as an archive": (jpeg(tail=b"PK\x03\x04" + SECRET.encode()), BARE),
    "fill bytes before a marker": (BARE.replace(b"\xff\xdb", b"\xff\xff\xff\xdb"), BARE),
    "a second scan": (BARE[:-2] + SCAN + b"\xff\xd9", b"\xff\xd8" + DRAWING + SCAN + SCAN + b"\xff\xd9"),
    "a bare PNG stays as it is": (PLAIN, PLAIN),
    "text, time and EXIF of a PNG": (
        png(
            *(chunk(kind, SECRET.encode()) for kind in (b"tEXt", b"iTXt", b"zTXt", b"tIME", b"eXIf", b"iCCP", b"prVt"))
        ),
        PLAIN,
    ),
    "what draws a PNG": (png(*DRAWS), SIGN + HEADER + b"".join(DRAWS) + PIXEL + chunk(b"IEND")),
    "a PNG as wide as can be": (wide(b"\1\0\0\0\0\0\0\1"), wide(b"\1\0\0\0\0\0\0\1")),
    "a PNG as high as can be": (wide(b"\0\0\0\1\1\0\0\0"), wide(b"\0\0\0\1\1\0\0\0")),
    "the further pictures of an animated PNG": (png(chunk(b"acTL", b"\0" * 8), chunk(b"fdAT", b"\0\0\0\1x")), PLAIN),
    "whatever follows the end of a PNG": (png(tail=b"PK\x03\x04"), PLAIN),
    "a PDF is not changed, for it may be signed": (files.warrant(), files.warrant()),
    "a PDF with an object stream": (files.pdf(files.packed(b"1 0 << /Type /Page >>")),) * 2,
    "an object stream that is not packed": (files.pdf(files.packed(b"1 0 << /Type /Page >>", b"")),) * 2,
    "a PDF with a picture": (files.pdf(b"<< /Filter /DCTDecode >>\nstream\n%b\nendstream" % BARE),) * 2,
    "an object whose number stands in a line of its own": (
        files.pdf(files.packed(b"1 0 <<>>")).replace(b"3 0 obj", b"3 0\nobj"),
    )
    * 2,
    "an object stream that is named and is not there": (files.pdf(b"<< /Type /ObjStm >>"),) * 2,
    "a PDF with white space behind its end": (files.pdf() + b"\r\n\0", files.pdf() + b"\r\n\0"),
    "a PDF that merely speaks of scripts": (files.pdf(b"(JavaScript, Launch)"),) * 2,
    "a name that only begins like one of a script": (files.pdf(b"<< /JavaScriptless 1 >>"),) * 2,
}


def names(word: bytes) -> bytes:
    return files.pdf(b"<< /S /%b /N (x) >>" % word)


ACTIVE = ["JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "SubmitForm", "ImportData", "GoToE"]


def cut(file: bytes) -> bytes:
    return file[:-12]


NOISE = b"".join(sha256(b"%d" % number).hexdigest().encode() for number in range(6_000))
"""What does not pack into one piece of 64 KiB."""
CUT = files.packed(b"1 0 << /A (b) >>")[:-16]
REFUSED: dict[str, tuple[bytes, Unfit]] = {
    "nothing": (b"", Unfit.MEDIA),
    "an archive": (b"PK\x03\x04" + b"\0" * 99, Unfit.MEDIA),
    "an office file with macros": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, Unfit.MEDIA),
    "a GIF": (b"GIF89a" + b"\0" * 99, Unfit.MEDIA),
    "a program": (b"\x7fELF" + b"\0" * 99, Unfit.MEDIA),
    "a PDF behind other bytes": (b"x" + files.warrant(), Unfit.MEDIA),
    "a JPEG of three bytes": (b"\xff\xd8\xff", Unfit.BROKEN),
    "a JPEG that is cut off": (cut(BARE), Unfit.BROKEN),
    "a JPEG without a scan": (b"\xff\xd8" + DRAWING + b"\xff\xd9", Unfit.BROKEN),
    "a JPEG without a frame": (b"\xff\xd8" + SCAN + b"\xff\xd9", Unfit.BROKEN),
    "a JPEG without width": (BARE.replace(b"\x08\0\1\0\2", b"\x08\0\1\0\0"), Unfit.BROKEN),
    "a JPEG whose scan comes before its frame": (b"\xff\xd8" + SCAN + DRAWING + b"\xff\xd9", Unfit.BROKEN),
    "a JPEG with a second beginning": (jpeg(b"\xff\xd8"), Unfit.BROKEN),
    "a JPEG with bytes between segments": (jpeg(JFIF + b"x"), Unfit.BROKEN),
    "a segment longer than the file": (jpeg(b"\xff\xfe\xff\xff"), Unfit.BROKEN),
    "a segment of length 1": (jpeg(b"\xff\xfe\0\1"), Unfit.BROKEN),
    "a JPEG of very many segments": (jpeg(segment(0xFE, b"") * errors.MAX_PARTS), Unfit.BROKEN),
    "a PNG that is cut off": (cut(PLAIN), Unfit.BROKEN),
    "a PNG without its header": (SIGN + PIXEL + chunk(b"IEND"), Unfit.BROKEN),
    "a PNG without a picture": (SIGN + HEADER + chunk(b"IEND"), Unfit.BROKEN),
    "a PNG without width": (wide(b"\0\0\0\0\1\1\1\1"), Unfit.BROKEN),
    "a PNG without height": (wide(b"\1\1\1\1\0\0\0\0"), Unfit.BROKEN),
    "a PNG with a chunk before its header": (SIGN + chunk(b"tEXt", b"x" * 13) + PLAIN[8:], Unfit.BROKEN),
    "a PNG whose chunk says that it is longer": (
        SIGN + HEADER + b"\0\0\0\xff" + chunk(b"tEXt", b"x" * 9)[4:],
        Unfit.BROKEN,
    ),
    "a PNG with a changed pixel": (PLAIN.replace(PIXEL[8:10], b"xx"), Unfit.BROKEN),
    "a PNG whose header is short": (PLAIN.replace(HEADER, chunk(b"IHDR", b"\0\0\0\1\0\0\0\1")), Unfit.BROKEN),
    "a PNG with a changed byte": (PLAIN.replace(b"IDAT", b"IDAU"), Unfit.BROKEN),
    "a chunk that every reader must know, and nobody does": (png(chunk(b"EVIL", b"x")), Unfit.BROKEN),
    "a PNG of very many chunks": (png(chunk(b"tEXt") * errors.MAX_PARTS), Unfit.BROKEN),
    "a PDF that is cut off": (cut(files.warrant()), Unfit.BROKEN),
    "a PDF with a letter behind it": (files.warrant() + b"X", Unfit.BROKEN),
    "a PDF with an archive behind it": (files.warrant() + b"PK\x05\x06", Unfit.BROKEN),
    **{f"a PDF with {word}": (names(word.encode()), Unfit.ACTIVE) for word in ACTIVE},
    "a script whose name is written with escapes": (names(b"J#61v#61Script"), Unfit.ACTIVE),
    "a script in an object stream": (files.pdf(files.packed(b"1 0 << /S /JavaScript >>")), Unfit.ACTIVE),
    "a script in an object stream with an escaped name": (
        files.pdf(files.packed(b"1 0 << /S /JavaScript >>").replace(b"/ObjStm", b"/Obj#53tm")),
        Unfit.ACTIVE,
    ),
    "a script in the second of two object streams": (
        files.pdf(files.packed(b"1 0 <<>>"), files.packed(b"1 0 << /S /Launch >>")),
        Unfit.ACTIVE,
    ),
    "an encrypted PDF": (files.pdf(b"<< /Encrypt 9 0 R >>"), Unfit.ENCRYPTED),
    "an object stream packed twice": (
        files.pdf(files.packed(b"x", b"/Filter [/FlateDecode /FlateDecode]")),
        Unfit.OPAQUE,
    ),
    "an object stream with a predictor": (
        files.pdf(files.packed(b"x", b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>")),
        Unfit.OPAQUE,
    ),
    "an object stream packed otherwise": (files.pdf(files.packed(b"x", b"/Filter /LZWDecode")), Unfit.OPAQUE),
    "an object stream that is not what it says": (
        files.pdf(files.packed(b"x").replace(b"\nstream\n", b"\nstream\nnot packed")),
        Unfit.OPAQUE,
    ),
    "an object stream that is cut off": (
        files.pdf(CUT + b"\nendstream"),
        Unfit.OPAQUE,
    ),
    "a script behind more than is unpacked at once": (
        files.pdf(files.packed(NOISE + b" 1 0 << /S /JavaScript >>")),
        Unfit.ACTIVE,
    ),
    "an object stream that never ends": (files.pdf(CUT), Unfit.OPAQUE),
    "an object stream whose dictionary begins too far away": (
        files.pdf(files.packed(b"1 0 << /S /JavaScript >>", b"/Filter /FlateDecode" + b" " * 4_096)),
        Unfit.OPAQUE,
    ),
    "an object stream that seems to be another object": (
        files.pdf(files.packed(b"1 0 << /S /JavaScript >>", b"/Filter /FlateDecode /Title (9 0 obj)")),
        Unfit.OPAQUE,
    ),
    "an object stream that is not packed, right behind one that is": (
        files.pdf(files.packed(b"1 0 <<>>"), files.packed(b"1 0 <<>>", b"")),
        Unfit.OPAQUE,
    ),
    "an object stream that seems to end before it does": (
        files.pdf(files.packed(b"1 0 (endstream)", level=0)),
        Unfit.OPAQUE,
    ),
}


@pytest.mark.parametrize("name", CLEANED)
def test_what_draws_the_picture_stays_byte_for_byte(name: str) -> None:
    file, expected = CLEANED[name]
    assert cleaned(file) == (media_of(file), expected)
    assert SECRET.encode() not in expected


@pytest.mark.parametrize("name", CLEANED)
def test_what_is_clean_stays_so(name: str) -> None:
    once = cleaned(CLEANED[name][0])
    assert cleaned(once.file) == once


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken_says_why(name: str) -> None:
    file, reason = REFUSED[name]
    with pytest.raises(UnfitFileError) as refused:
        cleaned(file)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("file", "media"), [(BARE, AttachmentMedia.JPG), (PLAIN, AttachmentMedia.PNG), (files.pdf(), AttachmentMedia.PDF)]
)
def test_magic_bytes_say_what_it_is(file: bytes, media: AttachmentMedia) -> None:
    assert cleaned(file).media is media


def test_object_streams_are_inflated_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a few kilobytes may hold gigabytes."""
    bomb = files.pdf(files.packed(b"0" * 100_000), files.packed(b"0" * 100_000))
    assert cleaned(bomb).file == bomb
    monkeypatch.setattr(pdf, "MAX_INFLATED", 200_000)
    assert cleaned(bomb).file == bomb
    for most in (99_999, 100_000, 199_999):
        monkeypatch.setattr(pdf, "MAX_INFLATED", most)
        with pytest.raises(UnfitFileError) as refused:
            cleaned(bomb)
        assert refused.value.reason is Unfit.OPAQUE


def test_object_streams_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    two = files.pdf(files.packed(b"1"), files.packed(b"2"))
    monkeypatch.setattr(pdf, "MAX_STREAMS", 2)
    assert cleaned(two).file == two
    monkeypatch.setattr(pdf, "MAX_STREAMS", 1)
    with pytest.raises(UnfitFileError) as refused:
        cleaned(two)
    assert refused.value.reason is Unfit.OPAQUE


@pytest.mark.parametrize("how", [b"", b"/Filter /FlateDecode"])
@pytest.mark.parametrize(("before", "taken"), [(4_095, True), (4_096, True), (4_097, False)])
def test_a_dictionary_begins_at_most_4_kib_before_its_stream(how: bytes, before: int, taken: bool) -> None:
    """Where it does not it may say anything."""
    plain = files.packed(b"1 0 <<>>", how)
    spaces = before - len(b"obj\n") - plain.index(b"stream\n") - len(b"stream\n")
    file = files.pdf(plain.replace(b"<< ", b"<< " + b" " * spaces, 1))
    assert file.index(b"stream\n") + len(b"stream\n") - file.index(b"obj", file.index(b"3 0 obj")) == before
    if taken:
        assert cleaned(file).file == file
    else:
        with pytest.raises(UnfitFileError) as refused:
            cleaned(file)
        assert refused.value.reason is Unfit.OPAQUE


@pytest.mark.parametrize("piece", range(1, 24))
def test_an_object_stream_is_unpacked_piece_by_piece(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    """Up to the last byte of the last piece, and not a byte more than may be."""
    file = files.pdf(files.packed(b"1", b""), files.packed(b"0" * 1_000))
    monkeypatch.setattr(pdf, "_PIECE", piece)
    monkeypatch.setattr(pdf, "MAX_INFLATED", 1_000)
    assert cleaned(file).file == file
    monkeypatch.setattr(pdf, "MAX_INFLATED", 999)
    with pytest.raises(UnfitFileError):
        cleaned(file)


class Counted(bytes):
    """Counts the bytes that are taken out of it."""

    taken = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        Counted.taken += len(found) if isinstance(key, slice) else 1
        return found


def test_what_is_too_much_is_unpacked_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Counted(files.pdf(files.packed(NOISE)))
    monkeypatch.setattr(pdf, "MAX_INFLATED", 10)
    monkeypatch.setattr(Counted, "taken", 0)
    with pytest.raises(UnfitFileError):
        cleaned(file)
    assert 0 < Counted.taken < len(file) / 2


def test_how_much_is_unpacked() -> None:
    """64 MiB of ten thousand streams, which no document of an office comes near."""
    assert (pdf.MAX_INFLATED, pdf.MAX_STREAMS) == (64 * 1_024**2, 10_000)


def test_what_lies_behind_a_stream_is_not_gone_through_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred in a file of 20 MB held the process for 20 s."""
    endless = files.packed(b"1").removesuffix(b"\nendstream")
    monkeypatch.setattr(Counted, "taken", 0)
    file = Counted(files.pdf(*[endless] * 20, b"0" * 4_000_000 + b"\nendstream"))
    assert cleaned(file).file == file
    assert 0 < Counted.taken < 4_000_000


def test_streams_that_lie_in_each_other_are_not_unpacked_again_and_again() -> None:
    """Each begins with empty blocks and goes on into the next: together they would be the file many times over."""
    inner = b""
    for _ in range(40):
        inner = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length 9 >>\nstream\n" + _stored(
            b"1 0 obj " + inner
        )
    with pytest.raises(UnfitFileError) as refused:
        cleaned(files.pdf(inner + b"\nendstream"))
    assert refused.value.reason is Unfit.OPAQUE


def _stored(words: bytes) -> bytes:
    """Packed without packing: what is in it can be read as it stands."""
    return zlib.compress(words, 0)
