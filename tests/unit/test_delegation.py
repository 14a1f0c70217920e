"""The root decides, and how trust reaches a channel (PROTOCOL 3, 4, WIRE 21, WIRE-CHOICES A1, A2, B25-B37)."""

import base64

from contracts import trust as said
from contracts.channel import TrustCopied
from contracts.channels import PAIRING, REGISTRY, TRUST, Kind
from contracts.envelope import ZEROS, Embedded
from contracts.vocabulary import KeyKind, Suspension, UnitKind
from services.domain.clocks import DAY, format_time
from services.domain.trust import MAX_ROTATION, ROOT
from services.registry import ceremony, genesis
from services.signing import possession
from services.vectors.seeds import EXPIRES, policy
from tests.support.decisions import ALL_NEW, R1, R2, R3, copy, delegate, registrars, rotate
from tests.support.mandates import (
    EFFECTIVE,
    HENAN,
    MANDATE,
    SHAPE,
    admit,
    fields,
)
from tests.support.world import JINHUA, XINCAI, YIWU, Result, plain, seeded, world

# -- the root's decisions ----------------------------------------------------------------------------------------------


def test_a_rotation_closes_who_left_and_the_old_registry_key() -> None:
    w, old = world(), seeded(REGISTRY)
    rotate(w, registry=seeded("new registry"))
    assert plain(w.trust(ceremony.policy(w.by(ROOT), policy()), signer=old)) == (Result.NOISE, "signature")
    w.roster.last[ROOT] -= 1
    by = w.roster.by(ROOT, [seeded("root.2"), seeded("root.3")], EXPIRES)
    assert plain(w.trust(ceremony.policy(by, policy()))) == MANDATE
    w.roster.last[ROOT] -= 1
    by = w.roster.by(ROOT, [seeded("root.2"), seeded("new")], EXPIRES)
    assert plain(w.trust(ceremony.policy(by, policy()))) == EFFECTIVE


def test_a_rotation_fits_a_genesis() -> None:
    """What duikou.trust accepts, every later genesis can embed (WIRE 4, WIRE-CHOICES A7)."""
    w = world()
    rotate(w, roots=ALL_NEW, signers=[*ALL_NEW, *w.signers(ROOT, 3)])
    verdict = w.last(TRUST)
    assert verdict.draft is not None
    assert len(verdict.draft.data.mandate.raw) <= MAX_ROTATION


def test_a_channel_opened_after_two_rotations_lives() -> None:
    """Rotations of the genesis only find the registry's key; all trust is then copied in order (WIRE-CHOICES A1)."""
    w = world()
    rotate(w, registry=seeded("registry 2"))
    rotate(w, 3, [*w.signers(ROOT, 2), seeded("newer")], registry=seeded("registry 3"))
    rotations = [r for v in w.verdicts[TRUST] if v.draft and (r := genesis.rotation(v.draft)) is not None]
    assert len(rotations) == 2
    w.copy_trust(PAIRING)
    offer, answer = w.agree(YIWU, XINCAI)
    channel = w.channel = genesis.enabled(w.exchange, Kind.PAIRING, answer)
    assert w.open(channel, genesis.pairing(w.root, offer, answer)).result is Result.NOISE  # not the root's key any more
    assert plain(
        w.write(REGISTRY, channel, channel, genesis.pairing(w.root, offer, answer, rotations), seen=_none())
    ) == (EFFECTIVE)
    w.copy_trust(channel)
    assert {plain(v) for v in w.verdicts[channel][1:]} == {EFFECTIVE}
    w.publish_key(YIWU, channel)
    w.publish_key(XINCAI, channel)
    assert plain(w.share()) == EFFECTIVE
    trust = w.history(channel).channel.trust
    assert (trust.version, trust.root) == (3, w.history(TRUST).channel.trust.root)


def _none() -> str:
    return f"1.-1.{ZEROS}"


def test_a_registry_key_may_change_without_a_rotation() -> None:
    w = world()
    new = possession(seeded("registry 2"), w.exchange, REGISTRY, KeyKind.REGISTRY)
    assert plain(w.trust(ceremony.key_added(w.by(ROOT), new))) == EFFECTIVE
    assert plain(w.trust(ceremony.policy(w.by(ROOT), policy()))) == (Result.NOISE, "signature")
    w.write(REGISTRY, w.channel, w.channel, genesis.copied(w.signed(w.verdicts[TRUST][-2])))
    assert plain(w.last()) == EFFECTIVE
    w.keys[REGISTRY] = seeded("registry 2")
    w.roster.last[ROOT] -= 1
    assert plain(w.trust(ceremony.policy(w.by(ROOT), policy()))) == EFFECTIVE
    w.copy_trust(w.channel)
    assert plain(w.last()) == EFFECTIVE


