"""Whether a recording is silent, sample by sample, wherever its manifest says so (pure)."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from redaction.recording.cover import TONE_PEAK, covered, frames_of, mixed
from redaction.recording.intervals import Intervals
from redaction.recording.manifest import Manifest
from redaction.recording.sound import BLOCK_MS, Recording


def not_silent(recording: Recording) -> list[str]:
    """Each channel, the mix among them, in which muted samples are neither zero nor the tone."""
    told = recording.manifest
    wrong: set[str] = set()
    size = BLOCK_MS * told.rate_hz // 1000
    for at in range(0, told.frames, size):
        samples = recording.samples(at, size)
        expected = covered(
            samples, start_frame=at, rate_hz=told.rate_hz, mutes=told.mutes, cover=told.cover
        )
        for leg, recorded in enumerate(told.legs):
            if not np.array_equal(samples[:, leg], expected[:, leg]):
                wrong.add(str(recorded.channel))
        mix = mixed(
            samples, start_frame=at, rate_hz=told.rate_hz, mutes=told.mutes, cover=told.cover
        )
        if any(_is_loud(part) for part in _muted(mix, at, told, told.mutes.mix)):
            wrong.add("mix")
    return sorted(wrong)


def _muted(
    samples: NDArray[np.int16], at: int, told: Manifest, stretches: Intervals
) -> Iterator[NDArray[np.int16]]:
    for stretch in stretches:
        first, end = frames_of(stretch, told.rate_hz)
        part = samples[max(0, first - at) : max(0, end - at)]
        if len(part):
            yield part


def _is_loud(samples: NDArray[np.int16]) -> bool:
    return int(np.abs(samples.astype(np.int32)).max()) > TONE_PEAK
