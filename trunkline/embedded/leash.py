"""Becomes another program that dies with its parent, and runs as an unprivileged user.

Run as a script: `python -I leash.py PARENT_PID SIGNAL UID GID PROGRAM ARGS...`; UID -1: no change.
A script of its own, because the alternative, `preexec_fn`, is unsafe in a process with threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def main(argv: list[str]) -> None:
    """Drop privileges, ask the kernel for SIGNAL at the parent's death, and exec."""
    parent_pid, death_signal, uid, gid = (int(text) for text in argv[:4])
    # glibc is opened before the user changes, who perhaps may not read this interpreter.
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if libc is not None:
        # After setuid: a change of user clears the wish.
        libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent_pid:
        sys.exit("the parent is gone already")
    os.execv(argv[4], argv[4:])


def leashed(
    argv: list[str], *, uid: int = -1, gid: int = -1, death_signal: int = signal.SIGTERM
) -> list[str]:
    """The command line that runs `argv` as a child of this process that dies with it.

    The kernel looks at the parent's thread: spawn from a thread that lives as long as the child.
    """
    settled = [str(os.getpid()), str(int(death_signal)), str(uid), str(gid)]
    return [sys.executable, "-I", __file__, *settled, *argv]


if __name__ == "__main__":
    main(sys.argv[1:])
