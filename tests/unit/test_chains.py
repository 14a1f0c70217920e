"""A chain: forks, emergency closings, reopenings (PROTOCOL 4, WIRE 14, 17, WIRE-CHOICES A3, A4, A13, B38-B40)."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.channel import LedgerReopened, StandsBy
from contracts.channels import REGISTRY, TRUST
from contracts.envelope import ZEROS
from contracts.trust import Heartbeat, HeartbeatSummary
from contracts.vocabulary import KeyKind
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.signing import possession
from services.vectors.seeds import EXPIRES
from services.verifier import Verdict
from tests.support.world import XINCAI, YIWU, Result, World, plain, seeded, world

EFFECTIVE, FROZEN = (Result.EFFECTIVE, ""), (Result.NOISE, "frozen")


def head(w: World, unit: str = XINCAI, channel: str = "") -> Any:
    return w.history(channel or w.channel).ledger(unit).head


def fork(w: World) -> Verdict:
    """A thief, or a restored database, writes once more under the last number; the honest envelope stands before."""
    honest = w.share()
    w.put(w.channel, w.changed(w.signed(honest), XINCAI, time="2021-04-01T02:00:00.000Z"))
    return honest


def reopen(w: World, unit: str = XINCAI, channel: str = "", **said: Any) -> Verdict:
    """The unit's registrars let its ledger go on after its last envelope; ``said`` replaces parts, ``tamper`` more."""
    channel, last = channel or w.channel, head(w, unit, channel)
    epoch = said.get("epoch", last.epoch + 1)
    by = said.get("by", StandsBy(sequence=last.sequence, digest=last.digest))
    role = ROOT if unit == REGISTRY else ceremony.registrar(unit)
    signers = w.signers(role, said.get("signers", 2))
    event = ceremony.reopened(w.exchange, unit, said.get("where", channel), epoch, by, EXPIRES, signers)
    return w.write(REGISTRY, channel, channel, event, **said.get("tamper", {}))


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


def stands_by(w: World, sequence: int, digest: str = "") -> StandsBy:
    found = next((d for d, c in w.history(w.channel).admitted.items() if c == (XINCAI, 1, sequence)), ZEROS)
    return StandsBy(sequence=sequence, digest=digest or found)


REOPENINGS: list[tuple[str, Callable[[World], dict[str, Any]], tuple[Result, str]]] = [
    ("after its last envelope", lambda w: {}, EFFECTIVE),
    ("after an earlier one", lambda w: {"by": stands_by(w, 1)}, EFFECTIVE),
    ("after none", lambda w: {"by": stands_by(w, 0)}, EFFECTIVE),
    ("after none, naming something", lambda w: {"by": stands_by(w, 0, "a" * 64)}, (Result.VOID, "mandate")),
    ("after another digest", lambda w: {"by": stands_by(w, 1, "a" * 64)}, (Result.VOID, "mandate")),
    ("after another number", lambda w: {"by": stands_by(w, 1, head(w).digest)}, (Result.VOID, "mandate")),
    ("after what it never wrote", lambda w: {"by": stands_by(w, 9, "a" * 64)}, (Result.VOID, "mandate")),
    ("two epochs on", lambda w: {"epoch": 3}, (Result.VOID, "state")),
    ("in the same epoch", lambda w: {"epoch": 1}, (Result.VOID, "state")),
    ("for another channel", lambda w: {"where": TRUST}, (Result.VOID, "mandate")),
    ("by one registrar", lambda w: {"signers": 1}, (Result.VOID, "mandate")),
    ("by registrars of another province", lambda w: {"role": "registrar.33"}, (Result.VOID, "mandate")),
    ("by the duty officer", lambda w: {"role": "duty.41", "signers": 1}, (Result.VOID, "mandate")),
    ("by the root", lambda w: {"role": ROOT}, (Result.VOID, "mandate")),
    ("under another subject", lambda w: {"tamper": {"subject": XINCAI}}, (Result.VOID, "shape")),
    ("by the unit itself", lambda w: {"tamper": {"signer": w.keys[XINCAI]}}, (Result.NOISE, "signature")),
]


@pytest.mark.parametrize(("said", "becomes"), [row[1:] for row in REOPENINGS], ids=[row[0] for row in REOPENINGS])
def test_a_reopening_is_by_the_units_registrars_and_names_what_is_stood_by(
    said: Callable[[World], dict[str, Any]], becomes: tuple[Result, str]
) -> None:
    w = world()
    fork(w)
    assert plain(_reopen_as(w, said(w))) == becomes
    assert plain(w.share()) == (EFFECTIVE if becomes == EFFECTIVE else FROZEN)
    assert w.fold() == w.verdicts[w.channel]


def _reopen_as(w: World, said: dict[str, Any]) -> Verdict:
    """The ceremony knows the right role; another is put into the mandate by hand."""
    role = said.pop("role", None)
    if role is None:
        return reopen(w, **said)
    last = head(w)
    body = {
        "unit": XINCAI,
        "channel": w.channel,
        "epoch": 2,
        "stands_by": {"sequence": last.sequence, "digest": last.digest},
    }
    signers = w.signers(role, said.get("signers", 2))
    event = ceremony.mandate(w.exchange, role, 2, LedgerReopened, w.channel, body, EXPIRES, signers)
    return w.write(REGISTRY, w.channel, w.channel, event)


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


def test_a_ledger_need_not_be_frozen_to_be_reopened() -> None:
    """A restored database (PROTOCOL 4)."""
    w = world()
    assert plain(reopen(w)) == EFFECTIVE
    assert plain(w.share()) == EFFECTIVE


# -- emergencies -------------------------------------------------------------------------------------------------------


def close_key(w: World, *, emergency: bool) -> None:
    by = w.by(ceremony.registrar(XINCAI))
    w.trust(ceremony.key_closed(by, XINCAI, w.keys[XINCAI].keyid, emergency=emergency))
    w.copy_trust(w.channel)


def new_key(w: World) -> Any:
    """A key that the old one signed for, so that it counts at once."""
    old, new = w.keys[XINCAI], seeded("second")
    entry = possession(new, w.exchange, XINCAI, KeyKind.UNIT)
    by = w.by(ceremony.registrar(XINCAI), 1)
    w.trust(ceremony.key_added(by, entry, ceremony.endorsement(old, entry)))
    w.copy_trust(w.channel)
    return new


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


def beat(w: World, **tamper: Any) -> Verdict:
    return w.write(REGISTRY, TRUST, "policy", Heartbeat(summary=HeartbeatSummary(every=600)), **tamper)


def fork_registry(w: World) -> None:
    honest = w.signed(beat(w))
    w.put(TRUST, w.changed(honest, REGISTRY, time="2021-04-01T02:00:00.000Z"))
    assert w.last(TRUST).result is Result.FORK


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
