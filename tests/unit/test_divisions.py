"""Divisions: the counts on the dates that matter, every change with its successors, nothing guessed."""

import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.divisions import (
    Division,
    DivisionUnknownError,
    Known,
    Level,
    NameAmbiguousError,
    NameUnknownError,
    counties,
    division,
    resolve,
    successors,
    table,
)

PLAN = date(2021, 3, 1)
TODAY = date(2026, 11, 1)
DAYS = st.dates(date(2013, 1, 1), date(2027, 12, 31))
DIVISIONS = table()

COUNTIES = {
    "11": (16, 16), "12": (16, 16), "13": (167, 167), "14": (117, 117), "15": (103, 103), "21": (100, 100),
    "22": (60, 60), "23": (121, 121), "31": (16, 16), "32": (95, 95), "33": (90, 90), "34": (104, 104),
    "35": (84, 84), "36": (100, 100), "37": (136, 136), "41": (158, 157), "42": (103, 103), "43": (122, 122),
    "44": (122, 122), "45": (111, 111), "46": (25, 25), "50": (38, 37), "51": (183, 183), "52": (88, 88),
    "53": (129, 129), "54": (74, 74), "61": (107, 107), "62": (86, 86), "63": (44, 44), "64": (22, 22),
    "65": (107, 112), "71": (0, 0), "81": (0, 0), "82": (0, 0),
}  # fmt: skip
"""Province -> county-level divisions on the plan's day and today (docs/divisions.md, "Counts")."""

TOTALS = {
    date(2020, 12, 31): 2844,
    date(2021, 12, 31): 2843,
    date(2022, 12, 31): 2843,
    date(2023, 12, 31): 2844,
    date(2024, 12, 31): 2846,
    date(2025, 12, 31): 2845,
}
"""County-level divisions of the mainland at the end of a year, as the ministry's lists count them."""


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
        ("65", date(2026, 3, 25), 110),
        ("65", date(2026, 3, 26), 111),
        ("99", TODAY, 0),
    ],
)
def test_a_province_has_so_many_counties_on_a_day(province: str, on: date, count: int) -> None:
    assert len(counties(province, on)) == count


@pytest.mark.parametrize(("province", "counts"), COUNTIES.items())
def test_every_province_has_its_counties_on_the_plans_day_and_today(province: str, counts: tuple[int, int]) -> None:
    assert (len(counties(province, PLAN)), len(counties(province, TODAY))) == counts


@pytest.mark.parametrize(("on", "count"), TOTALS.items())
def test_the_country_has_so_many_counties_at_the_end_of_a_year(on: date, count: int) -> None:
    assert len(counties("", on)) == count


def test_the_country_has_34_provinces_and_333_prefectures_and_one_more_while_laiwu_was_one() -> None:
    for on, prefectures in ((PLAN, 333), (TODAY, 333), (date(2019, 1, 8), 334), (date(2019, 1, 9), 333)):
        levels = [one.level for one in DIVISIONS if one.valid(on)]
        assert (levels.count(Level.PROVINCE), levels.count(Level.PREFECTURE)) == (34, prefectures)


def test_every_province_of_the_country_is_counted() -> None:
    assert {one.code[:2] for one in DIVISIONS} == set(COUNTIES)


@pytest.mark.parametrize(("province", "count"), [("41", 17), ("33", 11), ("71", 0), ("81", 0), ("82", 0)])
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
    "禄丰县 became 禄丰市": ("532331", "禄丰县", date(2021, 2, 2), {"532302": "禄丰市"}),
    "祁阳县 became 祁阳市": ("431121", "祁阳县", date(2021, 2, 20), {"431181": "祁阳市"}),
    "黔西县 became 黔西市": ("520522", "黔西县", date(2021, 3, 16), {"520581": "黔西市"}),
    "梅列区 went into 三元区": ("350402", "梅列区", date(2021, 2, 2), {"350404": "三元区"}),
    "三元区 got another code": ("350403", "三元区", date(2021, 2, 2), {"350404": "三元区"}),
    "莱芜市 went into 济南市": ("371200", "莱芜市", date(2019, 1, 9), {"370100": "济南市"}),
    "公主岭市 moved to 长春市": ("220381", "公主岭市", date(2020, 8, 31), {"220184": "公主岭市"}),
    "寿县 moved to 淮南市": ("341521", "寿县", date(2015, 12, 31), {"340422": "寿县"}),
    "渝北区 was divided": ("500112", "渝北区", date(2025, 11, 7), {"500109": "北碚区", "500157": "两江新区"}),
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


def test_a_chain_of_changes_is_followed_to_the_end() -> None:
    chain = {date(2013, 7, 1): "630221", date(2016, 1, 1): "630203", TODAY: "630203"}
    assert {on: successors("632121", on)[0].code for on in (date(2013, 7, 1), date(2016, 1, 1), TODAY)} == chain | {
        date(2013, 7, 1): "632121"
    }


def test_a_code_that_changed_its_name_stands_for_one_name_a_day_and_is_its_own_successor() -> None:
    """邢台: 桥东区 and 襄都区 are one code; 庐山区 gave a town to 庐山市 when it became 濂溪区."""
    began = date(2020, 8, 31)
    before, after = division("130502", began - timedelta(days=1)), division("130502", began)
    assert (before and before.name, after and after.name) == ("桥东区", "襄都区")
    assert successors("130502", TODAY) == [after]
    assert [one.name for one in successors("360402", TODAY)] == ["濂溪区", "庐山市"]


