"""Which parts of a node run in this process: all of them, or those that are named.

Parts know only Node and meet only in PostgreSQL and in the log, so nothing but this file can tell the difference.
"""

import threading
from collections.abc import Callable, Iterable

from contracts.refusals import NotYet
from services import journal
from services.messages import open_messages
from services.node import duties, relay
from services.node.index import Forgetting
from services.node.intake import Intake
from services.node.node import Node
from services.node.notifications import Telling
from services.node.projector import Projector
from services.node.watching import OWN, READ, Step, seen, watched

BACK_OFF_SECONDS = 0.5
RECHECK_SECONDS = 0.5
"""After which a part looks again though all parts run here and told it nothing: clocks go on, operators act."""
STEPS = frozenset({"relay", "intake", "projector", "duties"})
GATEWAY = "gateway"
"""The part that answers HTTP; the registry has none."""


def parts(node: Node, duty: Callable[[Node], Step] | None = None) -> dict[str, Step]:
    """Name of each part -> its step. ``duty``: what takes the place of a unit's duties (the registry's)."""
    intake, views = Intake(node), Projector(node)
    return {
        "relay": watched(lambda: relay.relay(node), seen(node.pulse, *OWN, *READ, "sent")),
        "intake": lambda: intake.step(wait=node.settings.idle_seconds),
        "projector": watched(views.step, seen(node.pulse, *READ, "views")),
        "duties": duty(node) if duty else _duties(node),
    }


def _duties(node: Node) -> Step:
    """What the node owes to others, and by clocks of their own what it owes to its officers."""
    own = (Forgetting(node).step, Telling(node, open_messages(node.settings.notify_url)).step)
    owed = watched(lambda: duties.perform(node), seen(node.pulse, *OWN, *READ))

    def step() -> bool:
        done = owed()
        for one in own:
            one()
        return done

    return step


def follow(node: Node, name: str, step: Step, stop: threading.Event) -> None:
    """Repeats a step until stopped; idle until another part did something; a bug ends the process."""
    try:
        with node.news.running(name):
            while not stop.is_set():
                _round(node, name, step, stop)
    except BaseException as error:
        journal.error(journal.Said.PART_ENDED, part=name, error=error)
        raise
    finally:
        stop.set()


def _round(node: Node, name: str, step: Step, stop: threading.Event) -> None:
    before = node.news.count
    node.news.began(name)
    try:
        with node.folds.round(lambda: node.pulse().positions):
            busy = step()
    except NotYet as later:
        journal.warning(journal.Said.PART_WAITS, part=name, error=later)
        stop.wait(BACK_OFF_SECONDS)
        return
    if busy:
        node.news.tell()
    elif not stop.is_set():
        node.news.wait(before, _idle(node))


def _idle(node: Node) -> float:
    needed = STEPS if node.settings.is_registry else STEPS | {GATEWAY}
    return RECHECK_SECONDS if node.news.complete(set(needed)) else node.settings.idle_seconds


def run(
    node: Node, stop: threading.Event, names: Iterable[str] = (), duty: Callable[[Node], Step] | None = None
) -> list[threading.Thread]:
    """Threads of the named parts (all, if none is named), started."""
    steps = parts(node, duty)
    chosen = list(names) or [*steps, *([] if node.settings.is_registry else [GATEWAY])]
    threads = [
        threading.Thread(target=follow, args=(node, name, steps[name], stop), name=name)
        for name in chosen
        if name != GATEWAY
    ]
    for thread in threads:
        thread.start()
    return threads + ([_gateway(node, stop)] if GATEWAY in chosen else [])


def _gateway(node: Node, stop: threading.Event) -> threading.Thread:
    from services.gateway.app import gateway_part  # half of a second to import, and most processes serve nobody

    return gateway_part(node)(stop)
