"""A desk is judged by the trust of today: what was written before must be judged as it was (WIRE-CHOICES A12)."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from contracts import desk
from contracts.channels import DESK, TRUST
from contracts.dsse import Dsse
from contracts.profile import compact
from contracts.refusals import Refused
from contracts.vocabulary import Role
from services.domain.clocks import DAY, HOUR
from services.gateway.auth import standing_in
from services.registry import ceremony
from services.verifier import History, Verdict, inspect
from tests.support.decisions import suspend
from tests.support.ledgers import close_key, new_key
from tests.support.story import Story, begin
from tests.support.world import XINCAI, YIWU, ZHUMADIAN, plain, seeded

EFFECTIVE, OFFICERS = ("effective", ""), ("void", "officers")


def closed(made: Story) -> None:
    """A new key, and the old one is closed as stolen."""
    new_key(made)
    close_key(made, emergency=True)


def ended(made: Story) -> None:
    """The officer who wrote serves no more."""
    number = made.officer(XINCAI, "author")
    made.trust(ceremony.officer_ended(made.by(ceremony.registrar(XINCAI)), number, XINCAI))


@pytest.mark.parametrize("change", [suspend, closed, ended])
def test_what_stands_on_a_desk_counts_whatever_trust_says_since(change: Callable[[Story], object]) -> None:
    """Else a node whose unit was suspended could neither be looked at nor started again (PROTOCOL 4)."""
    made = begin()
    made.open_desk(XINCAI)
    record = made.share().record
    seen = desk.AcknowledgedSummary(
        officer=made.officer(XINCAI, "author"),
        topic=record.position.topic,
        place=str(record.position.offset),
        digest=record.message.signed.digest,
    )
    made.on_desk(XINCAI, made.fresh(), desk.Acknowledged(summary=seen))
    change(made)
    again = History.desk(made.exchange, XINCAI, made.history(TRUST).channel.trust)
    verdicts = [again.admit(record, inspect(record, {XINCAI: again.known(XINCAI)})) for record in made.logs[DESK]]
    assert [plain(verdict) for verdict in verdicts] == [("effective", "")]


# -- who approves in another's place -----------------------------------------------------------------------------------

INTAKE, SUPERIOR, AUTHOR = f"{XINCAI}/intake", f"{ZHUMADIAN}/approver", f"{XINCAI}/author"
COVERS: dict[str, tuple[str, dict[str, Any], tuple[str, str]]] = {
    "an officer without the role": (INTAKE, {}, EFFECTIVE),
    "an approver of the superior": (SUPERIOR, {}, EFFECTIVE),
    "an approver, who needs no delegation": (
        f"{XINCAI}/approver",
        {"delegate": AUTHOR},
        EFFECTIVE,
    ),
    "somebody for whom the head signed nothing": (INTAKE, {"delegate": AUTHOR}, OFFICERS),
    "an approver of the other unit": (f"{YIWU}/approver", {}, OFFICERS),
    "an author of the superior": (f"{ZHUMADIAN}/author", {}, OFFICERS),
    "after its last day": (INTAKE, {"span": HOUR}, OFFICERS),
    "by a delegation for another unit": (INTAKE, {"unit": YIWU}, OFFICERS),
    "by a delegation of somebody who is no head": (INTAKE, {"head": "author"}, OFFICERS),
    "by a delegation that another signed": (INTAKE, {"signer": seeded("somebody")}, ("void", "signatures")),
    "for longer than 30 days": (INTAKE, {"span": 31 * DAY}, OFFICERS),
    "the author himself": (AUTHOR, {}, OFFICERS),
}


@pytest.mark.parametrize("who", COVERS)
def test_who_stands_in_approves_on_the_desk(who: str) -> None:
    """D5, WIRE 23: role live or delegated, or of the superior; what the channel will ask, the desk asks before."""
    officer, said, becomes = COVERS[who]
    made = begin()
    made.open_desk(XINCAI)
    if "head" in said:
        said = {"head": made.officer(XINCAI, said["head"])}
    paper = made.delegation(XINCAI, said.pop("delegate", officer), Role.APPROVER, **said)
    assert plain(approved(made, officer, paper)) == becomes


def test_without_a_delegation_the_desk_asks_for_the_role() -> None:
    made = begin()
    made.open_desk(XINCAI)
    assert plain(approved(made, INTAKE, None)) == OFFICERS


def test_nobody_stands_in_who_serves_no_more() -> None:
    made = begin()
    paper = made.delegation(XINCAI, INTAKE, Role.APPROVER)
    made.trust(ceremony.officer_ended(made.by(ceremony.registrar(XINCAI)), made.officers[INTAKE].id, XINCAI))
    made.open_desk(XINCAI)
    assert plain(approved(made, INTAKE, paper)) == OFFICERS


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APPROVER, Role.HEAD}))
def test_a_head_lets_nobody_in_for_another_role(role: Role) -> None:
    """PROTOCOL 7: who signs second is stood in for; whatever a head signed."""
    made = begin()
    made.open_desk(XINCAI)
    paper = made.delegation(XINCAI, INTAKE, role)
    with pytest.raises(Refused, match="officers"):
        standing_in(made.history(TRUST).channel.trust, XINCAI, made.officers[INTAKE].id, paper, made.now)
    assert plain(approved(made, INTAKE, paper, role)) == OFFICERS


def test_who_stands_in_is_let_in_with_the_role_he_stands_in_for() -> None:
    """Beside his own in his own unit; of the superior, that one alone, and not longer than the delegation says."""
    made = begin()
    trust = made.history(TRUST).channel.trust
    for name, roles in ((INTAKE, {Role.INTAKE, Role.HEAD}), (SUPERIOR, {Role.HEAD})):
        officer, paper = made.officers[name].id, made.delegation(XINCAI, name, Role.HEAD)
        caller = standing_in(trust, XINCAI, officer, paper, made.now)
        assert (caller.id, set(caller.enrolment.roles)) == (officer, roles)
        for unit, at in ((YIWU, made.now), (XINCAI, made.now + 10 * DAY)):
            with pytest.raises(Refused, match="officers"):
                standing_in(trust, unit, officer, paper, at)


def approved(made: Story, officer: str, paper: Dsse | None, role: Role = Role.APPROVER) -> Verdict:
    """A lead is drafted and submitted on 新蔡's desk, and that officer approves it."""
    subject, event = made.shared(approver=officer, delegation=paper, approval={"role": role.value})
    author, id_ = made.officer(XINCAI, "author"), made.fresh()
    address = {"channel": made.channel, "type": event.TYPE, "subject": subject, "purge_on": "2021-05-01T00:00:00.000Z"}
    summary = base64.b64encode(compact(event.summary.model_dump(mode="json"))).decode()
    about = desk.DraftedSummary(officer=author, **address)
    made.on_desk(XINCAI, id_, desk.Drafted(summary=about, content=event.content, embedded=desk.Papers(summary=summary)))
    submission = desk.SignedStatement(statement=event.approval.submission)
    made.on_desk(XINCAI, id_, desk.Submitted(summary=desk.SignedSummary(officer=author), embedded=submission))
    approval = desk.SignedStatement(statement=event.approval.approval, delegation=paper)
    said = desk.ApprovedSummary(officer=made.officers[officer].id)
    return made.told_desk(XINCAI, id_, desk.Approved(summary=said, embedded=approval))
