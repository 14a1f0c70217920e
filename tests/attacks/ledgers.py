"""Forks, stolen keys and restored databases: how a ledger stops and goes on (PROTOCOL 4, WIRE 14, 17)."""

from collections.abc import Callable
from typing import Any

from contracts.channels import REGISTRY, TRUST
from contracts.envelope import ZEROS
from services.domain.trust import ROOT
from services.registry import ceremony
from services.verifier import Verdict
from tests.attacks.row import EFFECTIVE, FORK, Row, noise, void
from tests.support.decisions import copy
from tests.support.ledgers import beat, close_key, fork, fork_registry, head, new_key, reopen, reopen_as, stands_by
from tests.support.openings import begin
from tests.support.world import XINCAI, YIWU, World, agreed, seeded

MANDATE, FROZEN = void("mandate"), noise("frozen")


def reopened(said: Callable[[World], dict[str, Any]]) -> Callable[[World], Verdict]:
    """新蔡's forked ledger is reopened, in the words that ``said`` gives."""

    def attack(w: World) -> Verdict:
        fork(w)
        return reopen_as(w, said(w))

    return attack


def after_reopening(**tamper: Any) -> Callable[[World], Verdict]:
    """A share in the epoch after."""

    def attack(w: World) -> Verdict:
        fork(w)
        reopen(w)
        return w.share(**tamper)

    return attack


def of_a_void(w: World) -> Verdict:
    """The second envelope for the number of a void one."""
    wrong = w.share(approver=f"{XINCAI}/author")
    return w.put(w.channel, w.changed(w.signed(wrong), XINCAI, time="2021-04-01T02:00:00.000Z"))


def by_another(w: World) -> Verdict:
    """A second envelope that the writer did not sign."""
    honest = w.share()
    return w.put(w.channel, w.changed(w.signed(honest), YIWU, time="2021-04-01T02:00:00.000Z"))


def emergency(*, reopening: bool, by_new: bool) -> Callable[[World], Verdict]:
    """新蔡's key is closed as stolen; then it shares."""

    def attack(w: World) -> Verdict:
        new = new_key(w)
        close_key(w, emergency=True)
        if reopening:
            reopen(w)
        return w.share(signer=new) if by_new else w.share()

    return attack


def ordinary(w: World) -> Verdict:
    """新蔡's only key is closed; then it shares."""
    close_key(w, emergency=False)
    return w.share()


def registry_reopened(**said: Any) -> Callable[[World], Verdict]:
    """The registry forked itself and reopens its own ledger."""

    def attack(w: World) -> Verdict:
        fork_registry(w)
        return reopen(w, REGISTRY, TRUST, **said)

    return attack


def registry_frozen(w: World) -> Verdict:
    """The registry forked itself and goes on."""
    fork_registry(w)
    return beat(w)


def frozen_registry_reopens_another(w: World) -> Verdict:
    """The registry forked itself in the channel and reopens a member."""
    fork(w)
    fork_registry(w, w.channel)
    return reopen(w)


def counterpart_of_a_fork(w: World) -> Verdict:
    """新蔡 forked; 义乌 shares."""
    fork(w)
    return w.share(source=YIWU)


def number_of_epoch(w: World) -> Verdict:
    """A reopening whose mandate has another number than its epoch."""
    fork(w)
    return reopen_as(w, {"role": ceremony.registrar(XINCAI), "number": 3})


def trust_goes_on(w: World) -> Verdict:
    """After a reopening the registrars' next event is copied: the reopening took no number of theirs."""
    fork(w)
    reopen(w)
    return copy(w, w.trust(ceremony.reinstated(w.by(ceremony.registrar(XINCAI)), XINCAI)))


def empty_ledger(_: World) -> Verdict:
    """An emergency closing is copied before the unit wrote anything; then it writes with its new key."""
    w = agreed()
    begin(w)
    w.keys[XINCAI] = new_key(w)
    w.trust(ceremony.key_closed(w.by(ceremony.registrar(XINCAI)), XINCAI, seeded(XINCAI).keyid, emergency=True))
    w.copy_trust(w.channel)
    return w.publish_key(XINCAI, w.channel)


