"""A lost topic continues as the next: declared by the registry, found by members, nothing lost (PROTOCOL 6, L9)."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from contracts import lead
from contracts.channels import OUTFLOW, REGISTRY, Topic
from contracts.vocabulary import Withdrawal
from services.auditor import Export, Outcome, audit
from services.cli.against import claims
from services.cli.commands import app
from services.cli.errors import REFUSED
from services.demo.cast import XINCAI, YIWU
from services.node.commands import standing
from services.node.node import open_node
from services.storage.stops import Why, why
from services.verifier import Result
from services.views.cases import CASES
from tests.support.anew import make_anew, put_back
from tests.support.region import Region

COMPARE_SECONDS = 1.0
"""A loss is noticed soon, by whoever neither reads nor writes, too."""


def paired_anew(made: Region) -> Region:
    """A channel that no other test lost anything of, and members that look for losses soon."""
    made.pair_anew(compare_seconds=COMPARE_SECONDS)
    return made


pytestmark = pytest.mark.xdist_group("last")


def duikou(*words: str | Path) -> tuple[int, str]:
    """The command as an operator types it: exit code and all that is said."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output


def settings(made: Region, unit: str) -> Path:
    return made.cluster.settings(unit)


def next_topic(made: Region) -> str:
    return str(Topic(made.channel, 2))


def withdrawal(made: Region) -> lead.Withdrawn:
    said = lead.WithdrawnSummary(officer=made.officer(XINCAI, "author"), ground=Withdrawal.ERROR)
    return lead.Withdrawn(summary=said)


def lose(made: Region) -> tuple[str, str]:
    """The topic is made anew while 新蔡 has something sealed and not sent, and 义乌 has not read the last lead.

    The lead that is withdrawn by what is not sent, and that command's id.
    """
    first = made.share()
    made.until("delivered", lambda: made.stream(XINCAI, made.channel, "lead", first).status == "delivered")
    made.even(XINCAI, YIWU, REGISTRY)
    made.hold(YIWU)
    made.share()
    made.even(XINCAI, REGISTRY)
    made.hold(XINCAI, "relay")
    name = made.propose(XINCAI, made.channel, first, withdrawal(made), str(uuid4())).id
    make_anew(made)
    made.start(YIWU)
    for unit in (XINCAI, YIWU, REGISTRY):
        made.until("the channel stops", lambda u=unit: made.node(u).replica.stopped(made.topic))  # type: ignore[misc]
    return first, name


def test_a_lost_topic_goes_on_as_the_next(lasting: Region, tmp_path: Path) -> None:
    """Sealed before is effective behind the cut; a copy that was short is filled from another; the auditor agrees.

    On Kafka the fault campaign does the same, by the same commands (``make the topic anew``).
    """
    made = paired_anew(lasting)
    first, name = lose(made)
    ended = duikou("continue", settings(made, REGISTRY), made.channel)
    assert ended[0] == 0, ended[1]
    made.start(XINCAI, "relay")
    made.until("the tail is sent again", lambda: made.settled(XINCAI, name).status == "recorded")
    found = standing(made.node(XINCAI), name)
    assert found is not None
    assert found.topic == next_topic(made)

    _lacks(made)
    copy = tmp_path / "copy.jsonl"
    written = duikou("export", "--root", made.root, copy, "--copy-of", settings(made, XINCAI))
    assert written[0] == 0, written[1]
    other = made.node(YIWU).topic(OUTFLOW)
    made.node(YIWU).stop_topic(other, Why.OTHER, "for a test")
    code, said = duikou("fill", settings(made, YIWU), copy)
    assert (code, "vouches" in said) == (0, True), said  # what is left is said, and holds nothing else up
    made.node(YIWU).replica.resume(other)
    made.until("义乌 goes on", lambda: made.node(YIWU).running(made.channel))
    made.until("removed", lambda: made.stream(XINCAI, made.channel, "lead", first).status == "removed")
    assert made.withdraw(XINCAI, made.share()).status == "recorded"
    _agree(made, tmp_path)


def _unanswered(made: Region) -> list[str]:
    """Leads of which the other node still owes the removal answer: it would come amid the audit."""
    streams = made.node(XINCAI).folds.history(made.channel).streams.items()
    return [subject for (context, subject), state in streams if context == "lead" and state.status == "withdrawn"]


def _lacks(made: Region) -> None:
    """The reason says what the operator has to do."""
    node = made.node(YIWU)
    assert made.until("义乌 says what it lacks", lambda: "fill it" in (node.replica.stopped(made.topic) or ""))
    assert not node.running(made.channel)


def _agree(made: Region, folder: Path) -> None:
    """Both topics in both members' copies are the same, every view is what the auditor folds, nothing stands twice."""
    made.until("every withdrawal is answered", lambda: not _unanswered(made))
    for unit in (XINCAI, YIWU, REGISTRY):
        made.until("read to the end", lambda u=unit: _at_end(made, u))  # type: ignore[misc]
    copies = [[list(made.node(unit).replica.records(name)) for name in _topics(made)] for unit in (XINCAI, YIWU)]
    assert copies[0] == copies[1]
    admitted = (Result.EFFECTIVE, Result.VOID)
    counted = [
        v.envelope.id
        for name in _topics(made)
        for v in made.node(YIWU).replica.verdicts(name)
        if v.result in admitted and v.envelope is not None
    ]
    assert len(counted) == len(set(counted))
    whole = folder / "whole.jsonl"
    assert duikou("export", "--root", made.root, whole, "--copy-of", settings(made, REGISTRY))[0] == 0
    said = made.until("the views are even", lambda: claims([settings(made, unit) for unit in (XINCAI, YIWU)]))
    report = audit(made.root, Export.at(whole), said)
    assert report.verdict is Outcome.CONSISTENT, report.divergences
    assert f"{YIWU} {CASES.title}" in report.compared
    assert f"{XINCAI} channels.v2" in report.compared
    assert not made.ended()


