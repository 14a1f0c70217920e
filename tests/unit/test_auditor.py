import io
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rich.console import Console

from contracts.channel import Cut, StandsBy
from contracts.channels import DESK, TRUST, Kind, Topic
from contracts.desk import Confirmed, ConfirmedSummary
from contracts.envelope import Message, Position, Record, Signed
from contracts.refusals import NotYet, Stop
from contracts.vocabulary import Role, Suspension
from services.auditor import (
    Claims,
    DeskTopicError,
    Outcome,
    Report,
    RootMissingError,
    Rule,
    Topics,
    audit,
    rendered,
)
from services.auditor.desk import confirmed
from services.auditor.report import EXIT_CONSISTENT, EXIT_FINDINGS, EXIT_REFUSED
from services.auditor.tally import LIST_LIMIT, Tally
from services.auditor.witness import Witness
from services.registry import ceremony, genesis
from services.verifier import Result, Verdict
from services.views import VIEWS, fingerprint, fold
from services.views.cases import CASES
from tests.support import forgery
from tests.support.story import GARBAGE, WRONG, Story, begin, read_only, small, told, told_export
from tests.support.world import JINHUA, REGISTRY, XINCAI, YIWU, plain, seeded

EXPIRES = "2021-12-31T00:00:00.000Z"


def name_of(channel: str) -> str:
    return str(Topic(channel, 1))


def judged(made: Story, expected: Claims | None = None) -> Report:
    """The live topics of a story, audited."""
    return audit(made.exchange, made, expected)


def holds(report: Report) -> None:
    assert (report.verdict, report.divergence, report.exit_code) == (Outcome.CONSISTENT, None, EXIT_CONSISTENT)


def refused(report: Report, topic: str, rule: Any) -> None:
    assert (report.verdict, report.exit_code) == (Outcome.REFUSED, EXIT_REFUSED)
    assert report.divergence is not None
    assert (report.divergence.topic, report.divergence.rule) == (topic, rule)


def names(report: Report, before: Sequence[Record], after: Sequence[Record]) -> None:
    """Refused, and the first divergence is the change: its offset, or a span that holds it."""
    found, topic, changed = report.divergence, before[0].position.topic, forgery.first(before, after)
    assert (report.verdict, report.exit_code) == (Outcome.REFUSED, EXIT_REFUSED)
    assert found is not None
    assert found.topic == topic
    assert found.offset == changed or (found.upto is not None and found.after < changed <= found.upto), found


# -- the root ----------------------------------------------------------------------------------------------------------


class Unreadable:
    """A source that nobody may look at."""

    @property
    def claims(self) -> None:
        raise AssertionError("read before the root was given")

    def records(self) -> Iterator[Record]:
        raise AssertionError("read before the root was given")


@pytest.mark.parametrize("root", ["", "0" * 63, "F" * 64, "0" * 64 + "\n", "root"])
def test_without_a_root_fingerprint_nothing_is_read(root: str) -> None:
    """PROTOCOL 4: it comes from outside, never from a topic or an export."""
    with pytest.raises(RootMissingError):
        audit(root, Unreadable())


def test_under_another_root_nothing_opens() -> None:
    _, log, header = small()
    report = audit("a" * 64, read_only(forgery.kept(header, log)))
    refused(report, log[0].position.topic, Stop.NO_GENESIS)
    assert Rule.EXCHANGE in {one.rule for one in report.divergences}


# -- what holds --------------------------------------------------------------------------------------------------------


def test_a_story_is_self_consistent_from_the_log_and_from_its_export() -> None:
    made = told()
    live, exported = judged(made), audit(made.exchange, read_only(told_export()))
    holds(live)
    holds(exported)
    assert (live.topics, live.tally) == (exported.topics, exported.tally)
    assert len(exported.compared) == 4 * (len(VIEWS) - 1)
    assert exported.not_compared == ()


