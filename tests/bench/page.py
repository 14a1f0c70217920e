"""Puts the figures of a run into the pages that show them, between two comments."""

from pathlib import Path

from tests.bench.machine import Machine
from tests.bench.stats import Line
from tests.bench.text import described, markdown

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "docs" / "bench.md")
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def placed(page: str, block: str) -> str:
    """The page with the block between its comments. Raises ValueError: it has not both."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for figures")
    return f"{before}{BEGIN}\n{block}\n{END}{after}"


def write(where: Machine, found: list[Line]) -> None:
    """Into README and docs/bench.md. Raises ValueError."""
    block = "\n".join(["\n".join(described(where)), "", *markdown(found)])
    pages = {path: placed(path.read_text("utf-8"), block) for path in PAGES}
    for path, text in pages.items():
        path.write_text(text, "utf-8")
