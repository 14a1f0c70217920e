"""Rows N1 and U1: a desk's head and an audit are attested, each passes once and is refused once; how a loss is seen."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from contracts import desk as said
from contracts.attestations import (
    MOST_TOPICS,
    AuditAttested,
    AuditAttestedSummary,
    DeskAnchored,
    DeskAnchoredSummary,
    Opinion,
    anchor_of,
    fingerprint_of,
)
from contracts.channels import DESK, NEWEST, OPEN_TYPES, Place
from contracts.envelope import Draft
from contracts.fields import Uuid, matches
from contracts.oversight import IncidentReported
from contracts.profile import compact
from contracts.refusals import Code
from contracts.vocabulary import Role
from services.domain import attestations, oversight
from services.domain.oversight import Status
from services.domain.oversight_state import Anchor
from services.domain.rules import Sign
from services.node.anchors import Reach, anchors, due, reach
from services.verifier import History, inspect
from services.views import VIEWS, fold, from_json, to_json
from tests.support.papers import content, draft
from tests.support.states import DUTY, NOW, FakeStates, judged
from tests.support.states import OTHER as SUPERIOR
from tests.support.states import OWNER as UNIT
from tests.support.story import Story, begin
from tests.support.world import XINCAI, ZHUMADIAN, plain

MATTER = "44440000-0000-4000-8000-000000000001"
FIRST, SECOND, OTHER_SECOND = "1.4." + "a" * 64, "1.9." + "b" * 64, "1.9." + "c" * 64
AUDIT: dict[str, Any] = {
    "opinion": "self_consistent",
    "positions": [{"topic": f"duikou.channel.{'a' * 52}.1", "offset": 4}, {"topic": "duikou.trust.1", "offset": 12}],
    "fingerprint": "d" * 64,
    "records": 18,
    "divergences": 0,
    "findings": 1,
    "compared": 14,
}


def anchor(head: str = FIRST, lost: str = "", unit: str = UNIT, subject: str = "") -> Draft[Any]:
    summary = {"head": head, **({"lost": lost} if lost else {})}
    return draft(DeskAnchored, summary, unit, subject or anchor_of(UNIT))


def attest(unit: str = SUPERIOR, subject: str = MATTER, **changes: Any) -> Draft[Any]:
    return draft(AuditAttested, {**AUDIT, **changes}, unit, subject)


@pytest.fixture
def states(unsigned: None) -> FakeStates:
    """A unit's channel with its superior."""
    found = FakeStates()
    found.channel = replace(found.channel, place=Place.SUPERVISION, members=(UNIT, SUPERIOR), pairing="", terms=None)
    return found


# -- rows --------------------------------------------------------------------------------------------------------------

PASSES: dict[str, tuple[list[Draft[Any]], Callable[[], Draft[Any]], Status]] = {
    "N1 a desk is anchored": ([], anchor, Status.ANCHORED),
    "N1 and again, further on": ([anchor()], lambda: anchor(SECOND), Status.ANCHORED),
    "N1 what does not reach back says so": ([anchor(SECOND)], lambda: anchor(FIRST, lost=SECOND), Status.ANCHORED),
    "U1 the superior attests an audit": ([], attest, Status.ATTESTED),
    "U1 also one that refuses": ([], lambda: attest(opinion="refused", divergences=2), Status.ATTESTED),
}
REFUSALS: dict[str, tuple[Callable[[], Draft[Any]], Code]] = {
    "N1 nobody anchors another unit's desk": (lambda: anchor(unit=SUPERIOR), Code.WRONG_SIDE),
    "N1 a superior has no anchors here": (
        lambda: anchor(unit=SUPERIOR, subject=anchor_of(SUPERIOR)),
        Code.WRONG_SIDE,
    ),
    "N1 all anchors are one stream": (lambda: anchor(subject=MATTER), Code.SHAPE),
    "U1 a unit does not attest its own audit": (lambda: attest(UNIT), Code.WRONG_SIDE),
    "U1 not in the stream of the anchors": (lambda: attest(subject=anchor_of(UNIT)), Code.SHAPE),
}


@pytest.mark.parametrize(("before", "event", "after"), PASSES.values(), ids=PASSES)
def test_a_row_passes(
    states: FakeStates, before: list[Draft[Any]], event: Callable[[], Draft[Any]], after: Status
) -> None:
    for one in before:
        states.then(one, NOW)
    assert (states.then(event(), NOW).status, states.late) == (after, [])


