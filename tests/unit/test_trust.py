"""Mandates: who may sign what, and when it counts (PROTOCOL 4, WIRE 21, 24, WIRE-CHOICES A, B)."""

import base64
from typing import Any

import pytest

from contracts import pairing
from contracts.approval import Possession
from contracts.channels import PAIRING, REGISTRY, TRUST
from contracts.dsse import Dsse, pae
from contracts.envelope import ZEROS
from contracts.profile import compact
from contracts.trust import KeyEntry, Mandate, UnitAdmitted
from contracts.vocabulary import KeyKind, Role, Suspension
from services.domain import keys
from services.domain.clocks import DAY, HOUR, format_time
from services.domain.trust import ROOT
from services.registry import ceremony
from services.signing import dsse, possession
from services.vectors.seeds import EXPIRES, START_AT, identifier
from services.verifier import Verdict
from tests.support.mandates import (
    EFFECTIVE,
    HENAN,
    MANDATE,
    SHAPE,
    STATE,
    SUIPING,
    Attack,
    Said,
    admission,
    admit,
    entry,
    fields,
)
from tests.support.world import XINCAI, YIWU, ZHUMADIAN, Result, World, plain, seeded, world


def signed_as(w: World, purpose: str) -> Verdict:
    """The registrars signed these bytes, but as something else."""
    payload = mandate_payload(w)
    papers = Dsse.make(payload, *((s.keyid, s.sign(purpose, payload)) for s in w.signers(HENAN, 2)))
    return w.trust(UnitAdmitted.under(papers))


def mandate_payload(w: World, **changes: Any) -> bytes:
    usual = {"exchange": w.exchange, "role": HENAN, "number": w.roster.last[HENAN] + 1, "action": UnitAdmitted.TYPE}
    return compact({**usual, "subject": SUIPING, "body": admission(w), "expires": EXPIRES, **changes})


def bare(w: World, payload: bytes) -> Verdict:
    """Any payload under the registrars' signatures, as data of a unit_admitted."""
    signers = w.signers(HENAN, 2)
    signatures = [
        {"keyid": s.keyid, "sig": base64.b64encode(s.sign(Mandate.PURPOSE, payload)).decode()} for s in signers
    ]
    data = {"mandate": {"payload": base64.b64encode(payload).decode(), "signatures": signatures}}
    event = UnitAdmitted.under(Dsse.make(mandate_payload(w), (signers[0].keyid, bytes(64))))
    return w.write(REGISTRY, TRUST, SUIPING, event, data=data)


def possessed(w: World, by: str = "new", key: str = "new", **changes: Any) -> dict[str, Any]:
    """A key entry whose possession was signed by ``by`` and says what ``changes`` say."""
    public = base64.b64encode(seeded(key).public).decode()
    told = {"exchange": w.exchange, "holder": SUIPING, "kind": "unit", "key": public, **changes}
    papers = dsse(seeded(by), Possession.PURPOSE, compact(told))
    return admission(w, KeyEntry(holder=SUIPING, kind=KeyKind.UNIT, key=public, possession=papers))


def weak(w: World, public: bytes) -> dict[str, Any]:
    """A key of small order "proves" its possession with a signature that is good for every message."""
    key = base64.b64encode(public).decode()
    told = Possession(exchange=w.exchange, holder=SUIPING, kind="unit", key=key).to_payload()
    papers = Dsse.make(told, ("0" * 64, IDENTITY + bytes(32)))
    return admission(w, KeyEntry(holder=SUIPING, kind=KeyKind.UNIT, key=key, possession=papers))


IDENTITY = (1).to_bytes(32, "little")
_P, _Y = 2**255 - 19, keys._ORDER_8
SMALL = [0, 1, _P - 1, _Y, _P - _Y, _P, _P + 1]
"""y of the points of small order, two of them not reduced; each with both signs: the 14 encodings of WIRE 8."""
WEAK = [(y | sign << 255).to_bytes(32, "little") for y in SMALL for sign in (0, 1)]

