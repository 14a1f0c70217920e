"""docs/runbook.md as a new operator follows it: a shell with the page's variables, which types what the page says."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx

from tests.support.region import Region, until

PAGE = (Path(__file__).parents[2] / "docs/runbook.md").read_text()
SECTIONS: dict[str, str] = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
PROGRAMS = Path(sys.executable).parent
SECONDS = 240


def section(beginning: str) -> str:
    """Text of the one section whose title begins so."""
    (found,) = [text for title, text in SECTIONS.items() if title.startswith(beginning)]
    return found


def commands(beginning: str, having: str = "") -> str:
    """What a section says to type, in order; ``having``: only the one block in which this stands."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", section(beginning), re.MULTILINE | re.DOTALL)
    chosen = [dedent(block) for block in blocks if having in block]
    assert len(chosen) == 1 or (chosen and not having), (beginning, having, len(chosen))
    return "\n".join(chosen)


class Operator:
    """Of one unit's node. What is typed, is typed from the page; ``env`` holds the page's variables and no others."""

    def __init__(self, made: Region, unit: str, folder: Path) -> None:
        self.made, self.unit, self.data, self.folder = made, unit, made.state / unit, folder
        self.env = {
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "COLUMNS": "240",
            "SETTINGS": str(made.cluster.settings(unit)),
            "DATA": str(self.data),
            "ROOT": made.root,
            "DUIKOU_POSTGRES": made.apart.get(unit, made.databases).url(),
            "BACKUP": str(folder / "yesterday.duikou"),
            "COPY": str(folder / "copy.jsonl"),
        }

    def type(self, beginning: str, having: str = "", *, code: int = 0, answer: str = "") -> str:
        """What the commands say; the first that fails ends them. code: how they must end; answer: to what they ask."""
        found, said = self._run(f"set -e\n{commands(beginning, having)}", answer)
        assert found == code, (commands(beginning, having), found, said)
        return said

    def tried(self, beginning: str, having: str) -> int:
        """How the commands end now, for what has to be typed again until it is so."""
        return self._run(f"set -e\n{commands(beginning, having)}")[0]

    def duikou(self, *words: str, code: int = 0) -> str:
        """One command as JSON, or one that the page leaves to others, with this node's settings."""
        typed = [str(PROGRAMS / "duikou"), words[0], self.env["SETTINGS"], *words[1:]]
        done = subprocess.run(typed, stdout=subprocess.PIPE, env=self.env, text=True, check=False, timeout=SECONDS)
        assert done.returncode == code, (words, done.stdout)
        return done.stdout

    def _run(self, script: str, answer: str = "") -> tuple[int, str]:
        """In a session of its own: what is asked for comes from ``answer``, never from a terminal of ours."""
        with (self.data / "typed.txt").open("w+") as out:  # a file: a node that stays behind would hold a pipe open
            done = subprocess.run(
                ["/bin/bash", "-c", script],
                input=f"{answer}\n",
                text=True,
                stdout=out,
                stderr=out,
                env=self.env,
                cwd=self.data,
                check=False,
                timeout=SECONDS,
                start_new_session=True,
            )
            out.seek(0)
            return done.returncode, out.read()

    def ready(self) -> dict[str, Any]:
        """What ``GET /readyz`` says; empty while nobody answers."""
        with suppress(httpx.TransportError):
            return dict(httpx.get(f"{self.address}/readyz", trust_env=False).json())
        return {}

    @property
    def address(self) -> str:
        """Of the node's API."""
        return f"http://127.0.0.1:{self.made.node(self.unit).settings.port}"

    def start(self) -> None:
        """As the page says, and until the node says that it may be given work."""
        self.type("Start")
        until("the node is ready", lambda: self.ready().get("ready"))

    def stop(self) -> None:
        """As the page says; what this process has open of the node's databases is closed before."""
        self.made.stop(self.unit)
        self.type("Stop")

    def end(self) -> None:
        """Whatever a failed test left running."""
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            os.kill(int((self.data / "node.pid").read_text()), signal.SIGTERM)

    def written(self) -> list[dict[str, Any]]:
        """The node's log, line by line."""
        return [json.loads(line) for line in (self.data / "node.jsonl").read_text().splitlines()]
