"""What a channel knows of keys, units and officers, asked at the borders of time (PROTOCOL 4, WIRE-CHOICES A, B)."""

from dataclasses import replace

import pytest

from contracts.channels import KEEPER, REGISTRY
from contracts.dsse import Dsse
from contracts.refusals import Code, Refused
from contracts.trust import ROOT_THRESHOLD
from contracts.vocabulary import KeyKind, Role
from services.domain.clocks import DAY, HOUR
from services.domain.trust import (
    DELAY,
    MAX_ROTATION,
    MONTHS_12,
    Key,
    Officer,
    Province,
    Trust,
    Unit,
    quorum,
    registry_key,
)
from services.signing import possession
from tests.support.world import seeded

UNIT, OTHER, CITY, PROVINCE = "411729000000", "330782000000", "411700000000", "410000000000"


def officer(**changes: object) -> Officer:
    return replace(Officer(UNIT, frozenset({Role.AUTHOR}), 10, 20, "k", b""), **changes)  # type: ignore[arg-type]


def test_the_spans() -> None:
    """WIRE 21, FIELDS 6.2, WIRE 4."""
    assert (DELAY, MONTHS_12, MAX_ROTATION) == (72 * HOUR, 366 * DAY, 4_096)


def test_a_key_counts_from_its_moment_until_it_is_closed() -> None:
    key = Key(b"", UNIT, KeyKind.UNIT, 10)
    assert [key.counts(at) for at in (9, 10, 10**15)] == [False, True, True]
    closed = replace(key, closed=20)
    assert [closed.counts(at) for at in (9, 10, 19, 20)] == [False, True, True, False]
    assert Key(b"", UNIT, KeyKind.UNIT).counts(0)


def test_a_suspension_ends_at_its_moment_or_not_at_all() -> None:
    assert not Unit(CITY, ()).suspended(0)
    assert [Unit(CITY, (), 20).suspended(at) for at in (0, 19, 20)] == [True, True, False]
    assert Unit(CITY, (), None).suspended(10**15)
    trust = Trust(units={UNIT: Unit(CITY, (), 20)})
    assert [trust.suspended(UNIT, 19), trust.suspended(UNIT, 20), trust.suspended(REGISTRY, 19)] == [True, False, False]


@pytest.mark.parametrize(
    ("jurisdiction", "county"),
    [(("411729",), True), (("411700",), False), (("411700", "411729"), True), ((), False), (("410000",), False)],
)
def test_a_county_answers_for_a_division_of_its_level(jurisdiction: tuple[str, ...], county: bool) -> None:
    assert Unit(CITY, jurisdiction).is_county is county


def test_an_officer_serves_from_and_until() -> None:
    assert [officer().serves(at) for at in (9, 10, 19, 20)] == [False, True, True, False]
    assert [officer(ended=15).serves(at) for at in (9, 14, 15, 19)] == [False, True, False, False]
    trust = Trust(officers={"one": officer()})
    asked = [("one", UNIT, 10), ("one", UNIT, 9), ("one", OTHER, 10), ("two", UNIT, 10)]
    assert [trust.serves(*each) for each in asked] == [True, False, False, False]


def test_whose_keys_sign_for_whom() -> None:
    """A unit's key of another kind, or another's key, is none of its signing keys."""
    given = {
        "unit": Key(b"", UNIT, KeyKind.UNIT),
        "closed": Key(b"", UNIT, KeyKind.UNIT, closed=1),
        "officer": Key(b"", UNIT, KeyKind.OFFICER),
        "registry": Key(b"", REGISTRY, KeyKind.REGISTRY),
        "keeper": Key(b"", KEEPER, KeyKind.KEEPER),
        "neither": Key(b"", REGISTRY, KeyKind.UNIT),
    }
    trust = Trust(keys=given)
    found = {who: set(trust.keys_of(who)) for who in (UNIT, OTHER, REGISTRY, KEEPER)}
    assert found == {UNIT: {"unit", "closed"}, OTHER: set(), REGISTRY: {"registry"}, KEEPER: {"keeper"}}


def test_superiors_as_far_as_they_are_admitted_and_never_in_a_circle() -> None:
    units = {UNIT: Unit(CITY, ()), CITY: Unit(PROVINCE, ()), OTHER: Unit(OTHER, ())}
    trust = Trust(units=units)
    assert [trust.chain(who) for who in (UNIT, CITY, PROVINCE, OTHER)] == [[CITY, PROVINCE], [PROVINCE], [], []]
    circle = Trust(units={UNIT: Unit(CITY, ()), CITY: Unit(PROVINCE, ()), PROVINCE: Unit(CITY, ())})
    assert circle.chain(UNIT) == [CITY, PROVINCE]


def test_how_many_must_sign() -> None:
    province = Province(frozenset({"a", "b", "c"}), frozenset({"d"}), 2)
    trust = Trust(root=frozenset({"r"}), provinces={"41": province})
    assert quorum(trust, "root", None) == (ROOT_THRESHOLD, frozenset({"r"}))
    assert quorum(trust, "registrar.41", None) == (2, province.registrars)
    assert quorum(trust, "duty.41", None) == (1, province.duty)
    assert quorum(trust, "registrar.33", None) == (0, frozenset())


def test_nothing_is_known_at_first() -> None:
    assert {name: value for name, value in vars(Trust()).items() if value} == {"rule_version": 1}
    assert (Unit(CITY, ()).suspended_until, Unit(CITY, ()).admission) == (0, "")


def test_the_registrys_key_that_stays_is_proved_again() -> None:
    """WIRE-CHOICES B26, and what a genesis named ahead of its copies (A1)."""
    signer, exchange = seeded("registry"), "e" * 64
    entry = possession(signer, exchange, REGISTRY, KeyKind.REGISTRY)
    trust = registry_key(Trust(exchange=exchange), entry, 5)
    assert trust.keys[signer.keyid] == Key(signer.public, REGISTRY, KeyKind.REGISTRY, 5)
    ahead = replace(
        trust,
        keys={signer.keyid: replace(trust.keys[signer.keyid], closed=6)},
        ahead=frozenset({signer.keyid}),
    )
    elsewhere = possession(signer, "f" * 64, REGISTRY, KeyKind.REGISTRY)
    units = possession(signer, exchange, UNIT, KeyKind.UNIT)
    for known in (trust, ahead):
        assert registry_key(known, entry, 9) == known
        unsaid = entry.model_copy(update={"possession": Dsse.make(b"{}", (signer.keyid, b"x"))})
        for wrong in (elsewhere, units, unsaid):
            with pytest.raises(Refused) as refused:
                registry_key(known, wrong, 9)
            assert refused.value.code is Code.MANDATE
