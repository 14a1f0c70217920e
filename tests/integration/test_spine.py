"""The spine end to end: ledger, relay, log, intake, replica, views, on real servers (PROTOCOL 6; L7, L9, L10)."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from securesystemslib.dsse import Envelope as Dsse
from securesystemslib.signer import Signature, SSlibKey  # type: ignore[attr-defined]

from contracts import lead
from contracts.channels import PAIRING, TRUST, Topic
from contracts.dsse import EVENT
from contracts.envelope import Message
from contracts.lead import Delivered, DeliveredSummary
from contracts.refusals import Refused
from infra.kafka.port import Controllable
from services.demo.cast import DENGZHOU, XINCAI, YIWU
from services.node import attachments, papers, reading
from services.node.bootstrap import parts
from services.node.commands import duty_id, propose, standing
from services.node.files import Attached
from services.node.projector import rebuild
from services.transport import Credentials, Log, open_log
from services.transport.contract import SINGLE
from services.transport.errors import AccessDeniedError, TopicMissingError
from services.verifier import Result, Verdict
from services.views import VIEWS, fingerprint, from_json
from tests.e2e import test_stories as stories
from tests.support.anew import stops_and_keeps
from tests.support.files import WARRANT, warrant
from tests.support.offices import Offices
from tests.support.region import CONTENT, SECRETS, SUMMARY, Region, both_answering, copy_folder, region
from tests.support.servers import skip_or_fail

pytestmark = pytest.mark.xdist_group("first")


@pytest.fixture(scope="module")
def paired() -> Iterator[Region]:
    """新蔡 and 义乌 paired over the embedded log; every test leaves all parts running."""
    with region() as made:
        made.start_all()
        made.pair()
        yield made


# -- commands ----------------------------------------------------------------------------------------------------------


def test_a_lead_travels_and_comes_back(paired: Region) -> None:
    """Shared, delivered, received, read after an access record, withdrawn, removed (L7, L8)."""
    subject = paired.share()
    paired.until("delivered", lambda: paired.stream(XINCAI, paired.channel, "lead", subject).status == "delivered")
    assert paired.receive(YIWU, subject).status == "recorded"
    assert json.loads(paired.read(YIWU, subject)) == CONTENT
    assert paired.withdraw(XINCAI, subject).status == "recorded"
    paired.until("removed", lambda: paired.stream(XINCAI, paired.channel, "lead", subject).status == "removed")


def test_the_same_command_twice_is_one_event(paired: Region) -> None:
    """A retried command is the same event: same bytes, one row, one record (WIRE 29)."""
    subject = paired.share()
    content = paired.content_of(XINCAI, subject)
    name, event = str(uuid4()), paired.access(XINCAI, content)
    first = paired.propose(XINCAI, paired.channel, content, event, name)
    again = paired.propose(XINCAI, paired.channel, content, paired.access(XINCAI, content), name)
    assert first == again
    assert paired.settled(XINCAI, name).status == "recorded"
    paired.even(XINCAI, YIWU)
    for unit in (XINCAI, YIWU):
        found = [v for v in paired.verdicts(unit) if v.envelope is not None and v.envelope.id == name]
        assert [v.result for v in found] == [Result.EFFECTIVE]


def test_a_refused_command_leaves_nothing(paired: Region) -> None:
    """Refused is final and nowhere: no row, no claim, no record, no number used up."""
    paired.even(XINCAI, YIWU)
    paired.hold(XINCAI)  # its duties write, too
    tables = ("ledger", "claim")
    before = [paired.rows(XINCAI, f"SELECT count(*) FROM {table}") for table in tables]
    name = str(uuid4())
    with pytest.raises(Refused) as refused:
        propose(paired.node(XINCAI), paired.channel, str(uuid4()), Delivered(summary=DeliveredSummary()), id=name)
    assert refused.value.code
    assert standing(paired.node(XINCAI), name) is None
    assert [paired.rows(XINCAI, f"SELECT count(*) FROM {table}") for table in tables] == before
    paired.start(XINCAI)
    paired.share()  # what is sealed next takes the next number
    paired.even(XINCAI, YIWU)
    found = paired.verdicts(YIWU)
    assert name not in {verdict.envelope.id for verdict in found if verdict.envelope is not None}
    assert {verdict.result for verdict in found} <= {Result.EFFECTIVE, Result.VOID, Result.DUPLICATE}


def test_two_duty_workers_one_delivered(paired: Region) -> None:
    """Any number of workers make one event of one duty (PROTOCOL 12)."""
    second = parts(paired.node(YIWU))  # a second relay, too: it can only send the same bytes again
    subject = paired.share()
    sent = [second["duties"]() | second["relay"]() for _ in range(20)]
    paired.until("delivered", lambda: paired.stream(YIWU, paired.channel, "lead", subject).status != "sent", len(sent))
    paired.until("read", lambda: paired.stream(XINCAI, paired.channel, "lead", subject).status == "delivered")
    paired.even(XINCAI, YIWU)
    said = [
        v
        for v in paired.verdicts(XINCAI)
        if v.envelope is not None and v.envelope.type == Delivered.TYPE and v.envelope.subject == subject
    ]
    assert [v.result for v in said if v.result is not Result.DUPLICATE] == [Result.EFFECTIVE]
    assert len({v.record.message.signed.digest for v in said}) == 1


def test_share_that_loses_against_a_suspension_is_void_and_seen(paired: Region) -> None:
    """Sealed before, in the log after: void for everybody, with its reason, and listed at its writer (L10)."""
    paired.hold(XINCAI, "duties")
    document, subject = paired.approved()
    paired.hold(XINCAI, "relay")
    paired.start(XINCAI, "duties")
    name = duty_id(XINCAI, document, papers.SEAL)
    paired.until("the share is sealed", lambda: paired.node(XINCAI).ledger.find(name))
    assert paired.suspend(YIWU).status == "recorded"
    pending = standing(paired.node(XINCAI), name)
    assert pending is not None
    assert pending.status == "pending"
    paired.start(XINCAI, "relay")
    ended = paired.settled(XINCAI, name)
    assert (ended.status, ended.code) == ("void", "pairing_state")
    place = f"{ended.topic}/{ended.offset}"
    listed = paired.until("it is listed", lambda: paired.node(XINCAI).rows.read("refused", place))
    assert listed is not None
    assert (listed["own"], listed["code"], listed["subject"]) == (True, "pairing_state", subject)
    paired.even(YIWU)
    theirs = paired.verdicts(YIWU)[ended.offset]
    assert (theirs.result, theirs.code) == (Result.VOID, "pairing_state")
    paired.resume(YIWU)
    paired.even(XINCAI)


# -- at rest -----------------------------------------------------------------------------------------------------------

FORBIDDEN = {
    "the ledger is not updated": "UPDATE ledger SET state = state",
    "the ledger is not deleted from": "DELETE FROM ledger",
    "the ledger is not truncated": "TRUNCATE ledger",
    "the replica is not updated": "UPDATE replica SET value = value",
    "the replica is not deleted from": "DELETE FROM replica",
    "the replica is not truncated": "TRUNCATE replica",
    "claims are not deleted": "DELETE FROM claim",
    "the guard is not switched off": "ALTER TABLE ledger DISABLE TRIGGER ALL",
    "the role does not become the owner": "SET ROLE duikou_owner",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_runtime_role_changes_no_history(paired: Region, statement: str) -> None:
    """A running node can append to its history and nothing else."""
    url, denied = paired.node(XINCAI).settings.database, psycopg.errors.InsufficientPrivilege
    with psycopg.connect(url) as connection, pytest.raises(denied):
        connection.execute(statement.encode())


def test_owner_is_held_by_triggers(paired: Region) -> None:
    """Privileges do not bind the owner; the triggers do."""
    url, denied = paired.databases.url(f"node_{XINCAI}"), psycopg.errors.InsufficientPrivilege
    for table in ("ledger", "replica"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET topic = topic", f"TRUNCATE {table}"):
            with psycopg.connect(url) as connection, pytest.raises(denied):
                connection.execute(statement.encode())


def test_sha256_of_one_envelope_is_equal_in_ledger_record_replica_and_export(paired: Region) -> None:
    """The same bytes everywhere: nothing is parsed and written again on the way."""
    from services.auditor.export import export
    from services.auditor.source import Topics

    subject = paired.share()
    paired.even(XINCAI, YIWU)
    sealed = next(
        v.record.position
        for v in paired.verdicts(XINCAI)
        if v.envelope is not None and (v.envelope.type, v.envelope.subject) == (lead.Shared.TYPE, subject)
    )
    node, other = paired.node(XINCAI), paired.node(YIWU)
    record = node.log.read({paired.topic: sealed.offset - 1}, 1, 0.0)[0]
    digest = record.message.signed.digest
    query = "SELECT state FROM ledger WHERE digest = %s"
    ledger = bytes(paired.rows(XINCAI, query, digest)[0][0])
    replicas = [next(iter(n.replica.verdicts(paired.topic, sealed.offset - 1, 1))).record for n in (node, other)]
    names = [str(Topic(name, 1)) for name in (TRUST, PAIRING, paired.channel)]
    exported = b"\n".join(export(paired.root, Topics(node.log, names)))
    assert sha256(ledger).hexdigest() == digest
    assert [sha256(each.message.value or b"").hexdigest() for each in replicas] == [digest, digest]
    found = [line for line in exported.splitlines() if _value(line, paired.topic, sealed.offset)]
    assert [sha256(base64.b64decode(json.loads(line)["value"])).hexdigest() for line in found] == [digest]


def _value(line: bytes, topic: str, offset: int) -> bool:
    document = json.loads(line) if line else {}
    return (document.get("topic"), document.get("offset")) == (topic, offset)


@pytest.mark.parametrize("unit", [XINCAI, YIWU])
def test_rebuilt_view_equals_the_live_one(paired: Region, unit: str) -> None:
    """A view can be thrown away: folded from zero it is the same, by rows and by fingerprint (L11)."""
    node = paired.node(unit)
    paired.even(unit)
    for name, view in VIEWS.items():
        paired.until(
            f"{name} is up to date",
            lambda v=name: node.rows.cut(v).positions == node.replica.positions(),  # type: ignore[misc]
        )
        live = node.rows.cut(name)
        rebuild(node, name)
        again = node.rows.cut(name)
        assert again == live, name
        assert _print(name, live) == _print(name, again), view.name


def _print(name: str, cut: object) -> str:
    from services.storage.rows import Cut

    assert isinstance(cut, Cut)
    view = VIEWS[name]
    return fingerprint(view, {key: from_json(view, row) for key, row in cut.rows}, cut.positions, 1)


def needles(secret: str) -> dict[str, bytes]:
    """How a text could stand in a file: plain, escaped, each also in hex and in base64 at any of its alignments."""
    texts = {"plain": secret.encode(), "escaped": json.dumps(secret)[1:-1].encode()}
    found = {**texts, "utf-16": secret.encode("utf-16-le")}
    for name, raw in texts.items():
        found[f"{name} hex"] = raw.hex().encode()
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + raw)
            found[f"{name} base64 {shift}"] = coded[(4 if shift else 0) : len(coded) // 4 * 4 - 4]
    return found


def leaks(folder: Path) -> list[tuple[str, str, str]]:
    """(file, form, secret) of every secret that a file under the folder holds."""
    sought = [(form, needle, secret) for secret in (*SECRETS, WARRANT) for form, needle in needles(secret).items()]
    return [
        (str(path.relative_to(folder)), form, secret)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for data in [path.read_bytes()]
        for form, needle, secret in sought
        if needle in data
    ]


def test_needles_are_found(tmp_path: Path) -> None:
    """The search itself: each form of a secret is found in a file that holds it."""
    for secret in SECRETS:
        text = json.dumps({"a": secret})
        for body in (secret.encode(), text.encode(), base64.b64encode(text.encode()), text.encode().hex().encode()):
            (tmp_path / "file").write_bytes(b"before " + body + b" after")
            assert secret in {found for _, _, found in leaks(tmp_path)}


def test_no_plaintext_at_rest(paired: Region) -> None:
    """After sharing, reading and withdrawing no file of server, node, log or store holds a part of the content (L7)."""
    _no_plaintext(paired)
    assert any(paired.state.joinpath("attachments").rglob("*")), "the store is among them"


def _shared_with(made: Region, file: bytes) -> tuple[str, Any, Attached]:
    """A lead with an attachment: subject, content, and what the content says of the file."""
    node, begun = made.node(XINCAI), (made.channel, lead.Shared.TYPE, str(uuid4()))
    one = attachments.take(node, *begun, file)
    clear = {"kind": "search_warrant", "digest": one.digest, "size": one.size, "media": one.media}
    told = {"digest": one.digest, "title": "示例搜查证", "pages": 1, "plain_digest": one.plain_digest}
    content = {**CONTENT, "attachments": [told]}
    more: dict[str, Any] = {"content": content, "secret": attachments.secret(node, *begun)}
    subject = made.send(XINCAI, made.channel, lead.Shared.TYPE, {**SUMMARY, "attachments": [clear]}, **more)
    return subject, content, one


def _no_plaintext(made: Region) -> None:
    file = warrant(70_000)
    subject, content, one = _shared_with(made, file)
    made.until("delivered", lambda: made.stream(YIWU, made.channel, "lead", subject).status == "delivered")
    made.receive(YIWU, subject)
    node, id_ = made.node(YIWU), made.content_of(YIWU, subject)
    record = made.command(YIWU, made.channel, id_, made.access(YIWU, id_)).id
    assert json.loads(reading.open_content(node, made.channel, id_, record)) == content
    assert reading.open_attachment(node, reading.find(node, made.channel, id_), record, one) == file
    made.withdraw(XINCAI, subject)
    made.until("removed", lambda: made.stream(XINCAI, made.channel, "lead", subject).status == "removed")
    for name in (f"node_{XINCAI}", f"desk_{XINCAI}"):
        with psycopg.connect(made.databases.url(name), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
    assert made.state.parent.joinpath("pg", "data", "PG_VERSION").exists()
    assert not leaks(made.state.parent)


# -- one process or many -----------------------------------------------------------------------------------------------


def test_one_part_per_process_equals_all_in_one(paired: Region) -> None:
    """Parts meet only in PostgreSQL and in the log: apart they make the same replica and the same rows."""
    paired.hold(YIWU)
    for part in ("relay", "intake", "projector", "duties"):
        paired.spawn(YIWU, part)
    try:
        subject = paired.share()
        paired.until("delivered", lambda: paired.stream(XINCAI, paired.channel, "lead", subject).status == "delivered")
        assert paired.receive(YIWU, subject).status == "recorded"
        paired.even(XINCAI, YIWU)
        assert paired.replica(XINCAI) == paired.replica(YIWU)
        node = paired.node(YIWU)
        paired.until("views", lambda: node.rows.cut("cases").positions == node.replica.positions())
        split = node.rows.cut("cases")
    finally:
        for part in ("relay", "intake", "projector", "duties"):
            paired.cluster.stop(YIWU, [part])
        paired.start(YIWU)
    rebuild(node, "cases")
    assert node.rows.cut("cases").rows == split.rows


# -- restored and made anew --------------------------------------------------------------------------------------------


def test_restore_postgres_from_older_copy_then_command() -> None:
    """The log heals the ledger: nothing is sealed before, no number is given twice, nothing is lost (L9)."""
    with region(apart=[XINCAI]) as made:
        made.start_all()
        made.pair()
        server, folder = made.apart[XINCAI], made.state.parent / f"pg-{XINCAI}"
        made.stop(XINCAI)
        server.stop()
        copy_folder(folder / "data", folder / "older")
        server.start()
        made.start(XINCAI)
        subject = made.share()
        content = made.content_of(XINCAI, subject)
        done = [made.command(XINCAI, made.channel, content, made.access(XINCAI, content)) for _ in range(3)]
        made.even(XINCAI, YIWU)
        before = made.rows(XINCAI, _LEDGER, f"{made.channel}/{XINCAI}")

        made.stop(XINCAI)
        server.stop()
        (folder / "data").rename(folder / "lost")
        copy_folder(folder / "older", folder / "data")
        server.start()
        assert len(made.rows(XINCAI, _LEDGER, f"{made.channel}/{XINCAI}")) < len(before)
        made.start(XINCAI)

        after = made.command(XINCAI, made.channel, content, made.access(XINCAI, content))
        assert after.status == "recorded"
        assert made.rows(XINCAI, _LEDGER, f"{made.channel}/{XINCAI}")[: len(before)] == before
        for one in done:
            assert made.settled(XINCAI, one.id).status == "recorded"
        made.even(XINCAI, YIWU)
        assert made.replica(XINCAI) == made.replica(YIWU)
        assert {v.result for v in made.verdicts(YIWU)} <= {Result.EFFECTIVE, Result.DUPLICATE}


_LEDGER = "SELECT epoch, sequence, digest, state, signature, keyid FROM ledger WHERE ledger = %s ORDER BY 1, 2"


# -- Kafka -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def brokered() -> Iterator[Region]:
    """The same over a broker of its own, with mutual TLS; both units answer HTTP."""
    with both_answering(kafka=True) as made:
        yield made


@pytest.fixture
def offices(brokered: Region) -> Offices:
    """What the acceptance stories say and do, over Kafka."""
    return Offices(brokered)


test_story_1_over_kafka = stories.test_story_1_first_lead_on_paper
test_story_2_over_kafka = stories.test_story_2_night_phone_first
test_story_7_over_kafka = stories.test_story_7_wrong_city


def _broker(made: Region) -> Controllable:
    assert made.broker is not None
    return made.broker


def _log_of(made: Region, unit: str) -> Log:
    broker = _broker(made)
    own = broker.credentials(unit)
    return open_log(f"kafka://{broker.bootstrap}", Credentials(own.ca, own.cert, own.key), SINGLE)


def test_outsider_cannot_read_or_write_channel_topic(brokered: Region) -> None:
    """A unit outside the pairing has a certificate, and no right to its topic (L7)."""
    log, own = _log_of(brokered, DENGZHOU), Message(None, uuid4().bytes)
    try:
        with pytest.raises((AccessDeniedError, TopicMissingError)):
            log.read({brokered.topic: -1}, 1, 0.0)
        with pytest.raises((AccessDeniedError, TopicMissingError)):
            log.append(brokered.topic, [own])
    finally:
        log.close()
    assert brokered.channel not in brokered.node(DENGZHOU).channels()
    brokered.even(XINCAI)
    assert own not in [verdict.record.message for verdict in brokered.verdicts(XINCAI)]


def test_kcat_prints_an_event_and_openssl_and_securesystemslib_verify_it(brokered: Region, tmp_path: Path) -> None:
    """Nobody needs our software to see and check an event: kcat, openssl and a DSSE library do."""
    for tool in ("kcat", "openssl"):
        if shutil.which(tool) is None:
            skip_or_fail(f"{tool} is not installed")
    wanted = next(found for _ in range(5) for found in _printable(brokered))
    value, signature = _kcat(brokered, wanted.record.position.offset)
    assert value == wanted.record.message.value
    key = brokered.node(XINCAI).signer.public
    _openssl(tmp_path, key, _pae(EVENT, value), signature)
    _securesystemslib(key, EVENT, value, signature)


def _printable(made: Region) -> list[Verdict]:
    """A new lead's record, if its signature can be printed: kcat prints headers as C strings, up to a zero byte."""
    subject = made.share()
    made.even(XINCAI)
    named = [(v, v.envelope) for v in made.verdicts(XINCAI) if b"\0" not in v.record.message.signature]
    return [v for v, e in named if e is not None and (e.type, e.subject) == (lead.Shared.TYPE, subject)]


