"""The auditor computes every two-monthly report again and names the figure that differs (STORIES 10, FIELDS 6.10)."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from contracts.channels import Topic, topic
from contracts.envelope import Record
from contracts.profile import compact
from contracts.refusals import Stop
from contracts.report import ContributionReturned, ContributionSealed, ReportSubmitted, ReportSummary, subject_of
from contracts.report_figures import Figure, OutcomeFigures
from contracts.report_tables import Contribution, ContributionTable, Reading, SubmittedTable, Table, TablePaper
from contracts.vocabulary import Classification, DocumentKind, Role, Urgency
from services.auditor import Report, audit
from services.auditor.figures import Reports, Sealed
from services.auditor.judge import Judge
from services.auditor.report import EXIT_CONSISTENT, EXIT_FINDINGS, Outcome
from services.domain import figures, periods, report, results
from services.domain.clocks import DAY
from services.domain.figures import COUNTED, Said
from services.verifier import Result, Verdict
from tests.support.reports import OUTCOME
from tests.support.story import Story, begin
from tests.support.world import XINCAI, YIWU, ZHUMADIAN, plain

PERIOD = "2021-03"


def topic_of(channel: str) -> str:
    return str(Topic(channel, 1))


def closed() -> tuple[Story, str]:
    """Two leads sent and one that came in, the period over; the county's channel with its superior."""
    made = begin()
    made.newest_rules()
    for source in (XINCAI, XINCAI, YIWU):
        assert plain(made.share(source)) == ("effective", "")
    above = made.supervised(XINCAI)
    made.later(40 * DAY)
    return made, above


def told(verdicts: list[Verdict]) -> tuple[Said, ...]:
    return tuple(
        Said(verdict.at, verdict.draft)
        for verdict in verdicts
        if verdict.result is Result.EFFECTIVE and verdict.draft is not None and verdict.draft.context in COUNTED
    )


def history(made: Story, channel: str) -> figures.History:
    return figures.History(made.history(channel).channel, told(made.verdicts[channel]))


def reading(made: Story, channel: str) -> Reading:
    return Reading(topic=str(made.history(channel).topic), offset=made.history(channel).offset)


def table(made: Story, channels: tuple[str, ...], **changes: Any) -> ContributionTable:
    """As an honest node computes it; ``changes``: what another one says."""
    found = figures.compute(XINCAI, PERIOD, [history(made, channel) for channel in channels])
    said = {
        "positions": tuple(sorted((reading(made, channel) for channel in channels), key=lambda one: one.topic)),
        "figures": found.figures,
        "outcomes": found.outcomes,
        "categories": report.graded(("411729",)),
    }
    return ContributionTable(**(said | changes))


def seal(made: Story, event: Any, unit: str, channel: str, said: Table, version: int = 1) -> Any:
    """Under two signatures, in the log."""
    paper = TablePaper.of(said)
    summary = ReportSummary(
        kind=DocumentKind.PERIODIC_REPORT,
        classification=Classification.WORK_SECRET,
        urgency=Urgency.ROUTINE,
        unit=unit,
        period=PERIOD,
        version=version,
        policy=report.policy_digest(made.history(channel).channel.trust.policy),
        table=paper.digest,
    )
    subject = subject_of(unit, PERIOD)
    sealed = made.approved(unit, channel, subject, event, summary, role=Role.HEAD, embedded=paper)
    return made.write(unit, channel, subject, sealed)


def judged(made: Story) -> Report:
    return audit(made.exchange, made)


def texts(found: Report) -> list[str]:
    return [one.text.partition(": ")[2] for one in found.findings]


def test_an_honest_report_is_recomputed_and_nothing_is_found() -> None:
    made, above = closed()
    both = (made.channel, above)
    assert plain(seal(made, ContributionSealed, XINCAI, above, table(made, both))) == ("effective", "")
    made.share(XINCAI)  # what came later is behind the positions
    found = judged(made)
    assert (found.exit_code, found.findings, found.not_compared) == (EXIT_CONSISTENT, (), ())


