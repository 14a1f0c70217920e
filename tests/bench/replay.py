"""Figure 3: exports judged from the pinned root, every view folded: against OpenSSL, and a long one against a short.

Every audit runs in a process of its own, which says how much memory it came to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from contracts import catalogue  # noqa: F401 - registers every event type
from contracts.envelope import Record
from services.auditor import Claims, Export, Source, audit, export
from tests.bench.history import SIGNATURES, spooled, written
from tests.bench.machine import openssl_verify_rate
from tests.bench.stats import Line, interleaved, lines
from tests.bench.workers import PROCESSES
from tests.support.world import XINCAI, YIWU

VERIFY = "openssl Ed25519 verify, 1 core"


@dataclass(frozen=True)
class Shelf:
    """Records in memory as an audit's source."""

    held: list[Record]
    claims: Claims | None = None

    def records(self) -> Iterator[Record]:
        """All, by topic."""
        return iter(self.held)


class Audited(NamedTuple):
    """Records per second, and the most memory the process held, in MiB."""

    rate: float
    memory: float


@dataclass(frozen=True)
class Case:
    """An export in a file."""

    root: str
    path: Path
    count: int

    @classmethod
    def of(cls, folder: Path, root: str, source: Source, count: int) -> "Case":
        """With the views of both members."""
        path = folder / f"bench-{count}.export"
        with path.open("wb") as file:
            file.writelines(export(root, source, [XINCAI, YIWU]))
        return cls(root, path, count)

    def audited(self) -> Audited:
        """By a fresh process. Raises ValueError: the audit found something, so it measured something else."""
        with PROCESSES.Pool(1) as pool:
            seconds, memory, found = pool.apply(_audit, (self.root, str(self.path)))
        if found:
            raise ValueError(f"the benchmark's own export does not hold: {found}")
        return Audited(self.count / seconds, memory)


def _audit(root: str, path: str) -> tuple[float, float, str]:
    start = perf_counter()
    report = audit(root, Export.at(Path(path)))
    taken = perf_counter() - start
    return taken, _peak(), str(report.divergences[0]) if report.divergences else ""


def _peak() -> float:
    """MiB that this program came to (proc(5)); ``ru_maxrss`` also remembers whoever started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1_024


def replay(folder: Path, events: int, many: int, rounds: int) -> list[Line]:
    """The short one every round; the long one once, against the median of the short."""
    history = written(events)
    short = Case.of(folder, history.region.exchange, Shelf(history.records), len(history.records))
    audits: list[Audited] = []

    def once() -> float:
        audits.append(short.audited())
        return audits[-1].rate

    samples = interleaved({"ours": once, VERIFY: openssl_verify_rate}, rounds)
    per = sum(SIGNATURES) / len(SIGNATURES)
    what = f"audit of {short.count:,} records ({per:g} signatures each)"
    found = lines(what, "/s", samples["ours"], {VERIFY: samples[VERIFY]}, {VERIFY: "≥ 1.65"})
    return [*found, *_longer(folder, many, short, audits)]


def _longer(folder: Path, many: int, short: Case, audits: list[Audited]) -> list[Line]:
    with spooled(folder, many) as history:
        case = Case.of(folder, history.region.exchange, history, history.length)
    long, rounds = case.audited(), len(audits)
    what, than = f"audit of {case.count:,} records, once", f"of {short.count:,}"
    rates, memories = [one.rate for one in audits], [one.memory for one in audits]
    return [
        *lines(what, "/s", [long.rate] * rounds, {than: rates}, {than: "≥ 0.9"}),
        *lines(f"{what}: memory", "MiB", [long.memory] * rounds, {than: memories}, {than: "1"}),
    ]
