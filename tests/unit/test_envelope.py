"""Envelopes, ids, topics, hashes: one test per sentence of WIRE 1-6, 11, 14-16."""

import base64
import json
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from contracts.approval import Approval, Possession
from contracts.channels import DESK, OPEN_TOPICS, TRUST, Kind, Topic, channel_id, topic
from contracts.content import Content
from contracts.dsse import Dsse, Signature, keyid, pae
from contracts.envelope import (
    GENESIS_SEEN,
    START,
    ZEROS,
    Draft,
    Embedded,
    Envelope,
    Head,
    Message,
    Position,
    Record,
    Signed,
)
from contracts.lead import Delivered, DeliveredSummary
from contracts.profile import MAX_VALUE, ShapeError, compact
from contracts.refusals import Code, Refused
from services.signing import sealed
from services.verifier import ROLLING_START, rolling
from tests.support.papers import approvals
from tests.support.world import XINCAI, seeded, world

EXCHANGE, CHANNEL = "e" * 64, "c" * 52
DOCUMENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "source": XINCAI,
    "type": Delivered.TYPE,
    "subject": "9b2f5d2e-8a53-4a3c-9d8a-3c4a0f6f7d21",
    "time": "2021-04-01T01:00:00.000Z",
    "exchange": EXCHANGE,
    "channel": CHANNEL,
    "epoch": 1,
    "sequence": "000000000001",
    "previous": ZEROS,
    "seen": GENESIS_SEEN,
    "data": {"summary": {}},
}


def changed(**members: Any) -> bytes:
    document = {**DOCUMENT, **members}
    return compact({name: value for name, value in document.items() if value is not ...})


def test_writers_emit_members_in_model_order_and_omit_what_is_absent() -> None:
    envelope = Envelope.parse(changed())
    assert envelope.to_value() == changed()
    desk = Envelope.parse(changed(channel=DESK, seen=...))
    assert desk.to_value() == changed(channel=DESK, seen=...)


@settings(deadline=None)
@given(st.permutations(list(DOCUMENT)))
def test_readers_accept_any_order(order: list[str]) -> None:
    assert Envelope.parse(compact({name: DOCUMENT[name] for name in order})) == Envelope.parse(changed())


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("another version", {"specversion": "1.1"}),
    ("a uuid of version 1", {"id": "3f2504e0-4f89-11d3-9a0c-0305e82c3301"}),
    ("a uuid in capitals", {"id": "3F2504E0-4F89-41D3-9A0C-0305E82C3301"}),
    ("a uuid without hyphens", {"id": "3f2504e04f8941d39a0c0305e82c3301"}),
    ("a source of 11 digits", {"source": "41172900000"}),
    ("full-width digits", {"source": "４１１７２９000000"}),
    ("another source", {"source": "witness"}),
    ("a type without version", {"type": "duikou.lead.delivered"}),
    ("version 0", {"type": "duikou.lead.delivered.v0"}),
    ("a digit in the context", {"type": "duikou.lead2.delivered.v1"}),
    ("an empty subject", {"subject": ""}),
    ("a subject of 65", {"subject": "a" * 65}),
    ("a capital in the subject", {"subject": "Lead"}),
    ("a newline at the end", {"subject": "lead\n"}),
    ("no milliseconds", {"time": "2021-04-01T01:00:00Z"}),
    ("another zone", {"time": "2021-04-01T01:00:00.000+08:00"}),
    ("month 13", {"time": "2021-13-01T01:00:00.000Z"}),
    ("a leap second", {"time": "2021-04-01T01:00:60.000Z"}),
    ("a digest in capitals", {"exchange": "E" * 64}),
    ("a digest of 63", {"previous": "a" * 63}),
    ("a channel of 51", {"channel": "c" * 51}),
    ("a channel with 0", {"channel": "0" * 52}),
    ("another named channel", {"channel": "trusts"}),
    ("epoch 0", {"epoch": 0}),
    ("epoch 2^31", {"epoch": 2**31}),
    ("epoch as text", {"epoch": "1"}),
    ("epoch true", {"epoch": True}),
    ("sequence 0", {"sequence": "000000000000"}),
    ("sequence unpadded", {"sequence": "1"}),
    ("sequence as number", {"sequence": 1}),
    ("seen of topic 0", {"seen": f"0.1.{ZEROS}"}),
    ("seen with leading zeros", {"seen": f"1.01.{ZEROS}"}),
    ("seen of -2", {"seen": f"1.-2.{ZEROS}"}),
    ("no seen", {"seen": ...}),
    ("seen in the desk", {"channel": DESK}),
    ("no data", {"data": ...}),
    ("data as text", {"data": "{}"}),
    ("data as array", {"data": []}),
    ("datacontenttype", {"datacontenttype": "application/json"}),
    ("partitionkey", {"partitionkey": "x"}),
]


