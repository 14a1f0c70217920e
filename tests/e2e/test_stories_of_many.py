"""STORIES 6 and 10, over HTTP against real nodes: three counties, a city, a prefecture, a province; all invented.

As tests/e2e/test_stories.py. It is June 2026 here: the clocks of nodes and log are the test's own, for the stories run
over weeks and a report is of a period that is over. 济源 is a county right under its province, so what two offices
report of one arrest meets at the province itself.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.channels import NEWEST, PAIRING, REGISTRY, TRUST, Topic
from contracts.event import Event
from contracts.lead import OutcomeRecorded, Shared
from contracts.report import ContributionSealed, ReportRestated, ReportSubmitted, subject_of
from contracts.trust import UnitSuspended
from contracts.vocabulary import Role, Suspension, UnitKind
from services.auditor import Export, Outcome, Topics, audit
from services.cli.client import Kind, Officer
from services.cli.errors import ApiError
from services.demo.cast import DENGZHOU, HENAN, NANYANG, OFFICES, XINCAI, YIWU, ZHUMADIAN, Office
from services.domain.clocks import DAY, format_time
from services.node.folds import now_ms
from services.node.node import Node
from services.registry import ceremony
from services.registry.opening import keep_mandate
from services.views import VIEWS
from tests.support.clocks import Clocks
from tests.support.files import jpeg, pdf
from tests.support.offices import HANDLER, Offices, ahead, paper_of, refused
from tests.support.region import CONTENT, SUMMARY, Region, region
from tests.support.reports import of_workbook

pytestmark = pytest.mark.xdist_group("third")

JIYUAN = "419001000001"
CAST = (*OFFICES, Office(JIYUAN, "济源市禁毒情报（示例）", "济公（禁）", HENAN, ("419001",), UnitKind.INVESTIGATING))
RUNNING = tuple(one for one in CAST if one.code in (XINCAI, DENGZHOU, JIYUAN, YIWU, ZHUMADIAN, HENAN))
PERIOD = "2026-05"
"""May and June."""
A, B, C = XINCAI, DENGZHOU, JIYUAN
COUNTIES = (A, B, C)
NUMBER = CONTENT["identifiers"][0]["value"]
PLAIN = {"classification": "work_secret", "urgency": "routine"}
REPLY = {**PLAIN, "kind": "reply"}


@pytest.fixture(scope="module")
def clocks() -> Iterator[Clocks]:
    """Everybody's: a Wednesday morning."""
    with pytest.MonkeyPatch.context() as patch:
        yield Clocks(patch, "2026-06-24T01:00:00.000Z")


@pytest.fixture(scope="module")
def made(clocks: Clocks) -> Iterator[Region]:
    """All of them answering HTTP."""
    with region(rules=NEWEST, offices=RUNNING, cast=CAST) as found:
        clocks.share(found)
        found.start_all()
        for office in RUNNING:
            found.start(office.code, "gateway")
        yield found


@pytest.fixture(scope="module")
def spokes(made: Region) -> dict[str, Offices]:
    """County -> it and 义乌, in a channel of their own."""
    return {county: Offices(made, county, made.pair(county, YIWU)) for county in COUNTIES}


def held(spoke: Offices) -> str:
    """A lead of the county with the number, forwarding restricted; 义乌 has accepted and read it."""
    assert "forward_consent" in SUMMARY["restrictions"]
    lead = spoke.accepted(LEAD, **_said_in_june(spoke.county))
    city = spoke.at(YIWU, "author")
    assert city.open(spoke.channel, content_of(spoke, lead)).content == LEAD
    return lead


def _said_in_june(owner: str) -> dict[str, Any]:
    basis = {**SUMMARY["basis"], "organ": owner, "date": "2026-06-01"}
    return {**SUMMARY, "basis": basis, "review_date": "2026-12-01"}


LEAD = {
    **CONTENT,
    "facts": [{**CONTENT["facts"][0], "on": "2026-06-10"}],
    "identifiers": [{**CONTENT["identifiers"][0], "seen_from": "2026-06-01", "seen_to": "2026-06-10"}],
}


