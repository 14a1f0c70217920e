"""A node's database in a test, and desk events to seal in it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import uuid4

import psycopg

from contracts.channels import DESK
from contracts.desk import Linked, LinkedSummary
from contracts.envelope import START, Draft, Envelope, Head, event_pae
from services.domain.keys import verifies
from services.storage.ledger import Entry, Ledger, Sealed
from services.storage.migrate import prepare
from services.vectors.seeds import XINCAI, seeded

T = TypeVar("T")
LEDGER = f"{DESK}/{XINCAI}"
BASES = {LEDGER: START}
EXCHANGE = "0" * 64


def prepared(admin_url: str) -> str:
    """The runtime role's URL of a node's database, made in the database of an administrator's URL."""
    return prepare(admin_url, str(psycopg.conninfo.conninfo_to_dict(admin_url)["dbname"]))


def entry(stream: str = "", version: int = 1, id: str = "", once: tuple[str, ...] = (), **more: Any) -> Entry:
    """A desk event; of a stream of its own unless ``stream`` says a subject."""
    other = {"channel": DESK, "other_channel": DESK, "other": "x", "officer": str(uuid4()), **more}
    event = Linked.model_construct(summary=LinkedSummary.model_construct(**other))
    address = (XINCAI, stream or str(uuid4()), "2021-04-01T00:00:00.000Z", EXCHANGE, DESK)
    return Entry(Draft(id or str(uuid4()), *address, event), version, None, once)


def opened(url: str) -> Ledger:
    """A ledger whose own log has been read back: there is none."""
    ledger = Ledger(url, seeded(XINCAI))
    ledger.healed(ledger.generation)
    return ledger


def seal(ledger: Ledger, *entries: Entry, base: Head = START) -> list[Sealed]:
    """Append to the desk."""
    return ledger.append(entries, {LEDGER: base})


def assert_whole(url: str, count: int) -> None:
    """The ledger has the numbers 1 to ``count``, each after the one before, each signed; nothing else."""
    ledger = Ledger(url, seeded(XINCAI))
    rows, head = ledger.tail(LEDGER, 1, 0), START
    for row in rows:
        envelope = Envelope.parse(row.value)
        assert (envelope.number, envelope.previous) == (head.sequence + 1, head.digest)
        assert verifies(seeded(XINCAI).public, event_pae(row.value), row.signature)
        assert row == Sealed.of(envelope, row.signed)
        head = row.head
    assert len(rows) == count
    ledger.close()


def at_once(count: int, task: Callable[[int], T]) -> list[T]:
    """``task(0)``, ``task(1)``, ... each in a thread of its own."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(task, range(count)))