def test_every_record_is_counted_and_every_exception_is_listed() -> None:
    made = told()
    tally = judged(made).tally
    assert tally.records == sum(len(log) for log in made.logs.values())
    others = {"noise shape": 1, "noise signature": 1, "void state": 1, "void wrong_side": 1}
    assert dict(tally.counts) == {"effective": tally.records - 4, **others}
    offsets = {name: [seen.offset for seen in found] for name, found in tally.lists.items() if found}
    assert offsets == {"void": [51, 54], "noise": [52, 53], "late": [46, 50], "disputed": [50]}


def test_delegated_acts_and_forks_are_listed() -> None:
    made = begin()
    paper = made.delegation(XINCAI, f"{XINCAI}/intake", Role.APPROVER)
    share = made.share(delegation=paper, approver=f"{XINCAI}/intake")
    assert plain(share) == ("effective", "")
    made.put(made.channel, made.changed(share.record.message.signed, XINCAI, time="2021-04-01T00:00:00.000Z"))
    lists = judged(made).tally.lists
    assert [seen.offset for seen in lists["delegated"]] == [30]
    assert [(seen.offset, seen.source) for seen in lists["fork"]] == [(31, XINCAI)]


def test_what_no_approver_stood_by_is_listed_where_the_desk_is_at_hand() -> None:
    """MECHANISM 2: of two withdrawals by one officer one was confirmed (D11); without its desk nothing is said."""
    made = begin()
    acts = [made.verdicts[made.channel][-1] for _ in range(2) if made.withdrawn()]
    digests = [act.record.message.signed.digest for act in acts]
    act = {"by": made.officer(XINCAI, "author"), "channel": made.channel, "matter": made.fresh(), "event": digests[0]}
    made.open_desk(XINCAI)
    by = ConfirmedSummary(officer=made.officer(XINCAI, "approver"), **act)
    made.on_desk(XINCAI, made.fresh(), Confirmed(summary=by))
    trust = made.history("trust").channel.trust
    desk = {XINCAI: confirmed(made.exchange, XINCAI, trust, made.logs.pop(DESK))}
    assert desk == {XINCAI: frozenset(digests[:1])}
    found = audit(made.exchange, made, Claims({}, {}, confirmed=desk))
    assert [seen.digest for seen in found.tally.lists["unconfirmed"]] == digests[1:]
    assert found.to_json()["desks"] == [XINCAI]
    assert judged(made).tally.lists["unconfirmed"] == []


def test_emergency_acts_are_listed_where_they_were_decided() -> None:
    made = begin()
    made.trust(ceremony.suspended(made.by(ceremony.duty(YIWU), 1), YIWU, Suspension.KEY_COMPROMISE))
    made.copy_trust(made.channel)
    (act,) = judged(made).tally.lists["emergency"]
    assert (act.topic, act.type) == (name_of(TRUST), "duikou.trust.unit_suspended.v1")


def test_records_nobody_else_has_seen_are_listed_as_unwitnessed() -> None:
    made = begin()
    made.sent()
    topics = {topic.name: topic for topic in judged(made).topics}
    assert topics[name_of(made.channel)].unwitnessed == ((31, 31),)
    assert topics[name_of(TRUST)].unwitnessed == ((0, len(made.logs[TRUST]) - 1),)


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b", "c"]), st.integers(1, 8)), max_size=40))
def test_what_is_unwitnessed_is_found_as_if_every_writer_were_kept(said: list[tuple[str, int]]) -> None:
    """(writer, how many records before his own he names); nobody: what is not signed."""
    witness, history = Witness(), SimpleNamespace(topic=Topic("c", 1), exchange="x", has_seen=lambda _: True)
    agreed: dict[str, int] = {}
    for offset, (writer, back) in enumerate(said):
        names = max(offset - back, -1)
        e: Any = SimpleNamespace(source=writer, seen=f"1.{names}.h", channel="c", exchange="x") if writer else None
        record = Record(Position("t", offset, 0), Message(None, None))
        keyid = "key" if writer else ""
        witness.hear(Verdict(record, Result.EFFECTIVE, None, "", 0, b"", keyid, e), history)  # type: ignore[arg-type]
        if writer:
            agreed[writer] = max(names, agreed.get(writer, -1))
    alone = [
        offset
        for offset, (writer, _) in enumerate(said)
        if not any(reach >= offset for other, reach in agreed.items() if other != writer)
    ]
    assert [offset for first, last in witness.unwitnessed() for offset in range(first, last + 1)] == alone
    assert all(one[1] + 1 < two[0] for one, two in pairwise(witness.unwitnessed()))


