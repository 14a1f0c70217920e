"""The annex of the plan: its rows as printed, each name one code on the plan's day and one today."""

from datetime import date

import pytest

from contracts.annex import CATEGORIES, ERRATA, PLAN_DATE, Entry, entries, groups
from contracts.divisions import NameUnknownError, division, resolve, successors
from contracts.vocabulary import CountyCategory

TODAY = date(2026, 11, 1)

ROWS = {
    "cultivation": ("非法种植毒品原植物", 16, "沈丘县", "浙川县"),
    "drug_use": ("吸毒人员管控", 29, "中牟县", "宁陵县"),
    "outflow_trafficking": ("外流贩毒", 18, "台前县", "夏邑县"),
    "manufacture": ("制毒", 8, "台前县", "浚县"),
    "precursor_diversion": ("易制毒化学品流失", 4, "新乡县", "禹州市"),
}

ALL = [(category, entry) for category in CATEGORIES for entry in entries(category)]


def test_the_five_categories_stand_in_the_plans_order() -> None:
    assert [category.value for category in CATEGORIES] == list(ROWS)


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_has_its_label_its_number_of_entries_and_their_order(category: CountyCategory) -> None:
    label, count, first, last = ROWS[category]
    printed = [entry.printed for entry in entries(category)]
    assert category.zh == label
    assert len(printed) == len(set(printed)) == count
    assert (printed[0], printed[-1]) == (first, last)


def test_the_plan_prints_75_entries_which_are_57_counties() -> None:
    assert len(ALL) == 75
    assert len({entry.code for _, entry in ALL}) == 57


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_group_of_the_plan_is_of_one_prefecture(category: CountyCategory) -> None:
    for group in groups(category):
        assert len({entry.code[:4] for entry in group}) == 1


@pytest.mark.parametrize(("category", "entry"), ALL)
def test_an_entry_is_one_county_of_henan_on_the_plans_day_and_one_today(category: CountyCategory, entry: Entry) -> None:
    then = division(entry.code, PLAN_DATE)
    assert then is not None
    assert then.name == entry.name
    assert resolve(entry.name, PLAN_DATE, "41") == then
    assert [one.valid(TODAY) for one in successors(entry.code, TODAY)] == [True]


def test_the_one_misprint_is_kept_and_read_as_the_county_meant() -> None:
    misprints = [entry for _, entry in ALL if entry.printed != entry.name]
    assert misprints == [Entry("浙川县", "淅川县", "411326")]
    assert [(one.printed, one.read_as, one.code) for one in ERRATA] == [("浙川县", "淅川县", "411326")]
    assert all(one.reason for one in ERRATA)


def test_the_misprint_itself_names_nothing() -> None:
    with pytest.raises(NameUnknownError):
        resolve("浙川县", PLAN_DATE)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("新乡县", "410721"),
        ("安阳县", "410522"),
        ("长垣市", "410783"),
        ("濮阳县", "410928"),
        ("新县", "411523"),
        ("叶县", "410422"),
        ("邓州市", "411381"),
        ("固始县", "411525"),
    ],
)
def test_names_that_could_be_mistaken_have_this_code(name: str, code: str) -> None:
    assert {entry.code for _, entry in ALL if entry.name == name} == {code}
