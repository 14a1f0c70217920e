"""A lost or moved topic continues as the next one (PROTOCOL 6, WIRE 13-16, WIRE-CHOICES A14, B9, B44)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.channel import StandsBy
from contracts.channels import REGISTRY, TRUST, Kind, Topic
from contracts.envelope import Record
from contracts.refusals import Stop
from contracts.vocabulary import Role
from services.auditor import Outcome, audit
from services.auditor.judge import Judge
from services.domain.trust import ROOT
from services.generations import continued, cut_of
from services.node.filling import Filled
from services.registry import ceremony, genesis
from services.vectors.seeds import EXPIRES, UNKNOWN_RULES, policy
from services.verifier import History, Stopped, Verdict, inspect
from tests.support.openings import changed
from tests.support.world import JINHUA, XINCAI, YIWU, Result, World, plain, seeded, world

EFFECTIVE, PLACE = (Result.EFFECTIVE, ""), (Result.NOISE, "place")
DUPLICATE = (Result.DUPLICATE, "")


def begun(w: World) -> Verdict:
    return w.open(w.channel, w.genesis())


def test_the_channel_goes_on_with_its_matters_and_chains() -> None:
    """What was shared before the cut is delivered behind it; nobody's chain begins anew."""
    w = world()
    lead = w.share()
    before, open_before = w.history(w.channel).ledger(XINCAI).head, list(w.history(w.channel).open())
    w.lose_topic()
    assert plain(begun(w)) == EFFECTIVE
    assert w.history(w.channel).ledger(XINCAI).head == before
    assert sorted(map(repr, w.history(w.channel).open())) == sorted(map(repr, open_before))
    assert "lead" in {context for context, *_ in open_before}
    assert lead.draft is not None
    assert plain(w.fact(YIWU, lead.draft.subject)) == EFFECTIVE
    assert plain(w.share()) == EFFECTIVE
    assert w.last().record.position[:2] == (str(Topic(w.channel, 2)), 2)


def test_the_topic_before_stays_as_it_was() -> None:
    """Another cut may be taken from it."""
    w = world()
    before = w.history(w.channel)
    lost = History.after(before)
    held = [dict(one) for one in (before.ledgers, before.admitted, before.streams, before.claims, before.live)]
    w.histories[w.channel], w.logs[w.channel], w.verdicts[w.channel] = lost, [], []
    begun(w)
    w.share()
    assert [before.ledgers, before.admitted, before.streams, before.claims, before.live] == held
    after = (lost.ledgers, lost.admitted, lost.streams, lost.claims, lost.live)
    assert all(now != then for now, then in zip(after, held, strict=True))


def test_under_rules_that_this_software_does_not_know_a_topic_begins_and_goes_no_further() -> None:
    """A genesis says where the topic before ended, under any rules; what follows it is not judged."""
    w = world()
    w.trust(ceremony.policy(w.by("root"), policy(rule_version=UNKNOWN_RULES)))
    w.write(REGISTRY, w.channel, w.channel, genesis.copied(w.signed(w.last(TRUST))))
    w.lose_topic()
    first = begun(w)
    assert (plain(first), first.keyid) == (EFFECTIVE, w.keys[REGISTRY].keyid)
    with pytest.raises(Stopped, match="stalled"):
        w.share()


def test_hash_and_time_go_on_from_the_cut() -> None:
    """h(-1) of the next topic is the cut's hash; effective time never falls back behind it (WIRE 16)."""
    w = world()
    end = w.share()
    w.lose_topic()
    waiting = w.history(w.channel)
    assert (waiting.hash, waiting.offset, waiting.opened) == (end.hash, -1, False)
    first = w.put(w.channel, w.seal(w.draft(REGISTRY, w.channel, w.channel, w.genesis())), at=1)
    assert (plain(first), first.at) == (EFFECTIVE, end.at)


def next_of(w: World) -> dict[str, Any]:
    """What the registry's next envelope names of its last one."""
    head = w.history(w.channel).ledger(REGISTRY).head
    return {"sequence": f"{head.sequence + 1:012}", "previous": head.digest}


