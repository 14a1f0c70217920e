"""What rule version 3 opens, on real servers: a unit and its superior (1.6, 1.7), a lead that goes on (1.2b S10)."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from contracts import desk, lead
from contracts.attestations import AuditAttested, DeskAnchored, DeskAnchoredSummary, anchor_of
from contracts.channels import DESK, NEWEST, REGISTRY, TRUST, Topic
from contracts.envelope import Envelope
from contracts.lead import Onward, RemovalAnswered, Shared
from contracts.lead_course import Misdirected, MisdirectedSummary
from contracts.lead_forwarding import ForwardGranted, ForwardRequested
from contracts.oversight import (
    Cause,
    IncidentReported,
    IncidentReportedSummary,
    SupervisionAnswered,
    SupervisionOpened,
    SupervisionReceived,
    SupervisionReceivedSummary,
)
from contracts.oversight_terms import IncidentKind, Severity
from contracts.profile import compact
from contracts.refusals import Refused
from contracts.report import ContributionSealed, ReportSubmitted, subject_of
from contracts.vocabulary import AccessReason, RemovalResult, Role
from services.cli.client import fresh
from services.cli.commands import app
from services.cli.errors import ApiError
from services.cli.replies import Matter
from services.demo.cast import DENGZHOU, OFFICES, XINCAI, ZHUMADIAN
from services.domain import periods
from services.domain.clocks import DAY, format_time
from services.gateway import reports as door
from services.gateway.auth import development_issuer
from services.node import forwards, papers, reports
from services.node.anchors import Reach, reach
from services.node.commands import duty_id, minted, propose
from services.node.folds import now_ms
from services.node.node import Node
from services.node.parsing import InvalidError
from services.upkeep.doctor import CHECKS, Finding, Level
from services.upkeep.fsck import fsck
from services.upkeep.patient import Patient
from services.verifier import Verdict
from services.views import VIEWS, from_json
from services.views.oversight import Concern
from tests.support.offices import refused
from tests.support.region import CONTENT, SUMMARY, Region, region

pytestmark = pytest.mark.xdist_group("third")

WORDS: dict[str, Any] = {"contact": {"name": "示例甲", "phone": "0396-0000000"}, "text": "示例：夜间查获一起案件"}
ORDER = {"kind": "supervision", "classification": "work_secret", "urgency": "routine"}
REPLY = {"kind": "reply", "classification": "work_secret", "urgency": "routine"}


@pytest.fixture(scope="module")
def offices() -> Iterator[Region]:
    """新蔡, its superior 驻马店 and 邓州, which is under another one."""
    running = tuple(office for office in OFFICES if office.code in (XINCAI, ZHUMADIAN, DENGZHOU))
    with region(rules=NEWEST, offices=running) as made:
        made.start_all()
        made.channel = made.until("the channel opens", lambda: _between(made))
        for unit in (XINCAI, ZHUMADIAN):
            made.until(f"{unit} can write", partial(_ready, made, unit))
        yield made


@pytest.fixture(scope="module")
def answering(offices: Region) -> Region:
    """County and prefecture over HTTP."""
    for unit in (XINCAI, ZHUMADIAN):
        offices.start(unit, "gateway")
    return offices


def _between(made: Region) -> str:
    both = (channel for channel, members in made.node(XINCAI).supervised() if members == (XINCAI, ZHUMADIAN))
    channel = next(both, "")
    return channel if channel and all(channel in made.node(one).channels() for one in (XINCAI, ZHUMADIAN)) else ""


def _ready(made: Region, unit: str) -> bool:
    state = made.node(unit).folds.history(made.channel).channel
    return all(state.newest_keys(one) for one in (XINCAI, ZHUMADIAN)) and bool(state.trust.keys_of(unit))


def _row(made: Region, unit: str, subject: str) -> Any:
    """The matter in the unit's view of it; None before it is there."""
    found = made.node(unit).rows.read("oversight", f"{made.channel}/oversight/{subject}")
    return None if found is None else from_json(VIEWS["oversight"], found)


def _report(made: Region, unit: str = XINCAI) -> IncidentReported:
    node = made.node(unit)
    content, _ = papers.encrypted(node, made.channel, IncidentReported.TYPE, compact(WORDS), keep=False)
    summary = IncidentReportedSummary(
        officer=made.officer(unit, "intake"),
        kind=IncidentKind.MAJOR_CASE,
        severity=Severity.SERIOUS,
        at="2026-11-20T15:40:00.000Z",
        division="411729",
    )
    return IncidentReported(summary=summary, content=content)