def _kcat(made: Region, offset: int) -> tuple[bytes, bytes]:
    """Value and signature of one record, as kcat prints them."""
    broker = _broker(made)
    own = broker.credentials(YIWU)
    tls = {"security.protocol": "ssl", "ssl.ca.location": own.ca, "ssl.certificate.location": own.cert}
    tls["ssl.key.location"] = own.key
    options = [word for name, value in tls.items() for word in ("-X", f"{name}={value}")]
    place = ["-C", "-t", made.topic, "-p", "0", "-o", str(offset), "-c", "1", "-e", "-q"]
    command = [str(shutil.which("kcat")), "-b", broker.bootstrap, *options, *place]
    value = subprocess.run([*command, "-f", "%s"], capture_output=True, check=True, timeout=60).stdout
    headers = subprocess.run([*command, "-f", "%h"], capture_output=True, check=True, timeout=60).stdout
    _, _, signature = headers.rpartition(b",signature=")
    return value, signature


def _pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding, written out here once more."""
    name = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)


def _openssl(folder: Path, key: bytes, data: bytes, signature: bytes) -> None:
    """Verifies with the command line alone. The DER prefix is that of an Ed25519 public key (RFC 8410)."""
    files = {"key.der": bytes.fromhex("302a300506032b6570032100") + key, "data": data, "signature": signature}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    words = ["pkeyutl", "-verify", "-pubin", "-inkey", "key.der", "-keyform", "DER", "-rawin", "-in", "data"]
    command = [str(shutil.which("openssl")), *words, "-sigfile", "signature"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "Verified Successfully" in done.stdout, done.stderr


def _securesystemslib(key: bytes, payload_type: str, payload: bytes, signature: bytes) -> None:
    name = sha256(key).hexdigest()
    public = SSlibKey(name, "ed25519", "ed25519", {"public": key.hex()})
    Dsse(payload, payload_type, {name: Signature(name, signature.hex())}).verify([public], 1)


def test_no_plaintext_at_rest_on_kafka(brokered: Region) -> None:
    """The broker's log folder, too (L7)."""
    _no_plaintext(brokered)
    assert any(brokered.state.parent.joinpath("kafka", "data").rglob("*.log"))


def test_recreate_kafka_topic_under_live_relay_and_intake(brokered: Region) -> None:
    """A real topic deleted and created again under its name. The last test to use the region: its topic is lost."""
    stops_and_keeps(brokered)
