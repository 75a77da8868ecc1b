"""Frames gathered into stretches worth a record (pure)."""

from collections.abc import Iterable

import numpy as np

from sip_gateway.journal.record import Samples, Stretch

RECORD_MS = 1000
"""So much is lost at most when the process is killed. A record more often costs more CPU."""


class Gathering:
    """One leg. What `add` and `flush` return is to be written, in order."""

    def __init__(self) -> None:
        self._rate_hz = 8_000
        self._pieces: list[Samples] = []
        self._samples = 0
        self._start_ms = 0

    def add(self, heard: Stretch) -> list[Stretch]:
        """Take the leg's next audio; what is long enough, or cut off by a jump or a new rate."""
        follows = (heard.start_ms, heard.rate_hz) == (self._end_ms, self._rate_hz)
        done = self.flush() if self._samples and not follows else []
        if not self._samples:
            self._start_ms, self._rate_hz = heard.start_ms, heard.rate_hz
        self._pieces.append(heard.samples)
        self._samples += len(heard.samples)
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


def rate_of(stretches: Iterable[Stretch]) -> int:
    """The highest of their rates: a call's codec may change in its midst."""
    return max((stretch.rate_hz for stretch in stretches), default=8_000)


def laid_out(stretches: list[Stretch], *, start_ms: int, end_ms: int) -> Samples:
    """int16 [samples] at `rate_of` the stretches from start_ms to end_ms: of what lies over each
    other the later in the list, silence where nothing is."""
    rate_hz = rate_of(stretches)
    out = np.zeros(max(0, end_ms - start_ms) * rate_hz // 1000, np.int16)
    for stretch in stretches:
        at = (stretch.start_ms - start_ms) * rate_hz // 1000
        samples = np.repeat(stretch.samples, rate_hz // stretch.rate_hz)
        begin, end = max(0, at), min(len(out), at + len(samples))
        if begin < end:
            out[begin:end] = samples[begin - at : end - at]
    return out
