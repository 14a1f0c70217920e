"""PROTOCOL 6 on a real PostgreSQL: the log verbatim, its verdicts beside it, and own ledgers healed from it."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace

import psycopg
import pytest

from contracts.approval import Delegation
from contracts.channels import PAIRING, TRUST, Topic
from contracts.envelope import Message, Record
from contracts.pairing import Proposed
from contracts.refusals import NotYet
from contracts.vocabulary import Role
from services.domain import uses
from services.domain.trust import Key
from services.signing import dsse
from services.storage.errors import Claimed, LogChangedError, ReplicaGapError, VerdictChangedError
from services.storage.figures import Figures, Tail
from services.storage.ledger import Entry, Ledger
from services.storage.replica import Replica
from services.vectors.seeds import XINCAI, YIWU, seeded
from services.verifier import History, Result, Verdict, inspect, records
from services.verifier import history as judging
from tests.support.storage import at_once, prepared
from tests.support.world import World, world


@pytest.fixture
def url(database: str) -> str:
    return prepared(database)


@pytest.fixture
def replica(url: str) -> Iterator[Replica]:
    replica = Replica(url)
    yield replica
    replica.close()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """Of 新蔡, not read back yet."""
    ledger = Ledger(url, seeded(XINCAI))
    yield ledger
    ledger.close()


def eventful() -> tuple[World, str, list[Verdict]]:
    """A pairing's channel in which all five outcomes occur, with records nobody can read."""
    w = world()
    subject = w.share().draft.subject  # type: ignore[union-attr]
    w.fact(YIWU, subject)
    w.withdraw(XINCAI, subject)
    w.again(w.last())
    w.raw(None)
    w.append(w.channel, Message(None, b"\x00{", (("x-\x00-两", b"\x00\xff"), ("signature", b"\xff" * 64), ("x", b""))))
    w.append(w.channel, Message(b"\x00key", b"", (("signature", b"1"), ("signature", b"2"))))
    w.raw(w.last().record.message.value, None)
    w.write(XINCAI, w.channel, subject, w.shared()[1], seen="1.0." + "0" * 64)
    w.write(YIWU, w.channel, subject, w.shared()[1])
    w.write(XINCAI, w.channel, subject, w.shared()[1], sequence=f"{1:012}")
    w.write(XINCAI, w.channel, subject, w.shared()[1])
    verdicts = w.verdicts[w.channel]
    assert {verdict.result for verdict in verdicts} == set(Result)
    return w, str(Topic(w.channel, 1)), verdicts


def test_the_ends_of_all_topics_and_ledgers_are_known(replica: Replica, url: str) -> None:
    """However many records each has: the last is found by its index; ledgers stand in order."""
    w, _, _ = eventful()
    figures = Figures(url)
    assert (replica.ends(), replica.positions(), figures.tails()) == ({}, {}, [])
    channels = (TRUST, PAIRING, w.channel)
    for channel in channels:
        replica.store(str(Topic(channel, 1)), w.verdicts[channel], XINCAI)
    ends = {str(Topic(channel, 1)): len(w.verdicts[channel]) - 1 for channel in channels}
    assert (replica.ends(), replica.positions()) == (ends, ends)
    last = {channel: w.history(channel).ledger(XINCAI).head for channel in (w.channel, PAIRING)}
    assert figures.tails() == [Tail(f"{channel}/{XINCAI}", *head) for channel, head in sorted(last.items())]
    figures.close()


def test_what_is_stored_is_what_was_read_and_judged(replica: Replica) -> None:
    _, topic, verdicts = eventful()
    middle = len(verdicts) // 2
    assert replica.position(topic) == -1
    assert replica.last(topic) is None
    replica.store(topic, verdicts[:middle], XINCAI)
    replica.store(topic, verdicts[middle:], XINCAI)
    assert list(replica.verdicts(topic)) == verdicts
    assert list(replica.verdicts(topic, 3, 2)) == verdicts[4:6]
    assert replica.last(topic) == verdicts[-1].record
    assert replica.positions() == {topic: len(verdicts) - 1}
    assert replica.digests(topic, 3, 2) == {
        v.record.position.offset: v.record.message.signed.digest for v in verdicts[4:6]
    }


