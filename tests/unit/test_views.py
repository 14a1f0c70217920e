import base64
import itertools
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import is_dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import desk as said
from contracts.attestations import DeskAnchored, DeskAnchoredSummary, anchor_of
from contracts.calendar import CALENDARS, Calendar
from contracts.channel import StandsBy
from contracts.channels import DESK, PAIRING, TRUST
from contracts.enquiry import Delivered
from contracts.lead import DeliveredSummary
from contracts.liaison import PostingOffered, PostingOfferedSummary
from contracts.liaison_terms import Mandate
from contracts.operation import PlanSummary, Proposed
from contracts.operation_terms import OperationKind
from contracts.oversight import IncidentReported, IncidentReportedSummary
from contracts.oversight_terms import IncidentKind, Severity
from contracts.profile import compact
from contracts.refusals import Code
from contracts.vocabulary import Classification, DocumentKind, KeyKind, Role, Suspension, Urgency
from services.domain import CONTEXTS, enquiry, lead
from services.domain import access as accesses
from services.domain import desk as papers
from services.domain import liaison as liaisons
from services.domain import operation as operations
from services.domain import outflow as outflows
from services.domain import oversight as oversights
from services.domain import pairing as pairs
from services.domain.clocks import DAY, HOUR, day, due_hours, format_time, parse_time
from services.domain.papers import begin as begins
from services.domain.trust import DELAY
from services.registry import ceremony
from services.signing import possession
from services.verifier import Result, Verdict
from services.views import VIEWS, fold, from_json, row_key, stream, to_json
from services.views.channels import disowned
from services.views.inbox import Item, Kind, clocks, due_items, groups, late
from services.views.reads import marked
from services.views.refused import listed
from services.views.timeline import Direction
from tests.support.story import GARBAGE, WRONG, Story, begin, told
from tests.support.world import JINHUA, REGISTRY, XINCAI, YIWU, ZHUMADIAN, plain, seeded

CALENDAR = Calendar(CALENDARS.values())
STATES: dict[str, type[Any]] = {
    "anchors": oversights.Oversight,
    "cases": lead.Lead,
    "enquiries": enquiry.Enquiry,
    "pairings": pairs.Pairing,
    "operations": operations.Operation,
    "oversight": oversights.Oversight,
    "outflow": outflows.Report,
    "postings": liaisons.Liaison,
    "reads": accesses.Access,
    "desk": papers.Paper,
}


def rows_of(name: str, verdicts: Iterable[Verdict], me: str = XINCAI) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    fold(VIEWS[name], me, verdicts, rows)
    return rows


def everything(made: Story) -> list[Verdict]:
    return [verdict for log in made.verdicts.values() for verdict in log]


def in_channel(made: Story, name: str, me: str = XINCAI) -> dict[str, Any]:
    return rows_of(name, made.verdicts[made.channel], me)


@cache
def story_with_desk() -> Story:
    made = told().copy()
    made.open_desk(XINCAI)
    refused = made.verdicts[made.channel][53]
    seen = said.AcknowledgedSummary(
        officer=made.officer(XINCAI, "intake"),
        topic=refused.record.position.topic,
        place=str(refused.record.position.offset),
        digest=refused.record.message.signed.digest,
    )
    made.on_desk(XINCAI, made.fresh(), said.Acknowledged(summary=seen))
    draft(made)
    incident(made)
    operation(made)
    posting(made)
    return made


def posting(made: Story) -> None:
    """新蔡's head offers to send a team of two to 义乌."""
    for post in ("team1", "team2"):
        made.enrol(XINCAI, post, (Role.TEAM,))
    made.copy_trust(made.channel)
    one, two = sorted(made.officer(XINCAI, post) for post in ("team1", "team2"))
    today = day(made.now)
    summary = PostingOfferedSummary(
        kind=DocumentKind.POSTING,
        classification=Classification.WORK_SECRET,
        urgency=Urgency.ROUTINE,
        seat="330782",
        start=today.isoformat(),
        end=(today + timedelta(days=90)).isoformat(),
        leader=one,
        members=(one, two),
        mandate=(Mandate.FORWARD_PAPERS,),
        answer_by=format_time(made.now + DAY),
    )
    id_, names = made.fresh(), made.content(XINCAI, made.channel, PostingOffered.TYPE)
    event = made.approved(XINCAI, made.channel, id_, PostingOffered, summary, content=names, role=Role.HEAD)
    made.say(XINCAI, id_, event)


