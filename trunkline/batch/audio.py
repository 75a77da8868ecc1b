"""What is in an audio file: its facts, and its samples block by block at 16 kHz."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from trunkline.batch.rates import RATE_HZ, Resampler

BLOCK_S = 10
MOST_CHANNELS = 8
LOWEST_HZ, HIGHEST_HZ = 4000, 192_000

Samples = NDArray[np.int16]
"""int16 [channels, samples], 16 kHz."""


class NotAudio(Exception):
    """The file cannot be transcribed; the message says why in a few words, without its name."""


class AudioFacts(NamedTuple):
    """What the file's header says."""

    container: str
    """`WAV`, `MP3`, `FLAC`, `OGG`, ..."""

    coding: str
    """`PCM_16`, `ULAW`, `MPEG_LAYER_III`, `VORBIS`, `OPUS`, ..."""

    rate_hz: int
    channels: int


def probe(path: Path) -> AudioFacts:
    """Read the header; NotAudio where there is none, or none that we take."""
    if path.stat().st_size == 0:
        raise NotAudio("the file is empty")
    try:
        with _quiet(), soundfile.SoundFile(path) as file:
            facts = AudioFacts(file.format, file.subtype, file.samplerate, file.channels)
    except soundfile.LibsndfileError:
        raise NotAudio("not a recording in a format that is read (WAV, MP3, FLAC, OGG)") from None
    if facts.channels > MOST_CHANNELS:
        raise NotAudio(f"{facts.channels} channels; at most {MOST_CHANNELS}")
    if not LOWEST_HZ <= facts.rate_hz <= HIGHEST_HZ:
        raise NotAudio(f"{facts.rate_hz} Hz; {LOWEST_HZ} to {HIGHEST_HZ} Hz are read")
    return facts


def estimated_ms(path: Path) -> int:
    """The length that the header tells; of an MP3 without one, a guess."""
    with _quiet(), soundfile.SoundFile(path) as file:
        return int(file.frames * 1000 // file.samplerate)


def blocks(path: Path) -> Iterator[Samples]:
    """The whole file, about `BLOCK_S` at a time, in one pass from its start."""
    try:
        with _quiet():
            file = soundfile.SoundFile(path)
        with file:
            resamplers = [Resampler(file.samplerate) for _ in range(file.channels)]
            while len(block := _read(file)):
                legs = zip(resamplers, block.T, strict=True)
                yield _as_int16([resampler.process(leg) for resampler, leg in legs])
            yield _as_int16([resampler.finish() for resampler in resamplers])
    except soundfile.LibsndfileError as error:
        raise NotAudio(f"broken audio: {_plain(error)}") from None


def _read(file: soundfile.SoundFile) -> NDArray[np.float32]:
    """float32 [frames, channels]; none at the end."""
    with _quiet():
        block: NDArray[np.float32] = file.read(
            BLOCK_S * file.samplerate, dtype="float32", always_2d=True
        )
    return block


@contextmanager
def _quiet() -> Iterator[None]:
    """libsndfile's MP3 decoder writes notes to standard error by itself, into the progress line."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _as_int16(legs: list[NDArray[np.float32]]) -> Samples:
    # What is no number (a float file may hold it) is silence.
    whole = np.nan_to_num(np.stack(legs), nan=0.0, posinf=1.0, neginf=-1.0)
    clipped: Samples = np.clip(np.rint(whole * 32768.0), -32768, 32767).astype(np.int16)
    return clipped


def _plain(error: soundfile.LibsndfileError) -> str:
    """libsndfile's own words: without the path, which the caller names."""
    return str(error.error_string).rstrip(".").lower()


def milliseconds(samples: int) -> int:
    """Whole milliseconds of so many samples at 16 kHz."""
    return samples * 1000 // RATE_HZ
