"""Reads what the journal's writer left, also while it still writes."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sip_gateway.journal.gather import laid_out, rate_of
from sip_gateway.journal.record import LegSeal, Samples, Stretch, is_of

CLOSED = "closed"
"""A file of this name in a call's folder says that nothing will be added."""

SUFFIX = ".leg"


class WrongKey(Exception):
    """The leg was written with another key: it must not pass for silence."""


class JournalLeg(NamedTuple):
    """One leg of a call in the journal."""

    leg_id: str
    channel: int
    rate_hz: int
    end_ms: int


class JournalReader:
    """The journal in `folder`: `<call_id>/<channel>.leg`.

    Whole legs are read: 16 or 32 kB a second of audio. Use a thread for long ones.
    """

    def __init__(self, folder: Path, *, key: bytes) -> None:
        self._folder = folder
        self._key = key

    def calls(self) -> list[str]:
        """Calls with anything in the journal, oldest first."""
        if not self._folder.is_dir():
            return []
        return sorted(path.name for path in self._folder.iterdir() if path.is_dir())

    def is_closed(self, call_id: str) -> bool:
        """Whether the call has ended and nothing will be added."""
        return (self._of(call_id) / CLOSED).exists()

    def legs(self, call_id: str) -> list[JournalLeg]:
        """The legs of which anything was recorded; WrongKey."""
        found = []
        for channel in self._channels(call_id):
            stretches = list(self.stretches(call_id, channel))
            if stretches:
                end_ms = max(stretch.end_ms for stretch in stretches)
                leg_id = f"{call_id}-{channel}"
                found.append(JournalLeg(leg_id, channel, rate_of(stretches), end_ms))
        return found

    def read(self, call_id: str, channel: int, *, start_ms: int = 0, end_ms: int) -> Samples:
        """int16 [samples] at the leg's rate; silence where nothing was recorded; WrongKey."""
        stretches = list(self.stretches(call_id, channel))
        return laid_out(stretches, start_ms=start_ms, end_ms=end_ms)

    def stretches(self, call_id: str, channel: int) -> Iterator[Stretch]:
        """What was recorded, in the order written: a later stretch takes an earlier one's place."""
        path = self._of(call_id) / f"{channel}{SUFFIX}"
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return
        if not is_of(data, self._key):
            raise WrongKey(f"{path.name} of {call_id}")
        yield from LegSeal(self._key, call_id=call_id, channel=channel).stretches(data)

    def remove(self, call_id: str) -> None:
        """The call's audio is wanted no longer."""
        shutil.rmtree(self._of(call_id), ignore_errors=True)

    def _channels(self, call_id: str) -> list[int]:
        names = (path.stem for path in self._of(call_id).glob("*" + SUFFIX))
        return sorted(int(name) for name in names if name.isdecimal())

    def _of(self, call_id: str) -> Path:
        if not call_id.isalnum():
            raise ValueError("a call id has letters and digits only")
        return self._folder / call_id