def test_a_date_says_how_well_it_is_known() -> None:
    """偃师 by the day of the province's notice, 公主岭 by the first list; what is older than the table says nothing."""
    notice, listed, older = (division(code, TODAY) for code in ("410307", "220184", "110101"))
    assert [one and one.from_known for one in (notice, listed, older)] == [Known.DAY, Known.BY, None]
    for one in DIVISIONS:
        assert (one.valid_from is None, one.valid_to is None) == (one.from_known is None, one.to_known is None)


@pytest.mark.parametrize(
    ("code", "began"), [("330113", date(2021, 4, 9)), ("330383", date(2019, 8, 30)), ("659011", date(2021, 2, 4))]
)
def test_a_division_set_up_from_a_part_begins_without_anybody_ending(code: str, began: date) -> None:
    assert division(code, began - timedelta(days=1)) is None
    assert division(code, began) is not None


def test_the_county_counts_without_a_prefecture_of_its_own() -> None:
    jiyuan = resolve("济源市", PLAN, "41")
    assert (jiyuan.code, jiyuan.level) == ("419001", Level.COUNTY)
    assert jiyuan in counties("41", PLAN)
    assert division("419000", PLAN) is None


@pytest.mark.parametrize(
    "code", ["410171", "410173", "410472", "411772", "330371", "410101", "410999", "500200", "460321", "139001", "x"]
)
def test_pseudo_codes_collective_entries_and_strangers_are_no_divisions(code: str) -> None:
    assert division(code, TODAY) is None
    with pytest.raises(DivisionUnknownError):
        successors(code, TODAY)


def test_no_pseudo_code_and_no_collective_entry_is_in_the_table() -> None:
    assert not [one for one in DIVISIONS if 71 <= int(one.code[4:]) <= 79]
    assert not [one for one in DIVISIONS if one.name in {"市辖区", "县"} or "直辖" in one.name]


def test_the_table_is_sorted_and_the_spans_of_a_code_neither_overlap_nor_bear_one_name_twice() -> None:
    places = [(one.code, one.valid_from or date.min) for one in DIVISIONS]
    assert places == sorted(set(places))
    for one, later in pairwise(DIVISIONS):
        assert one.valid_to is None or one.valid_from is None or one.valid_from < one.valid_to
        if one.code == later.code:
            assert one.valid_to is not None
            assert later.valid_from == one.valid_to
            assert later.name != one.name


def test_successors_are_named_when_a_division_ends_and_take_over_without_a_gap() -> None:
    for one in DIVISIONS:
        assert bool(one.successors) == (one.valid_to is not None)
        assert all(division(heir, one.valid_to) for heir in one.successors if one.valid_to)


@given(DAYS)
def test_every_county_lies_in_a_prefecture_or_province_of_that_day_but_those_under_the_province(on: date) -> None:
    codes = {one.code for one in DIVISIONS if one.valid(on)}
    outside = {one.code[:4] for one in counties("", on) if one.code[:4] + "00" not in codes}
    under_provinces = {"4190", "4290", "4690", "6590"}
    assert outside <= under_provinces | {"1101", "1102", "1201", "1202", "3101", "3102", "5001", "5002"}
    assert {code[:2] + "0000" for code in codes} <= codes


@given(DAYS, st.sampled_from(DIVISIONS))
def test_a_territory_is_held_by_valid_divisions_of_its_province_from_its_first_day_on(on: date, one: Division) -> None:
    heirs = successors(one.code, on)
    begun = min(span.valid_from or date.min for span in DIVISIONS if span.code == one.code)
    assert all(heir.valid(on) and heir.code[:2] == one.code[:2] for heir in heirs)
    assert bool(heirs) == (begun <= on)


@given(DAYS, st.sampled_from(DIVISIONS))
def test_a_code_has_one_name_and_a_name_one_code_of_its_prefecture_while_in_force(on: date, one: Division) -> None:
    if one.valid(on):
        assert [span for span in DIVISIONS if span.code == one.code and span.valid(on)] == [one]
        assert resolve(one.name, on, _above(one.code)) == one == division(one.code, on)


def _above(code: str) -> str:
    return code[:2] if code.endswith("00") else code[:4]


@pytest.mark.parametrize("province", ["41", "33"])
def test_in_henan_and_zhejiang_the_province_is_enough_to_tell_a_name(province: str) -> None:
    for on in (PLAN, TODAY):
        assert all(resolve(one.name, on, province) == one for one in counties(province, on))


def test_reading_the_table_is_put_off_until_it_is_asked() -> None:
    """A gateway imports it at its start."""
    told = "import contracts.divisions as d; print(d.table.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


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


def test_a_name_that_two_bear_is_refused_with_both_codes() -> None:
    with pytest.raises(NameAmbiguousError) as refused:
        resolve("桥西区", PLAN)
    assert refused.value.codes == ("130104", "130703")
    assert resolve("桥西区", PLAN, "1307").code == "130703"
