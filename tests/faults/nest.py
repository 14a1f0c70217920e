"""Parts of nodes as processes that are forked from one which has imported everything: what is killed is the same code.

A new interpreter for each start spends over a second of the machine in imports. What the fork shares is modules only:
settings, connections, threads and keys are each process' own, made by the same entry points that operators call.
"""

import os
import signal
import sys
from contextlib import suppress
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import services.transport.embedded
import services.transport.kafka
import services.transport.kafka_topics  # noqa: F401 - both logs' clients are there before a process needs one
from infra.leash import die_with
from infra.processes import ServerError
from services.node.__main__ import main
from services.registry.__main__ import registry_part

COMMAND_SECONDS = 60.0
_NEST = get_context("forkserver")
_NEST.set_forkserver_preload([__name__])


def start(settings: Path, parts: tuple[str, ...], log: Path, *, registry: bool = False) -> ForkServerProcess:
    """``python -m services.node SETTINGS [PART ...]``, or the registry's; SIGKILL when this process ends."""
    words = [str(settings), *parts]
    process = _NEST.Process(target=_run, args=(words, registry, log), daemon=True)
    process.start()
    return process


def is_dead(process: ForkServerProcess | None) -> bool:
    """Whether it has ended."""
    return process is None or process.exitcode is not None


def send(process: ForkServerProcess, number: int) -> None:
    """A signal, if it is still there."""
    if process.pid is not None and not is_dead(process):
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


def end(process: ForkServerProcess, seconds: float) -> None:
    """SIGTERM; SIGKILL where it does not end in time."""
    send(process, signal.SIGTERM)
    send(process, signal.SIGCONT)  # a paused process takes no other signal but SIGKILL
    process.join(seconds)
    kill(process, seconds)


def kill(process: ForkServerProcess, seconds: float) -> None:
    """SIGKILL, and it is gone. Raises ServerError."""
    send(process, signal.SIGKILL)
    process.join(seconds)
    if process.exitcode is None:
        raise ServerError(f"process {process.pid} is still there {seconds:.0f} s after SIGKILL")


def duikou(words: tuple[str, ...], said: Path) -> int:
    """Exit code of a command as an operator types it; all that it says goes to a file. Raises ServerError."""
    process = _NEST.Process(target=_command, args=(words, said), daemon=True)
    process.start()
    process.join(COMMAND_SECONDS)
    kill(process, COMMAND_SECONDS)
    return process.exitcode or 0


def _command(words: tuple[str, ...], said: Path) -> None:
    _born(said)
    from services.cli.commands import app  # few processes are commands

    app(words)


def _run(words: list[str], registry: bool, log: Path) -> None:
    _born(log)
    sys.exit(main(words, duties=registry_part if registry else None))


def _born(log: Path) -> None:
    """In the child: leaves with the nest, also when paused; the nest leaves with the campaign."""
    die_with(os.getppid(), signal.SIGKILL)
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]
    with log.open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
