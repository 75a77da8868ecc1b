"""What a Postgres that was not stopped properly left behind: its lock file, perhaps itself."""

import logging
import os
import signal
import time
from pathlib import Path

log = logging.getLogger(__name__)

PATIENCE_S = 20.0


def stop_previous(cluster: Path) -> None:
    """Make sure that no server runs on `cluster`, and that its lock file keeps none from starting.

    Postgres takes any live process of the same user with the number in `postmaster.pid` for a
    server; after a restart of the machine or container that number is often somebody else's.
    """
    lock_file = cluster / "postmaster.pid"
    try:
        pid = int(lock_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if not Path("/proc/self").exists():
        return  # macOS: Postgres' own check has to do
    if not _serves(pid, cluster):
        lock_file.unlink(missing_ok=True)
        return
    log.warning("stopping the postgres that an earlier run left")
    deadline = time.monotonic() + PATIENCE_S
    os.kill(pid, signal.SIGINT)
    while _serves(pid, cluster):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            deadline += PATIENCE_S
        time.sleep(0.05)
    lock_file.unlink(missing_ok=True)


def _serves(pid: int, cluster: Path) -> bool:
    """Whether process `pid` is a server on `cluster`."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    return str(cluster).encode() in words
