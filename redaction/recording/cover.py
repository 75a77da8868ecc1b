"""Takes the muted stretches out of samples, and lays silence or a soft tone there (pure)."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from redaction.recording.intervals import Interval, Intervals
from redaction.recording.mutes import Mutes

Samples = NDArray[np.int16]
"""int16 [frames, legs]."""

Cover = Literal["silence", "beep"]

TONE_HZ = 1000
TONE_PEAK = 1638
"""26 dB below full scale: heard, and softer than speech."""

FADE_MS = 20


def covered(
    samples: Samples, *, start_frame: int, rate_hz: int, mutes: Mutes, cover: Cover
) -> Samples:
    """A stretch of a recording with all that `mutes` says taken out of it.

    What is laid into a muted stretch depends on its place alone: however a recording is cut up, it
    comes out the same.
    """
    out = samples.copy()
    for leg in range(samples.shape[1]):
        place = _Place(out[:, leg], start_frame, rate_hz)
        place.silence(mutes.unheard[leg])
        place.silence(mutes.masked[leg])
        if cover == "beep":
            place.beep(mutes.masked[leg])
    return out


def mixed(
    samples: Samples, *, start_frame: int, rate_hz: int, mutes: Mutes, cover: Cover
) -> NDArray[np.int16]:
    """int16 [frames]: all legs of a covered stretch together, what is masked on any taken out."""
    whole = np.clip(samples.astype(np.int32).sum(axis=1), -32768, 32767)
    total: NDArray[np.int16] = whole.astype(np.int16)
    place = _Place(total, start_frame, rate_hz)
    place.silence(mutes.mix)
    if cover == "beep":
        place.beep(mutes.mix)
    return total


def frames_of(stretch: Interval, rate_hz: int) -> tuple[int, int]:
    """First and behind-last frame: every sample that the stretch touches."""
    return stretch.start_ms * rate_hz // 1000, -(-stretch.end_ms * rate_hz // 1000)


def tone(stretch: Interval, *, rate_hz: int, first: int, end: int) -> NDArray[np.int16]:
    """Frames `first` to `end` of the tone that covers a stretch, faded at its ends."""
    begin, stop = frames_of(stretch, rate_hz)
    at = np.arange(first - begin, end - begin, dtype=np.float64)
    fade = min(FADE_MS * rate_hz // 1000, max(1, (stop - begin) // 2))
    edge = np.clip(np.minimum(at, stop - begin - 1 - at) / fade, 0.0, 1.0)
    swell = 0.5 - 0.5 * np.cos(np.pi * edge)
    wave = np.sin(2 * np.pi * TONE_HZ / rate_hz * at)
    out: NDArray[np.int16] = (TONE_PEAK * swell * wave).astype(np.int16)
    return out


class _Place:
    """One leg's samples from a frame on; changed in place."""

    def __init__(self, samples: NDArray[np.int16], start_frame: int, rate_hz: int) -> None:
        self._samples = samples
        self._start = start_frame
        self._end = start_frame + len(samples)
        self._rate_hz = rate_hz

    def silence(self, stretches: Intervals) -> None:
        for _, first, end in self._within(stretches):
            self._samples[first - self._start : end - self._start] = 0

    def beep(self, stretches: Intervals) -> None:
        for stretch, first, end in self._within(stretches):
            self._samples[first - self._start : end - self._start] = tone(
                stretch, rate_hz=self._rate_hz, first=first, end=end
            )

    def _within(self, stretches: Intervals) -> list[tuple[Interval, int, int]]:
        found = []
        for stretch in stretches:
            first, end = frames_of(stretch, self._rate_hz)
            first, end = max(first, self._start), min(end, self._end)
            if first < end:
                found.append((stretch, first, end))
        return found
