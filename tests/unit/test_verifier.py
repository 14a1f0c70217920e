"""The attack table of a channel: what a sentence says is done, and what becomes of the record (WIRE 17, 18)."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts import lead, pairing
from contracts.catalogue import events
from contracts.channels import CHECKPOINT, KEEPER, OPEN_TYPES, OUTFLOW, PAIRING, REGISTRY, TRUST, Topic
from contracts.envelope import GENESIS_SEEN, ZEROS, Message
from contracts.lead import Delivered, Shared
from contracts.outflow import Reported, ReportSummary, cell
from contracts.parts import BasisReference
from contracts.refusals import Code
from contracts.trust import Heartbeat, HeartbeatSummary
from contracts.vocabulary import Basis, OutflowSource, Purpose, Restriction, Role, Sector, Suspension
from services.domain import CONTEXTS
from services.domain.clocks import DAY, HOUR
from services.domain.trust import _CHANGES
from services.registry import ceremony, genesis
from services.vectors.seeds import policy
from services.verifier import History, Stopped, Verdict, inspect
from tests.support.world import JINHUA, XINCAI, YIWU, ZHUMADIAN, Result, World, plain, world

Attack = Callable[[World], Verdict]
NOISE, VOID, EFFECTIVE, FORK, DUPLICATE = Result.NOISE, Result.VOID, Result.EFFECTIVE, Result.FORK, Result.DUPLICATE


def heads(w: World, source: str = XINCAI) -> tuple[int, str]:
    """Number and digest of a ledger's head."""
    head = w.history(w.channel).ledger(source).head
    return head.sequence, head.digest


def in_topic(w: World, source: str, channel: str) -> Verdict:
    """The event of a lead, said elsewhere."""
    subject, event = w.shared(XINCAI)
    return w.write(source, channel, subject, event)


def with_headers(w: World, *headers: tuple[str, bytes]) -> Verdict:
    subject, event = w.shared()
    signed = w.seal(w.draft(XINCAI, w.channel, subject, event))
    filled = tuple((name, value or signed.signature) for name, value in headers)
    return w.append(w.channel, Message(None, signed.value, filled))


def misplaced(w: World) -> Verdict:
    subject, event = w.shared()
    return w.put(PAIRING, w.seal(w.draft(XINCAI, w.channel, subject, event)))


def other_payload(w: World, *, bare: bool) -> Verdict:
    subject, event = w.shared()
    value = w.seal(w.draft(XINCAI, w.channel, subject, event)).value
    signer: Any = w.keys[XINCAI]
    signature = signer._key.sign(value) if bare else signer.sign("application/vnd.duikou.access.v1+json", value)
    return w.raw(value, signature)


def keeper(w: World, **members: Any) -> Verdict:
    return w.fact(XINCAI, w.fresh(), source=KEEPER, **members)


def county_report(w: World, source: str) -> Verdict:
    said = ReportSummary(
        officer=w.officers[f"{source}/author"].id,
        origin=source[:6],
        period="2021H1",
        source=OutflowSource.STATISTICS,
        cells=(cell("330782", next(iter(Sector)), 1_234),),
    )
    return w.write(source, OUTFLOW, w.fresh(), Reported(summary=said))


def forked(w: World) -> Verdict:
    """Another envelope for the number that the last one took."""
    honest = w.share()
    return w.put(w.channel, w.changed(w.signed(honest), XINCAI, time="2021-04-01T02:00:00.000Z"))


def frozen(w: World) -> Verdict:
    forked(w)
    return w.share()


def seen(w: World, n: int = 1, ahead: int = -1, digest: str = "") -> str:
    """``seen`` of the record that is ``ahead`` of the next one, with a true or another hash."""
    history = w.history(w.channel)
    offset = history.offset + 1 + ahead
    true = history.prefixes.get(offset, bytes(32)).hex()
    return f"{n}.{offset}.{digest or true}"


