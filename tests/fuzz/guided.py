"""The same targets under atheris (libFuzzer for Python), if its wheel is installed: coverage chooses what is kept."""

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.fuzz.engine import Find, Ran, Target, check, kept
from tests.fuzz.mutate import mutated

MAX_LENGTH = 65_536
"""Bytes of an input at most: more than any parser takes."""


def run(target: Target, *, seconds: float, start: int) -> Ran:
    """In a process of its own: libFuzzer ends the one it runs in. Raises ModuleNotFoundError without the wheel."""
    import atheris  # noqa: F401 - said here, not by the other process

    with TemporaryDirectory(prefix="duikou-atheris-") as folder:
        began = time.monotonic()
        command = [sys.executable, "-m", "tests.fuzz.guided", target.name, folder, str(int(seconds)), str(start + 1)]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        found = sorted(Path(folder).glob("find-*"))
        find = Find(found[0].read_bytes(), RuntimeError(done.stdout.decode("utf-8", "replace"))) if found else None
        if find is None and done.returncode:
            raise RuntimeError(done.stdout.decode("utf-8", "replace"))
        counts = [int(part) for part in Path(folder, "counts").read_text().split()]
        return Ran(counts[0], counts[1], time.monotonic() - began, find)


def _main(name: str, folder: Path, seconds: str, start: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["contracts", "services"]):
        from tests.fuzz.targets import TARGETS
    target, counts = TARGETS[name], [0, 0]
    seeds = [*kept(target), *target.seeds()]
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate(seeds):
        (corpus / f"{number:06}").write_bytes(data)

    def one(data: bytes) -> None:
        counts[0] += 1
        try:
            counts[1] += check(target, data)
        except Exception:
            (folder / f"find-{os.getpid()}").write_bytes(data)
            raise
        finally:
            if counts[0] % 100 == 0:
                (folder / "counts").write_text(f"{counts[0]} {counts[1]}")

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        return mutated([data, *seeds[seed % len(seeds) :][:4]], Random(seed))[:most]

    (folder / "counts").write_text("0 0")
    options = [f"-max_total_time={seconds}", f"-seed={start}", f"-max_len={MAX_LENGTH}", "-rss_limit_mb=4096"]
    atheris.Setup([name, *options, f"-artifact_prefix={folder}/", str(corpus)], one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