def operation(made: Story) -> None:
    """新蔡's head proposes an operation about a lead of its own, under the newest rules."""
    made.newest_rules()
    subject = made.received()
    begins = made.now + DAY
    summary = PlanSummary(
        kind=DocumentKind.ACTION_PLAN,
        classification=Classification.WORK_SECRET,
        urgency=Urgency.ROUTINE,
        operation=OperationKind.CASE,
        begins=format_time(begins),
        ends=format_time(begins + DAY),
        leads=(subject,),
        enquiries=(),
        answer_by=format_time(begins),
    )
    id_, plan = made.fresh(), made.content(XINCAI, made.channel, Proposed.TYPE)
    event = made.approved(XINCAI, made.channel, id_, Proposed, summary, content=plan, role=Role.HEAD)
    made.say(XINCAI, id_, event)


def incident(made: Story) -> None:
    """新蔡 reports an incident to its superior; its node anchors the desk there."""
    channel = made.supervised(XINCAI)
    summary = IncidentReportedSummary(
        officer=made.officer(XINCAI, "head"),
        kind=IncidentKind.MAJOR_CASE,
        severity=Severity.SERIOUS,
        at="2021-04-01T00:00:00.000Z",
        division="411729",
    )
    words = made.content(XINCAI, channel, IncidentReported.TYPE)
    verdict = made.write(XINCAI, channel, made.fresh(), IncidentReported(summary=summary, content=words))
    assert plain(verdict) == ("effective", "")
    anchor = DeskAnchored(summary=DeskAnchoredSummary(head=made.history(DESK).seen))
    assert plain(made.write(XINCAI, channel, anchor_of(XINCAI), anchor)) == ("effective", "")


def draft(made: Story) -> str:
    """An author drafts and submits a lead; the paper's subject."""
    subject, event = made.shared()
    paper = made.fresh()
    address = said.DraftedSummary(
        officer=made.officer(XINCAI, "author"),
        channel=made.channel,
        type=event.TYPE,
        subject=subject,
        purge_on="2021-05-01T00:00:00.000Z",
    )
    summary = base64.b64encode(compact(event.summary.model_dump(mode="json"))).decode()
    embedded = said.Papers(summary=summary, payload="e30=")
    drafted = said.Drafted(summary=address, content=event.content, embedded=embedded)
    submitted = said.Submitted(
        summary=said.SignedSummary(officer=made.officer(XINCAI, "author")),
        embedded=said.SignedStatement(statement=event.approval.submission),
    )
    for one in (drafted, submitted):
        made.on_desk(XINCAI, paper, one)
    return f"{DESK}/desk/{paper}"


# -- the registry of views ---------------------------------------------------------------------------------------------


def test_views_are_registered_by_name_with_a_version() -> None:
    assert all(view.name == name and view.version >= 1 and is_dataclass(view.row) for name, view in VIEWS.items())
    assert set(VIEWS) >= {*STATES, "inbox", "refused", "units", "officers", "trust", "channels"}


@pytest.mark.parametrize("name", STATES)
def test_a_row_is_the_domains_state_with_more_columns(name: str) -> None:
    """So a new event needs no view change (ARCHITECTURE)."""
    assert issubclass(VIEWS[name].row, STATES[name])


@pytest.mark.parametrize("name", ["cases", "enquiries", "outflow", "reads"])
def test_a_view_says_what_the_rules_said(name: str) -> None:
    """One state machine: the row's status is the history's, for every stream of the story."""
    made = told()
    for key, row in rows_of(name, everything(made)).items():
        channel, context, subject = stream(key)
        state = made.history(channel).state(context, subject)
        assert {field: getattr(row, field) for field in vars(state)} == vars(state)


# -- cases -------------------------------------------------------------------------------------------------------------


def test_a_case_is_outgoing_for_its_owner_incoming_for_its_recipient_and_watched_by_oversight() -> None:
    made = begin()
    subject = made.received()
    key = f"{made.channel}/lead/{subject}"
    sides = {unit: in_channel(made, "cases", unit)[key] for unit in (XINCAI, YIWU, ZHUMADIAN)}
    assert {unit: (row.direction, row.counterpart) for unit, row in sides.items()} == {
        XINCAI: (Direction.OUT, YIWU),
        YIWU: (Direction.IN, XINCAI),
        ZHUMADIAN: (Direction.WATCH, YIWU),
    }
    assert {row.status for row in sides.values()} == {lead.Status.RECEIVED}


def test_the_timeline_says_who_said_what_when_and_under_whose_signatures() -> None:
    made = begin()
    subject = made.received()
    shared, delivered, received = in_channel(made, "cases")[f"{made.channel}/lead/{subject}"].timeline
    assert shared.officers == (made.officer(XINCAI, "author"), made.officer(XINCAI, "approver"))
    assert delivered.officers == ()
    assert received.officers == (made.officer(YIWU, "intake"),)
    places = [verdict.record.position for verdict in made.verdicts[made.channel][-3:]]
    assert [(line.at, line.offset) for line in (shared, delivered, received)] == [(p.at, p.offset) for p in places]
    assert (shared.source, received.source, received.type) == (XINCAI, YIWU, "duikou.lead.received.v1")