def test_lists_have_limits_and_counts_have_none() -> None:
    tally, made = Tally(), told()
    for _ in range(LIST_LIMIT + 5):
        tally.count(made.verdicts[made.channel][52])
    assert (len(tally.lists["noise"]), tally.totals["noise"]) == (LIST_LIMIT, LIST_LIMIT + 5)


@pytest.mark.parametrize("changed", [False, True])
def test_a_report_reads_as_text_and_as_json(*, changed: bool) -> None:
    made, data = told(), told_export()
    report = audit(made.exchange, read_only(data.replace(b'"offset":40', b'"offset":41') if changed else data))
    console = Console(record=True, width=250, file=io.StringIO())
    console.print(rendered(report))
    text, document = console.export_text(), json.dumps(report.to_json())
    for part in (report.verdict.value, made.exchange, f"{name_of(made.channel)}/53", "void state"):
        assert (part in text) == (not changed or part in (report.verdict.value, made.exchange))
        assert part.split("/")[0] in document or changed
    assert (f"divergence {report.divergence}" in text.replace("\n", "")) == changed
    assert "ciphertext" not in text + document
    assert GARBAGE.decode() not in text + document


# -- what is changed is named ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 6, 28, 35])
@pytest.mark.parametrize("change", sorted(forgery.CHANGES))
def test_a_change_before_the_last_signed_seen_is_named_though_the_first_line_fits(change: str, place: int) -> None:
    """At the genesis, at a member's admission, at its first word, right before the last ``seen``."""
    root, log, _ = small()
    changed = forgery.CHANGES[change](log, place)
    names(audit(root, read_only(forgery.computed_anew(root, changed))), log, changed)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_any_byte_time_offset_or_record_before_the_last_signed_seen_is_named(data: st.DataObject) -> None:
    """One byte of a value or signature, a time, an offset, a record removed or repeated, two exchanged: anywhere.

    The last record names the one before it; what is put between the two changes nothing that anybody signed.
    """
    root, log, _ = small()
    place = data.draw(st.integers(0, len(log) - 2))
    byte, bit = data.draw(st.integers(0, 40_000)), data.draw(st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128]))
    ms = data.draw(st.integers(-(10**12), 10**12).filter(bool))
    anywhere = {
        "value": forgery.one(lambda record: forgery.value(record, byte, bit)),
        "signature": forgery.one(lambda record: forgery.signature(record, byte, bit)),
        "time": forgery.one(lambda record: forgery.at(record, ms)),
    }
    changes = {**forgery.CHANGES, **anywhere}
    changed = changes[data.draw(st.sampled_from(sorted(changes)))](log, place)
    assume(forgery.first(log, changed) <= len(log) - 2)
    names(audit(root, read_only(forgery.computed_anew(root, changed))), log, changed)


@pytest.mark.parametrize("change", sorted(forgery.CHANGES))
def test_with_its_first_line_kept_not_even_the_last_record_can_be_changed(change: str) -> None:
    """Nobody has signed for the end yet, but the export's own hash has it (WIRE-CHOICES C4)."""
    root, log, header = small()
    changed = forgery.CHANGES[change](log, len(log) - (2 if "two" in change or "past" in change else 1))
    names(audit(root, read_only(forgery.kept(header, changed))), log, changed)