def _topics(made: Region) -> list[str]:
    return [made.topic, next_topic(made)]


def _at_end(made: Region, unit: str) -> Any:
    node = made.node(unit)
    return node.replica.position(next_topic(made)) == node.log.end(next_topic(made))


def put_back_unnoticed(made: Region, folder: Path) -> tuple[str, Path]:
    """A log that lost a lead of which 义乌 had read nothing; 新蔡 and the registry stopped. An older lead, a copy."""
    paired_anew(made)
    first = made.share()
    made.until("delivered", lambda: made.stream(XINCAI, made.channel, "lead", first).status == "delivered")
    made.even(XINCAI, YIWU, REGISTRY)
    end = made.node(YIWU).replica.position(made.topic)
    made.hold(YIWU)
    made.share()
    made.even(XINCAI, REGISTRY)
    put_back(made, end)
    for unit in (XINCAI, REGISTRY):
        made.until("the channel stops", lambda u=unit: made.node(u).replica.stopped(made.topic))  # type: ignore[misc]
    copy = folder / "copy.jsonl"
    assert duikou("export", "--root", made.root, copy, "--copy-of", settings(made, REGISTRY))[0] == 0
    return first, copy


def continued(made: Region) -> None:
    """By the registry, and 新蔡 follows; then 义乌 looks for the first time."""
    assert duikou("continue", settings(made, REGISTRY), made.channel)[0] == 0
    made.until("新蔡 goes on", lambda: made.node(XINCAI).topic(made.channel) == next_topic(made))
    made.hold(YIWU)
    made.start(YIWU)


def test_who_noticed_nothing_of_a_log_put_back_is_told_by_the_next_topic(lasting: Region, tmp_path: Path) -> None:
    """It would run on where nobody reads it; it stops, is filled, and goes on with the others."""
    made = lasting
    _, copy = put_back_unnoticed(made, tmp_path)
    continued(made)
    _lacks(made)
    assert why(made.node(YIWU).replica.stopped(made.topic) or "") is Why.SHORT
    assert duikou("fill", settings(made, YIWU), copy)[0] == 0
    made.until("义乌 goes on", lambda: made.node(YIWU).topic(made.channel) == next_topic(made))
    assert made.withdraw(XINCAI, made.share()).status == "recorded"
    _agree(made, tmp_path)
    _begins_at_the_cut(made)


def _begins_at_the_cut(made: Region) -> None:
    """Also in a round whose ends are from before the topic was filled."""
    node = open_node(made.node(YIWU).settings)
    try:
        with node.folds.round(dict):
            cut = node.folds.history(made.channel).cut
        assert cut is not None
        assert cut.offset == node.replica.cuts()[made.topic]
    finally:
        node.close()


def test_only_a_stopped_channel_is_ended_and_only_by_the_registry(lasting: Region) -> None:
    """Nobody else says where a topic ends, and nobody ends one that is in use."""
    made = paired_anew(lasting)
    made.even(REGISTRY)
    code, said = duikou("continue", settings(made, REGISTRY), made.channel, "--json")
    assert (code, "in use" in said) == (REFUSED, True), said
    made.node(XINCAI).stop_topic(made.topic, Why.OTHER, "for a test")
    code, said = duikou("continue", settings(made, XINCAI), made.channel)
    assert (code, "only the registry" in said) == (REFUSED, True), said
    assert not [unit for unit in (XINCAI, REGISTRY) if made.topic in made.node(unit).replica.cuts()]
    made.node(XINCAI).replica.resume(made.topic)


def test_a_copy_that_nobody_vouches_for_is_not_taken(lasting: Region, tmp_path: Path) -> None:
    """A member fills only up to a cut that the registry named, and never over what it holds."""
    made = paired_anew(lasting)
    made.even(XINCAI, YIWU, REGISTRY)
    made.hold(YIWU)
    made.share()
    made.node(YIWU).stop_topic(made.topic, Why.OTHER, "for a test")
    copy, changed = tmp_path / "copy.jsonl", tmp_path / "changed.jsonl"
    assert duikou("export", "--root", made.root, copy, "--copy-of", settings(made, XINCAI))[0] == 0
    before = made.replica(YIWU, [made.channel])
    code, said = duikou("fill", settings(made, YIWU), copy)
    assert (code, "vouches" in said) == (REFUSED, True), said
    lines = copy.read_bytes().splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if f'"topic":"{made.topic}"'.encode() in line and i > 1)
    changed.write_bytes(b"".join([*lines[:place], *lines[place + 1 :]]))
    code, said = duikou("fill", settings(made, YIWU), changed)
    assert (code, "not the same" in said) == (REFUSED, True), said
    assert made.replica(YIWU, [made.channel]) == before
    made.node(YIWU).replica.resume(made.topic)


def test_who_wrote_on_in_a_log_put_back_is_stopped_by_the_next_topic(lasting: Region, tmp_path: Path) -> None:
    """Its copy says something else than the others' before the cut: nobody but its operator can settle that."""
    made = lasting
    first, copy = put_back_unnoticed(made, tmp_path)
    made.start(YIWU)
    assert made.receive(YIWU, first).status == "recorded"
    continued(made)
    found = made.until("义乌 stops", lambda: made.node(YIWU).replica.stopped(made.topic))
    assert found is not None
    assert (why(found), "another history" in found) == (Why.CHANGED, True)
    code, said = duikou("fill", settings(made, YIWU), copy)
    assert (code, "not the same" in said) == (REFUSED, True), said
