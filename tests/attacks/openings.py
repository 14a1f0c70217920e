"""How a channel and an exchange begin, and that nobody can begin them otherwise (PROTOCOL 3, 4, WIRE 9, 11, 13)."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.channel import Cut, Opened
from contracts.channels import OUTFLOW, REGISTRY, TRUST, Kind
from contracts.envelope import GENESIS_SEEN, ZEROS, Embedded, Signed
from contracts.profile import compact
from contracts.vocabulary import KeyKind
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.signing import possession
from services.vectors.region import Region
from services.verifier import Verdict
from tests.attacks.row import DUPLICATE, EFFECTIVE, Outcome, Row, noise, void
from tests.support.decisions import rotate
from tests.support.openings import (
    begin,
    declined,
    embedded_bytes,
    epochs,
    foundation,
    long_offer,
    opened,
    other_offer,
    other_root,
    own_answer,
    supervised,
    swapped,
)
from tests.support.world import JINHUA, XINCAI, YIWU, ZHUMADIAN, World, agreed, seeded, world

PLACE = noise("place")


def unopened(attack: Callable[[World], Verdict]) -> Callable[[World], Verdict]:
    """In a world whose channel is agreed on and not opened yet."""
    return lambda _: attack(agreed())


def with_summary(**changes: Any) -> Callable[[World], Verdict]:
    """The true genesis but for its summary."""
    return unopened(lambda w: begin(w, opened(w, summary=changes)))


def with_embedded(**changes: Callable[[World], Any]) -> Callable[[World], Verdict]:
    """The true genesis but for what it embeds."""
    return unopened(lambda w: begin(w, opened(w, embedded={name: made(w) for name, made in changes.items()})))


def sealed_as(**tamper: Any) -> Callable[[World], Verdict]:
    """The true genesis with other attributes."""
    return unopened(lambda w: begin(w, **tamper))


def supervision(
    said: Callable[[World, Signed], Signed] = lambda _, admitted: admitted, **changes: Any
) -> Callable[[World], Verdict]:
    """The channel of a unit and its superior; ``said``: made of the admission that it embeds."""

    def attack(_: World) -> Verdict:
        w = world()
        admitted = next(w.signed(v) for v in w.verdicts[TRUST] if v.draft is not None and v.draft.subject == XINCAI)
        event = genesis.supervision(w.root, admitted)
        embedded = said(w, admitted)
        papers = {"answer": Embedded.of(embedded), **changes.get("embedded", {})}
        summary = event.summary.model_copy(update=changes.get("summary", {}))
        changed = Opened(summary=summary, embedded=event.embedded.model_copy(update=papers))
        return w.open(genesis.enabled(w.exchange, Kind.SUPERVISION, embedded), changed)

    return attack


def of_another_exchange(w: World, admitted: Signed) -> Signed:
    """An admission there."""
    return w.changed(admitted, REGISTRY, exchange="e" * 64)


def admitting(**body: Any) -> Callable[[World, Signed], Signed]:
    """An admission whose mandate says otherwise; who signed it, a genesis does not ask."""

    def said(w: World, admitted: Signed) -> Signed:
        mandate = json.loads(admitted.value)["data"]["mandate"]
        document = json.loads(base64.b64decode(mandate["payload"]))
        document["body"] |= body
        payload = base64.b64encode(compact(document)).decode()
        return w.changed(admitted, REGISTRY, data={"mandate": {**mandate, "payload": payload}})

    return said


def agreed_elsewhere(offer: str, answer: str) -> Callable[[World], Verdict]:
    """Offer and answer of those exchanges; the registry opens here on them."""

    def attack(w: World) -> Verdict:
        proposed = w.changed(w.offer, XINCAI, exchange=offer or w.exchange)
        data = {**json.loads(w.answer.value)["data"], "summary": {"offer": proposed.digest}}
        accepted = w.changed(w.answer, YIWU, exchange=answer or w.exchange, data=data)
        channel = genesis.enabled(w.exchange, Kind.PAIRING, accepted)
        return w.write(REGISTRY, channel, channel, genesis.pairing(w.root, proposed, accepted))

    return unopened(attack)


def open_elsewhere(_: World) -> Verdict:
    """An open topic under another name."""
    w = Region()
    w.found()
    return w.open("a" * 52, genesis.open_topic(w.root))


def under_no_root(_: World) -> Verdict:
    """What is pinned is the digest of no envelope, and a genesis embeds just that."""
    w, none = Region(), embedded_bytes(b"{}")
    w.found()
    event = genesis.open_topic(w.root)
    elsewhere = Region(exchange=none.digest, keys=w.keys)
    return elsewhere.open(
        OUTFLOW, event.model_copy(update={"embedded": event.embedded.model_copy(update={"root": none})})
    )


def founded(**wrong: Any) -> Callable[[World], Outcome]:
    """A root that is pinned although something is wrong with it."""
    return lambda _: Outcome(*map(str, foundation(**wrong)))


def rotated_twice(*, embedded: bool, key: str) -> Callable[[World], Verdict]:
    """The registry's key changed twice; then a channel is opened."""

    def attack(_: World) -> Verdict:
        w = agreed()
        rotate(w, registry=seeded("registry 2"))
        rotate(w, 3, [*w.signers(ROOT, 2), seeded("newer")], registry=seeded("registry 3"))
        rotations = [r for v in w.verdicts[TRUST] if v.draft and (r := genesis.rotation(v.draft)) is not None]
        event = genesis.pairing(w.root, w.offer, w.answer, rotations if embedded else ())
        return w.write(REGISTRY, w.channel, w.channel, event, signer=seeded(key))

    return attack