WRONG: dict[str, Callable[[World], Verdict]] = {
    "a member writes first": lambda w: w.share(),
    "it names no cut": lambda w: w.open(w.channel, changed(w, cut=None)),
    "it names another offset": lambda w: w.open(w.channel, changed(w, cut={"offset": 3})),
    "it names another hash": lambda w: w.open(w.channel, changed(w, cut={"hash": "0" * 64})),
    "it names another member": lambda w: w.open(w.channel, changed(w, members=(XINCAI, JINHUA))),
    "it is of another kind": lambda w: w.open(w.channel, changed(w, kind=Kind.OPEN)),
    "it lets a unit read that did not": lambda w: w.open(w.channel, changed(w, readers=(JINHUA,))),
    "it changes the rule version": lambda w: w.open(w.channel, changed(w, rule_version=2)),
    "an epoch is not the ledger's": lambda w: w.open(
        w.channel, changed(w, epochs=tuple(one.model_copy(update={"epoch": 2}) for one in w.genesis().summary.epochs))
    ),
    "its chain begins anew": lambda w: w.write(
        REGISTRY, w.channel, w.channel, w.genesis(), sequence="000000000001", previous="0" * 64
    ),
    "its chain leaves one out": lambda w: w.write(
        REGISTRY, w.channel, w.channel, w.genesis(), sequence=f"{w.history(w.channel).ledger(REGISTRY).head[1] + 2:012}"
    ),
    "one epoch of several is not the ledger's": lambda w: w.open(
        w.channel,
        changed(
            w,
            epochs=tuple(
                one.model_copy(update={"epoch": one.epoch + (one.source == XINCAI)})
                for one in w.genesis().summary.epochs
            ),
        ),
    ),
    "it is no genesis": lambda w: w.write(
        REGISTRY, w.channel, w.channel, genesis.copied(w.signed(w.verdicts[TRUST][1]))
    ),
    "it cannot be read": lambda w: w.write(REGISTRY, w.channel, w.channel, w.genesis(), data={}),
    "a member writes it into the registry's chain": lambda w: w.write(
        XINCAI, w.channel, w.channel, w.genesis(), **next_of(w)
    ),
    "a member signs it": lambda w: w.write(REGISTRY, w.channel, w.channel, w.genesis(), signer=w.keys[XINCAI]),
    "a member is its writer": lambda w: w.write(XINCAI, w.channel, w.channel, w.genesis()),
    "it has seen another history": lambda w: w.write(
        REGISTRY, w.channel, w.channel, w.genesis(), seen=f"2.-1.{'1' * 64}"
    ),
    "it is about another channel": lambda w: w.write(REGISTRY, w.channel, TRUST, w.genesis()),
    "it is no envelope": lambda w: w.raw(b"{}"),
}


@pytest.mark.parametrize("sentence", WRONG)
def test_no_genesis(sentence: str) -> None:
    """Noise; the topic waits on, and the true genesis stands behind it (WIRE-CHOICES A5)."""
    w = world()
    w.share()
    w.lose_topic()
    verdict = WRONG[sentence](w)
    found = plain(verdict)
    assert verdict.law == ("PROTOCOL 3" if found == PLACE else "")
    assert found == ((Result.NOISE, "shape") if sentence == "it is no envelope" else PLACE)
    assert not w.history(w.channel).opened
    assert plain(begun(w)) == EFFECTIVE


def test_what_was_admitted_before_the_cut_is_a_duplicate_and_what_stood_behind_it_is_not() -> None:
    """The relay sends its tail again, the same bytes (PROTOCOL 6)."""
    w = world()
    inside, behind = w.share(), w.share(source=YIWU)
    records = w.lose_topic(behind=1)
    begun(w)
    assert plain(w.again(inside)) == DUPLICATE
    assert plain(w.again(behind)) == EFFECTIVE
    assert plain(w.again(behind)) == DUPLICATE
    assert records[-1].message == behind.record.message


