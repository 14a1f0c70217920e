"""A letter with tables as a workbook: the same sections, row by row, in one sheet. Same letter, same bytes."""

from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

from services.office.letter import Letter, in_words

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
"""Of the file, which knows no other time; when the report was signed stands in it."""
WIDTHS = (34, 14, 14, 14, 14, 14, 16, 14)


def workbook(letter: Letter) -> bytes:
    """The xlsx. Texts are texts: a cell that begins with = is no formula."""
    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"title": letter.title, "created": EPOCH})
        sheet, bold = book.add_worksheet(letter.kind), book.add_format({"bold": True})
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        for place, (row, strong) in enumerate(_rows(letter)):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell, bold if strong else None)
    return written.getvalue()


def _rows(letter: Letter) -> list[tuple[tuple[str, ...], bool]]:
    """Cells of every row, and whether it is a heading."""
    frame = letter.frame
    rows: list[tuple[tuple[str, ...], bool]] = [((letter.title,), True), ((frame.sender.name, letter.number), False)]
    for section in letter.sections:
        rows.append(((section.heading,), True))
        rows.extend(((paragraph,), False) for paragraph in section.paragraphs)
        rows.extend((row, no == 0) for no, row in enumerate(section.rows))
    rows.append(((in_words(letter.signed_on), f"验证码 {letter.code}"), False))
    rows.append(((letter.digest,), False))
    return rows
