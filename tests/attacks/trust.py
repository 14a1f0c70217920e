"""Officers, suspensions, the root, and how trust reaches a channel (PROTOCOL 3, 4, WIRE 20, 21, 26)."""

import base64
from collections.abc import Callable

from contracts import pairing
from contracts import trust as said
from contracts.channel import TrustCopied
from contracts.channels import PAIRING, REGISTRY, TRUST
from contracts.envelope import Embedded
from contracts.vocabulary import KeyKind, Role, Suspension
from services.domain.clocks import DAY, HOUR, format_time
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.vectors.seeds import EXPIRES, UNKNOWN_RULES, policy
from services.verifier import Verdict
from tests.attacks.mandates import last_in_trust
from tests.attacks.row import EFFECTIVE, Row, noise, stops, void
from tests.support.acts import subject_of, suspended
from tests.support.decisions import ALL_NEW, R1, R2, R3, copy, delegate, enrol, registrars, rotate, suspend
from tests.support.ledgers import beat
from tests.support.mandates import (
    HENAN,
    SUIPING,
    admit,
    fields,
)
from tests.support.world import XINCAI, YIWU, World, seeded

MANDATE, SHAPE, STATE = void("mandate"), void("shape"), void("state")
SUSPENDED = void("suspended")


def back_again(w: World) -> Verdict:
    """An officer who ended is enrolled once more under his number."""
    author = w.officers[f"{XINCAI}/author"].id
    w.trust(ceremony.officer_ended(w.by(HENAN), author, XINCAI))
    return enrol(w, id=author)


def ended_elsewhere(w: World) -> Verdict:
    """An officer is ended for a unit that is not his."""
    return w.trust(ceremony.officer_ended(w.by(HENAN), w.officers[f"{XINCAI}/author"].id, "411700000000"))


def left_then_shares(w: World) -> Verdict:
    """The approver left, and the channel heard of it."""
    w.trust(ceremony.officer_ended(w.by(HENAN), w.officers[f"{XINCAI}/approver"].id, XINCAI))
    w.copy_trust(w.channel)
    return w.share()


def left_unheard(w: World) -> Verdict:
    """The approver left, and the channel has not heard of it."""
    w.trust(ceremony.officer_ended(w.by(HENAN), w.officers[f"{XINCAI}/approver"].id, XINCAI))
    return w.share()


def suspension(ahead: int) -> Callable[[World], Verdict]:
    """新蔡 shares so many ms after an unconfirmed suspension reached the channel."""

    def attack(w: World) -> Verdict:
        suspend(w)
        copied = w.last().at
        w.later(HOUR)
        return w.share(at=copied + ahead)

    return attack


def confirmed(w: World) -> Verdict:
    """A suspension that registrars confirmed, four days later."""
    suspend(w)
    suspend(w, HENAN, 2)
    w.later(4 * DAY)
    return w.share()


def shortened(w: World) -> Verdict:
    """A duty officer suspends again what registrars confirmed, and waits for the 72 hours."""
    suspend(w, HENAN, 2)
    suspend(w)
    w.later(4 * DAY)
    return w.share()


def fact_of_a_suspended(w: World) -> Verdict:
    """A suspended recipient's receipt."""
    subject = subject_of(w.share(source=YIWU))
    suspend(w)
    return w.fact(XINCAI, subject)


def proposed_to(w: World) -> Verdict:
    """A unit proposes to one that is suspended."""
    suspend(w)
    w.copy_trust(PAIRING)
    subject = w.fresh()
    event = w.approved(YIWU, PAIRING, subject, pairing.Proposed, w.terms(YIWU, XINCAI), role=Role.HEAD)
    return w.put(PAIRING, w.seal(w.draft(YIWU, PAIRING, subject, event, subject)))


def old_registry_key(w: World) -> Verdict:
    """The registry signs with the key that a rotation replaced."""
    rotate(w, registry=seeded("new registry"))
    return w.trust(ceremony.policy(w.by(ROOT), policy()), signer=seeded(REGISTRY))


def root_who_left(w: World) -> Verdict:
    """The root holder who left signs."""
    rotate(w)
    w.roster = ceremony.Roster.of(w.history(TRUST).channel.trust)
    by = w.roster.by(ROOT, [seeded("root.2"), seeded("root.3")], EXPIRES)
    return w.trust(ceremony.policy(by, policy()))


def long_rotation(w: World) -> Verdict:
    """A rotation of more than 4,096 bytes, which no genesis could embed."""
    by = w.by(ROOT)
    body = ceremony.root_body(w.exchange, 2, [*w.signers(ROOT, 2), seeded("new")], w.keys[REGISTRY])
    long = {**fields(body)}
    for key in long["keys"]:
        one = dict(key["possession"]["signatures"][0])
        key["possession"]["signatures"] = [one] * 8
    event = ceremony.mandate(w.exchange, ROOT, by.number, said.RootRotated, ROOT, long, EXPIRES, by.signers)
    return w.trust(event)


