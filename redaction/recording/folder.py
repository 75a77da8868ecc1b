"""Where sealed recordings lie: `<folder>/<tenant>/<day>/<call_id>.<kind>`."""

import contextlib
import fcntl
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote

from redaction.recording.sound import Recording, name_of

Kind = Literal["redacted", "original"]
KINDS: tuple[Kind, ...] = ("redacted", "original")

ERASED = "erased"
"""Suffix of an empty file that says: never again a recording of this call."""

UNDATED = "undated"


class Keys(NamedTuple):
    """What recordings are sealed with."""

    redacted: bytes
    original: bytes

    def of(self, kind: Kind) -> bytes:
        """The key of one kind."""
        return self.original if kind == "original" else self.redacted


class Kept(NamedTuple):
    """A call of which something lies here."""

    tenant_id: str
    call_id: str
    day: date | None


class Recordings:
    """The recordings of one machine, or of several that share the folder."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self.keys = keys

    def path(self, tenant_id: str, call_id: str, kind: str) -> Path:
        """Where a recording is, or would be. ValueError where the id is none."""
        if not call_id.isalnum() or not call_id.isascii():
            raise ValueError("a call id has letters and digits only")
        return self.folder / locator_of(tenant_id, call_id).rpartition("/")[0] / f"{call_id}.{kind}"

    def has(self, tenant_id: str, call_id: str, kind: Kind = "redacted") -> bool:
        """Whether there is one."""
        return self.path(tenant_id, call_id, kind).exists()

    def open(self, tenant_id: str, call_id: str, kind: Kind = "redacted") -> Recording:
        """Open it for reading; FileNotFoundError, NotOpened."""
        path = self.path(tenant_id, call_id, kind)
        return Recording(path, self.keys.of(kind), name=name_of(tenant_id, call_id, kind))

    def is_erased(self, tenant_id: str, call_id: str) -> bool:
        """Whether the call may never have a recording again."""
        return self.path(tenant_id, call_id, ERASED).exists()

    def remove(self, tenant_id: str, call_id: str, *, for_good: bool) -> bool:
        """Remove all kinds; whether there was any. `for_good` leaves the mark of the erased."""
        with self.alone():
            if for_good:
                mark = self.path(tenant_id, call_id, ERASED)
                mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                mark.touch(mode=0o600)
            paths = [self.path(tenant_id, call_id, kind) for kind in KINDS]
            there = [path for path in paths if path.exists()]
            for path in there:
                path.unlink()
            return bool(there)

    def kept(self) -> list[Kept]:
        """Every call of which a recording lies here, the oldest day first."""
        found = {
            (path.parts[-2], path.stem, path.parts[-3])
            for kind in KINDS
            for path in self.folder.glob(f"*/*/*.{kind}")
        }
        return [
            Kept(unquote(tenant), call_id, None if day == UNDATED else date.fromisoformat(day))
            for day, call_id, tenant in sorted(found)
        ]

    def tenants_of(self, call_id: str) -> list[str]:
        """Whose recording of this call lies here."""
        return [kept.tenant_id for kept in self.kept() if kept.call_id == call_id]

    def older_than(self, day: date) -> list[Kept]:
        """Those of days before `day`; marks of the erased of these days go at once."""
        for mark in self.folder.glob(f"*/*/*.{ERASED}"):
            if mark.parts[-2] != UNDATED and date.fromisoformat(mark.parts[-2]) < day:
                mark.unlink(missing_ok=True)
        return [kept for kept in self.kept() if kept.day is not None and kept.day < day]

    def clear_partials(self) -> None:
        """What a killed process left half-written."""
        for path in self.folder.glob("*/*/.*.partial"):
            path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """While nobody else changes anything here."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def locator_of(tenant_id: str, call_id: str) -> str:
    """Tenant, day and call: names a recording wherever its folder is."""
    tenant = quote(tenant_id, safe="").replace(".", "%2E")
    return f"{tenant}/{day_of(call_id)}/{call_id}"


def day_of(call_id: str) -> str:
    """The UTC day in a call_id of UUID version 7's layout (RFC 9562 section 5.7)."""
    started_ms = started_ms_of(call_id)
    if started_ms is None:
        return UNDATED
    return datetime.fromtimestamp(started_ms / 1000, UTC).date().isoformat()


def started_ms_of(call_id: str) -> int | None:
    """When such a call_id was made, Unix time in ms; None of any other."""
    if len(call_id) != 32 or call_id[12] != "7":
        return None
    try:
        at_ms = int(call_id[:12], 16)
        datetime.fromtimestamp(at_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at_ms