def test_seen_names_either_topic_up_to_the_cut() -> None:
    """WIRE 15, WIRE-CHOICES B9: an earlier topic up to its cut, this one before the record itself."""
    w = world()
    w.share()
    records = w.lose_topic(behind=1)
    history = w.history(w.channel)
    cut = history.cut
    assert cut is not None
    begun(w)
    for seen in (f"1.{cut.offset}.{cut.hash}", f"2.-1.{cut.hash}", f"1.-1.{'0' * 64}", w.history(w.channel).seen):
        assert plain(w.share(seen=seen)) == EFFECTIVE, seen
    whole = History.of(w.exchange, str(Topic(w.channel, 1)))
    verdicts = [whole.admit(record, inspect(record, {})) for record in records]
    behind = f"1.{cut.offset + 1}.{verdicts[-1].hash.hex()}"
    for seen in (behind, f"3.0.{cut.hash}", f"2.40.{cut.hash}"):
        assert plain(w.share(seen=seen)) == (Result.VOID, "order_disputed"), seen
    lead = w.share()
    assert lead.draft is not None
    fact = w.fact(YIWU, lead.draft.subject, seen=behind)
    assert (plain(fact), fact.disputed) == (EFFECTIVE, True)


def reopened(w: World, signers: int = 2) -> Verdict:
    head = w.history(w.channel).ledger(REGISTRY).head
    stands = StandsBy(sequence=head.sequence, digest=head.digest)
    by = w.signers(ROOT, signers)
    event = ceremony.reopened(w.exchange, REGISTRY, w.channel, head.epoch + 1, stands, EXPIRES, by)
    return w.write(REGISTRY, w.channel, w.channel, event)


def test_a_frozen_registry_is_reopened_by_the_root_before_its_genesis() -> None:
    """WIRE-CHOICES A14: the reopening at offset 0, the genesis at offset 1."""
    w = world()
    copy = w.verdicts[w.channel][1]
    w.put(w.channel, w.changed(w.signed(copy), REGISTRY, time="2021-04-01T02:00:00.000Z"))
    assert w.history(w.channel).ledger(REGISTRY).frozen
    w.lose_topic()
    assert plain(begun(w)) == PLACE
    assert plain(w.share()) == PLACE
    reopening = reopened(w)
    assert (plain(reopening), reopening.keyid) == (EFFECTIVE, w.keys[REGISTRY].keyid)
    assert not w.history(w.channel).opened
    assert plain(begun(w)) == EFFECTIVE
    assert w.history(w.channel).ledger(REGISTRY).head[:2] == (2, 1)


def test_a_later_topic_is_not_judged_from_nothing() -> None:
    w = world()
    w.lose_topic()
    genesis = begun(w)
    history = History(w.exchange, Topic(w.channel, 2))
    with pytest.raises(Stopped) as stopped:
        history.admit(genesis.record, inspect(genesis.record, {}))
    assert stopped.value.stop is Stop.CUT


def test_a_topic_may_be_continued_more_than_once() -> None:
    w = world()
    first = w.share()
    w.lose_topic()
    begun(w)
    w.histories[w.channel] = History.after(w.history(w.channel).overlay())
    w.logs[w.channel] = []
    assert plain(begun(w)) == EFFECTIVE
    assert w.last().record.position.topic == str(Topic(w.channel, 3))
    assert plain(w.again(first)) == DUPLICATE
    seen = w.history(w.channel).earlier[0]
    offset = len(seen) - 2
    assert plain(w.share(seen=f"1.{offset}.{seen[offset].hex()}")) == EFFECTIVE


def test_trust_goes_on_with_an_open_genesis() -> None:
    """``duikou.trust`` has no ``channel.opened`` but this one: what it is, and where it ended (decision 5)."""
    w = world()
    history = w.history(TRUST)
    w.histories[TRUST] = History.after(history.overlay())
    w.logs[TRUST] = []
    waiting = w.history(TRUST)
    assert waiting.cut is not None
    first = w.open(TRUST, genesis.continuing(genesis.open_topic(w.root), waiting))
    assert plain(first) == EFFECTIVE
    assert plain(w.enrol(XINCAI, "second", [Role.AUTHOR])) == EFFECTIVE


# -- finding the genesis -----------------------------------------------------------------------------------------------


@dataclass
class Lost:
    """Records of both topics of a channel, and its first topic folded as far as asked."""

    world: World
    first: list[Record]

    def up_to(self, cut: Any) -> History | None:
        history = History.of(self.world.exchange, str(Topic(self.world.channel, 1)))
        for record in self.first[: cut.offset + 1]:
            history.admit(record, inspect(record, {}))
        return history if history.offset == cut.offset else None

    @property
    def second(self) -> list[Record]:
        return self.world.logs[self.world.channel]