MANDATES: list[tuple[str, Attack, Said]] = [
    ("by two registrars of its province", admit, EFFECTIVE),
    ("by all three", lambda w: admit(w, signers=w.signers(HENAN, 3)), EFFECTIVE),
    ("by one registrar", lambda w: admit(w, signers=w.signers(HENAN, 1)), MANDATE),
    ("by one registrar, twice", lambda w: admit(w, signers=w.signers(HENAN, 1) * 2), MANDATE),
    ("by two, and a stranger", lambda w: admit(w, signers=[seeded("x"), *w.signers(HENAN, 2)]), EFFECTIVE),
    ("by registrars of another province", lambda w: admit(w, signers=w.signers("registrar.33", 2)), MANDATE),
    ("in another province's name", lambda w: admit(w, role="registrar.33", number=99), MANDATE),
    ("by the root", lambda w: admit(w, role=ROOT, signers=w.signers(ROOT, 2)), MANDATE),
    ("by duty officers", lambda w: admit(w, role="duty.41", signers=w.signers("duty.41", 1)), MANDATE),
    ("of a province nobody delegated", lambda w: admit(w, admission(w, unit="511700000000")), MANDATE),
    ("for another exchange", lambda w: admit(w, exchange="f" * 64), MANDATE),
    ("for the exchange of zeros", lambda w: admit(w, exchange=ZEROS), MANDATE),
    ("with the last number again", lambda w: admit(w, number=w.roster.last[HENAN]), MANDATE),
    ("with a number left out", lambda w: admit(w, number=w.roster.last[HENAN] + 2), MANDATE),
    ("a millisecond before it expires", lambda w: admit(w, expires=format_time(w.now + 1_001)), EFFECTIVE),
    ("when it expires", lambda w: admit(w, expires=format_time(w.now + 1_000)), MANDATE),
    ("under another subject", lambda w: admit(w, tamper={"subject": XINCAI}), MANDATE),
    ("with another subject in the mandate", lambda w: admit(w, subject=XINCAI), SHAPE),
    ("with another action", lambda w: bare(w, mandate_payload(w, action="duikou.trust.key_added.v1")), MANDATE),
    ("signed as a submission", lambda w: signed_as(w, "application/vnd.duikou.submission.v1+json"), MANDATE),
    ("a member of the mandate too many", lambda w: bare(w, mandate_payload(w, more=1)), SHAPE),
    ("a mandate that is no JSON", lambda w: bare(w, b"{]"), SHAPE),
    ("a mandate with spaces", lambda w: bare(w, mandate_payload(w).replace(b",", b", ", 1)), SHAPE),
    ("a mandate of more than 8 KiB", lambda w: bare(w, mandate_payload(w, more="x" * 8_192)), SHAPE),
    ("a body of another event", lambda w: bare(w, mandate_payload(w, body={"unit": SUIPING})), SHAPE),
    ("a unit admitted already", lambda w: admit(w, admission(w, entry(w, XINCAI), XINCAI), subject=XINCAI), STATE),
    ("a key of another holder", lambda w: admit(w, admission(w, entry(w, XINCAI))), MANDATE),
    ("a key of another kind", lambda w: admit(w, admission(w, entry(w, kind=KeyKind.OFFICER))), MANDATE),
    ("another unit's key", lambda w: admit(w, admission(w, entry(w, name=YIWU))), MANDATE),
    ("an officer's key", lambda w: admit(w, admission(w, entry(w, name=f"{XINCAI}/author"))), MANDATE),
    ("a root key", lambda w: admit(w, admission(w, entry(w, name="root.1"))), MANDATE),
    ("possession by another key", lambda w: admit(w, possessed(w, by="other")), MANDATE),
    ("possession for another holder", lambda w: admit(w, possessed(w, holder=XINCAI)), MANDATE),
    ("possession for another kind", lambda w: admit(w, possessed(w, kind="officer")), MANDATE),
    ("possession for another exchange", lambda w: admit(w, possessed(w, exchange=ZEROS)), MANDATE),
    ("possession of another key", lambda w: admit(w, possessed(w, key="y", by="y") | _other_key(w)), MANDATE),
]


def _other_key(w: World) -> dict[str, Any]:
    """The right entry with another key's possession."""
    good, other = entry(w), possessed(w, key="y", by="y")["key"]["possession"]
    return {"key": fields(good) | {"possession": other}}


@pytest.mark.parametrize(("attack", "becomes"), [row[1:] for row in MANDATES], ids=[row[0] for row in MANDATES])
def test_a_mandate_counts_only_if_all_of_it_is_right(attack: Attack, becomes: Said) -> None:
    w = world()
    assert plain(attack(w)) == becomes
    assert (SUIPING in w.history(TRUST).channel.trust.units) == (becomes == EFFECTIVE)