def wrong_data(w: World, **data: Any) -> Verdict:
    subject, event = w.shared()
    return w.write(XINCAI, w.channel, subject, event, data={**event.wire(), **data})


def as_copied(w: World, source: str, signer: str = "") -> Verdict:
    event = genesis.copied(w.signed(w.verdicts[TRUST][1]))
    return w.write(source, w.channel, w.channel, event, signer=w.keys[signer or source])


def suspended(w: World, source: str) -> Verdict:
    w.trust(ceremony.suspended(w.by(f"duty.{source[:2]}", 1), source, Suspension.BREACH))
    w.copy_trust(w.channel)
    return w.share()


def paused(w: World) -> Verdict:
    w.suspend_pairing(YIWU)
    return w.share()


def in_an_unopened_channel(w: World) -> Verdict:
    other = "a" * 52
    return w.write(XINCAI, other, w.fresh(), Delivered(summary=lead.DeliveredSummary()))


def contents(w: World, **changes: Any) -> Verdict:
    return w.share(content=w.content(XINCAI, w.channel, Shared.TYPE, **changes))


def same_content(w: World) -> Verdict:
    content = w.content(XINCAI, w.channel, Shared.TYPE)
    w.share(content=content)
    return w.share(content=content)


def same_number(w: World) -> Verdict:
    number = {"document": {"series": "lead", "year": 2021, "number": 1}}
    w.share(approval=number)
    return w.share(approval=number)


def answered_late(w: World) -> Verdict:
    subject = w.fresh()
    said = w.terms(YIWU, XINCAI)
    event = w.approved(YIWU, PAIRING, subject, pairing.Proposed, said, role=Role.HEAD)
    offer = w.put(PAIRING, w.seal(w.draft(YIWU, PAIRING, subject, event, subject)))
    w.later(30 * DAY)
    answer = pairing.AnswerSummary(offer=w.signed(offer).digest)
    event = w.approved(XINCAI, PAIRING, subject, pairing.Accepted, answer, role=Role.HEAD)
    return w.write(XINCAI, PAIRING, subject, event)


def lapsed(w: World) -> Verdict:
    subject, event = w.shared()
    w.later(72 * HOUR)
    return w.write(XINCAI, w.channel, subject, event)


def repeated(w: World, void: bool = False) -> Verdict:
    first = w.share(source=XINCAI, seen=GENESIS_SEEN.replace("0", "1")) if void else w.share()
    return w.again(first)


def outside_basis(w: World) -> Verdict:
    report = BasisReference(kind=Basis.ADMINISTRATIVE_CASE, organ=XINCAI, date="2021-03-15")
    return w.share(summary=w.summary(basis=report, category=Purpose.PARCEL))


def above_ceiling(w: World) -> Verdict:
    channel = w.pair(YIWU, XINCAI, ceiling=(Restriction.FORWARD_CONSENT,))
    w.channel = channel
    return _lead(w, restrictions=(Restriction.CONDITIONS, Restriction.FORWARD_CONSENT))


def copy_of_heartbeat(w: World) -> Verdict:
    beat = w.write(REGISTRY, TRUST, "policy", Heartbeat(summary=HeartbeatSummary(every=600)))
    assert plain(beat) == (EFFECTIVE, "")
    return _copy(w, w.signed(beat))


