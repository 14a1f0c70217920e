"""What an obligation is: of a kind, by a moment, of one of the two units (MECHANISM 1.0)."""

from typing import NamedTuple

from contracts.calendar import Calendar
from contracts.vocabulary import Term
from services.domain.clocks import Days, Hours, Span, in_time

FETCH = Hours(1)
"""送达: else the owner sees 对方未取件."""
ACKNOWLEDGE = Days(3)


class Duty(Term):
    """What is owed."""

    DELIVER = "deliver", "送达", "deliver"
    SIGN_FOR = "sign_for", "签收", "sign for"
    DECIDE = "decide", "受理或不予受理", "accept or decline"
    FEEDBACK = "feedback", "反馈", "feedback"
    ACKNOWLEDGE = "acknowledge", "确认补充", "acknowledge"
    CORRECT = "correct", "更正或撤回", "correct or withdraw"
    ANSWER = "answer", "答复", "answer"
    COMPLETE = "complete", "补正", "complete the papers"
    FOLLOW_UP = "follow_up", "续报", "follow up"
    REVIEW = "review", "审查反馈", "review the answer"
    COUNTERSIGN = "countersign", "会签", "countersign"
    CONFIRM_ARRIVAL = "confirm_arrival", "到达确认", "confirm the arrival"
    CONCLUDE = "conclude", "结束行动", "conclude the operation"
    RESULTS = "results", "战果确认", "agree on results"
    CONFIRM = "confirm", "确认电话告知", "confirm what was told by phone"
    CONSENT = "consent", "证据使用答复", "answer a request for consent"
    FORWARD = "forward", "转递答复", "answer a request to forward"
    SETTLE = "settle", "管辖协商", "settle jurisdiction"
    REVIEW_HOLD = "review_hold", "在诉保留复核", "review the hold"
    REPORT_IN = "report_in", "报到", "confirm that the team reported in"
    HAND_OVER = "hand_over", "驻点交接", "hand the posting over"
    TAKE = "take", "接办任务", "take the task"
    TASK = "task", "办结任务", "do the task"
    LIFT = "lift", "解除或更正", "lift the restriction or correct"
    REMOVE = "remove", "销毁回执", "removal answer"
    CONTRIBUTE = "contribute", "县级上报两月报", "the county's two-monthly report"
    REPORT = "report", "市级汇总上报两月报", "the prefecture's two-monthly report"
    CORRECT_REPORT = "correct_report", "更正两月报", "correct the two-monthly report"
    REVIEW_REPORT = "review_report", "接收或退回两月报", "accept or return the two-monthly report"


FIRM = frozenset({Duty.COUNTERSIGN})
"""Answers to firm offers: once the offer has lapsed nobody owes them any more (L12)."""


class Due(NamedTuple):
    """``at``: ms, the first moment that is late. ``owner``: owed by the unit that opened the stream, else the other."""

    kind: Duty
    at: int
    owner: bool = False

    def overdue(self, now: int) -> bool:
        """Whether it is late at ``now`` (ms)."""
        return not in_time(now, self.at)


def after(kind: Duty, start: int, span: Span, calendar: Calendar, *, owner: bool = False) -> Due:
    """Owed ``span`` after ``start`` (ms). Raises CalendarMissingError."""
    return Due(kind, span.due(start, calendar), owner)
