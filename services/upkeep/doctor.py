"""What ails a node, and what to do about it: one function a check, all of them in ``CHECKS``, in this order.

They look and change nothing, may run beside the node, and stop at nothing: a check that cannot be done says why.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from hashlib import sha256
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from contracts.channels import DESK, TRUST, Topic
from contracts.refusals import NotYet
from services import private_files
from services.blobs import BlobsError, MissingBlobError
from services.domain.attestations import place
from services.domain.clocks import DAY, format_time
from services.node.anchors import Reach, anchors, reach
from services.node.contacts import profile
from services.node.folds import ledger_name, now_ms
from services.node.settings import DEVELOPMENT, SettingsError, load
from services.signing import SigningError, open_signer
from services.storage import dump, migrate
from services.storage.errors import StorageError
from services.storage.stops import why
from services.transport.errors import AccessDeniedError, TransportError
from services.upkeep.patient import Patient
from services.upkeep.restore import restorations
from services.vault import IndexKey, KeyFile, VaultError
from services.verifier import Stopped

OLDEST_POSTGRES = 150_000
SKEW_WARN_MS, SKEW_FAIL_MS = 2_000, 60_000
"""Between our clock and one that stamps: tokens and deadlines are judged by both."""
ROOM_WARN, ROOM_FAIL = 1_073_741_824, 104_857_600
"""Bytes free in the data folder."""
BEATS = 3
"""Heartbeats that may lack before it is worth a word."""
LOSS_TOLD = 30 * DAY
"""How long a loss that was told to the superior is worth a word here, in ms."""
RUNBOOK = "docs/runbook.md"
NOWHERE = "0" * 64
"""The digest of nothing: no store has it."""


class Level(StrEnum):
    """ok; warn: look at it; fail: the node cannot do its duty, or something was done to it."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(NamedTuple):
    """One thing a check says, and what to do about it."""

    level: Level
    said: str
    remedy: str = ""


class Told(NamedTuple):
    """A finding with the name of its check."""

    check: str
    level: Level
    said: str
    remedy: str


Check = Callable[[Patient], Iterator[Finding]]


def examine(path: Path) -> list[Told]:
    """All findings about the node of a settings file, in the order of the checks."""
    try:
        settings = load(path)
    except SettingsError as error:
        return [Told("settings", Level.FAIL, str(error), "correct the settings file")]
    found = [Told("settings", Level.OK, f"{settings.source}, {settings.mode}", "")]
    patient = Patient(settings)
    try:
        for name, check in CHECKS.items():
            found += [Told(name, *finding) for finding in _done(check, patient)]
    finally:
        patient.close()
    return found


def _done(check: Check, patient: Patient) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check(patient))
    except NotYet as later:
        found.append(Finding(Level.FAIL, later.reason, "see whether that server runs; try again"))
    except AccessDeniedError as denied:
        found.append(Finding(Level.FAIL, str(denied), "the registry grants rights; or our certificate is another's"))
    except StorageError as error:
        found.append(Finding(Level.FAIL, str(error) or type(error).__name__, "duikou fsck SETTINGS"))
    except (BlobsError, SettingsError) as error:
        found.append(Finding(Level.FAIL, str(error), "the attachments* settings, and what they name"))
    except (TransportError, SigningError, VaultError, Stopped, OSError) as error:
        found.append(Finding(Level.FAIL, str(error), RUNBOOK))
    return found


def _mode(patient: Patient) -> Iterator[Finding]:
    if patient.settings.mode == DEVELOPMENT:
        yield Finding(Level.WARN, "development: the node issues tokens itself", 'mode = "production" for real work')
    if patient.settings.single_broker:
        yield Finding(Level.WARN, "one broker: a lost disk is a lost log", "three brokers, and single_broker off")


