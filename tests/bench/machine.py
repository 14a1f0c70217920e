"""What the figures were measured on."""

import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

OPENSSL_SECONDS = 60
"""Until ``openssl speed`` counts as hung."""


@dataclass(frozen=True)
class Machine:
    """Cores: those this process may use; load: runnable threads, mean of a minute, before the first figure."""

    date: str
    cores: int
    cpu: str
    system: str
    python: str
    postgres: str
    openssl: str
    load: float

    def as_json(self) -> dict[str, str | int | float]:
        """Plain values."""
        return asdict(self)


def machine(admin_url: str) -> Machine:
    """What this process runs on, now."""
    return Machine(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        cpu=_cpu(),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        postgres=_postgres(admin_url),
        openssl=_openssl("version").partition("(")[0].strip(),
        load=round(os.getloadavg()[0], 1),
    )


def openssl_verify_rate() -> float:
    """Ed25519 verifications per second on one core, by ``openssl speed``: no Python, no event, one short message."""
    last = _openssl("speed", "-seconds", "1", "ed25519").splitlines()[-1]
    return float(last.split()[-1])


def _openssl(*words: str) -> str:
    command = ["openssl", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=OPENSSL_SECONDS)
    return done.stdout.strip()


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    names = [line for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    return names[0].partition(":")[2].strip() if names else platform.processor() or "unknown"


def _postgres(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return str(row[0]) if row else "unknown"
