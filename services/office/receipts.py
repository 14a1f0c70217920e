"""回执 and 线索来源说明: when what happened, by the digests of the records. No content, and no copies count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from contracts import enquiry, lead, lead_consents, lead_course, lead_forwarding, lead_phone
from contracts.envelope import Draft
from services.domain.clocks import OFFSET, day, format_time, parse_time
from services.domain.lead_forwarding import read as lead_granted
from services.office.leads import in_order
from services.office.letter import Frame, Letter, Section, grouped, marks, numbered, on
from services.office.writing import signed

RECEIPTS: Mapping[str, str] = MappingProxyType(
    {
        lead.Received.TYPE: "线索通报签收回执",
        lead.RemovalAnswered.TYPE: "销毁回执",
        enquiry.Received.TYPE: "协查函签收回执",
    }
)
"""Event type -> title of its receipt."""
WORDS: Mapping[str, str] = MappingProxyType(
    {
        lead.Shared.TYPE: "发出",
        lead.Delivered.TYPE: "送达",
        lead.Received.TYPE: "签收",
        lead.Accepted.TYPE: "受理",
        lead.Declined.TYPE: "不予受理",
        lead.Supplemented.TYPE: "补充",
        lead.Acknowledged.TYPE: "已阅",
        lead.FeedbackGiven.TYPE: "反馈",
        lead.OutcomeRecorded.TYPE: "结果",
        lead.Withdrawn.TYPE: "撤回",
        lead.RemovalAnswered.TYPE: "销毁回执",
        lead.Closed.TYPE: "办结",
        lead_consents.EvidenceUseRequested.TYPE: "证据使用请求",
        lead_consents.EvidenceUseGranted.TYPE: "同意作为证据使用",
        lead_consents.EvidenceUseRefused.TYPE: "不同意作为证据使用",
        lead_forwarding.ForwardRequested.TYPE: "转递请求",
        lead_forwarding.ForwardGranted.TYPE: "同意转递",
        lead_forwarding.ForwardRefused.TYPE: "不同意转递",
        lead_consents.TransferOffered.TYPE: "提议移交",
        lead_consents.TransferAccepted.TYPE: "同意移交",
        lead_consents.TransferDeclined.TYPE: "不同意移交",
        lead_course.Misdirected.TYPE: "误送退回",
        lead_course.Regraded.TYPE: "改评级",
        lead_course.Corrected.TYPE: "更正",
        lead_course.JurisdictionDisputed.TYPE: "管辖争议",
        lead_course.JurisdictionSettled.TYPE: "管辖确定",
        lead_course.Reopened.TYPE: "重启",
        lead_course.Held.TYPE: "在诉保留",
        lead_course.HoldReleased.TYPE: "解除保留",
        lead_course.Restricted.TYPE: "限制使用",
        lead_course.RestrictionLifted.TYPE: "解除限制",
        lead_course.Reviewed.TYPE: "复核",
        lead_course.Expunged.TYPE: "销毁",
        lead_phone.PhoneRecorded.TYPE: "电话先行补录",
        lead_phone.PhoneConfirmed.TYPE: "电话先行确认",
        lead_phone.PhoneDisputed.TYPE: "电话先行异议",
    }
)
"""Event type -> its row of MECHANISM 1.2b or 1.2c; a newer row shows as its code."""


@dataclass(frozen=True)
class Line:
    """One record of a timeline. at: effective ms; digest: of its envelope."""

    at: int
    type: str
    unit: str
    digest: str


def beijing(at: int) -> str:
    """``YYYY-MM-DD hh:mm:ss`` at +08:00 of ms."""
    return format_time(at + OFFSET)[:19].replace("T", " ")


def receipt(told: Draft[Any], opening: Draft[Any], word: str, frame: Frame) -> Letter:
    """The receipt of one record. opening: the letter it answers; word: 机关代字 of who wrote that."""
    return Letter(
        frame=frame,
        kind="回执",
        number="",
        marks=marks(0),
        title=RECEIPTS[told.type],
        sections=(Section("", tuple(_receipt(told, opening, word))),),
        signed_on=signed(told)[1],
        digest=told.digest,
    )


def _receipt(told: Draft[Any], opening: Draft[Any], word: str) -> list[str]:
    number = numbered(word, signed(opening)[0])
    found = [f"来文：{number or '无编号'}。", f"来文摘要：{grouped(opening.digest)}。", f"事项编号：{told.subject}。"]
    at = beijing(parse_time(told.time))
    if isinstance(told.data, lead.RemovalAnswered):
        summary = told.data.summary
        final = [f"最终不可恢复日期：{on(summary.final_on)}。"] if summary.final_on is not None else []
        kept = f"处理结果：{summary.result.zh}；销毁打印件{summary.prints_destroyed}份。"
        return [*found, f"上述来文已于{at}作出销毁答复。", kept, *final, *map(_onward, summary.onward or ())]
    return [*found, f"上述来文已于{at}签收。"]


def _onward(one: lead.Onward) -> str:
    """A forwarder's answer names those of its own recipients (PROTOCOL 10)."""
    return f"转递至{one.unit}的部分：{one.result.zh}，该单位销毁回执摘要{grouped(one.answer)}。"


def _origin(opening: Draft[Any]) -> tuple[str, ...]:
    """Of a lead that was forwarded: who let it go on, and by which record of a channel that is read elsewhere."""
    if not isinstance(opening.data, lead.Shared) or opening.data.embedded is None:
        return ()
    grant = lead_granted(opening.data.embedded)
    return (f"本线索经{grant.source}同意转递，同意文书摘要{grouped(grant.digest)}。",)


def source_statement(opening: Draft[Any], lines: Sequence[Line], frame: Frame, today: int) -> Letter:
    """线索来源说明: the whole timeline of a lead in log order. today: ms of the printing; digest: of the last record.

    Raises ValueError: no line.
    """
    if not lines:
        raise ValueError("a lead has a timeline")
    document, _ = signed(opening)
    number = numbered(frame.sender.word, document)
    said = tuple(
        f"{no}. {beijing(one.at)}，{one.unit}，{WORDS.get(one.type, one.type)}，摘要{grouped(one.digest)}。"
        for no, one in enumerate(lines, 1)
    )
    return Letter(
        frame=frame,
        kind="线索来源说明",
        number="",
        marks=marks(0),
        title="线索来源说明",
        sections=in_order(
            ("线索", (f"线索通报：{number or '无编号'}。", f"事项编号：{opening.subject}。", *_origin(opening))),
            ("经过", said),
            ("说明", ("以上时间为记录在日志中的生效时间，摘要为各签名记录的 SHA-256；本说明不含线索内容。",)),
        ),
        signed_on=day(today),
        digest=lines[-1].digest,
    )
