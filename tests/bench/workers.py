"""Two workers of one node: intake and projector, each a process of its own, as a node of many processes runs them."""

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event

from contracts import catalogue  # noqa: F401 - registers every event type
from services.node.bootstrap import follow, parts
from services.node.node import open_node
from services.node.settings import Settings

PARTS = ("intake", "projector")
START_SECONDS, END_SECONDS = 60, 20
PROCESSES = multiprocessing.get_context("spawn")


def _work(settings: Settings, part: str, ready: Event, go: Event, stop: Event) -> None:
    node, ended = open_node(settings), threading.Event()
    step = parts(node)[part]
    ready.set()
    go.wait()
    threading.Thread(target=_pass_on, args=(stop, ended), daemon=True).start()
    follow(node, part, step, ended)
    node.close()


def _pass_on(stop: Event, ended: threading.Event) -> None:
    stop.wait()
    ended.set()


@contextmanager
def workers(settings: Settings) -> Iterator[Event]:
    """They are ready, and begin when the event is set; they end with the block. Raises TimeoutError: one is not."""
    go, stop, ready = PROCESSES.Event(), PROCESSES.Event(), [PROCESSES.Event() for _ in PARTS]
    started = [
        PROCESSES.Process(target=_work, args=(settings, part, there, go, stop), daemon=True)
        for part, there in zip(PARTS, ready, strict=True)
    ]
    for process in started:
        process.start()
    try:
        if not all(there.wait(START_SECONDS) for there in ready):
            raise TimeoutError("a worker did not start")
        yield go
    finally:
        stop.set()
        go.set()
        for process in started:
            process.join(END_SECONDS)
