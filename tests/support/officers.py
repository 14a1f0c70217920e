"""What officers sign, rightly and wrongly: submissions, approvals, delegations, accesses."""

import base64
from collections.abc import Callable
from typing import Any

from contracts import lead
from contracts.approval import Approval, Approvals, Submission
from contracts.dsse import Dsse
from contracts.parts import PersonSummary
from contracts.profile import compact
from contracts.vocabulary import Declined as DeclinedGround
from contracts.vocabulary import Ground, PersonApprover, PersonCategory, Role
from services.domain.clocks import DAY, HOUR, format_time
from services.signing import dsse
from services.verifier import Verdict
from tests.support.world import XINCAI, YIWU, World, seeded

AUTHOR, APPROVER, HEAD = (f"{XINCAI}/{post}" for post in ("author", "approver", "head"))


def ms(w: World, ahead: int) -> str:
    """A time so many ms ahead."""
    return format_time(w.now + ahead)


def decided(w: World, ahead: int) -> Verdict:
    """A share decided and valid from then on."""
    return w.share(approval={"decided_at": ms(w, ahead), "valid_until": ms(w, ahead + HOUR)})


def declined(w: World, approval: dict[str, Any]) -> Verdict:
    """义乌 declines a lead; what its approval says is replaced."""
    subject = w.share().draft.subject  # type: ignore[union-attr]
    w.fact(YIWU, subject)
    said = lead.DeclinedSummary(ground=DeclinedGround.CANNOT_ACT)
    event = w.approved(YIWU, w.channel, subject, lead.Declined, said, approval=approval)
    return w.write(YIWU, w.channel, subject, event)


def with_papers(w: World, change: Callable[[Approvals], Approvals]) -> Verdict:
    """A share whose statements are changed after they were made."""
    subject, event = w.shared()
    return w.write(XINCAI, w.channel, subject, event.model_copy(update={"approval": change(event.approval)}))


def without(w: World, member: str) -> Verdict:
    """A share whose approval lacks a member."""

    def change(papers: Approvals) -> Approvals:
        text = Approval.of(papers.approval).model_dump(mode="json", exclude_none=True)
        del text[member]
        signed = dsse(w.officers[APPROVER].signer, Approval.PURPOSE, compact(text))
        return papers.model_copy(update={"approval": signed})

    return with_papers(w, change)


def signed_by(w: World, author: str, approver: str) -> Verdict:
    """The statements of author and approver, under the keys of these officers."""

    def change(papers: Approvals) -> Approvals:
        submission = dsse(w.officers[author].signer, Submission.PURPOSE, papers.submission.raw)
        approval = dsse(w.officers[approver].signer, Approval.PURPOSE, papers.approval.raw)
        return papers.model_copy(update={"submission": submission, "approval": approval})

    return with_papers(w, change)


def twice(w: World) -> Verdict:
    """A share whose approval bears its signature twice."""

    def change(papers: Approvals) -> Approvals:
        both = papers.approval.signatures * 2
        return papers.model_copy(update={"approval": Dsse(payload=papers.approval.payload, signatures=both)})

    return with_papers(w, change)


def exchanged(w: World) -> Verdict:
    """A share with submission and approval in each other's place."""
    return with_papers(w, lambda p: p.model_copy(update={"submission": p.approval, "approval": p.submission}))


def for_head(w: World, **more: Any) -> Verdict:
    """A lead about somebody who asks for the head."""
    person = PersonSummary(category=PersonCategory.SUSPECT, grounds=(Ground.POINTED_OUT,), approver=PersonApprover.HEAD)
    return w.share(summary=w.summary(persons=(person,)), **more)


def covered(w: World, officer: str = f"{XINCAI}/intake", role: Role = Role.APPROVER, **said: Any) -> Verdict:
    """``officer`` approves in place of the approver, by a delegation."""
    share = {name: said.pop(name) for name in list(said) if name in ("approval", "at")}
    paper = w.delegation(XINCAI, said.pop("delegate", officer), role, **said)
    return w.share(approver=officer, delegation=paper, **share)


def begun_later(w: World) -> Verdict:
    """A delegation that begins when everything is decided."""
    span: dict[str, Any] = {"from": ms(w, 1), "until": ms(w, DAY)}
    return covered(w, **span)


def content(w: World) -> str:
    """A lead's content, in the log."""
    subject, event = w.shared()
    w.write(XINCAI, w.channel, subject, event)
    return event.content.id


def opened(w: World, subject: str = "", source: str = YIWU, **said: Any) -> Verdict:
    """义乌 records that it opens the content of a lead."""
    found = content(w)
    return w.write(source, w.channel, subject or found, w.access(source, said.pop("content", found), **said))


def in_session(w: World, public: bytes | None = None, span: int = 8 * HOUR, **said: Any) -> Verdict:
    """The access statement is signed by a short-lived key, for which the officer signed a session."""
    key = base64.b64encode(public or seeded("short").public).decode()
    session = w.session(f"{YIWU}/intake", said.pop("key", key), span=span, **said)
    return opened(w, signer=seeded("short"), session=session)


def number_of(w: World, post: str) -> str:
    """An officer of 义乌."""
    return w.officers[f"{YIWU}/{post}"].id


IDENTITY = (1).to_bytes(32, "little")
