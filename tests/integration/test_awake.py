"""Parts that found nothing wake by what changed, not by the clock (decision 21). Before any channel here is stopped."""

import threading
from collections.abc import Callable, Iterator

import pytest

from contracts.channels import OUTFLOW, PAIRING, REGISTRY, TRUST
from contracts.envelope import Record
from services.demo.cast import XINCAI, YIWU
from services.node import watching
from services.node.bootstrap import follow, parts
from services.node.node import open_node
from services.node.projector import VERSIONS, Projector, rebuild
from services.storage.figures import Pulse
from services.verifier import Inspected
from tests.support.region import Region


def test_all_that_a_pairing_does_needs_no_clock(lasting: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new channel is opened and found, a lead sealed, sent, read, delivered, shown, withdrawn and removed."""
    monkeypatch.setattr(watching, "LOOK_SECONDS", float("inf"))
    lasting.pair_anew()
    subject = lasting.share()
    lasting.until("delivered", lambda: lasting.stream(XINCAI, lasting.channel, "lead", subject).status == "delivered")
    assert lasting.receive(YIWU, subject).status == "recorded"
    key = f"{lasting.channel}/lead/{subject}"
    lasting.until("shown", lambda: dict(lasting.node(XINCAI).rows.all("cases"))[key]["status"] == "received")
    assert lasting.withdraw(XINCAI, subject).status == "recorded"
    lasting.until("removed", lambda: lasting.stream(XINCAI, lasting.channel, "lead", subject).status == "removed")


def test_the_pulse_changes_with_all_that_parts_look_at(lasting: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """And with nothing else: a part is not woken by what is another's."""
    monkeypatch.setattr(watching, "LOOK_SECONDS", float("inf"))
    lasting.pair_anew()
    subject = lasting.share()
    lasting.until("delivered", lambda: lasting.stream(XINCAI, lasting.channel, "lead", subject).status == "delivered")
    lasting.even(XINCAI, YIWU)
    lasting.hold(XINCAI)
    node, content = lasting.node(XINCAI), lasting.content_of(XINCAI, subject)
    steps = parts(node)

    def changed(act: Callable[[], object]) -> set[str]:
        before = node.figures.pulse()
        act()
        after = node.figures.pulse()
        return {name for name, *two in zip(before._fields, before, after, strict=True) if two[0] != two[1]}

    assert changed(lambda: None) == set()
    own = lasting.access(XINCAI, content)
    assert changed(lambda: lasting.propose(XINCAI, lasting.channel, content, own)) == {"tails"}
    assert changed(lambda: node.replica.stop(lasting.topic, "for the test")) == {"topics"}
    assert not steps["relay"](), "the channel is stopped"
    assert changed(lambda: node.replica.resume(lasting.topic)) == {"topics"}
    assert changed(lambda: lasting.until("sent", steps["relay"])) == {"sent"}
    assert changed(lambda: lasting.until("read back", steps["intake"])) == {"positions"}
    assert changed(lambda: rebuild(node, "cases")) == {"views"}
    lasting.start(XINCAI)


def test_what_is_handed_over_to_the_registry_needs_no_clock(lasting: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mandates come as files; one that is none is set aside, and said."""
    monkeypatch.setattr(watching, "LOOK_SECONDS", float("inf"))
    paper = lasting.node(REGISTRY).settings.data / "mandates" / "999999.json"
    paper.write_text("no mandate")
    try:
        lasting.until("set aside", paper.with_suffix(".refused").exists)
    finally:
        paper.unlink()
        paper.with_suffix(".refused").unlink(missing_ok=True)


def test_a_round_reads_where_there_is_more_and_decides_on_what_there_is(lasting: Region) -> None:
    """What its ends do not name it does not ask for; but nothing is ever decided on that."""
    node, channel = open_node(lasting.node(XINCAI).settings), lasting.channel
    try:
        with node.folds.round(dict):
            assert node.folds.history(channel).offset == node.folds.history(TRUST).offset == -1
        with node.folds.round(lambda: {lasting.topic: 0}):
            assert node.folds.history(channel).opened
            assert node.folds.history(TRUST).offset == -1
        with node.folds.round(dict):
            assert node.folds.deciding(PAIRING)[0].opened
            assert node.folds.history(TRUST).offset == -1
        assert node.folds.history(TRUST).opened
    finally:
        node.close()


def test_a_round_asks_for_one_pulse_and_for_no_records_that_are_not_there(
    lasting: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it looks, and into however many channels (decision 22)."""
    monkeypatch.setattr(watching, "SHARED_SECONDS", float("inf"))
    lasting.even(XINCAI)
    lasting.hold(XINCAI)
    node, asked, stop = lasting.node(XINCAI), list[str](), threading.Event()
    pulse, inspected = node.pulse.sees, node.replica.inspected

    def look() -> bool:
        for channel in (TRUST, PAIRING, OUTFLOW, lasting.channel) * 2:
            node.folds.history(channel)
            node.pulse()
        return False

    def pulsed() -> Pulse:
        asked.append("pulse")
        return pulse()

    def read(topic: str, after: int = -1) -> Iterator[tuple[Record, Inspected]]:
        asked.append(topic)
        return inspected(topic, after)

    def once() -> bool:
        stop.set()
        return look()

    look()
    monkeypatch.setattr(node.pulse, "sees", pulsed)
    monkeypatch.setattr(node.replica, "inspected", read)
    node.news.tell()
    try:
        follow(node, "looking", once, stop)
        assert asked == ["pulse"]
    finally:
        lasting.start(XINCAI)


def test_a_projector_that_was_told_too_much_folds_what_counts(lasting: Region) -> None:
    """Where a topic ends may have been said before the channel went on in the next."""
    node, topic = lasting.node(XINCAI), lasting.topic
    places = node.rows.places(VERSIONS, node.pulse().views)
    lasting.until("all is folded", lambda: not Projector(node).advance(places, node.replica.positions()))
    before = [node.rows.positions(*place) for place in places]
    assert Projector(node).advance(places, {topic: node.replica.position(topic) + 1})
    assert [node.rows.positions(*place) for place in places] == before


def test_while_a_channel_is_stopped_it_is_looked_for_what_ends_that(lasting: Region) -> None:
    """Another topic may come by a word that no part of this node hears."""
    node = lasting.node(XINCAI)
    assert not node.unsettled()
    node.replica.stop(node.topic(PAIRING), "for the test")
    assert node.unsettled()
    node.replica.resume(node.topic(PAIRING))
    assert not node.unsettled()