def content_of(spoke: Offices, lead: str, unit: str = YIWU) -> str:
    """Id of its first version."""
    return spoke.at(unit, "author").matter("leads", spoke.channel, lead).contents[0]


# -- 6: three counties, one phone --------------------------------------------------------------------------------------


def test_story_6_three_counties_one_phone(made: Region, spokes: dict[str, Offices]) -> None:
    """三县一号: what the city holds of A shows nowhere at B, C and C's superior until A grants; then each has a spoke.

    The control is the same city before it holds A's lead. That who reads the log itself sees no other channel is the
    broker's guard (tests/integration/test_infra_kafka.py): the embedded log has none.
    """
    leads = {county: held(spokes[county]) for county in (B, C)}
    _calm(made, spokes)
    control = {unit: everything(made.at(unit, "author")) for unit in (B, C, HENAN)}
    leads[A] = held(spokes[A])
    city = spokes[A].at(YIWU, "author")
    here = content_of(spokes[A], leads[A])
    assert hits(city, spokes[A], here) == set(leads.values())
    asked = {county: _asked(spokes[A], leads[A], here, county) for county in (B, C)}
    for county in (B, C):
        _says_nothing(spokes[A], leads[A], spokes[county], leads[county])
    _calm(made, spokes)
    assert {unit: everything(made.at(unit, "author")) for unit in (B, C, HENAN)} == control
    for county in (B, C):
        own = spokes[county]
        assert hits(own.at(county, "author"), own, content_of(own, leads[county], county)) == {leads[county]}
    grants = {county: _granted(spokes[A], leads[A], asked[county]) for county in (B, C)}
    told = {county: _forwarded(spokes[county], grants[county], A) for county in (B, C)}
    for county in (B, C):
        assert everything(made.at(county, "author")) != control[county], "what is granted shows"
    operations = {A: _runs(spokes[A], leads[A])}
    operations |= {county: _runs(spokes[county], leads[county], told[county]) for county in (B, C)}
    _each_sees_its_own(spokes, operations)


def everything(officer: Officer) -> dict[str, Any]:
    """What an officer reads and counts at his node: every list of the interface, every matter in them, where the

    stream of leads stands, the figures of his report. Without what is of the clock: the registry's heartbeat.
    """
    lists: dict[str, Any] = {}
    for path, said in officer.node.get("/openapi.json")["paths"].items():
        named = said.get("get", {}).get("parameters", ())
        if path.startswith("/v1/") and "get" in said and not any(one.get("required") for one in named):
            lists[path] = officer.node.get(path, whose="all", all="true") if path != STREAM else _stands(officer)
    node = lists["/v1/node"]
    del node["heartbeat_age_seconds"]
    node["channels"] = [one for one in node["channels"] if one["channel"] != TRUST]
    found = {one["subject"]: one for one in lists["/v1/search"]["items"]}
    matters = {subject: officer.matter(one["kind"], one["channel"], subject) for subject, one in found.items()}
    return {"lists": lists, "matters": matters, "figures": officer.node.get(f"/v1/reports/{PERIOD}/figures")}


STREAM = "/v1/cases/stream"


def _stands(officer: Officer) -> str:
    """Up to where a stream of cases that begins now has nothing more to tell."""
    headers = {"Authorization": f"Bearer {officer.token}"}
    with officer.node.http.stream("GET", officer.base_url + STREAM, headers=headers) as answer:
        return next(line for line in answer.iter_lines() if line.startswith("id:"))


def _calm(made: Region, spokes: dict[str, Offices]) -> None:
    """B, C and C's superior have read their channels to the end, and their lists show it."""
    for unit, spoke in ((B, spokes[B]), (C, spokes[C]), (HENAN, spokes[C])):
        made.even(unit, channel=spoke.channel)
        made.until(f"{unit} shows it", partial(_shown, made.node(unit), str(Topic(spoke.channel, 1))))


def _shown(node: Node, topic: str) -> bool:
    rows = node.rows
    shown = {rows.positions(name, rows.generation(name, view.version)).get(topic) for name, view in VIEWS.items()}
    return shown == {node.replica.position(topic)}


