"""CPU seconds of the processes of an appliance on this machine (Linux)."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

PROC = Path("/proc")


class Cost(msgspec.Struct, frozen=True):
    """CPU seconds used while the calls were placed."""

    cpu_s: dict[str, float]
    """By part: listen, redact, ..., triton, postgres."""

    speech_s: float
    """Speech in the calls, all legs together."""

    @property
    def cpu_per_speech(self) -> float:
        """CPU seconds of everything for one second of speech: the real-time factor of it all."""
        return sum(self.cpu_s.values()) / max(1e-9, self.speech_s)


class Process(NamedTuple):
    """One line of the process table."""

    pid: int
    parent: int
    command: str
    cpu_s: float
    """Its own, and that of its children that ended."""


def process_table(proc: Path = PROC) -> list[Process]:
    """Every process that may be read; empty where there is no /proc."""
    return list(_processes(proc))


def _processes(proc: Path) -> Iterator[Process]:
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    for folder in proc.glob("[0-9]*"):
        try:
            command = (
                (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
            # The name in brackets may hold blanks and brackets itself (proc_pid_stat(5)).
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        cpu_s = sum(int(field) for field in fields[11:15]) * tick_s
        yield Process(int(folder.name), int(fields[1]), command, cpu_s)


def cpu_by_part(table: list[Process], state_dir: str) -> dict[str, float]:
    """CPU seconds of the appliance's parts: processes that name its folder, and their families.

    What `trunkline up` started belongs to it even where its command does not say so.
    """
    by_pid = {one.pid: one for one in table}
    ours = {one.pid for one in table if state_dir in one.command}
    ours |= {by_pid[pid].parent for pid in ours if _is_supervisor(by_pid.get(by_pid[pid].parent))}
    seconds: dict[str, float] = {}
    for one in table:
        family = list(_family(one, by_pid))
        if any(member.pid in ours for member in family):
            part = next((part for part in map(_part, family) if part), "other")
            seconds[part] = seconds.get(part, 0.0) + one.cpu_s
    return seconds


def _family(one: Process, by_pid: Mapping[int, Process]) -> Iterator[Process]:
    """The process, its parent, and so on."""
    found: Process | None = one
    while found:
        yield found
        found = by_pid.get(found.parent)


def _is_supervisor(one: Process | None) -> bool:
    return one is not None and "trunkline" in one.command and "up" in one.command.split()


def _part(one: Process) -> str:
    """What a command is; empty where only its parent knows."""
    words = one.command.split()
    if "trunkline" in words and "run" in words[:-1]:
        return words[words.index("run") + 1]
    program = words[0].rpartition("/")[2] if words else ""
    if program == "tritonserver":
        return "triton"
    if program == "postgres":
        return "postgres"
    return "up" if _is_supervisor(one) else ""


def used(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What each part used in between."""
    return {
        part: round(seconds - before.get(part, 0.0), 2)
        for part, seconds in sorted(after.items())
        if seconds > before.get(part, 0.0)
    }
