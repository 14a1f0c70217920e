"""A lead beside the straight way: rows S6, S9, S11, S12, S16-S23, F2-F3 of MECHANISM 1.2b and 1.2c, guards, clocks."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.calendar import CALENDARS, Calendar
from contracts.contents import MODELS
from contracts.envelope import Draft
from contracts.lead import Shared
from contracts.lead_consents import (
    EvidenceUseGranted,
    EvidenceUseRefused,
    EvidenceUseRequested,
    TransferAccepted,
    TransferDeclined,
    TransferOffered,
)
from contracts.lead_course import (
    Corrected,
    HoldReleased,
    JurisdictionSettled,
    Regraded,
    RestrictionLifted,
)
from contracts.lead_forwarding import ForwardRequested
from contracts.refusals import Code
from contracts.vocabulary import Basis, RemovalResult, Role
from services.domain import lead, lead_course, pairing
from services.domain.clocks import DAY, HOUR, Clock, format_time, parse_time
from services.domain.lead import RULES, Status
from services.domain.lead_dues import review_near
from services.domain.lead_state import Origin
from services.domain.obligations import Duty, due, owed
from services.domain.rules import Sign
from services.domain.trust import Officer
from tests.support import contents
from tests.support.leads import (
    CALLEE,
    CORRECTION,
    PHONE,
    _submission_by,
    accept,
    accept_transfer,
    acknowledge,
    ask,
    close,
    confirm,
    contradict,
    correct,
    decline,
    decline_transfer,
    delivered,
    dispute,
    expunge,
    expunged_by_node,
    grant,
    hold,
    lift,
    misdirected,
    offer_transfer,
    outcome,
    received,
    refuse,
    regrade,
    release,
    removed,
    reopen,
    restrict,
    review,
    settle,
    share,
    supplement,
    told,
    withdraw,
)
from tests.support.papers import LEAD, LEAD_SUMMARY, REPLY, SUSPECT, WITNESS, approvals, draft
from tests.support.states import APPROVER, AUTHOR, DUTY, INTAKE, NOW, OTHER, OWNER, FakeStates, judged
from tests.unit.test_lead_rules import PATHS as STRAIGHT

pytestmark = pytest.mark.usefixtures("unsigned")

CALENDAR = Calendar(CALENDARS.values())


PATHS: dict[Status, list[Callable[[], Draft[Any]]]] = {
    **STRAIGHT,
    Status.MISDIRECTED: [share, delivered, misdirected],
    Status.DISPUTED: [*STRAIGHT[Status.IN_PROGRESS], dispute],
    Status.MOVED: [
        *STRAIGHT[Status.IN_PROGRESS],
        dispute,
        lambda: settle(whose=OWNER),
        lambda: settle(OWNER, whose=OWNER),
    ],
    Status.EXPUNGED: [share, expunge],
    Status.PHONE_RECORDED: [told],
    Status.PHONE_CONFIRMED: [told, confirm],
    Status.PHONE_DISPUTED: [told, contradict],
}
"""How a lead, or a phone record, comes to each status."""


def states_of() -> FakeStates:
    """As everywhere, with a duty officer of the other unit."""
    states = FakeStates()
    callee = Officer(OTHER, frozenset({Role.DUTY}), 0, NOW + 365 * DAY, "", b"")
    trust = states.channel.trust
    states.channel = replace(states.channel, trust=replace(trust, officers={**trust.officers, CALLEE: callee}))
    return states


def at_status(status: Status) -> FakeStates:
    states = states_of()
    for step in PATHS[status]:
        states.then(step(), NOW)
    assert states.state("lead", LEAD).status is status
    return states


def asked(status: Status = Status.IN_PROGRESS) -> FakeStates:
    """A lead whose use as evidence takes consent, and a request for it."""
    states = states_of()
    steps = [lambda: share(restrictions=["evidence_consent", "forward_consent"]), delivered, received, accept, ask]
    for step in steps:
        states.then(step(), NOW)
    assert states.state("lead", LEAD).status is status
    return states


PASSES: dict[str, tuple[Status, Callable[[], Draft[Any]], Status]] = {
    "S6 sent back unread": (Status.DELIVERED, misdirected, Status.MISDIRECTED),
    "S6 sent back after signing": (Status.RECEIVED, misdirected, Status.MISDIRECTED),
    "S11 another grade": (Status.RECEIVED, regrade, Status.RECEIVED),
    "S12 a person is struck": (Status.IN_PROGRESS, correct, Status.IN_PROGRESS),
    "S12 after the end": (Status.CLOSED, correct, Status.CLOSED),
    "S12 what a case keeps is corrected too": (Status.RETAINED, correct, Status.RETAINED),
    "S13 the owner takes back what went astray": (Status.MISDIRECTED, withdraw, Status.WITHDRAWN),
    "S14 what went astray is removed": (Status.MISDIRECTED, removed, Status.REMOVED),
    "S14 what is expunged is removed": (Status.EXPUNGED, removed, Status.REMOVED),
    "S15 offered": (Status.IN_PROGRESS, offer_transfer, Status.IN_PROGRESS),
    "S21 restricted": (Status.RECEIVED, restrict, Status.RECEIVED),
    "S16 both want it": (Status.IN_PROGRESS, dispute, Status.DISPUTED),
    "S16 the other says the same": (Status.DISPUTED, lambda: dispute(OWNER), Status.DISPUTED),
    "S17 one word settles nothing": (Status.DISPUTED, settle, Status.DISPUTED),
    "S19 a new fact": (Status.CLOSED, reopen, Status.IN_PROGRESS),
    "S19 by the owner": (Status.CLOSED, lambda: reopen(OWNER), Status.IN_PROGRESS),
    "S20 held for proceedings": (Status.WITH_OUTCOME, hold, Status.WITH_OUTCOME),
    "S20 held in the case file": (Status.RETAINED, hold, Status.RETAINED),
    "S22 reviewed": (Status.RECEIVED, review, Status.RECEIVED),
    "S23 expunged": (Status.RECEIVED, expunge, Status.EXPUNGED),
    "S23 expunged after the end": (Status.CLOSED, expunge, Status.EXPUNGED),
    "F2 told by phone": (Status.ABSENT, told, Status.PHONE_RECORDED),
    "F2 told 24 h ago": (Status.ABSENT, lambda: told(NOW - 24 * HOUR), Status.PHONE_RECORDED),
    "F2 told as it is signed": (Status.ABSENT, lambda: told(NOW), Status.PHONE_RECORDED),
    "F3 confirmed": (Status.PHONE_RECORDED, confirm, Status.PHONE_CONFIRMED),
    "F3 disputed": (Status.PHONE_RECORDED, contradict, Status.PHONE_DISPUTED),
}
REFUSALS: dict[str, tuple[Status, Callable[[], Draft[Any]], Code]] = {
    "S6 an accepted lead is not sent back": (Status.IN_PROGRESS, misdirected, Code.STATE),
    "S6 the owner sends nothing back": (Status.DELIVERED, lambda: misdirected(OWNER), Code.WRONG_SIDE),
    "S9 nothing to ask where nothing is restricted": (Status.IN_PROGRESS, ask, Code.STATE),
    "S9 nobody asked": (Status.IN_PROGRESS, grant, Code.UNKNOWN_MATTER),
    "S9 nobody asked for a refusal": (Status.IN_PROGRESS, refuse, Code.UNKNOWN_MATTER),
    "S11 the recipient grades nothing": (Status.RECEIVED, lambda: regrade(OTHER), Code.WRONG_SIDE),
    "S12 the recipient corrects nothing": (Status.RECEIVED, lambda: correct(OTHER), Code.WRONG_SIDE),
    "S12 nothing that was withdrawn": (Status.WITHDRAWN, correct, Code.STATE),
    "S12 nobody who was not there": (
        Status.RECEIVED,
        lambda: correct(effects=[{"index": 2, "effect": "changed"}]),
        Code.SHAPE,
    ),
    "S12 handling gets no looser by the way": (Status.RECEIVED, lambda: correct(restrictions=[]), Code.CEILING),
    "S15 the recipient offers nothing": (Status.IN_PROGRESS, lambda: offer_transfer(OTHER), Code.WRONG_SIDE),
    "S15 for more than 7 days": (Status.IN_PROGRESS, lambda: offer_transfer(binds=7 * DAY + 1), Code.OFFER_LAPSED),
    "S15 lapsed already": (Status.IN_PROGRESS, lambda: offer_transfer(binds=0), Code.OFFER_LAPSED),
    "S15 nothing was offered": (Status.IN_PROGRESS, accept_transfer, Code.UNKNOWN_MATTER),
    "S15 nothing is declined either": (Status.IN_PROGRESS, decline_transfer, Code.UNKNOWN_MATTER),
    "S21 to nobody of the two units": (Status.RECEIVED, lambda: restrict(reviewer=PHONE), Code.OFFICERS),
    "S21 by the recipient": (Status.RECEIVED, lambda: restrict(OTHER), Code.WRONG_SIDE),
    "S21 nothing is restricted": (Status.RECEIVED, lift, Code.STATE),
    "S16 not before it is signed for": (Status.DELIVERED, dispute, Code.STATE),
    "S16 nobody claims twice": (Status.DISPUTED, dispute, Code.STATE),
    "S16 one wants it and one does not: no dispute": (
        Status.DISPUTED,
        lambda: dispute(OWNER, "yours"),
        Code.STATE,
    ),
    "S17 nothing is disputed": (Status.IN_PROGRESS, settle, Code.STATE),
    "S17 a third unit gets nothing here": (
        Status.DISPUTED,
        lambda: settle(whose="510000000001"),
        Code.UNKNOWN_MATTER,
    ),
    "S19 nothing is closed": (Status.WITH_OUTCOME, reopen, Code.STATE),
    "S20 nothing is held before it is accepted": (Status.RECEIVED, hold, Code.STATE),
    "S20 for more than six months": (Status.WITH_OUTCOME, lambda: hold("2021-11-07"), Code.SHAPE),
    "S20 nothing is held": (Status.WITH_OUTCOME, release, Code.STATE),
    "S22 the recipient reviews nothing": (Status.RECEIVED, lambda: review(unit=OTHER), Code.WRONG_SIDE),
    "S22 for more than 12 months": (Status.RECEIVED, lambda: review("2022-05-09"), Code.SHAPE),
    "S23 the recipient expunges nothing": (Status.RECEIVED, lambda: expunge(OTHER), Code.WRONG_SIDE),
    "F2 more than 24 h ago": (Status.ABSENT, lambda: told(NOW - 24 * HOUR - 1), Code.SHAPE),
    "F2 told tomorrow": (Status.ABSENT, lambda: told(NOW + 1), Code.SHAPE),
    "F2 told to nobody of theirs": (Status.ABSENT, lambda: told(told_to=INTAKE), Code.OFFICERS),
    "F2 told by nobody of ours": (Status.ABSENT, lambda: told(told_by=CALLEE), Code.OFFICERS),
    "F2 signed by another than approved by voice": (
        Status.ABSENT,
        lambda: told(spoken_approver=AUTHOR),
        Code.OFFICERS,
    ),
    "F2 outside the purposes": (Status.ABSENT, lambda: told(category="transit"), Code.PURPOSE),
    "F2 a witness without forward consent": (
        Status.ABSENT,
        lambda: told(persons=[WITNESS], restrictions=[]),
        Code.CEILING,
    ),
    "F3 the caller confirms nothing": (Status.PHONE_RECORDED, lambda: confirm(OWNER), Code.WRONG_SIDE),
    "F3 the caller disputes nothing": (Status.PHONE_RECORDED, lambda: contradict(OWNER), Code.WRONG_SIDE),
    "F3 a time that is an hour and more apart": (
        Status.PHONE_RECORDED,
        lambda: confirm(at=NOW - 9 * HOUR - 1),
        Code.SHAPE,
    ),
    "F3 confirmed once": (Status.PHONE_DISPUTED, confirm, Code.STATE),
}
_BELOW = {
    EvidenceUseRequested,
    EvidenceUseGranted,
    EvidenceUseRefused,
    JurisdictionSettled,
    HoldReleased,
    RestrictionLifted,
    TransferAccepted,
    TransferDeclined,
}
"""Pass in tests of their own."""


@pytest.mark.parametrize(("before", "event", "after"), PASSES.values(), ids=PASSES)
def test_a_row_passes(before: Status, event: Callable[[], Draft[Any]], after: Status) -> None:
    states = at_status(before)
    assert states.then(event(), NOW).status is after
    assert not states.late


@pytest.mark.parametrize(("before", "event", "code"), REFUSALS.values(), ids=REFUSALS)
def test_a_row_refuses(before: Status, event: Callable[[], Draft[Any]], code: Code) -> None:
    assert judged(at_status(before), event()) is code


def test_every_row_has_an_example_that_passes_and_one_that_is_refused() -> None:
    elsewhere = {Shared.__module__, ForwardRequested.__module__}  # test_lead_rules, test_forwarding_rules
    course = {event for event in RULES if event.__module__ not in elsewhere}
    assert course <= {type(event().data) for _, event, _ in PASSES.values()} | _BELOW
    assert {type(event().data) for _, event, _ in REFUSALS.values()} == course


@pytest.mark.parametrize("status", sorted(Status))
def test_every_status_is_reached(status: Status) -> None:
    at_status(status)


# -- consents ----------------------------------------------------------------------------------------------------------


def test_use_as_evidence_is_asked_and_granted_or_refused() -> None:
    states = asked()
    assert judged(states, grant("9" * 64)) is Code.UNKNOWN_MATTER
    assert judged(states, grant(unit=OTHER)) is Code.WRONG_SIDE
    state = states.then(grant(), NOW)
    assert (state.evidence, state.evidence_asked) == (True, "")
    assert judged(states, refuse()) is Code.UNKNOWN_MATTER
    refused = asked().then(refuse(), NOW)
    assert (refused.evidence, refused.evidence_asked) == (False, "")


def test_a_request_for_consent_is_answered_within_3_days() -> None:
    (found,) = (one for one in owed(asked().state("lead", LEAD), CALENDAR, Clock()) if one.kind is Duty.CONSENT)
    assert (format_time(found.at), found.owner) == ("2021-05-10T16:00:00.000Z", True)


# -- transfer and restriction ------------------------------------------------------------------------------------------


def test_a_transfer_is_a_firm_offer_and_answered_once() -> None:
    """S15, L12."""
    states = at_status(Status.IN_PROGRESS)
    states.then(offer_transfer(), NOW)
    assert judged(states, offer_transfer()) is Code.STATE
    assert judged(states, accept_transfer(OWNER)) is Code.WRONG_SIDE
    assert judged(states, accept_transfer(offer="9" * 64)) is Code.UNKNOWN_MATTER
    assert judged(states, accept_transfer(), NOW + 7 * DAY) is Code.OFFER_LAPSED
    state = states.then(accept_transfer(), NOW + 7 * DAY - 1)
    assert (state.status, state.transfer) == (Status.MOVED, None)


def test_a_transfer_that_is_declined_or_lapsed_leaves_the_matter_where_it_is() -> None:
    states = at_status(Status.IN_PROGRESS)
    states.then(offer_transfer(), NOW)
    assert states.then(decline_transfer(), NOW).transfer is None
    states.then(offer_transfer(binds=DAY), NOW)
    again = draft(TransferOffered, {**REPLY, "kind": "enquiry", "answer_by": format_time(NOW + 2 * DAY)}, OWNER)
    assert states.then(again, NOW + DAY).status is Status.IN_PROGRESS


def test_a_transfer_is_due_when_it_lapses_and_a_restriction_in_30_days() -> None:
    states = at_status(Status.IN_PROGRESS)
    states.then(offer_transfer(), NOW)
    state = states.then(restrict(), NOW)
    found = {one.kind: (format_time(one.at), one.owner) for one in owed(state, CALENDAR, Clock())}
    assert found[Duty.COUNTERSIGN] == ("2021-05-13T02:00:00.000Z", False)
    assert found[Duty.LIFT] == ("2021-06-07T16:00:00.000Z", True)
    later = owed(replace(state, restricted_at=NOW + 2 * DAY), CALENDAR, Clock())
    assert [format_time(one.at) for one in later if one.kind is Duty.LIFT] == ["2021-06-07T16:00:00.000Z"]


def test_a_restriction_stands_until_it_is_lifted() -> None:
    """S21."""
    states = at_status(Status.RECEIVED)
    assert states.then(restrict(), NOW).reviewer == CALLEE
    assert judged(states, restrict()) is Code.STATE
    assert judged(states, lift(OTHER)) is Code.WRONG_SIDE
    assert states.then(lift(), NOW).reviewer == ""


# -- corrections -------------------------------------------------------------------------------------------------------


def test_a_correction_replaces_every_version_before_it() -> None:
    states = at_status(Status.IN_PROGRESS)
    e = correct(persons=[SUSPECT], effects=[{"index": 1, "effect": "changed"}])
    state = states.then(e, NOW)
    assert (state.versions, state.persons) == ((e.data.content.id,), 1)
    assert next(one.kind for one in owed(state, CALENDAR, Clock())) is Duty.ACKNOWLEDGE


def test_a_correction_obeys_the_basis() -> None:
    states = at_status(Status.IN_PROGRESS)
    states.streams["lead", LEAD] = replace(states.state("lead", LEAD), basis=Basis.PRE_CASE_CHECK)
    one_ground = correct(persons=[SUSPECT | {"grounds": ["pointed_out"]}], effects=[])
    assert judged(states, one_ground) is Code.BASIS


def test_a_correction_stays_under_the_ceiling() -> None:
    states = at_status(Status.IN_PROGRESS)
    offer = states.channel.terms.offer.model_copy(update={"ceiling": ("forward_consent",)})  # type: ignore[union-attr]
    states.channel = replace(states.channel, terms=replace(states.channel.terms, offer=offer))  # type: ignore[type-var]
    assert judged(states, correct(restrictions=["evidence_consent", "forward_consent"])) is Code.CEILING


def test_a_correction_takes_the_head_for_a_person_who_asks_for_one() -> None:
    head = correct(persons=[SUSPECT | {"approver": "head"}], effects=[])
    assert [lead.needs(e) for e in (correct(), head)] == [Sign.TWO, Sign.HEAD]


def test_a_person_is_struck_once() -> None:
    twice = [{"index": 1, "effect": "struck"}] * 2
    with pytest.raises(ValueError, match="ascending"):
        correct(effects=twice)


def test_a_cleared_person_is_corrected_and_nothing_more_is_owed() -> None:
    """不起诉, 撤案, 无罪: the correction answers it, a supplement or a close does not (S8, S12)."""
    for done in (supplement, close):
        states = at_status(Status.IN_PROGRESS)
        states.then(outcome(stage="acquitted"), NOW)
        assert Duty.CORRECT in _kinds(states.then(done(), NOW + HOUR))
        assert Duty.CORRECT not in _kinds(states.then(correct(), NOW + 2 * HOUR))
    states = at_status(Status.IN_PROGRESS)
    states.then(outcome(stage="acquitted"), NOW)
    assert Duty.CORRECT not in _kinds(states.then(correct(), NOW))


def test_whoever_is_not_struck_is_in_the_correction_and_nobody_is_added() -> None:
    first, nobody = ({"index": n, "effect": "changed"} for n in (1, 2))
    struck = {"index": 1, "effect": "struck"}
    wrong: list[tuple[int, list[Any]]] = [(2, []), (0, []), (1, [struck]), (1, [nobody]), (1, [first, nobody])]
    for persons, effects in wrong:
        e = correct(persons=[SUSPECT] * persons, effects=effects)
        assert judged(at_status(Status.IN_PROGRESS), e) is Code.SHAPE


def test_what_names_nobody_is_corrected_without_effect_on_anybody() -> None:
    states = states_of()
    states.then(share(persons=[]), NOW)
    assert judged(states, correct(effects=[])) is None


def test_a_correction_that_names_a_witness_goes_no_further_without_consent() -> None:
    """MECHANISM 3.4: and what it names is known of the lead."""
    changed: dict[str, Any] = {"persons": [WITNESS], "effects": [{"index": 1, "effect": "changed"}]}
    states = states_of()
    states.then(share(restrictions=[]), NOW)
    assert judged(states, correct(restrictions=[], **changed)) is Code.CEILING
    state = states.then(correct(restrictions=["forward_consent"], **changed), NOW)
    assert (state.protected, state.suspect) == (True, False)


def test_an_urgent_correction_is_read_in_8_hours_and_after_the_end_too() -> None:
    urgent = correct(urgency="urgent", urgency_ground="life")
    for status in (Status.IN_PROGRESS, Status.CLOSED):
        states = at_status(status)
        found = [one for one in owed(states.then(urgent, NOW), CALENDAR, Clock()) if one.kind is Duty.ACKNOWLEDGE]
        assert [format_time(one.at) for one in found] == ["2021-05-06T11:00:00.000Z"]
        state = states.then(acknowledge(), NOW)
        assert (state.corrections, states.late) == ((), [])


def test_a_supplement_is_acknowledged_late_after_the_end() -> None:
    states = at_status(Status.IN_PROGRESS)
    for e in (supplement(), outcome(), close(), acknowledge()):
        states.then(e, NOW)
    assert states.late == ["duikou.lead.acknowledged.v1"]


def test_another_grade_is_acknowledged_as_a_supplement_is() -> None:
    """S11: each by itself; the second does not put the first out of sight."""
    states = at_status(Status.IN_PROGRESS)
    states.then(supplement(), NOW)
    state = states.then(replace(regrade(), digest="9" * 64), NOW + DAY)
    assert state.unread == (("8" * 64, NOW), ("9" * 64, NOW + DAY))
    assert _kinds(state).count(Duty.ACKNOWLEDGE) == 2


def test_a_suspect_on_an_untested_word_takes_the_approvers_own_also_when_regraded() -> None:
    """FIELDS 6.3."""
    x4 = {**CORRECTION, "grade": {"source": "X", "information": "4"}}
    word = approvals(Regraded, OWNER, answers=("untested_suspect",))
    assert judged(at_status(Status.RECEIVED), draft(Regraded, x4)) is Code.SIGNATURES
    assert judged(at_status(Status.RECEIVED), draft(Regraded, x4, approval=word)) is None
    states = states_of()
    states.then(share(persons=[]), NOW)
    assert judged(states, draft(Regraded, x4)) is None


def test_nothing_is_closed_while_consent_is_asked_for() -> None:
    """S18."""
    states = asked()
    states.then(outcome(), NOW)
    assert judged(states, close()) is Code.STATE
    states.then(refuse(), NOW)
    assert judged(states, close()) is None


def _kinds(state: Any) -> list[Duty]:
    return [one.kind for one in owed(state, CALENDAR, Clock())]


# -- jurisdiction ------------------------------------------------------------------------------------------------------

SETTLED: dict[str, tuple[list[Callable[[], Draft[Any]]], Status]] = {
    "the recipient's": ([settle, lambda: settle(OWNER)], Status.IN_PROGRESS),
    "the owner's": ([lambda: settle(whose=OWNER), lambda: settle(OWNER, whose=OWNER)], Status.MOVED),
    "each says another": ([settle, lambda: settle(OWNER, whose=OWNER)], Status.DISPUTED),
    "one says agreed, one designated": (
        [
            settle,
            lambda: settle(OWNER, by="designated", decision={"series": "supervision", "year": 2021, "number": 1}),
        ],
        Status.DISPUTED,
    ),
    "the same unit twice": ([settle, settle], Status.DISPUTED),
    "changed until both say the same": (
        [settle, lambda: settle(OWNER, whose=OWNER), lambda: settle(OWNER)],
        Status.IN_PROGRESS,
    ),
}


@pytest.mark.parametrize(("steps", "status"), SETTLED.values(), ids=SETTLED)
def test_s17_a_dispute_is_over_when_both_have_said_the_same(
    steps: list[Callable[[], Draft[Any]]], status: Status
) -> None:
    states = at_status(Status.DISPUTED)
    for step in steps:
        states.then(step(), NOW)
    assert states.state("lead", LEAD).status is status


def test_a_claim_stands_until_both_have_said_the_same() -> None:
    """S16: neither the other's claim nor one word of a settlement lets a unit claim once more."""
    for said in (dispute(OWNER), settle()):
        states = at_status(Status.DISPUTED)
        states.then(said, NOW)
        assert judged(states, dispute()) is Code.STATE