def test_a_delegated_approval_is_shown_as_such() -> None:
    made = begin()
    paper = made.delegation(XINCAI, f"{XINCAI}/intake", Role.APPROVER)
    verdict = made.share(delegation=paper, approver=f"{XINCAI}/intake", approval={"role": "approver"})
    assert plain(verdict) == ("effective", "")
    (row,) = in_channel(made, "cases").values()
    assert row.timeline[0].delegated
    assert row.timeline[0].officers[1] == made.officer(XINCAI, "intake")


def test_what_was_sealed_while_the_line_was_cut_counts_from_the_logs_time_and_its_delay_is_said() -> None:
    """MECHANISM 4, offline county: six hours between a writer's clock and the log's."""
    made = begin()
    held = made.accepted()
    content = in_channel(made, "cases")[f"{made.channel}/lead/{held}"].contents[0].id
    subject, event = made.shared()
    share = made.seal(made.draft(XINCAI, made.channel, subject, event))
    again = made.seal(made.draft(YIWU, made.channel, content, made.access(YIWU, content)))
    made.later(6 * HOUR)
    shared, _ = made.put(made.channel, share), made.put(made.channel, again)
    first, late = marked(in_channel(made, "reads")[f"{made.channel}/access/{content}"])
    assert (first["delay_seconds"], late["delay_seconds"] // 3_600, late["unit"]) == (1, 6, YIWU)
    (item,) = due_items(
        {key: row for key, row in in_channel(made, "inbox").items() if key.endswith(subject)}, made.now, CALENDAR
    )
    assert (item.kind, item.due, item.category) == (Kind.DELIVER, due_hours(shared.at, 1), event.summary.category)
    assert parse_time(shared.draft.time) < shared.at - 5 * HOUR  # type: ignore[union-attr]


def test_a_reader_whose_clock_is_ahead_has_no_delay() -> None:
    made = begin()
    lead = made.accepted()
    content = in_channel(made, "cases")[f"{made.channel}/lead/{lead}"].contents[0].id
    row = in_channel(made, "reads")[f"{made.channel}/access/{content}"]
    (entry,) = row.timeline
    ahead = replace(row, timeline=(replace(entry, time=format_time(entry.at + HOUR)),))
    assert [one["delay_seconds"] for one in marked(ahead)] == [0]


def test_contents_are_listed_by_id_and_sender_and_not_copied() -> None:
    made = begin()
    subject = made.accepted()
    row = in_channel(made, "cases")[f"{made.channel}/lead/{subject}"]
    assert [(held.source, held.type) for held in row.contents] == [
        (XINCAI, "duikou.lead.shared.v1"),
        (YIWU, "duikou.lead.accepted.v1"),
    ]


def test_late_and_disputed_facts_are_shown_and_do_not_move_the_status() -> None:
    made = begin()
    subject = made.withdrawn()
    made.fact(YIWU, subject)
    made.fact(YIWU, subject, seen=WRONG)
    row = in_channel(made, "cases")[f"{made.channel}/lead/{subject}"]
    assert row.status is lead.Status.WITHDRAWN
    assert [(line.late, line.disputed) for line in row.timeline[-2:]] == [(True, False), (True, True)]


def test_what_is_void_is_never_projected() -> None:
    made = begin()
    subject = made.sent()
    before = in_channel(made, "cases")
    assert plain(made.share(subject=subject))[0] is Result.VOID
    assert in_channel(made, "cases") == before


@pytest.mark.parametrize("unit", [XINCAI, YIWU, ZHUMADIAN])
def test_the_counterpart_stays_who_it_was_whoever_speaks(unit: str) -> None:
    made = begin()
    subject = made.sent()
    (before,) = in_channel(made, "cases", unit).values()
    made.withdraw(XINCAI, subject)
    (after,) = in_channel(made, "cases", unit).values()
    assert before.counterpart == after.counterpart == (XINCAI if unit == YIWU else YIWU)


# -- the other matters -------------------------------------------------------------------------------------------------


def test_an_enquiry_goes_the_other_way() -> None:
    made = told()
    (key,) = (name for name in in_channel(made, "enquiries"))
    ours, theirs = (in_channel(made, "enquiries", unit)[key] for unit in (XINCAI, YIWU))
    assert (ours.direction, theirs.direction) == (Direction.IN, Direction.OUT)
    assert ours.status is enquiry.Status.CLOSED
    assert ours.open_items == ()


def test_a_pairing_has_a_row_where_it_was_agreed_and_one_where_it_lives() -> None:
    made = begin()
    rows = rows_of("pairings", everything(made))
    agreed, lives = rows[f"{PAIRING}/pairing/{made.pairing}"], rows[f"{made.channel}/pairing/{made.pairing}"]
    assert (agreed.status, lives.status) == (pairs.Status.ACCEPTED, pairs.Status.IN_FORCE)
    assert (agreed.purposes, agreed.oversight) == (lives.purposes, lives.oversight)
    assert lives.oversight == (ZHUMADIAN, JINHUA)
    state = made.history(made.channel).state("pairing", made.pairing)
    assert {name: getattr(lives, name) for name in vars(state)} == vars(state)
    assert lives.standing(lives.valid_until) is pairs.Status.CLOSING


@pytest.mark.parametrize(("unit", "direction"), [(XINCAI, "out"), (YIWU, "in"), (JINHUA, "watch")])
def test_a_pairing_has_a_side(unit: str, direction: str) -> None:
    rows = rows_of("pairings", everything(begin()), unit)
    assert {row.direction.value for row in rows.values()} == {direction}


def test_reads_say_who_opened_what_why_and_when() -> None:
    made = begin()
    subject = made.received()
    verdict = made.read(subject)
    (row,) = in_channel(made, "reads").values()
    read = row.reads[0]
    assert (read.unit, read.officer, read.kind, read.reason) == (YIWU, made.officer(YIWU, "intake"), "read", "handling")
    assert (read.at, row.timeline[0].offset) == (verdict.at, verdict.record.position.offset)


def test_outflow_is_numbers() -> None:
    made = begin()
    made.counts()
    (row,) = rows_of("outflow", everything(made)).values()
    assert (row.origin, row.direction) == ("411729", Direction.OUT)
    assert [(one.count, one.suppressed) for one in row.cells] == [(1_230, None), (None, True)]


# -- what did not count ------------------------------------------------------------------------------------------------


def test_void_noise_and_forks_are_listed_with_code_law_digest_and_writer() -> None:
    made = told()
    rows = in_channel(made, "refused")
    found = {key.rsplit("/", 1)[1]: (row.result.value, row.code, row.source, row.proven) for key, row in rows.items()}
    assert found == {
        "51": ("void", Code.STATE, XINCAI, True),
        "52": ("noise", Code.SIGNATURE, XINCAI, False),
        "53": ("noise", Code.SHAPE, "", False),
        "54": ("void", Code.WRONG_SIDE, REGISTRY, True),
    }
    assert [row.own for row in rows.values()] == [True, False, False, False]


def test_a_fork_is_listed() -> None:
    made = begin()
    first = made.share()
    made.put(made.channel, made.changed(first.record.message.signed, XINCAI, time="2021-04-01T00:00:00.000Z"))
    (row,) = in_channel(made, "refused").values()
    assert (row.result, row.code, row.own) == (Result.FORK, None, True)


def test_an_acknowledged_refusal_is_joined_from_the_desk_by_place_and_digest() -> None:
    made = story_with_desk()
    desk = rows_of("desk", made.verdicts[DESK]).values()
    marks = [(one.key.rsplit("/", 1)[1], one.acknowledged) for one in listed(in_channel(made, "refused"), desk)]
    assert marks == [("51", False), ("52", False), ("53", True), ("54", False)]


def test_what_is_acknowledged_elsewhere_is_still_listed() -> None:
    made = story_with_desk()
    desk = rows_of("desk", made.verdicts[DESK]).values()
    rows = {key.replace("/53", "/59"): row for key, row in in_channel(made, "refused").items()}
    assert not any(one.acknowledged for one in listed(rows, desk))


# -- desk and inbox ----------------------------------------------------------------------------------------------------


def test_a_desk_row_is_lean() -> None:
    made = story_with_desk()
    rows = rows_of("desk", made.verdicts[DESK])
    paper = next(row for row in rows.values() if row.status is papers.Status.SUBMITTED)
    assert (paper.content, paper.own, paper.payload, paper.submission, paper.approval) == (None, (), "", None, None)
    assert (paper.channel, paper.type, paper.author) == (
        made.channel,
        "duikou.lead.shared.v1",
        made.officer(XINCAI, "author"),
    )
    assert len(paper.contents) == 1
    assert paper.valid_until - paper.since < 72 * HOUR


def kinds(made: Story, me: str, now: int | None = None) -> list[tuple[Kind, bool, bool]]:
    rows = rows_of("inbox", made.verdicts[made.channel], me)
    return [(item.kind, item.overdue, item.mine) for item in due_items(rows, now or made.now, CALENDAR)]


DUE: dict[str, tuple[Callable[[Story], Any], Kind]] = {
    "sent, not delivered": (lambda made: made.share(), Kind.DELIVER),
    "delivered, not signed for": (lambda made: made.sent(), Kind.SIGN_FOR),
    "signed for, not decided": (lambda made: made.received(), Kind.DECIDE),
    "accepted, feedback promised": (lambda made: made.accepted(), Kind.FEEDBACK),
    "withdrawn, not removed": (lambda made: made.withdrawn(), Kind.REMOVE),
}


@pytest.mark.parametrize("state", DUE)
def test_what_the_recipient_owes(state: str) -> None:
    """Mine for the recipient, theirs for the owner; overdue is asked with a time and stored nowhere."""
    tell, kind = DUE[state]
    made = begin()
    tell(made)
    assert kinds(made, YIWU) == [(kind, False, True)]
    assert [one for one in kinds(made, XINCAI) if not one[2]] == [(kind, False, False)]
    assert kinds(made, YIWU, made.now + 40 * DAY) == [(kind, True, True)]


def test_an_enquiry_is_to_be_answered_by_the_other_side() -> None:
    made = begin()
    subject = made.asked(made.accepted())
    assert (Kind.DELIVER, False, True) in kinds(made, XINCAI)
    made.say(XINCAI, subject, Delivered(summary=DeliveredSummary()))
    assert (Kind.SIGN_FOR, False, True) in kinds(made, XINCAI)


def test_due_items_use_the_pairings_own_clocks() -> None:
    made = begin()
    made.received()
    rows = rows_of("inbox", made.verdicts[made.channel], YIWU)
    profile = clocks(in_channel(made, "pairings"))
    (usual,) = due_items(rows, made.now, CALENDAR, profile)
    slow = {made.channel: type(profile[made.channel])(8, 3, 30)}
    (later,) = due_items(rows, made.now, CALENDAR, slow)
    assert usual.due is not None
    assert later.due is not None
    assert later.due > usual.due


def test_a_missing_calendar_is_said_and_hides_nothing_else() -> None:
    """A counterpart can promise a date in a year nobody has published yet; that must not empty the list."""
    made = begin()
    made.received()
    made.share()
    rows = rows_of("inbox", made.verdicts[made.channel], YIWU)
    found = due_items(rows, made.now, Calendar(()))
    assert [(item.kind, item.due) for item in found][1:] == [(Kind.UNDATED, None)]
    assert found[0].kind is Kind.DELIVER


def test_an_offer_and_a_paper_wait_too() -> None:
    made = begin()
    made.agree(XINCAI, JINHUA)
    offers = rows_of("inbox", made.verdicts[PAIRING][:-1], JINHUA)
    assert [(item.kind, item.mine) for item in due_items(offers, made.now, CALENDAR)] == [(Kind.ANSWER_OFFER, True)]
    made.open_desk(XINCAI)
    draft(made)
    desk = rows_of("inbox", made.verdicts[DESK], XINCAI)
    assert [(item.kind, item.mine) for item in due_items(desk, made.now, CALENDAR)] == [(Kind.APPROVE, True)]
    assert due_items(desk, made.now + 80 * HOUR, CALENDAR)[0].overdue


def test_what_one_officer_did_at_once_waits_for_the_approver() -> None:
    """MECHANISM 2: 24 hours from its place in the log, for the unit that did it, until its own desk confirms it."""
    made = begin()
    subject = made.withdrawn()
    (act,) = [one for one in _inbox(made, XINCAI) if one.kind is Kind.CONFIRM_ACT]
    withdrawn = made.verdicts[made.channel][-1]
    assert (act.due, act.overdue, act.mine) == (due_hours(withdrawn.at, 24), False, True)
    assert (act.event, act.by) == (withdrawn.record.message.signed.digest, made.officer(XINCAI, "author"))
    assert [one.overdue for one in _inbox(made, XINCAI, made.now + 26 * HOUR) if one.event] == [True]
    assert not [one for one in _inbox(made, YIWU) if one.event]
    confirm(made, subject, act.event)
    assert not [one for one in _inbox(made, XINCAI) if one.event]


def _inbox(made: Story, me: str, now: int | None = None) -> list[Item]:
    """With what stands on the unit's desk, if it has one."""
    told = [*made.verdicts[made.channel], *made.verdicts.get(DESK, ())]
    return due_items(rows_of("inbox", told, me), now or made.now, CALENDAR)


def confirm(made: Story, subject: str, event: str) -> None:
    """新蔡's approver stands by it."""
    act = {"by": made.officer(XINCAI, "author"), "channel": made.channel, "matter": subject, "event": event}
    summary = said.ConfirmedSummary(officer=made.officer(XINCAI, "approver"), **act)
    made.open_desk(XINCAI)
    made.on_desk(XINCAI, made.fresh(), said.Confirmed(summary=summary))


def test_a_superior_sees_how_much_is_overdue_by_unit_and_kind() -> None:
    """MECHANISM 1.0, 3.1: numbers, and nothing that it owes itself."""
    made = begin()
    made.sent()
    made.asked(made.accepted())
    rows = rows_of("inbox", made.verdicts[made.channel], ZHUMADIAN)
    members = {made.channel: (XINCAI, YIWU)}
    profile = clocks(in_channel(made, "pairings", ZHUMADIAN))
    assert due_items(rows, made.now + 40 * DAY, CALENDAR, profile) == []
    assert late(rows, made.now, CALENDAR, profile, members) == {}
    found = {(made.channel, YIWU, "lead"): 2, (made.channel, XINCAI, "enquiry"): 1}
    assert late(rows, made.now + 40 * DAY, CALENDAR, profile, members) == found
    assert late(rows, made.now + 40 * DAY, CALENDAR, profile, {}) == {}
    assert late(rows, made.now + 40 * DAY, Calendar(()), profile, members) == {(made.channel, XINCAI, "enquiry"): 1}


def test_a_review_date_is_told_from_30_days_before() -> None:
    """S22, S23: to the owner, who can still review; not a year ahead, and not when it is too late."""
    made = begin()
    made.received()
    (row,) = in_channel(made, "cases").values()
    until = begins(row.review_date)

    def told_at(now: int, me: str = XINCAI) -> list[tuple[int | None, bool, bool]]:
        return [(one.due, one.overdue, one.mine) for one in _inbox(made, me, now) if one.kind is Kind.REVIEW_LEAD]

    assert [told_at(now) for now in (until - 30 * DAY - 1, until)] == [[], []]
    assert [told_at(now) for now in (until - 30 * DAY, until - 1)] == [[(until, False, True)]] * 2
    assert told_at(until - DAY, YIWU) == []


TODAY = begins("2021-04-05")
GROUPS: list[tuple[Kind, int | None, bool, set[str]]] = [
    (Kind.APPROVE, TODAY + 3 * DAY, False, {"to_approve"}),
    (Kind.CONFIRM_ACT, TODAY + DAY, False, {"to_approve", "due_today"}),
    (Kind.SIGN_FOR, TODAY + DAY + 1, False, {"to_sign_for"}),
    (Kind.FEEDBACK, TODAY, True, {"feedback", "overdue"}),
    (Kind.REMOVE, None, False, {"removal"}),
    (Kind.ANSWER, TODAY + HOUR, False, {"due_today"}),
]


@pytest.mark.parametrize(("kind", "due", "overdue", "of"), GROUPS)
def test_what_is_due_is_grouped(kind: Kind, due: int | None, overdue: bool, of: set[str]) -> None:
    """What is due by 24:00 is due today; what is late is not."""
    assert set(groups(Item("key", kind, due, overdue, True), TODAY + 12 * HOUR)) == of


def test_what_is_over_is_owed_no_more() -> None:
    made = begin()
    made.removed(made.withdrawn())
    assert kinds(made, YIWU) == []


# -- trust and channels ------------------------------------------------------------------------------------------------


def units_of(made: Story) -> dict[str, Any]:
    return {stream(key).subject: row for key, row in rows_of("units", made.verdicts[TRUST]).items()}


def test_the_contact_book_holds_every_unit_and_its_profile() -> None:
    made = begin()
    made.profile()
    book = units_of(made)
    assert set(book) == {XINCAI, YIWU, JINHUA, ZHUMADIAN}
    assert (book[YIWU].superior, book[YIWU].profile.intake_desk) == (JINHUA, "情报归口")
    assert book[XINCAI].profile is None


def test_a_units_suspension_and_keys_are_those_the_rules_know() -> None:
    made = begin()
    made.trust(ceremony.suspended(made.by(ceremony.duty(YIWU), 1), YIWU, Suspension.KEY_COMPROMISE))
    assert units_of(made)[YIWU].suspended_until == made.history(TRUST).channel.trust.units[YIWU].suspended_until
    made.trust(ceremony.suspended(made.by(ceremony.registrar(YIWU)), YIWU, Suspension.KEY_COMPROMISE))
    assert units_of(made)[YIWU].suspended_until is None
    made.trust(ceremony.reinstated(made.by(ceremony.registrar(YIWU)), YIWU))
    assert not units_of(made)[YIWU].suspended(made.now)


def test_a_new_key_counts_after_72_h_and_a_closed_one_no_more() -> None:
    made = begin()
    entry = possession(seeded("new"), made.exchange, YIWU, KeyKind.UNIT)
    made.trust(ceremony.key_added(made.by(ceremony.registrar(YIWU)), entry))
    made.trust(ceremony.key_closed(made.by(ceremony.registrar(YIWU)), YIWU, made.keys[YIWU].keyid, emergency=True))
    old, new = units_of(made)[YIWU].keys
    known = made.history(TRUST).channel.trust.keys_of(YIWU)
    assert [(one.since, one.closed) for one in (old, new)] == [
        (known[one.id].since, known[one.id].closed) for one in (old, new)
    ]
    assert old.emergency
    assert new.since - made.verdicts[TRUST][-2].at == DELAY


def test_officers_are_numbers_with_roles_and_terms() -> None:
    made = begin()
    who = made.officer(YIWU, "intake")
    made.trust(ceremony.officer_ended(made.by(ceremony.registrar(YIWU)), who, YIWU))
    rows = {stream(key).subject: row for key, row in rows_of("officers", made.verdicts[TRUST]).items()}
    known = made.history(TRUST).channel.trust.officers
    assert set(rows) == set(known)
    assert all(rows[name].serves(made.now) == officer.serves(made.now) for name, officer in known.items())
    assert not rows[who].serves(made.now)


def test_every_decision_of_trust_is_on_record() -> None:
    made = begin()
    rows = rows_of("trust", made.verdicts[TRUST])
    assert rows[f"{TRUST}/trust/policy"].body["rule_version"] == 1
    assert sum(len(row.decisions) for row in rows.values()) == len(made.verdicts[TRUST])


def test_a_channel_row_says_members_and_age_of_trust() -> None:
    made = begin()
    row = in_channel(made, "channels")[f"{made.channel}/channel/{made.channel}"]
    assert (row.members, row.readers) == ((XINCAI, YIWU), (JINHUA, ZHUMADIAN))
    assert [(key.unit, key.number) for key in row.keys] == [(XINCAI, 1), (YIWU, 1)]
    assert row.copied == len(made.history(made.channel).channel.trust.copied)


def test_what_a_reopened_ledger_left_behind_is_shown_as_disputed() -> None:
    made = begin()
    kept, left = made.share(), made.share()
    assert kept.envelope is not None
    by = StandsBy(sequence=kept.envelope.number, digest=kept.record.message.signed.digest)
    signers = made.signers(ceremony.registrar(XINCAI), 2)
    event = ceremony.reopened(made.exchange, XINCAI, made.channel, 2, by, "2021-12-31T00:00:00.000Z", signers)
    assert plain(made.write(REGISTRY, made.channel, made.channel, event)) == ("effective", "")
    (line,) = in_channel(made, "channels").values()
    cases = in_channel(made, "cases")
    marks = {entry.offset for row in cases.values() for entry in disowned(line, row.timeline)}
    assert marks == {left.record.position.offset}


# -- rows as JSON ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VIEWS)
def test_rows_survive_json(name: str) -> None:
    """Through text, as a table holds them; what comes back folds on as if it had never left."""
    for me in (XINCAI, YIWU, ZHUMADIAN):
        rows = rows_of(name, everything(story_with_desk()), me)
        assert rows
        for row in rows.values():
            document = json.loads(json.dumps(to_json(row), sort_keys=True))
            assert from_json(VIEWS[name], document) == row
            assert to_json(from_json(VIEWS[name], document)) == to_json(row)


@pytest.mark.parametrize("name", VIEWS)
def test_a_row_of_another_version_is_refused(name: str) -> None:
    row = next(iter(rows_of(name, everything(story_with_desk())).values()))
    broken = {member: {"no": ["such"]} for member in to_json(row)}
    with pytest.raises(ValueError, match="validation error"):
        from_json(VIEWS[name], broken)


def test_no_view_holds_content_or_key_halves() -> None:
    """PROTOCOL 10: ciphertext and wrapped halves stay in the log; garbage is listed without its bytes."""
    made = story_with_desk()
    text = json.dumps([to_json(row) for name in VIEWS for row in rows_of(name, everything(made)).values()])
    contents = [
        verdict.draft.data.content
        for verdict in everything(made)
        if verdict.draft is not None and getattr(verdict.draft.data, "content", None) is not None
    ]
    assert len(contents) > 5
    secrets = [one.ciphertext for one in contents] + [wrap.wrapped for one in contents for wrap in one.wraps]
    assert not [secret for secret in secrets if secret[:64] in text]
    assert GARBAGE.decode() not in text


# -- order -------------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_neither_batches_nor_the_order_of_topics_matter(chance: random.Random, size: int) -> None:
    """L3: the same envelopes at the same positions give the same rows."""
    made = story_with_desk()
    logs = {name: list(log) for name, log in made.verdicts.items()}
    rows: dict[str, dict[str, Any]] = {name: {} for name in VIEWS}
    while logs:
        name = chance.choice(sorted(logs))
        batch, logs[name] = logs[name][:size], logs[name][size:]
        for view in VIEWS.values():
            fold(view, YIWU, batch, rows[view.name])
        if not logs[name]:
            del logs[name]
    assert rows == {name: rows_of(name, everything(made), YIWU) for name in VIEWS}


def test_fold_names_exactly_the_rows_that_changed() -> None:
    made = told()
    rows: dict[str, Any] = {}
    for verdict in made.verdicts[made.channel]:
        before = dict(rows)
        changed = fold(VIEWS["cases"], YIWU, [verdict], rows)
        assert changed == {key for key, row in rows.items() if before.get(key) != row}
        assert changed == {key for key in [row_key(VIEWS["cases"], verdict)] if key is not None}


def test_a_row_never_spans_channels() -> None:
    made = story_with_desk()
    for view, (name, log) in itertools.product(VIEWS.values(), made.verdicts.items()):
        keys = {row_key(view, verdict) for verdict in log} - {None}
        assert all(str(key).split("/")[0] in (name, log[0].record.position.topic) for key in keys)


def test_every_context_with_rules_has_a_view() -> None:
    shown = {context for view in VIEWS.values() for context in view.contexts}
    assert shown >= set(CONTEXTS)


# -- between unit and superior -----------------------------------------------------------------------------------------


def test_an_incident_is_outgoing_for_the_unit_and_incoming_for_its_superior() -> None:
    """The superior reads it in the channel that only the two have (MECHANISM 3.1)."""
    for me, direction in ((XINCAI, Direction.OUT), (ZHUMADIAN, Direction.IN)):
        (row,) = rows_of("oversight", everything(story_with_desk()), me).values()
        assert (row.direction, row.status, row.owner) == (direction, oversights.Status.REPORTED, XINCAI)
        (waiting,) = [one for one in rows_of("inbox", everything(story_with_desk()), me).values() if one.oversight]
        assert (waiting.direction, waiting.oversight.status) == (direction, oversights.Status.REPORTED)


def test_an_incident_is_due_to_be_followed_up_by_the_unit() -> None:
    rows = rows_of("inbox", everything(story_with_desk()))
    (item,) = [one for one in due_items(rows, 0, CALENDAR, {}) if one.kind is Kind.FOLLOW_UP]
    assert item.mine


def test_an_operation_is_outgoing_for_its_proposer_and_waits_at_the_other_unit() -> None:
    for me, direction, mine in ((XINCAI, Direction.OUT, False), (YIWU, Direction.IN, True)):
        (row,) = rows_of("operations", everything(story_with_desk()), me).values()
        assert (row.direction, row.status, row.owner) == (direction, operations.Status.PROPOSED, XINCAI)
        rows = rows_of("inbox", everything(story_with_desk()), me)
        waiting = [one for one in due_items(rows, 0, CALENDAR, {}) if one.kind is Kind.COUNTERSIGN]
        assert [one.mine for one in waiting] == [mine] * 2  # the operation and the posting


def test_a_posting_is_outgoing_for_the_unit_that_sends_and_waits_at_the_host() -> None:
    for me, direction in ((XINCAI, Direction.OUT), (YIWU, Direction.IN)):
        (row,) = rows_of("postings", everything(story_with_desk()), me).values()
        assert (row.direction, row.status, row.owner) == (direction, liaisons.Status.OFFERED, XINCAI)


def test_nobody_waits_for_the_answer_to_an_offer_that_has_lapsed() -> None:
    """L12."""
    rows = rows_of("inbox", everything(story_with_desk()), YIWU)
    offers = [one for one in due_items(rows, 0, CALENDAR, {}) if one.kind is Kind.COUNTERSIGN]
    for offer in offers:
        assert offer.due is not None
        for now, waits in ((offer.due - 1, True), (offer.due, False)):
            keys = {one.key for one in due_items(rows, now, CALENDAR, {}) if one.kind is Kind.COUNTERSIGN}
            assert (offer.key in keys) is waits
        alone, members = {offer.key: rows[offer.key]}, {stream(offer.key).channel: (XINCAI, YIWU)}
        assert late(alone, offer.due, CALENDAR, {}, members) == {}, "nor is it overdue for who watches"
    assert len(offers) == 2