def test_an_incident_reaches_the_superior(offices: Region) -> None:
    subject = str(uuid4())
    assert offices.command(XINCAI, offices.channel, subject, _report(offices)).status == "recorded"
    row: Concern = offices.until("it arrives", lambda: _row(offices, ZHUMADIAN, subject))
    assert (row.status, row.direction, row.counterpart) == ("reported", "in", XINCAI)


def test_a_superior_supervises_and_the_unit_answers(offices: Region) -> None:
    """V1, V2, V4: documents of two signatures on the desks of both offices."""
    order = {**ORDER, "ground": "overdue", "about": [], "days": 7}
    subject = offices.send(ZHUMADIAN, offices.channel, SupervisionOpened.TYPE, order, content=WORDS)
    offices.until("the order arrives", lambda: _row(offices, XINCAI, subject))
    received = SupervisionReceived(summary=SupervisionReceivedSummary(officer=offices.officer(XINCAI, "intake")))
    assert offices.command(XINCAI, offices.channel, subject, received).status == "recorded"
    answer = SupervisionAnswered.TYPE
    offices.send(XINCAI, offices.channel, answer, REPLY, by="head", content=WORDS, subject=subject)

    def answered() -> Concern | None:
        row = _row(offices, ZHUMADIAN, subject)
        return row if row is not None and row.status == "answered" else None

    assert offices.until("the answer arrives", answered) is not None


# -- the desk's anchor -------------------------------------------------------------------------------------------------


def test_a_desk_is_anchored_and_a_loss_is_shown_and_told_to_the_superior(answering: Region) -> None:
    """L9: what stands only on the desk reaches back to its last anchored head.

    The superior was told of more than the desk has: so it is after a backup was put back.
    """
    made, node = answering, answering.node(XINCAI)
    other = {"channel": made.channel, "other_channel": made.channel, "other": str(uuid4())}
    linked = desk.Linked(summary=desk.LinkedSummary(officer=made.officer(XINCAI, "author"), **other))
    made.command(XINCAI, DESK, str(uuid4()), linked)
    first = made.until("the desk is anchored", lambda: made.stream(ZHUMADIAN, *_anchors(made)).anchor)
    assert reach(node.folds.history(DESK), first.head) is Reach.WHOLE
    assert [one.level for one in _examined(node)] == [Level.OK]

    made.hold(XINCAI, "duties")
    further = f"1.1000000.{'f' * 64}"
    told = DeskAnchored(summary=DeskAnchoredSummary(head=further))
    assert made.command(XINCAI, made.channel, anchor_of(XINCAI), told).status == "recorded"
    (found,) = _examined(node)
    assert (found.level, found.said.startswith("the desk is shorter")) == (Level.FAIL, True)
    broken = fsck(node.settings)
    assert [one.what[:18] for one in broken.findings] == ["it ends before the"]
    assert not broken.sound

    made.start(XINCAI, "duties")
    (now,) = made.until("the loss is told", lambda: [one for one in _seen_anchors(made) if one["lost"]])
    assert (now["unit"], now["lost"], now["late"]) == (XINCAI, 1_000_000, 0)
    assert now["offset"] == node.folds.history(DESK).offset
    assert [one.level for one in _examined(node)] == [Level.OK, Level.WARN]
    assert "1000000" in CliRunner().invoke(app, ["oversight", "anchors", *_asking(made, ZHUMADIAN)]).stdout


def _examined(node: Node) -> list[Finding]:
    """What doctor says of the anchor."""
    with closing(Patient(node.settings)) as patient:
        return list(CHECKS["anchor"](patient))


def _anchors(made: Region) -> tuple[str, str, str]:
    return made.channel, "oversight", anchor_of(XINCAI)


def _seen_anchors(made: Region) -> list[dict[str, Any]]:
    return made.at(ZHUMADIAN, "head").anchors()


def _asking(made: Region, unit: str) -> list[str]:
    settings = made.node(unit).settings
    token = development_issuer(settings).issue(made.officer(unit, "author"))
    return ["--url", f"http://127.0.0.1:{settings.port}", "--token", token]


# -- two-monthly reports -----------------------------------------------------------------------------------------------

