"""Bytes, places, keys and chains: what a record must be before anybody asks what it says (WIRE 1-18)."""

from contracts.channels import CHECKPOINT, PAIRING, REGISTRY, TRUST
from contracts.envelope import GENESIS_SEEN, ZEROS, Envelope, Message
from contracts.profile import compact
from services.verifier import History, Verdict, inspect
from tests.attacks.row import DISPUTED, DUPLICATE, EFFECTIVE, FORK, LATE, Outcome, Row, noise, stops, void
from tests.support.acts import (
    as_copied,
    contents,
    copied,
    copy_of_heartbeat,
    copy_of_nothing,
    county_report,
    drafted,
    forked,
    frozen,
    heads,
    in_an_unopened_channel,
    in_topic,
    keeper,
    misplaced,
    other_payload,
    repeated,
    seen,
    subject_of,
    with_headers,
    wrong_data,
)
from tests.support.openings import other_root
from tests.support.world import JINHUA, XINCAI, YIWU, ZHUMADIAN, World

SHAPE = noise("shape")


def nested(depth: int) -> dict[str, object]:
    """Objects within objects, the innermost empty."""
    return {} if depth == 0 else {"a": nested(depth - 1)}


def rewritten(w: World, old: bytes, new: bytes) -> Verdict:
    """A share whose bytes were changed before it was signed."""
    value = w.seal(drafted(w)).value
    assert old in value
    return w.put(w.channel, w.sign(value.replace(old, new, 1), w.keys[XINCAI]))


def reordered(w: World) -> Verdict:
    """Members in another order than writers use."""
    document = Envelope.parse(w.seal(drafted(w)).value).model_dump(exclude_none=True)
    value = compact(dict(reversed(document.items())))
    return w.put(w.channel, w.sign(value, w.keys[XINCAI]))


def with_key(w: World, key: bytes, *headers: tuple[str, bytes]) -> Verdict:
    """A share under another record key, beside other headers."""
    signed = w.seal(drafted(w))
    return w.append(w.channel, Message(key, signed.value, (*headers, ("signature", signed.signature))))


def null_signature(w: World) -> Verdict:
    """The header stands there and holds nothing."""
    return w.append(w.channel, Message(None, w.seal(drafted(w)).value, (("signature", b""),)))


def again_after_repair(w: World) -> Verdict:
    """A void share is sent again when the state would allow it."""
    w.suspend_pairing(YIWU)
    refused = w.share()
    w.resume_pairing(YIWU)
    return w.again(refused)


def fork_again(w: World) -> Verdict:
    """The second envelope of a fork is sent again."""
    return w.again(forked(w))


def beyond(w: World) -> Verdict:
    """A record whose offset is not the next one."""
    record = w.share().record
    far = record._replace(position=record.position._replace(offset=record.position.offset + 2))
    return w.history(w.channel).admit(far, inspect(far, {}))


def second_topic(w: World) -> Verdict:
    """The first record of a channel's second topic."""
    record = w.share().record
    moved = record._replace(position=record.position._replace(topic=f"duikou.channel.{w.channel}.2", offset=0))
    return History.of(w.exchange, moved.position.topic).admit(moved, inspect(moved, {}))


def behind(w: World) -> Outcome:
    """The log's clock runs back; effective time does not."""
    first, second = w.share(at=w.now + 40_000), w.share(at=w.now + 2_000)
    return Outcome("effective", "not earlier") if second.at == first.at else Outcome("effective", "earlier")


def noise_moves_time(w: World) -> Outcome:
    """Garbage with a late time, then a share with an early one."""
    w.later(86_400_000)
    garbage = w.raw(b"")
    return Outcome("effective", "not earlier") if w.share(at=1).at == garbage.at else Outcome("effective", "earlier")


def named(w: World, member: str) -> Verdict:
    """A share with a member of that name in data."""
    subject, event = w.shared()
    return w.write(XINCAI, w.channel, subject, event, data={**event.wire(), member: 1})


def delivered_twice(w: World) -> Verdict:
    """A receipt after the receipt."""
    subject = subject_of(w.share())
    w.fact(YIWU, subject)
    return w.fact(YIWU, subject)


