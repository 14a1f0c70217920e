"""The genesis of a channel and the root of an exchange, with one thing replaced."""

import base64
from typing import Any

from contracts.channel import LedgerEpoch, Opened
from contracts.channels import REGISTRY, TRUST, Kind
from contracts.envelope import GENESIS_SEEN, ZEROS, Embedded, Signed
from contracts.trust import RootEstablished
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.vectors.region import Region
from services.vectors.seeds import EXPIRES
from services.verifier import Verdict
from tests.support.world import XINCAI, YIWU, Result, World, plain, seeded


def opened(w: World, **changes: Any) -> Opened:
    """The true genesis; ``summary`` and ``embedded`` replace members there."""
    event = genesis.pairing(w.root, w.offer, w.answer)
    summary = event.summary.model_copy(update=changes.get("summary", {}))
    return Opened(summary=summary, embedded=event.embedded.model_copy(update=changes.get("embedded", {})))


def begin(w: World, event: Opened | None = None, **tamper: Any) -> Verdict:
    """The registry opens the channel."""
    return w.write(REGISTRY, w.channel, w.channel, event or opened(w), **tamper)


def other_root(w: World) -> Signed:
    """Established by the same people with the same keys, a second later."""
    event = ceremony.root(w.signers(ROOT, 3), w.keys[REGISTRY], EXPIRES)
    w.later(1_000)
    draft = ceremony.addressed(event, exchange=ZEROS, id=w.fresh(), time="2021-04-01T03:00:00.000Z")
    return w.seal(draft, sequence="0" * 11 + "1", previous=ZEROS, seen=GENESIS_SEEN)


def other_offer(w: World) -> Embedded:
    """Another offer of the same maker."""
    return Embedded.of(w.changed(w.offer, XINCAI, time="2021-04-02T01:00:00.000Z"))


def declined(w: World) -> Verdict:
    """The answer was no; its digest makes a channel all the same, but no genesis."""
    answer = w.changed(w.answer, YIWU, type="duikou.pairing.declined.v1")
    channel = genesis.enabled(w.exchange, Kind.PAIRING, answer)
    return w.write(REGISTRY, channel, channel, opened(w, embedded={"answer": Embedded.of(answer)}))


def own_answer(w: World) -> Verdict:
    """The proposer answers itself."""
    answer = w.changed(w.answer, XINCAI, source=XINCAI)
    channel = genesis.enabled(w.exchange, Kind.PAIRING, answer)
    event = opened(w, embedded={"answer": Embedded.of(answer)}, summary={"members": (XINCAI, XINCAI)})
    return w.write(REGISTRY, channel, channel, event)


def long_offer(w: World) -> Verdict:
    """8,193 bytes: no genesis may embed it (WIRE 4)."""
    short = w.changed(w.offer, XINCAI, data={"x": ""})
    offer = w.changed(w.offer, XINCAI, data={"x": "a" * (8_193 - len(short.value))})
    assert len(offer.value) == 8_193
    return begin(w, opened(w, embedded={"offer": Embedded.of(offer)}))


def supervised(w: World) -> Verdict:
    """A pairing that calls itself a supervision."""
    return begin(w, opened(w, summary={"kind": Kind.SUPERVISION}))


def epochs(*numbers: int) -> dict[str, Any]:
    """A genesis whose registry ledger begins so."""
    return {"epochs": tuple(LedgerEpoch(source=REGISTRY, epoch=number) for number in numbers)}


def embedded_bytes(value: bytes) -> Embedded:
    """Any bytes as an embedded envelope."""
    return Embedded(envelope=base64.b64encode(value).decode(), signature=base64.b64encode(bytes(64)).decode())


def swapped(w: World) -> Opened:
    """Offer and answer in each other's place."""
    return opened(w, embedded={"offer": Embedded.of(w.answer), "answer": Embedded.of(w.offer)})


def foundation(**wrong: Any) -> tuple[Result, str]:
    """What becomes of a root that is pinned although it is wrong; each word replaces one thing."""
    roots = wrong.get("roots") or [seeded(f"root.{n}") for n in (1, 2, 3)]
    w = Region()
    w.keys[REGISTRY] = seeded(REGISTRY)
    body = ceremony.root_body(wrong.get("exchange", ZEROS), wrong.get("version", 1), roots, w.keys[REGISTRY])
    signers = wrong.get("signers", roots)
    event = ceremony.mandate(
        wrong.get("exchange", ZEROS),
        wrong.get("role", ROOT),
        wrong.get("number", 1),
        RootEstablished,
        wrong.get("subject", ROOT),
        body,
        EXPIRES,
        signers,
    )
    w.put(TRUST, w.seal(ceremony.addressed(event, exchange=ZEROS, id=w.fresh(), time="2021-04-01T01:00:00.000Z")))
    root = w.signed(w.verdicts[TRUST][0])
    w = Region(exchange=root.digest, keys=w.keys)
    return plain(w.put(TRUST, root))


def changed(w: World, **said: Any) -> Opened:
    """The genesis with one thing said wrongly; ``cut``: members of the cut."""
    right = w.genesis()
    cut = right.summary.cut
    assert cut is not None
    if "cut" in said:
        said["cut"] = cut.model_copy(update=said["cut"]) if said["cut"] else None
    return Opened(summary=right.summary.model_copy(update=said), embedded=right.embedded)
