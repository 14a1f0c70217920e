"""Figure 3: an export judged from the pinned root with every view folded, against OpenSSL's verify rate."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.envelope import Record
from services.auditor import Claims, Export, audit, export
from tests.bench.history import SIGNATURES, Written, written
from tests.bench.machine import openssl_verify_rate
from tests.bench.stats import Line, interleaved, lines, rate
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


def replay(folder: Path, events: int, rounds: int) -> list[Line]:
    """Audit of one export with the views of both members."""
    history = written(events)
    root, path = history.region.exchange, folder / "bench.export"
    with path.open("wb") as file:
        file.writelines(export(root, Shelf(history.records), [XINCAI, YIWU]))
    samples = interleaved({"ours": lambda: _ours(root, path, history), VERIFY: openssl_verify_rate}, rounds)
    per = sum(SIGNATURES) / len(SIGNATURES)
    what = f"audit of {len(history.records):,} records ({per:g} signatures each)"
    return lines(what, "/s", samples.pop("ours"), samples)


def _ours(root: str, path: Path, history: Written) -> float:
    """Raises ValueError: the audit found something, so it measured something else."""
    found = []
    speed = rate(len(history.records), lambda: found.append(audit(root, Export.at(path))))
    if found[0].divergences:
        raise ValueError(f"the benchmark's own export does not hold: {found[0].divergences[0]}")
    return speed
