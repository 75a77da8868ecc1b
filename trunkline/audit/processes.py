"""The appliance's processes: what `ps` and /proc show of them, and the files they have open."""

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from trunkline.audit.findings import Tally
from trunkline.audit.planted import Planted
from trunkline.evaluate.cost import PROC, Process, process_table

SHARED_MEMORY = Path("/dev/shm")
_HANDLE = re.compile(r"PostgreSQL\.\d+|trunkline_[0-9a-f]+(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Names that Postgres and Triton draw by lot: six digits of a card are in one now and then."""

_TRITON_METRICS = re.compile(r"--metrics-port=(\d+)")
_CORE = re.compile(r"core(\.\d+)?")
_IN_MEMORY = ("/dev/shm/", "/memfd:", "/SYSV", "/dev/zero")
_WRITABLE = {os.O_WRONLY, os.O_RDWR}


class OpenFile(NamedTuple):
    """A regular file that one of our processes can write to."""

    name: str
    path: Path
    """In /proc: also of a file that was removed."""


def our_processes(state_dir: str, table: list[Process] | None = None) -> list[Process]:
    """Those that name the appliance's folder, what started them, and what they started."""
    known = {one.pid: one for one in (process_table() if table is None else table)}
    ours = {pid for pid, one in known.items() if state_dir in one.command and pid != os.getpid()}
    ours |= {
        parent.pid
        for pid in ours
        if (parent := known.get(known[pid].parent)) and _is_supervisor(parent)
    }
    while more := {pid for pid, one in known.items() if one.parent in ours} - ours:
        ours |= more
    return [known[pid] for pid in sorted(ours - {os.getpid()})]


def search_processes(processes: list[Process], planted: Planted, tally: Tally) -> None:
    """Command lines, environments, and names of shared memory."""
    for one in processes:
        tally.look("processes", processes=1)
        found = planted.anywhere(one.command)
        try:
            found |= planted.anywhere((PROC / str(one.pid) / "environ").read_bytes())
        except OSError:
            tally.note("processes", "some environments may not be read by this user")
        tally.hit("processes", one.command.partition(" ")[0].rpartition("/")[2], found)
    for path in SHARED_MEMORY.glob("*"):
        tally.look("shared memory", names=1)
        said = "" if _HANDLE.fullmatch(path.name) else path.name
        tally.hit("shared memory", "names", planted.anywhere(said))
    tally.note("shared memory", "names only: its contents are the recogniser's working memory")


def open_files(processes: list[Process]) -> Iterator[OpenFile]:
    """Regular files that our processes hold open for writing, removed ones too."""
    for one in processes:
        folder = PROC / str(one.pid)
        try:
            links = list((folder / "fd").iterdir())
        except OSError:
            continue  # it ended, or is another user's
        for link in links:
            try:
                flags = re.search(r"flags:\s+(\d+)", (folder / "fdinfo" / link.name).read_text())
                name = os.readlink(link)
                regular = stat.S_ISREG(link.stat().st_mode)
            except OSError:
                continue
            writable = flags and int(flags[1], 8) & os.O_ACCMODE in _WRITABLE
            if regular and writable and not name.startswith(_IN_MEMORY):
                yield OpenFile(name, link)


def core_dumps(processes: list[Process]) -> Iterator[Path]:
    """Memory of crashed processes, where the kernel leaves it unless told otherwise."""
    folders: set[Path] = set()
    for one in processes:
        with contextlib.suppress(OSError):
            folders.add((PROC / str(one.pid) / "cwd").readlink())
    for folder in sorted(folders):
        yield from (path for path in folder.glob("core*") if _CORE.fullmatch(path.name))


def named_by_others(path: Path, processes: list[Process]) -> bool:
    """True if a process that is not ours works in this folder: another appliance, a test."""
    ours = {one.pid for one in processes}
    return any(str(path) in one.command for one in process_table() if one.pid not in ours)


def triton_metrics_ports(processes: list[Process]) -> list[int]:
    """Where the embedded Triton tells its own metrics."""
    return [int(port) for one in processes for port in _TRITON_METRICS.findall(one.command)]


def exports_traces(processes: list[Process]) -> bool:
    """True if one of them is told to send traces somewhere, which this audit could not see."""
    for one in processes:
        try:
            if b"OTEL_EXPORTER" in (PROC / str(one.pid) / "environ").read_bytes():
                return True
        except OSError:
            continue
    return False


def _is_supervisor(one: Process) -> bool:
    return "trunkline" in one.command and "up" in one.command.split()
