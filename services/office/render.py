"""A letter as PDF: typst with one template and one font, both from installed packages; nothing of the system's."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc
import typst
from fontTools.ttLib import TTCollection

from services.office.letter import Letter, in_words

FAMILY = "Noto Sans CJK SC"
FONT_FILE = Path(str(noto_cjk_sans_otc.FONT_PATH))
_TEMPLATE = files(__name__.rpartition(".")[0]).joinpath("letter.typ")
_LINE_ENDS = frozenset("\n")


class UndrawableError(ValueError):
    """Nobody's fault: the font lacks characters, and a letter with holes is none (GB 18030). Final for this font.

    Args:
        characters: how many different ones.
    """

    def __init__(self, characters: int) -> None:
        super().__init__(f"GB 18030: {characters} characters are not in the font {FAMILY}")
        self.characters = characters


def render(letter: Letter) -> bytes:
    """The PDF: same letter, same bytes, in every process. Raises UndrawableError."""
    given = json.dumps(_plain(letter), ensure_ascii=False, sort_keys=True)
    missing = {character for character in given if ord(character) not in _drawn()} - _LINE_ENDS
    if missing:
        raise UndrawableError(len(missing))
    return typst.compile(
        _source(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"letter": given},
        timestamp=0,
    )


def _plain(letter: Letter) -> dict[str, Any]:
    """What the template reads. Texts stay texts: nothing in them is markup."""
    frame = letter.frame
    return {
        "code": letter.code,
        "copy": f"{frame.copy:06d}" if frame.copy else "不编份号",
        "day": in_words(letter.signed_on),
        "digest": letter.digest,
        "kind": letter.kind,
        "marks": letter.marks,
        "number": letter.number,
        "officer": frame.officer,
        "recipient": frame.recipient,
        "seal": frame.sender.seal,
        "sections": [
            {"heading": one.heading, "paragraphs": one.paragraphs, "rows": one.rows} for one in letter.sections
        ],
        "sender": frame.sender.name,
        "title": letter.title,
    }


@cache
def _source() -> bytes:
    return _TEMPLATE.read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FILE.parent])


@cache
def _drawn() -> frozenset[int]:
    """Code points that the font has; without its glyph a character would vanish from the page."""
    with TTCollection(FONT_FILE, lazy=True) as collection:
        font = next(one for one in collection.fonts if one["name"].getDebugName(4) == FAMILY)
        return frozenset(font.getBestCmap())
