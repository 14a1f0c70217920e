"""The broker's jars, resolved through Maven once and kept."""

import os
import shutil
import subprocess
from pathlib import Path

from infra.processes import Unavailable, exclusive

LIBS = "DUIKOU_KAFKA_LIBS"  # environment: the folder of the jars; filled if it is not there, used as it is otherwise
RELEASE = "4.3.0"
POM = Path(__file__).with_name("pom.xml")
CACHE = Path(__file__).parents[2] / ".cache" / "kafka" / RELEASE
RESOLVE_SECONDS = 600  # 45 jars, 45 MB


def jars() -> Path:
    """The folder that holds all jars, filled by the first caller.

    Unavailable if Maven lacks or reaches no repository.
    """
    folder = Path(os.environ.get(LIBS) or CACHE)
    if folder.exists():  # filled for good, and perhaps not ours to write beside
        return folder
    with exclusive(folder.with_name(f"{folder.name}.lock")):
        if not folder.exists():
            _resolve(folder)
    return folder


def _resolve(folder: Path) -> None:
    """Fill a folder beside the right one and move it there, so a half-filled one is never taken for whole."""
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("Maven (mvn) is not on the path")
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={fresh}"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=RESOLVE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"Maven did not resolve the jars within {RESOLVE_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"Maven did not resolve the jars:\n{error.stdout[-2000:]}") from error
    fresh.rename(folder)
