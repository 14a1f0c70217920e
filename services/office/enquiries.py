"""协查函, 办案协作函 and 回函: what is asked item by item, and what was found."""

from collections.abc import Iterator
from typing import Any

from contracts.enquiry import AnsweredSummary, AskedSummary, ItemAnswer
from contracts.enquiry_content import AnsweredContent, AskedContent, FoundPerson, Item, ItemReply
from contracts.vocabulary import EnquiryForm
from services.office.leads import contact, document, in_order
from services.office.letter import Names, Section, on
from services.office.masks import Masks, masked


def asked_title(summary: AskedSummary, content: AskedContent) -> str:
    """The form says which letter it is."""
    if summary.form is EnquiryForm.MEASURE and summary.measure is not None:
        return f"关于商请协助{summary.measure.zh}的函"
    return f"关于商请协查{summary.purpose.zh}事项的函"


def asked(summary: AskedSummary, content: AskedContent, names: Names) -> tuple[Section, ...]:
    """What it is about, the items, until when, contact."""
    masks = Masks.of(_asked_secrets(content))
    return in_order(
        ("事由", tuple(_cause(summary, content, names))),
        ("协查事项", tuple(_item(one, masks) for one in content.items)),
        ("时限", tuple(_limit(summary))),
        ("联系人", (contact(content.contact),)),
    )


def _cause(summary: AskedSummary, content: AskedContent, names: Names) -> Iterator[str]:
    yield f"事由：{summary.purpose.zh}。"
    if summary.measure is not None:
        yield f"协作措施：{summary.measure.zh}。"
    if summary.lead is not None:
        yield f"所涉线索：{summary.lead}。"
    if summary.case is not None:
        basis = summary.case.basis
        yield f"所涉案件：{summary.case.category.zh}，{basis.kind.zh}，{names(basis.organ)}，{on(basis.date)}。"
        yield f"案件编号：{content.case_no}。"


def _item(one: Item, masks: Masks) -> str:
    return f"{one.no}. {one.question.zh}（{_about(one)}）：{masks.line(one.text)}"


def _about(one: Item) -> str:
    if one.named is not None:
        return f"{one.named.name}，{document(one.named.id_doc)}"
    if one.identifier is not None:
        return f"{one.identifier.kind.zh}{masked(one.identifier.value)}"
    return f"线索所列人员{one.person}"


def _limit(summary: AskedSummary) -> Iterator[str]:
    if summary.needed_by is not None and summary.needed_reason is not None:
        yield f"请于{on(summary.needed_by)}前函复（{summary.needed_reason.zh}）。"


def _asked_secrets(content: AskedContent) -> Iterator[str]:
    for one in content.items:
        if one.identifier is not None:
            yield one.identifier.value
        if one.named is not None:
            yield one.named.id_doc.number


def answered_title(summary: AnsweredSummary, content: AnsweredContent) -> str:
    """One for all replies: what was asked stands in the letter they answer."""
    return "关于协查事项的复函"


def answered(summary: AnsweredSummary, content: AnsweredContent, names: Names) -> tuple[Section, ...]:
    """Every item that the summary answers, with the words and persons that the content has for it."""
    replies = {reply.no: reply for reply in content.answers}
    masks = Masks.of(_found_documents(content))
    return in_order(
        ("答复", tuple(line for one in summary.answers for line in _answer(one, replies.get(one.no), masks))),
        ("说明", ("本复函涉及依法封存的记录，不得转递。",) if summary.sealed_record else ()),
        ("联系人", (contact(content.contact),)),
    )


def _answer(one: ItemAnswer, reply: ItemReply | None, masks: Masks) -> Iterator[str]:
    ground = f"（{one.ground.zh}）" if one.ground is not None else ""
    words = masks.line(reply.text) if reply is not None else ""
    yield f"{one.no}. {one.code.zh}{ground}{'：' if words else '。'}{words}"
    yield from map(_found, (reply.persons if reply is not None else None) or ())


def _found(one: FoundPerson) -> str:
    """Of a day of birth the year."""
    born = f"{one.birth_date[:4]}年出生" if one.birth_date else ""
    parts = (one.name, one.sex.zh if one.sex else "", born, document(one.id_doc))
    return f"人员：{'，'.join(part for part in parts if part)}。"


def _found_documents(content: AnsweredContent) -> Iterator[Any]:
    for reply in content.answers:
        yield from (one.id_doc.number for one in reply.persons or () if one.id_doc is not None)
