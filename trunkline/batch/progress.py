"""How far a job is: the numbers, and one line of them (pure)."""

_BAR = 20


class Progress:
    """Contract: tell what happens; `line` any time. Times are seconds on one monotonic clock."""

    def __init__(self, *, files: int, size_bytes: int, now: float) -> None:
        self._files = files
        self._size_bytes = max(1, size_bytes)
        self._began = now
        self._ended_files = 0
        self._ended_bytes = 0
        self._heard_ms = 0
        self._open: dict[str, tuple[float, float, int]] = {}

    def opened(self, address: str, *, size_bytes: int, estimated_ms: int) -> None:
        """Work on a file begins."""
        self._open[address] = (0.0, max(1, estimated_ms), size_bytes)

    def heard(self, address: str, audio_ms: int, *, before: bool = False) -> None:
        """So much of an open file is done; `before`: by an earlier run."""
        if address in self._open:
            done_ms, whole_ms, size = self._open[address]
            self._open[address] = (done_ms + audio_ms, whole_ms, size)
        self._heard_ms += 0 if before else audio_ms

    def ended(self, address: str, *, size_bytes: int) -> None:
        """A file is done, or has failed."""
        self._open.pop(address, None)
        self._ended_files += 1
        self._ended_bytes += size_bytes

    def line(self, *, now: float, is_paused: bool) -> str:
        """One line, for a terminal."""
        share = self._share()
        hours = self._heard_ms / 3_600_000
        speed = self._heard_ms / 1000 / max(now - self._began, 1e-3)
        filled = int(share * _BAR)
        left = " waits for live calls" if is_paused else f" left {self._left(share, now)}"
        return (
            f"[{'#' * filled}{'-' * (_BAR - filled)}] {self._ended_files}/{self._files} files "
            f"{hours:.2f} h heard {speed:.0f}x real time{left}"
        )

    def _share(self) -> float:
        """Of all bytes, 0 to 1."""
        part = sum(size * min(1.0, done / whole) for done, whole, size in self._open.values())
        return min(1.0, (self._ended_bytes + part) / self._size_bytes)

    def _left(self, share: float, now: float) -> str:
        if share <= 0.0 or self._heard_ms == 0:
            return "?"
        left_s = round((now - self._began) * (1.0 - share) / share)
        return f"{left_s // 3600}:{left_s // 60 % 60:02}:{left_s % 60:02}"
