"""A mapping that lies in a file for its most part is a mapping; an audit says the same wherever its memory lies."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.channels import OUTFLOW, Topic
from services.auditor import spill
from services.auditor.judge import Judge
from services.auditor.spill import Spilled, Store
from services.views import VIEWS, fingerprint
from tests.bench.history import reports
from tests.support.world import XINCAI, YIWU, World, world

KEYS = st.sampled_from([-1, 0, 7, "a", "a/b", ("lead", "1"), ("lead", "2"), "7"])
ACTS = st.lists(st.tuples(st.sampled_from(["set", "get", "delete", "has", "all"]), KEYS, st.integers()), max_size=60)


@given(ACTS)
def test_it_does_what_a_dict_does(acts: list[tuple[str, Any, int]]) -> None:
    ours: Spilled[Any, int] = Store(near=2).mapping()
    plain: dict[Any, int] = {}
    for act, key, value in acts:
        assert _done(ours, act, key, value) == _done(plain, act, key, value)
    assert dict(ours) == plain


def _done(one: Any, act: str, key: Any, value: int) -> Any:
    match act:
        case "set":
            one[key] = value
        case "get":
            return one.get(key)
        case "delete" if key in one:
            del one[key]
        case "all":
            return len(one), sorted(map(repr, one))
    return key in one


def test_mappings_of_one_store_do_not_mix_and_keep_few_items_in_memory() -> None:
    store = Store(near=4)
    one, other = store.mapping(), store.mapping()
    for number in range(100):
        one[number], other[number] = str(number), -number
    assert [one[number] for number in range(100)] == [str(number) for number in range(100)]
    assert [other[number] for number in range(100)] == [-number for number in range(100)]
    assert max(len(held._near) for held in (one, other)) <= 4


def test_keys_of_one_hash_are_different_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is over hashes; the names beside them decide."""
    monkeypatch.setattr(spill, "hash", lambda _: 7, raising=False)
    one: Spilled[str, int] = Store(near=2).mapping()
    for turn in range(3):
        for number in range(20):
            one[str(number)] = number + turn
    del one["3"]
    assert dict(one) == {str(number): number + 2 for number in range(20) if number != 3}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_texts_are_sorted_by_code_points_also_a_second_time(texts: list[str]) -> None:
    """As ``sorted`` does, whatever the characters: NUL, beyond the first plane, twice the same."""
    store = Store()
    assert list(store.sorted(texts)) == list(store.sorted(texts)) == sorted(texts)


def _taken(w: World, store: Store) -> Judge:
    judge = Judge(w.exchange, frozenset({XINCAI, YIWU}), store=store)
    judge.take(lambda: [record for name in sorted(w.logs) for record in w.logs[name]])
    return judge


def _judged(w: World, near: int) -> dict[str, Any]:
    judge = _taken(w, Store(near))
    ends = {name: (fold.history.offset, fold.history.hash, fold.stopped) for name, fold in judge.topics.items()}
    return {"ends": ends, "counts": judge.tally.counts, **{unit: judge.fingerprints(unit) for unit in (XINCAI, YIWU)}}


def test_an_audit_with_hardly_any_memory_says_the_same() -> None:
    w = world()
    for _ in range(5):
        shared = w.share()
        assert shared.envelope is not None
        w.fact(YIWU, shared.envelope.subject)
    for report in reports(w, 5):
        w.write(XINCAI, OUTFLOW, report.subject, report.data)
    assert _judged(w, near=2) == _judged(w, near=100_000)


def test_a_fingerprint_is_the_same_wherever_its_rows_are_sorted() -> None:
    w = world()
    for _ in range(12):
        w.share()
    judge = _taken(w, Store(near=2))
    rows, cut = judge.rows[YIWU]["inbox"], judge.visible(YIWU)
    assert len(rows) >= 12
    said = fingerprint(VIEWS["inbox"], dict(rows), cut, 1)
    assert fingerprint(VIEWS["inbox"], rows, cut, 1, judge.store.sorted) == said


def test_of_a_topic_that_two_write_an_audit_keeps_the_end_alone() -> None:
    """Whoever wrote a record: once two have vouched for it, nobody asks."""
    w = world()
    kept = []
    for _ in range(3):
        for _ in range(4):
            shared = w.share()
            assert shared.envelope is not None
            w.fact(YIWU, shared.envelope.subject)
        witness = _taken(w, Store()).topics[str(Topic(w.channel, 1))].witness
        kept.append(len(witness.runs))
    assert witness.last > 20
    assert max(kept) <= 3
