"""Acceptance stories of the design, over HTTP against real nodes; every person and case is invented.

Each test is named after its story and reads as its proof. What a story needs that is not built yet, its docstring says.
They run over the embedded log; 1, 2 and 7 over Apache Kafka as well, on the region of tests/integration/test_spine.py.
6 and 10 need more units than two: test_stories_of_many.py.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from contracts.channels import DESK
from contracts.vocabulary import AccessReason, Role
from services.auditor import Outcome, Report, Topics, audit
from services.cli.client import Officer
from services.cli.errors import ApiError, NotYetError
from services.demo.cast import JINHUA, XINCAI, YIWU, ZHUMADIAN
from services.domain.clocks import DAY, HOUR, SECOND, day, due_hours, format_time, parse_time
from services.node.folds import now_ms
from services.verifier import Result
from services.views import VIEWS, fold, to_json
from tests.support.files import TURNED, exif, jpeg, pdf, warrant
from tests.support.offices import HANDLER, Offices, ahead, paper_of, refused, refused_with
from tests.support.region import CONTENT, SUMMARY, Region, both_answering

pytestmark = pytest.mark.xdist_group("first")

PLAIN = {"classification": "work_secret", "urgency": "routine"}
REPLY = {**PLAIN, "kind": "reply"}
LEADER = {"leader": HANDLER}


@pytest.fixture(scope="module")
def paired() -> Iterator[Region]:
    """新蔡 and 义乌 paired, both answering HTTP, under rule version 2; 新蔡's line can be cut."""
    with both_answering(line=XINCAI) as made:
        yield made


@pytest.fixture
def offices(paired: Region) -> Offices:
    """Fresh words, the same nodes."""
    return Offices(paired)


NICKNAME, PHONE, PARCEL = "示例阿三", "13900001234", "SF0000123456789"
CONFESSED: dict[str, Any] = {
    **CONTENT,
    "narrative": f"示例：供述称{NICKNAME}以寄递方式发货。",
    "facts": [{**CONTENT["facts"][0], "text": f"供述：{NICKNAME}，电话{PHONE}，运单{PARCEL}"}],
    "persons": [
        {name: said for name, said in CONTENT["persons"][0].items() if name != "name"}
        | {"identification": "unknown", "aliases": [NICKNAME]}
    ],
    "identifiers": [
        {**CONTENT["identifiers"][0], "kind": kind, "value": value}
        for kind, value in (("mobile", PHONE), ("waybill", PARCEL))
    ],
}
"""A confession names a nickname, a telephone and a parcel, and nobody's name."""
UNSAID = (NICKNAME, PHONE, PARCEL, CONTENT["title"], CONTENT["basis_no"], *CONTENT["contact"].values())
"""What stands in the content alone."""


def found(officer: Officer, channel: str, content: str, name: str) -> set[str]:
    """Matters in which that name stands, by a search for the matter of that content."""
    return {hit["subject"] for hit in officer.find(channel, content, "name", name)}


def test_story_1_first_lead_on_paper(offices: Offices, capsys: pytest.CaptureFixture[str]) -> None:
    """首次发函: returned once, signed, numbered, printed; the desk shows category and due time; no name anywhere.

    The ten minutes are the officer's. A lead's series is 通字; 协字 is that of enquiries, which count for themselves.
    No superior runs a node here: its screens are folded from the channel's records, as its own node would do it.
    """
    author, approver, before = offices.at(XINCAI, "author"), offices.at(XINCAI, "approver"), _last_number(offices)
    summary = {**SUMMARY, "identifiers_count": 2}
    paper = offices.drafted(XINCAI, "lead.shared", summary, CONFESSED)
    assert approver.read_draft(str(approver.paper(paper).content)).content == CONFESSED
    approver.return_to_author(paper, "grounds_unclear")
    assert (author.paper(paper).status, author.paper(paper).reason) == ("returned", "grounds_unclear")
    author.revise(paper, summary, CONFESSED)
    author.submit(paper)
    approver.approve(paper)
    sent, year = author.sent(paper), day(now_ms()).year
    assert sent.document == {"series": "lead_notice", "year": year, "number": before + 1}
    offices.arrives(YIWU, "leads", sent.subject, "delivered")
    content = author.matter("leads", offices.channel, sent.subject).contents[0]
    printed = paper_of(author.print(offices.channel, content))
    for part in (
        f"新公（禁）通字〔{year}〕{before + 1}号",
        "份号000001",
        offices.made.officer(XINCAI, "author"),
        NICKNAME,
    ):
        assert part in printed
    assert PHONE not in printed, "masked on paper, too"
    _shows_category_and_due_time_only(offices, sent.subject)
    _no_name_anywhere(offices, sent.subject, capsys.readouterr().err)