def _files(patient: Patient) -> Iterator[Finding]:
    own = patient.settings
    given = [
        Path(own.signer.partition(":")[2]),
        *map(Path, filter(None, (own.key, own.admin_key, own.attachments_key))),
    ]
    made = [path for path in (own.content_keys, own.index_key, own.data / "issuer.pem") if path.exists()]
    for path in (*given, *made):
        try:
            private_files.read(path)
        except private_files.PrivateFileError as error:
            yield Finding(Level.FAIL, str(error), "chmod 0600; a key that others could read is theirs: have it closed")
    if own.data.stat().st_mode & private_files.OTHERS:
        yield Finding(Level.WARN, f"{own.data} can be entered by others", "chmod 0700")
    yield Finding(Level.OK, f"{len(given) + len(made)} private files looked at")


def _room(patient: Patient) -> Iterator[Finding]:
    free = shutil.disk_usage(patient.settings.data).free
    level = Level.FAIL if free < ROOM_FAIL else Level.WARN if free < ROOM_WARN else Level.OK
    yield Finding(level, f"{free // 1_048_576} MiB free", "" if level is Level.OK else f"{RUNBOOK}, full disk")


def _database(patient: Patient) -> Iterator[Finding]:
    version = patient.figures.version()
    if version < OLDEST_POSTGRES:
        yield Finding(Level.FAIL, f"PostgreSQL {version // 10_000}", "15 or newer")
    with dump.outages():
        migrate.check(patient.settings.database)
    patient.figures.write()
    patient.figures.grow()
    yield Finding(Level.OK, f"PostgreSQL {version // 10_000}, writable; our role can change no history")


