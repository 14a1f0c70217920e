"""Forks, emergency closings and reopenings, done rightly and wrongly."""

from typing import Any

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
from tests.support.world import XINCAI, Result, World, seeded


def head(w: World, unit: str = XINCAI, channel: str = "") -> Any:
    """Where a ledger stands."""
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


def stands_by(w: World, sequence: int, digest: str = "") -> StandsBy:
    """What the registrars say is stood by."""
    found = next((d for d, c in w.history(w.channel).admitted.items() if c == (XINCAI, 1, sequence)), ZEROS)
    return StandsBy(sequence=sequence, digest=digest or found)


def reopen_as(w: World, said: dict[str, Any]) -> Verdict:
    """The ceremony knows the right role and number; another ``role`` (and ``number``) is put into it by hand."""
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
    number = said.get("number", 2)
    event = ceremony.mandate(w.exchange, role, number, LedgerReopened, w.channel, body, EXPIRES, signers)
    return w.write(REGISTRY, w.channel, w.channel, event)


def close_key(w: World, *, emergency: bool) -> None:
    """新蔡's key is closed, and the pairing hears of it."""
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


def beat(w: World, **tamper: Any) -> Verdict:
    """The registry's heartbeat."""
    return w.write(REGISTRY, TRUST, "policy", Heartbeat(summary=HeartbeatSummary(every=600)), **tamper)


def fork_registry(w: World, channel: str = TRUST) -> None:
    """The registry writes twice under one number: its heartbeat, or in a channel its last copy."""
    honest = w.signed(beat(w)) if channel == TRUST else w.signed(recopied(w, channel))
    w.put(channel, w.changed(honest, REGISTRY, time="2021-04-01T02:00:00.000Z"))
    assert w.last(channel).result is Result.FORK


def recopied(w: World, channel: str) -> Verdict:
    """A trust event copied once more, which is void and takes a number."""
    return w.write(REGISTRY, channel, channel, genesis.copied(w.signed(w.verdicts[TRUST][1])))