def test_a_forged_figure_is_named_with_what_its_positions_give() -> None:
    """The receiving node cannot see it: form, sums and period are in order, so it is effective."""
    made, above = closed()
    honest = table(made, (made.channel, above))
    (received, sent) = honest.figures
    assert (received.value, sent.value) == ("1", "2")
    forged = sent.model_copy(update={"value": "5", "by": sent.by.model_copy(update={"outflow_trafficking": "5"})})  # type: ignore[union-attr]
    said = table(made, (made.channel, above), figures=(received, forged))
    place = seal(made, ContributionSealed, XINCAI, above, said).record.position
    found = judged(made)
    assert found.exit_code == EXIT_FINDINGS
    (one,) = found.findings
    assert (one.topic, one.offset, one.rule) == (place.topic, place.offset, "R1")
    assert one.text == (
        f"report of {XINCAI} for {PERIOD}, version 1: "
        "leads_sent is 5 (outflow_trafficking 5), its positions give 2 (outflow_trafficking 2)"
    )


def test_an_outcome_that_its_positions_do_not_give_is_named() -> None:
    made, above = closed()
    invented = OutcomeFigures.model_validate_json(compact(OUTCOME))
    seal(made, ContributionSealed, XINCAI, above, table(made, (made.channel, above), outcomes=(invented,)))
    assert texts(judged(made)) == [f"outcome {invented.outcome_id} adds something else, by its positions"]


def test_a_report_that_was_refused_is_not_compared() -> None:
    made, above = closed()
    honest = table(made, (made.channel, above))
    seal(made, ContributionSealed, XINCAI, above, honest)
    again = seal(made, ContributionSealed, XINCAI, above, honest.model_copy(update={"figures": ()}))
    assert plain(again)[0] == "void"
    assert judged(made).findings == ()


def test_a_channel_that_is_left_out_is_named() -> None:
    made, above = closed()
    seal(made, ContributionSealed, XINCAI, above, table(made, (above,)))
    assert texts(judged(made)) == [f"{topic_of(made.channel)} is left out"]


@pytest.mark.parametrize(("after", "named"), [(-1, True), (0, False)])
def test_a_pairing_that_began_when_the_period_was_over_may_be_left_out(after: int, named: bool) -> None:
    made, above = closed()
    seal(made, ContributionSealed, XINCAI, above, table(made, (above,)))
    judge, name = Judge(made.exchange), topic_of(made.channel)
    judge.take(made.records)
    channel = judge.topics[name].history.channel
    assert channel.terms is not None
    terms = replace(channel.terms, valid_from=periods.end(PERIOD) + after)
    judge.topics[name].history.channel = replace(channel, terms=terms)
    found, left = judge.reports.compared(judge, made.records)
    assert ([one.text.partition(": ")[2] for one in found], left) == ([f"{name} is left out"] * named, [])


def test_a_topic_that_is_not_the_units_is_named() -> None:
    made, above = closed()
    other = made.supervised(YIWU)
    seal(made, ContributionSealed, XINCAI, above, table(made, (made.channel, above, other)))
    assert texts(judged(made)) == [f"{topic_of(other)} is not a topic of the unit"]


@dataclass
class Copy:
    """All topics as a source of an audit, in the order of their names."""

    kept: list[Record]

    claims = None

    def records(self) -> Iterator[Record]:
        return iter(sorted(self.kept, key=lambda record: (record.position.topic.encode(), record.position.offset)))


def test_a_channel_that_goes_on_in_a_next_topic_is_counted_in_both_up_to_the_cut() -> None:
    """One lead before the cut counts, one behind it was never sent again, one stands in the next topic."""
    made = begin()
    made.newest_rules()
    made.share(XINCAI)
    before = list(made.verdicts[made.channel])
    made.share(XINCAI)
    lost = made.lose_topic(behind=1)
    made.open(made.channel, made.genesis())
    made.share(XINCAI)
    above = made.supervised(XINCAI)
    made.later(40 * DAY)
    both = figures.History(made.history(made.channel).channel, (*told(before), *told(made.verdicts[made.channel])))
    positions = sorted((reading(made, one) for one in (made.channel, above)), key=lambda one: one.topic)
    computed = figures.compute(XINCAI, PERIOD, [both, history(made, above)])
    assert [one.value for one in computed.figures] == ["2"]
    said = table(made, (above,), positions=tuple(positions), figures=computed.figures)
    assert plain(seal(made, ContributionSealed, XINCAI, above, said)) == ("effective", "")
    kept = [record for log in made.logs.values() for record in log]
    found = audit(made.exchange, Copy([*kept, *lost]))
    assert (found.verdict, found.findings, found.not_compared) == (Outcome.CONSISTENT, (), ())


