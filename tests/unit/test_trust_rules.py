"""Mandates one by one: under which subject they stand, of whom they speak, what they change (WIRE 19, 24)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from contracts import trust as said
from contracts.channel import LedgerReopened, ReopenedBody, StandsBy
from contracts.channels import KEEPER, REGISTRY, TRUST
from contracts.envelope import Envelope
from contracts.refusals import Code, Refused
from contracts.vocabulary import KeyKind, Suspension, UnitKind
from services.domain.trust import ROOT, Trust, establish
from services.registry import ceremony, genesis
from services.signing import possession
from services.vectors.seeds import EXPIRES, policy
from services.verifier import Verdict
from tests.support.decisions import R1, R2, R3, add_key, copy, delegate, registrars
from tests.support.mandates import HENAN, entry
from tests.support.world import XINCAI, ZHUMADIAN, Result, World, plain, seeded, world

SHAPE, STATE, MANDATE = ((Result.VOID, code) for code in ("shape", "state", "mandate"))
EFFECTIVE = (Result.EFFECTIVE, "")
NOWHERE = "411728000000"
"""A unit of Henan that nobody admitted."""
NOBODY = "00000000-0000-4000-8000-0000000000ff"


def told(w: World, role: str, event: type[said.Mandated], subject: str, body: BaseModel, signers: int = 2) -> Verdict:
    """A mandate of that role, whatever subject it names."""
    by = w.by(role, signers)
    return w.trust(ceremony.mandate(w.exchange, role, by.number, event, subject, body, EXPIRES, by.signers))


def trust(w: World) -> Trust:
    return w.history(TRUST).channel.trust


def rotation(w: World) -> said.RootBody:
    return ceremony.root_body(w.exchange, 2, [*w.signers(ROOT, 2), seeded("new")], w.keys[REGISTRY])


def henan(w: World) -> said.ProvinceBody:
    return said.ProvinceBody(province="41", registrars=registrars(w, R1, R2, R3), duty=(), threshold=2)


def page(unit: str = XINCAI) -> said.Profile:
    texts = dict.fromkeys(("name", "word", "intake_desk", "address", "seal_name"), "示例")
    return said.Profile(unit=unit, unit_kind=next(iter(UnitKind)), duty_phone="000-00000000", **texts)


def closing(w: World, holder: str = XINCAI) -> said.KeyClosedBody:
    return said.KeyClosedBody(holder=holder, key=w.keys[XINCAI].keyid, emergency=False)


def breach(unit: str = XINCAI) -> said.SuspendedBody:
    return said.SuspendedBody(unit=unit, reason=Suspension.BREACH)


Said = Callable[[World], tuple[str, type[said.Mandated], str, BaseModel]]
SUBJECTS: dict[str, Said] = {
    "a rotation": lambda w: (ROOT, said.RootRotated, "41", rotation(w)),
    "a province": lambda w: (ROOT, said.ProvinceDelegated, "41", henan(w)),
    "a profile": lambda w: (HENAN, said.UnitProfilePublished, ZHUMADIAN, page()),
    "a further key": lambda w: (HENAN, said.KeyAdded, ZHUMADIAN, said.KeyAddedBody(key=entry(w, XINCAI, "second"))),
    "a closing": lambda w: (HENAN, said.KeyClosed, ZHUMADIAN, closing(w)),
    "a suspension": lambda w: (HENAN, said.UnitSuspended, ZHUMADIAN, breach()),
    "a reinstatement": lambda w: (HENAN, said.UnitReinstated, ZHUMADIAN, said.Open(unit=XINCAI)),
    "a policy": lambda w: (ROOT, said.PolicyPublished, ROOT, policy()),
}


@pytest.mark.parametrize("name", SUBJECTS)
def test_what_is_decided_stands_under_its_own_subject(name: str) -> None:
    w = world()
    before = trust(w)
    assert plain(told(w, *SUBJECTS[name](w))) == SHAPE
    assert trust(w) == before


UNKNOWN: dict[str, Said] = {
    "a profile": lambda w: (HENAN, said.UnitProfilePublished, NOWHERE, page(NOWHERE)),
    "a further key": lambda w: (HENAN, said.KeyAdded, NOWHERE, said.KeyAddedBody(key=entry(w, NOWHERE, "second"))),
    "a closing": lambda w: (HENAN, said.KeyClosed, NOWHERE, closing(w, NOWHERE)),
    "a suspension": lambda w: (HENAN, said.UnitSuspended, NOWHERE, breach(NOWHERE)),
    "a reinstatement": lambda w: (HENAN, said.UnitReinstated, NOWHERE, said.Open(unit=NOWHERE)),
    "an officer who leaves": lambda w: (HENAN, said.OfficerEnded, NOBODY, said.OfficerEndedBody(unit=XINCAI)),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_nothing_is_decided_of_whom_nobody_knows(name: str) -> None:
    w = world()
    assert plain(told(w, *UNKNOWN[name](w))) == STATE


def test_who_suspends_is_a_duty_officer_or_the_registrars() -> None:
    w = world()
    assert plain(told(w, "registrar.33", said.UnitSuspended, XINCAI, breach())) == MANDATE
    assert plain(told(w, "duty.33", said.UnitSuspended, XINCAI, breach(), signers=1)) == MANDATE
    assert plain(told(w, "duty.41", said.UnitSuspended, XINCAI, breach(), signers=1)) == EFFECTIVE


def test_who_leaves_takes_nobody_with_him() -> None:
    w = world()
    author, before = w.officers[f"{XINCAI}/author"].id, trust(w)
    ended = told(w, HENAN, said.OfficerEnded, author, said.OfficerEndedBody(unit=XINCAI))
    after = trust(w)
    assert {name for name in before.officers if before.officers[name] != after.officers.get(name)} == {author}
    assert {name for name in before.keys if before.keys[name] != after.keys.get(name)} == {before.officers[author].key}
    assert (after.officers[author].ended, after.keys[before.officers[author].key].closed) == (ended.at, ended.at)


def test_a_unit_is_suspended_and_reinstated_alone() -> None:
    w = world()
    before = trust(w).units
    told(w, HENAN, said.UnitSuspended, XINCAI, breach())
    assert {name for name, unit in trust(w).units.items() if unit != before[name]} == {XINCAI}
    assert trust(w).units[XINCAI].suspended_until is None
    told(w, HENAN, said.UnitReinstated, XINCAI, said.Open(unit=XINCAI))
    assert trust(w).units == before


def test_an_admission_is_known_by_its_digest() -> None:
    w = world()
    drafts = [verdict.draft for verdict in w.verdicts[TRUST] if verdict.draft is not None]
    admitted = {draft.subject: draft.digest for draft in drafts if isinstance(draft.data, said.UnitAdmitted)}
    assert {unit: known.admission for unit, known in trust(w).units.items()} == admitted


def test_a_policy_is_kept_as_it_was_published() -> None:
    w = world()
    assert trust(w).policy == policy().model_dump(mode="json")


@pytest.mark.parametrize("old", [XINCAI, "second"])
def test_any_key_of_a_unit_that_counts_endorses_another(old: str) -> None:
    w = world()
    assert plain(add_key(w, signers=1, by=XINCAI)) == EFFECTIVE
    assert plain(add_key(w, "third", signers=1, by=old)) == EFFECTIVE


def test_the_keeper_has_keys_of_its_own_sort() -> None:
    w = world()
    key = possession(seeded("keeper"), w.exchange, KEEPER, KeyKind.KEEPER)
    assert plain(told(w, ROOT, said.KeyAdded, ROOT, said.KeyAddedBody(key=key))) == EFFECTIVE
    assert set(trust(w).keys_of(KEEPER)) == {seeded("keeper").keyid}


def test_what_is_copied_was_said_in_trust_of_this_exchange() -> None:
    w = world()
    suspended = told(w, HENAN, said.UnitSuspended, XINCAI, breach())
    for members in ({"exchange": "f" * 64}, {"channel": w.channel}):
        other = w.changed(w.signed(suspended), REGISTRY, **members)
        verdict = w.write(REGISTRY, w.channel, w.channel, genesis.copied(other))
        assert plain(verdict) == MANDATE
    assert plain(copy(w, suspended)) == EFFECTIVE


def test_the_roots_decisions_are_copied_in_their_order() -> None:
    """Of the root's all, of others' those about one subject (WIRE-CHOICES A2)."""
    w = world()
    first = w.trust(ceremony.policy(w.by(ROOT), policy()))
    second = delegate(w, registrars(w, R1, R2, R3))
    assert plain(copy(w, second)) == EFFECTIVE
    assert plain(copy(w, first)) == MANDATE


def test_a_number_counts_once_among_copies() -> None:
    """Two mandates of one number: trust takes the first, and so does every channel."""
    w = world()
    by = w.by(HENAN)
    suspended = w.trust(ceremony.suspended(by, XINCAI, Suspension.BREACH))
    again = w.trust(ceremony.suspended(by, XINCAI, Suspension.ORDER))
    assert [plain(suspended), plain(again)] == [EFFECTIVE, MANDATE]
    assert [plain(copy(w, suspended)), plain(copy(w, again))] == [EFFECTIVE, MANDATE]


def test_a_mandate_is_of_the_role_that_it_names() -> None:
    """Whoever signed it: 河南's registrars under the name of 浙江's decide nothing."""
    w = world()
    number = w.roster.last[HENAN] + 1
    body = said.OfficerEndedBody(unit=XINCAI)
    officer, signers = w.officers[f"{XINCAI}/author"].id, w.signers(HENAN, 2)
    for role, becomes in (("registrar.33", MANDATE), (HENAN, EFFECTIVE)):
        event = ceremony.mandate(w.exchange, role, number, said.OfficerEnded, officer, body, EXPIRES, signers)
        assert plain(w.trust(event)) == becomes


def test_a_province_that_nobody_delegated_admits_nobody() -> None:
    w = world()
    unit = "520100000000"
    key = possession(seeded("elsewhere"), w.exchange, unit, KeyKind.UNIT)
    body = said.AdmittedBody(unit=unit, superior="520000000000", jurisdiction=("520100",), key=key)
    by = ceremony.Authority(w.exchange, "registrar.52", 1, EXPIRES, [seeded("one"), seeded("other")])
    assert plain(w.trust(ceremony.mandate(*by[:3], said.UnitAdmitted, unit, body, *by[3:]))) == MANDATE


REGISTRARS: dict[str, Callable[[World], tuple[said.KeyEntry, ...]]] = {
    "named after another province": lambda w: registrars(w, "n1", "n2", role="registrar.33"),
    "named twice": lambda w: registrars(w, "n1")[:1] * 2,
    "one key under two names": lambda w: registrars(w, "n1", "n1"),
    "that stay, proved for another exchange": lambda w: ceremony.entries("f" * 64, HENAN, [seeded(R1), seeded(R2)]),
}


@pytest.mark.parametrize("name", REGISTRARS)
def test_registrars_are_named_once_after_their_province_and_prove_their_keys(name: str) -> None:
    w = world()
    assert plain(delegate(w, REGISTRARS[name](w))) == MANDATE


def test_a_root_counts_from_the_beginning_and_under_its_name() -> None:
    w = world()
    root = Envelope.parse(w.root.value).draft()
    assert {key.since for key in establish(root, w.exchange).keys.values()} == {0}
    for wrong in (replace(root, subject="policy"), replace(root, data=one_holders(w))):
        with pytest.raises(Refused) as refused:
            establish(wrong, w.exchange)
        assert refused.value.code is Code.MANDATE


def one_holders(w: World) -> said.RootEstablished:
    """A root that one of its holders signed."""
    body = ceremony.root_body("0" * 64, 1, w.signers(ROOT, 3), w.keys[REGISTRY])
    return ceremony.mandate("0" * 64, ROOT, 1, said.RootEstablished, ROOT, body, EXPIRES, w.signers(ROOT, 1))


REOPENINGS: dict[str, dict[str, Any]] = {
    "of another exchange": {"exchange": "f" * 64},
    "of another channel": {"channel": "pairing"},
    "by another province's registrars": {"role": "registrar.33"},
    "under another number": {"number": 3},
}


@pytest.mark.parametrize("name", REOPENINGS)
def test_a_reopening_is_of_this_ledger_and_by_its_registrars(name: str) -> None:
    w, wrong = world(), REOPENINGS[name]
    last = w.history(w.channel).ledger(XINCAI).head
    by = StandsBy(sequence=last.sequence, digest=last.digest)
    body = ReopenedBody(unit=XINCAI, channel=wrong.get("channel", w.channel), epoch=2, stands_by=by)
    said_by = (wrong.get("exchange", w.exchange), wrong.get("role", HENAN), wrong.get("number", 2))
    event = ceremony.mandate(*said_by, LedgerReopened, w.channel, body, EXPIRES, w.signers(HENAN, 2))
    assert plain(w.write(REGISTRY, w.channel, w.channel, event)) == MANDATE


def test_the_keepers_ledger_is_reopened_by_the_root() -> None:
    w = world()
    by = StandsBy(sequence=0, digest=w.history(w.channel).ledger(KEEPER).base)
    for signers, becomes in ((w.signers(HENAN, 2), MANDATE), (w.signers(ROOT, 2), EFFECTIVE)):
        event = ceremony.reopened(w.exchange, KEEPER, w.channel, 2, by, EXPIRES, signers)
        assert plain(w.write(REGISTRY, w.channel, w.channel, event)) == becomes
