"""What an operator does: backup, restore, fsck, doctor, on a region that runs (L1, L8, L9, L11; PROTOCOL 6, 10)."""

import asyncio
import base64
import json
import subprocess
import sys
import threading
import time
import tomllib
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from prometheus_client.parser import text_string_to_metric_families
from psycopg.sql import SQL, Identifier
from typer.testing import CliRunner, Result

from contracts import lead
from contracts.channels import DESK, OUTFLOW, TRUST, Topic, topic
from contracts.envelope import Message
from contracts.refusals import NotYet
from services.cli.commands import app
from services.demo.cast import XINCAI, YIWU
from services.gateway import health
from services.gateway.app import create_app
from services.node.bootstrap import follow
from services.node.settings import Settings
from services.storage.figures import Figures
from services.storage.migrate import runtime_url
from services.storage.stops import Why
from services.upkeep.doctor import CHECKS, Level, examine
from services.upkeep.fsck import fsck
from services.vault import IndexKey
from services.views import VIEWS
from tests.support.region import SECRETS, Region, region

pytestmark = pytest.mark.xdist_group("second")


@pytest.fixture(scope="module")
def paired() -> Iterator[Region]:
    """新蔡, with a database server of its own, and 义乌: paired, one lead delivered and read."""
    with region(apart=[XINCAI]) as made:
        made.start_all()
        made.pair()
        made.receive(YIWU, _delivered(made))
        yield made


def _delivered(made: Region) -> str:
    subject = made.share()
    made.until("delivered", lambda: made.stream(XINCAI, made.channel, "lead", subject).status == "delivered")
    return subject


def _admin(made: Region, unit: str = XINCAI) -> str:
    return made.apart.get(unit, made.databases).url()


def _type(*words: object, code: int = 0) -> Result:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(word) for word in words])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def _ask(*words: object, code: int = 0) -> Any:
    return json.loads(_type(*words, "--json", code=code).stdout)


# -- backup and restore ------------------------------------------------------------------------------------------------


def test_a_backup_holds_no_key_and_no_plaintext(paired: Region, tmp_path: Path) -> None:
    """PROTOCOL 10: key files are the operator's to keep; nothing of a content stands in clear."""
    file = tmp_path / "a.backup"
    _type("backup", paired.cluster.settings(XINCAI), file)
    assert file.stat().st_mode & 0o777 == 0o600
    _type("backup", paired.cluster.settings(XINCAI), file, code=2)  # never overwritten
    with zipfile.ZipFile(file) as zip:
        everything = b"".join(zip.read(name) for name in zip.namelist())
    assert b"duikou.lead.shared.v1" in everything, "the needles are looked for in the right haystack"
    for held in _private(paired.state / XINCAI):
        assert held not in everything
        assert held.hex().encode() not in everything
    assert [secret for secret in SECRETS if secret.encode() in everything] == []


def _private(folder: Path) -> list[bytes]:
    """Raw private keys of a node, and the text they are kept as."""
    pem = (folder / "unit.pem").read_bytes()
    key = load_pem_private_key(pem, None)
    assert isinstance(key, Ed25519PrivateKey)
    channels = json.loads((folder / "content.keys").read_bytes())["channels"].values()
    texts = [text for channel in channels for text in channel["keys"].values()]
    assert texts
    raw = [base64.b64decode(text) for text in texts]
    index = (folder / "index.key").read_bytes()
    return [pem.splitlines()[1], key.private_bytes_raw(), index, *(text.encode() for text in texts), *raw]


@pytest.mark.parametrize("other", ["unit", "root", "changed", "damaged", "cut short"])
def test_a_backup_that_is_not_ours_is_refused_and_changes_nothing(paired: Region, tmp_path: Path, other: str) -> None:
    """Another unit's, another root's, another row, a flipped byte, half: exit code 1; the databases stay."""
    settings, file = paired.cluster.settings(XINCAI), tmp_path / "a.backup"
    taken = paired.cluster.settings(YIWU) if other == "unit" else settings
    _type("backup", taken, file)
    if other == "root":
        _rewrite(file, "manifest.json", lambda text: text.replace(paired.root.encode(), b"0" * 64))
    elif other == "changed":
        _rewrite(file, "node/ledger.copy", lambda text: text.replace(b"duikou.lead", b"duikou.laed", 1))
    elif other == "damaged":
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 0xFF
        file.write_bytes(data)
    elif other == "cut short":
        file.write_bytes(file.read_bytes()[:-100])
    sealed = "SELECT id, signature FROM ledger"
    before = set(paired.rows(XINCAI, sealed))
    said = _type("restore", settings, file, "--admin", _admin(paired), "--replace", code=1)
    assert "BackupError" in said.stderr or "UpkeepRefusedError" in said.stderr
    assert before <= set(paired.rows(XINCAI, sealed))


