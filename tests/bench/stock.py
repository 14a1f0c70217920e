"""Floors that other people wrote: eventsourcing as it comes, unsigned, and a bare INSERT. Same server, same bytes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from time import perf_counter
from typing import Any, cast
from uuid import uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import StoredEvent, Tracking
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

RUNNER_SECONDS = 120.0
"""Until a projection that does not arrive counts as hung."""


def in_threads(callers: int, work: Callable[[int], None]) -> None:
    """``work(caller)`` for every caller at once; raises the first error."""
    errors: list[BaseException] = []

    def caller(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - raised below, by the thread that measures
            errors.append(error)

    threads = [Thread(target=caller, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def environment(url: str) -> dict[str, str]:
    """How eventsourcing is told of a database."""
    parts = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts.get("host", "")),
        "POSTGRES_PORT": str(parts.get("port", "5432")),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password", "none")),
    }


@contextmanager
def recorder(url: str) -> Iterator[PostgresApplicationRecorder]:
    """The stock recorder with its own pool and defaults."""
    named = environment(url)
    names = ("DBNAME", "HOST", "PORT", "USER", "PASSWORD")
    datastore = PostgresDatastore(*(named[f"POSTGRES_{name}"] for name in names), originator_id_type="text")
    found = PostgresApplicationRecorder(datastore, events_table_name="stock_events")
    found.create_table()
    try:
        yield found
    finally:
        datastore.close()


def stock_save(to: PostgresApplicationRecorder, states: Sequence[bytes], callers: int) -> None:
    """Each state as one event of a new stream, one transaction each."""
    shares = [states[number::callers] for number in range(callers)]

    def work(number: int) -> None:
        for state in shares[number]:
            to.insert_events([StoredEvent(str(uuid4()), 1, "bench.reported.v1", state)])

    in_threads(callers, work)


class Plain:
    """One connection a caller, one prepared INSERT and COMMIT an event."""

    def __init__(self, url: str, callers: int) -> None:
        self._links = [psycopg.connect(url, autocommit=True) for _ in range(callers)]
        self._links[0].execute("CREATE TABLE IF NOT EXISTS plain (id text PRIMARY KEY, state bytea NOT NULL)")

    def save(self, states: Sequence[bytes]) -> None:
        """The states, shared out among the connections."""
        in_threads(len(self._links), lambda number: self._work(number, states[number :: len(self._links)]))

    def _work(self, number: int, states: Sequence[bytes]) -> None:
        for state in states:
            self._links[number].execute("INSERT INTO plain VALUES (%s, %s)", (str(uuid4()), state), prepare=True)

    def close(self) -> None:
        """Let go of connections."""
        for link in self._links:
            link.close()


class Said(Aggregate):
    """An aggregate of one event."""

    @event("Told")
    def __init__(self, text: str) -> None:
        self.text = text


class Saying(Application):  # type: ignore[type-arg]  # the library's own default parameter
    """The stock application."""


class Counts(PostgresTrackingRecorder):
    """The simplest view there is: a row an event, committed with its position."""

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS counted (id text PRIMARY KEY, size int)").format()
        )

    def add(self, name: str, size: int, tracking: Tracking) -> None:
        """Row and position, one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute("INSERT INTO counted VALUES (%s, %s)", (name, size), prepare=True)


class Counting(Projection[Counts]):
    """Folds ``Said``."""

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """A row an event."""
        self.view.add(str(domain_event.originator_id), len(domain_event.text), tracking)


def stock_events(url: str, texts: Sequence[str]) -> int:
    """Saves an event for each text in an application; the last notification id."""
    app = Saying(environment(url))
    last = 0
    for start in range(0, len(texts), 100):
        recordings = app.save(*(Said(text) for text in texts[start : start + 100]))
        last = recordings[-1].notification.id
    app.close()
    return last


def stock_projection(url: str, last: int) -> float:
    """Seconds of the stock runner up to that notification: one transaction an event. Its ending is not counted."""
    start = perf_counter()
    runner: Any = ProjectionRunner(
        application_class=cast("Any", Saying),
        projection_class=Counting,
        view_class=Counts,
        env=environment(url),
    )
    with runner:
        runner.wait(last, timeout=RUNNER_SECONDS)
        return perf_counter() - start
    raise AssertionError("the runner hides its error")