REPORT = {"kind": "periodic_report", "classification": "work_secret", "urgency": "routine"}
OWN = [{"indicator": "plants", "substance": "opium_poppy", "measure": "plant", "value": "31"}]


@pytest.fixture(scope="module")
def period() -> str:
    """The newest that is over."""
    found = periods.last_closed(now_ms())
    assert found is not None
    return found


def _sent(made: Region, unit: str, channel: str, event: Any, summary: Any, content: Any = None) -> str:
    """Drafted, submitted, signed by the head, in the log; its subject."""
    author, head = made.at(unit, "author"), made.at(unit, "head")
    paper = author.draft(channel, event.TYPE, summary, content)
    author.submit(paper)
    head.approve(paper, Role.HEAD)
    return author.sent(paper).subject


def test_figures_are_computed_now_and_open_to_their_events(answering: Region) -> None:
    """The order of the test before stands in the running period, as the log has it."""
    county = answering.at(XINCAI, "author")
    found = county.figures(periods.following(str(periods.last_closed(now_ms()))))
    assert (found.level, found.closed) == ("county", False)
    figures = {one.indicator: one for one in found.figures}
    assert figures["supervisions_opened"].value == "1"
    (event,) = figures["supervisions_opened"].events
    assert county.matter("oversight", event["channel"], event["subject"]).status == "answered"


def test_only_a_few_reports_are_counted_at_once(answering: Region, period: str) -> None:
    """Each reads all channels of the unit: other requests keep their threads."""
    county = answering.at(XINCAI, "author")
    places = [door.counting.acquire(blocking=False) for _ in range(door.AT_ONCE)]
    try:
        with pytest.raises(ApiError) as refused:
            county.figures(period)
        assert (all(places), refused.value.problem.code) == (True, "not_yet")
    finally:
        for _ in places:
            door.counting.release()
    assert [county.figures(period).level for _ in range(door.AT_ONCE + 1)] == ["county"] * (door.AT_ONCE + 1)


def test_an_office_types_no_figure(answering: Region, period: str) -> None:
    author, typed = answering.at(XINCAI, "author"), {**REPORT, "period": period, "figures": [], "version": 1}
    with pytest.raises(ApiError) as refused:
        author.draft(answering.channel, ContributionSealed.TYPE, typed)
    assert refused.value.problem.status == 422
    assert [one["path"] for one in refused.value.problem.errors] == ["summary.figures", "summary.version"]
    with pytest.raises(ApiError) as refused:
        author.draft(answering.channel, ContributionSealed.TYPE, {**REPORT, "period": "2021-02"})
    assert [one["path"] for one in refused.value.problem.errors] == ["summary.period"]
    with pytest.raises(ApiError) as refused:
        author.draft(answering.channel, ReportSubmitted.TYPE, {**REPORT, "period": period})
    assert (refused.value.code, refused.value.law) == ("wrong_side", "R3")


def test_a_draft_that_is_sent_again_is_the_same_paper(answering: Region, period: str) -> None:
    """Its figures may have moved meanwhile; what the office itself says of it may not."""
    author, key = answering.at(XINCAI, "author"), fresh()
    said = {**REPORT, "period": period, "self_reported": OWN}
    paper = author.draft(answering.channel, ContributionSealed.TYPE, said, key=key)
    assert answering.command(XINCAI, answering.channel, str(uuid4()), _report(answering)).status == "recorded"
    assert author.draft(answering.channel, ContributionSealed.TYPE, said, key=key) == paper
    with pytest.raises(ApiError) as refused:
        author.draft(answering.channel, ContributionSealed.TYPE, {**REPORT, "period": period}, key=key)
    assert refused.value.code == "key_reused"