def test_what_was_settled_can_be_disputed_anew() -> None:
    states = at_status(Status.DISPUTED)
    for e in (settle(), settle(OWNER), dispute(), settle()):
        states.then(e, NOW)
    assert states.state("lead", LEAD).status is Status.DISPUTED
    assert states.then(settle(OWNER), NOW).status is Status.IN_PROGRESS


def test_a_designation_names_the_decision() -> None:
    for wrong in ({"by": "designated"}, {"decision": {"series": "supervision", "year": 2021, "number": 1}}):
        with pytest.raises(ValueError, match="decision"):
            settle(**wrong)


def test_both_units_owe_the_settlement_within_7_days() -> None:
    found = owed(at_status(Status.DISPUTED).state("lead", LEAD), CALENDAR, Clock())
    assert [(one.kind, format_time(one.at)) for one in found] == [(Duty.SETTLE, "2021-05-13T16:00:00.000Z")] * 2
    assert {one.owner for one in found} == {False, True}


# -- holds, reviews, the end -------------------------------------------------------------------------------------------


def test_a_hold_is_reviewed_on_its_day_and_released() -> None:
    states = at_status(Status.WITH_OUTCOME)
    state = states.then(hold("2021-10-09"), NOW)
    (found,) = (one for one in owed(state, CALENDAR, Clock()) if one.kind is Duty.REVIEW_HOLD)
    assert (format_time(found.at), found.owner) == ("2021-10-09T16:00:00.000Z", False)
    assert judged(states, release(OWNER)) is Code.WRONG_SIDE
    state = states.then(release(), NOW)
    assert (state.held, state.hold_review) == (False, "")


