import pytest

from contracts.approval import Approval, Submission
from contracts.refusals import Code, Stop
from services.verifier import Verdict
from tests.attacks import officers, records
from tests.attacks.__main__ import PAGE, page
from tests.attacks.row import Row, read
from tests.attacks.row import outcome as outcome_of
from tests.attacks.table import SECTIONS, TABLE
from tests.support.acts import subject_of
from tests.support.world import YIWU, world


@pytest.mark.parametrize("row", TABLE, ids=[row.sentence for row in TABLE])
def test_an_attack_has_its_one_outcome(row: Row) -> None:
    """And whoever folds the same records, knowing no key beforehand, says the same of them."""
    w = world()
    assert outcome_of(row, w) == row.outcome
    for channel in w.touched():
        if w.history(channel).topic.n == 1 and w.stops(channel) != Stop.STALLED:
            again = w.judged_again(channel)
            assert again == w.verdicts[channel][-len(again) :]


@pytest.mark.parametrize("row", records.ROWS, ids=[row.sentence for row in records.ROWS])
def test_nobody_else_is_held_up(row: Row) -> None:
    """Whatever 新蔡 or a third did, the next word of 义乌 is judged for itself (PROTOCOL 1)."""
    w = world()
    channel, subject = w.channel, subject_of(w.share())
    outcome_of(row, w)
    w.channel = channel
    assert read(w.fact(YIWU, subject)).result.startswith("effective")
    assert w.history(w.channel).state("lead", subject).status == "delivered"


def test_every_code_is_reached() -> None:
    """WIRE 18 is closed, and nothing in it is unreachable; of the log, not of a rule called by itself."""
    reached = {row.outcome.code for row in TABLE if row.outcome.result in ("noise", "void")}
    assert reached == set(Code)
    stopped = {row.outcome.code for row in TABLE if row.outcome.result in ("stops", "audit refused")}
    assert set(Stop) <= stopped


def test_every_section_is_answered_for() -> None:
    named = {section for row in TABLE for section in row.sections}
    assert set(SECTIONS) <= named


def test_a_sentence_stands_once() -> None:
    sentences = [row.sentence for row in TABLE]
    assert len(set(sentences)) == len(sentences)


def test_statements_are_attacked_in_every_member() -> None:
    """Who adds a member to what officers sign adds a row."""
    of_officers = {"officer", "role", "decided_at", "valid_until"}
    assert set(Submission.model_fields) == set(officers.MEMBERS) | of_officers
    assert set(Approval.model_fields) - set(Submission.model_fields) == {"submission", "document", "answers"}


def test_a_section_that_is_none_is_said() -> None:
    def nothing(_: object) -> Verdict:
        raise AssertionError

    with pytest.raises(ValueError, match="W36"):
        _ = Row("Somebody", "P1 W36", nothing, read(TABLE[0].outcome)).sections


def test_the_page_is_the_table() -> None:
    """docs/attacks.md is written by ``python -m tests.attacks``."""
    assert PAGE.read_text("utf-8") == page()