def _rewrite(file: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(file) as zip:
        members = {one: zip.read(one) for one in zip.namelist()}
    assert change(members[name]) != members[name]
    file.unlink()
    with zipfile.ZipFile(file, "w") as zip:
        for one, data in members.items():
            zip.writestr(one, change(data) if one == name else data)


def test_a_backup_that_cannot_be_written_leaves_no_file(paired: Region, tmp_path: Path) -> None:
    """A full disk: the command says so with exit code 2, and nothing that looks like a backup is left."""
    words = [sys.executable, "-c", _LIMITED, "backup", str(paired.cluster.settings(XINCAI)), str(tmp_path / "a.backup")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2, done.stderr
    assert "File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


_LIMITED = """import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
from services.cli import main
main()"""


# -- doctor ------------------------------------------------------------------------------------------------------------


def _failing(settings: Path) -> dict[str, str]:
    """Check -> what it says."""
    return {one["check"]: one["said"] for one in _ask("doctor", settings, code=6) if one["level"] == "fail"}


def test_doctor_finds_nothing_wrong_with_a_node_that_runs(paired: Region) -> None:
    """Every check is made; each that does not say ok says what to do."""
    found = _ask("doctor", paired.cluster.settings(YIWU))
    assert {one["check"] for one in found} >= set(CHECKS) - {"restored"}
    assert {one["check"] for one in found if one["level"] == "warn"} == {"mode", "access"}
    assert all(one["remedy"] for one in found if one["level"] != "ok")
    assert "settings" in _type("doctor", paired.cluster.settings(YIWU)).stdout


def _changed(made: Region, **values: object) -> Path:
    """Settings of 义乌 but for some, in the same folder."""
    kept = tomllib.loads(made.cluster.settings(YIWU).read_text())
    path = made.cluster.settings(YIWU).with_name("changed.toml")
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in {**kept, **values}.items()))
    return path


SETTINGS_FAULTS: dict[str, tuple[Callable[[Region], dict[str, object]], set[str]]] = {
    "an unknown setting": (lambda made: {"colour": "red"}, {"settings"}),
    "another mode than the folder's": (lambda made: {"mode": "production"}, {"settings"}),
    "another unit's key, an old heartbeat, a superuser": (
        lambda made: {
            "signer": f"file:{made.state / XINCAI / 'unit.pem'}",
            "heartbeat_limit_seconds": 1,
            "database": made.databases.url(f"node_{YIWU}"),
        },
        {"unit key", "heartbeat", "database"},
    ),
    "a store that is no folder": (lambda made: {"attachments": str(made.state / "ports.json")}, {"attachments"}),
    "a store elsewhere without TLS": (
        lambda made: {"attachments": "s3://example", "attachments_endpoint": "http://store.example"},
        {"attachments"},
    ),
    "a store without a key": (lambda made: {"attachments": "s3://example"}, {"attachments"}),
    "no key file": (lambda made: {"signer": "file:nowhere.pem"}, {"files", "unit key"}),
    "a log that is not there": (
        lambda made: {"log": "postgresql://x@/x?host=/nowhere"},
        {"clock", "root", "access", "topics", "ledgers"},
    ),
}


@pytest.mark.parametrize("fault", SETTINGS_FAULTS)
def test_doctor_names_what_is_set_wrong(paired: Region, fault: str) -> None:
    """One thing wrong is one check failing; the others are still made."""
    values, checks = SETTINGS_FAULTS[fault]
    assert _failing(_changed(paired, **values(paired))).keys() == checks


def test_doctor_names_another_root(paired: Region) -> None:
    """PROTOCOL 4: under another root nothing in this log verifies, and it is said why."""
    assert "root" in _failing(_changed(paired, root="0" * 64))


