"""线索通报 and 更正函: what the owner knows, facts and assessment apart, each person with the facts that name him."""

from collections.abc import Iterable, Iterator
from typing import Any

from contracts.findings import Contact, Fact, Findings
from contracts.lead import SharedSummary
from contracts.lead_content import LeadContent
from contracts.lead_course import CorrectedSummary
from contracts.lead_course_content import CorrectedContent
from contracts.person import UNKNOWN, Identifier, Person
from services.office.letter import Names, Section, on
from services.office.masks import Masks, masked

BEIJING = "+08:00"
NUMERALS = "一二三四五六七八九十"


def title(summary: SharedSummary, content: LeadContent) -> str:
    """关于…的线索通报."""
    return f"关于{Masks.of(secrets(content)).line(content.title)}的线索通报"


def sections(summary: SharedSummary, content: LeadContent, names: Names) -> tuple[Section, ...]:
    """Basis, facts, assessment, persons, numbers, things, evidence, request, contact."""
    masks = Masks.of(secrets(content))
    return in_order(
        ("依据", tuple(_basis(summary, content, names))),
        *_found(content, masks, names),
        ("请求与限制", tuple(_request(summary, content, masks))),
        ("联系人", (contact(content.contact),)),
    )


def corrected_title(summary: CorrectedSummary, content: CorrectedContent) -> str:
    """关于…的更正函."""
    return f"关于{Masks.of(secrets(content)).line(content.title)}的更正函"


def corrected(summary: CorrectedSummary, content: CorrectedContent, names: Names) -> tuple[Section, ...]:
    """更正函: what was wrong and what that does to persons, then the whole lead as it is right."""
    masks = Masks.of(secrets(content))
    return in_order(
        ("更正说明", tuple(_wrong(summary, content, masks))),
        *_found(content, masks, names),
        ("使用限制", tuple(_restrictions(summary.restrictions, content, masks))),
        ("联系人", (contact(content.contact),)),
    )


def _wrong(summary: CorrectedSummary, content: CorrectedContent, masks: Masks) -> Iterator[str]:
    yield f"更正事项：{summary.correction.zh}。"
    yield from masks.lines(content.wrong)
    yield from (f"原件所列人员{one.index}：{one.effect.zh}。" for one in summary.effects)
    yield "本件自送达起代替原件。"


