"""``python -m services.node SETTINGS [PART ...]``: a whole node, or parts of one. Ends on SIGTERM or a bug."""

import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import contracts.catalogue  # noqa: F401 - registers every event type
from services import journal
from services.node.bootstrap import run
from services.node.node import Node, open_node
from services.node.settings import SettingsError, load
from services.node.watching import Step


def main(arguments: list[str], duties: Callable[[Node], Step] | None = None) -> int:
    """Exit code: 0 stopped, 1 a part ended by a bug, 2 settings."""
    journal.configure()
    try:
        settings = load(Path(arguments[0]))
    except (IndexError, SettingsError) as error:
        sys.stderr.write(f"settings: {error}\n")
        return 2
    stop, asked = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _ask(asked, stop))
    node = open_node(settings)
    journal.info(journal.Said.STARTED, unit=node.source)
    try:
        for thread in run(node, stop, arguments[1:], duties):
            thread.join()
    finally:
        node.close()
        journal.info(journal.Said.STOPPED, unit=node.source)
    return 0 if asked.is_set() else 1


def _ask(*events: threading.Event) -> None:
    for event in events:
        event.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