def test_swapped_offsets_in_export_are_named() -> None:
    """Two records exchange their places; hash, cut and fingerprints of the first line are computed anew."""
    root, log, header = small()
    changed = forgery.swapped(log, 30)
    for data in (forgery.kept(header, changed), forgery.computed_anew(root, changed, (XINCAI, YIWU))):
        report = audit(root, read_only(data))
        names(report, log, changed)
        assert report.divergence is not None
        assert report.divergence.offset == 30


def test_swapped_offsets_that_are_left_out_of_order_are_named() -> None:
    root, log, header = small()
    one, two = forgery.placed(log[30], 31), forgery.placed(log[31], 30)
    report = audit(root, read_only(forgery.kept(header, [*log[:30], one, two, *log[32:]])))
    refused(report, log[0].position.topic, Stop.OFFSET_GAP)
    assert report.divergence is not None
    assert report.divergence.offset == 30


def test_a_changed_time_is_named_to_the_record() -> None:
    """No record fails by itself; the next one's ``seen`` names its predecessor, which leaves one offset."""
    root, log, _ = small()
    report = audit(root, read_only(forgery.computed_anew(root, forgery.CHANGES["a time, later"](log, 33))))
    refused(report, log[0].position.topic, Rule.SEEN)
    assert report.divergence is not None
    assert (report.divergence.after, report.divergence.offset, report.divergence.upto) == (32, 33, 33)
    assert YIWU in report.divergence.text or XINCAI in report.divergence.text


def test_a_changed_value_is_named_by_what_fails() -> None:
    root, log, _ = small()
    report = audit(root, read_only(forgery.computed_anew(root, forgery.CHANGES["a bit of a signature"](log, 33))))
    refused(report, log[0].position.topic, "signature")
    assert report.divergence is not None
    assert report.divergence.offset == 33


@pytest.mark.parametrize("channel", ["trust", "pairing", "outflow"])
@pytest.mark.parametrize("change", ["a bit of a value", "a time, later", "a record removed, the others renumbered"])
def test_open_topics_are_guarded_as_well(channel: str, change: str) -> None:
    made = told()
    made.logs = {channel: made.logs[channel]}
    log = made.logs[channel]
    changed = forgery.CHANGES[change](log, 5)
    names(audit(made.exchange, read_only(forgery.computed_anew(made.exchange, changed))), log, changed)


def test_the_first_of_several_divergences_is_named() -> None:
    root, log, header = small()
    changed = forgery.CHANGES["a time, later"](forgery.CHANGES["a bit of a value"](log, 34), 31)
    report = audit(root, read_only(forgery.kept(header, changed)))
    names(report, log, changed)
    assert [one.rule for one in report.divergences][-1] in (Rule.CUT, Rule.FINGERPRINT)


# -- one member's false `seen` (WIRE-CHOICES A10) ----------------------------------------------------------------------

FUTURE = "1.999999." + "f" * 64


@pytest.mark.parametrize("seen", [WRONG, "1.30." + "e" * 64, FUTURE, "2.0." + "0" * 64])
def test_one_members_false_seen_is_listed_and_refuses_nothing(seen: str) -> None:
    """One member must not be able to deny every audit its verdict; the next honest record decides."""
    made = begin()
    subject = made.sent()
    liar = made.fact(YIWU, subject, seen=seen)
    assert liar.disputed
    made.withdraw(XINCAI, subject)
    report = judged(made)
    holds(report)
    (topic,) = (one for one in report.topics if one.name == name_of(made.channel))
    assert [(said.source, said.offset, said.vouched) for said in topic.seen] == [(YIWU, 32, True)]


def test_a_permission_with_a_false_seen_is_void_and_refuses_nothing() -> None:
    made = begin()
    assert plain(made.share(seen=WRONG)) == ("void", "order_disputed")
    made.share()
    holds(judged(made))