def registrar_who_left(w: World) -> Verdict:
    """A registrar who is delegated no more signs."""
    delegate(w, registrars(w, R1, R2))
    return admit(w, signers=[seeded(R2), seeded(R3)])


def registrar_back(w: World) -> Verdict:
    """A registrar whose key was closed is listed again."""
    delegate(w, registrars(w, R1, R2))
    w.roster.last[ROOT] += 1
    return delegate(w, registrars(w, R1, R2, R3))


def newer_rules(w: World) -> Verdict:
    """The root publishes rules that this software does not know; the next record."""
    w.trust(ceremony.policy(w.by(ROOT), policy(rule_version=UNKNOWN_RULES)))
    w.write(REGISTRY, w.channel, w.channel, genesis.copied(w.signed(w.last(TRUST))))
    return w.share()


def policy_under_root(w: World) -> Verdict:
    """A policy under the subject of the root."""
    by = w.by(ROOT)
    event = ceremony.mandate(
        w.exchange, ROOT, by.number, said.PolicyPublished, "root", fields(policy()), EXPIRES, by.signers
    )
    return w.trust(event)


def out_of_order(w: World) -> Verdict:
    """Reinstated is copied before suspended: the older one comes too late."""
    first = w.trust(ceremony.suspended(w.by(HENAN), XINCAI, Suspension.BREACH))
    second = w.trust(ceremony.reinstated(w.by(HENAN), XINCAI))
    copy(w, second)
    return copy(w, first)


def late_copy(w: World) -> Verdict:
    """A unit whose province has moved on is copied now."""
    late = admit(w)
    w.roster = ceremony.Roster.of(w.history(TRUST).channel.trust)
    copy(w, w.trust(ceremony.reinstated(w.by(HENAN), XINCAI)))
    return copy(w, late)


def copy_after_expiry(w: World) -> Verdict:
    """The mandate expired after it was published and before it is copied."""
    original = admit(w, expires=format_time(w.now + 2_000))
    w.later(DAY)
    return copy(w, original)


def copy_unsigned(w: World) -> Verdict:
    """The registry's signature inside a copy is zeros."""
    true = genesis.copied(w.signed(admit(w)))
    unsigned = Embedded(envelope=true.embedded.envelope, signature=base64.b64encode(bytes(64)).decode())
    event = TrustCopied(summary=true.summary, embedded=unsigned)
    return w.write(REGISTRY, w.channel, w.channel, event)


def nested_copy(w: World) -> Verdict:
    """A copy holds its original as an object, not as bytes."""
    true = genesis.copied(w.signed(admit(w)))
    data = {"summary": fields(true.summary), "embedded": {"envelope": {"a": 1}, "signature": true.embedded.signature}}
    return w.write(REGISTRY, w.channel, w.channel, true, data=data)


def never_published(w: World) -> Verdict:
    """Registrars signed it; ``duikou.trust`` never saw it. The mandate holds here; the auditor finds it."""
    aside = w.copy()
    kept = aside.trust(ceremony.officer_ended(aside.by(ceremony.registrar(YIWU)), w.officers[f"{YIWU}/head"].id, YIWU))
    return w.write(REGISTRY, w.channel, w.channel, genesis.copied(kept.record.message.signed))


