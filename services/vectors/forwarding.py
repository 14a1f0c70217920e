"""A region in which a lead goes on to a third unit: 新蔡 owns it, 义乌 holds it, 唐河 is to get it (PROTOCOL 12)."""

from typing import Any

from contracts import lead, lead_forwarding
from contracts.channels import PAIRING, REGISTRY
from contracts.envelope import Embedded, Signed
from contracts.lead_course import Expunged, ExpungedSummary
from contracts.lead_terms import ForwardRefusal
from contracts.parts import Grade
from contracts.vocabulary import (
    Classification,
    DocumentKind,
    InformationGrade,
    Purpose,
    RemovalResult,
    SourceGrade,
    Urgency,
)
from services.domain.clocks import DAY, format_time
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.vectors.logs import lead_summary, told
from services.vectors.region import Region, region
from services.vectors.seeds import TANGHE, XINCAI, YIWU, policy
from services.verifier import Verdict

RULES, POSTS = 3, ("author", "approver", "head", "intake")
PLAIN: dict[str, Any] = {"classification": Classification.WORK_SECRET, "urgency": Urgency.ROUTINE}


def join(r: Region, channel: str) -> str:
    """唐河 is admitted and paired with 义乌, under the third rules there and in ``channel``; the new channel's id."""
    r.admit(TANGHE, POSTS)
    r.copy_trust(PAIRING)
    published = r.trust(ceremony.policy(r.by(ROOT), policy(rule_version=RULES)))
    r.write(REGISTRY, channel, channel, genesis.copied(r.signed(published)))
    return r.pair(YIWU, TANGHE)


def shared(r: Region, channel: str, unit: str = XINCAI, **summary: Any) -> Verdict:
    """A unit, usually 新蔡, shares a lead of its own."""
    subject, content = r.fresh(), r.content(unit, channel, lead.Shared.TYPE)
    event = r.approved(unit, channel, subject, lead.Shared, lead_summary(**summary), content=content)
    return r.write(unit, channel, subject, event)


def requested(r: Region, channel: str, of: Verdict, /, unit: str = YIWU, **said: Any) -> Verdict:
    """义乌 asks whether it may go on to 唐河. ``said`` replaces members of the summary."""
    share: Any = of.draft
    summary = lead_forwarding.ForwardRequestedSummary(
        **{
            **PLAIN,
            "kind": DocumentKind.ENQUIRY,
            "recipient": TANGHE,
            "purpose": Purpose.OUTFLOW_TRAFFICKING,
            "content": share.data.content.id,
            **said,
        }
    )
    event = r.approved(unit, channel, share.subject, lead_forwarding.ForwardRequested, summary)
    return r.write(unit, channel, share.subject, event)


def refused(r: Region, channel: str, asked: Verdict, unit: str = XINCAI) -> Verdict:
    """新蔡 does not."""
    request: Any = asked.draft
    summary = lead_forwarding.ForwardRefusedSummary(
        **PLAIN, kind=DocumentKind.REPLY, request=request.digest, reason=ForwardRefusal.CANNOT_PROVIDE
    )
    event = r.approved(unit, channel, request.subject, lead_forwarding.ForwardRefused, summary)
    return r.write(unit, channel, request.subject, event)


def granted(r: Region, channel: str, asked: Verdict, /, unit: str = XINCAI, **said: Any) -> Verdict:
    """新蔡 lets it go on, for three days."""
    event = grant(r, channel, asked, unit, **said)
    return r.write(unit, channel, asked.draft.subject if asked.draft else "", event)


def grant(r: Region, channel: str, asked: Verdict, unit: str = XINCAI, /, **said: Any) -> Any:
    """The event of ``granted``. ``said``: members of the summary, and what ``approvals`` takes."""
    request: Any = asked.draft
    papers = {name: said.pop(name) for name in ("approver", "approval", "delegation") if name in said}
    usual = lead_summary()
    summary = lead_forwarding.ForwardGrantedSummary(
        **{
            **PLAIN,
            "kind": DocumentKind.REPLY,
            "request": request.digest,
            "holder": YIWU,
            "recipient": request.data.summary.recipient,
            "purpose": request.data.summary.purpose,
            "content": request.data.summary.content,
            "basis": usual.basis,
            "grade": usual.grade,
            "restrictions": usual.restrictions,
            "review_date": usual.review_date,
            "persons": usual.persons,
            "answer_by": format_time(r.now + 3 * DAY),
            **said,
        }
    )
    return r.approved(unit, channel, request.subject, lead_forwarding.ForwardGranted, summary, **papers)


