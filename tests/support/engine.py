"""Tests marked ``engine`` run where a container engine answers; elsewhere they are left out, and the run says how many.

Left out, not skipped: a skip is a hole in CI (``servers.skip_or_fail``), and what these run runs as processes as well.
"""

import pytest

MARK = "engine"
COUNT = "engine_left_out"


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes the marked tests out of ``items`` unless an engine answers."""
    marked = [item for item in items if item.get_closest_marker(MARK)]
    if not marked or _answers():
        return
    items[:] = [item for item in items if item not in marked]
    config.hook.pytest_deselected(items=marked)
    config.stash[left_out] = len(marked)


def _answers() -> bool:
    from infra.kafka.container import engine_answers

    return engine_answers()


left_out = pytest.StashKey[int]()


class Account:
    """Plugin: the count, from this process or from xdist's workers, in a line of the report."""

    def __init__(self) -> None:
        self.count = 0

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A worker hands its count over; all workers collect the same tests."""
        self.count = max(self.count, session.config.stash.get(left_out, 0))
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[COUNT] = self.count

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """In the process that xdist's workers report to."""
        self.count = max(self.count, getattr(node, "workeroutput", {}).get(COUNT, 0))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Nothing where nothing was left out."""
        if self.count:
            terminalreporter.write_sep("=", f"no container engine answers: {self.count} tests that need one left out")
