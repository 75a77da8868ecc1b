"""Where progress is shown: one line drawn over on a terminal, a line a file elsewhere."""

import shutil
from typing import TextIO

from trunkline.batch.report import FAILED, FileReport

_EVERY_S = 0.2


class Screen:
    """Writes to `stream`, standard error as a rule."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._drawn_at = float("-inf")

    def show(self, line: str, *, now: float) -> None:
        """Draw the progress line, at most five times a second; nothing where it cannot be."""
        if self._is_terminal and now - self._drawn_at >= _EVERY_S:
            self._drawn_at = now
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r\x1b[K{line[:width]}")
            self._stream.flush()

    def ended(self, entry: FileReport) -> None:
        """A file is done or has failed; on a terminal only failures leave a line."""
        if self._is_terminal and entry.outcome != FAILED:
            return
        self.clear()
        told = f": {entry.problem}" if entry.problem else ""
        self._stream.write(f"{entry.outcome}: {entry.name}{told}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take the progress line away."""
        if self._is_terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
