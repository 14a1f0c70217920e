"""The benchmark's arithmetic; its figures are never a test."""

from pathlib import Path

import pytest

from tests.bench.page import BEGIN, END, PAGES, placed
from tests.bench.stats import Spread, interleaved, lines, paired, percentile
from tests.bench.text import markdown


@pytest.mark.parametrize(
    ("samples", "percent", "expected"),
    [([7.0], 99, 7.0), ([1.0, 2.0, 3.0, 4.0], 50, 2.0), ([4.0, 1.0, 3.0, 2.0], 51, 3.0), ([1.0, 2.0], 99, 2.0)],
    ids=["of one sample it is that", "half need not exceed it", "samples need no order", "the worst of a few"],
)
def test_a_percentile_is_a_sample_by_nearest_rank(samples: list[float], percent: float, expected: float) -> None:
    assert percentile(samples, percent) == expected


def test_no_sample_gives_no_figure() -> None:
    with pytest.raises(ValueError, match="sample"):
        percentile([], 50)
    with pytest.raises(ValueError, match="sample"):
        Spread.of([])


def test_a_ratio_is_taken_round_by_round_so_a_slow_round_of_both_changes_nothing() -> None:
    assert paired([10.0, 1.0, 10.0], [20.0, 2.0, 20.0]) == 0.5
    with pytest.raises(ValueError, match=r"shorter|longer"):
        paired([1.0], [])


def test_every_measure_runs_once_a_round_and_none_is_always_first() -> None:
    order: list[str] = []

    def measure(name: str) -> float:
        order.append(name)
        return float(len(order))

    samples = interleaved({"a": lambda: measure("a"), "b": lambda: measure("b")}, 2)
    assert order == ["a", "b", "b", "a"]
    assert samples == {"a": [1.0, 4.0], "b": [2.0, 3.0]}


def test_a_figure_stands_beside_each_of_its_floors() -> None:
    found = lines("appends", "/s", [2.0, 4.0, 3.0], {"bare": [4.0, 8.0, 6.0], "stock": [1.0, 2.0, 1.5]})
    assert [(line.floor_name, line.ratio) for line in found] == [("bare", 0.5), ("stock", 2.0)]
    assert found[0].ours == Spread(3.0, 2.0, 4.0)


def test_a_table_has_a_row_a_figure_with_its_goal() -> None:
    found = lines("appends", "/s", [250.0, 400.0], {"bare": [500.0, 800.0]}, {"bare": "≥ 0.6"})
    assert markdown(found)[2:] == ["| appends | /s | 325 (250-400) | bare | 650 (500-800) | 0.50 | ≥ 0.6 |"]


def test_figures_go_where_a_page_has_room_for_them_and_nothing_else_changes() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert placed(page, "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    with pytest.raises(ValueError, match="no place"):
        placed("a page without", "new")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_pages_that_show_figures_have_room_for_them(path: Path) -> None:
    assert placed(path.read_text("utf-8"), "") != path.read_text("utf-8")