ROWS = [
    Row("A reopening's number is not its epoch", "A3 W14", number_of_epoch, MANDATE),
    Row("Registrars go on after a reopening", "A3", trust_goes_on, EFFECTIVE),
    Row("A unit writes whose empty ledger an emergency froze", "B39 W17", empty_ledger, FROZEN),
    Row("A key thief forks the number of a void envelope", "W17", of_a_void, FORK),
    Row("The counterpart forges a fork", "P1", by_another, noise("signature")),
    Row("One member forks; the other goes on", "P4", counterpart_of_a_fork, EFFECTIVE),
    Row("A frozen ledger is reopened after its last envelope", "W14 P4", reopened(lambda w: {}), EFFECTIVE),
    Row(
        "A ledger is reopened after an earlier envelope", "B38", reopened(lambda w: {"by": stands_by(w, 1)}), EFFECTIVE
    ),
    Row("A ledger is reopened after none", "B38", reopened(lambda w: {"by": stands_by(w, 0)}), EFFECTIVE),
    Row(
        "Registrars stand by nothing and name something",
        "B38",
        reopened(lambda w: {"by": stands_by(w, 0, "a" * 64)}),
        MANDATE,
    ),
    Row("Registrars stand by another digest", "W14", reopened(lambda w: {"by": stands_by(w, 1, "a" * 64)}), MANDATE),
    Row(
        "Registrars stand by another number",
        "W14",
        reopened(lambda w: {"by": stands_by(w, 1, head(w).digest)}),
        MANDATE,
    ),
    Row(
        "Registrars stand by what was never written",
        "W14",
        reopened(lambda w: {"by": stands_by(w, 9, "a" * 64)}),
        MANDATE,
    ),
    Row("Registrars skip an epoch", "W14", reopened(lambda w: {"epoch": 3}), void("state")),
    Row("Registrars reopen in the same epoch", "A3 W14", reopened(lambda w: {"epoch": 1}), void("state")),
    Row("A reopening of another channel is written here", "W14", reopened(lambda w: {"where": TRUST}), MANDATE),
    Row("One registrar reopens", "P4 W14", reopened(lambda w: {"signers": 1}), MANDATE),
    Row("Registrars of another province reopen", "W14", reopened(lambda w: {"role": "registrar.33"}), MANDATE),
    Row("The duty officer reopens", "W14", reopened(lambda w: {"role": "duty.41", "signers": 1}), MANDATE),
    Row("The root reopens a unit's ledger", "W14", reopened(lambda w: {"role": ROOT}), MANDATE),
    Row(
        "A reopening stands under another subject",
        "W19",
        reopened(lambda w: {"tamper": {"subject": XINCAI}}),
        void("shape"),
    ),
    Row(
        "A unit signs its own reopening",
        "A4",
        reopened(lambda w: {"tamper": {"signer": w.keys[XINCAI]}}),
        noise("signature"),
    ),
    Row("A writer goes on in the next epoch", "W14", after_reopening(), EFFECTIVE),
    Row("A writer goes on in the old epoch", "W14", after_reopening(epoch=1), noise("epoch")),
    Row("A writer begins an epoch with zeros", "W14", after_reopening(previous=ZEROS), noise("gap")),
    Row(
        "A stolen key writes after its emergency closing",
        "P4",
        emergency(reopening=False, by_new=False),
        noise("signature"),
    ),
    Row("The new key writes before the ledger is reopened", "A13 P4", emergency(reopening=False, by_new=True), FROZEN),
    Row("A stolen key writes after the reopening", "B23", emergency(reopening=True, by_new=False), noise("signature")),
    Row("The new key writes after the reopening", "P4", emergency(reopening=True, by_new=True), EFFECTIVE),
    Row("A unit writes whose last key was closed", "B22", ordinary, noise("key")),
    Row("The registry goes on after its own fork", "A4", registry_frozen, FROZEN),
    Row("The registry reopens itself by one of the root", "A4", registry_reopened(signers=1), MANDATE),
    Row(
        "The registry reopens itself out of turn",
        "A4",
        registry_reopened(tamper={"sequence": "000000009999"}),
        noise("gap"),
    ),
    Row("The root reopens the registry's ledger in trust", "A4 B15", registry_reopened(), EFFECTIVE),
    Row("A frozen registry reopens somebody else", "A4", frozen_registry_reopens_another, FROZEN),
]
