"""Frames gathered into stretches worth a record (pure)."""

import numpy as np

from sip_gateway.journal.record import Samples, Stretch

RECORD_MS = 1000
"""So much is lost at most when the process is killed. A record more often costs more CPU."""


class Gathering:
    """One leg. What `add` and `flush` return is to be written, in order."""

    def __init__(self, *, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._pieces: list[Samples] = []
        self._samples = 0
        self._start_ms = 0

    def add(self, start_ms: int, samples: Samples) -> list[Stretch]:
        """Take the leg's next audio; what is long enough, or cut off by a jump."""
        done = self.flush() if self._samples and start_ms != self._end_ms else []
        if not self._samples:
            self._start_ms = start_ms
        self._pieces.append(samples)
        self._samples += len(samples)
        if self._samples * 1000 >= RECORD_MS * self._rate_hz:
            done += self.flush()
        return done

    def flush(self) -> list[Stretch]:
        """What was gathered."""
        if not self._samples:
            return []
        stretch = Stretch(self._start_ms, self._rate_hz, np.concatenate(self._pieces))
        self._pieces, self._samples = [], 0
        return [stretch]

    def forget(self, from_ms: int) -> None:
        """Drop what was gathered from there on."""
        for stretch in self.flush():
            kept = before(stretch, from_ms)
            self._start_ms, self._pieces = kept.start_ms, [kept.samples]
            self._samples = len(kept.samples)

    @property
    def _end_ms(self) -> int:
        return self._start_ms + self._samples * 1000 // self._rate_hz


def before(stretch: Stretch, end_ms: int) -> Stretch:
    """The part of a stretch that comes before `end_ms`; empty if none does."""
    count = max(0, end_ms - stretch.start_ms) * stretch.rate_hz // 1000
    return stretch._replace(samples=stretch.samples[:count])


def laid_out(stretches: list[Stretch], *, start_ms: int, end_ms: int) -> Samples:
    """int16 [samples] at the stretches' rate from start_ms to end_ms: of what lies over each other
    the later in the list, silence where nothing is."""
    rate_hz = stretches[0].rate_hz if stretches else 8_000
    out = np.zeros(max(0, end_ms - start_ms) * rate_hz // 1000, np.int16)
    for stretch in stretches:
        at = (stretch.start_ms - start_ms) * rate_hz // 1000
        begin, end = max(0, at), min(len(out), at + len(stretch.samples))
        if begin < end:
            out[begin:end] = stretch.samples[begin - at : end - at]
    return out
