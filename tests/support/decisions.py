"""What root, registrars and duty officers decide, and how it is copied; each word replaces one thing."""

from collections.abc import Sequence
from typing import Any

from contracts.channel import CopiedSummary, TrustCopied
from contracts.channels import REGISTRY
from contracts.trust import KeyEntry
from contracts.vocabulary import KeyKind, Role, Suspension
from services.domain.clocks import DAY, format_time
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.signing import Signer, possession
from services.vectors.seeds import EXPIRES, START_AT, identifier
from services.verifier import Verdict
from tests.support.mandates import HENAN, entry, fields
from tests.support.world import XINCAI, Result, World, seeded


def add_key(w: World, name: str = "second", signers: int = 2, by: str = "", **endorsed: Any) -> Verdict:
    """新蔡 gets a further key; endorsed by the key of that name, if any."""
    key = entry(w, XINCAI, name)
    papers = ceremony.endorsement(seeded(by), endorsed.get("of", key)) if by else None
    verdict = w.trust(ceremony.key_added(w.by(HENAN, signers), key, papers))
    w.copy_trust(w.channel)
    return verdict


def enrol(w: World, **wrong: Any) -> Verdict:
    """An author of 新蔡, for 300 days."""
    officer = wrong.get("id", identifier("somebody"))
    key = possession(seeded("somebody"), w.exchange, officer, wrong.get("kind", KeyKind.OFFICER))
    unit = wrong.get("unit", XINCAI)
    until = format_time(START_AT + wrong.get("days", 300) * DAY)
    by = w.by(HENAN)
    return w.trust(ceremony.officer(by, officer, unit, (Role.AUTHOR,), format_time(START_AT), until, key))


def suspend(w: World, role: str = "duty.41", signers: int = 1) -> Verdict:
    """新蔡 is suspended, and the pairing hears of it."""
    verdict = w.trust(ceremony.suspended(w.by(role, signers), XINCAI, Suspension.BREACH))
    w.copy_trust(w.channel)
    return verdict


def rotate(w: World, version: int = 2, roots: Sequence[Signer] | None = None, **wrong: Any) -> Verdict:
    """root.3 gives way to ``new``; two old and two new keys sign."""
    roots = roots or [*w.signers(ROOT, 2), seeded("new")]
    signers = wrong.get("signers", w.signers(ROOT, 2))
    by = ceremony.Authority(w.exchange, ROOT, w.roster.last[ROOT] + 1, EXPIRES, signers)
    verdict = w.trust(ceremony.rotated(by, version, roots, wrong.get("registry", w.keys[REGISTRY])))
    if verdict.result is Result.EFFECTIVE:
        w.roster.last[ROOT] += 1
        w.keys[REGISTRY] = wrong.get("registry", w.keys[REGISTRY])
    return verdict


ALL_NEW = [seeded("n1"), seeded("n2"), seeded("n3")]


def delegate(w: World, registrars: tuple[KeyEntry, ...], threshold: int = 2, **wrong: Any) -> Verdict:
    """Registrars and duty officers of Henan, by two of the root."""
    by = ceremony.Authority(w.exchange, ROOT, w.roster.last[ROOT] + 1, EXPIRES, w.signers(ROOT, 2))
    return w.trust(ceremony.province(by, "41", registrars, wrong.get("duty", ()), threshold), **wrong.get("tamper", {}))


def registrars(w: World, *names: str, role: str = HENAN) -> tuple[KeyEntry, ...]:
    """Keys of those names as registrars."""
    return ceremony.entries(w.exchange, role, [seeded(name) for name in names])


R1, R2, R3 = "registrar.41.1", "registrar.41.2", "registrar.41.3"


def copy(w: World, verdict: Verdict, **summary: Any) -> Verdict:
    """A copy of that trust event; ``summary`` replaces what it says of its original."""
    true = genesis.copied(w.signed(verdict))
    wrong = CopiedSummary(**{**fields(true.summary), **summary})
    return w.write(REGISTRY, w.channel, w.channel, TrustCopied(summary=wrong, embedded=true.embedded))
