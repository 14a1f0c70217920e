"""MECHANISM 4, notifications: words without content, one port, longer pauses after each failure."""

from types import SimpleNamespace
from typing import Any

import pytest

from contracts.refusals import NotYet
from contracts.vocabulary import Urgency
from services.messages import Message, Silent, open_messages
from services.messages.webhook import Webhook
from services.node.notifications import LONGEST_SECONDS, Group, Level, Telling
from services.storage.notifications import Waits
from services.views.inbox import Kind


@pytest.mark.parametrize(
    ("group", "count", "words"),
    [
        (Group(Level.ARRIVAL, Urgency.PRIORITY.zh, Kind.SIGN_FOR), 1, "您有 1 件加急待签收"),
        (Group(Level.HALF_TIME, Urgency.URGENT.zh, Kind.ANSWER), 3, "您有 3 件特急待答复，时限已过半"),
        (Group(Level.ARRIVAL, "", Kind.SIGN_FOR), 2, "您有 2 件待签收"),
    ],
)
def test_what_is_told_is_how_many_how_urgent_and_what_to_do(group: Group, count: int, words: str) -> None:
    assert group.words(count) == words


def test_pauses_double_up_to_an_hour() -> None:
    node: Any = SimpleNamespace(settings=SimpleNamespace(notify_seconds=30.0))
    telling = Telling(node, Silent())
    pauses = [telling._pause([Waits("a", "arrival", 0), Waits("b", "arrival", attempts)]) for attempts in (0, 1, 3, 99)]
    assert pauses == [30_000, 60_000, 240_000, LONGEST_SECONDS * 1_000]


@pytest.mark.parametrize("address", ["http://[", "http://"])
def test_an_address_that_is_none_is_an_outage_and_no_bug(address: str) -> None:
    with pytest.raises(NotYet):
        open_messages(address).send(Message("0579-5550001", "您有 1 件加急待签收", "k"))


def test_without_an_address_nothing_leaves() -> None:
    assert isinstance(open_messages(""), Silent)
    assert isinstance(open_messages("https://example.org/"), Webhook)
