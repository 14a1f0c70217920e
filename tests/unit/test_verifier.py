"""The fold of a channel: five outcomes, and what stays as it was (PROTOCOL 1, 5). Attacks: tests/attacks."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from contracts.catalogue import events
from contracts.channels import KEEPER, KEEPER_TYPE, OPEN_TYPES, OUTFLOW, REGISTRY, TRUST, Topic
from contracts.envelope import START, Message, Position, Record
from contracts.event import Event
from contracts.lead import Onward, RemovalAnswered, RemovalSummary, Shared
from contracts.pairing import Accepted, Proposed
from contracts.profile import compact
from contracts.refusals import Code
from contracts.trust import Heartbeat, RootEstablished
from contracts.vocabulary import RemovalResult
from services.domain import CONTEXTS
from services.domain.clocks import DAY
from services.domain.trust import _CHANGES
from services.registry import ceremony, genesis
from services.vectors.seeds import UNKNOWN_RULES, policy
from services.verifier import History, Stopped, Verdict, inspect, readable
from services.verifier.history import Ledger
from services.verifier.records import Inspected, fitting
from tests.support.acts import paused, seen, subject_of
from tests.support.ledgers import beat
from tests.support.world import XINCAI, YIWU, Result, World, plain, world

Attack = Callable[[World], Verdict]
NOISE, VOID, EFFECTIVE, FORK, DUPLICATE = Result.NOISE, Result.VOID, Result.EFFECTIVE, Result.FORK, Result.DUPLICATE


# -- what a record is by itself ----------------------------------------------------------------------------------------


def unsigned(value: bytes | None) -> Record:
    return Record(Position(f"duikou.{TRUST}.1", 0, 0), Message(None, value))


@pytest.mark.parametrize("event", [RootEstablished, Proposed, Accepted])
def test_what_a_genesis_embeds_is_at_most_8_kib(event: type[Event]) -> None:
    """WIRE 4: 8,192 bytes; whatever else is wrong with the longer one is not asked."""
    w = world()
    written = json.loads(w.offer.value)
    room = 8_192 - len(compact({**written, "type": event.TYPE, "data": {"summary": {"a": ""}}}))
    for size, longer in ((room, False), (room + 1, True)):
        value = compact({**written, "type": event.TYPE, "data": {"summary": {"a": "a" * size}}})
        found = readable(unsigned(value))
        assert (found.draft, found.refused) == (None, Code.SHAPE)
        assert (found.law == "WIRE 4") is longer


def test_what_cannot_be_read_is_named_by_its_bytes_alone() -> None:
    """A null value is none at all, and hashes as empty (WIRE 16)."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert readable(unsigned(None)) == Inspected(empty, None, None, Code.SHAPE, "PROTOCOL 2", frozenset(), "")


def test_a_signature_of_another_length_is_nobodys() -> None:
    w = world()
    record = w.share().record
    known = w.history(w.channel).known(XINCAI)
    assert fitting(record, known) == w.keys[XINCAI].keyid
    for wrong in (record.message.signature[:63], record.message.signature + b"\0"):
        message = Message(None, record.message.value, (("signature", wrong),))
        assert fitting(record._replace(message=message), known) == ""


def test_before_its_first_record_a_channel_has_heard_nobody() -> None:
    empty = History.of("e" * 64, f"duikou.{TRUST}.1")
    assert (empty.at, empty.ledger(XINCAI)) == (0, Ledger(START, False, "0" * 64, (), 0))


# -- the five outcomes -------------------------------------------------------------------------------------------------


def test_noise_from_counterpart_never_delays_a_ledger() -> None:
    w = world()
    for n in range(4):
        w.raw(b"{" * n)
        w.share(source=YIWU, epoch=7)
        w.share(source=YIWU, sequence="000000000099")
        w.share(source=YIWU, signer=w.keys[XINCAI])
        assert w.share().result is EFFECTIVE
    w.share(source=YIWU, sequence="000000000001")  # forks and freezes itself
    assert w.share().result is EFFECTIVE


def test_void_share_then_withdrawal_of_other_lead_arrives() -> None:
    """L8: what is void in a ledger holds up nothing that follows it."""
    w = world()
    subject = subject_of(w.share())
    assert w.share(approver=f"{XINCAI}/author").result is VOID
    withdrawn = w.withdraw(XINCAI, subject)
    assert plain(withdrawn) == (EFFECTIVE, "")
    assert w.history(w.channel).state("lead", subject).status == "withdrawn"


def test_what_is_at_its_end_is_open_no_more() -> None:
    w = world()
    subject = subject_of(w.share())
    assert ("lead", subject) in {found[:2] for found in w.history(w.channel).open()}
    w.withdraw(XINCAI, subject)
    assert ("lead", subject) not in {found[:2] for found in w.history(w.channel).open()}


