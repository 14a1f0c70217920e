"""Mandates and keys: who may sign what, and when it counts (PROTOCOL 4, WIRE 8, 24)."""

from collections.abc import Callable
from typing import Any

from contracts.channels import KEEPER, REGISTRY, TRUST
from contracts.envelope import ZEROS
from contracts.vocabulary import KeyKind
from services.domain.clocks import HOUR, format_time
from services.domain.trust import ROOT
from services.registry import ceremony
from services.signing import possession
from services.verifier import Verdict
from tests.attacks.row import EFFECTIVE, Row, noise, void
from tests.support.decisions import add_key
from tests.support.mandates import (
    HENAN,
    SUIPING,
    WEAK,
    admission,
    admit,
    bare,
    entry,
    mandate_payload,
    other_key,
    possessed,
    signed_as,
    weak,
)
from tests.support.world import XINCAI, YIWU, World, seeded

MANDATE, SHAPE, STATE = void("mandate"), void("shape"), void("state")


def body_with_more(w: World) -> Verdict:
    """A body with a member that no table names."""
    return bare(w, mandate_payload(w, body={**admission(w), "more": 1}))


def with_weak(public: bytes) -> Callable[[World], Verdict]:
    """A unit's first key is one that nobody needs a private part for."""
    return lambda w: admit(w, weak(w, public))


def used_number(w: World) -> Verdict:
    """A void mandate's number is given to a true one."""
    admit(w, signers=w.signers(HENAN, 1))
    return admit(w)


def second_key(ahead: int) -> Callable[[World], Verdict]:
    """A key that the unit did not sign is used so many ms after its copy."""

    def attack(w: World) -> Verdict:
        add_key(w)
        copied = w.last().at
        w.later(HOUR)
        return w.share(signer=seeded("second"), at=copied + ahead)

    return attack


def endorsed_at_once(w: World) -> Verdict:
    """A key that the old one signed is used at once."""
    add_key(w, signers=1, by=XINCAI)
    return w.share(signer=seeded("second"))


def last_in_trust(act: Callable[[World], Any]) -> Callable[[World], Verdict]:
    """What became of the decision itself, not of its copy."""

    def attack(w: World) -> Verdict:
        act(w)
        return w.last(TRUST)

    return attack


def closed_then(act: Callable[[World], Verdict]) -> Callable[[World], Verdict]:
    """After 新蔡's first key was closed."""

    def attack(w: World) -> Verdict:
        add_key(w, signers=1, by=XINCAI)
        w.trust(ceremony.key_closed(w.by(HENAN), XINCAI, seeded(XINCAI).keyid))
        return act(w)

    return attack


def registry_key(*, signers: str) -> Callable[[World], Verdict]:
    """A further key of the registry, decided by that role."""

    def attack(w: World) -> Verdict:
        key = possession(seeded("registry 2"), w.exchange, REGISTRY, KeyKind.REGISTRY)
        return w.trust(ceremony.key_added(w.by(signers), key))

    return attack


def keeper_key(*, by: str) -> Callable[[World], Verdict]:
    """The keeper is admitted, decided by that role."""

    def attack(w: World) -> Verdict:
        key = possession(seeded(KEEPER), w.exchange, KEEPER, KeyKind.KEEPER)
        return w.trust(ceremony.key_added(w.by(by), key))

    return attack