def test_a_county_reports_and_corrects_and_its_prefecture_sums_up(
    answering: Region, period: str, tmp_path: Path
) -> None:
    """R1, R2, R1 again, R3: each by documents of two signatures; what is due is shown to whom it is due."""
    channel, prefecture = answering.channel, answering.at(ZHUMADIAN, "author")
    said, words = {**REPORT, "period": period, "self_reported": OWN}, {"contact": WORDS["contact"], "remark": "示例"}
    subject = _sent(answering, XINCAI, channel, ContributionSealed, said, words)
    assert subject == subject_of(XINCAI, period)
    answering.until("it arrives", lambda: _row(answering, ZHUMADIAN, subject))
    assert prefecture.figures(period).missing == []
    pointed = {"version": 1, "figure": {"indicator": "plants", "substance": "opium_poppy", "measure": "plant"}}
    pointed |= {"event": subject, "reason": "reported_doubted"}
    assert prefecture.say(channel, "oversight", "contribution_returned", pointed, subject=subject).status == "recorded"
    assert prefecture.figures(period).missing == [XINCAI]
    county = answering.at(XINCAI, "author")
    answering.until("it came back", lambda: "correct_report" in {one.kind for one in county.inbox()})
    assert _sent(answering, XINCAI, channel, ContributionSealed, {**REPORT, "period": period}) == subject
    again = answering.until("version 2 arrives", lambda: _row(answering, ZHUMADIAN, subject).version == 2)
    assert again
    above = answering.until("the channel upwards is open", lambda: reports.upward(answering.node(ZHUMADIAN)))
    assert above is not None
    sums = _sent(answering, ZHUMADIAN, above, ReportSubmitted, {**REPORT, "period": period})
    (sealed,) = reports.versions(answering.node(ZHUMADIAN), above, ZHUMADIAN, period)
    assert (sums, [one.unit for one in sealed.draft.data.table.contributions]) == (sealed.draft.subject, [XINCAI])
    assert [one.version for one in sealed.draft.data.table.contributions] == [2]
    _papers(answering, period, tmp_path)


def _papers(made: Region, period: str, folder: Path) -> None:
    """``duikou report``: the prefecture prints what its county sealed, as PDF and workbook."""
    asked = _asking(made, ZHUMADIAN)
    pdf, xlsx = folder / "report.pdf", folder / "report.xlsx"
    command = [str(Path(sys.executable).with_name("duikou")), "report", period, *asked, "--unit", XINCAI]
    done = subprocess.run(
        [*command, "--pdf", str(pdf), "--xlsx", str(xlsx)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    text = _text(pdf)
    assert f"{periods.in_words(period)}对口协作两月报" in text
    assert "第2版" in text
    with zipfile.ZipFile(xlsx) as packed:
        assert "第2版" in packed.read("xl/sharedStrings.xml").decode()


def test_the_words_of_a_report_and_an_order_are_printed_as_access_events(answering: Region, period: str) -> None:
    """Figures are clear; words are a content: a print is recorded and its copy is counted (MECHANISM 4)."""
    channel, prefecture, county = answering.channel, answering.at(ZHUMADIAN, "author"), answering.at(XINCAI, "author")
    report = prefecture.matter("oversight", channel, subject_of(XINCAI, period))
    text = _text(io.BytesIO(prefecture.print(channel, report.contents[0])))
    assert all(part in text for part in ("份号000001", "工作情况", "示例", "第1版", "原植物·罂粟（株）0———31"))
    (order,) = [one for one in county.matters("oversight") if one.status == "answered"]
    first = county.matter("oversight", channel, order.subject).contents[0]
    text = _text(io.BytesIO(county.print(channel, first)))
    assert all(part in text for part in ("关于超期事项的督办单", WORDS["text"], "7个工作日"))


def _text(pdf: Any) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(pdf).pages).replace("\u200b", "").split())


def test_a_report_that_nobody_sealed_is_no_paper(answering: Region) -> None:
    with pytest.raises(ApiError) as refused:
        answering.at(XINCAI, "author").report_paper("2021-03", "pdf")
    assert (refused.value.problem.status, refused.value.code) == (404, "unknown_matter")


def test_a_superior_reports_nothing_to_its_unit(offices: Region) -> None:
    with pytest.raises(Refused) as refused:
        propose(offices.node(ZHUMADIAN), offices.channel, str(uuid4()), _report(offices, ZHUMADIAN), id=str(uuid4()))
    assert (refused.value.code, refused.value.law) == ("wrong_side", "MECHANISM 3.1")


def test_a_unit_of_another_superior_has_no_part_in_it(offices: Region) -> None:
    """Its node neither reads nor writes there (DOMAIN "Channels")."""
    assert offices.channel not in offices.node(DENGZHOU).channels()
    assert str(Topic(offices.channel, 1)) not in offices.node(DENGZHOU).replica.ends()