def test_doctor_sees_exposed_and_missing_key_files(paired: Region) -> None:
    """A key that others can read is theirs, too; without content.keys nothing opens."""
    settings, folder = paired.cluster.settings(YIWU), paired.state / YIWU
    (folder / "unit.pem").chmod(0o644)
    try:
        assert _failing(settings).keys() == {"files", "unit key"}
    finally:
        (folder / "unit.pem").chmod(0o600)
    (folder / "content.keys").rename(folder / "away")
    try:
        assert _failing(settings).keys() == {"content keys"}
    finally:
        (folder / "away").rename(folder / "content.keys")


def test_doctor_sees_a_store_that_others_can_enter(paired: Region) -> None:
    """Ciphertext, but whose, when and how much is nobody's business."""
    store = paired.state / "attachments"
    store.mkdir(exist_ok=True)
    store.chmod(0o755)
    try:
        assert _failing(paired.cluster.settings(YIWU)).keys() == {"attachments"}
    finally:
        store.chmod(0o700)


def test_doctor_counts_what_another_index_key_made(paired: Region) -> None:
    """Nobody finds anything by it: the right key file, or what shall be found is opened again."""
    settings, folder = paired.cluster.settings(XINCAI), paired.state / XINCAI
    _delivered(paired)

    def said() -> list[str]:
        return [one.said for one in examine(settings) if (one.check, one.level) == ("index", Level.WARN)]

    assert said() == []
    (folder / "index.key").rename(folder / "away")
    try:
        assert said() == ["no index.key"]
        IndexKey.create(folder / "index.key")
        (count,) = paired.rows(XINCAI, "SELECT count(*) FROM content_index")[0]
        assert said() == [f"{count} entries of the index were made with another index.key"]
        assert count > 0
    finally:
        (folder / "away").rename(folder / "index.key")


