"""How far each call was heard, on disk: what a worker that takes a call up again must know.

One small file a call, written every second by the worker that has the call. It holds ids and
times only.
"""

import os
import time
from datetime import datetime
from pathlib import Path

import msgspec

STALE_S = 86_400.0
_BLOCK = 512


class Heard(msgspec.Struct, frozen=True):
    """Up to where each leg's words are safe."""

    clock_started_at: datetime | None
    until_ms: dict[str, int]
    """By leg id."""

    srtp: dict[str, tuple[int, int]] = {}
    """By encrypted leg: its source and how far that has counted. No keys."""


class Progress:
    """The files of one appliance; its workers share the directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._sizes: dict[str, int] = {}
        """Of the files as we left them."""

        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write(self, call_id: str, heard: Heard) -> None:
        """Remember; a full disk costs the memory of where the call was, not the call."""
        text = msgspec.json.encode(heard)
        # In place and never shorter: one write call, so that a kill leaves the old or the new.
        text += b" " * (-len(text) % _BLOCK)
        try:
            file = os.open(f"{self._directory}/{call_id}", os.O_WRONLY | os.O_CREAT, 0o600)
        except OSError:
            return
        try:
            os.pwrite(file, text, 0)
            if self._sizes.get(call_id) != len(text):
                os.ftruncate(file, len(text))
                self._sizes[call_id] = len(text)
        except OSError:
            return
        finally:
            os.close(file)

    def read(self, call_id: str) -> Heard | None:
        """What was remembered of a call, if anything."""
        try:
            return msgspec.json.decode((self._directory / call_id).read_bytes(), type=Heard)
        except (OSError, msgspec.DecodeError):
            return None

    def remove(self, call_id: str) -> None:
        """The call is over."""
        self._sizes.pop(call_id, None)
        (self._directory / call_id).unlink(missing_ok=True)

    def remove_stale(self) -> None:
        """Calls that nobody took up again within a day."""
        oldest = time.time() - STALE_S
        for path in self._directory.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
