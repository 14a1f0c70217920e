import json
import random
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.channels import TRUST, Topic
from services.views import VIEWS, View, fingerprint, fold, from_json, to_json, within
from services.views.cases import CASES
from services.views.refused import REFUSED
from tests.support.story import Story, told
from tests.support.world import XINCAI, YIWU

CUT = {"duikou.trust.1": 7, "duikou.pairing.1": 3}


def folded(made: Story, view: View[Any], me: str = XINCAI) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for log in made.verdicts.values():
        fold(view, me, log, rows)
    return rows


def test_a_fingerprint_is_what_the_wire_page_says() -> None:
    """WIRE 32, written out by hand: whoever reads the page comes to the same number."""
    rows = folded(told(), REFUSED)
    lines = [json.dumps([key, to_json(row)], ensure_ascii=False, sort_keys=True).encode() for key, row in rows.items()]
    compact = sorted(line.replace(b'", "', b'","').replace(b'": ', b'":').replace(b", ", b",") for line in lines)
    head = b'["refused",1,1,{"duikou.pairing.1":3,"duikou.trust.1":7}]'
    assert fingerprint(REFUSED, rows, CUT, 1) == sha256(b"\n".join([head, *compact])).hexdigest()


def test_of_nothing() -> None:
    """A number that changes with the view's version alone: an empty view at no cut."""
    assert fingerprint(CASES, {}, {}, 1) == sha256(b'["cases",3,1,{}]').hexdigest()


def test_everything_enters() -> None:
    """View, version, rule version, cut, each row, each key."""
    rows = folded(told(), CASES)
    first = next(iter(rows))
    other = View("cases", CASES.version + 1, CASES.contexts, CASES.row, CASES.new, CASES.step)
    named = View("others", CASES.version, CASES.contexts, CASES.row, CASES.new, CASES.step)
    found = [
        fingerprint(CASES, rows, CUT, 1),
        fingerprint(other, rows, CUT, 1),
        fingerprint(named, rows, CUT, 1),
        fingerprint(CASES, rows, CUT, 2),
        fingerprint(CASES, rows, {**CUT, "duikou.trust.1": 8}, 1),
        fingerprint(CASES, {key: row for key, row in rows.items() if key != first}, CUT, 1),
        fingerprint(CASES, {f"{key}x" if key == first else key: row for key, row in rows.items()}, CUT, 1),
    ]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", sorted(set(VIEWS) - {"inbox"}))
def test_one_record_more_is_another_fingerprint_where_the_view_folds_it(name: str) -> None:
    """Not the inbox: a late fact starts no clock."""
    made = told()
    for topic_name, log in made.verdicts.items():
        rows: dict[str, Any] = {}
        for verdict in log:
            before = fingerprint(VIEWS[name], rows, {}, 1)
            changed = fold(VIEWS[name], YIWU, [verdict], rows)
            assert (fingerprint(VIEWS[name], rows, {}, 1) != before) == bool(changed), (topic_name, verdict)


@given(st.randoms(use_true_random=False), st.sampled_from(sorted(VIEWS)))
@settings(max_examples=40, deadline=None)
def test_neither_row_order_nor_a_trip_through_a_table_matters(chance: random.Random, name: str) -> None:
    """L11: rebuilt and live agree; a table gives rows back in any order and members in any order."""
    view, rows = VIEWS[name], folded(told(), VIEWS[name])
    keys = list(rows)
    chance.shuffle(keys)
    stored = {key: json.loads(json.dumps(_shuffled(to_json(rows[key]), chance))) for key in keys}
    live = {key: from_json(view, document) for key, document in stored.items()}
    assert fingerprint(view, live, CUT, 1) == fingerprint(view, rows, dict(reversed(CUT.items())), 1)


def _shuffled(document: Any, chance: random.Random) -> Any:
    if isinstance(document, list):
        return [_shuffled(item, chance) for item in document]
    if not isinstance(document, dict):
        return document
    names = list(document)
    chance.shuffle(names)
    return {name: _shuffled(document[name], chance) for name in names}


def test_two_sides_differ_and_each_agrees_with_itself() -> None:
    ours, theirs = (folded(told(), CASES, unit) for unit in (XINCAI, YIWU))
    assert fingerprint(CASES, ours, CUT, 1) == fingerprint(CASES, folded(told(), CASES), CUT, 1)
    assert fingerprint(CASES, ours, CUT, 1) != fingerprint(CASES, theirs, CUT, 1)


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_live_view_is_cut_down_to_the_topics_of_an_export(name: str) -> None:
    """A live view also folds topics the export does not hold: its desk, other channels."""
    made, view = told(), VIEWS[name]
    topics = [str(Topic(channel, 1)) for channel in (TRUST, made.channel)]
    part: dict[str, Any] = {}
    for channel in (TRUST, made.channel):
        fold(view, XINCAI, made.verdicts[channel], part)
    assert within(folded(made, view), topics) == part