@pytest.mark.parametrize("public", WEAK, ids=[public.hex() for public in WEAK])
def test_a_key_of_small_order_is_never_enrolled(public: bytes) -> None:
    w = world()
    assert plain(admit(w, weak(w, public))) == MANDATE


def test_there_are_fourteen_weak_encodings_and_one_signature_fits_them() -> None:
    """Why they are refused: nobody needs a private key (WIRE 8)."""
    assert len(set(WEAK)) == 14
    assert keys.verifies(IDENTITY, pae("any", b"thing"), IDENTITY + bytes(32))
    assert not any(keys.acceptable(public) for public in WEAK)
    assert keys.acceptable(seeded("any").public)
    assert not keys.acceptable(b"short")
    assert not keys.acceptable((2**255 - 20 + 19).to_bytes(32, "little"))  # y = p, not reduced


def test_a_void_mandate_uses_no_number_up() -> None:
    """WIRE-CHOICES B31."""
    w = world()
    assert plain(admit(w, number=99)) == MANDATE
    assert plain(admit(w)) == EFFECTIVE


# -- keys of units -----------------------------------------------------------------------------------------------------


def add_key(w: World, name: str = "second", signers: int = 2, by: str = "", **endorsed: Any) -> Verdict:
    """新蔡 gets a further key; endorsed by the key of that name, if any."""
    key = entry(w, XINCAI, name)
    papers = ceremony.endorsement(seeded(by), endorsed.get("of", key)) if by else None
    verdict = w.trust(ceremony.key_added(w.by(HENAN, signers), key, papers))
    w.copy_trust(w.channel)
    return verdict


@pytest.mark.parametrize(
    ("signers", "by", "becomes"),
    [(2, "", EFFECTIVE), (1, "", MANDATE), (1, XINCAI, EFFECTIVE), (1, YIWU, MANDATE), (2, "nobody", MANDATE)],
)
def test_an_endorsed_key_needs_one_registrar_another_the_threshold(signers: int, by: str, becomes: Said) -> None:
    assert plain(add_key(world(), signers=signers, by=by)) == becomes


def test_an_endorsed_key_counts_at_once() -> None:
    w = world()
    add_key(w, signers=1, by=XINCAI)
    assert plain(w.share(signer=seeded("second"))) == EFFECTIVE
    assert plain(w.share()) == EFFECTIVE  # and the old one still


def test_a_key_the_unit_did_not_sign_counts_after_72_hours() -> None:
    """From the effective time of its copy, to the millisecond."""
    w = world()
    add_key(w)
    copied = w.last().at
    assert plain(w.share(signer=seeded("second"), at=copied + 72 * HOUR - 1)) == (Result.NOISE, "signature")
    assert plain(w.share(signer=seeded("second"), at=copied + 72 * HOUR)) == EFFECTIVE


def test_an_endorsement_is_of_this_key() -> None:
    w = world()
    other = entry(w, XINCAI, "third")
    assert plain(add_key(w, signers=1, by=XINCAI, of=other)) == MANDATE


def test_a_closed_key_endorses_nothing_and_never_comes_back() -> None:
    w = world()
    add_key(w, signers=1, by=XINCAI)
    closed = w.trust(ceremony.key_closed(w.by(HENAN), XINCAI, seeded(XINCAI).keyid))
    assert plain(closed) == EFFECTIVE
    assert plain(add_key(w, "third", signers=1, by=XINCAI)) == MANDATE
    w.roster = ceremony.Roster.of(w.history(TRUST).channel.trust)
    assert plain(add_key(w, XINCAI, signers=2)) == MANDATE
    w.roster = ceremony.Roster.of(w.history(TRUST).channel.trust)
    again = w.trust(ceremony.key_closed(w.by(HENAN), XINCAI, seeded(XINCAI).keyid))
    assert plain(again) == STATE


# -- officers ----------------------------------------------------------------------------------------------------------


def enrol(w: World, **wrong: Any) -> Verdict:
    officer = wrong.get("id", identifier("somebody"))
    key = possession(seeded("somebody"), w.exchange, officer, wrong.get("kind", KeyKind.OFFICER))
    unit = wrong.get("unit", XINCAI)
    until = format_time(START_AT + wrong.get("days", 300) * DAY)
    by = w.by(HENAN)
    return w.trust(ceremony.officer(by, officer, unit, (Role.AUTHOR,), format_time(START_AT), until, key))


