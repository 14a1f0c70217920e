"""A chain: forks, emergency closings, reopenings (PROTOCOL 4, WIRE 14, 17, WIRE-CHOICES A3, A4, A13, B38-B40)."""

import pytest

from contracts.channel import LedgerReopened, StandsBy
from contracts.channels import REGISTRY, TRUST
from contracts.dsse import Dsse
from services.registry import ceremony, genesis
from services.vectors.seeds import EXPIRES
from tests.support.ledgers import beat, close_key, fork, fork_registry, head, new_key, reopen, stands_by
from tests.support.world import XINCAI, YIWU, Result, plain, world

EFFECTIVE, FROZEN = (Result.EFFECTIVE, ""), (Result.NOISE, "frozen")


def test_fork_freezes_then_reopens() -> None:
    """What was effective stays; the next epoch begins at 1 and follows the reopening."""
    w = world()
    honest = fork(w)
    assert w.last().result is Result.FORK
    assert plain(w.share()) == FROZEN
    assert plain(w.share(source=YIWU)) == EFFECTIVE  # nobody else is frozen
    reopening = reopen(w)
    assert plain(reopening) == EFFECTIVE
    assert head(w) == (2, 0, w.signed(reopening).digest)
    assert plain(w.share()) == EFFECTIVE
    assert head(w)[:2] == (2, 1)
    assert plain(w.again(honest)) == (Result.DUPLICATE, "")
    assert plain(w.share(epoch=1)) == (Result.NOISE, "epoch")
    assert w.fold() == w.verdicts[w.channel]


def test_a_fork_of_a_void_envelope_freezes_too() -> None:
    w = world()
    void = w.share(approver=f"{XINCAI}/author")
    w.put(w.channel, w.changed(w.signed(void), XINCAI, time="2021-04-01T02:00:00.000Z"))
    assert w.last().result is Result.FORK


def test_a_fork_needs_the_writers_signature() -> None:
    w = world()
    honest = w.share()
    w.put(w.channel, w.changed(w.signed(honest), YIWU, time="2021-04-01T02:00:00.000Z"))
    assert plain(w.last()) == (Result.NOISE, "signature")
    assert plain(w.share()) == EFFECTIVE


def test_the_number_of_a_reopening_is_its_epoch_and_moves_no_counter() -> None:
    """WIRE-CHOICES A3: else the next event of duikou.trust could never be copied here."""
    w = world()
    fork(w)
    before = dict(w.history(w.channel).channel.trust.numbers)
    assert plain(reopen(w)) == EFFECTIVE
    assert w.history(w.channel).channel.trust.numbers == before
    body = {"unit": XINCAI, "channel": w.channel, "epoch": 3, "stands_by": {"sequence": 0, "digest": head(w).digest}}
    signers = w.signers(ceremony.registrar(XINCAI), 2)
    event = ceremony.mandate(
        w.exchange, ceremony.registrar(XINCAI), 4, LedgerReopened, w.channel, body, EXPIRES, signers
    )
    assert plain(w.write(REGISTRY, w.channel, w.channel, event)) == (Result.VOID, "mandate")


def test_an_epoch_in_which_nothing_was_said_is_stood_by_with_its_base() -> None:
    w = world()
    fork(w)
    first = w.signed(reopen(w)).digest
    assert plain(reopen(w, by=StandsBy(sequence=0, digest=first))) == EFFECTIVE
    assert head(w).epoch == 3
    assert plain(w.share()) == EFFECTIVE


def test_what_is_not_stood_by_is_remembered_as_disowned() -> None:
    w = world()
    w.share()
    fork(w)
    last = head(w)
    reopen(w, by=stands_by(w, 1))
    assert w.history(w.channel).ledger(XINCAI).disowned == ((1, 2, last.sequence),)