def _last_number(offices: Offices) -> int:
    """Of 新蔡's leads in this channel so far."""
    papers = [one for one in offices.at(XINCAI, "author").papers() if one.channel == offices.channel and one.document]
    numbers = [one.document for one in papers if one.document]
    return max((one["number"] for one in numbers if one["series"] == "lead_notice"), default=0)


def _shows_category_and_due_time_only(offices: Offices, lead: str) -> None:
    """The inbox: what is due, of which category, until when. The list: codes, references, dates, counts."""
    desk = offices.at(YIWU, "intake")
    (due,) = [one for one in desk.inbox() if one.subject == lead]
    shown = due.model_dump(exclude={"channel", "context", "subject", "ours"})
    delivered = offices.state(YIWU, "leads", lead)["timeline"][-1]["at"]
    assert shown == {
        "kind": "sign_for",
        "zh": "待签收",
        "category": "outflow_trafficking",
        "category_zh": "外流贩毒",
        "due": format_time(due_hours(delivered, 24)),
        "overdue": False,
        "groups": ["to_sign_for"],
        "event": "",
    }
    (case,) = [one for one in desk.matters("leads") if one.subject == lead]
    assert json.dumps(case.state, ensure_ascii=False).isascii(), "no word of anybody's"


def _no_name_anywhere(offices: Offices, lead: str, said: str) -> None:
    """Not in the exchange's log, not in what the nodes say of themselves, on no screen of the two superiors."""
    made = offices.made
    made.even(YIWU)
    verdicts = made.verdicts(YIWU)
    watched = {}
    for office in (ZHUMADIAN, JINHUA):
        rows: dict[str, dict[str, Any]] = {name: {} for name in VIEWS}
        for name, view in VIEWS.items():
            fold(view, office, verdicts, rows[name])
        watched[office] = {name: {key: to_json(row) for key, row in found.items()} for name, found in rows.items()}
        case = watched[office]["cases"][f"{offices.channel}/lead/{lead}"]
        assert (case["direction"], case["category"]) == ("watch", "outflow_trafficking")
    assert "draft.read" in said, "the nodes' own lines are among what is searched"
    records = "".join((one.record.message.value or b"").decode() for one in verdicts)
    everything = records + said + json.dumps(watched, ensure_ascii=False)
    assert lead in everything
    assert [word for word in UNSAID if word in everything or json.dumps(word).strip('"') in everything] == []


def test_story_2_night_phone_first(offices: Offices) -> None:
    """电话先行: told, recorded afterwards under the head's signature, confirmed by the callee.

    The record keeps the time that was confirmed; the clock is the log's. What a duty phone is told, without
    content: tests/integration/test_gateway_telephones.py.
    """
    now = now_ms()
    told_at, confirmed_at = (format_time(now - ago * SECOND) for ago in (10, 9))  # they serve since the nodes started
    callee = offices.made.officer(YIWU, "intake")
    told = {"told_at": told_at, "told_by": offices.made.officer(XINCAI, "intake"), "told_to": callee, "line": "phone"}
    head = {"spoken_approver": offices.made.officer(XINCAI, "head")}
    summary = {**SUMMARY, **told, **head, "urgency": "urgent", "urgency_ground": "flight"}
    late = offices.drafted(
        XINCAI, "lead.phone_recorded", {**summary, "told_at": format_time(now_ms() - 25 * HOUR)}, CONTENT
    )
    assert refused(offices.at(XINCAI, "head").approve, late, Role.HEAD) == ("shape", "F2")
    record = offices.document(XINCAI, "lead.phone_recorded", summary, CONTENT, second=Role.HEAD)
    offices.arrives(YIWU, "leads", record, "phone_recorded")
    offices.say(YIWU, "intake", "leads", "phone_confirmed", record, {"told_at": confirmed_at})
    offices.arrives(XINCAI, "leads", record, "phone_confirmed")
    state = offices.state(XINCAI, "leads", record)
    assert format_time(state["told_at"]) == confirmed_at
    assert state["shared_at"] > state["told_at"]
    lead = {"phone_first": record, "urgency": "urgent", "urgency_ground": "flight"}
    assert offices.shared(**lead)


PAPERS = ("measure_request", "police_id_copy", "search_warrant")


FILES = {
    "measure_request": pdf(b"<< /Title (example letter) >>"),
    "police_id_copy": jpeg(exif(6)),
    "search_warrant": warrant(70_000),
}
"""Kind -> the file as an officer has it."""
ASKED = "duikou.enquiry.asked.v1"