def test_what_a_case_file_keeps_owes_the_review_of_its_hold() -> None:
    state = at_status(Status.RETAINED).then(hold(), NOW)
    assert [one.kind for one in owed(state, CALENDAR, Clock())] == [Duty.REVIEW_HOLD]


REVIEW_OVER = parse_time("2022-04-30T16:00:00.000Z")
"""00:00 of the review date at +08:00: from the date on."""


def test_past_its_review_date_a_lead_is_at_an_end_unless_it_is_held() -> None:
    """S23: event or no event; a hold pauses it."""
    state = at_status(Status.WITH_OUTCOME).state("lead", LEAD)
    assert not lead_course.past_review(state, REVIEW_OVER - 1)
    assert lead_course.past_review(state, REVIEW_OVER)
    assert not lead_course.past_review(replace(state, hold_review="2022-06-01"), REVIEW_OVER)
    assert not lead_course.past_review(lead.INITIAL, REVIEW_OVER)


def test_a_review_comes_in_time_and_from_others_than_the_author() -> None:
    """S22: neither of the two wrote the lead; from the date on nothing revives it."""
    states = at_status(Status.RECEIVED)
    assert states.then(review(), NOW).review_date == "2022-05-06"
    for wrote in (DUTY, APPROVER):  # who submits the review, who approves it
        states.streams["lead", LEAD] = replace(states.state("lead", LEAD), author=wrote)
        assert judged(states, review()) is Code.OFFICERS
    states.streams["lead", LEAD] = replace(states.state("lead", LEAD), author="", review_date="2021-05-05")
    assert judged(states, review()) is Code.STATE