def hits(officer: Officer, spoke: Offices, content: str) -> set[str]:
    """Matters in which the number stands, by a search for the matter of that content."""
    return {one["subject"] for one in officer.find(spoke.channel, content, "mobile", NUMBER)}


def _asked(spoke: Offices, lead: str, content: str, recipient: str) -> str:
    """S10 by the city; the request, by its digest."""
    about = {"recipient": recipient, "purpose": SUMMARY["category"], "content": content}
    spoke.document(YIWU, "lead.forward_requested", {**PLAIN, "kind": "enquiry", **about}, subject=lead)

    def request() -> str:
        waiting = spoke.state(spoke.county, "leads", lead)["forwards"]
        return next((one["request"] for one in waiting if one["recipient"] == recipient), "")

    return spoke.made.until("it is asked", request)


def _says_nothing(owner: Offices, lead: str, spoke: Offices, other: str) -> None:
    """The city may not say that it knows, nor pass it on; at the county nothing of the other channel is there."""
    city, county = spoke.at(YIWU, "author"), spoke.at(spoke.county, "author")
    known = refused(city.feedback, spoke.channel, other, "already_known", ahead(10))
    assert known == ("unknown_matter", "MECHANISM 4")
    ungranted = {"summary": _said_in_june(owner.county), "content": LEAD, "grant": "0" * 64}
    assert refused(city.draft, spoke.channel, Shared.TYPE, **ungranted) == ("unknown_matter", "S10")
    assert refused(county.matter, "leads", owner.channel, lead)[0] == "unknown_matter"
    assert refused(county.matter, "leads", spoke.channel, lead)[0] == "unknown_matter"


def _granted(spoke: Offices, lead: str, request: str) -> str:
    """S10 by the owner; the grant, by its digest, as the city has it."""
    (asked,) = [one for one in spoke.state(spoke.county, "leads", lead)["forwards"] if one["request"] == request]
    summary = _said_in_june(spoke.county)
    kept = {name: summary[name] for name in ("basis", "grade", "restrictions", "review_date", "persons")}
    about = {name: asked[name] for name in ("recipient", "purpose", "content", "request")}
    offer = {"holder": YIWU, "answer_by": format_time(now_ms() + DAY)}
    spoke.document(spoke.county, "lead.forward_granted", {**REPLY, **kept, **about, **offer}, subject=lead)

    def grant() -> str:
        found = spoke.state(YIWU, "leads", lead)["grants"]
        return next((one["digest"] for one in found if one["recipient"] == asked["recipient"]), "")

    return spoke.made.until("it is granted", grant)


def _forwarded(spoke: Offices, grant: str, owner: str) -> str:
    """The owner's lead, in the channel of another county: its subject there. The registry copies the owner's keys there

    first (PROTOCOL 12): until then the approval is refused.
    """
    city = spoke.at(YIWU, "author")
    paper = spoke.drafted(YIWU, "lead.shared", _said_in_june(owner), LEAD, grant=grant)
    spoke.made.until("the owner is known there", lambda: _is_approved(spoke.at(YIWU, "approver"), paper))
    there = city.sent(paper).subject
    spoke.arrives(spoke.county, "leads", there, "delivered")
    origin = spoke.state(spoke.county, "leads", there)["origin"]
    assert (origin["owner"], origin["grant"]) == (owner, grant)
    return there


def _is_approved(approver: Officer, paper: str) -> bool:
    try:
        return approver.approve(paper).status == "recorded"
    except ApiError as error:
        if error.code != "mandate":
            raise
        return False


