"""How a channel begins: what a registry may not do, and that nobody can begin it otherwise (PROTOCOL 3, WIRE 13)."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.channels import KEEPER, OUTFLOW, PAIRING, REGISTRY, TRUST, Kind, Place
from contracts.dsse import Dsse
from contracts.envelope import GENESIS_SEEN, ZEROS, Envelope, Signed
from contracts.event import Event
from contracts.profile import compact
from contracts.refusals import Code, Refused
from contracts.trust import PolicyPublished, RootEstablished
from contracts.vocabulary import KeyKind
from services.domain.clocks import DAY
from services.domain.trust import ROOT, apply, establish, rotation
from services.registry import ceremony, genesis
from services.signing import possession
from services.vectors.region import Region
from services.vectors.seeds import EXPIRES
from tests.support.openings import begin, epochs, opened, other_root
from tests.support.world import JINHUA, XINCAI, YIWU, ZHUMADIAN, Result, World, agreed, plain, seeded, world

PLACE = (Result.NOISE, "place")


def test_garbage_before_the_genesis_is_noise_and_part_of_the_hash() -> None:
    w = agreed()
    garbage = begin(w, opened(w, summary=epochs(2)))
    assert (plain(garbage), garbage.law, garbage.keyid) == (PLACE, "PROTOCOL 3", "")
    first = begin(w, seen=GENESIS_SEEN)
    assert (plain(first), first.keyid) == ((Result.EFFECTIVE, ""), w.keys[REGISTRY].keyid)
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


def test_a_channel_begins_under_the_rules_that_its_genesis_says() -> None:
    w = agreed()
    assert plain(begin(w, genesis.pairing(w.root, w.offer, w.answer, rule_version=2))) == (Result.EFFECTIVE, "")
    assert w.history(w.channel).channel.trust.rule_version == 2


def test_a_unit_and_its_superior_are_the_members_of_their_channel() -> None:
    w = world()
    state = w.history(w.supervised(XINCAI)).channel
    assert (state.place, state.members, state.readers) == (Place.SUPERVISION, (XINCAI, ZHUMADIAN), ())
    assert state.terms is None


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


def test_the_registry_signs_as_the_root_says() -> None:
    w = Region()
    w.found()
    other = Region(exchange=w.exchange)
    assert plain(other.put(TRUST, w.sign(w.root.value, seeded("root.1")))) == PLACE


def pinned(w: World, channel: str, subject: str, event: Event, exchange: str = ZEROS) -> tuple[Result, str]:
    """What becomes of the first envelope of a channel whose digest is the exchange."""
    draft = replace(w.draft(REGISTRY, channel, subject, event), exchange=exchange)
    signed = w.seal(draft, sequence=f"{1:012}", previous=ZEROS, seen=GENESIS_SEEN)
    return plain(Region(exchange=signed.digest, keys=w.keys).put(channel, signed))


def test_what_is_pinned_founds_an_exchange_only_as_a_root_in_its_place() -> None:
    """Under zeros, in duikou.trust: nobody can know the digest before the bytes (WIRE 13)."""
    w = agreed()
    root = Envelope.parse(w.root.value).draft().data
    assert pinned(w, TRUST, ROOT, root) == (Result.EFFECTIVE, "")
    assert pinned(w, OUTFLOW, ROOT, root) == PLACE
    assert pinned(w, TRUST, TRUST, genesis.open_topic(w.root)) == PLACE
    assert pinned(w, TRUST, ROOT, root, "e" * 64) == (Result.NOISE, "exchange")


@pytest.mark.parametrize(
    "event", [lambda w: genesis.copied(w.root), lambda w: Envelope.parse(w.root.value).draft().data]
)
def test_a_channel_begins_with_a_genesis_and_nothing_else(event: Callable[[World], Event]) -> None:
    w = agreed()
    assert plain(w.write(REGISTRY, w.channel, w.channel, event(w))) == PLACE
    assert plain(begin(w, seen=GENESIS_SEEN)) == (Result.EFFECTIVE, "")


# -- what a genesis embeds to find the registry's key (WIRE-CHOICES A6) ------------------------------------------------


def published(w: Region) -> Dsse:
    drafts = [verdict.draft for verdict in w.verdicts[TRUST] if verdict.draft is not None]
    return next(draft.data.mandate for draft in drafts if isinstance(draft.data, PolicyPublished))


def kept(w: Region) -> Dsse:
    return ceremony.key_added(w.by(ROOT), possession(seeded("k"), w.exchange, KEEPER, KeyKind.KEEPER)).mandate


def unsaid(_: Region) -> Dsse:
    return Dsse.make(b"{}", ("a" * 64, b"x"))


@pytest.mark.parametrize("made", [published, kept, unsaid])
def test_a_genesis_embeds_what_moved_the_registrys_key_and_nothing_else(made: Callable[[Region], Dsse]) -> None:
    w = agreed()
    paper, trust = made(w), establish(Envelope.parse(w.root.value).draft(), w.exchange)
    with pytest.raises(Refused) as refused:
        rotation(trust, paper)
    assert refused.value.code is Code.MANDATE
    assert plain(begin(w, genesis.pairing(w.root, w.offer, w.answer, [paper]))) == PLACE


def test_a_closing_of_the_registrys_key_is_followed_and_later_heard_of_again() -> None:
    """What a genesis named ahead stays as it left it (A1)."""
    w = agreed()
    trust = establish(Envelope.parse(w.root.value).draft(), w.exchange)
    closing = ceremony.key_closed(w.by(ROOT), REGISTRY, w.keys[REGISTRY].keyid)
    reached = rotation(trust, closing.mandate)
    assert reached.keys[w.keys[REGISTRY].keyid].closed == 0
    ahead = replace(trust, keys=reached.keys, ahead=frozenset(reached.keys_of(REGISTRY)))
    e = ceremony.addressed(closing, exchange=w.exchange, id=w.fresh(), time="2021-04-01T03:00:00.000Z")
    assert apply(ahead, e, 7, copy=True).keys == ahead.keys
    with pytest.raises(Refused, match="state"):
        apply(replace(ahead, ahead=frozenset()), e, 7, copy=True)
    assert apply(replace(trust, ahead=ahead.ahead), e, 7, copy=True).keys[w.keys[REGISTRY].keyid].closed == 7


# -- how long what is embedded may be (WIRE 4) -------------------------------------------------------------------------

SIZES = [(8_192, (Result.EFFECTIVE, "")), (8_193, PLACE)]


def sized(w: Region, signed: Signed, signer: str, size: int, **said: Any) -> Signed:
    """The same envelope, so many bytes long by signatures that count for nothing; ``said``: members of its summary."""
    document = json.loads(signed.value)
    if said:
        document["data"]["summary"] |= said
    statement = document["data"].get("mandate") or document["data"]["approval"]["approval"]
    first, *_ = given = statement["signatures"]
    while len(given) < 8:
        given.append({**first, "sig": "AAAA"})
    while (size - len(compact(document))) % 4:
        odd = next(one for one in given[3:] if "authenticator" not in one)
        odd["authenticator"] = base64.b64encode(bytes(37)).decode()
    for one in given[3:]:
        more = min(size - len(compact(document)), 1_364 - len(one["sig"]))
        one["sig"] += "A" * more
    value = compact(document)
    assert len(value) == size
    return w.sign(value, w.keys[signer])


@pytest.mark.parametrize(("size", "said"), SIZES)
def test_an_offer_is_embedded_up_to_8_kib(size: int, said: Any) -> None:
    w = agreed()
    offer = sized(w, w.offer, XINCAI, size)
    answer = sized(w, w.answer, YIWU, 6_000, offer=offer.digest)
    channel = genesis.enabled(w.exchange, Kind.PAIRING, answer)
    assert plain(w.write(REGISTRY, channel, channel, genesis.pairing(w.root, offer, answer))) == said


@pytest.mark.parametrize(("size", "said"), SIZES)
def test_an_answer_is_embedded_up_to_8_kib(size: int, said: Any) -> None:
    w = agreed()
    answer = sized(w, w.answer, YIWU, size)
    channel = genesis.enabled(w.exchange, Kind.PAIRING, answer)
    assert plain(w.write(REGISTRY, channel, channel, genesis.pairing(w.root, w.offer, answer))) == said


@pytest.mark.parametrize(("size", "said"), [(8_192, (Result.EFFECTIVE, "")), (8_196, PLACE)])
def test_a_root_is_embedded_up_to_8_kib(size: int, said: Any) -> None:
    w = Region()
    w.found()
    root = sized(w, w.root, REGISTRY, size)
    other = Region(exchange=root.digest, keys=w.keys)
    assert plain(other.put(TRUST, root)) == said
    assert plain(other.open(OUTFLOW, genesis.open_topic(root))) == said
