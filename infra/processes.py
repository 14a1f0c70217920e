"""Child processes that are never left behind, locks between processes, ports nobody uses."""

import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import SystemRandom
from subprocess import Popen

LEASH = Path(__file__).with_name("leash.py")

# The kernel ties a child to the *thread* that started it, so all are started by one that lives as long as the process.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


class ServerError(Exception):
    """A server that was asked for did not start or did not stop; the message ends with the last lines of its log."""


class Unavailable(Exception):
    """What is needed cannot be had on this machine; the message says what lacks. Whoever can do without, may."""


def spawn(command: Sequence[str], log: Path, *, user: str = "", farewell: int = signal.SIGKILL) -> Popen[bytes]:
    """Start `command` in its own process group, output appended to `log`.

    It gets the signal `farewell` when this process ends, however it ends. `user`: whom to become first (callers who
    are root only).
    """
    return _STARTER.submit(_start, as_user(user, command, farewell), log).result()


def as_user(user: str, command: Sequence[str], farewell: int = signal.SIGKILL) -> list[str]:
    """The words that run `command` as `user` (empty: as the caller) until the calling thread or process ends."""
    return [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(farewell)), user, *command]


def _start(words: Sequence[str], log: Path) -> Popen[bytes]:
    with log.open("ab") as out:
        # no session of its own: Linux gives each as much of the processor as all else together (sched(7), autogroup)
        return Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, process_group=0)


def end(process: Popen[bytes], number: int, seconds: float) -> bool:
    """Send `number`, reap within `seconds`, else SIGKILL. Returns whether the process left by itself."""
    with suppress(ProcessLookupError):
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)  # a paused process takes no other signal but SIGKILL
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


def await_ready(process: Popen[bytes], ready: Callable[[], bool], log: Path, seconds: float) -> None:
    """Poll `ready` until it says yes; ServerError if the process ends first or `seconds` pass."""
    deadline = time.monotonic() + seconds
    while not ready():
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            raise ServerError(f"{log.stem} ended with {process.returncode}:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise ServerError(f"{log.stem} does not answer after {seconds:.0f} s:\n{tail(log)}")


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log file; empty if there is none."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def kill_and_outwait(process: Popen[bytes], seconds: float) -> None:
    """SIGKILL `process` and wait until its children, which nobody told, are gone too (Linux).

    ServerError if one outlives `seconds`.
    """
    with ExitStack() as open_files:
        children = [open_files.enter_context(_handle(child)) for child in _children(process.pid)]
        process.kill()
        process.wait()
        deadline = time.monotonic() + seconds
        for child in children:
            if not _readable(child, max(0.0, deadline - time.monotonic())):
                raise ServerError(f"a child of process {process.pid} is still there {seconds:.0f} s after its parent")


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _readable(handle: int, seconds: float) -> bool:
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    return bool(poller.poll(seconds * 1000))


@contextmanager
def _handle(pid: int) -> Iterator[int]:
    """A file descriptor that becomes readable when the process ends: process ids are reused, this is not."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        handle = os.open(os.devnull, os.O_RDONLY)  # gone already: readable at once
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file `path` against every other process; waits for its turn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


SERVED = range(20_000, 32_768)
"""Ports below those that the kernel gives to whoever connects (ip_local_port_range): none is taken meanwhile."""


def free_ports(count: int) -> list[int]:
    """`count` different TCP ports on 127.0.0.1 that nobody listens on now; ServerError where none is left."""
    found: list[int] = []
    with ExitStack() as open_sockets:
        for port in SystemRandom().sample(SERVED, len(SERVED)):
            if len(found) == count:
                return found
            candidate = open_sockets.enter_context(socket.socket())
            with suppress(OSError):
                candidate.bind(("127.0.0.1", port))
                found.append(port)
    raise ServerError(f"fewer than {count} ports are free")


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: not held up by TIME_WAIT
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
