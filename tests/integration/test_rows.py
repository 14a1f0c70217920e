"""L11 on a real PostgreSQL: rows and positions move together, a view is folded again beside the live one."""

import threading
from collections.abc import Iterator

import psycopg
import pytest

from contracts.refusals import NotYet
from services.cli.against import _fingerprint
from services.storage.rows import _PAGE, LAST, Place, PositionError, Rows
from services.views.cases import CASES
from tests.support.storage import at_once, prepared

VIEW, TOPIC = "leads", "duikou.trust.1"


@pytest.fixture
def url(database: str) -> str:
    return prepared(database)


@pytest.fixture
def rows(url: str) -> Iterator[Rows]:
    rows = Rows(url)
    yield rows
    rows.close()


def test_rows_and_position_come_together_or_not_at_all(rows: Rows) -> None:
    live = rows.generation(VIEW, 1)
    rows.commit(TOPIC, -1, 3, {Place(VIEW, live): {"a": {"status": "受理", "count": 1}, "b": {}}})
    with pytest.raises(PositionError):
        rows.commit(TOPIC, 2, 5, {Place(VIEW, live): {"a": {"status": "wrong"}}})
    rows.commit(TOPIC, 3, 5, {Place(VIEW, live): {"a": {"status": "反馈", "count": 2}}})
    assert rows.read(VIEW, "a") == {"status": "反馈", "count": 2}
    here = Place(VIEW, live)
    assert rows.held({here: ["a", "b", "c"]}) == {here: {"a": {"status": "反馈", "count": 2}, "b": {}}}
    assert rows.read(VIEW, "c") is rows.read("other", "a") is None
    assert rows.positions(VIEW) == rows.positions(VIEW, live) == {TOPIC: 5}
    assert (rows.cut(VIEW).version, rows.cut("other").version) == (1, 0)


def test_views_that_stand_together_move_together_or_not_at_all(rows: Rows) -> None:
    """One is not where the others are: nothing is written for any of them."""
    here, there = rows.places({VIEW: 1, "other": 1}, {})
    assert rows.places({"other": 1, VIEW: 1}, {VIEW: (1, here.generation)}) == [there, here]
    assert rows.places({"third": 2}, {"third": (1, 99)}) != [Place("third", 99)]
    assert rows.places({VIEW: 1}, {VIEW: (1, 9)}) == [Place(VIEW, 9)]
    rows.commit(TOPIC, -1, 3, {here: {"a": {"n": 1}}, there: {}})
    rows.commit(TOPIC, 3, 4, {there: {"a": {"n": 2}}})
    with pytest.raises(PositionError):
        rows.commit(TOPIC, 3, 5, {here: {"a": {"n": 3}}, there: {"a": {"n": 3}}})
    with pytest.raises(PositionError):
        rows.commit(TOPIC, -1, 5, {here: {"a": {"n": 3}}, Place("third", 9): {}})
    assert rows.held({here: ["a", "b"], there: ["a"]}) == {here: {"a": {"n": 1}}, there: {"a": {"n": 2}}}
    assert (rows.positions(VIEW), rows.positions("other"), rows.positions("third", 9)) == ({TOPIC: 3}, {TOPIC: 4}, {})


def test_a_position_only_goes_up_even_without_rows(rows: Rows) -> None:
    live = rows.generation(VIEW, 1)
    rows.commit(TOPIC, -1, 3, {Place(VIEW, live): {}})
    for before, offset in ((3, 3), (3, 2), (-1, -1)):
        with pytest.raises(ValueError, match="up"):
            rows.commit(TOPIC, before, offset, {Place(VIEW, live): {"a": {}}})
    assert rows.positions(VIEW) == {TOPIC: 3}
    assert list(rows.all(VIEW)) == []


def test_of_projectors_that_race_one_commits(rows: Rows) -> None:
    live = rows.generation(VIEW, 1)

    def one(place: int) -> list[int]:
        won = []
        for before in range(-1, 9):
            try:
                rows.commit(TOPIC, before, before + 1, {Place(VIEW, live): {str(before + 1): {"by": place}}})
                won.append(before + 1)
            except PositionError:
                continue
        return won

    won = at_once(4, one)
    assert sorted(offset for mine in won for offset in mine) == list(
        range(max(max(mine, default=-1) for mine in won) + 1)
    )
    assert {key: row["by"] for key, row in rows.all(VIEW)} == {
        str(offset): place for place, mine in enumerate(won) for offset in mine
    }


