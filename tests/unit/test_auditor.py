import json
from functools import cache
from typing import Any

import pytest
from rich.console import Console

from contracts.channels import TRUST, Topic
from contracts.envelope import Record
from contracts.refusals import Stop
from contracts.vocabulary import Role
from services.auditor import (
    Claims,
    Outcome,
    Report,
    RootMissingError,
    Rule,
    audit,
    rendered,
)
from services.auditor.report import EXIT_CONSISTENT, EXIT_REFUSED
from services.auditor.tally import LIST_LIMIT, Tally
from tests.support import forgery
from tests.support.story import WRONG, Story, begin, read_only, told
from tests.support.world import XINCAI, plain

TAMPER = sorted(forgery.CHANGES)


def name_of(channel: str) -> str:
    return str(Topic(channel, 1))


def judged(made: Story, expected: Claims | None = None) -> Report:
    """The live topics of a story, audited."""
    return audit(made.exchange, made, expected)


@cache
def small() -> tuple[str, list[Record], bytes]:
    """Root, a channel's log and the first line of its export: four leads delivered."""
    made = begin()
    for _ in range(4):
        made.sent()
    made.logs = {made.channel: made.logs[made.channel]}
    return made.exchange, made.logs[made.channel], made.exported().split(b"\n", 1)[0] + b"\n"


def holds(report: Report) -> None:
    assert (report.verdict, report.divergence, report.exit_code) == (Outcome.CONSISTENT, None, EXIT_CONSISTENT)


def names(report: Report, topic: str, changed: int) -> None:
    """Refused, and the first divergence is the change: its offset, or a span that holds it."""
    assert (report.verdict, report.exit_code) == (Outcome.REFUSED, EXIT_REFUSED)
    found = report.divergence
    assert found is not None
    assert found.topic == topic
    assert found.offset == changed or (found.upto is not None and found.after < changed <= found.upto), found


# -- the root ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ["", "0" * 63, "F" * 64, "0" * 64 + "\n", None])
def test_without_a_root_fingerprint_nothing_is_audited(root: Any) -> None:
    """PROTOCOL 4: never taken from a topic or an export."""

    class Unreadable:
        @property
        def claims(self) -> None:
            raise AssertionError("read before the root was given")

        def records(self) -> Any:
            raise AssertionError("read before the root was given")

    with pytest.raises(RootMissingError):
        audit(root, Unreadable())


def test_under_another_root_nothing_opens() -> None:
    _, log, header = small()
    report = audit("a" * 64, read_only(forgery.kept(header, log)))
    assert {one.rule for one in report.divergences} == {Stop.NO_GENESIS, Rule.EXCHANGE}
    assert report.divergence is not None
    assert report.divergence.offset == 0


# -- what holds --------------------------------------------------------------------------------------------------------


def test_a_whole_story_is_self_consistent_from_the_log_and_from_its_export() -> None:
    made = told()
    live, exported = judged(made), audit(made.exchange, read_only(made.exported()))
    holds(live)
    holds(exported)
    assert live.topics == exported.topics
    assert live.tally == exported.tally
    assert len(exported.compared) == 4 * 11
    assert exported.not_compared == ()


def test_every_record_is_counted_and_every_exception_listed() -> None:
    made = told()
    _, share = made.shared(
        delegation=made.delegation(XINCAI, f"{XINCAI}/intake", Role.APPROVER),
        approver=f"{XINCAI}/intake",
        approval={"role": "approver"},
    )
    delegated = made.share()
    assert share is not None
    tally = judged(made).tally
    assert tally.records == sum(len(log) for log in made.logs.values())
    assert dict(tally.counts) == {
        "effective": tally.records - 4,
        "noise shape": 1,
        "noise signature": 1,
        "void state": 1,
        "void wrong_side": 1,
    }
    offsets = {name: [seen.offset for seen in found] for name, found in tally.lists.items()}
    assert offsets == {
        "void": [51, 54],
        "noise": [52, 53],
        "late": [46, 50],
        "disputed": [50],
        "fork": [],
        "delegated": [],
        "emergency": [],
    }
    assert plain(delegated) == ("effective", "")


def test_delegated_acts_and_forks_are_listed() -> None:
    made = begin()
    paper = made.delegation(XINCAI, f"{XINCAI}/intake", Role.APPROVER)
    share = made.share(delegation=paper, approver=f"{XINCAI}/intake", approval={"role": "approver"})
    made.put(made.channel, made.changed(share.record.message.signed, XINCAI, time="2021-04-01T00:00:00.000Z"))
    lists = judged(made).tally.lists
    assert [seen.offset for seen in lists["delegated"]] == [30]
    assert [(seen.offset, seen.source) for seen in lists["fork"]] == [(31, XINCAI)]


def test_records_nobody_else_has_seen_are_listed_as_unwitnessed() -> None:
    made = begin()
    made.sent()
    topics = {topic.name: topic for topic in judged(made).topics}
    assert topics[name_of(made.channel)].unwitnessed == ((31, 31),)
    assert topics[name_of(TRUST)].unwitnessed == ((0, len(made.logs[TRUST]) - 1),)


def test_lists_have_limits_and_counts_have_none() -> None:
    tally = Tally()
    noise = next(verdict for verdict in told().verdicts[told().channel] if verdict.result == "noise")
    for _ in range(LIST_LIMIT + 5):
        tally.count(noise)
    assert (len(tally.lists["noise"]), tally.totals["noise"]) == (LIST_LIMIT, LIST_LIMIT + 5)


def test_a_report_reads_as_text_and_as_json_and_holds_no_content() -> None:
    made = told()
    made.fact(XINCAI, "no such matter", seen=WRONG)
    report = audit(made.exchange, read_only(made.exported()))
    console = Console(record=True, width=200, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    console.print(rendered(report))
    text = console.export_text() + json.dumps(report.to_json())
    assert f"{report.verdict}" in text
    shared = next(verdict for verdict in made.verdicts[made.channel] if verdict.envelope and verdict.draft)
    assert "ciphertext" not in text
    assert shared.record.message.signed.digest not in console.export_text()
