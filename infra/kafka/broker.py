"""A Kafka broker from jars, run as a child process of the caller: one node, KRaft, mutual TLS on every listener."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import Self
from uuid import uuid4

from infra.kafka.home import Home
from infra.kafka.jars import jars
from infra.kafka.probe import answers
from infra.kafka.properties import ADMIN
from infra.processes import ServerError, Unavailable, await_ready, end, kill_and_outwait, spawn

START_SECONDS = 90
STOP_SECONDS = 60


class Broker(Home):
    """A broker from jars (`infra.kafka.port.Controllable`).

    It gets SIGKILL when the calling process ends, however it ends. Needs Java 17 and Maven, or $DUIKOU_KAFKA_LIBS.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._process: Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it serves clients; ServerError with the log's end, Unavailable without Java or jars."""
        if self._process is not None:
            return
        command = _java()
        self.configure()
        if not (self.data / "meta.properties").exists():
            _format(command, self.properties)
        process = spawn([*command, "kafka.Kafka", str(self.properties)], self.log)
        try:
            await_ready(process, self._answers, self.log, START_SECONDS)
        except BaseException:
            end(process, signal.SIGKILL, STOP_SECONDS)
            raise
        self._process = process

    def stop(self) -> None:
        """End in order. Nothing happens if it does not run; ServerError if it had to be killed."""
        process, self._process = self._process, None
        if process is not None and not end(process, signal.SIGTERM, STOP_SECONDS):
            raise ServerError(f"Kafka did not stop within {STOP_SECONDS} s and was killed")

    def kill(self) -> None:
        """SIGKILL; what was acknowledged is in the page cache and survives."""
        process, self._process = self._process, None
        if process is not None:
            kill_and_outwait(process, STOP_SECONDS)

    def restart(self) -> None:
        """Stop and start at the same address."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """SIGSTOP: connections stay open, nothing answers once this returns."""
        self._signal(signal.SIGSTOP)
        if self._process is not None:  # a thread may still answer until the last of them has stopped
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._process is None:
            raise ServerError("the broker does not run")
        self._process.send_signal(number)

    def _answers(self) -> bool:
        return answers(self.bootstrap, self.credentials(ADMIN))


def _java() -> list[str]:
    java = shutil.which("java")
    if java is None:
        raise Unavailable("Java (java) is not on the path")
    return [java, "-Xmx512m", "-Dlog4j2.level=WARN", "-cp", f"{jars()}/*"]


def _format(java: list[str], properties: Path) -> None:
    """Make the empty data folder of a new cluster."""
    cluster = uuid4().hex[:22]  # 16 bytes in base64 without padding: any 22 of its letters will do
    words = [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerError(f"formatting the storage ended with {done.returncode}:\n{done.stdout}{done.stderr}")