@pytest.mark.parametrize(("event", "code"), REFUSALS.values(), ids=REFUSALS)
def test_a_row_refuses(states: FakeStates, event: Callable[[], Draft[Any]], code: Code) -> None:
    assert judged(states, event()) is code


def test_every_row_has_an_example_that_passes_and_one_that_is_refused() -> None:
    assert {type(event().data) for _, event, _ in PASSES.values()} == set(attestations.RULES)
    assert {type(event().data) for event, _ in REFUSALS.values()} == set(attestations.RULES)


def test_u1_an_audit_is_attested_once(states: FakeStates) -> None:
    states.then(attest(), NOW)
    assert judged(states, attest()) is Code.STATE


def test_nothing_else_begins_in_the_stream_of_the_anchors(states: FakeStates) -> None:
    """Else a matter that stands there would make every anchor late."""
    incident = {"officer": DUTY, "kind": "other", "severity": "ordinary", "at": "2021-05-06T01:00:00.000Z"}
    matter = {**incident, "division": "411729"}
    begun = draft(IncidentReported, matter, UNIT, anchor_of(UNIT), content=content(IncidentReported, SUPERIOR))
    assert judged(states, begun) is Code.SHAPE


LATE: dict[str, tuple[list[Draft[Any]], Draft[Any]]] = {
    "the same head again": ([anchor()], anchor()),
    "an earlier one, and nothing is said to be lost": ([anchor(SECOND)], anchor(FIRST)),
    "another at the same place": ([anchor(SECOND)], anchor(OTHER_SECOND)),
    "lost, where nothing was anchored": ([], anchor(FIRST, lost=SECOND)),
    "lost, and another was anchored last": ([anchor(SECOND)], anchor(FIRST, lost=OTHER_SECOND)),
    "lost, and still the head": ([anchor(SECOND)], anchor(SECOND, lost=SECOND)),
}


@pytest.mark.parametrize(("before", "event"), LATE.values(), ids=LATE)
def test_an_anchor_that_follows_from_nothing_is_late_and_changes_nothing(
    states: FakeStates, before: list[Draft[Any]], event: Draft[Any]
) -> None:
    """A fact is not void for its row (PROTOCOL 1): the superior sees it, and the last anchor stands."""
    for one in before:
        states.then(one, NOW)
    stood = states.state("oversight", anchor_of(UNIT))
    assert states.then(event, NOW + 1) == stood
    assert states.late == [DeskAnchored.TYPE]


def test_a_loss_stays_known_behind_later_anchors(states: FakeStates) -> None:
    assert states.then(anchor(SECOND), NOW).anchor == Anchor(SECOND, "", 0)
    assert states.then(anchor(FIRST, lost=SECOND), NOW + 1).anchor == Anchor(FIRST, SECOND, NOW + 1)
    after = states.then(anchor(OTHER_SECOND), NOW + 2)
    assert (after.anchor, after.since) == (Anchor(OTHER_SECOND, SECOND, NOW + 1), NOW + 2)
    assert after.opened_at == NOW, "there is one matter of all anchors, and it was begun once"


def test_what_was_attested_is_known_of_it(states: FakeStates) -> None:
    found = states.then(attest(), NOW)
    assert (found.attested.model_dump(mode="json"), found.owner, found.since) == (AUDIT, SUPERIOR, NOW)


def test_how_many_sign() -> None:
    assert [oversight.needs(one) for one in (anchor(), attest())] == [Sign.NODE, Sign.HEAD]


def test_they_are_open_where_units_and_superiors_speak_and_nowhere_else() -> None:
    types = {event.TYPE for event in attestations.RULES}
    assert types <= OPEN_TYPES[NEWEST][Place.SUPERVISION]
    assert not any(types & opened for place, opened in OPEN_TYPES[NEWEST].items() if place is not Place.SUPERVISION)
    assert not any(types & opened for version in (1, 2) for opened in OPEN_TYPES[version].values())


