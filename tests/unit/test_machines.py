"""What the machines allow is what docs/machines.md shows: the page is what people agreed to, the tables follow it."""

from pathlib import Path

from services.vectors import pages

PAGE = Path(__file__).parents[2] / "docs" / "machines.md"


def test_every_row_status_word_and_end_is_as_the_page_says() -> None:
    assert pages.machines() == PAGE.read_text("utf-8")