def test_a_review_is_told_of_in_the_last_30_days_and_while_it_can_be_made() -> None:
    """S22."""
    state, began = at_status(Status.RECEIVED).state("lead", LEAD), REVIEW_OVER - 30 * DAY
    near = [review_near(state, at) for at in (began - 1, began, REVIEW_OVER - 1, REVIEW_OVER)]
    assert near == [None, REVIEW_OVER, REVIEW_OVER, None]
    assert review_near(replace(state, hold_review="2021-11-06"), began) is None
    assert review_near(replace(state, status=Status.CLOSED), began) is None


def test_who_wrote_a_lead_is_known_of_it() -> None:
    """S22: the author of its submission, and nobody where that cannot be read."""
    for paper, author in ((_submission_by(DUTY), DUTY), (approvals(Shared, OWNER)["submission"], "")):
        e = draft(Shared, LEAD_SUMMARY, approval={**approvals(Shared, OWNER), "submission": paper})
        assert states_of().then(e, NOW).author == author


FORWARDED = Origin("9" * 64, "510000000001", "b" * 52, LEAD, (), "2022-05-01")


def test_what_was_forwarded_is_kept_by_its_holder_under_the_owners_word() -> None:
    """S10: not offered, not kept longer than the owner's lead, and expunged by the node on the day it is asked back."""
    states = at_status(Status.IN_PROGRESS)
    states.streams["lead", LEAD] = replace(states.state("lead", LEAD), origin=FORWARDED)
    assert judged(states, offer_transfer()) is Code.STATE
    assert judged(states, review("2022-05-02")) is Code.SHAPE
    assert judged(states, review("2022-05-01")) is None
    assert states.then(expunged_by_node(), NOW).status is Status.EXPUNGED
    assert not states.late


