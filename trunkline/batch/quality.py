"""How good a recording is, and how far its transcript can be trusted (pure).

`measure` looks at the samples of one piece; `judge` puts a leg's pieces and words together. Levels
are decibels below full scale (dBFS) of 20 ms frames.
"""

import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from trunkline.batch.rates import RATE_HZ

_FRAME = RATE_HZ // 50
_LOWEST_DB = 100
_CLIPPED = 32700
"""Samples this large, two or more in a row, were cut off."""

_HIGH_HZ = 4000
UNSURE = 0.5
"""A word with less confidence is counted as unsure."""


class Sound(msgspec.Struct, frozen=True):
    """What was measured of a stretch of one leg; stretches add up."""

    samples: int
    clipped: int
    voice: tuple[int, ...]
    """Frames within speech by level: index n counts those at -n dBFS."""

    rest: tuple[int, ...]
    """Frames outside of speech."""

    energy: float
    high_energy: float
    """Of it above 4 kHz, within speech."""

    crc32: int
    """Of the samples: tells that two channels are one."""


class LegQuality(msgspec.Struct, frozen=True, kw_only=True):
    """One leg of a file. Masked words count as words, not in the confidence."""

    channel: int
    speaker: str
    speech_share: float
    words: int
    words_per_s: float
    """Of speech."""

    mean_confidence: float
    unsure_share: float
    """Words with a confidence under 0.5."""

    speech_db: float
    """Level of speech (dBFS); -100: there is none."""

    noise_db: float
    """Level that the quieter half of the rest stays under (dBFS)."""

    clipped_share: float
    """Samples that were cut off."""

    high_share: float
    """Energy of speech above 4 kHz: none on a telephone line."""


class Heard(NamedTuple):
    """What was recognised of a leg."""

    channel: int
    speaker: str
    speech_ms: int
    confidences: Sequence[float]
    masked: int


def measure(samples: NDArray[np.int16], spans_ms: Iterable[tuple[int, int]]) -> Sound:
    """Measure a piece; `spans_ms` is where in it speech was recognised."""
    frames = len(samples) // _FRAME
    rows = samples[: frames * _FRAME].astype(np.float32).reshape(frames, _FRAME) / 32768.0
    power = np.square(rows).mean(axis=1)
    level = np.clip(np.rint(-10.0 * np.log10(power + 1e-10)), 0, _LOWEST_DB).astype(np.int64)
    is_voice = np.zeros(frames, bool)
    for start_ms, end_ms in spans_ms:
        is_voice[max(0, start_ms // 20) : max(0, -(-end_ms // 20))] = True
    energy, high = _energies(rows[is_voice])
    return Sound(
        samples=len(samples),
        clipped=_clipped(samples),
        voice=_counts(level[is_voice]),
        rest=_counts(level[~is_voice]),
        energy=energy,
        high_energy=high,
        crc32=zlib.crc32(samples.tobytes()),
    )


def added(sounds: Sequence[Sound]) -> Sound:
    """All stretches as one."""
    return Sound(
        samples=sum(s.samples for s in sounds),
        clipped=sum(s.clipped for s in sounds),
        voice=tuple(map(sum, zip(*(s.voice for s in sounds), strict=True))),
        rest=tuple(map(sum, zip(*(s.rest for s in sounds), strict=True))),
        energy=sum(s.energy for s in sounds),
        high_energy=sum(s.high_energy for s in sounds),
        crc32=zlib.crc32(b"".join(s.crc32.to_bytes(4, "little") for s in sounds)),
    )


def judge(heard: Heard, sound: Sound) -> LegQuality:
    """A leg in numbers."""
    duration_ms = sound.samples * 1000 / RATE_HZ
    sure = heard.confidences
    words = len(sure) + heard.masked
    return LegQuality(
        channel=heard.channel,
        speaker=heard.speaker,
        speech_share=round(heard.speech_ms / duration_ms, 3) if duration_ms else 0.0,
        words=words,
        words_per_s=round(1000 * words / heard.speech_ms, 2) if heard.speech_ms else 0.0,
        mean_confidence=round(sum(sure) / len(sure), 3) if sure else 0.0,
        unsure_share=round(sum(c < UNSURE for c in sure) / len(sure), 3) if sure else 0.0,
        speech_db=_mean_db(sound.voice),
        noise_db=_median_db(sound.rest),
        clipped_share=round(sound.clipped / sound.samples, 5) if sound.samples else 0.0,
        high_share=round(sound.high_energy / sound.energy, 4) if sound.energy else 0.0,
    )


def _counts(level: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(np.bincount(level, minlength=_LOWEST_DB + 1).tolist())


def _energies(rows: NDArray[np.float32]) -> tuple[float, float]:
    """Energy of the frames, and what of it lies above 4 kHz."""
    if not len(rows):
        return 0.0, 0.0
    spectrum = np.square(np.abs(np.fft.rfft(rows * np.hanning(_FRAME), axis=1)))
    high = spectrum[:, _HIGH_HZ * _FRAME // RATE_HZ :]
    return float(spectrum.sum()), float(high.sum())


def _clipped(samples: NDArray[np.int16]) -> int:
    at_edge = np.abs(samples.astype(np.int32)) >= _CLIPPED
    pairs = at_edge[1:] & at_edge[:-1]
    return int(pairs.sum())


def _mean_db(counts: Sequence[int]) -> float:
    """Level of the mean power."""
    total = sum(counts)
    if not total:
        return float(-_LOWEST_DB)
    power = sum(count * 10 ** (-db / 10) for db, count in enumerate(counts)) / total
    return round(float(10 * np.log10(power)), 1)


def _median_db(counts: Sequence[int]) -> float:
    """The level that half of the frames stay under."""
    seen, half = 0, sum(counts) / 2
    for db in range(_LOWEST_DB, -1, -1):
        seen += counts[db]
        if seen > half:
            return float(-db)
    return float(-_LOWEST_DB)