def _runs(spoke: Offices, *leads: str) -> str:
    """One spoke: proposed by the city, agreed to by the county, whose team goes on an accepted request and arrives."""
    county, now = spoke.county, now_ms()
    times = {"begins": format_time(now), "ends": format_time(now + 10 * DAY), "answer_by": format_time(now + 2 * DAY)}
    about = {"operation": "case", **times, "leads": sorted(leads), "enquiries": []}
    operation = spoke.document(YIWU, "operation.proposed", {**ACTION, **about}, PLAN, second=Role.HEAD)
    spoke.arrives(county, "operations", operation, "proposed")
    plan = {"plan": spoke.state(county, "operations", operation)["offer"]["digest"]}
    spoke.document(county, "operation.agreed", plan, subject=operation, second=Role.HEAD)
    spoke.arrives(YIWU, "operations", operation, "agreed")
    request = _undertaken(spoke, leads[0])
    officers = sorted(spoke.made.officer(county, post) for post in ("author", "approver"))
    team = {"team": request, "officers": officers, "enquiry": request, "weapons": False}
    led = {"leader": HANDLER}
    spoke.document(county, "operation.team_dispatched", {**ACTION, **team}, led, subject=operation, second=Role.HEAD)
    spoke.arrives(YIWU, "operations", operation, "running")
    arrived = {"team": request, "content": {"host": HANDLER}}
    spoke.say(YIWU, "intake", "operations", "team_arrived", operation, arrived)
    return operation


ACTION = {**PLAIN, "kind": "action_plan"}
PLAN = {
    "contact": HANDLER,
    "commander": HANDLER,
    "plan": "示例方案",
    "roles": "示例分工",
    "communications": "示例联络",
    "safety": "示例安全",
}
PAPERS = {"measure_request": pdf(b"<< /Title (example letter) >>"), "police_id_copy": jpeg()}


def _undertaken(spoke: Offices, lead: str) -> str:
    """The county asks the city for an identification, with the papers that it takes; the city undertakes it."""
    content_id, attached, titles = str(uuid4()), [], []
    for kind, file in PAPERS.items():
        one = spoke.at(spoke.county, "author").upload(spoke.channel, "duikou.enquiry.asked.v1", content_id, file)
        attached.append({"kind": kind, "digest": one.digest, "size": one.size, "media": one.media})
        titles.append({"digest": one.digest, "plain_digest": one.plain_digest, "title": f"示例{kind}", "pages": 1})
    measure = {"form": "measure", "purpose": "identity", "measure": "identification", "items_count": 1}
    summary = {**PLAIN, "kind": "measure_request", **measure, "lead": lead, "attachments": attached}
    items = [{"no": 1, "question": "identity", "person": 1, "text": "示例：辨认"}]
    content = {"contact": HANDLER, "items": items, "attachments": titles}
    request = spoke.document(spoke.county, "enquiry.asked", summary, content, second=Role.HEAD, content_id=content_id)
    spoke.arrives(YIWU, "enquiries", request, "delivered")
    spoke.say(YIWU, "intake", "enquiries", "received", request)
    spoke.say(YIWU, "intake", "enquiries", "undertaken", request, {"content": {"handler": HANDLER}})
    spoke.arrives(spoke.county, "enquiries", request, "in_progress")
    return request


def _each_sees_its_own(spokes: dict[str, Offices], operations: dict[str, str]) -> None:
    """All three run; at the hub all are seen, at each county its own, and no matter or channel of another."""
    city = {(one.channel, one.subject, one.status) for one in spokes[A].at(YIWU, "author").matters("operations")}
    assert city == {(spokes[county].channel, operation, "running") for county, operation in operations.items()}
    for county, spoke in spokes.items():
        officer = spoke.at(county, "author")
        spoke.made.until("its team has arrived", lambda o=officer: _whereabouts(o) == ["arrived"])  # type: ignore[misc]
        lists = [officer.matters(kind) for kind in ("leads", "enquiries", "operations")]
        assert {one.channel for found in lists for one in found} == {spoke.channel}
        assert [one.subject for one in officer.matters("operations")] == [operations[county]]
        others = {other.channel for other in spokes.values()} - {spoke.channel}
        assert not others & {one["channel"] for one in officer.about()["channels"]}
        for other in others:
            assert {refused(officer.matter, "operations", other, one)[0] for one in operations.values()} == {
                "unknown_matter"
            }


def _whereabouts(officer: Officer) -> list[str]:
    """Of the teams of the only operation of the unit."""
    (operation,) = officer.matters("operations")
    return [team["whereabouts"] for team in operation.state["teams"]]


# -- 10: two-monthly report and the auditor ----------------------------------------------------------------------------