def copied_after_rotation(_: World) -> Verdict:
    """A unit is copied into a channel that was opened after a rotation."""
    w = agreed()
    rotate(w)
    rotations = [r for v in w.verdicts[TRUST] if v.draft and (r := genesis.rotation(v.draft)) is not None]
    w.write(REGISTRY, w.channel, w.channel, genesis.pairing(w.root, w.offer, w.answer, rotations))
    w.copy_trust(w.channel)
    return w.publish_key(XINCAI, w.channel)


def registry_key_added(*, embedded: bool) -> Callable[[World], Verdict]:
    """The root gave the registry another key, without a rotation; then a channel is opened."""

    def attack(_: World) -> Verdict:
        w, new = agreed(), seeded("registry 2")
        w.trust(ceremony.key_added(w.by(ROOT), possession(new, w.exchange, REGISTRY, KeyKind.REGISTRY)))
        rotations = [r for v in w.verdicts[TRUST] if v.draft and (r := genesis.rotation(v.draft)) is not None]
        event = genesis.pairing(w.root, w.offer, w.answer, rotations if embedded else ())
        return w.write(REGISTRY, w.channel, w.channel, event, signer=new)

    return attack


def open_with_members(_: World) -> Verdict:
    """An open topic that names members."""
    w = Region()
    w.found()
    event = genesis.open_topic(w.root)
    return w.open(
        OUTFLOW, event.model_copy(update={"summary": event.summary.model_copy(update={"members": (XINCAI, YIWU)})})
    )


def before_its_copies(_: World) -> Verdict:
    """A member writes where no trust was copied yet."""
    w = agreed()
    begin(w)
    return w.publish_key(XINCAI, w.channel)


def under_another_root(_: World) -> Verdict:
    """A node pinned to one root reads another's."""
    w = Region()
    w.found()
    return replace(Region(), exchange="f" * 64).put(TRUST, w.root)


def reader_of_a_pairing(w: World) -> Verdict:
    """The registry opens with a reader that nobody agreed to."""
    return begin(w, opened(w, summary={"readers": (JINHUA, ZHUMADIAN, XINCAI)}))


def begin_again(w: World) -> Verdict:
    """A second genesis, next in the registry's ledger."""
    made = agreed()
    w.offer, w.answer = made.offer, made.answer
    return begin(w, seen=GENESIS_SEEN)


