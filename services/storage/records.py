"""Rows of the replica: a record verbatim, and beside it the verdict, which can be judged again at any time."""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.envelope import Message, Position, Record
from contracts.refusals import Code
from services.storage.healing import ADMITTED
from services.storage.pool import Link
from services.verifier import Inspected, Result, Verdict, readable

RECORDS = 'SELECT topic, "offset", at AS appended, key, value, headers FROM replica'
_BOTH = """SELECT r.topic, r."offset", r.at AS appended, r.key, r.value, r.headers,
v.result, v.code, v.law, v.at, v.hash, v.keyid, v.late, v.disputed, v.digest
FROM replica r JOIN"""
VERDICTS = f'{_BOTH} verdict v USING (topic, "offset")'
COUNTED = f'{_BOTH} counted v USING (topic, "offset")'
_REPLICA = {"offset": "bigint", "at": "bigint", "key": "bytea", "value": "bytea", "headers": "bytea"}
VERDICT_COLUMNS = {
    "offset": "bigint",
    "result": "text",
    "code": "text",
    "law": "text",
    "at": "bigint",
    "hash": "bytea",
    "keyid": "text",
    "late": "bool",
    "disputed": "bool",
    "stream": "text",
    "type": "text",
    "event_id": "text",
    "digest": "text",
}


def insert(link: Link, topic: str, verdicts: Iterable[Verdict]) -> None:
    """Records and verdicts, in the caller's transaction. Raises psycopg.errors.UniqueViolation."""
    verdicts = list(verdicts)
    if verdicts:
        link.execute(_statement("replica", _REPLICA), (topic, *_columns(map(_record, verdicts))))
        link.execute(_statement("verdict", VERDICT_COLUMNS), (topic, *_columns(map(judged, verdicts))))


def _statement(table: str, columns: Mapping[str, str]) -> str:
    names, kinds = ", ".join(f'"{name}"' for name in columns), ", ".join(f"%b::{kind}[]" for kind in columns.values())
    return f"INSERT INTO {table} (topic, {names}) SELECT %s, * FROM unnest({kinds})"  # noqa: S608 - names from here


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _record(verdict: Verdict) -> tuple[Any, ...]:
    position, message = verdict.record.position, verdict.record.message
    headers = [[name, base64.b64encode(value).decode()] for name, value in message.headers]
    return position.offset, position.at, message.key, message.value, json.dumps(headers).encode()


def judged(verdict: Verdict) -> tuple[Any, ...]:
    """Only an admitted envelope is what it says it is: of others no names are kept."""
    e = verdict.envelope if verdict.result in ADMITTED else None
    names = (e.stream, e.type, e.id) if e is not None else (None, None, None)
    said = (verdict.result.value, verdict.code and verdict.code.value, verdict.law)
    flags = (verdict.keyid, verdict.late, verdict.disputed)
    digest = verdict.record.message.signed.digest
    return verdict.record.position.offset, *said, verdict.at, verdict.hash, *flags, *names, digest


def read_record(row: Mapping[str, Any]) -> Record:
    """From the columns of RECORDS."""
    headers = tuple((name, base64.b64decode(value)) for name, value in json.loads(bytes(row["headers"])))
    key, value = (None if row[name] is None else bytes(row[name]) for name in ("key", "value"))
    return Record(Position(row["topic"], row["offset"], row["appended"]), Message(key, value, headers))


def read_verdict(row: Mapping[str, Any]) -> Verdict:
    """From the columns of VERDICTS: parsed again, judged no more."""
    record, i = read_inspected(row)
    code = Code(row["code"]) if row["code"] else None
    judged = (Result(row["result"]), code, row["law"], row["at"], bytes(row["hash"]), row["keyid"])
    return Verdict(record, *judged, i.envelope, i.draft, row["late"], row["disputed"])


def read_inspected(row: Mapping[str, Any]) -> tuple[Record, Inspected]:
    """The record with the key that fitted, so that no signature is verified twice; from the columns of VERDICTS."""
    record = read_record(row)
    return record, readable(record)._replace(fits=row["keyid"])


def same(row: Mapping[str, Any], verdict: Verdict) -> bool:
    """Whether a record judged again has the verdict that is stored. The key counts only where it decided."""
    code = verdict.code and verdict.code.value
    judged = (verdict.result.value, code, verdict.law, verdict.at, verdict.hash, verdict.late, verdict.disputed)
    stored = (row["result"], row["code"], row["law"], row["at"], bytes(row["hash"]), row["late"], row["disputed"])
    return judged == stored and (verdict.result not in ADMITTED or verdict.keyid == row["keyid"])
