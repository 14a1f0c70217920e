"""An auditor's report becomes an attestation that another audit is held against: same records, same fingerprint."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from contracts.attestations import MOST_TOPICS, AuditAttestedSummary, Opinion
from contracts.channels import Topic
from services.auditor import Outcome, Rule, audit, stated, summary_of
from tests.support.story import Story, begin


def story() -> Story:
    """Two leads, and what the open topics say of the units."""
    made = begin()
    for _ in range(2):
        made.sent()
    return made


def found(made: Story) -> dict[str, Any]:
    """The auditor's report, through the file it travels in."""
    report: dict[str, Any] = json.loads(json.dumps(audit(made.exchange, made).to_json()))
    return report


def attested(made: Story) -> AuditAttestedSummary:
    return summary_of(found(made), made.exchange)


def test_a_report_is_attested_as_what_it_found_and_no_more() -> None:
    """Places, digests, codes and counts; never ``verified`` (PROTOCOL 11)."""
    made = story()
    said, report = attested(made), found(made)
    assert said.opinion is Opinion.SELF_CONSISTENT
    assert [(one.topic, one.offset) for one in said.positions] == sorted(
        (one["name"], one["offset"]) for one in report["topics"]
    )
    assert (said.records, said.divergences, said.findings, said.compared) == (
        report["records"],
        0,
        len(report["findings"]),
        0,
    )


def test_the_same_records_have_the_same_fingerprint() -> None:
    made = story()
    said = attested(made)
    again = audit(made.exchange, made, attested=said)
    assert (again.verdict, again.divergences, again.not_compared) == (Outcome.CONSISTENT, (), ())
    assert attested(made).fingerprint == said.fingerprint


def test_a_history_that_went_on_is_compared_at_the_attested_positions() -> None:
    made = story()
    said = attested(made)
    made.sent()
    assert audit(made.exchange, made, attested=said).divergences == ()
    assert attested(made).fingerprint != said.fingerprint


def later(made: Story) -> None:
    """The last record of the channel, which nobody's ``seen`` covers yet, a millisecond later."""
    record = made.logs[made.channel][-1]
    made.logs[made.channel][-1] = record._replace(position=record.position._replace(at=record.position.at + 1))


def signature(made: Story) -> None:
    """One byte of the last signature: noise where there was an event."""
    record = made.logs[made.channel][-1]
    headers = tuple(
        (name, bytes([value[0] ^ 1]) + value[1:] if name == "signature" else value)
        for name, value in record.message.headers
    )
    made.logs[made.channel][-1] = record._replace(
        message=type(record.message)(record.message.key, record.message.value, headers)
    )


@pytest.mark.parametrize("change", [later, signature])
def test_a_changed_byte_is_found_where_nothing_else_would_find_it(change: Callable[[Story], None]) -> None:
    """The unwitnessed end of a log: an audit alone finds it self-consistent (PROTOCOL 11)."""
    made = story()
    said = attested(made)
    change(made)
    assert audit(made.exchange, made).verdict is Outcome.CONSISTENT
    report = audit(made.exchange, made, attested=said)
    assert report.verdict is Outcome.REFUSED
    assert [(one.topic, one.rule) for one in report.divergences] == [("", Rule.ATTESTED)]
    assert attested(made).fingerprint != said.fingerprint


def test_a_history_that_ends_before_what_was_attested_is_named_with_its_place() -> None:
    made = story()
    said = attested(made)
    end = len(made.logs[made.channel])
    made.logs[made.channel] = made.logs[made.channel][:-1]
    report = audit(made.exchange, made, attested=said)
    assert [(one.topic, one.offset, one.rule) for one in report.divergences] == [
        (str(Topic(made.channel, 1)), end - 1, Rule.ATTESTED)
    ]


def test_of_topics_that_are_not_here_nothing_is_said() -> None:
    made = story()
    said = attested(made)
    del made.logs[made.channel]
    report = audit(made.exchange, made, attested=said)
    assert report.divergences == ()
    assert f"attestation {Topic(made.channel, 1)}" in report.not_compared


def test_an_audit_that_refuses_is_attested_as_that() -> None:
    made = story()
    log = made.logs[made.channel]
    made.logs[made.channel] = [*log[:3], *log[4:]]
    said = attested(made)
    assert (said.opinion, said.divergences) == (Opinion.REFUSED, len(audit(made.exchange, made).divergences))


WRONG: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "something else": (lambda _: {"verdict": "self-consistent"}, "not the JSON of an audit"),
    "a verdict of its own": (lambda report: {**report, "verdict": "verified"}, "not the JSON of an audit"),
    "another root": (lambda report: {**report, "root": "0" * 64}, "another root"),
    "nothing read": (lambda report: {**report, "topics": []}, "1 to 40 topics, not 0"),
    "too much for one": (
        lambda report: {**report, "topics": report["topics"][:1] * (MOST_TOPICS + 1)},
        "1 to 40 topics, not 41",
    ),
    "a desk": (
        lambda report: {**report, "topics": [{**report["topics"][0], "name": "duikou.desk.1"}]},
        "no attestation",
    ),
    "refused for nothing": (lambda report: {**report, "verdict": "refused"}, "no attestation"),
}


@pytest.mark.parametrize(("change", "rule"), WRONG.values(), ids=WRONG)
def test_what_is_no_report_is_not_attested(change: Callable[[dict[str, Any]], Any], rule: str) -> None:
    made = story()
    with pytest.raises(ValueError, match=rule):
        summary_of(change(found(made)), made.exchange)


def test_an_attestation_is_read_from_a_draft_a_matter_or_alone() -> None:
    said = attested(story())
    document = said.model_dump(mode="json")
    assert [stated(one) for one in (document, {"summary": document}, {"state": {"attested": document}})] == [said] * 3
    others: list[dict[str, Any]] = [{}, {"summary": None}, {"state": {"attested": None}}, {"state": {}}]
    for other in others:
        with pytest.raises(ValueError, match="no attestation"):
            stated(other)