def test_an_expunction_by_two_or_by_the_node() -> None:
    assert [lead.needs(e) for e in (expunged_by_node(), expunge())] == [Sign.NODE, Sign.TWO]


def test_the_node_alone_expunges_from_the_review_date_on_and_not_before() -> None:
    """S23, L5: before it that is late, and nothing is expunged."""
    states = at_status(Status.IN_PROGRESS)
    assert states.then(expunged_by_node(), REVIEW_OVER - 1).status is Status.IN_PROGRESS
    assert states.late == ["duikou.lead.expunged.v1"]
    assert states.then(expunged_by_node(), REVIEW_OVER).status is Status.EXPUNGED


def test_what_is_held_is_not_all_removed() -> None:
    """S20: such a receipt stands as said, late, and the lead stays withdrawn until what is kept is answered for."""
    states = at_status(Status.IN_PROGRESS)
    for e in (hold(), withdraw()):
        states.then(e, NOW)
    assert states.then(removed(), NOW).status is Status.WITHDRAWN
    assert states.late == ["duikou.lead.removal_answered.v1"]
    state = states.then(replace(removed("retained_in_case"), digest="9" * 64), NOW)
    assert (state.status, state.removal) == (Status.RETAINED, ("9" * 64, RemovalResult.RETAINED_IN_CASE))
    assert judged(states, release()) is None