def test_a_false_seen_that_nobody_has_contradicted_yet_refuses_until_somebody_does() -> None:
    """Alone at the end it cannot be told from a change: the price of naming every change."""
    made = begin()
    subject = made.sent()
    made.fact(YIWU, subject, seen="1.31." + "e" * 64)
    refused(judged(made), name_of(made.channel), Rule.SEEN)
    made.withdraw(XINCAI, subject)
    holds(judged(made))


def test_an_unsigned_contradiction_holds_nothing_up_for_long() -> None:
    made = begin()
    subject = made.sent()
    made.fact(YIWU, subject, seen="1.31." + "e" * 64, signer=seeded("a stranger"))
    assert judged(made).exit_code == EXIT_REFUSED
    made.withdraw(XINCAI, subject)
    holds(judged(made))


def test_an_unsigned_agreement_vouches_for_nothing() -> None:
    """A forger adds a record with the right hash of the changed log: it takes the writer's key to be believed."""
    made = begin()
    for _ in range(2):
        made.sent()
    log = made.logs[made.channel]
    changed = forgery.CHANGES["a time, later"](log, 31)
    made.logs, made.histories = {made.channel: []}, {}
    for record in changed:
        made.append(made.channel, record.message, record.position.at)
    made.withdraw(XINCAI, "no-such-matter", signer=seeded("a stranger"))
    names(judged(made), log, changed)


# -- what is claimed beside the records --------------------------------------------------------------------------------


def with_header(data: bytes, **changes: Any) -> bytes:
    first, rest = data.split(b"\n", 1)
    return json.dumps({**json.loads(first), **changes}).encode() + b"\n" + rest


def header_of(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data.split(b"\n", 1)[0])
    return found


def test_a_wrong_hash_in_the_cut_is_refused() -> None:
    made, data = told(), told_export()
    cut = header_of(data)["cut"]
    cut[name_of(TRUST)]["hash"] = "0" * 64
    refused(audit(made.exchange, read_only(with_header(data, cut=cut))), name_of(TRUST), Rule.CUT)


def test_a_topic_that_is_missing_or_not_claimed_is_refused() -> None:
    made = told()
    data, gone = made.exported(), name_of("outflow")
    lines = data.splitlines(keepends=True)
    without = b"".join(line for line in lines if not line.startswith(b'{"topic":"%s"' % gone.encode()))
    refused(audit(made.exchange, read_only(without)), gone, Rule.CUT)
    header = header_of(data)
    names_left = [name for name in header["topics"] if name != gone]
    cut = {name: header["cut"][name] for name in names_left}
    refused(audit(made.exchange, read_only(with_header(data, topics=names_left, cut=cut))), gone, Rule.CUT)


def test_a_missing_end_is_refused_at_its_first_missing_offset() -> None:
    root, log, header = small()
    report = audit(root, read_only(forgery.kept(header, log[:-2])))
    refused(report, log[0].position.topic, Rule.CUT)
    assert report.divergence is not None
    assert report.divergence.offset == len(log) - 2


def test_a_wrong_fingerprint_is_refused_by_the_name_of_its_view() -> None:
    made, data = told(), told_export()
    prints = header_of(data)["fingerprints"]
    prints[YIWU][CASES.title] = prints[XINCAI][CASES.title]
    report = audit(made.exchange, read_only(with_header(data, fingerprints=prints)))
    refused(report, "", Rule.FINGERPRINT)
    assert report.divergence is not None
    assert CASES.title in report.divergence.text
    assert YIWU in report.divergence.text


def test_a_view_of_another_version_is_not_compared_and_that_is_said() -> None:
    made, data = told(), told_export()
    prints = {XINCAI: {"cases.v99": "0" * 64}}
    report = audit(made.exchange, read_only(with_header(data, fingerprints=prints)))
    holds(report)
    assert report.not_compared == (f"{XINCAI} cases.v99",)