def forwarded(r: Region, onward: str, under: Signed, /, source: str = YIWU, subject: str = "", **said: Any) -> Verdict:
    """义乌 shares it with 唐河 under that grant. ``said`` replaces members of the summary."""
    subject, content = subject or r.fresh(), r.content(source, onward, lead.Shared.TYPE)
    embedded = said.pop("embedded", None) or Embedded.of(under)
    event = r.approved(source, onward, subject, lead.Shared, lead_summary(**said), content=content, embedded=embedded)
    return r.write(source, onward, subject, event)


def removed(r: Region, channel: str, unit: str, subject: str, onward: Any = None) -> Verdict:
    """销毁回执 of that unit's node."""
    said = lead.RemovalSummary(result=RemovalResult.REMOVED, prints_destroyed=0, onward=onward)
    return r.write(unit, channel, subject, lead.RemovalAnswered(summary=said))


def sealed(r: Region, channel: str, event: Any, subject: str, unit: str = XINCAI, /, **tamper: Any) -> Signed:
    """As it would stand in that channel next; it is not written there."""
    return r.seal(r.draft(unit, channel, subject, event), **tamper)


def build() -> dict[str, Any]:
    """``log_forwarding``: the channel of holder and third unit, with every way in which a grant is none."""
    r = region((XINCAI, YIWU), POSTS)
    channel = r.pair(XINCAI, YIWU)
    onward = join(r, channel)
    asked = requested(r, channel, shared(r, channel))
    under = r.signed(granted(r, channel, asked))
    forwarded(r, onward, under)  # before the owner's keys are here
    r.copy_trust(onward)
    _no_grants(r, channel, onward, asked)
    _not_as_granted(r, onward, under)
    there = forwarded(r, onward, under)
    forwarded(r, onward, under)  # a second time
    _called_back(r, onward, str(there.envelope.subject if there.envelope else ""))
    r.now += 3 * DAY
    forwarded(r, onward, under)  # when the offer has lapsed
    return {"log_forwarding": told(r, onward)}


def _no_grants(r: Region, channel: str, onward: str, asked: Verdict) -> None:
    """Nothing, a request, another's signature, one officer, for another holder, for another unit."""
    subject = str(asked.envelope.subject if asked.envelope else "")
    forwarded(r, onward, Signed(b"{}", bytes(64), ""))
    forwarded(r, onward, r.signed(asked))
    forged = sealed(r, channel, grant(r, channel, asked), subject, signer=r.keys[YIWU])
    alone = sealed(r, channel, grant(r, channel, asked, approver=f"{XINCAI}/author"), subject)
    mine = sealed(r, channel, grant(r, channel, asked, holder=TANGHE), subject)
    elsewhere = sealed(r, channel, grant(r, channel, asked, recipient=XINCAI), subject)
    for none in (forged, alone, mine, elsewhere):
        forwarded(r, onward, none)


def _not_as_granted(r: Region, onward: str, under: Signed) -> None:
    """Another purpose, basis, grade; looser handling; a longer life."""
    basis = lead_summary().basis.model_copy(update={"date": "2021-03-16"})
    better = Grade(source=SourceGrade.A, information=InformationGrade.KNOWN_TRUE)
    forwarded(r, onward, under, category=Purpose.PARCEL)
    forwarded(r, onward, under, basis=basis)
    forwarded(r, onward, under, grade=better)
    forwarded(r, onward, under, restrictions=())
    forwarded(r, onward, under, review_date="2021-10-02")


def _called_back(r: Region, onward: str, subject: str) -> None:
    """By the holder's node alone, as the owner asked it back; removed."""
    r.write(YIWU, onward, subject, Expunged(summary=ExpungedSummary()))
    removed(r, onward, TANGHE, subject)