def test_a_rebuild_grows_beside_the_live_rows_and_takes_their_place_at_once(rows: Rows) -> None:
    live = rows.generation(VIEW, 1)
    rows.commit(TOPIC, -1, 1, {Place(VIEW, live): {"old": {"n": 1}, "both": {"n": 1}}})
    beside, another = rows.begin(VIEW), rows.begin(VIEW)
    assert len({live, beside, another}) == 3
    rows.commit(TOPIC, -1, 1, {Place(VIEW, beside): {"both": {"n": 2}}})
    assert rows.read(VIEW, "both") == {"n": 1}
    old, new = Place(VIEW, live), Place(VIEW, beside)
    assert rows.held({new: ["old", "both"]}) == {new: {"both": {"n": 2}}}
    rows.swap(VIEW, 1, beside)
    assert list(rows.all(VIEW)) == [("both", {"n": 2})]
    assert rows.generation(VIEW, 1) == beside
    assert rows.positions(VIEW, live) == {}
    assert rows.held({old: ["old", "both"]}) == {old: {}}
    with pytest.raises(PositionError):
        rows.commit(TOPIC, 1, 2, {Place(VIEW, live): {"both": {"n": 3}}})


def test_a_new_version_of_a_view_begins_empty_and_once(rows: Rows, url: str) -> None:
    old = rows.generation(VIEW, 1)
    rows.commit(TOPIC, -1, 1, {Place(VIEW, old): {"a": {}}})
    second = Rows(url)
    started = at_once(6, lambda place: (rows, second)[place % 2].generation(VIEW, 2))
    assert len(set(started)) == 1
    assert started[0] != old
    assert rows.positions(VIEW) == {}
    assert rows.read(VIEW, "a") is None
    second.close()


def test_a_view_folded_by_another_version_is_not_compared_and_stays_as_it_is(rows: Rows) -> None:
    """An audit beside a node of other software: it waits for that node, and takes no view from it."""
    rows.generation("cases", CASES.version + 1)
    with pytest.raises(NotYet, match="folded by this software"):
        _fingerprint(rows, "cases", {}, 1)
    assert rows.cut("cases").version == CASES.version + 1


def test_rows_are_listed_in_code_point_order_by_prefix_and_page(rows: Rows) -> None:
    live = rows.generation(VIEW, 1)
    keys = ["B/1", "a/1", "a/10", "a/2", "a_1", "线/1"]
    rows.commit(TOPIC, -1, 1, {Place(VIEW, live): {key: {"key": key} for key in keys}})
    rows.commit(TOPIC, -1, 1, {Place("other", rows.generation("other", 1)): {"a/0": {}}})
    assert [key for key, _ in rows.all(VIEW)] == sorted(keys)
    assert [key for key, _ in rows.list(VIEW, "a/")] == ["a/1", "a/10", "a/2"]
    assert [key for key, _ in rows.list(VIEW, "a/", after="a/1", limit=1)] == ["a/10"]
    assert rows.list(VIEW, "a_") == [("a_1", {"key": "a_1"})]


def test_a_page_is_read_by_its_key_however_large_the_view_is(rows: Rows, url: str) -> None:
    """Neither sorted nor looked at row by row: the pointer of the live generation is asked for once."""
    live = Place(VIEW, rows.generation(VIEW, 1))
    rows.commit(TOPIC, -1, 1, {live: {f"a/{number:05}": {} for number in range(5_000)}})
    with psycopg.connect(url) as connection:
        values = (VIEW, VIEW, "a/00100", "a/", "a/" + LAST, 100)
        plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN {_PAGE}", values))
    assert "Index Scan" in plan
    assert not {"Sort", "SubPlan"} & set(plan.split())


def test_a_cut_is_one_moment_while_a_projector_goes_on(rows: Rows) -> None:
    """Every commit leaves one row for each record, so a fingerprint of a cut never mixes two moments."""
    live, stop = rows.generation(VIEW, 1), threading.Event()

    def project(_: int) -> int:
        at = -1
        while not stop.is_set() and at < 2_000:
            rows.commit(TOPIC, at, at + 1, {Place(VIEW, live): {f"{at + 1:04}": {"offset": at + 1}}})
            at += 1
        return at

    def look() -> list[int]:
        seen: list[int] = []
        while len(seen) < 30:
            cut = rows.cut(VIEW)
            assert len(cut.rows) == cut.positions.get(TOPIC, -1) + 1
            seen.append(len(cut.rows))
        stop.set()
        return seen

    ended = at_once(2, lambda place: look() if place else [project(place)])
    assert ended[1] == sorted(ended[1])
    assert len(list(rows.all(VIEW))) == ended[0][0] + 1
