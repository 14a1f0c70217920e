"""What a channel is: who writes in it, who is whose counterpart, which of them a trust makes (PROTOCOL 3, WIRE 12)."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.channel import LedgerEpoch, OpenedSummary
from contracts.channels import REGISTRY, Kind, Place, channel_id
from services.domain import channel
from services.domain.channel import Channel, EncryptionKey, same, supervised
from services.domain.rules import THIRD, Sign
from services.domain.trust import Trust, Unit
from tests.support.states import terms
from tests.support.world import world

COUNTY, OTHER, CITY, STRANGER = "411729000000", "330782000000", "411700000000", "510000000001"
UNITS = {
    COUNTY: Unit(CITY, ("411729",), admission="1" * 64),
    OTHER: Unit(OTHER, ("330782",), admission="2" * 64),
    CITY: Unit("410000000000", ("411700",), admission="3" * 64),
}
WITNESS = "witness.410000000000"
TRUST = Trust(exchange="e" * 64, units=UNITS, rule_version=THIRD, policy={"witnesses": [WITNESS]})
MEMBERS = (COUNTY, OTHER)
EVERYBODY = {COUNTY, OTHER, CITY, STRANGER, REGISTRY, WITNESS}

WRITERS: dict[Place, set[str]] = {
    Place.TRUST: {REGISTRY},
    Place.PROPOSALS: {REGISTRY, COUNTY, OTHER, CITY},
    Place.OUTFLOW: {REGISTRY, COUNTY, OTHER},
    Place.CHECKPOINT: {REGISTRY, WITNESS},
    Place.DESK: {COUNTY, OTHER},
    Place.PAIRING: {REGISTRY, COUNTY, OTHER},
    Place.SUPERVISION: {REGISTRY, COUNTY, OTHER},
}


def at(place: Place, **more: Any) -> Channel:
    members = MEMBERS if place in (Place.PAIRING, Place.SUPERVISION, Place.DESK) else ()
    return replace(Channel("open", REGISTRY, "c" * 52, place, members, trust=TRUST), **more)


@pytest.mark.parametrize("place", Place)
def test_who_writes_where(place: Place) -> None:
    assert {who for who in EVERYBODY if at(place).may_write(who)} == WRITERS[place]


@pytest.mark.parametrize("policy", [{}, {"witnesses": WITNESS}, {"witnesses": None}])
def test_without_a_list_of_witnesses_nobody_is_one(policy: dict[str, Any]) -> None:
    assert not at(Place.CHECKPOINT, trust=replace(TRUST, policy=policy)).may_write(WITNESS)


def test_each_of_two_members_is_the_others_counterpart() -> None:
    of_two, alone, of_three = (at(Place.PAIRING, members=of) for of in (MEMBERS, MEMBERS[:1], (*MEMBERS, CITY)))
    assert [of_two.counterpart(who) for who in (COUNTY, OTHER, CITY)] == [OTHER, COUNTY, ""]
    assert {each.counterpart(who) for each in (alone, of_three) for who in (COUNTY, OTHER, CITY)} == {""}
    assert at(Place.PROPOSALS).counterpart(COUNTY) == ""


def test_a_share_uses_one_of_the_two_newest_keys_of_a_member() -> None:
    keys = tuple(EncryptionKey(n, "key", n) for n in (1, 2, 3))
    some = at(Place.PAIRING, encryption={COUNTY: keys})
    assert (some.newest_keys(COUNTY), some.newest_keys(OTHER)) == (keys[1:], ())


def test_nothing_is_known_of_a_channel_before_it_is_opened() -> None:
    blank = channel.INITIAL
    assert {name: value for name, value in vars(blank).items() if value} == {
        "status": "unopened",
        "place": Place.DESK,
        "trust": Trust(),
    }
    assert not channel.ENDED


def test_who_oversees_is_named_in_the_terms_of_the_proposers_side_first() -> None:
    assert terms().oversight == ("410000000000", "330000000000")


SUPERIORS: dict[str, tuple[Trust, list[str]]] = {
    "from the rule version on that brings them": (TRUST, [COUNTY]),
    "also later": (replace(TRUST, rule_version=THIRD + 1), [COUNTY]),
    "not before": (replace(TRUST, rule_version=THIRD - 1), []),
    "not under a superior that was not admitted": (replace(TRUST, units={COUNTY: UNITS[COUNTY]}), []),
    "not under itself": (replace(TRUST, units={OTHER: UNITS[OTHER]}), []),
}


@pytest.mark.parametrize(("trust", "units"), SUPERIORS.values(), ids=SUPERIORS)
def test_an_admission_under_an_admitted_superior_makes_a_channel(trust: Trust, units: list[str]) -> None:
    expected = [
        (channel_id("e" * 64, Kind.SUPERVISION, UNITS[unit].admission), (unit, UNITS[unit].superior)) for unit in units
    ]
    assert list(supervised("e" * 64, trust)) == expected


SAID: dict[Place, OpenedSummary] = {
    place: OpenedSummary(
        kind=kind,
        epochs=(LedgerEpoch(source=REGISTRY, epoch=1),),
        rule_version=THIRD,
        members=MEMBERS if members else None,
        readers=(CITY,) if readers else None,
        cut=None,
    )
    for place, kind, members, readers in [
        (Place.PAIRING, Kind.PAIRING, True, True),
        (Place.SUPERVISION, Kind.SUPERVISION, True, False),
        (Place.OUTFLOW, Kind.OPEN, False, False),
    ]
}


@pytest.mark.parametrize("place", SAID)
def test_a_next_topic_says_what_the_channel_is(place: Place) -> None:
    """Of the same kind, members, readers and rules (WIRE-CHOICES B44)."""
    said, state = SAID[place], at(place)
    state = replace(state, members=said.members or (), readers=said.readers or ())
    assert same(state, said)
    others = [
        replace(state, members=(COUNTY, CITY)),
        replace(state, readers=(OTHER,)),
        replace(state, trust=replace(TRUST, rule_version=THIRD - 1)),
        *(replace(state, place=other) for other in SAID if other is not place),
    ]
    assert not any(same(other, said) for other in others)


def test_nothing_of_a_channel_takes_an_officers_signature() -> None:
    w = world()
    said = [v.draft for v in w.verdicts[w.channel] if v.draft is not None and v.draft.context == "channel"]
    assert {channel.needs(draft) for draft in said} == {rule.sign for rule in channel.RULES.values()} == {Sign.NODE}
