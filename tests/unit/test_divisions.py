"""Divisions: the counts on the dates that matter, every change with its successors, nothing guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import divisions
from contracts.divisions import (
    DIVISIONS,
    Division,
    DivisionUnknownError,
    Level,
    NameAmbiguousError,
    NameUnknownError,
    counties,
    division,
    resolve,
    successors,
)

PLAN = date(2021, 3, 1)
TODAY = date(2026, 11, 1)
DAYS = st.dates(date(2013, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("province", "on", "count"),
    [
        ("41", PLAN, 158),
        ("41", date(2021, 3, 17), 158),
        ("41", date(2021, 3, 18), 157),
        ("41", TODAY, 157),
        ("33", PLAN, 90),
        ("33", date(2019, 8, 29), 89),
        ("33", TODAY, 90),
        ("410000", TODAY, 157),
        ("42", TODAY, 0),
    ],
)
def test_a_province_has_so_many_counties_on_a_day(province: str, on: date, count: int) -> None:
    assert len(counties(province, on)) == count


@pytest.mark.parametrize(("province", "count"), [("41", 17), ("33", 11)])
def test_a_province_has_so_many_prefectures(province: str, count: int) -> None:
    levels = [one.level for one in DIVISIONS if one.code.startswith(province) and one.valid(TODAY)]
    assert levels.count(Level.PREFECTURE) == count
    assert levels.count(Level.PROVINCE) == 1


CHANGES = {
    "开封县 became 祥符区": ("410224", "开封县", date(2014, 10, 21), {"410212": "祥符区"}),
    "金明区 went into 龙亭区": ("410211", "金明区", date(2014, 10, 21), {"410202": "龙亭区"}),
    "陕县 became 陕州区": ("411222", "陕县", date(2015, 3, 6), {"411203": "陕州区"}),
    "许昌县 became 建安区": ("411023", "许昌县", date(2017, 1, 19), {"411003": "建安区"}),
    "长垣县 became 长垣市": ("410728", "长垣县", date(2019, 8, 30), {"410783": "长垣市"}),
    "淮阳县 became 淮阳区": ("411626", "淮阳县", date(2019, 8, 31), {"411603": "淮阳区"}),
    "偃师市 became 偃师区": ("410381", "偃师市", date(2021, 3, 18), {"410307": "偃师区"}),
    "孟津县 went into 孟津区": ("410322", "孟津县", date(2021, 3, 18), {"410308": "孟津区"}),
    "吉利区 went into 孟津区": ("410306", "吉利区", date(2021, 3, 18), {"410308": "孟津区"}),
    "绍兴县 was divided": ("330621", "绍兴县", date(2013, 10, 31), {"330602": "越城区", "330603": "柯桥区"}),
    "奉化市 became 奉化区": ("330283", "奉化市", date(2016, 9, 28), {"330213": "奉化区"}),
    "江东区 went into 鄞州区": ("330204", "江东区", date(2016, 9, 28), {"330212": "鄞州区"}),
    "下城区 went into 拱墅区": ("330103", "下城区", date(2021, 4, 9), {"330105": "拱墅区"}),
    "江干区 was divided": ("330104", "江干区", date(2021, 4, 9), {"330102": "上城区", "330114": "钱塘区"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_abolished_code_ends_and_its_successors_are_in_force(change: str) -> None:
    code, name, ended, heirs = CHANGES[change]
    before = division(code, ended - timedelta(days=1))
    assert before is not None
    assert before.name == name
    assert division(code, ended) is None
    assert {one.code: one.name for one in successors(code, ended)} == heirs
    assert {one.code: one.name for one in successors(code, TODAY)} == heirs


@pytest.mark.parametrize(("code", "began"), [("330113", date(2021, 4, 9)), ("330383", date(2019, 8, 30))])
def test_a_division_set_up_from_a_part_begins_without_anybody_ending(code: str, began: date) -> None:
    assert division(code, began - timedelta(days=1)) is None
    assert division(code, began) is not None


def test_the_county_counts_without_a_prefecture_of_its_own() -> None:
    jiyuan = resolve("济源市", PLAN, "41")
    assert (jiyuan.code, jiyuan.level) == ("419001", Level.COUNTY)
    assert jiyuan in counties("41", PLAN)
    assert division("419000", PLAN) is None


@pytest.mark.parametrize("code", ["410171", "410173", "410472", "411772", "330371", "410101", "410999", "110101", "x"])
def test_pseudo_codes_collective_entries_and_strangers_are_no_divisions(code: str) -> None:
    assert division(code, TODAY) is None
    with pytest.raises(DivisionUnknownError):
        successors(code, TODAY)


def test_no_pseudo_code_is_in_the_table() -> None:
    assert not [one for one in DIVISIONS if 71 <= int(one.code[4:]) <= 79]


def test_the_table_is_sorted_and_a_code_stands_in_it_once() -> None:
    codes = [one.code for one in DIVISIONS]
    assert codes == sorted(set(codes))


def test_successors_are_named_when_a_division_ends_and_take_over_without_a_gap() -> None:
    for one in DIVISIONS:
        assert bool(one.successors) == (one.valid_to is not None)
        assert all(division(heir, one.valid_to) for heir in one.successors if one.valid_to)


def test_every_county_lies_in_a_prefecture_of_the_table_but_the_one_under_the_province() -> None:
    outside = [
        one.code for one in counties("41", TODAY) + counties("33", TODAY) if not division(one.code[:4] + "00", TODAY)
    ]
    assert outside == ["419001"]


@given(DAYS, st.sampled_from(DIVISIONS))
def test_a_territory_is_held_by_valid_divisions_of_its_province_from_its_first_day_on(on: date, one: Division) -> None:
    heirs = successors(one.code, on)
    assert all(heir.valid(on) and heir.code[:2] == one.code[:2] for heir in heirs)
    assert bool(heirs) == (one.valid_from is None or one.valid_from <= on)


@given(DAYS, st.sampled_from(DIVISIONS))
def test_a_name_resolves_to_exactly_one_code_of_its_province_while_in_force(on: date, one: Division) -> None:
    if one.valid(on):
        assert resolve(one.name, on, one.code[:2]) == one == division(one.code, on)


@pytest.mark.parametrize(
    ("name", "on", "within"),
    [
        ("浙川县", PLAN, "41"),
        ("淅川", PLAN, "41"),
        ("孟津区", PLAN, "41"),
        ("孟津县", TODAY, "41"),
        ("淅川县", PLAN, "33"),
        ("淅川县", PLAN, "4101"),
        ("", PLAN, ""),
    ],
)
def test_a_misprint_a_part_another_day_or_another_place_resolves_to_nothing(name: str, on: date, within: str) -> None:
    with pytest.raises(NameUnknownError, match="exactly one code valid on the date"):
        resolve(name, on, within)


@pytest.mark.parametrize("within", ["", "41", "410000", "4113", "411300", "411326"])
def test_a_name_resolves_within_any_level_above_it(within: str) -> None:
    assert resolve("淅川县", PLAN, within).code == "411326"


@pytest.mark.parametrize(
    ("name", "code"), [("安阳县", "410522"), ("安阳市", "410500"), ("新乡县", "410721"), ("濮阳县", "410928")]
)
def test_a_county_that_shares_its_prefectures_name_is_told_apart(name: str, code: str) -> None:
    assert resolve(name, PLAN, "41").code == code


def test_a_name_that_two_bear_is_refused_with_both_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = Division("330199", "淅川县", Level.COUNTY, None, None, ())
    monkeypatch.setattr(divisions, "DIVISIONS", (*DIVISIONS, twin))
    with pytest.raises(NameAmbiguousError) as refused:
        resolve("淅川县", PLAN)
    assert set(refused.value.codes) == {"330199", "411326"}
    assert resolve("淅川县", PLAN, "41").code == "411326"