def _request(offices: Offices, lead: str, *kinds: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """A measure request for a search, its papers uploaded: summary, content, the id that they were uploaded under."""
    content_id, attached, titles = str(uuid4()), [], []
    for kind in kinds:
        made = offices.at(XINCAI, "author").upload(offices.channel, ASKED, content_id, FILES[kind])
        attached.append({"kind": kind, "digest": made.digest, "size": made.size, "media": made.media})
        named = {"digest": made.digest, "plain_digest": made.plain_digest}
        titles.append({**named, "title": f"示例{kind}", "pages": 1})
    about = {"form": "measure", "purpose": "premises", "measure": "search", "lead": lead, "items_count": 1}
    summary = {**PLAIN, "kind": "measure_request", **about, "attachments": attached}
    item = {"no": 1, "question": "premises", "person": 1, "text": "示例：搜查某处所"}
    return summary, {"contact": HANDLER, "items": [item], "attachments": titles}, content_id


def _papers_arrive(offices: Offices, request: str) -> None:
    """The city fetches each paper after its access record and gets the file; an altered one is refused by name."""
    city, channel = offices.at(YIWU, "author"), offices.channel
    content = city.matter("enquiries", channel, request).contents[0]
    record = city.record_access(channel, content, city.access_statement(channel, content, AccessReason.HANDLING))
    named = {
        one["title"]: one["digest"] for one in city.opened(channel, content, record.event_id).content["attachments"]
    }
    told = {kind: city.attachment(channel, content, named[f"示例{kind}"], record.event_id) for kind in PAPERS}
    assert told == {**FILES, "police_id_copy": jpeg(TURNED)}
    digest = named["示例search_warrant"]
    blob = offices.made.state / "attachments" / digest
    kept = blob.read_bytes()
    blob.write_bytes(kept[:-1] + b"x")
    altered = refused_with(city.attachment, channel, content, digest, record.event_id)
    assert (altered.problem.status, altered.code, altered.problem.detail) == (409, "attachment_altered", "check digest")
    blob.unlink()
    with pytest.raises(NotYetError):
        city.attachment(channel, content, digest, record.event_id)
    blob.write_bytes(kept)
    assert city.attachment(channel, content, digest, record.event_id) == FILES["search_warrant"]


def test_story_3_a_search_done_right(offices: Offices) -> None:
    """办案协作: without 搜查证 refused by its name; nobody is sent before it is accepted; both sign for custody.

    Its papers travel with it and arrive as they were; a photograph without who took it.
    """
    lead = offices.accepted()
    *lacks, begun = _request(offices, lead, *PAPERS[:2])
    lacking = offices.drafted(XINCAI, "enquiry.asked", *lacks, content_id=begun)
    head = offices.at(XINCAI, "head")
    assert refused(head.approve, lacking, Role.HEAD) == ("basis", "FIELDS 6.7 search_warrant")
    *whole, begun = _request(offices, lead, *PAPERS)
    request = offices.document(XINCAI, "enquiry.asked", *whole, second=Role.HEAD, content_id=begun)
    offices.arrives(YIWU, "enquiries", request, "delivered")
    offices.say(YIWU, "intake", "enquiries", "received", request)
    _papers_arrive(offices, request)
    operation = _operation(offices, lead)
    early = offices.drafted(XINCAI, "operation.team_dispatched", *_team(offices, request), subject=operation)
    assert refused(head.approve, early, Role.HEAD) == ("basis", "MECHANISM 3.17 (1)")
    offices.say(YIWU, "intake", "enquiries", "undertaken", request, {"content": {"handler": HANDLER}})
    offices.arrives(XINCAI, "enquiries", request, "in_progress")
    head.approve(early, Role.HEAD)
    assert offices.at(XINCAI, "author").sent(early).outgoing.status == "recorded"
    offices.arrives(YIWU, "operations", operation, "running")
    team = offices.state(YIWU, "operations", operation)["teams"][0]["id"]
    offices.say(YIWU, "intake", "operations", "team_arrived", operation, {"team": team, "content": {"host": HANDLER}})
    arrest = {"milestone": "arrest", "at": format_time(now_ms())}
    offices.say(YIWU, "author", "operations", "milestone_reached", operation, arrest)
    _custody(offices, operation)
    _concluded(offices, operation, team)


def _operation(offices: Offices, lead: str) -> str:
    """Proposed by 新蔡's head, agreed to by 义乌's."""
    now = now_ms()
    times = {"begins": format_time(now), "ends": format_time(now + 10 * DAY), "answer_by": format_time(now + 2 * DAY)}
    summary = {**PLAIN, "kind": "action_plan", "operation": "case", **times, "leads": [lead], "enquiries": []}
    words = {"plan": "示例方案", "roles": "示例分工", "communications": "示例联络", "safety": "示例安全"}
    content = {"contact": HANDLER, "commander": HANDLER, **words}
    operation = offices.document(XINCAI, "operation.proposed", summary, content, second=Role.HEAD)
    offices.arrives(YIWU, "operations", operation, "proposed")
    plan = offices.state(YIWU, "operations", operation)["offer"]["digest"]
    offices.document(YIWU, "operation.agreed", {"plan": plan}, subject=operation, second=Role.HEAD)
    offices.arrives(XINCAI, "operations", operation, "agreed")
    return operation


def _team(offices: Offices, request: str) -> tuple[dict[str, Any], dict[str, Any]]:
    team = {"team": request, "officers": _two(offices, XINCAI), "enquiry": request, "weapons": False}
    return {**PLAIN, "kind": "action_plan", **team}, LEADER


def _custody(offices: Offices, operation: str) -> None:
    """The giver sends its list, the unit that takes over names it: one-sided before, whole after."""
    handed = {"handover": operation, "giver": YIWU, "at": format_time(now_ms())}
    given = {**handed, "officers": _two(offices, YIWU), "content": PERSONS}
    offices.say(YIWU, "author", "operations", "custody_handed_over", operation, given)
    offices.made.until("the list arrives", lambda: offices.state(XINCAI, "operations", operation)["handovers"])
    listed = offices.state(XINCAI, "operations", operation)["handovers"][0]["list"]
    taken = {**handed, "officers": _two(offices, XINCAI), "list": listed}
    offices.say(XINCAI, "author", "operations", "custody_handed_over", operation, taken)
    offices.made.until("both say so", lambda: len(offices.state(YIWU, "operations", operation)["handovers"]) == 2)
    both = offices.state(YIWU, "operations", operation)["handovers"]
    assert {(one["by"], one["list"], one["sent"]) for one in both} == {(YIWU, listed, True), (XINCAI, listed, False)}


PERSONS = {"persons": [{"name": "示例某", "document_no": "示例提字〔2026〕1号"}]}


def _two(offices: Offices, unit: str) -> list[str]:
    return sorted(offices.made.officer(unit, post) for post in ("author", "approver"))


def _concluded(offices: Offices, operation: str, team: str) -> None:
    """Not while the team is out; then ended by the head of the unit that proposed it."""
    paper = offices.drafted(XINCAI, "operation.concluded", REPLY, subject=operation)
    head = offices.at(XINCAI, "head")
    assert refused(head.approve, paper, Role.HEAD) == ("state", "O10")
    offices.say(XINCAI, "intake", "operations", "team_returned", operation, {"team": team})
    head.approve(paper, Role.HEAD)
    assert offices.at(XINCAI, "author").sent(paper).outgoing.status == "recorded"
    offices.arrives(YIWU, "operations", operation, "concluded")


def test_story_4_the_line_is_cut(offices: Offices) -> None:
    """断网: a county without its log approves, seals and reads again; everything arrives once, and late is said.

    The six hours are seconds here; what six of them do to due times and reads: tests/unit/test_views.py.
    """
    made, county, owner = offices.made, offices.at(XINCAI, "author"), offices.at(YIWU, "author")
    assert made.line is not None
    held = offices.document(YIWU, "lead.shared", {**SUMMARY, "basis": {**SUMMARY["basis"], "organ": YIWU}}, CONTENT)
    offices.arrives(XINCAI, "leads", held, "delivered")
    offices.say(XINCAI, "intake", "leads", "received", held)
    content = county.matter("leads", offices.channel, held).contents[0]
    assert county.open(offices.channel, content).content == CONTENT
    made.even(XINCAI, YIWU)
    until = len(made.verdicts(XINCAI))
    made.line.cut()
    made.until("the county misses the log", lambda: not _ready(county.base_url)["checks"]["log"]["ok"])
    papers = [offices.drafted(XINCAI, "lead.shared", SUMMARY, CONTENT) for _ in range(2)]
    told = [offices.at(XINCAI, "approver").approve(paper).status for paper in papers]
    assert told == ["recorded", "recorded"], "the desk is no part of what was cut off"
    county.wait = 0
    read = county.record_access(
        offices.channel, content, county.access_statement(offices.channel, content, AccessReason.HANDLING)
    )
    assert county.opened(offices.channel, content, read.event_id).content == CONTENT
    seen = [one.at for one in made.verdicts(XINCAI) if one.envelope is not None and one.envelope.source == YIWU]
    for paper in papers:
        made.until("it is sealed", lambda paper=paper: county.paper(paper).outgoing.status == "pending")  # type: ignore[misc]
        shown = county.paper(paper).outgoing
        assert (shown.zh, shown.counterpart_seen) == ("已签发，未送达", format_time(max(seen)))
    cut_off = now_ms()
    made.until("a second passes", lambda: now_ms() > cut_off + SECOND)
    mended = now_ms()
    made.line.mend()
    leads = [county.sent(paper, 60).subject for paper in papers]
    _nothing_lost_or_doubled(offices, until, [*(county.paper(one).outgoing.event_id for one in papers), read.event_id])
    numbers = [one.document["number"] for one in map(county.paper, papers) if one.document]
    assert numbers == [numbers[0], numbers[0] + 1]
    for lead in leads:
        _due_from_the_logs_time(offices, lead, mended)
    made.until("the owner sees the read", lambda: len(owner.matter("leads", offices.channel, held).reads) == 2)
    first, late = owner.matter("leads", offices.channel, held).reads
    assert (late["unit"], late["officer"]) == (XINCAI, made.officer(XINCAI, "author"))
    assert late["at"] >= mended > first["at"]
    assert late["delay_seconds"] >= 1


def _ready(address: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{address}/readyz", trust_env=False).json()
    return found


def _nothing_lost_or_doubled(offices: Offices, until: int, events: list[str]) -> None:
    """What 新蔡 sealed while it was cut off stands in the log once each, and nothing else of it does."""
    made = offices.made
    made.even(XINCAI, YIWU)
    told = [one for one in made.verdicts(YIWU)[until:] if one.envelope is not None and one.envelope.source == XINCAI]
    assert [one.envelope.id for one in told if one.envelope is not None] == events
    assert {one.result for one in told} == {Result.EFFECTIVE}
    assert made.replica(XINCAI, [made.channel]) == made.replica(YIWU, [made.channel])


def _due_from_the_logs_time(offices: Offices, lead: str, mended: int) -> None:
    """Sealed before the line was mended, in the log after it; the clock to sign for it begins there."""
    offices.arrives(YIWU, "leads", lead, "delivered")
    case = offices.at(YIWU, "intake").matter("leads", offices.channel, lead)
    shared, delivered = case.state["timeline"]
    assert parse_time(shared["time"]) < mended <= shared["at"] == case.state["shared_at"]
    assert [(one.kind, one.at) for one in case.due] == [("sign_for", format_time(due_hours(delivered["at"], 24)))]


def test_story_5_leave_cover(offices: Offices) -> None:
    """代签: by a delegation of the head, which the other unit and the auditor verify; not longer, not for oneself.

    Today is the 7th of one delegation and the 8th of another. Who stands in approves; to send back is the approver's.
    """
    made, author, head = offices.made, offices.at(XINCAI, "author"), offices.at(XINCAI, "head")
    now, deputy = now_ms(), made.officer(XINCAI, "intake")
    to_the_7th = _delegation(offices, deputy, now - 6 * DAY, now + DAY)
    standing_in = made.at(XINCAI, "intake", delegation=to_the_7th)
    paper = offices.drafted(XINCAI, "lead.shared", SUMMARY, CONTENT)
    assert standing_in.read_draft(str(author.paper(paper).content)).content == CONTENT
    standing_in.approve(paper)
    covered = author.sent(paper).subject
    place = _verified_elsewhere(offices, covered, deputy)

    paper = offices.drafted(XINCAI, "lead.shared", SUMMARY, CONTENT)
    on_the_8th = made.at(XINCAI, "intake", delegation=_delegation(offices, deputy, now - 7 * DAY, now))
    assert refused(on_the_8th.approve, paper) == ("officers", "WIRE 23")
    statement = standing_in.statement(paper, Role.APPROVER)
    standing_in.delegation = on_the_8th.delegation  # let in by the one, and hands in the other
    assert refused(standing_in.sign, paper, Role.APPROVER, statement) == ("officers", "WIRE 23")
    for_himself = _delegation(offices, made.officer(XINCAI, "author"), now - DAY, now + DAY)
    assert refused(made.at(XINCAI, "author", delegation=for_himself).approve, paper) == ("officers", "L5")

    assert refused(head.draft, offices.channel, "duikou.lead.shared.v1", SUMMARY, CONTENT) == ("officers", "L5")
    as_author = author.draft(offices.channel, "duikou.lead.shared.v1", SUMMARY, CONTENT)
    assert refused(head.submit, as_author) == ("officers", "L5")
    assert refused(head.approve, paper) == ("officers", "L5")

    approver = made.officer(ZHUMADIAN, "approver")
    assert refused(made.at(XINCAI, "approver", of=ZHUMADIAN).paper, paper) == ("officers", "PROTOCOL 4")
    from_above = _delegation(offices, approver, now - DAY, now + DAY)
    superior = made.at(XINCAI, "approver", of=ZHUMADIAN, delegation=from_above)
    assert superior.read_draft(str(author.paper(paper).content)).content == CONTENT
    superior.approve(paper)
    above = _verified_elsewhere(offices, author.sent(paper).subject, approver)
    another = offices.drafted(XINCAI, "lead.shared", SUMMARY, CONTENT)
    (signed,) = superior.sign_all(Role.APPROVER, superior.to_sign([another], Role.APPROVER))
    assert (signed.status, author.sent(another).outgoing.status) == ("recorded", "recorded")
    _for_documents_alone(offices, superior, another)

    report = _audited(offices)
    assert report.verdict is Outcome.CONSISTENT
    delegated = {(one.topic, one.offset) for one in report.tally.lists["delegated"]}
    assert {place, above} <= delegated


def _for_documents_alone(offices: Offices, superior: Officer, paper: str) -> None:
    """It opens neither what else lies there nor another unit's documents, and is nobody's right to act."""
    channel, closed = offices.channel, ("officers", "PROTOCOL 4")
    draft, lead = str(superior.paper(paper).content), superior.paper(paper).subject
    assert refused(superior.inbox) == closed
    assert refused(superior.papers) == closed
    assert refused(superior.return_to_author, paper, "grounds_unclear") == closed
    assert refused(superior.discard, paper) == closed
    assert refused(superior.withdraw, channel, lead, "error") == closed
    assert refused(superior.access_statement, channel, draft, AccessReason.HANDLING) == closed
    assert refused(superior.matter, "leads", channel, lead) == closed
    assert refused(superior.draft, channel, "duikou.lead.shared.v1", SUMMARY, CONTENT) == closed
    author = offices.at(XINCAI, "author")
    record = author.record_access(channel, draft, author.access_statement(channel, draft, AccessReason.HANDLING))
    assert refused(superior.opened, channel, draft, record.event_id) == ("officers", "L7")
    at_the_other = offices.made.at(YIWU, "approver", of=ZHUMADIAN, delegation=superior.delegation)
    assert refused(at_the_other.paper, paper) == ("officers", "PROTOCOL 7")


def _delegation(offices: Offices, officer: str, since: int, until: int) -> dict[str, str]:
    """Signed by 新蔡's head."""
    head = offices.at(XINCAI, "head")
    return head.delegate(head.delegation_statement(officer, Role.APPROVER, format_time(since), format_time(until)))


def _verified_elsewhere(offices: Offices, lead: str, second: str) -> tuple[str, int]:
    """At 义乌 it counts although the second officer is no approver of 新蔡's there: where it stands in the log."""
    offices.arrives(YIWU, "leads", lead, "delivered")
    shared = offices.state(YIWU, "leads", lead)["timeline"][0]
    assert (shared["officers"], shared["delegated"]) == ([offices.made.officer(XINCAI, "author"), second], True)
    copied = offices.made.node(YIWU).folds.history(offices.channel).channel.trust.officers[second]
    assert copied.unit != XINCAI or Role.APPROVER not in copied.roles
    return offices.made.topic, shared["offset"]


def _audited(offices: Offices) -> Report:
    """The whole log under the pinned root, with public keys alone."""
    node = offices.made.node(YIWU)
    names = sorted(name for name in node.replica.positions() if DESK not in name)
    return audit(offices.made.root, Topics(node.log, names))


def test_story_7_wrong_city(offices: Offices) -> None:
    """误送: sent back unread, taken back, removed and answered; nobody opens it; what is sent instead has a new number.

    The day when nothing can open it any more: tests/unit/test_office.py.
    The incident that one opens which had been read: tests/integration/test_supervision.py, under rule version 3.
    """
    subject = offices.document(XINCAI, "lead.shared", SUMMARY, CONTENT)
    offices.arrives(YIWU, "leads", subject, "delivered")
    offices.say(YIWU, "intake", "leads", "misdirected", subject)
    offices.arrives(XINCAI, "leads", subject, "removed")
    (content,) = offices.at(YIWU, "author").matter("leads", offices.channel, subject).contents
    code, _ = refused(offices.at(YIWU, "author").open, offices.channel, content)
    assert code == "state"
    owned = offices.state(XINCAI, "leads", subject)
    assert (owned["misdirected_at"] > 0, owned["removal"][1]) == (True, "removed")
    number = _last_number(offices)
    offices.delivered()
    assert _last_number(offices) == number + 1


def test_story_8_up_to_judgment_then_a_mistake(offices: Offices) -> None:
    """起诉与更正: consent is signed; what a correction replaces nobody opens or finds; the new one is acknowledged.

    在诉保留 and its review: tests/unit/test_lead_course_rules.py; 线索来源说明: tests/unit/test_office.py.
    """
    lead = offices.accepted()
    handler, owner = offices.at(YIWU, "author"), offices.at(XINCAI, "author")
    first = handler.matter("leads", offices.channel, lead).contents[0]
    assert handler.open(offices.channel, first).content == CONTENT
    wrong_name = CONTENT["persons"][0]["name"]
    assert lead in found(handler, offices.channel, first, wrong_name)
    request = {**PLAIN, "kind": "enquiry", "use": "prosecution"}
    offices.document(YIWU, "lead.evidence_use_requested", request, subject=lead)
    offices.made.until("it is asked", lambda: offices.state(XINCAI, "leads", lead)["evidence_asked"])
    asked = offices.state(XINCAI, "leads", lead)["evidence_asked"]
    offices.document(XINCAI, "lead.evidence_use_granted", {**REPLY, "request": asked}, subject=lead)
    offices.made.until("it is granted", lambda: offices.state(YIWU, "leads", lead)["evidence"])
    right = {**CONTENT, "persons": [{**CONTENT["persons"][0], "name": "李某某乙"}], "wrong": "示例：姓名有误"}
    members = ("restrictions", "persons", "identifiers_count", "substances")
    effects = [{"index": 1, "effect": "changed"}]
    correction = {**PLAIN, "kind": "correction", "correction": "wrong_person", "effects": effects}
    summary = {**correction, **{name: SUMMARY[name] for name in members}}
    offices.document(XINCAI, "lead.corrected", summary, right, subject=lead)
    offices.made.until("it is corrected", lambda: offices.state(YIWU, "leads", lead)["corrections"])
    assert refused(handler.open, offices.channel, first) == ("state", "S12")
    state = offices.state(YIWU, "leads", lead)
    now = state["versions"][0]
    assert handler.open(offices.channel, now).content == right
    assert lead not in found(handler, offices.channel, now, wrong_name)
    assert found(handler, offices.channel, now, "李某某乙") == {lead}
    offices.say(YIWU, "author", "leads", "acknowledged", lead, {"event": state["corrections"][0][0]})
    offices.made.until(
        "the owner sees it", lambda: not owner.matter("leads", offices.channel, lead).state["corrections"]
    )


TASK = {"kind": "forward_papers", "content": {"text": "示例：转递文书"}}
OUTREACH = {"division": "330782", "audience": "workers", "partner": "street", "sessions": 1, "leaflets": 200}


def test_story_9_posting_ends(offices: Offices) -> None:
    """驻点交接: five open tasks and twelve prints; not ended while one is open; the successor's once he has signed.

    The hand-over's content lists prints and papers; they are not assigned one by one, and feedback dates stay with the
    leads they belong to. That a team's rights end at 24:00 of its last day is a rule of its own (test_liaison_rules).
    """
    posting = _posted(offices)
    leader, successor = (offices.made.officer(XINCAI, post) for post in ("author", "approver"))
    tasks = sorted(_given(offices, posting) for _ in range(5))
    for task in tasks:
        offices.say(XINCAI, "author", "tasks", "task_taken", task)
    assert _ending(offices, posting) == ("state", "L7", f"in the way: {', '.join(tasks)}")
    listed = {"papers": [], "prints": [f"示例份号{copy:06}" for copy in range(1, 13)]}
    handover = {"successor": successor, "tasks": tasks, "content": listed}
    offices.say(XINCAI, "author", "postings", "handover_offered", posting, handover)
    offices.made.until("it is offered", lambda: offices.state(XINCAI, "postings", posting)["handover"][0])
    assert {offices.state(XINCAI, "postings", task)["handler"] for task in tasks} == {leader}
    offered = offices.state(XINCAI, "postings", posting)["handover"][0]
    offices.say(XINCAI, "approver", "postings", "handover_accepted", posting, {"offer": offered})
    offices.made.until("it is his", lambda: offices.state(YIWU, "postings", posting)["leader"] == successor)
    for unit in (XINCAI, YIWU):
        assert {offices.state(unit, "postings", task)["handler"] for task in tasks} == {successor}
    for task in tasks:
        done = {"result": "done", "content": {"text": "示例：已转递"}}
        offices.say(XINCAI, "approver", "tasks", "task_done", task, done)
    offices.say(XINCAI, "head", "postings", "posting_ended", posting)
    offices.arrives(YIWU, "postings", posting, "ended")
    late = {**TASK, "posting": posting, "due_on": ahead(20)}
    assert refused(offices.at(XINCAI, "author").say, offices.channel, "tasks", "task_given", late) == ("state", "K1")


def test_outreach_is_numbers_and_no_lead_cites_it(offices: Offices) -> None:
    """STORIES 9: people are counted in tens; a lead has no member that could name an outreach or its posting."""
    posting, author = _posted(offices), offices.at(XINCAI, "author")
    held = {**OUTREACH, "on": ahead(0)}
    act = (offices.channel, "postings", "outreach_held")
    assert refused(author.say, *act, {**held, "attended": 43}, subject=posting)[0] == "invalid"
    offices.say(XINCAI, "author", "postings", "outreach_held", posting, {**held, "attended": 40})
    offices.made.until("it is told", lambda: offices.state(YIWU, "postings", posting)["outreach"] == 1)
    citing = {**SUMMARY, "outreach": posting}
    assert refused(author.draft, offices.channel, "duikou.lead.shared.v1", citing, CONTENT)[0] == "invalid"


def _posted(offices: Offices) -> str:
    """A team of two that 新蔡 offered, 义乌 agreed to and says to be there."""
    team = _two(offices, XINCAI)
    term = {"start": ahead(0), "end": ahead(60), "answer_by": format_time(now_ms() + 10 * DAY)}
    who = {"leader": offices.made.officer(XINCAI, "author"), "members": team}
    summary = {**PLAIN, "kind": "posting", "seat": "330782", **term, **who, "mandate": ["forward_papers", "outreach"]}
    named = [{"officer": officer, "name": f"示例{n}"} for n, officer in zip("甲乙", team, strict=True)]
    content = {"contact": HANDLER, "mandate_no": "示例派字〔2026〕1号", "team": named}
    posting = offices.document(XINCAI, "liaison.posting_offered", summary, content, second=Role.HEAD)
    offices.arrives(YIWU, "postings", posting, "offered")
    offer = offices.state(YIWU, "postings", posting)["offer"]
    offices.document(YIWU, "liaison.posting_accepted", {"offer": offer}, subject=posting, second=Role.HEAD)
    offices.say(YIWU, "intake", "postings", "reported_in", posting)
    offices.arrives(XINCAI, "postings", posting, "posted")
    return posting


def _given(offices: Offices, posting: str) -> str:
    """A task of the team; its subject."""
    body = {**TASK, "posting": posting, "due_on": ahead(20)}
    given = offices.at(XINCAI, "author").say(offices.channel, "tasks", "task_given", body)
    assert given.status == "recorded", given
    return given.subject


def _ending(offices: Offices, posting: str) -> tuple[str, str, str]:
    """Code, law and detail with which the end of a posting is refused."""
    with pytest.raises(ApiError) as caught:
        offices.at(XINCAI, "head").say(offices.channel, "postings", "posting_ended", subject=posting)
    return caught.value.code, caught.value.law, caught.value.problem.detail


def test_what_is_contested_is_read_by_its_reviewer_alone(offices: Offices) -> None:
    """S21 限制使用 (MECHANISM 3.9): and found by him alone, until the owner lifts it."""
    lead, other = offices.accepted(), offices.accepted()
    handler, reviewer = offices.at(YIWU, "author"), offices.at(YIWU, "head")
    content, elsewhere = (handler.matter("leads", offices.channel, one).contents[0] for one in (lead, other))
    for one in (content, elsewhere):
        assert handler.open(offices.channel, one).content == CONTENT
    name = CONTENT["persons"][0]["name"]
    correction = {**PLAIN, "kind": "correction"}
    about = {**correction, "reviewer": offices.made.officer(YIWU, "head")}
    offices.document(XINCAI, "lead.restricted", about, subject=lead)
    offices.made.until("it is restricted", lambda: offices.state(YIWU, "leads", lead)["reviewer"])
    assert refused(handler.open, offices.channel, content) == ("officers", "S21")
    hits = [found(officer, offices.channel, elsewhere, name) & {lead, other} for officer in (handler, reviewer)]
    assert hits == [{other}, {lead, other}]
    assert reviewer.open(offices.channel, content).content == CONTENT
    offices.document(XINCAI, "lead.restriction_lifted", correction, subject=lead)
    offices.made.until("it is lifted", lambda: not offices.state(YIWU, "leads", lead)["reviewer"])
    assert handler.open(offices.channel, content).content == CONTENT
