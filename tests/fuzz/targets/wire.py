"""Parsers of ``contracts``: the profile, envelopes, events, statements, contents, names of topics."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import contracts
from contracts import profile
from contracts.approval import AccessStatement, Approval, Delegation, Possession, Session, Submission
from contracts.catalogue import events
from contracts.channels import topic
from contracts.content import Content
from contracts.content_model import ContentError, ContentModel
from contracts.contents import MODELS, read_plain
from contracts.dsse import Dsse, Statement
from contracts.envelope import ZEROS, Embedded, Envelope
from contracts.profile import ShapeError, compact
from contracts.refusals import Refused
from contracts.trust import Mandate, Mandated
from services.domain import trust
from services.vault import PrivateKey, VaultError, decrypt
from services.vectors import content as vectors
from services.vectors.seeds import JINHUA, XINCAI, identifier
from tests.fuzz.engine import Broken, Target, Unfit
from tests.fuzz.samples import samples
from tests.support import contents, papers
from tests.support.story import told

VECTORS = Path(contracts.__file__).parent / "vectors"
STATEMENTS: tuple[type[Statement], ...] = (
    *(Submission, Approval, AccessStatement, Session, Delegation, Mandate, Possession),
)
ON = date(2021, 4, 30)


def told_values() -> list[bytes]:
    """The value of every record of the story, the largest half left out for speed."""
    values = {record.message.value or b"" for log in told().logs.values() for record in log}
    return sorted(values, key=lambda value: (len(value), value))


@cache
def of_each_type() -> list[bytes]:
    """The shortest envelope of every type that a story tells."""
    found: dict[str, bytes] = {}
    for value in told_values():
        if value.startswith(b'{"'):
            found.setdefault(Envelope.parse(value).type, value)
    return list(found.values())


def enveloped(type_: str, data: Any) -> bytes:
    """An envelope of that type; its signature is nobody's business here."""
    document = {
        "specversion": "1.0",
        "id": identifier("fuzz"),
        "source": XINCAI,
        "type": type_,
        "subject": identifier("subject"),
        "time": "2021-04-01T01:00:00.000Z",
        "exchange": "e" * 64,
        "channel": "a" * 52,
        "epoch": 1,
        "sequence": "000000000001",
        "previous": ZEROS,
        "seen": f"1.-1.{ZEROS}",
        "data": data,
    }
    return compact(document)


@cache
def events_of_each_type() -> list[bytes]:
    """What the story tells, and every other type as its schema says it."""
    made = (enveloped(name, data) for name, data in samples(".json") if name in events())
    return [*of_each_type(), *(value for value in made if len(value) <= profile.MAX_VALUE)]


def dsses() -> Iterator[dict[str, Any]]:
    """Every signed statement inside those envelopes."""
    for value in of_each_type():
        yield from _statements(json.loads(value))


def _statements(node: Any) -> Iterator[dict[str, Any]]:
    match node:
        case {"payload": str(), "signatures": list()}:
            yield node
        case {"envelope": str(text)}:
            yield from _statements(json.loads(base64.b64decode(text)))
        case dict():
            for value in node.values():
                yield from _statements(value)
        case list():
            for value in node:
                yield from _statements(value)
        case _:
            pass


# -- profile -----------------------------------------------------------------------------------------------------------


def _profiled(read: Callable[[bytes], dict[str, Any]]) -> Callable[[bytes], bytes]:
    def run(data: bytes) -> bytes:
        document = read(data)
        if compact(document) != data:
            raise Broken("accepted, and written differently")
        return data

    return run


def _lines(kind: str) -> list[bytes]:
    rows = json.loads((VECTORS / "profile.json").read_bytes())[kind]
    return [row["text"].encode("utf-8", "surrogatepass") for row in rows if "text" in row] or [b"{}"]


# -- envelopes and events ----------------------------------------------------------------------------------------------


def _envelope(data: bytes) -> Envelope:
    found = Envelope.parse(data)
    if Envelope.parse(found.to_value()) != found:
        raise Broken("written and read again, it is another")
    return found


def _event(data: bytes) -> Any:
    draft = Envelope.parse(data).draft("d" * 64)
    again = type(draft.data).model_validate_json(compact(draft.data.wire()))
    if again != draft.data:
        raise Broken("written and read again, it is another")
    return draft, draft.summary_digest if "summary" in type(draft.data).model_fields else ""


def _embedded(data: bytes) -> Any:
    found = Embedded.model_validate_json(data)
    return found.digest, found.parse()


def _embeddings() -> list[bytes]:
    values = (value for value in of_each_type() if len(value) <= 32_768)
    return [
        compact({"envelope": base64.b64encode(value).decode(), "signature": base64.b64encode(bytes(64)).decode()})
        for value in values
    ]


# -- statements --------------------------------------------------------------------------------------------------------


def _statement(data: bytes) -> Any:
    dsse = Dsse.model_validate_json(data)
    return [_as(model, dsse) for model in STATEMENTS]


