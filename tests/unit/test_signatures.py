"""L5: two officers of the unit signed exactly this; the other side can check it (PROTOCOL 7, WIRE 22, 23, 28)."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from contracts import lead
from contracts.approval import AccessStatement, Approval, Session, Submission
from contracts.channels import TRUST
from contracts.dsse import Dsse
from contracts.parts import Credit
from contracts.refusals import Code, Refused
from contracts.vocabulary import CreditRole, DocumentKind, OutcomeStage, Role, Use
from services.domain import keys, signatures
from services.domain.access import Access, Status
from services.domain.clocks import DAY, HOUR, SECOND, format_time
from services.registry import ceremony
from services.signing import dsse
from tests.support.officers import IDENTITY, content, ms, number_of, opened
from tests.support.world import XINCAI, YIWU, ZHUMADIAN, Result, plain, seeded, world

Said = tuple[Result, str]
MINUTE = 60 * SECOND
EFFECTIVE, SIGNATURES, OFFICERS = (Result.EFFECTIVE, ""), (Result.VOID, "signatures"), (Result.VOID, "officers")
LAPSED = (Result.VOID, "approval_lapsed")
AUTHOR, APPROVER, HEAD = (f"{XINCAI}/{post}" for post in ("author", "approver", "head"))


def test_a_signature_for_one_purpose_is_none_for_another() -> None:
    """The payload type is a constant, never read: an approval cannot be passed off as a delegation."""
    w = world()
    subject, event = w.shared()
    as_delegation = event.approval.model_copy(update={"delegation": event.approval.approval})
    event = event.model_copy(update={"approval": as_delegation})
    assert plain(w.write(XINCAI, w.channel, subject, event)) == SIGNATURES


def test_a_delegation_outlives_what_was_decided_under_it() -> None:
    """``decided_at`` lies within; when the record arrives does not matter (WIRE 23)."""
    w = world()
    paper = w.delegation(XINCAI, f"{XINCAI}/intake", Role.APPROVER, span=2 * HOUR)
    subject, event = w.shared(approver=f"{XINCAI}/intake", delegation=paper)
    w.later(5 * HOUR)
    assert plain(w.write(XINCAI, w.channel, subject, event)) == EFFECTIVE


@pytest.mark.parametrize(("ahead", "said"), [(10 * MINUTE, EFFECTIVE), (10 * MINUTE + 1, LAPSED)])
def test_a_clock_may_run_ten_minutes_ahead_of_the_log(ahead: int, said: Said) -> None:
    w = world()
    at = w.now + 1_000
    papers = {"decided_at": format_time(at + ahead)}
    assert plain(w.share(approval=papers, submission=papers, at=at)) == said


def test_a_delegation_holds_from_its_first_moment() -> None:
    w = world()
    for before, said in ((1, OFFICERS), (0, EFFECTIVE)):
        since: dict[str, Any] = {"from": format_time(w.now + before)}
        paper = w.delegation(XINCAI, f"{XINCAI}/intake", Role.APPROVER, **since)
        assert plain(w.share(approver=f"{XINCAI}/intake", delegation=paper)) == said


def test_whom_a_head_may_name() -> None:
    """An officer of the unit, or an approver or head of its superior, while he serves (PROTOCOL 7)."""
    w = world()
    trust = w.history(TRUST).channel.trust
    named = {name: officer.id for name, officer in w.officers.items()}
    for name in (f"{XINCAI}/intake", f"{ZHUMADIAN}/approver", f"{ZHUMADIAN}/head"):
        assert signatures.stands_in(trust, XINCAI, named[name], w.now) == trust.officers[named[name]]
    nobody = "00000000-0000-4000-8000-0000000000ff"
    over = trust.officers[named[f"{XINCAI}/intake"]].until
    asked = [
        (trust, XINCAI, nobody, w.now),
        (trust, XINCAI, named[f"{YIWU}/approver"], w.now),
        (trust, XINCAI, named[f"{ZHUMADIAN}/author"], w.now),
        (trust, XINCAI, named[f"{XINCAI}/intake"], over),
        (replace(trust, units={}), XINCAI, named[f"{XINCAI}/intake"], w.now),
    ]
    for each in asked:
        with pytest.raises(Refused) as refused:
            signatures.stands_in(*each)
        assert refused.value.code is Code.OFFICERS


def test_feedback_about_persons_takes_two_signatures() -> None:
    w = world()
    subject, event = w.shared()
    w.write(XINCAI, w.channel, subject, event)
    said = lead.FeedbackSummary(
        officer=number_of(w, "author"), use=Use.USEFUL, next_feedback_on="2021-04-20", persons_count=1
    )
    named = lead.FeedbackGiven(summary=said, content=w.content(YIWU, w.channel, lead.FeedbackGiven.TYPE))
    assert plain(w.write(YIWU, w.channel, subject, named)) == SIGNATURES


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


def test_an_access_record_stands_in_every_pairing() -> None:
    """Obligations outlive permission: it is a fact."""
    w = world()
    found = content(w)
    w.suspend_pairing(XINCAI)
    assert w.history(w.channel).state("access", found) == Access(Status.UNREAD, "", ())
    verdict = w.write(YIWU, w.channel, found, w.access(YIWU, found))
    assert plain(verdict) == EFFECTIVE
    state = w.history(w.channel).state("access", found)
    assert (state.status, state.opened_by(YIWU), state.opened_by(XINCAI)) == (Status.READ, True, False)


def test_a_session_is_signed_by_its_officer() -> None:
    w = world()
    short = seeded("short")
    paper = w.session(f"{YIWU}/intake", base64.b64encode(short.public).decode())
    forged = dsse(short, Session.PURPOSE, paper.raw)
    for session, said in ((forged, SIGNATURES), (paper, EFFECTIVE)):
        assert plain(opened(w, signer=short, session=session)) == said


def test_a_session_for_a_key_of_small_order_opens_nothing() -> None:
    """One signature verifies under it whatever is signed (STACK trap 22)."""
    w = world()
    found = content(w)
    session = w.session(f"{YIWU}/intake", base64.b64encode(IDENTITY).decode())
    event = w.access(YIWU, found, session=session)
    statement = Dsse.make(event.access.statement.raw, ("0" * 64, IDENTITY + bytes(32)))
    assert keys.signed_by(statement, AccessStatement.PURPOSE, IDENTITY)
    trivial = event.model_copy(update={"access": event.access.model_copy(update={"statement": statement})})
    assert plain(w.write(YIWU, w.channel, found, trivial)) == SIGNATURES


def test_facts_do_not_lapse_but_need_their_signatures() -> None:
    """PROTOCOL 1: a fact is void for missing or wrong signatures, never for the date of an approval."""
    w = world()
    subject = w.share().draft.subject  # type: ignore[union-attr]
    for event in (
        lead.Delivered(summary=lead.DeliveredSummary()),
        lead.Received(summary=lead.ReceivedSummary(officer=number_of(w, "intake"))),
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