def test_doctor_compares_clocks(paired: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five minutes off is a failure: deadlines and tokens are judged by both clocks."""
    honest = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: honest() - 300_000_000_000)
    found = [one for one in examine(paired.cluster.settings(YIWU)) if one.check == "clock"]
    assert {one.level for one in found} == {Level.FAIL}
    assert {one.said.split(":")[0] for one in found} >= {"database", "log", "desk"}


def test_doctor_counts_what_is_pending_and_names_what_is_stopped(paired: Region) -> None:
    """What was sealed and is not in the log; a channel that stands still, with its code."""
    made, settings = paired, paired.cluster.settings(YIWU)
    subject = _delivered(made)
    made.even(YIWU)
    made.hold(YIWU, "relay")
    try:
        received = lead.Received(summary=lead.ReceivedSummary(officer=made.officer(YIWU, "intake")))
        made.propose(YIWU, made.channel, subject, received)
        said = [one["said"] for one in _ask("doctor", settings) if one["check"] == "ledgers"]
        assert f"{made.channel}: 1 events are pending" in said
    finally:
        made.start(YIWU, "relay")


# -- health and metrics ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(paired: Region) -> Iterator[str]:
    """Address of 新蔡's node."""
    paired.start(XINCAI, "gateway")
    address = f"http://127.0.0.1:{paired.node(XINCAI).settings.port}"
    paired.until("it answers", lambda: _ready(address)["ready"])
    yield address
    paired.hold(XINCAI, "gateway")


def _ready(address: str) -> Any:
    return httpx.get(f"{address}/readyz", trust_env=False).json()


def _unready(address: str) -> dict[str, Any]:
    """Empty while it is ready."""
    found = _ready(address)
    return {} if found["ready"] else dict(found)


def _scraped(address: str) -> dict[tuple[str, ...], float]:
    text = httpx.get(f"{address}/metrics", trust_env=False).text
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    return {(one.name, *one.labels.values()): one.value for one in samples}


def test_metrics_say_what_the_database_says(paired: Region, served: str) -> None:
    """Scraped from a node, compared with its replica, its ledgers, its inbox (STYLE 19)."""
    made, node = paired, paired.node(XINCAI)
    _delivered(made)
    node.log.append(made.topic, [Message(b"key", b"garbage", ())])
    made.even(XINCAI, YIWU)
    for name in VIEWS:
        made.until(name, lambda v=name: node.rows.cut(v).positions == node.replica.positions())  # type: ignore[misc]
    found = _scraped(served)
    for name, offset in node.replica.positions().items():
        channel = topic(name).channel
        assert found["duikou_records_total", channel] == offset + 1
        assert found["duikou_lag_records", channel] == 0
    verdicts = (verdict for name in node.replica.positions() for verdict in node.replica.verdicts(name))
    counted = Counter((str(verdict.code or ""), str(verdict.result)) for verdict in verdicts)
    assert {key[1:]: value for key, value in found.items() if key[0] == "duikou_verdicts_total"} == counted
    assert found["duikou_refused_unacknowledged", "noise"] >= 1
    assert found["duikou_unread_events", made.channel] == 0
    last = made.rows(XINCAI, 'SELECT "offset" FROM relay_position WHERE ledger = %s', f"{made.channel}/{XINCAI}")
    assert found["duikou_relayed_offset", made.channel] == last[0][0]
    assert 0 <= found["duikou_heartbeat_age_seconds",] < 600
    assert found["duikou_ledgers_healed",] == found["duikou_up", "database"] == found["duikou_up", "log"] == 1
    matters = made.rows(
        XINCAI, "SELECT count(DISTINCT stream) FROM verdict WHERE stream LIKE '%/lead/%' AND result = 'effective'"
    )
    assert found["duikou_matters", "lead"] == matters[0][0]
    waiting = [
        key
        for key, state in node.folds.history(made.channel).streams.items()
        if key[0] == "lead" and state.status == "delivered"
    ]
    assert found["duikou_due", "others", "sign_for"] == len(waiting)
    assert [key for key in found if key[0] == "duikou_channel_stopped"] == []


def test_a_stopped_channel_is_not_hidden(paired: Region, served: str) -> None:
    """In metrics, readiness and doctor, by its code; the node stays ready for the others (L10)."""
    node = paired.node(XINCAI)
    node.stop_topic(str(Topic(OUTFLOW, 1)), Why.SETTINGS, "retention.ms is 1, must be -1")
    try:
        assert _scraped(served)["duikou_channel_stopped", OUTFLOW, "topic_settings"] == 1
        assert _ready(served)["stopped"] == [{"channel": OUTFLOW, "code": "topic_settings"}]
        assert _ready(served)["ready"]
        assert _failing(paired.cluster.settings(XINCAI)).keys() == {"topics"}
    finally:
        node.replica.resume(str(Topic(OUTFLOW, 1)))


@pytest.mark.parametrize("channel", [TRUST, DESK])
def test_a_node_is_not_ready_for_anything_without_trust_or_desk(paired: Region, served: str, channel: str) -> None:
    """They concern every command; reading goes on, and it is said which of the two it is."""
    node = paired.node(XINCAI)
    node.stop_topic(str(Topic(channel, 1)), Why.SETTINGS, "as if")
    try:
        said = _unready(served)
        assert said["state"] == "read_only"
        assert [name for name, check in said["checks"].items() if not check["ok"]] == [channel]
        assert said["stopped"] == [{"channel": channel, "code": "topic_settings"}]
    finally:
        node.replica.resume(str(Topic(channel, 1)))
    assert paired.until("ready again", lambda: _ready(served)["ready"])


@pytest.mark.parametrize(("peer", "headers"), [("10.0.0.7", {}), ("127.0.0.1", {"X-Forwarded-For": "10.0.0.7"})])
def test_metrics_are_for_this_machine(paired: Region, peer: str, headers: dict[str, str]) -> None:
    """Not for another, not by way of a proxy."""
    assert _asked(paired, peer, headers) == 404
    assert _asked(paired, "127.0.0.1", {}) == 200


def _asked(made: Region, peer: str, headers: dict[str, str]) -> int:
    transport = httpx.ASGITransport(create_app(made.node(XINCAI)), client=(peer, 1))

    async def asked() -> int:
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
            return (await client.get("/metrics", headers=headers)).status_code

    return asyncio.run(asked())


def test_a_part_that_hangs_is_not_alive(paired: Region, served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process answers, and one of its parts does not come back: 503, with the part's name."""
    monkeypatch.setattr(health, "STUCK_SECONDS", 2.0)
    node, release, stop = paired.node(XINCAI), threading.Event(), threading.Event()
    thread = threading.Thread(target=follow, args=(node, "stuck", lambda: release.wait() and False, stop))
    thread.start()
    try:
        paired.until("it is noticed", lambda: _alive(served, 503).get("parts", {}).get("stuck", 0) > 2)
    finally:
        stop.set()
        release.set()
        thread.join()
    assert paired.until("it is gone", lambda: _alive(served, 200))["status"] == "alive"


def _alive(address: str, status: int) -> dict[str, Any]:
    """Empty for another status."""
    answer = httpx.get(f"{address}/healthz", trust_env=False)
    return dict(answer.json()) if answer.status_code == status else {}


def test_readiness_tells_which_server_is_away(paired: Region, served: str) -> None:
    """Log away: read only, with the reason, no 500; database away: down. The process lives; afterwards it is ready."""
    paired.databases.kill()
    try:
        said = paired.until("the log is missed", lambda: _unready(served))
        assert said["state"] == "read_only"
        assert [name for name, check in said["checks"].items() if not check["ok"]] == ["log"]
        assert said["checks"]["log"]["reason"] == "the database of the log does not answer"
        found = _scraped(served)
        assert (found["duikou_up", "log"], found["duikou_up", "database"]) == (0, 1)
        assert found["duikou_records_total", "trust"] > 0
    finally:
        paired.databases.start()
    paired.until("ready again", lambda: _ready(served)["ready"])
    paired.apart[XINCAI].kill()
    try:
        answer = httpx.get(f"{served}/readyz", trust_env=False)
        assert (answer.status_code, answer.json()["state"]) == (503, "down")
        assert httpx.get(f"{served}/healthz", trust_env=False).status_code == 200
        assert _scraped(served)["duikou_up", "database"] == 0
    finally:
        paired.apart[XINCAI].start()
    paired.until("ready again", lambda: _ready(served)["ready"])
    assert not paired.ended()


def test_a_database_that_takes_no_writes_is_not_taken_for_one(paired: Region) -> None:
    """A standby, or one that somebody set read only."""
    role = f"ALTER ROLE duikou_node IN DATABASE node_{XINCAI}"
    with psycopg.connect(_admin(paired), autocommit=True) as admin:
        admin.execute(f"{role} SET default_transaction_read_only = on".encode())
        try:
            with (
                closing(Figures(paired.node(XINCAI).settings.database)) as figures,
                pytest.raises(NotYet, match="takes no"),
            ):
                figures.write()
        finally:
            admin.execute(f"{role} RESET default_transaction_read_only".encode())


def test_a_backup_is_restored_on_another_machine(paired: Region, tmp_path: Path) -> None:
    """A new server without these databases: they are made, and everything in them still proves itself."""
    file, unit = tmp_path / "a.backup", paired.cluster.settings(YIWU)
    paired.hold(YIWU, "duties")  # they write, too
    _type("backup", unit, file)
    there = paired.apart[XINCAI].url()
    urls = {name: runtime_url(there, f"{name}_{YIWU}") for name in ("node", "desk")}
    moved = _changed(paired, database=urls["node"], desk=urls["desk"])
    try:
        assert _ask("restore", moved, file, "--admin", there)["kept"] == []
        _type("restore", moved, file, "--admin", there, code=1)  # it would be overwritten
        report = _ask("fsck", moved)
        assert (report["sound"], report["findings"]) == (True, [])
        assert report["events"] == paired.rows(YIWU, "SELECT count(*) FROM ledger")[0][0]
    finally:
        paired.start(YIWU, "duties")
        (paired.state / YIWU / "restorations.jsonl").unlink()


# -- fsck --------------------------------------------------------------------------------------------------------------

FLIP = "{0} = set_byte({0}, 40, get_byte({0}, 40) # 1)"
SWAP = "{0} = translate({0}, '012', '120')"
NAME = "{0} = '_' || substr({0}, 2)"
FLIPS: dict[str, list[tuple[str, str, str, str, str]]] = {
    "ledgers": [
        ("ledger", FLIP, "state", "ledger LIKE 'desk%' AND sequence = 2", "desk"),
        ("ledger", FLIP, "signature", "ledger LIKE 'pairing%'", "pairing"),
        ("ledger", SWAP, "digest", "ledger LIKE '{channel}%'", "{channel}"),
        ("migration", SWAP, "digest", "name LIKE '0001%'", "0001"),
        ("view_row", "row = jsonb_set(row, '{{owner}}', '\"411729000009\"')", "row", "view = 'cases'", "cases"),
        ("view_position", "{0} = {0} + 1000", '"offset"', "view = 'units' AND topic = 'duikou.trust.1'", "units"),
        ("view_pointer", "{0} = 9999", "generation", "view = 'officers'", "officers"),
    ],
    "columns of ledgers": [
        ("ledger", NAME, "id", "ledger LIKE 'desk%' AND sequence = 3", "desk"),
        ("ledger", NAME, "originator_id", "ledger LIKE 'pairing%'", "pairing"),
        ("claim", NAME, "what", "what LIKE 'content/%' AND ledger LIKE '{channel}%'", "{channel}"),
        ("topic_state", SWAP, "topic_id", "topic = 'duikou.desk.1'", "duikou.desk.1"),
    ],
    "versions": [
        ("ledger", "{0} = 99", "originator_version", "ledger LIKE 'desk%' AND sequence = 3", "desk"),
        ("relay_position", SWAP, "digest", "ledger LIKE '{channel}%'", "{channel}"),
    ],
    "records": [
        ("replica", FLIP, "value", "topic = 'duikou.pairing.1' AND \"offset\" = 3", "duikou.pairing.1/3"),
        ("replica", "{0} = {0} + 1", "at", "topic = 'duikou.outflow.1' AND \"offset\" = 3", "duikou.outflow.1/3"),
        ("replica", FLIP, "headers", "topic = 'duikou.checkpoint.1' AND \"offset\" = 3", "duikou.checkpoint.1/3"),
        ("verdict", "{0} = 'noise'", "result", "topic = '{topic}' AND \"offset\" = 3", "{topic}/3"),
    ],
    "columns of verdicts": [
        (
            "verdict",
            "{0} = set_byte({0}, 0, get_byte({0}, 0) # 1)",
            "hash",
            "topic = 'duikou.pairing.1' AND \"offset\" = 3",
            "duikou.pairing.1/3",
        ),
        ("verdict", SWAP, "digest", "topic = 'duikou.outflow.1' AND \"offset\" = 3", "duikou.outflow.1/3"),
        ("verdict", SWAP, "keyid", "topic = 'duikou.checkpoint.1' AND \"offset\" = 3", "duikou.checkpoint.1/3"),
        ("verdict", NAME, "stream", "topic = '{topic}' AND \"offset\" = 3", "{topic}/3"),
    ],
    "desk": [("log_record", FLIP, "value", '"offset" = 2', "duikou.desk.1/2")],
    "desk topic": [("log_topic", "{0} = translate({0}::text, '012', '120')::uuid", "id", "true", "duikou.desk.1")],
}
"""Rounds of table, change, column, which row, where it is named. One byte, or the least that the column's type allows;
in a round no more than one change a ledger, topic or view, for what stands behind the first is not looked at."""


@pytest.fixture(scope="module")
def still(paired: Region) -> Iterator[Settings]:
    """Settings of a node that stands still, with views folded to the end: every test gets its databases back."""
    node = paired.node(XINCAI)
    paired.even(XINCAI, YIWU)
    for name in VIEWS:
        paired.until(name, lambda v=name: node.rows.cut(v).positions == node.replica.positions())  # type: ignore[misc]
    settings = node.settings
    paired.stop(XINCAI)
    assert fsck(settings).findings == []
    yield settings
    paired.start(XINCAI)


@pytest.mark.parametrize("round_", FLIPS)
def test_fsck_names_the_first_divergence(paired: Region, still: Settings, round_: str) -> None:
    """One byte of any table, changed past triggers by who administers the server, is found and named."""
    desk = round_.startswith("desk")
    server, named = paired.apart[XINCAI], {"channel": paired.channel, "topic": paired.topic}
    copy = server.url("flipped")
    server._execute(SQL(_COPY).format(Identifier(f"{'desk' if desk else 'node'}_{XINCAI}")))
    try:
        with psycopg.connect(copy) as connection:
            for table, change, column, where, _ in FLIPS[round_]:
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
                chosen = f"SELECT ctid FROM {table} WHERE {where.format(**named)} ORDER BY ctid LIMIT 1"
                done = connection.execute(
                    f"UPDATE {table} SET {change.format(column)} WHERE ctid = ({chosen})".encode()
                )
                assert done.rowcount == 1, (table, column)
        report = fsck(replace(still, desk=copy) if desk else replace(still, database=copy))
    finally:
        server.drop_database("flipped")
    assert not report.sound
    for table, _, column, _, where in FLIPS[round_]:
        place = where.format(**named)
        first = next((one for one in report.findings if one.where.startswith(place)), None)
        assert first is not None, (table, column)
        assert first.table == table, (column, report.findings)


_COPY = "CREATE DATABASE flipped TEMPLATE {}"