ROWS = [
    Row("Two registrars admit a unit of their province", "P4 W24", admit, EFFECTIVE),
    Row("One registrar admits", "P4 W24", lambda w: admit(w, signers=w.signers(HENAN, 1)), MANDATE),
    Row("One registrar signs twice", "B30 P4", lambda w: admit(w, signers=w.signers(HENAN, 1) * 2), MANDATE),
    Row(
        "Two registrars sign, and a stranger",
        "B30",
        lambda w: admit(w, signers=[seeded("x"), *w.signers(HENAN, 2)]),
        EFFECTIVE,
    ),
    Row("Registrars of another province sign", "P4", lambda w: admit(w, signers=w.signers("registrar.33", 2)), MANDATE),
    Row(
        "Registrars sign in another province's name", "B33", lambda w: admit(w, role="registrar.33", number=99), MANDATE
    ),
    Row("The root admits a unit", "B33 W24", lambda w: admit(w, role=ROOT, signers=w.signers(ROOT, 2)), MANDATE),
    Row("A duty officer admits", "P4", lambda w: admit(w, role="duty.41", signers=w.signers("duty.41", 1)), MANDATE),
    Row(
        "A unit of a province nobody delegated is admitted",
        "P4",
        lambda w: admit(w, admission(w, unit="511700000000")),
        MANDATE,
    ),
    Row("A mandate of another exchange is published", "W24", lambda w: admit(w, exchange="f" * 64), MANDATE),
    Row("A mandate of the exchange of zeros is published", "W9", lambda w: admit(w, exchange=ZEROS), MANDATE),
    Row("A mandate takes a used number", "P4", lambda w: admit(w, number=w.roster.last[HENAN]), MANDATE),
    Row("A mandate leaves a number out", "P4", lambda w: admit(w, number=w.roster.last[HENAN] + 2), MANDATE),
    Row("A void mandate's number is used by the next", "B31", used_number, EFFECTIVE),
    Row(
        "A mandate is published when it expires", "P4", lambda w: admit(w, expires=format_time(w.now + 1_000)), MANDATE
    ),
    Row(
        "A mandate is published a millisecond earlier",
        "P4",
        lambda w: admit(w, expires=format_time(w.now + 1_001)),
        EFFECTIVE,
    ),
    Row(
        "The registry puts a mandate under another subject",
        "B33",
        lambda w: admit(w, tamper={"subject": XINCAI}),
        MANDATE,
    ),
    Row("Registrars sign another subject than the unit", "W19", lambda w: admit(w, subject=XINCAI), SHAPE),
    Row(
        "The registry uses a mandate for another action",
        "B33",
        lambda w: bare(w, mandate_payload(w, action="duikou.trust.key_added.v1")),
        MANDATE,
    ),
    Row(
        "Registrars sign a mandate as a submission",
        "P2 W7",
        lambda w: signed_as(w, "application/vnd.duikou.submission.v1+json"),
        MANDATE,
    ),
    Row("A mandate has a member too many", "B32", lambda w: bare(w, mandate_payload(w, more=1)), SHAPE),
    Row("A mandate's body has a member too many", "A8", body_with_more, SHAPE),
    Row("A mandate is no JSON", "B32", lambda w: bare(w, b"{]"), SHAPE),
    Row("A mandate has spaces", "W7 B32", lambda w: bare(w, mandate_payload(w).replace(b",", b", ", 1)), SHAPE),
    Row("A mandate has more than 8 KiB", "W4 B13", lambda w: bare(w, mandate_payload(w, more="x" * 8_192)), SHAPE),
    Row(
        "A mandate's body is another event's",
        "A8",
        lambda w: bare(w, mandate_payload(w, body={"unit": SUIPING})),
        SHAPE,
    ),
    Row(
        "A unit is admitted twice",
        "P4",
        lambda w: admit(w, admission(w, entry(w, XINCAI), XINCAI), subject=XINCAI),
        STATE,
    ),
    # -- keys
    Row(
        "A unit is enrolled with a key of another holder",
        "W8 B27",
        lambda w: admit(w, admission(w, entry(w, XINCAI))),
        MANDATE,
    ),
    Row(
        "A unit is enrolled with an officer's kind of key",
        "W8",
        lambda w: admit(w, admission(w, entry(w, kind=KeyKind.OFFICER))),
        MANDATE,
    ),
    Row(
        "A unit is enrolled with another unit's key",
        "P2",
        lambda w: admit(w, admission(w, entry(w, name=YIWU))),
        MANDATE,
    ),
    Row(
        "A unit is enrolled with an officer's key",
        "P2",
        lambda w: admit(w, admission(w, entry(w, name=f"{XINCAI}/author"))),
        MANDATE,
    ),
    Row("A unit is enrolled with a root key", "P2", lambda w: admit(w, admission(w, entry(w, name="root.1"))), MANDATE),
    Row("Another key proves possession", "P2 W8", lambda w: admit(w, possessed(w, by="other")), MANDATE),
    Row("Possession is of another holder", "W8", lambda w: admit(w, possessed(w, holder=XINCAI)), MANDATE),
    Row("Possession is of another kind", "W8", lambda w: admit(w, possessed(w, kind="officer")), MANDATE),
    Row("Possession is of another exchange", "W9", lambda w: admit(w, possessed(w, exchange=ZEROS)), MANDATE),
    Row(
        "Possession is of another key", "W8", lambda w: admit(w, possessed(w, key="y", by="y") | other_key(w)), MANDATE
    ),
    *(
        Row(
            f"A unit is enrolled with the weak key {public.hex()[:6]}…{public.hex()[-6:]}",
            "W8 B29 P4",
            with_weak(public),
            MANDATE,
        )
        for public in WEAK
    ),
    Row("Two registrars add a key that the unit did not sign", "B25 P4", last_in_trust(add_key), EFFECTIVE),
    Row(
        "One registrar adds a key that the unit did not sign",
        "P4 B25",
        last_in_trust(lambda w: add_key(w, signers=1)),
        MANDATE,
    ),
    Row(
        "One registrar adds a key that the unit signed",
        "B25",
        last_in_trust(lambda w: add_key(w, signers=1, by=XINCAI)),
        EFFECTIVE,
    ),
    Row("Another unit endorses the key", "B25", last_in_trust(lambda w: add_key(w, signers=1, by=YIWU)), MANDATE),
    Row("A stranger endorses the key", "B25", last_in_trust(lambda w: add_key(w, by="nobody")), MANDATE),
    Row(
        "The endorsement is of another key",
        "B25",
        last_in_trust(lambda w: add_key(w, signers=1, by=XINCAI, of=entry(w, XINCAI, "third"))),
        MANDATE,
    ),
    Row(
        "A key that the unit did not sign is used after 72 hours less a millisecond",
        "P4 W21",
        second_key(72 * HOUR - 1),
        noise("signature"),
    ),
    Row("A key that the unit did not sign is used after 72 hours", "B23 W21", second_key(72 * HOUR), EFFECTIVE),
    Row("A key that the unit signed is used at once", "B24", endorsed_at_once, EFFECTIVE),
    Row(
        "A closed key endorses another",
        "B25",
        closed_then(last_in_trust(lambda w: add_key(w, "third", signers=1, by=XINCAI))),
        MANDATE,
    ),
    Row("A closed key is enrolled again", "B26 P2", closed_then(last_in_trust(lambda w: add_key(w, XINCAI))), MANDATE),
    Row(
        "A key is closed twice",
        "P4",
        closed_then(lambda w: w.trust(ceremony.key_closed(w.by(HENAN), XINCAI, seeded(XINCAI).keyid))),
        STATE,
    ),
    Row("Registrars give the registry a key", "W24 B33", registry_key(signers=HENAN), MANDATE),
    Row("The root gives the registry a key", "W24 B24", registry_key(signers=ROOT), EFFECTIVE),
    Row("Registrars admit a keeper", "W26", keeper_key(by=HENAN), MANDATE),
    Row("The root admits a keeper", "W26", keeper_key(by=ROOT), EFFECTIVE),
]
