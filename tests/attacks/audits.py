"""Copies of a log that somebody changed, and channels that nobody agreed to, before an auditor (PROTOCOL 5, 6)."""

import base64
from collections.abc import Callable

from contracts.channels import DESK, REGISTRY, TRUST, Kind, Topic
from contracts.envelope import Signed
from services.auditor import Report, RootMissingError, audit
from services.registry import ceremony, genesis
from services.verifier import Verdict
from tests.attacks.row import HOLDS, Outcome, Row, caught, found
from tests.support import forgery
from tests.support.story import WRONG, Story, begin, read_only, small
from tests.support.world import JINHUA, XINCAI, YIWU, World

REFUSES = Outcome("refuses to run")


def forged(change: str, *, kept: bool = False) -> Callable[[World], Report]:
    """A record in the middle is changed; the forger computes hashes and fingerprints anew, or leaves the first line."""

    def attack(_: World) -> Report:
        root, log, header = small()
        after = forgery.CHANGES[change](log, len(log) // 2)
        data = forgery.kept(header, after) if kept else forgery.computed_anew(root, after)
        return audit(root, read_only(data))

    return attack


def last_changed(change: str) -> Callable[[World], Report]:
    """The last record is changed, which nobody has seen yet; the first line stays."""

    def attack(_: World) -> Report:
        root, log, header = small()
        return audit(root, read_only(forgery.kept(header, forgery.CHANGES[change](log, len(log) - 1))))

    return attack


def shortened(_: World) -> Report:
    """The end is left out."""
    root, log, header = small()
    return audit(root, read_only(forgery.kept(header, log[:-2])))


def without_beginning(_: World) -> Report:
    """Records from the middle on."""
    root, log, header = small()
    return audit(root, read_only(forgery.kept(header, log[5:])))


def under_another_root(_: World) -> Report:
    """A whole export, judged by another root."""
    _root, log, header = small()
    return audit("a" * 64, read_only(forgery.kept(header, log)))


def without_root(_: World) -> Outcome:
    """An export that brings its own root is audited without one."""
    _root, log, header = small()
    try:
        audit("", read_only(forgery.kept(header, log)))
    except RootMissingError:
        return REFUSES
    return HOLDS


def line(change: Callable[[bytes], bytes]) -> Callable[[World], Report]:
    """A line in the middle of an export is changed as text."""

    def attack(_: World) -> Report:
        root, log, header = small()
        lines = forgery.kept(header, log).splitlines(keepends=True)
        lines[9] = change(lines[9])
        return audit(root, read_only(b"".join(lines)))

    return attack


def header(old: bytes, new: bytes) -> Callable[[World], Report]:
    """The first line of an export is changed."""

    def attack(_: World) -> Report:
        root, log, first = small()
        assert old in first
        return audit(root, read_only(forgery.kept(first.replace(old, new, 1), log)))

    return attack


def desk_lines(_: World) -> Report:
    """A desk is put into an export."""
    root, log, first = small()
    moved = log[0]._replace(position=log[0].position._replace(topic=str(Topic(DESK, 1)), offset=0))
    return audit(root, read_only(forgery.kept(first, [*log, moved])))


def in_story(act: Callable[[Story], object]) -> Callable[[World], Report]:
    """Something is done in a story; then all its topics are audited."""

    def attack(_: World) -> Report:
        made = begin()
        made.sent()
        act(made)
        return audit(made.exchange, made)

    return attack


def unagreed(made: Story) -> Verdict:
    """The registry opens a channel from an offer and an answer that no topic holds."""
    offer, answer = made.copy().agree(XINCAI, JINHUA)
    return made.open(genesis.enabled(made.exchange, Kind.PAIRING, answer), genesis.pairing(made.root, offer, answer))


def other_signature(made: Story) -> Verdict:
    """The embedded offer bears another signature than the one proposed."""
    offer, answer = made.agree(XINCAI, JINHUA)
    channel = genesis.enabled(made.exchange, Kind.PAIRING, answer)
    return made.open(channel, genesis.pairing(made.root, Signed(offer.value, bytes(64), ""), answer))


def unpublished(made: Story) -> Verdict:
    """The registry copies what registrars signed and ``duikou.trust`` never held."""
    aside = made.copy()
    kept = aside.trust(ceremony.officer_ended(aside.by(ceremony.registrar(YIWU)), made.officer(YIWU, "head"), YIWU))
    return made.write(REGISTRY, made.channel, made.channel, genesis.copied(kept.record.message.signed))


def emergency(made: Story) -> None:
    """An emergency closing is copied and nobody reopens."""
    by = made.by(ceremony.registrar(YIWU))
    made.trust(ceremony.key_closed(by, YIWU, made.keys[YIWU].keyid, emergency=True))
    made.copy_trust(made.channel)


def lying_member(made: Story) -> None:
    """A member signs a prefix that nobody has; the other goes on."""
    made.fact(YIWU, made.sent(), seen=WRONG)
    made.sent()


def without_value(text: bytes) -> bytes:
    """The line of a record without a value, which is legal and judged as garbage."""
    at = text.index(b',"value"')
    return text[:at] + b"}\n"


def recoded(text: bytes) -> bytes:
    """One base64 text with a bit set that means nothing."""
    value = base64.b64encode(b"x").decode().encode()
    return text.replace(b'"headers":[', b'"headers":[["x","' + value.replace(b"eA==", b"eB==") + b'"],', 1)


def cut_hash(_: World) -> Report:
    """The hash of the last record is another."""
    root, log, first = small()
    place = first.index(b'"hash":"') + 8
    other = b"1" if first[place : place + 1] == b"0" else b"0"
    return audit(root, read_only(forgery.kept(first[:place] + other + first[place + 1 :], log)))


def out_of_order(_: World) -> Report:
    """Records of trust before those of the channel."""
    made = begin()
    data = made.exported().splitlines(keepends=True)
    trust = [text for text in data[1:] if str(Topic(TRUST, 1)).encode() in text[:60]]
    others = [text for text in data[1:] if text not in trust]
    return audit(made.exchange, read_only(b"".join([data[0], *trust, *others])))


ROWS = [
    Row(
        "A broker turns two records round, times kept in place",
        "P5",
        forged("two records swapped in place"),
        caught("gap"),
    ),
    Row("A broker exchanges two offsets", "P5", forged("two offsets swapped"), caught("gap")),
    Row("A broker changes an append time", "P5 W16", forged("a time, later"), caught("seen")),
    Row(
        "A broker removes a record and closes the gap",
        "P5 P6",
        forged("a record removed, the others renumbered"),
        caught("gap"),
    ),
    Row("A broker removes a record", "P6 W16", forged("a record removed"), caught("offset_gap")),
    Row("A broker repeats a record", "P5", forged("a record repeated"), caught("seen")),
    Row("A broker renumbers", "P6 W16", forged("an offset"), caught("offset_gap")),
    Row("A broker changes a bit of a value", "P2", forged("a bit of a value"), caught("signature")),
    Row("A broker changes a bit of a signature", "P2 W16", forged("a bit of a signature"), caught("signature")),
    Row(
        "An exporter changes the time of the last record, which nobody has seen",
        "C4",
        last_changed("a time, later"),
        caught("cut"),
    ),
    Row("A log is restored from a backup, its end missing", "P6 C6", shortened, caught("cut")),
    Row("An export begins in the middle", "C6 W32", without_beginning, caught("offset_gap")),
    Row("An export is judged under another root", "P4 W9", under_another_root, caught("no_genesis")),
    Row("An export brings its own root and nobody gives one", "P4", without_root, REFUSES),
    Row("An exporter names another exchange", "W32 C4", header(b'"exchange":"', b'"exchange":"0'), caught("line")),
    Row("An exporter names another format", "C4 W32", header(b"duikou.export.v1", b"duikou.export.v2"), caught("line")),
    Row("An exporter states another hash in its cut", "C4", cut_hash, caught("cut")),
    Row(
        "An exporter adds a member to a line",
        "C5",
        line(lambda text: text.replace(b"{", b'{"more":1,', 1)),
        caught("line"),
    ),
    Row(
        "An exporter writes null for a missing value",
        "C2",
        line(lambda text: without_value(text).replace(b"}", b',"value":1}')),
        caught("line"),
    ),
    Row(
        "An exporter writes a header as an object",
        "C1",
        line(lambda text: text.replace(b'"headers":[', b'"headers":[{"x":"AA=="},', 1)),
        caught("line"),
    ),
    Row("An exporter leaves a value out", "C2", line(without_value), caught("shape")),
    Row("An exporter writes base64 in two ways", "W2 W32", line(recoded), caught("line")),
    Row("An exporter cuts a line short", "W32", line(lambda text: text[:-30] + b"\n"), caught("line")),
    Row(
        "An exporter writes a line of more than 1 MiB",
        "C5",
        line(lambda text: text.replace(b'"topic":"', b'"topic":"' + b"a" * 1_048_576, 1)),
        caught("line"),
    ),
    Row("An exporter puts topics out of order", "C3", out_of_order, caught("cut")),
    Row("Somebody exports a desk", "A12", desk_lines, caught("line")),
    Row("The registry opens a channel that nobody agreed to", "P3", in_story(unagreed), found("PROTOCOL 3")),
    Row("The registry embeds an offer under another signature", "P3", in_story(other_signature), found("PROTOCOL 3")),
    Row("The registry copies what trust never held", "P4", in_story(unpublished), found("PROTOCOL 4")),
    Row("An emergency closing is copied without a reopening", "A13 P4", in_story(emergency), found("PROTOCOL 4")),
    Row("One member signs a false prefix to deny everybody the audit", "A10", in_story(lying_member), HOLDS),
]
