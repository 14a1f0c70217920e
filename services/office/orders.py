"""督办单: what a superior supervises, until when it is answered."""

from contracts.oversight import SupervisionOpenedSummary
from contracts.oversight_content import SupervisionContent
from services.office.leads import contact, in_order
from services.office.letter import Names, Section
from services.office.masks import Masks


def title(summary: SupervisionOpenedSummary, content: SupervisionContent) -> str:
    """关于…的督办单."""
    return f"关于{summary.ground.zh}事项的督办单"


def sections(summary: SupervisionOpenedSummary, content: SupervisionContent, names: Names) -> tuple[Section, ...]:
    """Ground and matters, what is asked, until when, contact."""
    return in_order(
        ("督办事由", (f"{summary.ground.zh}。", *(f"所涉事项：{one}。" for one in summary.about))),
        ("督办要求", Masks.of(()).lines(content.text)),
        ("时限", (f"请于签收之日起{summary.days}个工作日内书面反馈。",)),
        ("联系人", (contact(content.contact),)),
    )
