"""The committed vectors are what the code says, and the code says what is committed (STYLE 23)."""

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

import contracts
from contracts import profile
from contracts.attestations import AuditAttested, fingerprint_of
from contracts.catalogue import events
from contracts.channels import Kind, Topic, channel_id, topic
from contracts.dsse import pae
from contracts.envelope import Envelope, Message, Position, Record
from contracts.profile import ShapeError, compact
from contracts.refusals import Code
from services.domain import keys
from services.vectors.__main__ import differences, main
from services.verifier import ROLLING_START, History, Result, Stopped, inspect, rolling

FOLDER = Path(contracts.__file__).parent
LOGS = ("log_trust", "log_proposals", "log_channel", "log_course", "log_forwarding", "log_attestations")


def vectors(name: str) -> Any:
    return json.loads((FOLDER / "vectors" / f"{name}.json").read_bytes())


def raw(row: dict[str, Any]) -> bytes:
    pieces = row.get("pieces", [[row.get("bytes"), 1]])
    return b"".join(base64.b64decode(text) * times for text, times in pieces)


def record(name: str, row: dict[str, Any]) -> Record:
    headers = tuple((header, base64.b64decode(value)) for header, value in row["headers"])
    value = base64.b64decode(row["value"]) if "value" in row else None
    return Record(Position(name, row["offset"], row["at"]), Message(None, value, headers))


def test_nothing_differs_from_what_is_committed(capsys: pytest.CaptureFixture[str]) -> None:
    """Run ``python -m services.vectors`` only if the wire is meant to change; after the first release: never."""
    assert not differences()
    assert main(["--check"]) == 0
    assert not capsys.readouterr().out


@pytest.mark.parametrize("sort", ["wire", "content"])
def test_the_profile_reads_what_the_vectors_say(sort: str) -> None:
    read = profile.read if sort == "wire" else profile.read_content
    for row in vectors("profile")[sort]:
        try:
            read(raw(row))
            accepted = True
        except ShapeError:
            accepted = False
        assert accepted == row["accepted"], row["name"]


def test_attributes_are_read_as_the_vectors_say() -> None:
    found = vectors("attributes")
    assert Envelope.parse(compact(found["envelope"])).to_value() == compact(found["envelope"])
    for row in found["changes"]:
        document = {**found["envelope"], row["attribute"]: row.get("value")}
        if row.get("absent"):
            del document[row["attribute"]]
        try:
            Envelope.parse(compact(document))
            accepted = True
        except ShapeError:
            accepted = False
        assert accepted == row["accepted"], row


def test_envelopes_verify_and_follow_each_other() -> None:
    rows = vectors("envelopes")
    for row in rows:
        value = row["value"].encode()
        assert pae("application/cloudevents+json", value) == base64.b64decode(row["pae"])
        assert keys.verifies(
            base64.b64decode(row["public"]), base64.b64decode(row["pae"]), base64.b64decode(row["signature"])
        )
        assert sha256(value).hexdigest() == row["digest"]
        assert Envelope.parse(value).key.decode() == row["key"]
    assert Envelope.parse(rows[1]["value"].encode()).previous == rows[0]["digest"]


def test_channels_and_hashes_are_as_the_vectors_say() -> None:
    found = vectors("channels")
    for row in found["ids"]:
        assert channel_id(row["exchange"], Kind(row["kind"]), row["digest"]) == row["channel"]
    for row in found["topics"]:
        assert topic(row["topic"]) == Topic(row["channel"], row["n"])
    before = ROLLING_START
    assert before.hex() == found["rolling"]["start"]
    for row in found["rolling"]["records"]:
        before = rolling(before, record("any", row))
        assert before.hex() == row["hash"]


@pytest.mark.parametrize("name", LOGS)
def test_a_whole_log_is_judged_as_the_vectors_say(name: str) -> None:
    log = vectors(name)
    history = History.of(log["exchange"], log["topic"])
    for row in log["records"]:
        found = record(log["topic"], row)
        verdict = history.admit(found, inspect(found, {}))
        said = {name: row[name] for name in ("result", "code", "late", "disputed", "effective_time", "rolling")}
        assert said == {
            "result": verdict.result,
            "code": verdict.code or "",
            "late": verdict.late,
            "disputed": verdict.disputed,
            "effective_time": verdict.at,
            "rolling": verdict.hash.hex(),
        }, row["offset"]


def test_the_logs_hold_every_result_and_every_code() -> None:
    rows = [row for name in LOGS for row in vectors(name)["records"]]
    assert {row["result"] for row in rows} == set(Result)
    assert {row["code"] for row in rows} - {""} == set(Code)


def test_an_attested_fingerprint_is_of_the_rolling_hashes_of_its_log() -> None:
    log = vectors("log_attestations")
    found = []
    for row in log["records"]:
        document = json.loads(base64.b64decode(row["value"]))
        if document["type"] == AuditAttested.TYPE and row["result"] == Result.EFFECTIVE:
            summary = document["data"]["summary"]
            places = [(one["topic"], one["offset"]) for one in summary["positions"]]
            hashed = [(topic, offset, log["records"][offset]["rolling"]) for topic, offset in places]
            found.append((fingerprint_of(hashed), summary["fingerprint"]))
    assert found
    assert all(right == said for right, said in found)


def test_the_channel_stalls_at_its_end() -> None:
    """Its last record is the copy of a policy with rule version 2."""
    log = vectors("log_channel")
    history = History.of(log["exchange"], log["topic"])
    for row in log["records"]:
        found = record(log["topic"], row)
        history.admit(found, inspect(found, {}))
    beyond = record(log["topic"], {**log["records"][-1], "offset": len(log["records"])})
    with pytest.raises(Stopped, match="stalled"):
        history.admit(beyond, inspect(beyond, {}))


# -- schemas -----------------------------------------------------------------------------------------------------------


def schema(name: str) -> Any:
    return json.loads((FOLDER / "schemas" / f"{name}.json").read_bytes())


def test_every_event_type_has_a_schema_and_none_allows_null() -> None:
    assert all((FOLDER / "schemas" / f"{name}.json").exists() for name in events())
    for path in (FOLDER / "schemas").iterdir():
        assert "null" not in {node.get("type") for node in nodes(json.loads(path.read_bytes()))}, path.name


def nodes(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in nodes(item)]
    if not isinstance(node, dict):
        return []
    here = [node] if isinstance(node.get("type", ""), str) else []
    return here + [found for item in node.values() for found in nodes(item)]


def test_the_schemas_accept_what_stands_in_the_logs() -> None:
    """By another validator; what was admitted and has a model is of its schema."""
    for name in LOGS:
        for row in vectors(name)["records"]:
            if row["result"] != Result.EFFECTIVE:
                continue
            document = json.loads(base64.b64decode(row["value"]))
            jsonschema.validate(document, schema("envelope"))
            jsonschema.validate(document["data"], schema(document["type"]))
            mandate = document["data"].get("mandate")
            if mandate is not None:
                statement = json.loads(base64.b64decode(mandate["payload"]))
                jsonschema.validate(statement, schema("statement.mandate"))
                jsonschema.validate(statement["body"], schema(f"{document['type']}.body"))
            for purpose in ("submission", "approval"):
                papers = document["data"].get("approval", {})
                if purpose in papers:
                    payload = json.loads(base64.b64decode(papers[purpose]["payload"]))
                    jsonschema.validate(payload, schema(f"statement.{purpose}"))