def test_what_is_void_says_by_which_law_and_noise_by_none_that_its_code_does_not() -> None:
    w = world()
    assert w.share(approver=f"{XINCAI}/author").law == "L5"
    assert w.share(seen=seen(w, digest="c" * 64)).law == "PROTOCOL 5"
    assert [w.raw(b"{}").law, w.share(epoch=9).law] == ["", ""]


def test_a_heartbeat_is_the_last_sign_of_life_of_the_exchange() -> None:
    w = world()
    verdict = beat(w)
    assert (plain(verdict), verdict.late) == ((EFFECTIVE, ""), False)
    assert w.history(TRUST).channel.trust.heartbeat == verdict.at


def of_the_keeper(w: World, channel: str) -> Verdict:
    known = w.signed(w.verdicts[channel][0])
    return w.put(channel, w.changed(known, XINCAI, source=KEEPER, type=KEEPER_TYPE, id=w.fresh()))


def test_the_keeper_writes_only_where_content_is() -> None:
    """WIRE 12: pairings and supervisions; there it is a member, of whom no key was copied."""
    w = world()
    assert plain(of_the_keeper(w, TRUST)) == (NOISE, "exchange")
    assert plain(of_the_keeper(w, OUTFLOW)) == (NOISE, "not_member")
    assert plain(of_the_keeper(w, w.channel)) == (NOISE, "key")
    assert plain(of_the_keeper(w, w.supervised(XINCAI))) == (NOISE, "key")


def test_a_prefix_ends_before_the_record_that_may_name_it() -> None:
    w = world()
    w.share()
    history = w.history(w.channel)
    assert history.prefix(1, history.offset) is None
    assert history.prefix(1, history.offset - 1) == history.prefixes[history.offset - 1]


def test_a_ledger_says_when_its_writer_was_heard_last() -> None:
    """What the next officer of the other unit is shown; void counts, noise of a stranger's making does not."""
    w = world()
    heard = w.share()
    w.raw(b"{}")
    assert w.history(w.channel).ledger(XINCAI).at == heard.at
    refused = w.share(approver=f"{XINCAI}/author")
    assert w.history(w.channel).ledger(XINCAI).at == refused.at > heard.at
    assert w.history(w.channel).ledger(YIWU).at < heard.at


def test_a_member_of_a_later_rule_version_is_no_part_of_the_model_whoever_writes_it() -> None:
    """The code is that of software which never knew the member, also where the registry writes what is a unit's."""
    w = world()
    subject = subject_of(w.share())
    named = (Onward(unit=XINCAI, answer="9" * 64, result=RemovalResult.REMOVED),)
    for source in (REGISTRY, YIWU):
        found = [
            plain(w.write(source, w.channel, subject, RemovalAnswered(summary=summary)))
            for usual in [RemovalSummary(result=RemovalResult.REMOVED, prints_destroyed=0)]
            for summary in (usual.model_copy(update={"onward": named}), usual)
        ]
        assert found == [(VOID, "shape"), (VOID, "wrong_side") if source == REGISTRY else (EFFECTIVE, "")]


def test_replayed_void_envelope_stays_void() -> None:
    """Also when the state would allow it now."""
    w = world()
    void = paused(w)
    w.resume_pairing(YIWU)
    assert plain(w.again(void)) == (DUPLICATE, "")
    assert w.history(w.channel).state("lead", subject_of(void)).status == "absent"
    assert w.share().result is EFFECTIVE


def test_the_first_of_a_fork_stays_effective() -> None:
    w = world()
    honest = w.share()
    w.put(w.channel, w.changed(w.signed(honest), XINCAI, time="2021-04-01T02:00:00.000Z"))
    assert w.history(w.channel).state("lead", subject_of(honest)).status == "sent"
    assert plain(w.again(w.last())) == (NOISE, "frozen")  # a fork is not admitted: its repetition is no duplicate
    assert plain(w.again(honest)) == (DUPLICATE, "")


def test_append_time_goes_backwards() -> None:
    """Effective time does not: a leader's clock ran 38 s back after a restart (PROTOCOL 5)."""
    w = world()
    first = w.share(at=w.now + 40_000)
    second = w.share(at=w.now + 2_000)
    assert (second.at, second.record.position.at < second.at) == (first.at, True)
    assert w.share().at == first.at


def test_noise_moves_effective_time() -> None:
    """WIRE-CHOICES B42: every record does."""
    w = world()
    w.later(DAY)
    noise = w.raw(b"")
    assert w.share(at=1).at == noise.at
    assert noise.keyid == "", "nobody's key fits it"


def test_unknown_type_is_void_and_holds_nobody() -> None:
    w = world()
    assert plain(w.share(type="duikou.lead.exploded.v1")) == (VOID, "type")
    assert w.share().result is EFFECTIVE
    assert w.share(source=YIWU).result is EFFECTIVE