@pytest.fixture(scope="module")
def watched(offices: Region) -> str:
    """The channel of a pairing of 新蔡 with 邓州, which names 驻马店 as oversight."""
    with _in(offices, ""):
        return offices.pair(XINCAI, DENGZHOU)


@contextmanager
def _in(made: Region, channel: str) -> Iterator[None]:
    """What the region's words speak of meanwhile."""
    before, made.channel = made.channel, channel
    try:
        yield
    finally:
        made.channel = before


def test_a_superior_reads_the_pairings_that_name_it_and_writes_nothing_there(answering: Region, watched: str) -> None:
    """MECHANISM 1.0, 3.1: sleeping and overdue as numbers, by whom and of what; clear parts only."""
    offices, superior = answering, answering.node(ZHUMADIAN)
    offices.until("it reads the channel", lambda: watched in superior.watched())
    offices.even(ZHUMADIAN, channel=watched)
    head = offices.at(ZHUMADIAN, "head")
    with _in(offices, watched):
        subject = offices.share()

    def seen() -> list[Matter]:
        return [one for one in head.matters("leads") if (one.subject, one.status) == (subject, "delivered")]

    offices.until("it sees the lead", seen)
    matter = head.matter("leads", watched, subject)
    assert (matter.state["direction"], [due.ours for due in matter.due]) == ("watch", [False])
    assert subject not in {one.subject for one in head.inbox("all")}
    (found,) = head.watched()
    assert (found["channel"], found["members"]) == (watched, [XINCAI, DENGZHOU])
    assert found["quiet_since"] == format_time(matter.state["timeline"][-1]["at"])
    assert (found["standing"], found["sleeping"], found["overdue"]) == ("in_force", False, [])
    with pytest.raises(Refused) as refused:
        offices.propose(ZHUMADIAN, watched, str(uuid4()), lead.Delivered(summary=lead.DeliveredSummary()))
    assert (refused.value.code, refused.value.law) == ("not_member", "WIRE 12")
    assert watched not in superior.channels()
    _nothing_but_looking(offices, watched, matter)
    mine = {one.channel: one.state for one in head.matters("pairings")}
    assert (mine[watched]["direction"], mine[watched]["sleeping"]) == ("watch", False)


def _nothing_but_looking(made: Region, channel: str, lead: Matter) -> None:
    """Over HTTP: a superior's officers sign for, draft, hand on and open nothing in a pairing of others."""
    author, intake = (made.at(ZHUMADIAN, post) for post in ("author", "intake"))
    (content,) = lead.contents
    assert refused(author.access_statement, channel, content, AccessReason.HANDLING) == ("state", "S3")
    assert refused(author.draft, channel, Shared.TYPE, SUMMARY, CONTENT) == ("not_member", "WIRE 12")
    assert refused(author.withdraw, channel, lead.subject, "error") == ("not_member", "WIRE 12")
    assert refused(intake.receive, channel, lead.subject) == ("not_member", "WIRE 12")
    (several,) = intake.receive_all([(channel, "lead", lead.subject)])
    assert (several.status, several.code) == ("refused", "not_member")
    handler = made.officer(ZHUMADIAN, "author")
    assert refused(intake.assign, channel, lead.subject, handler) == ("unknown_matter", "D8")


def test_a_misdirected_lead_that_was_read_is_an_incident_at_both_superiors(offices: Region, watched: str) -> None:
    """S6, STORIES 7: opened by both units' nodes, with its cause and nobody's words; one sent back unread is none."""
    with _in(offices, watched):
        unread, read = offices.share(), offices.share()
        for subject in (unread, read):
            offices.until("it is delivered", partial(_stands, offices, subject, "delivered"))
        offices.receive(DENGZHOU, read)
        offices.read(DENGZHOU, read)
        for subject in (unread, read):
            back = Misdirected(summary=MisdirectedSummary(officer=offices.officer(DENGZHOU, "intake")))
            assert offices.command(DENGZHOU, watched, subject, back).status == "recorded"
    for unit in (XINCAI, DENGZHOU):
        opened = offices.until(f"{unit} reports", partial(offices.node(unit).ledger.find, _incident(unit, read)))
        assert opened is not None
        assert offices.settled(unit, opened.id).status == "recorded"
        event: Any = Envelope.parse(opened.value).draft().data
        said = event.summary
        assert (said.kind, said.cause, said.officer) == ("data_breach", Cause(channel=watched, subject=read), None)
        assert said.division == "411381"
        assert offices.node(unit).ledger.find(_incident(unit, unread)) is None
    subject = minted(_incident(XINCAI, read))
    row: Concern = offices.until("it arrives", lambda: _row(offices, ZHUMADIAN, subject))
    assert (row.status, row.breach, row.timeline[0].officers, row.contents) == ("reported", True, (), ())