def lost(behind: int = 0) -> Lost:
    w = world()
    w.share()
    w.share(source=YIWU)
    return Lost(w, w.lose_topic(behind))


def test_the_genesis_is_found_behind_noise_and_all_is_judged_from_it() -> None:
    """Hashes of what stands before the genesis begin with the cut that only the genesis names."""
    made = lost(behind=1)
    made.world.raw(b"garbage")
    made.world.open(made.world.channel, changed(made.world, cut={"hash": "0" * 64}))
    begun(made.world)
    made.world.share()
    found = continued(made.second, made.up_to)
    assert found is not None
    assert found.offset == -1
    again = [found.admit(record, inspect(record, {})) for record in made.second]
    assert again == made.world.verdicts[made.world.channel]


def test_without_a_genesis_or_without_the_topic_before_it_nothing_is_found() -> None:
    made = lost()
    made.world.raw(b"garbage")
    assert continued(made.second, made.up_to) is None
    begun(made.world)
    assert continued(made.second, lambda _: None) is None
    assert continued(made.second, Lost(made.world, made.first[:-1]).up_to) is None
    assert [cut_of(record) is not None for record in made.second] == [False, True]


# -- the auditor -------------------------------------------------------------------------------------------------------


@dataclass
class Copy:
    """Both topics as a source of an audit."""

    kept: list[Record]

    claims = None

    def records(self) -> Iterator[Record]:
        yield from self.kept


def test_the_auditor_folds_both_topics_and_forgets_what_stood_behind_the_cut() -> None:
    """Views are those of the state at the end: a lead behind the cut that was not sent again is in none."""
    made = lost(behind=1)
    begun(made.world)
    made.world.share()
    report = audit(made.world.exchange, Copy([*made.first, *made.second]))
    assert report.verdict is Outcome.CONSISTENT, report.divergences
    judge = Judge(made.world.exchange)
    judge.take(lambda: [*made.first, *made.second])
    assert len(judge.rows[XINCAI]["cases"]) == 2
    assert judge.visible(XINCAI)[str(Topic(made.world.channel, 1))] == len(made.first) - 2
    straight = Judge(made.world.exchange)
    straight.take(lambda: [*made.first[:-1], *made.second])
    assert judge.fingerprints(XINCAI) == straight.fingerprints(XINCAI)


@pytest.mark.parametrize("offset", [3, -2])
def test_a_change_before_the_cut_is_seen_from_behind_it(offset: int) -> None:
    """The cut's hash holds everything before it; the next topic is then judged from nothing, and refused."""
    made = lost()
    begun(made.world)
    record = made.first[offset]
    made.first[offset] = record._replace(position=record.position._replace(at=record.position.at + 1))
    report = audit(made.world.exchange, Copy([*made.first, *made.second]))
    assert report.verdict is Outcome.REFUSED
    assert Stop.CUT in {one.rule for one in report.divergences}


def test_seen_behind_the_cut_vouches_for_what_was_before_it() -> None:
    made = lost()
    begun(made.world)
    made.world.fact(YIWU, made.world.fresh())
    report = audit(made.world.exchange, Copy([*made.first, *made.second]))
    assert report.topics[0].unwitnessed == ()


def test_keys_of_the_next_topic_are_those_of_the_cut() -> None:
    """A stranger's genesis with the right cut is noise: keys go on, too."""
    made = lost()
    stranger = seeded("stranger")
    found = made.world.write(REGISTRY, made.world.channel, made.world.channel, made.world.genesis(), signer=stranger)
    assert plain(found) == PLACE


@pytest.mark.parametrize(
    ("filled", "done"),
    [
        (Filled({"a": 1}, {}, {}), True),
        (Filled({"a": 1}, {"b": "nobody vouches"}, {}), True),
        (Filled({"a": 1}, {}, {"b": "not the same"}), False),
        (Filled({}, {"b": "nobody vouches"}, {}), False),
    ],
)
def test_a_copy_that_contradicts_ours_is_no_success_whatever_else_was_taken(filled: Filled, done: bool) -> None:
    """What nobody vouches for yet is none either, if it is all there was."""
    assert filled.done is done