# -- form --------------------------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "refused without a divergence": ({"opinion": "refused"}, "refuses"),
    "self-consistent with one": ({"divergences": 1}, "refuses"),
    "verified": ({"opinion": "verified"}, "opinion"),
    "no topic": ({"positions": []}, "positions"),
    "a topic twice": ({"positions": AUDIT["positions"][:1] * 2}, "each once"),
    "topics out of order": ({"positions": AUDIT["positions"][::-1]}, "ascending"),
    "a desk": ({"positions": [{"topic": "duikou.desk.1", "offset": 1}]}, "pattern"),
    "nothing of a topic": ({"positions": [{"topic": "duikou.trust.1", "offset": -1}]}, "greater"),
    "words": ({"remark": "示例"}, "Extra inputs"),
}


@pytest.mark.parametrize(("changes", "rule"), WRONG.values(), ids=WRONG)
def test_an_attestation_claims_no_more_than_was_found(changes: dict[str, Any], rule: str) -> None:
    """``verified`` is only what witnesses cosigned (PROTOCOL 11)."""
    with pytest.raises(ValidationError, match=rule):
        AuditAttestedSummary.model_validate_json(json.dumps({**AUDIT, **changes}))


def test_the_longest_attestation_fits_on_a_desk() -> None:
    """6 KiB of summary, in base64 within a string of 8 KiB (PROTOCOL 2)."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    names = sorted(f"duikou.channel.{one}{two}{'a' * 50}.999999999" for one in "ab" for two in letters)[:MOST_TOPICS]
    positions = [{"topic": name, "offset": 2**53 - 1} for name in names]
    most = dict.fromkeys(("records", "findings", "compared"), 999_999_999)
    summary = AuditAttestedSummary.model_validate_json(json.dumps({**AUDIT, **most, "positions": positions}))
    assert len(compact(summary.model_dump(mode="json"))) <= 6_144


def test_a_units_anchors_have_one_id_for_everybody() -> None:
    assert matches(Uuid, anchor_of(UNIT))
    assert anchor_of(UNIT) != anchor_of(SUPERIOR)


def test_a_fingerprint_is_of_places_and_hashes_in_any_order() -> None:
    """Frozen: whoever audits in ten years computes it again."""
    places = [("duikou.trust.1", 12, "e" * 64), (f"duikou.channel.{'a' * 52}.1", 4, "f" * 64)]
    assert fingerprint_of(places) == fingerprint_of(reversed(places))
    assert fingerprint_of(places) == "e8629feedbf7627a02356e289301caa5c80bff8a9d57d9215e9eb06c58546094"
    assert fingerprint_of([(topic, offset + 1, hash_) for topic, offset, hash_ in places]) != fingerprint_of(places)


def test_what_an_opinion_is_called() -> None:
    assert {one.value for one in Opinion} == {"self_consistent", "refused"}


# -- a desk and its anchor ---------------------------------------------------------------------------------------------


@cache
def _desked() -> Story:
    made = begin()
    made.open_desk(XINCAI)
    for n in range(6):
        officer, other = made.officer(XINCAI, "author"), f"55550000-0000-4000-8000-{n:012}"
        both = said.LinkedSummary(officer=officer, channel=made.channel, other_channel=made.channel, other=other)
        made.on_desk(XINCAI, made.fresh(), said.Linked(summary=both))
    return made


def desk(records: int | None = None) -> History:
    """The desk of the story, as far as a backup would hold it."""
    made = _desked()
    history = History.desk(made.exchange, XINCAI, made.history("trust").channel.trust)
    for verdict in made.verdicts[DESK][:records]:
        history.admit(verdict.record, inspect(verdict.record, {}))
    return history


def test_a_desk_reaches_back_to_what_was_anchored() -> None:
    anchored = desk(3).seen
    assert [reach(desk(n), anchored) for n in (3, 4, 6)] == [Reach.WHOLE] * 3


def test_a_desk_that_was_put_back_is_shorter() -> None:
    anchored = desk(4).seen
    assert [reach(desk(n), anchored) for n in (0, 3)] == [Reach.SHORTER] * 2


def test_a_desk_that_went_on_otherwise_is_another() -> None:
    """Restored and written to again: as long, and not the same."""
    anchored = desk(4).seen
    place, _, digest = anchored.rpartition(".")
    assert reach(desk(), f"{place}.{digest[::-1]}") is Reach.OTHER
    assert reach(desk(), f"1.0.{digest}") is Reach.OTHER


def test_an_empty_desk_can_be_anchored_after_a_loss() -> None:
    assert reach(desk(0), desk(0).seen) is Reach.WHOLE
    assert reach(desk(), desk(0).seen) is Reach.WHOLE


def told(records: int, last: str = "", *, another_day: bool = False, behind: bool = False) -> tuple[str, str] | None:
    """Head and loss that the node says of a desk of so many records, which was anchored at ``last`` before."""
    said = due(desk(records), Anchor(last) if last else None, lambda: behind, another_day=another_day)
    return None if said is None else (said.head, said.lost or "")


def test_a_desk_is_anchored_with_its_first_record_and_then_once_a_day_in_which_it_grew() -> None:
    assert told(0) is None
    assert told(2) == (desk(2).seen, "")
    assert told(4, desk(2).seen) is None
    assert told(4, desk(2).seen, another_day=True) == (desk(4).seen, "")
    assert told(4, desk(4).seen, another_day=True) is None


def test_a_loss_is_said_at_once_unless_our_copy_is_only_behind() -> None:
    """The copy of a restored node is healed from the desk's log; a desk that went on otherwise is not."""
    assert told(3, desk(5).seen) == (desk(3).seen, desk(5).seen)
    assert told(3, desk(5).seen, another_day=True, behind=True) is None
    other = f"1.3.{'f' * 64}"
    assert told(6, other, behind=True) == (desk(6).seen, other)