@pytest.mark.parametrize("behind", [0, 1])
def test_only_what_lies_behind_is_disowned(behind: int) -> None:
    w = world()
    for _ in range(3):
        w.share()
    last = head(w)
    assert plain(reopen(w, by=stands_by(w, last.sequence - behind))) == EFFECTIVE
    disowned = ((1, last.sequence, last.sequence),) if behind else ()
    assert w.history(w.channel).ledger(XINCAI).disowned == disowned


def test_a_ledger_need_not_be_frozen_to_be_reopened() -> None:
    """A restored database (PROTOCOL 4)."""
    w = world()
    assert plain(reopen(w)) == EFFECTIVE
    assert plain(w.share()) == EFFECTIVE


# -- emergencies -------------------------------------------------------------------------------------------------------


def test_an_emergency_closing_freezes_until_reopened() -> None:
    w = world()
    new = new_key(w)
    close_key(w, emergency=True)
    assert plain(w.share(signer=new)) == FROZEN
    assert plain(w.share()) == (Result.NOISE, "signature")  # the closed key
    reopen(w)
    assert plain(w.share()) == (Result.NOISE, "signature")
    assert plain(w.share(signer=new)) == EFFECTIVE


def test_an_ordinary_closing_does_not_freeze() -> None:
    w = world()
    new = new_key(w)
    close_key(w, emergency=False)
    assert plain(w.share(signer=new)) == EFFECTIVE


def test_a_unit_without_any_key_is_noise_key() -> None:
    w = world()
    close_key(w, emergency=False)
    assert plain(w.share()) == (Result.NOISE, "key")


# -- the registry itself -----------------------------------------------------------------------------------------------


def test_a_frozen_registry_reopens_itself() -> None:
    """The one envelope that its frozen ledger accepts, next in the old chain, by the root (WIRE-CHOICES A4)."""
    w = world()
    fork_registry(w)
    assert plain(beat(w)) == FROZEN
    assert plain(reopen(w, REGISTRY, TRUST, tamper={"sequence": "000000009999"})) == (Result.NOISE, "gap")
    assert plain(reopen(w, REGISTRY, TRUST, signers=1)) == (Result.VOID, "mandate")
    assert plain(beat(w)) == FROZEN
    assert plain(reopen(w, REGISTRY, TRUST)) == EFFECTIVE
    assert plain(beat(w)) == EFFECTIVE
    assert head(w, REGISTRY, TRUST)[:2] == (2, 1)
    assert w.fold(TRUST) == w.verdicts[TRUST]


def test_a_frozen_registry_is_not_reopened_by_what_cannot_be_read() -> None:
    w = world()
    fork_registry(w)
    assert plain(reopen(w, REGISTRY, TRUST, tamper={"data": {"mandate": "none"}})) == FROZEN
    unsaid = LedgerReopened(mandate=Dsse.make(b"{}", ("a" * 64, b"x")))
    assert plain(w.write(REGISTRY, TRUST, TRUST, unsaid)) == FROZEN


def test_a_frozen_unit_does_not_reopen_the_registry() -> None:
    """WIRE-CHOICES A4 is for the registry's own ledger."""
    w = world()
    fork(w)
    assert plain(reopen(w, REGISTRY, tamper={"source": XINCAI, "signer": w.keys[XINCAI]})) == FROZEN


def test_a_frozen_registry_reopens_nobody_else() -> None:
    w = world()
    fork(w)
    honest = w.signed(w.write(REGISTRY, w.channel, w.channel, genesis.copied(w.signed(w.verdicts[TRUST][1]))))
    w.put(w.channel, w.changed(honest, REGISTRY, time="2021-04-01T02:00:00.000Z"))
    assert plain(reopen(w)) == FROZEN
    assert plain(w.share(source=YIWU)) == EFFECTIVE
    assert plain(reopen(w, REGISTRY)) == EFFECTIVE
    assert plain(reopen(w)) == EFFECTIVE
    assert plain(w.share()) == EFFECTIVE