def test_when_a_lead_was_asked_back_first_is_kept() -> None:
    """Whoever forwarded it calls it back from then on; that it is expunged later is no second time."""
    states = at_status(Status.IN_PROGRESS)
    assert states.state("lead", LEAD).asked_back == 0
    assert states.then(withdraw(), NOW + 1).asked_back == NOW + 1
    assert states.then(removed("retained_in_case"), NOW + 2).status is Status.RETAINED
    expunged = states.then(expunge(), NOW + 3)
    assert (expunged.status, expunged.asked_back) == (Status.EXPUNGED, NOW + 1)


OVER: dict[str, tuple[Status, Callable[[], Draft[Any]], Code | None]] = {
    "accepted": (Status.RECEIVED, lambda: accept(day="2022-05-20"), Code.STATE),
    "supplemented": (Status.IN_PROGRESS, supplement, Code.STATE),
    "corrected": (Status.IN_PROGRESS, correct, Code.STATE),
    "held": (Status.IN_PROGRESS, lambda: hold("2022-09-01"), Code.STATE),
    "reviewed": (Status.IN_PROGRESS, review, Code.STATE),
    "transferred": (Status.IN_PROGRESS, offer_transfer, Code.STATE),
    "withdrawn": (Status.IN_PROGRESS, withdraw, None),
    "expunged": (Status.IN_PROGRESS, expunge, None),
    "declined": (Status.RECEIVED, decline, None),
    "sent back": (Status.RECEIVED, misdirected, None),
    "closed": (Status.WITH_OUTCOME, close, None),
    "restricted": (Status.IN_PROGRESS, restrict, None),
    "confirmed on the telephone": (Status.PHONE_RECORDED, confirm, None),
    "denied on the telephone": (Status.PHONE_RECORDED, contradict, None),
}