# -- views -------------------------------------------------------------------------------------------------------------


@cache
def _anchored() -> tuple[Story, str]:
    """新蔡's node anchors its desk, loses what was there, says so, and goes on; one anchor follows from nothing."""
    made = _desked().copy()
    channel = made.supervised(XINCAI)
    heads = (desk(2).seen, ""), (desk(5).seen, ""), (desk(3).seen, ""), (desk(3).seen, desk(5).seen), (desk(6).seen, "")
    for head, lost in heads:
        summary = DeskAnchoredSummary(head=head, lost=lost or None)
        made.write(XINCAI, channel, anchor_of(XINCAI), DeskAnchored(summary=summary))
    assert [plain(one)[0] for one in made.verdicts[channel][-5:]] == ["effective"] * 5
    return made, channel


def test_the_superior_sees_how_far_a_desk_reached_and_what_was_lost() -> None:
    made, channel = _anchored()
    for me in (XINCAI, ZHUMADIAN):
        rows: dict[str, Any] = {}
        fold(VIEWS["anchors"], me, made.verdicts[channel], rows)
        (row,) = rows.values()
        assert from_json(VIEWS["anchors"], to_json(row)) == row
        assert (row.unit, row.times, row.late, row.status) == (XINCAI, 5, 1, Status.ANCHORED)
        assert (row.anchor.head, row.anchor.lost) == (desk(6).seen, desk(5).seen)
        assert (row.since, row.anchor.lost_at) == tuple(one.at for one in made.verdicts[channel][:-3:-1])
    assert anchors(made.history(channel), XINCAI) == made.history(channel).state("oversight", anchor_of(XINCAI))
    assert anchors(made.history(channel), ZHUMADIAN) is None
    assert anchors(made.history(made.channel), XINCAI) is None


def test_an_anchor_is_no_matter_and_nothing_is_owed_for_it() -> None:
    made, channel = _anchored()
    for name in ("oversight", "inbox"):
        rows: dict[str, Any] = {}
        fold(VIEWS[name], ZHUMADIAN, made.verdicts[channel], rows)
        assert rows == {}


def test_an_attested_audit_is_a_matter_that_is_at_its_end() -> None:
    made, channel = _anchored()
    made = made.copy()
    subject, summary = made.fresh(), AuditAttestedSummary.model_validate_json(json.dumps(AUDIT))
    event = made.approved(ZHUMADIAN, channel, subject, AuditAttested, summary, role=Role.HEAD)
    verdict = made.write(ZHUMADIAN, channel, subject, event)
    assert plain(verdict) == ("effective", "")
    rows: dict[str, Any] = {}
    fold(VIEWS["oversight"], XINCAI, made.verdicts[channel], rows)
    (row,) = rows.values()
    assert from_json(VIEWS["oversight"], to_json(row)) == row
    assert (row.status, row.direction, row.counterpart, row.attested) == (Status.ATTESTED, "in", ZHUMADIAN, summary)
    assert (channel, "oversight", subject) not in {(channel, *one[:2]) for one in made.history(channel).open()}
