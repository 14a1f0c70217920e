"""What of a lead may still be read, and who answers for its removal (L8; MECHANISM S12, S14, S20, S21, S23)."""

from dataclasses import replace

import pytest

from contracts.refusals import Refused
from contracts.vocabulary import RemovalResult
from services.demo.cast import XINCAI, YIWU
from services.domain import lead
from services.domain.clocks import parse_time
from services.domain.lead_keeping import GoneError, ended, may_read, removed_by_node, replaced
from services.domain.lead_state import Lead, Status

REVIEW_OVER = parse_time("2022-04-30T16:00:00.000Z")
"""00:00 of the review date at +08:00."""
FIRST, SECOND = "the first version", "its correction"
LIVE = replace(lead.INITIAL, status=Status.IN_PROGRESS, owner=XINCAI, review_date="2022-05-01", versions=(SECOND,))
HELD = replace(LIVE, hold_review="2022-09-01")


def law(
    state: Lead, source: str = XINCAI, content: str = SECOND, officer: str = "somebody", at: int = 0, unit: str = YIWU
) -> str:
    """The rule by which a unit's officer may not read; empty: he may."""
    try:
        may_read(state, source, content, officer, at, ours=source == unit)
    except GoneError as gone:
        return f"gone {gone.code} {gone.law}"
    except Refused as refused:
        return f"{refused.code} {refused.law}"
    return ""


@pytest.mark.parametrize("status", sorted({Status.WITHDRAWN, Status.REMOVED, Status.MISDIRECTED, Status.EXPUNGED}))
def test_what_was_asked_back_is_its_owners_alone_to_read(status: Status) -> None:
    """L8: the other unit's node refuses to open it."""
    state = replace(LIVE, status=status)
    assert (law(state), law(state, unit=XINCAI)) == ("gone state L8", "")


def test_nobody_reads_past_the_review_date_unless_proceedings_hold_it() -> None:
    """S23: from 00:00 of the day on, the owner neither, and nobody need have said so."""
    assert (law(LIVE, at=REVIEW_OVER - 1), law(LIVE, at=REVIEW_OVER)) == ("", "gone state S23")
    assert law(LIVE, at=REVIEW_OVER, unit=XINCAI) == "gone state S23"
    assert law(HELD, at=REVIEW_OVER) == ""


def test_a_corrected_version_is_read_by_nobody_unless_proceedings_hold_it() -> None:
    """S12, S20: of the owner's versions the last one stands; what the other unit wrote is no version."""
    assert (law(LIVE, content=FIRST), law(HELD, content=FIRST)) == ("gone state S12", "")
    assert law(LIVE, source=YIWU, content="feedback") == ""
    assert not replaced(replace(LIVE, versions=()), XINCAI, FIRST)


def test_what_is_contested_is_its_reviewers_alone_to_read() -> None:
    """S21."""
    state = replace(LIVE, reviewer="the reviewer")
    assert (law(state, officer="another"), law(state, officer="the reviewer")) == ("officers S21", "")


@pytest.mark.parametrize("status", sorted(Status))
def test_a_node_answers_by_itself_only_where_nothing_must_be_kept(status: Status) -> None:
    """S14: a result, a hold or a print is an officer's to answer for; what nobody asked back is nobody's."""
    state = replace(LIVE, status=status)
    asked = status in {Status.WITHDRAWN, Status.DECLINED, Status.MISDIRECTED, Status.EXPUNGED}
    assert removed_by_node(state, printed=False) is asked
    assert not removed_by_node(state, printed=True)
    assert not removed_by_node(replace(HELD, status=status), printed=False)
    assert not removed_by_node(replace(state, outcome="a" * 64), printed=False)


@pytest.mark.parametrize("status", sorted(Status))
def test_a_lead_is_at_its_end_when_neither_unit_reads_it_again(status: Status) -> None:
    """Removed by its recipient and past its review date; what a case keeps, or may yet keep, is not."""
    answered = ("a" * 64, RemovalResult.REMOVED)
    state = replace(LIVE, status=status, removal=answered)
    assert ended(state, REVIEW_OVER) is (status is Status.REMOVED)
    assert not ended(state, REVIEW_OVER - 1)
    assert not ended(replace(state, hold_review="2022-09-01"), REVIEW_OVER)
    assert not ended(replace(state, removal=None), REVIEW_OVER)
    assert not ended(replace(state, removal=("a" * 64, RemovalResult.RETAINED_IN_CASE)), REVIEW_OVER)
