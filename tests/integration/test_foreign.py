"""What is written here is read elsewhere: by a program without our code, and by the libraries of the standards used."""

import json
import shutil
import subprocess
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured
from cloudevents.core.formats.json import JSONFormat

import contracts
from contracts.channels import NEWEST, OPEN_TYPES, Place
from contracts.envelope import Envelope, Record
from services.vectors import asyncapi
from tests.support import forgery
from tests.support.servers import skip_or_fail
from tests.support.story import read_only, told, told_export

SUPPORT = Path(__file__).parents[1] / "support"
CACHE = Path(__file__).parents[2] / ".cache" / "asyncapi"


def node(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """A program of Node.js."""
    program = shutil.which("node")
    if program is None:
        skip_or_fail("no Node.js here")
    command = [program, *(str(word) for word in words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


# -- an export, without our code ---------------------------------------------------------------------------------------


def read(export: bytes, folder: Path, root: str = "") -> subprocess.CompletedProcess[str]:
    file = folder / "export.jsonl"
    file.write_bytes(export)
    return node(SUPPORT / "reader.mjs", root or told().exchange, file)


@cache
def records() -> list[Record]:
    return list(read_only(told_export()).records())


def test_a_foreign_reader_verifies_an_export(tmp_path: Path) -> None:
    """Chains, signatures and every ``seen`` of all topics, in another language, from the root alone."""
    done = read(told_export(), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = json.loads(done.stdout)
    admitted = [v for log in told().verdicts.values() for v in log if v.keyid and v.result in ("effective", "void")]
    assert counts["records"] == len(records())
    assert counts["signed"] == len(admitted)
    assert counts["seen"] > counts["signed"] - 3


def test_a_foreign_reader_knows_only_its_root(tmp_path: Path) -> None:
    assert read(told_export(), tmp_path, "0" * 64).returncode == 1


@pytest.mark.parametrize("change", sorted(forgery.CHANGES))
def test_a_foreign_reader_finds_what_was_changed(change: str, tmp_path: Path) -> None:
    """One change in the pairing's topic, the first line computed anew."""
    logs = {name: list(log) for name, log in groupby(records(), key=lambda record: record.position.topic)}
    name = next(name for name in logs if ".channel." in name)
    logs[name] = forgery.CHANGES[change](logs[name], 20)
    changed = [record for log in logs.values() for record in log]
    done = read(forgery.computed_anew(told().exchange, changed), tmp_path)
    assert (done.returncode, done.stdout.startswith(name)) == (1, True), done.stdout + done.stderr


# -- CloudEvents -------------------------------------------------------------------------------------------------------


def test_cloudevents_own_library_reads_every_event() -> None:
    """Structured mode over Kafka: attributes, extensions and data are what stands in the envelope."""
    seen = set()
    for record in records():
        try:
            envelope = Envelope.parse(record.message.value or b"")
        except ValueError:
            continue
        message = KafkaMessage(dict(record.message.headers), record.message.key, record.message.value or b"")
        event = from_structured(message, JSONFormat())
        names = ("specversion", "id", "source", "type", "subject")
        assert [event.get_attributes()[name] for name in names] == [getattr(envelope, name) for name in names]
        extensions = ("exchange", "channel", "epoch", "sequence", "previous", "seen")
        assert [event.get_extension(name) for name in extensions] == [getattr(envelope, name) for name in extensions]
        assert event.get_data() == json.loads(record.message.value or b"")["data"]
        seen.add(envelope.type)
    assert len(seen) > 20


# -- AsyncAPI ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parsed() -> Any:
    """The committed document as the reference parser reads it."""
    npm = shutil.which("npm")
    if npm is None:
        skip_or_fail("no npm here")
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SUPPORT / "asyncapi" / name, CACHE)
    if not (CACHE / "node_modules" / ".package-lock.json").exists():
        words = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(words, cwd=CACHE, check=True, capture_output=True, timeout=240)
    document = Path(contracts.__file__).parent / "asyncapi.json"
    done = node(SUPPORT / "asyncapi" / "parse.mjs", CACHE, document)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.timeout(300)
def test_asyncapi_document_is_valid_and_complete(parsed: Any) -> None:
    """AsyncAPI 3.1; every event of a shared topic is a message with a form; addresses are the topics'."""
    assert parsed["faults"] == []
    said = parsed["said"]
    assert said["version"] == "3.1.0"
    published = {name for place, types in OPEN_TYPES[NEWEST].items() if place is not Place.DESK for name in types}
    assert set(said["messages"]) == published
    assert said["payloads"] == len(published)
    assert sorted(said["channels"].values()) == sorted(asyncapi.ADDRESSES.values())
    assert "send.trust" not in said["operations"], "only the registry writes trust (WIRE 12)"
    assert {"send.pairing", "receive.pairing", "send.proposals", "receive.trust"} <= set(said["operations"])