def test_what_is_not_here_is_not_compared() -> None:
    """A position that lies behind what was read."""
    made, above = closed()
    honest = table(made, (made.channel, above))
    ahead = tuple(one.model_copy(update={"offset": one.offset + 1_000}) for one in honest.positions)
    seal(made, ContributionSealed, XINCAI, above, honest.model_copy(update={"positions": ahead}))
    found = judged(made)
    assert found.findings == ()
    assert found.not_compared == (f"report of {XINCAI} for {PERIOD}, version 1",)


RETURNED = ContributionReturned.model_construct()
SUMS: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "right": ({}, [], []),
    "wrong": ({"value": "9", "by": None}, ["leads_received is 9, its positions give 1 (outflow_trafficking 1)"], []),
    "without a county that reported": (
        {"missing": True},
        [f"the report of {XINCAI} stood at its positions and is not in it"],
        [],
    ),
    "without a county that had not reported yet": ({"missing": True, "upto": 0}, [], []),
    "without a county whose report came back": ({"missing": True, "back": True}, [], []),
    "without what a county reported of another period": ({"missing": True, "other": "2021-05"}, [], []),
    "with what a county sealed anew, in the next topic": ({"anew": True}, [], []),
    "of a topic that could not be judged": ({"stopped": True}, [], [f"report of {ZHUMADIAN} for {PERIOD}, version 1"]),
    "with a county that had not reported yet": (
        {"upto": 0},
        [f"the report of {XINCAI} did not stand at its positions"],
        [],
    ),
    "of a topic that was not read that far": (
        {"upto": 10_000},
        [],
        [f"report of {ZHUMADIAN} for {PERIOD}, version 1"],
    ),
    "of a contribution that is not here": (
        {"digest": "0" * 64},
        [],
        [f"report of {ZHUMADIAN} for {PERIOD}, version 1"],
    ),
}


@pytest.fixture(scope="module")
def contributed() -> tuple[Story, Judge]:
    """A county's report, judged."""
    made, above = closed()
    seal(made, ContributionSealed, XINCAI, above, table(made, (made.channel, above)))
    judge = Judge(made.exchange)
    judge.take(made.records)
    return made, judge


@pytest.mark.parametrize(("changes", "expected", "left"), SUMS.values(), ids=SUMS)
def test_sums_are_held_against_the_contributions_they_name(
    contributed: tuple[Story, Judge], changes: dict[str, Any], expected: list[str], left: list[str]
) -> None:
    """The report of the prefecture stands in no channel of this world; what the auditor does with it is judged."""
    made, judge = contributed
    (county,) = judge.reports.sealed
    sealed, judge = [county], copy(judge)
    if changes.get("anew"):
        fold, next_ = judge.topics[county.topic], str(topic(county.topic)._replace(n=2))
        county = Sealed(next_, 0, replace(county.draft, digest="2" * 64))
        sealed, judge.topics = [*sealed, county], {**judge.topics, next_: fold}
    if changes.get("stopped"):
        judge.topics = {name: replace(fold, stopped=(Stop.CUT, 0)) for name, fold in judge.topics.items()}
    honest = county.draft.data.table
    upto = changes.get("upto", county.offset)
    sums, _ = results.summed({XINCAI: (honest.figures, honest.outcomes)})
    digest = changes.get("digest", county.draft.digest)
    changed = {name: value for name, value in changes.items() if name in Figure.model_fields}
    named: dict[str, Any] = {"contributions": (Contribution(unit=XINCAI, version=1, digest=digest),), "missing": ()}
    if changes.get("missing"):
        sums, named = (), {"contributions": (), "missing": (XINCAI,)}
    said = SubmittedTable(
        positions=(Reading(topic=county.topic, offset=upto),),
        figures=tuple(one.model_copy(update=changed if not place else {}) for place, one in enumerate(sums)),
        outcomes=(),
        **named,
    )
    summary = county.draft.data.summary.model_copy(update={"unit": ZHUMADIAN, "period": changes.get("other", PERIOD)})
    event = ReportSubmitted.model_construct(summary=summary, embedded=TablePaper.of(said))
    city = Sealed(county.topic, county.offset + 1, replace(county.draft, data=event, digest="1" * 64))
    back = [county._replace(draft=replace(county.draft, data=RETURNED))] if changes.get("back") else []
    sealed[-1] = sealed[-1]._replace(offset=county.offset - len(back))
    found, unread = Reports([*sealed, city], back).compared(judge, made.records)
    assert ([one.text.partition(": ")[2] for one in found], unread) == (expected, left)
