"""docs/runbook.md as a new operator follows it: drills, typed as the page prints them (STYLE 28, issue 4)."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.main import get_command

from contracts import lead
from contracts.channels import DESK, OUTFLOW, PAIRING, REGISTRY, Topic, topic
from contracts.envelope import Draft, Envelope
from contracts.refusals import NotYet, Refused
from contracts.vocabulary import Withdrawal
from services.auditor import Topics, audit
from services.cli.commands import app
from services.demo.cast import PASSPHRASE, XINCAI, YIWU
from services.domain.clocks import format_time
from services.domain.lead_keeping import GoneError
from services.node import papers
from services.node.commands import propose
from services.node.folds import now_ms
from services.signing import sealed
from services.storage.pool import FULL
from services.storage.stops import Why
from services.verifier import Result
from tests.support.anew import make_anew
from tests.support.disk import Disk
from tests.support.operator import PAGE, SECTIONS, Operator
from tests.support.region import CONTENT, SECRETS, SUMMARY, Region, region, until
from tests.support.servers import server_folder, skip_or_fail

pytestmark = pytest.mark.xdist_group("second")
MOST = 200
"""Commands after which a disk without room has refused one."""
RESTORE, LOST = "Restore yesterday's backup", "A topic was made anew"
FULL_DISK, STOLEN = "The disk is full", "A key may be stolen"
REGISTRARS = ("registrar.41.1", "registrar.41.2")


@pytest.fixture(scope="module")
def disk() -> Iterator[Disk]:
    """Where the operator's databases are: small, if one can be mounted."""
    with server_folder("runbook") as folder, Disk(folder / "small").mounted() as made:
        yield made


@pytest.fixture(scope="module")
def made(disk: Disk) -> Iterator[Region]:
    """新蔡 and 义乌 paired; 新蔡 is the operator's, with a database server of its own, and nothing of it runs."""
    with region(apart=[XINCAI], disk=disk) as paired:
        paired.start_all()
        paired.pair()
        paired.even(XINCAI, YIWU)
        paired.stop(XINCAI)
        yield paired