@pytest.mark.parametrize(("status", "event", "code"), OVER.values(), ids=OVER)
def test_from_the_review_date_on_nothing_keeps_a_lead(
    status: Status, event: Callable[[], Draft[Any]], code: Code | None
) -> None:
    states = at_status(status)
    running = states.state("pairing", states.channel.pairing)
    states.streams["pairing", states.channel.pairing] = replace(running, valid_until=NOW + 900 * DAY)
    assert judged(states, event(), REVIEW_OVER) is code


def test_from_the_review_date_on_an_offered_transfer_is_declined_and_not_accepted() -> None:
    states = at_status(Status.IN_PROGRESS)
    states.then(offer_transfer(), NOW)
    state = states.state("lead", LEAD)
    states.streams["lead", LEAD] = replace(state, review_date="2021-05-06")
    assert judged(states, accept_transfer()) is Code.STATE
    assert judged(states, decline_transfer()) is None


@pytest.mark.parametrize(("version", "code"), [(1, None), (2, Code.STATE), (3, Code.STATE)])
def test_the_review_date_is_asked_since_rule_version_2(version: int, code: Code | None) -> None:
    states = at_status(Status.IN_PROGRESS)
    running = states.state("pairing", states.channel.pairing)
    states.streams["pairing", states.channel.pairing] = replace(running, valid_until=NOW + 900 * DAY)
    states.channel = replace(states.channel, trust=replace(states.channel.trust, rule_version=version))
    assert judged(states, supplement(), REVIEW_OVER) is code


@pytest.mark.parametrize("event", [withdraw, correct, hold, expunge, regrade])
def test_what_can_be_said_of_a_matter_that_moved(event: Callable[[], Draft[Any]]) -> None:
    """The recipient has it: it is taken back, corrected, held, expunged; it is graded no more."""
    assert judged(at_status(Status.MOVED), event()) is (Code.STATE if event is regrade else None)


def test_what_a_case_file_keeps_can_be_expunged() -> None:
    assert at_status(Status.RETAINED).then(expunge(), NOW).status is Status.EXPUNGED


def test_a_restriction_of_a_closed_lead_is_lifted_too() -> None:
    states = at_status(Status.WITH_OUTCOME)
    for e in (restrict(), close()):
        states.then(e, NOW)
    assert Duty.LIFT in _kinds(states.state("lead", LEAD))
    assert states.then(lift(), NOW).reviewer == ""


def test_what_went_astray_is_removed_in_24_hours_also_when_it_was_taken_back() -> None:
    states = at_status(Status.DELIVERED)
    states.then(misdirected(), NOW)
    found = owed(states.then(withdraw(), NOW + 20 * HOUR), CALENDAR, Clock())
    assert [(one.kind, format_time(one.at)) for one in found] == [(Duty.REMOVE, "2021-05-07T03:00:00.000Z")]


def test_a_third_unit_is_designated_and_not_agreed_on() -> None:
    """MECHANISM 3.1: by the common superior, in both units' words."""
    decision = {"series": "supervision", "year": 2021, "number": 1}
    states = at_status(Status.DISPUTED)
    for unit in (OWNER, OTHER):
        states.then(settle(unit, "510000000001", by="designated", decision=decision), NOW)
    assert states.state("lead", LEAD).status is Status.MOVED


@pytest.mark.parametrize("event", [withdraw, expunge])
def test_a_phone_record_ends_as_a_lead_does(event: Callable[[], Draft[Any]]) -> None:
    """DOMAIN scope 4: it names people."""
    for status in (Status.PHONE_RECORDED, Status.PHONE_CONFIRMED, Status.PHONE_DISPUTED):
        states = at_status(status)
        states.then(event(), NOW)
        assert states.then(removed(), NOW).status is Status.REMOVED
    state = at_status(Status.PHONE_CONFIRMED).state("lead", LEAD)
    assert lead_course.past_review(state, REVIEW_OVER)
    assert (state.persons, state.restrictions) == (1, ("forward_consent",))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.EXPUNGED, [(Duty.REMOVE, "2021-05-13T16:00:00.000Z", False)]),
        (
            Status.MISDIRECTED,
            [(Duty.CORRECT, "2021-05-07T03:00:00.000Z", True), (Duty.REMOVE, "2021-05-07T03:00:00.000Z", False)],
        ),
        (Status.PHONE_RECORDED, [(Duty.CONFIRM, "2021-05-07T03:00:00.000Z", False)]),
        (Status.PHONE_CONFIRMED, []),
        (Status.MOVED, []),
    ],
)
def test_what_is_due(status: Status, expected: list[tuple[Duty, str, bool]]) -> None:
    found = owed(at_status(status).state("lead", LEAD), CALENDAR, Clock())
    assert [(one.kind, format_time(one.at), one.owner) for one in found] == expected


