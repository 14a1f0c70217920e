"""Any log, folded by anybody in any way: one history; whatever one member writes, the other goes on (PROTOCOL 1)."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.access import Recorded
from contracts.channel import StandsBy
from contracts.channels import REGISTRY, TRUST, Topic
from contracts.envelope import Message, Record
from contracts.lead import Delivered, Shared
from contracts.profile import compact
from contracts.vocabulary import Suspension
from services.domain import CONTEXTS
from services.domain.clocks import HOUR
from services.registry import ceremony, genesis
from services.vectors.seeds import EXPIRES
from services.verifier import History, Result, Verdict, inspect
from tests.support.world import XINCAI, YIWU, World, plain, world

ADMITTED = (Result.EFFECTIVE, Result.VOID)
slow = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Op = Callable[[World, str], Any]
"""Something a member does in the channel."""


def deliver(w: World, unit: str) -> None:
    for subject in shares(w):
        w.fact(unit, subject)


def shares(w: World) -> list[str]:
    return [v.draft.subject for v in w.verdicts[w.channel][-6:] if v.draft and isinstance(v.draft.data, Shared)]


def fork(w: World, unit: str) -> None:
    own = [v for v in w.verdicts[w.channel] if v.envelope and v.envelope.source == unit]
    if own:
        w.put(w.channel, w.changed(w.signed(own[-1]), unit, time="2021-04-09T01:00:00.000Z"))


def reopen(w: World, unit: str) -> None:
    head = w.history(w.channel).ledger(unit).head
    by = StandsBy(sequence=head.sequence, digest=head.digest)
    signers = w.signers(ceremony.registrar(unit), 2)
    event = ceremony.reopened(w.exchange, unit, w.channel, head.epoch + 1, by, EXPIRES, signers)
    w.write(REGISTRY, w.channel, w.channel, event)


def suspend(w: World, unit: str) -> None:
    w.trust(ceremony.suspended(w.by(f"duty.{unit[:2]}", 1), unit, Suspension.BREACH))
    w.copy_trust(w.channel)


OPS: dict[str, Op] = {
    "share": lambda w, unit: w.share(source=unit),
    "deliver": deliver,
    "withdraw": lambda w, unit: [w.withdraw(unit, subject) for subject in shares(w)],
    "pause": lambda w, unit: w.suspend_pairing(unit),
    "resume": lambda w, unit: w.resume_pairing(unit),
    "publish a key": lambda w, unit: w.publish_key(unit, w.channel, 2),
    "garbage": lambda w, unit: w.raw(b"{}"),
    "nothing": lambda w, unit: w.raw(None, None),
    "a gap": lambda w, unit: w.share(source=unit, sequence="000000000099"),
    "another epoch": lambda w, unit: w.share(source=unit, epoch=2),
    "a type nobody knows": lambda w, unit: w.share(source=unit, type="duikou.lead.exploded.v1"),
    "one pair of eyes": lambda w, unit: w.share(source=unit, approver=f"{unit}/author"),
    "a wrong prefix": lambda w, unit: w.share(source=unit, seen=f"1.3.{'a' * 64}"),
    "a stale clock": lambda w, unit: w.share(source=unit, at=w.now - HOUR),
    "the last record again": lambda w, unit: w.again(w.last()),
    "an old record again": lambda w, unit: w.again(w.verdicts[w.channel][len(w.logs[w.channel]) // 2]),
    "a fork": fork,
    "a reopening": reopen,
    "a suspension": suspend,
    "a long silence": lambda w, unit: w.later(100 * HOUR),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(OPS)), st.sampled_from([XINCAI, YIWU])), max_size=12)


def played(steps: list[tuple[str, str]]) -> World:
    w = world()
    for op, unit in steps:
        OPS[op](w, unit)
    return w


def begun(w: World) -> tuple[History, list[Record]]:
    """The channel as it was opened, folded once for all tests, and the records that a test added."""
    history = world().history(w.channel)
    return history, w.logs[w.channel][history.offset + 1 :]


def one_by_one(w: World) -> list[Verdict]:
    history, records = begun(w)
    return [history.admit(record, inspect(record, {})) for record in records]


def ahead(w: World) -> list[Verdict]:
    """Every record inspected in threads before the first is admitted, with keys that come later."""
    known = {source: w.history(w.channel).known(source) for source in (REGISTRY, XINCAI, YIWU)}
    history, records = begun(w)
    with ThreadPoolExecutor(4) as pool:
        inspected = list(pool.map(lambda record: inspect(record, known), records))
    return [history.admit(*pair) for pair in zip(records, inspected, strict=True)]


def overlaid(w: World) -> list[Verdict]:
    """Every record tried on an overlay first, which does not touch what it covers; some go on from an overlay."""
    (history, records), verdicts = begun(w), []
    for record in records:
        before, trial = history.offset, history.overlay()
        tried = trial.admit(record, inspect(record, {}))
        assert (history.offset, trial.offset) == (before, before + 1)
        history = history.overlay() if before % 10 == 5 else history
        verdicts.append(history.admit(record, inspect(record, {})))
        assert tried == verdicts[-1]
    return verdicts


@slow
@given(STEPS)
def test_independent_folds_agree(steps: list[tuple[str, str]]) -> None:
    """Written one by one, read again, inspected ahead in threads, overlaid: one verdict each (L3)."""
    w = played(steps)
    written = w.verdicts[w.channel][len(world().logs[w.channel]) :]
    assert written == one_by_one(w) == ahead(w) == overlaid(w)


@slow
@given(STEPS)
def test_every_record_has_one_outcome_and_nothing_is_left_out(steps: list[tuple[str, str]]) -> None:
    w = played(steps)
    verdicts = w.verdicts[w.channel]
    assert [v.record.position.offset for v in verdicts] == list(range(len(w.logs[w.channel])))
    for verdict in verdicts:
        coded = verdict.result in (Result.NOISE, Result.VOID)
        assert (verdict.code is not None) == coded
    assert all(before.at <= after.at for before, after in pairwise(verdicts))
    assert len({v.hash for v in verdicts}) == len(verdicts)


@slow
@given(st.lists(st.sampled_from(sorted(set(OPS) - {"a reopening", "a suspension"})), max_size=12))
def test_no_member_sticks_because_of_the_other(ops: list[str]) -> None:
    """After anything at all by 义乌, the next honest envelope of 新蔡 is admitted, effective or void for itself."""
    w = played([(op, YIWU) for op in ops])
    before = w.history(w.channel).ledger(XINCAI).head.sequence
    verdict = w.share()
    assert verdict.result in ADMITTED
    assert verdict.code in (None, "pairing_state")
    assert w.history(w.channel).ledger(XINCAI).head.sequence == before + 1


@slow
@given(STEPS)
def test_only_its_own_fork_freezes_a_ledger_and_its_registrars_always_help(steps: list[tuple[str, str]]) -> None:
    w = played(steps)
    for unit in (XINCAI, YIWU):
        forked = any(
            v.result is Result.FORK and v.envelope and v.envelope.source == unit for v in w.verdicts[w.channel]
        )
        assert forked or not w.history(w.channel).ledger(unit).frozen
        reopen(w, unit)
        assert w.last().result is Result.EFFECTIVE
        assert w.share(source=unit).result in ADMITTED


@slow
@given(STEPS, st.data())
def test_nothing_read_twice_changes_anything(steps: list[tuple[str, str]], data: st.DataObject) -> None:
    """Records that came before, once more at the end, in any order and number: no state moves."""
    w = played(steps)
    admitted = [v for v in w.verdicts[w.channel] if v.result in ADMITTED]
    state = w.history(w.channel).overlay()
    for verdict in data.draw(st.lists(st.sampled_from(admitted), max_size=8)):
        again = w.again(verdict)
        assert again.result is Result.DUPLICATE or plain(again) == (Result.NOISE, "not_member")
    history = w.history(w.channel)
    assert dict(history.ledgers) == dict(state.ledgers)
    assert dict(history.streams) == dict(state.streams)
    assert history.channel == state.channel


def not_at_an_end(history: History) -> list[str]:
    found = ((*key, state) for key, state in history.streams.items())
    return sorted(repr(one) for one in found if one[2].status not in CONTEXTS[one[0]].ENDED)


def still_open(history: History) -> list[str]:
    return sorted(map(repr, history.open()))


@slow
@given(STEPS)
def test_what_is_open_is_what_is_not_at_an_end(steps: list[tuple[str, str]]) -> None:
    """In a history, and in what is tried on it: that opens and ends matters, and none of those below."""
    w = played(steps)
    history = History.of(w.exchange, str(Topic(w.channel, 1)))
    for record in w.logs[w.channel]:
        history.admit(record, inspect(record, {}))
    before, trial = still_open(history), history.overlay()
    assert before == not_at_an_end(history)
    lead = w.share()
    for verdict in (lead, *(w.withdraw(XINCAI, subject) for subject in shares(w))):
        trial.admit(verdict.record, inspect(verdict.record, {}))
        assert still_open(trial) == not_at_an_end(trial)
    assert still_open(history) == before


# -- whatever is in it -------------------------------------------------------------------------------------------------

TEXTS = ["", "0", "a", "A" * 44, "é", "a" * 64, "1.0.x", "registry", "2021-02-30T00:00:00.000Z", "{}", "e30="]
LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(TEXTS),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.booleans(),
    st.just([]),
    st.just({}),
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to every value of a document, into base64 of JSON too (the last step is then ``None``)."""
    found = [path] if path else []
    inner = node
    if isinstance(node, str) and (opened := unpacked(node)) is not None:
        path, inner = (*path, None), opened
    if isinstance(inner, dict):
        return found + [p for name in inner for p in places(inner[name], (*path, name))]
    if isinstance(inner, list):
        return found + [p for n, item in enumerate(inner) for p in places(item, (*path, n))]
    return found


