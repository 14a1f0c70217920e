"""L5: two officers of the unit signed exactly this; the other side can check it (PROTOCOL 7, WIRE 22, 23, 28)."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from contracts import lead
from contracts.approval import Approval, Approvals, Submission
from contracts.dsse import Dsse
from contracts.parts import Credit, PersonSummary
from contracts.profile import compact
from contracts.vocabulary import CreditRole, DocumentKind, Ground, OutcomeStage, PersonApprover, PersonCategory, Role
from contracts.vocabulary import Declined as DeclinedGround
from services.domain import keys
from services.domain.clocks import DAY, HOUR, format_time
from services.registry import ceremony
from services.signing import dsse
from services.verifier import Verdict
from tests.support.world import XINCAI, YIWU, ZHUMADIAN, Result, World, plain, seeded, world

Said = tuple[Result, str]
EFFECTIVE, SIGNATURES, OFFICERS = (Result.EFFECTIVE, ""), (Result.VOID, "signatures"), (Result.VOID, "officers")
LAPSED = (Result.VOID, "approval_lapsed")
AUTHOR, APPROVER, HEAD = (f"{XINCAI}/{post}" for post in ("author", "approver", "head"))


def ms(w: World, ahead: int) -> str:
    return format_time(w.now + ahead)


# -- every member of what they sign ------------------------------------------------------------------------------------

CHANGES: dict[str, Callable[[World], Any]] = {
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


@pytest.mark.parametrize("statement", ["submission", "approval"])
@pytest.mark.parametrize("member", CHANGES)
def test_a_statement_about_anything_else_is_no_signature(statement: str, member: str) -> None:
    w = world()
    change: dict[str, Any] = {statement: {member: CHANGES[member](w)}}
    assert plain(w.share(**change)) == SIGNATURES


def test_the_table_names_every_member() -> None:
    """Who adds a member to the statements adds a row above or below."""
    of_officers = {"officer", "role", "decided_at", "valid_until"}
    assert set(Submission.model_fields) == set(CHANGES) | of_officers
    assert set(Approval.model_fields) - set(Submission.model_fields) == {"submission", "document", "answers"}


Row = tuple[str, Callable[[World], Verdict], Said]


def _decided(w: World, ahead: int) -> Verdict:
    return w.share(approval={"decided_at": ms(w, ahead), "valid_until": ms(w, ahead + HOUR)})


def _declined(w: World, approval: dict[str, Any]) -> Verdict:
    subject = w.share().draft.subject  # type: ignore[union-attr]
    w.fact(YIWU, subject)
    said = lead.DeclinedSummary(ground=DeclinedGround.CANNOT_ACT)
    event = w.approved(YIWU, w.channel, subject, lead.Declined, said, approval=approval)
    return w.write(YIWU, w.channel, subject, event)


def _papers(w: World, change: Callable[[Approvals], Approvals]) -> Verdict:
    subject, event = w.shared()
    return w.write(XINCAI, w.channel, subject, event.model_copy(update={"approval": change(event.approval)}))


def _without(w: World, member: str) -> Verdict:
    def change(papers: Approvals) -> Approvals:
        text = Approval.of(papers.approval).model_dump(mode="json", exclude_none=True)
        del text[member]
        signed = dsse(w.officers[APPROVER].signer, Approval.PURPOSE, compact(text))
        return papers.model_copy(update={"approval": signed})

    return _papers(w, change)


def _signed_by(w: World, author: str, approver: str) -> Verdict:
    """The statements of author and approver, under the keys of these officers."""

    def change(papers: Approvals) -> Approvals:
        submission = dsse(w.officers[author].signer, Submission.PURPOSE, papers.submission.raw)
        approval = dsse(w.officers[approver].signer, Approval.PURPOSE, papers.approval.raw)
        return papers.model_copy(update={"submission": submission, "approval": approval})

    return _papers(w, change)


def _twice(w: World) -> Verdict:
    def change(papers: Approvals) -> Approvals:
        both = papers.approval.signatures * 2
        return papers.model_copy(update={"approval": Dsse(payload=papers.approval.payload, signatures=both)})

    return _papers(w, change)


def _swapped(w: World) -> Verdict:
    return _papers(w, lambda p: p.model_copy(update={"submission": p.approval, "approval": p.submission}))


STATEMENTS: list[Row] = [
    ("as it should be", World.share, EFFECTIVE),
    ("the approval of another submission", lambda w: w.share(approval={"submission": "a" * 64}), SIGNATURES),
    ("a member too many", lambda w: w.share(approval={"more": "x"}), SIGNATURES),
    ("a member too few", lambda w: _without(w, "decided_at"), SIGNATURES),
    ("content members of an event without content", lambda w: _declined(w, {"content": w.fresh()}), SIGNATURES),
    ("an event without content", lambda w: _declined(w, {}), EFFECTIVE),
    ("the author signs as head", lambda w: w.share(submission={"role": "head"}), OFFICERS),
    ("the approver signs as author", lambda w: w.share(approval={"role": "author"}), OFFICERS),
    ("the approver's role is the head's", lambda w: w.share(approval={"role": "head"}), OFFICERS),
    ("an author without the role", lambda w: w.share(author=f"{XINCAI}/intake"), OFFICERS),
    ("an approver without the role", lambda w: w.share(approver=f"{XINCAI}/intake"), OFFICERS),
    ("the author approves", lambda w: w.share(approver=AUTHOR), OFFICERS),
    ("an author of the counterpart", lambda w: w.share(author=f"{YIWU}/author"), OFFICERS),
    ("an approver of the counterpart", lambda w: w.share(approver=f"{YIWU}/approver"), OFFICERS),
    (
        "an approver of the superior, without a delegation",
        lambda w: w.share(approver=f"{ZHUMADIAN}/approver"),
        OFFICERS,
    ),
    ("an officer nobody enrolled", lambda w: w.share(submission={"officer": w.fresh()}), OFFICERS),
    ("another officer's name under the author's key", lambda w: _signed_by(w, HEAD, APPROVER), SIGNATURES),
    ("the approval signed by the author's key", lambda w: _signed_by(w, AUTHOR, AUTHOR), SIGNATURES),
    ("two signatures on one statement", _twice, SIGNATURES),
    ("submission and approval in each other's place", _swapped, SIGNATURES),
    ("lapsed to the millisecond", lambda w: w.share(approval={"valid_until": ms(w, 1_000)}), LAPSED),
    ("a millisecond before", lambda w: w.share(approval={"valid_until": ms(w, 1_001)}), EFFECTIVE),
    ("the submission has lapsed", lambda w: w.share(submission={"valid_until": ms(w, 1_000)}), LAPSED),
    ("72 hours", lambda w: w.share(approval={"valid_until": ms(w, 72 * HOUR)}), EFFECTIVE),
    ("72 hours and a millisecond", lambda w: w.share(approval={"valid_until": ms(w, 72 * HOUR + 1)}), LAPSED),
    ("decided tomorrow", lambda w: _decided(w, DAY), LAPSED),
    ("decided ten minutes from now", lambda w: _decided(w, 601_000), EFFECTIVE),
    ("decided later than that", lambda w: _decided(w, 601_001), LAPSED),
    ("decided on a day that does not exist", lambda w: w.share(approval={"decided_at": _NO_DAY}), LAPSED),
]
_NO_DAY = "2021-04-31T00:00:00.000Z"


@pytest.mark.parametrize(("attack", "becomes"), [row[1:] for row in STATEMENTS], ids=[row[0] for row in STATEMENTS])
def test_two_officers_sign(attack: Callable[[World], Verdict], becomes: Said) -> None:
    assert plain(attack(world())) == becomes


def test_a_signature_for_one_purpose_is_none_for_another() -> None:
    """The payload type is a constant, never read: an approval cannot be passed off as a delegation."""
    w = world()
    subject, event = w.shared()
    as_delegation = event.approval.model_copy(update={"delegation": event.approval.approval})
    event = event.model_copy(update={"approval": as_delegation})
    assert plain(w.write(XINCAI, w.channel, subject, event)) == SIGNATURES


# -- the head ----------------------------------------------------------------------------------------------------------


def _for_head(w: World, **more: Any) -> Verdict:
    person = PersonSummary(category=PersonCategory.SUSPECT, grounds=(Ground.POINTED_OUT,), approver=PersonApprover.HEAD)
    return w.share(summary=w.summary(persons=(person,)), **more)


def test_what_takes_the_head_takes_the_head() -> None:
    w = world()
    assert plain(_for_head(w)) == OFFICERS
    assert plain(_for_head(w, role=Role.HEAD)) == EFFECTIVE
    assert plain(w.share(role=Role.HEAD)) == OFFICERS  # and what takes the approver takes him


# -- delegation --------------------------------------------------------------------------------------------------------


def covered(w: World, officer: str = f"{XINCAI}/intake", role: Role = Role.APPROVER, **said: Any) -> Verdict:
    """``officer`` approves in place of the approver, by a delegation."""
    share = {name: said.pop(name) for name in list(said) if name in ("approval", "at")}
    paper = w.delegation(XINCAI, said.pop("delegate", officer), role, **said)
    return w.share(approver=officer, delegation=paper, **share)


def _begun_later(w: World) -> Verdict:
    span: dict[str, Any] = {"from": ms(w, 1), "until": ms(w, DAY)}
    return covered(w, **span)


SUPERIOR = f"{ZHUMADIAN}/approver"
DELEGATIONS: list[Row] = [
    ("leave cover", covered, EFFECTIVE),
    ("30 days", lambda w: covered(w, span=30 * DAY), EFFECTIVE),
    ("30 days and a millisecond", lambda w: covered(w, span=30 * DAY + 1), OFFICERS),
    ("over when it was decided", lambda w: covered(w, span=HOUR), OFFICERS),
    ("decided before it began", _begun_later, OFFICERS),
    ("for another role", lambda w: covered(w, role=Role.HEAD), OFFICERS),
    ("for another officer", lambda w: covered(w, delegate=f"{XINCAI}/duty"), OFFICERS),
    ("for another unit", lambda w: covered(w, unit=YIWU), OFFICERS),
    ("for another exchange", lambda w: covered(w, exchange="e" * 64), OFFICERS),
    ("by somebody who is no head", lambda w: covered(w, head=w.officers[APPROVER].id), OFFICERS),
    ("by a head of another unit", lambda w: covered(w, head=w.officers[f"{YIWU}/head"].id), OFFICERS),
    ("in the head's name by another key", lambda w: covered(w, signer=w.officers[APPROVER].signer), SIGNATURES),
    ("the author covers for the approver", lambda w: covered(w, officer=AUTHOR), OFFICERS),
    ("an officer of the counterpart", lambda w: covered(w, officer=f"{YIWU}/approver"), OFFICERS),
    ("an approver of the superior", lambda w: covered(w, officer=SUPERIOR), EFFECTIVE),
    ("the head of the superior", lambda w: covered(w, officer=f"{ZHUMADIAN}/head"), EFFECTIVE),
    ("a handler of the superior", lambda w: covered(w, officer=f"{ZHUMADIAN}/author"), OFFICERS),
]


@pytest.mark.parametrize(("attack", "becomes"), [row[1:] for row in DELEGATIONS], ids=[row[0] for row in DELEGATIONS])
def test_a_delegation_is_short_signed_by_the_head_and_names_its_officer(
    attack: Callable[[World], Verdict], becomes: Said
) -> None:
    assert plain(attack(world())) == becomes


def test_a_delegation_outlives_what_was_decided_under_it() -> None:
    """``decided_at`` lies within; when the record arrives does not matter (WIRE 23)."""
    w = world()
    paper = w.delegation(XINCAI, f"{XINCAI}/intake", Role.APPROVER, span=2 * HOUR)
    subject, event = w.shared(approver=f"{XINCAI}/intake", delegation=paper)
    w.later(5 * HOUR)
    assert plain(w.write(XINCAI, w.channel, subject, event)) == EFFECTIVE


# -- enrolments --------------------------------------------------------------------------------------------------------


def test_an_enrolment_is_judged_at_effective_time() -> None:
    w = world()
    w.later(366 * DAY)
    w.suspend_pairing(YIWU)
    assert w.last().code == "officers"
    assert plain(w.share()) != EFFECTIVE


def test_an_officer_who_left_signs_no_more() -> None:
    w = world()
    w.trust(ceremony.officer_ended(w.by(ceremony.registrar(XINCAI)), w.officers[APPROVER].id, XINCAI))
    assert plain(w.share()) == EFFECTIVE  # until the copy
    w.copy_trust(w.channel)
    assert plain(w.share()) == OFFICERS


# -- access ------------------------------------------------------------------------------------------------------------


def content(w: World) -> str:
    subject, event = w.shared()
    w.write(XINCAI, w.channel, subject, event)
    return event.content.id


def opened(w: World, subject: str = "", source: str = YIWU, **said: Any) -> Verdict:
    """义乌 records that it opens the content of a lead."""
    found = content(w)
    return w.write(source, w.channel, subject or found, w.access(source, said.pop("content", found), **said))


def _short(w: World, public: bytes | None = None, span: int = 8 * HOUR, **said: Any) -> Verdict:
    """The access statement is signed by a short-lived key, for which the officer signed a session."""
    key = base64.b64encode(public or seeded("short").public).decode()
    session = w.session(f"{YIWU}/intake", said.pop("key", key), span=span, **said)
    return opened(w, signer=seeded("short"), session=session)


IDENTITY = (1).to_bytes(32, "little")
UNKNOWN = (Result.VOID, "unknown_matter")
ACCESSES: list[Row] = [
    ("by the intake desk", opened, EFFECTIVE),
    ("by the owner's own officer", lambda w: opened(w, source=XINCAI), EFFECTIVE),
    ("of a content that is not here", lambda w: opened(w, subject=w.fresh()), UNKNOWN),
    ("of another content than the subject", lambda w: opened(w, content=w.fresh()), UNKNOWN),
    ("under a subject of no form", lambda w: opened(w, subject="content-1"), (Result.VOID, "shape")),
    ("by an officer of the owner, said by the other", lambda w: opened(w, officer=AUTHOR), OFFICERS),
    ("by an officer nobody enrolled", lambda w: opened(w, summary={"officer": w.fresh()}), OFFICERS),
    ("another exchange", lambda w: opened(w, exchange="e" * 64), SIGNATURES),
    ("another channel", lambda w: opened(w, channel="a" * 52), SIGNATURES),
    ("another officer in the summary", lambda w: opened(w, summary={"officer": _id(w, "duty")}), SIGNATURES),
    ("another kind in the summary", lambda w: opened(w, summary={"kind": "print"}), SIGNATURES),
    ("another reason in the summary", lambda w: opened(w, summary={"reason": "audit"}), SIGNATURES),
    ("a task in the summary alone", lambda w: opened(w, summary={"task": w.fresh()}), SIGNATURES),
    ("copies in the summary alone", lambda w: opened(w, summary={"copies": 1}), SIGNATURES),
    ("signed by another officer", lambda w: opened(w, signer=w.officers[f"{YIWU}/duty"].signer), SIGNATURES),
    ("signed by the unit", lambda w: opened(w, signer=w.keys[YIWU]), SIGNATURES),
    ("in a session", _short, EFFECTIVE),
    ("in a session of a millisecond too long", lambda w: _short(w, span=8 * HOUR + 2_001), SIGNATURES),
    ("in a session that is over", lambda w: _short(w, span=2_000), SIGNATURES),
    ("in a session of another officer", lambda w: _short(w, officer=_id(w, "duty")), SIGNATURES),
    ("in a session for another exchange", lambda w: _short(w, exchange="e" * 64), SIGNATURES),
    ("in a session for another key", lambda w: _short(w, seeded("other").public), SIGNATURES),
    ("in a session for a key of small order", lambda w: _short(w, IDENTITY), SIGNATURES),
    ("in a session whose key is no key", lambda w: _short(w, key="not base64 ü"), SIGNATURES),
    ("in a session whose key is too short", lambda w: _short(w, key="AAAA"), SIGNATURES),
    ("in a session with padding left out", lambda w: _short(w, key="A" * 43), SIGNATURES),
]


def _id(w: World, post: str) -> str:
    return w.officers[f"{YIWU}/{post}"].id


@pytest.mark.parametrize(("attack", "becomes"), [row[1:] for row in ACCESSES], ids=[row[0] for row in ACCESSES])
def test_an_access_is_signed_by_the_officer_who_opens(attack: Callable[[World], Verdict], becomes: Said) -> None:
    """L7: and whatever stands in it, nobody's verifier stops."""
    assert plain(attack(world())) == becomes