def claimed_by_node(made: Story, unit: str, channels: tuple[str, ...], **changed: str) -> Claims:
    """What a node would say of its own views and its own cut."""
    ends = {name_of(channel): made.history(channel) for channel in channels}
    cut = {name: history.offset for name, history in ends.items()}
    prints = {}
    for name in ("cases", "units", "refused"):
        rows: dict[str, Any] = {}
        for channel in channels:
            fold(VIEWS[name], unit, made.verdicts[channel], rows)
        prints[VIEWS[name].title] = fingerprint(VIEWS[name], rows, cut, 1)
    cuts = {name: Cut(offset=history.offset, hash=history.hash.hex()) for name, history in ends.items()}
    return Claims(cuts, {unit: {**prints, **changed}})


def test_a_nodes_own_fingerprints_are_compared_at_its_own_cut() -> None:
    made = told()
    channels = tuple(made.logs)
    holds(judged(made, claimed_by_node(made, YIWU, channels)))
    report = judged(made, claimed_by_node(made, YIWU, channels, **{CASES.title: "0" * 64}))
    refused(report, "", Rule.FINGERPRINT)


def test_a_log_that_went_on_is_no_divergence_but_its_views_are_not_compared() -> None:
    made = told()
    claims = claimed_by_node(made, YIWU, tuple(made.logs))
    made.sent()
    report = judged(made, claims)
    holds(report)
    assert f"{YIWU} {CASES.title}" in report.not_compared


def test_a_node_that_has_read_what_the_log_no_longer_has_is_believed() -> None:
    """A log restored from a backup (PROTOCOL 6)."""
    made = told()
    claims = claimed_by_node(made, YIWU, tuple(made.logs))
    made.logs[made.channel] = made.logs[made.channel][:-1]
    refused(judged(made, claims), name_of(made.channel), Rule.CUT)


# -- between topics ----------------------------------------------------------------------------------------------------


def test_a_channel_opened_without_offer_and_answer_is_a_finding() -> None:
    """The genesis is judged without ``duikou.pairing`` (PROTOCOL 3); the auditor compares."""
    made = begin()
    offer, answer = made.copy().agree(XINCAI, JINHUA)
    channel = genesis.enabled(made.exchange, Kind.PAIRING, answer)
    assert plain(made.open(channel, genesis.pairing(made.root, offer, answer))) == ("effective", "")
    report = judged(made)
    assert (report.verdict, report.exit_code) == (Outcome.CONSISTENT, EXIT_FINDINGS)
    assert [(one.topic, one.offset) for one in report.findings] == [(name_of(channel), 0)] * 2
    assert ["offer" in report.findings[0].text, "answer" in report.findings[1].text] == [True, True]


def test_an_offer_under_another_signature_is_a_finding() -> None:
    made = begin()
    offer, answer = made.agree(XINCAI, JINHUA)
    channel = genesis.enabled(made.exchange, Kind.PAIRING, answer)
    made.open(channel, genesis.pairing(made.root, Signed(offer.value, bytes(64), ""), answer))
    (finding,) = judged(made).findings
    assert "another signature" in finding.text


def test_a_copy_of_what_is_not_effective_in_trust_is_a_finding() -> None:
    """Signed by the registrars, but never published: its mandate holds in the channel all the same."""
    made = begin()
    aside = made.copy()
    kept = aside.trust(ceremony.officer_ended(aside.by(ceremony.registrar(YIWU)), made.officer(YIWU, "head"), YIWU))
    copied = genesis.copied(kept.record.message.signed)
    assert plain(made.write(REGISTRY, made.channel, made.channel, copied)) == ("effective", "")
    (finding,) = judged(made).findings
    assert (finding.topic, finding.offset, finding.rule) == (name_of(made.channel), 30, "PROTOCOL 4")