ATTACKS: list[tuple[str, Attack, Result, str]] = [
    ("an honest share", World.share, EFFECTIVE, ""),
    ("bytes that are no text", lambda w: w.raw(b"\xff"), NOISE, "shape"),
    ("no value", lambda w: w.raw(None), NOISE, "shape"),
    ("JSON, but no object", lambda w: w.raw(b"[]"), NOISE, "shape"),
    ("more than 48 KiB", lambda w: w.share(data={"ciphertext": "a" * 49_152}), NOISE, "shape"),
    ("an attribute too many", lambda w: w.share(partitionkey="x"), NOISE, "shape"),
    ("an attribute too few", lambda w: w.share(time=None), NOISE, "shape"),
    ("null inside data", lambda w: w.share(data={"summary": None}), NOISE, "shape"),
    ("data that is no object", lambda w: w.share(data="text"), NOISE, "shape"),
    ("a number for text", lambda w: w.share(sequence=4), NOISE, "shape"),
    ("true for a number", lambda w: w.share(epoch=True), NOISE, "shape"),
    ("epoch 0", lambda w: w.share(epoch=0), NOISE, "shape"),
    ("sequence 0", lambda w: w.share(sequence="0" * 12), NOISE, "shape"),
    ("a subject of no form at all", lambda w: w.fact(YIWU, w.fresh(), subject="Lead"), NOISE, "shape"),
    ("an id of no form", lambda w: w.share(id="lead-1"), NOISE, "shape"),
    ("seen of another alphabet", lambda w: w.share(seen=f"1.+3.{ZEROS}"), NOISE, "shape"),
    ("no seen outside the desk", lambda w: w.share(seen=None), NOISE, "shape"),
    ("another exchange", lambda w: w.share(exchange="e" * 64), NOISE, "exchange"),
    ("zeros, which are the root's alone", lambda w: w.share(exchange=ZEROS), NOISE, "exchange"),
    ("another channel's name in our topic", lambda w: w.share(channel="a" * 52), NOISE, "place"),
    ("a true envelope in another topic", misplaced, NOISE, "place"),
    ("anything before the genesis", in_an_unopened_channel, NOISE, "place"),
    ("a reader writes", lambda w: in_topic(w, ZHUMADIAN, w.channel), NOISE, "not_member"),
    ("a unit writes into trust", lambda w: in_topic(w, XINCAI, TRUST), NOISE, "not_member"),
    ("a lead among the proposals", lambda w: in_topic(w, XINCAI, PAIRING), NOISE, "not_member"),
    ("a city reports outflow", lambda w: county_report(w, JINHUA), NOISE, "not_member"),
    ("a unit writes a checkpoint", lambda w: in_topic(w, XINCAI, CHECKPOINT), NOISE, "not_member"),
    ("the keeper says something else", keeper, NOISE, "not_member"),
    ("a keeper nobody admitted", lambda w: keeper(w, type="duikou.access.released.v1"), NOISE, "key"),
    ("no signature", with_headers, NOISE, "signature"),
    ("an empty signature", lambda w: w.raw(w.seal(_draft(w)).value, b""), NOISE, "signature"),
    ("two signatures", lambda w: with_headers(w, ("signature", b""), ("signature", b"")), NOISE, "signature"),
    ("one signature and no hint", lambda w: with_headers(w, ("signature", b"")), EFFECTIVE, ""),
    ("a lying hint", lambda w: with_headers(w, ("keyid", b"0" * 64), ("signature", b"")), EFFECTIVE, ""),
    ("63 bytes of signature", lambda w: with_headers(w, ("signature", b"0" * 63)), NOISE, "signature"),
    ("signed by the counterpart", lambda w: w.share(signer=w.keys[YIWU]), NOISE, "signature"),
    ("signed as another payload type", lambda w: other_payload(w, bare=False), NOISE, "signature"),
    ("signed without a payload type", lambda w: other_payload(w, bare=True), NOISE, "signature"),
    ("another epoch", lambda w: w.share(epoch=2), NOISE, "epoch"),
    ("a number left out", lambda w: w.share(sequence=f"{heads(w)[0] + 2:012}"), NOISE, "gap"),
    ("another predecessor", lambda w: w.share(previous="a" * 64), NOISE, "gap"),
    ("a second envelope for one number", forked, FORK, ""),
    ("anything after a fork", frozen, NOISE, "frozen"),
    ("the same bytes again", repeated, DUPLICATE, ""),
    ("the bytes of a void envelope again", lambda w: repeated(w, void=True), DUPLICATE, ""),
    ("a type nobody knows", lambda w: w.share(type="duikou.lead.exploded.v1"), VOID, "type"),
    ("a type of another place", lambda w: w.share(type="duikou.desk.drafted.v1"), VOID, "type"),
    ("trust said by a member", lambda w: w.share(type="duikou.trust.unit_admitted.v1"), VOID, "type"),
    ("a member of data too many", lambda w: wrong_data(w, more="x"), VOID, "shape"),
    ("a member of data too few", lambda w: w.share(data={}), VOID, "shape"),
    ("a subject that is no random id", lambda w: w.share(subject="lead-1"), VOID, "shape"),
    ("content of another type", lambda w: contents(w, media="application/vnd.duikou.lead.v1+json"), VOID, "shape"),
    ("a member copies trust", lambda w: as_copied(w, XINCAI), VOID, "wrong_side"),
    ("the registry shares a lead", lambda w: in_topic(w, REGISTRY, w.channel), VOID, "wrong_side"),
    ("a wrong prefix seen", lambda w: w.share(seen=seen(w, digest="b" * 64)), VOID, "order_disputed"),
    ("its own place seen", lambda w: w.share(seen=seen(w, ahead=0)), VOID, "order_disputed"),
    ("the future seen", lambda w: w.share(seen=seen(w, ahead=9)), VOID, "order_disputed"),
    ("another topic's prefix seen", lambda w: w.share(seen=seen(w, n=2)), VOID, "order_disputed"),
    ("an old prefix seen", lambda w: w.share(seen=seen(w, ahead=-9)), EFFECTIVE, ""),
    ("nothing seen yet", lambda w: w.share(seen=GENESIS_SEEN), EFFECTIVE, ""),
    ("a share of a subject taken", lambda w: w.share(subject=w.share().draft.subject), VOID, "state"),  # type: ignore[union-attr]
    ("the owner says delivered", lambda w: w.fact(XINCAI, _subject(w.share())), VOID, "wrong_side"),
    ("delivery of nothing", lambda w: w.fact(YIWU, w.fresh()), VOID, "unknown_matter"),
    ("a share while the pairing pauses", paused, VOID, "pairing_state"),
    ("a purpose the pairing has not", lambda w: _lead(w, category=Purpose.TRANSIT), VOID, "purpose"),
    ("a restriction above the ceiling", above_ceiling, VOID, "ceiling"),
    ("a basis that does not allow it", outside_basis, VOID, "basis"),
    ("one signature missing", lambda w: w.share(approval={"subject": w.fresh()}), VOID, "signatures"),
    ("author and approver are one", lambda w: w.share(approver=f"{XINCAI}/author"), VOID, "officers"),
    ("an approval that has lapsed", lapsed, VOID, "approval_lapsed"),
    ("an answer after the deadline", answered_late, VOID, "offer_lapsed"),
    ("a share by a suspended unit", lambda w: suspended(w, XINCAI), VOID, "suspended"),
    ("a share towards a suspended unit", lambda w: suspended(w, YIWU), VOID, "suspended"),
    ("content the recipient cannot open", lambda w: contents(w, wraps=_wraps(w)), VOID, "no_recipient_key"),
    ("a content id used twice", same_content, VOID, "content_used"),
    ("a document number used twice", same_number, VOID, "number_used"),
    ("trust copied twice", lambda w: as_copied(w, REGISTRY), VOID, "already_copied"),
    ("a copy of the root", lambda w: _copy(w, w.root), VOID, "already_copied"),
    ("a copy of a heartbeat", copy_of_heartbeat, VOID, "mandate"),
]


