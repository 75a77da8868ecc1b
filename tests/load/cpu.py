"""CPU time of a running appliance's processes, read from /proc (Linux)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TICKS_S = os.sysconf("SC_CLK_TCK")
KINDS = (
    ("triton", ("triton",)),
    ("media", (" run media ",)),
    ("listen", (" run listen ",)),
    ("redact", (" run redact ",)),
    ("record", (" run record ",)),
    ("store", (" run store ",)),
    ("serve", (" run serve ",)),
    ("deliver", (" run deliver ",)),
    ("postgres", ("postgres",)),
)


class Process(NamedTuple):
    """One line of /proc."""

    pid: int
    parent: int
    cpu_s: float
    command: str


def processes() -> Iterator[Process]:
    """Every process that can be read."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            command = (
                (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
        except OSError:
            continue
        # The name may hold spaces and brackets; fields count from after its last one (proc(5)).
        fields = stat.rpartition(")")[2].split()
        cpu_s = (int(fields[11]) + int(fields[12])) / TICKS_S
        yield Process(int(folder.name), int(fields[1]), cpu_s, command or stat)


def cpu_by_kind(root_pid: int) -> dict[str, float]:
    """CPU seconds so far of everything below `root_pid`, by kind."""
    found = list(processes())
    below = {root_pid}
    while new := {p.pid for p in found if p.parent in below} - below:
        below |= new
    total = dict.fromkeys([*(kind for kind, _ in KINDS), "other"], 0.0)
    for process in found:
        if process.pid in below:
            total[kind_of(process.command)] += process.cpu_s
    return total


def appliance_pid(settings_file: str) -> int:
    """`trunkline up` of the appliance whose roles run with `settings_file`; 0 if there is none."""
    found = {process.pid: process for process in processes()}
    role = next((p for p in found.values() if f" {settings_file}" in p.command), None)
    while role and " up" not in f"{role.command} ".split("--settings")[0]:
        role = found.get(role.parent)
    return role.pid if role else 0


def kind_of(command: str) -> str:
    """Which part of the appliance a command line is."""
    for kind, marks in KINDS:
        if any(mark in f"{command} " for mark in marks):
            return kind
    return "other"