@pytest.mark.parametrize("wrong", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_attributes_are_a_closed_model(wrong: dict[str, Any]) -> None:
    with pytest.raises(ShapeError):
        Envelope.parse(changed(**wrong))


@pytest.mark.parametrize(
    "right",
    [
        {"time": "2021-02-30T01:00:00.000Z"},  # no calendar is asked (B7)
        {"id": "3f2504e0-4f89-51d3-9a0c-0305e82c3301"},
        {"source": "registry"},
        {"source": "keeper"},
        {"epoch": 2**31 - 1},
        {"sequence": "9" * 12},
        {"seen": f"999999999.9999999999999999.{ZEROS}"},
        {"seen": f"2.-1.{'a' * 64}"},
        {"data": {}},
        {"subject": "a" * 64},
    ],
)
def test_and_no_narrower_than_it_says(right: dict[str, Any]) -> None:
    Envelope.parse(changed(**right))


def test_the_value_is_at_most_48_kib() -> None:
    room = MAX_VALUE - len(changed(data={"ciphertext": ""}))
    Envelope.parse(changed(data={"ciphertext": "a" * room}))
    with pytest.raises(ShapeError):
        Envelope.parse(changed(data={"ciphertext": "a" * (room + 1)}))


def test_a_draft_is_what_its_model_accepts() -> None:
    draft = Envelope.parse(changed()).draft("d" * 64)
    assert (draft.data, draft.digest) == (Delivered(summary=DeliveredSummary()), "d" * 64)
    assert (draft.type, draft.context, draft.stream) == (
        Delivered.TYPE,
        "lead",
        f"{CHANNEL}/lead/{DOCUMENT['subject']}",
    )
    with pytest.raises(Refused) as refused:
        Envelope.parse(changed(type="duikou.lead.exploded.v1")).draft()
    assert refused.value.code is Code.TYPE
    for data in ({}, {"summary": {}, "more": 1}, {"summary": {"officer": "x"}}):
        with pytest.raises(Refused) as refused:
            Envelope.parse(changed(data=data)).draft()
        assert refused.value.code is Code.SHAPE


def test_what_a_draft_came_from_is_no_part_of_what_it_says() -> None:
    """Two are the same whose events and addresses are, before sealing and after."""
    envelope = Envelope.parse(changed())
    draft = envelope.draft()
    assert (draft.raw_summary, draft.digest, draft.stream) == (b"{}", "", envelope.stream)
    assert draft == envelope.draft("d" * 64) == replace(draft, raw_summary=b"")
    assert replace(draft, subject=str(UUID(int=1))) != draft
    unsealed = Draft(draft.id, draft.source, draft.subject, draft.time, draft.exchange, draft.channel, draft.data)
    assert (unsealed, unsealed.raw_summary, unsealed.digest) == (draft, b"", "")
    assert replace(draft, raw_summary=b"").summary_digest == draft.summary_digest == sha256(b"{}").hexdigest()


def test_what_has_no_summary_has_no_bytes_of_one() -> None:
    events = [verdict.envelope for verdict in world().verdicts[TRUST] if verdict.envelope]
    assert {event.draft().raw_summary for event in events if "summary" not in event.data} == {b""}


def test_officers_sign_the_summary_as_it_stands() -> None:
    """WIRE 22: sha-256 of its compact JSON in the order of the envelope, whatever the model's order."""
    document = json.loads(world().verdicts[world().channel][0].record.message.value or b"")
    summary = document["data"]["summary"]
    turned = dict(reversed(summary.items()))
    assert list(turned) != list(summary)
    for stands in (summary, turned):
        document["data"]["summary"] = stands
        draft = Envelope.parse(compact(document)).draft()
        assert draft.summary_digest == sha256(compact(stands)).hexdigest()
        assert draft.raw_summary == compact(stands)


def test_a_ledger_goes_on_from_its_head() -> None:
    head = Head(3, 41, "a" * 64)
    envelope = Envelope.after(head, Envelope.parse(changed()).draft(), GENESIS_SEEN)
    assert (envelope.epoch, envelope.sequence, envelope.previous) == (3, "000000000042", "a" * 64)
    assert (envelope.number, envelope.ledger) == (42, f"{CHANNEL}/{XINCAI}")
    assert envelope.key == f"{CHANNEL}/{XINCAI}/3".encode()
    assert Envelope.after(START, Envelope.parse(changed()).draft(), GENESIS_SEEN).previous == ZEROS


def test_what_is_signed_is_the_pae_of_the_bytes() -> None:
    """DSSE v1, lengths in bytes."""
    assert pae("type", "值".encode()) == "DSSEv1 4 type 3 值".encode()
    signer = seeded("any")
    signed = sealed(signer, Envelope.parse(changed()))
    assert signed.value == changed()
    assert signed.keyid == keyid(signer.public) == sha256(signer.public).hexdigest()
    assert signed.signature == signer.sign("application/cloudevents+json", changed())
    message = signed.message()
    assert [name for name, _ in message.headers] == ["content-type", "keyid", "signature"]
    assert message.signed == signed


@pytest.mark.parametrize(
    ("headers", "signature", "hint"),
    [
        ((), b"", ""),
        ((("signature", b"x"),), b"x", ""),
        ((("signature", b"x"), ("signature", b"x")), b"", ""),
        ((("Signature", b"x"),), b"", ""),
        ((("keyid", b"\xff"), ("signature", b"x")), b"x", "�"),
        ((("keyid", b"a"), ("keyid", b"b")), b"", ""),
    ],
)
def test_none_or_several_signatures_are_none(
    headers: tuple[tuple[str, bytes], ...], signature: bytes, hint: str
) -> None:
    message = Message(None, None, headers)
    assert (message.signature, message.keyid) == (signature, hint)
    assert message.signed == Signed(b"", signature, hint)


# -- topics and channel ids --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", [*OPEN_TOPICS, DESK, CHANNEL])
def test_a_topic_is_named_by_its_channel(channel: str) -> None:
    name = str(Topic(channel, 2))
    assert name == (f"duikou.channel.{channel}.2" if channel == CHANNEL else f"duikou.{channel}.2")
    assert topic(name) == Topic(channel, 2)


@pytest.mark.parametrize(
    "name",
    [
        "duikou.trust",
        "duikou.trust.0",
        "duikou.trust.01",
        "duikou.trust.1 ",
        "duikou.trust.1\n",
        "duikou.channel.trust.1",
        f"duikou.{CHANNEL}.1",
        f"duikou.channel.{CHANNEL[:-1]}.1",
        f"duikou.channel.{CHANNEL.upper()}.1",
        "Duikou.trust.1",
        "duikou.trust.1234567890",
    ],
)
def test_another_name_is_no_topic(name: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        topic(name)


def test_nobody_chooses_a_channel_id() -> None:
    """base32 of sha-256 over exchange, kind and the digest of what enabled it (WIRE 11)."""
    digest = sha256(f"duikou.channel.v1\n{EXCHANGE}\npairing\n{'d' * 64}".encode()).digest()
    wanted = base64.b32encode(digest).decode().lower().rstrip("=")
    assert channel_id(EXCHANGE, Kind.PAIRING, "d" * 64) == wanted
    assert len(wanted) == 52
    assert channel_id(EXCHANGE, Kind.SUPERVISION, "d" * 64) != wanted


# -- hashes ------------------------------------------------------------------------------------------------------------


def record(value: bytes | None = b"v", signature: bytes = b"s", offset: int = 0, at: int = 0) -> Record:
    return Record(Position("duikou.trust.1", offset, at), Message(None, value, (("signature", signature),)))


def test_the_rolling_hash_covers_place_time_value_and_signature() -> None:
    """WIRE 16, with a time before 1970 too: it is signed."""
    place = (7).to_bytes(8, "big") + (-1).to_bytes(8, "big", signed=True)
    wanted = sha256(ROLLING_START + place + sha256(b"v").digest() + sha256(b"s").digest()).digest()
    assert rolling(ROLLING_START, record(offset=7, at=-1)) == wanted
    others = (record(b"w"), record(signature=b"t"), record(offset=1), record(at=1))
    assert len({rolling(ROLLING_START, other) for other in (record(), *others)}) == 5


def test_a_null_value_and_no_signature_hash_as_empty() -> None:
    bare = Record(Position("duikou.trust.1", 0, 0), Message(None, None))
    wanted = sha256(ROLLING_START + bytes(16) + 2 * sha256(b"").digest()).digest()
    assert rolling(ROLLING_START, bare) == rolling(ROLLING_START, record(b"", b"")) == wanted


# -- base64 and embedded parts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["AA=", "AA", "A===", "AB==", "AA==\n", " AA==", "AA-_", "ÄÖ==", ""])
def test_binary_is_canonical_base64(text: str) -> None:
    """RFC 4648 section 4, padded, and encode(decode(s)) == s."""
    with pytest.raises(ValidationError):
        Signature(keyid="a" * 64, sig=text)


def test_an_embedded_envelope_is_at_most_32_kib() -> None:
    assert Embedded.of(Signed(b"x" * 32_768, bytes(64), "")).digest == sha256(b"x" * 32_768).hexdigest()
    with pytest.raises(ValidationError):
        Embedded.of(Signed(b"x" * 32_769, bytes(64), ""))
    for value, size in ((b"{", 64), (b"{}", 63), (b"{}", 65)):
        with pytest.raises(ValidationError):
            Embedded.of(Signed(value, bytes(size), ""))
    assert Embedded.of(Signed(b"{}", bytes(64), "")).value == b"{}"


def test_a_statement_is_at_most_8_kib_under_1_to_8_signatures() -> None:
    Dsse.make(b"x" * 8_192, ("a" * 64, b"s"))
    with pytest.raises(ValidationError):
        Dsse.make(b"x" * 8_193, ("a" * 64, b"s"))
    with pytest.raises(ValidationError):
        Dsse.make(b"{}")
    Dsse.make(b"{}", *[("a" * 64, b"s")] * 8)
    with pytest.raises(ValidationError):
        Dsse.make(b"{}", *[("a" * 64, b"s")] * 9)
    with pytest.raises(ValidationError):
        Dsse.make(b"{", ("a" * 64, b"s"))
    assert Dsse.make(b"{}", ("a" * 64, b"s")).digest == sha256(b"{}").hexdigest()


SIZES = {"sig": (1, 1_024), "authenticator": (37, 1_024), "client": (2, 2_048)}
"""Of the members of a signature in bytes: WebAuthn's authenticator data is 37 at least, its client data an object."""


@pytest.mark.parametrize("member", SIZES)
def test_a_signature_has_room_for_webauthn_and_for_no_more(member: str) -> None:
    least, most = SIZES[member]
    for size, fits in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
        given = {"keyid": "a" * 64, "sig": "AA==", member: base64.b64encode(bytes(size)).decode()}
        assert _is(Signature, given) is fits


def _is(model: type[BaseModel], given: dict[str, Any]) -> bool:
    try:
        model.model_validate(given)
    except ValidationError:
        return False
    return True


STATEMENT = Possession(exchange=EXCHANGE, holder="registry", kind="registry", key=base64.b64encode(bytes(32)).decode())


def test_a_statement_leaves_out_what_is_absent() -> None:
    """WIRE 1: null never occurs, so what leaves something out can be read again."""
    statement = Approval.of(Dsse.model_validate_json(compact(approvals(Delivered, XINCAI)["approval"])))
    assert statement.document is None
    assert b"document" not in statement.to_payload()


def said(payload: bytes) -> str:
    return base64.b64encode(payload).decode()


def test_a_statement_obeys_the_wire_profile() -> None:
    """WIRE 3, 7: whatever its model could read, also before anybody has signed it."""
    payload = STATEMENT.to_payload()
    assert Possession.said(said(payload)) == STATEMENT
    for wrong in (payload + b" ", payload.replace(b":", b": "), b'{"a":"%b","b":"b"}' % (b"a" * 8_180)):
        with pytest.raises(ShapeError):
            Possession.said(said(wrong))
    with pytest.raises(ValueError, match="base64"):
        Possession.said(said(payload)[:4] + "\n" + said(payload)[4:])


def test_webauthn_has_its_members_from_the_start() -> None:
    """WIRE 7: reserved, so that no new version is needed for it."""
    assert {"authenticator", "client"} <= set(Signature.model_fields)
    assert Content.model_fields["suite"].is_required()
