"""Figure 1: signed appends per second, against the unsigned save of eventsourcing and a bare INSERT."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from contracts.channels import OUTFLOW
from contracts.envelope import START, Draft
from services.domain import uses
from services.node.folds import ledger_name
from services.storage.ledger import Entry, Ledger
from tests.bench.history import reports
from tests.bench.lab import Lab
from tests.bench.stats import Line, interleaved, lines, rate
from tests.bench.stock import Plain, in_threads, recorder, stock_save
from tests.support.world import XINCAI, World, world

STOCK, BARE = "eventsourcing save, unsigned", "INSERT and COMMIT of a row"
BASES = {ledger_name(OUTFLOW, XINCAI): START}


@contextmanager
def _ledger(lab: Lab, region: World) -> Iterator[Ledger]:
    """A ledger that may seal: nothing is in the log, so it is read back."""
    ledger = Ledger(lab.node_database(), region.keys[XINCAI])
    ledger.healed(ledger.generation)
    try:
        yield ledger
    finally:
        ledger.close()


def _append(ledger: Ledger, seen: str, drafts: Sequence[Draft], callers: int) -> None:  # type: ignore[type-arg]
    """Each draft by itself, as a command does; its decision is not measured."""
    shares = [drafts[number::callers] for number in range(callers)]

    def work(number: int) -> None:
        for draft in shares[number]:
            ledger.append([Entry(draft, 1, seen, tuple(uses(draft)))], BASES)

    in_threads(callers, work)


def appends(lab: Lab, callers: int, count: int, rounds: int) -> list[Line]:
    """``count`` appends a round, shared out among so many callers."""
    region = world()
    seen = region.history(OUTFLOW).seen
    state = region.seal(reports(region, 1)[0]).value
    with ExitStack() as stack:
        ledger = stack.enter_context(_ledger(lab, region))
        stock = stack.enter_context(recorder(lab.plain()))
        plain = Plain(lab.plain(), callers)
        stack.callback(plain.close)
        _append(ledger, seen, reports(region, callers), callers)  # connections and statements are made
        stock_save(stock, [state] * callers, callers)
        measures = {
            "ours": lambda: _rate_of_ours(ledger, seen, reports(region, count), callers),
            STOCK: lambda: rate(count, lambda: stock_save(stock, [state] * count, callers)),
            BARE: lambda: rate(count, lambda: plain.save([state] * count)),
        }
        samples = interleaved(measures, rounds)
    who = "1 caller" if callers == 1 else f"{callers} callers"
    goal = "≥ 0.6" if callers == 1 else "≥ 2.5"
    return lines(f"signed append, {who}", "/s", samples.pop("ours"), samples, {BARE: goal})


def _rate_of_ours(ledger: Ledger, seen: str, drafts: Sequence[Draft], callers: int) -> float:  # type: ignore[type-arg]
    return rate(len(drafts), lambda: _append(ledger, seen, drafts, callers))