def _stands(made: Region, subject: str, status: str) -> bool:
    return bool(made.stream(DENGZHOU, made.channel, "lead", subject).status == status)


def _incident(unit: str, subject: str) -> str:
    return duty_id(unit, subject, "incident_reported")


def test_an_audit_of_all_topics_reads_these_channels_too(offices: Region) -> None:
    duikou = str(Path(sys.executable).with_name("duikou"))
    log = offices.node(REGISTRY).settings.log
    command = [duikou, "audit", "--root", offices.root, "--log", log, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert str(Topic(offices.channel, 1)) in json.dumps(report)
    assert report["verdict"] == "self-consistent"


def test_an_audit_is_attested_by_the_superiors_head_and_anybody_compares_it(answering: Region, tmp_path: Path) -> None:
    """PROTOCOL 11: an auditor's JSON becomes a document of two signatures; the unit audits again at its positions."""
    made, asked = answering, ["--root", answering.root]
    read = ["--log", made.node(REGISTRY).settings.log, "--topic", str(Topic(made.channel, 1)), "--topic", TRUSTED]
    report, paper, matter = tmp_path / "report.json", tmp_path / "paper.json", tmp_path / "matter.json"
    report.write_text(_typed("audit", *asked, *read, "--json"))
    assert "self_consistent" in _typed("attest", *asked, str(report), made.channel, str(paper))
    drafted = json.loads(paper.read_text())
    assert (drafted["channel"], drafted["type"]) == (made.channel, AuditAttested.TYPE)
    subject = _sent(made, ZHUMADIAN, made.channel, AuditAttested, drafted["summary"])
    made.until("it arrives", lambda: _row(made, XINCAI, subject))
    told = made.at(XINCAI, "author").matter("oversight", made.channel, subject)
    assert (told.status, told.state["attested"]) == ("attested", drafted["summary"])
    matter.write_text(told.model_dump_json())
    _typed("audit", *asked, *read, "--attested", str(matter))
    matter.write_text(json.dumps({**drafted["summary"], "fingerprint": "0" * 64}))
    _typed("audit", *asked, *read, "--attested", str(matter), code=5)


TRUSTED = str(Topic(TRUST, 1))


def _typed(*words: str, code: int = 0) -> str:
    done = CliRunner(env={"COLUMNS": "240"}).invoke(app, words)
    assert done.exit_code == code, (done.output, done.exception)
    return done.stdout


def test_an_attestation_names_no_channel_of_others(answering: Region) -> None:
    """Who shares with whom is nobody else's business: refused before anybody signs."""
    others = next(name for name, members in answering.node(DENGZHOU).supervised() if members[0] == DENGZHOU)
    positions = [
        {"topic": name, "offset": 1} for name in sorted([str(Topic(others, 1)), str(Topic(answering.channel, 1))])
    ]
    summary: dict[str, Any] = {"opinion": "self_consistent", "positions": positions, "fingerprint": "0" * 64}
    summary |= dict.fromkeys(("records", "divergences", "findings", "compared"), 0)
    with pytest.raises(ApiError) as refused:
        answering.at(ZHUMADIAN, "author").draft(answering.channel, AuditAttested.TYPE, summary)
    place = [one["topic"] for one in positions].index(str(Topic(others, 1)))
    assert refused.value.problem.status == 422
    assert [one["path"] for one in refused.value.problem.errors] == [f"summary.positions.{place}.topic"]


# -- the same nodes, paired: a lead goes on to a third unit ------------------------------------------------------------


@pytest.fixture
def channels(offices: Region) -> Iterator[tuple[str, str]]:
    """Of owner and holder (新蔡, 邓州), and of holder and third unit (驻马店)."""
    supervision = offices.channel
    yield offices.pair(XINCAI, DENGZHOU), offices.pair(DENGZHOU, ZHUMADIAN)
    offices.channel = supervision


def test_a_lead_goes_on_to_a_third_unit_and_is_called_back(offices: Region, channels: tuple[str, str]) -> None:
    """PROTOCOL 10, 12: keys are copied by the grant, the share embeds it, the holder's node calls back and then names

    the answer of its recipient; no officer of the holder does anything about it.
    """
    first, onward = channels
    offices.channel = first
    here = offices.share()
    digest = _granted(offices, first, here)
    offices.until("the owner's keys are copied", lambda: _vouches(offices, onward))
    with pytest.raises(InvalidError, match="does not fit"):
        offices.draft(DENGZHOU, onward, ForwardRequested.TYPE, REPLY, subject=here, grant=digest)
    long = {**CONTENT, "narrative": "长" * 2_000, "assessment": "长" * 1_000, "facts": [_long(CONTENT)] * 12}
    with pytest.raises(InvalidError) as invalid:
        papers.draft(offices.node(DENGZHOU), offices.officer(DENGZHOU, "author"), **_shared(onward, long, digest))
    assert invalid.value.fields == [("content", "what is forwarded is at most 16 KiB, because of its grant")]
    there = offices.send(DENGZHOU, onward, Shared.TYPE, SUMMARY, content=CONTENT, grant=digest)
    offices.until("it went on", lambda: offices.stream(ZHUMADIAN, onward, "lead", there).status == "delivered")
    assert offices.stream(ZHUMADIAN, onward, "lead", there).origin.owner == XINCAI
    assert offices.withdraw(XINCAI, here).status == "recorded"
    offices.until("it is removed", lambda: offices.stream(XINCAI, first, "lead", here).status == "removed")
    gone = offices.stream(DENGZHOU, onward, "lead", there)
    named = [found for one in offices.verdicts(XINCAI, first) if (found := _onward(one, here)) is not None]
    answer = Onward(unit=ZHUMADIAN, answer=gone.removal[0], result=RemovalResult.REMOVED)
    assert named == [(answer,)]
    assert forwards.named(offices.node(DENGZHOU), first, here) == [answer.model_dump(mode="json")]
    assert forwards.named(offices.node(XINCAI), first, here) is None
    with pytest.raises(Refused) as refused:
        papers.draft(offices.node(DENGZHOU), offices.officer(DENGZHOU, "author"), **_shared(onward, CONTENT, digest))
    assert (refused.value.code, refused.value.law) == ("unknown_matter", "S10")


def _shared(channel: str, content: Any, grant: str) -> dict[str, Any]:
    address = {"channel": channel, "event_type": Shared.TYPE, "subject": str(uuid4())}
    return {**address, "summary": SUMMARY, "content": content, "grant": grant}


def _long(content: Any) -> Any:
    return {**content["facts"][0], "text": "长" * 300}


def _granted(made: Region, channel: str, subject: str) -> str:
    """Asked by 邓州, granted by 新蔡; the digest of the grant."""
    content = made.content_of(XINCAI, subject)
    about = {"recipient": ZHUMADIAN, "purpose": SUMMARY["category"], "content": content}
    made.until("it arrives", lambda: made.stream(DENGZHOU, channel, "lead", subject).status == "delivered")
    made.send(DENGZHOU, channel, ForwardRequested.TYPE, {**REPLY, "kind": "enquiry", **about}, subject=subject)
    (asked,) = made.until("it is asked", lambda: made.stream(XINCAI, channel, "lead", subject).forwards)
    lead = {name: SUMMARY[name] for name in ("basis", "grade", "restrictions", "review_date", "persons")}
    offer = {"request": asked.request, "holder": DENGZHOU, "answer_by": format_time(now_ms() + DAY)}
    made.send(XINCAI, channel, ForwardGranted.TYPE, {**REPLY, **about, **lead, **offer}, subject=subject)
    (grant,) = made.until("it is granted", lambda: made.stream(DENGZHOU, channel, "lead", subject).grants)
    return str(grant.digest)


def _vouches(made: Region, channel: str) -> bool:
    trust = made.node(DENGZHOU).folds.history(channel).channel.trust
    return bool(trust.keys_of(XINCAI)) and made.officer(XINCAI, "approver") in trust.officers


def _onward(verdict: Verdict, subject: str) -> tuple[Onward, ...] | None:
    """What a removal answer of that lead names."""
    draft = verdict.draft
    said = draft.data if draft is not None and draft.subject == subject else None
    return said.summary.onward if isinstance(said, RemovalAnswered) else None