@pytest.fixture(scope="module")
def operator(made: Region, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """Whose node runs, started by him; each test leaves it running, as he would."""
    found = Operator(made, XINCAI, tmp_path_factory.mktemp("operator"))
    try:
        found.start()
        yield found
        found.stop()
    finally:
        found.end()


def delivered(made: Region) -> str:
    """A lead that 义乌's node has said it has."""
    subject = made.share()
    made.until("delivered", lambda: made.stream(XINCAI, made.channel, "lead", subject).status == "delivered")
    return subject


# -- the drills --------------------------------------------------------------------------------------------------------


def test_a_node_is_restored_from_yesterdays_backup(made: Region, operator: Operator) -> None:
    """The log heals what was shared since, a removal too; what stood on the desk only is shown until looked at (L9)."""
    gone, kept = delivered(made), delivered(made)
    operator.type("Back up")
    late = delivered(made)
    made.withdraw(XINCAI, gone)
    made.until("removed", lambda: made.stream(XINCAI, made.channel, "lead", gone).status == "removed")
    on_desk, _ = made.draft(XINCAI, made.channel, lead.Shared.TYPE, SUMMARY, content=CONTENT)
    made.even(XINCAI, YIWU)
    before = made.rows(XINCAI, _SHARED)

    operator.type(RESTORE, "duikou restore", code=1)  # the node runs
    operator.stop()
    assert "the desk may lack what was written between" in operator.type(RESTORE, "duikou restore")
    assert "events of ours that we lack" in operator.type(RESTORE, "duikou doctor")
    with pytest.raises(NotYet, match="read back"):
        made_access(made, kept)
    operator.start()

    after = made.rows(XINCAI, _SHARED)
    assert after[: len(before)] == before
    assert made.stream(XINCAI, made.channel, "lead", late).status == "delivered"
    with pytest.raises(GoneError):
        made.read(YIWU, gone)
    with pytest.raises(Refused, match="unknown_matter"):
        papers.paper(made.node(XINCAI), on_desk)
    assert "the desk may lack" in operator.type("First look", "duikou doctor")
    operator.type(RESTORE, "restorations.jsonl")
    assert "the desk may lack" not in operator.type("First look", "duikou doctor")
    new = delivered(made)
    made.receive(YIWU, new)
    made.read(YIWU, new)
    agree(made)


_SHARED = """SELECT ledger, epoch, sequence, digest, state, signature, keyid FROM ledger
WHERE ledger NOT LIKE 'desk%' ORDER BY 1, 2, 3"""


def made_access(made: Region, subject: str) -> None:
    """An access record of 新蔡's, once; that it is asked for is not yet that it is sealed."""
    content = made.content_of(XINCAI, subject)
    propose(made.node(XINCAI), made.channel, content, made.access(XINCAI, content), id=str(uuid4()))


def agree(made: Region) -> None:
    """Nothing is lost or doubled, and an auditor of the log finds nothing."""
    made.even(XINCAI, YIWU)
    assert made.replica(XINCAI) == made.replica(YIWU)
    assert {verdict.result for verdict in made.verdicts(YIWU)} <= {Result.EFFECTIVE, Result.DUPLICATE}
    names = sorted(name for name in made.node(YIWU).replica.positions() if DESK not in name)
    assert audit(made.root, Topics(made.node(YIWU).log, names)).divergences == ()


def test_a_full_disk_is_said_and_loses_nothing(made: Region, operator: Operator, disk: Disk) -> None:
    """What was acknowledged counts, what was not is asked again; the node goes on by itself when there is room (L9)."""
    if disk.why_not:
        skip_or_fail(disk.why_not)
    content = made.content_of(XINCAI, delivered(made))
    disk.fill()
    try:
        acknowledged, refused = until_refused(made, content)
        subject = made.share(YIWU)  # 义乌 does not notice; 新蔡 has to read it
        said = until("the node says so", lambda: lacking(operator, "database", FULL))  # PostgreSQL may restart before
        assert (said["ready"], said["state"]) == (False, "read_only")
        assert FULL in operator.type(FULL_DISK, "duikou doctor", code=6)
    finally:
        disk.empty()
    until("the node goes on", lambda: operator.ready().get("ready"))
    assert FULL not in operator.type(FULL_DISK, "duikou doctor")
    event = made.access(XINCAI, content)
    made.propose(XINCAI, made.channel, content, event, refused)
    assert {made.settled(XINCAI, name).status for name in (*acknowledged, refused)} == {"recorded"}
    made.until("it is read", lambda: made.stream(XINCAI, made.channel, "lead", subject).owner == YIWU)
    agree(made)


def lacking(operator: Operator, check: str, reason: str) -> dict[str, Any]:
    """What the node says of itself, once that check lacks for that reason."""
    said = operator.ready()
    return said if said.get("checks", {}).get(check, {}).get("reason") == reason else {}


def until_refused(made: Region, content: str) -> tuple[list[str], str]:
    """Ids of commands that were acknowledged on a full disk, and of the first that was not."""
    acknowledged: list[str] = []
    for _ in range(MOST):
        name = str(uuid4())
        try:
            propose(made.node(XINCAI), made.channel, content, made.access(XINCAI, content), id=name)
        except NotYet:
            return acknowledged, name
        acknowledged.append(name)
    raise AssertionError(f"{MOST} commands found room on a full disk")


def test_a_stolen_key_is_closed_and_the_ledgers_reopened(made: Region, operator: Operator) -> None:
    """The thief's word stops the unit; after the mandates it goes on, with a new key, behind its own last word (P4)."""
    folder = operator.folder
    registry = Operator(made, REGISTRY, folder)
    steal(made, delivered(made))
    stopped: list[dict[str, str]] = until("/readyz says so", lambda: operator.ready().get("stopped", []))
    assert stopped == [{"channel": made.channel, "code": Why.STRANGER}]
    operator.type("First look", "duikou doctor", code=6)
    before = ledgers(operator)
    assert before[made.channel]["agreed"] == before[made.channel]["log"] - 1
    (old,) = re.findall(r"unit key ([0-9a-f]{64})", operator.duikou("doctor", "--json", code=6))
    stolen = {"UNIT": XINCAI, "KEYID": old, "ENTRY": str(folder / "entry.json"), "TOPIC": made.topic}
    operator.env |= stolen
    registry.env |= stolen

    registry.env["PAPER"] = str(folder / "too-early.json")
    registry.type(STOLEN, "mandate close-key", code=1)  # with the only key the unit would be lost
    mandate(registry, "suspend", ["duty.41.1"])
    operator.type(STOLEN, "duikou new-key")
    mandate(registry, "add-key", REGISTRARS[:1])
    mandate(registry, "close-key", REGISTRARS)
    operator.stop()
    operator.type(STOLEN, "signer =")
    operator.start()
    until("the closing is everywhere", lambda: len(frozen(made)) == 3)
    for channel, one in ledgers(operator).items():
        if channel in frozen(made):
            assert one["frozen"]
            registry.env |= {"CHANNEL": channel, "NUMBER": str(one["agreed"])}
            mandate(registry, "reopen", REGISTRARS)
    operator.type(STOLEN, "duikou resume")
    until("they are reopened", lambda: not frozen(made))
    assert {(one["epoch"], one["frozen"]) for name, one in ledgers(operator).items() if name != DESK} == {(2, False)}
    operator.type("First look", "duikou doctor")
    mandate(registry, "reinstate", REGISTRARS)
    for unit in (XINCAI, YIWU):
        made.until("the unit works again", lambda u=unit: not rests(made, u))  # type: ignore[misc]
    assert made.withdraw(XINCAI, delivered(made)).status == "recorded"
    stolen_number = before[made.channel]["log"]
    theirs = made.node(YIWU).folds.history(made.channel).ledger(XINCAI)
    assert theirs.disowned == ((1, stolen_number, stolen_number),)


def steal(made: Region, subject: str) -> None:
    """A thief with 新蔡's key and its rights at the log withdraws a lead."""
    node, name = made.node(XINCAI), str(uuid4())
    history = node.folds.history(made.channel)
    said = lead.WithdrawnSummary(officer=made.officer(XINCAI, "author"), ground=Withdrawal.ERROR)
    draft = Draft(name, XINCAI, subject, format_time(now_ms()), made.root, made.channel, lead.Withdrawn(summary=said))
    envelope = Envelope.after(history.ledger(XINCAI).head, draft, history.seen)
    node.log.append(made.topic, [sealed(node.signer, envelope).message()])


def ledgers(operator: Operator) -> dict[str, Any]:
    """As the operator sees them, by channel."""
    return {one["channel"]: one for one in json.loads(operator.duikou("ledgers", "--json"))}


def frozen(made: Region) -> set[str]:
    """Channels in which the registry has read that 新蔡's ledger is frozen."""
    histories = {channel: made.node(REGISTRY).folds.history(channel) for channel in (PAIRING, OUTFLOW, made.channel)}
    return {channel for channel, history in histories.items() if history.ledger(XINCAI).frozen}


def rests(made: Region, unit: str) -> bool:
    """Whether a unit's node has read that 新蔡 is suspended."""
    return made.node(unit).folds.history(made.channel).channel.trust.suspended(XINCAI, now_ms())


def mandate(registry: Operator, kind: str, signers: Sequence[str]) -> None:
    """Drafted, signed by these, refused where it is one too few, and published; all as the page says."""
    registry.env["PAPER"] = str(registry.folder / f"{kind}-{len(list(registry.folder.iterdir()))}.json")
    registry.type(STOLEN, f"mandate {kind}")
    for place, signer in enumerate(signers):
        if place and kind == "close-key":
            registry.type(STOLEN, "mandate submit", code=1)
        registry.env["KEY"] = str(registry.made.state / f"keys/{signer}.pem")
        registry.type(STOLEN, "mandate sign", answer=PASSPHRASE)
    registry.type(STOLEN, "mandate submit")


def test_a_topic_is_lost_and_made_again(made: Region, operator: Operator) -> None:
    """The node stops the channel and says why; ``continue``; both units go on, the auditor agrees (PROTOCOL 6)."""
    registry = Operator(made, REGISTRY, operator.folder)
    made.even(XINCAI, YIWU, REGISTRY)
    make_anew(made)
    stopped: list[dict[str, str]] = until("/readyz says so", lambda: operator.ready().get("stopped", []))
    (code,) = {one["code"] for one in stopped}
    assert [title for title in SECTIONS if f"`{code}`" in title] == [t for t in SECTIONS if t.startswith(LOST)]
    said = operator.type(LOST, "duikou doctor", code=6)
    assert "the topic was made anew" in said
    operator.env |= token(operator)
    assert code in operator.type(LOST, "duikou node")
    named = {"TOPIC": next(iter(re.findall(r"duikou\.channel\.\w+\.\d+", said))), "CHANNEL": stopped[0]["channel"]}
    operator.env |= named
    registry.env |= named
    operator.type(LOST, "duikou fsck")
    operator.type(LOST, "duikou resume", code=1)
    assert operator.ready()["stopped"] == stopped
    operator.type(LOST, "duikou continue", code=1)  # not the registry's machine
    made.until("the registry has seen it", lambda: registry.tried(LOST, "duikou continue") == 0)

    for unit in (XINCAI, YIWU):
        until("it goes on", lambda u=unit: topic(made.node(u).topic(made.channel)).n == 2 and _open(made, u))  # type: ignore[misc]
    assert operator.ready()["stopped"] == []
    operator.type("First look", "duikou doctor")
    assert made.withdraw(XINCAI, made.share()).status == "recorded"
    made.share(YIWU)
    until("it is exported to the end and agrees", lambda: _audited(operator))


def _open(made: Region, unit: str) -> bool:
    return made.node(unit).folds.history(made.channel).opened


def token(operator: Operator) -> dict[str, str]:
    """What ``duikou node`` needs of an officer."""
    officer = operator.made.officer(XINCAI, "author")
    found = operator.duikou("token", officer).strip()
    return {"DUIKOU_URL": operator.address, "DUIKOU_TOKEN": found}


def _audited(operator: Operator) -> bool:
    """Exit code 3 while a view or another node is behind."""
    Path(operator.env["COPY"]).unlink(missing_ok=True)
    operator.type(LOST, "duikou export")
    code = operator.tried(LOST, "duikou audit")
    assert code in (0, 3)
    return code == 0


# -- what is not a drill -----------------------------------------------------------------------------------------------


def test_a_channel_goes_on_when_its_topic_is_right_again(made: Region, operator: Operator) -> None:
    """``resume`` looks again, then lets go; what does not stand still is refused."""
    name = str(Topic(PAIRING, 1))
    operator.env["TOPIC"] = name
    made.node(XINCAI).stop_topic(name, Why.SETTINGS, "as if")
    operator.type(LOST, "duikou resume")
    assert made.node(XINCAI).running(PAIRING)
    operator.type(LOST, "duikou resume", code=1)


def test_a_nodes_log_holds_codes_and_places_only(made: Region, operator: Operator) -> None:
    """What was drafted, shared and opened in all this stands in no line of it (STYLE 19)."""
    assert {line["event"] for line in operator.written()} >= {"node.started", "node.stopped"}
    written = (operator.data / "node.jsonl").read_text()
    assert [secret for secret in SECRETS if secret in written or json.dumps(secret)[1:-1] in written] == []


def test_every_command_of_the_runbook_exists() -> None:
    """Each ``duikou`` line is a command with these options; each code of a stopped channel has a section."""
    given: Any = get_command(app)
    lines = re.findall(r"^ *duikou ([\w-]+)([^\n]*)$", PAGE, re.MULTILINE)
    assert len(lines) >= 10
    for name, rest in lines:
        command = given.get_command(None, name)
        command = command.commands[rest.split()[0]] if hasattr(command, "commands") else command
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, name
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert {why.value for why in Why} - {"other", "no_genesis", "offset_gap", "cut"} <= named