def _clock(patient: Patient) -> Iterator[Finding]:
    asked = {"database": patient.figures.clock, "log": patient.log.clock, "desk": patient.desk.clock}
    for name, clock in asked.items():
        before = time.time_ns()
        theirs = clock()
        if theirs is not None:
            yield _skew(name, theirs - (before + time.time_ns()) // 2_000_000)
    for name in patient.replica.positions():
        last = patient.replica.last(name)
        if last is not None and last.position.at - now_ms() > SKEW_WARN_MS:
            yield _skew(name, last.position.at - now_ms())
    for name, ms in patient.figures.backwards().items():
        yield Finding(Level.WARN, f"{name}: its log's clock went back by {ms} ms", "effective time stands meanwhile")


def _skew(name: str, ms: int) -> Finding:
    level = Level.FAIL if abs(ms) > SKEW_FAIL_MS else Level.WARN if abs(ms) > SKEW_WARN_MS else Level.OK
    return Finding(level, f"{name}: {ms:+} ms from ours", "" if level is Level.OK else "synchronise the clocks (NTP)")


def _root(patient: Patient) -> Iterator[Finding]:
    first, own = str(Topic(TRUST, 1)), patient.topic(TRUST)
    begins = patient.log.read({first: -1}, 1, 0.0) if own == first else list(islice(patient.replica.records(first), 1))
    if not begins:
        yield Finding(Level.FAIL, "the exchange has not been opened yet", "start the registry")
    elif sha256(begins[0].message.value or b"").hexdigest() != patient.settings.root:
        yield Finding(
            Level.FAIL, "this log is of another root than the settings pin", "ask for both; trust neither yet"
        )
    else:
        yield Finding(Level.OK, "the log begins with the pinned root")


def _access(patient: Patient) -> Iterator[Finding]:
    apart = True
    for channel, writes in patient.channels().items():
        name = patient.topic(channel)
        try:
            may = patient.log_of(channel).writes(name)
        except (AccessDeniedError, TransportError) as error:
            yield Finding(Level.FAIL, str(error), "the registry makes topics and grants rights")
            continue
        if writes and may is False:
            yield Finding(Level.FAIL, f"{name}: we may not write, and should", "the registry grants rights")
        if not writes and may:
            yield Finding(Level.FAIL, f"{name}: we may write, and should not", "the registry's operator takes it away")
        apart = apart and (may is not None or patient.log_of(channel) is patient.desk)
    if not apart:
        yield Finding(Level.WARN, "an embedded log keeps nobody apart", "Kafka with an ACL for each member")
    yield Finding(Level.OK, f"{len(patient.channels())} topics can be read")


def _topics(patient: Patient) -> Iterator[Finding]:
    for channel in patient.channels():
        name = patient.topic(channel)
        fault = patient.fault(channel)
        if fault is not None:
            yield Finding(Level.FAIL, f"{name}: {fault[0]}, {fault[1]}", f"{RUNBOOK}, {fault[0]}")
    for channel in patient.channels():
        text = patient.replica.stopped(patient.topic(channel))
        if text is not None:
            yield Finding(Level.FAIL, f"{patient.topic(channel)} is stopped: {text}", f"{RUNBOOK}, {why(text)}")
    yield Finding(Level.OK, "settings, identity and last record of each topic looked at")


def _ledgers(patient: Patient) -> Iterator[Finding]:
    source = patient.settings.source
    for channel, writes in patient.channels().items():
        if writes:
            yield from _ledger(patient, channel, ledger_name(channel, source))
    yield Finding(Level.OK, "own ledgers compared with the log")


def _ledger(patient: Patient, channel: str, name: str) -> Iterator[Finding]:
    own = patient.history_at_end(channel).ledger(patient.settings.source)
    epoch, sequence, digest = own.head
    ours, last = patient.figures.digest(name, epoch, sequence), patient.figures.last(name, epoch)
    if own.frozen:
        yield Finding(Level.FAIL, f"{channel}: our ledger is frozen", f"{RUNBOOK}, frozen ledger")
    if sequence and ours is None:
        lack = sequence - last
        yield Finding(
            Level.WARN, f"{channel}: the log has {lack} events of ours that we lack", "start the node: it heals"
        )
    elif sequence and ours != digest:
        yield Finding(
            Level.FAIL, f"{channel}: the log has another event of ours at {sequence}", f"{RUNBOOK}, stolen key"
        )
    elif last > sequence:
        yield Finding(Level.WARN, f"{channel}: {last - sequence} events are pending", "the running node sends them")


def _keys(patient: Patient) -> Iterator[Finding]:
    own = patient.settings
    signer, known = open_signer(own.signer), patient.trust.keys_of(own.source)
    key = known.get(signer.keyid)
    if key is None or key.closed is not None:
        state = "knows no such key of ours" if key is None else "has closed our key"
        yield Finding(Level.FAIL, f"trust {state}", "the right key file; or the registrar enrols a new key")
    elif not key.counts(now_ms()):
        yield Finding(Level.WARN, f"our key counts from {format_time(key.since)}", "wait")
    others = [name for name, one in known.items() if name != signer.keyid and one.closed is None]
    if others:
        yield Finding(
            Level.WARN, f"{len(others)} other keys of ours are in force", f"if we made none: {RUNBOOK}, stolen key"
        )
    yield Finding(Level.OK, f"unit key {signer.keyid} compared with trust")


def _content_keys(patient: Patient) -> Iterator[Finding]:
    own = patient.settings
    if own.is_registry:
        return
    if not own.content_keys.exists():
        yield Finding(Level.FAIL, "no content.keys", f"{RUNBOOK}, restore: the key files are backed up apart")
        return
    held = KeyFile(own.content_keys)
    for channel in patient.bilateral():
        newest = patient.history(channel).channel.newest_keys(own.source)
        for number in {key.number for key in newest} - set(held.numbers(channel)):
            yield Finding(Level.FAIL, f"{channel}: our key {number} is not in content.keys", f"{RUNBOOK}, restore")
    yield Finding(Level.OK, "content keys compared with what we published")


def _index(patient: Patient) -> Iterator[Finding]:
    own = patient.settings
    if own.is_registry:
        return
    if not own.index_key.exists():
        yield Finding(Level.WARN, "no index.key", f"{RUNBOOK}, restore: without it nothing that was opened is found")
        return
    rows = patient.figures.strangers(IndexKey(own.index_key).id)
    if rows:
        remedy = f"{RUNBOOK}, restore; or open again what shall be found"
        yield Finding(Level.WARN, f"{rows} entries of the index were made with another index.key", remedy)
    else:
        yield Finding(Level.OK, "the index was made with this index.key")


def _notifications(patient: Patient) -> Iterator[Finding]:
    own = patient.settings
    if own.is_registry:
        return
    if not own.notify_url:
        yield Finding(Level.OK, "no gateway for messages: duty telephones are told nothing, the inbox is all")
        return
    if profile(patient.replica, own.source) is None:
        yield Finding(Level.WARN, "the contact book has no telephone of ours", "the registrar publishes our profile")
    for row in (row for row in patient.figures.notifications() if row["failing"]):
        said = f"{row['failing']} things could not be told since {format_time(row['since'])} ({row['level']})"
        yield Finding(Level.WARN, said, "see whether notify_url answers; they are sent as soon as it does")
    yield Finding(Level.OK, "messages to duty telephones looked at")


def _attachments(patient: Patient) -> Iterator[Finding]:
    if patient.settings.is_registry:
        return
    with suppress(MissingBlobError):
        patient.blobs.get(NOWHERE, 0)
    said = patient.blobs.exposed()
    if said:
        yield Finding(Level.FAIL, said, "only the nodes of this store's units may read and write there")
    yield Finding(Level.OK, f"the store of attachments answers: {patient.settings.store}")


def _heartbeat(patient: Patient) -> Iterator[Finding]:
    own, beat = patient.settings, patient.trust.heartbeat
    age = (now_ms() - beat) // 1_000
    if not beat:
        yield Finding(Level.FAIL, "no heartbeat of the registry has been read", "start the node; ask the registry")
    elif age > own.heartbeat_limit_seconds:
        yield Finding(
            Level.FAIL, f"the newest heartbeat is {age} s old: nothing is shared or opened", "ask the registry"
        )
    else:
        level = Level.WARN if age > BEATS * own.heartbeat_seconds else Level.OK
        yield Finding(level, f"the newest heartbeat is {age} s old", "" if level is Level.OK else "ask the registry")


def _anchored(patient: Patient) -> Iterator[Finding]:
    """The desk reaches back to its last anchored head (L9), by what the log has now."""
    above = patient.above()
    state = None if above is None else anchors(patient.history_at_end(above), patient.settings.source)
    if state is None or state.anchor is None:
        yield Finding(Level.OK, "the desk was never anchored: no channel with a superior, or nothing in it yet")
        return
    last, desk = state.anchor, patient.history_at_end(DESK)
    anchored = f"anchored at offset {place(last.head)[1]} on {format_time(state.since)}"
    found = reach(desk, last.head)
    if found is Reach.WHOLE:
        yield Finding(Level.OK, f"the desk reaches back to its head, {anchored}")
    else:
        is_now = f"ends at offset {desk.offset}" if found is Reach.SHORTER else "has another history"
        said = f"the desk is {found}: it {is_now}, and was {anchored}"
        yield Finding(Level.FAIL, said, f"{RUNBOOK}, restore: the desk; the running node tells the superior")
    if last.lost and now_ms() - last.lost_at < LOSS_TOLD:
        said = f"the desk lost what stood up to offset {place(last.lost)[1]}: told to the superior on"
        yield Finding(Level.WARN, f"{said} {format_time(last.lost_at)}", f"{RUNBOOK}, restore: the desk")


def _restored(patient: Patient) -> Iterator[Finding]:
    for one in restorations(patient.settings.data):
        said = f"restored at {one['at']}: the desk may lack what was written after {one['taken']}"
        yield Finding(Level.WARN, said, f"{RUNBOOK}, restore: look into it, then move restorations.jsonl away")


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "mode": _mode,
        "files": _files,
        "room": _room,
        "database": _database,
        "clock": _clock,
        "root": _root,
        "access": _access,
        "topics": _topics,
        "ledgers": _ledgers,
        "unit key": _keys,
        "content keys": _content_keys,
        "index": _index,
        "notifications": _notifications,
        "attachments": _attachments,
        "heartbeat": _heartbeat,
        "anchor": _anchored,
        "restored": _restored,
    }
)
"""Name -> check."""
