"""Mandates: who may sign what, and when it counts (PROTOCOL 4, WIRE 21, 24, WIRE-CHOICES A, B)."""

from contracts import pairing
from contracts.channels import PAIRING, TRUST
from contracts.dsse import pae
from contracts.vocabulary import Role
from services.domain import keys
from services.domain.clocks import HOUR
from services.registry import ceremony
from tests.support.decisions import add_key, enrol, suspend
from tests.support.mandates import (
    EFFECTIVE,
    HENAN,
    IDENTITY,
    MANDATE,
    STATE,
    WEAK,
    admit,
    entry,
)
from tests.support.world import XINCAI, YIWU, ZHUMADIAN, Result, plain, seeded, world

"""y of the points of small order, two of them not reduced; each with both signs: the 14 encodings of WIRE 8."""


def test_there_are_fourteen_weak_encodings_and_one_signature_fits_them() -> None:
    """Why they are refused: nobody needs a private key (WIRE 8)."""
    assert len(set(WEAK)) == 14
    assert keys.verifies(IDENTITY, pae("any", b"thing"), IDENTITY + bytes(32))
    assert not any(keys.acceptable(public) for public in WEAK)
    assert keys.acceptable(seeded("any").public)
    assert not keys.acceptable(b"short")
    assert not keys.acceptable((2**255 - 1).to_bytes(32, "little"))  # y = p + 18, not reduced


def test_a_key_is_a_point_of_the_curve_of_either_sign() -> None:
    """RFC 8032 5.1.3: of 2 to 11 six are the y of one; the library would take any 32 bytes."""
    for sign in (0, 2**255):
        found = [y for y in range(2, 12) if keys.acceptable((y + sign).to_bytes(32, "little"))]
        assert found == [3, 4, 5, 6, 9, 10]


def test_under_what_is_no_key_nothing_verifies() -> None:
    assert not keys.verifies(b"short", b"", bytes(64))


def test_a_void_mandate_uses_no_number_up() -> None:
    """WIRE-CHOICES B31."""
    w = world()
    assert plain(admit(w, number=99)) == MANDATE
    assert plain(admit(w)) == EFFECTIVE


# -- keys of units -----------------------------------------------------------------------------------------------------


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