def test_newer_rule_version_stalls_not_refuses() -> None:
    """Only the registry can cause it, and nothing is judged by rules that this software does not know."""
    w = world()
    w.trust(ceremony.policy(w.by("root"), policy(rule_version=UNKNOWN_RULES)))
    assert w.stops(TRUST) == "stalled"
    assert w.share().result is EFFECTIVE  # not copied yet
    w.write(REGISTRY, w.channel, w.channel, genesis.copied(w.signed(w.last(TRUST))))
    assert w.last().result is EFFECTIVE
    assert w.stops(w.channel) == "stalled"


def test_a_fact_with_a_wrong_seen_is_effective_and_disputed() -> None:
    w = world()
    subject = subject_of(w.share())
    verdict = w.fact(YIWU, subject, seen=seen(w, digest="c" * 64))
    assert (verdict.result, verdict.disputed) == (EFFECTIVE, True)


def test_a_fact_out_of_turn_is_effective_and_late() -> None:
    w = world()
    subject = subject_of(w.share())
    assert not w.fact(YIWU, subject).late
    assert w.fact(YIWU, subject).late
    assert w.history(w.channel).state("lead", subject).status == "delivered"


def test_a_key_published_out_of_turn_is_late_and_changes_nothing() -> None:
    """channel.* is a fact: never void for its number (PROTOCOL 1, WIRE-CHOICES A9)."""
    w = world()
    verdict = w.publish_key(YIWU, w.channel, 5)
    assert (verdict.result, verdict.late) == (EFFECTIVE, True)
    assert [key.number for key in w.history(w.channel).channel.newest_keys(YIWU)] == [1]
    assert not w.publish_key(YIWU, w.channel, 2).late


def test_the_two_newest_keys_of_the_recipient_may_be_used() -> None:
    w = world()
    before = w.content(XINCAI, w.channel, Shared.TYPE)
    w.publish_key(YIWU, w.channel, 2)
    assert w.share(content=before).result is EFFECTIVE
    oldest = before.model_copy(update={"id": w.fresh()})
    w.publish_key(YIWU, w.channel, 3)
    assert plain(w.share(content=oldest)) == (VOID, "no_recipient_key")


def test_facts_are_the_closed_list() -> None:
    """PROTOCOL 1: nothing else stands whatever the rules say."""
    facts = {
        *("delivered", "received", "acknowledged", "feedback_given", "outcome_recorded", "withdrawn", "expunged"),
        *("removal_answered", "custody_handed_over", "evidence_handed_over", "desk_anchored"),
    }
    for type_, event in events().items():
        _, context, name, _ = type_.split(".")
        expected = name in facts or context in ("access", "channel")
        assert expected == event.FACT or context == "desk", type_


def test_every_open_type_has_a_model_and_a_rule() -> None:
    """An open type that nobody can judge would end the process, not the record."""
    known = events()
    for type_ in set().union(*OPEN_TYPES[1].values()):
        context = type_.split(".")[1]
        assert known[type_] in (_CHANGES | {Heartbeat: None} if context == "trust" else CONTEXTS[context].RULES), type_


def test_a_gap_in_the_offsets_stops_the_channel() -> None:
    w = world()
    record = w.share().record
    beyond = record._replace(position=record.position._replace(offset=record.position.offset + 2))
    with pytest.raises(Stopped, match="offset_gap") as stopped:
        w.history(w.channel).admit(beyond, inspect(beyond, {}))
    assert stopped.value.position == beyond.position


def test_what_grows_with_every_record_is_kept_where_the_caller_says() -> None:
    made: list[dict[Any, Any]] = []

    def kept() -> dict[Any, Any]:
        made.append({})
        return made[-1]

    history = History.of("e" * 64, f"duikou.{TRUST}.1", kept)
    grows = (history.admitted, history.prefixes, history.streams, history.claims, history.live)
    assert {id(one) for one in grows} == {id(one) for one in made}
    assert len(made) == 5


def test_a_history_knows_its_start_however_it_is_made() -> None:
    """Nothing was said before the first record, and a head that was anchored then is found (WIRE 15)."""
    named = History.of("e" * 64, f"duikou.{TRUST}.1")
    assert named == History("e" * 64, Topic(TRUST, 1))
    assert named.prefixes == {-1: named.hash}


def test_a_second_topic_of_a_channel_is_not_guessed_at() -> None:
    w = world()
    record = w.share().record
    moved = record._replace(position=record.position._replace(topic=str(Topic(w.channel, 2)), offset=0))
    with pytest.raises(Stopped, match="cut"):
        History.of(w.exchange, moved.position.topic).admit(moved, inspect(moved, {}))


def test_a_verdict_names_the_key_only_of_what_it_judged_by_it() -> None:
    """A verdict does not depend on which keys were known when the record was inspected ahead of time."""
    w = world()
    verdict = w.share(epoch=9)
    assert verdict.keyid == w.keys[XINCAI].keyid
    assert not w.share(exchange="e" * 64).keyid