STRANGER = [seeded("root.1"), seeded("nobody")]
OWN, NO_ENVELOPE = {"members": (XINCAI, XINCAI)}, embedded_bytes(b"{}")
ROWS = [
    Row(
        "The registry opens under an id of its choice",
        "P3 W11",
        unopened(lambda w: w.write(REGISTRY, "a" * 52, "a" * 52, opened(w))),
        PLACE,
    ),
    Row(
        "The registry opens under another subject",
        "W19",
        unopened(lambda w: w.write(REGISTRY, w.channel, "x", opened(w))),
        PLACE,
    ),
    Row("The answer names another offer", "P3 W31", with_embedded(offer=other_offer), PLACE),
    Row("The registry opens on a refusal", "B21", unopened(declined), PLACE),
    Row("The registry opens on a proposer's own answer", "B21", unopened(own_answer), PLACE),
    Row("The registry opens without an offer", "P3 W13", with_embedded(offer=lambda w: None), PLACE),
    Row("The registry opens without an answer", "W13", with_embedded(answer=lambda w: None), PLACE),
    Row("The embedded offer is no envelope", "W5", with_embedded(offer=lambda w: embedded_bytes(b"{}")), PLACE),
    Row("Offer and answer stand in each other's place", "B21", unopened(lambda w: begin(w, swapped(w))), PLACE),
    Row("An offer of 8,193 bytes is embedded", "W4", unopened(long_offer), PLACE),
    Row("The registry turns the members round", "B21", with_summary(members=(YIWU, XINCAI)), PLACE),
    Row("The registry puts another member in", "P3", with_summary(members=(XINCAI, JINHUA)), PLACE),
    Row("The registry names no members", "B21", with_summary(members=None), PLACE),
    Row("The registry leaves an oversight out", "B21", with_summary(readers=(JINHUA,)), PLACE),
    Row("The registry adds a reader", "P3 B21", unopened(reader_of_a_pairing), PLACE),
    Row("The registry names no readers", "B21", with_summary(readers=None), PLACE),
    Row("A genesis begins in epoch 2", "W14", with_summary(**epochs(2)), PLACE),
    Row("A genesis begins in epochs 1 and 2", "W14", with_summary(**epochs(1, 2)), PLACE),
    Row("A first topic names a cut", "B44", with_summary(cut=Cut(offset=-1, hash=ZEROS)), PLACE),
    Row("Offer and answer are of another exchange", "P3 W9", agreed_elsewhere("e" * 64, "e" * 64), PLACE),
    Row("An offer is of another exchange", "P3 W9", agreed_elsewhere("e" * 64, ""), PLACE),
    Row("An answer is of another exchange", "P3 W9", agreed_elsewhere("", "e" * 64), PLACE),
    Row("Offer and answer are of this exchange", "P3 W9", agreed_elsewhere("", ""), EFFECTIVE),
    Row("A pairing calls itself an open topic", "W13", with_summary(kind=Kind.OPEN), PLACE),
    Row("A pairing calls itself a supervision", "B21", unopened(supervised), PLACE),
    Row("A genesis embeds another root", "P3 P4", with_embedded(root=lambda w: Embedded.of(other_root(w))), PLACE),
    Row("A genesis embeds a root that is none", "P4", with_embedded(root=lambda w: Embedded.of(w.offer)), PLACE),
    Row("A member signs the genesis", "P3 A5", unopened(lambda w: begin(w, signer=w.keys[XINCAI])), PLACE),
    Row("A root holder signs the genesis", "P3", sealed_as(signer=seeded("root.1")), PLACE),
    Row(
        "A member opens the channel itself",
        "P3 A5",
        unopened(lambda w: w.write(XINCAI, w.channel, w.channel, opened(w))),
        PLACE,
    ),
    Row("A genesis is not the first of its ledger", "W13", sealed_as(sequence="000000000002"), PLACE),
    Row("A genesis has a predecessor", "W14", sealed_as(previous="a" * 64), PLACE),
    Row("A genesis stands in epoch 2", "W14", sealed_as(epoch=2), PLACE),
    Row("A genesis has seen what is not there", "A11 W15", sealed_as(seen=f"1.-1.{'a' * 64}"), PLACE),
    Row(
        "A member writes garbage before the genesis",
        "A5 B43",
        unopened(lambda w: w.raw(b'{"specversion":"1.0"}')),
        noise("shape"),
    ),
    Row("The registry opens a channel twice", "B20 A9", begin_again, void("state")),
    Row("Somebody sends the genesis again", "P1", lambda w: w.again(w.verdicts[w.channel][0]), DUPLICATE),
    Row("The registry gives an open topic members", "W13", open_with_members, PLACE),
    Row("A unit opens with its superior, as its admission says", "W13", supervision(), EFFECTIVE),
    Row("A supervision turns its members round", "B21", supervision(summary={"members": (ZHUMADIAN, XINCAI)}), PLACE),
    Row("A supervision names a reader", "W13", supervision(summary={"readers": (JINHUA,)}), PLACE),
    Row("A supervision names other members than its admission", "B21", supervision(admitting(unit=YIWU)), PLACE),
    Row("A unit is its own superior", "P3", supervision(admitting(superior=XINCAI), summary=OWN), PLACE),
    Row("A supervision embeds an admission elsewhere", "P3 W9", supervision(of_another_exchange), PLACE),
    Row("A supervision embeds an admission that says nothing", "W13", supervision(admitting(unit=None)), PLACE),
    Row("A supervision embeds an offer as well", "W13", supervision(embedded={"offer": NO_ENVELOPE}), PLACE),
    Row("A supervision embeds no admission", "P3", supervision(embedded={"answer": None}), PLACE),
    Row("The registry opens a topic that is none", "W13", open_elsewhere, PLACE),
    Row("A genesis embeds what is pinned and no root", "P4", under_no_root, PLACE),
    Row("A member writes before its key was copied", "P3 W20", before_its_copies, noise("key")),
    Row(
        "A registry opens with a key that its root replaced", "A6 P4", rotated_twice(embedded=True, key=REGISTRY), PLACE
    ),
    Row(
        "A registry leaves out the rotations that made its key",
        "A6",
        rotated_twice(embedded=False, key="registry 3"),
        PLACE,
    ),
    Row(
        "A registry opens after two rotations, embedded in order",
        "A6 A7",
        rotated_twice(embedded=True, key="registry 3"),
        EFFECTIVE,
    ),
    Row("A unit writes in a channel opened after a rotation", "A1", copied_after_rotation, EFFECTIVE),
    Row("A registry opens with a key added later, unsaid", "A6", registry_key_added(embedded=False), PLACE),
    Row("A registry opens with a key added later, embedded", "A6", registry_key_added(embedded=True), EFFECTIVE),
    # -- the root
    Row("Two of three establish the root", "B28", founded(signers=[seeded("root.1"), seeded("root.2")]), EFFECTIVE),
    Row("One root holder establishes a root", "P4", founded(signers=[seeded("root.1")]), PLACE),
    Row("One root holder signs twice", "P4 B30", founded(signers=[seeded("root.1"), seeded("root.1")]), PLACE),
    Row("A stranger signs beside one root holder", "B30", founded(signers=STRANGER), PLACE),
    Row(
        "A root lists one key twice",
        "B28",
        founded(roots=[seeded("root.1"), seeded("root.1"), seeded("root.2")]),
        PLACE,
    ),
    Row(
        "A root key is the registry's as well",
        "P2 W8",
        founded(roots=[seeded("root.1"), seeded("root.2"), seeded(REGISTRY)]),
        PLACE,
    ),
    Row("A root begins with version 2", "B37", founded(version=2), PLACE),
    Row("A root's mandate begins with number 2", "B37", founded(number=2), PLACE),
    Row("Registrars sign a root", "W24", founded(role="registrar.41"), PLACE),
    Row("A root stands under another subject", "B11 W19", founded(subject="policy"), PLACE),
    Row("A root's mandate names an exchange", "W9", founded(exchange="a" * 64), PLACE),
    Row("A node reads another exchange's root", "P4 W9", under_another_root, noise("exchange")),
]
