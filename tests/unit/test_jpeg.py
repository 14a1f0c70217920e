"""ITU-T T.81 Annex B, marker by marker and border by border; EXIF 4.6.4: how the camera was held."""

import struct

import pytest

from services.cleaning import Unfit, UnfitFileError, cleaned
from services.cleaning.jpeg import orientation
from tests.support.files import DRAWING, JFIF, SCAN, jpeg, segment

BEGIN, END = b"\xff\xd8", b"\xff\xd9"
TABLES, SIZE = DRAWING[:12], b"\x08\0\1\0\2\1\1\x11\0"
"""Quantization and Huffman tables; what a frame says of a picture of 2 x 1."""
FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
DRAW = FRAMES | {0xC4, 0xCC, 0xDB, 0xDC, 0xDD}
SAY = {0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEE, 0xEF, 0xFE}
SCANS = 0xDA


def refused(file: bytes) -> bool:
    try:
        cleaned(file)
    except UnfitFileError as error:
        return error.reason is Unfit.BROKEN
    return False


def picture(frame: int = 0xC0, size: bytes = SIZE, scan: bytes = SCAN) -> bytes:
    return BEGIN + TABLES + segment(frame, size) + scan + END


@pytest.mark.parametrize("marker", sorted(set(range(0x100)) - {SCANS}), ids=hex)
def test_a_segment_draws_or_says_or_has_no_place(marker: int) -> None:
    more = segment(marker, SIZE)
    if marker in DRAW:
        assert cleaned(jpeg(more)).file == jpeg(more)
    elif marker in SAY:
        assert cleaned(jpeg(more)).file == jpeg()
    else:
        assert refused(jpeg(more))


@pytest.mark.parametrize("marker", sorted(DRAW | SAY), ids=hex)
def test_a_picture_begins_with_a_frame(marker: int) -> None:
    file = picture(marker)
    if marker in FRAMES:
        assert cleaned(file).file == file
    else:
        assert refused(file)


SIZES: dict[str, tuple[bytes, bool]] = {
    "as wide as a byte says": (b"\x08\0\1\0\1", True),
    "as wide as the other says": (b"\x08\0\1\1\0", True),
    "of no width": (b"\x08\0\1\0\0\1", False),
    "whose height a later segment says": (b"\x08\0\0\0\1", True),
    "that says no size": (b"\x08\0\1", False),
}


@pytest.mark.parametrize(("size", "taken"), SIZES.values(), ids=SIZES)
def test_a_frame_has_a_width(size: bytes, taken: bool) -> None:
    assert refused(picture(size=size)) is not taken


INSIDE = [b"\xff\0", *(bytes((0xFF, 0xD0 + n)) for n in range(8)), b"\xff\xff\0", b"\xff\xff\xd3"]


@pytest.mark.parametrize("data", INSIDE, ids=bytes.hex)
def test_stuffing_and_restarts_are_of_the_scan(data: bytes) -> None:
    file = picture(scan=SCAN + data + b"\x12")
    assert cleaned(file).file == file


@pytest.mark.parametrize("marker", sorted({*range(1, 0xD0), *range(0xD8, 0xFF)} - {SCANS, 0xD9}), ids=hex)
def test_any_other_marker_ends_the_scan(marker: int) -> None:
    """A segment behind it is looked at for itself."""
    more = segment(marker, b"xyz")
    file = picture(scan=SCAN + more)
    if marker in DRAW:
        assert cleaned(file).file == file
    elif marker in SAY:
        assert cleaned(file).file == picture()
    else:
        assert refused(file)


def test_fill_bytes_before_a_marker_are_none_of_the_scan() -> None:
    assert cleaned(picture(scan=SCAN + b"\xff\xff")).file == picture(scan=SCAN + b"\xff\xff")
    assert refused(BEGIN + TABLES + b"\xff")
    assert refused(BEGIN + TABLES + b"\xff\xff\xff")


def test_a_picture_that_is_cut_anywhere_is_none() -> None:
    whole = picture()
    assert [end for end in range(3, len(whole)) if not refused(whole[:end])] == []


def test_what_lies_between_segments_is_no_marker() -> None:
    assert refused(jpeg(JFIF + b"\xfe\0\2"))


def test_a_segment_is_as_long_as_it_says() -> None:
    assert cleaned(jpeg(b"\xff\xfe\0\2")).file == jpeg()
    assert refused(jpeg(b"\xff\xfe\0\1"))
    assert refused(BEGIN + segment(0xC0, SIZE) + b"\xff\xda\0\4x")
    for says in (b"\0\0", b"\0\1"):
        assert refused(picture(scan=b"\xff\xda" + says + SCAN[4:]))
    for length in (0x0102, 0xFFFF):
        assert cleaned(jpeg(segment(0xFE, bytes(length - 2)))).file == jpeg()


