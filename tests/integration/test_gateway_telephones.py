"""What duty telephones are told: once, without content, also after an outage (MECHANISM 4)."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from services.demo.cast import YIWU
from services.messages.webhook import Webhook
from services.node.notifications import Telling
from services.storage.notifications import Notifications, Owed, Waits
from services.upkeep.doctor import Level, examine
from tests.support.offices import delivered
from tests.support.region import Region
from tests.support.telephones import Telephones


@contextmanager
def telling(made: Region, url: str, lead: str = "") -> Iterator[None]:
    """义乌's duties with these settings; what was due before was told to nobody."""
    node = made.node(YIWU)
    kept = node.settings
    for address in ("", url):
        made.hold(YIWU, "duties")
        node.settings = replace(kept, notify_url=address, notify_lead=lead, notify_seconds=0.05)
        made.start(YIWU, "duties")
        if not address:
            made.until("what is due is counted", lambda: _telling_waits(made) == (0, 0))
    try:
        yield
    finally:
        made.hold(YIWU, "duties")
        node.settings = kept
        made.start(YIWU, "duties")


def _telling_waits(made: Region) -> tuple[int, int]:
    """(things that nobody was told of yet though it is time, things owed that were not seen yet)."""
    waiting = "SELECT count(*) FROM notification WHERE told IS NULL AND next <= extract(epoch FROM now()) * 1000"
    owed = {item.subject for item in made.at(YIWU, "intake").inbox() if item.kind in {"sign_for", "decide", "answer"}}
    known = {row[0].split()[0].split("/")[2] for row in made.rows(YIWU, "SELECT item FROM notification")}
    return made.rows(YIWU, waiting)[0][0], len(owed - known)


def half_over(made: Region, item: str) -> None:
    """As if half of its time had gone by."""
    made.alter(YIWU, "UPDATE notification SET next = 0 WHERE level = 'half_time' AND item LIKE %s", f"%{item}%")


def pause_over(made: Region) -> None:
    """As if the pause after a failure had gone by."""
    made.alter(YIWU, "UPDATE notification SET next = 0 WHERE told IS NULL AND attempts > 0")


def test_a_duty_telephone_is_told_once_of_each_thing_that_waits(paired: Region) -> None:
    """MECHANISM 4: at arrival, and whom the settings name at half of the time; across a restart; no content.

    While one worker is at it, another tells nothing.
    """
    phones, intake, lead = Telephones(), paired.at(YIWU, "intake"), "0579-5550001"
    duty = next(one["profile"]["duty_phone"] for one in intake.units() if one["unit"] == YIWU)
    with phones.answering(), telling(paired, phones.url, lead):
        subject = delivered(paired)
        paired.until("told", lambda: len(phones.taken) == 1)
        intake.receive(paired.channel, subject)
        paired.until("told what is next", lambda: len(phones.taken) == 2)
        paired.hold(YIWU, "duties")
        node = paired.node(YIWU)
        other = Notifications(node.settings.database)
        with other.round() as held:  # another worker's
            assert held is not None
            half_over(paired, f"{subject} decide")
            Telling(node, Webhook(phones.url)).step()
            assert len(phones.taken) == 2
        other.close()
        paired.start(YIWU, "duties")
        paired.until("the lead is told", lambda: len(phones.taken) == 3)
        delivered(paired)
        paired.until("told of another", lambda: len(phones.taken) == 4)
    words = ["您有 1 件加急待签收", "您有 1 件加急待受理", "您有 1 件加急待受理，时限已过半", "您有 1 件加急待签收"]
    assert [one["text"] for one in phones.taken] == words
    assert [one["to"] for one in phones.taken] == [duty, duty, lead, duty]
    assert {tuple(one) for one in phones.taken} == {("to", "text", "key")}
    assert len({one["key"] for one in phones.taken}) == 4


def test_a_gateway_that_is_down_loses_nothing_and_is_seen(paired: Region) -> None:
    """Sent again with a longer pause each time; metrics and doctor say so; a number it refuses holds up no other."""
    phones, lead = Telephones(), "0579-5550002"
    settings = paired.cluster.settings(YIWU)
    with phones.answering():
        pass  # its port is known, and nobody answers there
    with telling(paired, phones.url, lead):
        first = delivered(paired)
        paired.until("tried", lambda: _failing(paired) > 0)
        metrics = httpx.get(paired.at(YIWU, "intake").base_url + "/metrics", trust_env=False).text
        assert 'duikou_notifications_failing{level="arrival"} 1.0' in metrics
        found = examine(with_setting(settings, "notify_url", phones.url))
        assert [one.level for one in found if one.check == "notifications"] == [Level.WARN, Level.OK]
        with phones.answering():
            pause_over(paired)
            paired.until("told", lambda: len(phones.taken) == 1)
            phones.refused.add(lead)
            half_over(paired, first)
            paired.until("the lead's number is refused", lambda: _failing(paired) > 0)
            delivered(paired)
            paired.until("the other is told", lambda: len(phones.taken) == 2)
            phones.refused.clear()
            pause_over(paired)
            paired.until("the lead is told", lambda: len(phones.taken) == 3)
    assert [one["text"] for one in phones.taken[:2]] == ["您有 1 件加急待签收"] * 2
    assert _failing(paired) == 0


def _failing(made: Region) -> int:
    return sum(row["failing"] for row in made.node(YIWU).figures.notifications())


def with_setting(path: Path, name: str, value: str) -> Path:
    """A copy of a settings file beside it, with one setting more."""
    other = path.with_name("with.toml")
    other.write_text(f"{path.read_text()}{name} = {json.dumps(value)}\n")
    return other


def test_what_somebody_was_told_of_is_forgotten_a_quarter_after_it_was_owed(paired: Region) -> None:
    """Until then it is told to nobody twice, though it may be owed again; a thing still owed is never forgotten."""
    paired.hold(YIWU, "duties")
    store, day = paired.node(YIWU).notifications, 86_400_000
    ended, lasts = (Owed(f"an invented {what} sign_for 0", "arrival", 0) for what in ("ended", "lasting"))

    def waits(owed: Sequence[Owed], after: int) -> set[str]:
        with store.round() as found:
            assert found is not None
            return {one.item for one in found.seen(owed, after * day)}

    assert waits([ended, lasts], 0) >= {ended.item, lasts.item}
    with store.round() as found:
        assert found is not None
        found.told([Waits(ended.item, "arrival", 0), Waits(lasts.item, "arrival", 0)], 0)
    assert waits([lasts], 90).isdisjoint({ended.item, lasts.item})
    assert waits([ended, lasts], 90).isdisjoint({ended.item, lasts.item})
    waits([lasts], 91)
    assert waits([ended, lasts], 91) & {ended.item, lasts.item} == {ended.item}
    paired.alter(YIWU, "DELETE FROM notification WHERE item LIKE %s", "an invented %")
    paired.start(YIWU, "duties")