def _as(model: type[Statement], dsse: Dsse) -> Any:
    try:
        found = model.of(dsse)
    except ValueError as error:
        return str(error)
    if model.of(Dsse.make(found.to_payload(), (ZEROS, b"x"))) != found:
        raise Broken("written and read again, it is another")
    return found


def _bodies(data: bytes) -> Any:
    profile.read(data)
    mandated = [event for event in events().values() if issubclass(event, Mandated)]
    mandate = {"exchange": ZEROS, "role": "root", "number": 1, "subject": "root", "expires": "2021-04-01T01:00:00.000Z"}
    return [_body(event, mandate, json.loads(data)) for event in mandated]


def _body(event: type[Mandated], mandate: dict[str, Any], body: Any) -> Any:
    try:
        said = Mandate.model_validate_json(compact({**mandate, "action": event.TYPE, "body": body}))
        return trust.role_of(event.TYPE, found := trust.body_of(event, said)), found
    except ValueError as error:
        return str(error)


def _body_seeds() -> list[bytes]:
    told_bodies = (json.loads(base64.b64decode(one["payload"])).get("body") for one in dsses())
    return [compact(body) for body in (*told_bodies, *(body for _, body in samples(".body.json"))) if body]


# -- contents ----------------------------------------------------------------------------------------------------------


def _plain(data: bytes) -> Any:
    """Each content model by itself, and against a summary that goes with a lead's."""
    return [_content(type_, model, data) for type_, model in MODELS.items()]


def _content(type_: str, model: type[ContentModel], data: bytes) -> Any:
    try:
        found = model.of(data)
    except ContentError as error:
        return error.problems
    try:
        if model.of(found.to_bytes()) != found:
            raise Broken("written and read again, it is another")
        return read_plain(type_, data, _summary(type_), ON)
    except ValueError as error:
        return str(error)


def _summary(type_: str) -> Any:
    said = {
        "lead.shared": papers.LEAD_SUMMARY,
        "lead.supplemented": papers.SUPPLEMENT_SUMMARY,
        "lead.outcome_recorded": papers.OUTCOME_SUMMARY,
        "enquiry.asked": papers.ASKED_SUMMARY,
    }.get(type_.removeprefix("duikou.").removesuffix(".v1"), _sampled().get(type_))
    model: Any = events()[type_].model_fields["summary"].annotation
    return model.model_validate_json(compact(said))


@cache
def _sampled() -> dict[str, Any]:
    return {name: data["summary"] for name, data in samples(".json") if isinstance(data, dict) and "summary" in data}


def _content_seeds() -> list[bytes]:
    leads = [contents.LEAD, contents.unlike(contents.LEAD, persons=[contents.WITNESS]), {"contact": contents.CONTACT}]
    return [compact(one) for one in (*leads, *(content for _, content in samples(".content.json")))]


def _decrypted(data: bytes) -> Any:
    try:
        given = json.loads(data)
        content = Content.model_validate_json(compact(given["content"]))
        place: dict[str, Any] = {name: str(given[name]) for name in ("exchange", "channel", "source")}
        "".join(place.values()).encode()
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Unfit from error  # no envelope that was parsed has such an address or content
    reader = json.loads(vectors.PATH.read_bytes())["reader"]
    keys = {(reader["holder"], reader["number"]): PrivateKey(base64.b64decode(reader["private"]))}
    return decrypt(content, **place, keys=keys)


def _encrypted() -> list[bytes]:
    told_ones = json.loads(vectors.PATH.read_bytes())
    rows = [*told_ones["opened"], *told_ones["refused"]]
    return [compact({name: row[name] for name in ("exchange", "channel", "source", "content")}) for row in rows]


def _topic(data: bytes) -> Any:
    name = data.decode()
    if str(topic(name)) != name:
        raise Broken("another name for the same topic")
    return name


def _topics() -> list[bytes]:
    names = [f"duikou.{name}.1" for name in ("trust", "pairing", "outflow", "checkpoint", "desk")]
    return [name.encode() for name in (*names, f"duikou.channel.{'a' * 52}.12", JINHUA)]


TARGETS = (
    Target(
        "profile", "the wire profile", lambda: [*_lines("wire"), *told_values()], _profiled(profile.read), (ShapeError,)
    ),
    Target(
        "content-profile",
        "the profile of decrypted content",
        lambda: [*_lines("content"), *_content_seeds()],
        _profiled(profile.read_content),
        (ShapeError,),
    ),
    Target("envelope", "an envelope's attributes", of_each_type, _envelope, (ShapeError,)),
    Target("event", "the data of every event type", events_of_each_type, _event, (ShapeError, Refused)),
    Target("embedded", "an envelope inside an event", _embeddings, _embedded, (ValueError,)),
    Target(
        "statement", "DSSE and every payload type", lambda: [compact(one) for one in dsses()], _statement, (ValueError,)
    ),
    Target("body", "the body of every mandated event", _body_seeds, _bodies, (ShapeError,)),
    Target("content", "every content model, alone and against its summary", _content_seeds, _plain, ()),
    Target("decrypt", "a content and its wraps", _encrypted, _decrypted, (VaultError,)),
    Target("topic", "names of topics", _topics, _topic, (ValueError,)),
)