@pytest.mark.parametrize(
    ("wrong", "becomes"),
    [
        ({}, EFFECTIVE),
        ({"days": 366}, EFFECTIVE),
        ({"days": 367}, MANDATE),
        ({"days": 0}, MANDATE),
        ({"unit": SUIPING}, STATE),
        ({"unit": YIWU}, MANDATE),
        ({"kind": KeyKind.UNIT}, MANDATE),
        ({"id": "0" * 36}, SHAPE),
    ],
)
def test_an_officer_is_enrolled_by_his_own_province_for_a_year(wrong: dict[str, Any], becomes: Said) -> None:
    assert plain(enrol(world(), **wrong)) == becomes


def test_an_officer_ends_once_and_does_not_come_back() -> None:
    w = world()
    author = w.officers[f"{XINCAI}/author"]
    assert plain(w.trust(ceremony.officer_ended(w.by(HENAN), author.id, ZHUMADIAN))) == STATE
    w.roster = ceremony.Roster.of(w.history(TRUST).channel.trust)
    assert plain(w.trust(ceremony.officer_ended(w.by(HENAN), author.id, XINCAI))) == EFFECTIVE
    w.copy_trust(w.channel)
    assert plain(w.share()) == (Result.VOID, "officers")
    assert plain(w.trust(ceremony.officer_ended(w.by(HENAN), author.id, XINCAI))) == STATE
    assert plain(enrol(w, id=author.id)) == MANDATE  # void for its number: the roster went on
    w.roster = ceremony.Roster.of(w.history(TRUST).channel.trust)
    assert plain(enrol(w, id=author.id)) == STATE


# -- suspension --------------------------------------------------------------------------------------------------------


def suspend(w: World, role: str = "duty.41", signers: int = 1) -> Verdict:
    verdict = w.trust(ceremony.suspended(w.by(role, signers), XINCAI, Suspension.BREACH))
    w.copy_trust(w.channel)
    return verdict


def test_a_suspension_makes_permissions_void_and_lets_facts_stand() -> None:
    w = world()
    ours, theirs = (w.share(source=unit).draft for unit in (XINCAI, YIWU))
    assert ours is not None
    assert theirs is not None
    assert plain(suspend(w)) == EFFECTIVE
    assert [plain(w.share(source=unit)) for unit in (XINCAI, YIWU)] == [(Result.VOID, "suspended")] * 2
    assert plain(w.fact(XINCAI, theirs.subject)) == EFFECTIVE
    assert plain(w.fact(YIWU, ours.subject)) == EFFECTIVE
    assert plain(w.withdraw(XINCAI, ours.subject)) == EFFECTIVE


def test_an_unconfirmed_suspension_lapses_after_72_hours() -> None:
    w = world()
    suspend(w)
    copied = w.last().at
    assert plain(w.share(at=copied + 72 * HOUR - 1)) == (Result.VOID, "suspended")
    assert plain(w.share(at=copied + 72 * HOUR)) == EFFECTIVE


def test_the_registrars_confirm_and_reinstate() -> None:
    w = world()
    suspend(w)
    assert plain(suspend(w, HENAN, 1)) == MANDATE
    w.roster = ceremony.Roster.of(w.history(TRUST).channel.trust)
    assert plain(suspend(w, HENAN, 2)) == EFFECTIVE
    assert plain(suspend(w)) == EFFECTIVE  # and a duty officer cannot shorten it
    w.later(73 * HOUR)
    assert plain(w.share()) == (Result.VOID, "suspended")
    assert plain(w.trust(ceremony.reinstated(w.by("duty.41", 1), XINCAI))) == MANDATE
    assert plain(w.trust(ceremony.reinstated(w.by(HENAN), XINCAI))) == EFFECTIVE
    w.copy_trust(w.channel)
    assert plain(w.share()) == EFFECTIVE


def test_a_suspended_unit_is_neither_proposed_to_nor_answered() -> None:
    """By or towards the unit (WIRE 20)."""
    w = world()
    subject = w.fresh()
    event = w.approved(XINCAI, PAIRING, subject, pairing.Proposed, w.terms(XINCAI, YIWU), role=Role.HEAD)
    offer = w.put(PAIRING, w.seal(w.draft(XINCAI, PAIRING, subject, event, subject)))
    suspend(w)
    w.copy_trust(PAIRING)
    answer = pairing.AnswerSummary(offer=w.signed(offer).digest)
    event = w.approved(YIWU, PAIRING, subject, pairing.Accepted, answer, role=Role.HEAD)
    assert plain(w.write(YIWU, PAIRING, subject, event)) == (Result.VOID, "suspended")