JFIFS = {
    "as short as can be": (JFIF[4:], JFIF),
    "a byte shorter": (JFIF[4:-1], b""),
    "with a thumbnail": (JFIF[4:-2] + b"\1\1\xaa\xbb\xcc", JFIF),
    "another's segment that lies in its place": (b"JFXX\0" + bytes(20), b""),
}


@pytest.mark.parametrize(("payload", "left"), JFIFS.values(), ids=JFIFS)
def test_of_jfif_version_and_density_stay(payload: bytes, left: bytes) -> None:
    assert cleaned(jpeg(segment(0xE0, payload))).file == jpeg(*filter(None, [left]))


def test_one_jfif_stays_and_only_of_its_own_segment() -> None:
    assert cleaned(jpeg(JFIF, JFIF)).file == jpeg(JFIF)
    assert cleaned(jpeg(segment(0xE3, JFIF[4:]))).file == jpeg()


ADOBE = b"Adobe\0\x64\0\0\0\0\x01"


@pytest.mark.parametrize(
    ("marker", "payload", "stays"),
    [
        (0xEE, ADOBE, True),
        (0xEE, ADOBE[:-1], False),
        (0xEE, ADOBE + b"\0", False),
        (0xEE, b"Other" + ADOBE[5:], False),
        (0xED, ADOBE, False),
    ],
)
def test_of_adobes_segments_the_one_of_the_colours_stays(marker: int, payload: bytes, stays: bool) -> None:
    file = jpeg(segment(marker, payload))
    assert cleaned(file).file == (file if stays else jpeg())


def tiff(*entries: tuple[int, int, int], order: str = ">", first: int = 8, count: int | None = None) -> bytes:
    """An EXIF whose first directory has these entries: tag, type, value of two bytes."""
    sign = {">": b"MM\0*", "<": b"II*\0"}[order]
    said = b"".join(struct.pack(f"{order}HHIHH", tag, kind, 1, value, 0) for tag, kind, value in entries)
    number = len(entries) if count is None else count
    return sign + struct.pack(f"{order}I", first) + bytes(first - 8) + struct.pack(f"{order}H", number) + said


TURN, SHORT = 0x0112, 3
OTHER = (0x010F, 2, 7)
HELD: dict[str, tuple[bytes, int]] = {
    **{f"turned {n}": (tiff((TURN, SHORT, n)), n) for n in range(1, 9)},
    "turned 0": (tiff((TURN, SHORT, 0)), 1),
    "turned 9": (tiff((TURN, SHORT, 9)), 1),
    "turned 0x0600, read the wrong way": (tiff((TURN, SHORT, 0x0600)), 1),
    "little endian": (tiff((TURN, SHORT, 6), order="<"), 6),
    "no order: big endian": (b"XX" + tiff((TURN, SHORT, 6))[2:], 6),
    "behind another entry": (tiff(OTHER, OTHER, (TURN, SHORT, 3)), 3),
    "the first of two": (tiff((TURN, SHORT, 3), (TURN, SHORT, 6)), 3),
    "the first of two, though it is none": (tiff((TURN, SHORT, 9), (TURN, SHORT, 6)), 1),
    "of another type": (tiff((TURN, 4, 6)), 1),
    "of another tag": (tiff((TURN + 1, SHORT, 6)), 1),
    "the 64th entry": (tiff(*[OTHER] * 63, (TURN, SHORT, 6)), 6),
    "the 65th entry, which nobody reads": (tiff(*[OTHER] * 64, (TURN, SHORT, 6)), 1),
    "behind the number of entries": (tiff(OTHER, (TURN, SHORT, 6), count=1), 1),
    "a directory further on": (tiff((TURN, SHORT, 8), first=300), 8),
    "a directory beyond 64 KiB": (tiff((TURN, SHORT, 8), first=0x01_0008), 8),
    "more than 255 entries are said": (tiff((TURN, SHORT, 8), count=256), 8),
    "nothing": (b"", 1),
}


@pytest.mark.parametrize(("exif", "turn"), HELD.values(), ids=HELD)
def test_how_the_camera_was_held(exif: bytes, turn: int) -> None:
    assert orientation(exif) == turn


@pytest.mark.parametrize("turn", range(1, 9))
def test_nothing_of_exif_stays_but_that(turn: int) -> None:
    said = cleaned(jpeg(segment(0xE1, b"Exif\0\0" + tiff(OTHER, (TURN, SHORT, turn), order="<")))).file
    upright = turn == 1
    expected = segment(0xE1, b"Exif\0\0" + tiff((TURN, SHORT, turn)) + bytes(4))
    assert said == (jpeg() if upright else jpeg(expected))


def test_exif_is_what_its_segment_calls_so() -> None:
    held = tiff((TURN, SHORT, 6))
    for marker, name in ((0xE1, b"Exif\0\1"), (0xE2, b"Exif\0\0")):
        assert cleaned(jpeg(segment(marker, name + held))).file == jpeg()
