"""Run a command that dies with the process that started it. Executed as a script, standard library only.

    python -I -S leash.py PARENT SIGNAL USER COMMAND...

PARENT is the process id of the starter, SIGNAL the number the command gets when the starter ends, however it ends
(Linux; elsewhere the command just runs), USER a name to become first, or empty. The command replaces this process,
so it keeps its id.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def become(user: str) -> None:
    """Drop from root to `user`; raises KeyError for an unknown user, PermissionError for a caller who is not root."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def die_with(parent: int, signal: int) -> None:
    """Ask the kernel for `signal` when `parent` ends; exit now if it has ended already."""
    if not sys.platform.startswith("linux"):
        return
    # after setuid: a change of user clears the request
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit("the process that started this one has ended")


def main(parent: str, signal: str, user: str, *command: str) -> None:
    """Become the command; does not return."""
    if user:
        become(user)
    die_with(int(parent), int(signal))
    os.execvp(command[0], command)  # noqa: S606 - becoming the command is the purpose; no shell is involved


if __name__ == "__main__":
    main(*sys.argv[1:])