ROWS = [
    # -- officers
    Row("An officer is enrolled for 366 days", "P4", lambda w: enrol(w, days=366), EFFECTIVE),
    Row("An officer is enrolled for 367 days", "P4", lambda w: enrol(w, days=367), MANDATE),
    Row("An officer's term ends where it begins", "P4", lambda w: enrol(w, days=0), MANDATE),
    Row("An officer of a unit nobody admitted is enrolled", "P4", lambda w: enrol(w, unit=SUIPING), STATE),
    Row("Henan enrols an officer of Zhejiang", "P4", lambda w: enrol(w, unit=YIWU), MANDATE),
    Row("An officer is enrolled with a unit's kind of key", "W8", lambda w: enrol(w, kind=KeyKind.UNIT), MANDATE),
    Row("An officer's number is no random id", "W19", lambda w: enrol(w, id="0" * 36), SHAPE),
    Row("An officer who ended is enrolled again", "P4", back_again, STATE),
    Row("An officer is ended for another unit", "P4", ended_elsewhere, STATE),
    Row("An officer who left approves", "W21 P4", left_then_shares, void("officers")),
    Row("An officer who left approves before the copy comes", "P3", left_unheard, EFFECTIVE),
    # -- suspension
    Row("A suspended unit shares", "W20 P4", lambda w: suspended(w, XINCAI), SUSPENDED),
    Row("A unit shares towards a suspended one", "W20", lambda w: suspended(w, YIWU), SUSPENDED),
    Row("A suspended recipient signs a receipt", "W20 P1", fact_of_a_suspended, EFFECTIVE),
    Row("A unit proposes to a suspended one", "W20", proposed_to, SUSPENDED),
    Row(
        "A suspended unit shares 72 hours less a millisecond after the copy",
        "W21 P4",
        suspension(72 * HOUR - 1),
        SUSPENDED,
    ),
    Row("A suspended unit shares when the 72 hours are over", "P4", suspension(72 * HOUR), EFFECTIVE),
    Row("A suspended unit waits for the end of a confirmed suspension", "B36", confirmed, SUSPENDED),
    Row("A duty officer shortens what registrars confirmed", "B36", shortened, SUSPENDED),
    Row("One registrar confirms a suspension", "B36", last_in_trust(lambda w: suspend(w, HENAN, 1)), MANDATE),
    Row(
        "A duty officer reinstates", "W24", lambda w: w.trust(ceremony.reinstated(w.by("duty.41", 1), XINCAI)), MANDATE
    ),
    # -- the root
    Row("Two of the old and two of the new rotate the root", "P4", rotate, EFFECTIVE),
    Row(
        "One of the old rotates the root", "P4", lambda w: rotate(w, signers=[seeded("root.1"), seeded("new")]), MANDATE
    ),
    Row("None of the new sign a rotation", "P4", lambda w: rotate(w, roots=ALL_NEW), MANDATE),
    Row(
        "One of the new signs a rotation",
        "P4",
        lambda w: rotate(w, roots=ALL_NEW, signers=[*ALL_NEW[:1], *w.signers(ROOT, 2)]),
        MANDATE,
    ),
    Row("Only the new sign a rotation", "P4", lambda w: rotate(w, roots=ALL_NEW, signers=ALL_NEW), MANDATE),
    Row("A rotation skips a version", "P4 B37", lambda w: rotate(w, version=3), MANDATE),
    Row("A rotation repeats a version", "B37", lambda w: rotate(w, version=1), MANDATE),
    Row(
        "Root holders change places",
        "B26",
        lambda w: rotate(w, roots=[seeded("root.2"), seeded("root.1"), seeded("root.3")]),
        MANDATE,
    ),
    Row("A rotation makes a root key the registry's", "P2", lambda w: rotate(w, registry=seeded("root.1")), MANDATE),
    Row("A rotation is too long for a genesis", "A7", long_rotation, SHAPE),
    Row("The registry signs with the key that a rotation replaced", "A6", old_registry_key, noise("signature")),
    Row("A root holder who left signs", "P4", root_who_left, MANDATE),
    Row(
        "A province is given four registrars", "B28", lambda w: delegate(w, registrars(w, R1, R2, R3, "r4")), EFFECTIVE
    ),
    Row(
        "A province needs more registrars than it has", "B28", lambda w: delegate(w, registrars(w, R1, R2), 3), MANDATE
    ),
    Row("A province lists a registrar twice", "B28", lambda w: delegate(w, registrars(w, R1, R1)), MANDATE),
    Row("Registrars change places", "B26 B27", lambda w: delegate(w, registrars(w, R2, R1)), MANDATE),
    Row("A root holder is made a registrar", "P2", lambda w: delegate(w, registrars(w, R1, "root.1")), MANDATE),
    Row(
        "Registrars are named for another province",
        "B27",
        lambda w: delegate(w, registrars(w, R1, R2, role="registrar.33")),
        MANDATE,
    ),
    Row(
        "A registrar is made a duty officer",
        "P2",
        lambda w: delegate(w, registrars(w, R1, R2), duty=registrars(w, R3, role="duty.41")),
        MANDATE,
    ),
    Row(
        "A province stands under another subject",
        "B11 W24",
        lambda w: delegate(w, registrars(w, R1, R2), tamper={"subject": "policy"}),
        MANDATE,
    ),
    Row("A registrar who left signs", "B26", registrar_who_left, MANDATE),
    Row("A registrar who left is listed again", "B26", registrar_back, MANDATE),
    Row("A policy stands under the root's subject", "B11", policy_under_root, SHAPE),
    Row("A heartbeat stands under another subject", "B11", lambda w: beat(w, subject="root"), SHAPE),
    Row("The root publishes rules that this software does not know", "P1 B43", newer_rules, stops("stalled")),
    # -- copies
    Row("The registry copies an older event of a unit after a newer one", "W21 P4", out_of_order, MANDATE),
    Row("The registry copies a unit long after its province went on", "A2", late_copy, EFFECTIVE),
    Row(
        "The registry names another digest than it embeds", "W21", lambda w: copy(w, admit(w), digest="a" * 64), MANDATE
    ),
    Row(
        "The registry names another sequence than it embeds",
        "W21",
        lambda w: copy(w, admit(w), sequence="000000000001"),
        MANDATE,
    ),
    Row(
        "The registry copies what one registrar signed",
        "P3 B32",
        lambda w: copy(w, admit(w, signers=w.signers(HENAN, 1))),
        MANDATE,
    ),
    Row("The registry copies a mandate after its date", "P4", copy_after_expiry, EFFECTIVE),
    Row("The registry's own signature inside a copy is zeros", "B34", copy_unsigned, EFFECTIVE),
    Row("The registry embeds an object in place of bytes", "W5", nested_copy, SHAPE),
    Row("The registry copies what it never published", "P4", never_published, EFFECTIVE),
]
