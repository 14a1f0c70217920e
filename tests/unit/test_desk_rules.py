"""Rows D1-D11 of MECHANISM 1.2a: a paper goes its way, four eyes sign the same bytes, numbers stand once (L5)."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts import desk as said
from contracts.approval import Approval, Submission
from contracts.channels import Place
from contracts.content import Content
from contracts.dsse import Dsse
from contracts.envelope import Draft
from contracts.lead import Shared, Supplemented
from contracts.refusals import Code
from contracts.vocabulary import Role
from services.domain import desk, uses
from services.domain.clocks import DAY, HOUR, format_time
from services.domain.desk import INITIAL, Paper, Status
from services.domain.rules import Use
from services.domain.trust import Officer
from tests.support.papers import LEAD, content, draft
from tests.support.states import (
    APPROVER,
    AUTHOR,
    CHANNEL,
    DUTY,
    EXCHANGE,
    INTAKE,
    NOW,
    OTHER,
    OWNER,
    FakeStates,
    channel,
    judged,
)

PAPER = "44440000-0000-4000-8000-000000000001"
HEAD = "00000005-0000-4000-8000-000000000000"
OFFICERS = {
    Role.AUTHOR: AUTHOR,
    Role.APPROVER: APPROVER,
    Role.DUTY: DUTY,
    Role.INTAKE: INTAKE,
    Role.HEAD: HEAD,
}
TYPE = Shared.TYPE
CONTENT = content(Shared, OTHER)
NUMBER = {"series": "xingongjin", "year": 2021, "number": 7}
OWN = [{"half": half, "holder": OWNER, "number": 1, "wrapped": CONTENT["wraps"][0]["wrapped"]} for half in ("ku", "kk")]


def states() -> FakeStates:
    """A desk of one unit, with a head as well."""
    found = channel()
    head = Officer(OWNER, frozenset({Role.HEAD}), 0, NOW + 365 * DAY, "", b"")
    trust = replace(found.trust, officers={**found.trust.officers, HEAD: head})
    return FakeStates(replace(found, place=Place.DESK, members=(OWNER,), trust=trust))


def statement(model: type[Submission], officer: str, /, **members: Any) -> dict[str, Any]:
    """A statement about the paper, of the right shape, signed by nobody."""
    about = {
        "exchange": EXCHANGE,
        "channel": CHANNEL,
        "type": TYPE,
        "subject": LEAD,
        "unit": OWNER,
        "summary": "5" * 64,
    }
    when = {"decided_at": format_time(NOW), "valid_until": format_time(NOW + HOUR)}
    role = Role.AUTHOR if model is Submission else Role.APPROVER
    paper = model.model_validate({**about, **when, "officer": officer, "role": role, **members}, strict=False)
    dsse = Dsse.make(paper.to_payload(), ("7" * 64, bytes(64)))
    return dsse.model_dump(mode="json", exclude_none=True)


SUBMISSION = statement(Submission, AUTHOR)
SUBMITTED = Dsse.model_validate(SUBMISSION, strict=False).digest


def write(officer: str = AUTHOR, event: type[Any] = said.Drafted, **summary: Any) -> Draft[Any]:
    about = {"officer": officer, "channel": CHANNEL, "type": TYPE, "subject": LEAD, "purge_on": format_time(NOW)}
    papers = {"summary": base64.b64encode(b"{}").decode(), "own": OWN}
    return draft(event, about | summary, subject=PAPER, embedded=papers, content=CONTENT)


def revise(officer: str = AUTHOR) -> Draft[Any]:
    return write(officer, said.Revised, type=Supplemented.TYPE)


def submit(officer: str = AUTHOR) -> Draft[Any]:
    signed = statement(Submission, officer)
    return draft(said.Submitted, {"officer": officer}, subject=PAPER, embedded={"statement": signed})


def approve(officer: str = APPROVER, document: dict[str, Any] | None = None, **members: Any) -> Draft[Any]:
    signed = statement(Approval, officer, **{"submission": SUBMITTED, "document": document, **members})
    summary = {"officer": officer} | ({"document": document} if document else {})
    return draft(said.Approved, summary, subject=PAPER, embedded={"statement": signed})


def send_back(officer: str = APPROVER) -> Draft[Any]:
    return draft(said.Returned, {"officer": officer, "reason": "incomplete"}, subject=PAPER)


def discard(officer: str = AUTHOR) -> Draft[Any]:
    return draft(said.Discarded, {"officer": officer}, subject=PAPER)


def assign(officer: str = INTAKE, event: type[Any] = said.Assigned, handler: str = AUTHOR) -> Draft[Any]:
    return draft(event, {"officer": officer, "handler": handler, "channel": CHANNEL}, subject=PAPER)


def reassign(officer: str = INTAKE) -> Draft[Any]:
    return assign(officer, said.Reassigned, DUTY)


def link(officer: str = AUTHOR) -> Draft[Any]:
    summary = {"officer": officer, "channel": CHANNEL, "other_channel": "b" * 52, "other": LEAD}
    return draft(said.Linked, summary, subject=PAPER)


def take_note(officer: str = AUTHOR) -> Draft[Any]:
    summary = {"officer": officer, "topic": "duikou.trust.1", "place": "1", "digest": "8" * 64}
    return draft(said.Acknowledged, summary, subject=PAPER)


def stand_by(officer: str = APPROVER, by: str = AUTHOR) -> Draft[Any]:
    act = {"by": by, "channel": CHANNEL, "matter": LEAD, "event": "8" * 64}
    return draft(said.Confirmed, {"officer": officer, **act}, subject=PAPER)


PATHS: dict[Status, list[Callable[[], Draft[Any]]]] = {
    Status.ABSENT: [],
    Status.DRAFT: [write],
    Status.SUBMITTED: [write, submit],
    Status.RETURNED: [write, submit, send_back],
    Status.APPROVED: [write, submit, approve],
    Status.DISCARDED: [write, discard],
    Status.ASSIGNED: [assign],
    Status.NOTED: [link],
}
"""How a paper or a matter comes to each status."""


def at_status(status: Status) -> FakeStates:
    found = states()
    for step in PATHS[status]:
        found.then(step(), NOW)
    assert found.state("desk", PAPER).status is status
    return found


AUTHORS, APPROVERS = {Role.AUTHOR}, {Role.APPROVER, Role.HEAD}
DESK = {Role.INTAKE, Role.DUTY, Role.HEAD}
ROWS: list[tuple[str, Callable[..., Draft[Any]], set[Status], Status, set[Role]]] = [
    ("D1 drafted", write, {Status.ABSENT}, Status.DRAFT, AUTHORS),
    ("D2 revised", revise, {Status.DRAFT, Status.RETURNED}, Status.DRAFT, AUTHORS),
    ("D3 submitted", submit, {Status.DRAFT}, Status.SUBMITTED, AUTHORS),
    ("D4 returned", send_back, {Status.SUBMITTED}, Status.RETURNED, APPROVERS),
    ("D5 approved", approve, {Status.SUBMITTED}, Status.APPROVED, APPROVERS),
    (
        "D7 discarded",
        discard,
        {Status.DRAFT, Status.RETURNED, Status.SUBMITTED, Status.APPROVED},
        Status.DISCARDED,
        AUTHORS | APPROVERS,
    ),
    ("D8 assigned", assign, {Status.ABSENT}, Status.ASSIGNED, DESK),
    ("D8 assigned to somebody else", reassign, {Status.ASSIGNED}, Status.ASSIGNED, DESK),
    ("D9 linked", link, {Status.ABSENT}, Status.NOTED, AUTHORS),
    ("D10 a bad record is seen", take_note, {Status.ABSENT}, Status.NOTED, set(OFFICERS)),
    ("D11 an act of one officer is confirmed", stand_by, {Status.ABSENT}, Status.NOTED, APPROVERS),
]
ROW = pytest.mark.parametrize(("event", "when", "then", "roles"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS])


@ROW
def test_a_row_passes_where_it_may_and_nowhere_else(
    event: Callable[..., Draft[Any]], when: set[Status], then: Status, roles: set[Role]
) -> None:
    officer = OFFICERS[min(roles - {Role.HEAD})]
    for status in Status:
        found = at_status(status)
        nothing_yet = status is Status.ABSENT and status not in when
        wanted = None if status in when else (Code.UNKNOWN_MATTER if nothing_yet else Code.STATE)
        assert judged(found, event(officer)) is wanted, status
        assert found.state("desk", PAPER).status is (then if wanted is None else status)


@ROW
def test_a_row_is_signed_by_its_roles_and_no_others(
    event: Callable[..., Draft[Any]], when: set[Status], then: Status, roles: set[Role]
) -> None:
    for role, officer in OFFICERS.items():
        assert judged(at_status(min(when)), event(officer)) is (None if role in roles else Code.OFFICERS), role


def test_every_row_has_its_line() -> None:
    assert {type(event().data) for _, event, *_ in ROWS} == set(desk.RULES)


# -- four eyes ---------------------------------------------------------------------------------------------------------

ELSEWHERE = {"channel": "b" * 52, "type": Supplemented.TYPE, "subject": PAPER, "officer": DUTY}
BOTH = frozenset({Role.AUTHOR, Role.APPROVER})


@pytest.mark.parametrize("member", ELSEWHERE)
def test_a_statement_about_something_else_signs_no_paper(member: str) -> None:
    other = {member: ELSEWHERE[member]}
    assert judged(at_status(Status.DRAFT), _with(submit(), statement(Submission, AUTHOR, **other))) is Code.SIGNATURES
    approval = statement(Approval, APPROVER, submission=SUBMITTED, **other)
    assert judged(at_status(Status.SUBMITTED), _with(approve(), approval)) is Code.SIGNATURES


def _with(e: Draft[Any], signed: dict[str, Any]) -> Draft[Any]:
    """The same event with another statement."""
    papers = said.SignedStatement.model_validate({"statement": signed}, strict=False)
    return replace(e, data=e.data.model_copy(update={"embedded": papers}))


def test_a_statement_that_cannot_be_read_signs_no_paper() -> None:
    unread = SUBMISSION | {"payload": base64.b64encode(b"{}").decode()}
    assert judged(at_status(Status.DRAFT), _with(submit(), unread)) is Code.SIGNATURES


def both_roles() -> FakeStates:
    """The author may approve as well; the paper is submitted."""
    found = at_status(Status.SUBMITTED)
    officers = found.channel.trust.officers
    trust = replace(found.channel.trust, officers={**officers, AUTHOR: replace(officers[AUTHOR], roles=BOTH)})
    found.channel = replace(found.channel, trust=trust)
    return found


def test_nobody_approves_or_returns_what_he_wrote() -> None:
    assert judged(both_roles(), approve(AUTHOR)) is Code.OFFICERS
    assert judged(both_roles(), send_back(AUTHOR)) is Code.OFFICERS
    assert judged(both_roles(), approve()) is None


def test_nobody_confirms_what_he_did_alone() -> None:
    assert judged(states(), stand_by(APPROVER, by=APPROVER)) is Code.OFFICERS
    assert judged(states(), stand_by(HEAD, by=APPROVER)) is None


def test_an_approval_names_the_submission_it_approves() -> None:
    assert judged(at_status(Status.SUBMITTED), approve(submission="6" * 64)) is Code.SIGNATURES


def test_the_approver_signs_the_number_that_is_used() -> None:
    other = approve(document=NUMBER)
    signed = statement(Approval, APPROVER, submission=SUBMITTED, document=NUMBER | {"number": 8})
    assert judged(at_status(Status.SUBMITTED), _with(other, signed)) is Code.SIGNATURES


def test_a_number_stands_once() -> None:
    found = at_status(Status.SUBMITTED)
    e = approve(document=NUMBER)
    used = f"number/{OWNER}/{CHANNEL}/xingongjin/2021/7"
    found.claimed[used] = Use(OWNER, "desk", LEAD)
    assert judged(found, e) is Code.NUMBER_USED
    del found.claimed[used]
    assert judged(found, e) is None
    assert uses(e) == [used]
    assert uses(approve()) == []


# -- what the desk knows -----------------------------------------------------------------------------------------------


def test_nothing_is_known_of_a_paper_before_it_is_drafted() -> None:
    assert {name: value for name, value in vars(INITIAL).items() if value} == {"status": Status.ABSENT}


def test_a_paper_gathers_its_signatures() -> None:
    found = states()
    drafted = found.then(write(), NOW)
    assert drafted == Paper(
        status=Status.DRAFT,
        owner=OWNER,
        channel=CHANNEL,
        type=TYPE,
        subject=LEAD,
        summary=base64.b64encode(b"{}").decode(),
        content=Content.model_validate(CONTENT, strict=False),
        own=write().data.embedded.own,
        author=AUTHOR,
    )
    submitted = found.then(submit(), NOW)
    assert submitted == replace(drafted, status=Status.SUBMITTED, submission=submit().data.embedded.statement)
    e = approve(document=NUMBER)
    delegated = e.data.embedded.model_copy(update={"delegation": submit().data.embedded.statement})
    e = replace(e, data=e.data.model_copy(update={"embedded": delegated}))
    assert found.then(e, NOW) == replace(
        submitted,
        status=Status.APPROVED,
        approved_by=APPROVER,
        document=e.data.summary.document,
        approval=e.data.embedded.statement,
        delegation=e.data.embedded.delegation,
    )


def test_a_paper_without_halves_for_the_unit_has_none() -> None:
    e = write()
    papers = e.data.embedded.model_copy(update={"own": None})
    assert states().then(replace(e, data=e.data.model_copy(update={"embedded": papers})), NOW).own == ()


def test_a_revision_drops_the_signature_and_the_reason() -> None:
    found = at_status(Status.RETURNED)
    returned = found.state("desk", PAPER)
    assert (returned.reason, returned.submission is None) == ("incomplete", False)
    revised = found.then(revise(), NOW)
    assert revised == replace(returned, status=Status.DRAFT, type=Supplemented.TYPE, submission=None, reason="")


def test_a_paper_has_its_grant_and_its_table_until_it_is_revised_without() -> None:
    found, e = states(), write(grant="9" * 64)
    papers = e.data.embedded.model_copy(update={"payload": "e30="})
    drafted = found.then(replace(e, data=e.data.model_copy(update={"embedded": papers})), NOW)
    assert (drafted.grant, drafted.payload) == ("9" * 64, "e30=")
    revised = found.then(revise(), NOW)
    assert (revised.grant, revised.payload) == ("", "")


def test_a_matter_has_the_handler_it_was_given_to_last() -> None:
    found = states()
    assert found.then(assign(), NOW) == Paper(Status.ASSIGNED, OWNER, channel=CHANNEL, handler=AUTHOR)
    assert found.then(reassign(), NOW) == Paper(Status.ASSIGNED, OWNER, channel=CHANNEL, handler=DUTY)
