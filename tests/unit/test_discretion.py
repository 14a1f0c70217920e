"""Nobody hears from our words what we hold from a third unit (MECHANISM 4, story 6)."""

from typing import Any

import pytest

from contracts import enquiry, lead
from contracts.refusals import Refused
from contracts.vocabulary import AnswerCode, Classification, Declined, DocumentKind, InfoRefusal, Urgency, Use
from services.node import discretion
from tests.support.acts import subject_of
from tests.support.story import Story, begin
from tests.support.world import XINCAI, YIWU

REPLY: dict[str, Any] = {
    "kind": DocumentKind.REPLY,
    "classification": Classification.WORK_SECRET,
    "urgency": Urgency.ROUTINE,
}


def declined(w: Story, subject: str, ground: Declined) -> Any:
    return w.approved(YIWU, w.channel, subject, lead.Declined, lead.DeclinedSummary(ground=ground))


def fed_back(w: Story, _: str, use: Use) -> Any:
    author = w.officer(YIWU, "author")
    said = lead.FeedbackSummary(officer=author, use=use, next_feedback_on="2021-04-20", persons_count=0)
    return lead.FeedbackGiven(summary=said)


def refused(w: Story, subject: str, ground: InfoRefusal) -> Any:
    said = enquiry.RefusedSummary(**REPLY, ground=ground)
    return w.approved(YIWU, w.channel, subject, enquiry.Refused, said)


def answered(w: Story, _: str, ground: InfoRefusal) -> Any:
    item = enquiry.ItemAnswer(no=1, code=AnswerCode.REFUSED, ground=ground)
    said = enquiry.AnsweredSummary(**REPLY, officer=w.officer(YIWU, "author"), answers=(item,), persons_count=0)
    return enquiry.Answered(summary=said)


HOLDS = ("", "")
WORDS: dict[str, tuple[Any, Any, Any]] = {
    "a lead declined": (declined, Declined.ALREADY_HELD, Declined.CANNOT_ACT),
    "feedback": (fed_back, Use.ALREADY_KNOWN, Use.PARTLY_USEFUL),
    "an enquiry refused": (refused, InfoRefusal.ALREADY_PROVIDED, InfoRefusal.CANNOT_PROVIDE),
    "an item refused": (answered, InfoRefusal.ALREADY_PROVIDED, InfoRefusal.CANNOT_PROVIDE),
}


@pytest.mark.parametrize(("make", "telling", "neutral"), WORDS.values(), ids=WORDS)
def test_what_is_said_to_be_had_already_was_had_from_the_same_unit(make: Any, telling: Any, neutral: Any) -> None:
    w = begin()
    subject = subject_of(w.share())
    if make in (refused, answered):
        subject = w.asked(subject)
    assert at_the_door(w, subject, make(w, subject, telling)) == ("unknown_matter", "MECHANISM 4")
    assert at_the_door(w, subject, make(w, subject, neutral)) == HOLDS
    other = subject_of(w.share())
    if make in (refused, answered):
        w.asked(other)
    assert at_the_door(w, subject, make(w, subject, telling)) == HOLDS


def at_the_door(w: Story, subject: str, event: Any) -> tuple[str, str]:
    """Code and law by which it is refused; empty: it is not."""
    try:
        discretion.check(w.history(w.channel), w.draft(YIWU, w.channel, subject, event))
    except Refused as refusal:
        return refusal.code, refusal.law
    return HOLDS


def test_what_has_no_such_word_is_none_of_its_business() -> None:
    """A genesis and a copy of trust have no ground, a withdrawal has one of its own."""
    w = begin()
    w.withdraw(XINCAI, subject_of(w.share()))
    said = [verdict.draft for verdict in w.verdicts[w.channel] if verdict.draft is not None]
    assert {at_the_door(w, draft.subject, draft.data) for draft in said} == {HOLDS}