ROWS = [
    # -- JSON and the profile
    Row("A member writes bytes that are no UTF-8", "W3 P2", lambda w: w.raw(b"\xff"), SHAPE),
    Row("A member writes a record without a value", "W16 P1", lambda w: w.raw(None), SHAPE),
    Row("A member writes JSON that is no object", "W3", lambda w: w.raw(b"[]"), SHAPE),
    Row("A member writes a byte order mark first", "P2 W3", lambda w: w.raw(b"\xef\xbb\xbf{}"), SHAPE),
    Row("A member nests 3,000 arrays to exhaust a parser", "P2", lambda w: w.raw(b"[" * 3_000), SHAPE),
    Row("A member writes a number of 5,000 digits", "P2", lambda w: w.raw(b'{"a":' + b"9" * 5_000 + b"}"), SHAPE),
    Row("A member writes more than 48 KiB", "W4", lambda w: w.share(data={"ciphertext": "a" * 49_152}), SHAPE),
    Row("A member puts a space between members", "P2 W1", lambda w: rewritten(w, b',"source"', b', "source"'), SHAPE),
    Row("A member says a member twice", "P2", lambda w: rewritten(w, b'"epoch":1', b'"epoch":1,"epoch":1'), SHAPE),
    Row("A member escapes what needs no escape", "P2", lambda w: rewritten(w, b'"1.0"', b'"\\u0031.0"'), SHAPE),
    Row("A member writes a float", "P2 W2", lambda w: rewritten(w, b'"epoch":1', b'"epoch":1.0'), SHAPE),
    Row("A member writes NaN", "P2", lambda w: rewritten(w, b'"epoch":1', b'"epoch":NaN'), SHAPE),
    Row("A member writes 2^53", "P2", lambda w: wrong_data(w, more=2**53), SHAPE),
    Row("A member hides a direction override in a text", "W3", lambda w: wrong_data(w, more="a\u202eb"), SHAPE),
    Row("A member hides a newline in an envelope", "W3 P2", lambda w: wrong_data(w, more="a\nb"), SHAPE),
    Row("A member hides a zero-width joiner in a name", "B3 W3", lambda w: named(w, "a\u200d"), SHAPE),
    Row("A member nests nine deep, with data and envelope", "B2 W3", lambda w: wrong_data(w, more=nested(6)), SHAPE),
    Row("A member nests eight deep, arrays counted", "B2", lambda w: wrong_data(w, more=[nested(4)]), void("shape")),
    Row("A member writes 513 members and items", "W3 B3", lambda w: wrong_data(w, more=[0] * 513), SHAPE),
    Row("A member writes a text of 8,193 bytes", "B5 P2", lambda w: wrong_data(w, more="a" * 8_193), SHAPE),
    Row("A member writes 2,731 characters of 3 bytes", "B5 W3", lambda w: wrong_data(w, more="义" * 2_731), SHAPE),
    Row(
        "A member lengthens a text in an array under an exempt name",
        "B4",
        lambda w: wrong_data(w, payload=["a" * 8_193]),
        SHAPE,
    ),
    Row(
        "A member lengthens a text under an exempt name, deep",
        "B4",
        lambda w: wrong_data(w, more={"payload": "a" * 8_193}),
        void("shape"),
    ),
    Row("A member writes null inside data", "B1 W1", lambda w: w.share(data={"summary": None}), SHAPE),
    Row("A member writes null as an attribute", "W1 B1", lambda w: rewritten(w, b'"epoch":1', b'"epoch":null'), SHAPE),
    # -- attributes
    Row("A writer puts the members in another order", "W1", reordered, EFFECTIVE),
    Row("A writer adds an attribute", "B12 P2", lambda w: w.share(partitionkey="x"), SHAPE),
    Row("A writer adds datacontenttype", "W1", lambda w: w.share(datacontenttype="application/json"), SHAPE),
    Row("A writer speaks another version of CloudEvents", "P2", lambda w: w.share(specversion="1.1"), SHAPE),
    Row("A writer leaves time out", "P2", lambda w: w.share(time=None), SHAPE),
    Row("A writer makes data a text", "B12", lambda w: w.share(data="text"), SHAPE),
    Row("A writer writes a number for a text", "B6 W2", lambda w: w.share(sequence=4), SHAPE),
    Row("A writer writes true for 1", "B6", lambda w: w.share(epoch=True), SHAPE),
    Row("A writer begins in epoch 0", "W2", lambda w: w.share(epoch=0), SHAPE),
    Row("A writer numbers from 0", "B8", lambda w: w.share(sequence="0" * 12), SHAPE),
    Row(
        "A writer numbers with full-width digits", "P2 W2", lambda w: w.share(sequence="００００００００００４"), SHAPE
    ),
    Row("A writer appends a newline to a text", "B6", lambda w: w.share(exchange=f"{w.exchange}\n"), SHAPE),
    Row(
        "A writer names a month that does not exist", "B7 P2", lambda w: w.share(time="2021-13-01T00:00:00.000Z"), SHAPE
    ),
    Row("A writer names 30 February", "B7", lambda w: w.share(time="2021-02-30T00:00:00.000Z"), EFFECTIVE),
    Row("A writer names its event freely", "W29 W2", lambda w: w.share(id="lead-1"), SHAPE),
    Row(
        "A writer's event id shows the time (v7)",
        "W29 P2",
        lambda w: w.share(id="01890a5d-ac96-774b-bcce-b302099a8057"),
        SHAPE,
    ),
    Row("A writer's subject is of no form", "B11 W19", lambda w: w.fact(YIWU, w.fresh(), subject="Lead"), SHAPE),
    Row("A writer signs a seen of another alphabet", "B9 W15", lambda w: w.share(seen=f"1.+3.{ZEROS}"), SHAPE),
    Row("A writer signs no seen", "B10 W15", lambda w: w.share(seen=None), SHAPE),
    Row("A writer's type has no version", "W2", lambda w: w.share(type="duikou.lead.shared"), SHAPE),
    # -- exchange, place, members
    Row("A member speaks for another exchange", "W9 P1", lambda w: w.share(exchange="e" * 64), noise("exchange")),
    Row("A member speaks for the exchange of zeros", "W9 B14", lambda w: w.share(exchange=ZEROS), noise("exchange")),
    Row("The root holders establish a second root", "B14 P4", lambda w: w.put(TRUST, other_root(w)), noise("exchange")),
    Row("Somebody sends the root again", "B14", lambda w: w.put(TRUST, w.root), DUPLICATE),
    Row("A member names another channel", "W11 P2", lambda w: w.share(channel="a" * 52), noise("place")),
    Row("A true envelope is written into another topic", "W11 P1", misplaced, noise("place")),
    Row("A member writes before the genesis", "A5 W13", in_an_unopened_channel, noise("place")),
    Row("A reader writes", "W12", lambda w: in_topic(w, ZHUMADIAN, w.channel), noise("not_member")),
    Row("A unit writes into trust", "W12", lambda w: in_topic(w, XINCAI, TRUST), noise("not_member")),
    Row(
        "A unit shares a lead among the proposals",
        "B16 W12",
        lambda w: in_topic(w, XINCAI, PAIRING),
        noise("not_member"),
    ),
    Row("A city unit reports outflow", "B17 W12", lambda w: county_report(w, JINHUA), noise("not_member")),
    Row("A county unit reports outflow", "B17", lambda w: county_report(w, XINCAI), EFFECTIVE),
    Row(
        "A unit that is no witness writes a checkpoint",
        "B18 W12",
        lambda w: in_topic(w, XINCAI, CHECKPOINT),
        noise("not_member"),
    ),
    Row("The keeper shares", "B16 W12", keeper, noise("not_member")),
    Row(
        "A keeper that nobody admitted releases a key",
        "W26 B22",
        lambda w: keeper(w, type="duikou.access.released.v1"),
        noise("key"),
    ),
    Row(
        "A member writes in the counterpart's name",
        "W10 P1",
        lambda w: w.share(source=YIWU, signer=w.keys[XINCAI]),
        noise("signature"),
    ),
    # -- signatures
    Row("A member signs nothing", "W6 P1", with_headers, noise("signature")),
    Row("A member sends an empty signature", "P1", lambda w: w.raw(w.seal(drafted(w)).value, b""), noise("signature")),
    Row("A member sends a signature header without value", "B45", null_signature, noise("signature")),
    Row(
        "A member sends two signatures",
        "P1 W6",
        lambda w: with_headers(w, ("signature", b""), ("signature", b"")),
        noise("signature"),
    ),
    Row("A member sends no key id", "W6 P1", lambda w: with_headers(w, ("signature", b"")), EFFECTIVE),
    Row(
        "A member lies about its key id",
        "W6",
        lambda w: with_headers(w, ("keyid", b"0" * 64), ("signature", b"")),
        EFFECTIVE,
    ),
    Row("A member lies in the record key", "P2 P1", lambda w: with_key(w, b"another/ledger/9"), EFFECTIVE),
    Row(
        "A member adds headers of its own",
        "P1",
        lambda w: with_key(w, b"", ("x", b"y"), ("content-type", b"text/html")),
        EFFECTIVE,
    ),
    Row(
        "A member sends 63 bytes of signature",
        "W6 W8",
        lambda w: with_headers(w, ("signature", b"0" * 63)),
        noise("signature"),
    ),
    Row(
        "A member signs with the counterpart's key",
        "B22 P1",
        lambda w: w.share(signer=w.keys[YIWU]),
        noise("signature"),
    ),
    Row(
        "A member signs an event as another payload type",
        "P2 W7",
        lambda w: other_payload(w, bare=False),
        noise("signature"),
    ),
    Row("A member signs the bare bytes", "P2", lambda w: other_payload(w, bare=True), noise("signature")),
    # -- chain
    Row("A writer begins another epoch by itself", "W14 P1", lambda w: w.share(epoch=2), noise("epoch")),
    Row("A writer leaves a number out", "P1 W17", lambda w: w.share(sequence=f"{heads(w)[0] + 2:012}"), noise("gap")),
    Row("A writer names another predecessor", "P2 W17", lambda w: w.share(previous="a" * 64), noise("gap")),
    Row("A key thief writes a second envelope for a number", "P4 P1 W17", forked, FORK),
    Row("A writer goes on after a fork", "W17 P1", frozen, noise("frozen")),
    Row("Somebody sends the second envelope of a fork again", "B40", fork_again, noise("frozen")),
    Row("Somebody sends the same bytes again", "P1 W17", repeated, DUPLICATE),
    Row("Somebody sends a void envelope again", "P1", lambda w: repeated(w, void=True), DUPLICATE),
    Row("Somebody sends a void share again once it would be allowed", "P1", again_after_repair, DUPLICATE),
    Row("A record's offset is not the next", "W16 P6 B43", beyond, stops("offset_gap")),
    Row("A second topic is judged without the first", "P6 W14 B43", second_topic, stops("cut")),
    # -- order and time
    Row(
        "A member signs a prefix nobody has",
        "P5 W15",
        lambda w: w.share(seen=seen(w, digest="b" * 64)),
        void("order_disputed"),
    ),
    Row("A member has seen its own place", "W15", lambda w: w.share(seen=seen(w, ahead=0)), void("order_disputed")),
    Row("A member has seen the future", "W15", lambda w: w.share(seen=seen(w, ahead=9)), void("order_disputed")),
    Row("A member has seen another topic", "W15", lambda w: w.share(seen=seen(w, n=2)), void("order_disputed")),
    Row("A member has seen an old prefix", "W15", lambda w: w.share(seen=seen(w, ahead=-9)), EFFECTIVE),
    Row("A member has seen nothing yet", "B9", lambda w: w.share(seen=GENESIS_SEEN), EFFECTIVE),
    Row(
        "A recipient signs a false prefix under a receipt",
        "W15 P5",
        lambda w: w.fact(YIWU, subject_of(w.share()), seen=seen(w, digest="c" * 64)),
        DISPUTED,
    ),
    Row("The log's clock runs 38 seconds back", "P5 W16", behind, Outcome("effective", "not earlier")),
    Row("Garbage carries a late time", "B42 P5", noise_moves_time, Outcome("effective", "not earlier")),
    # -- types and data
    Row(
        "A member writes a type nobody knows", "P1 B19", lambda w: w.share(type="duikou.lead.exploded.v1"), void("type")
    ),
    Row("A member writes a type of the desk", "B19", lambda w: w.share(type="duikou.desk.drafted.v1"), void("type")),
    Row("A member admits a unit", "P1", lambda w: w.share(type="duikou.trust.unit_admitted.v1"), void("type")),
    Row("A member adds a member to data", "B12 W17", lambda w: wrong_data(w, more="x"), void("shape")),
    Row("A member sends empty data", "P1", lambda w: w.share(data={}), void("shape")),
    Row("A member opens a lead that is no random id", "W19 B11", lambda w: w.share(subject="lead-1"), void("shape")),
    Row(
        "A member sends content of another type",
        "W25",
        lambda w: contents(w, media="application/vnd.duikou.lead.v1+json"),
        void("shape"),
    ),
    Row(
        "A member writes an encoding of another base64",
        "W2",
        lambda w: contents(w, nonce="AAAAAAAAAAAAAAA_"),
        void("shape"),
    ),
    Row("A member copies trust", "B20 P3", lambda w: as_copied(w, XINCAI), void("wrong_side")),
    Row("The registry shares a lead", "B20", lambda w: in_topic(w, REGISTRY, w.channel), void("wrong_side")),
    Row("The registry copies an event twice", "W21", lambda w: as_copied(w, REGISTRY), void("already_copied")),
    Row("The registry copies what is no envelope", "W5 W21", copy_of_nothing, void("mandate")),
    Row("The registry copies the root", "B35", lambda w: copied(w, w.root), void("already_copied")),
    Row("The registry copies its heartbeat", "B35 W21", copy_of_heartbeat, void("mandate")),
    Row(
        "The owner says that its lead was delivered",
        "P1 B41",
        lambda w: w.fact(XINCAI, subject_of(w.share())),
        void("wrong_side"),
    ),
    Row("A recipient says delivered of nothing", "P1", lambda w: w.fact(YIWU, w.fresh()), void("unknown_matter")),
    Row("A recipient says delivered twice", "P1", delivered_twice, LATE),
    Row("A member publishes key 5 after key 1", "W27 A9", lambda w: w.publish_key(YIWU, w.channel, 5), LATE),
]