def _draft(w: World) -> Any:
    subject, event = w.shared()
    return w.draft(XINCAI, w.channel, subject, event)


def _subject(verdict: Verdict) -> str:
    assert verdict.draft is not None
    return verdict.draft.subject


def _lead(w: World, **changes: Any) -> Verdict:
    return w.share(summary=w.summary(**changes))


def _wraps(w: World) -> Any:
    one = w.content(XINCAI, w.channel, Shared.TYPE).wraps[0]
    return (one.model_copy(update={"number": 2}),)


def _copy(w: World, signed: Any) -> Verdict:
    return w.write(REGISTRY, w.channel, w.channel, genesis.copied(signed))


@pytest.mark.parametrize(("attack", "result", "code"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS])
def test_an_attack_has_its_one_outcome(attack: Attack, result: Result, code: str) -> None:
    w = world()
    verdict = attack(w)
    assert plain(verdict) == (result, code)
    for channel in w.touched():
        assert w.fold(channel) == w.verdicts[channel]  # the same again for whoever starts from nothing


def test_every_code_has_a_row() -> None:
    """WIRE 18 is closed, and nothing in it is unreachable."""
    assert {row[3] for row in ATTACKS} - {""} == set(Code)


@pytest.mark.parametrize("attack", [row[1] for row in ATTACKS], ids=[row[0] for row in ATTACKS])
def test_nobody_else_is_held_up(attack: Attack) -> None:
    """Whatever 新蔡 or a third did, the next word of 义乌 is judged for itself (PROTOCOL 1)."""
    w = world()
    channel, subject = w.channel, _subject(w.share())
    attack(w)
    w.channel = channel
    assert plain(w.fact(YIWU, subject)) == (EFFECTIVE, "")
    assert w.history(channel).state("lead", subject).status == "delivered"


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
    subject = _subject(w.share())
    assert w.share(approver=f"{XINCAI}/author").result is VOID
    withdrawn = w.withdraw(XINCAI, subject)
    assert plain(withdrawn) == (EFFECTIVE, "")
    assert w.history(w.channel).state("lead", subject).status == "withdrawn"


