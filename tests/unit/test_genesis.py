"""How a channel begins: what a registry may not do, and that nobody can begin it otherwise (PROTOCOL 3, WIRE 13)."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from contracts.channel import Cut, LedgerEpoch, Opened
from contracts.channels import OUTFLOW, PAIRING, REGISTRY, TRUST, Kind
from contracts.envelope import GENESIS_SEEN, ZEROS, Embedded, Signed
from contracts.trust import RootEstablished
from services.domain.clocks import DAY
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.vectors.region import Region
from services.vectors.seeds import EXPIRES
from services.verifier import Verdict
from tests.support.world import JINHUA, XINCAI, YIWU, ZHUMADIAN, Result, World, agreed, plain, seeded, world

PLACE = (Result.NOISE, "place")


def opened(w: World, **changes: Any) -> Opened:
    """The true genesis; ``summary`` and ``embedded`` replace members there."""
    event = genesis.pairing(w.root, w.offer, w.answer)
    summary = event.summary.model_copy(update=changes.get("summary", {}))
    return Opened(summary=summary, embedded=event.embedded.model_copy(update=changes.get("embedded", {})))


def begin(w: World, event: Opened | None = None, **tamper: Any) -> Verdict:
    return w.write(REGISTRY, w.channel, w.channel, event or opened(w), **tamper)


def other_root(w: World) -> Signed:
    """Established by the same people with the same keys, a second later."""
    event = ceremony.root(w.signers(ROOT, 3), w.keys[REGISTRY], EXPIRES)
    w.later(1_000)
    draft = ceremony.addressed(event, exchange=ZEROS, id=w.fresh(), time="2021-04-01T03:00:00.000Z")
    return w.seal(draft, sequence="0" * 11 + "1", previous=ZEROS, seen=GENESIS_SEEN)


def other_offer(w: World) -> Embedded:
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
    return begin(w, opened(w, summary={"kind": Kind.SUPERVISION}))


def epochs(*numbers: int) -> dict[str, Any]:
    return {"epochs": tuple(LedgerEpoch(source=REGISTRY, epoch=number) for number in numbers)}


Attack = Callable[[World], Verdict]
REFUSED: list[tuple[str, Attack]] = [
    ("another channel's id", lambda w: w.write(REGISTRY, "a" * 52, "a" * 52, opened(w))),
    ("another subject", lambda w: w.write(REGISTRY, w.channel, w.pairing or "x", opened(w))),
    ("the answer names another offer", lambda w: begin(w, opened(w, embedded={"offer": other_offer(w)}))),
    ("the answer is a refusal", declined),
    ("the proposer answers itself", own_answer),
    ("no offer", lambda w: begin(w, opened(w, embedded={"offer": None}))),
    ("no answer", lambda w: begin(w, opened(w, embedded={"answer": None}))),
    ("the offer is no envelope", lambda w: begin(w, opened(w, embedded={"offer": _bytes(b"{}")}))),
    ("offer and answer in each other's place", lambda w: begin(w, _swapped(w))),
    ("an offer of 8,193 bytes", long_offer),
    ("members in the other order", lambda w: begin(w, opened(w, summary={"members": (YIWU, XINCAI)}))),
    ("another member", lambda w: begin(w, opened(w, summary={"members": (XINCAI, JINHUA)}))),
    ("no members", lambda w: begin(w, opened(w, summary={"members": None}))),
    ("an oversight left out", lambda w: begin(w, opened(w, summary={"readers": (JINHUA,)}))),
    ("a reader nobody agreed to", lambda w: begin(w, opened(w, summary={"readers": (JINHUA, ZHUMADIAN, XINCAI)}))),
    ("no readers", lambda w: begin(w, opened(w, summary={"readers": None}))),
    ("an epoch that is not 1", lambda w: begin(w, opened(w, summary=epochs(2)))),
    ("a cut, in the first topic", lambda w: begin(w, opened(w, summary={"cut": Cut(offset=-1, hash=ZEROS)}))),
    ("the kind of an open topic", lambda w: begin(w, opened(w, summary={"kind": Kind.OPEN}))),
    ("the kind of a supervision", supervised),
    ("another root", lambda w: begin(w, opened(w, embedded={"root": Embedded.of(other_root(w))}))),
    ("a root that is no root", lambda w: begin(w, opened(w, embedded={"root": Embedded.of(w.offer)}))),
    ("signed by a member", lambda w: begin(w, signer=w.keys[XINCAI])),
    ("signed by a root key", lambda w: begin(w, signer=seeded("root.1"))),
    ("said by a member", lambda w: w.write(XINCAI, w.channel, w.channel, opened(w))),
    ("not the first of its ledger", lambda w: begin(w, sequence="000000000002")),
    ("with a predecessor", lambda w: begin(w, previous="a" * 64)),
    ("in epoch 2", lambda w: begin(w, epoch=2)),
    ("a prefix seen that is not there", lambda w: begin(w, seen=f"1.-1.{'a' * 64}")),
    ("garbage", lambda w: w.raw(b'{"specversion":"1.0"}')),
]


def _bytes(value: bytes) -> Embedded:
    return Embedded(envelope=base64.b64encode(value).decode(), signature=base64.b64encode(bytes(64)).decode())


def _swapped(w: World) -> Opened:
    return opened(w, embedded={"offer": Embedded.of(w.answer), "answer": Embedded.of(w.offer)})


@pytest.mark.parametrize("attack", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_genesis_opens_nothing(attack: Attack) -> None:
    """And a true genesis after it is one: a member cannot kill a channel by writing first (WIRE-CHOICES A5)."""
    w = agreed()
    verdict = attack(w)
    assert verdict.result is Result.NOISE
    assert verdict.code in ("place", "shape")
    assert not w.history(verdict.record.position.topic.split(".")[2]).opened
    assert plain(begin(w, seen=GENESIS_SEEN)) == (Result.EFFECTIVE, "")
    assert w.fold() == w.verdicts[w.channel]


def test_garbage_before_the_genesis_is_noise_and_part_of_the_hash() -> None:
    w = agreed()
    assert plain(begin(w, opened(w, summary=epochs(2)))) == PLACE
    assert plain(begin(w, seen=GENESIS_SEEN)) == (Result.EFFECTIVE, "")
    assert w.history(w.channel).offset == 1
    assert w.history(w.channel).ledger(REGISTRY).head.sequence == 1


def test_a_second_genesis_is_void() -> None:
    w = world()
    assert plain(begin(w)) == (Result.VOID, "state")
    assert plain(w.again(w.verdicts[w.channel][0])) == (Result.DUPLICATE, "")


def test_the_terms_run_from_the_genesis() -> None:
    w = agreed()
    verdict = begin(w)
    channel = w.history(w.channel).channel
    assert channel.terms is not None
    assert (channel.terms.valid_from, channel.terms.valid_until) == (verdict.at, verdict.at + 365 * DAY)
    assert channel.readers == tuple(sorted((ZHUMADIAN, JINHUA)))
    assert channel.members == (XINCAI, YIWU)


def test_before_its_copies_nobody_has_a_key() -> None:
    """The root alone is embedded; trust comes by copies (PROTOCOL 3)."""
    w = agreed()
    begin(w)
    assert plain(w.publish_key(XINCAI, w.channel)) == (Result.NOISE, "key")
    w.copy_trust(w.channel)
    assert plain(w.publish_key(XINCAI, w.channel)) == (Result.EFFECTIVE, "")


def test_an_open_topic_takes_no_members() -> None:
    w = Region()
    w.found()
    event = genesis.open_topic(w.root)
    wrong = event.model_copy(update={"summary": event.summary.model_copy(update={"members": (XINCAI, YIWU)})})
    assert plain(w.open(OUTFLOW, wrong)) == PLACE
    assert plain(w.open(TRUST, event)) == (Result.VOID, "type")
    assert plain(w.open(PAIRING, event)) == (Result.EFFECTIVE, "")


@pytest.mark.parametrize(
    ("summary", "embedded", "said"),
    [
        ({}, {}, (Result.EFFECTIVE, "")),
        ({"members": (ZHUMADIAN, XINCAI)}, {}, PLACE),
        ({"readers": (JINHUA,)}, {}, PLACE),
        ({}, {"answer": None}, PLACE),
    ],
)
def test_a_supervision_is_between_a_unit_and_its_superior(
    summary: dict[str, Any], embedded: dict[str, Any], said: tuple[Result, str]
) -> None:
    w = world()
    admitted = next(w.signed(v) for v in w.verdicts[TRUST] if v.draft is not None and v.draft.subject == XINCAI)
    event = genesis.supervision(w.root, admitted)
    event = Opened(
        summary=event.summary.model_copy(update=summary), embedded=event.embedded.model_copy(update=embedded)
    )
    channel = genesis.enabled(w.exchange, Kind.SUPERVISION, admitted)
    assert plain(w.open(channel, event)) == said


# -- the root ----------------------------------------------------------------------------------------------------------


def test_second_root_is_refused() -> None:
    """There is one root: the one whose digest was given from outside."""
    w = world()
    assert plain(w.put(TRUST, other_root(w))) == (Result.NOISE, "exchange")
    assert plain(w.put(TRUST, w.root)) == (Result.DUPLICATE, "")
    by = w.by(ROOT, 3)
    body = ceremony.root_body(w.exchange, 2, [seeded(f"new root {n}") for n in range(3)], w.keys[REGISTRY])
    again = ceremony.mandate(w.exchange, ROOT, by.number, RootEstablished, ROOT, body, EXPIRES, by.signers)
    assert plain(w.trust(again)) == (Result.VOID, "state")  # even by its own holders, under our name


def test_another_root_founds_another_exchange_and_nothing_here() -> None:
    w = Region()
    w.found()
    w2 = Region()
    w2.exchange = "f" * 64
    assert plain(w2.put(TRUST, w.root)) == (Result.NOISE, "exchange")
    assert not w2.history(TRUST).opened


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


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, (Result.EFFECTIVE, "")),
        ({"signers": [seeded("root.1"), seeded("root.2")]}, (Result.EFFECTIVE, "")),
        ({"signers": [seeded("root.1")]}, PLACE),
        ({"signers": [seeded("root.1"), seeded("root.1")]}, PLACE),
        ({"signers": [seeded("root.1"), seeded("nobody")]}, PLACE),
        ({"roots": [seeded("root.1"), seeded("root.1"), seeded("root.2")]}, PLACE),
        ({"roots": [seeded("root.1"), seeded("root.2"), seeded(REGISTRY)]}, PLACE),
        ({"version": 2}, PLACE),
        ({"number": 2}, PLACE),
        ({"role": "registrar.41"}, PLACE),
        ({"subject": "policy"}, PLACE),
        ({"exchange": "a" * 64}, PLACE),
    ],
)
def test_a_root_is_three_keys_under_two_signatures(wrong: dict[str, Any], said: tuple[Result, str]) -> None:
    assert foundation(**wrong) == said


def test_the_registry_signs_as_the_root_says() -> None:
    w = Region()
    w.found()
    other = Region(exchange=w.exchange)
    assert plain(other.put(TRUST, w.sign(w.root.value, seeded("root.1")))) == PLACE
