"""A lost or moved topic goes on as the next one, and nobody makes it go on otherwise (PROTOCOL 6, WIRE 14-16)."""

from collections.abc import Callable
from typing import Any

from contracts.channels import REGISTRY, Kind
from services.verifier import Verdict
from tests.attacks.row import DUPLICATE, EFFECTIVE, FORK, Row, noise
from tests.support.acts import subject_of
from tests.support.ledgers import fork_registry, reopen
from tests.support.openings import changed
from tests.support.world import JINHUA, XINCAI, YIWU, World

PLACE = noise("place")


def after(act: Callable[[World], Verdict], behind: int = 0) -> Callable[[World], Verdict]:
    """A lead is shared, the topic is lost ``behind`` records before its end, the next one begins with that act."""

    def attack(w: World) -> Verdict:
        w.share()
        w.lose_topic(behind)
        return act(w)

    return attack


def opened_with(**said: Any) -> Callable[[World], Verdict]:
    """The registry continues, and one thing it says is another."""
    return after(lambda w: w.open(w.channel, changed(w, **said)))


def continued(act: Callable[[World, Verdict], Verdict]) -> Callable[[World], Verdict]:
    """The channel has gone on; then that act, which is told of the lead shared before."""

    def attack(w: World) -> Verdict:
        shared = w.share()
        w.lose_topic()
        w.open(w.channel, w.genesis())
        return act(w, shared)

    return attack


def written(source: str = REGISTRY, **tamper: Any) -> Callable[[World], Verdict]:
    """The right genesis, written or sealed otherwise."""
    return after(lambda w: w.write(source, w.channel, w.channel, w.genesis(), **tamper))


def frozen(*, reopening: bool) -> Callable[[World], Verdict]:
    """The registry's ledger was frozen at the cut."""

    def attack(w: World) -> Verdict:
        fork_registry(w, w.channel)
        w.lose_topic()
        if reopening:
            reopen(w, REGISTRY, w.channel)
        return w.open(w.channel, w.genesis())

    return attack


ROWS = [
    Row(
        "The registry continues a channel from its cut",
        "P6 W14 B44",
        after(lambda w: w.open(w.channel, w.genesis())),
        EFFECTIVE,
    ),
    Row("A member writes first in the next topic", "A5 P6", after(World.share), PLACE),
    Row("The registry continues and names no cut", "P6", opened_with(cut=None), PLACE),
    Row("The registry names a cut at another offset", "P6 W16", opened_with(cut={"offset": 3}), PLACE),
    Row("The registry names a cut with another hash", "P6 W16", opened_with(cut={"hash": "0" * 64}), PLACE),
    Row("The registry changes a member on the way", "B44", opened_with(members=(XINCAI, JINHUA)), PLACE),
    Row("The registry lets another unit read on the way", "B44", opened_with(readers=(JINHUA,)), PLACE),
    Row("The registry changes the kind on the way", "B44", opened_with(kind=Kind.OPEN), PLACE),
    Row("The registry changes the rules on the way", "B44", opened_with(rule_version=2), PLACE),
    Row("A member continues the channel itself", "B44", written(XINCAI), PLACE),
    Row(
        "The registry's chain begins anew in the next topic",
        "W14",
        written(sequence="000000000001", previous="0" * 64),
        PLACE,
    ),
    Row("The registry continues having seen another history", "B9 W15", written(seen=f"2.-1.{'1' * 64}"), PLACE),
    Row("A frozen registry continues", "A14", frozen(reopening=False), PLACE),
    Row("A frozen registry is reopened by the root and continues", "A14", frozen(reopening=True), EFFECTIVE),
    Row(
        "A member begins its chain anew in the next topic",
        "W14",
        continued(lambda w, _: w.share(sequence="000000000001", previous="0" * 64)),
        FORK,
    ),
    Row(
        "A relay sends again what stood before the cut",
        "P6 W14",
        continued(lambda w, shared: w.again(shared)),
        DUPLICATE,
    ),
    Row(
        "A lead of the old topic is delivered in the next",
        "W14",
        continued(lambda w, shared: w.fact(YIWU, subject_of(shared))),
        EFFECTIVE,
    ),
]