def test_replayed_void_envelope_stays_void() -> None:
    """Also when the state would allow it now."""
    w = world()
    void = paused(w)
    w.resume_pairing(YIWU)
    assert plain(w.again(void)) == (DUPLICATE, "")
    assert w.history(w.channel).state("lead", _subject(void)).status == "absent"
    assert w.share().result is EFFECTIVE


def test_the_first_of_a_fork_stays_effective() -> None:
    w = world()
    honest = w.share()
    w.put(w.channel, w.changed(w.signed(honest), XINCAI, time="2021-04-01T02:00:00.000Z"))
    assert w.history(w.channel).state("lead", _subject(honest)).status == "sent"
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


def test_unknown_type_is_void_and_holds_nobody() -> None:
    w = world()
    assert plain(w.share(type="duikou.lead.exploded.v1")) == (VOID, "type")
    assert w.share().result is EFFECTIVE
    assert w.share(source=YIWU).result is EFFECTIVE


def test_newer_rule_version_stalls_not_refuses() -> None:
    """Only the registry can cause it, and nothing is judged by rules that this software does not know."""
    w = world()
    w.trust(ceremony.policy(w.by("root"), policy(rule_version=2)))
    assert w.stops(TRUST) == "stalled"
    assert w.share().result is EFFECTIVE  # not copied yet
    w.write(REGISTRY, w.channel, w.channel, genesis.copied(w.signed(w.last(TRUST))))
    assert w.last().result is EFFECTIVE
    assert w.stops(w.channel) == "stalled"


def test_a_fact_with_a_wrong_seen_is_effective_and_disputed() -> None:
    w = world()
    subject = _subject(w.share())
    verdict = w.fact(YIWU, subject, seen=seen(w, digest="c" * 64))
    assert (verdict.result, verdict.disputed) == (EFFECTIVE, True)


def test_a_fact_out_of_turn_is_effective_and_late() -> None:
    w = world()
    subject = _subject(w.share())
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
    with pytest.raises(Stopped, match="offset_gap"):
        w.history(w.channel).admit(beyond, inspect(beyond, {}))


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
