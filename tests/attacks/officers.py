"""Submissions, approvals, delegations, accesses: four eyes that the other side can check (WIRE 22, 23, 28)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from contracts import lead
from contracts.dsse import Dsse
from contracts.vocabulary import Role
from services.domain.clocks import DAY, HOUR
from services.verifier import Verdict
from tests.attacks.row import EFFECTIVE, Row, void
from tests.support.acts import lapsed, subject_of
from tests.support.mandates import IDENTITY
from tests.support.officers import (
    APPROVER,
    AUTHOR,
    HEAD,
    begun_later,
    covered,
    decided,
    declined,
    exchanged,
    for_head,
    in_session,
    ms,
    number_of,
    opened,
    signed_by,
    twice,
    with_papers,
    without,
)
from tests.support.world import XINCAI, YIWU, ZHUMADIAN, World, seeded

SIGNATURES, OFFICERS, LAPSED = void("signatures"), void("officers"), void("approval_lapsed")
MEMBERS: Mapping[str, Callable[[World], str]] = MappingProxyType(
    {
        "exchange": lambda w: "e" * 64,
        "channel": lambda w: "a" * 52,
        "type": lambda w: "duikou.lead.supplemented.v1",
        "subject": lambda w: w.fresh(),
        "unit": lambda w: YIWU,
        "summary": lambda w: "a" * 64,
        "content": lambda w: w.fresh(),
        "commitment": lambda w: "a" * 64,
        "ciphertext": lambda w: "a" * 64,
    }
)
"""Members that both statements share with the event: another value in either is a signature for something else."""


def about_else(statement: str, member: str) -> Callable[[World], Verdict]:
    """A share whose submission or approval names something else."""

    def attack(w: World) -> Verdict:
        change: dict[str, Any] = {statement: {member: MEMBERS[member](w)}}
        return w.share(**change)

    return attack


def as_delegation(w: World) -> Verdict:
    """The approval is passed off as a delegation."""
    return with_papers(w, lambda papers: papers.model_copy(update={"delegation": papers.approval}))


def unsigned(w: World) -> Verdict:
    """A share without the two statements."""
    subject, event = w.shared()
    data = {name: part for name, part in event.wire().items() if name != "approval"}
    return w.write(XINCAI, w.channel, subject, event, data=data)


def doubled(w: World) -> Verdict:
    """A good and a bad signature on one approval."""

    def change(papers: Any) -> Any:
        bad = papers.submission.signatures[0]
        both = Dsse(payload=papers.approval.payload, signatures=(*papers.approval.signatures, bad))
        return papers.model_copy(update={"approval": both})

    return with_papers(w, change)


def received_by_author(w: World) -> Verdict:
    """A receipt that names an officer without the role; it is a fact and void all the same."""
    subject = subject_of(w.share())
    w.fact(YIWU, subject)
    said = lead.ReceivedSummary(officer=number_of(w, "author"))
    return w.write(YIWU, w.channel, subject, lead.Received(summary=said))


def after_a_year(w: World) -> Verdict:
    """The enrolments are over."""
    w.later(366 * DAY)
    return w.suspend_pairing(YIWU)


ROWS = [
    *(
        Row(f"The {what} names another {member} than the event", "W22", about_else(what, member), SIGNATURES)
        for what in ("submission", "approval")
        for member in MEMBERS
    ),
    Row("A share carries no statements", "W22", unsigned, void("shape")),
    Row(
        "The approval is of another submission", "W22", lambda w: w.share(approval={"submission": "a" * 64}), SIGNATURES
    ),
    Row("The approval has a member too many", "W7 W22", lambda w: w.share(approval={"more": "x"}), SIGNATURES),
    Row("The approval has a member too few", "W22", lambda w: without(w, "decided_at"), SIGNATURES),
    Row(
        "The approval names a content, the event has none",
        "W22",
        lambda w: declined(w, {"content": w.fresh()}),
        SIGNATURES,
    ),
    Row("The author signs as head", "W22", lambda w: w.share(submission={"role": "head"}), OFFICERS),
    Row("The approver signs as author", "W22", lambda w: w.share(approval={"role": "author"}), OFFICERS),
    Row("The approver signs as head", "W22", lambda w: w.share(approval={"role": "head"}), OFFICERS),
    Row("The head signs where the approver must", "W22", lambda w: w.share(role=Role.HEAD), OFFICERS),
    Row("The approver signs where the head must", "W22", for_head, OFFICERS),
    Row("The head signs where the head must", "W22", lambda w: for_head(w, role=Role.HEAD), EFFECTIVE),
    Row("The intake desk signs as author", "W22", lambda w: w.share(author=f"{XINCAI}/intake"), OFFICERS),
    Row("The intake desk approves", "W22", lambda w: w.share(approver=f"{XINCAI}/intake"), OFFICERS),
    Row("The author approves", "W22", lambda w: w.share(approver=AUTHOR), OFFICERS),
    Row("An author of the counterpart signs", "W22", lambda w: w.share(author=f"{YIWU}/author"), OFFICERS),
    Row("An approver of the counterpart signs", "W22", lambda w: w.share(approver=f"{YIWU}/approver"), OFFICERS),
    Row("An officer nobody enrolled is named", "W22", lambda w: w.share(submission={"officer": w.fresh()}), OFFICERS),
    Row("The head's key signs in the author's name", "W22", lambda w: signed_by(w, HEAD, APPROVER), SIGNATURES),
    Row("The author's key signs the approval", "W22", lambda w: signed_by(w, AUTHOR, AUTHOR), SIGNATURES),
    Row("An approval bears its signature twice", "W7", twice, SIGNATURES),
    Row("An approval bears another signature beside its own", "W7", doubled, SIGNATURES),
    Row("Submission and approval stand in each other's place", "P2 W7", exchanged, SIGNATURES),
    Row("An approval is passed off as a delegation", "P2 W7", as_delegation, SIGNATURES),
    Row("A unit sends what was approved three days ago", "W22", lapsed, LAPSED),
    Row(
        "An approval lapses when the record arrives",
        "W22 W30",
        lambda w: w.share(approval={"valid_until": ms(w, 1_000)}),
        LAPSED,
    ),
    Row(
        "An approval lapses a millisecond later",
        "W30",
        lambda w: w.share(approval={"valid_until": ms(w, 1_001)}),
        EFFECTIVE,
    ),
    Row("The submission has lapsed", "W22", lambda w: w.share(submission={"valid_until": ms(w, 1_000)}), LAPSED),
    Row(
        "An approval is good for 72 hours",
        "W22",
        lambda w: w.share(approval={"valid_until": ms(w, 72 * HOUR)}),
        EFFECTIVE,
    ),
    Row(
        "An approval is good for a millisecond more",
        "W22",
        lambda w: w.share(approval={"valid_until": ms(w, 72 * HOUR + 1)}),
        LAPSED,
    ),
    Row("An approval was decided tomorrow", "W22", lambda w: decided(w, DAY), LAPSED),
    Row(
        "An approval was decided on 31 April",
        "B7",
        lambda w: w.share(approval={"decided_at": "2021-04-31T00:00:00.000Z"}),
        LAPSED,
    ),
    Row("An enrolment ended before the record's effective time", "W21", after_a_year, OFFICERS),
    Row("An author signs for a lead where the intake desk must", "W22", received_by_author, OFFICERS),
    # -- delegations
    Row("An officer covers for the approver", "W23", covered, EFFECTIVE),
    Row("A delegation runs 30 days", "W23", lambda w: covered(w, span=30 * DAY), EFFECTIVE),
    Row("A delegation runs a millisecond more", "W23 W30", lambda w: covered(w, span=30 * DAY + 1), OFFICERS),
    Row("A delegation was over when it was decided", "W23", lambda w: covered(w, span=HOUR), OFFICERS),
    Row("It was decided before the delegation began", "W23", begun_later, OFFICERS),
    Row("A delegation is for another role", "W23", lambda w: covered(w, role=Role.HEAD), OFFICERS),
    Row("A delegation is for another officer", "W23", lambda w: covered(w, delegate=f"{XINCAI}/duty"), OFFICERS),
    Row("A delegation is of another unit", "W23", lambda w: covered(w, unit=YIWU), OFFICERS),
    Row("A delegation is of another exchange", "W23", lambda w: covered(w, exchange="e" * 64), OFFICERS),
    Row("The approver delegates himself", "W23", lambda w: covered(w, head=w.officers[APPROVER].id), OFFICERS),
    Row(
        "A head of the counterpart delegates", "W23", lambda w: covered(w, head=w.officers[f"{YIWU}/head"].id), OFFICERS
    ),
    Row(
        "The approver's key signs in the head's name",
        "W23",
        lambda w: covered(w, signer=w.officers[APPROVER].signer),
        SIGNATURES,
    ),
    Row("The author covers for the approver", "W23", lambda w: covered(w, officer=AUTHOR), OFFICERS),
    Row("An officer of the counterpart covers", "W23", lambda w: covered(w, officer=f"{YIWU}/approver"), OFFICERS),
    Row(
        "The superior's approver stands in by a delegation",
        "W23",
        lambda w: covered(w, officer=f"{ZHUMADIAN}/approver"),
        EFFECTIVE,
    ),
    Row(
        "The superior's approver stands in without one",
        "W23",
        lambda w: w.share(approver=f"{ZHUMADIAN}/approver"),
        OFFICERS,
    ),
    Row("The superior's author stands in", "W23", lambda w: covered(w, officer=f"{ZHUMADIAN}/author"), OFFICERS),
    # -- accesses
    Row("The recipient's intake desk records that it opens", "W28", opened, EFFECTIVE),
    Row(
        "Somebody records opening a content that is not here",
        "W28",
        lambda w: opened(w, subject=w.fresh()),
        void("unknown_matter"),
    ),
    Row(
        "An access names another content than its subject",
        "W28 W19",
        lambda w: opened(w, content=w.fresh()),
        void("unknown_matter"),
    ),
    Row("An access stands under a subject of no form", "B11", lambda w: opened(w, subject="content-1"), void("shape")),
    Row("A recipient records the owner's officer", "W28", lambda w: opened(w, officer=AUTHOR), OFFICERS),
    Row(
        "A recipient records an officer nobody enrolled",
        "W28",
        lambda w: opened(w, summary={"officer": w.fresh()}),
        OFFICERS,
    ),
    Row("An access statement is of another exchange", "W28", lambda w: opened(w, exchange="e" * 64), SIGNATURES),
    Row("An access statement is of another channel", "W28", lambda w: opened(w, channel="a" * 52), SIGNATURES),
    Row(
        "The summary names another officer than the statement",
        "W28",
        lambda w: opened(w, summary={"officer": number_of(w, "duty")}),
        SIGNATURES,
    ),
    Row("The summary hides a print as a reading", "W28", lambda w: opened(w, summary={"kind": "print"}), SIGNATURES),
    Row("The summary gives another reason", "W28", lambda w: opened(w, summary={"reason": "audit"}), SIGNATURES),
    Row("The summary alone names a task", "W28", lambda w: opened(w, summary={"task": w.fresh()}), SIGNATURES),
    Row("The summary alone counts copies", "W28", lambda w: opened(w, summary={"copies": 1}), SIGNATURES),
    Row(
        "Another officer signs the access",
        "W28",
        lambda w: opened(w, signer=w.officers[f"{YIWU}/duty"].signer),
        SIGNATURES,
    ),
    Row(
        "The node signs the access with the unit's key", "W28 P2", lambda w: opened(w, signer=w.keys[YIWU]), SIGNATURES
    ),
    Row("A session key signs the access", "W28", in_session, EFFECTIVE),
    Row("A session is of 8 hours", "W28", lambda w: in_session(w, span=8 * HOUR + 2_000), EFFECTIVE),
    Row("A session is longer than 8 hours", "W28", lambda w: in_session(w, span=8 * HOUR + 2_001), SIGNATURES),
    Row("A session is over", "W28", lambda w: in_session(w, span=2_000), SIGNATURES),
    Row("A session is another officer's", "W28", lambda w: in_session(w, officer=number_of(w, "duty")), SIGNATURES),
    Row("A session is of another exchange", "W28", lambda w: in_session(w, exchange="e" * 64), SIGNATURES),
    Row("A session is for another key", "W28", lambda w: in_session(w, seeded("other").public), SIGNATURES),
    Row("A session is for a key of small order", "W8", lambda w: in_session(w, IDENTITY), SIGNATURES),
    Row("A session's key is no base64", "W2 W28", lambda w: in_session(w, key="not base64 ü"), SIGNATURES),
    Row("A session's key is too short", "W8 W28", lambda w: in_session(w, key="AAAA"), SIGNATURES),
    Row("A session's key lacks its padding", "W2", lambda w: in_session(w, key="A" * 43), SIGNATURES),
]