REPORT = {"kind": "periodic_report", **PLAIN, "period": PERIOD}
ARRESTED, HEROIN = "采取强制措施人数", "毒品·海洛因（千克）"
KINDS: dict[str, Kind] = {"lead": "leads", "enquiry": "enquiries", "operation": "operations"}
THIRD_DAY, FIFTH_DAY = "2026-07-03T16:00:00.000Z", "2026-07-07T16:00:00.000Z"
"""24:00 of the third and the fifth working day of July: a Friday and a Tuesday."""


def test_story_10_two_monthly_report_and_audit(
    made: Region, spokes: dict[str, Offices], clocks: Clocks, tmp_path: Path
) -> None:
    """两月报与审计: one arrest, led by 济源 and found by a lead of 新蔡; the city records it in both their channels.

    A figure opens to its events where it is counted, at a county; above it opens to the reports that are summed. Paper
    and workbook are of sealed reports: a province seals none, so its own sum is on the screen alone.
    """
    arrest = Arrest(str(uuid4()), {county: held(spokes[county]) for county in (A, C)})
    cover = _leave_cover(made, YIWU)
    first = {county: arrest.recorded(spokes[county], "0.5", cover) for county in (A, C)}
    spokes[C].say(C, "author", "leads", "closed", arrest.leads[C])
    clocks.turn(made, "2026-07-03T02:00:00.000Z")
    for county in (A, C):
        _in_time(made, county, ContributionSealed, "contribute", THIRD_DAY)
        _opens(made.at(county, "author"), spokes[county].channel, arrest.leads[county])
    clocks.turn(made, "2026-07-07T02:00:00.000Z")
    _in_time(made, ZHUMADIAN, ReportSubmitted, "report", FIFTH_DAY)
    _counted(made, "0.5")
    province, sums = made.at(HENAN, "author"), subject_of(ZHUMADIAN, PERIOD)
    accepted = province.say(_upward(made, ZHUMADIAN), "oversight", "report_accepted", {"version": 1}, subject=sums)
    assert accepted.status == "recorded"
    papers = {form: province.report_paper(PERIOD, form, unit=ZHUMADIAN) for form in ("pdf", "xlsx")}
    _say_the_same(papers, [ARRESTED, "1", "—", "—", "1", "—"], [HEROIN, "0.5", "—", "—", "0.5", "—"])

    for county in (A, C):
        arrest.recorded(spokes[county], "0.4", cover, replaces=first[county])
        _corrected(made, county, arrest.id)
    _signed(made, ZHUMADIAN, ReportRestated, {**REPORT, "cause": "contribution_corrected"}, sums)
    _counted(made, "0.4")
    again = {form: province.report_paper(PERIOD, form, unit=ZHUMADIAN) for form in ("pdf", "xlsx")}
    _say_the_same(again, [HEROIN, "0.4", "—", "—", "0.4", "—"], [HEROIN, "0.5", "0.4"])
    assert {form: province.report_paper(PERIOD, form, unit=ZHUMADIAN, version=1) for form in papers} == papers
    _suspended(made, NANYANG)
    _audited(made, spokes, tmp_path)


@dataclass(frozen=True)
class Arrest:
    """One outcome of the real world. leads: county -> its lead that it came of."""

    id: str
    leads: dict[str, str]

    def recorded(self, spoke: Offices, heroin: str, cover: Mapping[str, str], **replaces: str) -> str:
        """S8 by the city, in one channel, its approver on leave; the event's digest."""
        credit = [{"unit": A, "role": "provided_lead"}, {"unit": C, "role": "led"}, {"unit": YIWU, "role": "assisted"}]
        seized = {"kind": "heroin", "quantity": heroin, "unit": "kg"}
        about = {"stage": "coercive_measure", "outcome_id": self.id, "persons": 1, "seized": [seized], **replaces}
        summary = {**REPLY, **about, "credit": sorted(credit, key=lambda one: one["unit"])}
        detail = {**seized, "form": "block", "status": "seized"}
        case = {"contact": HANDLER, "case_no": "示例案字〔2026〕2号", "document_no": "示例拘字〔2026〕3号"}
        lead, city = self.leads[spoke.county], spoke.at(YIWU, "author")
        paper = spoke.drafted(YIWU, "lead.outcome_recorded", summary, {**case, "seized": [detail]}, subject=lead)
        spoke.made.at(YIWU, "intake", delegation=cover).approve(paper)
        assert city.sent(paper).outgoing.status == "recorded"
        before = replaces.get("replaces", "")

        def digest() -> str:
            found = str(spoke.state(spoke.county, "leads", lead)["outcome"])
            return found if found != before else ""

        return spoke.made.until("the county reads it", digest)


