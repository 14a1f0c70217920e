"""The course of a lead under rule version 2: what it opens, and what a later version brought is none of it."""

from typing import Any

from contracts import lead, lead_course
from contracts.channels import REGISTRY
from contracts.lead_terms import Correction
from contracts.vocabulary import DocumentKind, OutcomeStage, RemovalResult
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.vectors.forwarding import PLAIN, POSTS, requested, shared
from services.vectors.logs import lead_summary, told, withdraws
from services.vectors.region import Region, region
from services.vectors.seeds import TANGHE, XINCAI, YIWU, policy

SECOND = 2


def build() -> dict[str, Any]:
    """``log_course``: before and behind the policy that publishes version 2."""
    r = region((XINCAI, YIWU), POSTS)
    channel = r.pair(XINCAI, YIWU)
    first = shared(r, channel)
    subject = str(first.envelope.subject if first.envelope else "")
    _corrected(r, channel, subject)  # of no type that version 1 knows
    published = r.trust(ceremony.policy(r.by(ROOT), policy(rule_version=SECOND)))
    r.write(REGISTRY, channel, channel, genesis.copied(r.signed(published)))
    _taken(r, channel, subject)
    _corrected(r, channel, subject)
    _held(r, channel, subject)
    requested(r, channel, first)  # of no type that version 2 knows
    _ended(r, channel, subject)
    return {"log_course": told(r, channel)}


def _taken(r: Region, channel: str, subject: str) -> None:
    """Delivered; received and accepted by the other unit's officers."""
    r.write(YIWU, channel, subject, lead.Delivered(summary=lead.DeliveredSummary()))
    officer = r.officers[f"{YIWU}/intake"].id
    r.write(YIWU, channel, subject, lead.Received(summary=lead.ReceivedSummary(officer=officer)))
    said = lead.AcceptedSummary(officer=r.officers[f"{YIWU}/author"].id, next_feedback_on="2021-04-20")
    content = r.content(YIWU, channel, lead.Accepted.TYPE)
    r.write(YIWU, channel, subject, lead.Accepted(summary=said, content=content))


def _corrected(r: Region, channel: str, subject: str) -> None:
    """更正: the same person, in a version of its own."""
    usual = lead_summary()
    said = lead_course.CorrectedSummary(
        **PLAIN,
        kind=DocumentKind.CORRECTION,
        correction=Correction.FACT_WRONG,
        effects=(),
        restrictions=usual.restrictions,
        persons=usual.persons,
        identifiers_count=0,
        substances=(),
    )
    content = r.content(XINCAI, channel, lead_course.Corrected.TYPE)
    event = r.approved(XINCAI, channel, subject, lead_course.Corrected, said, content=content)
    r.write(XINCAI, channel, subject, event)


def _held(r: Region, channel: str, subject: str) -> None:
    """在诉保留, by the unit that has the case; for too long, and in time."""
    for review_on in ("2022-04-01", "2021-09-01"):
        about = {**PLAIN, "kind": DocumentKind.REPLY, "stage": OutcomeStage.CASE_FILED}
        said = lead_course.HeldSummary(**about, review_on=review_on)
        content = r.content(YIWU, channel, lead_course.Held.TYPE)
        r.write(YIWU, channel, subject, r.approved(YIWU, channel, subject, lead_course.Held, said, content=content))


def _ended(r: Region, channel: str, subject: str) -> None:
    """Withdrawn; what is held is not said to be removed, and names nobody who got it by a later version's way."""
    withdraws(r, channel, subject)
    onward = (lead.Onward(unit=TANGHE, answer="a" * 64, result=RemovalResult.REMOVED),)
    for named in (None, onward):
        said = lead.RemovalSummary(result=RemovalResult.REMOVED, prints_destroyed=0, onward=named)
        r.write(YIWU, channel, subject, lead.RemovalAnswered(summary=said))