def _found(content: LeadContent, masks: Masks, names: Names) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What was found, in the order of every letter about a lead."""
    return (
        ("线索内容", masks.lines(content.narrative)),
        ("事实", tuple(_facts(content.facts, masks))),
        ("研判意见（不作为事实）", masks.lines(content.assessment)),
        ("涉及人员", tuple(_person(one, masks, names) for one in content.persons or ())),
        ("标识", tuple(_identifier(no, one) for no, one in enumerate(content.identifiers or (), 1))),
        ("地点与物品", tuple(_things(content, masks))),
        ("证据索引与附件", tuple(_evidence(content, masks, names))),
    )


def in_order(*parts: tuple[str, tuple[str, ...]]) -> tuple[Section, ...]:
    """Sections that have something to say, counted 一、二、."""
    said = [(heading, paragraphs) for heading, paragraphs in parts if paragraphs]
    return tuple(Section(f"{NUMERALS[at]}、{heading}", paragraphs) for at, (heading, paragraphs) in enumerate(said))


def contact(one: Contact) -> str:
    """Who answers the telephone; his number is there to be called."""
    return f"{one.name}，电话{one.phone}。"


def secrets(content: Findings) -> Iterator[str]:
    """Every value that a field shows masked: no sentence may show it whole."""
    yield from (one.value for one in content.identifiers or ())
    yield from (one.id_doc.number for one in content.persons or () if one.id_doc is not None)
    for vehicle in content.vehicles or ():
        yield from (value for value in (vehicle.plate, vehicle.vin) if value is not None)


def listed(terms: Iterable[Any]) -> str:
    """Words of codes."""
    return "、".join(one.zh for one in terms)


def _basis(summary: SharedSummary, content: LeadContent, names: Names) -> Iterator[str]:
    basis = summary.basis
    yield f"线索类别：{summary.category.zh}。"
    yield f"{basis.kind.zh}，{names(basis.organ)}，{on(basis.date)}，编号{content.basis_no}。"
    if basis.underlying is not None:
        yield f"所依据的{basis.underlying.zh}，编号{content.underlying_no}。"
    yield f"来源评级：{summary.grade.source.zh}；信息评级：{summary.grade.information.zh}。"


def _facts(facts: Iterable[Fact], masks: Masks) -> Iterator[str]:
    for no, fact in enumerate(facts, 1):
        span = on(fact.on) if fact.until is None else f"{on(fact.on)}至{on(fact.until)}"
        zone = "" if fact.zone == BEIJING else f"，时区{fact.zone}"
        yield f"{no}. {masks.line(fact.text)}（{span}{zone}；来源：{fact.source.zh}）"


def _person(one: Person, masks: Masks, names: Names) -> str:
    """In one paragraph; of a day of birth the year."""
    born = one.birth_date[:4] if one.birth_date else str(one.birth_year or "")
    parts = [
        f"{one.index}. {one.name or '姓名不详'}（{one.category.zh}，{one.identification.zh}）",
        _known("原文姓名", one.name_as_written),
        _known("拼音", one.name_pinyin),
        _known("曾用名", "、".join(one.former_names or ())),
        _known("绰号", masks.line("、".join(one.aliases or ()))),
        _known("性别", one.sex.zh if one.sex else ""),
        _known("出生年份", born),
        document(one.id_doc),
        _known("涉嫌", one.alleged_act.zh if one.alleged_act else ""),
        _known("列名理由", listed(one.grounds)),
        _known("见事实", "、".join(map(str, one.ground_facts))),
        _wanted(one, names),
        _known("列名必要性", masks.line(one.needed_because or "")),
    ]
    return "；".join(part for part in parts if part) + "。"


def document(one: Any) -> str:
    """证件, its number masked; empty where there is none."""
    if one is None:
        return ""
    stated = "（原文如此）" if one.as_stated else ""
    return f"{one.kind.zh}{masked(one.number)}{stated}"


def _wanted(one: Person, names: Names) -> str:
    if one.wanted is None:
        return ""
    return f"通缉文书{one.wanted.warrant_no}，{names(one.wanted.organ)}，{on(one.wanted.date)}"


def _known(what: str, value: str | None) -> str:
    return f"{what}：{value}" if value else ""


def _identifier(no: int, one: Identifier) -> str:
    whose = "使用人不详" if one.attributed_to == UNKNOWN else f"使用人：人员{one.attributed_to}"
    seen = f"{on(one.seen_from)}至{on(one.seen_to)}"
    return f"{no}. {one.kind.zh}{masked(one.value)}（{whose}；{one.obtained.zh}；见事实{one.fact}；{seen}）"


def _things(content: LeadContent, masks: Masks) -> Iterator[str]:
    for place in content.places or ():
        yield f"{place.kind.zh}：{masks.line(place.text)}（{place.division}，{on(place.on)}）。"
    for one in content.substances or ():
        purity = f"，含量{one.purity}%" if one.purity is not None else ""
        paper = f"，文书{one.certificate}" if one.certificate is not None else ""
        yield f"{one.name or one.kind.zh}（{one.form.zh}）{one.quantity}{one.unit.zh}，{one.status.zh}{purity}{paper}。"
    for vehicle in content.vehicles or ():
        numbers = "、".join(masked(value) for value in (vehicle.plate, vehicle.vin) if value is not None)
        yield f"车辆{numbers}{f'（{vehicle.colour}）' if vehicle.colour else ''}，见事实{vehicle.fact}。"
    for firm in content.organisations or ():
        code = f"（统一社会信用代码{firm.credit_code}）" if firm.credit_code else ""
        yield f"单位：{firm.name}{code}，见事实{firm.fact}。"


def _evidence(content: LeadContent, masks: Masks, names: Names) -> Iterator[str]:
    for one in content.evidence or ():
        yield f"{one.kind.zh}：{one.document_no}，{names(one.held_by)}，{on(one.date)}。"
    for no, attached in enumerate(content.attachments or (), 1):
        yield f"附件{no}：{masks.line(attached.title)}，{attached.pages}页。"


def _request(summary: SharedSummary, content: LeadContent, masks: Masks) -> Iterator[str]:
    yield f"请求事项：{listed(summary.action)}。复核日期：{on(summary.review_date)}。"
    yield from _restrictions(summary.restrictions, content, masks)


def _restrictions(restrictions: Iterable[Any], content: LeadContent, masks: Masks) -> Iterator[str]:
    if restrictions:
        yield f"使用限制：{listed(restrictions)}。"
    yield from masks.lines(content.conditions)