def _leave_cover(made: Region, unit: str) -> Mapping[str, str]:
    """For an officer in the approver's place."""
    head, deputy, now = made.at(unit, "head"), made.officer(unit, "intake"), now_ms()
    since, until = format_time(now - DAY), format_time(now + 20 * DAY)
    return head.delegate(head.delegation_statement(deputy, Role.APPROVER, since, until))


def _upward(made: Region, unit: str) -> str:
    """The channel of a unit and its superior."""
    both = [unit, next(one.superior for one in CAST if one.code == unit)]
    (channel,) = [one["channel"] for one in made.at(unit, "author").about()["channels"] if one["members"] == both]
    return str(channel)


def _signed(made: Region, unit: str, event: type[Event], summary: dict[str, Any], subject: str | None = None) -> None:
    """A report by author and head, in the log."""
    author = made.at(unit, "author")
    paper = author.draft(_upward(made, unit), event.TYPE, summary, subject=subject)
    author.submit(paper)
    made.at(unit, "head").approve(paper, Role.HEAD)
    assert author.sent(paper).outgoing.status == "recorded"


def _in_time(made: Region, unit: str, event: type[Event], kind: str, due: str) -> None:
    """It stands in the office's inbox until it is sealed, and all below have reported."""
    author = made.at(unit, "author")
    made.until("all below have reported", lambda: author.figures(PERIOD).missing == [])
    owed = [(one.due, one.overdue) for one in author.inbox() if one.kind == kind]
    assert owed == [(due, False)]
    _signed(made, unit, event, REPORT)
    made.until("it is reported", lambda: kind not in {one.kind for one in author.inbox()})


def figures(officer: Officer) -> dict[str, tuple[str, dict[str, str]]]:
    """Name -> total and roles."""
    return {one.zh: (one.value, one.roles) for one in officer.figures(PERIOD).figures}


def _opens(county: Officer, channel: str, lead: str) -> None:
    """Each figure to its events: matters of the county's own. The arrest to the lead that it came of."""
    for one in county.figures(PERIOD).figures:
        assert one.events
        for event in one.events:
            assert county.matter(KINDS[event["context"]], event["channel"], event["subject"]).channel == channel
        if one.zh == ARRESTED:
            assert {event["subject"] for event in one.events} == {lead}


def _counted(made: Region, heroin: str) -> None:
    """Once by everybody, with the role that is his; at the province once, both roles beside it. 南阳 has no node."""
    roles = {A: {"provided_lead"}, C: {"led"}, ZHUMADIAN: {"provided_lead"}, HENAN: {"led", "provided_lead"}}
    made.until("all have reported", lambda: made.at(HENAN, "author").figures(PERIOD).missing == [NANYANG])
    for unit, his in roles.items():
        found = figures(made.at(unit, "author"))
        assert found[ARRESTED] == ("1", dict.fromkeys(his, "1"))
        assert found[HEROIN] == (heroin, dict.fromkeys(his, heroin))


def _say_the_same(papers: dict[str, bytes], *rows: list[str]) -> None:
    """Both have these rows; each line of a table of the workbook stands in the PDF, cell after cell."""
    found, text = of_workbook(papers["xlsx"]), paper_of(papers["pdf"]).replace("\u200b", "")
    tables = [row for row in found if len(row) > 2]
    assert [row for row in rows if row not in tables] == []
    assert [row for row in tables if "".join("".join(row).split()) not in text] == []