def test_a_history_rebuilt_from_the_replica_is_the_original(replica: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of records whose key is known no signature is verified a second time."""
    w, topic, verdicts = eventful()
    replica.store(topic, verdicts, XINCAI)
    looked: list[int] = []
    real = records.fitting

    def fitting(record: Record, candidates: Mapping[str, Key]) -> str:
        looked.append(record.position.offset)
        return real(record, candidates)

    monkeypatch.setattr(judging, "fitting", fitting)
    rebuilt = replica.history(w.exchange, topic)
    assert looked == [0]  # the genesis, before which no key is known
    monkeypatch.undo()
    original = History.of(w.exchange, topic)
    for verdict in verdicts:
        original.admit(verdict.record, inspect(verdict.record, {}))
    assert rebuilt == original
    half = original.of(w.exchange, topic)
    for record, inspected in list(replica.inspected(topic))[:5]:
        half.admit(record, inspected)
    assert replica.rebuild(half, topic) == original


def test_what_is_too_long_for_its_type_is_so_when_it_is_judged_again(replica: Replica) -> None:
    """A proposal of more than 8 KiB is void ``shape``, whoever judges it and from wherever (WIRE 4, L11)."""
    w = world()
    subject, signer = w.fresh(), w.officers[f"{XINCAI}/head"].signer
    long = dsse(signer, Delegation.PURPOSE, b"x" * 6_000)
    terms = w.terms(XINCAI, YIWU)
    event = w.approved(XINCAI, PAIRING, subject, Proposed, terms, role=Role.HEAD, delegation=long)
    found = w.put(PAIRING, w.seal(w.draft(XINCAI, PAIRING, subject, event, subject)))
    assert (found.result, found.code, found.law) == (Result.VOID, "shape", "WIRE 4")
    topic = str(Topic(PAIRING, 1))
    replica.store(topic, w.verdicts[PAIRING], XINCAI)
    assert replica.history(w.exchange, topic).hash == found.hash


def test_a_long_log_is_read_through_in_pieces(replica: Replica) -> None:
    w = world()
    for _ in range(1_100):
        w.raw(b"{}")
    topic = str(Topic(w.channel, 1))
    replica.store(topic, w.verdicts[w.channel], XINCAI)
    assert [v.record for v in replica.verdicts(topic)] == w.logs[w.channel]
    assert replica.history(w.exchange, topic).offset == len(w.logs[w.channel]) - 1


def test_the_same_again_is_compared_and_left_alone(replica: Replica) -> None:
    _, topic, verdicts = eventful()
    replica.store(topic, verdicts[:6], XINCAI)
    replica.store(topic, verdicts[2:8], XINCAI)
    replica.store(topic, verdicts[:8], XINCAI)
    assert list(replica.verdicts(topic)) == verdicts[:8]


def test_other_bytes_at_a_known_offset_are_never_a_duplicate(replica: Replica) -> None:
    """No silent ON CONFLICT DO NOTHING: key, headers and time are compared too."""
    _, topic, verdicts = eventful()
    replica.store(topic, verdicts[:6], XINCAI)
    record = verdicts[5].record
    message, position = record.message, record.position
    others = (
        record._replace(message=Message(message.key, b"{}", message.headers)),
        record._replace(message=Message(b"other", message.value, message.headers)),
        record._replace(message=Message(message.key, message.value, message.headers[::-1])),
        record._replace(position=position._replace(at=position.at + 1)),
    )
    for other in others:
        with pytest.raises(LogChangedError) as changed:
            replica.store(topic, [verdicts[5]._replace(record=other), *verdicts[6:8]], XINCAI)
        assert (changed.value.topic, changed.value.offset) == (topic, 5)
    assert list(replica.verdicts(topic)) == verdicts[:6]


def test_what_does_not_follow_is_not_stored(replica: Replica) -> None:
    """A caller whose memory is of another database must forget it (restored copy, second intake)."""
    _, topic, verdicts = eventful()
    replica.store(topic, verdicts[:6], XINCAI)
    elsewhere = verdicts[6]._replace(hash=b"\x01" * 32)
    for wrong in ([verdicts[7]], [verdicts[6], verdicts[8]], [elsewhere], [verdicts[5]._replace(late=True)]):
        with pytest.raises(ReplicaGapError):
            replica.store(topic, wrong, XINCAI)
    with pytest.raises(ReplicaGapError):
        replica.store("duikou.trust.1", [verdicts[0]], XINCAI)
    assert list(replica.verdicts(topic)) == verdicts[:6]
    assert replica.positions() == {topic: 5}


def test_two_intakes_store_every_record_once(replica: Replica, url: str) -> None:
    _, topic, verdicts = eventful()
    second = Replica(url)

    def store(place: int) -> None:
        for number, _ in enumerate(verdicts):
            try:
                (replica, second)[place].store(topic, verdicts[: number + 1], XINCAI)
            except ReplicaGapError:
                continue

    at_once(2, store)
    assert list(replica.verdicts(topic)) == verdicts
    second.close()


def test_a_verdict_that_is_another_today_is_not_passed_over(replica: Replica, database: str) -> None:
    w, topic, verdicts = eventful()
    replica.store(topic, verdicts, XINCAI)
    offset = next(v.record.position.offset for v in verdicts if v.result is Result.VOID)
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE verdict SET code = 'type' WHERE topic = %s AND \"offset\" = %s", (topic, offset))
    with pytest.raises(VerdictChangedError) as changed:
        replica.history(w.exchange, topic)
    assert changed.value.offset == offset


def test_the_log_heals_the_ledger_in_the_transaction_that_stores_it(replica: Replica, ledger: Ledger) -> None:
    """An empty database gets back all that 新蔡 said, verbatim, and can go on where the log ends."""
    w, topic, verdicts = eventful()
    assert replica.store(topic, verdicts, XINCAI) == []
    own = [
        v
        for v in verdicts
        if v.result in (Result.EFFECTIVE, Result.VOID) and v.envelope and v.envelope.source == XINCAI
    ]
    name = f"{w.channel}/{XINCAI}"
    rows = ledger.tail(name, 1, 0)
    assert [row.signed for row in rows] == [v.record.message.signed for v in own]
    head = w.history(w.channel).ledger(XINCAI).head
    assert rows[-1].head == head
    stream = own[-1].envelope.stream  # type: ignore[union-attr]
    assert ledger.stream_version(stream) == sum(v.envelope.stream == stream for v in own if v.envelope)
    with pytest.raises(NotYet):
        ledger.append([next_entry(w)], {name: head})
    ledger.healed(ledger.generation, {topic: len(verdicts) - 1})
    assert ledger.append([next_entry(w)], {name: head})[0].sequence == head.sequence + 1


def test_what_the_log_used_up_is_claimed_again_and_what_was_void_used_nothing(replica: Replica, ledger: Ledger) -> None:
    w = world()
    w.share()
    void = w.share(seen="1.0." + "0" * 64)
    assert void.result is Result.VOID
    topic, used = (
        str(Topic(w.channel, 1)),
        [what for what, use in w.history(w.channel).claims.items() if use.source == XINCAI],
    )
    replica.store(topic, w.verdicts[w.channel], XINCAI)
    ledger.healed(ledger.generation)
    head = w.history(w.channel).ledger(XINCAI).head
    assert used
    for what in used:
        with pytest.raises(Claimed):
            ledger.append([replace(next_entry(w), once=(what,))], {f"{w.channel}/{XINCAI}": head})
    unused = tuple(uses(void.draft))  # type: ignore[arg-type]
    assert unused
    assert ledger.append([replace(next_entry(w), once=unused)], {f"{w.channel}/{XINCAI}": head})


def test_what_is_read_after_healing_and_not_ours_stays_out_and_is_told(replica: Replica, ledger: Ledger) -> None:
    """PROTOCOL 4: the key was stolen, or another copy of this database is running."""
    w = world()
    topic, verdicts = str(Topic(w.channel, 1)), w.verdicts[w.channel]
    replica.store(topic, verdicts, XINCAI)
    ledger.healed(ledger.generation)
    stranger, known = w.share(), len(ledger.tail(f"{w.channel}/{XINCAI}", 1, 0))
    digest = stranger.record.message.signed.digest
    assert replica.store(topic, [w.last()], XINCAI) == [digest]
    assert replica.position(topic) == stranger.record.position.offset
    assert len(ledger.tail(f"{w.channel}/{XINCAI}", 1, 0)) == known
    assert replica.outcome(stranger.envelope.id) is None  # type: ignore[union-attr]
    with pytest.raises(NotYet):
        ledger.append([next_entry(w)], {f"{w.channel}/{XINCAI}": w.history(w.channel).ledger(XINCAI).head})
    assert replica.adopt(topic, XINCAI) == []
    assert replica.outcome(stranger.envelope.id) is not None  # type: ignore[union-attr]
    assert ledger.append([next_entry(w)], {f"{w.channel}/{XINCAI}": w.history(w.channel).ledger(XINCAI).head})


def test_healing_is_not_over_while_the_replica_lacks_what_was_read(replica: Replica, ledger: Ledger) -> None:
    """An intake whose memory outlived its database must not say that it has read everything."""
    _, topic, verdicts = eventful()
    replica.store(topic, verdicts[:4], XINCAI)
    for read_to in ({topic: 4}, {topic: 3, "duikou.trust.1": 0}):
        with pytest.raises(ReplicaGapError):
            ledger.healed(ledger.generation, read_to)
    assert not ledger.is_healed()
    ledger.healed(ledger.generation, {topic: 3, "duikou.trust.1": -1})
    assert ledger.is_healed()


def test_a_command_ends_as_the_log_says_and_only_ours_are_looked_at(replica: Replica) -> None:
    _, topic, verdicts = eventful()
    replica.store(topic, verdicts, XINCAI)
    for verdict in verdicts:
        e = verdict.envelope
        if e is None or verdict.result not in (Result.EFFECTIVE, Result.VOID):
            continue
        known = replica.outcome(e.id)
        if e.source != XINCAI:
            assert known is None
        else:
            assert known is not None
            assert (known.result, known.code, known.law) == (verdict.result, verdict.code or "", verdict.law)
            assert (known.topic, known.offset) == verdict.record.position[:2]
    assert replica.outcome("00000000-0000-4000-8000-000000000000") is None


def test_effective_envelopes_are_found_by_topic_and_by_stream(replica: Replica) -> None:
    _, topic, verdicts = eventful()
    replica.store(topic, verdicts, XINCAI)
    effective = [v for v in verdicts if v.result is Result.EFFECTIVE]
    assert list(replica.effective(topic)) == [v.record.message.signed for v in effective]
    stream = next(v.draft.stream for v in effective if v.draft and v.draft.context == "lead")
    assert replica.values(stream) == [v.record.message.value for v in effective if v.draft and v.draft.stream == stream]


def test_whoever_waits_is_woken_by_what_this_process_stored(replica: Replica) -> None:
    _, topic, verdicts = eventful()
    waiting = threading.Thread(target=lambda: replica.wait(60))
    waiting.start()
    stored = 0
    while waiting.is_alive() and stored < len(verdicts):  # he may begin to wait after the first
        replica.store(topic, verdicts[stored : stored + 1], XINCAI)
        stored += 1
        waiting.join(5)
    assert not waiting.is_alive()


def test_what_this_process_does_to_a_topic_is_told(replica: Replica) -> None:
    """Whoever remembers what the database said looks again."""
    _, topic, verdicts = eventful()
    for act in (
        lambda: replica.store(topic, verdicts, XINCAI),
        lambda: replica.stop(topic, "why"),
        lambda: replica.restate(topic, "why else"),
        lambda: replica.resume(topic),
        lambda: replica.continues(topic, 1),
    ):
        before = replica.moves
        act()
        assert replica.moves > before
    assert replica.positions() == {topic: 1} != replica.ends()
    assert (replica.position(topic), replica.position("duikou.trust.1")) == (1, -1)


def test_a_topic_keeps_its_identity_and_the_first_reason_why_it_stopped(replica: Replica) -> None:
    replica.remember_topic_id("duikou.trust.1", "first")
    replica.remember_topic_id("duikou.trust.1", "first")
    with pytest.raises(LogChangedError):
        replica.remember_topic_id("duikou.trust.1", "made anew")
    assert replica.topic_id("duikou.trust.1") == "first"
    assert replica.topic_id("duikou.pairing.1") is replica.stopped("duikou.trust.1") is None
    replica.stop("duikou.trust.1", "no genesis")
    replica.stop("duikou.trust.1", "later")
    assert replica.stopped("duikou.trust.1") == "no genesis"
    replica.resume("duikou.trust.1")
    assert replica.stopped("duikou.trust.1") is None


def next_entry(w: World) -> Entry:
    """Something 新蔡 could say next."""
    subject, event = w.shared()
    return Entry(w.draft(XINCAI, w.channel, subject, event), 1, w.history(w.channel).seen)