def test_a_registrar_who_left_signs_no_more_and_does_not_come_back() -> None:
    w = world()
    delegate(w, registrars(w, R1, R2))
    w.roster.last[ROOT] += 1
    assert plain(admit(w, signers=[seeded(R2), seeded(R3)])) == MANDATE
    assert plain(delegate(w, registrars(w, R1, R2, R3))) == MANDATE
    assert plain(admit(w)) == EFFECTIVE


# -- copies ------------------------------------------------------------------------------------------------------------


def test_a_copy_out_of_order_is_void_and_a_late_one_is_not() -> None:
    """Per subject the numbers grow; a unit whose province has gone on can still be copied (WIRE-CHOICES A2)."""
    w = world()
    first = w.trust(ceremony.suspended(w.by(HENAN), XINCAI, Suspension.BREACH))
    second = w.trust(ceremony.reinstated(w.by(HENAN), XINCAI))
    late = admit(w, number=w.roster.last[HENAN] + 1)
    for verdict, becomes in ((late, EFFECTIVE), (second, EFFECTIVE), (first, MANDATE)):
        assert plain(copy(w, verdict)) == becomes
    assert plain(w.share()) == EFFECTIVE


def test_a_copy_is_judged_by_the_mandate_alone() -> None:
    """Neither by the embedded signature nor by the date until which it may be published (P4, WIRE-CHOICES B34)."""
    w = world()
    original = w.signed(admit(w, expires=format_time(w.now + 2_000)))
    w.later(DAY)
    true = genesis.copied(original)
    unsigned = Embedded(envelope=true.embedded.envelope, signature=base64.b64encode(bytes(64)).decode())
    event = TrustCopied(summary=true.summary, embedded=unsigned)
    assert plain(w.write(REGISTRY, w.channel, w.channel, event)) == EFFECTIVE


def test_a_copy_of_what_the_signers_did_not_sign_is_void() -> None:
    w = world()
    assert plain(copy(w, admit(w, signers=w.signers(HENAN, 1)))) == MANDATE


def test_a_profile_is_not_copied() -> None:
    w = world()
    page = said.Profile(
        unit=XINCAI,
        name="新蔡县公安局禁毒大队（示例）",
        word="新公禁",
        unit_kind=next(iter(UnitKind)),
        duty_phone="000-00000000",
        intake_desk="综合中队（示例）",
        address="示例路1号",
        seal_name="示例印章",
    )
    verdict = w.trust(ceremony.profile(w.by(HENAN), page))
    assert plain(verdict) == EFFECTIVE
    assert plain(copy(w, verdict)) == MANDATE


def test_a_policy_stands_under_its_subject() -> None:
    w = world()
    by = w.by(ROOT)
    body = fields(policy())
    event = ceremony.mandate(w.exchange, ROOT, by.number, said.PolicyPublished, "root", body, EXPIRES, by.signers)
    assert plain(w.trust(event)) == SHAPE


def test_a_heartbeat_stands_under_policy() -> None:
    """WIRE-CHOICES B11."""
    w = world()
    event = said.Heartbeat(summary=said.HeartbeatSummary(every=600))
    assert plain(w.write(REGISTRY, TRUST, "policy", event)) == EFFECTIVE


# -- where it is copied ------------------------------------------------------------------------------------------------


def test_where_trust_is_copied() -> None:
    """WIRE 21: of everybody everywhere, of a unit where it writes or reads, all of it to the open topics."""
    w = world()
    by_subject = {v.draft.subject: v.draft for v in w.verdicts[TRUST] if v.draft is not None}
    officer = by_subject[w.officers[f"{XINCAI}/head"].id]
    elsewhere = ((YIWU, JINHUA), (JINHUA,))
    assert genesis.concerns(by_subject["policy"], *elsewhere)
    assert genesis.concerns(by_subject["root"], *elsewhere)  # the last of them: a province
    assert not genesis.concerns(by_subject[XINCAI], *elsewhere)
    assert not genesis.concerns(officer, *elsewhere)
    assert genesis.concerns(by_subject[XINCAI], (XINCAI, YIWU))
    assert genesis.concerns(officer, (YIWU, JINHUA), (XINCAI,))
    assert genesis.concerns(officer)
    root = next(v.draft for v in w.verdicts[TRUST] if v.draft is not None)
    assert not genesis.concerns(root)