def test_an_emergency_closing_without_a_reopening_is_a_finding() -> None:
    made = begin()
    made.sent()
    by = made.by(ceremony.registrar(YIWU))
    made.trust(ceremony.key_closed(by, YIWU, made.keys[YIWU].keyid, emergency=True))
    made.copy_trust(made.channel)
    (finding,) = judged(made).findings
    assert YIWU in finding.text
    head = made.history(made.channel).ledger(YIWU).head
    stands = StandsBy(sequence=head.sequence, digest=head.digest)
    signers = made.signers(ceremony.registrar(YIWU), 2)
    event = ceremony.reopened(made.exchange, YIWU, made.channel, 2, stands, EXPIRES, signers)
    assert plain(made.write(REGISTRY, made.channel, made.channel, event)) == ("effective", "")
    holds(judged(made))


def test_what_was_not_read_is_not_compared_and_that_is_said() -> None:
    root, log, header = small()
    report = audit(root, read_only(forgery.kept(header, log)))
    assert {name_of("trust"), name_of("pairing")} <= set(report.not_compared)
    assert report.findings == ()


# -- damaged exports ---------------------------------------------------------------------------------------------------


def test_a_damaged_line_is_named_by_its_number() -> None:
    root, log, header = small()
    lines = forgery.kept(header, log).splitlines(keepends=True)
    lines[20] = lines[20][:-30] + b"\n"
    report = audit(root, read_only(b"".join(lines)))
    refused(report, log[0].position.topic, Rule.LINE)
    assert report.divergence is not None
    assert (report.divergence.offset, report.divergence.text[:8]) == (19, "line 21:")


@pytest.mark.parametrize("data", [b"", b"\n", b"{}\n", b"\xff\n", b"[" * 100_000 + b"\n", b'{"format":"other"}\n'])
def test_what_is_no_export_is_refused(data: bytes) -> None:
    refused(audit("a" * 64, read_only(data)), "", Rule.LINE)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_no_byte_of_an_export_can_be_changed_unnoticed(data: st.DataObject) -> None:
    """Any byte of the file, its first line kept otherwise: refused, never a crash; else the records say the same."""
    root, log, header = small()
    whole = bytearray(forgery.kept(header, log))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    report = audit(root, read_only(bytes(whole)))
    if report.exit_code == EXIT_CONSISTENT:
        untouched = audit(root, read_only(forgery.kept(header, log)))
        assert (report.topics, report.tally) == (untouched.topics, untouched.tally)


# -- from a log --------------------------------------------------------------------------------------------------------


class FakeLog:
    """A log in memory; ``silent`` from an offset on."""

    def __init__(self, made: Story, silent: int = 10**9) -> None:
        self.logs = {name_of(channel): log for channel, log in made.logs.items()}
        self.silent = silent

    def read(self, topics: Mapping[str, int], limit: int, wait: float) -> list[Record]:
        ((name, after),) = topics.items()
        return self.logs[name][after + 1 : min(after + 1 + limit, self.silent)]

    def end(self, topic: str) -> int | None:
        log = self.logs.get(topic)
        return None if log is None else len(log) - 1


def test_topics_of_a_log_are_audited_up_to_where_they_ended() -> None:
    made = told()
    log: Any = FakeLog(made)
    names_ = [*log.logs, name_of("a" * 52)]
    source = Topics(log, names_)
    before = audit(made.exchange, source)
    made.sent()
    assert audit(made.exchange, source) == before
    assert before.topics == judged(told()).topics


def test_a_log_that_gives_no_more_is_not_yet_judged() -> None:
    """An outage is no divergence."""
    made = told()
    log: Any = FakeLog(made, silent=20)
    with pytest.raises(NotYet):
        audit(made.exchange, Topics(log, log.logs))


def test_a_desk_is_never_audited() -> None:
    log: Any = FakeLog(told())
    with pytest.raises(DeskTopicError):
        Topics(log, ["duikou.desk.1"])