def test_an_access_record_stands_in_every_pairing() -> None:
    """Obligations outlive permission: it is a fact."""
    w = world()
    found = content(w)
    w.suspend_pairing(XINCAI)
    verdict = w.write(YIWU, w.channel, found, w.access(YIWU, found))
    assert plain(verdict) == EFFECTIVE
    assert w.history(w.channel).state("access", found).opened_by(YIWU)


def test_facts_do_not_lapse_but_need_their_signatures() -> None:
    """PROTOCOL 1: a fact is void for missing or wrong signatures, never for the date of an approval."""
    w = world()
    subject = w.share().draft.subject  # type: ignore[union-attr]
    for event in (
        lead.Delivered(summary=lead.DeliveredSummary()),
        lead.Received(summary=lead.ReceivedSummary(officer=_id(w, "intake"))),
    ):
        w.write(YIWU, w.channel, subject, event)
    outcome = {
        "stage": OutcomeStage.NOTHING_FOUND,
        "outcome_id": w.fresh(),
        "credit": (Credit(unit=XINCAI, role=CreditRole.PROVIDED_LEAD),),
    }
    said = lead.OutcomeSummary.model_validate(
        {"kind": DocumentKind.REPLY, "classification": "work_secret", "urgency": "routine", **outcome},
        strict=False,
    )
    papers = {"valid_until": ms(w, 1)}
    event = w.approved(YIWU, w.channel, subject, lead.OutcomeRecorded, said, approval=papers, submission=papers)
    assert plain(w.write(YIWU, w.channel, subject, event)) == EFFECTIVE
    event = w.approved(YIWU, w.channel, subject, lead.OutcomeRecorded, said, approver=f"{YIWU}/author")
    assert plain(w.write(YIWU, w.channel, subject, event)) == OFFICERS


def test_the_verifier_takes_one_signature_and_no_key_id() -> None:
    signer = seeded("any")
    payload = b"{}"
    good = dsse(signer, Approval.PURPOSE, payload)
    assert keys.signed_by(good, Approval.PURPOSE, signer.public)
    assert not keys.signed_by(good, Submission.PURPOSE, signer.public)
    renamed = Dsse.make(payload, ("0" * 64, good.signatures[0].raw))
    assert keys.signed_by(renamed, Approval.PURPOSE, signer.public)