def unpacked(text: str) -> Any:
    try:
        found = json.loads(base64.b64decode(text, validate=True))
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None


def replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    step, *rest = path
    if step is None:
        return base64.b64encode(compact(replaced(unpacked(node), tuple(rest), value))).decode()
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[step] = replaced(node[step], tuple(rest), value)
    return copy


def samples() -> list[tuple[str, str, dict[str, Any]]]:
    """Writer, channel and document of one envelope of each type that stands in the world's logs."""
    w = world()
    subject = w.share().draft.subject  # type: ignore[union-attr]
    content = w.last().draft.data.content.id  # type: ignore[union-attr]
    w.write(YIWU, w.channel, subject, Delivered.model_validate({"summary": {}}))
    event: Recorded = w.access(YIWU, content, session=w.session(f"{YIWU}/intake", "A" * 43 + "="))
    w.write(YIWU, w.channel, content, event)
    w.suspend_pairing(XINCAI)
    reopen(w, XINCAI)
    found = {}
    for channel, verdicts in w.verdicts.items():
        for verdict in verdicts:
            if verdict.envelope is not None:
                document = verdict.envelope.model_dump(exclude_none=True)
                found[channel, verdict.envelope.type] = (verdict.envelope.source, channel, document)
    return list(found.values())


SAMPLES = samples()


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_nothing_that_can_be_signed_stops_a_verifier(data: st.DataObject) -> None:
    """Any value of any event replaced, down into embedded envelopes and statements, sealed anew by its own writer."""
    w = world()
    source, channel, document = data.draw(st.sampled_from(SAMPLES))
    path = data.draw(st.sampled_from(places(document["data"])))
    document = {**document, "data": replaced(document["data"], path, data.draw(LEAVES))}
    history = w.history(channel)
    head = history.ledger(source).head
    sequel = {
        "sequence": f"{head.sequence + 1:012}",
        "previous": head.digest,
        "epoch": head.epoch,
        "seen": history.seen,
    }
    verdict = w.put(channel, w.sign(compact({**document, **sequel}), w.keys[source]))
    assert verdict.result in (*ADMITTED, Result.NOISE)
    assert w.stops(channel) in ("", "stalled")


@pytest.mark.parametrize("channel", [TRUST, ""])
def test_a_bit_that_turned_is_never_a_crash(channel: str) -> None:
    """Each record of the log with one byte of value or signature changed, folded again from nothing."""
    w = world()
    name = channel or w.channel
    for n, record in enumerate(w.logs[name]):
        value = bytearray(record.message.value or b"")
        value[n * 37 % len(value)] ^= 1
        turned = record._replace(message=Message(None, bytes(value), record.message.headers))
        history = History.of(w.exchange, str(Topic(name, 1)))
        for other in [*w.logs[name][:n], turned]:
            verdict = history.admit(other, inspect(other, {}))
        assert verdict.result is Result.NOISE
        if n >= 12:
            break


def test_a_copy_may_be_made_by_anybody_of_what_he_read() -> None:
    """The embedded bytes are the original's: L2."""
    w = world()
    original = w.signed(w.verdicts[TRUST][3])
    assert genesis.copied(original).embedded.value == original.value