def test_a_reopened_lead_promises_its_next_word() -> None:
    """S19: within 30 days of the reopening, not of what was promised before it."""
    found = due(at_status(Status.CLOSED).then(reopen(), NOW + 10 * DAY), CALENDAR, Clock())
    assert found is not None
    assert (found.kind, format_time(found.at)) == (Duty.FEEDBACK, "2021-06-15T16:00:00.000Z")


# -- phone first -------------------------------------------------------------------------------------------------------


def test_a_lead_writes_down_what_was_told_by_its_unit() -> None:
    """F2: and nothing that the other unit was told, or a lead, or nothing."""
    states = states_of()
    states.then(told(subject=PHONE), NOW)
    states.then(share(phone_first=PHONE), NOW)
    assert judged(states_of(), share(phone_first=PHONE)) is Code.UNKNOWN_MATTER
    for other in ({"owner": OTHER}, {"status": Status.IN_PROGRESS}):
        states = states_of()
        states.then(told(subject=PHONE), NOW)
        states.streams["lead", PHONE] = replace(states.state("lead", PHONE), **other)
        assert judged(states, share(phone_first=PHONE)) is Code.UNKNOWN_MATTER


@pytest.mark.parametrize(("version", "code"), [(1, Code.TYPE), (2, Code.UNKNOWN_MATTER)])
def test_a_lead_names_a_phone_record_since_rule_version_2(version: int, code: Code) -> None:
    states = states_of()
    states.channel = replace(states.channel, trust=replace(states.channel.trust, rule_version=version))
    assert judged(states, share(phone_first=PHONE)) is code


def test_the_callees_word_of_the_time_replaces_the_callers() -> None:
    """The clock of the law stays the log's."""
    states = at_status(Status.PHONE_RECORDED)
    before = states.state("lead", LEAD)
    assert (before.told_at, before.shared_at) == (NOW - 8 * HOUR, NOW)
    after = states.then(confirm(at=NOW - 9 * HOUR), NOW + HOUR)
    assert (after.told_at, after.shared_at) == (NOW - 9 * HOUR, NOW)


def test_a_line_that_was_cut_for_a_day_loses_no_call() -> None:
    """F2: the 24 hours run to the head's signature, not to the log."""
    assert judged(states_of(), told(), NOW + 40 * HOUR) is None


def test_only_what_is_urgent_is_told_before_it_is_signed() -> None:
    with pytest.raises(ValueError, match="urgen"):
        told(urgency="routine", urgency_ground=None)


def test_a_phone_record_goes_out_under_the_heads_signature() -> None:
    assert lead.needs(told()) is Sign.HEAD


STANDINGS: dict[str, tuple[Status, Callable[[], Draft[Any]], Code | None]] = {
    "nothing is told first": (Status.ABSENT, told, Code.PAIRING_STATE),
    "nothing is reopened": (Status.CLOSED, reopen, Code.PAIRING_STATE),
    "corrected": (Status.IN_PROGRESS, correct, None),
    "expunged": (Status.IN_PROGRESS, expunge, None),
    "held": (Status.IN_PROGRESS, hold, None),
    "settled": (Status.DISPUTED, settle, None),
}


@pytest.mark.parametrize(("before", "event", "code"), STANDINGS.values(), ids=STANDINGS)
def test_obligations_outlive_permission(before: Status, event: Callable[[], Draft[Any]], code: Code | None) -> None:
    states = at_status(before)
    states.standing(pairing.Status.SUSPENDED)
    assert judged(states, event()) is code


def test_a_late_expunction_changes_no_status() -> None:
    states = at_status(Status.WITHDRAWN)
    assert states.then(expunge(), NOW).status is Status.WITHDRAWN
    assert states.late == ["duikou.lead.expunged.v1"]


def test_the_straight_way_ends_in_a_close_also_after_a_dispute() -> None:
    states = at_status(Status.DISPUTED)
    assert judged(states, close()) is Code.STATE


def test_contents_of_the_right_shape() -> None:
    """A correction's content is a whole lead and what was wrong."""
    whole = {**contents.LEAD, "wrong": "示例：人员有误"}
    model = MODELS[Corrected.TYPE].model_validate_json(json.dumps(whole, ensure_ascii=False))
    assert model.to_bytes()
    with pytest.raises(ValueError, match="wrong"):
        MODELS[Corrected.TYPE].model_validate_json(json.dumps(contents.LEAD, ensure_ascii=False))


def test_what_was_disputed_before_it_was_accepted_owes_its_first_word_in_30_days() -> None:
    """S17: nobody had promised a day; the inbox must not fall over it."""
    states = at_status(Status.RECEIVED)
    for e in (dispute(), settle(), settle(OWNER)):
        states.then(e, NOW)
    found = due(states.state("lead", LEAD), CALENDAR, Clock())
    assert found is not None
    assert (found.kind, format_time(found.at)) == (Duty.FEEDBACK, "2021-06-07T16:00:00.000Z")