def _corrected(made: Region, county: str, outcome: str) -> None:
    """R2: sent back with the figure and the outcome that are wrong; the county seals its second version."""
    superior = next(one.superior for one in CAST if one.code == county)
    heroin = {"indicator": "drugs", "substance": "heroin", "measure": "kg"}
    pointed = {"version": 1, "figure": heroin, "event": outcome, "reason": "wrong_number"}
    above, subject = made.at(superior, "author"), subject_of(county, PERIOD)
    told = above.say(_upward(made, county), "oversight", "contribution_returned", pointed, subject=subject)
    assert told.status == "recorded"
    author = made.at(county, "author")
    made.until("it came back", lambda: "correct_report" in {one.kind for one in author.inbox()})
    _signed(made, county, ContributionSealed, REPORT)
    made.until("it is above", lambda: above.matter("oversight", _upward(made, county), subject).state["version"] == 2)


def _suspended(made: Region, unit: str) -> None:
    """By a duty officer of its province, at once."""
    role, trust = ceremony.duty(unit), made.node(YIWU).folds.history(TRUST).channel.trust
    by = ceremony.Roster.of(trust).by(role, made.ceremony.keys.some(role, 1), format_time(now_ms() + DAY))
    keep_mandate(made.ceremony.registry, 900_000, ceremony.suspended(by, unit, Suspension.BREACH))
    made.until(
        "it is suspended", lambda: made.node(REGISTRY).folds.history(TRUST).channel.trust.suspended(unit, now_ms())
    )


def _audited(made: Region, spokes: dict[str, Offices], folder: Path) -> None:
    """With a file of the channels that the reports are of, the root and nothing else; then with one byte altered."""
    above = [_upward(made, unit) for unit in (A, C, ZHUMADIAN)]
    ours = {county: str(Topic(spokes[county].channel, 1)) for county in (A, C)}
    scope = [*(str(Topic(channel, 1)) for channel in (TRUST, PAIRING, *above)), *ours.values()]
    file, duikou = folder / "export.jsonl", str(Path(sys.executable).with_name("duikou"))
    log = ["--log", made.node(REGISTRY).settings.log, *(f"--topic={name}" for name in scope)]
    subprocess.run([duikou, "export", "--root", made.root, *log, str(file)], capture_output=True, check=True)
    offline = [duikou, "audit", "--root", made.root, "--export", str(file), "--json"]
    found = json.loads(subprocess.run(offline, capture_output=True, check=True).stdout)
    assert (found["verdict"], found["findings"], found["not_compared"]) == ("self-consistent", [], [])
    acts = {name: sorted((one["topic"], one["type"]) for one in found["lists"][name]) for name in ACTS}
    delegated = [(name, OutcomeRecorded.TYPE) for name in sorted(ours.values()) for _ in ("first", "restated")]
    late, emergency = (ours[C], OutcomeRecorded.TYPE), (str(Topic(TRUST, 1)), UnitSuspended.TYPE)
    assert acts == {"late": [late], "delegated": delegated, "emergency": [emergency]}
    without = audit(made.root, Topics(made.node(REGISTRY).log, [name for name in scope if name != ours[A]]))
    both = {f"report of {A} for {PERIOD}, version {version}" for version in (1, 2)}
    assert {one for one in without.not_compared if one.startswith("report")} == both, "compared again, so by its events"
    place = _flipped(file, str(Topic(above[0], 1)), ContributionSealed.TYPE)
    altered = audit(made.root, Export.at(file))
    assert altered.verdict is Outcome.REFUSED
    assert altered.divergence is not None
    assert (altered.divergence.topic, altered.divergence.offset) == place


ACTS = ("late", "delegated", "emergency")


def _flipped(file: Path, topic: str, type_: str) -> tuple[str, int]:
    """One byte in the middle of the first record of that type there; its place."""
    lines = file.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines[1:], 1):
        record = json.loads(line)
        value = bytearray(base64.b64decode(record["value"]))
        if record["topic"] == topic and type_.encode() in value:
            value[len(value) // 2] ^= 1
            lines[number] = json.dumps({**record, "value": base64.b64encode(value).decode()}).encode() + b"\n"
            file.write_bytes(b"".join(lines))
            return topic, int(record["offset"])
    raise AssertionError(type_)
